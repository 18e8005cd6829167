/**
 * Numbers of the register: which year a moment falls in, how a number is written, and the code of the public page.
 * The numbers themselves are given by the database (trigger entry_number in 0002_register.sql), gapless within a series (I3).
 */
import { randomBytes } from 'node:crypto';
import { calendarYear } from './letter/thai-date.ts';

export type Calendar = 'buddhist' | 'gregory';

/** The register's year at `at`: the calendar year of the agency's time zone, in its era (regulation section 1: by calendar year, Buddhist era). */
export function registerYear(at: Date, agency: { timeZone: string; calendar: Calendar }): number {
  return calendarYear(at, agency.timeZone, agency.calendar);
}

/** '1284/2569', as it is written in the stamp and in the SMTP reply. */
export function writeNumber(entry: { number: number; year: number }): string {
  return `${entry.number}/${entry.year}`;
}

// Crockford's base 32: no i, l, o, u, so that a code read out on the phone survives.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A code that can't be guessed: 130 random bits in 26 characters. */
export function newPublicCode(): string {
  let code = '';
  for (const byte of randomBytes(26)) code += ALPHABET[byte & 31];
  return code;
}
