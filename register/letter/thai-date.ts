// Dates as Thai officials write them, both ways: reading ลงวันที่ out of letters, and writing dates on stamps, registers and mails.
// The years of the registers come from here too: a calendar year of the agency's zone, labelled in the Buddhist era (Gregorian + 543).

import { foldThai } from './fold.ts';
import { type Digits, inDigits } from './numerals.ts';

const BUDDHIST_OFFSET = 543;

export const LONG_MONTHS = [
  'มกราคม',
  'กุมภาพันธ์',
  'มีนาคม',
  'เมษายน',
  'พฤษภาคม',
  'มิถุนายน',
  'กรกฎาคม',
  'สิงหาคม',
  'กันยายน',
  'ตุลาคม',
  'พฤศจิกายน',
  'ธันวาคม',
] as const;
const SHORT_MONTHS = ['ม.ค.', 'ก.พ.', 'มี.ค.', 'เม.ย.', 'พ.ค.', 'มิ.ย.', 'ก.ค.', 'ส.ค.', 'ก.ย.', 'ต.ค.', 'พ.ย.', 'ธ.ค.'] as const;
const ENGLISH_MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Spellings beside the right ones that letters really carry (ฏ for ฎ, ษ for ศ, a missing ์). */
const MISSPELT_MONTHS: Record<string, number> = {
  กุมภาพันธ: 2,
  พฤศภาคม: 5,
  กรกฏาคม: 7,
  พฤษจิกายน: 11,
};

const THAI_MONTH_NUMBERS = new Map<string, number>([
  ...LONG_MONTHS.map((name, index): [string, number] => [name, index + 1]),
  ...SHORT_MONTHS.map((name, index): [string, number] => [name.replaceAll('.', ''), index + 1]),
  ...Object.entries(MISSPELT_MONTHS),
]);

// Alternatives are ordered longest first: กุมภาพันธ์ before กุมภาพันธ. Short names may lack dots or have blanks after them.
const LONG_PATTERN = [...LONG_MONTHS, ...Object.keys(MISSPELT_MONTHS)].sort((a, b) => b.length - a.length).join('|');
const SHORT_PATTERN = SHORT_MONTHS.map(name => name.slice(0, -1).replace('.', '\\.? ?')).join('|');
const THAI_MONTH = `(?:${LONG_PATTERN}|(?:${SHORT_PATTERN})\\.?(?![\u0e01-\u0e4e]))`;
const ENGLISH_MONTH = ENGLISH_MONTHS.map(name => `${name.slice(0, 3)}(?:${name.slice(3) || 't'}|t)?\\.?`).join('|');
const ERA = '(?:(พ\\.? ?ศ\\.?|พุทธศักราช|ค\\.? ?ศ\\.?|คริสต์ศักราช) *)?';

const DAY_MONTH_YEAR = `(?<![\\d/.-])(\\d{1,2}) *(?:เดือน *)?(${THAI_MONTH}) *${ERA}(\\d{4}|\\d{2})(?!\\d)`;
const ENGLISH_DAY_FIRST = `(?<![\\w/.-])(\\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?(${ENGLISH_MONTH}),?[ -](?:B\\.?E\\.? ?)?(\\d{4}|\\d{2})(?!\\d)`;
const ENGLISH_MONTH_FIRST = `(?<![A-Za-z])(${ENGLISH_MONTH}) (\\d{1,2})(?:st|nd|rd|th)?,? (?:B\\.?E\\.? ?)?(\\d{4})(?!\\d)`;
const ISO = '(?<![\\d/.-])(\\d{4})-(\\d{2})-(\\d{2})(?![\\d/-])';
const NUMERIC = '(?<![\\d/.-])(\\d{1,2})([/.-])(\\d{1,2})\\2(\\d{4}|\\d{2})(?![\\d/-])';

export type FoundDate = { iso: string; index: number; length: number };

