/**
 * Which nights go, decided from dates alone. Two mistakes are possible: to keep too much costs room, to remove too much cannot be mended; so whatever is
 * in doubt is kept, and a clock that is in doubt removes nothing.
 */
import type { BackupSettings } from '../../config/backup-settings.ts';
import { dayInZone } from '../../register/letter/thai-date.ts';
import type { CopyId } from '../format.ts';

export interface NightAt {
  id: CopyId;
  /** The instant of its cut. */
  cutAt: Date;
  state: 'sent' | 'proven' | 'partly-proven' | 'damaged';
}

export type Keep = BackupSettings['keep'];

/** Why a night is kept. */
export type Reason =
  | 'within'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'yearly'
  | 'last-proven'
  | 'after-last-proven'
  | 'unproven-place'
  | 'newest';

export interface Decision {
  kept: { id: CopyId; reasons: Reason[] }[];
  removed: CopyId[];
}

export type ClockFault =
  | { outcome: 'behind'; newest: Date }
  /** The newest copy is so old that either the clock ran ahead or nothing was copied for as long: neither is a reason to remove. */
  | { outcome: 'ahead'; newest: Date; days: number };

const DAY_MS = 86_400_000;
// Clocks are set by a few minutes now and then.
const SLACK_MS = 600_000;
export const MOST_DAYS_AHEAD = 7;

/** What is wrong with the clock, as far as the copies tell; null when nothing is. @param newest - of all copies, in all places */
export function clockFault(now: Date, newest: Date | null, mostDays = MOST_DAYS_AHEAD): ClockFault | null {
  if (newest === null) return null;
  const ahead = now.getTime() - newest.getTime();
  if (!Number.isFinite(ahead)) return { outcome: 'behind', newest };
  if (ahead < -SLACK_MS) return { outcome: 'behind', newest };
  if (ahead > mostDays * DAY_MS) return { outcome: 'ahead', newest, days: Math.floor(ahead / DAY_MS) };
  return null;
}

/**
 * The nights of one place. Ages are counted from the newest of them, not from the clock: a place that got nothing for a month keeps its tail as it was.
 * The rules speak of days, weeks (from Monday), months and years of `timeZone`; each keeps the last night of its newest so many.
 */
export function decide(nights: NightAt[], keep: Keep, timeZone: string): Decision {
  const sorted = [...nights].sort((a, b) => b.cutAt.getTime() - a.cutAt.getTime() || (a.id < b.id ? 1 : -1));
  const reasons = new Map<CopyId, Reason[]>(sorted.map(night => [night.id, []]));
  const because = (night: NightAt, reason: Reason) => reasons.get(night.id)?.push(reason);
  const newest = sorted[0];
  if (newest === undefined) return { kept: [], removed: [] };
  because(newest, 'newest');

  // A damaged one keeps no place among those to be kept: it would push out one that can be restored.
  const good = sorted.filter(night => night.state !== 'damaged');
  const ages = agesOf(sorted);
  for (const night of good) if (keep.withinDays > 0 && (ages.get(night.id) ?? 0) <= keep.withinDays * DAY_MS) because(night, 'within');
  const periods: [Reason, number, (day: string) => string][] = [
    ['daily', keep.daily, day => day],
    ['weekly', keep.weekly, mondayOf],
    ['monthly', keep.monthly, day => day.slice(0, 7)],
    ['yearly', keep.yearly, day => day.slice(0, 4)],
  ];
  for (const [reason, count, periodOf] of periods) {
    const seen = new Set<string>();
    for (const night of good) {
      const period = periodOf(dayInZone(night.cutAt, timeZone));
      if (seen.has(period)) continue;
      if (seen.size >= count) break;
      seen.add(period);
      because(night, reason);
    }
  }

  // Proven outright before proven in part: where the key is held elsewhere there is no better proof.
  const proven = good.find(night => night.state === 'proven') ?? good.find(night => night.state === 'partly-proven');
  for (const night of sorted) {
    if (proven === undefined) because(night, 'unproven-place');
    else if (night.id === proven.id) because(night, 'last-proven');
    else if (night.cutAt.getTime() > proven.cutAt.getTime()) because(night, 'after-last-proven');
  }
  return {
    kept: sorted.flatMap(night => {
      const why = reasons.get(night.id) ?? [];
      return why.length === 0 ? [] : [{ id: night.id, reasons: why }];
    }),
    removed: sorted.filter(night => (reasons.get(night.id) ?? []).length === 0).map(night => night.id),
  };
}

/**
 * How long before the newest night each one was made, a gap counted as MOST_DAYS_AHEAD at most: a night made under a clock that ran a year ahead, or after
 * a year without copies, must not make all others a year old.
 */
function agesOf(sorted: NightAt[]): Map<CopyId, number> {
  const ages = new Map<CopyId, number>();
  let age = 0;
  let later = sorted[0];
  for (const night of sorted) {
    age += Math.min((later?.cutAt.getTime() ?? 0) - night.cutAt.getTime(), MOST_DAYS_AHEAD * DAY_MS);
    ages.set(night.id, age);
    later = night;
  }
  return ages;
}

/** The Monday that begins the week of a day. */
function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
