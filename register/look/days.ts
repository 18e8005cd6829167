/**
 * The closed days (I11): what each holds of every register, its files, the day before and after it in the chain. register/close-day.ts writes them.
 * What belongs to a classified register (its numbers, its files) is shown to appointed persons alone (I10); that such a day was closed is no secret.
 * So too the files of a day that speak of a letter which was found classified only afterwards; the seal, which names no letter, stays open.
 */
import { may } from '../access.ts';
import { isDay } from '../checks.ts';
import { SEAL_FILE, SEAL_SIGNATURE, SEAL_TIMESTAMP } from '../close/day-format.ts';
import { selectClassifiedSince } from '../close/queries.ts';
import type { Database, Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { isClosedBook } from '../registers.ts';
import { boundedLimit } from './cursor.ts';
import {
  selectBooks,
  selectDay,
  selectDays,
  selectDaysBelow,
  selectFiles,
  selectMonths,
  selectNeighbours,
  selectSizes,
} from './day-queries.ts';
import { looking } from './entry-queries.ts';
import type { RegisterName } from './entry-row.ts';

export interface ClosedDay {
  ordinal: number;
  /** 'yyyy-mm-dd' in the agency's zone. */
  day: string;
  closedAt: Date;
  sealSha256: string;
  previousSealSha256: string | null;
  signatureSha256: string;
}

export interface ClosedBook {
  register: RegisterName | 'office';
  /** 0 for 'office'. */
  year: number;
  /** None when first = last + 1; acts likewise. */
  firstNumber: number;
  lastNumber: number;
  headHash: string;
  firstAct: number;
  lastAct: number;
  actHeadHash: string;
  /** Numbers cancelled that day. */
  cancelled: number;
}

export interface DayFile {
  name: string;
  contentType: string;
  sha256: string;
  size: number;
  classified: boolean;
  addedAt: Date;
}

export interface DayRow extends ClosedDay {
  books: ClosedBook[];
  /** What the officer may have of it, the seal and its signature among them. */
  files: DayFile[];
  /** A timestamp of an outside authority has come in. */
  timestamped: boolean;
}

export interface DayDetail extends DayRow {
  previous: { ordinal: number; day: string } | null;
  next: { ordinal: number; day: string } | null;
}

/** A month of closed days, newest first, and the months there are. The newest month when none is named. */
export async function daysOfMonth(
  db: Database,
  officer: Officer,
  month: string | null,
): Promise<{ month: string | null; months: string[]; days: DayRow[] }> {
  if (!may(officer, 'see-days')) return { month: null, months: [], days: [] };
  return await looking(db, officer, async tx => {
    const months = await selectMonths(tx);
    const shown = month !== null && isDay(`${month}-01`) ? month : (months[0] ?? null);
    if (shown === null) return { month: null, months, days: [] };
    const days = await selectDays(tx, `${shown}-01`, `${monthAfter(shown)}-01`);
    return { month: shown, months, days: await filled(tx, officer, days) };
  });
}

/** @param month 'yyyy-mm' */
export function monthAfter(month: string): string {
  const [year = 0, at = 0] = month.split('-').map(Number);
  return at === 12 ? `${String(year + 1).padStart(4, '0')}-01` : `${String(year).padStart(4, '0')}-${String(at + 1).padStart(2, '0')}`;
}

/** Days newest first, for the API. `next` is handed in as `before` for the following page. */
export async function listDays(
  db: Database,
  officer: Officer,
  filter: { limit: number; before?: number | undefined },
): Promise<{ items: DayRow[]; next: number | null }> {
  if (!may(officer, 'see-days')) return { items: [], next: null };
  const limit = boundedLimit(filter.limit);
  return await looking(db, officer, async tx => {
    const days = await selectDaysBelow(tx, filter.before ?? null, limit + 1);
    const shown = days.slice(0, limit);
    return { items: await filled(tx, officer, shown), next: days.length > limit ? (shown.at(-1)?.ordinal ?? null) : null };
  });
}

/** One day and its neighbours in the chain; null when it was not closed. */
export async function getDay(db: Database, officer: Officer, day: string): Promise<DayDetail | null> {
  if (!may(officer, 'see-days') || !isDay(day)) return null;
  return await looking(db, officer, async tx => {
    const found = await selectDay(tx, day);
    const [row] = found === null ? [] : await filled(tx, officer, [found]);
    if (row === undefined) return null;
    const beside = await selectNeighbours(tx, row.ordinal);
    return {
      ...row,
      previous: beside.find(one => one.ordinal === row.ordinal - 1) ?? null,
      next: beside.find(one => one.ordinal === row.ordinal + 1) ?? null,
    };
  });
}

const OF_THE_SEAL = [SEAL_FILE, SEAL_SIGNATURE, SEAL_TIMESTAMP];

async function filled(tx: Transaction, officer: Officer, days: ClosedDay[]): Promise<DayRow[]> {
  const ordinals = days.map(day => day.ordinal);
  const books = Map.groupBy(await selectBooks(tx, ordinals), book => book.ordinal);
  const files = Map.groupBy(await selectFiles(tx, ordinals), file => file.ordinal);
  const revealing = new Set(officer.appointed ? [] : await selectClassifiedSince(tx, ordinals));
  const sizes = new Map(
    (
      await selectSizes(
        tx,
        days.flatMap(day => [day.sealSha256, day.signatureSha256]),
      )
    ).map(row => [row.sha256, row.size]),
  );
  return days.map(day => {
    const listed = files.get(day.ordinal) ?? [];
    const own = (name: string, sha256: string): DayFile[] =>
      listed.some(file => file.name === name || file.sha256 === sha256)
        ? []
        : [
            {
              name,
              contentType: 'application/json',
              sha256,
              size: sizes.get(sha256) ?? 0,
              classified: false,
              addedAt: day.closedAt,
            },
          ];
    const all = [
      ...listed.map(({ ordinal: _, ...file }) => file),
      ...own(SEAL_FILE, day.sealSha256),
      ...own(SEAL_SIGNATURE, day.signatureSha256),
    ];
    return {
      ...day,
      books: (books.get(day.ordinal) ?? [])
        .filter(book => officer.appointed || !isClosedBook(book.register))
        .map(({ ordinal: _, ...book }) => book),
      files: all.filter(
        file => officer.appointed || (!file.classified && (!revealing.has(day.ordinal) || OF_THE_SEAL.includes(file.name))),
      ),
      timestamped: listed.some(isTimestamp),
    };
  });
}

/** A token of RFC 3161. */
export function isTimestamp(file: Pick<DayFile, 'name' | 'contentType'>): boolean {
  return file.contentType.startsWith('application/timestamp') || file.name === SEAL_TIMESTAMP;
}
