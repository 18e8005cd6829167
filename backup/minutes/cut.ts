/**
 * One cut of what changed since the copy before: the rows that the notes lead to, as they stand in this transaction's snapshot, and the keys of those that
 * are gone. make-changes.ts writes them to a file, apply.ts puts them back.
 */
import type { Transaction } from '../../register/db/connect.ts';
import { cutIntoPieces } from '../db/pieces.ts';
import { copyOut, quoted, sequenceValues, type TableShape, tableShapes } from '../db/tables.ts';
import type { Manifest, ObjectRef, TableCopy } from '../format.ts';
import { selectCut, selectKeyTypes, selectNewBlobs, selectNotedTables } from './queries.ts';

/**
 * Copied tables without notes, and why that is right. `series` is updated row by row under the lock that all letters of a book wait for, and its rows are
 * never deleted: a cut finds the new ones by the transaction that wrote them.
 */
export const FOUND_BY_XMIN = ['series'];

export interface ChangesCut {
  snapshot: string;
  postgres: string;
  tables: TableCopy[];
  sequences: Manifest['sequences'];
  blobs: ObjectRef[];
  /** Bytes of all pieces. */
  bytes: number;
}

/**
 * `unwatched`: something may have changed without a note since the base was cut. `schema`: the tables themselves changed, and the base has the old ones.
 * `too-much`: more than `mostBytes`. All three wait for the next whole copy.
 */
export type CutOutcome = { outcome: 'cut'; cut: ChangesCut } | { outcome: 'nothing' | 'unwatched' | 'schema' | 'too-much' };

export interface CutInput {
  /** Snapshots of the whole copy, and of the copy before this one (the same for the first). */
  base: string;
  previous: string;
  mostBytes: number;
  keep(piece: Buffer, sha256: string): Promise<void>;
}

/** @param tx - of the owner, REPEATABLE READ, nothing asked of it yet */
export async function cutChanges(tx: Transaction, input: CutInput): Promise<CutOutcome> {
  const { snapshot, postgres, watched } = await selectCut(tx, input.base);
  if (!watched) return { outcome: 'unwatched' };
  if ((await selectNotedTables(tx, input.base)).some(table => table.name === 'migration')) return { outcome: 'schema' };
  const noted = new Set((await selectNotedTables(tx, input.previous)).map(table => table.name));
  const types = await keyTypes(tx);
  const cut: ChangesCut = { snapshot, postgres, tables: [], sequences: [], blobs: [], bytes: 0 };

  const shapes = await tableShapes(tx);
  for (const shape of shapes) {
    const selects = FOUND_BY_XMIN.includes(shape.name)
      ? { rows: newerRows(shape, snapshot, input.previous), gone: null, keys: null }
      : noted.has(shape.name)
        ? notedRows(shape, types, input.previous)
        : null;
    if (selects === null) continue;
    if (shape.name === 'blob' && selects.keys !== null) cut.blobs = await selectNewBlobs(tx, selects.keys);
    const { rows, pieces } = await cutIntoPieces(copyOut(tx, selects.rows), input.keep);
    const deleted = selects.gone === null ? [] : await linesOf(copyOut(tx, selects.gone));
    cut.bytes += pieces.reduce((sum, piece) => sum + piece.size, 0) + deleted.reduce((sum, line) => sum + line.length, 0);
    if (rows > 0 || deleted.length > 0) {
      cut.tables.push({
        name: shape.name,
        columns: shape.columns,
        key: shape.key,
        rows,
        pieces,
        ...(deleted.length > 0 ? { deleted } : {}),
      });
    }
    if (cut.bytes + cut.blobs.reduce((sum, blob) => sum + blob.size, 0) > input.mostBytes) return { outcome: 'too-much' };
  }
  if (cut.tables.length === 0) return { outcome: 'nothing' };
  cut.sequences = await sequenceValues(tx);
  return { outcome: 'cut', cut };
}

type Types = Map<string, string>;

async function keyTypes(tx: Transaction): Promise<Types> {
  return new Map((await selectKeyTypes(tx)).map(({ table, column, type }) => [`${table}.${column}`, type]));
}

/** The keys noted since `previous`, each once, typed; the rows there are of them; and the keys without a row. All SQL of names from the catalog. */
function notedRows(shape: TableShape, types: Types, previous: string): { rows: string; gone: string; keys: string } {
  const key = shape.key.map(quoted).join(', ');
  const typed = shape.key.map((column, index) => `(k->>${index})::${types.get(`${shape.name}.${column}`)} AS ${quoted(column)}`);
  const keys = `SELECT DISTINCT ${typed.join(', ')} FROM public.changed c, jsonb_array_elements(c.keys) k
    WHERE c.table_name = ${literal(shape.name)} AND NOT pg_visible_in_snapshot(c.at, ${literal(previous)}::pg_snapshot)`;
  const columns = shape.columns.map(column => `t.${quoted(column)}`).join(', ');
  const table = `public.${quoted(shape.name)}`;
  const same = shape.key.map(column => `t.${quoted(column)} = n.${quoted(column)}`).join(' AND ');
  return {
    keys,
    rows: `SELECT ${columns} FROM ${table} t JOIN (${keys}) n USING (${key}) ORDER BY ${key}`,
    gone: `SELECT ${key} FROM (${keys}) n WHERE NOT EXISTS (SELECT FROM ${table} t WHERE ${same}) ORDER BY ${key}`,
  };
}

const EPOCH = 2n ** 32n;

/**
 * Rows written by a transaction that had not ended at `previous`, and perhaps some that had: whoever had, ended after the oldest one that was still open,
 * and rows written in a savepoint carry a number of their own, which a snapshot does not know. xmin has 32 bits; the rest is that of the current snapshot.
 */
function newerRows(shape: TableShape, snapshot: string, previous: string): string {
  const next = BigInt(snapshot.split(':')[1] ?? '0');
  const oldestOpen = BigInt(previous.split(':')[0] ?? '0');
  const base = (next / EPOCH) * EPOCH;
  const xmin = `(xmin::text::bigint + ${base})`;
  const whole = `(CASE WHEN ${xmin} < ${next} THEN ${xmin} ELSE ${xmin} - ${EPOCH} END)`;
  const columns = shape.columns.map(quoted).join(', ');
  return `SELECT ${columns} FROM public.${quoted(shape.name)} WHERE ${whole} >= ${oldestOpen} ORDER BY ${shape.key.map(quoted).join(', ')}`;
}

async function linesOf(rows: AsyncIterable<Buffer>): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of rows) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? [] : text.slice(0, -1).split('\n');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
