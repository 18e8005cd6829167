/** SQL of the yearly volume: how far the year is closed, and the files of its days. Read as the owner, in the volume's snapshot. */
import type { Transaction } from '../../register/db/connect.ts';

/** How far the days of a year are closed. */
export interface Closing {
  lastDay: string | null;
  /** Books of the year whose last number stands in no closed day. */
  open: { register: string; last: number; closed: number }[];
}

export async function selectClosing(tx: Transaction, agencyId: number, year: number): Promise<Closing> {
  const [day] = await tx<{ lastDay: string | null }[]>`SELECT max(day) AS "lastDay" FROM closed_day WHERE agency_id = ${agencyId}`;
  const open = await tx<Closing['open']>`
    SELECT s.series AS register, s.last_number AS last, coalesce(max(b.last_number), 0) AS closed
    FROM series s LEFT JOIN closed_book b ON b.agency_id = s.agency_id AND b.register = s.series AND b.year = s.year
    WHERE s.agency_id = ${agencyId} AND s.year = ${year} AND s.series NOT LIKE '%:%'
    GROUP BY s.series, s.last_number HAVING s.last_number > coalesce(max(b.last_number), 0) ORDER BY s.series`;
  return { lastDay: day?.lastDay ?? null, open };
}

export interface DayFileRow {
  ordinal: number;
  day: string;
  name: string;
  sha256: string;
  size: number;
}

/**
 * Files of the days of a year, and of those of the next that hold numbers of it (what is entered after the closing hour belongs to the day after).
 * @param classified - files for appointed persons; false: the others. Seal, signature and timestamp are in both: without them nothing can be checked.
 */
export async function selectDayFiles(
  tx: Transaction,
  input: {
    agencyId: number;
    year: number;
    gregorianYear: number;
    classified: boolean;
    after: { ordinal: number; name: string };
    limit: number;
  },
): Promise<DayFileRow[]> {
  const { agencyId, year, gregorianYear, classified, after, limit } = input;
  return await tx<DayFileRow[]>`
    SELECT d.ordinal, d.day, f.name, encode(f.sha256, 'hex') AS sha256, f.size
    FROM closed_day d JOIN closed_file f ON f.agency_id = d.agency_id AND f.ordinal = d.ordinal
    WHERE d.agency_id = ${agencyId} AND (f.classified = ${classified} OR f.name LIKE 'seal.%')
      AND (extract(year FROM d.day) = ${gregorianYear} OR EXISTS (
        SELECT FROM closed_book b WHERE b.agency_id = d.agency_id AND b.ordinal = d.ordinal AND b.year = ${year} AND b.last_number >= b.first_number))
      AND (d.ordinal, f.name COLLATE "C") > (${after.ordinal}, ${after.name})
    ORDER BY d.ordinal, f.name COLLATE "C" LIMIT ${limit}`;
}

export interface VolumeKey {
  publicKey: Buffer;
  createdAt: Date;
  retiredAt: Date | null;
}

export async function selectPublicKeys(tx: Transaction, agencyId: number): Promise<VolumeKey[]> {
  return await tx<VolumeKey[]>`
    SELECT public_key AS "publicKey", created_at AS "createdAt", retired_at AS "retiredAt" FROM agency_key WHERE agency_id = ${agencyId} ORDER BY created_at, id`;
}
