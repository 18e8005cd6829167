/** The auditor's log: every act of the agency, newest first. */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';

export interface ActRow {
  register: 'receive' | 'send' | 'office';
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

export async function listActs(
  db: Database,
  officer: Officer,
  filter: { register: 'receive' | 'send' | 'office'; kind?: string; actorId?: string; limit: number; before?: number },
): Promise<{ items: ActRow[]; next: number | null }> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}
