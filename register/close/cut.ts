/**
 * Where a day ends in each book: by number, not by time. A day takes everything above the last number of the day before, up to the first entry that was made at the
 * closing instant or after it; what was committed late stands above the last number and so goes into the next day. Read in the snapshot of the closing.
 */

import type { Transaction } from '../db/connect.ts';
import { Failure } from '../failure.ts';
import { genesisHash } from '../ledger.ts';
import type { RegisterName } from '../look/entry-row.ts';
import { registerYear } from '../number.ts';
import { REGISTERS } from '../registers.ts';
import type { BookName } from './day-format.ts';
import {
  type BookPosition,
  type BookToInsert,
  type ClosingAgency,
  type SeriesRow,
  selectActHash,
  selectEntryHash,
  selectFirstLater,
  selectFirstLaterAct,
  selectPositions,
  selectSeries,
} from './queries.ts';

export interface CutBook extends BookToInsert {
  previousHead: Buffer;
  previousActHead: Buffer;
}

/** A clock that is wrong is wrong by days, two machines' clocks differ by seconds. */
const HORIZON_MS = 3_600_000;

interface Range {
  first: number;
  last: number;
  previousHead: Buffer;
  head: Buffer;
}

/**
 * The books of the day, in the order of REGISTERS and their years, 'office' last.
 * @param closing - the instant at which the day ends, also when it is closed before it
 */
export async function cutBooks(tx: Transaction, agency: ClosingAgency, closing: Date, now: Date): Promise<CutBook[]> {
  const cut = new Cut(tx, agency, closing, now, await selectSeries(tx), await selectPositions(tx));
  const books: CutBook[] = [];
  if (agency.id > 0) for (const register of REGISTERS) books.push(...(await cut.register(register)));
  books.push(await cut.office());
  return books;
}

class Cut {
  private readonly tx: Transaction;
  private readonly agency: ClosingAgency;
  private readonly closing: Date;
  private readonly horizon: Date;
  private readonly currentYear: number;
  private readonly series: SeriesRow[];
  private readonly positions: BookPosition[];

  constructor(tx: Transaction, agency: ClosingAgency, closing: Date, now: Date, series: SeriesRow[], positions: BookPosition[]) {
    this.tx = tx;
    this.agency = agency;
    this.closing = closing;
    this.horizon = new Date(now.getTime() + HORIZON_MS);
    // The instant itself is the first of the next day, and on the last of December of the next year.
    this.currentYear = registerYear(new Date(closing.getTime() - 1), agency);
    this.series = series;
    this.positions = positions;
  }

  /** Its book of the current year, and those of other years in which something new stands. */
  async register(register: RegisterName): Promise<CutBook[]> {
    const years = this.series.filter(row => row.series === register).map(row => row.year);
    const acts = await this.actsOf(register);
    const begun = years.length > 0 || this.positions.some(row => row.register === register) || acts.last > 0;
    if (!begun && register.endsWith('-classified')) return [];
    const books: ({ year: number } & Range)[] = [];
    for (const year of [...new Set([...years, this.currentYear])].sort((a, b) => a - b)) {
      const entries = await this.entriesOf(register, year);
      if (year === this.currentYear || entries.last >= entries.first) books.push({ year, ...entries });
    }
    return books.map((book, index) => {
      const { year, ...entries } = book;
      return bookOf(register, year, entries, index === books.length - 1 ? acts : emptied(acts));
    });
  }

  async office(): Promise<CutBook> {
    const start = genesisHash(this.agency.code, 'office', 0);
    return bookOf('office', 0, { first: 1, last: 0, previousHead: start, head: start }, await this.actsOf('office'));
  }

  private async entriesOf(register: RegisterName, year: number): Promise<Range> {
    const before = this.positions.find(row => row.register === register && row.year === year);
    const previous = { number: before?.lastNumber ?? 0, head: before?.headHash ?? genesisHash(this.agency.code, register, year) };
    const seen = this.series.find(row => row.series === register && row.year === year)?.lastNumber ?? 0;
    if (seen <= previous.number) return none(previous);
    const book = { register, year, after: previous.number };
    const later = await selectFirstLater(this.tx, book, this.closing, this.horizon);
    const last = (later ?? seen + 1) - 1;
    if (last === previous.number) return none(previous);
    const head = (await selectEntryHash(this.tx, register, year, last)) ?? missing(`entry ${register} ${last}/${year}`);
    return { first: previous.number + 1, last, previousHead: previous.head, head };
  }

  /** One chain over all years: it goes on where the last day that held any of it ended. */
  private async actsOf(register: BookName): Promise<Range> {
    const before = this.positions.filter(row => row.register === register).sort((a, b) => b.lastAct - a.lastAct)[0];
    const previous = { number: before?.lastAct ?? 0, head: before?.actHeadHash ?? genesisHash(this.agency.code, `act:${register}`, 0) };
    const seen = this.series.find(row => row.series === `act:${register}`)?.lastNumber ?? 0;
    if (seen <= previous.number) return none(previous);
    const later = await selectFirstLaterAct(this.tx, register, previous.number, this.closing, this.horizon);
    const last = (later ?? seen + 1) - 1;
    if (last === previous.number) return none(previous);
    const head = (await selectActHash(this.tx, register, last)) ?? missing(`act ${register} ${last}`);
    return { first: previous.number + 1, last, previousHead: previous.head, head };
  }
}

function none(previous: { number: number; head: Buffer }): Range {
  return { first: previous.number + 1, last: previous.number, previousHead: previous.head, head: previous.head };
}

/** The same place in the chain, with nothing taken from it. */
function emptied(range: Range): Range {
  return { first: range.first, last: range.first - 1, previousHead: range.previousHead, head: range.previousHead };
}

function bookOf(register: BookName, year: number, entries: Range, acts: Range): CutBook {
  return {
    register,
    year,
    first: entries.first,
    last: entries.last,
    previousHead: entries.previousHead,
    head: entries.head,
    firstAct: acts.first,
    lastAct: acts.last,
    previousActHead: acts.previousHead,
    actHead: acts.head,
  };
}

/** A register with a hole is evidence of damage, and must not be sealed as if it were whole. */
function missing(what: string): never {
  throw new Failure({
    code: 'register-damaged',
    temporary: false,
    message: `the day cannot be closed: ${what} is missing`,
    userMessage: {
      th: `ปิดทะเบียนประจำวันไม่ได้ เพราะรายการในทะเบียนหายไป (${what}) โปรดสั่ง npx saraban verify แล้วกู้คืนจากสำเนาสำรอง`,
      en: `The day cannot be closed: something is missing from the register (${what}). Run npx saraban verify, and restore from a copy.`,
    },
  });
}
