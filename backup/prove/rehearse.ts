/**
 * An update, tried beside the running appliance: a night fetched back, restored to a scratch database with its own migrations, then migrated with those of
 * this program, verified, compared with what was live at the cut, and some letters opened to the page. `saraban upgrade-check` runs it with the new
 * program before the old one is stopped; a test runs it over a copy of every release.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, openDatabase } from '../../register/db/connect.ts';
import type { Store } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import type { CopyId } from '../format.ts';
import type { Place } from '../place/place.ts';
import { DamagedCopy } from '../restore/fault.ts';
import { diskNeed, type OpenedCopy, openCopy, openingFaults, rebuildBlobs, rebuildDatabase, refuseFullDisk } from '../restore/rebuild.ts';
import { compare } from './compare.ts';
import { openLetters } from './open-letters.ts';

export type RehearsalStep = 'fetching' | 'restoring' | 'migrating' | 'verifying';

export interface RehearsalInput {
  place: Place;
  identities: string[];
  night: CopyId;
  scratch: { connection: ConnectionOptions; folder: string };
  /**
   * The live letters, looked at for presence and size alone: they never change, the night reads them all back, and fetching them would take hours.
   * Null: they are fetched back, and every byte is read.
   */
  store: Store | null;
  /** Opens a folder as a store; used where `store` is null. */
  openStore(folder: string): Promise<Store>;
  /** This program's migrations and queues. @returns the migrations that were missing @throws Failure `newer-database`, `changed-migration` */
  prepare(connection: ConnectionOptions): Promise<{ applied: string[] }>;
  /** How many letters are opened to the page. */
  letters: number;
  onStep?: (step: RehearsalStep) => void;
}

export interface Rehearsal {
  night: CopyId;
  cutAt: string;
  /** The program that made the copy. */
  madeBy: string;
  applied: string[];
  /** Of the migrations alone: so long nobody can work during the update. */
  migrationMs: number;
  entries: number;
  opened: number;
  /** Empty: the update can be done. */
  faults: string[];
}

/**
 * @returns what was found; a damaged copy is a fault as well, for without it there is no way back
 * @throws Failure when the place is away, the disk is full, or a migration refuses
 */
export async function rehearse(input: RehearsalInput): Promise<Rehearsal> {
  const { place, identities, night, scratch, onStep } = input;
  const rehearsal: Rehearsal = { night, cutAt: '', madeBy: '', applied: [], migrationMs: 0, entries: 0, opened: 0, faults: [] };
  const source = { place, identities, scratch: join(scratch.folder, 'work'), fingerprints: null };
  await mkdir(source.scratch, { recursive: true, mode: 0o700 });
  try {
    onStep?.('fetching');
    const opened = await openCopy(source, night, { minutes: false, until: null, among: null });
    const { manifest } = opened.night;
    rehearsal.cutAt = manifest.cutAt;
    rehearsal.madeBy = manifest.madeBy.version;
    note(rehearsal, openingFaults(opened));
    const need = diskNeed(opened);
    await refuseFullDisk(scratch.folder, need.database + need.scratch + (input.store === null ? need.blobs : 0));
    await restoreAndLook(input, opened, rehearsal);
  } catch (error) {
    if (!(error instanceof DamagedCopy)) throw error;
    note(rehearsal, error.faults);
  } finally {
    await rm(source.scratch, { recursive: true, force: true });
  }
  return rehearsal;
}

async function restoreAndLook(input: RehearsalInput, opened: OpenedCopy, rehearsal: Rehearsal): Promise<void> {
  const { scratch, onStep } = input;
  const owner = openDatabase(scratch.connection, { role: 'owner', max: 2, name: 'rehearsal' });
  const app = openDatabase(scratch.connection, { role: 'app', max: 1, name: 'rehearsal' });
  try {
    onStep?.('restoring');
    note(rehearsal, (await rebuildDatabase(opened, owner)).faults);
    onStep?.('migrating');
    const from = performance.now();
    rehearsal.applied = (await input.prepare(scratch.connection)).applied;
    rehearsal.migrationMs = Math.round(performance.now() - from);
    const store = input.store ?? (await fetchLetters(input, opened, owner, rehearsal));
    onStep?.('verifying');
    const report = await verify({ db: owner, store, readBlobs: input.store === null });
    rehearsal.entries = report.entries;
    note(rehearsal, report.faults);
    note(rehearsal, (await compare(owner, opened.night.manifest)).faults);
    const shown = await openLetters({ owner, app }, store, input.letters);
    rehearsal.opened = shown.opened.length;
    note(rehearsal, shown.faults);
  } finally {
    await app.end({ timeout: 5 });
    await owner.end({ timeout: 5 });
  }
}

async function fetchLetters(
  { scratch, openStore }: RehearsalInput,
  opened: OpenedCopy,
  owner: Parameters<typeof rebuildBlobs>[1],
  rehearsal: Rehearsal,
): Promise<Store> {
  const root = join(scratch.folder, 'blobs');
  const store = await openStore(root);
  note(rehearsal, (await rebuildBlobs(opened, owner, { root, durable: false })).faults);
  return store;
}

function note(rehearsal: Rehearsal, faults: { object: string; problem: string }[]): void {
  rehearsal.faults.push(...faults.map(({ object, problem }) => `${object}: ${problem}`));
}
