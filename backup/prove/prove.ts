/**
 * The proof (I8): a night fetched back from one place, opened, restored to a scratch database and folder, verified, compared with what was live at the cut,
 * letters opened to the page; then a certificate, for a failure too. Called every night after the copy was sent, and by `saraban backup verify`.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../register/db/connect.ts';
import { migrate } from '../../register/db/migrate.ts';
import { inTransaction } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { knownKeys } from '../../register/seal/keys.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { type CopyId, nightPath } from '../format.ts';
import type { Place } from '../place/place.ts';
import { type CopyFault, DamagedCopy } from '../restore/fault.ts';
import type { Source } from '../restore/fetch.ts';
import { fetchObjects, readPackIndex } from '../restore/packs.ts';
import { diskNeed, type OpenedCopy, openCopy, rebuildDatabase, refuseFullDisk } from '../restore/rebuild.ts';
import { type Certificate, storeCertificates } from './certificate.ts';
import { compare } from './compare.ts';
import { agencyOfObject } from './findings.ts';
import { openLetters } from './open-letters.ts';
import { checkPacksThere, choosePacks } from './packs-tonight.ts';
import { proveSealed } from './prove-sealed.ts';
import {
  markCopy,
  markPacksDamaged,
  markPacksProven,
  type PackRow,
  selectCopy,
  selectObjects,
  selectPacks,
  selectPacksOfCopy,
  selectPostgresVersion,
} from './queries.ts';
import { type ProveContext, Run } from './run.ts';

/**
 * Proves one night at one place.
 * @returns the certificate of the whole appliance; those of the agencies are written beside it
 * @throws Failure when our own database or disk fails: that is no verdict on the copy. A place that is away is a verdict, `failed`.
 */
export async function prove(context: ProveContext, copyId: CopyId, place: Place): Promise<Certificate> {
  const copy = await selectCopy(context.db, copyId);
  if (copy === null) throw new Error(`no whole copy ${copyId} was made here`);
  const began = context.now();
  const run = new Run(context, copy, place, began);
  const packs = await selectPacks(context.db, place.name);
  try {
    if (context.identities === null) await proveSealed(run, packs);
    else await proveOpened(run, packs, context.identities);
  } catch (error) {
    if (error instanceof DamagedCopy) run.addFaults(error.faults);
    else if (isThePlaces(error)) run.addFaults([{ place: place.name, object: `place ${place.name}`, problem: error.message }], true);
    else throw error;
  }
  return await settle(run);
}

function isThePlaces(error: unknown): error is Failure {
  return error instanceof Failure && ['place-away', 'place-refuses', 'rclone-missing', 'not-in-place'].includes(error.code);
}

async function proveOpened(run: Run, packs: PackRow[], identities: string[]): Promise<void> {
  const { context, place, copy } = run;
  const scratch = await context.openScratch();
  try {
    const fingerprints = (await inTransaction(context.db, tx => knownKeys(tx, 0))).map(key => key.fingerprint);
    const source: Source = { place, identities, scratch: join(scratch.folder, 'work'), fingerprints };
    await mkdir(source.scratch, { recursive: true, mode: 0o700 });
    const tonight = choosePacks(packs, context.proof.bytes);
    const ofTables = await selectPacksOfCopy(context.db, copy.id, place.name);
    const opened = await run.timed('fetchMs', () =>
      openCopy(source, copy.id, { minutes: false, until: null, among: new Set([...ofTables, ...tonight.packs]) }),
    );
    noteManifest(run, opened);
    run.addFaults(await run.timed('fetchMs', () => checkPacksThere(place, packs, opened.index)));
    run.addFaults(opened.index.faults);
    if (run.findings.faults.some(fault => fault.object === nightPath(copy.id))) return;
    await refuseFullDisk(scratch.folder, sum(diskNeed(opened)) - opened.night.manifest.blobs.bytes + tonight.bytes);

    const blobRoot = join(scratch.folder, 'blobs');
    const store = await openFolderStore(blobRoot);
    const letters = await run.timed('fetchMs', () =>
      fetchObjects(source, opened.index, null, { root: blobRoot, durable: false }, { only: tonight.packs }),
    );
    noteFetched(run, letters);
    for (const name of letters.whole) run.findings.fetched.blobs += opened.index.packs.get(name)?.list.objects.length ?? 0;

    const owner = openDatabase(scratch.connection, { role: 'owner', max: 2, name: 'proof' });
    const app = openDatabase(scratch.connection, { role: 'app', max: 1, name: 'proof' });
    try {
      const tables = await run.timed('restoreMs', () => restoreTables(opened, owner));
      noteFetched(run, tables);
      // A night of an older program is looked at through the tables of this one.
      await run.timed('restoreMs', () => migrate(scratch.connection));
      run.findings.versions.proofPostgres = await selectPostgresVersion(owner);
      await rm(join(source.scratch, 'objects'), { recursive: true, force: true });

      const before = packs.filter(pack => pack.holds === 'letters' && pack.provenAt !== null && !tonight.packs.includes(pack.name));
      const proven = await selectObjects(
        context.db,
        before.filter(pack => !run.damagedPacks.has(pack.name)).map(pack => pack.name),
      );
      run.findings.oldestProofOfRest = before[0]?.provenAt?.toISOString() ?? null;
      const report = await run.timed('verifyMs', () =>
        verify({ db: owner, store, isProvenElsewhere: sha256 => proven.has(Buffer.from(sha256, 'hex').toString('latin1')) }),
      );
      const codes = new Set(opened.night.manifest.agencies.map(agency => agency.code));
      run.addFindings(report.faults.map(({ object, problem }) => ({ agency: agencyOfObject(object, codes), object, problem })));
      const compared = await run.timed('verifyMs', () => compare(owner, opened.night.manifest));
      run.findings.series = compared.series;
      run.findings.found = compared.found;
      run.addFindings(compared.faults);
      const shown = await run.timed('openMs', () => openLetters({ owner, app }, store, context.proof.letters));
      run.findings.opened = shown.opened;
      run.addFindings(shown.faults);
      // Said, but no reason against the copy.
      for (const note of shown.notProven) run.leaveUnproven(note);
    } finally {
      await app.end({ timeout: 5 });
      await owner.end({ timeout: 5 });
    }
    run.findings.timeToRestoreMs = timeToRestore(run, packs);
    run.findings.outcome = run.findings.faults.length === 0 ? 'proven' : 'failed';
  } finally {
    await scratch.close();
  }
}

