/** Reads a file that somebody named on the command line. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../../register/failure.ts';

/** @throws Failure `file-unreadable`, with the name as it was said */
export async function readFileNamed(name: string): Promise<Buffer> {
  try {
    return await readFile(resolve(name));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new Failure({
      code: 'file-unreadable',
      temporary: false,
      message: `${name} cannot be read (${code})`,
      userMessage: { th: `อ่านไฟล์ ${name} ไม่ได้ (${code})`, en: `The file ${name} cannot be read (${code}).` },
      cause: error,
    });
  }
}
