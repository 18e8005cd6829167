/** Retention over real copies: what goes goes from the place and the tables, what stays can still be put together. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../register/failure.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { decryptBytes } from '../age.ts';
import { type Manifest, minutesPath, nightPath, type PackList } from '../format.ts';
import type { CopyContext } from '../make/context.ts';
import { listCopies, listPlaceTotals } from '../make/copies.ts';
import { type CopyFixture, copyFixture } from '../make/copy-fixture.ts';
import { makeCopy } from '../make/make-copy.ts';
import type { Place } from '../place/place.ts';
import { collectTar } from '../tar-fixture.ts';
import type { Keep } from './decide.ts';
import { type PruneContext, prune } from './prune.ts';

const DAY = 86_400_000;
const KEEP: Keep = { withinDays: 2, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

let fresh: FreshDatabase;
let fixture: CopyFixture;
let context: CopyContext & PruneContext;
let agency: number;
let clock: number;
let place: Place;

beforeEach(async () => {
  fresh = await freshDatabase();
  fixture = await copyFixture(fresh, ['nas']);
  clock = Date.parse('2026-11-01T19:00:00Z');
  context = { ...fixture.context, now: () => new Date(clock), timeZone: 'Asia/Bangkok' };
  place = context.places[0] as Place;
  agency = await addTestAgency(fresh.db, 'tambon');
});
afterEach(async () => {
  await fresh.close();
});

/** A night a day, each with a letter of its own. @returns the ids */
async function nights(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) {
    clock += DAY;
    await enterLetter(fresh, agency, `Subject: ${clock}\r\n\r\n${clock}`);
    const made = await makeCopy(context);
    if (made.outcome !== 'made') throw new Error(made.outcome);
    ids.push(made.id);
  }
  return ids;
}

const prove = async (id: string) =>
  await fresh.owner`UPDATE copy_at_place SET state = 'proven', proven_at = ${new Date(clock)} WHERE copy_id = ${id}`;

/** Objects that the place's lists name, of packs that are there. */
async function objectsThere(): Promise<Set<string>> {
  const files = await place.list('packs');
  const objects = new Set<string>();
  for (const { path } of files.filter(file => file.path.endsWith('.list.age'))) {
    const list = JSON.parse(String(await decryptBytes([fixture.identity], await readFile(join(place.name, path))))) as PackList;
    expect(files.map(file => file.path)).toContain(path.replace('.list.age', '.tar.gz.age'));
    for (const object of list.objects) objects.add(object.sha256);
  }
  return objects;
}

test('old nights go with what they alone needed; those that stay miss nothing', async () => {
  const ids = await nights(6);
  await prove(ids[5] as string);
  const before = (await place.list('packs')).length;
  const [dry] = await prune(context, KEEP, { dryRun: true });
  expect(dry?.nights).toEqual([ids[2], ids[1], ids[0]]);
  expect(await place.list('nights')).toHaveLength(6);

  const [pruned] = await prune(context, KEEP);
  expect(pruned).toEqual(dry);
  expect(pruned?.packs.length).toBeGreaterThan(0);
  expect((await place.list('nights')).map(file => file.path)).toEqual(ids.slice(3).map(nightPath));
  expect((await place.list('packs')).length).toBe(before - 2 * (pruned?.packs.length ?? 0));
  const there = await objectsThere();
  for (const id of ids.slice(3)) {
    const files = await collectTar(await decryptBytes([fixture.identity], await readFile(join(place.name, nightPath(id)))));
    const manifest = JSON.parse(String(files.get('manifest.json'))) as Manifest;
    for (const piece of [...manifest.tables.flatMap(table => table.pieces), ...manifest.migrations]) expect(there).toContain(piece.sha256);
  }
  for (const { sha256 } of await fresh.owner<{ sha256: string }[]>`SELECT encode(sha256, 'hex') AS sha256 FROM blob`)
    expect(there).toContain(sha256);
  expect((await listCopies(fresh.owner)).map(copy => copy.places[0]?.state)).toEqual([
    'proven',
    'sent',
    'sent',
    'removed',
    'removed',
    'removed',
  ]);
  expect(await listPlaceTotals(fresh.owner)).toMatchObject([{ place: place.name, nights: 3, newest: ids[5], proven: ids[5] }]);
  // The next night finds all it needs, and a second pruning has nothing to do.
  expect(await makeCopy(context)).toMatchObject({ outcome: 'made', newBlobs: 0 });
  expect((await prune(context, KEEP))[0]).toMatchObject({ nights: [], packs: [] });
});

test('the minutes of a night go with it, and those before the last proven night', async () => {
  const ids = (await nights(4)) as [string, string, string, string];
  await prove(ids[3]);
  for (const [at, base] of ids.entries()) {
    const id = `${base.slice(0, 15)}Z-aaaaaaa${at}`;
    const local = join(fresh.folder, id);
    await writeFile(local, 'changes');
    await place.send([{ local, path: minutesPath(base, id), size: 7 }]);
    await fresh.owner`INSERT INTO copy (id, kind, base_id, state, began_at) VALUES (${id}, 'changes', ${base}, 'made', now())`;
    await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state) VALUES (${id}, ${place.name}, 'sent')`;
  }
  const [pruned] = await prune(context, KEEP);
  expect(pruned).toMatchObject({ nights: [ids[0]], minutes: [ids[0], ids[1], ids[2]] });
  expect((await place.list('minutes')).map(file => file.path.split('/')[1])).toEqual([ids[3]]);
});

test('a place of which nothing was proven keeps everything', async () => {
  await nights(5);
  expect(await prune(context, { ...KEEP, withinDays: 1 })).toMatchObject([{ nights: [], packs: [] }]);
  expect(await place.list('nights')).toHaveLength(5);
});

test.each([
  ['back', -365],
  ['forward', 365],
])('a clock set %s by a year removes nothing', async (_, days) => {
  const ids = await nights(5);
  await prove(ids[4] as string);
  clock += days * DAY;
  await expect(prune(context, KEEP)).rejects.toMatchObject({ code: 'clock-off', temporary: false });
  expect(await place.list('nights')).toHaveLength(5);
});

test('a place without the right to remove says so, and its nights stay in the list', async () => {
  const ids = await nights(5);
  await prove(ids[4] as string);
  const refusing: Place = {
    ...place,
    remove: async () => {
      throw new Failure({ code: 'place-refuses', temporary: false, message: 'no right', userMessage: { th: 'ไม่มีสิทธิ์', en: 'no right' } });
    },
  };
  const [pruned] = await prune({ ...context, places: [refusing] }, KEEP);
  expect(pruned?.failure).toMatchObject({ code: 'place-refuses' });
  expect(await fresh.owner`SELECT FROM copy_at_place WHERE state = 'removed'`).toHaveLength(0);
});