/** A four-digit year in the era it is plainly written in: 2400-2699 is Buddhist, 1857-2156 Gregorian; anything else is no letter's year. */
function gregorianYear(year: number): number | null {
  if (year >= 2400 && year <= 2699) return year - BUDDHIST_OFFSET;
  return year >= 1857 && year <= 2156 ? year : null;
}

/** `yyyy-mm-dd`, or null when there is no such day (31 April, 29 February of a common year). */
function isoDate(year: number | null, month: number, day: number): string | null {
  if (year === null || month < 1 || month > 12 || day < 1) return null;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day > lastDay) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function thaiYear(era: string | undefined, digits: string): number | null {
  const year = Number(digits);
  const christian = era?.startsWith('ค') ?? false;
  if (digits.length === 2) return christian ? 2000 + year : 2500 + year - BUDDHIST_OFFSET;
  if (christian) return year >= 1857 && year <= 2156 ? year : null;
  return gregorianYear(year);
}

/** A bare d/m/yy: 43-99 can only be Buddhist years near us; 00-42 may be either era, and a wrong date is worse than none. */
function numericYear(digits: string): number | null {
  const year = Number(digits);
  if (digits.length === 4) return gregorianYear(year);
  return year >= 43 ? 2500 + year - BUDDHIST_OFFSET : null;
}

