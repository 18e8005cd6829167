/**
 * Step 1 of the path: a mail server connects, by SMTP or LMTP, and its envelope is judged. DATA goes on to receive.ts.
 * Sessions, idle time, commands, recipients and connections are bounded here; a sender that is turned away hears why.
 */
import { isIP } from 'node:net';
import type { Peer } from '../../register/enter.ts';
import type { Store } from '../../register/store/folder.ts';
import { type Client, clientOf } from './front.ts';
import { isInNetworks, isOwnNetwork, plainAddress } from './networks.ts';
import { ALLOWANCE, type Allowance, createPace } from './pace.ts';
import { isDenied } from './policy.ts';
import { type ReceiveContext, receive } from './receive.ts';
import type { Directory, Recipient } from './recipients.ts';
import { REPLIES, type Reply } from './replies.ts';
import { asError, connectionsOf, SMTPServer, type SMTPServerOptions, type SMTPServerSession } from './smtp-server.ts';

export interface SmtpOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** LMTP (RFC 2033): no greeting name, one reply a recipient. For Postfix or Haraka in front. */
  lmtp: boolean;
  tls: { key: string; cert: string };
  hostName: string;
  /** Networks of the mail servers in front, whose word about their clients is heard (front.ts). */
  fronts: string[];
  /** Bytes free below which new mail is asked to wait. */
  diskFloor: number;
  /** How slow a sender may be, and how often we look. */
  pace?: Allowance & { lookMs: number };
}

export interface SmtpListener {
  port: number;
  connections(): number;
  /** Takes new key and certificate for the connections to come. */
  renewTls(tls: { key: string; cert: string }): void;
  /** No new connections; letters in hand are finished. */
  stop(): Promise<void>;
}

const MOST_CONNECTIONS = 500;
const MOST_CONNECTIONS_AN_ADDRESS = 50;
const MOST_RECIPIENTS = 100;
const MOST_LETTERS_A_CONNECTION = 1_000;
// RFC 5321 section 4.5.3.2 asks for five minutes between commands.
const IDLE_MS = 300_000;
const CLOSE_MS = 15_000;
const PACE_LOOK_MS = 15_000;
const DISK_LOOK_MS = 1_000;

interface Found {
  agencyId: number;
}

