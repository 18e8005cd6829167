/**
 * The sealed book of numbers: slips printed in advance, for the day the appliance, the network or the power is away. Each slip has a number within the book, a check code, and the
 * code of the public page on the receipt torn off it. Afterwards every slip is accounted for, once: entered (enter-paper.ts) or void with a reason; then the book is settled.
 * A slip's number is not a receive number: that one is given in the order of entry, gapless (I3), and the register shows both.
 */
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import { inAgency, inTransaction } from '../db/transaction.ts';
import { looking } from '../look/entry-queries.ts';
import { newPublicCode, registerYear } from '../number.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { selectCalendar } from '../queries.ts';
import {
  type BookRow,
  insertBook,
  lockBook,
  lockSlip,
  type SlipShown,
  selectBooks,
  selectOpenBooks,
  selectSlips,
  selectWhetherWaitingSlip,
  settleBookRow,
  settleSlip,
  takeBookOrdinal,
  voidUnusedSlips,
} from './queries.ts';

export type { BookRow, SlipShown };

const MOST_SLIPS = 500;

/** What the printer is given. */
export interface BookToPrint {
  /** 'ส.1/2569' */
  name: string;
  year: number;
  madeAt: Date;
  madeBy: string;
  slips: { slip: number; checkCode: string; publicCode: string }[];
}

/** 'ส.1/2569': how a book is called on its cover, on its slips and in the register. */
export function bookName(book: { ordinal: number; year: number }): string {
  return `ส.${book.ordinal}/${book.year}`;
}

/** Makes a book and keeps it as it was printed. @param print - gives the PDF; runs outside the transaction that writes the book */
export async function makeBook(
  context: RegisterContext,
  officer: Officer,
  input: { slips: number },
  print: (book: BookToPrint) => Promise<Buffer>,
): Promise<ActOutcome<{ bookId: string; name: string }>> {
  if (!may(officer, 'manage-books')) return { outcome: 'forbidden' };
  const checks = new Checks();
  if (!Number.isInteger(input.slips) || input.slips < 1 || input.slips > MOST_SLIPS)
    checks.fault('slips', `ต้องเป็นจำนวน 1 ถึง ${MOST_SLIPS}`, `Must be a number from 1 to ${MOST_SLIPS}.`);
  if (checks.invalid !== null) return checks.invalid;
  const slips = Array.from({ length: input.slips }, (_, index) => ({
    slip: index + 1,
    checkCode: newCheckCode(),
    publicCode: newPublicCode(),
  }));
  const at = context.now();
  const id = uuidv7();
  const claim = async () =>
    await inAgency(context.db, officer.agencyId, officer, async tx => {
      const year = registerYear(at, await selectCalendar(tx, officer.agencyId));
      return { year, ordinal: await takeBookOrdinal(tx, officer.agencyId, year) };
    });
  // Printed under the ordinal it will have; should another book be made meanwhile, it is printed again under the next.
  for (let tries = 0; tries < 5; tries++) {
    const claimed = await claim();
    const name = bookName(claimed);
    const bytes = await print({ name, year: claimed.year, madeAt: at, madeBy: officer.name, slips });
    const pdf = await context.store.put(bytes);
    const written = await inAgency(context.db, officer.agencyId, officer, async tx => {
      if ((await takeBookOrdinal(tx, officer.agencyId, claimed.year)) !== claimed.ordinal) return false;
      await insertBook(tx, officer.agencyId, { id, ...claimed, madeAt: at, madeBy: officer.name, pdf }, slips);
      await insertAct(tx, officer, at, {
        register: 'office',
        kind: 'book-made',
        detail: { bookId: id, book: name, slips: slips.length, pdfSha256: pdf.sha256 },
      });
      return true;
    });
    if (written) return { outcome: 'done', bookId: id, name };
  }
  throw new Error('other books were made at the same moment, five times in a row');
}

