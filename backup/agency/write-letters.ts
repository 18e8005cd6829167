/** Writes the books of an archive: each letter into its folder, each register as pages and CSV. Used by an agency's export and by the yearly volume. */
import type { Transaction } from '../../register/db/connect.ts';
import type { HashedTar, Listed } from '../hashed-tar.ts';
import type { Clockwork } from './dates.ts';
import { letterJson, letterPage } from './letter-page.ts';
import { type BookRow, type LetterRow, type Scope, selectLetters } from './letter-queries.ts';
import { csvHeading, csvRow } from './register-csv.ts';
import { ROWS_A_PAGE, registerPage, registerPagePath } from './register-pages.ts';

export interface LettersJob {
  tx: Transaction;
  tar: HashedTar;
  scope: Scope;
  agency: Clockwork & { nameTh: string };
  /** Put before every path: 'data/' in a bag. */
  prefix: string;
  /** Told of every file that was written. */
  listed(file: Listed): Promise<void>;
  /** Told of every row, in the order of the numbers, before the next one is read. */
  onRow?: ((row: LetterRow) => Promise<void>) | undefined;
  onLetters?: ((count: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

// A letter brings its text and its history; a page holds the rows of five such batches without their texts.
const BATCH = 100;

/** One book: its letters, then the pages that were gathered on the way, then the CSV. */
export async function writeBook(job: LettersJob, book: BookRow): Promise<void> {
  const csv = await job.tar.openSpool();
  try {
    await csv.write(csvHeading(book.register));
    let onPage: LetterRow[] = [];
    for (let after = 0; ; ) {
      job.signal?.throwIfAborted();
      const rows = await selectLetters(job.tx, job.scope, book, after, BATCH);
      for (const row of rows) {
        if (row.open) await writeLetter(job, row);
        await csv.write(csvRow(row, job.agency));
        await job.onRow?.(row);
        onPage.push({ ...row, text: '', history: [], files: [] });
        if (row.number % ROWS_A_PAGE === 0) {
          await writePage(job, book, onPage);
          onPage = [];
        }
      }
      job.onLetters?.(rows.length);
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH) break;
      after = last.number;
    }
    if (onPage.length > 0) await writePage(job, book, onPage);
  } catch (error) {
    await csv.discard();
    throw error;
  }
  await job.listed(await job.tar.addSpool(`${job.prefix}registers/${book.register}-${book.year}.csv`, csv));
}

async function writePage(job: LettersJob, book: BookRow, rows: LetterRow[]): Promise<void> {
  const path = registerPagePath(book, rows[0]?.number ?? 1);
  await job.listed(await job.tar.addBytes(job.prefix + path, registerPage(book, rows, job.agency)));
}

async function writeLetter(job: LettersJob, row: LetterRow): Promise<void> {
  const folder = job.prefix + row.folder;
  await job.listed(await job.tar.addBytes(`${folder}/index.html`, letterPage(row, job.agency)));
  await job.listed(await job.tar.addBytes(`${folder}/entry.json`, letterJson(row)));
  if (row.message?.own === true) await job.listed(await job.tar.addBlob(`${folder}/message.eml`, row.message));
  // A file whose home is another letter's folder is written there; twice in one letter, once.
  const own = new Map(
    row.files.filter(file => file.file.startsWith(`${row.folder}/`) && file.file !== row.message?.file).map(file => [file.file, file]),
  );
  for (const file of own.values()) await job.listed(await job.tar.addBlob(job.prefix + file.file, file));
}
