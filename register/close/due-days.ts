/**
 * Which days of an agency are due to be closed: pure, by its closing hour, its time zone and the clock handed in. A day ends at the closing hour, and what is
 * entered later on the same date belongs to the next day (an agency that closes at 16:30 has 'the 22nd' from 16:30 of the 21st to 16:30 of the 22nd).
 */
import { dayInZone } from '../letter/thai-date.ts';

/** 'HH:MM', after midnight up to '24:00', which is the end of the date itself. */
export type ClosingHour = string;
export const USUAL_CLOSING_HOUR: ClosingHour = '24:00';

/** '00:00' is refused: it could mean either end of the day. */
export function isClosingHour(value: unknown): value is ClosingHour {
  return typeof value === 'string' && /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value) && value !== '00:00';
}

/** @param setting - `closingHour` of agency.settings, as stored; a slip there counts as not set, for a day must end at some time */
export function closingHourOf(setting: unknown): ClosingHour {
  return isClosingHour(setting) ? setting : USUAL_CLOSING_HOUR;
}

/** The instant at which `day` ends. Where clocks are put forward over it, as long after the gap as it stood within. */
export function closingInstant(day: string, hour: ClosingHour, timeZone: string): Date {
  const wall = Date.parse(`${day}T00:00:00Z`) + (Number(hour.slice(0, 2)) * 60 + Number(hour.slice(3))) * 60_000;
  const first = wall - offsetAt(wall, timeZone);
  return new Date(wall - offsetAt(first, timeZone));
}

/** The day that an instant belongs to. */
export function dayOf(at: Date, hour: ClosingHour, timeZone: string): string {
  const date = dayInZone(at, timeZone);
  return closingInstant(date, hour, timeZone) <= at ? nextDay(date) : date;
}

export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

export interface DueInput {
  /** The last day that was closed; null when none ever was. */
  lastDay: string | null;
  /** When the agency began: its first entry or its creation. */
  beganAt: Date;
  hour: ClosingHour;
  timeZone: string;
  now: Date;
}

/** Every day that has ended and is not closed, the oldest first. Nothing when the clock went back. */
export function dueDays(input: DueInput): string[] {
  const days: string[] = [];
  let day = input.lastDay === null ? dayOf(input.beganAt, input.hour, input.timeZone) : nextDay(input.lastDay);
  for (; closingInstant(day, input.hour, input.timeZone) <= input.now; day = nextDay(day)) days.push(day);
  return days;
}

/** Milliseconds that the zone's clocks are ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(part => [part.type, part.value]),
  );
  const wall = Date.UTC(
    Number(parts.year),
    Number(parts.month) - 1,
    Number(parts.day),
    Number(parts.hour),
    Number(parts.minute),
    Number(parts.second),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    const two = '2-digit' as const;
    format = new Intl.DateTimeFormat('en-u-ca-gregory', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    formats.set(timeZone, format);
  }
  return format;
}
