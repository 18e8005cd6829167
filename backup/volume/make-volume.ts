/**
 * The yearly volume (เล่มทะเบียนประจำปี): the registers of a year with every letter, for the agency's shelf and the National Archives, as one BagIt bag in a
 * tar. Registers as PDF/A, XLSX, CSV and pages; letters as they came; every closed day with its seal, so that the year can be checked in decades.
 * One snapshot; memory does not grow with the year. Called by `saraban register volume`.
 */
import { readFile } from 'node:fs/promises';
import { selectClassifiedSince } from '../../register/close/queries.ts';
import type { Database, Transaction } from '../../register/db/connect.ts';
import { THE_APPLIANCE, useAgency } from '../../register/db/transaction.ts';
import { calendarYear } from '../../register/letter/thai-date.ts';
import { fingerprintOf } from '../../register/seal/keys.ts';
import { registerSheet } from '../../register/sheet/register-sheet.ts';
import type { Store } from '../../register/store/folder.ts';
import { isoDayOf } from '../agency/dates.ts';
import { noSuchAgency } from '../agency/failures.ts';
import {
  type BookRow,
  type LeavingAgency,
  makeLetterHomes,
  type Scope,
  selectAgency,
  selectBooks,
  selectLetters,
} from '../agency/letter-queries.ts';
import { STYLESHEET, stylesheet } from '../agency/page.ts';
import { contentsPage } from '../agency/register-pages.ts';
import { REGISTER_WORDS } from '../agency/words.ts';
import { writeBook } from '../agency/write-letters.ts';
import { type HashedTar, writeHashedTar } from '../hashed-tar.ts';
import { openWorkFolder } from '../work-folder.ts';
import { refuseExisting, writeWhole } from '../write-file.ts';
import { Bag } from './bag.ts';
import { monthForms, sheetRow, type VolumePrinter } from './month-forms.ts';
import { type Closing, selectClosing, selectDayFiles, selectPublicKeys } from './queries.ts';
import { emptyYear, unclosedYear, unfinishedYear } from './refusals.ts';

export interface VolumeContext {
  /** As the tables' owner. */
  db: Database;
  store: Store;
  /** Null: no PDF. */
  printer: VolumePrinter | null;
  /** A folder of ours (0700). */
  work: string;
  now(): Date;
  version: string;
}

export interface VolumeOptions {
  code: string;
  /** In the agency's era. */
  year: number;
  /** The classified registers and letters alone, in a bag of their own. False: everything else. */
  classified: boolean;
  /** A year that is not over, or whose days are not closed; the bag says so. */
  soFar: boolean;
  onProgress?: (letters: number, of: number) => void;
  signal?: AbortSignal;
}

export interface VolumeMade {
  agency: { code: string; nameTh: string; nameEn: string };
  year: number;
  file: string;
  /** Of the tar. */
  sha256: string;
  size: number;
  /** Of manifest-sha256.txt: names the contents, however they are packed. */
  manifestSha256: string;
  entries: number;
  oxum: string;
  closed: boolean;
}

/**
 * @throws Failure `no-such-agency`, `volume-empty`, `volume-not-over`, `volume-not-closed`, `file-exists`, `blob-damaged`, `print-…`, `disk-full`, `store-unwritable`
 */
export async function makeVolume(context: VolumeContext, options: VolumeOptions, file: string): Promise<VolumeMade> {
  await refuseExisting(file);
  const work = await openWorkFolder(context.work, 'volume');
  const tar = writeHashedTar({ store: context.store, work: work.path, at: context.now() });
  const failed = (error: unknown) => tar.fail(error instanceof Error ? error : new Error(String(error)));
  try {
    const written = writeWhole(file, tar.stream);
    written.catch(failed);
    const filled = context.db.begin('ISOLATION LEVEL REPEATABLE READ', tx => fill(tx, context, options, tar)) as Promise<Content>;
    filled.catch(failed);
    const ends = await Promise.allSettled([filled, written]);
    const [content, lying] = ends;
    if (content.status === 'rejected') throw content.reason;
    if (lying.status === 'rejected') throw lying.reason;
    return { ...content.value, ...lying.value, file };
  } finally {
    await work.close();
  }
}

type Content = Omit<VolumeMade, 'file' | 'sha256' | 'size'>;

