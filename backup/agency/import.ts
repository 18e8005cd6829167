/**
 * An agency moves in: an export (export.ts) becomes an agency of this appliance, while the others go on working. Its rows get a new agency number and its
 * history new ordinal numbers, which mean something here alone; numbers of letters, hashes, ids and codes stay as they are.
 *
 * First the whole file is read and proven, and what would collide is looked for: until then nothing is written. Then the stored files go into the blob store,
 * and last all rows in one transaction, proven before it is committed. Killed anywhere, nothing of it is in the register; files without rows are swept.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Database, Transaction } from '../../register/db/connect.ts';
import { sqlState } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import { type Store, storeFailure } from '../../register/store/folder.ts';
import { type VerifyReport, verifyIn } from '../../register/verify.ts';
import { LoadFault } from '../db/load.ts';
import { type Settled, settleOutbox } from '../restore/settle.ts';
import type { TarEntry } from '../tar.ts';
import { openWorkFolder } from '../work-folder.ts';
import { refuseCollisions, watchCollisions } from './collisions.ts';
import { damagedExport, refusal } from './failures.ts';
import { fillTables, refuseUnknownTables } from './fill-tables.ts';
import { AGENCY_MANIFEST, AGENCY_SIGNATURE, type AgencyManifest, FILES_LIST, fileLine } from './format.ts';
import { checkDeferred, closeMovingIn, countBlobs, retireKeysWithoutPrivate, selectSeries, setAgencyState } from './queries.ts';
import { type Examined, entriesOf, examineExport, isStored, type OpenExport, openExport } from './read-export.ts';

export interface AgencyImportContext {
  /** As the tables' owner. */
  db: Database;
  store: Store;
  box: SecretBox;
  /** A folder of ours (0700); a folder within it is made and removed. */
  work: string;
  now(): Date;
}

export interface AgencyImportOptions {
  file: string;
  /** age identities that may open it. */
  identities: string[];
  /** The key the export must be signed with, as `agency export` said it; null: any of the agency's own. */
  fingerprint: string | null;
  /** Numbers letters at once. Else the agency is 'suspended', for two appliances must never give numbers for one agency. */
  activate: boolean;
  /** New logins by their old ones, for those that somebody here has already. */
  logins?: ReadonlyMap<string, string>;
  onProgress?: (step: 'examine' | 'files' | 'rows' | 'verify', files: number) => void;
  signal?: AbortSignal;
}

export interface AgencyImported {
  agency: { id: number; code: string; nameTh: string; nameEn: string; state: 'active' | 'suspended' };
  cutAt: string;
  fingerprint: string;
  manifestSha256: string;
  /** Of this agency alone; no faults. */
  report: VerifyReport;
  settled: Settled;
  /** False: the export had no private keys; the next signature makes a new one. */
  privateKeys: boolean;
}

/**
 * @throws Failure `no-such-file`, `copy-key-wrong`, `export-damaged`, `export-newer`, `export-key-other`, `import-collides`, `import-broken`; `disk-full`,
 * `store-unwritable`. After any of them the register is as it was.
 */
export async function importAgency(context: AgencyImportContext, options: AgencyImportOptions): Promise<AgencyImported> {
  const source = await openExport(options.file, options.identities);
  const folder = await openWorkFolder(context.work, 'import');
  const work = folder.path;
  try {
    options.onProgress?.('examine', 0);
    const watch = await watchCollisions(context.db, options.logins ?? new Map());
    const examined = await examineExport(source, { work, fingerprint: options.fingerprint, look: watch });
    refuseCollisions(examined.manifest.agency.code, watch.found());
    await context.db.begin(tx => refuseUnknownTables(tx, examined.manifest));
    const keys = await takeFiles(source, context, options, work, examined);
    options.onProgress?.('rows', 0);
    return await takeRows(context, options, work, examined, keys);
  } finally {
    await folder.close();
  }
}

/** Stored files into the store, tables into the work folder. @returns private keys by id */
async function takeFiles(
  source: OpenExport,
  context: AgencyImportContext,
  options: AgencyImportOptions,
  work: string,
  examined: Examined,
): Promise<Map<string, Buffer>> {
  const keys = new Map<string, Buffer>();
  const digest = createHash('sha256');
  let files = 0;
  for await (const entry of entriesOf(source)) {
    options.signal?.throwIfAborted();
    if ([FILES_LIST, AGENCY_MANIFEST, AGENCY_SIGNATURE].includes(entry.path)) continue;
    const key = /^keys\/([0-9a-f-]+)\.pk8$/.exec(entry.path)?.[1];
    const table = /^tables\/([a-z_]+)\.copy$/.exec(entry.path)?.[1];
    let sha256: string;
    if (isStored(entry.path)) sha256 = await adopt(context.store, entry);
    else if (table !== undefined) sha256 = await writeTo(join(work, `${table}.copy`), entry);
    else sha256 = await hashOf(entry, key === undefined ? undefined : bytes => keys.set(key, bytes));
    digest.update(fileLine({ path: entry.path, sha256 }));
    options.onProgress?.('files', ++files);
  }
  // Another file under the same name since it was examined.
  if (digest.digest('hex') !== examined.digest) throw damagedExport(options.file, 'เปลี่ยนไประหว่างการอ่าน', 'changed while it was read');
  return keys;
}

