/**
 * What the data of all mail templates have in common: the agency, and how sizes, dates and a stranger's words are written.
 */
import { type Digits, inDigits } from '../letter/numerals.ts';
import { formatDay, formatEnglishDate, formatThaiDate, formatThaiTime } from '../letter/thai-date.ts';

/** The agency as its row has it. `address` is the central address the letter came to, or the first one. */
export interface MailAgency {
  code: string;
  nameTh: string;
  nameEn: string;
  phone: string;
  address: string;
  timeZone: string;
  numerals: Digits;
}

export interface AgencyFields {
  nameTh: string;
  nameEn: string;
  phone: string;
  address: string;
}

/** The English name falls back to the Thai one: an empty line in a mail is worse than a Thai one. */
export function agencyFields(agency: MailAgency): AgencyFields {
  return { nameTh: agency.nameTh, nameEn: agency.nameEn || agency.nameTh, phone: agency.phone, address: agency.address };
}

/**
 * A stranger's text on one line: line breaks and control characters would let a subject draw lines of its own into an official mail,
 * and bidirectional overrides (U+202A-202E, U+2066-2069) would let a file name show another ending.
 */
export function oneLine(text: string, most = 500): string {
  const line = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

/** '1,234 bytes' below a kilobyte, else with a rounded unit before it: '1.2 MB (1,234,567 bytes)'. Units of 1000. */
export function writeSize(bytes: number): { th: string; en: string } {
  const exact = bytes.toLocaleString('en-US');
  const [unit, divisor] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : ['KB', 1e3];
  if (bytes < 1000) return { th: `${exact} ไบต์`, en: `${exact} bytes` };
  const rounded = (bytes / divisor).toFixed(1);
  return { th: `${rounded} ${unit} (${exact} ไบต์)`, en: `${rounded} ${unit} (${exact} bytes)` };
}

export interface MomentFields {
  dateTh: string;
  timeTh: string;
  dateEn: string;
  timeEn: string;
}

/** A moment for both languages: '22 พฤศจิกายน 2569', '10.00 น.', '22 November 2026', '10:00 (Asia/Bangkok)'. The Thai year is of the Buddhist era. */
export function momentFields(at: Date, agency: MailAgency): MomentFields {
  const { timeZone, numerals } = agency;
  const time = formatThaiTime(at, { digits: 'arabic', timeZone });
  return {
    dateTh: formatThaiDate(at, { style: 'long', digits: numerals, timeZone }),
    timeTh: inDigits(time, numerals),
    dateEn: formatEnglishDate(at, { style: 'long', timeZone }),
    timeEn: `${time.slice(0, 5).replace('.', ':')} (${timeZone})`,
  };
}

/** A day without a clock ('yyyy-mm-dd' or null) in both languages; '' for none. */
export function dayFields(day: string | null, agency: MailAgency): { th: string; en: string } {
  if (day === null) return { th: '', en: '' };
  return {
    th: formatDay(day, { language: 'th', style: 'long', digits: agency.numerals }),
    en: formatDay(day, { language: 'en', style: 'long', digits: 'arabic' }),
  };
}

export interface NumberFields {
  numberTh: string;
  number: string;
  /** Of a letter in the classified register its name, for the same number is given in the ordinary one too; else ''. */
  registerTh: string;
  registerEn: string;
}

/** '1284/2569' in the agency's digits, and in Arabic ones. */
export function numberFields(entry: { number: number; year: number; register?: string }, agency: MailAgency): NumberFields {
  const number = `${entry.number}/${entry.year}`;
  const classified = entry.register === 'receive-classified';
  return {
    numberTh: inDigits(number, agency.numerals),
    number,
    registerTh: classified ? 'ทะเบียนหนังสือรับชั้นความลับ' : '',
    registerEn: classified ? 'register of classified letters received' : '',
  };
}
