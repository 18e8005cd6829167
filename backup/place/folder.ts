/**
 * A place that is a mounted folder: a disk, a NAS. Files are written whole under a name nobody asks for, made durable, and only then given theirs:
 * what stands under a final name is whole, whatever was pulled out or killed.
 *
 *   <place>/incoming/   files being written; leftovers of a crash are swept at the next sending
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, Failure } from '../../register/failure.ts';
import { syncFolder } from '../../register/store/folder.ts';
import { bytesPerSecond, Limiter } from './bandwidth.ts';
import { notInPlace, placeAway, placeFull, placeLies, placeRefuses } from './failures.ts';
import type { FileToSend, Place, PlaceFile, SendOptions } from './place.ts';

export interface FolderPlaceOptions {
  /** The data folder: a place on the same disk is lost with it. */
  data: string;
  /** As rclone's --bwlimit; null: none. */
  bandwidth: string | null;
}

const INCOMING = 'incoming';
const CHUNK = 1024 * 1024;
// Longer than any file takes, so that what another process is writing is never swept.
const LEFTOVER_MS = 86_400_000;

/** Opens a folder as a place. It is made at the first sending, when the folder it lies in is there: a mount point that is missing stays missing. */
export function openFolderPlace(path: string, options: FolderPlaceOptions): Place {
  const limiter = new Limiter(bytesPerSecond(options.bandwidth));
  const at = (below: string) => join(path, checkedPath(below));
  let swept = false;

  const place: Place = {
    name: path,
    label: { th: `โฟลเดอร์ ${path}`, en: `folder ${path}` },

    async isElsewhere() {
      const [there, here] = await Promise.all([nearestDevice(path), nearestDevice(options.data)]);
      if (there !== here) return { elsewhere: true, reason: null };
      return {
        elsewhere: false,
        reason: {
          th: `โฟลเดอร์ ${path} อยู่บนดิสก์เดียวกับข้อมูลของระบบ หากดิสก์เสีย สำเนาจะหายไปด้วย`,
          en: `The folder ${path} is on the same disk as the data: a disk that dies takes the copy with it.`,
        },
      };
    },

    async send(files, sendOptions = {}) {
      try {
        await makeFolder(path);
        await mkdir(join(path, INCOMING), { recursive: true, mode: 0o700 });
        if (!swept) await sweep(join(path, INCOMING));
        swept = true;
        const folders = new Set<string>();
        for (const file of files) {
          sendOptions.signal?.throwIfAborted();
          const target = at(file.path);
          if (await isThere(target, file, path)) {
            sendOptions.onProgress?.(file.size);
            continue;
          }
          await mkdir(dirname(target), { recursive: true, mode: 0o700 });
          await sendOne(file, target, join(path, INCOMING, randomUUID()), path, limiter, sendOptions);
          for (let folder = dirname(target); folder.length >= path.length; folder = dirname(folder)) folders.add(folder);
        }
        for (const folder of folders) await syncFolder(folder);
      } catch (error) {
        throw asPlaceFailure(error, path);
      }
    },

    async fetch(below, local) {
      const source = at(below);
      try {
        await lstat(source);
        await forgetCached(source);
        await copyFile(source, local, constants.COPYFILE_EXCL);
      } catch (error) {
        // What stood there before us is not ours to take away.
        if (codeOf(error) !== 'EEXIST') await unlink(local).catch(() => {});
        if (codeOf(error) === 'ENOENT' && (await stat(path).catch(() => null)) !== null) throw notInPlace(path, below, error);
        throw asPlaceFailure(error, path);
      }
    },

    async list(folder) {
      try {
        // A place that is not there is away, one that is there and lacks the folder is empty.
        await stat(path).catch(async error => {
          if (codeOf(error) !== 'ENOENT' || (await stat(dirname(path)).catch(() => null)) === null) throw error;
        });
        const found: PlaceFile[] = [];
        await collect(path, folder === '' ? '' : checkedPath(folder), found);
        return found.sort((a, b) => (a.path < b.path ? -1 : 1));
      } catch (error) {
        throw asPlaceFailure(error, path);
      }
    },

    async remove(paths) {
      try {
        const folders = new Set<string>();
        for (const below of paths) {
          await unlink(at(below)).catch(error => {
            if (codeOf(error) !== 'ENOENT') throw error;
          });
          folders.add(dirname(at(below)));
        }
        for (const folder of folders) {
          await syncFolder(folder).catch(() => {});
          // Only an emptied one goes; the place itself stays.
          if (folder !== path) await rmdir(folder).catch(() => {});
        }
      } catch (error) {
        throw asPlaceFailure(error, path);
      }
    },

    async free() {
      try {
        const figures = await statfs(path);
        return figures.bavail * figures.bsize;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw asPlaceFailure(error, path);
      }
    },
  };
  return place;
}