async function fill(tx: Transaction, context: VolumeContext, options: VolumeOptions, tar: HashedTar): Promise<Content> {
  const agency = await selectAgency(tx, options.code);
  if (agency === null) throw noSuchAgency(options.code);
  const closing = await selectClosing(tx, agency.id, options.year);
  const closed = checkYear(agency, options, closing, context.now());
  const scope: Scope = { agencyId: agency.id, year: options.year, letters: options.classified ? 'classified' : 'open' };
  // What is classified in an ordinary book goes into the classified bag, number by number; the rest of that book is masked there.
  const books = (await selectBooks(tx, scope)).filter(
    book => options.classified === book.register.endsWith('-classified') || (options.classified && book.open > 0),
  );
  if (books.length === 0) throw emptyYear(options.code, options.year);
  await makeLetterHomes(tx, scope);
  const bag = await Bag.open(tar, `${agency.code}-${options.year}${options.classified ? '-classified' : ''}`);
  const prefix = `${bag.base}data/`;
  try {
    const entries = books.reduce((sum, book) => sum + book.entries, 0);
    const put = async (path: string, bytes: string | Uint8Array) => bag.listed(await tar.addBytes(prefix + path, bytes));
    await put(STYLESHEET, await stylesheet());
    await put('index.html', contents(agency, options, books, closed, context.printer !== null));
    let done = 0;
    for (const book of books) {
      const forms = context.printer === null ? null : formsOf(context.printer, agency, book, context.now(), put);
      await writeBook(
        {
          tx,
          tar,
          scope,
          agency,
          prefix,
          listed: one => bag.listed(one),
          onRow: forms === null ? undefined : row => forms.add(row),
          onLetters: count => {
            done += count;
            options.onProgress?.(done, entries);
          },
          signal: options.signal,
        },
        book,
      );
      await forms?.finish();
      await bag.listed(
        await tar.addGenerated(`${prefix}registers/${book.register}-${book.year}.xlsx`, sheetOf(tx, scope, agency, book, context.now())),
      );
    }
    await writeDays(tx, tar, bag, prefix, agency, options);
    await put('keys.json', await keysFile(tx, agency));
    await writeVerifier(put);
    const { manifestSha256, oxum } = await bag.finish({ fields: infoOf(agency, options, context, books, closed) });
    tar.finish();
    const { code, nameTh, nameEn } = agency;
    return { agency: { code, nameTh, nameEn }, year: options.year, manifestSha256, entries, oxum, closed };
  } catch (error) {
    await bag.discard();
    throw error;
  }
}

/** @returns whether the year is over and every number of it stands in a closed day */
function checkYear(agency: LeavingAgency, options: VolumeOptions, closing: Closing, now: Date): boolean {
  const over = calendarYear(now, agency.timeZone, agency.calendar) > options.year;
  const lastOfYear = `${gregorianOf(options.year, agency)}-12-31`;
  const closed = closing.lastDay !== null && closing.lastDay >= lastOfYear && closing.open.length === 0;
  if (options.soFar) return over && closed;
  if (!over) throw unfinishedYear(options.year);
  if (!closed) throw unclosedYear(options.year, closing);
  return true;
}

function gregorianOf(year: number, agency: LeavingAgency): number {
  return year - (agency.calendar === 'buddhist' ? 543 : 0);
}

function formsOf(
  printer: VolumePrinter,
  agency: LeavingAgency,
  book: BookRow,
  printedAt: Date,
  put: (path: string, pdf: Buffer) => Promise<void>,
) {
  const write = (month: string, pdf: Buffer) => put(`registers/${book.register}-${month}.pdf`, pdf);
  return monthForms({ printer, agency, register: book.register, printedAt, write });
}

async function* sheetOf(tx: Transaction, scope: Scope, agency: LeavingAgency, book: BookRow, exportedAt: Date): AsyncGenerator<Uint8Array> {
  const rows = async function* () {
    for (let after = 0; ; ) {
      const batch = await selectLetters(tx, scope, book, after, 200);
      for (const row of batch) yield sheetRow(row);
      const last = batch.at(-1);
      if (last === undefined) return;
      after = last.number;
    }
  };
  const [newest] = await selectLetters(tx, scope, book, book.last - 1, 1);
  yield* registerSheet(rows(), {
    agency,
    register: book.register.startsWith('receive') ? 'receive' : 'send',
    classified: book.register.endsWith('-classified'),
    period: { kind: 'year', year: book.year },
    exportedAt,
    exportedBy: '',
    chainHead: newest?.hash ?? '',
  });
}

