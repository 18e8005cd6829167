/**
 * A whole appliance onto an empty machine: the files beside the database, the database with everything up to the last minutes, every letter; then what was
 * on its way out is settled. cli/restore.ts asks first, keeps the mark of an unfinished restore, and ends with verify.
 */
import { copyFile, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ConnectionOptions, type Database, openDatabase } from '../../register/db/connect.ts';
import { syncFolder } from '../../register/store/folder.ts';
import type { SeriesCount } from '../format.ts';
import type { CopyFault } from './fault.ts';
import { dropEverything, isEmptyDatabase } from './queries.ts';
import { type OpenedCopy, rebuildBlobs, rebuildDatabase } from './rebuild.ts';
import { type Settled, settleRestored } from './settle.ts';

/** Where the settings of the lost machine are laid down: beside the data, for a person to read; they are not this machine's. */
const RESTORED_SETTINGS = 'restored/saraban.conf';
const SETTINGS_IN_COPY = 'config/saraban.conf';

export type RestoreStep = 'files' | 'database' | 'tables' | 'migrations' | 'letters' | 'settling';

export interface RestoreInput {
  opened: OpenedCopy;
  data: string;
  connection: ConnectionOptions;
  /** The program's own newer migrations and the queues (register/prepare-database.ts, with the command's words for what may fail). */
  prepare(connection: ConnectionOptions): Promise<unknown>;
  /** Who restores: stands in the act. */
  by: { id: null; name: string; peer: string };
  now: () => Date;
  onStep?: (step: RestoreStep) => void;
  onProgress?: (bytes: number) => void;
}

export interface Restored {
  settled: Settled;
  /** What was wrong with the copy on the way. Missing letters are found by verify too. */
  faults: CopyFault[];
  fetchedBytes: number;
  /** Below the data folder; null when the copy held none. */
  settingsFile: string | null;
}

/** What a person is told before anything is done. */
export interface RestorePlan {
  copyId: string;
  cutAt: string;
  /** Of the newest minutes that will be applied; the night's cut when there are none. */
  upTo: string;
  minutes: number;
  agencies: { code: string; nameTh: string; nameEn: string; entries: number; blobs: number; bytes: number }[];
  /** Of the night: the minutes may have brought more. */
  lastNumbers: Pick<SeriesCount, 'agency' | 'series' | 'year' | 'lastNumber'>[];
  fingerprint: string;
  madeBy: string;
  faults: CopyFault[];
}

export function planOf(opened: OpenedCopy): RestorePlan {
  const { manifest, fingerprint } = opened.night;
  const { copies, fault } = opened.minutes;
  return {
    copyId: manifest.id,
    cutAt: manifest.cutAt,
    upTo: copies.at(-1)?.manifest.cutAt ?? manifest.cutAt,
    minutes: copies.length,
    agencies: manifest.agencies.filter(agency => agency.id > 0),
    lastNumbers: manifest.series.filter(one => !one.series.includes(':')),
    fingerprint,
    madeBy: `Saraban ${manifest.madeBy.version}, PostgreSQL ${manifest.madeBy.postgres}`,
    faults: [...opened.index.faults, ...(fault === null ? [] : [fault])],
  };
}

/**
 * Restores into an empty database and the data folder. Nothing of it is a register before the caller takes the mark away.
 * @throws DamagedCopy when the database cannot be built; Failure when the place is away or the disk full. Begin anew then, with the same call.
 */
export async function restoreAppliance(input: RestoreInput): Promise<Restored> {
  const { opened, data, onStep } = input;
  const owner = openDatabase(input.connection, { role: 'owner', max: 2, name: 'restore' });
  try {
    onStep?.('files');
    const settingsFile = await layDownFiles(opened, data);
    onStep?.('database');
    const tables = await rebuildDatabase(opened, owner, {
      ...(input.onProgress === undefined ? {} : { onProgress: input.onProgress }),
    });
    onStep?.('letters');
    const letters = await rebuildBlobs(
      opened,
      owner,
      { root: join(data, 'blobs'), durable: true },
      input.onProgress === undefined ? {} : { onProgress: input.onProgress },
    );
    onStep?.('migrations');
    await input.prepare(input.connection);
    onStep?.('settling');
    const { manifest, manifestSha256 } = opened.minutes.copies.at(-1) ?? opened.night;
    const copy = { id: manifest.id, cutAt: manifest.cutAt, manifestSha256, place: opened.source.place.name };
    const settled = await settleRestored(owner, copy, input.by, input.now());
    const missing = [...letters.missing].map(sha256 => ({
      place: opened.source.place.name,
      object: `blob ${sha256}`,
      problem: 'is in no whole pack',
    }));
    return {
      settled,
      faults: [...tables.faults, ...letters.faults, ...missing],
      fetchedBytes: tables.fetchedBytes + letters.fetchedBytes,
      settingsFile,
    };
  } finally {
    await owner.end({ timeout: 5 });
  }
}

/** Keys, authorities and certificates, with their modes. */
async function layDownFiles(opened: OpenedCopy, data: string): Promise<string | null> {
  let settingsFile: string | null = null;
  for (const file of opened.night.manifest.files) {
    const below = file.path === SETTINGS_IN_COPY ? RESTORED_SETTINGS : file.path;
    if (file.path === SETTINGS_IN_COPY) settingsFile = below;
    const target = join(data, below);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const draft = `${target}.restoring`;
    await copyFile(join(opened.night.folder, 'files', file.path), draft);
    const handle = await open(draft, 'r+');
    try {
      await handle.chmod(file.mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
    await syncFolder(dirname(target));
  }
  return settingsFile;
}

// Not among our tables, so that it does not count as a register, and gone with the schema when all is dropped.
const CLAIM = 'saraban_restore';

/**
 * Makes sure that the database may be written: it is empty, or it carries the claim of this very restore, which was broken off; then it is emptied.
 * @param nonce - of the restore that was broken off, or of this one
 * @returns 'refused' when something else stands there
 */
export async function claimDatabase(db: Database, nonce: string): Promise<'empty' | 'begun-anew' | 'refused'> {
  const [claim] = await db<{ there: boolean }[]>`SELECT to_regnamespace(${CLAIM}) IS NOT NULL AS there`;
  if (claim?.there === true) {
    const [row] = await db.unsafe<{ nonce: string }[]>(`SELECT nonce FROM ${CLAIM}.claim`);
    if (row?.nonce !== nonce) return 'refused';
    await dropEverything(db);
    return 'begun-anew';
  }
  if (!(await isEmptyDatabase(db))) return 'refused';
  await db.begin(async tx => {
    await tx.unsafe(`CREATE SCHEMA ${CLAIM}`);
    await tx.unsafe(`CREATE TABLE ${CLAIM}.claim (nonce text NOT NULL)`);
    await tx.unsafe(`INSERT INTO ${CLAIM}.claim (nonce) VALUES ($1)`, [nonce]);
  });
  return 'empty';
}

/** The restore is whole: the database is a register like any other. */
export async function dropClaim(db: Database): Promise<void> {
  await db.unsafe(`DROP SCHEMA IF EXISTS ${CLAIM} CASCADE`);
}
