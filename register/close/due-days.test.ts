import { describe, expect, it } from 'vitest';
import { closingHourOf, closingInstant, dayOf, dueDays, isClosingHour, nextDay } from './due-days.ts';

const zone = 'Asia/Bangkok';

describe('the closing hour', () => {
  it.each(['16:30', '24:00', '00:01', '23:59', '09:05'])('%s is one', hour => expect(isClosingHour(hour)).toBe(true));
  it.each(['00:00', '24:01', '25:00', '9:05', '16.30', '16:60', '', ' 16:30', null, 16, ['16:30']])('%j is none', hour => {
    expect(isClosingHour(hour)).toBe(false);
    expect(closingHourOf(hour)).toBe('24:00');
  });
});

describe('the instant at which a day ends', () => {
  it.each([
    ['2026-11-22', '24:00', zone, '2026-11-22T17:00:00.000Z'],
    ['2026-11-22', '16:30', zone, '2026-11-22T09:30:00.000Z'],
    ['2026-12-31', '24:00', zone, '2026-12-31T17:00:00.000Z'],
    ['2028-02-29', '24:00', 'UTC', '2028-03-01T00:00:00.000Z'],
    // Clocks are put forward from 02:00 to 03:00, and back from 03:00 to 02:00.
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29', '24:00', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', '24:00', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-22', '24:00', 'America/St_Johns', '2026-11-23T03:30:00.000Z'],
  ])('%s at %s in %s is %s', (day, hour, timeZone, instant) => {
    expect(closingInstant(day, hour, timeZone).toISOString()).toBe(instant);
  });
});

describe('the day an instant belongs to', () => {
  it.each([
    ['2026-11-22T16:59:59.999Z', '24:00', '2026-11-22'],
    ['2026-11-22T17:00:00.000Z', '24:00', '2026-11-23'],
    ['2026-11-22T09:29:59.999Z', '16:30', '2026-11-22'],
    ['2026-11-22T09:30:00.000Z', '16:30', '2026-11-23'],
    ['2026-12-31T16:59:00.000Z', '16:30', '2027-01-01'],
  ])('%s with the hour %s is %s', (at, hour, day) => expect(dayOf(new Date(at), hour, zone)).toBe(day));

  it('after December comes January, after February the 28th the 29th in a leap year', () => {
    expect([nextDay('2026-12-31'), nextDay('2028-02-28'), nextDay('2026-02-28')]).toEqual(['2027-01-01', '2028-02-29', '2026-03-01']);
  });
});

describe('the days that are due', () => {
  const due = (lastDay: string | null, now: string, hour = '24:00', beganAt = '2026-11-20T03:00:00.000Z') =>
    dueDays({ lastDay, beganAt: new Date(beganAt), hour, timeZone: zone, now: new Date(now) });

  it('none before the hour, one from the hour on', () => {
    expect(due('2026-11-21', '2026-11-22T16:59:59.999Z')).toEqual([]);
    expect(due('2026-11-21', '2026-11-22T17:00:00.000Z')).toEqual(['2026-11-22']);
  });
  it('every day of an outage, the oldest first', () => {
    expect(due('2026-11-29', '2026-12-02T20:00:00.000Z')).toEqual(['2026-11-30', '2026-12-01', '2026-12-02']);
  });
  it('from the day the agency began, and none before it', () => {
    expect(due(null, '2026-11-21T17:00:00.000Z')).toEqual(['2026-11-20', '2026-11-21']);
    expect(due(null, '2026-11-20T16:00:00.000Z')).toEqual([]);
    expect(due(null, '2026-11-21T10:00:00.000Z', '16:30', '2026-11-20T09:31:00.000Z')).toEqual(['2026-11-21']);
  });
  it('none again when the clock went back', () => {
    expect(due('2026-11-22', '2026-11-10T17:00:00.000Z')).toEqual([]);
  });
  it('one for each day when the hour is moved', () => {
    expect(due('2026-11-21', '2026-11-22T09:30:00.000Z', '16:30')).toEqual(['2026-11-22']);
    expect(due('2026-11-22', '2026-11-22T20:00:00.000Z', '24:00')).toEqual([]);
  });
});
