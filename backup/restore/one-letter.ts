/** One letter out of a copy: its raw bytes, its files, and what the register says of it, into a folder; on wish back into the live store. */
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, openDatabase } from '../../register/db/connect.ts';
import { migrate } from '../../register/db/migrate.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { Store } from '../../register/store/folder.ts';
import type { CopyFault } from './fault.ts';
import { type LetterFound, selectLetter } from './queries.ts';
import { fetchBlobs, type OpenedCopy, rebuildDatabase } from './rebuild.ts';

export interface LetterWanted {
  register: string;
  number: number;
  year: number;
  /** Code; null when the copy holds one agency alone. */
  agency: string | null;
}

export type LetterOutcome =
  | { outcome: 'found'; letter: LetterFound; files: string[]; putBack: string[]; missing: CopyFault[] }
  | { outcome: 'not-found' }
  /** Several agencies have that number. */
  | { outcome: 'several'; agencies: string[] };

/**
 * @param scratch - an empty database (cli/scratch-database.ts) and a folder
 * @param to - a folder for the files; null: none are written
 * @param live - the store to heal; null: it is left alone
 */
export async function restoreLetter(
  opened: OpenedCopy,
  scratch: { connection: ConnectionOptions; folder: string },
  wanted: LetterWanted,
  to: string | null,
  live: Store | null,
): Promise<LetterOutcome> {
  const owner = openDatabase(scratch.connection, { role: 'owner', max: 2, name: 'restore' });
  const app = openDatabase(scratch.connection, { role: 'app', max: 1, name: 'restore' });
  try {
    await rebuildDatabase(opened, owner);
    await migrate(scratch.connection);
    const found = await selectLetter(owner, wanted);
    const [letter] = found;
    if (letter === undefined) return { outcome: 'not-found' };
    if (found.length > 1) return { outcome: 'several', agencies: found.map(one => one.agency) };
    const blobs = [...new Set([...(letter.sha256 === null ? [] : [letter.sha256]), ...letter.attachments.map(file => file.sha256)])];
    const root = join(scratch.folder, 'letter');
    const fetched = await fetchBlobs(opened, blobs, { root, durable: false });
    const fileOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256);
    const has = (sha256: string) => !fetched.missing.has(sha256);
    const reader = {
      id: null,
      name: 'Saraban',
      peer: 'restore',
      agencyId: letter.agencyId,
      role: 'saraban',
      unitIds: [],
      appointed: true,
    } as const;
    const entry = await getEntry(app, { ...reader, unitIds: [] }, letter.entryId);
    const files = to === null ? [] : await writeLetter(to, letter, entry, fileOf, has);
    const putBack = live === null ? [] : await heal(live, blobs.filter(has), fileOf);
    const missing = [...fetched.missing].map(sha256 => ({
      place: opened.source.place.name,
      object: `blob ${sha256}`,
      problem: 'is in no whole pack',
    }));
    return { outcome: 'found', letter, files, putBack, missing: [...fetched.faults, ...missing] };
  } finally {
    await app.end({ timeout: 5 });
    await owner.end({ timeout: 5 });
  }
}

async function writeLetter(
  to: string,
  letter: LetterFound,
  entry: unknown,
  fileOf: (sha256: string) => string,
  has: (sha256: string) => boolean,
): Promise<string[]> {
  await mkdir(join(to, 'attachments'), { recursive: true, mode: 0o700 });
  const written: string[] = [];
  const put = async (name: string, sha256: string) => {
    if (!has(sha256)) return;
    await copyFile(fileOf(sha256), join(to, name));
    written.push(name);
  };
  if (letter.sha256 !== null) await put('raw.eml', letter.sha256);
  const names = new Set<string>();
  for (const file of letter.attachments) await put(join('attachments', freeName(names, `${file.path} ${file.name}`)), file.sha256);
  await writeFile(join(to, 'entry.json'), `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
  return [...written, 'entry.json'];
}

const LONGEST_NAME_BYTES = 180;

/** A name a stranger chose, as one that no file system or shell trips over; two alike are told apart. */
export function freeName(taken: Set<string>, wanted: string): string {
  let name = wanted
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|]/gu, '_')
    .replace(/^[.\s-]+/, '')
    .replace(/[.\s]+$/, '');
  while (Buffer.byteLength(name) > LONGEST_NAME_BYTES) name = [...name].slice(0, -1).join('');
  if (name === '') name = 'file';
  let free = name;
  for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${count} ${name}`;
  taken.add(free.toLowerCase());
  return free;
}

/** Puts back what the live store lacks or has with other bytes. @returns the blobs put back */
async function heal(store: Store, blobs: string[], fileOf: (sha256: string) => string): Promise<string[]> {
  const healed: string[] = [];
  for (const sha256 of blobs) {
    if (await isWhole(store, sha256)) continue;
    const draft = join(store.incoming, `restored-${randomUUID()}`);
    await copyFile(fileOf(sha256), draft);
    await store.adopt(draft, sha256);
    healed.push(sha256);
  }
  return healed;
}

async function isWhole(store: Store, sha256: string): Promise<boolean> {
  if ((await store.size(sha256)) === null) return false;
  const hash = createHash('sha256');
  for await (const chunk of store.stream(sha256)) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256;
}
