/** A whole copy: what travels and what does not, what is said when something is wrong, and that a place never keeps another from its copy. */
import { readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { decryptBytes } from '../age.ts';
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest, nightPath, type PackList, packListPath, README } from '../format.ts';
import type { Place } from '../place/place.ts';
import { collectTar } from '../tar-fixture.ts';
import type { CopyContext, CopyOutcome } from './context.ts';
import { type CopyFixture, copyFixture } from './copy-fixture.ts';
import { asOnlyMaker } from './lock.ts';
import { makeCopy, stagingFolder } from './make-copy.ts';

let fresh: FreshDatabase;
let fixture: CopyFixture;
let context: CopyContext;
let agency: number;
let whole: boolean;

beforeEach(async () => {
  fresh = await freshDatabase();
  fixture = await copyFixture(fresh, ['nas', 'usb']);
  context = fixture.context;
  agency = await addTestAgency(fresh.db, 'tambon');
  whole = true;
});
afterEach(async () => {
  await fresh.close(whole);
});

const letter = (number: number) => `From: a@sender.example\r\nSubject: letter ${number}\r\n\r\n${'x'.repeat(number % 50)} ${number}\r\n`;

async function enter(from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) await enterLetter(fresh, agency, letter(number));
}

type Made = Extract<CopyOutcome, { id: string }>;

async function make(change: Partial<CopyContext> = {}): Promise<Made> {
  const outcome = await makeCopy({ ...context, ...change });
  if (outcome.outcome === 'no-place') throw new Error('no place');
  return outcome;
}

async function night(place: string, id: string): Promise<Map<string, Buffer>> {
  const encrypted = await readFile(join(fixture.folderOf(place), nightPath(id)));
  return await collectTar(await decryptBytes([fixture.identity], encrypted));
}

async function lists(place: string): Promise<PackList[]> {
  const names = (await readdir(join(fixture.folderOf(place), 'packs'), { recursive: true })).filter(name => name.endsWith('.list.age'));
  return await Promise.all(
    names.map(
      async name =>
        JSON.parse(
          (await decryptBytes([fixture.identity], await readFile(join(fixture.folderOf(place), 'packs', name)))).toString(),
        ) as PackList,
    ),
  );
}

const objectsOf = (packs: PackList[]) => packs.flatMap(pack => pack.objects.map(object => object.sha256)).sort();

/** A place that fails, or dies, at the n-th sending. */
function failing(place: Place, from: number, error: () => Error): Place {
  let sends = 0;
  return {
    ...place,
    async send(files, options) {
      sends++;
      if (sends >= from) throw error();
      await place.send(files, options);
    },
  };
}

const away = () => new Failure({ code: 'place-away', temporary: true, message: 'gone', userMessage: { th: 'หาย', en: 'gone' } });

describe('a first night', () => {
  test('brings every blob, every row and every file to every place', async () => {
    await enter(1, 20);
    const made = await make();
    expect(made).toMatchObject({ outcome: 'made', entries: 20, blobs: 20, newBlobs: 20, damagedBlobs: [], problem: '', clockOff: false });
    expect(made.places).toEqual(context.places.map(place => ({ place: place.name, outcome: 'sent' })));
    for (const place of ['nas', 'usb']) {
      const files = await night(place, made.id);
      const manifest = JSON.parse(String(files.get(MANIFEST))) as Manifest;
      expect(manifest).toMatchObject({ id: made.id, kind: 'whole', blobs: { count: 20 } });
      expect(manifest.files.map(file => [file.path, file.mode])).toEqual([
        ['ca/ministry.pem', 0o644],
        ['config/saraban.conf', 0o644],
        ['keys/secrets.key', 0o600],
      ]);
      for (const file of manifest.files) expect(files.get(`files/${file.path}`)?.length).toBe(file.size);
      const signed = checkSignature(
        readSignature(files.get(MANIFEST_SIGNATURE) as Buffer),
        thingOf(MANIFEST, files.get(MANIFEST) as Buffer),
        null,
      );
      expect(signed.outcome).toBe('holds');
      const letters = objectsOf((await lists(place)).filter(pack => pack.holds === 'letters'));
      const rows = await fresh.owner<{ sha256: string }[]>`SELECT encode(sha256, 'hex') AS sha256 FROM blob ORDER BY sha256`;
      expect(letters).toEqual(rows.map(row => row.sha256));
      const tables = objectsOf((await lists(place)).filter(pack => pack.holds === 'tables'));
      const needed = [...manifest.tables.flatMap(table => table.pieces), ...manifest.migrations].map(object => object.sha256);
      expect(tables).toEqual([...new Set(needed)].sort());
      expect(await readFile(join(fixture.folderOf(place), README), 'utf8')).toContain('AGE-SECRET-KEY-1');
    }
    expect(await readdir(stagingFolder(context.data))).toEqual([]);
    const [row] = await fresh.owner`SELECT state, step, entries, problem FROM copy`;
    expect(row).toEqual({ state: 'made', step: '', entries: 20, problem: '' });
  });

  test('lists no table that is named as not copied, and all others', async () => {
    const made = await make();
    const manifest = JSON.parse(String((await night('nas', made.id)).get(MANIFEST))) as Manifest;
    const names = manifest.tables.map(table => table.name);
    expect(names).not.toContain('copy');
    expect(names).not.toContain('web_session');
    expect(names).toEqual(expect.arrayContaining(['entry', 'agency', 'agency_key', 'migration', 'series']));
  });

  test('without a place there is none', async () => {
    expect(await makeCopy({ ...context, places: [] })).toEqual({ outcome: 'no-place' });
  });
});

