/** Loading: what comes out of one database stands in another, held by the same keys and triggers, and a load that fails leaves nothing. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../register/db/connect.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME } from '../../test/database/letters.ts';
import type { TableCopy } from '../format.ts';
import { loadTables, prepareSchema } from './load.ts';

const MIGRATIONS = new URL('../../register/db/migrations/', import.meta.url);

async function migrations(): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(MIGRATIONS)).filter(name => name.endsWith('.sql')).sort();
  return await Promise.all(names.map(async name => ({ name, text: await readFile(new URL(name, MIGRATIONS), 'utf8') })));
}

const DUMPED = `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname`;

/** The tables as a copy holds them, each cut into pieces of a few rows. */
async function dump(db: Database): Promise<{ tables: TableCopy[]; pieces: Map<string, Buffer> }> {
  const pieces = new Map<string, Buffer>();
  const tables: TableCopy[] = [];
  for (const { name, columns } of (await db.unsafe(DUMPED)) as unknown as { name: string; columns: string[] }[]) {
    const lines: string[] = [];
    const stream = await db.unsafe(`COPY public.${name} (${columns.join(', ')}) TO STDOUT`).readable();
    let text = '';
    for await (const chunk of stream) text += chunk.toString();
    lines.push(...text.split('\n').slice(0, -1));
    const refs = [];
    for (let at = 0; at < lines.length; at += 3) {
      const bytes = Buffer.from(`${lines.slice(at, at + 3).join('\n')}\n`);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      pieces.set(sha256, bytes);
      refs.push({ sha256, size: bytes.length });
    }
    tables.push({ name, columns, key: [], rows: lines.length, pieces: refs });
  }
  return { tables, pieces };
}

const SHAPE = `SELECT 'trigger' AS what, pg_get_triggerdef(oid) || tgenabled::text AS text FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'index', pg_get_indexdef(indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT 'key', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  ORDER BY 1, 2`;

