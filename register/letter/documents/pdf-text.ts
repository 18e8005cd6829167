// Text layer of a PDF, page by page: the one door to the PDF library. Thai PDFs come with known scars (see `mend`). What comes out goes to
// document-text.ts.

import { getDocumentProxy } from 'unpdf';
import type { DocumentText } from './document-text.ts';

/** A letter with its enclosures; a scanned law collection beyond it is found by its first pages. */
const MAX_PAGES = 300;
/** Time for one file. The worker that calls has a harder limit of its own; this one keeps what was read so far. */
const MAX_MILLISECONDS = 15_000;
const SILENT = 0;

/**
 * Two scars of Thai PDFs. Fonts draw a raised ่ or ํ้ with a glyph that has no character, given as U+0000: before า it can only have been a
 * form of ำ, elsewhere a tone, which the search ignores anyhow. And some office programs put a blank between a consonant and its ำ or า,
 * where no Thai word ever breaks.
 */
function mend(text: string): string {
  return text
    .replace(/\u0000+\u0e32/g, '\u0e33')
    .replaceAll('\u0000', '')
    .replace(/([\u0e01-\u0e2e][\u0e48-\u0e4b]?) +[\u0e32\u0e33]/g, '$1\u0e33');
}

/** The library names its errors; a password is the one that a person can do something about. */
function isPasswordError(error: unknown): boolean {
  return error instanceof Error && error.name === 'PasswordException';
}

async function readPage(pdf: Awaited<ReturnType<typeof getDocumentProxy>>, number: number): Promise<{ text: string; lostMarks: boolean }> {
  const page = await pdf.getPage(number);
  const content = await page.getTextContent();
  const text = content.items.map(item => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  page.cleanup();
  return { text: mend(text), lostMarks: text.includes('\u0000') };
}

/**
 * Pages joined by \f. Takes a copy of the bytes, since the library may keep them. Throws what the library throws on a file that is no PDF;
 * document-text.ts makes a note of it. A page that can't be read is noted and left out.
 */
export async function readPdfText(bytes: Uint8Array, maxCharacters: number): Promise<DocumentText> {
  const notes: DocumentText['notes'] = [];
  let pdf: Awaited<ReturnType<typeof getDocumentProxy>>;
  try {
    pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: SILENT, stopAtErrors: false });
  } catch (error) {
    if (!isPasswordError(error)) throw error;
    return { text: '', notes: [{ code: 'document-encrypted', detail: 'The PDF opens only with a password.' }] };
  }
  const pages: string[] = [];
  let marksLost = false;
  try {
    const deadline = performance.now() + MAX_MILLISECONDS;
    const last = Math.min(pdf.numPages, MAX_PAGES);
    let characters = 0;
    let number = 1;
    for (; number <= last && characters <= maxCharacters && performance.now() < deadline; number++) {
      try {
        const { text, lostMarks } = await readPage(pdf, number);
        marksLost ||= lostMarks;
        characters += text.length;
        pages.push(text);
      } catch (error) {
        notes.push({ code: 'document-page-broken', detail: `Page ${number} can't be read: ${String(error).slice(0, 200)}` });
        if (notes.length >= 10) break;
      }
    }
    if (number <= pdf.numPages) notes.push({ code: 'document-cut', detail: `${number - 1} of ${pdf.numPages} pages were read.` });
  } finally {
    await pdf.loadingTask.destroy();
  }
  if (marksLost)
    notes.push({
      code: 'document-marks-lost',
      detail: 'The PDF does not say which characters some glyphs are; tone marks may be missing.',
    });
  const text = pages.join('\f');
  if (text.trim() === '' && notes.length === 0) {
    notes.push({ code: 'document-no-text', detail: 'The PDF has no text layer; it is probably a scan.' });
  }
  return { text, notes };
}
