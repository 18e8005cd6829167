/** Which programs for the recognition of text this machine has. Asked once by the worker when it starts, and by `saraban doctor`. */
import { access, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { runLimited } from './limited-run.ts';

export interface OcrPrograms {
  /** Whole path; null when it is not installed. */
  tesseract: string | null;
  /** What tesseract is to be asked for, 'tha+eng' or 'tha'; null without Thai: reading Thai with another language's model gives words that nobody wrote. */
  languages: string | null;
  /** Makes pictures of a PDF's pages. */
  pdftoppm: string | null;
}

const LIST_LIMITS = { milliseconds: 10_000, memoryMb: 1024, fileMb: 1 };

/** @param path - as in the environment's PATH */
export async function findOcrPrograms(path: string = process.env.PATH ?? ''): Promise<OcrPrograms> {
  const [tesseract, pdftoppm] = await Promise.all([findProgram('tesseract', path), findProgram('pdftoppm', path)]);
  return { tesseract, pdftoppm, languages: tesseract === null ? null : await languagesOf(tesseract) };
}

/** Folders that are not absolute are passed over: what lies in the folder that we happen to run in is not the machine's. */
async function findProgram(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return null;
}

async function languagesOf(tesseract: string): Promise<string | null> {
  const ran = await runLimited(tesseract, ['--list-langs'], tmpdir(), LIST_LIMITS, AbortSignal.timeout(LIST_LIMITS.milliseconds));
  return ran.outcome === 'done' ? languagesToAsk(ran.stdout) : null;
}

/** @param listed - what `tesseract --list-langs` says: a heading, then a language a line */
export function languagesToAsk(listed: string): string | null {
  const known = listed.split('\n').map(line => line.trim());
  if (!known.includes('tha')) return null;
  return known.includes('eng') ? 'tha+eng' : 'tha';
}
