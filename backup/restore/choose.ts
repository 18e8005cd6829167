/** Which copy of a place a person means. */
import type { CopyId } from '../format.ts';
import type { Place } from '../place/place.ts';
import { listMinutes, listNights } from './fetch.ts';

export type ChosenCopy =
  /** `until`: the last copy of changes, or the ISO time of the last cut; null: everything there is. */
  | { outcome: 'chosen'; night: CopyId; until: string | null; nights: CopyId[] }
  | { outcome: 'none' }
  | { outcome: 'not-found'; nights: CopyId[] };

/** The time an id carries: of the moment the copy was begun. */
export function timeOf(id: CopyId): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6.000Z');
}

/**
 * Nothing said: the newest night with all its minutes. `copy`: that night with its minutes, or the night of those minutes up to them.
 * `at`: the state at that time, as close before it as the copies come.
 */
export async function chooseCopy(place: Place, wanted: { copy?: string | undefined; at?: Date | undefined }): Promise<ChosenCopy> {
  const nights = await listNights(place);
  const newest = nights.at(-1);
  if (newest === undefined) return { outcome: 'none' };
  if (wanted.copy !== undefined) {
    if (nights.includes(wanted.copy)) return { outcome: 'chosen', night: wanted.copy, until: null, nights };
    for (const night of nights.toReversed())
      if (night < wanted.copy && (await listMinutes(place, night)).includes(wanted.copy))
        return { outcome: 'chosen', night, until: wanted.copy, nights };
    return { outcome: 'not-found', nights };
  }
  if (wanted.at === undefined) return { outcome: 'chosen', night: newest, until: null, nights };
  const at = wanted.at.toISOString();
  const night = nights.findLast(id => timeOf(id) <= at);
  return night === undefined ? { outcome: 'not-found', nights } : { outcome: 'chosen', night, until: at, nights };
}
