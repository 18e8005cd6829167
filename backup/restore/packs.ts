/**
 * The packs of a place: their lists, which of them hold what is wanted, and the objects out of them, each checked against its name and each pack
 * against its list. An object that lies in several packs is taken from another when one of them is damaged.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../register/store/folder.ts';
import { FORMAT_VERSION, type PackList, packListPath, packPath } from '../format.ts';
import type { Place } from '../place/place.ts';
import { readTar } from '../tar.ts';
import { bring, readLocal, type Sealed } from './encrypted-file.ts';
import { type CopyFault, DamagedCopy, faultOf } from './fault.ts';
import { fetchSmall, gunzipped, type Source } from './fetch.ts';

export interface PackEntry {
  list: PackList;
  /** The list's own file, as it lies there. */
  listSealed: Sealed;
  /** Whether the pack's file is there with the size its list says. */
  there: boolean;
}

export interface PackIndex {
  packs: Map<string, PackEntry>;
  /** Packs whose list is missing or cannot be read. What is in them is learnt only by reading them. */
  unlisted: string[];
  faults: CopyFault[];
}

const PACK_NAME = /^packs\/[0-9a-f]{2}\/([0-9a-z-]+)\.(tar\.gz|list)\.age$/;
const AT_ONCE = 4;

type FetchSource = Pick<Source, 'place' | 'identities' | 'scratch'>;

/**
 * Reads the lists of all packs of a place (or of those `among`).
 * @throws Failure when the place is away
 */
