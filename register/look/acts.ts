/** The auditor's log: every act of the agency, newest first. */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { isClosedBook } from '../registers.ts';
import { selectActs } from './act-queries.ts';
import { boundedLimit } from './cursor.ts';
import { looking } from './entry-queries.ts';
import type { RegisterName } from './entry-row.ts';

export interface ActRow {
  register: RegisterName | 'office';
  ordinal: number;
  entryId: string | null;
  number: number | null;
  year: number | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: Date;
  detail: Record<string, unknown>;
  hash: string;
  previousHash: string;
}

export interface ActFilter {
  register: RegisterName | 'office';
  kind?: string | undefined;
  actorId?: string | undefined;
  limit: number;
  /** The `next` of the page before: acts below this ordinal. */
  before?: number | undefined;
}

/** The acts of one chain. What was done to a classified letter is shown to appointed persons alone; its ordinal is missing from the list then, not from the chain. */
export async function listActs(db: Database, officer: Officer, filter: ActFilter): Promise<{ items: ActRow[]; next: number | null }> {
  if (
    !may(officer, 'see-acts') ||
    (isClosedBook(filter.register) && !officer.appointed) ||
    (filter.actorId !== undefined && !isId(filter.actorId))
  )
    return { items: [], next: null };
  const limit = boundedLimit(filter.limit);
  const rows = await looking(db, officer, tx => selectActs(tx, officer, { ...filter, limit }));
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.ordinal ?? null) : null };
}
