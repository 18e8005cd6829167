/** Between nights: what was written after the night comes back row for row, from the file alone, in the program and in psql. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../register/db/connect.ts';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { LoadFault } from '../db/load.ts';
import { tableShapes } from '../db/tables.ts';
import { MANIFEST, MANIFEST_SIGNATURE } from '../format.ts';
import { applyChanges, blobsIn } from './apply.ts';
import { aMorning, anEvening, changesBench, filesAt, NIGHT, night, restoredNight, rowsOf, settled, unpack } from './changes-fixture.ts';
import { FOUND_BY_XMIN } from './cut.ts';
import { makeChanges } from './make-changes.ts';
import { selectWatchedTables } from './queries.ts';
import { watchChanges } from './watch.ts';

const run = promisify(execFile);
const bench = changesBench();

const SHAPE = `SELECT pg_get_triggerdef(oid) || tgenabled::text AS text FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  ORDER BY 1`;

test('every table that copies hold notes its changes: a migration that makes a table calls watch_changes', async () => {
  const copied = await bench.fresh.owner.begin(async tx => (await tableShapes(tx)).map(shape => shape.name));
  const watched = await selectWatchedTables(bench.fresh.owner);
  expect(copied.filter(name => !watched.includes(name))).toEqual(FOUND_BY_XMIN);
  expect(watched.filter(name => !copied.includes(name))).toEqual([]);
});

test('nothing is noted while nobody copies, and the application can neither read notes nor forge them', async () => {
  await anEvening(bench);
  expect(await bench.fresh.owner`SELECT FROM changed`).toHaveLength(0);
  await watchChanges(bench.fresh.owner, true);
  await enterLetter(bench.fresh, bench.agency, `Subject: one\r\n\r\n${randomUUID()}\r\n`);
  expect((await bench.fresh.owner`SELECT FROM changed`).length).toBeGreaterThan(2);
  for (const statement of [
    'SELECT FROM changed',
    'DELETE FROM changed',
    'DELETE FROM change_watch',
    "INSERT INTO changed VALUES ('1', 'x', '[]')",
  ]) {
    await expect(bench.fresh.db.unsafe(statement)).rejects.toThrow('permission denied');
  }
  await watchChanges(bench.fresh.owner, false);
  expect(await bench.fresh.owner`SELECT FROM changed`).toHaveLength(0);
});

describe('night and changes', () => {
  test('together are the register as it is, row for row; and verify holds over what came with them', async () => {
    await watchChanges(bench.fresh.owner, true);
    await anEvening(bench);
    const copy = await night(bench);
    const letters = new Set<string>();
    for await (const sha256 of bench.fresh.store.list()) letters.add(sha256);
    await aMorning(bench);
    await settled(bench);
    expect(await makeChanges(bench.context)).toMatchObject({
      outcome: 'made',
      places: [
        { outcome: 'sent', files: 1 },
        { outcome: 'sent', files: 1 },
      ],
    });
    bench.clock = new Date(bench.clock.getTime() + 300_000);
    expect(await makeChanges(bench.context)).toMatchObject({ outcome: 'nothing' });
    await enterLetter(bench.fresh, bench.agency, `Subject: later\r\n\r\n${randomUUID()}\r\n`);
    await bench.fresh.owner`UPDATE account SET name = 'changed twice' WHERE login = 'suda'`;
    expect(await makeChanges(bench.context)).toMatchObject({ outcome: 'made', rows: expect.any(Number), blobs: 1 });

    const files = await filesAt(bench.places[1] ?? '');
    expect(files).toHaveLength(2);
    const db = await restoredNight(bench, copy);
    try {
      const shape = await db.unsafe(SHAPE);
      const store = await openFolderStore(join(bench.fresh.folder, 'restored'));
      for (const sha256 of letters) await store.put(await bench.fresh.store.read(sha256));
      let previous = { id: NIGHT, manifestSha256: 'ab'.repeat(32) };
      for (const file of files) {
        const { manifest, folder, read } = await unpack(bench, file);
        expect(manifest).toMatchObject({ kind: 'changes', base: NIGHT, previous });
        const bytes = await readFile(join(folder, MANIFEST));
        const checked = checkSignature(readSignature(await readFile(join(folder, MANIFEST_SIGNATURE))), thingOf(MANIFEST, bytes), null);
        expect(checked).toMatchObject({ outcome: 'holds' });
        await applyChanges(db, manifest, read);
        for (const blob of await blobsIn(manifest, read)) await store.put(await read(blob.sha256));
        const [row] = await bench.fresh.owner`SELECT encode(manifest_sha256, 'hex') AS sha256 FROM copy WHERE id = ${manifest.id}`;
        previous = { id: manifest.id, manifestSha256: row?.sha256 };
      }
      expect(await rowsOf(db)).toEqual(await rowsOf(bench.fresh.owner));
      expect(await db.unsafe(SHAPE)).toEqual(shape);
      expect((await verify({ db, store })).faults).toEqual([]);
      await expect(db`DELETE FROM entry`).rejects.toThrow('append-only');
    } finally {
      await db.end();
    }
  });

  test('a stranger’s psql comes to the same', async () => {
    await watchChanges(bench.fresh.owner, true);
    await anEvening(bench);
    const copy = await night(bench);
    await aMorning(bench);
    await makeChanges(bench.context);
    const db = await restoredNight(bench, copy);
    try {
      const [file = ''] = await filesAt(bench.places[0] ?? '');
      const { folder } = await unpack(bench, file);
      const { host, port, user } = bench.fresh.connection as { host: string; port: number; user: string };
      await run('psql', ['-X', '-q', '-h', host, '-p', String(port), '-U', user, '-d', bench.made.at(-1) ?? '', '-f', 'apply.sql'], {
        cwd: folder,
      });
      expect(await rowsOf(db)).toEqual(await rowsOf(bench.fresh.owner));
    } finally {
      await db.end();
    }
  });

  test('a row changed in a transaction that spans the night is in the changes, savepoints too', async () => {
    await watchChanges(bench.fresh.owner, true);
    await anEvening(bench);
    const gate = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    const slow = bench.fresh.owner.begin(async tx => {
      await tx`UPDATE account SET name = 'across the night' WHERE login = 'suda'`;
      await tx.savepoint(inner => inner`UPDATE series SET last_number = last_number WHERE agency_id = ${bench.agency}`);
      open.resolve();
      await gate.promise;
    });
    await open.promise;
    const other = openDatabase(bench.fresh.connection, { role: 'owner', max: 2, name: 'test' });
    const owner = bench.fresh.owner;
    bench.fresh.owner = other;
    try {
      await night(bench);
    } finally {
      bench.fresh.owner = owner;
      gate.resolve();
      await slow;
      await other.end();
    }
    await makeChanges(bench.context);
    const [file = ''] = await filesAt(bench.places[0] ?? '');
    const { manifest } = await unpack(bench, file);
    expect(manifest.tables.map(table => table.name)).toEqual(expect.arrayContaining(['account', 'series']));
  });

  test('a changed byte is found, and nothing of the file stays', async () => {
    await watchChanges(bench.fresh.owner, true);
    await anEvening(bench);
    const copy = await night(bench);
    await aMorning(bench);
    await makeChanges(bench.context);
    const db = await restoredNight(bench, copy);
    try {
      const [file = ''] = await filesAt(bench.places[0] ?? '');
      const { manifest, read } = await unpack(bench, file);
      const was = await rowsOf(db);
      const target = manifest.tables.find(table => table.name === 'unit')?.pieces[0]?.sha256;
      const damaged = async (sha256: string) => {
        const bytes = Buffer.from(await read(sha256));
        if (sha256 === target) bytes[0] = 0x41;
        return bytes;
      };
      await expect(applyChanges(db, manifest, damaged)).rejects.toThrow(LoadFault);
      await expect(applyChanges(db, manifest, damaged)).rejects.toThrow('table unit');
      expect(await rowsOf(db)).toEqual(was);
    } finally {
      await db.end();
    }
  });
});
