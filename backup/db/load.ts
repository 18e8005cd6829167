/**
 * Puts the tables of a copy back into a database: into an empty one (a restore, a proof), or beside the rows of others (an agency that moves in).
 * The rows come from pieces that backup/restore/fetch.ts has brought here, in COPY's text format; what stands around them is backup/db/load-sql.ts.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database, Transaction } from '../../register/db/connect.ts';
import { sqlState } from '../../register/db/transaction.ts';
import type { Manifest, TableCopy } from '../format.ts';
import { insertMigration, makeMigrationTable, selectFillOrder, selectTableNames, setSequence } from './load-queries.ts';
import { AFTER_LOAD, BEFORE_LOAD } from './load-sql.ts';
import { quoted } from './tables.ts';

/** A copy that does not hold what it says, or a database that does not take it. Names the object: a table, a piece, a migration. */
export class LoadFault extends Error {
  readonly object: string;
  readonly problem: string;

  constructor(object: string, problem: string, cause?: unknown) {
    super(`${object}: ${problem}`, cause === undefined ? undefined : { cause });
    this.name = 'LoadFault';
    this.object = object;
    this.problem = problem;
  }
}

export interface LoadInput {
  tables: TableCopy[];
  /** `value` is the last that the sequence gave. */
  sequences: Manifest['sequences'];
  /** The bytes of a piece. They are hashed again here. */
  readPiece(sha256: string): Promise<Buffer>;
  /** Called after each piece. */
  onRows?: (table: string, rows: number) => void;
  /**
   * 'empty' (default): the database holds the tables and nothing else; indexes and foreign keys are set aside meanwhile.
   * 'beside': rows of others stay; indexes and foreign keys stay, triggers are off for the length of the transaction.
   */
  into?: 'empty' | 'beside';
}

/**
 * Makes the tables as the copy's own migrations made them, and notes each as applied.
 * @param db - as the owner of an empty database
 * @param migrations - in their order
 * @throws LoadFault naming the migration that would not run
 */
export async function prepareSchema(db: Database, migrations: { name: string; text: string }[]): Promise<void> {
  await db.begin(async tx => {
    await makeMigrationTable(tx);
    for (const { name, text } of migrations) {
      try {
        await tx.unsafe(text);
      } catch (error) {
        throw new LoadFault(`migration ${name}`, messageOf(error), error);
      }
      await insertMigration(tx, name, createHash('sha256').update(text).digest('hex'));
    }
  });
}

/**
 * Loads all tables in one transaction: either every row stands with every foreign key checked, or the database is as it was.
 * Memory: two pieces at a time.
 * @param db - as the tables' owner; no superuser needed
 * @throws LoadFault when a piece is not what its name says, a table has other rows than the copy says, or PostgreSQL refuses a row or a key
 */
export async function loadTables(db: Database, input: LoadInput): Promise<void> {
  await db.begin(tx => (input.into === 'beside' ? loadBeside(tx, input) : loadEmpty(tx, input)));
}

async function loadEmpty(tx: Transaction, input: LoadInput): Promise<void> {
  await asFault('the database', () => tx.unsafe(BEFORE_LOAD));
  for (const table of input.tables) await copyTable(tx, table, input);
  await setSequences(tx, input);
  await asFault('foreign keys and indexes', () => tx.unsafe(AFTER_LOAD));
}

async function loadBeside(tx: Transaction, input: LoadInput): Promise<void> {
  const names = input.tables.map(table => table.name);
  for (const name of names) await tx.unsafe(`ALTER TABLE public.${quoted(name)} DISABLE TRIGGER USER`);
  for (const table of inFillOrder(input.tables, await selectFillOrder(tx))) await copyTable(tx, table, input);
  await setSequences(tx, input);
  // A table with checks still to come cannot be altered, so they come now.
  await asFault('foreign keys', () => tx.unsafe('SET CONSTRAINTS ALL IMMEDIATE'));
  for (const name of names) await tx.unsafe(`ALTER TABLE public.${quoted(name)} ENABLE TRIGGER USER`);
}

