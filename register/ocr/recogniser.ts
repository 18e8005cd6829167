/**
 * Text out of pictures: Tesseract reads them, pdftoppm makes pictures of a scanned PDF's pages. Both are programs of the machine and may be missing.
 * Used by recognise-message.ts, one letter at a time.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadingNote } from '../letter/message.ts';
import { type Ran, type RunLimits, runLimited } from './limited-run.ts';
import { isPdf, type Picture, pictureOf } from './picture.ts';
import type { OcrPrograms } from './programs.ts';

export interface Recognised {
  /** Pages are parted by \f; '' when nothing was found. */
  text: string;
  /** Under the codes that reading itself uses for documents. */
  notes: ReadingNote[];
}

export interface Recogniser {
  /**
   * @param file - bytes of a part, left untouched
   * @param deadline - milliseconds since the epoch; pages that were not begun by then are left out, with a note
   * @returns null when the file is neither a PDF nor a picture that may hold text
   * @throws when it was stopped: the job runs again
   */
  recognise(file: string, deadline: number): Promise<Recognised | null>;
  /** Ends what runs. */
  stop(): void;
}

export interface RecogniserLimits {
  maxBytes: number;
  maxPages: number;
  /** Pixels; a picture that is narrower or lower is a logo. */
  minSide: number;
  /** Pixels of a picture, width times height. A4 at 600 dots an inch has 35 million. */
  maxPixels: number;
  page: RunLimits;
  pdf: RunLimits;
}

export const RECOGNISER_LIMITS: RecogniserLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxPages: 10,
  minSide: 200,
  maxPixels: 60_000_000,
  page: { milliseconds: 60_000, memoryMb: 1024, fileMb: 32 },
  pdf: { milliseconds: 120_000, memoryMb: 1024, fileMb: 64 },
};

/** The long side of A4 at 300 dots an inch, what Tesseract reads best. By pixels, not by dots an inch: a page may claim to be as large as a field. */
const LONG_SIDE = '3508';

/**
 * @param folder - where folders for the work are made, each removed afterwards
 * @returns null when Tesseract or its Thai is not installed
 */
export function createRecogniser(programs: OcrPrograms, folder: string, limits = RECOGNISER_LIMITS): Recogniser | null {
  const { tesseract, languages, pdftoppm } = programs;
  if (tesseract === null || languages === null) return null;
  const stopping = new AbortController();

  /** The pages of what `argsOf` names, one after the other: a page that fails costs only itself. */
  async function readPages(at: string, pages: string[][], deadline: number): Promise<Recognised> {
    const texts: string[] = [];
    const notes: ReadingNote[] = [];
    for (const page of pages) {
      if (Date.now() >= deadline) {
        notes.push({ code: 'document-cut', detail: `Text was recognised on ${texts.length} of ${pages.length} pages; the time was over.` });
        break;
      }
      const ran = await runLimited(tesseract as string, [...page, '-l', languages as string], at, limits.page, stopping.signal);
      if (ran.outcome === 'done') texts.push(withoutSpeckles(ran.stdout));
      else notes.push({ code: 'document-page-broken', detail: `Text could not be recognised on a page (${said(ran)})` });
    }
    const text = texts.map(page => page.trim()).join('\f');
    return { text: text.trim() === '' ? '' : text, notes };
  }

  async function readPdf(file: string, at: string, deadline: number): Promise<Recognised> {
    if (pdftoppm === null) return nothing('document-no-text', 'The PDF is a scan; without pdftoppm its pages cannot be recognised.');
    // One more than is read tells that there are more.
    const args = ['-gray', '-png', '-scale-to', LONG_SIDE, '-f', '1', '-l', String(limits.maxPages + 1), file, join(at, 'page')];
    const ran = await runLimited(pdftoppm, args, at, limits.pdf, stopping.signal);
    const pages = (await readdir(at)).filter(name => /^page-\d+\.png$/.test(name)).sort();
    if (ran.outcome === 'failed' && pages.length === 0) {
      const locked = /password/i.test(ran.outcome === 'failed' ? ran.detail : '');
      return nothing(locked ? 'document-encrypted' : 'document-broken', `No picture could be made of the PDF's pages (${said(ran)})`);
    }
    const read = await readPages(
      at,
      pages.slice(0, limits.maxPages).map(page => [join(at, page), 'stdout']),
      deadline,
    );
    return pages.length > limits.maxPages ? { ...read, notes: [...read.notes, onlyTheFirst(limits.maxPages)] } : read;
  }

  async function readPicture(file: string, picture: Picture, at: string, deadline: number): Promise<Recognised> {
    const pages = Array.from({ length: Math.min(picture.pages, limits.maxPages) }, (_, page) =>
      picture.pages === 1 ? [file, 'stdout'] : [file, 'stdout', '-c', `tessedit_page_number=${page}`],
    );
    const read = await readPages(at, pages, deadline);
    return picture.pages > limits.maxPages ? { ...read, notes: [...read.notes, onlyTheFirst(limits.maxPages)] } : read;
  }

  return {
    async recognise(file, deadline) {
      if ((await stat(file)).size > limits.maxBytes) {
        return nothing('document-too-large', `The file is larger than ${limits.maxBytes / 1024 / 1024} MiB; its text was not recognised.`);
      }
      const bytes = await readFile(file);
      const picture = isPdf(bytes) ? null : pictureOf(bytes);
      if (picture === null && !isPdf(bytes)) return null;
      const { width, height } = picture ?? {};
      if (typeof width === 'number' && typeof height === 'number') {
        if (Math.min(width, height) < limits.minSide) return null;
        if (width * height > limits.maxPixels) return nothing('document-too-large', `The picture has ${width} x ${height} pixels.`);
      }
      const at = join(folder, randomUUID());
      await mkdir(at, { recursive: true, mode: 0o700 });
      try {
        const read = picture === null ? await readPdf(file, at, deadline) : await readPicture(file, picture, at, deadline);
        if (stopping.signal.aborted) throw new Error('stopped while recognising text');
        return read;
      } finally {
        await rm(at, { recursive: true, force: true });
      }
    },
    stop: () => stopping.abort(),
  };
}

function nothing(code: string, detail: string): Recognised {
  return { text: '', notes: [{ code, detail }] };
}

function onlyTheFirst(pages: number): ReadingNote {
  return { code: 'document-cut', detail: `Text was recognised on the first ${pages} pages only.` };
}

function said(ran: Ran): string {
  if (ran.outcome === 'done') return 'no page';
  return ran.reason === 'time' ? 'it took too long' : ran.detail.replace(/\s+/g, ' ');
}

/** Dirt, stamps and the marks between two lines are read as lines of stray characters. The shortest line that says something is ลับ. */
export function withoutSpeckles(text: string): string {
  return text
    .split('\n')
    .filter(line => line.trim() === '' || /[ก-๎]{3}|[A-Za-z]{4}|[0-9๐-๙]{2}/.test(line))
    .join('\n');
}
