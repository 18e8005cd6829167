/**
 * The mark of a restore that is not finished: `<data>/restoring.json`. While it lies there the data folder is no register yet, and nothing may start on it:
 * an appliance on half a register would give numbers that were given before.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, Failure } from '../register/failure.ts';
import { syncFolder } from '../register/store/folder.ts';

const RESTORE_MARKER = 'restoring.json';

export interface RestoreMark {
  copyId: string;
  place: string;
  /** Written into the database too: only a database that carries it is emptied when the restore is begun anew. */
  nonce: string;
  startedAt: string;
  /** Everything stands, but verify found faults: the copy was damaged. */
  faults?: number;
}

const pathOf = (data: string) => join(data, RESTORE_MARKER);

export async function readRestoreMark(data: string): Promise<RestoreMark | null> {
  try {
    return JSON.parse(await readFile(pathOf(data), 'utf8')) as RestoreMark;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    // Half a mark is a mark.
    return { copyId: '', place: '', nonce: '', startedAt: '' };
  }
}

/** On the disk before anything else of the restore is. */
export async function writeRestoreMark(data: string, mark: RestoreMark): Promise<void> {
  const draft = `${pathOf(data)}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(mark, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, pathOf(data));
  await syncFolder(data);
}

export async function removeRestoreMark(data: string): Promise<void> {
  await rm(pathOf(data), { force: true });
  await syncFolder(data);
}

/** For everything that would work on the data folder. @throws Failure `restore-unfinished` */
export async function refuseUnfinishedRestore(data: string): Promise<void> {
  const mark = await readRestoreMark(data);
  if (mark === null) return;
  const broken = mark.faults !== undefined;
  throw new Failure({
    code: 'restore-unfinished',
    temporary: false,
    message: `a restore of ${mark.copyId} into ${data} is not finished`,
    userMessage: broken
      ? {
          th: `การกู้คืนสำเนา ${mark.copyId} ลงใน ${data} พบข้อผิดพลาด ${mark.faults} รายการ โปรดกู้คืนจากสำเนาอื่น หรือยอมรับด้วย npx saraban restore accept`,
          en: `The restore of ${mark.copyId} into ${data} ended with ${mark.faults} faults: restore from another copy or place, or accept them with npx saraban restore accept.`,
        }
      : {
          th: `การกู้คืนสำเนา ${mark.copyId} ลงใน ${data} ยังไม่เสร็จ โปรดสั่ง npx saraban restore อีกครั้งจนจบก่อน`,
          en: `The restore of ${mark.copyId} into ${data} is not finished: run npx saraban restore again until it ends.`,
        },
  });
}
