/**
 * A place that rclone reaches: S3, SFTP, WebDAV, Drive and the rest of what it speaks. A batch of files is a handful of processes, never one a file.
 *
 * Object stores make a file appear whole or not at all. Other remotes (SFTP, WebDAV, a disk) show a file that breaks off under its name, so there it is
 * written to `incoming/` and moved, which such remotes do by renaming; what is left of a broken line never stands under a final name.
 * After sending, what lies there is asked for anew: a remote that says yes and keeps something else is found at once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../register/failure.ts';
import { notInPlace, placeAway, placeFull, placeLies } from './failures.ts';
import type { FileToSend, Place, PlaceFile } from './place.ts';
import { type RcloneSettings, type RunOptions, runRclone } from './rclone-program.ts';
import { whereRemoteLies } from './rclone-remote.ts';

const INCOMING = 'incoming';
const FILES_AT_ONCE = 4;

interface Listed {
  path: string;
  size: number;
  hashes: Record<string, string>;
}

interface Abilities {
  /** Renames without copying. */
  moves: boolean;
  /** The hash it keeps or computes that we can compute too; null for none. */
  hash: string | null;
}

/** @param remote - as rclone writes it: 'remote:path' */
export function openRclonePlace(remote: string, settings: RcloneSettings): Place {
  const options: RunOptions = { place: remote };
  const at = (below: string) => `${remote}${/[:/]$/.test(remote) ? '' : '/'}${checkedPath(below)}`;
  const run = (args: string[], more: Partial<RunOptions> = {}) => runRclone(args, settings, { ...options, ...more });
  let abilities: Promise<Abilities> | null = null;
  let swept = false;

  const able = () => {
    abilities ??= run(['backend', 'features', remote]).then(readAbilities);
    abilities.catch(() => {
      abilities = null;
    });
    return abilities;
  };

  /** Takes away what broken lines left in `incoming/` days ago, and folders that moving left empty. Without the right to, it stays, and does no harm. */
  const sweepOnce = async () => {
    if (swept) return;
    swept = true;
    await run(['delete', at(INCOMING), '--min-age=1d', '--rmdirs']).catch(ignoreFailure);
  };

  const look = async (files: FileToSend[], hash: string | null): Promise<Map<string, Listed>> => {
    if (files.length === 0) return new Map();
    return await inScratch(async scratch => {
      const names = join(scratch, 'names');
      await writeFile(names, files.map(file => `${checkedPath(file.path)}\n`).join(''));
      const hashes = hash === null ? [] : ['--hash', `--hash-type=${hash}`];
      const text = await run(['lsjson', '-R', '--files-only', ...hashes, `--files-from-raw=${names}`, '--no-traverse', remote]).catch(
        emptyWhenMissing,
      );
      return new Map(readListing(text).map(file => [file.path, file]));
    });
  };

  const place: Place = {
    name: remote,
    label: { th: `rclone ${remote}`, en: `rclone ${remote}` },

    isElsewhere: async () => await whereRemoteLies(remote, () => run(['config', 'dump'])),

    async send(files, sendOptions = {}) {
      const { signal } = sendOptions;
      if (files.length === 0) return;
      for (const file of files) checkedPath(file.path);
      const { moves, hash } = await able();
      const total = files.reduce((sum, file) => sum + file.size, 0);
      let told = 0;
      const onProgress = (bytes: number) => {
        const some = Math.min(bytes, total - told);
        told += some;
        sendOptions.onProgress?.(some);
      };
      try {
        await inScratch(async scratch => {
          for (const file of files) {
            const name = join(scratch, file.path);
            await mkdir(dirname(name), { recursive: true });
            await symlink(resolve(file.local), name);
          }
          // With --checksum, for by itself rclone compares times, and ours say nothing; what is there as it should be is left alone.
          const how = ['--checksum', '--no-traverse', `--transfers=${FILES_AT_ONCE}`];
          const keeping = ['--immutable', ...how];
          if (!moves) {
            await run(['copy', scratch, remote, '--copy-links', ...keeping], { onProgress, signal });
            return;
          }
          await sweepOnce();
          const draft = `${INCOMING}/${randomUUID()}`;
          try {
            // Nobody else writes here, and what a first try left half may be written over by the second.
            await run(['copy', scratch, at(draft), '--copy-links', ...how], { onProgress, signal });
            // A folder at a time: rclone moves nothing from a remote into one around it.
            for (const part of new Set(files.map(file => file.path.split('/')[0] as string))) {
              const isFile = files.some(file => file.path === part);
              const below = isFile ? '' : `${part}/`;
              await run([isFile ? 'moveto' : 'move', at(`${draft}/${part}`), at(part), ...keeping], { signal, below });
            }
          } catch (error) {
            // A full disk is not to be kept full by what did not fit on it.
            await run(['purge', at(draft)]).catch(ignoreFailure);
            throw error;
          }
        });
      } catch (error) {
        throw await asFull(error, files);
      }
      const after = await look(files, hash);
      for (const file of files) {
        const found = after.get(file.path);
        const wrong = found === undefined ? 'it is not there' : await differs(file, found, hash);
        if (wrong !== null) throw placeLies(remote, file.path, wrong);
      }
      onProgress(total - told);
    },

    async fetch(below, local) {
      if ((await lstat(local).catch(() => null)) !== null) throw new Error(`${local} is there already`);
      try {
        await run(['copyto', at(below), local], { path: below });
        // Of an object store a name that is not there is an empty folder: copied with success.
        if ((await lstat(local).catch(() => null))?.isFile() !== true) throw notInPlace(remote, below);
      } catch (error) {
        await rm(local, { force: true, recursive: true });
        throw error;
      }
    },

    async list(folder) {
      const text = await run(['lsjson', '-R', '--files-only', '--no-modtime', '--no-mimetype', folder === '' ? remote : at(folder)], {
        path: folder || '/',
      }).catch(emptyWhenMissing);
      const found: PlaceFile[] = readListing(text)
        .map(file => ({ path: folder === '' ? file.path : `${folder}/${file.path}`, size: file.size }))
        .filter(file => !file.path.startsWith(`${INCOMING}/`));
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },

    async remove(paths) {
      if (paths.length === 0) return;
      // One process for all: `delete` with a list, as `deletefile` for each. What is gone already is no error.
      await inScratch(async scratch => {
        const names = join(scratch, 'names');
        await writeFile(names, paths.map(path => `${checkedPath(path)}\n`).join(''));
        await run(['delete', remote, `--files-from-raw=${names}`, '--no-traverse']);
      });
    },

    async free() {
      try {
        const figures: unknown = JSON.parse(await run(['about', '--json', remote]));
        if (typeof figures === 'object' && figures !== null && 'free' in figures && typeof figures.free === 'number') return figures.free;
        return null;
      } catch (error) {
        // Many remotes cannot tell, an S3 bucket among them; whether the place is there is for others to find out.
        if (error instanceof Failure && error.code !== 'rclone-missing') return null;
        throw error;
      }
    },
  };

  /** SFTP says no more than "failure" when the disk is full: asked how much is free, it tells. */
  async function asFull(error: unknown, files: FileToSend[]): Promise<unknown> {
    if (!(error instanceof Failure) || error.code !== 'place-away') return error;
    const free = await place.free().catch(() => null);
    const largest = Math.max(...files.map(file => file.size));
    return free !== null && free < largest ? placeFull(remote, `${free} bytes free`, error) : error;
  }

  return place;
}

