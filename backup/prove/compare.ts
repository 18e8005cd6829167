/** Compares what was restored with the live figures at the cut, as the manifest (made and hashed here) holds them. */
import type { Database } from '../../register/db/connect.ts';
import type { Manifest, SeriesCount } from '../format.ts';
import { selectAgencyCounts, selectBlobCount, selectClosedDayCounts, selectSeriesCounts } from '../restore/queries.ts';
import type { Finding, SeriesFinding } from './findings.ts';

export interface Comparison {
  series: SeriesFinding[];
  found: { entries: number; blobs: number; bytes: number };
  faults: Finding[];
}

const keyOf = (one: Pick<SeriesCount, 'agency' | 'series' | 'year'>) => `${one.agency} ${one.series} ${one.year}`;

/** @param db - the restored database, as its owner */
export async function compare(db: Database, manifest: Manifest): Promise<Comparison> {
  const faults: Finding[] = [];
  const fault = (agency: string | null, object: string, problem: string) => faults.push({ agency, object, problem });
  const restored = new Map((await selectSeriesCounts(db)).map(row => [keyOf(row), row]));
  const series = manifest.series.map(expected => {
    const found = restored.get(keyOf(expected));
    restored.delete(keyOf(expected));
    const problem = differenceOf(expected, found);
    if (problem !== null) fault(expected.agency, `series ${keyOf(expected)}`, problem);
    return { ...expected, holds: problem === null };
  });
  for (const row of restored.values()) fault(row.agency, `series ${keyOf(row)}`, 'was not there at the cut');

  const days = new Map((await selectClosedDayCounts(db)).map(row => [`${row.agency} ${row.ordinal}`, row]));
  for (const day of manifest.closedDays) {
    const found = days.get(`${day.agency} ${day.ordinal}`);
    days.delete(`${day.agency} ${day.ordinal}`);
    if (found === undefined) fault(day.agency, `closed day ${day.agency} ${day.day}`, 'is missing');
    else if (found.day !== day.day || found.sealSha256 !== day.sealSha256)
      fault(day.agency, `closed day ${day.agency} ${day.day}`, 'has another seal');
  }
  for (const day of days.values()) fault(day.agency, `closed day ${day.agency} ${day.day}`, 'was not there at the cut');

  const agencies = new Map((await selectAgencyCounts(db)).map(row => [row.code, row]));
  for (const expected of manifest.agencies) {
    const found = agencies.get(expected.code);
    for (const what of ['entries', 'blobs', 'bytes'] as const)
      if (found?.[what] !== expected[what])
        fault(expected.code, `agency ${expected.code}`, `has ${found?.[what] ?? 0} ${what}, not ${expected[what]}`);
  }
  const blobs = await selectBlobCount(db);
  if (blobs.count !== manifest.blobs.count || blobs.bytes !== manifest.blobs.bytes)
    fault(null, 'table blob', `names ${blobs.count} blobs of ${blobs.bytes} bytes, not ${manifest.blobs.count} of ${manifest.blobs.bytes}`);
  const entries = [...agencies.values()].reduce((sum, agency) => sum + agency.entries, 0);
  return { series, found: { entries, blobs: blobs.count, bytes: blobs.bytes }, faults };
}

function differenceOf(expected: SeriesCount, found: SeriesCount | undefined): string | null {
  if (found === undefined) return 'is missing';
  if (found.lastNumber !== expected.lastNumber) return `ends at ${found.lastNumber}, not ${expected.lastNumber}`;
  if (found.rows !== expected.rows) return `has ${found.rows} rows, not ${expected.rows}`;
  if (found.headHash !== expected.headHash) return 'has another head of its chain';
  return null;
}
