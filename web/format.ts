/**
 * Dates, times, numbers and sizes as the agency writes them: its time zone, its digits, the reader's language.
 */

import { type Digits, inDigits } from '../register/letter/numerals.ts';
import { dayInZone, formatDay, formatEnglishDate, formatThaiDate } from '../register/letter/thai-date.ts';
import type { RegisterName } from '../register/look/entry-row.ts';
import { isClosedBook } from '../register/registers.ts';
import type { Language } from './text/text.ts';

export interface Habits {
  language: Language;
  timeZone: string;
  numerals: Digits;
}

export interface Format {
  number(value: number): string;
  /** '1284/2569', and 'ลับ 3/2569' of a classified register, which gives the same numbers again. */
  registerNumber(entry: { number: number; year: number; register?: RegisterName | null }): string;
  /** '20 พ.ย. 2569' of an instant */
  date(at: Date): string;
  /** '20 พฤศจิกายน 2569' of an instant */
  longDate(at: Date): string;
  /** 'วันอาทิตย์ 22 พฤศจิกายน 2569' of an instant */
  weekday(at: Date): string;
  /** Of a day 'yyyy-mm-dd'. */
  day(iso: string): string;
  longDay(iso: string): string;
  /** 'yyyy-mm-dd' of an instant in the agency's zone. */
  isoDay(at: Date): string;
  /** '10:42' */
  time(at: Date): string;
  /** '10:42:03' */
  clock(at: Date): string;
  /** '20 พ.ย. 2569 10:42' */
  moment(at: Date): string;
  /** '1.2 MB', decimal units as file managers show them */
  size(bytes: number): string;
  digits(text: string): string;
}

const CLASSIFIED: Record<Language, string> = { th: 'ลับ ', en: 'classified ' };

export function formatFor(habits: Habits): Format {
  const { language, timeZone } = habits;
  // English text with Thai digits would be neither.
  const digits: Digits = language === 'en' ? 'arabic' : habits.numerals;
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const weekday = new Intl.DateTimeFormat(language, { timeZone, weekday: 'long' });
  const grouped = new Intl.NumberFormat('en-US');
  const write = (text: string) => inDigits(text, digits);
  const dateIn = (at: Date, style: 'short' | 'long') =>
    language === 'th' ? formatThaiDate(at, { style, digits, timeZone }) : formatEnglishDate(at, { style, timeZone });
  const format: Format = {
    number: value => write(grouped.format(value)),
    registerNumber: ({ number, year, register }) =>
      `${isClosedBook(register ?? 'receive') ? CLASSIFIED[language] : ''}${write(`${number}/${year}`)}`,
    date: at => dateIn(at, 'short'),
    longDate: at => dateIn(at, 'long'),
    weekday: at => `${weekday.format(at)} ${dateIn(at, 'long')}`,
    day: iso => formatDay(iso, { language, style: 'short', digits }),
    longDay: iso => formatDay(iso, { language, style: 'long', digits }),
    isoDay: at => dayInZone(at, timeZone),
    time: at => write(clock.format(at).slice(0, 5)),
    clock: at => write(clock.format(at)),
    moment: at => `${dateIn(at, 'short')} ${format.time(at)}`,
    size: bytes => write(sizeText(bytes)),
    digits: write,
  };
  return format;
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
