/**
 * Between nights: what was committed since the copy before, as one file in every place that has the night, so that a lost machine loses minutes and not a
 * day. cut.ts finds the rows, changes-file.ts writes the file, send-changes.ts brings it to the places; the process of the night calls every few minutes.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../register/db/connect.ts';
import { asFailure, inAgency, inTransaction, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { signingKey } from '../../register/seal/keys.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import { type SignatureFile, signFile } from '../../register/seal/signature.ts';
import { type Store, storeFailure } from '../../register/store/folder.ts';
import { type CopyId, FORMAT, FORMAT_VERSION, MANIFEST, type Manifest, newCopyId, type ObjectRef } from '../format.ts';
import type { Place } from '../place/place.ts';
import { writeChangesFile } from './changes-file.ts';
import { type ChangesCut, type CutOutcome, cutChanges } from './cut.ts';
import {
  type CopyLink,
  deleteNotesBefore,
  deleteWatch,
  insertChanges,
  lockChanges,
  selectAgencyCode,
  selectBase,
  selectNewestOf,
  selectNotesSize,
  unlockChanges,
} from './queries.ts';
import { changesFolder, forgetOtherNights, type PlaceOutcome, sendChanges, waitingFile } from './send-changes.ts';

export interface ChangesContext {
  /** As the owner; two connections of it are used at a time. */
  db: Database;
  store: Store;
  places: Place[];
  keys: { recipients: string[] };
  /** Opens the appliance's signing key. */
  box: SecretBox;
  /** The data folder. */
  data: string;
  now: () => Date;
  /** Of the program. */
  version: string;
  log: { info(facts: object, text: string): void; warn(facts: object, text: string): void; error(facts: object, text: string): void };
  signal?: AbortSignal;
}

/**
 * `no-base`: no whole copy yet. `busy`: another process is at it. `needs-night`: only a whole copy can go on from here; `why` as cutChanges says.
 * `nothing`: nothing was committed since; what a place had missed was sent all the same.
 */
export type ChangesOutcome =
  | { outcome: 'no-base' | 'busy' }
  | { outcome: 'needs-night'; why: 'unwatched' | 'schema' | 'too-much' }
  | { outcome: 'nothing'; places: PlaceOutcome[] }
  | { outcome: 'made'; id: CopyId; rows: number; blobs: number; bytes: number; places: PlaceOutcome[] };

// More than this is not "between nights" any more: the next night brings it in packs, which resume after a broken line.
const MOST_BYTES = 512 * 1024 ** 2;
// Notes of weeks without a night. They are given up, and begun anew with the next whole copy.
const MOST_NOTES = 2 * 1024 ** 3;

/**
 * Makes one copy of changes and sends it, with whatever a place missed before. A place that is away is an outcome, not a failure.
 * @throws Failure `disk-full`, `store-unwritable`, `database-away`
 */
export async function makeChanges(context: ChangesContext, limits = { bytes: MOST_BYTES, notes: MOST_NOTES }): Promise<ChangesOutcome> {
  const connection = await context.db.reserve();
  try {
    if (!(await lockChanges(connection))) return { outcome: 'busy' };
    try {
      return await makeAlone(context, limits);
    } finally {
      // A connection that broke has given up its lock by itself.
      await unlockChanges(connection).catch(() => {});
    }
  } finally {
    connection.release();
  }
}

