/**
 * A register made again from a copy: the database by the copy's own migrations, its tables, and the minutes after it; then the letters. The same for
 * `saraban restore` (into the data folder) and for the proof (into a scratch database and folder): what is proven every night is what helps one day.
 */
import { copyFile, link, mkdir, open, readFile, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { loadTables, prepareSchema } from '../db/load.ts';
import type { CopyId, TableCopy } from '../format.ts';
import { applyChanges } from '../minutes/apply.ts';
import { type CopyFault, DamagedCopy, faultOf } from './fault.ts';
import { type FetchedCopy, type FetchedMinutes, fetchMinutes, fetchNight, type Source } from './fetch.ts';
import { type FetchedObjects, fetchObjects, type ObjectFolder, type PackIndex, readPackIndex, refuseMissing } from './packs.ts';
import { streamBlobs } from './queries.ts';

export interface OpenedCopy {
  source: Source;
  night: FetchedCopy;
  minutes: FetchedMinutes;
  index: PackIndex;
}

export interface OpenOptions {
  /** With the minutes after the night; a proof is of the night alone. */
  minutes: boolean;
  /** As fetchMinutes. */
  until: string | null;
  /** Packs to know of; null: all that lie there. */
  among: ReadonlySet<string> | null;
}

/**
 * Fetches what tells what a copy holds: the night, its minutes, the lists of the packs.
 * @throws DamagedCopy when the night itself is at fault; Failure when the place is away
 */
export async function openCopy(source: Source, id: CopyId, options: OpenOptions): Promise<OpenedCopy> {
  const night = await fetchNight(source, id);
  const minutes = options.minutes ? await fetchMinutes(source, night, options.until) : { copies: [], fault: null };
  const index = await readPackIndex(source, options.among);
  return { source, night, minutes, index };
}

/** Bytes that a restore takes on the disk of the data folder and in the scratch folder. */
export interface DiskNeed {
  blobs: number;
  /** Tables and their indexes take about three times their text. */
  database: number;
  /** Pieces of the tables, and the largest pack. */
  scratch: number;
}

export function diskNeed(opened: OpenedCopy): DiskNeed {
  const pieces = tablePieces(opened.night.manifest.tables).reduce((sum, piece) => sum + piece.size, 0);
  const largest = Math.max(0, ...[...opened.index.packs.values()].map(({ list }) => list.size));
  const minutes = opened.minutes.copies.reduce((sum, copy) => sum + copy.bytes, 0);
  return { blobs: opened.night.manifest.blobs.bytes + minutes, database: pieces * 3, scratch: pieces + largest };
}

/** @throws Failure `disk-full` saying how much is needed and how much is there */
export async function refuseFullDisk(folder: string, need: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= need) return;
  const gib = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);
  throw new Failure({
    code: 'disk-full',
    temporary: true,
    message: `${folder} has ${free} bytes free, ${need} are needed`,
    userMessage: {
      th: `พื้นที่ใน ${folder} ไม่พอ ต้องใช้ ${gib(need)} GiB เหลือ ${gib(free)} GiB`,
      en: `There is not enough room in ${folder}: ${gib(need)} GiB are needed, ${gib(free)} GiB are free.`,
    },
  });
}

/**
 * Makes the database of the copy. The database must hold no table.
 * @returns packs that were fetched, whole and damaged
 * @throws DamagedCopy naming what is missing or changed, with nothing loaded
 */
export async function rebuildDatabase(
  opened: OpenedCopy,
  db: Database,
  options: { onProgress?: (bytes: number) => void; onRows?: (table: string, rows: number) => void } = {},
): Promise<FetchedObjects> {
  const { source, night, minutes } = opened;
  const { manifest } = night;
  const names = new Map<string, string>();
  for (const { name, sha256 } of manifest.migrations) names.set(sha256, `migration ${name}`);
  for (const table of manifest.tables)
    for (const piece of table.pieces) names.set(piece.sha256, `table ${table.name}, piece ${piece.sha256}`);
  const objects: ObjectFolder = { root: join(source.scratch, 'objects'), durable: false };
  const fetched = await fetchObjects(source, opened.index, new Set(names.keys()), objects, options);
  refuseMissing(source.place, fetched, sha256 => names.get(sha256) ?? sha256);
  const read = (sha256: string) => readFile(join(objects.root, sha256.slice(0, 2), sha256));
  try {
    const migrations = [];
    for (const { name, sha256 } of manifest.migrations) migrations.push({ name, text: (await read(sha256)).toString('utf8') });
    await prepareSchema(db, migrations);
    await loadTables(db, {
      tables: manifest.tables,
      sequences: manifest.sequences,
      readPiece: read,
      ...(options.onRows === undefined ? {} : { onRows: options.onRows }),
    });
    for (const copy of minutes.copies) await applyChanges(db, copy.manifest, sha256 => readFile(join(copy.folder, 'objects', sha256)));
  } catch (error) {
    const fault = faultOf(source.place.name, 'database', error);
    throw fault === null ? error : new DamagedCopy([...fetched.faults, fault]);
  }
  return fetched;
}

/**
 * Brings every blob the database names into a folder laid out as the blob store is.
 * @returns what the packs gave; `missing` are blobs nobody has
 */
export async function rebuildBlobs(
  opened: OpenedCopy,
  db: Database,
  into: ObjectFolder,
  options: { agencyId?: number; onProgress?: (bytes: number) => void } = {},
): Promise<FetchedObjects> {
  const wanted = new Set<string>();
  for await (const rows of streamBlobs(db, options.agencyId ?? null)) {
    for (const { sha256 } of rows) if (!(await takeFromMinutes(opened.minutes.copies, sha256, into))) wanted.add(sha256);
  }
  return await fetchObjects(opened.source, opened.index, wanted, into, options);
}

/** Brings these blobs alone, from the minutes or the packs. */
export async function fetchBlobs(opened: OpenedCopy, sha256: string[], into: ObjectFolder): Promise<FetchedObjects> {
  const wanted = new Set<string>();
  for (const one of sha256) if (!(await takeFromMinutes(opened.minutes.copies, one, into))) wanted.add(one);
  return await fetchObjects(opened.source, opened.index, wanted, into);
}

/** Their bytes were checked against their names when the file was fetched. */
async function takeFromMinutes(copies: FetchedCopy[], sha256: string, into: ObjectFolder): Promise<boolean> {
  for (const copy of copies) {
    const file = join(copy.folder, 'objects', sha256);
    if (!(await stat(file).catch(() => null))?.isFile()) continue;
    const folder = join(into.root, sha256.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `${sha256}.part`);
    await link(file, draft).catch(() => copyFile(file, draft));
    if (into.durable) await syncFile(draft);
    await rename(draft, join(folder, sha256));
    return true;
  }
  return false;
}

function tablePieces(tables: TableCopy[]): { sha256: string; size: number }[] {
  return tables.flatMap(table => table.pieces);
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
}

/** Everything that was found wrong while the copy was opened, though it may still be restored: an unreadable list, a broken row of minutes. */
export function openingFaults(opened: OpenedCopy): CopyFault[] {
  return [...opened.index.faults, ...(opened.minutes.fault === null ? [] : [opened.minutes.fault])];
}
