import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Transaction } from '../../register/db/connect.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { NOT_COPIED } from '../format.ts';
import { copyOut, selectRows, sequenceValues, tableShapes } from './tables.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase();
  for (let at = 0; at < 5; at++) await addTestAgency(fresh.db, `agency-${at}`);
});
afterAll(async () => {
  await fresh.close();
});

const inSnapshot = async <T>(work: (tx: Transaction) => Promise<T>) =>
  (await fresh.owner.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', work)) as T;

test('every table is copied or named as not copied, with a reason', async () => {
  const shapes = await inSnapshot(tableShapes);
  const all = await fresh.owner<
    { name: string }[]
  >`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename COLLATE "C"`;
  expect(shapes.map(shape => shape.name)).toEqual(all.map(table => table.name).filter(name => !Object.hasOwn(NOT_COPIED, name)));
  for (const name of Object.keys(NOT_COPIED))
    expect(
      all.map(table => table.name),
      name,
    ).toContain(name);
});

test('generated columns are left out, keys are in their order', async () => {
  const shapes = new Map((await inSnapshot(tableShapes)).map(shape => [shape.name, shape]));
  expect(shapes.get('message')?.columns).not.toContain('poorly_read');
  expect(shapes.get('act')).toMatchObject({ key: ['agency_id', 'register', 'ordinal'], hasAgency: true });
  expect(shapes.get('agency')).toMatchObject({ key: ['id'], hasAgency: false });
  for (const shape of shapes.values()) expect(shape.columns).toEqual(expect.arrayContaining(shape.key));
});

test('rows come whole, in the order of the key', async () => {
  const agency = (await inSnapshot(tableShapes)).find(shape => shape.name === 'agency');
  if (agency === undefined) throw new Error('no table agency');
  const chunks = await inSnapshot(async tx => {
    const found: Buffer[] = [];
    for await (const chunk of copyOut(tx, selectRows(agency))) found.push(chunk);
    return found;
  });
  for (const chunk of chunks) expect(chunk.at(-1)).toBe(0x0a);
  const ids = Buffer.concat(chunks)
    .toString()
    .trimEnd()
    .split('\n')
    .map(line => Number(line.split('\t')[agency.columns.indexOf('id')]));
  expect(ids).toHaveLength(6);
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
});

test('who stops reading in the middle leaves the connection usable', async () => {
  await inSnapshot(async tx => {
    for await (const _ of copyOut(tx, "SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i")) break;
    const rows = await tx`SELECT 1 AS one`;
    expect(rows).toEqual([{ one: 1 }]);
  });
});

test('an error of the query is an error here', async () => {
  const read = inSnapshot(async tx => {
    for await (const _ of copyOut(tx, 'SELECT 1 / (i - 500) FROM generate_series(1, 1000) i'));
  });
  await expect(read).rejects.toThrow('division by zero');
});

test('sequences that gave a number are told', async () => {
  const values = await inSnapshot(sequenceValues);
  expect(values).toContainEqual({ name: 'agency_id_seq', value: 5 });
});
