/** Restoring: what a place can do wrong with the minutes, what is settled afterwards, numbers that are passed over, one agency into a living appliance. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../register/db/connect.ts';
import { prepareDatabase } from '../../register/prepare-database.ts';
import { openSecretBox } from '../../register/seal/secret-box.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME } from '../../test/database/letters.ts';
import { minutesPath } from '../format.ts';
import { type CopyFixture, copyFixture } from '../make/copy-fixture.ts';
import { makeCopy } from '../make/make-copy.ts';
import { makeChanges } from '../minutes/make-changes.ts';
import { watchChanges } from '../minutes/watch.ts';
import type { Place } from '../place/place.ts';
import { testScratch } from '../prove/proof-fixture.ts';
import { chooseCopy } from './choose.ts';
import type { Source } from './fetch.ts';
import { enterLostNumbers, MOST_LOST } from './lost-numbers.ts';
import { restoreAgency } from './one-agency.ts';
import { freeName } from './one-letter.ts';
import { openCopy } from './rebuild.ts';
import { claimDatabase, dropClaim, planOf, restoreAppliance } from './restore.ts';

const BY = { id: null, name: 'test', peer: 'cli' } as const;
const closing: (() => Promise<unknown>)[] = [];

let fresh: FreshDatabase;
let copy: CopyFixture;
let place: Place;
let agency: number;
let letters = 0;

beforeEach(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'tambon');
  copy = await copyFixture(fresh, ['nas']);
  place = copy.context.places[0] as Place;
  await letter();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await fresh.close();
});

async function letter(of = agency): Promise<string> {
  letters++;
  return await enterLetter(fresh, of, `Subject: ${letters}\r\n\r\n${letters}\r\n`);
}

async function night(): Promise<string> {
  const made = await makeCopy(copy.context);
  if (!('id' in made) || made.outcome !== 'made') throw new Error(JSON.stringify(made));
  return made.id;
}

async function minutes(): Promise<string> {
  const made = await makeChanges(copy.context);
  if (made.outcome !== 'made') throw new Error(JSON.stringify(made));
  return made.id;
}

async function emptyMachine() {
  const scratch = await testScratch(fresh);
  closing.push(scratch.close);
  const db = openDatabase(scratch.connection, { role: 'owner', max: 2, name: 'test' });
  closing.push(() => db.end({ timeout: 5 }));
  const source: Source = { place, identities: [copy.identity], scratch: join(scratch.folder, 'work'), fingerprints: null };
  await mkdir(source.scratch);
  return { ...scratch, db, source, data: join(scratch.folder, 'data') };
}

async function restored(wanted: { copy?: string; at?: Date } = {}) {
  const machine = await emptyMachine();
  const chosen = await chooseCopy(place, wanted);
  if (chosen.outcome !== 'chosen') throw new Error(chosen.outcome);
  const opened = await openCopy(machine.source, chosen.night, { minutes: true, until: chosen.until, among: null });
  const plan = planOf(opened);
  const result = await restoreAppliance({
    opened,
    data: machine.data,
    connection: machine.connection,
    prepare: prepareDatabase,
    by: BY,
    now: () => TEST_TIME,
  });
  const report = await verify({ db: machine.db, store: await openFolderStore(join(machine.data, 'blobs')) });
  return { ...machine, plan, result, report };
}

const numbers = async (db: Database) =>
  (await db`SELECT number FROM entry WHERE register = 'receive' ORDER BY number`).map(row => row.number as number);

describe('minutes after a night', () => {
  test('are applied in order, up to the time that is wanted', async () => {
    await watchChanges(fresh.owner, true);
    const first = await night();
    await letter();
    const second = await minutes();
    await letter();
    await minutes();
    const whole = await restored();
    expect(whole.plan).toMatchObject({ copyId: first, minutes: 2, faults: [] });
    expect(whole.report.faults).toEqual([]);
    expect(await numbers(whole.db)).toEqual([1, 2, 3]);
    const part = await restored({ copy: second });
    expect(part.plan.minutes).toBe(1);
    expect(await numbers(part.db)).toEqual([1, 2]);
    expect(part.report.faults).toEqual([]);
  });

  test('end at one that is missing, which is named', async () => {
    await watchChanges(fresh.owner, true);
    const id = await night();
    const made: string[] = [];
    for (let at = 0; at < 3; at++) {
      await letter();
      made.push(await minutes());
    }
    await rm(join(copy.folderOf('nas'), minutesPath(id, made[1] ?? '')));
    const short = await restored();
    expect(short.plan).toMatchObject({
      minutes: 1,
      faults: [{ object: minutesPath(id, made[1] ?? ''), problem: expect.stringContaining('missing') }],
    });
    expect(await numbers(short.db)).toEqual([1, 2]);
    expect(short.report.faults).toEqual([]);
  });

  test('end at one that was altered', async () => {
    await watchChanges(fresh.owner, true);
    const id = await night();
    await letter();
    const path = minutesPath(id, await minutes());
    const file = join(copy.folderOf('nas'), path);
    const bytes = await readFile(file);
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    await rm(file);
    await writeFile(file, bytes);
    expect((await restored()).plan).toMatchObject({ minutes: 0, faults: [{ object: path }] });
  });
});

describe('an appliance restored', () => {
  test('from a place where every list is lost: the packs tell by themselves, and the loss is named', async () => {
    await night();
    const lists = (await place.list('packs')).filter(file => file.path.endsWith('.list.age'));
    for (const { path } of lists) await rm(join(copy.folderOf('nas'), path));
    const { plan, report, db } = await restored();
    expect(report.faults).toEqual([]);
    expect(await numbers(db)).toEqual([1]);
    expect(plan.faults.map(fault => fault.object).sort()).toEqual(lists.map(file => file.path).sort());
  });

  test('keeps its keys with their modes, and answers nobody by itself', async () => {
    const entryId = await letter();
    await fresh.owner`UPDATE acknowledgement SET state = 'waiting' WHERE entry_id = ${entryId}`;
    await night();
    const { db, data, result, report } = await restored();
    expect(report.faults).toEqual([]);
    expect(result.settled).toEqual({ mails: 0, acknowledgements: 2 });
    expect(await db`SELECT DISTINCT state, reason FROM acknowledgement`).toEqual([{ state: 'uncertain', reason: 'restored' }]);
    expect((await readdir(join(data, 'keys'))).sort()).toEqual(['secrets.key']);
    expect(await readFile(join(data, 'ca', 'ministry.pem'), 'utf8')).toContain('certificate');
    expect(result.settingsFile).toBe('restored/saraban.conf');
    const [act] = await db`SELECT detail FROM act WHERE kind = 'restored' AND agency_id = ${agency}`;
    expect(act?.detail).toMatchObject({ lastNumbers: [{ register: 'receive', lastNumber: 2 }], uncertainAcknowledgements: 2 });
  });

  test('no database but an empty one, or the one of the very restore that was broken off', async () => {
    await night();
    const { db } = await restored();
    expect(await claimDatabase(db, 'a')).toBe('refused');
    const other = await emptyMachine();
    const nonce = randomUUID();
    expect(await claimDatabase(other.db, nonce)).toBe('empty');
    await prepareDatabase(other.connection);
    expect(await claimDatabase(other.db, randomUUID())).toBe('refused');
    expect(await claimDatabase(other.db, nonce)).toBe('begun-anew');
    expect(await other.db`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`).toEqual([]);
    await dropClaim(other.db);
  });
});

describe('numbers given after the copy', () => {
  const lost = async (next: number, change: { year?: number } = {}) =>
    await enterLostNumbers(
      fresh.db,
      agency,
      BY,
      { register: 'receive', next, ...change },
      { now: TEST_TIME, copyId: '20261122T000000Z-00000000' },
    );

  test('are entered as cancelled with their reason, and the next letter gets the next one', async () => {
    expect(await lost(5)).toEqual({ outcome: 'done', register: 'receive', year: 2569, from: 2, to: 4 });
    await letter();
    const rows = await fresh.owner`SELECT number, state, state_reason AS reason FROM entry ORDER BY number`;
    expect(rows.map(row => [row.number, row.state])).toEqual([
      [1, 'entered'],
      [2, 'cancelled'],
      [3, 'cancelled'],
      [4, 'cancelled'],
      [5, 'entered'],
    ]);
    expect(rows[1]?.reason).toContain('20261122T000000Z-00000000');
    expect(await lost(5)).toMatchObject({ outcome: 'nothing', lastNumber: 5 });
    expect(await fresh.owner`SELECT kind FROM act WHERE kind = 'cancelled'`).toHaveLength(3);
  });

  test('a year that is over, a year that has not begun, a slip of the keyboard', async () => {
    expect(await lost(3, { year: 2568 })).toMatchObject({ outcome: 'done', year: 2568, from: 1, to: 2 });
    expect(await lost(2, { year: 2570 })).toEqual({ outcome: 'not-yet', year: 2570 });
    expect(await lost(MOST_LOST + 3)).toMatchObject({ outcome: 'too-many' });
    expect(await numbers(fresh.owner)).toEqual([1, 1, 2]);
  });
});

test('one agency out of a copy moves into an appliance that does not have it', async () => {
  const other = await addTestAgency(fresh.db, 'other');
  await letter(other);
  const id = await night();
  const target = await freshDatabase();
  closing.push(() => target.close());
  const resident = await addTestAgency(target.db, 'resident');
  await enterLetter(target, resident, 'Subject: at home\r\n\r\nhere\r\n');
  const machine = await emptyMachine();
  const opened = await openCopy(machine.source, id, { minutes: true, until: null, among: null });
  const live = { db: target.owner, store: target.store, box: await openSecretBox(join(target.folder, 'keys', 'secrets.key')) };
  const options = { version: '0.0.0-test', now: () => new Date() };
  const outcome = await restoreAgency(opened, machine, 'tambon', live, options);
  expect(outcome).toMatchObject({
    outcome: 'done',
    faults: [],
    imported: { agency: { code: 'tambon', state: 'suspended' }, report: { faults: [], entries: 1 } },
  });
  expect(await target.owner`SELECT code FROM agency WHERE id > 0 ORDER BY code`).toEqual([{ code: 'resident' }, { code: 'tambon' }]);
});

test('names of files that a stranger chose', () => {
  const taken = new Set<string>();
  expect(freeName(taken, '../../etc/passwd')).toBe('_.._etc_passwd');
  expect(freeName(taken, '2 แผนที่.pdf')).toBe('2 แผนที่.pdf');
  expect(freeName(taken, '2 แผนที่.PDF')).toBe('2 2 แผนที่.PDF');
  expect(freeName(taken, '\u0000\u202e')).toBe('__');
  expect(freeName(taken, '')).toBe('file');
  expect(Buffer.byteLength(freeName(taken, 'ก'.repeat(300)))).toBeLessThanOrEqual(180);
});
