/** A folder for what must lie somewhere on its way into or out of an archive. What a killed process left is swept by the next: it may hold secrets. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { storeFailure } from '../register/store/folder.ts';

const NAME = /^(export|import|volume)-[0-9a-f-]{36}$/;
// No archive takes so long between two files of its own.
const ABANDONED_MS = 24 * 3600 * 1000;

export interface WorkFolder {
  path: string;
  close(): Promise<void>;
}

/** @param home - made when missing, 0700 @throws Failure `disk-full`, `store-unwritable` */
export async function openWorkFolder(home: string, kind: 'export' | 'import' | 'volume'): Promise<WorkFolder> {
  const path = join(home, `${kind}-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await sweep(home);
  } catch (error) {
    throw storeFailure(error, home);
  }
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

async function sweep(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!NAME.test(name)) continue;
    const figures = await stat(join(home, name)).catch(() => null);
    if (figures !== null && Date.now() - figures.mtimeMs > ABANDONED_MS) await rm(join(home, name), { recursive: true, force: true });
  }
}
