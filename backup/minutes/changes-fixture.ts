/** For the tests of the copies of changes: a register with places beside it, a whole copy in memory, and what happens to it in a morning and an evening. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, expect } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import { confirmEntry } from '../../register/act/confirm.ts';
import { type Database, openDatabase, type Transaction } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { openSecretBox } from '../../register/seal/secret-box.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { decryptStream, newIdentity, recipientOf } from '../age.ts';
import { loadTables, prepareSchema } from '../db/load.ts';
import { cutIntoPieces } from '../db/pieces.ts';
import { copyOut, selectRows, sequenceValues, tableShapes } from '../db/tables.ts';
import { MANIFEST, type Manifest, minutesFolder, type TableCopy } from '../format.ts';
import { openFolderPlace } from '../place/folder.ts';
import { readTar } from '../tar.ts';
import type { ChangesContext } from './make-changes.ts';

const MIGRATIONS = new URL('../../register/db/migrations/', import.meta.url);
/** The name of the whole copy that the changes go on from. */
export const NIGHT = '20261122T020000Z-00000001';

export interface ChangesBench {
  fresh: FreshDatabase;
  agency: number;
  /** Opens the copies. */
  identity: string;
  context: ChangesContext;
  /** What the maker takes for the time; tests set it. */
  clock: Date;
  /** Folders of the two places. */
  places: string[];
  /** Databases that a test restored into; dropped behind it. */
  made: string[];
}

/** @returns what each test of the file finds made anew; call it once, at the top of a test file */
export function changesBench(): ChangesBench {
  const bench = { made: [] as string[] } as unknown as ChangesBench;
  beforeEach(async () => {
    const fresh = await freshDatabase();
    const identity = await newIdentity();
    const places = [join(fresh.folder, 'nas'), join(fresh.folder, 'usb')];
    const context: ChangesContext = {
      db: fresh.owner,
      store: fresh.store,
      places: places.map(path => openFolderPlace(path, { data: fresh.folder, bandwidth: null })),
      keys: { recipients: [await recipientOf(identity)] },
      box: await openSecretBox(join(fresh.folder, 'keys', 'secrets.key')),
      data: fresh.folder,
      now: () => bench.clock,
      version: '0',
      log: { info: () => {}, warn: () => {}, error: () => {} },
    };
    Object.assign(bench, { fresh, identity, places, context, agency: await addTestAgency(fresh.db, 'tambon'), clock: new Date(TEST_TIME) });
  });
  afterEach(async () => {
    for (const name of bench.made.splice(0)) await bench.fresh.admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    await bench.fresh.close();
  });
  return bench;
}

/**
 * Waits until no transaction older than the last change of a book is open anywhere on the server, where other test files have theirs. A copy that is cut
 * before has rows of `series` that the next one brings again (newerRows in cut.ts): harmless, and not `nothing`.
 */
export async function settled({ fresh }: ChangesBench): Promise<void> {
  const open = () => fresh.owner`
    SELECT FROM series WHERE xmin::text::bigint >= (pg_snapshot_xmin(pg_current_snapshot())::text::bigint & 4294967295)`;
  await expect.poll(async () => (await open()).length, { timeout: 30_000 }).toBe(0);
}

export interface Night {
  tables: TableCopy[];
  sequences: Manifest['sequences'];
  pieces: Map<string, Buffer>;
}

