/**
 * A night, and the minutes after it, brought back from a place into a scratch folder: decrypted, each file checked against its hash, the manifest
 * against its signature, each copy of changes against the one before it. What the tables and letters are made of follows by packs.ts.
 */

import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { checkSignature, readSignature, thingOf } from '../../register/seal/signature.ts';
import {
  type CopyId,
  FORMAT,
  FORMAT_VERSION,
  MANIFEST,
  MANIFEST_SIGNATURE,
  type Manifest,
  minutesFolder,
  minutesPath,
  nightPath,
} from '../format.ts';
import type { Place } from '../place/place.ts';
import { readTar } from '../tar.ts';
import { readEncrypted, type Sealed } from './encrypted-file.ts';
import { type CopyFault, DamagedCopy, faultOf } from './fault.ts';

export interface Source {
  place: Place;
  identities: string[];
  /** A folder of ours; what is fetched lies below it. */
  scratch: string;
  /** Keys that may have signed; null: any, and the caller compares the fingerprint with the escrow sheet. */
  fingerprints: readonly string[] | null;
}

export interface FetchedCopy {
  manifest: Manifest;
  manifestSha256: string;
  /** Of the key that signed the manifest. */
  fingerprint: string;
  /** Where `files/…` and `objects/…` of the archive lie. */
  folder: string;
  /** As the archive lay in the place. */
  sealed: Sealed;
  bytes: number;
}

const COPY_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
// A manifest lists pieces, not rows: a register of ten million entries stays far below this.
const LARGEST_MANIFEST = 512 * 1024 ** 2;

/** Ids of the nights that lie in a place, oldest first. */
export async function listNights(place: Place): Promise<CopyId[]> {
  return idsOf(await place.list('nights'), /^nights\/(.+)\.tar\.age$/);
}

/** Ids of the minutes of a night, oldest first. */
export async function listMinutes(place: Place, night: CopyId): Promise<CopyId[]> {
  return idsOf(await place.list(minutesFolder(night)), /^minutes\/[^/]+\/(.+)\.tar\.gz\.age$/);
}

function idsOf(files: { path: string }[], shape: RegExp): CopyId[] {
  return files
    .map(file => shape.exec(file.path)?.[1] ?? '')
    .filter(id => COPY_ID.test(id))
    .sort();
}

/**
 * Fetches a night.
 * @throws DamagedCopy naming what is at fault; Failure when the place is away or the disk full
 */
export async function fetchNight(source: Source, id: CopyId): Promise<FetchedCopy> {
  const path = nightPath(id);
  const copy = await fetchCopy(source, path, id, bytes => bytes);
  if (copy.manifest.kind !== 'whole') throw new DamagedCopy([{ place: source.place.name, object: path, problem: 'is no whole copy' }]);
  return copy;
}

/** The minutes of a night that could be fetched, in order, each continuing the one before it; and the fault that ended the row, if one did. */
export interface FetchedMinutes {
  copies: FetchedCopy[];
  fault: CopyFault | null;
}

/**
 * Fetches what was committed after the night. Ends at the first file that is missing or at fault: what comes after it does not fit the rows before it.
 * @param until - the last copy of changes wanted, or the ISO time of the last cut wanted; null: all there are
 */
export async function fetchMinutes(source: Source, night: FetchedCopy, until: string | null): Promise<FetchedMinutes> {
  const trusted = { ...source, fingerprints: source.fingerprints ?? [night.fingerprint] };
  const copies: FetchedCopy[] = [];
  let previous = night;
  for (const ids of bySecond(await listMinutes(source.place, night.manifest.id))) {
    const next = await fetchLinked(trusted, night, previous, ids);
    for (const copy of next.copies) {
      if (until !== null && !COPY_ID.test(until) && copy.manifest.cutAt > until) return { copies, fault: null };
      copies.push(copy);
      previous = copy;
      if (copy.manifest.id === until) return { copies, fault: null };
    }
    if (next.fault !== null) return { copies, fault: next.fault };
  }
  return { copies, fault: null };
}

/** Ids carry whole seconds: within one of them only the links tell the order. */
function bySecond(ids: CopyId[]): CopyId[][] {
  const groups = new Map<string, CopyId[]>();
  for (const id of ids) groups.set(id.slice(0, 16), [...(groups.get(id.slice(0, 16)) ?? []), id]);
  return [...groups.values()];
}

async function fetchLinked(source: Source, night: FetchedCopy, before: FetchedCopy, ids: CopyId[]): Promise<FetchedMinutes> {
  const { place } = source;
  const fetched: FetchedCopy[] = [];
  const ordered: FetchedCopy[] = [];
  let fault: CopyFault | null = null;
  for (const id of ids) {
    try {
      fetched.push(await fetchCopy(source, minutesPath(night.manifest.id, id), id, gunzip));
    } catch (error) {
      if (!(error instanceof DamagedCopy)) throw error;
      fault ??= error.faults[0] ?? null;
    }
  }
  for (let previous = before; fetched.length > 0; ) {
    const at = Math.max(
      0,
      fetched.findIndex(copy => copy.manifest.previous?.id === previous.manifest.id),
    );
    const [copy] = fetched.splice(at, 1) as [FetchedCopy];
    const broken = brokenLink(place.name, minutesPath(night.manifest.id, copy.manifest.id), copy, previous, night);
    if (broken !== null) return { copies: ordered, fault: fault ?? broken };
    ordered.push(copy);
    previous = copy;
  }
  return { copies: ordered, fault };
}

