/** Which packs of letters a proof fetches tonight, and whether all the others still lie where they were sent. */
import { packListPath, packPath } from '../format.ts';
import type { Place } from '../place/place.ts';
import type { CopyFault } from '../restore/fault.ts';
import type { PackIndex } from '../restore/packs.ts';
import type { PackRow } from './queries.ts';

/**
 * All packs of letters that were never fetched back, and then the longest unproven up to `bytes` (null: all).
 * @param packs - the longest unproven first
 */
export function choosePacks(packs: PackRow[], bytes: number | null): { packs: string[]; bytes: number } {
  const chosen = { packs: [] as string[], bytes: 0 };
  let again = 0;
  for (const pack of packs) {
    if (pack.holds !== 'letters') continue;
    if (pack.provenAt !== null) {
      if (bytes !== null && again + pack.size > bytes) continue;
      again += pack.size;
    }
    chosen.packs.push(pack.name);
    chosen.bytes += pack.size;
  }
  return chosen;
}

/**
 * Every pack and every list that was sent is there with its size; those whose list was read are what the database says.
 * One listing of the place, whatever the number of packs.
 */
export async function checkPacksThere(place: Place, packs: PackRow[], index: PackIndex | null): Promise<CopyFault[]> {
  const sizes = new Map((await place.list('packs')).map(file => [file.path, file.size]));
  const faults: CopyFault[] = [];
  const check = (path: string, size: number) => {
    const found = sizes.get(path);
    if (found === undefined) faults.push({ place: place.name, object: path, problem: 'is not there' });
    else if (found !== size) faults.push({ place: place.name, object: path, problem: `has ${found} bytes, not ${size}` });
  };
  for (const pack of packs) {
    check(packPath(pack.name), pack.size);
    check(packListPath(pack.name), pack.listSize);
    const entry = index?.packs.get(pack.name);
    if (entry === undefined) continue;
    if (entry.listSealed.sha256 !== pack.listSha256)
      faults.push({ place: place.name, object: packListPath(pack.name), problem: 'is not the list that was sent' });
    if (entry.list.sha256 !== pack.sha256)
      faults.push({ place: place.name, object: packListPath(pack.name), problem: 'names another pack file than was sent' });
  }
  return faults;
}

/** The pack a fault's object is about: 'packs/3f/3f2a….tar.gz.age, object …'. */
export function packOfObject(object: string): string | null {
  return /^packs\/[0-9a-f]{2}\/([0-9a-z-]+)\.(?:tar\.gz|list)\.age/.exec(object)?.[1] ?? null;
}
