/** Days and times as the agency's register writes them: its zone, its era. */

export interface Clockwork {
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: Date, timeZone: string): (type: string) => string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, calendar: 'gregory', dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  const parts = format.formatToParts(at);
  return type => parts.find(part => part.type === type)?.value ?? '';
}

/** 'yyyy-mm-dd' in the agency's zone. */
export function isoDayOf(at: Date, clock: Clockwork): string {
  const part = partsOf(at, clock.timeZone);
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** '22/11/2569' of 'yyyy-mm-dd'. */
export function dayText(day: string, clock: Clockwork): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${date}/${month}/${(year ?? 0) + (clock.calendar === 'buddhist' ? 543 : 0)}`;
}

/** '22/11/2569 10:00:00' */
export function timeText(at: Date, clock: Clockwork): string {
  const part = partsOf(at, clock.timeZone);
  return `${dayText(isoDayOf(at, clock), clock)} ${part('hour')}:${part('minute')}:${part('second')}`;
}
