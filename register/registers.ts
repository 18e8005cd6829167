/**
 * Which books there are, and which of them a letter that comes in belongs to. Used where letters get their numbers (enter.ts, act/held.ts) and where a book is
 * shown (look/, web/). Each book has a series of numbers and a chain of its own: the trigger entry_number takes the book's name as that of the series.
 */
import type { RegisterName } from './look/entry-row.ts';

/** In the order in which their series are locked within one transaction. */
export const REGISTERS: readonly RegisterName[] = ['receive', 'receive-classified', 'send', 'send-classified'];

/** Whether letters that came in stand in it. */
export function isReceived(register: RegisterName): boolean {
  return register === 'receive' || register === 'receive-classified';
}

/** Whether the book as such is closed to everybody who is not appointed (I10). */
export function isClosedBook(register: string): boolean {
  return register === 'receive-classified' || register === 'send-classified';
}

/** `own`: ลับ and ลับมาก stand in a register of their own. `shared`: in the ordinary one, hidden from those who are not appointed. */
export type ClassifiedRegister = 'own' | 'shared';

/**
 * The rule pack's `classified-own-series` (config/rules/thailand-saraban.yaml; annex 7, marked partly read): an agency whose legal officer reads the annex
 * otherwise sets `classifiedRegister` to `shared` in its settings. Anything else counts as not set: a slip there must not open the ordinary book.
 */
export const USUAL_CLASSIFIED_REGISTER: ClassifiedRegister = 'own';

/** @param setting - `classifiedRegister` of agency.settings, as stored */
export function classifiedRegisterOf(setting: unknown): ClassifiedRegister {
  return setting === 'shared' ? 'shared' : USUAL_CLASSIFIED_REGISTER;
}

/** The book for a letter of this class. One whose class comes to light only after it was entered keeps its number (I3) until act/move-to-classified.ts moves it. */
export function registerFor(secrecy: string, classified: ClassifiedRegister): 'receive' | 'receive-classified' {
  return secrecy !== 'normal' && classified === 'own' ? 'receive-classified' : 'receive';
}
