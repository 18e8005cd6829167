/**
 * Brings copies of changes to the places, each place's in their order: one that misses a link of the chain is no use behind it. A file waits in
 * <data>/copies/minutes/<night>/ until every place has it, so that a place which was away for an hour gets the hour afterwards.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../register/db/connect.ts';
import { codeOf, Failure } from '../../register/failure.ts';
import { type CopyId, minutesPath } from '../format.ts';
import type { FileToSend, Place } from '../place/place.ts';
import { saveStateAt, selectChangesAt, selectHasNight } from './queries.ts';

export interface SendContext {
  db: Database;
  places: Place[];
  data: string;
  now: () => Date;
  signal?: AbortSignal;
}

/**
 * `sent`: everything is there. `no-night`: the night it continues is not. `broken`: a link was given up, the place waits for the next night.
 * `failed`: tried, and it would not take it; it is tried again the next time.
 */
export type PlaceOutcome = { place: string } & (
  | { outcome: 'sent'; files: number }
  | { outcome: 'no-night' | 'broken' }
  | { outcome: 'failed'; failure: Failure }
);

// What a place that is away may cost in room here. Beyond it the oldest waiting files go, and that place waits for the next night.
const MOST_WAITING_BYTES = 2 * 1024 ** 3;

export const changesFolder = (data: string, base: CopyId) => join(data, 'copies', 'minutes', base);
export const waitingFile = (data: string, base: CopyId, id: CopyId) => join(changesFolder(data, base), `${id}.tar.gz.age`);

/** Sends to every place what it lacks of the night's copies of changes. One place's trouble does not touch the others. */
export async function sendChanges(context: SendContext, base: CopyId, mostWaiting = MOST_WAITING_BYTES): Promise<PlaceOutcome[]> {
  const outcomes: PlaceOutcome[] = [];
  for (const place of context.places) outcomes.push(await sendTo(context, place, base));
  await dropSent(context, base, mostWaiting);
  return outcomes;
}

async function sendTo(context: SendContext, place: Place, base: CopyId): Promise<PlaceOutcome> {
  const { db, data } = context;
  if (!(await selectHasNight(db, base, place.name))) return { place: place.name, outcome: 'no-night' };
  let files = 0;
  for (const copy of await selectChangesAt(db, base, place.name)) {
    if (copy.state === 'sent' || copy.state === 'proven' || copy.state === 'partly-proven') continue;
    const file = await fileToSend(data, base, copy.id);
    if (file === null) return { place: place.name, outcome: 'broken' };
    try {
      await place.send([file], context.signal === undefined ? {} : { signal: context.signal });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await saveStateAt(db, { id: copy.id, place: place.name, state: 'failed', at: null, problem: error.message });
      return { place: place.name, outcome: 'failed', failure: error };
    }
    await saveStateAt(db, { id: copy.id, place: place.name, state: 'sent', at: context.now(), problem: '' });
    files += 1;
  }
  return { place: place.name, outcome: 'sent', files };
}

async function fileToSend(data: string, base: CopyId, id: CopyId): Promise<FileToSend | null> {
  const local = waitingFile(data, base, id);
  const size = await sizeOf(local);
  return size === null ? null : { local, path: minutesPath(base, id), size };
}

/** Takes away what all places have, and the oldest beyond the bound. */
async function dropSent(context: SendContext, base: CopyId, most: number): Promise<void> {
  const folder = changesFolder(context.data, base);
  const lacking = new Set<string>();
  for (const place of context.places) {
    for (const copy of await selectChangesAt(context.db, base, place.name)) {
      if (copy.state !== 'sent' && copy.state !== 'proven' && copy.state !== 'partly-proven') lacking.add(copy.id);
    }
  }
  let bytes = 0;
  for (const name of (await namesIn(folder)).sort().reverse()) {
    const path = join(folder, name);
    bytes += (await sizeOf(path)) ?? 0;
    if (!lacking.has(name.replace(/\..*$/, '')) || bytes > most) await rm(path, { force: true });
  }
}

/** Files that wait for another night than this: the night that came since holds what they held. */
export async function forgetOtherNights(data: string, base: CopyId): Promise<void> {
  const folder = join(data, 'copies', 'minutes');
  for (const name of await namesIn(folder)) if (name !== base) await rm(join(folder, name), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}