function brokenLink(place: string, path: string, copy: FetchedCopy, previous: FetchedCopy, night: FetchedCopy): CopyFault | null {
  const { manifest } = copy;
  const fault = (problem: string): CopyFault => ({ place, object: path, problem });
  if (manifest.kind !== 'changes' || manifest.base !== night.manifest.id) return fault(`does not belong to the night ${night.manifest.id}`);
  if (manifest.previous?.id !== previous.manifest.id)
    return {
      place,
      object: minutesPath(night.manifest.id, manifest.previous?.id ?? '?'),
      problem: `is missing: ${manifest.id} continues it`,
    };
  if (manifest.previous.manifestSha256 !== previous.manifestSha256)
    return fault(`continues another ${previous.manifest.id} than the one that is there`);
  const known = new Set(night.manifest.migrations.map(migration => migration.sha256));
  if (manifest.migrations.some(migration => !known.has(migration.sha256))) return fault('was made by a newer program than its night');
  return null;
}

type Unwrap = (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

const gunzip: Unwrap = bytes => {
  const unzip = createGunzip();
  return (async function* () {
    const fed = feed(bytes, unzip);
    fed.catch(() => {});
    try {
      yield* unzip as AsyncIterable<Buffer>;
    } catch (error) {
      // What broke the source is the reason; that the archive is cut short is only what followed.
      await fed;
      throw error;
    }
    await fed;
  })();
};

async function feed(bytes: AsyncIterable<Buffer>, into: ReturnType<typeof createGunzip>): Promise<void> {
  try {
    for await (const chunk of bytes) if (!into.write(chunk)) await drained(into);
    into.end();
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** Neither listener may stay behind: a large pack waits thousands of times. */
function drained(into: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      into.off('drain', done).off('close', done);
      resolve();
    };
    into.on('drain', done).on('close', done);
  });
}

/** gzip off a stream; also used by packs.ts. */
export const gunzipped: Unwrap = gunzip;

async function fetchCopy(source: Source, path: string, id: CopyId, unwrap: Unwrap): Promise<FetchedCopy> {
  const { place } = source;
  const folder = join(source.scratch, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await readEncrypted(place, path, source, async (bytes, sealed) => {
      const found = new Map<string, { sha256: string; size: number }>();
      for await (const entry of readTar(unwrap(bytes))) {
        if (entry.type !== 'file' || !isOurs(entry.path)) {
          for await (const _ of entry.bytes);
          continue;
        }
        if (entry.path === MANIFEST && entry.size > LARGEST_MANIFEST)
          throw new DamagedCopy([{ place: place.name, object: path, problem: 'its manifest is too large' }]);
        found.set(entry.path, await keep(entry.bytes, join(folder, entry.path)));
      }
      return await judge(source, path, id, folder, found, sealed());
    });
  } catch (error) {
    const fault = faultOf(place.name, path, error);
    throw fault === null ? error : new DamagedCopy([fault]);
  }
}

/** Only these are taken out, and nothing that points out of the folder. */
function isOurs(path: string): boolean {
  if (path.split('/').some(part => part === '' || part === '.' || part === '..')) return false;
  return path === MANIFEST || path === MANIFEST_SIGNATURE || path.startsWith('files/') || /^objects\/[0-9a-f]{64}$/.test(path);
}

async function keep(bytes: AsyncIterable<Buffer>, file: string): Promise<{ sha256: string; size: number }> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'w', 0o600);
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      await handle.write(chunk);
    }
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), size };
}

async function judge(
  source: Source,
  path: string,
  id: CopyId,
  folder: string,
  found: Map<string, { sha256: string; size: number }>,
  sealed: Sealed,
): Promise<FetchedCopy> {
  const fault = (object: string, problem: string) => new DamagedCopy([{ place: source.place.name, object, problem }]);
  if (!found.has(MANIFEST) || !found.has(MANIFEST_SIGNATURE)) throw fault(path, 'holds no manifest with its signature');
  const text = await readFile(join(folder, MANIFEST));
  const check = checkSignature(
    readSignature(await readFile(join(folder, MANIFEST_SIGNATURE))),
    thingOf(MANIFEST, text),
    source.fingerprints,
  );
  if (check.outcome === 'another-key') throw fault(path, `its manifest is signed by another key (${check.fingerprint})`);
  if (check.outcome !== 'holds') throw fault(path, `the signature of its manifest does not hold (${check.outcome})`);
  const manifest = JSON.parse(text.toString('utf8')) as Manifest;
  if (manifest.format !== FORMAT) throw fault(path, `is of an unknown format`);
  if (manifest.version > FORMAT_VERSION)
    throw fault(path, `is of format ${manifest.version}, newer than this program reads (${FORMAT_VERSION})`);
  if (manifest.id !== id) throw fault(path, `is another copy than its name says: ${manifest.id} (a swapped night)`);
  for (const file of manifest.files) {
    const there = found.get(`files/${file.path}`);
    if (there === undefined) throw fault(`${path}, file ${file.path}`, 'is missing');
    if (there.sha256 !== file.sha256 || there.size !== file.size) throw fault(`${path}, file ${file.path}`, 'its bytes were changed');
  }
  for (const [name, there] of found)
    if (name.startsWith('objects/') && there.sha256 !== name.slice('objects/'.length))
      throw fault(`${path}, object ${name.slice('objects/'.length)}`, 'its bytes were changed');
  const manifestSha256 = createHash('sha256').update(text).digest('hex');
  const bytes = [...found.values()].reduce((sum, file) => sum + file.size, 0);
  return { manifest, manifestSha256, fingerprint: check.fingerprint, folder, sealed, bytes };
}

/** The plain bytes of a small encrypted file, e.g. a list of a pack. */
export async function fetchSmall(
  source: Pick<Source, 'place' | 'identities' | 'scratch'>,
  path: string,
): Promise<{ bytes: Buffer; sealed: Sealed }> {
  return await readEncrypted(source.place, path, source, async (stream, sealed) => ({ bytes: await buffer(stream), sealed: sealed() }));
}
