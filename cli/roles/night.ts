/**
 * The night's process: closes the days, makes the copies and proves them, follows what changes between nights, and says loudly what does not go well. It stands
 * behind everybody (lower priority, pools of its own), and whatever is the matter with it, letters come in.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { makeChanges } from '../../backup/minutes/make-changes.ts';
import { settleAlarms } from '../../backup/night/alarms.ts';
import { createNightWatch, type NightWatch } from '../../backup/night/night-watch.ts';
import { Failure } from '../../register/failure.ts';
import { type Jobs, openJobs } from '../../register/jobs/jobs.ts';
import { copyContext, type NightParts, openNightParts } from '../night/parts.ts';
import { closeAllDays, oneNight, watch } from '../night/steps.ts';
import { sweepScratch } from '../scratch-database.ts';
import type { RoleContext, RunningRole } from './role.ts';

const LOOK_EVERY_MS = 10_000;
const OPEN_AGAIN_MS = 60_000;
// A proof cannot be broken off in its middle; what it leaves is swept at the next start.
const LAST_WORDS_MS = 15_000;

/** Serves as soon as it is asked: what it needs is opened behind that, and tried again while it cannot be. */
export async function run(context: RoleContext): Promise<RunningRole> {
  const stopping = new AbortController();
  let parts: NightParts | undefined;
  let jobs: Jobs | undefined;
  let watching: NightWatch | undefined;
  let looking: NodeJS.Timeout | undefined;

  const open = async () => {
    while (!stopping.signal.aborted && watching === undefined) {
      try {
        jobs ??= await openJobs(context.database, { works: true, name: 'night', log: context.log });
        parts ??= await openNightParts({
          settings: context.settings,
          connection: context.database,
          jobs,
          now: context.clock,
          log: context.log,
        });
        await watch(parts);
        watching = watchOver(parts);
        const { copyNow } = watching;
        await jobs.work('make-copy', 1, () => copyNow());
      } catch (error) {
        context.log.error({ error, code: error instanceof Failure ? error.code : 'fault' }, 'the night cannot begin; tried again');
        await wait(OPEN_AGAIN_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      }
    }
    if (stopping.signal.aborted || watching === undefined) return;
    watching.tick();
    looking = setInterval(() => watching?.tick(), LOOK_EVERY_MS).unref();
  };
  const opening = open();

  return {
    ready: {},
    async stop() {
      stopping.abort();
      clearInterval(looking);
      await opening;
      await Promise.race([watching?.stop(), wait(LAST_WORDS_MS, undefined, { ref: false })]);
      await jobs?.stop();
      await parts?.close();
    },
  };
}

function watchOver(parts: NightParts): NightWatch {
  const { settings, db, jobs, now, log } = parts;
  const { at, maxAgeHours, places, everyMinutes } = settings.backup;
  const live = settings.databaseUrl === null ? null : { url: settings.databaseUrl };
  if (places.length === 0) {
    log.warn({ setting: 'SARABAN_BACKUP_PLACES' }, 'no place is set: no copy leaves this machine');
    // Nothing is copied any more, so nothing can be the matter with it.
    settleAlarms(
      parts,
      ['too-old', 'changes-late', 'changes-slow', 'place-away', 'place-full', 'place-refuses', 'rclone-missing'],
      [],
    ).catch(error => log.warn({ error }, 'old alarms stay'));
  }
  sweepScratch(settings.data, live).catch(error => log.warn({ error }, 'a scratch database was left over'));
  return createNightWatch({
    db,
    jobs,
    now,
    log,
    rule: { at, timeZone: settings.timeZone, maxAgeHours, compareClocks: settings.clockStart === null },
    hasPlaces: places.length > 0,
    everyMinutes,
    elapsed: () => performance.now(),
    closeDays: () => closeAllDays(parts),
    runNight: (signal, prunes) => oneNight(parts, { signal, prunes, closes: true, proves: true, pings: true }),
    makeChanges: async signal => await makeChanges(await copyContext(parts, signal)),
  });
}
