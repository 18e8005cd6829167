import { describe, expect, test } from 'vitest';
import { type Attempt, changesDue, latestHour, nextHour, nightDue, pruneDue } from './schedule.ts';

const BANGKOK = { at: '02:00', timeZone: 'Asia/Bangkok' };
const at = (iso: string) => new Date(iso);
const attempt = (iso: string, state: Attempt['state'] = 'good'): Attempt => ({ beganAt: at(iso), state });

describe('the hour', () => {
  test('in the appliance’s zone, at the very second', () => {
    expect(latestHour(at('2026-11-22T19:00:00Z'), BANGKOK)).toEqual(at('2026-11-22T19:00:00Z'));
    expect(latestHour(at('2026-11-22T18:59:59Z'), BANGKOK)).toEqual(at('2026-11-21T19:00:00Z'));
    expect(nextHour(at('2026-11-22T18:59:59Z'), BANGKOK)).toEqual(at('2026-11-22T19:00:00Z'));
    expect(nextHour(at('2026-11-22T19:00:00Z'), BANGKOK)).toEqual(at('2026-11-23T19:00:00Z'));
    expect(latestHour(at('2026-11-22T17:00:00Z'), { ...BANGKOK, at: '00:00' })).toEqual(at('2026-11-22T17:00:00Z'));
  });

  test('comes once on the day that clocks skip it, and once on the day that they show it twice', () => {
    const berlin = { at: '02:30', timeZone: 'Europe/Berlin' };
    const seen = new Set<number>();
    for (const [from, to] of [
      ['2027-03-27T12:00:00Z', '2027-03-29T12:00:00Z'],
      ['2027-10-30T12:00:00Z', '2027-11-01T12:00:00Z'],
    ] as const) {
      seen.clear();
      for (let now = at(from).getTime(); now <= at(to).getTime(); now += 10 * 60_000) seen.add(latestHour(new Date(now), berlin).getTime());
      // The night before, and two nights.
      expect(seen.size).toBe(3);
    }
  });
});

describe('a night is due', () => {
  test('at once where there never was one', () => {
    expect(nightDue(at('2026-11-22T05:00:00Z'), BANGKOK, [], null)).toEqual({ due: true, why: 'first' });
  });

  test('at its hour, once', () => {
    const last = [attempt('2026-11-21T19:00:03Z')];
    expect(nightDue(at('2026-11-22T18:59:59Z'), BANGKOK, last, 1)).toEqual({ due: false, why: 'done', next: at('2026-11-22T19:00:00Z') });
    expect(nightDue(at('2026-11-22T19:00:00Z'), BANGKOK, last, 1)).toEqual({ due: true, why: 'hour' });
    const done = [...last, attempt('2026-11-22T19:00:05Z')];
    expect(nightDue(at('2026-11-22T19:30:00Z'), BANGKOK, done, 1)).toMatchObject({ due: false, why: 'done' });
  });

  test('is made up when the machine was off over the hour, and once only', () => {
    const last = [attempt('2026-11-19T19:00:03Z')];
    expect(nightDue(at('2026-11-22T03:00:00Z'), BANGKOK, last, null)).toEqual({ due: true, why: 'hour' });
    expect(nightDue(at('2026-11-22T09:00:00Z'), BANGKOK, [...last, attempt('2026-11-22T03:00:01Z')], null)).toMatchObject({ due: false });
  });

  test('a copy made by hand in the evening is not the night’s', () => {
    expect(nightDue(at('2026-11-22T19:00:00Z'), BANGKOK, [attempt('2026-11-22T15:00:00Z')], 1)).toMatchObject({ due: true, why: 'hour' });
  });

  test('again after a failure: soon at first, then more rarely', () => {
    const failed = ['2026-11-22T19:00:00Z', '2026-11-22T19:15:00Z', '2026-11-22T19:45:00Z'].map(iso => attempt(iso, 'failed'));
    const due = (iso: string, attempts: Attempt[]) => nightDue(at(iso), BANGKOK, attempts, 1).due;
    expect([due('2026-11-22T19:14:59Z', failed.slice(0, 1)), due('2026-11-22T19:15:00Z', failed.slice(0, 1))]).toEqual([false, true]);
    expect([due('2026-11-22T19:44:00Z', failed.slice(0, 2)), due('2026-11-22T19:45:00Z', failed.slice(0, 2))]).toEqual([false, true]);
    expect([due('2026-11-22T20:40:00Z', failed), due('2026-11-22T20:45:00Z', failed)]).toEqual([false, true]);
    expect(nightDue(at('2026-11-22T19:10:00Z'), BANGKOK, [attempt('2026-11-22T19:00:00Z', 'sent')], 1)).toEqual({
      due: false,
      why: 'waits',
      next: at('2026-11-22T19:15:00Z'),
    });
  });

  test('seldom while one place has a proven copy and another is away', () => {
    const part = [attempt('2026-11-22T19:00:00Z', 'part')];
    expect(nightDue(at('2026-11-22T22:59:00Z'), BANGKOK, part, 1)).toMatchObject({ due: false, next: at('2026-11-22T23:00:00Z') });
    expect(nightDue(at('2026-11-22T23:00:00Z'), BANGKOK, part, 1)).toEqual({ due: true, why: 'again' });
  });

  test('at once when the process was killed in the middle, but not for ever', () => {
    const killed = [attempt('2026-11-22T19:00:00Z', 'running')];
    expect(nightDue(at('2026-11-22T19:00:30Z'), BANGKOK, killed, null)).toEqual({ due: true, why: 'again' });
    const often = [...killed, attempt('2026-11-22T19:00:30Z', 'failed'), attempt('2026-11-22T19:01:00Z', 'running')];
    expect(nightDue(at('2026-11-22T19:01:30Z'), BANGKOK, often, null)).toMatchObject({ due: false, why: 'waits' });
  });
});

describe('a clock that was put back', () => {
  const done = [attempt('2026-11-22T19:00:05Z')];

  test('by an hour makes no second night', () => {
    expect(nightDue(at('2026-11-22T18:10:00Z'), BANGKOK, done, 1)).toMatchObject({ due: false, why: 'done' });
    // It shows the hour for the second time.
    expect(nightDue(at('2026-11-22T19:00:00Z'), BANGKOK, done, 1)).toMatchObject({ due: false, why: 'done' });
    expect(nightDue(at('2026-11-22T18:10:00Z'), BANGKOK, [attempt('2026-11-22T19:00:05Z', 'failed')], 1)).toMatchObject({ due: false });
  });

  test('by a year does not stop the nights: one a day by the other clock', () => {
    const now = at('2025-11-22T10:00:00Z');
    expect(nightDue(now, BANGKOK, done, null)).toEqual({ due: true, why: 'hour' });
    expect(nightDue(now, BANGKOK, done, 3_600_000)).toMatchObject({ due: false, why: 'clock-back' });
    expect(nightDue(now, BANGKOK, done, 86_400_000)).toEqual({ due: true, why: 'hour' });
  });
});

test('changes are due by a clock that nobody sets, and never when switched off', () => {
  expect([changesDue(0, 5, null), changesDue(299_999, 5, 0), changesDue(300_000, 5, 0), changesDue(9e9, 0, null)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('places are tidied once a week', () => {
  const now = at('2026-11-22T20:00:00Z');
  expect([pruneDue(now, null), pruneDue(now, at('2026-11-15T20:00:01Z')), pruneDue(now, at('2026-11-15T20:00:00Z'))]).toEqual([
    true,
    false,
    true,
  ]);
});
