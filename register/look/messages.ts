/** Messages as received: letters, notices, held ones and duplicates, in the API's shape (docs: design, section 7). */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import type { ReadingNote } from '../letter/message.ts';
import type { Officer } from '../officer.ts';
import { boundedLimit, pageOf, readCursor } from './cursor.ts';
import { selectAttachments } from './detail-queries.ts';
import { looking } from './entry-queries.ts';
import type { AttachmentRow, Reading, RegisterName, TrustEvidence } from './entry-row.ts';
import { type FlatMessage, type MessageQuery, type ReadingRow, selectMessage, selectMessages, selectReading } from './message-queries.ts';

export type Disposition = 'entered' | 'notice' | 'held' | 'duplicate';

export interface MessageRow {
  id: string;
  disposition: Disposition;
  /** Code: why it is a notice, why it is held. */
  reason: string;
  heldState: 'waiting' | 'entered' | 'dismissed' | null;
  duplicateOf: string | null;
  entryId: string | null;
  /** Of the entry, when there is one. */
  register: RegisterName | null;
  number: number | null;
  year: number | null;
  sha256: string;
  size: number;
  envelope: { from: string; to: string[] };
  peer: { address: string; name: string; helo: string; protocol: string; tls: string | null };
  receivedAt: Date;
  headerMessageId: string | null;
  subject: string;
  fromName: string;
  fromAddress: string;
  trust: TrustEvidence;
  reading: Reading;
  readingNotes: ReadingNote[];
  intakeNotes: ReadingNote[];
  /** As gateway/notices/understand.ts wrote it; null for what is no notice. */
  notice: Record<string, unknown> | null;
  matched: { id: string; certainty: string } | null;
  attention: boolean;
}

export interface MessageFilter {
  sha256?: string | undefined;
  /** Envelope recipient; compared without case. */
  to?: string | undefined;
  /** As written, compared raw. */
  messageId?: string | undefined;
  disposition?: Disposition | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface MessagePage {
  items: MessageRow[];
  next: string | null;
}

/** Newest first. A unit officer sees the messages of the letters routed to the own units alone. */
export async function listMessages(db: Database, officer: Officer, filter: MessageFilter): Promise<MessagePage> {
  if (!may(officer, 'open-letter') || (filter.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(filter.sha256)))
    return { items: [], next: null };
  const { cursor, limit, ...query } = filter;
  return await pageOfMessages(db, officer, query, limit, cursor);
}

export async function getMessage(db: Database, officer: Officer, messageId: string): Promise<MessageRow | null> {
  if (!isId(messageId) || !may(officer, 'open-letter')) return null;
  const row = await looking(db, officer, tx => selectMessage(tx, officer, messageId));
  return row === null ? null : shape(row);
}

export async function listNotices(
  db: Database,
  officer: Officer,
  filter: { attention?: boolean | undefined; limit: number; cursor?: string | undefined },
): Promise<MessagePage> {
  if (!may(officer, 'see-notices')) return { items: [], next: null };
  return await pageOfMessages(db, officer, { disposition: 'notice', attention: filter.attention }, filter.limit, filter.cursor);
}

/** Messages that were held, whatever became of them; `state` picks. */
export async function listHeld(
  db: Database,
  officer: Officer,
  filter: { state?: 'waiting' | 'entered' | 'dismissed' | undefined; limit: number; cursor?: string | undefined },
): Promise<MessagePage> {
  if (!may(officer, 'see-notices')) return { items: [], next: null };
  return await pageOfMessages(db, officer, { heldState: filter.state ?? 'any' }, filter.limit, filter.cursor);
}

/** What reading gave for a message, with or without an entry: text, unsanitised HTML, parts. Null when it may not be seen. */
export async function getMessageContent(
  db: Database,
  officer: Officer,
  messageId: string,
): Promise<(ReadingRow & { attachments: AttachmentRow[] }) | null> {
  if (!isId(messageId) || !may(officer, 'open-letter')) return null;
  return await looking(db, officer, async tx => {
    const message = await selectMessage(tx, officer, messageId);
    if (message === null) return null;
    const reading = await selectReading(tx, message.id);
    return { ...(reading ?? UNREAD), attachments: await selectAttachments(tx, message.id, null) };
  });
}

const UNREAD: ReadingRow = { text: '', html: null, documents: [], inner: [], seals: [] };

async function pageOfMessages(
  db: Database,
  officer: Officer,
  query: Omit<MessageQuery, 'limit' | 'before'>,
  limit: number,
  cursor: string | undefined,
): Promise<MessagePage> {
  const most = boundedLimit(limit);
  const rows = await looking(db, officer, tx => selectMessages(tx, officer, { ...query, limit: most, before: readCursor(cursor) }));
  const page = pageOf(rows, most, row => ({ at: row.receivedAt, id: row.id }));
  return { items: page.items.map(shape), next: page.next };
}

function shape(flat: FlatMessage): MessageRow {
  const { envelopeFrom, envelopeTo, ...row } = flat;
  return { ...row, envelope: { from: envelopeFrom, to: envelopeTo } };
}