async function setSequences(tx: Transaction, input: LoadInput): Promise<void> {
  for (const { name, value } of input.sequences) await asFault(`sequence ${name}`, () => setSequence(tx, name, value));
}

/** Tables so that what a row refers to is there before it. */
function inFillOrder(tables: TableCopy[], order: { child: string; parent: string }[]): TableCopy[] {
  const parents = new Map<string, string[]>();
  for (const { child, parent } of order) parents.set(child, [...(parents.get(child) ?? []), parent]);
  const byName = new Map(tables.map(table => [table.name, table]));
  const done = new Set<string>();
  const sorted: TableCopy[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    for (const parent of parents.get(name) ?? []) visit(parent);
    const table = byName.get(name);
    if (table !== undefined) sorted.push(table);
  };
  for (const table of tables) visit(table.name);
  return sorted;
}

async function copyTable(tx: Transaction, table: TableCopy, input: LoadInput): Promise<void> {
  if (!(await selectTableNames(tx)).includes(table.name)) throw new LoadFault(`table ${table.name}`, 'the database has no such table');
  const columns = table.columns.map(quoted).join(', ');
  let rows = 0;
  await copyIn(
    tx,
    `COPY public.${quoted(table.name)} (${columns}) FROM STDIN`,
    table.name,
    piecesOf(table, input, lines => {
      rows += lines;
      input.onRows?.(table.name, lines);
    }),
  );
  if (rows !== table.rows) throw new LoadFault(`table ${table.name}`, `has ${rows} rows, the copy says ${table.rows}`);
}

export async function* piecesOf(table: TableCopy, input: LoadInput, count: (lines: number) => void): AsyncGenerator<Buffer> {
  for (const piece of table.pieces) {
    const bytes = await input.readPiece(piece.sha256);
    const object = `table ${table.name}, piece ${piece.sha256}`;
    if (bytes.length !== piece.size) throw new LoadFault(object, `has ${bytes.length} bytes, not ${piece.size}`);
    if (createHash('sha256').update(bytes).digest('hex') !== piece.sha256) throw new LoadFault(object, 'its bytes were changed');
    if (bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE) throw new LoadFault(object, 'ends in the middle of a row');
    count(linesIn(bytes));
    yield bytes;
  }
}

const NEWLINE = 0x0a;

/** COPY's text format escapes a line end within a value: a line is a row. */
function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/**
 * COPY … FROM STDIN. The client resolves its query as soon as the stream is there and tells the stream nothing when PostgreSQL refuses the last rows
 * (the stream would wait for ever), so the query's own refusal is listened to beside it.
 */
export async function copyIn(tx: Transaction, text: string, name: string, source: AsyncIterable<Buffer>): Promise<void> {
  const query = tx.unsafe(text) as ReturnType<Transaction['unsafe']> & { reject?: (error: unknown) => void };
  const refused = new Promise<never>((_, reject) => {
    const told = query.reject?.bind(query);
    query.reject = error => {
      told?.(error);
      reject(error);
    };
  });
  refused.catch(() => {});
  try {
    const stream = await query.writable();
    await Promise.race([pipeline(Readable.from(source, { objectMode: true, highWaterMark: 1 }), stream), refused]);
  } catch (error) {
    throw error instanceof LoadFault ? error : new LoadFault(`table ${name}`, messageOf(error), error);
  }
}

async function asFault<T>(object: string, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LoadFault ? error : new LoadFault(object, messageOf(error), error);
  }
}

/** What PostgreSQL says, without the value it says it of: a letter's words have no place in a log. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const state = sqlState(error);
  const line = error.message.split('\n')[0] ?? '';
  return state === null ? line : `${state.startsWith('22') ? line.replace(/: ".*$/, '') : line} (${state})`;
}
