/** The files beside the database that a restore needs: keys, authorities, certificates, the settings. They travel inside the night file, encrypted. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../register/failure.ts';
import type { FileCopy } from '../format.ts';

// tls: a restored gateway shows the certificate that other mail servers may have pinned.
const FOLDERS = ['keys', 'ca', 'tls'];
const SETTINGS = 'config/saraban.conf';

export interface ReadFile extends FileCopy {
  bytes: Buffer;
}

/** @param confFile - the settings file; absent or null: none */
export async function readFiles(data: string, confFile: string | null): Promise<ReadFile[]> {
  const files: ReadFile[] = [];
  for (const folder of FOLDERS) await collect(data, folder, files);
  if (confFile !== null) {
    const settings = await readOne(confFile, SETTINGS);
    if (settings !== null) files.push(settings);
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function collect(data: string, folder: string, files: ReadFile[]): Promise<void> {
  const items = await readdir(join(data, folder), { withFileTypes: true }).catch(error => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const item of items) {
    // A name that begins with a dot is a file being written.
    if (item.name.startsWith('.')) continue;
    const path = `${folder}/${item.name}`;
    if (item.isDirectory()) await collect(data, path, files);
    else {
      // A link (the usual way to a certificate) is followed: the copy must hold the bytes.
      const file = await readOne(join(data, path), path);
      if (file !== null) files.push(file);
    }
  }
}

async function readOne(file: string, path: string): Promise<ReadFile | null> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return null;
    const bytes = await readFile(file);
    return { path, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, mode: found.mode & 0o777, bytes };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
