/**
 * Takes packs to the places that lack their objects: one pack after the other to each place, the places beside one another. A place that fails gets no
 * more of this copy, and does not keep the others from theirs. What a place has is noted the moment it has it, so that nothing is sent twice after a break.
 */
import { rm } from 'node:fs/promises';
import { asFailure } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { packListPath, packPath } from '../format.ts';
import type { Place, SendOptions } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { BuiltPack } from './pack-writer.ts';
import type { ProgressKeeper } from './progress.ts';
import { insertPackAtPlace } from './queries.ts';

export interface Courier {
  /** Places that have not failed. */
  working(): Place[];
  failureOf(place: string): Failure | null;
  /** Gives up a place for this copy. */
  fail(place: Place, failure: Failure): void;
  /** Takes over a pack; its files are removed when all of `places` have it or failed. Waits while more than `waiting` packs are on their way. */
  take(pack: BuiltPack, places: Place[], waiting: number): Promise<void>;
  /** Sends other files to one place, behind its packs. @returns whether they are there */
  send(place: Place, files: Parameters<Place['send']>[0]): Promise<boolean>;
  /** Until everything is where it goes. @throws what ended the work: the database is away, it was stopped */
  drain(): Promise<void>;
  /** Encrypted bytes that at least one place took. */
  sentBytes(): number;
}

export function openCourier(context: Pick<CopyContext, 'db' | 'places' | 'now' | 'log' | 'signal'>, progress: ProgressKeeper): Courier {
  const tails = new Map<string, Promise<void>>(context.places.map(place => [place.name, Promise.resolve()]));
  const failures = new Map<string, Failure>();
  const options = (onProgress?: (bytes: number) => void): SendOptions => ({
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  const onTheirWay = new Set<Promise<void>>();
  let fatal: { error: unknown } | null = null;
  let bytes = 0;

  /** Behind whatever the place is being sent. Failures are the place's own; anything else ends the work. */
  const queue = (place: Place, work: () => Promise<void>): Promise<void> => {
    const next = (tails.get(place.name) ?? Promise.resolve()).then(async () => {
      if (failures.has(place.name) || fatal !== null) return;
      try {
        await work();
      } catch (error) {
        const known = asFailure(error);
        if (known instanceof Failure && !known.code.startsWith('database-')) courier.fail(place, known);
        else fatal ??= { error: known };
      }
    });
    tails.set(place.name, next);
    return next;
  };
  const throwFatal = () => {
    if (fatal !== null) throw fatal.error;
  };

  const courier: Courier = {
    working: () => context.places.filter(place => !failures.has(place.name)),
    failureOf: place => failures.get(place) ?? null,
    fail(place, failure) {
      failures.set(place.name, failure);
      context.log.error({ place: place.name, code: failure.code, problem: failure.message }, 'a place does not get this copy');
    },
    async take(pack, places, waiting) {
      let taken = false;
      const size = pack.size + pack.listSize;
      const all = places.map(place =>
        queue(place, async () => {
          let told = 0;
          const tell = (some: number) => {
            const content = Math.min((some / size) * pack.content, pack.content - told);
            told += content;
            progress.sent(content, places.length);
          };
          // The list last: a pack without its list is one that nobody looks for.
          await place.send(
            [
              { local: pack.file, path: packPath(pack.name), size: pack.size },
              { local: pack.listFile, path: packListPath(pack.name), size: pack.listSize },
            ],
            options(tell),
          );
          await insertPackAtPlace(context.db, pack.name, place.name, context.now());
          progress.sent(pack.content - told, places.length);
          if (!taken) bytes += size;
          taken = true;
        }),
      );
      const sent = Promise.all(all).then(async () => {
        // Kept when the work ended in the middle: the next one takes it up.
        if (fatal === null) for (const file of [pack.file, pack.listFile]) await rm(file, { force: true });
      });
      onTheirWay.add(sent);
      sent.finally(() => onTheirWay.delete(sent)).catch(() => {});
      while (onTheirWay.size > waiting) await Promise.race(onTheirWay);
      throwFatal();
    },
    async send(place, files) {
      await queue(place, async () => {
        await place.send(files, options());
        bytes += files.reduce((sum, file) => sum + file.size, 0);
      });
      throwFatal();
      return !failures.has(place.name);
    },
    async drain() {
      await Promise.all([...onTheirWay, ...tails.values()]);
      throwFatal();
    },
    sentBytes: () => bytes,
  };
  return courier;
}
