/** One letter: everything the register knows of it. The caller logs the opening with register/act/open.ts. */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database, Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import {
  type FlatDetail,
  type HistoryRow,
  selectAttachments,
  selectDetail,
  selectHistory,
  selectNeighbours,
  selectVisibleMessageId,
} from './detail-queries.ts';
import { mayOpenBook } from './entries.ts';
import { looking, selectRoutes, shapeEntry } from './entry-queries.ts';
import type { AttachmentRow, EntryDetail, EntryMessage, RegisterName } from './entry-row.ts';
import { asSeenBy } from './routes.ts';

/** @returns null for what does not exist and for what the officer may not see */
export async function getEntry(db: Database, officer: Officer, entryId: string): Promise<EntryDetail | null> {
  if (!isId(entryId) || !may(officer, 'open-letter')) return null;
  return await looking(db, officer, async tx => {
    const flat = await selectDetail(tx, officer, { id: entryId });
    return flat === null ? null : await whole(tx, officer, flat);
  });
}

export async function getEntryByNumber(
  db: Database,
  officer: Officer,
  register: RegisterName,
  year: number,
  number: number,
): Promise<EntryDetail | null> {
  if (!may(officer, 'open-letter') || !mayOpenBook(officer, register) || !isNumber(year) || !isNumber(number)) return null;
  return await looking(db, officer, async tx => {
    const flat = await selectDetail(tx, officer, { register, year, number });
    return flat === null ? null : await whole(tx, officer, flat);
  });
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 2 ** 31;
}

async function whole(tx: Transaction, officer: Officer, flat: FlatDetail): Promise<EntryDetail> {
  const routes = ((await selectRoutes(tx, [flat.id])).get(flat.id) ?? []).map(route => asSeenBy(officer, route));
  const {
    messageId,
    messageSha256,
    size,
    envelopeTo,
    peer,
    readingNotes,
    intakeNotes,
    headerMessageId,
    ackRecipient,
    ackMailId,
    ackDecidedAt,
    mailState,
    mailReply,
    ...rest
  } = flat;
  const row = shapeEntry(rest, routes);
  const message: EntryMessage | null =
    messageId === null
      ? null
      : {
          id: messageId,
          sha256: messageSha256,
          size,
          envelopeFrom: flat.envelopeFrom,
          envelopeTo,
          peer,
          trust: flat.trust,
          reading: flat.reading,
          readingNotes,
          intakeNotes,
          headerMessageId,
        };
  return {
    ...row,
    addressee: flat.addressee,
    kind: flat.kind,
    remark: flat.remark,
    answered: flat.answered,
    guesses: flat.guesses,
    facts: flat.facts,
    envelopeFrom: flat.envelopeFrom,
    message,
    text: flat.text,
    html: flat.html,
    documents: flat.documents,
    inner: flat.inner,
    seals: flat.seals,
    attachments: messageId === null ? [] : await selectAttachments(tx, messageId, null),
    acknowledgement: {
      ...row.acknowledgement,
      recipient: ackRecipient,
      mailId: ackMailId,
      decidedAt: ackDecidedAt,
      mailState,
      reply: mailReply ?? '',
    },
    routes,
    hash: flat.hash,
    previousHash: flat.previousHash,
    publicCode: flat.publicCode,
    neighbours: await selectNeighbours(tx, officer, flat),
    agency: flat.agency,
  };
}

/** The row of one attachment of a visible entry; its bytes are `store.stream(sha256)`. */
export async function getAttachment(db: Database, officer: Officer, entryId: string, attachmentId: string): Promise<AttachmentRow | null> {
  if (!isId(entryId) || !isId(attachmentId) || !may(officer, 'open-letter')) return null;
  return await looking(db, officer, async tx => {
    const entry = await selectVisibleMessageId(tx, officer, entryId);
    if (entry === null || entry.messageId === null) return null;
    return (await selectAttachments(tx, entry.messageId, attachmentId))[0] ?? null;
  });
}

/** An act, or the correction of a fact (kind 'fact-changed', detail { fact, before, after }). */
export type HistoryItem = HistoryRow;

/** Everything that was done to an entry, oldest first; null when it may not be seen. */
export async function getHistory(db: Database, officer: Officer, entryId: string): Promise<HistoryItem[] | null> {
  if (!isId(entryId) || !may(officer, 'open-letter')) return null;
  return await looking(db, officer, async tx => {
    const entry = await selectVisibleMessageId(tx, officer, entryId);
    return entry === null ? null : await selectHistory(tx, entryId);
  });
}
