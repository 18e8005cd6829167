/** Writes a stream into a file that is either whole or not there: beside its place first, on the disk, then under its name. Never over a file. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf, Failure } from '../register/failure.ts';
import { storeFailure, syncFolder } from '../register/store/folder.ts';

export interface Written {
  sha256: string;
  size: number;
}

/**
 * @param wrap - e.g. encryption; what comes out of it is hashed and written
 * @throws Failure `file-exists`; `disk-full`, `store-unwritable`; whatever `source` throws. The half-written file is removed.
 */
export async function writeWhole(
  file: string,
  source: AsyncIterable<Uint8Array>,
  wrap?: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): Promise<Written> {
  await refuseExisting(file);
  const part = `${file}.part`;
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  };
  try {
    await pipeline(counted(wrap === undefined ? source : wrap(source)), createWriteStream(part, { flags: 'w', mode: 0o600 }));
    const handle = await open(part, 'r+');
    await handle.sync().finally(() => handle.close());
    await refuseExisting(file);
    await rename(part, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await unlink(part).catch(() => {});
    throw !(error instanceof Failure) && /^(ENOSPC|EDQUOT|EACCES|EROFS|ENOENT|ENOTDIR|EPERM|EIO)$/.test(codeOf(error))
      ? storeFailure(error, dirname(file))
      : error;
  }
  return { sha256: hash.digest('hex'), size };
}

/** @throws Failure `file-exists` */
export async function refuseExisting(file: string): Promise<void> {
  if ((await stat(file).catch(() => null)) === null) return;
  throw new Failure({
    code: 'file-exists',
    temporary: false,
    message: `${file} is there already`,
    userMessage: {
      th: `มีไฟล์ ${file} อยู่แล้ว จึงไม่เขียนทับ โปรดตั้งชื่ออื่น`,
      en: `${file} is there already and is not written over. Choose another name.`,
    },
  });
}