describe('loading the tables of a copy', () => {
  let live: FreshDatabase;
  let copy: Awaited<ReturnType<typeof dump>>;
  const owner = `load_owner_${randomUUID().slice(0, 8)}`;
  const made: string[] = [];

  beforeAll(async () => {
    live = await freshDatabase();
    const agency = await addTestAgency(live.db, 'tambon');
    for (let at = 0; at < 8; at++)
      await enterLetter(live, agency, `Subject: \u0e40\u0e23\u0e37\u0e48\u0e2d\u0e07 ${at}\r\n\r\ntab\there\r\n`, {
        subject: `หนังสือ\t${at}\\ขึ้นบรรทัด\nใหม่`,
      });
    copy = await dump(live.owner);
    await live.admin.unsafe(`CREATE ROLE ${owner} LOGIN NOSUPERUSER NOBYPASSRLS`);
    await live.admin.unsafe(`GRANT saraban_app TO ${owner} WITH ADMIN OPTION`);
  });
  afterAll(async () => {
    for (const name of made) await live.admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    await live.admin.unsafe(`DROP ROLE ${owner}`);
    await live.close();
  });

  async function emptyDatabase(): Promise<Database> {
    const name = `load_${randomUUID().replaceAll('-', '')}`;
    await live.admin.unsafe(`CREATE DATABASE ${name} OWNER ${owner}`);
    made.push(name);
    const connection = live.connection as { host: string; port: number; user: string; database: string };
    return openDatabase({ ...connection, user: owner, database: name }, { role: 'owner', max: 2, name: 'test' });
  }
  const read = async (sha256: string) => copy.pieces.get(sha256) ?? Buffer.alloc(0);
  const rowsOf = async (db: Database) => (await db`SELECT count(*)::integer AS n FROM entry`)[0]?.n;

  test('an owner who is no superuser gets the same rows, the same shape, and a register that holds', async () => {
    const db = await emptyDatabase();
    try {
      await prepareSchema(db, await migrations());
      const before = await db.unsafe(SHAPE);
      await loadTables(db, { tables: copy.tables, sequences: [{ name: 'fact_change_id_seq', value: 40 }], readPiece: read });
      expect(await db.unsafe(SHAPE)).toEqual(before);
      expect((await dump(db)).tables).toEqual(copy.tables);
      expect((await verify({ db, store: live.store })).faults).toEqual([]);
      const [next] = await db`SELECT nextval('public.fact_change_id_seq')::integer AS value`;
      expect(next?.value).toBe(41);
      await expect(db`DELETE FROM act`).resolves.toBeDefined();
      await expect(db`DELETE FROM entry`).rejects.toThrow('append-only');
      expect(await db`SELECT nspname FROM pg_namespace WHERE nspname = 'saraban_load'`).toEqual([]);
      await expect(loadTables(db, { tables: copy.tables, sequences: [], readPiece: read })).rejects.toThrow('a register already stands');
    } finally {
      await db.end();
    }
  });

  test.each([
    ['a piece with a changed byte', (bytes: Buffer) => Buffer.from(bytes).fill(0x41, 0, 1), 'its bytes were changed'],
    ['a piece cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 4), 'bytes, not'],
  ])('%s is found, and nothing stays', async (_, damage, problem) => {
    const db = await emptyDatabase();
    try {
      await prepareSchema(db, await migrations());
      const target = copy.tables.find(table => table.name === 'entry')?.pieces[1]?.sha256 ?? '';
      const work = loadTables(db, {
        tables: copy.tables,
        sequences: [],
        readPiece: async sha256 => (sha256 === target ? damage(await read(sha256)) : await read(sha256)),
      });
      await expect(work).rejects.toMatchObject({ object: `table entry, piece ${target}`, problem: expect.stringContaining(problem) });
      expect(await rowsOf(db)).toBe(0);
    } finally {
      await db.end();
    }
  });

  test('rows that PostgreSQL refuses, at the end of the stream too, name the table', async () => {
    const db = await emptyDatabase();
    try {
      await prepareSchema(db, await migrations());
      const cut = Buffer.from('1\n');
      const sha256 = createHash('sha256').update(cut).digest('hex');
      const tables = copy.tables.map(table =>
        table.name === 'unit' ? { ...table, rows: 1, pieces: [{ sha256, size: cut.length }] } : table,
      );
      await expect(
        loadTables(db, { tables, sequences: [], readPiece: async name => (name === sha256 ? cut : read(name)) }),
      ).rejects.toMatchObject({
        object: 'table unit',
        problem: expect.stringContaining('missing data for column'),
      });
      const orphans = copy.tables.map(table => (table.name === 'blob' ? { ...table, rows: 0, pieces: [] } : table));
      await expect(loadTables(db, { tables: orphans, sequences: [], readPiece: read })).rejects.toMatchObject({
        object: 'foreign keys and indexes',
        problem: expect.stringContaining('violates foreign key'),
      });
      const short = copy.tables.map(table => (table.name === 'act' ? { ...table, rows: table.rows + 1 } : table));
      await expect(loadTables(db, { tables: short, sequences: [], readPiece: read })).rejects.toMatchObject({ object: 'table act' });
      expect(await rowsOf(db)).toBe(0);
    } finally {
      await db.end();
    }
  });

  test('beside the rows of others: triggers are off for the load and on again, keys are held', async () => {
    const target = await freshDatabase();
    try {
      const own = await addTestAgency(target.db, 'own');
      await target.owner`UPDATE agency SET settings = '{}' WHERE id = ${own}`;
      const names = new Set(['blob', 'message', 'entry', 'acknowledgement', 'series', 'act', 'address', 'entry_search']);
      const tables = copy.tables
        .filter(table => names.has(table.name) || table.name === 'agency')
        .map(table => (table.name === 'agency' ? { ...table, rows: 0, pieces: [] } : table));
      // The agency of the rows has the id that `own` has here: both were the first.
      await loadTables(target.owner, { tables: tables.reverse(), sequences: [], readPiece: read, into: 'beside' });
      expect(await rowsOf(target.owner)).toBe(8);
      await expect(target.owner`DELETE FROM entry`).rejects.toThrow('append-only');
      expect(TEST_TIME).toBeInstanceOf(Date);
    } finally {
      await target.close(false);
    }
  });
});
