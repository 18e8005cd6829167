/** Between nights: what was written after the night comes back row for row, from the file alone, in the program and in psql. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import { confirmEntry } from '../../register/act/confirm.ts';
import { type Database, openDatabase, type Transaction } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { openSecretBox } from '../../register/seal/secret-box.ts';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { decryptStream, newIdentity, recipientOf } from '../age.ts';
import { LoadFault, loadTables, prepareSchema } from '../db/load.ts';
import { cutIntoPieces } from '../db/pieces.ts';
import { copyOut, selectRows, sequenceValues, tableShapes } from '../db/tables.ts';
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest, minutesFolder, type TableCopy } from '../format.ts';
import { openFolderPlace } from '../place/folder.ts';
import { readTar } from '../tar.ts';
import { applyChanges, blobsIn } from './apply.ts';
import { FOUND_BY_XMIN } from './cut.ts';
import { type ChangesContext, makeChanges } from './make-changes.ts';
import { selectWatchedTables } from './queries.ts';
import { watchChanges } from './watch.ts';

const MIGRATIONS = new URL('../../register/db/migrations/', import.meta.url);
const NIGHT = '20261122T020000Z-00000001';
const run = promisify(execFile);

let fresh: FreshDatabase;
let agency: number;
let identity: string;
let context: ChangesContext;
let clock: Date;
let places: string[];
const made: string[] = [];

beforeAll(async () => {
  identity = await newIdentity();
});
beforeEach(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'tambon');
  clock = new Date(TEST_TIME);
  places = [join(fresh.folder, 'nas'), join(fresh.folder, 'usb')];
  context = {
    db: fresh.owner,
    store: fresh.store,
    places: places.map(path => openFolderPlace(path, { data: fresh.folder, bandwidth: null })),
    keys: { recipients: [await recipientOf(identity)] },
    box: await openSecretBox(join(fresh.folder, 'keys', 'secrets.key')),
    data: fresh.folder,
    now: () => clock,
    version: '0',
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
});
afterEach(async () => {
  for (const name of made.splice(0)) await fresh.admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
  await fresh.close();
});

interface Night {
  tables: TableCopy[];
  sequences: Manifest['sequences'];
  pieces: Map<string, Buffer>;
}

/** A whole copy as the register was at this moment: the tables in memory, and the rows that say it lies in the places. */
async function night(at = places, id = NIGHT): Promise<Night> {
  const pieces = new Map<string, Buffer>();
  const tables: TableCopy[] = [];
  let sequences: Manifest['sequences'] = [];
  let snapshot = '';
  await fresh.owner.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
    snapshot = (await tx`SELECT pg_current_snapshot()::text AS text`)[0]?.text;
    for (const shape of await tableShapes(tx)) {
      const cut = await cutIntoPieces(copyOut(tx, selectRows(shape)), async (piece, sha256) => void pieces.set(sha256, piece));
      tables.push({ name: shape.name, columns: shape.columns, key: shape.key, ...cut });
    }
    sequences = await sequenceValues(tx);
  });
  await fresh.owner`INSERT INTO copy (id, kind, state, began_at, cut_at, snapshot, manifest_sha256)
                    VALUES (${id}, 'whole', 'made', ${clock}, ${clock}, ${snapshot}, decode(repeat('ab', 32), 'hex'))`;
  for (const place of at) await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${id}, ${place}, 'sent')`;
  return { tables, sequences, pieces };
}

/** Unpacks a copy of changes into a folder as a stranger would. */
async function unpack(file: string): Promise<{ manifest: Manifest; folder: string; read: (sha256: string) => Promise<Buffer> }> {
  const folder = await mkdtemp(join(fresh.folder, 'unpacked-'));
  await mkdir(join(folder, 'objects'));
  const plain = decryptStream([identity])(createReadStream(file));
  const gunzip = createGunzip();
  (async () => {
    for await (const chunk of plain) gunzip.write(chunk);
    gunzip.end();
  })().catch(error => gunzip.destroy(error));
  for await (const entry of readTar(gunzip)) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry.bytes) chunks.push(chunk);
    await mkdir(dirname(join(folder, entry.path)), { recursive: true });
    await writeFile(join(folder, entry.path), Buffer.concat(chunks));
  }
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  return { manifest, folder, read: sha256 => readFile(join(folder, 'objects', sha256)) };
}

async function filesAt(place: string, base = NIGHT): Promise<string[]> {
  const folder = join(place, minutesFolder(base));
  const names = await readdir(folder).catch(() => []);
  return names.sort().map(name => join(folder, name));
}

async function restoredNight(copy: Night): Promise<Database> {
  const name = `changes_${randomUUID().replaceAll('-', '')}`;
  await fresh.admin.unsafe(`CREATE DATABASE ${name}`);
  made.push(name);
  const db = openDatabase(
    { ...(fresh.connection as { host: string; port: number; user: string }), database: name },
    { role: 'owner', max: 2, name: 'test' },
  );
  const names = (await readdir(MIGRATIONS)).filter(one => one.endsWith('.sql')).sort();
  await prepareSchema(
    db,
    await Promise.all(names.map(async one => ({ name: one, text: await readFile(new URL(one, MIGRATIONS), 'utf8') }))),
  );
  await loadTables(db, {
    tables: copy.tables,
    sequences: copy.sequences,
    readPiece: async sha256 => copy.pieces.get(sha256) ?? Buffer.alloc(0),
  });
  return db;
}

async function rowsOf(db: Database): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  await db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
    for (const shape of await tableShapes(tx)) {
      const chunks: Buffer[] = [];
      for await (const chunk of copyOut(tx, selectRows(shape))) chunks.push(chunk);
      rows[shape.name] = Buffer.concat(chunks).toString('utf8');
    }
    rows.sequences = JSON.stringify(await sequenceValues(tx as Transaction));
  });
  return rows;
}

const SHAPE = `SELECT pg_get_triggerdef(oid) || tgenabled::text AS text FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  ORDER BY 1`;

/** A morning's work in every manner: new letters, acts, an amendment, what is deleted, what is exchanged. */
async function aMorning(): Promise<void> {
  const officer = testOfficer(agency, 'saraban');
  const [first = '', second = ''] = (await fresh.owner<{ id: string }[]>`SELECT id FROM entry ORDER BY number`).map(row => row.id);
  const register = testContext(fresh, () => new Date(TEST_TIME.getTime() + 3_600_000));
  expect(await confirmEntry(register, officer, { entryId: first })).toMatchObject({ outcome: 'done' });
  const amended = await amendEntry(register, testOfficer(agency, 'administrator'), {
    entryId: second,
    version: 1,
    facts: { subject: 'เรื่อง\tใหม่\\กว่า\nเดิม' },
    reason: 'แก้คำผิด',
  } as Parameters<typeof amendEntry>[2]);
  expect(amended).toMatchObject({ outcome: 'done' });
  for (let at = 0; at < 5; at++) await enterLetter(fresh, agency, `Subject: morning ${at}\r\n\r\n${randomUUID()}\r\n`);
  await inAgency(fresh.db, agency, THE_APPLIANCE, async tx => {
    await tx`DELETE FROM correspondent WHERE name_th = 'gone'`;
    // Unit codes exchanged: what is unique must not stand in the way of its own other half.
    await tx`UPDATE unit SET code = 'tmp' WHERE code = 'one'`;
    await tx`UPDATE unit SET code = 'one' WHERE code = 'two'`;
    await tx`UPDATE unit SET code = 'two' WHERE code = 'tmp'`;
    await tx`DELETE FROM account_unit WHERE unit_id = (SELECT id FROM unit WHERE code = 'one')`;
    await tx`UPDATE account SET name = 'another name' WHERE login = 'suda'`;
  });
  expect(
    await cancelEntry(register, testOfficer(agency, 'administrator'), { entryId: second, reason: 'ลงซ้ำ' } as Parameters<
      typeof cancelEntry
    >[2]),
  ).toMatchObject({
    outcome: 'done',
  });
}

async function anEvening(): Promise<void> {
  const one = await addTestUnit(fresh.db, agency, 'one');
  const two = await addTestUnit(fresh.db, agency, 'two');
  await addTestAccount(fresh, agency, 'suda', 'unit', [one, two]);
  for (let at = 0; at < 3; at++) await enterLetter(fresh, agency, `Subject: night ${at}\r\n\r\n${randomUUID()}\r\n`);
  await inAgency(fresh.db, agency, THE_APPLIANCE, async tx => {
    for (const name of ['gone', 'stays']) {
      const id = randomUUID();
      await tx`INSERT INTO correspondent (agency_id, id, name_th, name_key, source, created_at) VALUES (${agency}, ${id}, ${name}, ${name}, 'typed', ${TEST_TIME})`;
      await tx`INSERT INTO correspondent_address (agency_id, address, correspondent_id) VALUES (${agency}, ${`${name}@x.example`}, ${id})`;
    }
  });
}

test('every table that copies hold notes its changes: a migration that makes a table calls watch_changes', async () => {
  const copied = await fresh.owner.begin(async tx => (await tableShapes(tx)).map(shape => shape.name));
  const watched = await selectWatchedTables(fresh.owner);
  expect(copied.filter(name => !watched.includes(name))).toEqual(FOUND_BY_XMIN);
  expect(watched.filter(name => !copied.includes(name))).toEqual([]);
});

test('nothing is noted while nobody copies, and the application can neither read notes nor forge them', async () => {
  await anEvening();
  expect(await fresh.owner`SELECT FROM changed`).toHaveLength(0);
  await watchChanges(fresh.owner, true);
  await enterLetter(fresh, agency, `Subject: one\r\n\r\n${randomUUID()}\r\n`);
  expect((await fresh.owner`SELECT FROM changed`).length).toBeGreaterThan(2);
  for (const statement of [
    'SELECT FROM changed',
    'DELETE FROM changed',
    'DELETE FROM change_watch',
    "INSERT INTO changed VALUES ('1', 'x', '[]')",
  ]) {
    await expect(fresh.db.unsafe(statement)).rejects.toThrow('permission denied');
  }
  await watchChanges(fresh.owner, false);
  expect(await fresh.owner`SELECT FROM changed`).toHaveLength(0);
});

describe('night and changes', () => {
  test('together are the register as it is, row for row; and verify holds over what came with them', async () => {
    await watchChanges(fresh.owner, true);
    await anEvening();
    const copy = await night();
    const letters = new Set<string>();
    for await (const sha256 of fresh.store.list()) letters.add(sha256);
    await aMorning();
    expect(await makeChanges(context)).toMatchObject({
      outcome: 'made',
      places: [
        { outcome: 'sent', files: 1 },
        { outcome: 'sent', files: 1 },
      ],
    });
    clock = new Date(clock.getTime() + 300_000);
    expect(await makeChanges(context)).toMatchObject({ outcome: 'nothing' });
    await enterLetter(fresh, agency, `Subject: later\r\n\r\n${randomUUID()}\r\n`);
    await fresh.owner`UPDATE account SET name = 'changed twice' WHERE login = 'suda'`;
    expect(await makeChanges(context)).toMatchObject({ outcome: 'made', rows: expect.any(Number), blobs: 1 });

    const files = await filesAt(places[1] ?? '');
    expect(files).toHaveLength(2);
    const db = await restoredNight(copy);
    try {
      const shape = await db.unsafe(SHAPE);
      const store = await openFolderStore(join(fresh.folder, 'restored'));
      for (const sha256 of letters) await store.put(await fresh.store.read(sha256));
      let previous = { id: NIGHT, manifestSha256: 'ab'.repeat(32) };
      for (const file of files) {
        const { manifest, folder, read } = await unpack(file);
        expect(manifest).toMatchObject({ kind: 'changes', base: NIGHT, previous });
        const bytes = await readFile(join(folder, MANIFEST));
        const checked = checkSignature(readSignature(await readFile(join(folder, MANIFEST_SIGNATURE))), thingOf(MANIFEST, bytes), null);
        expect(checked).toMatchObject({ outcome: 'holds' });
        await applyChanges(db, manifest, read);
        for (const blob of await blobsIn(manifest, read)) await store.put(await read(blob.sha256));
        const [row] = await fresh.owner`SELECT encode(manifest_sha256, 'hex') AS sha256 FROM copy WHERE id = ${manifest.id}`;
        previous = { id: manifest.id, manifestSha256: row?.sha256 };
      }
      expect(await rowsOf(db)).toEqual(await rowsOf(fresh.owner));
      expect(await db.unsafe(SHAPE)).toEqual(shape);
      expect((await verify({ db, store })).faults).toEqual([]);
      await expect(db`DELETE FROM entry`).rejects.toThrow('append-only');
    } finally {
      await db.end();
    }
  });

  test('a stranger’s psql comes to the same', async () => {
    await watchChanges(fresh.owner, true);
    await anEvening();
    const copy = await night();
    await aMorning();
    await makeChanges(context);
    const db = await restoredNight(copy);
    try {
      const [file = ''] = await filesAt(places[0] ?? '');
      const { folder } = await unpack(file);
      const { host, port, user } = fresh.connection as { host: string; port: number; user: string };
      await run('psql', ['-X', '-q', '-h', host, '-p', String(port), '-U', user, '-d', made.at(-1) ?? '', '-f', 'apply.sql'], {
        cwd: folder,
      });
      expect(await rowsOf(db)).toEqual(await rowsOf(fresh.owner));
    } finally {
      await db.end();
    }
  });

  test('a row changed in a transaction that spans the night is in the changes, savepoints too', async () => {
    await watchChanges(fresh.owner, true);
    await anEvening();
    const gate = Promise.withResolvers<void>();
    const open = Promise.withResolvers<void>();
    const slow = fresh.owner.begin(async tx => {
      await tx`UPDATE account SET name = 'across the night' WHERE login = 'suda'`;
      await tx.savepoint(inner => inner`UPDATE series SET last_number = last_number WHERE agency_id = ${agency}`);
      open.resolve();
      await gate.promise;
    });
    await open.promise;
    const other = openDatabase(fresh.connection, { role: 'owner', max: 2, name: 'test' });
    const owner = fresh.owner;
    fresh.owner = other;
    try {
      await night();
    } finally {
      fresh.owner = owner;
      gate.resolve();
      await slow;
      await other.end();
    }
    await makeChanges(context);
    const [file = ''] = await filesAt(places[0] ?? '');
    const { manifest } = await unpack(file);
    expect(manifest.tables.map(table => table.name)).toEqual(expect.arrayContaining(['account', 'series']));
  });

  test('a changed byte is found, and nothing of the file stays', async () => {
    await watchChanges(fresh.owner, true);
    await anEvening();
    const copy = await night();
    await aMorning();
    await makeChanges(context);
    const db = await restoredNight(copy);
    try {
      const [file = ''] = await filesAt(places[0] ?? '');
      const { manifest, read } = await unpack(file);
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

describe('what only a night can go on from', () => {
  test('no night at all; a night cut before the notes began; a new table', async () => {
    expect(await makeChanges(context)).toEqual({ outcome: 'no-base' });
    await anEvening();
    await night();
    expect(await makeChanges(context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
    await watchChanges(fresh.owner, true);
    expect(await makeChanges(context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
    clock = new Date(clock.getTime() + 60_000);
    await night(places, '20261122T030000Z-00000002');
    await fresh.owner`INSERT INTO migration (name, sha256) VALUES ('9999_later.sql', 'x')`;
    expect(await makeChanges(context)).toEqual({ outcome: 'needs-night', why: 'schema' });
    await fresh.owner`DELETE FROM migration WHERE name = '9999_later.sql'`;
  });

  test('more than the bound, and notes of weeks', async () => {
    await watchChanges(fresh.owner, true);
    await night();
    await anEvening();
    expect(await makeChanges(context, { bytes: 100, notes: 1e9 })).toEqual({ outcome: 'needs-night', why: 'too-much' });
    expect(await makeChanges(context, { bytes: 1e9, notes: 100 })).toEqual({ outcome: 'needs-night', why: 'too-much' });
    // The notes were given up: what follows must not be taken for all there was.
    expect(await makeChanges(context)).toEqual({ outcome: 'needs-night', why: 'unwatched' });
  });
});

describe('a place that is away', () => {
  test('gets what it missed afterwards, in order; without the night it gets nothing', async () => {
    const [nas = '', usb = ''] = places;
    await watchChanges(fresh.owner, true);
    await mkdir(usb);
    await night([usb]);
    await rename(usb, `${usb}.away`);
    await writeFile(usb, 'a file where the folder was');
    for (let at = 0; at < 2; at++) {
      await enterLetter(fresh, agency, `Subject: missed ${at}\r\n\r\n${randomUUID()}\r\n`);
      clock = new Date(clock.getTime() + 300_000);
      expect(await makeChanges(context)).toMatchObject({
        outcome: 'made',
        places: [
          { place: nas, outcome: 'no-night' },
          { place: usb, outcome: 'failed' },
        ],
      });
    }
    await rm(usb);
    await rename(`${usb}.away`, usb);
    expect(await makeChanges(context)).toMatchObject({
      outcome: 'nothing',
      places: [
        { place: nas, outcome: 'no-night' },
        { place: usb, outcome: 'sent', files: 2 },
      ],
    });
    expect(await filesAt(usb)).toHaveLength(2);
    // Still waiting for the place that has no night yet.
    expect(await readdir(join(fresh.folder, 'copies', 'minutes', NIGHT))).toHaveLength(2);
    await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${NIGHT}, ${nas}, 'sent')`;
    expect(await makeChanges(context)).toMatchObject({
      places: [
        { outcome: 'sent', files: 2 },
        { outcome: 'sent', files: 0 },
      ],
    });
    expect(await readdir(join(fresh.folder, 'copies', 'minutes', NIGHT))).toEqual([]);
  });

  test('when a link is gone, the place waits for the next night', async () => {
    await watchChanges(fresh.owner, true);
    await night(places.slice(1));
    await enterLetter(fresh, agency, `Subject: one\r\n\r\n${randomUUID()}\r\n`);
    await makeChanges(context);
    await rm(join(fresh.folder, 'copies', 'minutes', NIGHT), { recursive: true });
    await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${NIGHT}, ${places[0] ?? ''}, 'sent')`;
    await enterLetter(fresh, agency, `Subject: two\r\n\r\n${randomUUID()}\r\n`);
    clock = new Date(clock.getTime() + 300_000);
    expect(await makeChanges(context)).toMatchObject({ outcome: 'made', places: [{ outcome: 'broken' }, { outcome: 'sent' }] });
    expect(await filesAt(places[0] ?? '')).toEqual([]);
    // The next night has all of it, and the places go on from there.
    clock = new Date(clock.getTime() + 300_000);
    const next = '20261123T020000Z-00000002';
    await night(places, next);
    await enterLetter(fresh, agency, `Subject: three\r\n\r\n${randomUUID()}\r\n`);
    expect(await makeChanges(context)).toMatchObject({
      outcome: 'made',
      places: [
        { outcome: 'sent', files: 1 },
        { outcome: 'sent', files: 1 },
      ],
    });
    expect(await filesAt(places[0] ?? '', next)).toHaveLength(1);
    // The notes that the night holds are gone.
    const [left] =
      await fresh.owner`SELECT count(*)::integer AS n FROM changed c, copy WHERE copy.id = ${next} AND pg_visible_in_snapshot(c.at, copy.snapshot::pg_snapshot)`;
    expect(left?.n).toBe(0);
  });
});
