/** For the tests of closing: an agency with a clock of its own, a closer whose forms are noted, and what a stranger does with the rows of a closed day. */
import { afterEach, beforeEach, expect } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter } from '../test/database/letters.ts';
import type { CloseContext } from './close/context.ts';
import type { DayAct, DayBook, DayEntry, DayFile } from './close/day-format.ts';
import { type ClosedDay, closeDueDays } from './close-day.ts';
import { actHash, entryHash } from './ledger.ts';
import type { FormData } from './print/data.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from './seal/secret-box.ts';

export interface CloseBench {
  fresh: FreshDatabase;
  box: SecretBox;
  agencyId: number;
  /** What the closer takes for the time; tests set it. */
  now: Date;
  /** Every form that was drawn. */
  printed: { of: string; data: FormData }[];
}

/** @returns what each test of the file finds made anew; call it once, at the top of a test file */
export function closeBench(): CloseBench {
  const bench = {} as CloseBench;
  beforeEach(async () => {
    const fresh = await freshDatabase();
    const box = await openSecretBox(secretsKeyFile(fresh.folder));
    const now = new Date('2026-11-22T03:00:00.000Z');
    Object.assign(bench, { fresh, box, now, agencyId: await addTestAgency(fresh.db, 'tambon'), printed: [] });
    await begins(bench, bench.agencyId, '2026-11-22T01:00:00.000Z');
  });
  afterEach(() => bench.fresh.close());
  return bench;
}

export async function begins(bench: CloseBench, agency: number, at: string): Promise<void> {
  await bench.fresh.owner`UPDATE agency SET created_at = ${at} WHERE id = ${agency}`;
}

export function closing(bench: CloseBench, change: Partial<CloseContext> = {}): CloseContext {
  const form = (of: string) => async (data: FormData) => {
    bench.printed.push({ of, data });
    return Buffer.from(`${of} ${JSON.stringify(data)}`);
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return {
    db: bench.fresh.db,
    jobs: bench.fresh.jobs,
    store: bench.fresh.store,
    box: bench.box,
    now: () => bench.now,
    printer: { form13: form('pdf 13'), form14: form('pdf 14') },
    sheet: { form13: form('xlsx 13'), form14: form('xlsx 14') },
    timestamp: null,
    log,
    ...change,
  };
}

export const at = (iso: string) => new Date(iso);
export const enter = (bench: CloseBench, text: string, receivedAt: string, change: object = {}) =>
  enterLetter(bench.fresh, bench.agencyId, text, { receivedAt: at(receivedAt), ...change });
export const closeAt = (bench: CloseBench, iso: string, change: Partial<CloseContext> = {}): Promise<ClosedDay[]> => {
  bench.now = at(iso);
  return closeDueDays(closing(bench, change), bench.agencyId);
};

interface FileRow {
  name: string;
  sha256: string;
  size: number;
  classified: boolean;
  contentType: string;
}

export async function filesOf(bench: CloseBench, ordinal: number): Promise<FileRow[]> {
  return await bench.fresh.owner<FileRow[]>`
    SELECT name, encode(sha256, 'hex') AS sha256, size, classified, content_type AS "contentType" FROM closed_file
    WHERE agency_id = ${bench.agencyId} AND ordinal = ${ordinal} ORDER BY name`;
}

export async function read<T>(bench: CloseBench, ordinal: number, name: string): Promise<T> {
  const file = (await filesOf(bench, ordinal)).find(one => one.name === name);
  if (file === undefined) throw new Error(`day ${ordinal} has no ${name}`);
  return JSON.parse((await bench.fresh.store.read(file.sha256)).toString('utf8')) as T;
}

export const day = (bench: CloseBench, ordinal: number) => read<DayFile>(bench, ordinal, 'day.json');
export const bookOf = (file: DayFile, register: string, year?: number): DayBook => {
  const found = file.books.find(book => book.register === register && (year === undefined || book.year === year));
  if (found === undefined) throw new Error(`no ${register}`);
  return found;
};
export const numbersOf = (book: DayBook) => book.entries.rows.map(row => row.number);

/** What a stranger does with the rows: makes every hash anew. @returns the head */
export function walkEntries(book: DayBook): string {
  let head = book.entries.previousHead;
  for (const row of book.entries.rows) {
    expect(row.previousHash).toBe(head);
    if (!('withheld' in row)) expect(entryHashOf(row, book)).toBe(row.hash);
    head = row.hash;
  }
  return head;
}

export function entryHashOf(row: DayEntry, book: DayBook): string {
  return entryHash({
    ...row,
    previousHash: Buffer.from(row.previousHash, 'hex'),
    register: book.register,
    year: book.year,
    rawSha256: row.rawSha256 === null ? null : Buffer.from(row.rawSha256, 'hex'),
    receivedAt: at(row.receivedAt),
    enteredAt: at(row.enteredAt),
  }).toString('hex');
}

export function walkActs(book: DayBook): string {
  let head = book.acts.previousHead;
  for (const row of book.acts.rows) {
    expect(row.previousHash).toBe(head);
    if (!('withheld' in row)) expect(actHashOf(row, book)).toBe(row.hash);
    head = row.hash;
  }
  return head;
}

const actHashOf = (row: DayAct, book: DayBook) =>
  actHash({ ...row, register: book.register, previousHash: Buffer.from(row.previousHash, 'hex'), at: at(row.at) }).toString('hex');

export async function waitingReports(bench: CloseBench): Promise<unknown[]> {
  const rows = await bench.fresh.owner<{ data: unknown }[]>`SELECT data FROM pgboss.job WHERE name = 'send-report' ORDER BY created_on, id`;
  return rows.map(row => row.data);
}
