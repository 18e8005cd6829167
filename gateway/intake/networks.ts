/** Which addresses are the agency's own: loopback, and the networks its settings name in CIDR form (RFC 4632, RFC 4291 2.3). */
import { BlockList, isIP } from 'node:net';

/** An address without zone, brackets or the IPv4-mapped prefix that dual-stack sockets show; '' when it is no IP address. */
export function plainAddress(address: string): string {
  const bare = address
    .trim()
    .replace(/^\[(?:IPv6:)?|\]$/gi, '')
    .replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  const plain = mapped ?? bare;
  return isIP(plain) === 0 ? '' : plain;
}

/**
 * True when the address is loopback or lies in one of the networks ('10.0.0.0/8', '2001:db8::/32', or one address).
 * A network that can't be read counts for nothing: taking a stranger for our own is the worse mistake.
 */
export function isOwnNetwork(address: string, networks: string[]): boolean {
  return isInNetworks(address, ['127.0.0.0/8', '::1', ...networks]);
}

/** True when the address lies in one of the networks, and in those alone: loopback is not meant unless it is named. */
export function isInNetworks(address: string, networks: string[]): boolean {
  const plain = plainAddress(address);
  if (plain === '') return false;
  const list = new BlockList();
  for (const network of networks) addNetwork(list, network);
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', prefix] = network.trim().split('/');
  const plain = plainAddress(address);
  if (plain === '') return;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  if (prefix === undefined) {
    list.addAddress(plain, family);
    return;
  }
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (bits >= 0 && bits <= longest) list.addSubnet(plain, bits, family);
}
