/** Whether the data folder can hold what the appliance is about to promise. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../register/failure.ts';

// Below this even the database cannot write its log, and starting would end in the middle.
const LEAST_TO_START = 64 * 1024 ** 2;

/** Bytes free for us on the disk of `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const facts = await statfs(folder);
  return facts.bavail * facts.bsize;
}

/**
 * Creates the data folder when missing and tries to write in it.
 * @throws Failure `folder-not-writable`, or `disk-full` (temporary)
 */
export async function checkDataFolder(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(probe, 'probe', { flush: true });
    await rm(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(folder) : notWritable(folder, code ?? '', error);
  }
  if ((await freeBytes(folder)) < LEAST_TO_START) throw diskFull(folder);
}

function notWritable(folder: string, code: string, cause: unknown): Failure {
  return new Failure({
    code: 'folder-not-writable',
    temporary: false,
    message: `the data folder ${folder} cannot be written (${code})`,
    userMessage: {
      th: `เขียนข้อมูลลงโฟลเดอร์ ${folder} ไม่ได้ (${code}) โปรดให้สิทธิ์ผู้ใช้นี้ หรือเลือก SARABAN_DATA อื่น`,
      en: `The data folder ${folder} cannot be written (${code}): give this user the right to, or choose another SARABAN_DATA.`,
    },
    cause,
  });
}

function diskFull(folder: string): Failure {
  return new Failure({
    code: 'disk-full',
    temporary: true,
    message: `the disk of ${folder} is full`,
    userMessage: {
      th: `ดิสก์ของโฟลเดอร์ ${folder} เต็ม โปรดเพิ่มพื้นที่ว่างแล้วเริ่มใหม่`,
      en: `The disk of ${folder} is full: free some space on it and start again.`,
    },
  });
}
