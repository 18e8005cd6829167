import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../register/db/connect.ts';
import type { Store } from '../register/store/folder.ts';
import { readinessOf } from './readiness.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-readiness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const answering = (() => Promise.resolve([])) as unknown as Database;
const store = (incoming: string) => ({ incoming, free: () => Promise.resolve(5 * 1024 ** 2) }) as unknown as Store;

test('is ready while the database answers and the disk can be written', async () => {
  const readiness = await readinessOf({ db: answering, store: store(folder), diskFloor: 0 });
  expect(readiness).toEqual({
    ready: true,
    parts: { database: { ready: true, detail: 'answers' }, disk: { ready: true, detail: '5 MiB free' } },
  });
});

test('is not ready below the floor', async () => {
  expect(await readinessOf({ db: answering, store: store(folder), diskFloor: 6 * 1024 ** 2 })).toMatchObject({
    ready: false,
    parts: { disk: { ready: false } },
  });
});

test('is not ready when the folder of the letters cannot be written, however much room there is', async () => {
  const readiness = await readinessOf({ db: answering, store: store(join(folder, 'gone')), diskFloor: 0 });
  expect(readiness).toMatchObject({ ready: false, parts: { disk: { ready: false, detail: 'ENOENT' } } });
});

test('tells a stranger what is wrong, and not where the data lies', async () => {
  const away = Object.assign(new Error('connect ENOENT /srv/saraban/postgres/run/.s.PGSQL.5432'), { code: 'ENOENT' });
  const db = (() => Promise.reject(away)) as unknown as Database;
  const readiness = await readinessOf({ db, store: store(folder), diskFloor: 0 });
  expect(readiness.parts.database).toEqual({ ready: false, detail: 'ENOENT' });
});
