/**
 * Makes one whole copy: a consistent cut of the database while letters keep coming in, the objects that places lack in encrypted packs, and last the
 * night file, without which nothing of it counts. What it leaves behind when it is killed, the next run takes up (look.ts).
 *
 * The cut is consistent with the blobs because a blob is on disk before the row that names it is committed (I1), and neither is ever changed (I4, I5).
 */
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transaction } from '../../register/db/connect.ts';
import { asFailure, inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { type SigningKey, signingKey } from '../../register/seal/keys.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import { storeFailure } from '../../register/store/folder.ts';
import { sequenceValues } from '../db/tables.ts';
import { type CopyId, FORMAT, FORMAT_VERSION, MANIFEST, type Manifest, newCopyId, nightPath, README } from '../format.ts';
import type { Place } from '../place/place.ts';
import { saveNightSeal } from '../prove/queries.ts';
import { sealOf } from '../restore/encrypted-file.ts';
import { selectAgencyCounts, selectBlobCount, selectClosedDayCounts, selectSeriesCounts } from '../restore/queries.ts';
import type { CopyContext, CopyOutcome, PlaceOutcome } from './context.ts';
import { copyLetters } from './copy-letters.ts';
import { type CopiedTables, copyTables } from './copy-tables.ts';
import { type Courier, openCourier } from './courier.ts';
import { readFiles } from './files.ts';
import { asOnlyMaker, type Reserved } from './lock.ts';
import { comparePlace, listPlaces, settleBroken, takeUpStaging } from './look.ts';
import { manifestText, writeNightFile } from './night-file.ts';
import { openPacker, type Packer } from './packer.ts';
import { keepProgress, type ProgressKeeper } from './progress.ts';
import {
  beginSnapshot,
  endSnapshot,
  finishCopy,
  insertCopy,
  saveAtPlace,
  saveWritten,
  selectAgencyCode,
  selectNewestCopyTime,
  selectNightsAt,
} from './queries.ts';
import { README_TEXT } from './readme.ts';

export const stagingFolder = (data: string) => join(data, 'copies', 'staging');

// One bit a place, in a signed integer of PostgreSQL.
const MOST_PLACES = 30;
// Packs of letters in the staging at most; those of tables are as many as there are, so that the snapshot need not wait for a slow line.
const WAITING_LETTERS = 2;
const CLOCK_SLACK_MS = 600_000;

/**
 * @throws Failure `copy-running` when another maker is at work; `database-away`, `disk-full`, `secrets-key-wrong` and the like when no copy can be made at all.
 * A place that is away or full is an outcome.
 */
export async function makeCopy(context: CopyContext): Promise<CopyOutcome> {
  if (context.places.length === 0) return { outcome: 'no-place' };
  if (context.places.length > MOST_PLACES) throw new Error(`more than ${MOST_PLACES} places`);
  try {
    return await asOnlyMaker(context.db, connection => make(context, connection));
  } catch (error) {
    throw asMakerFailure(error, context.data);
  }
}

async function make(context: CopyContext, connection: Reserved): Promise<CopyOutcome> {
  const { db } = context;
  const began = performance.now();
  const beganAt = context.now();
  const newest = await selectNewestCopyTime(db);
  const id = newCopyId(beganAt);
  const progress = keepProgress(db, id, context.onProgress);
  const courier = openCourier(context, progress);
  const staging = stagingFolder(context.data);

  const listings = await listPlaces(context.places, courier);
  await settleBroken(context, listings);
  for (const place of courier.working()) await comparePlace(context, place, listings.get(place.name) ?? new Map(), courier);
  await insertCopy(
    db,
    id,
    beganAt,
    context.places.map(place => place.name),
  );
  try {
    await takeUpStaging(context, staging, courier);
    const clockOff = newest !== null && beganAt.getTime() < newest.getTime() - CLOCK_SLACK_MS;
    const made = await cutAndSend(context, connection, { id, staging, courier, progress });
    const places = context.places.map((place): PlaceOutcome => {
      const failure = courier.failureOf(place.name);
      return failure === null ? { place: place.name, outcome: 'sent' } : { place: place.name, outcome: 'failed', failure };
    });
    const outcome = places.some(place => place.outcome === 'sent') ? 'made' : 'failed';
    const problem = problemOf(places, made.damagedBlobs, clockOff);
    for (const place of places)
      if (place.outcome === 'failed')
        await saveAtPlace(db, { id, place: place.place, state: 'failed', sentAt: null, problem: place.failure.message });
    await progress.settle();
    await finishCopy(db, { id, state: outcome, at: context.now(), newBytes: courier.sentBytes(), problem });
    const ms = Math.round(performance.now() - began);
    context.log.info({ copy: id, outcome, ms, newBytes: courier.sentBytes(), blobs: made.newBlobs, pieces: made.newPieces }, 'copy made');
    return { outcome, id, ...made, newBytes: courier.sentBytes(), places, clockOff, problem, ms };
  } catch (error) {
    const known = asMakerFailure(error, context.data);
    await courier.drain().catch(() => {});
    await progress.settle();
    // Best effort: with the database away the next run finds the row 'running' and settles it.
    const problem = known instanceof Error ? known.message : String(known);
    await finishCopy(db, { id, state: 'failed', at: context.now(), newBytes: courier.sentBytes(), problem }).catch(() => {});
    throw known;
  }
}

// What the disk says, as opposed to a connection that broke.
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM']);

function asMakerFailure(error: unknown, data: string): unknown {
  const ofDisk = error instanceof Error && 'syscall' in error && 'code' in error && DISK.has(String(error.code));
  return ofDisk ? storeFailure(error, data) : asFailure(error);
}

interface Work {
  id: CopyId;
  staging: string;
  courier: Courier;
  progress: ProgressKeeper;
}

type Made = Pick<Extract<CopyOutcome, { id: string }>, 'cutAt' | 'entries' | 'blobs' | 'bytes' | 'newBlobs' | 'newPieces' | 'damagedBlobs'>;

async function cutAndSend(context: CopyContext, connection: Reserved, work: Work): Promise<Made> {
  const { id, staging, courier, progress } = work;
  const { data } = context;
  const places = courier.working();
  // Before the cut: should the key be made only now, its row is in the copy.
  const signer = await openSigner(context);
  const packers: Packer[] = [];
  const packer = (holds: 'tables' | 'letters', waiting: number) => {
    const one = openPacker(context, { id, holds, places, staging, courier, progress, waiting });
    packers.push(one);
    return one;
  };
  try {
    progress.step('tables');
    const cut = await cutTables(context, connection, packer('tables', Number.POSITIVE_INFINITY), places, progress);
    const packs = cut.packs;
    progress.step('letters');
    const letters = packer('letters', WAITING_LETTERS);
    const copied = await copyLetters(context, connection, letters, places, progress, () => courier.working().length > 0);
    packs.push(...(await letters.finish()));
    progress.step('sending');
    await courier.drain();

    progress.step('night');
    const files = await readFiles(data, context.confFile);
    const manifest: Manifest = {
      ...cut.manifest,
      id,
      files: files.map(({ bytes: _, ...file }) => file),
      packs,
    };
    const text = manifestText(manifest);
    const thing = { ...thingOf(MANIFEST, text), agencyCode: signer.agencyCode };
    const signature = writeSignature(signFile(signer.key, thing, cut.cutAt));
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const night = join(staging, `${id}.tar.age`);
    const size = await writeNightFile({
      manifest,
      manifestText: text,
      signature,
      schema: cut.tables.schema,
      files,
      recipients: context.keys.recipients,
      file: night,
    });
    const made: Made = {
      cutAt: cut.cutAt,
      entries: manifest.agencies.reduce((sum, agency) => sum + agency.entries, 0),
      blobs: manifest.blobs.count,
      bytes: manifest.blobs.bytes + cut.pieceBytes,
      newBlobs: copied.newBlobs,
      newPieces: cut.tables.newPieces,
      damagedBlobs: copied.damaged,
    };
    const pieces = new Set(manifest.tables.flatMap(table => table.pieces.map(piece => piece.sha256)));
    for (const migration of manifest.migrations) pieces.add(migration.sha256);
    const manifestSha256 = createHash('sha256').update(text).digest('hex');
    await saveWritten(context.db, { id, ...made, snapshot: manifest.snapshot, manifestSha256, pieces: [...pieces] });
    // Where the key is held elsewhere, a proof knows the file by this alone.
    await saveNightSeal(context.db, id, await sealOf(night));
    await sendNight(context, courier, { id, file: night, size, staging });
    await rm(night, { force: true });
    return made;
  } catch (error) {
    for (const one of packers) await one.discard();
    throw error;
  }
}

interface Cut {
  cutAt: Date;
  manifest: Omit<Manifest, 'id' | 'files' | 'packs'>;
  tables: CopiedTables;
  pieceBytes: number;
  packs: string[];
}

/** Everything that is read in the snapshot. It ends before the letters are packed: a snapshot that lasts keeps old rows from being cleared away. */
async function cutTables(
  context: CopyContext,
  connection: Reserved,
  packer: Packer,
  places: Place[],
  progress: ProgressKeeper,
): Promise<Cut> {
  const cutAt = context.now();
  const { snapshot, postgres } = await beginSnapshot(connection);
  try {
    // A reserved connection within BEGIN is what queries call a transaction; they use nothing of it but the tagged template and `unsafe`.
    const tx = connection as unknown as Transaction;
    const tables = await copyTables(context, tx, packer, places, progress);
    const packs = await packer.finish();
    const manifest: Cut['manifest'] = {
      format: FORMAT,
      version: FORMAT_VERSION,
      kind: 'whole',
      base: null,
      previous: null,
      madeBy: { program: 'saraban', version: context.version, postgres },
      cutAt: cutAt.toISOString(),
      snapshot,
      migrations: tables.migrations,
      tables: tables.tables,
      sequences: await sequenceValues(tx),
      blobs: await selectBlobCount(tx),
      agencies: await selectAgencyCounts(tx),
      series: await selectSeriesCounts(tx),
      closedDays: await selectClosedDayCounts(tx),
    };
    const pieceBytes = tables.tables.reduce((sum, table) => sum + table.pieces.reduce((bytes, piece) => bytes + piece.size, 0), 0);
    return { cutAt, manifest, tables, pieceBytes, packs };
  } finally {
    await endSnapshot(connection).catch(() => {});
  }
}

async function sendNight(
  context: CopyContext,
  courier: Courier,
  night: { id: CopyId; file: string; size: number; staging: string },
): Promise<void> {
  const readme = join(night.staging, README);
  await writeFile(readme, README_TEXT, { mode: 0o600 });
  await Promise.all(
    courier.working().map(async place => {
      if ((await selectNightsAt(context.db, place.name)).length === 0) await sendReadme(place, readme);
      const there = await courier.send(place, [{ local: night.file, path: nightPath(night.id), size: night.size }]);
      if (there) await saveAtPlace(context.db, { id: night.id, place: place.name, state: 'sent', sentAt: context.now(), problem: '' });
    }),
  );
  await rm(readme, { force: true });
}

/** At the first use of a place. A later program may word it otherwise; what is there stays, and whatever else is wrong shows with the night itself. */
async function sendReadme(place: Place, readme: string): Promise<void> {
  try {
    await place.send([{ local: readme, path: README, size: Buffer.byteLength(README_TEXT) }]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

async function openSigner(context: CopyContext): Promise<{ key: SigningKey; agencyCode: string }> {
  return await inAgency(context.db, 0, THE_APPLIANCE, async tx => ({
    key: await signingKey(tx, 0, context.box, context.now()),
    agencyCode: await selectAgencyCode(tx, 0),
  }));
}

const MOST_NAMED = 5;

function problemOf(places: PlaceOutcome[], damaged: string[], clockOff: boolean): string {
  const problems = places.flatMap(place => (place.outcome === 'failed' ? [place.failure.message] : []));
  if (damaged.length > 0) {
    const named = damaged.slice(0, MOST_NAMED).join(', ');
    problems.push(
      `I4: ${damaged.length} stored files are missing or damaged and not in the copy: ${named}${damaged.length > MOST_NAMED ? ', …' : ''}`,
    );
  }
  if (clockOff) problems.push('the clock stands before the newest copy');
  return problems.join('; ');
}
