/** Until when a token is good, as a person says it. */
import { usage } from './arguments.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const LONGEST_DAYS = 3_660;

/**
 * @param text `90d`, or a day `2027-09-30`, which is good to its end in `timeZone`
 * @throws UsageError for anything else, for what has passed, and for more than ten years: a token that outlives its reason is found by nobody
 */
export function readExpiry(text: string, now: Date, timeZone: string): Date {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const at = days === undefined ? endOfDay(text, timeZone) : new Date(now.getTime() + Number(days) * DAY_MS);
  if (at === null)
    throw usage(
      `--expires ${text}: ต้องเป็นวันที่ ค.ศ. เช่น 2027-09-30 หรือจำนวนวันเช่น 90d`,
      'must be a day such as 2027-09-30, or days such as 90d',
    );
  if (at <= now) throw usage(`--expires ${text}: ผ่านไปแล้ว`, 'has passed already');
  if (at.getTime() > now.getTime() + LONGEST_DAYS * DAY_MS)
    throw usage(`--expires ${text}: นานเกินสิบปี (ใช้ปี ค.ศ.)`, 'is more than ten years away (the year is a Gregorian one)');
  return at;
}

function endOfDay(text: string, timeZone: string): Date | null {
  const start = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(start.getTime()) || !start.toISOString().startsWith(text)) return null;
  const end = start.getTime() + DAY_MS;
  return new Date(end - offsetAt(new Date(end), timeZone));
}

/** How far the zone's clocks are ahead of UTC at `at`, in milliseconds. */
function offsetAt(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    calendar: 'gregory',
    hourCycle: 'h23',
  }).formatToParts(at);
  const figure = (type: string) => Number(parts.find(part => part.type === type)?.value);
  const shown = Date.UTC(figure('year'), figure('month') - 1, figure('day'), figure('hour'), figure('minute'), figure('second'));
  return shown - at.getTime();
}
