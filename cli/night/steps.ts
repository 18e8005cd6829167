/** The steps of one night, put together of the parts; backup/night/run-night.ts runs them in their order. */
import type { CopyOutcome, Progress } from '../../backup/make/context.ts';
import { makeCopy } from '../../backup/make/make-copy.ts';
import { watchChanges } from '../../backup/minutes/watch.ts';
import { selectAgencyIds } from '../../backup/night/queries.ts';
import { type NightOutcome, type NightSteps, runNight } from '../../backup/night/run-night.ts';
import type { Place } from '../../backup/place/place.ts';
import type { Certificate } from '../../backup/prove/certificate.ts';
import { prove } from '../../backup/prove/prove.ts';
import { prune } from '../../backup/retain/prune.ts';
import { closeDueDays } from '../../register/close-day.ts';
import { Failure, type UserMessage } from '../../register/failure.ts';
import { closeContext, copyContext, type NightParts, type ProofWishes, proveContext } from './parts.ts';

export interface NightWishes {
  signal: AbortSignal;
  /** Closes the days that are due first. */
  closes: boolean;
  proves: boolean;
  prunes: boolean;
  /** Told to the monitor of SARABAN_BACKUP_PING. */
  pings: boolean;
  onProgress?: (progress: Progress) => void;
  /** The proof at a place begins. */
  onProof?: (place: Place) => void;
}

/** One whole night. */
export async function oneNight(parts: NightParts, wishes: NightWishes): Promise<NightOutcome> {
  const { settings, places, now, log } = parts;
  const steps: NightSteps = {
    closeDays: async () => (wishes.closes ? await closeAllDays(parts) : []),
    copy: () => copyOnce(parts, wishes),
    prove: wishes.proves
      ? async (id, place) => {
          wishes.onProof?.(place);
          return await proveAt(parts, id, place);
        }
      : null,
    prune: wishes.prunes ? () => pruneAll(parts) : null,
  };
  return await runNight({ places, steps, now, ping: wishes.pings ? settings.backup.ping : null, signal: wishes.signal, log });
}

async function copyOnce(parts: NightParts, wishes: NightWishes): Promise<CopyOutcome> {
  await watch(parts);
  const context = await copyContext(parts, wishes.signal);
  return await makeCopy(wishes.onProgress === undefined ? context : { ...context, onProgress: wishes.onProgress });
}

/** Notes of changes are kept where copies between nights are made of them, and nowhere else. */
export async function watch(parts: NightParts): Promise<void> {
  const { places, everyMinutes } = parts.settings.backup;
  await watchChanges(parts.db, places.length > 0 && everyMinutes > 0);
}

export async function proveAt(parts: NightParts, id: string, place: Place, wishes: ProofWishes = {}): Promise<Certificate> {
  return await prove(await proveContext(parts, wishes), id, place);
}

/** Closes what is due in every agency; one agency's trouble keeps no other's day open. */
export async function closeAllDays(parts: NightParts): Promise<UserMessage[]> {
  const context = closeContext(parts);
  const problems: UserMessage[] = [];
  for (const id of await selectAgencyIds(parts.db)) {
    try {
      await closeDueDays(context, id);
    } catch (error) {
      parts.log.error({ agency: id, error }, 'a day could not be closed');
      const why = error instanceof Failure ? error.userMessage : { th: 'โปรดดูบันทึกการทำงาน', en: 'the log says why' };
      problems.push({ th: `ปิดทะเบียนรายวันของส่วนราชการ ${id} ไม่ได้: ${why.th}`, en: `A day of agency ${id} could not be closed: ${why.en}` });
    }
  }
  return problems;
}

async function pruneAll(parts: NightParts): Promise<UserMessage | null> {
  const { db, places, settings, log, now } = parts;
  try {
    const pruned = await prune({ db, places, now, log, timeZone: settings.timeZone }, settings.backup.keep);
    return pruned.find(one => one.failure !== null)?.failure?.userMessage ?? null;
  } catch (error) {
    if (error instanceof Failure) return error.userMessage;
    throw error;
  }
}
