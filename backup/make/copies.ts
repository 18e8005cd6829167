/** The copies there are and how far a running one is: for `saraban backup list`, the pages and the API. */
import type { Database } from '../../register/db/connect.ts';
import type { CopyId } from '../format.ts';
import { type CopyAtPlaceRow, type CopyRow, selectCopies, selectCopiesAtPlaces, selectPlaceTotals } from './copies-queries.ts';

export interface CopyAtPlace {
  place: string;
  state: CopyAtPlaceRow['state'];
  sentAt: Date | null;
  provenAt: Date | null;
  restoreMs: number | null;
  problem: string;
}

export interface ListedCopy extends Omit<CopyRow, 'step' | 'doneBytes' | 'totalBytes'> {
  places: CopyAtPlace[];
  /** Of one that runs; null otherwise. `step` is a word of STEPS. */
  progress: { step: string; doneBytes: number; totalBytes: number } | null;
}

export interface PlaceTotal {
  place: string;
  /** Whole copies that lie there, and bytes of packs. */
  nights: number;
  packs: number;
  bytes: number;
  newest: CopyId | null;
  newestAt: Date | null;
  /** The newest that was proven there, wholly or as far as goes without the key. */
  proven: CopyId | null;
  provenAt: Date | null;
}

/** Newest first. @param options.kind - 'whole' when not said: the nights */
export async function listCopies(
  db: Database,
  options: { limit?: number; kind?: 'whole' | 'changes'; before?: CopyId } = {},
): Promise<ListedCopy[]> {
  const rows = await selectCopies(db, options.kind ?? 'whole', options.limit ?? 100, options.before ?? null);
  const at = await selectCopiesAtPlaces(
    db,
    rows.map(row => row.id),
  );
  return rows.map(({ step, doneBytes, totalBytes, ...row }) => ({
    ...row,
    places: at.filter(one => one.copyId === row.id).map(({ copyId: _, ...one }) => one),
    progress: row.state === 'running' ? { step, doneBytes, totalBytes } : null,
  }));
}

/** What lies in each place that was ever used, by name. */
export async function listPlaceTotals(db: Database): Promise<PlaceTotal[]> {
  return await selectPlaceTotals(db);
}
