import { describe, expect, test } from 'vitest';
import { clockFault, decide, type Keep, type NightAt } from './decide.ts';

const NONE: Keep = { withinDays: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const ZONE = 'Asia/Bangkok';
const DAY = 86_400_000;
const LAST = new Date('2026-11-22T19:00:00Z');

/** A night `days` before the newest. */
function night(days: number, state: NightAt['state'] = 'sent', newest = LAST): NightAt {
  const cutAt = new Date(newest.getTime() - days * DAY);
  return { id: `${cutAt.toISOString().replace(/[-:]|\.\d+/g, '')}-00000000`, cutAt, state };
}

/** The newest is proven, so that the rules alone decide over the rest. */
function nights(count: number, every = 1): NightAt[] {
  return Array.from({ length: count }, (_, at) => night(at * every, at === 0 ? 'proven' : 'sent'));
}

const daysOf = (all: NightAt[], ids: string[]) =>
  all.filter(one => ids.includes(one.id)).map(one => Math.round((LAST.getTime() - one.cutAt.getTime()) / DAY));
const keptDays = (all: NightAt[], keep: Partial<Keep>, zone = ZONE) =>
  daysOf(
    all,
    decide(all, { ...NONE, ...keep }, zone).kept.map(one => one.id),
  );

describe('the rules', () => {
  test('no night, nothing to decide', () => {
    expect(decide([], NONE, ZONE)).toEqual({ kept: [], removed: [] });
  });

  test('a rule of nothing keeps the newest all the same', () => {
    expect(keptDays(nights(10), {})).toEqual([0]);
  });

  test('within days counts from the newest night, both ends included', () => {
    expect(keptDays(nights(30), { withinDays: 3 })).toEqual([0, 1, 2, 3]);
  });

  test('daily keeps the last night of each of so many days that have one', () => {
    const twice = [0, 0.05, 1, 1.05, 5, 9].map((days, at) => night(days, at === 0 ? 'proven' : 'sent'));
    const kept = decide(twice, { ...NONE, daily: 3 }, ZONE).kept.map(one => one.id);
    expect(kept).toEqual([twice[0], twice[2], twice[4]].map(one => one?.id));
  });

  test('a day is a day of the zone: nights at 19:00 UTC are the next day in Bangkok', () => {
    const early = { ...night(0, 'proven'), cutAt: new Date('2026-11-22T16:30:00Z'), id: 'a' };
    const late = { ...night(0), cutAt: new Date('2026-11-22T17:30:00Z'), id: 'b' };
    const later = { ...night(0, 'proven'), cutAt: new Date('2026-11-22T19:30:00Z'), id: 'c' };
    expect(decide([early, late, later], { ...NONE, daily: 2 }, ZONE).kept.map(one => one.id)).toEqual(['c', 'a']);
    expect(decide([early, late, later], { ...NONE, daily: 2 }, 'UTC').kept.map(one => one.id)).toEqual(['c']);
  });

  test('weekly, from Monday', () => {
    // 23 November 2026 (in Bangkok) is a Monday: its week has one night.
    expect(keptDays(nights(30), { weekly: 3 })).toEqual([0, 1, 8]);
  });

  test('monthly and yearly keep the last night of each', () => {
    expect(keptDays(nights(100), { monthly: 3 })).toEqual([0, 23, 54]);
    expect(keptDays(nights(30, 60), { yearly: 2 })).toEqual([0, 360]);
  });

  test('rules add up, and each night says why it is kept', () => {
    const { kept, removed } = decide(nights(60), { ...NONE, withinDays: 1, monthly: 2 }, ZONE);
    expect(kept.map(one => one.reasons)).toEqual([['newest', 'within', 'monthly', 'last-proven'], ['within'], ['monthly']]);
    expect(removed).toHaveLength(57);
  });

  test('what goes and what stays is everything, once', () => {
    const all = nights(400);
    const { kept, removed } = decide(all, { withinDays: 14, daily: 30, weekly: 8, monthly: 12, yearly: 5 }, ZONE);
    expect([...kept.map(one => one.id), ...removed].sort()).toEqual(all.map(one => one.id).sort());
  });

  test('the order in which they are given does not matter', () => {
    const all = nights(50);
    const keep = { ...NONE, withinDays: 4, weekly: 4 };
    expect(decide([...all].reverse(), keep, ZONE)).toEqual(decide(all, keep, ZONE));
  });
});

describe('what was proven', () => {
  test('the last proven one and everything newer stay, whatever the rules say', () => {
    const all = [night(0), night(1), night(2, 'damaged'), night(3, 'proven'), night(4, 'proven'), night(5)];
    expect(keptDays(all, {})).toEqual([0, 1, 2, 3]);
  });

  test('where nothing was proven nothing goes', () => {
    expect(decide([night(0), night(1), night(400)], NONE, ZONE).removed).toEqual([]);
  });

  test('proven in part counts where nothing was proven outright, and only there', () => {
    expect(keptDays([night(0), night(1, 'partly-proven'), night(2), night(3)], {})).toEqual([0, 1]);
    expect(keptDays([night(0), night(1, 'partly-proven'), night(2, 'proven'), night(3)], {})).toEqual([0, 1, 2]);
  });

  test('a damaged night takes no place from one that can be restored', () => {
    const all = [night(0, 'proven'), night(1, 'damaged'), night(2), night(3)];
    expect(keptDays(all, { daily: 3 })).toEqual([0, 2, 3]);
  });
});

describe('a clock that cannot be right', () => {
  test.each([
    ['a year back', -365 * DAY, 'behind'],
    ['an hour back', -3_600_000, 'behind'],
    ['a year forward', 365 * DAY, 'ahead'],
    ['eight days forward', 8 * DAY, 'ahead'],
    ['no date at all', Number.NaN, 'behind'],
  ])('%s', (_, by, outcome) => {
    expect(clockFault(new Date(LAST.getTime() + by), LAST)).toMatchObject({ outcome });
  });

  test.each([
    ['the minute after', 60_000],
    ['a clock that was set back by a minute', -60_000],
    ['a week later', 7 * DAY],
  ])('%s is nothing', (_, by) => {
    expect(clockFault(new Date(LAST.getTime() + by), LAST)).toBeNull();
  });

  test('without a copy there is nothing to compare with', () => {
    expect(clockFault(LAST, null)).toBeNull();
  });

  test('a night made under a clock a year ahead does not make all others old', () => {
    const all = nights(20);
    const ahead = { ...night(-365), id: '20271122T190000Z-00000000' };
    const { removed } = decide([ahead, ...all], { ...NONE, withinDays: 14 }, ZONE);
    expect(daysOf(all, removed)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(decide([{ ...ahead, state: 'proven' }, ...all], { ...NONE, withinDays: 14, daily: 20 }, ZONE).removed).toHaveLength(1);
  });

  test('a night made under a clock a year back is the oldest, and no reason for others to go', () => {
    const all = nights(5);
    const back = night(365);
    expect(decide([...all, back], { ...NONE, withinDays: 14 }, ZONE).removed).toEqual([]);
    expect(decide([...all, back], { ...NONE, withinDays: 4 }, ZONE).removed).toEqual([back.id]);
  });
});