async function makeAlone(context: ChangesContext, limits: { bytes: number; notes: number }): Promise<ChangesOutcome> {
  const { db } = context;
  const base = await selectBase(db);
  if (base === null) return { outcome: 'no-base' };
  await deleteNotesBefore(db, base.snapshot);
  await forgetOtherNights(context.data, base.id);
  if ((await selectNotesSize(db)) > limits.notes) {
    await inTransaction(db, tx => deleteWatch(tx));
    return { outcome: 'needs-night', why: 'too-much' };
  }
  const previous = (await selectNewestOf(db, base.id)) ?? base;
  // Below a folder of its own, so that what a killed process left is known for what it is: there is one maker at a time.
  const leftovers = join(context.data, 'copies', 'changes-work');
  const work = join(leftovers, randomUUID());
  try {
    await rm(leftovers, { recursive: true, force: true });
    await mkdir(work, { recursive: true, mode: 0o700 });
    await mkdir(changesFolder(context.data, base.id), { recursive: true, mode: 0o700 });
    const made = await cutAndWrite(context, base, previous, work, limits.bytes);
    if (made.outcome === 'unwatched' || made.outcome === 'schema' || made.outcome === 'too-much') {
      await sendChanges(context, base.id);
      return { outcome: 'needs-night', why: made.outcome };
    }
    const places = await sendChanges(context, base.id);
    return made.outcome === 'made' ? { ...made, places } : { outcome: 'nothing', places };
  } catch (error) {
    const known = asFailure(error);
    throw known === error && isDiskError(error) ? storeFailure(error, context.data) : known;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type NotCut = Exclude<CutOutcome, { cut: ChangesCut }>;
type Made = { outcome: 'made'; id: CopyId; rows: number; blobs: number; bytes: number };

async function cutAndWrite(
  context: ChangesContext,
  base: CopyLink,
  previous: CopyLink,
  work: string,
  mostBytes: number,
): Promise<Made | NotCut> {
  const { db } = context;
  // Before the cut: should the key be made only now, its row is in the copy.
  const sign = await signer(context);
  const at = later(context.now(), previous.cutAt);
  const outcome = (await db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', tx =>
    cutChanges(tx, {
      base: base.snapshot,
      previous: previous.snapshot,
      mostBytes,
      keep: (piece, sha256) => writeFile(join(work, sha256), piece, { mode: 0o600 }),
    }),
  )) as CutOutcome;
  if (outcome.outcome !== 'cut') return outcome;
  const { cut } = outcome;
  const blobs = await presentBlobs(context, cut.blobs);
  const id = newCopyId(at);
  const manifest = manifestOf(context, { id, at, base, previous, cut, blobs });
  const { manifestSha256, size } = await writeChangesFile({
    manifest,
    sign: file => sign(file, at),
    pieces: work,
    blobs,
    store: context.store,
    recipients: context.keys.recipients,
    file: waitingFile(context.data, base.id, id),
  });
  const rows = cut.tables.reduce((sum, table) => sum + table.rows + (table.deleted?.length ?? 0), 0);
  const row = {
    id,
    baseId: base.id,
    previousId: previous.id,
    at,
    cutAt: at,
    snapshot: cut.snapshot,
    manifestSha256,
    entries: cut.tables.find(table => table.name === 'entry')?.rows ?? 0,
    blobs: blobs.length,
    bytes: cut.bytes + blobs.reduce((sum, blob) => sum + blob.size, 0),
    newBytes: size,
  };
  await inTransaction(db, tx =>
    insertChanges(
      tx,
      row,
      context.places.map(place => place.name),
    ),
  );
  return { outcome: 'made', id, rows, blobs: blobs.length, bytes: size };
}

type Sign = (file: { sha256: string; size: number }, at: Date) => SignatureFile;

async function signer(context: ChangesContext): Promise<Sign> {
  return await inAgency(context.db, 0, THE_APPLIANCE, async tx => {
    const key = await signingKey(tx, 0, context.box, context.now());
    const agencyCode = await selectAgencyCode(tx, 0);
    return (file, at) => signFile(key, { agencyCode, name: MANIFEST, ...file }, at);
  });
}

/** A blob whose file is gone must not keep everything else from being copied; `verify` and the night's proof name it. */
async function presentBlobs(context: ChangesContext, blobs: ObjectRef[]): Promise<ObjectRef[]> {
  const there: ObjectRef[] = [];
  for (const blob of blobs) {
    const size = await context.store.size(blob.sha256);
    if (size === blob.size) there.push(blob);
    else context.log.error({ blob: blob.sha256, size, expected: blob.size }, 'a stored file is missing or has another size');
  }
  return there;
}

function manifestOf(
  context: ChangesContext,
  of: { id: CopyId; at: Date; base: CopyLink; previous: CopyLink; cut: ChangesCut; blobs: ObjectRef[] },
): Manifest {
  const { id, at, base, previous, cut, blobs } = of;
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    id,
    kind: 'changes',
    base: base.id,
    previous: { id: previous.id, manifestSha256: previous.manifestSha256 },
    madeBy: { program: 'saraban', version: context.version, postgres: cut.postgres },
    cutAt: at.toISOString(),
    snapshot: cut.snapshot,
    // As the night it continues has them; where they differ there is no copy of changes.
    migrations: [],
    tables: cut.tables,
    sequences: cut.sequences,
    files: [],
    blobs: { count: blobs.length, bytes: blobs.reduce((sum, blob) => sum + blob.size, 0) },
    // Counting whole registers every few minutes would cost more than it tells: what a restore ends with is `verify`.
    agencies: [],
    series: [],
    closedDays: [],
    packs: [],
  };
}

/** A copy of changes is never older than the one it continues, whatever the clock was set to: restores take them in the order of their names. */
function later(now: Date, previous: Date): Date {
  return new Date(Math.max(now.getTime(), previous.getTime() + 1000));
}

function isDiskError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
