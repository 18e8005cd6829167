/** Lists of the register: entries by year, the figures on top of the page, the years there are. */
import { may } from '../access.ts';
import { isDay, isId } from '../checks.ts';
import type { Database, Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { isClosedBook } from '../registers.ts';
import { searchPattern } from '../search-text.ts';
import { boundedLimit } from './cursor.ts';
import { type FlatEntryRow, looking, selectRoutes, shapeEntry } from './entry-queries.ts';
import type { EntryRow, EntryState, RegisterName, Urgency } from './entry-row.ts';
import { type ListQuery, searchAmong, searchNumbers, selectCounts, selectEntries, selectNumbers, selectYears } from './list-queries.ts';
import { asSeenBy } from './routes.ts';

export interface EntryFilter {
  register: RegisterName;
  /** In the agency's era. */
  year: number;
  number?: number | undefined;
  /** Literal text; `%`, `_` and `\` are themselves. Folded as register/letter/fold.ts does. */
  q?: string | undefined;
  state?: EntryState | 'unconfirmed' | 'overdue' | undefined;
  unitId?: string | undefined;
  /** Part of the sender's address, name or agency. */
  from?: string | undefined;
  /** A moment, or a day 'yyyy-mm-dd' in the agency's zone; both ends belong to it. */
  since?: Date | string | undefined;
  until?: Date | string | undefined;
  urgency?: Urgency | undefined;
  /** 1 to 500. */
  limit: number;
  /** The `next` of the page before: entries below this number. */
  before?: number | undefined;
}

// Enough that a page is nearly always full of hits that pass the other filters too.
const FIRST_HITS = 300;
const CANDIDATES = 3_000;
const ALL = 10_000_000;

/**
 * A letter whose class an appointed person has lifted may go to everybody's units; the book in which it stands stays closed to them, for its gaps would tell
 * how many classified letters lie between.
 */
export function mayOpenBook(officer: Officer, register: RegisterName): boolean {
  return may(officer, 'see-register') && (officer.appointed || !isClosedBook(register));
}

/** @returns newest number first; `next` is handed in as `before` for the following page, null at the end. */
export async function listEntries(
  db: Database,
  officer: Officer,
  filter: EntryFilter,
  now: Date = new Date(),
): Promise<{ items: EntryRow[]; next: number | null }> {
  const query = prepare(filter, now);
  if (query === null || !mayOpenBook(officer, filter.register)) return { items: [], next: null };
  return await looking(db, officer, async tx => {
    const rows = await page(tx, officer, query, filter);
    const items = rows.slice(0, query.limit);
    const routes = await selectRoutes(
      tx,
      items.map(row => row.id),
    );
    return {
      items: items.map(row =>
        shapeEntry(
          row,
          (routes.get(row.id) ?? []).map(route => asSeenBy(officer, route)),
        ),
      ),
      next: rows.length > query.limit ? (items.at(-1)?.number ?? null) : null,
    };
  });
}

/** Null when a filter can match nothing. */
function prepare(filter: EntryFilter, now: Date): ListQuery | null {
  if (filter.unitId !== undefined && !isId(filter.unitId)) return null;
  const whole = (value: number | undefined) => value === undefined || (Number.isInteger(value) && value > 0 && value < 2 ** 31);
  if (!whole(filter.number) || !whole(filter.before) || !whole(filter.year)) return null;
  const since = moment(filter.since);
  const until = moment(filter.until);
  if (since === false || until === false) return null;
  return { ...filter, since, until, limit: boundedLimit(filter.limit), now };
}

function moment(value: Date | string | undefined): Date | string | null | false {
  if (value === undefined || value === '') return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? false : value;
  if (isDay(value)) return value;
  const at = new Date(value);
  return /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(at.getTime()) ? at : false;
}

async function page(tx: Transaction, officer: Officer, query: ListQuery, filter: EntryFilter): Promise<FlatEntryRow[]> {
  const pattern = searchPattern(filter.q ?? '');
  const also = searchPattern(filter.from ?? '');
  if (pattern === '%' && also === '%') return await selectEntries(tx, officer, query, null);
  const full = (rows: FlatEntryRow[]) => rows.length > query.limit;
  const newest = await searchNumbers(tx, query, pattern, also, FIRST_HITS);
  const first = await selectEntries(tx, officer, query, newest);
  if (full(first) || newest.length < FIRST_HITS) return first;
  // The words are frequent and the filters let few through: then it is quicker to read the texts of those few.
  const candidates = await selectNumbers(tx, officer, query, CANDIDATES);
  const second = await selectEntries(tx, officer, query, await searchAmong(tx, query, candidates, pattern, also));
  if (full(second) || candidates.length < CANDIDATES) return second;
  return await selectEntries(tx, officer, query, await searchNumbers(tx, query, pattern, also, ALL));
}

export interface Counts {
  /** Of the receive register of this year. */
  unconfirmed: number;
  /** Of the classified one; 0 for who is not appointed. */
  unconfirmedClassified: number;
  held: number;
  /** Notices and letters that somebody should look at, and letters that could not be read. */
  attention: number;
  /** Routes that wait for a confirmation: those of the own units for a unit officer, else of all. */
  inTray: number;
  overdue: number;
  overdueClassified: number;
  outboxFailed: number;
  acknowledgementsHeld: number;
}

/** Figures of the receive registers. Only what the officer may see is counted. */
export async function countsFor(db: Database, officer: Officer, year: number, now: Date = new Date()): Promise<Counts> {
  return await looking(db, officer, async tx => {
    const counts = await selectCounts(tx, officer, year, now);
    const central = may(officer, 'see-notices');
    return central ? counts : { ...counts, held: 0, attention: 0, outboxFailed: 0, acknowledgementsHeld: 0 };
  });
}

/** The years that have entries, newest first, in the agency's era. */
export async function years(db: Database, officer: Officer, register: RegisterName): Promise<number[]> {
  if (!mayOpenBook(officer, register)) return [];
  return await looking(db, officer, tx => selectYears(tx, register));
}
