/**
 * Removes what the rules do not keep: night files, the copies of changes behind them, and packs of tables that no kept night needs. Packs of letters stay:
 * every night needs all letters. An act of its own with its own right, under the lock of the makers; never part of making a copy.
 *
 * Order within a place: first the night (so that nothing is believed to be there that is not whole), then what it alone needed. Killed in between,
 * the next run goes on.
 */
import type { Database } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { type CopyId, minutesFolder, nightPath, packListPath, packPath } from '../format.ts';
import { asOnlyMaker } from '../make/lock.ts';
import type { Place } from '../place/place.ts';
import { clockFault, type Decision, decide, type Keep, MOST_DAYS_AHEAD } from './decide.ts';
import {
  markChangesRemoved,
  markNightsRemoved,
  markPacksRemoved,
  selectBasesOfChanges,
  selectNewestCut,
  selectNights,
  selectUnneededPacks,
} from './queries.ts';

export interface PruneContext {
  /** As the owner, with two connections. */
  db: Database;
  places: Place[];
  now: () => Date;
  /** Whose days, weeks, months and years the rules speak of. */
  timeZone: string;
  log: { info(facts: object, text: string): void; warn(facts: object, text: string): void };
}

export interface PruneOptions {
  /** Says what would go, and removes nothing. */
  dryRun?: boolean;
  /** Days that the clock may be beyond the newest copy; MOST_DAYS_AHEAD when not said. */
  mostDaysAhead?: number;
}

export interface PrunedPlace {
  place: string;
  kept: Decision['kept'];
  /** Nights that went, or would go. */
  nights: CopyId[];
  /** Nights whose copies of changes went, though the night itself may stay. */
  minutes: CopyId[];
  packs: string[];
  /** Bytes of the packs. */
  bytes: number;
  /** What kept this place from being cleared; null when nothing did. */
  failure: Failure | null;
}

/**
 * @throws Failure `clock-off` when the clock is earlier than the newest copy, or so many days later that it is not to be believed; `copy-running`
 */
export async function prune(context: PruneContext, keep: Keep, options: PruneOptions = {}): Promise<PrunedPlace[]> {
  return await asOnlyMaker(context.db, async () => {
    const now = context.now();
    const fault = clockFault(now, await selectNewestCut(context.db), options.mostDaysAhead ?? MOST_DAYS_AHEAD);
    if (fault !== null) throw clockOff(now, fault.newest);
    const pruned: PrunedPlace[] = [];
    for (const place of context.places) pruned.push(await prunePlace(context, place, keep, options.dryRun === true));
    return pruned;
  });
}

async function prunePlace(context: PruneContext, place: Place, keep: Keep, dryRun: boolean): Promise<PrunedPlace> {
  const { db } = context;
  const nights = await selectNights(db, place.name);
  const { kept, removed } = decide(nights, keep, context.timeZone);
  const minutes = await minutesToRemove(context, place, kept, removed);
  // With no night there nothing is known to be needless.
  const packs =
    kept.length === 0
      ? []
      : await selectUnneededPacks(
          db,
          place.name,
          kept.map(night => night.id),
        );
  const result: PrunedPlace = {
    place: place.name,
    kept,
    nights: removed,
    minutes,
    packs: packs.map(pack => pack.name),
    bytes: packs.reduce((sum, pack) => sum + pack.size, 0),
    failure: null,
  };
  if (dryRun) return result;
  try {
    if (removed.length > 0) {
      await place.remove(removed.map(nightPath));
      await markNightsRemoved(db, place.name, removed);
    }
    for (const base of minutes) {
      await place.remove((await place.list(minutesFolder(base))).map(file => file.path));
      await markChangesRemoved(db, place.name, [base]);
    }
    if (packs.length > 0) {
      // The list first: a pack without its list is one that nobody looks for, a list without its pack is a fault.
      await place.remove(packs.map(pack => packListPath(pack.name)));
      await place.remove(packs.map(pack => packPath(pack.name)));
      await markPacksRemoved(
        db,
        place.name,
        packs.map(pack => pack.name),
      );
    }
    context.log.info({ place: place.name, nights: removed, minutes, packs: packs.length, bytes: result.bytes }, 'old copies removed');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.log.warn({ place: place.name, code: error.code, problem: error.message }, 'old copies could not be removed');
    result.failure = error;
  }
  return result;
}

/** Those of nights that go, and of nights before the last proven one: that one holds all they held. */
async function minutesToRemove(context: PruneContext, place: Place, kept: Decision['kept'], removed: CopyId[]): Promise<CopyId[]> {
  const proven = kept.find(night => night.reasons.includes('last-proven'))?.id;
  const gone = new Set(removed);
  return (await selectBasesOfChanges(context.db, place.name))
    .map(base => base.id)
    .filter(base => gone.has(base) || (proven !== undefined && base < proven && kept.some(night => night.id === base)));
}

function clockOff(now: Date, newest: Date): Failure {
  return new Failure({
    code: 'clock-off',
    temporary: false,
    message: `the clock says ${now.toISOString()}, the newest copy was cut at ${newest.toISOString()}: nothing is removed`,
    userMessage: {
      th: `นาฬิกาของเครื่องไม่สอดคล้องกับสำเนาล่าสุด (นาฬิกา ${now.toISOString()} สำเนา ${newest.toISOString()}) จึงไม่ลบสำเนาใด โปรดตรวจนาฬิกา หรือทำสำเนาใหม่ก่อน`,
      en: `The machine's clock does not fit the newest copy (clock ${now.toISOString()}, copy ${newest.toISOString()}), so no copy is removed. Set the clock right, or make a copy first.`,
    },
  });
}
