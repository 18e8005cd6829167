/** Makes the files of a closed day and puts them into the blob store: day.json, forms 13 and 14 as PDF/A and XLSX, and apart from them what is classified. */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Transaction } from '../db/connect.ts';
import type { FormData } from '../print/data.ts';
import { isClosedBook, isReceived } from '../registers.ts';
import { type Store, storeFailure } from '../store/folder.ts';
import { writeCanonicalJson } from './canonical-json.ts';
import type { CloseContext } from './context.ts';
import type { CutBook } from './cut.ts';
import { CLASSIFIED_DAY_FILE, DAY_FILE, DAY_FORMAT, type DayCertificate } from './day-format.ts';
import { actRows, changeRows, entryRows, formRows, type Part } from './day-rows.ts';
import {
  type ChangeMark,
  type ClosedCertificateRow,
  type ClosedEndedRow,
  type ClosingAgency,
  type FileToInsert,
  hasClassified,
  hasClassifiedActs,
  selectEnded,
} from './queries.ts';

export interface DayToWrite {
  agency: ClosingAgency;
  day: string;
  ordinal: number;
  closing: Date;
  closedAt: Date;
  previousSeal: Buffer | null;
  books: CutBook[];
  mark: ChangeMark;
  /** Changes before it alone, for more days are to follow; null: all that are there. */
  changesUntil: Date | null;
  certificates: ClosedCertificateRow[];
  keyFingerprint: string;
}

export const PDF = 'application/pdf';
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
export const JSON_TYPE = 'application/json';

/** day.json, and day-classified.json where there is something for it. @param tx - the snapshot */
export async function writeDayFiles(tx: Transaction, store: Store, day: DayToWrite): Promise<FileToInsert[]> {
  const files = [await dayFile(tx, store, day, 'open')];
  if (await holdsClassified(tx, day)) files.push(await dayFile(tx, store, day, 'classified'));
  return files;
}

/** A form to be made. */
export interface DayForm {
  /** Without its ending. */
  name: string;
  of: 'form13' | 'form14';
  data: FormData;
}

/** What the forms say, read in the snapshot; they are drawn when it is gone, for that takes longer than a transaction should live. */
export async function readDayForms(tx: Transaction, day: DayToWrite): Promise<DayForm[]> {
  const forms: DayForm[] = [];
  for (const form of formsOf(day, await withholding(tx, day))) {
    const of = isReceived(form.book.register as 'receive') ? 'form13' : 'form14';
    forms.push({ name: form.name, of, data: await formData(tx, day, form) });
  }
  return forms;
}

/** @returns the files, and the names of those that could not be made */
export async function makeDayForms(context: CloseContext, forms: DayForm[]): Promise<{ files: FileToInsert[]; missing: string[] }> {
  const files: FileToInsert[] = [];
  const missing: string[] = [];
  for (const form of forms) {
    for (const [maker, ending, contentType] of [
      [context.printer, 'pdf', PDF],
      [context.sheet, 'xlsx', XLSX],
    ] as const) {
      if (maker === null) continue;
      const name = `${form.name}.${ending}`;
      try {
        const stored = await context.store.put(await maker[form.of](form.data));
        files.push({ name, contentType, ...stored, classified: form.data.classified });
      } catch (error) {
        // day.json is the register; a form that cannot be drawn must not keep this day and every later one from being closed. The seal names what is missing.
        if (isStoreFailure(error)) throw error;
        context.log.error({ file: name, error: String(error) }, 'a form of the day could not be made');
        missing.push(name);
      }
    }
  }
  return { files, missing };
}

interface Form {
  book: CutBook;
  name: string;
  part: Part;
  classified: boolean;
}

/** Of the ordinary registers always, also when nothing was entered; of classified ones, and of what the ordinary ones withhold, when there is something. */
function formsOf(day: DayToWrite, withheld: Set<CutBook>): Form[] {
  return day.books
    .filter(book => book.register !== 'office')
    .flatMap((book): Form[] => {
      const { register, year } = book;
      if (isClosedBook(register))
        return book.last < book.first ? [] : [{ book, name: `${register}-${year}`, part: 'classified', classified: true }];
      const open: Form = { book, name: `${register}-${year}`, part: 'open', classified: false };
      return withheld.has(book) ? [open, { book, name: `${register}-${year}-withheld`, part: 'classified', classified: true }] : [open];
    });
}

async function formData(tx: Transaction, day: DayToWrite, form: Form): Promise<FormData> {
  const { agency } = day;
  return {
    agency,
    classified: form.classified,
    period: { kind: 'day', day: day.day },
    rows: await formRows(tx, form.book, form.part, agency),
    printedAt: day.closedAt,
    printedBy: '',
    seal: {
      ordinal: day.ordinal,
      closedAt: day.closedAt,
      chainHead: form.book.head.toString('hex'),
      previousSeal: day.previousSeal?.toString('hex') ?? '',
      keyFingerprint: day.keyFingerprint,
    },
  };
}