export async function readPackIndex(source: FetchSource, among: ReadonlySet<string> | null = null): Promise<PackIndex> {
  const files = new Map((await source.place.list('packs')).map(file => [file.path, file.size]));
  const names = new Set<string>();
  for (const path of files.keys()) {
    const name = PACK_NAME.exec(path)?.[1];
    if (name !== undefined && (among === null || among.has(name))) names.add(name);
  }
  const index: PackIndex = { packs: new Map(), unlisted: [], faults: [] };
  const waiting = [...names].sort();
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const entry = await readList(source, name, files, index.faults);
      if (entry !== null) index.packs.set(name, entry);
      else if (files.has(packPath(name))) index.unlisted.push(name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return index;
}

async function readList(source: FetchSource, name: string, files: Map<string, number>, faults: CopyFault[]): Promise<PackEntry | null> {
  const path = packListPath(name);
  const fault = (object: string, problem: string) => {
    faults.push({ place: source.place.name, object, problem });
    return null;
  };
  if (!files.has(path)) return fault(path, 'is not there');
  try {
    const { bytes, sealed } = await fetchSmall(source, path);
    const list = readPackList(bytes);
    if (list === null) return fault(path, 'is no list of a pack');
    if (list.version > FORMAT_VERSION) return fault(path, `is of format ${list.version}, newer than this program reads`);
    if (list.pack !== name) return fault(path, `is the list of another pack, ${list.pack}`);
    const size = files.get(packPath(name));
    if (size === undefined) fault(packPath(name), 'is not there');
    else if (size !== list.size) fault(packPath(name), `has ${size} bytes, not ${list.size}`);
    return { list, listSealed: sealed, there: size === list.size };
  } catch (error) {
    const found = faultOf(source.place.name, path, error);
    if (found === null) throw error;
    return fault(found.object, found.problem);
  }
}

function readPackList(bytes: Buffer): PackList | null {
  try {
    const list = JSON.parse(bytes.toString('utf8')) as PackList;
    return list.format === 'saraban pack' && Array.isArray(list.objects) ? list : null;
  } catch {
    return null;
  }
}

/** Where objects go: a folder of 256, as the blob store's. */
export interface ObjectFolder {
  root: string;
  /** Flush every file before it counts as there: for the live store, not for a scratch folder. */
  durable: boolean;
}

export interface FetchedObjects {
  /** Packs that were read to their end and are what their lists say. */
  whole: string[];
  /** Packs that are not, each with its fault among `faults`. */
  damaged: string[];
  faults: CopyFault[];
  fetchedBytes: number;
  /** Wanted objects that no whole pack gave. */
  missing: Set<string>;
}

/**
 * Brings the wanted objects. A pack is fetched, read once and removed: the disk holds one pack beside the objects.
 * @param wanted - sha256 of the objects; null: all of the packs `only`
 * @param only - packs to fetch whatever they hold; null: as few as give everything wanted
 * @throws Failure when the place is away or the disk is full
 */
export async function fetchObjects(
  source: FetchSource,
  index: PackIndex,
  wanted: ReadonlySet<string> | null,
  into: ObjectFolder,
  options: { only?: string[] | null; onProgress?: (bytes: number) => void } = {},
): Promise<FetchedObjects> {
  const result: FetchedObjects = { whole: [], damaged: [], faults: [], fetchedBytes: 0, missing: new Set() };
  const left = new Set(wanted ?? []);
  if (wanted !== null) for (const sha256 of wanted) if (await exists(join(into.root, sha256.slice(0, 2), sha256))) left.delete(sha256);
  const tried = new Set<string>();
  const take = async (name: string) => {
    tried.add(name);
    const entry = index.packs.get(name);
    if (entry === undefined) return;
    const faults = await unpack(source, name, entry.list, wanted === null ? null : left, into);
    result.fetchedBytes += entry.list.size;
    options.onProgress?.(entry.list.size);
    if (faults.length === 0) result.whole.push(name);
    else result.damaged.push(name);
    result.faults.push(...faults);
  };
  if (options.only !== undefined && options.only !== null) {
    for (const name of options.only) await take(name);
  } else {
    // A damaged pack leaves some of its objects to be looked for elsewhere, so the choice is made anew until nothing is left to try.
    for (;;) {
      const next = choose(index, left, tried);
      if (next.length === 0) break;
      for (const name of next) await take(name);
    }
  }
  // The last resort: an object proves itself by its name, whether or not a list says where it is.
  for (const name of wanted === null ? [] : index.unlisted) {
    if (left.size === 0) break;
    result.faults.push(...(await unpack(source, name, null, left, into)));
  }
  result.missing = left;
  if (into.durable) await syncObjectFolder(into.root);
  return result;
}

/** Packs that together hold what is left, those with most of it first. */
export function choose(index: PackIndex, left: ReadonlySet<string>, tried: ReadonlySet<string>): string[] {
  const holding: { name: string; sha256: string[] }[] = [];
  for (const [name, { list, there }] of index.packs) {
    if (tried.has(name) || !there) continue;
    const sha256 = list.objects.filter(object => left.has(object.sha256)).map(object => object.sha256);
    if (sha256.length > 0) holding.push({ name, sha256 });
  }
  holding.sort((a, b) => b.sha256.length - a.sha256.length || (a.name < b.name ? -1 : 1));
  const covered = new Set<string>();
  const chosen: string[] = [];
  for (const { name, sha256 } of holding) {
    if (sha256.every(one => covered.has(one))) continue;
    for (const one of sha256) covered.add(one);
    chosen.push(name);
  }
  return chosen;
}

async function unpack(
  source: FetchSource,
  name: string,
  list: PackList | null,
  left: Set<string> | null,
  into: ObjectFolder,
): Promise<CopyFault[]> {
  const path = packPath(name);
  const faults: CopyFault[] = [];
  const fault = (object: string, problem: string) => faults.push({ place: source.place.name, object, problem });
  const sizes = new Map(list?.objects.map(object => [object.sha256, object.size]));
  const seen = new Set<string>();
  const kept: string[] = [];
  let local: string | null = null;
  try {
    local = await bring(source.place, path, source.scratch);
    await readLocal(local, source.identities, async (bytes, sealed) => {
      for await (const object of readTar(gunzipped(bytes))) {
        const named = list === null ? /^[0-9a-f]{64}$/.test(object.path) : sizes.has(object.path);
        if (object.type !== 'file' || !named) {
          fault(path, `holds ${object.path.slice(0, 80)}, which its list does not name`);
          for await (const _ of object.bytes);
          continue;
        }
        seen.add(object.path);
        const wanted = left === null || left.has(object.path);
        const good = await takeObject(object.path, sizes.get(object.path) ?? object.size, object.bytes, wanted ? into : null);
        if (!good) fault(`${path}, object ${object.path}`, 'its bytes are not those of its name');
        else if (wanted) kept.push(object.path);
      }
      const { sha256, size } = sealed();
      if (list !== null && (sha256 !== list.sha256 || size !== list.size)) fault(path, 'is not the file that its list names');
    });
    for (const sha256 of sizes.keys()) if (!seen.has(sha256)) fault(`${path}, object ${sha256}`, 'is missing');
  } catch (error) {
    const found = faultOf(source.place.name, path, error);
    if (found === null) throw error;
    faults.push(found);
  } finally {
    if (local !== null) await rm(local, { force: true });
  }
  // Objects of a damaged pack that are what their names say are good: their names prove them, whatever lies around them.
  if (into.durable) await flush(kept.map(sha256 => fileOf(into, sha256)));
  for (const sha256 of kept) left?.delete(sha256);
  return faults;
}

const fileOf = (into: ObjectFolder, sha256: string) => join(into.root, sha256.slice(0, 2), sha256);

/** Hashes an object, and keeps it when `into` is said and it is what its name says. */
async function takeObject(sha256: string, expected: number, bytes: AsyncIterable<Buffer>, into: ObjectFolder | null): Promise<boolean> {
  const hash = createHash('sha256');
  let size = 0;
  const file = into === null ? null : fileOf(into, sha256);
  const draft = file === null ? null : `${file}.part`;
  if (file !== null) await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const handle = draft === null ? null : await open(draft, 'w', 0o600);
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      await handle?.write(chunk);
    }
  } finally {
    await handle?.close();
  }
  const good = size === expected && hash.digest('hex') === sha256;
  if (draft !== null && file !== null) await (good ? rename(draft, file) : rm(draft, { force: true }));
  return good;
}

async function flush(files: string[]): Promise<void> {
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const handle = await open(file, 'r+');
      await handle.sync().finally(() => handle.close());
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

async function syncObjectFolder(root: string): Promise<void> {
  for (let at = 0; at < 256; at++) {
    const folder = join(root, at.toString(16).padStart(2, '0'));
    if (await exists(folder)) await syncFolder(folder);
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** A fault for each object nobody gave; `names` says what it is of. @throws DamagedCopy when there is one */
export function refuseMissing(place: Place, fetched: FetchedObjects, names: (sha256: string) => string): void {
  if (fetched.missing.size === 0) return;
  const missing = [...fetched.missing]
    .slice(0, 20)
    .map(sha256 => ({ place: place.name, object: names(sha256), problem: 'is in no whole pack' }));
  throw new DamagedCopy([...fetched.faults, ...missing]);
}
