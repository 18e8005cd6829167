/** SQL of the public page: one row by one key, through a function of the database that looks past row-level security. */
import type { Transaction } from '../db/connect.ts';
import type { EntryState } from './entry-row.ts';
import type { PublicEntry } from './public.ts';

export async function findByCode(tx: Transaction, code: string): Promise<{ agencyId: number; entryId: string } | null> {
  const [row] = await tx<
    { agencyId: number; entryId: string }[]
  >`SELECT agency_id AS "agencyId", entry_id AS "entryId" FROM find_public_entry(${code})`;
  return row ?? null;
}

export type FlatPublicEntry = Omit<PublicEntry, 'state'> & { entryState: EntryState; answered: boolean };

export async function selectPublicEntry(tx: Transaction, entryId: string): Promise<FlatPublicEntry | null> {
  const [row] = await tx<FlatPublicEntry[]>`
    SELECT g.name_th AS "agencyTh", g.name_en AS "agencyEn", e.number, e.year, e.received_at AS "receivedAt", e.state AS "entryState", e.answered,
           encode(e.raw_sha256, 'hex') AS sha256, g.time_zone AS "timeZone", g.calendar, g.numerals
    FROM entry e JOIN agency g ON g.id = e.agency_id
    -- Who holds the code of a number that was moved follows the letter, not the cancelled number.
    WHERE e.id = coalesce((SELECT n.id FROM entry n WHERE n.agency_id = current_agency() AND n.moved_from = ${entryId}), ${entryId})`;
  return row ?? null;
}

export interface AgencyName {
  id: number;
  nameTh: string;
  nameEn: string;
  timeZone: string;
}

/** Every agency by its Thai name, the hosting provider last. Names are public by law (row-level security lets them be read). */
export async function selectAgencyNames(tx: Transaction): Promise<AgencyName[]> {
  return await tx<AgencyName[]>`
    SELECT id, name_th AS "nameTh", name_en AS "nameEn", time_zone AS "timeZone" FROM agency ORDER BY id = 0, name_th COLLATE "th-x-icu", id`;
}
