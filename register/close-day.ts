/**
 * Closes a day (step 10 of docs/letter-path.md): what was entered, changed and cancelled since the day before, as files, sealed into the chain of days and signed
 * with the agency's key (I11). Called at the agency's closing hour by the night's process, and by `saraban register close-day`. What follows is queued in the same
 * transaction: the report to the head and the auditor (gateway/dispatch/send-report.ts), the timestamp (register/seal/timestamp-day.ts). Checked by verify-days.ts.
 */
import { insertAct } from './act/queries.ts';
import { canonicalJson } from './close/canonical-json.ts';
import { type CloseContext, THE_CLOSING } from './close/context.ts';
import { cutBooks } from './close/cut.ts';
import { certificate, type DayForm, type DayToWrite, JSON_TYPE, makeDayForms, readDayForms, writeDayFiles } from './close/day-files.ts';
import { SEAL_FILE, SEAL_FORMAT, SEAL_SIGNATURE, type SealFile } from './close/day-format.ts';
import { closingHourOf, closingInstant, dayOf, dueDays } from './close/due-days.ts';
import {
  type ChangeMark,
  type FileToInsert,
  insertBlob,
  insertBook,
  insertDay,
  insertFile,
  insertMark,
  insertNamedCertificates,
  type LastDay,
  lockClosing,
  selectClosingAgency,
  selectFirstAt,
  selectLastDay,
  selectMark,
  selectNewCertificates,
  selectNextMark,
} from './close/queries.ts';
import type { Transaction } from './db/connect.ts';
import { type Actor, asFailure, inAgency, useAgency } from './db/transaction.ts';
import { Failure } from './failure.ts';
import { type SigningKey, signingKey } from './seal/keys.ts';
import { signFile, writeSignature } from './seal/signature.ts';

export interface ClosedDay {
  day: string;
  ordinal: number;
  /** Entries of all registers that the day holds. */
  entries: number;
  acts: number;
  sealSha256: string;
  files: string[];
  /** Forms that could not be made. */
  missing: string[];
}

/** More days than this without a sign of life are no outage: the clock is wrong, and days closed in its future could never be opened again. */
const MOST_DAYS = 400;

export interface CloseOptions {
  /** Close up to this day, also when its hour has not come; what is entered later goes into the next. Not said: every day that is due. */
  through?: string;
  actor?: Actor;
}

/**
 * Closes every day of the agency that is due, the oldest first; after an outage each missed day with what was entered before it ended. Safe to call at any time
 * and by several processes: one closes, the others find it closed. Agency 0, the provider, has a chain of acts and no letters; its days are closed alike.
 * @returns the days closed now; empty when none was due
 * @throws Failure `clock-far-ahead`, `register-damaged`, `secrets-key-wrong`, `disk-full`, `database-away`; days closed before it stay closed
 */
export async function closeDueDays(context: CloseContext, agencyId: number, options: CloseOptions = {}): Promise<ClosedDay[]> {
  const due = await daysToClose(context, agencyId, options.through);
  const closed: ClosedDay[] = [];
  for (const [index, day] of due.entries()) {
    const done = await closeDay(context, agencyId, day, { last: index === due.length - 1, actor: options.actor ?? THE_CLOSING });
    if (done.outcome === 'closed') closed.push(done);
  }
  return closed;
}

/** The days that closeDueDays would close. For pages and the terminal, too. */
export async function daysToClose(context: Pick<CloseContext, 'db' | 'now'>, agencyId: number, through?: string): Promise<string[]> {
  return await inAgency(context.db, agencyId, THE_CLOSING, async tx => {
    const agency = await selectClosingAgency(tx, agencyId);
    if (agency === null || agency.state === 'left') return [];
    const last = await selectLastDay(tx);
    const hour = closingHourOf(agency.closingHour);
    const now = context.now();
    const beganAt = last === null ? earlier(agency.createdAt, await selectFirstAt(tx)) : agency.createdAt;
    const due = dueDays({ lastDay: last?.day ?? null, beganAt, hour, timeZone: agency.timeZone, now });
    const alive = Math.max(agency.createdAt.getTime(), agency.lastAt?.getTime() ?? 0, last?.closedAt.getTime() ?? 0);
    if ((now.getTime() - alive) / 86_400_000 > MOST_DAYS) throw clockFarAhead(now, new Date(alive));
    if (through === undefined) return due;
    // A day that runs may be closed early; one that has not begun may not.
    const running = dayOf(now, hour, agency.timeZone);
    const early = last === null || last.day < running ? [...due, ...(due.includes(running) ? [] : [running])] : due;
    return early.filter(day => day <= through && (last !== null || day >= dayOf(beganAt, hour, agency.timeZone)));
  });
}