/** Ordinary books that withhold entries. */
async function withholding(tx: Transaction, day: DayToWrite): Promise<Set<CutBook>> {
  const found = new Set<CutBook>();
  for (const book of day.books)
    if (book.register !== 'office' && !isClosedBook(book.register) && book.last >= book.first && (await hasClassified(tx, book)))
      found.add(book);
  return found;
}

async function holdsClassified(tx: Transaction, day: DayToWrite): Promise<boolean> {
  for (const book of day.books) {
    if (isClosedBook(book.register) && (book.last >= book.first || book.lastAct >= book.firstAct)) return true;
    if (book.last >= book.first && (await hasClassified(tx, book))) return true;
    if (await hasClassifiedActs(tx, { register: book.register, first: book.firstAct, last: book.lastAct })) return true;
  }
  for await (const _ of changeRows(tx, day.mark, day.changesUntil, 'classified')) return true;
  return false;
}

async function dayFile(tx: Transaction, store: Store, day: DayToWrite, part: Part): Promise<FileToInsert> {
  const { code, nameTh, nameEn, timeZone, calendar } = day.agency;
  const ended: ClosedEndedRow[] = [];
  for (const book of day.books)
    if (book.register !== 'office')
      ended.push(...(await selectEnded(tx, { register: book.register, first: book.firstAct, last: book.lastAct })));
  const isClassified = (row: ClosedEndedRow) => row.classified || isClosedBook(row.register);
  // The rows are asked for when their turn comes in the file: one cursor at a time, in the order of the keys.
  const stored = await storePieces(
    store,
    writeCanonicalJson({
      format: DAY_FORMAT,
      part,
      agency: { code, nameTh, nameEn, timeZone, calendar },
      day: day.day,
      ordinal: day.ordinal,
      closing: day.closing.toISOString(),
      closedAt: day.closedAt.toISOString(),
      previousSeal: day.previousSeal?.toString('hex') ?? null,
      books: day.books.map(book => bookIn(tx, book, part)),
      changes: changeRows(tx, day.mark, day.changesUntil, part),
      ended: ended
        .filter(row => isClassified(row) === (part === 'classified'))
        .map(({ classified: _, at, ...row }) => ({ ...row, at: at.toISOString() })),
      certificates: part === 'open' ? day.certificates.map(certificate) : [],
    }),
  );
  const name = part === 'open' ? DAY_FILE : CLASSIFIED_DAY_FILE;
  return { name, contentType: JSON_TYPE, ...stored, classified: part === 'classified' };
}

function bookIn(tx: Transaction, book: CutBook, part: Part): object {
  const closed = isClosedBook(book.register);
  const complete = (part === 'open') !== closed;
  const whole = (first: number, last: number) => complete || last < first;
  return {
    register: book.register,
    year: book.year,
    entries: {
      first: book.first,
      last: book.last,
      previousHead: book.previousHead.toString('hex'),
      head: book.head.toString('hex'),
      complete: whole(book.first, book.last),
      rows: entryRows(tx, book, part),
    },
    acts: {
      first: book.firstAct,
      last: book.lastAct,
      previousHead: book.previousActHead.toString('hex'),
      head: book.actHead.toString('hex'),
      complete: whole(book.firstAct, book.lastAct),
      rows: actRows(tx, book, part),
    },
  };
}

export function certificate({ at, sha256, ...row }: ClosedCertificateRow): DayCertificate {
  return { ...row, at: at.toISOString(), sha256: sha256.toString('hex') };
}

const PIECE = 65_536;

/** Writes text to the store as it comes, hashed on the way. */
async function storePieces(store: Store, pieces: AsyncIterable<string>): Promise<{ sha256: string; size: number }> {
  const file = join(store.incoming, `day-${randomUUID()}`);
  const hash = createHash('sha256');
  let size = 0;
  const hashed = async function* () {
    let waiting = '';
    const taken = () => {
      const bytes = Buffer.from(waiting, 'utf8');
      hash.update(bytes);
      size += bytes.length;
      waiting = '';
      return bytes;
    };
    for await (const piece of pieces) {
      waiting += piece;
      if (waiting.length >= PIECE) yield taken();
    }
    yield taken();
  };
  try {
    await pipeline(hashed, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    const sha256 = hash.digest('hex');
    await store.adopt(file, sha256);
    return { sha256, size };
  } catch (error) {
    await unlink(file).catch(() => {});
    const isOfTheDisk = error instanceof Error && 'syscall' in error;
    throw isOfTheDisk ? storeFailure(error, store.incoming) : error;
  }
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'disk-full' || error.code === 'store-unwritable');
}
