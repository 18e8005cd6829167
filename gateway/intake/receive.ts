/**
 * Start reading here: how a letter is received. Steps 2 to 5 of the path in order, in one function that needs no socket to be tested.
 * It comes from smtp.ts with its envelope judged; it is spooled, its head is read, it is judged, entered, and answered. What follows
 * (reading in full, acknowledgement, routing) was queued in the transaction that entered it: register/enter.ts, register/jobs/queues.ts.
 */
import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Addressee, Entered, InboundMessage, Judgement, Peer } from '../../register/enter.ts';
import { Failure } from '../../register/failure.ts';
import { classifySubject } from '../../register/letter/classification.ts';
import { readHeaders, splitHead } from '../../register/letter/headers.ts';
import type { MessageHeaders } from '../../register/letter/message.ts';
import type { Writer } from '../../register/one-writer.ts';
import type { Store } from '../../register/store/folder.ts';
import { recogniseFromHeaders } from '../notices/recognise.ts';
import { throughForwarder } from './forwarder.ts';
import type { Policies } from './policies.ts';
import { decide, together, withoutListFields } from './policy.ts';
import { splitAddress } from './recipients.ts';
import { finalReply, REPLIES, type Reply } from './replies.ts';
import { type Spooled, spool } from './spool.ts';
import type { JudgeInput, Trust } from './trust.ts';

export interface IntakeLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface ReceiveContext {
  store: Store;
  writer: Pick<Writer, 'enter'>;
  trust: { judge(input: JudgeInput): Promise<Trust> };
  now: () => Date;
  log: IntakeLog;
  maxLetter: number;
  bareLf: 'accept' | 'refuse';
  ownNetworks: string[];
  hostName: string;
  /** The agency's central addresses. */
  addressesOf(agencyId: number): Promise<string[]>;
  ownReturnPathTag(tag: string): boolean;
  policies: Policies;
}

export interface Envelope {
  /** '' is the null return path. */
  from: string;
  /** As the sender wrote them, each with the agency that smtp.ts found for it. */
  to: { address: string; agencyId: number }[];
  peer: Peer;
  /** The address to judge, '' when it is not known, and the front server it came through: front.ts. */
  judged: string;
  front: string | null;
}

/** One reply for SMTP, and for LMTP one a recipient in the envelope's order. */
export interface Received {
  reply: Reply;
  byRecipient: Reply[];
}

/**
 * Receives one message. Never throws: whatever goes wrong is a reply.
 * I1: a 250 is returned only after the bytes are fsynced under their hash and the register's transaction has committed.
 */
export async function receive(context: ReceiveContext, envelope: Envelope, stream: AsyncIterable<Buffer>): Promise<Received> {
  const id = uuidv7();
  const { log } = context;
  try {
    const outcome = await spool(context.store, stream, context.maxLetter);
    if (outcome.outcome === 'broken-off') return answer(envelope, REPLIES.brokenOff);
    if (outcome.outcome === 'too-large') {
      log.info({ message: id, from: envelope.from, peer: envelope.peer.address }, 'refused: too large');
      return answer(envelope, REPLIES.tooLarge(context.maxLetter));
    }
    const { spooled } = outcome;
    const receivedAt = context.now();
    log.info({ message: id, sha256: spooled.sha256, size: spooled.size, from: envelope.from, peer: envelope.peer.address }, 'spooled');
    if (context.bareLf === 'refuse' && spooled.notes.some(note => note.code === 'bare-lf' || note.code === 'bare-cr')) {
      log.info({ message: id }, 'refused: bare line endings');
      return answer(envelope, REPLIES.bareLf);
    }
    const message = await judge(context, id, envelope, spooled, receivedAt);
    if ('code' in message) {
      log.info({ message: id, reply: message.text }, 'turned away by policy');
      return answer(envelope, message);
    }
    const entered = await context.writer.enter(message);
    for (const one of entered) log.info({ message: id, agency: one.agencyId, ...logged(one) }, one.again ? 'came again' : one.outcome);
    return answerEntered(id, envelope, entered);
  } catch (error) {
    const reply = replyTo(error);
    log.error(
      { message: id, reply: reply.text, error: error instanceof Error ? error.message : String(error) },
      'not received; the letter stays with its sender',
    );
    return answer(envelope, reply);
  }
}

/**
 * Step 3: the headers alone. No fault in reading them decides whether the letter is entered (I7).
 * @returns a reply when every agency's own policy turns it away
 */
async function judge(
  context: ReceiveContext,
  id: string,
  envelope: Envelope,
  spooled: Spooled,
  receivedAt: Date,
): Promise<InboundMessage | Reply> {
  const { headers, notes } = readHeadSafely(context, id, spooled.start);
  const trust = await context.trust.judge({
    remoteAddress: envelope.judged,
    front: envelope.front,
    helo: envelope.peer.helo,
    envelopeFrom: envelope.from,
    headersAndBody: openedWhenRead(context.store, spooled.sha256),
    mta: context.hostName,
    ownNetworks: context.ownNetworks,
  });
  const { urgency, secrecy } = classifySubject(headers?.subject ?? '');
  const addressees = await addresseesOf(context, envelope, headers, secrecy, trust);
  if ('code' in addressees) return addressees;
  return {
    id,
    sha256: spooled.sha256,
    size: spooled.size,
    receivedAt,
    envelopeFrom: envelope.from,
    peer: envelope.peer,
    headerMessageId: headers?.messageId ?? null,
    subject: headers?.subject ?? '',
    fromName: headers?.from?.name ?? '',
    fromAddress: headers?.from?.address ?? '',
    urgency,
    secrecy,
    notes: [...spooled.notes, ...notes],
    trust: JSON.parse(JSON.stringify(trust)),
    addressees,
  };
}

