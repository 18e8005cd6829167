/**
 * The file of one copy of changes (backup/format.ts): a gzipped tar, encrypted to the keys of the copies, made whole on this machine before it goes anywhere.
 *   manifest.json, manifest.sig.json, apply.sql, objects/<sha256>
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type SignatureFile, writeSignature } from '../../register/seal/signature.ts';
import { type Store, syncFolder } from '../../register/store/folder.ts';
import { encryptStream } from '../age.ts';
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest, type ObjectRef } from '../format.ts';
import { writeTar } from '../tar.ts';
import { applyScript } from './apply-sql.ts';

export interface ChangesFile {
  manifest: Manifest;
  sign(manifest: { sha256: string; size: number }): SignatureFile;
  /** The folder where the pieces lie, each under its hash. */
  pieces: string;
  blobs: ObjectRef[];
  store: Store;
  recipients: string[];
  /** Where the file is to lie; it is there whole or not at all. */
  file: string;
}

/** @returns the hash of the manifest, and the size of the file */
export async function writeChangesFile(input: ChangesFile): Promise<{ manifestSha256: string; size: number }> {
  const { manifest, file } = input;
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
  const manifestSha256 = createHash('sha256').update(text).digest('hex');
  const tar = writeTar();
  const draft = `${file}.part`;
  const written = pipeline(tar.stream, createGzip(), encryptStream(input.recipients), createWriteStream(draft, { mode: 0o600 }));
  written.catch(() => {});
  const add = async () => {
    const mtime = new Date(manifest.cutAt);
    await tar.add({ path: MANIFEST, size: text.length, mtime }, text);
    const signature = writeSignature(input.sign({ sha256: manifestSha256, size: text.length }));
    await tar.add({ path: MANIFEST_SIGNATURE, size: signature.length, mtime }, signature);
    const script = Buffer.from(applyScript(manifest), 'utf8');
    await tar.add({ path: 'apply.sql', size: script.length, mtime }, script);
    for (const piece of distinct(manifest.tables.flatMap(table => table.pieces))) {
      await tar.add({ path: `objects/${piece.sha256}`, size: piece.size, mtime }, await readFile(join(input.pieces, piece.sha256)));
    }
    for (const blob of distinct(input.blobs)) {
      await tar.add({ path: `objects/${blob.sha256}`, size: blob.size, mtime }, createReadStream(input.store.pathOf(blob.sha256)));
    }
    tar.finish();
  };
  try {
    // Whichever fails first is the reason; the other only hears of a broken stream.
    await Promise.race([add().then(() => written), written]);
  } catch (error) {
    tar.fail(error instanceof Error ? error : new Error(String(error)));
    await written.catch(() => {});
    throw error;
  }
  await synced(draft);
  await rename(draft, file);
  await syncFolder(dirname(file));
  return { manifestSha256, size: (await stat(file)).size };
}

function distinct(objects: ObjectRef[]): ObjectRef[] {
  return [...new Map(objects.map(one => [one.sha256, one])).values()];
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