/** A slip that was spoilt or torn: it is used by no letter, and says why. */
export async function voidSlip(
  context: RegisterContext,
  officer: Officer,
  input: { bookId: string; slip: number; reason: string },
): Promise<ActOutcome> {
  if (!isId(input.bookId)) return { outcome: 'not-found' };
  return await actInOffice<object>(context, officer, 'enter-paper', async (tx, at) => {
    const checks = new Checks();
    const reason = checks.text('reason', input.reason, { most: 500, required: true });
    if (checks.invalid !== null) return checks.invalid;
    const slip =
      Number.isInteger(input.slip) && input.slip > 0 && input.slip <= MOST_SLIPS ? await lockSlip(tx, input.bookId, input.slip) : null;
    if (slip === null) return { outcome: 'not-found' };
    if (slip.state !== 'unused') return { outcome: 'conflict', state: slip.state, by: slip.settledBy, at: slip.settledAt, version: 0 };
    await settleSlip(tx, input.bookId, input.slip, { state: 'void', entryId: null, reason, at, by: officer.name });
    await insertAct(tx, officer, at, { register: 'office', kind: 'slip-void', detail: { bookId: input.bookId, slip: input.slip, reason } });
    return { outcome: 'done' };
  });
}

/** The outage is over: what was not used is void, and nothing more can be entered from this book. */
export async function settleBook(
  context: RegisterContext,
  officer: Officer,
  input: { bookId: string },
): Promise<ActOutcome<{ unused: number }>> {
  if (!isId(input.bookId)) return { outcome: 'not-found' };
  return await actInOffice<{ unused: number }>(context, officer, 'manage-books', async (tx, at) => {
    const book = await lockBook(tx, input.bookId);
    if (book === null) return { outcome: 'not-found' };
    if (book.settledAt !== null) return { outcome: 'conflict', state: 'settled', by: null, at: book.settledAt, version: 0 };
    const unused = await voidUnusedSlips(tx, input.bookId, 'ไม่ได้ใช้', at, officer.name);
    await settleBookRow(tx, input.bookId, at, officer.name);
    await insertAct(tx, officer, at, { register: 'office', kind: 'book-settled', detail: { bookId: input.bookId, unused } });
    return { outcome: 'done', unused };
  });
}

export async function listBooks(db: Database, officer: Officer): Promise<BookRow[]> {
  if (!may(officer, 'see-books')) return [];
  return await looking(db, officer, tx => selectBooks(tx, null));
}

/** One book with its slips; null when there is none. What letter a classified slip became is told to appointed persons alone (I10). */
export async function getBook(db: Database, officer: Officer, bookId: string): Promise<{ book: BookRow; slips: SlipShown[] } | null> {
  if (!may(officer, 'see-books') || !isId(bookId)) return null;
  return await looking(db, officer, async tx => {
    const [book] = await selectBooks(tx, bookId);
    if (book === undefined) return null;
    const slips = await selectSlips(tx, bookId);
    const hidden = (slip: SlipShown) => !officer.appointed && slip.register !== null && slip.register.endsWith('-classified');
    return { book, slips: slips.map(slip => (hidden(slip) ? { ...slip, entryId: null, number: null, year: null } : slip)) };
  });
}

/** Whether a code is that of a slip whose letter has not been entered yet: what the receipt in the sender's hand leads to until then. */
export async function isWaitingSlip(db: Database, publicCode: string): Promise<boolean> {
  if (!/^[0-9a-hjkmnp-tv-z]{26}$/.test(publicCode)) return false;
  return await inTransaction(db, tx => selectWhetherWaitingSlip(tx, publicCode));
}

/** Books whose slips may still be entered, for the form. */
export async function openBooks(db: Database, officer: Officer): Promise<{ id: string; name: string }[]> {
  if (!may(officer, 'enter-paper')) return [];
  return (await looking(db, officer, selectOpenBooks)).map(book => ({ id: book.id, name: bookName(book) }));
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function newCheckCode(): string {
  let code = '';
  for (const byte of randomBytes(5)) code += ALPHABET[byte & 31];
  return code;
}
