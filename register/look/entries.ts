/** Lists of the register: entries by year, the figures on top of the page, the years there are. */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { EntryRow, EntryState, RegisterName, Urgency } from './entry-row.ts';

export interface EntryFilter {
  register: RegisterName;
  /** In the agency's era. */
  year: number;
  number?: number;
  /** Literal text; `%`, `_` and `\` are themselves. Folded as register/letter/fold.ts does. */
  q?: string;
  state?: EntryState | 'unconfirmed' | 'overdue';
  unitId?: string;
  /** Part of the sender's address, name or agency. */
  from?: string;
  /** A moment, or a day 'yyyy-mm-dd' in the agency's zone; both ends belong to it. */
  since?: Date | string;
  until?: Date | string;
  urgency?: Urgency;
  /** 1 to 500. */
  limit: number;
  /** The `next` of the page before: entries below this number. */
  before?: number;
}

/** @returns newest number first; `next` is handed in as `before` for the following page, null at the end. */
export async function listEntries(
  db: Database,
  officer: Officer,
  filter: EntryFilter,
): Promise<{ items: EntryRow[]; next: number | null }> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}

export interface Counts {
  unconfirmed: number;
  held: number;
  /** Notices and held messages that somebody should look at, and letters that could not be read. */
  attention: number;
  /** Routes that wait for a confirmation: those of the own units for a unit officer, else of all. */
  inTray: number;
  overdue: number;
  outboxFailed: number;
  acknowledgementsHeld: number;
}

/** Figures of the receive register. Only what the officer may see is counted. */
export async function countsFor(db: Database, officer: Officer, year: number): Promise<Counts> {
  throw new Error(`not built yet ${String([db, officer, year])}`);
}

/** The years that have entries, newest first, in the agency's era. */
export async function years(db: Database, officer: Officer, register: RegisterName): Promise<number[]> {
  throw new Error(`not built yet ${String([db, officer, register])}`);
}
