/**
 * Builds one pack (backup/format.ts): a gzipped tar of objects, each a file named by its SHA-256, encrypted on its way to disk and hashed as it lies there;
 * and its list beside it. The courier takes both to the places.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { encryptBytes, encryptStream } from '../age.ts';
import { FORMAT_VERSION, type ObjectRef, type PackList } from '../format.ts';
import { writeTar } from '../tar.ts';

export const PACK_BYTES = 64 * 1024 * 1024;
// Letters are base64 and files that are packed already: looking for repetitions finds none in them, and takes four times as long as coding their characters alone.
const STRATEGY = { letters: constants.Z_HUFFMAN_ONLY, tables: constants.Z_DEFAULT_STRATEGY } as const;
// A list is held in memory here and by whoever restores.
const MOST_OBJECTS = 50_000;

export interface BuiltPack {
  name: string;
  holds: PackList['holds'];
  file: string;
  sha256: string;
  size: number;
  listFile: string;
  listSha256: string;
  listSize: number;
  objects: ObjectRef[];
  /** Bytes of the objects before compression. */
  content: number;
}

export interface PackWriter {
  readonly content: number;
  readonly isFull: boolean;
  /** Writes one object. @throws Error when the bytes are fewer or more than its size */
  add(object: ObjectRef, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  finish(): Promise<BuiltPack>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

export const packFile = (folder: string, name: string) => join(folder, `${name}.tar.gz.age`);
export const listFile = (folder: string, name: string) => join(folder, `${name}.list.age`);

/** @param folder - of the staging */
export function openPack(folder: string, recipients: string[], holds: PackList['holds']): PackWriter {
  const name = randomBytes(16).toString('hex');
  const file = packFile(folder, name);
  const hash = createHash('sha256');
  let size = 0;
  let content = 0;
  const objects: ObjectRef[] = [];
  const tar = writeTar();
  const written = pipeline(
    tar.stream,
    createGzip({ level: 1, chunkSize: 256 * 1024, strategy: STRATEGY[holds] }),
    encryptStream(recipients),
    async function* counted(source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(file, { flags: 'wx', mode: 0o600, highWaterMark: 1024 * 1024 }),
  );
  written.catch(() => {});

  return {
    get content() {
      return content;
    },
    get isFull() {
      return content >= PACK_BYTES || objects.length >= MOST_OBJECTS;
    },
    async add(object, bytes) {
      // Whichever fails first is the reason: a full disk is heard of through `written` alone.
      await Promise.race([tar.add({ path: object.sha256, size: object.size }, bytes), written]);
      objects.push(object);
      content += object.size;
    },
    async finish() {
      tar.finish();
      await written;
      const sha256 = hash.digest('hex');
      const list: PackList = { format: 'saraban pack', version: FORMAT_VERSION, pack: name, sha256, size, holds, objects };
      const listBytes = await encryptBytes(recipients, Buffer.from(`${JSON.stringify(list)}\n`));
      await writeFile(listFile(folder, name), listBytes, { flag: 'wx', mode: 0o600 });
      return {
        name,
        holds,
        file,
        sha256,
        size,
        listFile: listFile(folder, name),
        listSha256: createHash('sha256').update(listBytes).digest('hex'),
        listSize: listBytes.length,
        objects,
        content,
      };
    },
    async discard() {
      tar.fail(new Error('the pack is given up'));
      await written.catch(() => {});
      await rm(file, { force: true });
    },
  };
}
