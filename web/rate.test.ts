import { describe, expect, it } from 'vitest';
import { createRate } from './rate.ts';

describe('a rate', () => {
  it('lets a burst through, then tells how long to wait, caller by caller', () => {
    let at = 0;
    const rate = createRate({ perSecond: 0.5, burst: 2 }, () => new Date(at));
    expect([rate.take('a'), rate.take('a'), rate.take('a'), rate.take('b')]).toEqual([null, null, 2, null]);
    at += 1_000;
    expect(rate.take('a')).toBe(1);
    at += 1_000;
    expect([rate.take('a'), rate.take('a')]).toEqual([null, 2]);
  });

  it('never holds more than the burst, and bears a clock that goes back', () => {
    let at = 1_000_000;
    const rate = createRate({ perSecond: 1, burst: 2 }, () => new Date(at));
    rate.take('a');
    at += 3_600_000;
    expect([rate.take('a'), rate.take('a'), rate.take('a')]).toEqual([null, null, 1]);
    at -= 7_200_000;
    expect(rate.take('a')).toBe(1);
  });
});
