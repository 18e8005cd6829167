/** kill -9 in the middle of each step: nothing at the places is half a night, and the next run finishes without sending again what a place has whole. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { decryptBytes } from '../age.ts';
import { type Manifest, nightPath, type PackList } from '../format.ts';
import { collectTar } from '../tar-fixture.ts';
import { type CopyFixture, copyFixture } from './copy-fixture.ts';
import type { KillOrder } from './kill-fixture.ts';
import { makeCopy, stagingFolder } from './make-copy.ts';

const LETTERS = 8;

let fresh: FreshDatabase;
let fixture: CopyFixture;

beforeEach(async () => {
  fresh = await freshDatabase();
  fixture = await copyFixture(fresh, ['nas', 'usb']);
  const agency = await addTestAgency(fresh.db, 'tambon');
  for (let number = 0; number < LETTERS; number++) await enterLetter(fresh, agency, `Subject: ${number}\r\n\r\n${number}`);
});
afterEach(async () => {
  await fresh.close();
});

async function killed(at: KillOrder['at']): Promise<void> {
  const { context } = fixture;
  const order: KillOrder = {
    connection: fresh.connection,
    blobs: join(fresh.folder, 'blobs'),
    data: context.data,
    places: context.places.map(place => place.name),
    recipients: context.keys.recipients,
    at,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL('./kill-fixture.ts', import.meta.url)), JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const signal = await new Promise(resolve => child.once('exit', (_, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  // PostgreSQL gives the lock up when it sees that nobody is there.
  await vi.waitFor(async () => {
    expect(
      await fresh.owner`SELECT FROM pg_stat_activity WHERE application_name = 'saraban killed' AND datname = current_database()`,
    ).toHaveLength(0);
  });
}

/** Every night that lies in a place has every object it needs. */
async function expectWholeNights(): Promise<number> {
  let nights = 0;
  for (const place of fixture.context.places) {
    const objects = new Set<string>();
    const files = await place.list('packs');
    for (const { path } of files.filter(file => file.path.endsWith('.list.age'))) {
      const list = JSON.parse(String(await decryptBytes([fixture.identity], await readFile(join(place.name, path))))) as PackList;
      expect(files.find(file => file.path === path.replace('.list.', '.tar.gz.'))?.size).toBe(list.size);
      for (const object of list.objects) objects.add(object.sha256);
    }
    const blobs = await fresh.owner<{ sha256: string }[]>`SELECT encode(sha256, 'hex') AS sha256 FROM blob`;
    for (const { path } of await place.list('nights')) {
      nights++;
      const night = await collectTar(await decryptBytes([fixture.identity], await readFile(join(place.name, path))));
      const manifest = JSON.parse(String(night.get('manifest.json'))) as Manifest;
      for (const piece of manifest.tables.flatMap(table => table.pieces)) expect(objects).toContain(piece.sha256);
      for (const { sha256 } of blobs) expect(objects).toContain(sha256);
    }
  }
  return nights;
}

const points: [string, KillOrder['at'], number][] = [
  ['before anything was read', { step: 'tables' }, 0],
  ['before the letters', { step: 'letters' }, 0],
  ['before a pack is sent', { send: 'packs/', when: 'before' }, 0],
  ['when a pack was sent, and nobody noted it', { send: 'packs/', when: 'after' }, 0],
  ['when all packs are there', { step: 'sending' }, 0],
  ['before the night file is written', { step: 'night' }, 0],
  ['before the night file is sent', { send: 'nights/', when: 'before' }, 0],
  ['when the night file was sent, and nobody noted it', { send: 'nights/', when: 'after' }, 1],
];

test.each(points)('killed %s', async (_, at, nightsAtFirst) => {
  await killed(at);
  expect(await fixture.context.places[0]?.list('nights')).toHaveLength(nightsAtFirst);
  await expectWholeNights();
  const before = new Set((await fixture.context.places[0]?.list('packs'))?.map(file => file.path));
  const known = await fresh.owner<
    { pack: string }[]
  >`SELECT pack FROM pack_at_place WHERE place = ${fixture.context.places[0]?.name ?? ''}`;

  const made = await makeCopy(fixture.context);
  expect(made).toMatchObject({ outcome: 'made', entries: LETTERS, problem: '', places: [{ outcome: 'sent' }, { outcome: 'sent' }] });
  // What the place was known to have is there as it was, and its letters were packed once.
  const after = new Set((await fixture.context.places[0]?.list('packs'))?.map(file => file.path));
  for (const path of before) expect(after).toContain(path);
  for (const { pack } of known)
    expect(await fresh.owner`SELECT FROM pack_at_place WHERE pack = ${pack} AND state = 'sent'`).not.toHaveLength(0);
  const twice = await fresh.owner`
    SELECT o.sha256 FROM pack_object o JOIN pack p ON p.name = o.pack JOIN pack_at_place a ON a.pack = p.name AND a.state = 'sent'
    WHERE p.holds = 'letters' GROUP BY o.sha256, a.place HAVING count(*) > 1`;
  expect(twice).toHaveLength(0);
  expect(await expectWholeNights()).toBeGreaterThanOrEqual(2);

  const states = await fresh.owner<{ state: string }[]>`SELECT state FROM copy ORDER BY began_at, state`;
  expect(states.map(row => row.state)).toEqual([nightsAtFirst === 0 ? 'failed' : 'made', 'made']);
  expect(await readdir(stagingFolder(fixture.context.data))).toEqual([]);
});

test('a pack that was built and not sent is taken up, not packed again', async () => {
  await killed({ send: 'packs/', when: 'before' });
  const built = await fresh.owner<{ name: string }[]>`SELECT name FROM pack ORDER BY name`;
  expect(built.length).toBeGreaterThan(0);
  await makeCopy(fixture.context);
  for (const { name } of built) expect(await fixture.context.places[0]?.list(`packs/${name.slice(0, 2)}`)).toHaveLength(2);
});

test('a night that had reached one place when the process was killed is a copy there', async () => {
  await killed({ send: 'nights/', when: 'after' });
  await makeCopy(fixture.context);
  const [first] = await fresh.owner<{ id: string }[]>`SELECT id FROM copy ORDER BY began_at LIMIT 1`;
  // Not by its place in the list: two copies of the same second sort by chance.
  expect((await fixture.context.places[0]?.list('nights'))?.map(night => night.path)).toContain(nightPath(first?.id ?? ''));
  expect(
    await fresh.owner`SELECT state FROM copy_at_place WHERE copy_id = ${first?.id ?? ''} AND place = ${fixture.context.places[0]?.name ?? ''}`,
  ).toMatchObject([{ state: 'sent' }]);
});