/** The whole mail for whoever reads it. Most judgements need no body, and then the file is not even opened. */
function openedWhenRead(store: Store, sha256: string): Readable {
  return Readable.from(
    (async function* () {
      yield* store.stream(sha256);
    })(),
    { objectMode: false },
  );
}

function readHeadSafely(
  context: ReceiveContext,
  id: string,
  start: Buffer,
): { headers: MessageHeaders | null; notes: { code: string; detail: string }[] } {
  try {
    const headers = readHeaders(splitHead(start).head, { fallbackCharset: 'windows-874' });
    return { headers, notes: headers.notes.slice(0, 50) };
  } catch (error) {
    context.log.error({ message: id, error: error instanceof Error ? error.message : String(error) }, 'head not readable');
    return { headers: null, notes: [{ code: 'head-unreadable', detail: 'The head could not be read.' }] };
  }
}

/** What the mail is for each agency addressed: by its headers, then by the agency's policy (policy.ts). */
async function addresseesOf(
  context: ReceiveContext,
  envelope: Envelope,
  headers: MessageHeaders | null,
  secrecy: string,
  trust: Trust,
): Promise<Addressee[] | Reply> {
  const agencyIds = [...new Set(envelope.to.map(recipient => recipient.agencyId))];
  const decided = await Promise.all(
    agencyIds.map(async agencyId => {
      const addresses = envelope.to.filter(recipient => recipient.agencyId === agencyId).map(recipient => recipient.address);
      const [policy, ownAddresses] = [await context.policies.of(agencyId), await context.addressesOf(agencyId)];
      const judgement = judgeFor(context, addresses, ownAddresses, envelope.from, headers, secrecy);
      const seen = throughForwarder(trust, policy.forwarders, envelope.from);
      const decision = decide(policy, {
        judgement,
        withoutListMarks: () =>
          judgeFor(context, addresses, ownAddresses, envelope.from, headers === null ? null : withoutListFields(headers), secrecy),
        envelopeFrom: envelope.from,
        headerFrom: headers?.from?.address ?? '',
        trust: seen,
      });
      // Only where it differs: the evidence is long, and one agency's trust is not another's.
      const own = seen === trust ? {} : { trust: JSON.parse(JSON.stringify(seen)) };
      return { agency: { agencyId, addresses, judgement, policy, own }, decision };
    }),
  );
  const all = together(decided, agency => agency.judgement);
  if (all.answer === 'try-again') return REPLIES.noDns;
  if (all.answer === 'refuse')
    return REPLIES.senderRefused(decided[0]?.agency.policy.agencyName ?? '', decided[0]?.agency.policy.phone ?? '');
  return all.judgements.map(({ agency: { agencyId, addresses, own }, judgement, notes }) => ({
    agencyId,
    addresses,
    judgement,
    notes,
    ...own,
  }));
}

function judgeFor(
  context: ReceiveContext,
  addresses: string[],
  ownAddresses: string[],
  envelopeFrom: string,
  headers: MessageHeaders | null,
  secrecy: string,
): Judgement {
  if (headers === null) return envelopeFrom === '' ? { disposition: 'notice', why: 'null-return-path' } : { disposition: 'letter' };
  const recognised = recogniseFromHeaders({
    headers,
    envelopeFrom,
    recipientTags: addresses.map(address => splitAddress(address).tag).filter(tag => tag !== ''),
    ownReturnPathTag: context.ownReturnPathTag,
    ownAddresses,
  });
  if (recognised.disposition === 'notice') return { disposition: 'notice', why: recognised.why };
  // ลับที่สุด must not go by the electronic system (clause 29): no number, an officer decides.
  if (secrecy === 'top-secret') return { disposition: 'held', why: 'top-secret' };
  return { disposition: 'letter' };
}

function logged(entered: Entered): object {
  return entered.outcome === 'entered' ? { entry: entered.entryId, number: entered.number, year: entered.year } : {};
}

function answer(envelope: Envelope, reply: Reply): Received {
  return { reply, byRecipient: envelope.to.map(() => reply) };
}

function answerEntered(id: string, envelope: Envelope, entered: Entered[]): Received {
  const outcomes = entered.map(one => ({
    entered: one,
    address: envelope.to.find(recipient => recipient.agencyId === one.agencyId)?.address ?? '',
  }));
  return {
    reply: finalReply(id, outcomes),
    byRecipient: envelope.to.map(recipient => {
      const own = outcomes.filter(one => one.entered.agencyId === recipient.agencyId);
      return finalReply(id, own);
    }),
  };
}

/** Every failure of ours is temporary for the sender (I1). */
function replyTo(error: unknown): Reply {
  if (!(error instanceof Failure)) return REPLIES.ourFault;
  if (error.code === 'disk-full' || error.code === 'store-unwritable' || error.code === 'database-full') return REPLIES.disk;
  if (error.code === 'database-away') return REPLIES.database;
  return REPLIES.ourFault;
}
