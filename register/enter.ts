/**
 * The heart: messages that lie durably in the blob store are written into the register in one transaction, and the next steps are queued in it.
 * They come from gateway/intake/receive.ts through register/one-writer.ts; what is queued here is worked by register/finish-reading.ts.
 *
 * I1  When the transaction has committed, and not before, the gateway may say 250.
 * I2  The same bytes under the same envelope are the message we already have: its number is given again, and nothing is queued.
 * I3  Numbers are given by the trigger entry_number under the lock of the series' row: gapless, in the order of commit.
 *     A letter whose subject line says ลับ or ลับมาก is entered in the classified register, which has a series of its own.
 * I7  Nothing here depends on whether the letter can be parsed.
 */
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { JsonValue, Transaction } from './db/connect.ts';
import { storable } from './db/storable.ts';
import { type Actor, useAgency } from './db/transaction.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { ReadingNote } from './letter/message.ts';
import { newPublicCode, registerYear } from './number.ts';
import { insertMessages, type KnownMessage, type MessageToInsert, notifyEntered, selectCalendar, selectKnownMessages } from './queries.ts';
import { type ClassifiedRegister, classifiedRegisterOf, registerFor } from './registers.ts';

/** What the headers alone said a message is. `why` is a code; web/text has its words. */
export type Judgement = { disposition: 'letter' } | { disposition: 'notice'; why: string } | { disposition: 'held'; why: string };

/** The part of a mail that goes to one agency. `addresses` are the recipients as the sender wrote them, +tags included. */
export interface Addressee {
  agencyId: number;
  addresses: string[];
  judgement: Judgement;
  /** What this agency's own policy did, beside what the gateway saw in the bytes. */
  notes?: ReadingNote[];
  /** What this agency believes of the sender, where its own policy says otherwise than the gateway. */
  trust?: JsonValue;
}

export interface Peer {
  address: string;
  name: string;
  helo: string;
  protocol: string;
  tls: string | null;
}

/** A mail whose bytes are in the blob store, fsynced. */
export interface InboundMessage {
  id: string;
  /** Hex, over the bytes exactly as received. */
  sha256: string;
  size: number;
  /** When the last byte came. */
  receivedAt: Date;
  /** '' is the null return path. */
  envelopeFrom: string;
  peer: Peer;
  headerMessageId: string | null;
  subject: string;
  fromName: string;
  fromAddress: string;
  urgency: string;
  secrecy: string;
  notes: ReadingNote[];
  trust: JsonValue;
  addressees: Addressee[];
}

/** What became of a message at one agency. `again` is true when the same bytes had come before (I2). */
export type Entered = { agencyId: number; again: boolean } & (
  | { outcome: 'entered'; entryId: string; number: number; year: number }
  | { outcome: 'notice' }
  | { outcome: 'held' }
);

const GATEWAY: Actor = { id: null, name: 'Saraban', peer: 'gateway' };

/**
 * Enters a batch, in its order. Agencies are taken in the order of their id, so that two batches can never lock each other's series.
 * @param now - time of entry; its year in the agency's zone is the register's year
 * @returns for each message, in the batch's order, one outcome an agency addressed
 */
export async function enterMessages(
  tx: Transaction,
  jobs: Pick<Jobs, 'enqueue'>,
  now: Date,
  batch: InboundMessage[],
): Promise<Entered[][]> {
  const outcomes: Entered[][] = batch.map(() => []);
  const agencyIds = [...new Set(batch.flatMap(message => message.addressees.map(addressee => addressee.agencyId)))].sort((a, b) => a - b);

  for (const agencyId of agencyIds) {
    const mine = batch.flatMap((message, index) => {
      const addressee = message.addressees.find(one => one.agencyId === agencyId);
      return addressee === undefined
        ? []
        : [{ message, index, addressee, envelopeSha256: envelopeHash(message.envelopeFrom, addressee.addresses) }];
    });
    // Sent together and run in this order on the transaction's connection: one wait instead of three.
    const [, calendar, earlier] = await Promise.all([
      useAgency(tx, agencyId, GATEWAY),
      selectCalendar(tx, agencyId),
      selectKnownMessages(
        tx,
        mine.map(one => one.message.sha256),
        mine.flatMap(one => (one.message.headerMessageId === null ? [] : [storable(one.message.headerMessageId)])),
      ),
    ]);
    const book = { year: registerYear(now, calendar), classified: classifiedRegisterOf(calendar.classifiedRegister) };
    const known = new Known(earlier);

    const rows: MessageToInsert[] = [];
    const results: { index: number; row: MessageToInsert; original: KnownMessage | null }[] = [];
    for (const { message, index, addressee, envelopeSha256 } of mine) {
      const original = known.same(message.sha256, envelopeSha256);
      const row =
        original === null
          ? newRow(message, addressee, envelopeSha256, now, book, known)
          : duplicateRow(message, addressee, envelopeSha256, original);
      row.ordinal = rows.length;
      rows.push(row);
      results.push({ index, row, original });
      if (original === null) known.add(row);
    }

    const toRead = results.flatMap(({ row, original }) => (original === null ? [{ agencyId, messageId: row.id }] : []));
    // Again one wait for all: the jobs and the news need no answer of the insert.
    const writing = [insertMessages(tx, rows), notifyEntered(tx, agencyId), jobs.enqueue(tx, 'read-message', toRead)] as const;
    // Should the insert be refused, the others must have ended too before the transaction is left, or a job could still be on its way after the rollback.
    await Promise.allSettled(writing);
    const [inserted] = await Promise.all(writing);
    const numbers = new Map(inserted.map(entry => [entry.id, entry]));
    for (const { index, row, original } of results) outcomes[index]?.push(outcomeOf(agencyId, row, original, numbers));
  }
  return outcomes;
}

