/** Alarms and the clockwork on a real database: told once a day while they last, and nights begun by what stands in the table of copies. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../register/failure.ts';
import type { Report } from '../../register/jobs/queues.ts';
import { type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import type { ChangesOutcome } from '../minutes/make-changes.ts';
import { type AlarmContext, type Problem, settleAlarms } from './alarms.ts';
import { createNightWatch, type NightWatch, type NightWatchOptions } from './night-watch.ts';
import { selectAlarms, selectAttempts, selectProven } from './queries.ts';
import type { NightOutcome } from './run-night.ts';

const HOUR_MS = 3_600_000;
let fresh: FreshDatabase;
let now = new Date('2026-11-22T03:00:00Z');
let told: Report[] = [];

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  await fresh.owner`DELETE FROM night_alarm`;
  await fresh.owner`DELETE FROM copy_at_place`;
  await fresh.owner`DELETE FROM copy`;
  told = [];
});
afterAll(() => fresh.close());

function context(): AlarmContext {
  const jobs = {
    enqueue: async (_tx: unknown, _queue: string, reports: unknown[]) => void told.push(...(reports as Report[])),
  } as unknown as AlarmContext['jobs'];
  return { db: fresh.owner, jobs, now: () => now, log: { info: () => {}, error: () => {} } };
}
const away = (place: string): Problem => ({ code: 'place-away', place, text: { th: `ติดต่อ ${place} ไม่ได้`, en: `${place} is away` } });
const standing = async () => (await selectAlarms(fresh.owner)).map(({ code, place }) => `${code} ${place}`);

describe('an alarm', () => {
  test('is told once, again after a day, and goes when its look finds it no more', async () => {
    const codes = ['place-away'] as const;
    await settleAlarms(context(), [...codes], [away('nas'), away('usb')]);
    await settleAlarms(context(), [...codes], [away('nas'), away('usb')]);
    expect(told).toEqual([
      { report: 'alarm', agencyId: 0, code: 'place-away', problem: away('nas').text, at: now.toISOString() },
      expect.objectContaining({ problem: away('usb').text }),
    ]);
    now = new Date(now.getTime() + 24 * HOUR_MS);
    await settleAlarms(context(), [...codes], [away('nas')]);
    expect(told).toHaveLength(3);
    expect(await standing()).toEqual(['place-away nas']);
    // Another look's business.
    await settleAlarms(context(), ['too-old'], []);
    expect(await standing()).toEqual(['place-away nas']);
    await settleAlarms(context(), [...codes], []);
    expect(await standing()).toEqual([]);
  });

  test('is told again after the clock went back, rather than never', async () => {
    await settleAlarms(context(), ['clock'], [{ ...away(''), code: 'clock' }]);
    now = new Date(now.getTime() - 8760 * HOUR_MS);
    await settleAlarms(context(), ['clock'], [{ ...away(''), code: 'clock' }]);
    expect(told).toHaveLength(2);
    now = new Date('2026-11-22T03:00:00Z');
  });

  test('is not told when the queue does not take it', async () => {
    const broken = {
      ...context(),
      jobs: { enqueue: async () => Promise.reject(new Error('no queue')) } as unknown as AlarmContext['jobs'],
    };
    await expect(settleAlarms(broken, ['clock'], [away('nas')])).rejects.toThrow('no queue');
    expect(await standing()).toEqual([]);
  });
});

describe('what the table of copies says', () => {
  test('proven at every place is good; a place that lacks it, or whose proof failed, is not', async () => {
    const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
    const states = [['proven', 'partly-proven'], ['proven', 'failed'], ['damaged'], ['sent'], ['removed', 'proven']];
    for (const [index, places] of states.entries()) {
      const id = `20261122T03000${index}Z-0000000${index}`;
      await fresh.owner`INSERT INTO copy (id, kind, state, began_at, cut_at) VALUES (${id}, 'whole', 'made', ${at(index)}, ${at(index)})`;
      for (const [number, state] of places.entries())
        await fresh.owner`INSERT INTO copy_at_place (copy_id, place, state, proven_at) VALUES (${id}, ${`p${number}`}, ${state}, ${/prov/.test(state) ? at(index) : null})`;
    }
    await fresh.owner`INSERT INTO copy (id, kind, state, began_at) VALUES ('20261122T040000Z-0000000f', 'whole', 'failed', ${at(60)})`;
    expect((await selectAttempts(fresh.owner, at(0))).map(one => one.state).sort()).toEqual([
      'failed',
      'good',
      'good',
      'part',
      'sent',
      'sent',
    ]);
    expect(await selectAttempts(fresh.owner, at(9e6))).toEqual([{ beganAt: at(60), state: 'failed' }]);
    expect(await selectProven(fresh.owner)).toEqual({ cutAt: at(4), firstAt: at(0) });
  });
});

describe('the clockwork', () => {
  let elapsed = 0;
  let ran: string[] = [];
  function watch(change: Partial<NightWatchOptions> = {}): NightWatch {
    elapsed = 0;
    ran = [];
    return createNightWatch({
      ...context(),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      rule: { at: '02:00', timeZone: 'Asia/Bangkok', maxAgeHours: 26, compareClocks: false },
      hasPlaces: true,
      everyMinutes: 5,
      closeDays: async () => noted('days', []),
      runNight: async (_signal, prunes) => {
        ran.push(prunes ? 'night and prune' : 'night');
        const id = `20261122T03${String(ran.length).padStart(4, '0')}Z-00000000`;
        await fresh.owner`INSERT INTO copy (id, kind, state, began_at) VALUES (${id}, 'whole', 'made', ${now})`;
        return { outcome: 'done', report: { copy: null, places: [], problems: [away('nas')], ms: 1, pruned: prunes } } as NightOutcome;
      },
      makeChanges: async () => noted<ChangesOutcome>('changes', { outcome: 'no-base' }),
      elapsed: () => elapsed,
      ...change,
    });
  }
  function noted<T>(what: string, outcome: T): T {
    ran.push(what);
    return outcome;
  }
  /** Looks again and again, as the process does: what is under way is not begun twice, and what could not be begun yet is. */
  function looking<T>(clockwork: NightWatch, look: () => T) {
    return expect.poll(() => {
      clockwork.tick();
      return look();
    });
  }
  const sorted = () => [...ran].sort();

  test('does at the first look what is due, each once, and then waits', async () => {
    const clockwork = watch();
    clockwork.tick();
    clockwork.tick();
    await looking(clockwork, sorted).toEqual(['days', 'changes', 'night and prune'].sort());
    await expect.poll(standing).toEqual(['place-away nas']);
    await clockwork.copyNow();
    expect(ran.filter(one => one === 'night')).toHaveLength(1);
    elapsed = 60_000;
    clockwork.tick();
    await looking(clockwork, sorted).toEqual(['days', 'changes', 'night and prune', 'night', 'days'].sort());
    elapsed = 300_000;
    clockwork.tick();
    await looking(clockwork, sorted).toEqual(['days', 'changes', 'night and prune', 'night', 'days', 'days', 'changes'].sort());
    await clockwork.stop();
    clockwork.tick();
    await clockwork.copyNow();
    expect(ran).toHaveLength(7);
  });

  test('without a place closes days and nothing else', async () => {
    const clockwork = watch({ hasPlaces: false });
    clockwork.tick();
    await clockwork.copyNow();
    await looking(clockwork, sorted).toEqual(['days'].sort());
    await clockwork.stop();
  });

  test('changes that only a night can go on from are followed by one, not by one after the other', async () => {
    await fresh.owner`INSERT INTO copy (id, kind, state, began_at) VALUES ('20261122T025900Z-00000000', 'whole', 'made', ${now})`;
    const clockwork = watch({ makeChanges: async () => noted<ChangesOutcome>('changes', { outcome: 'needs-night', why: 'schema' }) });
    clockwork.tick();
    await looking(clockwork, sorted).toEqual(['days', 'changes'].sort());
    elapsed = 10_000;
    await looking(clockwork, () => ran).toContain('night and prune');
    elapsed = 400_000;
    await looking(clockwork, () => ran.filter(one => one === 'changes').length).toBe(2);
    elapsed = 410_000;
    clockwork.tick();
    await clockwork.stop();
    expect(ran.filter(one => one.startsWith('night'))).toHaveLength(1);
  });

  test('a place that lacks an hour of changes is an alarm, a few minutes are not', async () => {
    await fresh.owner`INSERT INTO copy (id, kind, state, began_at) VALUES ('20261122T025900Z-00000000', 'whole', 'made', ${now})`;
    const failure = new Failure({ code: 'place-away', temporary: true, message: 'x', userMessage: { th: 'ก', en: 'no line' } });
    const clockwork = watch({
      makeChanges: async () =>
        noted<ChangesOutcome>('changes', { outcome: 'nothing', places: [{ place: 'nas', outcome: 'failed', failure }] }),
    });
    for (const minutes of [0, 55]) {
      elapsed = minutes * 60_000;
      await looking(clockwork, () => ran.filter(one => one === 'changes').length).toBe(minutes === 0 ? 1 : 2);
    }
    expect(await standing()).toEqual([]);
    elapsed = 61 * 60_000;
    await looking(clockwork, () => standing()).toEqual(['changes-late nas']);
    await clockwork.stop();
  });

  test('what throws is logged, and the next look goes on', async () => {
    let fails = true;
    const clockwork = watch({
      closeDays: async () => {
        ran.push('days');
        if (fails) throw new Error('a fault');
        return [];
      },
      hasPlaces: false,
    });
    clockwork.tick();
    await looking(clockwork, sorted).toEqual(['days'].sort());
    fails = false;
    elapsed = 60_000;
    await looking(clockwork, () => ran).toEqual(['days', 'days']);
    await clockwork.stop();
  });
});