/** Starts listening. @throws Failure-free: a taken port is the Node error EADDRINUSE, which cli translates. */
export async function listen(options: SmtpOptions, context: ReceiveContext & { directory: Directory }): Promise<SmtpListener> {
  const byAddress = new Map<string, number>();
  const letters = new WeakMap<SMTPServerSession, number>();
  const found = new WeakMap<SMTPServerSession, Map<string, Found>>();
  const connected = new WeakMap<SMTPServerSession, string>();
  const clients = new WeakMap<SMTPServerSession, Client>();
  // The library wants single addresses; the list grows by those of the networks that really connect.
  const heard: string[] = [];
  const tooFull = watchDisk(context.store, options.diskFloor);
  const isFront = (address: string) => isInNetworks(address, options.fronts);
  const local = (address: string) => isOwnNetwork(address, context.ownNetworks) || isFront(address);
  const pace = createPace<SMTPServerSession>(options.pace ?? ALLOWANCE);
  const bytesOf = (session: SMTPServerSession) => connectionsOf(server).find(one => one.session === session)?.bytesRead ?? 0;
  let closing = false;

  const settings: SMTPServerOptions = {
    name: options.hostName,
    banner: 'Saraban',
    lmtp: options.lmtp,
    size: context.maxLetter,
    rejectOversized: true,
    hideENHANCEDSTATUSCODES: false,
    disabledCommands: ['AUTH'],
    key: options.tls.key,
    cert: options.tls.cert,
    disableReverseLookup: true,
    logger: false,
    maxClients: MOST_CONNECTIONS,
    socketTimeout: IDLE_MS,
    closeTimeout: CLOSE_MS,
    lenientAddressParsing: true,
    useXForward: heard,
    useXClient: heard,
    onConnect(session, callback) {
      if (closing) return callback(asError(REPLIES.closing));
      const address = session.remoteAddress;
      connected.set(session, address);
      pace.begin(session, 0);
      const count = (byAddress.get(address) ?? 0) + 1;
      byAddress.set(address, count);
      if (count > MOST_CONNECTIONS_AN_ADDRESS && !local(address)) return callback(asError(REPLIES.tooManyConnections));
      if (isFront(address) && !heard.includes(plainAddress(address))) heard.push(plainAddress(address));
      callback();
    },
    onClose(session, callback) {
      // Not counted: turned away while closing, or gone before its greeting.
      const address = connected.get(session);
      const count = (address === undefined ? 0 : (byAddress.get(address) ?? 1)) - 1;
      if (address !== undefined && count > 0) byAddress.set(address, count);
      else if (address !== undefined) byAddress.delete(address);
      callback(null);
    },
    onMailFrom(_address, session, callback) {
      const count = (letters.get(session) ?? 0) + 1;
      letters.set(session, count);
      found.set(session, new Map());
      clients.set(session, clientOf(peerOf(session, connected.get(session) ?? ''), options.fronts, session.xForward, session.xClient));
      // What XFORWARD says holds for one letter; the library would let it stand for those that follow.
      session.xForward.clear();
      if (closing) return callback(asError(REPLIES.closing));
      if (count > MOST_LETTERS_A_CONNECTION) return callback(asError(REPLIES.tooManyLetters));
      tooFull().then(
        full => callback(full ? asError(REPLIES.diskFloor) : null),
        () => callback(asError(REPLIES.disk)),
      );
    },
    onRcptTo(address, session, callback) {
      if (session.envelope.rcptTo.length >= MOST_RECIPIENTS) return callback(asError(REPLIES.tooManyRecipients));
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      judgeRecipient(context, address.address, from).then(
        ({ recipient, refusal }) => {
          if (recipient.outcome === 'agency') found.get(session)?.set(address.address, { agencyId: recipient.agencyId });
          if (refusal !== null)
            context.log.info({ to: address.address, peer: clients.get(session)?.peer.address, reply: refusal.text }, 'recipient refused');
          callback(refusal === null ? null : asError(refusal));
        },
        () => callback(asError(REPLIES.database)),
      );
    },
    onData(stream, session, callback) {
      stream.once('end', () => pace.answering(session));
      const to = session.envelope.rcptTo.flatMap(({ address }) => {
        const one = found.get(session)?.get(address);
        return one === undefined ? [] : [{ address, agencyId: one.agencyId }];
      });
      const { peer, judged, front } = clients.get(session) ?? clientOf(peerOf(session, ''), [], new Map(), new Map());
      const envelope = { from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address, to, peer, judged, front };
      receive(context, envelope, stream).then(({ reply, byRecipient }) => {
        pace.begin(session, bytesOf(session));
        if (options.lmtp)
          callback(
            null,
            byRecipient.map(one => (one.code === 250 ? one.text : asError(one))),
          );
        else if (reply.code === 250) callback(null, reply.text);
        else callback(asError(reply));
      });
    },
  };
  const server = new SMTPServer(settings);
  // Broken connections are everyday life; what they leave behind is handled where it is, in receive.ts.
  server.on('error', error => context.log.info({ error: error.message }, 'connection'));
  const port = await new Promise<number>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, () => {
      const address = server.server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : options.port);
    });
  });
  const looking = setInterval(() => {
    for (const one of connectionsOf(server)) {
      if (!pace.isTooSlow(one.session, one.bytesRead)) continue;
      context.log.info({ peer: one.session.remoteAddress }, 'shown out: too slow');
      one.showOut(REPLIES.tooSlow);
    }
  }, options.pace?.lookMs ?? PACE_LOOK_MS);
  return {
    port,
    connections: () => server.connections.size,
    renewTls: tls => server.updateSecureContext({ key: tls.key, cert: tls.cert }),
    async stop() {
      closing = true;
      clearInterval(looking);
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

/** Who is at the other end of the socket. @param address - where it came from: XCLIENT and XFORWARD overwrite the library's own */
function peerOf(session: SMTPServerSession, address: string): Peer {
  return {
    address,
    name: typeof session.clientHostname === 'string' && isIP(session.clientHostname) === 0 ? session.clientHostname : '',
    helo: typeof session.hostNameAppearsAs === 'string' ? session.hostNameAppearsAs : '',
    protocol: session.transmissionType,
    tls: session.tlsOptions === false || session.tlsOptions === undefined ? null : (session.tlsOptions.version ?? 'TLS'),
  };
}

/** Whose address it is, and whether that agency's policy turns the sender away before he sends a byte of the letter. */
async function judgeRecipient(
  context: ReceiveContext & { directory: Directory },
  address: string,
  from: string,
): Promise<{ recipient: Recipient; refusal: Reply | null }> {
  const recipient = await context.directory.find(address);
  if (recipient.outcome !== 'agency' || from === '') return { recipient, refusal: refusalOf(recipient.outcome) };
  const policy = await context.policies.of(recipient.agencyId);
  return { recipient, refusal: isDenied(policy, from) ? REPLIES.senderRefused(policy.agencyName, policy.phone) : null };
}

function refusalOf(outcome: 'agency' | 'unknown' | 'suspended' | 'left'): Reply | null {
  if (outcome === 'unknown') return REPLIES.unknownRecipient;
  if (outcome === 'suspended') return REPLIES.agencySuspended;
  if (outcome === 'left') return REPLIES.agencyLeft;
  return null;
}

/** Looks at the disk at most once a second. */
function watchDisk(store: Store, floor: number): () => Promise<boolean> {
  let lookedAt = 0;
  let full: Promise<boolean> = Promise.resolve(false);
  return () => {
    if (Date.now() - lookedAt >= DISK_LOOK_MS) {
      lookedAt = Date.now();
      full = store.free().then(free => free < floor);
    }
    return full;
  };
}