/** The envelope as far as one agency sees it: sender, and its own recipients in any order. Domains and local parts compare without case. */
function envelopeHash(from: string, to: string[]): string {
  const parts = [from, ...to.map(address => address.toLowerCase()).sort()];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** What came before, from the database and from earlier in this batch. */
class Known {
  private readonly byBytes = new Map<string, KnownMessage>();
  private readonly byHeaderId = new Map<string, string>();

  constructor(messages: KnownMessage[]) {
    for (const message of messages) this.take(message);
  }

  private take(message: KnownMessage): void {
    this.byBytes.set(`${message.sha256} ${message.envelopeSha256}`, message);
    if (message.headerMessageId !== null && message.entryId !== null && !this.byHeaderId.has(message.headerMessageId)) {
      this.byHeaderId.set(message.headerMessageId, message.entryId);
    }
  }

  add(row: MessageToInsert): void {
    const disposition = row.disposition === 'duplicate' ? 'entered' : row.disposition;
    this.take({
      id: row.id,
      sha256: row.sha256,
      envelopeSha256: row.envelope_sha256,
      headerMessageId: row.header_message_id,
      disposition,
      entryId: row.entry_id,
      number: null,
      year: null,
    });
  }

  same(sha256: string, envelopeSha256: string): KnownMessage | null {
    return this.byBytes.get(`${sha256} ${envelopeSha256}`) ?? null;
  }

  entryWithHeaderId(headerMessageId: string | null): string | null {
    return headerMessageId === null ? null : (this.byHeaderId.get(headerMessageId) ?? null);
  }
}

function newRow(
  message: InboundMessage,
  addressee: Addressee,
  envelopeSha256: string,
  now: Date,
  book: { year: number; classified: ClassifiedRegister },
  known: Known,
): MessageToInsert {
  const row = baseRow(message, addressee, envelopeSha256);
  if (addressee.judgement.disposition !== 'letter') {
    return {
      ...row,
      disposition: addressee.judgement.disposition,
      reason: addressee.judgement.why,
      attention: addressee.judgement.disposition === 'held',
    };
  }
  return {
    ...row,
    entry_id: uuidv7(),
    entry: {
      register: registerFor(message.secrecy, book.classified),
      year: book.year,
      entered_at: now.toISOString(),
      public_code: newPublicCode(),
      urgency: message.urgency,
      secrecy: message.secrecy,
      // Same Message-ID, other bytes: another letter, and an officer should look at both (I2).
      possible_duplicate_of: known.entryWithHeaderId(row.header_message_id),
    },
  };
}

function duplicateRow(message: InboundMessage, addressee: Addressee, envelopeSha256: string, original: KnownMessage): MessageToInsert {
  return {
    ...baseRow(message, addressee, envelopeSha256),
    disposition: 'duplicate',
    reason: 'sent-again',
    duplicate_of: original.id,
    entry_id: original.entryId,
    reading: 'done',
  };
}

function baseRow(message: InboundMessage, addressee: Addressee, envelopeSha256: string): MessageToInsert {
  return {
    ordinal: 0,
    id: message.id,
    sha256: message.sha256,
    size: message.size,
    envelope_from: storable(message.envelopeFrom),
    envelope_to: addressee.addresses.map(address => storable(address)),
    envelope_sha256: envelopeSha256,
    peer: { ...message.peer, name: storable(message.peer.name, 500), helo: storable(message.peer.helo, 500) },
    received_at: message.receivedAt.toISOString(),
    disposition: 'entered',
    reason: '',
    duplicate_of: null,
    entry_id: null,
    header_message_id: message.headerMessageId === null ? null : storable(message.headerMessageId),
    subject: storable(message.subject, 4_000),
    from_name: storable(message.fromName, 500),
    from_address: storable(message.fromAddress, 500),
    // Also of what is held: it is hidden from the first moment, not from its reading on (I10).
    secrecy: message.secrecy,
    intake_notes: [...message.notes, ...(addressee.notes ?? [])].map(note => ({ ...note, detail: storable(note.detail, 500) })),
    trust: addressee.trust ?? message.trust,
    attention: false,
    reading: 'waiting',
    entry: null,
  };
}

function outcomeOf(
  agencyId: number,
  row: MessageToInsert,
  original: KnownMessage | null,
  numbers: Map<string, { number: number; year: number }>,
): Entered {
  const again = original !== null;
  if (row.entry_id === null) return { agencyId, again, outcome: (original?.disposition ?? row.disposition) === 'held' ? 'held' : 'notice' };
  const { number, year } = numbers.get(row.entry_id) ?? original ?? {};
  if (typeof number !== 'number' || typeof year !== 'number') throw new Error(`entry ${row.entry_id} got no number`);
  return { agencyId, again, outcome: 'entered', entryId: row.entry_id, number, year };
}