async function writeDays(
  tx: Transaction,
  tar: HashedTar,
  bag: Bag,
  prefix: string,
  agency: LeavingAgency,
  options: VolumeOptions,
): Promise<void> {
  await useAgency(tx, agency.id, THE_APPLIANCE);
  const of = {
    agencyId: agency.id,
    year: options.year,
    gregorianYear: gregorianOf(options.year, agency),
    classified: options.classified,
    limit: 200,
  };
  for (let after = { ordinal: 0, name: '' }; ; ) {
    options.signal?.throwIfAborted();
    const files = await selectDayFiles(tx, { ...of, after });
    // A letter that was found classified after its day was closed: the day's files tell of it, so the open bag has the seal alone (I10).
    const revealing = new Set(options.classified ? [] : await selectClassifiedSince(tx, [...new Set(files.map(file => file.ordinal))]));
    const open = files.filter(file => !revealing.has(file.ordinal) || file.name.startsWith('seal.'));
    for (const file of open) await bag.listed(await tar.addBlob(`${prefix}days/${file.day}/${file.name}`, file));
    const last = files.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** The keys the days are signed with: a reader in decades has no Saraban to ask. */
async function keysFile(tx: Transaction, agency: LeavingAgency): Promise<string> {
  const keys = (await selectPublicKeys(tx, agency.id)).map(({ publicKey, createdAt, retiredAt }) => ({
    fingerprint: fingerprintOf(publicKey),
    publicKey: publicKey.toString('base64'),
    createdAt,
    retiredAt,
  }));
  return `${JSON.stringify({ format: 'saraban keys 1', agency: agency.code, keys }, null, 2)}\n`;
}

async function writeVerifier(put: (path: string, bytes: Buffer) => Promise<void>): Promise<void> {
  for (const name of ['saraban-verify.html', 'saraban-verify.mjs']) {
    const bytes = await readFile(new URL(`../../verifier/${name}`, import.meta.url)).catch(() => null);
    if (bytes !== null) await put(name, bytes);
  }
}

function contents(agency: LeavingAgency, options: VolumeOptions, books: BookRow[], closed: boolean, printed: boolean): string {
  const era = agency.calendar === 'buddhist' ? `พ.ศ. ${options.year}` : `ค.ศ. ${options.year}`;
  return contentsPage({
    agency,
    title: {
      th: `เล่มทะเบียนประจำปี ${era}${options.classified ? ' (ชั้นความลับ)' : ''}`,
      en: `Registers of the year ${options.year}${options.classified ? ', classified' : ''}`,
    },
    about: [
      closed
        ? 'ปีนี้สิ้นสุดและปิดทะเบียนครบทุกวันแล้ว <span class="en">The year is over and every day of it is closed.</span>'
        : '<b>ยังไม่ใช่เล่มที่ปิดแล้ว</b> ปียังไม่สิ้นสุดหรือยังปิดทะเบียนไม่ครบทุกวัน <span class="en"><b>Not the closed volume:</b> the year is not over, or not every day of it is closed.</span>',
      options.classified
        ? 'มีหนังสือชั้นความลับ โปรดเก็บรักษาตามระเบียบว่าด้วยการรักษาความลับของทางราชการ <span class="en">Holds classified letters: keep it as the regulation on official secrets asks.</span>'
        : 'หนังสือชั้นความลับไม่อยู่ในเล่มนี้ เลขทะเบียนยังคงอยู่ <span class="en">Classified letters are not in this volume; their numbers are.</span>',
      `${printed ? 'ทะเบียนตามแบบที่ 13 และ 14 เป็น PDF/A รายเดือนอยู่ในโฟลเดอร์ registers ' : ''}ทะเบียนที่ปิดประจำวันพร้อมตราปิดและลายมือชื่ออยู่ในโฟลเดอร์ days <span class="en">${printed ? 'Forms 13 and 14 by month as PDF/A are in the folder registers. ' : ''}The closed days with seal and signature are in the folder days.</span>`,
    ],
    books,
    lists: [
      {
        title: { th: 'ไฟล์ทะเบียน (XLSX)', en: 'The registers as spreadsheets' },
        links: books.map(book => ({
          path: `registers/${book.register}-${book.year}.xlsx`,
          label: `${REGISTER_WORDS[book.register]?.th ?? book.register} ${book.year} (XLSX)`,
        })),
      },
      {
        title: { th: 'ตรวจสอบโดยไม่ใช้เครือข่าย', en: 'Checking without a network' },
        links: [
          { path: 'saraban-verify.html', label: 'saraban-verify.html' },
          { path: 'keys.json', label: 'keys.json' },
        ],
      },
    ],
  });
}

function infoOf(
  agency: LeavingAgency,
  options: VolumeOptions,
  context: VolumeContext,
  books: BookRow[],
  closed: boolean,
): [string, string][] {
  const name = `${agency.code}-${options.year}${options.classified ? '-classified' : ''}`;
  const state = closed ? 'ปิดทะเบียนแล้ว (closed)' : 'ยังไม่ใช่เล่มที่ปิดแล้ว (not the closed year)';
  return [
    ['Source-Organization', [agency.nameTh, agency.nameEn].filter(text => text !== '').join(' / ')],
    ['Contact-Email', agency.addresses[0] ?? ''],
    ['Contact-Phone', agency.phone],
    [
      'External-Description',
      `เล่มทะเบียนหนังสือประจำปี ${options.year} ${state}; registers of the year ${options.year}: ${books.map(book => `${book.register} 1-${book.last}`).join(', ')}`,
    ],
    ['External-Identifier', name],
    ['Internal-Sender-Identifier', name],
    ['Internal-Sender-Description', `Saraban ${context.version}; ${state}`],
    ['Bagging-Date', isoDayOf(context.now(), agency)],
    ['Bag-Software-Agent', `saraban ${context.version}`],
  ].filter(([, value]) => value !== '') as [string, string][];
}