async function adopt(store: Store, entry: TarEntry): Promise<string> {
  const file = join(store.incoming, randomUUID());
  let sha256: string;
  try {
    sha256 = await writeTo(file, entry);
  } catch (error) {
    await rm(file, { force: true });
    throw error instanceof Failure || !isDiskFault(error) ? error : storeFailure(error, store.incoming);
  }
  await store.adopt(file, sha256);
  return sha256;
}

async function writeTo(file: string, entry: TarEntry): Promise<string> {
  const hash = createHash('sha256');
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const ended = finished(out);
  ended.catch(() => {});
  for await (const chunk of entry.bytes) {
    hash.update(chunk);
    if (!out.write(chunk)) await Promise.race([new Promise<void>(resolve => out.once('drain', () => resolve())), ended]);
  }
  out.end();
  await ended;
  return hash.digest('hex');
}

async function hashOf(entry: TarEntry, keep?: (bytes: Buffer) => void): Promise<string> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  for await (const chunk of entry.bytes) {
    hash.update(chunk);
    if (keep !== undefined) chunks.push(chunk);
  }
  keep?.(Buffer.concat(chunks));
  return hash.digest('hex');
}

function isDiskFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ENOSPC|EDQUOT|EACCES|EROFS|EIO)$/.test(String(error.code));
}

async function takeRows(
  context: AgencyImportContext,
  options: AgencyImportOptions,
  work: string,
  examined: Examined,
  keys: Map<string, Buffer>,
): Promise<AgencyImported> {
  const { manifest } = examined;
  try {
    return (await context.db.begin(async tx => {
      const readTable = (name: string) => createReadStream(join(work, `${name}.copy`));
      const agencyId = await fillTables(tx, {
        manifest,
        readTable,
        sealKey: id => sealed(context.box, keys, id),
        logins: options.logins ?? new Map(),
      });
      await retireKeysWithoutPrivate(tx, agencyId, context.now());
      const state = options.activate ? 'active' : 'suspended';
      await setAgencyState(tx, agencyId, state);
      const settled = await settleOutbox(tx, agencyId);
      await compareHeads(tx, agencyId, manifest);
      await closeMovingIn(tx, agencyId);
      await checkDeferred(tx);
      options.onProgress?.('verify', 0);
      // The bytes were hashed as they went into the store a moment ago.
      const report = await verifyIn(tx, { store: context.store, readBlobs: false, agencyId });
      const [fault] = report.faults;
      if (fault !== undefined) throw damagedExport(fault.object, fault.problem, fault.problem);
      const { code, nameTh, nameEn } = manifest.agency;
      const { cutAt, privateKeys } = manifest;
      const agency = { id: agencyId, code, nameTh, nameEn, state };
      return { agency, cutAt, fingerprint: examined.fingerprint, manifestSha256: examined.manifestSha256, report, settled, privateKeys };
    })) as AgencyImported;
  } catch (error) {
    throw explained(error, manifest.agency.code);
  }
}

function sealed(box: SecretBox, keys: Map<string, Buffer>, id: string): Buffer | null {
  const key = keys.get(id);
  return key === undefined ? null : box.seal(key);
}

/** What the manifest says of every chain, and of the files, is what stands here now. */
async function compareHeads(tx: Transaction, agencyId: number, manifest: AgencyManifest): Promise<void> {
  const text = (series: AgencyManifest['series']) =>
    series.map(one => `${one.series} ${one.year} ${one.lastNumber} ${one.headHash}`).sort();
  const here = text(await selectSeries(tx, agencyId));
  const there = text(manifest.series);
  const at = there.findIndex((line, index) => line !== here[index]);
  if (at !== -1 || here.length !== there.length)
    throw damagedExport(there[at] ?? 'series', 'ไม่ตรงกับทะเบียนที่นำเข้า', 'is not what was brought in');
  const blobs = await countBlobs(tx, agencyId);
  if (blobs.count !== manifest.blobs.count || blobs.bytes !== manifest.blobs.bytes)
    throw damagedExport(
      'blob',
      `มี ${blobs.count} ไฟล์ ไม่ใช่ ${manifest.blobs.count}`,
      `has ${blobs.count} files, not ${manifest.blobs.count}`,
    );
}

/** PostgreSQL's own words are for the log. */
function explained(error: unknown, code: string): unknown {
  if (error instanceof Failure) return error;
  const cause = error instanceof LoadFault && error.cause !== undefined ? error.cause : error;
  const state = sqlState(cause);
  if (state === '23505') {
    return refusal(
      'import-collides',
      `the agency ${code} collides with what came in meanwhile (${error instanceof Error ? error.message : ''})`,
      {
        th: `นำเข้า ${code} ไม่ได้ เพราะมีข้อมูลซ้ำเข้ามาในระบบนี้ระหว่างนั้น จึงยังไม่ได้เขียนสิ่งใด โปรดลองใหม่`,
        en: `${code} cannot move in: something of it came to be here meanwhile. Nothing was written; try again.`,
      },
      error,
    );
  }
  if (error instanceof LoadFault || state?.startsWith('23')) {
    return refusal(
      'import-broken',
      `the database refused the agency ${code}: ${error instanceof Error ? error.message : ''}`,
      {
        th: `ฐานข้อมูลไม่รับชุดข้อมูลของ ${code} จึงยังไม่ได้เขียนสิ่งใด (${error instanceof LoadFault ? error.object : state})`,
        en: `The database refused the export of ${code}. Nothing was written (${error instanceof LoadFault ? error.object : state}).`,
      },
      error,
    );
  }
  return error;
}