/** The pieces lie where the database said; when it knew too little, every list of the place is asked before a piece counts as lost. */
async function restoreTables(opened: OpenedCopy, owner: Database): ReturnType<typeof rebuildDatabase> {
  const held = new Set([...opened.index.packs.values()].flatMap(({ list }) => list.objects.map(object => object.sha256)));
  const { manifest } = opened.night;
  const needed = [...manifest.migrations, ...manifest.tables.flatMap(table => table.pieces)];
  if (needed.every(({ sha256 }) => held.has(sha256))) return await rebuildDatabase(opened, owner);
  return await rebuildDatabase({ ...opened, index: await readPackIndex(opened.source) }, owner);
}

function noteManifest(run: Run, { night }: OpenedCopy): void {
  const { manifest } = night;
  const path = nightPath(run.copy.id);
  run.findings.signedBy = night.fingerprint;
  if (night.manifestSha256 !== run.copy.manifestSha256)
    run.addFaults([{ place: run.place.name, object: path, problem: 'is not the night that was made here: its manifest has another hash' }]);
  run.findings.versions.postgres = manifest.madeBy.postgres;
  run.findings.agencies = manifest.agencies;
  run.findings.closedDays = manifest.closedDays;
  run.findings.series = manifest.series.map(series => ({ ...series, holds: null }));
  const entries = manifest.agencies.reduce((total, agency) => total + agency.entries, 0);
  run.findings.expected = { entries, blobs: manifest.blobs.count, bytes: manifest.blobs.bytes };
}

function noteFetched(run: Run, fetched: { whole: string[]; damaged: string[]; faults: CopyFault[]; fetchedBytes: number }): void {
  for (const name of fetched.whole) run.wholePacks.add(name);
  run.addFaults(fetched.faults);
  run.findings.fetched.packs += fetched.whole.length + fetched.damaged.length;
  run.findings.fetched.bytes += fetched.fetchedBytes;
}

/** The steps as measured, and the packs that were not fetched at the speed of those that were. */
function timeToRestore(run: Run, packs: PackRow[]): number {
  const { fetchMs, restoreMs, verifyMs } = run.findings.durations;
  const rest = packs.reduce((bytes, pack) => bytes + (pack.holds === 'letters' && !run.wholePacks.has(pack.name) ? pack.size : 0), 0);
  const perByte = run.findings.fetched.bytes === 0 ? 0 : fetchMs / run.findings.fetched.bytes;
  return Math.round(fetchMs + restoreMs + verifyMs + rest * perByte);
}

async function settle(run: Run): Promise<Certificate> {
  const { context, copy, place, findings } = run;
  const at = context.now();
  findings.provenAt = at.toISOString();
  const [fault] = findings.faults;
  const problem = fault === undefined ? '' : `${fault.object}: ${fault.problem}`;
  const state = run.away ? 'sent' : findings.outcome === 'proven' ? 'proven' : findings.outcome === 'partly' ? 'partly-proven' : 'damaged';
  await inTransaction(context.db, async tx => {
    await markPacksDamaged(tx, place.name, [...run.damagedPacks]);
    await markPacksProven(
      tx,
      place.name,
      [...run.wholePacks].filter(name => !run.damagedPacks.has(name)),
      at,
    );
    await markCopy(tx, copy.id, place.name, {
      state,
      provenAt: findings.outcome === 'failed' ? null : at,
      restoreMs: findings.timeToRestoreMs,
      problem,
    });
  });
  const certificate = await storeCertificates(context, findings);
  const facts = { copy: copy.id, place: place.name, outcome: findings.outcome, faults: findings.faults.length };
  if (findings.outcome === 'failed') context.log.error({ ...facts, problem }, 'the copy is not proven');
  else context.log.info(facts, 'the copy is proven');
  return certificate;
}

function sum(need: { blobs: number; database: number; scratch: number }): number {
  return need.blobs + need.database + need.scratch;
}