describe('a second night', () => {
  test('sends what is new alone', async () => {
    await enter(1, 10);
    const first = await make();
    await enter(11, 13);
    const second = await make();
    expect(second).toMatchObject({ outcome: 'made', newBlobs: 3, blobs: 13, entries: 13 });
    expect(second.newBytes).toBeLessThan(first.newBytes);
    const letters = (await lists('nas')).filter(pack => pack.holds === 'letters');
    expect(objectsOf(letters)).toHaveLength(13);
  });

  test('sends no object when nothing changed but the key of the day before', async () => {
    await enter(1, 3);
    await make();
    const again = await make();
    expect(again).toMatchObject({ outcome: 'made', newBlobs: 0, newPieces: 0 });
  });

  test('a place added later gets everything, and the older one only what is new', async () => {
    await enter(1, 5);
    await make({ places: context.places.slice(0, 1) });
    await enter(6, 7);
    const second = await make();
    expect(second).toMatchObject({ outcome: 'made', newBlobs: 7 });
    const [nas, usb] = [await lists('nas'), await lists('usb')];
    expect(objectsOf(usb.filter(pack => pack.holds === 'letters'))).toHaveLength(7);
    // No object twice at the place that had five of them.
    expect(new Set(objectsOf(nas)).size).toBe(objectsOf(nas).length);
  });

  test('a pack that a proof found damaged is sent again', async () => {
    await enter(1, 4);
    await make();
    await fresh.owner`UPDATE pack_at_place SET state = 'damaged' WHERE place = ${context.places[0]?.name ?? ''}
      AND pack IN (SELECT name FROM pack WHERE holds = 'letters')`;
    expect(await make()).toMatchObject({ newBlobs: 4 });
    expect(objectsOf((await lists('nas')).filter(pack => pack.holds === 'letters'))).toHaveLength(8);
    expect(objectsOf((await lists('usb')).filter(pack => pack.holds === 'letters'))).toHaveLength(4);
  });

  test('a pack that is gone or cut short is noticed and sent again', async () => {
    await enter(1, 4);
    await make();
    const [pack] = await fresh.owner<{ name: string }[]>`SELECT name FROM pack WHERE holds = 'letters'`;
    await unlink(join(fixture.folderOf('nas'), packListPath(pack?.name ?? '')));
    expect(await make()).toMatchObject({ outcome: 'made', newBlobs: 4 });
    await truncate(join(fixture.folderOf('usb'), `packs/${pack?.name.slice(0, 2)}/${pack?.name}.tar.gz.age`), 10);
    expect(await make()).toMatchObject({ outcome: 'made', newBlobs: 4 });
  });

  test('a place that was emptied is not taken for a new one', async () => {
    await enter(1, 2);
    await make();
    await rm(fixture.folderOf('usb'), { recursive: true });
    const made = await make();
    expect(made.outcome).toBe('made');
    expect(made.places[1]).toMatchObject({ outcome: 'failed', failure: { code: 'place-emptied' } });
    expect(made.problem).toContain('empty');
  });
});