function earlier(one: Date, other: Date | null): Date {
  return other === null || one < other ? one : other;
}

export type CloseOutcome = ({ outcome: 'closed' } & ClosedDay) | { outcome: 'already' };

/**
 * Closes one day: reads it in a snapshot, makes its files, and writes its few rows in a short transaction, so that no letter ever waits for a closing.
 * @param how.last - whether it is the newest to be closed now: then changes that stand in no day yet are all named in it
 */
export async function closeDay(
  context: CloseContext,
  agencyId: number,
  day: string,
  how: { last: boolean; actor: Actor },
): Promise<CloseOutcome> {
  const key = await inAgency(context.db, agencyId, how.actor, tx => signingKey(tx, agencyId, context.box, context.now()));
  for (;;) {
    const read = await inSnapshot(context, agencyId, how.actor, tx => readDay(tx, context, { agencyId, day, key, newest: how.last }));
    if (read === null) return { outcome: 'already' };
    const sealed = await sealDay(context, read, key);
    const outcome = await inAgency(context.db, agencyId, how.actor, async tx => {
      await lockClosing(tx, agencyId);
      // Another process may have closed a day since the snapshot: then what was made here stands on the wrong day before it, and is made again, or not at all.
      const last = await selectLastDay(tx);
      return last?.ordinal === read.last?.ordinal ? await writeDay(tx, context, how.actor, sealed) : null;
    });
    if (outcome === null) continue;
    context.log.info({ agency: agencyId, day, ordinal: outcome.ordinal, entries: outcome.entries, seal: outcome.sealSha256 }, 'day closed');
    return outcome;
  }
}

async function inSnapshot<T>(context: CloseContext, agencyId: number, actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return (await context.db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async tx => {
      await useAgency(tx, agencyId, actor);
      return await work(tx);
    })) as T;
  } catch (error) {
    throw asFailure(error);
  }
}

interface ReadDay extends DayToWrite {
  last: LastDay | null;
  files: FileToInsert[];
  forms: DayForm[];
  nextMark: ChangeMark;
}

/** @returns null when the day is closed */
async function readDay(
  tx: Transaction,
  context: CloseContext,
  of: { agencyId: number; day: string; key: SigningKey; newest: boolean },
): Promise<ReadDay | null> {
  const last = await selectLastDay(tx);
  if (last !== null && last.day >= of.day) return null;
  const agency = await selectClosingAgency(tx, of.agencyId);
  if (agency === null) throw new Error(`agency ${of.agencyId} does not exist`);
  const closedAt = context.now();
  const instant = closingInstant(of.day, closingHourOf(agency.closingHour), agency.timeZone);
  const mark = await selectMark(tx);
  const changesUntil = of.newest ? null : instant;
  const write: DayToWrite = {
    agency,
    day: of.day,
    ordinal: (last?.ordinal ?? 0) + 1,
    closing: instant < closedAt ? instant : closedAt,
    closedAt,
    previousSeal: last?.sealSha256 ?? null,
    books: await cutBooks(tx, agency, instant, closedAt),
    mark,
    changesUntil,
    certificates: await selectNewCertificates(tx),
    keyFingerprint: of.key.fingerprint,
  };
  const files = await writeDayFiles(tx, context.store, write);
  const forms = context.printer === null && context.sheet === null ? [] : await readDayForms(tx, write);
  return { ...write, last, files, forms, nextMark: await selectNextMark(tx, mark, changesUntil) };
}

interface SealedDay extends ReadDay {
  missing: string[];
  seal: { sha256: string; size: number };
  signature: { sha256: string; size: number };
}

