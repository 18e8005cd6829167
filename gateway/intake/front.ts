/**
 * Whom a letter came from when a mail server in front hands it on: the client that the front names by XFORWARD (one letter each) or XCLIENT (the whole
 * connection), the two extensions of Postfix that Haraka and others speak too. smtp.ts asks at MAIL FROM; trust.ts judges that client.
 * Which mistake is worse: believing a forged client makes forgeries true, so only servers that the settings name are heard; and taking a front that
 * says nothing for a sender of our own would send acknowledgements to whoever's address was forged, so then the sender is not known.
 */
import type { Peer } from '../../register/enter.ts';
import { isInNetworks, isOwnNetwork, plainAddress } from './networks.ts';

export interface Client {
  /** For the record. Of a front that does not name its client, the front itself. */
  peer: Peer;
  /** The address to judge; '' when the front did not say it, or said one that is no sender's. */
  judged: string;
  /** The address of the named front server; null when the peer is none. */
  front: string | null;
}

/** What came by XFORWARD or XCLIENT, as smtp-server keeps it: false stands for [UNAVAILABLE]. */
export type Said = ReadonlyMap<string, string | number | boolean>;

/**
 * @param connected - who is at the other end of the socket, in its own words
 * @param fronts - SARABAN_FRONT, networks in CIDR form
 * @param forwarded - attributes of XFORWARD since the letter before
 * @param handedOver - attributes of XCLIENT
 */
export function clientOf(connected: Peer, fronts: string[], forwarded: Said, handedOver: Said): Client {
  const front = plainAddress(connected.address);
  if (!isInNetworks(front, fronts)) return { peer: connected, judged: connected.address, front: null };
  const byClient = handedOver.has('ADDR');
  const said = (name: string) => textOf(byClient ? (handedOver.get(name) ?? false) : (forwarded.get(name) ?? false));
  const address = plainAddress(said('ADDR'));
  const way = `${connected.protocol} from ${front}`;
  // Name and greeting may be left over from the letter before: the library keeps what XFORWARD said.
  if (address === '') return { peer: { ...connected, name: '', helo: '', protocol: way }, judged: '', front };
  const peer: Peer = {
    ...connected,
    address,
    name: said('NAME'),
    // After XCLIENT the client's own EHLO follows; after XFORWARD the EHLO is the front's.
    helo: byClient ? connected.helo : said('HELO'),
    protocol: said('PROTO') === '' ? way : `${said('PROTO').slice(0, 20)} via ${way}`,
  };
  return { peer, judged: isNoSender(address, fronts) ? '' : address, front };
}

/** A filter at the front that hands letters back to it over loopback makes every stranger look like this. */
function isNoSender(address: string, fronts: string[]): boolean {
  return isOwnNetwork(address, []) || isInNetworks(address, fronts);
}

function textOf(value: string | number | boolean): string {
  return typeof value === 'string' ? value : '';
}
