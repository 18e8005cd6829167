/** The outbox: every mail of ours, sent or still to be sent. */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { boundedLimit, pageOf, readCursor } from './cursor.ts';
import { looking } from './entry-queries.ts';
import type { RegisterName } from './entry-row.ts';
import { selectMail } from './outbox-queries.ts';

export type MailKind = 'acknowledgement' | 'return' | 'notification' | 'letter';
export type MailState = 'queued' | 'sending' | 'sent' | 'failed' | 'uncertain';

export interface MailRow {
  id: string;
  kind: MailKind;
  entryId: string | null;
  register: RegisterName | null;
  number: number | null;
  year: number | null;
  routeId: string | null;
  /** '' is the null return path. */
  envelopeFrom: string;
  recipient: string;
  headerMessageId: string;
  /** Of its bytes in the blob store. */
  sha256: string;
  size: number;
  state: MailState;
  attempts: number;
  reply: string;
  queuedAt: Date;
  sentAt: Date | null;
}

/** Newest first. Mails about classified letters are shown to appointed persons alone. */
export async function listMail(
  db: Database,
  officer: Officer,
  filter: {
    kind?: MailKind | undefined;
    state?: MailState | undefined;
    entryId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<{ items: MailRow[]; next: string | null }> {
  if (!may(officer, 'see-outbox') || (filter.entryId !== undefined && !isId(filter.entryId))) return { items: [], next: null };
  const limit = boundedLimit(filter.limit);
  const { kind, state, entryId } = filter;
  const rows = await looking(db, officer, tx =>
    selectMail(tx, officer, { kind, state, entryId, limit, before: readCursor(filter.cursor) }),
  );
  return pageOf(rows, limit, row => ({ at: row.queuedAt, id: row.id }));
}

export async function getMail(db: Database, officer: Officer, mailId: string): Promise<MailRow | null> {
  if (!may(officer, 'see-outbox') || !isId(mailId)) return null;
  const rows = await looking(db, officer, tx => selectMail(tx, officer, { mailId, limit: 1, before: null }));
  return rows[0] ?? null;
}
