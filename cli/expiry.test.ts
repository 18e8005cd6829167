import { expect, test } from 'vitest';
import { readExpiry } from './expiry.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

test('a number of days counts from now', () => {
  expect(readExpiry('90d', NOW, 'Asia/Bangkok')).toEqual(new Date('2027-02-20T10:00:00Z'));
});

test('a day is good to its end where the agency is', () => {
  expect(readExpiry('2026-11-22', NOW, 'Asia/Bangkok')).toEqual(new Date('2026-11-22T17:00:00Z'));
  expect(readExpiry('2027-09-30', NOW, 'Asia/Tehran')).toEqual(new Date('2027-09-30T20:30:00Z'));
  expect(readExpiry('2026-12-31', NOW, 'UTC')).toEqual(new Date('2027-01-01T00:00:00Z'));
  // Clocks are put forward that night: the day after begins in summer time.
  expect(readExpiry('2027-03-28', NOW, 'Europe/Berlin')).toEqual(new Date('2027-03-28T22:00:00Z'));
});

test.each([
  ['', 'must be a day'],
  ['tomorrow', 'must be a day'],
  ['2027-02-30', 'must be a day'],
  ['30/09/2027', 'must be a day'],
  ['-5d', 'must be a day'],
  ['0d', 'has passed'],
  ['2026-11-21', 'has passed'],
  ['2570-09-30', 'Gregorian'],
  ['99999d', 'more than ten years'],
])('%j: %s', (text, sentence) => {
  expect(() => readExpiry(text, NOW, 'Asia/Bangkok')).toThrow(sentence);
});
