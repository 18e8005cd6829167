/** SQL of unread.ts. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { Cursor } from './cursor.ts';
import type { UnreadRow } from './unread.ts';
import { visibleMessage } from './visible.ts';

/** One row more than `limit`, when there is one. */
export async function selectUnread(
  tx: Transaction,
  officer: Officer,
  query: { failed: boolean; limit: number; before: Cursor | null },
): Promise<UnreadRow[]> {
  return await tx<UnreadRow[]>`
    SELECT m.id, m.disposition, m.entry_id AS "entryId", e.register, e.number, e.year, coalesce(e.subject, m.subject) AS subject, m.from_name AS "fromName",
           m.from_address AS "fromAddress", m.received_at AS "receivedAt", m.size, m.reading, m.reading_notes AS notes
    FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.poorly_read AND ${visibleMessage(tx, officer)} ${query.failed ? tx`AND m.reading = 'failed'` : tx``}
      ${query.before === null ? tx`` : tx`AND (m.received_at, m.id) < (${query.before.at}, ${query.before.id}::uuid)`}
    ORDER BY m.received_at DESC, m.id DESC LIMIT ${query.limit + 1}`;
}
