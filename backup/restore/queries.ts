/** SQL of a restore: what the restored database says it needs, and how far it goes. As the owner, across agencies. */
import type { Database, Transaction } from '../../register/db/connect.ts';
import type { ClosedDayCount, SeriesCount } from '../format.ts';

/** Whether nothing of a register stands here: no table of ours at all. */
export async function isEmptyDatabase(db: Database): Promise<boolean> {
  const [row] = await db<{ tables: number }[]>`
    SELECT count(*)::integer AS tables FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`;
  return row?.tables === 0;
}

/** Takes everything of ours away again: what a restore that was broken off left in a database beside us. */
export async function dropEverything(db: Database): Promise<void> {
  await db.unsafe(
    'DROP SCHEMA IF EXISTS saraban_load CASCADE; DROP SCHEMA IF EXISTS pgboss CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;',
  );
}

/** @param agencyId - null: of all agencies */
export function streamBlobs(db: Database, agencyId: number | null): AsyncIterable<{ sha256: string; size: number }[]> {
  return db<{ sha256: string; size: number }[]>`
    SELECT encode(sha256, 'hex') AS sha256, max(size) AS size FROM blob WHERE ${agencyId}::integer IS NULL OR agency_id = ${agencyId}
    GROUP BY sha256 ORDER BY sha256`.cursor(5_000);
}

export interface LetterFound {
  agencyId: number;
  agency: string;
  entryId: string;
  /** Of the raw message; null for a letter that came on paper. */
  sha256: string | null;
  attachments: { path: string; name: string; sha256: string; size: number }[];
}

/** A letter by its number. @param agency - its code; null: any, and the caller refuses several */
export async function selectLetter(
  db: Database,
  of: { register: string; number: number; year: number; agency: string | null },
): Promise<LetterFound[]> {
  return await db<LetterFound[]>`
    SELECT e.agency_id AS "agencyId", a.code AS agency, e.id AS "entryId", encode(m.sha256, 'hex') AS sha256,
           coalesce((SELECT json_agg(json_build_object('path', t.path, 'name', t.name, 'sha256', encode(t.sha256, 'hex'), 'size', t.size) ORDER BY t.path)
                     FROM attachment t WHERE t.agency_id = m.agency_id AND t.message_id = m.id), '[]') AS attachments
    FROM entry e JOIN agency a ON a.id = e.agency_id LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    WHERE e.register = ${of.register} AND e.number = ${of.number} AND e.year = ${of.year} AND (${of.agency}::text IS NULL OR a.code = ${of.agency})`;
}

export async function selectAgencyId(db: Database, code: string): Promise<number | null> {
  const [row] = await db<{ id: number }[]>`SELECT id FROM agency WHERE code = ${code} AND id > 0`;
  return row?.id ?? null;
}

export async function selectBlobCount(tx: Transaction | Database): Promise<{ count: number; bytes: number }> {
  const [row] = await tx<{ count: number; bytes: number }[]>`
    SELECT count(*)::integer AS count, coalesce(sum(size), 0)::bigint AS bytes FROM (SELECT sha256, max(size) AS size FROM blob GROUP BY sha256) b`;
  return row ?? { count: 0, bytes: 0 };
}

/** How far every chain goes, and its rows counted one by one: what a proof compares with the manifest. */
export async function selectSeriesCounts(tx: Transaction | Database): Promise<SeriesCount[]> {
  return await tx<SeriesCount[]>`
    WITH counted AS (
      SELECT agency_id, register AS series, year, count(*)::integer AS rows FROM entry GROUP BY agency_id, register, year
      UNION ALL
      SELECT agency_id, 'act:' || register, 0, count(*)::integer FROM act GROUP BY agency_id, register
      UNION ALL
      SELECT agency_id, 'unit:' || unit_id, unit_year, count(*)::integer FROM route WHERE unit_number IS NOT NULL GROUP BY agency_id, unit_id, unit_year
    )
    SELECT a.code AS agency, s.series, s.year, s.last_number AS "lastNumber", encode(s.head_hash, 'hex') AS "headHash", coalesce(c.rows, 0) AS rows
    FROM series s JOIN agency a ON a.id = s.agency_id
         LEFT JOIN counted c ON c.agency_id = s.agency_id AND c.series = s.series AND c.year = s.year
    ORDER BY a.code COLLATE "C", s.series COLLATE "C", s.year`;
}

export async function selectClosedDayCounts(tx: Transaction | Database): Promise<ClosedDayCount[]> {
  return await tx<ClosedDayCount[]>`
    SELECT a.code AS agency, d.ordinal, d.day, encode(d.seal_sha256, 'hex') AS "sealSha256"
    FROM closed_day d JOIN agency a ON a.id = d.agency_id ORDER BY a.code COLLATE "C", d.ordinal`;
}

export interface AgencyCount {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  entries: number;
  blobs: number;
  bytes: number;
}

export async function selectAgencyCounts(tx: Transaction | Database): Promise<AgencyCount[]> {
  return await tx<AgencyCount[]>`
    SELECT a.id, a.code, a.name_th AS "nameTh", a.name_en AS "nameEn",
           (SELECT count(*)::integer FROM entry e WHERE e.agency_id = a.id) AS entries,
           (SELECT count(*)::integer FROM blob b WHERE b.agency_id = a.id) AS blobs,
           (SELECT coalesce(sum(b.size), 0)::bigint FROM blob b WHERE b.agency_id = a.id) AS bytes
    FROM agency a ORDER BY a.id`;
}