function englishMonth(name: string): number {
  return ENGLISH_MONTHS.findIndex(month => month.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1;
}

function readMatch(match: RegExpExecArray, form: Form): string | null {
  const [, a = '', b = '', c = '', d = ''] = match;
  switch (form) {
    case 'thai':
      return isoDate(thaiYear(c || undefined, d), THAI_MONTH_NUMBERS.get(b.replace(/[. ]/g, '')) ?? 0, Number(a));
    case 'english-day-first':
      return isoDate(c.length === 2 ? 2000 + Number(c) : gregorianYear(Number(c)), englishMonth(b), Number(a));
    case 'english-month-first':
      return isoDate(gregorianYear(Number(c)), englishMonth(a), Number(b));
    case 'iso':
      return isoDate(gregorianYear(Number(a)), Number(b), Number(c));
    case 'numeric':
      // 1.2.55 is more often a paragraph's number than a day.
      return b === '.' && d.length === 2 ? null : isoDate(numericYear(d), Number(c), Number(a));
  }
}

type Form = 'thai' | 'english-day-first' | 'english-month-first' | 'iso' | 'numeric';
const FORMS: { form: Form; pattern: string; flags: string }[] = [
  { form: 'thai', pattern: DAY_MONTH_YEAR, flags: 'g' },
  { form: 'english-day-first', pattern: ENGLISH_DAY_FIRST, flags: 'gi' },
  { form: 'english-month-first', pattern: ENGLISH_MONTH_FIRST, flags: 'gi' },
  { form: 'iso', pattern: ISO, flags: 'g' },
  { form: 'numeric', pattern: NUMERIC, flags: 'g' },
];

/**
 * Every date in a text that was folded with `foldThai`, in the order they stand, each with its position. What has the shape of a date
 * but is no day of the calendar is left out.
 */
export function findDates(folded: string): FoundDate[] {
  const found: FoundDate[] = [];
  for (const { form, pattern, flags } of FORMS) {
    for (const match of folded.matchAll(new RegExp(pattern, flags))) {
      const iso = readMatch(match, form);
      if (iso !== null) found.push({ iso, index: match.index, length: match[0].length });
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

/**
 * The date a letter's date field says, as `yyyy-mm-dd` (Gregorian), or null when it says none or no real day. Reads `20 พฤศจิกายน 2569`,
 * `๒๐ พ.ย. ๖๙`, `วันที่ 20 เดือนพฤศจิกายน พ.ศ. 2569`, `20 Nov 2026`, `November 20, 2026`, `2026-11-20`, `20/11/2569`; white space around
 * it and a leading (ลง)วันที่ are fine, other words are not: a sentence is for `findDates`.
 */
export function parseThaiDate(text: string): string | null {
  const folded = foldThai(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:ลง)?(?:วันที่|วันที)? *[:：]? */, '');
  const first = findDates(folded)[0];
  if (first === undefined || first.index !== 0) return null;
  return /^[ .)]*$/.test(folded.slice(first.length)) ? first.iso : null;
}

type DateParts = { year: number; month: number; day: number; hour: string; minute: string };
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone. Throws RangeError for an unknown zone: settings are checked at the start, so that is a defect here. */
function partsInZone(date: Date, timeZone: string): DateParts {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  const part = new Map(formatter.formatToParts(date).map(({ type, value }) => [type, value]));
  return {
    year: Number(part.get('year')),
    month: Number(part.get('month')),
    day: Number(part.get('day')),
    hour: part.get('hour') ?? '',
    minute: part.get('minute') ?? '',
  };
}

/** The calendar year of an instant in a zone, in the era a register is labelled with. A register's year turns at that zone's midnight. */
export function calendarYear(date: Date, timeZone: string, calendar: 'buddhist' | 'gregory'): number {
  const { year } = partsInZone(date, timeZone);
  return calendar === 'buddhist' ? year + BUDDHIST_OFFSET : year;
}

/** Calendar year of the agency's zone + 543: the year in `number/year` of a Thai register. */
export function buddhistYear(date: Date, timeZone: string): number {
  return calendarYear(date, timeZone, 'buddhist');
}

/** The calendar day of an instant in a zone, `yyyy-mm-dd` (Gregorian). */
export function dayInZone(date: Date, timeZone: string): string {
  const { year, month, day } = partsInZone(date, timeZone);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

export type DateStyle = 'long' | 'short' | 'numeric';

function writeThai(year: number, month: number, day: number, style: DateStyle, digits: Digits): string {
  const buddhist = year + BUDDHIST_OFFSET;
  if (style === 'numeric') return inDigits(`${String(day).padStart(2, '0')}/${String(month).padStart(2, '0')}/${buddhist}`, digits);
  const name = (style === 'long' ? LONG_MONTHS : SHORT_MONTHS)[month - 1] ?? '';
  return inDigits(`${day} ${name} ${buddhist}`, digits);
}

function writeEnglish(year: number, month: number, day: number, style: DateStyle): string {
  if (style === 'numeric') return `${String(day).padStart(2, '0')}/${String(month).padStart(2, '0')}/${year}`;
  const name = ENGLISH_MONTHS[month - 1] ?? '';
  return `${day} ${style === 'long' ? name : name.slice(0, 3)} ${year}`;
}

/** An instant as a Thai date in the Buddhist era: long `20 พฤศจิกายน 2569`, short `20 พ.ย. 2569`, numeric `20/11/2569`. */
export function formatThaiDate(date: Date, options: { style: DateStyle; digits: Digits; timeZone: string }): string {
  const { year, month, day } = partsInZone(date, options.timeZone);
  return writeThai(year, month, day, options.style, options.digits);
}

/** An instant as an English date, day first, Gregorian: long `20 November 2026`, short `20 Nov 2026`, numeric `20/11/2026`. */
export function formatEnglishDate(date: Date, options: { style: DateStyle; timeZone: string }): string {
  const { year, month, day } = partsInZone(date, options.timeZone);
  return writeEnglish(year, month, day, options.style);
}

/**
 * A day without a clock, `yyyy-mm-dd` (a letter's date, a due date), in either language; no zone is involved, so it can't shift.
 * A text that is no such day comes back as it is: the page shows what is stored rather than hiding it.
 */
export function formatDay(iso: string, options: { language: 'th' | 'en'; style: DateStyle; digits: Digits }): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  if (match === null) return iso;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (isoDate(year, month, day) === null) return iso;
  return options.language === 'th'
    ? writeThai(year, month, day, options.style, options.digits)
    : writeEnglish(year, month, day, options.style);
}

/** The time of day as a Thai register writes it, `16.30 น.` */
export function formatThaiTime(date: Date, options: { digits: Digits; timeZone: string }): string {
  const { hour, minute } = partsInZone(date, options.timeZone);
  return inDigits(`${hour}.${minute} น.`, options.digits);
}