/** What is different about it; null when nothing is. */
async function differs(file: FileToSend, found: Listed, hash: string | null): Promise<string | null> {
  if (found.size !== file.size) return `${found.size} bytes instead of ${file.size}`;
  const theirs = hash === null ? undefined : found.hashes[hash];
  if (hash === null || theirs === undefined || theirs === '') return null;
  const digest = createHash(hash);
  for await (const chunk of createReadStream(file.local, { highWaterMark: 1024 * 1024 })) digest.update(chunk as Buffer);
  const ours = digest.digest('hex');
  return ours === theirs ? null : `${hash} ${theirs} instead of ${ours}`;
}

function readAbilities(text: string): Abilities {
  const answer: unknown = JSON.parse(text);
  const field = (from: unknown, name: string): unknown =>
    typeof from === 'object' && from !== null && name in from ? from[name as keyof typeof from] : undefined;
  const hashes = field(answer, 'Hashes');
  const known = Array.isArray(hashes) ? hashes : [];
  return {
    moves: field(field(answer, 'Features'), 'Move') === true,
    hash: ['sha256', 'sha1', 'md5'].find(name => known.includes(name)) ?? null,
  };
}

function readListing(text: string): Listed[] {
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) throw placeAway('rclone', 'lsjson gave no list');
  return items.map((item: { Path: string; Size: number; Hashes?: Record<string, string> }) => ({
    path: item.Path,
    size: item.Size,
    hashes: item.Hashes ?? {},
  }));
}

function emptyWhenMissing(error: unknown): string {
  if (error instanceof Failure && (error.code === 'not-in-place' || /directory not found/.test(error.message))) return '[]';
  throw error;
}

/** An empty folder that stays does no harm. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof Failure)) throw error;
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-rclone-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error for a path that leads out of the place */
function checkedPath(below: string): string {
  if (/^[/#;]/.test(below) || /[\n\r\0]/.test(below) || below.split('/').some(part => part === '' || part === '.' || part === '..')) {
    throw new Error(`not a path below a place: ${below.slice(0, 200)}`);
  }
  return below;
}