async function sealDay(context: CloseContext, read: ReadDay, key: SigningKey): Promise<SealedDay> {
  const made = await makeDayForms(context, read.forms);
  const day = { ...read, files: [...read.files, ...made.files], missing: made.missing };
  const seal = await context.store.put(Buffer.from(canonicalJson(sealOf(day)), 'utf8'));
  const signed = signFile(key, { agencyCode: day.agency.code, name: SEAL_FILE, ...seal }, day.closedAt);
  return { ...day, seal, signature: await context.store.put(writeSignature(signed)) };
}

async function writeDay(tx: Transaction, context: CloseContext, actor: Actor, day: SealedDay): Promise<{ outcome: 'closed' } & ClosedDay> {
  const { ordinal, closedAt, agency, seal, signature } = day;
  const files: FileToInsert[] = [
    ...day.files,
    { name: SEAL_FILE, contentType: JSON_TYPE, ...seal, classified: false },
    { name: SEAL_SIGNATURE, contentType: JSON_TYPE, ...signature, classified: false },
  ];
  for (const file of files) await insertBlob(tx, file);
  const { day: of, previousSeal: previousSealSha256 } = day;
  await insertDay(tx, { ordinal, day: of, closedAt, sealSha256: seal.sha256, previousSealSha256, signatureSha256: signature.sha256 });
  for (const book of day.books) await insertBook(tx, ordinal, book);
  for (const file of files) await insertFile(tx, ordinal, file, closedAt);
  await insertMark(tx, ordinal, day.nextMark);
  const named = day.certificates.map(one => one.id);
  await insertNamedCertificates(tx, ordinal, named);
  // The provider's days hold no letters: nobody waits for a report of them.
  if (agency.id > 0) await context.jobs.enqueue(tx, 'send-report', [{ report: 'closed-day', agencyId: agency.id, ordinal }]);
  if (context.timestamp !== null) await context.jobs.enqueue(tx, 'timestamp-day', [{ agencyId: agency.id, ordinal }]);
  await insertAct(tx, { agencyId: agency.id, ...actor }, closedAt, {
    register: 'office',
    kind: 'day-closed',
    detail: { day: day.day, ordinal, seal: seal.sha256, ...(day.missing.length > 0 ? { missing: day.missing } : {}) },
  });
  const count = (from: number, to: number) => Math.max(0, to - from + 1);
  return {
    outcome: 'closed',
    day: day.day,
    ordinal,
    entries: day.books.reduce((sum, book) => sum + count(book.first, book.last), 0),
    acts: day.books.reduce((sum, book) => sum + count(book.firstAct, book.lastAct), 0),
    sealSha256: seal.sha256,
    files: files.map(file => file.name),
    missing: day.missing,
  };
}

function sealOf(day: ReadDay & { missing: string[] }): SealFile {
  return {
    format: SEAL_FORMAT,
    agency: day.agency.code,
    day: day.day,
    ordinal: day.ordinal,
    closedAt: day.closedAt.toISOString(),
    previous: day.previousSeal?.toString('hex') ?? null,
    files: day.files.map(({ name, sha256, size, classified }) => ({ name, sha256, size, classified })),
    missing: day.missing,
    books: day.books.map(book => ({
      register: book.register,
      year: book.year,
      first: book.first,
      last: book.last,
      head: book.head.toString('hex'),
      firstAct: book.firstAct,
      lastAct: book.lastAct,
      actHead: book.actHead.toString('hex'),
    })),
    certificates: day.certificates.map(certificate).map(({ id, sha256 }) => ({ id, sha256 })),
    key: day.keyFingerprint,
  };
}

function clockFarAhead(now: Date, alive: Date): Failure {
  return new Failure({
    code: 'clock-far-ahead',
    temporary: false,
    message: `the clock says ${now.toISOString()}, but the last sign of life is of ${alive.toISOString()}: no day is closed`,
    userMessage: {
      th: `นาฬิกาของเครื่องเดินไปถึง ${now.toISOString()} ทั้งที่รายการล่าสุดอยู่ที่ ${alive.toISOString()} จึงไม่ปิดทะเบียนประจำวัน โปรดตรวจนาฬิกา หากนาฬิกาถูกต้อง ให้เจ้าหน้าที่ลงชื่อเข้าใช้หนึ่งครั้งแล้วสั่งใหม่`,
      en: `The clock says ${now.toISOString()}, but the last thing that was done is of ${alive.toISOString()}, so no day is closed. Check the clock. If it is right, let an officer sign in once, then try again.`,
    },
  });
}
