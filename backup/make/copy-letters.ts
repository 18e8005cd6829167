/**
 * The blobs that places lack, into packs. Every blob's bytes are hashed on the way: one that is not what its name says is left out and named (I4),
 * for a copy that carries it silently would make the damage lasting.
 */
import { createHash } from 'node:crypto';
import type { Store } from '../../register/store/folder.ts';
import type { Place } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { Reserved } from './lock.ts';
import type { Packer } from './packer.ts';
import type { ProgressKeeper } from './progress.ts';
import { type LackingBlob, noteLackingBlobs, selectLackingBlobs } from './queries.ts';

const PAGE = 2_000;
// Small blobs are read into memory, several at a time, so that the disk's answers overlap; larger ones are streamed.
const SMALL = 2 * 1024 * 1024;
const READ_AHEAD = 8;

export interface CopiedLetters {
  newBlobs: number;
  damaged: string[];
}

/** @param connection - outside any transaction: what is lacking is noted in a table of its own */
export async function copyLetters(
  context: Pick<CopyContext, 'store' | 'signal' | 'log'>,
  connection: Reserved,
  packer: Packer,
  places: Place[],
  progress: ProgressKeeper,
  goOn: () => boolean,
): Promise<CopiedLetters> {
  const { bytes } = await noteLackingBlobs(
    connection,
    places.map(place => place.name),
  );
  progress.expect(bytes);
  const result: CopiedLetters = { newBlobs: 0, damaged: [] };
  for (let after = 0; ; ) {
    const page = await selectLackingBlobs(connection, after, PAGE);
    const last = page.at(-1);
    if (last === undefined || !goOn()) return result;
    after = last.ordinal;
    const reading: { blob: LackingBlob; bytes: Promise<Buffer | null> | null }[] = [];
    let next = 0;
    for (const _ of page) {
      while (next < page.length && reading.length < READ_AHEAD) {
        const blob = page[next++] as LackingBlob;
        reading.push({ blob, bytes: blob.size <= SMALL ? readWhole(context.store, blob) : null });
      }
      const { blob, bytes: read } = reading.shift() as (typeof reading)[number];
      const object = { sha256: blob.sha256, size: blob.size };
      const whole = read === null ? await isWhole(context.store, blob) : await read;
      if (whole === null || whole === false) {
        result.damaged.push(blob.sha256);
        context.log.error(
          { blob: blob.sha256, invariant: 'I4' },
          'a stored file is missing or not what its name says; it is not in the copy',
        );
        continue;
      }
      await packer.add(object, blob.held, whole === true ? context.store.stream(blob.sha256) : whole);
      result.newBlobs++;
    }
  }
}

/** @returns null when the bytes are not those of the name */
async function readWhole(store: Store, blob: LackingBlob): Promise<Buffer | null> {
  const bytes = await store.read(blob.sha256).catch(nullWhenDamaged);
  if (bytes === null || bytes.length !== blob.size) return null;
  return createHash('sha256').update(bytes).digest('hex') === blob.sha256 ? bytes : null;
}

async function isWhole(store: Store, blob: LackingBlob): Promise<boolean> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of store.stream(blob.sha256)) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  } catch (error) {
    nullWhenDamaged(error);
    return false;
  }
  return size === blob.size && hash.digest('hex') === blob.sha256;
}

/** A file that is missing, or that the disk cannot read, is damage of this one; anything else is a fault of the whole store. */
function nullWhenDamaged(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'EIO' || code === 'EISDIR') return null;
  throw error;
}
