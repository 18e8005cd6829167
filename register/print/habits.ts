/** How a form writes dates, times and numbers: the agency's zone, era and digits, in Thai. */
import { inDigits } from '../letter/numerals.ts';
import { dayInZone, formatDay, formatThaiTime } from '../letter/thai-date.ts';
import type { PrintAgency } from './data.ts';

export interface Habits {
  /** '22 พฤศจิกายน 2569' */
  date(at: Date): string;
  /** The same of 'yyyy-mm-dd'; '' for none. */
  day(day: string | null): string;
  /** '20 พ.ย. 2569'; '' for none. */
  shortDay(day: string | null): string;
  /** 'วันอาทิตย์ที่ 22 พฤศจิกายน 2569' */
  weekday(day: string): string;
  /** '10.42 น.' */
  time(at: Date): string;
  /** '1,284' */
  count(value: number): string;
  /** Digits as the agency writes them; for numbers and names of forms, never for what a stranger wrote. */
  digits(text: string): string;
  /** 'พ.ศ. 2569', or 'ค.ศ. 2026'. */
  era(year: number): string;
  /** 'พ.ศ.' or 'ค.ศ.' */
  eraName: string;
  /** The agency's day of an instant, 'yyyy-mm-dd'. */
  isoDay(at: Date): string;
}

const WEEKDAYS = ['อาทิตย์', 'จันทร์', 'อังคาร', 'พุธ', 'พฤหัสบดี', 'ศุกร์', 'เสาร์'];
const ERA = 543;

export function habitsOf(agency: PrintAgency): Habits {
  const { timeZone, numerals } = agency;
  const digits = (text: string) => inDigits(text, numerals);
  const written = (day: string, style: 'long' | 'short') => {
    const text = formatDay(day, { language: 'th', style, digits: 'arabic' });
    // An agency that counts in the common era says so in every date of its own.
    const inEra = agency.calendar === 'buddhist' ? text : text.replace(/\d{4}$/, year => String(Number(year) - ERA));
    return digits(inEra);
  };
  const eraName = agency.calendar === 'buddhist' ? 'พ.ศ.' : 'ค.ศ.';
  const day = (iso: string | null) => (iso === null ? '' : written(iso, 'long'));
  const isoDay = (at: Date) => dayInZone(at, timeZone);
  return {
    digits,
    isoDay,
    day,
    date: at => day(isoDay(at)),
    shortDay: iso => (iso === null ? '' : written(iso, 'short')),
    weekday: iso => `วัน${WEEKDAYS[new Date(`${iso}T00:00:00Z`).getUTCDay()] ?? ''}ที่ ${day(iso)}`,
    time: at => formatThaiTime(at, { digits: numerals, timeZone }),
    count: value => digits(value.toLocaleString('en-US')),
    eraName,
    era: year => `${eraName} ${digits(String(year))}`,
  };
}
