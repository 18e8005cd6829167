/**
 * A tar whose every file is hashed on its way in, for archives that list their files (an agency's export, a yearly volume). What is generated and of
 * unknown length is spooled to a work folder first, one file at a time: tar says a file's size before its bytes. Memory does not grow with the archive.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Failure } from '../register/failure.ts';
import type { Store } from '../register/store/folder.ts';
import { writeTar } from './tar.ts';

/** A file of the archive. */
export interface Listed {
  path: string;
  /** Lower-case hex. */
  sha256: string;
  size: number;
}

/** Text that grows beyond memory, in a file of the work folder until it is taken into the archive. */
export interface Spool {
  write(text: string | Uint8Array): Promise<void>;
  /** Bytes written so far. */
  readonly size: number;
  /** Removes the file. */
  discard(): Promise<void>;
}

export interface HashedTar {
  readonly stream: Readable;
  addBytes(path: string, bytes: Uint8Array | string): Promise<Listed>;
  /** A stored blob under a name. @throws Failure `blob-damaged` naming it when its bytes are not what its name says */
  addBlob(path: string, blob: { sha256: string; size: number }): Promise<Listed>;
  /** What comes in pieces, length unknown. */
  addGenerated(path: string, source: AsyncIterable<Uint8Array | string>): Promise<Listed>;
  openSpool(): Promise<Spool>;
  /** The spool's text as a file; the spool is gone afterwards. */
  addSpool(path: string, spool: Spool): Promise<Listed>;
  finish(): void;
  fail(error: Error): void;
}

const SPOOL_BUFFER = 256 * 1024;

class FileSpool implements Spool {
  readonly file: string;
  readonly hash = createHash('sha256');
  size = 0;
  private readonly handle: FileHandle;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;

  constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  async write(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.hash.update(bytes);
    this.size += bytes.length;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= SPOOL_BUFFER) await this.flush();
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    await this.handle.appendFile(bytes);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.handle.close();
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => {});
    await unlink(this.file).catch(() => {});
  }
}

/**
 * @param options.work - a folder of this archive's own, mode 0700; whoever made it removes it
 * @param options.at - the time all its files are given
 */
export function writeHashedTar(options: { store: Store; work: string; at: Date; mode?: number }): HashedTar {
  const tar = writeTar();
  const how = { mode: options.mode ?? 0o644, mtime: options.at };

  const openSpool = async (): Promise<FileSpool> => {
    const file = join(options.work, randomUUID());
    return new FileSpool(file, await open(file, 'wx', 0o600));
  };
  const addSpool = async (path: string, spool: Spool): Promise<Listed> => {
    if (!(spool instanceof FileSpool)) throw new Error('a spool of another archive');
    try {
      await spool.close();
      await tar.add({ path, size: spool.size, ...how }, createReadStream(spool.file));
      return { path, sha256: spool.hash.digest('hex'), size: spool.size };
    } finally {
      await spool.discard();
    }
  };

  return {
    stream: tar.stream,
    async addBytes(path, bytes) {
      const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      await tar.add({ path, size: buffer.byteLength, ...how }, buffer);
      return { path, sha256: createHash('sha256').update(buffer).digest('hex'), size: buffer.byteLength };
    },
    async addBlob(path, blob) {
      if ((await options.store.size(blob.sha256)) !== blob.size) throw damaged(blob.sha256);
      await tar.add({ path, size: blob.size, ...how }, checked(options.store.stream(blob.sha256), blob.sha256));
      return { path, sha256: blob.sha256, size: blob.size };
    },
    async addGenerated(path, source) {
      const spool = await openSpool();
      try {
        for await (const chunk of source) await spool.write(chunk);
      } catch (error) {
        await spool.discard();
        throw error;
      }
      return await addSpool(path, spool);
    },
    openSpool,
    addSpool,
    finish: () => tar.finish(),
    fail: error => tar.fail(error),
  };
}

/** Hands the bytes on, and throws behind the last one when they are others: the archive is then never finished. */
async function* checked(source: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw damaged(sha256);
}

function damaged(sha256: string): Failure {
  return new Failure({
    code: 'blob-damaged',
    temporary: false,
    message: `blob ${sha256} is missing or was changed`,
    userMessage: {
      th: `ไฟล์ ${sha256} ในคลังหายไปหรือถูกแก้ไข โปรดใช้ npx saraban verify ตรวจ และกู้ไฟล์จากสำเนาก่อน`,
      en: `The stored file ${sha256} is missing or was changed. Look with npx saraban verify, and bring it back from a copy first.`,
    },
  });
}