/** Whether the very contents are there already. @throws Failure `place-refuses` when others are */
async function isThere(target: string, file: FileToSend, place: string): Promise<boolean> {
  const found = await lstat(target).catch(error => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return false;
  if (found.isFile() && found.size === file.size && (await hashOf(target)) === (await hashOf(file.local))) return true;
  throw placeRefuses(place, `${file.path} is there with other contents`);
}

async function sendOne(
  file: FileToSend,
  target: string,
  fresh: string,
  place: string,
  limiter: Limiter,
  options: SendOptions,
): Promise<void> {
  const handle = await open(fresh, 'wx', 0o600);
  try {
    try {
      await copyInto(file.local, handle, limiter, options);
      await handle.sync();
      const { size } = await handle.stat();
      if (size !== file.size) throw placeLies(place, file.path, `${size} bytes instead of ${file.size}`);
    } finally {
      await handle.close();
    }
    await giveName(fresh, target, file.path, place);
  } finally {
    await unlink(fresh).catch(() => {});
  }
}

async function copyInto(local: string, handle: FileHandle, limiter: Limiter, options: SendOptions): Promise<void> {
  for await (const chunk of createReadStream(local, { highWaterMark: CHUNK })) {
    const bytes = chunk as Buffer;
    options.signal?.throwIfAborted();
    await limiter.take(bytes.length, options.signal);
    let written = 0;
    while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
    options.onProgress?.(bytes.length);
  }
}

// What file systems without hard links (FAT, many network shares) answer.
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/** link() fails when the name is taken, where rename() would write over it. */
async function giveName(fresh: string, target: string, below: string, place: string): Promise<void> {
  try {
    await link(fresh, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw placeRefuses(place, `${below} is there with other contents`, error);
    if (!NO_LINKS.has(codeOf(error))) throw error;
    // One maker works at a time (make-copy.ts), so nobody takes the name between the look and the rename.
    if ((await lstat(target).catch(() => null)) !== null) throw placeRefuses(place, `${below} is there with other contents`, error);
    await rename(fresh, target);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw placeAway(path, `the folder ${dirname(path)} is missing`, error);
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** By the place's own clock, which need not be ours. */
async function sweep(incoming: string): Promise<void> {
  const names = await readdir(incoming);
  if (names.length === 0) return;
  const mark = join(incoming, randomUUID());
  await (await open(mark, 'wx', 0o600)).close();
  await utimes(mark, new Date(), new Date()).catch(() => {});
  const now = (await stat(mark)).mtimeMs;
  await unlink(mark);
  for (const name of names) {
    const file = join(incoming, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && now - found.mtimeMs > LEFTOVER_MS) await unlink(file).catch(() => {});
  }
}

async function collect(root: string, folder: string, found: PlaceFile[]): Promise<void> {
  const items = await readdir(join(root, folder), { withFileTypes: true }).catch(error => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const item of items) {
    const below = folder === '' ? item.name : `${folder}/${item.name}`;
    // What a NAS puts beside our files (.snapshot, @eaDir) is none of ours, nor is what is being written.
    if (item.name.startsWith('.') || item.name.startsWith('@') || below === INCOMING || item.name === 'lost+found') continue;
    if (item.isDirectory()) await collect(root, below, found);
    else if (item.isFile()) found.push({ path: below, size: (await lstat(join(root, below))).size });
  }
}

/** Asks the kernel to read the file anew (coreutils: "dd if=ifile iflag=nocache count=0"): a proof reads the disk, not the memory. */
async function forgetCached(file: string): Promise<void> {
  await new Promise<void>(resolve => {
    const child: ChildProcess = spawn('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], { stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

/** st_dev of the path, or of the folder nearest above it that is there. */
async function nearestDevice(path: string): Promise<number> {
  for (let here = path; ; here = dirname(here)) {
    const found = await stat(here).catch(() => null);
    if (found !== null) return found.dev;
    if (here === dirname(here)) return -1;
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** @throws Error for a path that leads out of the place */
function checkedPath(below: string): string {
  if (below.startsWith('/') || below.split('/').some(part => part === '' || part === '.' || part === '..') || below.includes('\0')) {
    throw new Error(`not a path below a place: ${below.slice(0, 200)}`);
  }
  return below;
}

function asPlaceFailure(error: unknown, place: string): unknown {
  if (error instanceof Failure || (error instanceof Error && error.name === 'AbortError')) return error;
  const word = codeOf(error);
  if (word === 'ENOSPC' || word === 'EDQUOT') return placeFull(place, word, error);
  if (word === 'EACCES' || word === 'EPERM' || word === 'EROFS') return placeRefuses(place, word, error);
  if (word.startsWith('E') && !word.startsWith('ERR_')) return placeAway(place, word, error);
  return error;
}
