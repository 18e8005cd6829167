/**
 * The night's clockwork: looks every few seconds what is due (schedule.ts) and does it, each kind of work in a lane of its own, so that a night of hours
 * keeps neither the days from being closed nor the minutes from being copied. Lives in cli/roles/night.ts.
 */
import { Failure, type UserMessage } from '../../register/failure.ts';
import type { ChangesOutcome } from '../minutes/make-changes.ts';
import type { PlaceOutcome } from '../minutes/send-changes.ts';
import { type AlarmContext, type Problem, settleAlarms } from './alarms.ts';
import { HEALTH_CODES, type HealthRule, lookAtHealth } from './health.ts';
import { selectAttempts } from './queries.ts';
import { NIGHT_CODES, type NightOutcome } from './run-night.ts';
import { changesDue, type NightRule, nightDue, pruneDue } from './schedule.ts';

export interface NightWatchOptions extends AlarmContext {
  rule: NightRule & HealthRule;
  /** Whether any place is set; without one only days are closed. */
  hasPlaces: boolean;
  /** 0: none between nights. */
  everyMinutes: number;
  closeDays(): Promise<UserMessage[]>;
  runNight(signal: AbortSignal, prunes: boolean): Promise<NightOutcome>;
  makeChanges(signal: AbortSignal): Promise<ChangesOutcome>;
  /** Milliseconds of a clock that nobody sets. */
  elapsed(): number;
  log: AlarmContext['log'] & { warn(facts: object, text: string): void };
}

export interface NightWatch {
  /** Begins whatever is due and is not under way; returns at once. */
  tick(): void;
  /** A copy now, whatever the hour. Resolves when that night is over. */
  copyNow(): Promise<void>;
  /** Takes nothing new, tells what is under way to end, and waits for it. */
  stop(): Promise<void>;
}

const MINUTE_MS = 60_000;
const DAYS_EVERY_MS = MINUTE_MS;
const HEALTH_EVERY_MS = 5 * MINUTE_MS;
// How far back attempts matter: the night before last, and a clock put back by a day.
const LOOK_BACK_MS = 3 * 86_400_000;
// Another process is making a copy.
const BUSY_PAUSE_MS = 2 * MINUTE_MS;
// Changes that only a night can go on from are followed by one at once, but not by one after the other.
const UNPLANNED_MS = 6 * 3_600_000;
// A line that is away for some minutes is no news; what a place lacks it gets afterwards.
const LATE_MS = 60 * MINUTE_MS;

export function createNightWatch(options: NightWatchOptions): NightWatch {
  const { db, log, elapsed } = options;
  const stopping = new AbortController();
  const lanes = new Map<string, Promise<void>>();
  let wanted = false;
  let nightAt: number | null = null;
  let nightNotBefore = 0;
  let unplannedAt: number | null = null;
  let daysAt: number | null = null;
  let healthAt: number | null = null;
  let changesAt: number | null = null;
  let prunedAt: Date | null = null;
  const lateSince = new Map<string, number>();

  const lane = (name: string, work: () => Promise<void>): Promise<void> => {
    const running = lanes.get(name);
    if (running !== undefined) return running;
    const done = work()
      .catch(error => log.error({ lane: name, error, code: codeOf(error) }, 'the night met a failure'))
      .finally(() => lanes.delete(name));
    lanes.set(name, done);
    return done;
  };
  const due = (last: number | null, every: number) => last === null || elapsed() - last >= every;

  const closeDays = async () => {
    daysAt = elapsed();
    const texts = await options.closeDays();
    await settleAlarms(
      options,
      ['days'],
      texts.slice(0, 1).map(text => ({ code: 'days', place: '', text })),
    );
  };

  const night = async () => {
    const now = options.now();
    const attempts = await selectAttempts(db, new Date(now.getTime() - LOOK_BACK_MS));
    const tonight = nightDue(now, options.rule, attempts, nightAt === null ? null : elapsed() - nightAt);
    if (!wanted && !tonight.due) return;
    wanted = false;
    nightAt = elapsed();
    const outcome = await options.runNight(stopping.signal, pruneDue(now, prunedAt));
    // Whoever asked for a copy meanwhile has it.
    wanted = false;
    if (outcome.outcome === 'busy') nightNotBefore = elapsed() + BUSY_PAUSE_MS;
    if (outcome.outcome !== 'done') return;
    if (outcome.report.pruned) prunedAt = options.now();
    await settleAlarms(options, NIGHT_CODES, outcome.report.problems);
    healthAt = null;
  };

  const changes = async () => {
    changesAt = elapsed();
    const outcome = await options.makeChanges(stopping.signal);
    if (stopping.signal.aborted) return;
    if (outcome.outcome === 'needs-night' && due(unplannedAt, UNPLANNED_MS)) {
      log.warn({ why: outcome.why }, 'only a whole copy can go on from here; one is made now');
      unplannedAt = elapsed();
      wanted = true;
    }
    const problems = 'places' in outcome ? late(outcome.places) : [];
    const took = elapsed() - changesAt;
    if (took > options.everyMinutes * MINUTE_MS) problems.push(slow(took));
    await settleAlarms(options, ['changes-late', 'changes-slow'], problems);
  };

  const late = (places: PlaceOutcome[]): Problem[] => {
    const problems: Problem[] = [];
    for (const place of places) {
      if (place.outcome !== 'failed') {
        lateSince.delete(place.place);
        continue;
      }
      const since = lateSince.get(place.place) ?? elapsed();
      lateSince.set(place.place, since);
      if (elapsed() - since >= LATE_MS) problems.push(lateAt(place.place, place.failure));
    }
    return problems;
  };

  const health = async () => {
    healthAt = elapsed();
    await settleAlarms(options, HEALTH_CODES, await lookAtHealth(db, options.now(), options.rule));
  };

  const beginNight = () => lane('night', night);
  return {
    tick() {
      if (stopping.signal.aborted) return;
      if (due(daysAt, DAYS_EVERY_MS)) lane('days', closeDays);
      if (!options.hasPlaces) return;
      if (elapsed() >= nightNotBefore) beginNight();
      if (changesDue(elapsed(), options.everyMinutes, changesAt)) lane('changes', changes);
      if (due(healthAt, HEALTH_EVERY_MS)) lane('health', health);
    },
    async copyNow() {
      if (stopping.signal.aborted || !options.hasPlaces) return;
      // A look that found nothing due may just be ending; a night under way is the copy that was asked for.
      wanted = true;
      await beginNight();
      if (wanted && !stopping.signal.aborted) await beginNight();
      wanted = false;
    },
    async stop() {
      stopping.abort();
      await Promise.all(lanes.values());
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Failure ? error.code : 'fault';
}

function lateAt(place: string, failure: Failure): Problem {
  return {
    code: 'changes-late',
    place,
    text: {
      th: `ที่เก็บสำเนา ${place} ไม่ได้รับสำเนาระหว่างวันมานานกว่าหนึ่งชั่วโมง: ${failure.userMessage.th}`,
      en: `The place ${place} has had no copy of changes for more than an hour: ${failure.userMessage.en}`,
    },
  };
}

function slow(ms: number): Problem {
  const minutes = Math.round(ms / MINUTE_MS);
  return {
    code: 'changes-slow',
    place: '',
    text: {
      th: `สำเนาระหว่างวันใช้เวลา ${minutes} นาที นานกว่าช่วงที่กำหนด (SARABAN_BACKUP_EVERY)`,
      en: `A copy of changes took ${minutes} minutes, longer than its interval (SARABAN_BACKUP_EVERY).`,
    },
  };
}
