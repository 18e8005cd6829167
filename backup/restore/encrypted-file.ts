/** One file of a place: brought here, hashed as it lies there, decrypted on the way. Used by fetch.ts and packs.ts. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decryptStream } from '../age.ts';
import type { Place } from '../place/place.ts';

export interface Sealed {
  sha256: string;
  size: number;
}

let count = 0;

/** Brings a file into `scratch` under a name of its own. The caller removes it. @returns its path there */
export async function bring(place: Place, path: string, scratch: string): Promise<string> {
  const folder = join(scratch, 'fetched');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const local = join(folder, `${process.pid}-${count++}`);
  try {
    await place.fetch(path, local);
  } catch (error) {
    await rm(local, { force: true });
    throw error;
  }
  return local;
}

/** Hash and size of a file as it lies here: of the encrypted bytes. */
export async function sealOf(local: string): Promise<Sealed> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(local)) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), size };
}

/** Fetches, and gives the decrypted bytes to `read`, which must read them to their end: only then it is known that they are whole. */
export async function readEncrypted<T>(
  place: Place,
  path: string,
  options: { identities: string[]; scratch: string },
  read: (bytes: AsyncIterable<Buffer>, sealed: () => Sealed) => Promise<T>,
): Promise<T> {
  const local = await bring(place, path, options.scratch);
  try {
    return await readLocal(local, options.identities, read);
  } finally {
    await rm(local, { force: true });
  }
}

/** As readEncrypted, of a file that is here. `sealed` may be asked when the bytes have been read to their end. */
export async function readLocal<T>(
  local: string,
  identities: string[],
  read: (bytes: AsyncIterable<Buffer>, sealed: () => Sealed) => Promise<T>,
): Promise<T> {
  const hash = createHash('sha256');
  let size = 0;
  let sealed: Sealed | null = null;
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(local)) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  return await read(decryptStream(identities)(hashed()), () => {
    sealed ??= { sha256: hash.digest('hex'), size };
    return sealed;
  });
}
