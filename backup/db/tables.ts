/**
 * Which tables a copy holds and how their rows are read. Nothing is named here but what is left out (backup/format.ts): a table that a migration adds
 * tomorrow is in tomorrow's copy. The rows go to pieces.ts; backup/db/load.ts brings them back.
 */
import { Readable } from 'node:stream';
import type { Transaction } from '../../register/db/connect.ts';
import { NOT_COPIED } from '../format.ts';
import { selectSequences, selectTableShapes } from './queries.ts';

export interface TableShape {
  name: string;
  /** In the order of the table. Without the generated ones, which PostgreSQL computes anew. */
  columns: string[];
  /** The primary key, in its order. */
  key: string[];
  /** Whether its rows belong to one agency each: a column agency_id. */
  hasAgency: boolean;
}

/** Every table of the schema public that a copy holds, by name. @throws Error for a table without a primary key: its rows would have no order */
export async function tableShapes(tx: Transaction): Promise<TableShape[]> {
  const shapes: TableShape[] = [];
  for (const row of await selectTableShapes(tx)) {
    if (Object.hasOwn(NOT_COPIED, row.name)) continue;
    if (row.key.length === 0) throw new Error(`the table ${row.name} has no primary key`);
    shapes.push({ name: row.name, columns: row.columns, key: row.key, hasAgency: row.columns.includes('agency_id') });
  }
  return shapes;
}

/** Where identity columns and sequences go on: the last value given. Those that gave none are left out. */
export async function sequenceValues(tx: Transaction): Promise<{ name: string; value: number }[]> {
  return await selectSequences(tx);
}

/** SELECT of all rows of a table in the order of its key: what copyOut takes. `where` is SQL of ours, never of a user. */
export function selectRows(shape: Pick<TableShape, 'name' | 'columns' | 'key'>, where = ''): string {
  const list = (names: string[]) => names.map(quoted).join(', ');
  return `SELECT ${list(shape.columns)} FROM public.${quoted(shape.name)} ${where} ORDER BY ${list(shape.key)}`;
}

/**
 * Streams the rows of a SELECT as COPY's text format writes them. Each chunk is one or more whole rows, every row ended by a line feed
 * (line feeds inside values are written as \n, so a line feed always ends a row).
 * PostgreSQL sends one CopyData message a row (protocol, "COPY Operations"), and the client hands each on as it is.
 */
export async function* copyOut(tx: Transaction, selectText: string): AsyncGenerator<Buffer> {
  const query = tx.unsafe(`COPY (${selectText}) TO STDOUT`);
  heedErrors(query);
  const stream = await query.readable();
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } finally {
    // Left half-read, the connection would wait for ever for somebody to read on.
    if (!stream.readableEnded && !stream.destroyed) for await (const _ of stream);
  }
}

/**
 * A query that fails before its first rows are sent brings stream and error in one breath: the error is emitted before anybody who awaits the stream
 * can listen, and would end the process. So the stream gets its listener where the client hands it over. The iterator throws the error all the same.
 */
function heedErrors(query: object): void {
  const handing = query as { resolve?: (stream: unknown) => void };
  const resolve = handing.resolve;
  if (resolve === undefined) return;
  handing.resolve = stream => {
    if (stream instanceof Readable) stream.on('error', () => {});
    resolve(stream);
  };
}

/** An identifier as PostgreSQL takes it literally. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
