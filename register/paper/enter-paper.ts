/**
 * Enters a letter that came on paper, or by word of mouth: an officer types what the reader takes from a mail. It gets the next number of the register like any other;
 * only its raw bytes are missing. From the form of web/pages/paper.ts. A letter that was given a slip of a sealed book of numbers during an outage (book.ts) names the slip:
 * the database lets each slip be used once (I3), and the entry takes over the code of the slip's receipt.
 */
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct, notifyChanged } from '../act/queries.ts';
import { Checks, isDay, isId } from '../checks.ts';
import { inAgency } from '../db/transaction.ts';
import { checkFacts } from '../facts.ts';
import type { Facts, RegisterName } from '../look/entry-row.ts';
import { newPublicCode, registerYear } from '../number.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { selectCalendar } from '../queries.ts';
import { classifiedRegisterOf, registerFor } from '../registers.ts';
import { refreshSearch } from '../search-text.ts';
import { insertPaperEntry, lockSlip, selectEntryNumber, selectInstant, settleSlip } from './queries.ts';

export interface PaperInput {
  /** Made with the form, so that the same form sent twice makes one entry. */
  id: string;
  /** When it was received by the clock on the wall, in the agency's zone: 'yyyy-mm-dd' and 'HH:MM', as written on the slip or the stamp. */
  received: { day: string; time: string };
  /** The person who brought or signed it; '' when an agency says enough. */
  fromName: string;
  facts: Partial<Facts>;
  /** The slip it was given during an outage. */
  slip: { bookId: string; slip: number; checkCode: string } | null;
}

export type PaperEntered = { entryId: string; register: RegisterName; number: number; year: number; again: boolean };

// Older than this is a slip of the pen. An outage is over in days; a letter found in a drawer is typed with the day it was found.
const OLDEST_MS = 120 * 86_400_000;
// A clock on the wall may be ahead of ours.
const AHEAD_MS = 10 * 60_000;

/** @returns the number; `conflict` when the slip was used before (state 'entered' or 'void', by whom and when) */
export async function enterPaper(context: RegisterContext, officer: Officer, input: PaperInput): Promise<ActOutcome<PaperEntered>> {
  if (!may(officer, 'enter-paper')) return { outcome: 'forbidden' };
  const now = context.now();
  const checks = new Checks();
  const facts = checkFacts(checks, { subject: '', ...input.facts });
  const fromName = checks.text('fromName', input.fromName, { most: 500 });
  if (fromName === '' && (facts.fromAgency ?? '') === '') checks.fault('facts.fromAgency', 'โปรดกรอกว่ามาจากใคร', 'Say who it is from.');
  const { day, time } = input.received;
  if (!isDay(day)) checks.fault('receivedOn', 'โปรดกรอกวันที่รับ', 'Say on what day it was received.');
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) checks.fault('receivedTime', 'โปรดกรอกเวลา เช่น 09:42', 'Write the time like 09:42.');
  if (facts.secrecy === 'top-secret')
    checks.fault(
      'facts.secrecy',
      'หนังสือลับที่สุดห้ามใช้ระบบอิเล็กทรอนิกส์ (ข้อ 29)',
      'A letter of the class ลับที่สุด must not go through the electronic system (clause 29).',
    );
  if (!isId(input.id)) checks.fault('id', 'แบบฟอร์มไม่สมบูรณ์ โปรดเปิดใหม่', 'The form is not whole: open it anew.');
  if (checks.invalid !== null) return checks.invalid;

  return await inAgency<ActOutcome<PaperEntered>>(context.db, officer.agencyId, officer, async tx => {
    const known = await selectEntryNumber(tx, input.id);
    if (known !== null) return { outcome: 'done', entryId: input.id, ...known, again: true };
    const calendar = await selectCalendar(tx, officer.agencyId);
    const receivedAt = await selectInstant(tx, calendar.timeZone, day, time);
    if (receivedAt.getTime() > now.getTime() + AHEAD_MS) checks.fault('receivedOn', 'เวลานี้ยังมาไม่ถึง', 'This time has not come yet.');
    if (receivedAt.getTime() < now.getTime() - OLDEST_MS)
      checks.fault('receivedOn', 'นานเกิน 120 วัน โปรดตรวจวันที่', 'More than 120 days ago: check the date.');
    if (checks.invalid !== null) return checks.invalid;
    const slip = input.slip;
    let publicCode = newPublicCode();
    if (slip !== null) {
      const row =
        isId(slip.bookId) && Number.isInteger(slip.slip) && slip.slip > 0 && slip.slip < 1_000
          ? await lockSlip(tx, slip.bookId, slip.slip)
          : null;
      if (row === null) checks.fault('slip', 'ไม่มีใบเลขนี้ในสมุด', 'The book has no slip of this number.');
      else if (row.checkCode !== plainCode(slip.checkCode))
        checks.fault('checkCode', 'รหัสตรวจไม่ตรงกับใบนี้', 'The check code is not that of this slip.');
      else if (row.state !== 'unused') return { outcome: 'conflict', state: row.state, by: row.settledBy, at: row.settledAt, version: 0 };
      else publicCode = row.publicCode;
      if (checks.invalid !== null) return checks.invalid;
    }
    const whole: Facts = { ...NOTHING, ...facts };
    const register = registerFor(whole.secrecy, classifiedRegisterOf(calendar.classifiedRegister));
    const year = registerYear(now, calendar);
    const entered = await insertPaperEntry(tx, officer.agencyId, {
      id: input.id,
      register,
      year,
      receivedAt,
      enteredAt: now,
      publicCode,
      fromName,
      facts: whole,
    });
    if (entered === null) throw new Error('the entry came into being under the lock');
    if (slip !== null)
      await settleSlip(tx, slip.bookId, slip.slip, { state: 'entered', entryId: input.id, reason: '', at: now, by: officer.name });
    await refreshSearch(tx, input.id);
    const detail = slip === null ? {} : { bookId: slip.bookId, slip: slip.slip };
    await insertAct(tx, officer, now, { register, entryId: input.id, kind: 'paper-entered', detail });
    await notifyChanged(tx, officer.agencyId);
    return { outcome: 'done', entryId: input.id, register, number: entered.number, year, again: false };
  });
}

const NOTHING: Facts = {
  subject: '',
  addressee: '',
  fromAgency: '',
  letterNumber: '',
  letterDate: null,
  urgency: 'normal',
  secrecy: 'normal',
  circular: false,
  kind: '',
  dueOn: null,
  remark: '',
};

/** For the form. */
export function newPaperId(): string {
  return uuidv7();
}

/** As a person may have typed it: capitals, blanks, and the letters that Crockford's base 32 leaves out. */
function plainCode(text: string): string {
  return text.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
}