describe('when something is wrong', () => {
  test('a place that fails does not keep the other from its copy, and gets it the next night', async () => {
    await enter(1, 6);
    const [nas, usb] = context.places as [Place, Place];
    const made = await make({ places: [nas, failing(usb, 1, away)] });
    expect(made.outcome).toBe('made');
    expect(made.places).toMatchObject([{ outcome: 'sent' }, { outcome: 'failed', failure: { code: 'place-away' } }]);
    expect(await usb.list('')).toEqual([]);
    expect(await make()).toMatchObject({ places: [{ outcome: 'sent' }, { outcome: 'sent' }], newBlobs: 6 });
    expect(objectsOf((await lists('nas')).filter(pack => pack.holds === 'letters'))).toHaveLength(6);
    expect(objectsOf((await lists('usb')).filter(pack => pack.holds === 'letters'))).toHaveLength(6);
  });

  test('a place that fails in the middle has no night', async () => {
    await enter(1, 6);
    const [nas, usb] = context.places as [Place, Place];
    const made = await make({ places: [nas, failing(usb, 2, away)] });
    expect(made.outcome).toBe('made');
    expect(await usb.list('nights')).toEqual([]);
    expect(await fresh.owner`SELECT place, state FROM copy_at_place ORDER BY place`).toMatchObject([
      { state: 'sent' },
      { state: 'failed' },
    ]);
  });

  test('no place at all: the copy failed, and says why', async () => {
    const made = await make({ places: context.places.map(place => failing(place, 1, away)) });
    expect(made).toMatchObject({ outcome: 'failed', problem: 'gone; gone' });
    expect(await fresh.owner`SELECT state FROM copy`).toMatchObject([{ state: 'failed' }]);
  });

  test('a damaged and a missing blob are named, and in no pack', async () => {
    whole = false;
    await enter(1, 3);
    const rows = await fresh.owner<{ sha256: string }[]>`SELECT encode(sha256, 'hex') AS sha256 FROM blob ORDER BY sha256`;
    const [flipped, missing, good] = rows.map(row => row.sha256) as [string, string, string];
    const bytes = await readFile(fresh.store.pathOf(flipped));
    bytes[0] = (bytes[0] as number) ^ 1;
    await writeFile(fresh.store.pathOf(flipped), bytes);
    await unlink(fresh.store.pathOf(missing));
    const made = await make();
    expect(made.outcome).toBe('made');
    expect(made.damagedBlobs.sort()).toEqual([flipped, missing].sort());
    expect(made.problem).toContain(flipped);
    expect(objectsOf((await lists('nas')).filter(pack => pack.holds === 'letters'))).toEqual([good]);
  });

  test('one maker at a time', async () => {
    await asOnlyMaker(fresh.owner, async () => {
      await expect(makeCopy(context)).rejects.toMatchObject({ code: 'copy-running' });
    });
    expect((await make()).outcome).toBe('made');
  });

  test('a clock that stands before the newest copy is said', async () => {
    await make();
    const made = await make({ now: () => new Date(Date.now() - 365 * 86_400_000) });
    expect(made).toMatchObject({ outcome: 'made', clockOff: true });
    expect(made.problem).toContain('clock');
  });

  test('stopped in the middle, it is failed, and the next one is whole', async () => {
    await enter(1, 5);
    const stop = new AbortController();
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'letters') stop.abort();
    };
    await expect(makeCopy({ ...context, signal: stop.signal, onProgress })).rejects.toThrow();
    expect(await fresh.owner`SELECT state FROM copy`).toMatchObject([{ state: 'failed' }]);
    expect(await make()).toMatchObject({ outcome: 'made', blobs: 5 });
    expect(await readdir(stagingFolder(context.data))).toEqual([]);
  });
});

test('letters that come in while the cut is read are whole in the next one, and none is half in this', async () => {
  await enter(1, 5);
  const coming = enter(6, 30);
  const first = await make();
  await coming;
  const manifest = JSON.parse(String((await night('nas', first.id)).get(MANIFEST))) as Manifest;
  const series = manifest.series.find(one => one.series === 'receive');
  expect(series?.rows).toBe(series?.lastNumber);
  expect(manifest.tables.find(table => table.name === 'entry')?.rows).toBe(series?.rows);
  const letters = new Set(objectsOf((await lists('nas')).filter(pack => pack.holds === 'letters')));
  expect(letters.size).toBeGreaterThanOrEqual(manifest.blobs.count);
  expect(await make()).toMatchObject({ entries: 30, blobs: 30 });
});

test('read by several connections at once it is the same copy, of one instant', async () => {
  await enter(1, 12);
  const alone = await make();
  const coming = enter(13, 20);
  const wide = openDatabase(fresh.connection, { role: 'owner', max: 5, name: 'test' });
  try {
    const together = await make({ db: wide });
    await coming;
    const [first, second] = await Promise.all(
      [alone, together].map(async made => JSON.parse(String((await night('nas', made.id)).get(MANIFEST))) as Manifest),
    );
    expect(second?.tables.map(table => table.name)).toEqual(first?.tables.map(table => table.name));
    // What did not change between the two is the same to the byte; what did is of one instant.
    for (const name of ['agency', 'address', 'migration', 'agency_key'])
      expect(second?.tables.find(table => table.name === name)).toEqual(first?.tables.find(table => table.name === name));
    const rows = (name: string) => second?.tables.find(table => table.name === name)?.rows;
    expect(rows('entry')).toBe(second?.series.find(one => one.series === 'receive')?.lastNumber);
    expect(rows('message')).toBe(rows('entry'));
    expect(rows('blob')).toBe(second?.blobs.count);
  } finally {
    await wide.end({ timeout: 5 });
  }
});

test('stopped while several connections read, it ends, and the next one is whole', async () => {
  await enter(1, 3);
  const wide = openDatabase(fresh.connection, { role: 'owner', max: 5, name: 'test' });
  try {
    const stop = new AbortController();
    const onProgress = ({ step }: { step: string }) => {
      if (step === 'tables') stop.abort();
    };
    await expect(makeCopy({ ...context, db: wide, signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
    expect(await make({ db: wide })).toMatchObject({ outcome: 'made', blobs: 3 });
  } finally {
    await wide.end({ timeout: 5 });
  }
});
