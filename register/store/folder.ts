/**
 * The blob store as a folder: raw messages and their parts, each once, named by its SHA-256, never changed (I4).
 * A letter's bytes come here from gateway/intake/spool.ts before the register hears of it; its parts from the reader afterwards.
 *
 *   <root>/incoming/   files being written; whatever lies here after a crash is swept
 *   <root>/ab/<64 hex digits>   the blobs, in 256 folders made beforehand so that a new blob costs two fsyncs, not three
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, readFile, rename, stat, statfs, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { codeOf, Failure } from '../failure.ts';

export interface Store {
  /** Where a new file may be written before it is adopted; on the same file system as the blobs. */
  readonly incoming: string;
  /** The file of a blob. It need not exist. */
  pathOf(sha256: string): string;
  /**
   * Takes over a finished file of `incoming` under its hash: fsync of the file (unless `synced`), rename, fsync of the folder.
   * When the blob is already there the new file, which holds the same bytes, takes its place and makes it young again for the sweep.
   * After this returns, a power cut cannot lose the bytes (I1).
   */
  adopt(file: string, sha256: string, options?: { synced?: boolean }): Promise<void>;
  /** Stores bytes held in memory. */
  put(bytes: Uint8Array): Promise<{ sha256: string; size: number }>;
  read(sha256: string): Promise<Buffer>;
  stream(sha256: string, range?: { start: number; end: number }): Readable;
  size(sha256: string): Promise<number | null>;
  /** Every blob's hash, folder by folder. */
  list(): AsyncIterable<string>;
  /** Bytes that may still be written. */
  free(): Promise<number>;
  /** Removes a blob that no row refers to, unless it came in again since `olderThan`. @returns whether it is gone */
  remove(sha256: string, olderThan: Date): Promise<boolean>;
  /** Files left in `incoming` that are older than `olderThan`. */
  abandoned(olderThan: Date): AsyncIterable<string>;
}

const HEX = '0123456789abcdef';

/**
 * Opens (and makes, when missing) the store below `root`.
 * @throws Failure `store-unwritable` when the folder cannot be made or written.
 */
export async function openFolderStore(root: string): Promise<Store> {
  const incoming = join(root, 'incoming');
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    for (const a of HEX) for (const b of HEX) await mkdir(join(root, a + b), { recursive: true, mode: 0o700 });
    await syncFolder(root);
  } catch (error) {
    throw storeFailure(error, root);
  }
  const folderOf = (sha256: string) => join(root, checked(sha256).slice(0, 2));
  const pathOf = (sha256: string) => join(folderOf(sha256), sha256);
  const folders = new OpenFolders();

  const store: Store = {
    incoming,
    pathOf,
    async adopt(file, sha256, options = {}) {
      try {
        if (options.synced !== true) await syncFile(file);
        await rename(file, pathOf(sha256));
        await folders.sync(folderOf(sha256));
      } catch (error) {
        throw storeFailure(error, root);
      }
    },
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (await madeYoung(pathOf(sha256))) return { sha256, size: bytes.length };
      const file = join(incoming, randomUUID());
      try {
        const handle = await open(file, 'wx', 0o600);
        try {
          await handle.writeFile(bytes);
          await handle.datasync();
        } finally {
          await handle.close();
        }
      } catch (error) {
        await unlink(file).catch(() => {});
        throw storeFailure(error, root);
      }
      await store.adopt(file, sha256, { synced: true });
      return { sha256, size: bytes.length };
    },
    read: sha256 => readFile(pathOf(sha256)),
    stream: (sha256, range) => createReadStream(pathOf(sha256), range ?? {}),
    async size(sha256) {
      try {
        return (await stat(pathOf(sha256))).size;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    },
    async *list() {
      for (const a of HEX)
        for (const b of HEX) for (const name of await namesIn(join(root, a + b))) if (/^[0-9a-f]{64}$/.test(name)) yield name;
    },
    async free() {
      const figures = await statfs(root);
      return figures.bavail * figures.bsize;
    },
    async remove(sha256, olderThan) {
      // Taken aside first and looked at again there: the same bytes may come in at this very moment, and count on the file that was found.
      const aside = join(incoming, `aside-${sha256}`);
      try {
        if ((await stat(pathOf(sha256))).mtime >= olderThan) return false;
        await rename(pathOf(sha256), aside);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false;
        throw error;
      }
      if ((await stat(aside)).mtime >= olderThan) {
        await rename(aside, pathOf(sha256));
        return false;
      }
      await unlink(aside);
      return true;
    },
    async *abandoned(olderThan) {
      for (const name of await namesIn(incoming)) {
        const file = join(incoming, name);
        const figures = await stat(file).catch(() => null);
        if (figures !== null && figures.mtime < olderThan) yield file;
      }
    },
  };
  return store;
}

/** Keeps the 256 folders open: an fsync of a folder should not cost an open and a close with every letter. */
class OpenFolders {
  private readonly handles = new Map<string, Promise<FileHandle>>();

  async sync(folder: string): Promise<void> {
    let handle = this.handles.get(folder);
    if (handle === undefined) {
      handle = open(folder, 'r');
      this.handles.set(folder, handle);
      handle.catch(() => this.handles.delete(folder));
    }
    try {
      await (await handle).sync();
    } catch (error) {
      // A disk that was taken away and put back has other folders under the same names.
      this.handles.delete(folder);
      await (await handle.catch(() => null))?.close().catch(() => {});
      throw error;
    }
  }
}

/** fsync of a file that was written and closed. */
async function syncFile(file: string): Promise<void> {
  await withHandle(file, 'r+', handle => handle.sync());
}

/** fsync of a folder: makes the names in it survive a power cut (Linux, macOS). */
export async function syncFolder(folder: string): Promise<void> {
  await withHandle(folder, 'r', handle => handle.sync());
}

async function withHandle(path: string, flags: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const item of await opendir(folder)) names.push(item.name);
  return names.sort();
}

function checked(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`not a SHA-256: ${sha256.slice(0, 80)}`);
  return sha256;
}

/** @returns false when the file is not there */
async function madeYoung(file: string): Promise<boolean> {
  try {
    const now = new Date();
    await utimes(file, now, now);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A fault of the disk as a Failure: temporary, for the letter stays with its sender. */
export function storeFailure(error: unknown, root: string): Failure {
  if (error instanceof Failure) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new Failure({
    code: full ? 'disk-full' : 'store-unwritable',
    temporary: true,
    message: `cannot store under ${root} (${code})`,
    userMessage: full
      ? { th: 'พื้นที่จัดเก็บเต็ม โปรดเพิ่มพื้นที่แล้วลองอีกครั้ง', en: 'The disk is full. Make room and try again.' }
      : {
          th: `เขียนลงโฟลเดอร์ ${root} ไม่ได้ โปรดตรวจสิทธิ์และดิสก์`,
          en: `Cannot write to the folder ${root}. Check its permissions and the disk.`,
        },
    cause: error,
  });
}
