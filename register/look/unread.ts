/** What could not be read, or only in part: for the page web/office/unread.ts. Newest first; every letter of it stays entered all the same (I7). */
import { may } from '../access.ts';
import type { Database } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { ReadingNote } from '../letter/message.ts';
import type { Officer } from '../officer.ts';
import { boundedLimit, pageOf, readCursor } from './cursor.ts';
import type { RegisterName } from './entry-row.ts';
import { selectUnread } from './unread-queries.ts';

export interface UnreadRow {
  id: string;
  disposition: 'entered' | 'notice' | 'held';
  entryId: string | null;
  register: RegisterName | null;
  number: number | null;
  year: number | null;
  subject: string;
  fromName: string;
  fromAddress: string;
  receivedAt: Date;
  size: number;
  reading: 'failed' | 'done';
  notes: ReadingNote[];
}

/** @param filter.failed - only what could not be opened at all */
export async function listUnread(
  db: Database,
  officer: Officer,
  filter: { failed?: boolean | undefined; limit: number; before?: string | undefined },
): Promise<{ items: UnreadRow[]; next: string | null }> {
  if (!may(officer, 'reread')) return { items: [], next: null };
  const limit = boundedLimit(filter.limit);
  const rows = await inAgency(db, officer.agencyId, officer, tx =>
    selectUnread(tx, officer, { failed: filter.failed === true, limit, before: readCursor(filter.before) }),
  );
  return pageOf(rows, limit, row => ({ at: row.receivedAt, id: row.id }));
}
