/**
 * Before a copy: what the last run left behind, and whether the places still have what they are believed to have. A listing a place, no contents read
 * (that is the proof's): a pack that is gone or has another size counts as lacking and is sent again tonight.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../register/failure.ts';
import { nightPath, packListPath, packPath } from '../format.ts';
import type { Place, PlaceFile } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { Courier } from './courier.ts';
import { asOnlyMaker } from './lock.ts';
import { type BuiltPack, listFile, packFile } from './pack-writer.ts';
import {
  deletePack,
  forgetAtPlace,
  markPacksDamaged,
  type PackRow,
  saveAtPlace,
  selectNightsAt,
  selectPacksAt,
  selectUnfinished,
  selectUnsentPacks,
  settleUnfinished,
} from './queries.ts';

/** What lies in each place: sizes by path, of nights and packs. */
export type Listings = Map<string, Map<string, number>>;

/** Asks all places at once. One that is away is given up for this copy. */
export async function listPlaces(places: Place[], courier: Courier): Promise<Listings> {
  const listings: Listings = new Map();
  await Promise.all(
    places.map(async place => {
      try {
        const files: PlaceFile[] = [...(await place.list('nights')), ...(await place.list('packs'))];
        listings.set(place.name, new Map(files.map(file => [file.path, file.size])));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        courier.fail(place, error);
      }
    }),
  );
  return listings;
}

/** Copies that a killed process left 'running'. */
export async function settleBroken(context: Pick<CopyContext, 'db' | 'now' | 'log'>, listings: Listings): Promise<void> {
  for (const { id, written } of await selectUnfinished(context.db)) {
    const having = written ? [...listings].filter(([, files]) => files.has(nightPath(id))).map(([place]) => place) : [];
    await settleUnfinished(context.db, id, having, context.now());
    context.log.warn({ copy: id, places: having }, 'a copy had been broken off');
  }
}

/** Compares what is believed with what lies there. @throws nothing of a place: one that was emptied is given up for this copy */
export async function comparePlace(
  context: Pick<CopyContext, 'db' | 'log'>,
  place: Place,
  files: Map<string, number>,
  courier: Courier,
): Promise<void> {
  const packs = await selectPacksAt(context.db, place.name);
  const nights = await selectNightsAt(context.db, place.name);
  const lost = packs.filter(pack => files.get(packPath(pack.name)) !== pack.size || files.get(packListPath(pack.name)) !== pack.listSize);
  const gone = nights.filter(night => !files.has(nightPath(night.id)));
  if (packs.length + nights.length > 0 && files.size === 0) {
    courier.fail(place, emptied(place.name));
    return;
  }
  if (lost.length > 0) {
    context.log.error(
      { place: place.name, packs: lost.length, first: packPath(lost[0]?.name ?? '') },
      'packs are missing or cut short; they are sent again',
    );
    await markPacksDamaged(
      context.db,
      place.name,
      lost.map(pack => pack.name),
    );
  }
  for (const { id } of gone) {
    context.log.error({ place: place.name, copy: id }, 'a night is not in the place any more');
    await saveAtPlace(context.db, {
      id,
      place: place.name,
      state: 'damaged',
      sentAt: null,
      problem: `${nightPath(id)} is not there any more`,
    });
  }
}

/** Packs that were built but not sent when the last run ended are sent now; what is not whole is dropped, and its objects are packed again. */
export async function takeUpStaging(context: Pick<CopyContext, 'db' | 'log'>, staging: string, courier: Courier): Promise<void> {
  await mkdir(staging, { recursive: true, mode: 0o700 });
  const kept = new Set<string>();
  for (const row of await selectUnsentPacks(context.db)) {
    const pack = await stagedPack(staging, row);
    if (pack === null) await deletePack(context.db, row.name);
    else {
      for (const file of [pack.file, pack.listFile]) kept.add(file);
      context.log.info({ pack: row.name }, 'a pack of the last run is sent');
      await courier.take(pack, courier.working(), 1);
    }
  }
  for (const name of await readdir(staging)) {
    if (!kept.has(join(staging, name))) await rm(join(staging, name), { recursive: true, force: true });
  }
  await courier.drain();
}

async function stagedPack(staging: string, row: PackRow): Promise<BuiltPack | null> {
  const file = packFile(staging, row.name);
  const list = listFile(staging, row.name);
  if (!(await isFile(file, row.size, row.sha256)) || !(await isFile(list, row.listSize, row.listSha256))) return null;
  // Its objects are noted already; their content counts for no progress of this copy.
  return { ...row, file, listFile: list, objects: [], content: 0 };
}

async function isFile(file: string, size: number, sha256: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (found === null || found.size !== size) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256;
}

function emptied(place: string): Failure {
  return new Failure({
    code: 'place-emptied',
    temporary: false,
    message: `the place ${place} is empty, though copies were sent there`,
    userMessage: {
      th: `ที่เก็บสำเนา ${place} ว่างเปล่าทั้งที่เคยส่งสำเนาไปแล้ว อาจยังไม่ได้เมานต์ดิสก์หรือไฟล์ถูกลบ หากเปลี่ยนที่เก็บสำเนาโดยตั้งใจ ให้สั่ง npx saraban backup forget ${place}`,
      en: `The place ${place} is empty, though copies were sent there: not mounted, or emptied. If it was replaced on purpose: npx saraban backup forget ${place}`,
    },
  });
}

/**
 * Forgets everything that is believed to lie in a place: after its disk or bucket was replaced on purpose. The next copy brings it everything.
 * @param place - its name, as the settings say it
 */
export async function forgetPlace(db: CopyContext['db'], place: string): Promise<void> {
  await asOnlyMaker(db, () => forgetAtPlace(db, place));
}
