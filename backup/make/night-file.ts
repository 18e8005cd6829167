/** The night file (backup/format.ts): the last thing a place gets, and the sign that the copy is there. A tar, encrypted; written whole before it goes anywhere. */
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { encryptStream } from '../age.ts';
import { MANIFEST, MANIFEST_SIGNATURE, type Manifest } from '../format.ts';
import { pieceList, restoreSql, schemaFile } from '../restore-sql.ts';
import { writeTar } from '../tar.ts';
import type { ReadFile } from './files.ts';

export interface NightFile {
  manifest: Manifest;
  /** The very bytes that were signed. */
  manifestText: Buffer;
  signature: Buffer;
  schema: { name: string; text: Buffer }[];
  files: ReadFile[];
  recipients: string[];
  /** Where it is to lie. */
  file: string;
}

export function manifestText(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
}

/** @returns its size */
export async function writeNightFile(night: NightFile): Promise<number> {
  const { manifest, file } = night;
  const mtime = new Date(manifest.cutAt);
  await rm(file, { force: true });
  const tar = writeTar();
  const written = pipeline(tar.stream, encryptStream(night.recipients), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  written.catch(() => {});
  const add = async () => {
    const put = (path: string, bytes: Buffer, mode?: number) =>
      tar.add({ path, size: bytes.length, mtime, ...(mode === undefined ? {} : { mode }) }, bytes);
    await put(MANIFEST, night.manifestText);
    await put(MANIFEST_SIGNATURE, night.signature);
    await put('restore.sql', Buffer.from(restoreSql(manifest)));
    for (const { name, text } of night.schema) await put(schemaFile(name), text);
    for (const table of manifest.tables)
      await put(pieceList(table.name), Buffer.from(table.pieces.map(piece => `${piece.sha256}\n`).join('')));
    for (const one of night.files) await put(`files/${one.path}`, one.bytes, one.mode);
    tar.finish();
    await written;
  };
  try {
    // A full disk is heard of through `written` alone.
    await Promise.race([add(), written.then(() => new Promise<never>(() => {}))]);
  } catch (error) {
    tar.fail(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  return (await stat(file)).size;
}
