/**
 * What is due when: pure, by the appliance's clock and time zone. The process of the night asks every few seconds and does what it is told; what was done
 * stands in the table copy, so that a machine that was switched off over the hour makes its night up at the next start.
 */
import { closingInstant } from '../../register/close/due-days.ts';
import { dayInZone } from '../../register/letter/thai-date.ts';

/** An attempt at a whole copy, made by whoever. */
export interface Attempt {
  beganAt: Date;
  /**
   * `good`: it lies in every place and was proven there as far as can be. `part`: proven in one, another lacks it. `sent`: made, and proven nowhere.
   * `failed`; `running`: begun and, as nobody is at it, broken off.
   */
  state: 'good' | 'part' | 'sent' | 'failed' | 'running';
}

export interface NightRule {
  /** 'HH:MM'. */
  at: string;
  timeZone: string;
}

export type NightDue =
  | { due: true; why: 'first' | 'hour' | 'again' }
  /** `clock-back`: the newest attempt lies in the future. */
  | { due: false; why: 'done' | 'waits' | 'clock-back'; next: Date };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
// After a failure: soon, for most lines are back within the hour; then ever more rarely, for a disk that is full fills no emptier by asking.
const PAUSES_MS = [15 * MINUTE_MS, 30 * MINUTE_MS, 60 * MINUTE_MS, 120 * MINUTE_MS, 240 * MINUTE_MS];
// A copy that kills its process every time must not be begun every time.
const AT_ONCE = 2;
// A clock put right by some minutes or an hour changes nothing of the order of nights; one put back by days would stop them.
const LITTLE_MS = 26 * 60 * MINUTE_MS;

/** The last time the clock showed the hour, at or before `now`. Every date has it once: in the hour that the clocks skip it is that much later, and of two it is one. */
export function latestHour(now: Date, rule: NightRule): Date {
  const today = dayInZone(now, rule.timeZone);
  const at = closingInstant(today, rule.at, rule.timeZone);
  return at <= now ? at : closingInstant(shifted(today, -1), rule.at, rule.timeZone);
}

/** The next time the clock will show it. */
export function nextHour(now: Date, rule: NightRule): Date {
  const today = dayInZone(now, rule.timeZone);
  const at = closingInstant(today, rule.at, rule.timeZone);
  return at > now ? at : closingInstant(shifted(today, 1), rule.at, rule.timeZone);
}

/**
 * Whether a night is to be made now.
 * @param attempts - all since two days or more, in any order
 * @param triedAgoMs - how long ago this process last began one, by a clock that nobody sets; null: never
 */
export function nightDue(now: Date, rule: NightRule, attempts: Attempt[], triedAgoMs: number | null): NightDue {
  const next = nextHour(now, rule);
  const newest = attempts.reduce<Date | null>((latest, one) => (latest === null || one.beganAt > latest ? one.beganAt : latest), null);
  if (newest === null) return { due: true, why: 'first' };
  const ahead = newest.getTime() - now.getTime();
  if (ahead > LITTLE_MS) {
    // The clock was put back by days. Two nights on one date are a nuisance, no night for a year is a loss: one a day by the other clock.
    return triedAgoMs === null || triedAgoMs >= DAY_MS ? { due: true, why: 'hour' } : { due: false, why: 'clock-back', next };
  }
  const hour = latestHour(now, rule);
  const tonight = attempts.filter(one => one.beganAt >= hour);
  if (tonight.length === 0) return { due: true, why: 'hour' };
  if (tonight.some(one => one.state === 'good')) return { due: false, why: 'done', next };
  if (ahead > 0) return { due: false, why: 'clock-back', next };
  const last = tonight.reduce((latest, one) => (one.beganAt > latest.beganAt ? one : latest));
  if (last.state === 'running' && tonight.length <= AT_ONCE) return { due: true, why: 'again' };
  // With one proven copy there is no hurry: a place that is away for days should not cost a proof every hour.
  const pauses = last.state === 'part' ? PAUSES_MS.slice(-1) : PAUSES_MS;
  const pause = pauses[Math.min(tonight.length, pauses.length) - 1] ?? DAY_MS;
  const again = new Date(last.beganAt.getTime() + pause);
  if (again <= now) return { due: true, why: 'again' };
  return { due: false, why: 'waits', next: again < next ? again : next };
}

/** Whether a copy of changes is due. @param lastMs - when the last was begun, by a clock that nobody sets; null: none by this process */
export function changesDue(nowMs: number, everyMinutes: number, lastMs: number | null): boolean {
  return everyMinutes > 0 && (lastMs === null || nowMs - lastMs >= everyMinutes * MINUTE_MS);
}

/** Whether to tidy up the places: after a proven night, a week after the last time. */
export function pruneDue(now: Date, lastPruned: Date | null): boolean {
  // A last time in the future is a wrong clock, now or then: prune itself refuses on that.
  return lastPruned === null || now.getTime() - lastPruned.getTime() >= 7 * DAY_MS || lastPruned > now;
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