/** A whole copy as the register was at this moment: the tables in memory, and the rows that say it lies in the bench.places. */
export async function night(bench: ChangesBench, at = bench.places, id = NIGHT): Promise<Night> {
  const pieces = new Map<string, Buffer>();
  const tables: TableCopy[] = [];
  let sequences: Manifest['sequences'] = [];
  let snapshot = '';
  await bench.fresh.owner.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
    snapshot = (await tx`SELECT pg_current_snapshot()::text AS text`)[0]?.text;
    for (const shape of await tableShapes(tx)) {
      const cut = await cutIntoPieces(copyOut(tx, selectRows(shape)), async (piece, sha256) => void pieces.set(sha256, piece));
      tables.push({ name: shape.name, columns: shape.columns, key: shape.key, ...cut });
    }
    sequences = await sequenceValues(tx);
  });
  await bench.fresh.owner`INSERT INTO copy (id, kind, state, began_at, cut_at, snapshot, manifest_sha256)
                    VALUES (${id}, 'whole', 'made', ${bench.clock}, ${bench.clock}, ${snapshot}, decode(repeat('ab', 32), 'hex'))`;
  for (const place of at) await bench.fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${id}, ${place}, 'sent')`;
  return { tables, sequences, pieces };
}

/** Unpacks a copy of changes into a folder as a stranger would. */
export async function unpack(
  bench: ChangesBench,
  file: string,
): Promise<{ manifest: Manifest; folder: string; read: (sha256: string) => Promise<Buffer> }> {
  const folder = await mkdtemp(join(bench.fresh.folder, 'unpacked-'));
  await mkdir(join(folder, 'objects'));
  const plain = decryptStream([bench.identity])(createReadStream(file));
  const gunzip = createGunzip();
  (async () => {
    for await (const chunk of plain) gunzip.write(chunk);
    gunzip.end();
  })().catch(error => gunzip.destroy(error));
  for await (const entry of readTar(gunzip)) {
    await mkdir(dirname(join(folder, entry.path)), { recursive: true });
    await writeFile(join(folder, entry.path), await buffer(entry.bytes));
  }
  const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  return { manifest, folder, read: sha256 => readFile(join(folder, 'objects', sha256)) };
}

export async function filesAt(place: string, base = NIGHT): Promise<string[]> {
  const folder = join(place, minutesFolder(base));
  const names = await readdir(folder).catch(() => []);
  return names.sort().map(name => join(folder, name));
}

export async function restoredNight(bench: ChangesBench, copy: Night): Promise<Database> {
  const name = `changes_${randomUUID().replaceAll('-', '')}`;
  await bench.fresh.admin.unsafe(`CREATE DATABASE ${name}`);
  bench.made.push(name);
  const db = openDatabase(
    { ...(bench.fresh.connection as { host: string; port: number; user: string }), database: name },
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

export async function rowsOf(db: Database): Promise<Record<string, string>> {
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

/** A morning's work in every manner: new letters, acts, an amendment, what is deleted, what is exchanged. */
export async function aMorning(bench: ChangesBench): Promise<void> {
  const officer = testOfficer(bench.agency, 'saraban');
  const [first = '', second = ''] = (await bench.fresh.owner<{ id: string }[]>`SELECT id FROM entry ORDER BY number`).map(row => row.id);
  const register = testContext(bench.fresh, () => new Date(TEST_TIME.getTime() + 3_600_000));
  expect(await confirmEntry(register, officer, { entryId: first })).toMatchObject({ outcome: 'done' });
  const amended = await amendEntry(register, testOfficer(bench.agency, 'administrator'), {
    entryId: second,
    version: 1,
    facts: { subject: 'เรื่อง\tใหม่\\กว่า\nเดิม' },
    reason: 'แก้คำผิด',
  } as Parameters<typeof amendEntry>[2]);
  expect(amended).toMatchObject({ outcome: 'done' });
  for (let at = 0; at < 5; at++) await enterLetter(bench.fresh, bench.agency, `Subject: morning ${at}\r\n\r\n${randomUUID()}\r\n`);
  await inAgency(bench.fresh.db, bench.agency, THE_APPLIANCE, async tx => {
    await tx`DELETE FROM correspondent WHERE name_th = 'gone'`;
    // Unit codes exchanged: what is unique must not stand in the way of its own other half.
    await tx`UPDATE unit SET code = 'tmp' WHERE code = 'one'`;
    await tx`UPDATE unit SET code = 'one' WHERE code = 'two'`;
    await tx`UPDATE unit SET code = 'two' WHERE code = 'tmp'`;
    await tx`DELETE FROM account_unit WHERE unit_id = (SELECT id FROM unit WHERE code = 'one')`;
    await tx`UPDATE account SET name = 'another name' WHERE login = 'suda'`;
  });
  expect(
    await cancelEntry(register, testOfficer(bench.agency, 'administrator'), { entryId: second, reason: 'ลงซ้ำ' } as Parameters<
      typeof cancelEntry
    >[2]),
  ).toMatchObject({
    outcome: 'done',
  });
}

export async function anEvening(bench: ChangesBench): Promise<void> {
  const one = await addTestUnit(bench.fresh.db, bench.agency, 'one');
  const two = await addTestUnit(bench.fresh.db, bench.agency, 'two');
  await addTestAccount(bench.fresh, bench.agency, 'suda', 'unit', [one, two]);
  for (let at = 0; at < 3; at++) await enterLetter(bench.fresh, bench.agency, `Subject: night ${at}\r\n\r\n${randomUUID()}\r\n`);
  await inAgency(bench.fresh.db, bench.agency, THE_APPLIANCE, async tx => {
    for (const name of ['gone', 'stays']) {
      const id = randomUUID();
      await tx`INSERT INTO correspondent (agency_id, id, name_th, name_key, source, created_at) VALUES (${bench.agency}, ${id}, ${name}, ${name}, 'typed', ${TEST_TIME})`;
      await tx`INSERT INTO correspondent_address (agency_id, address, correspondent_id) VALUES (${bench.agency}, ${`${name}@x.example`}, ${id})`;
    }
  });
}
