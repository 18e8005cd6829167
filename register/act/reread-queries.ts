/** SQL of reread.ts. */
import type { Transaction } from '../db/connect.ts';
import type { RegisterName } from '../look/entry-row.ts';
import { visibleMessage } from '../look/visible.ts';
import type { Officer } from '../officer.ts';
import type { Which } from './reread.ts';

export interface MessageToReread {
  id: string;
  entryId: string | null;
  /** Of the entry, when there is one. */
  register: RegisterName | null;
  reading: 'waiting' | 'done' | 'failed';
}

export async function lockToReread(tx: Transaction, officer: Officer, messageId: string): Promise<MessageToReread | null> {
  const [row] = await tx<MessageToReread[]>`
    SELECT m.id, m.entry_id AS "entryId", e.register, m.reading FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.id = ${messageId} AND m.disposition <> 'duplicate' AND ${visibleMessage(tx, officer)} FOR UPDATE OF m`;
  return row ?? null;
}

/** In the order of their ids, which is that of their coming. What somebody has locked is being read, or decided upon. */
export async function selectToReread(
  tx: Transaction,
  officer: Officer,
  which: Which,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const wanted = { failed: tx`AND reading = 'failed'`, poor: tx`AND poorly_read`, all: tx`` }[which];
  const rows = await tx<{ id: string }[]>`
    SELECT id FROM message WHERE agency_id = ${officer.agencyId} AND disposition <> 'duplicate' AND reading <> 'waiting' ${wanted}
      AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  return rows.map(row => row.id);
}

export async function markWaiting(tx: Transaction, ids: string[]): Promise<void> {
  await tx`UPDATE message SET reading = 'waiting' WHERE id = ANY(${ids}::uuid[])`;
}
