/** SQL of verify-days.ts: as the owner, across agencies, in verify's snapshot. `only`: one agency, or null for all. */
import type { Transaction } from '../db/connect.ts';
import type { BookName } from './day-format.ts';

const CHUNK = 500;

export interface ClosedDayRow {
  agencyId: number;
  ordinal: number;
  day: string;
  closedAt: Date;
  sealSha256: string;
  previousSealSha256: string | null;
  signatureSha256: string;
  books: {
    register: string;
    year: number;
    first: number;
    last: number;
    head: string;
    firstAct: number;
    lastAct: number;
    actHead: string;
  }[];
  files: { name: string; sha256: string; size: number; classified: boolean }[];
}

export function streamClosedDays(tx: Transaction, only: number | null): AsyncIterable<ClosedDayRow[]> {
  return tx<ClosedDayRow[]>`
    SELECT d.agency_id AS "agencyId", d.ordinal, d.day, d.closed_at AS "closedAt", encode(d.seal_sha256, 'hex') AS "sealSha256",
           encode(d.previous_seal_sha256, 'hex') AS "previousSealSha256", encode(d.signature_sha256, 'hex') AS "signatureSha256",
           (SELECT coalesce(jsonb_agg(jsonb_build_object('register', b.register, 'year', b.year, 'first', b.first_number, 'last', b.last_number,
                     'head', encode(b.head_hash, 'hex'), 'firstAct', b.first_act, 'lastAct', b.last_act, 'actHead', encode(b.act_head_hash, 'hex'))), '[]')
            FROM closed_book b WHERE b.agency_id = d.agency_id AND b.ordinal = d.ordinal) AS books,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'sha256', encode(f.sha256, 'hex'), 'size', f.size, 'classified', f.classified)), '[]')
            FROM closed_file f WHERE f.agency_id = d.agency_id AND f.ordinal = d.ordinal) AS files
    FROM closed_day d WHERE ${only}::integer IS NULL OR d.agency_id = ${only}::integer ORDER BY d.agency_id, d.ordinal`.cursor(CHUNK);
}

export interface BrokenBook {
  agencyId: number;
  ordinal: number;
  day: string;
  register: BookName;
  year: number;
  what: 'entries' | 'acts';
  first: number;
  last: number;
  /** What the register has at `last` now; null: nothing. */
  found: Buffer | null;
}

/** Books whose head is not the hash of their last entry or act: the register is another than the one that was closed. */
export async function selectBrokenHeads(tx: Transaction, only: number | null): Promise<BrokenBook[]> {
  return await tx<BrokenBook[]>`
    WITH book AS (
      SELECT b.*, d.day, a.code FROM closed_book b JOIN closed_day d USING (agency_id, ordinal) JOIN agency a ON a.id = b.agency_id
      WHERE ${only}::integer IS NULL OR b.agency_id = ${only}::integer
    ), head AS (
      SELECT b.agency_id, b.ordinal, b.day, b.register, b.year, 'entries' AS what, b.first_number AS first, b.last_number AS last, b.head_hash AS expected,
             CASE WHEN b.last_number = 0 THEN genesis_hash(b.code, b.register, b.year) ELSE e.hash END AS found
      FROM book b LEFT JOIN entry e ON e.agency_id = b.agency_id AND e.register = b.register AND e.year = b.year AND e.number = b.last_number
      UNION ALL
      SELECT b.agency_id, b.ordinal, b.day, b.register, b.year, 'acts', b.first_act, b.last_act, b.act_head_hash,
             CASE WHEN b.last_act = 0 THEN genesis_hash(b.code, 'act:' || b.register, 0) ELSE c.hash END
      FROM book b LEFT JOIN act c ON c.agency_id = b.agency_id AND c.register = b.register AND c.ordinal = b.last_act
    )
    SELECT agency_id AS "agencyId", ordinal, day, register, year, what, first, last, found FROM head WHERE found IS DISTINCT FROM expected
    ORDER BY agency_id, ordinal, register, year, what DESC`;
}

export interface BookGap {
  agencyId: number;
  day: string;
  register: string;
  year: number;
  what: 'entries' | 'acts';
  first: number;
  expected: number;
}

/** Books that do not go on where the same book ended before. The acts of a register are one chain over its years. */
export async function selectBookGaps(tx: Transaction, only: number | null): Promise<BookGap[]> {
  return await tx<BookGap[]>`
    WITH follow AS (
      SELECT b.agency_id, d.day, b.register, b.year, 'entries' AS what, b.first_number AS first,
             coalesce(lag(b.last_number) OVER (PARTITION BY b.agency_id, b.register, b.year ORDER BY b.ordinal), 0) + 1 AS expected
      FROM closed_book b JOIN closed_day d USING (agency_id, ordinal)
      UNION ALL
      SELECT b.agency_id, d.day, b.register, b.year, 'acts', b.first_act,
             coalesce(lag(b.last_act) OVER (PARTITION BY b.agency_id, b.register ORDER BY b.ordinal, b.year), 0) + 1
      FROM closed_book b JOIN closed_day d USING (agency_id, ordinal)
    )
    SELECT agency_id AS "agencyId", day, register, year, what, first, expected FROM follow
    WHERE first <> expected AND (${only}::integer IS NULL OR agency_id = ${only}::integer) ORDER BY agency_id, day, register, year`;
}

/** Days that the chain of acts says were closed, and which are not there or have another seal; and days that no act speaks of. */
export async function selectUnspokenDays(
  tx: Transaction,
  only: number | null,
): Promise<{ agencyId: number; day: string; problem: string }[]> {
  return await tx<{ agencyId: number; day: string; problem: string }[]>`
    WITH spoken AS (
      SELECT agency_id, detail->>'ordinal' AS ordinal, coalesce(detail->>'day', '') AS day, detail->>'seal' AS seal FROM act
      WHERE register = 'office' AND kind = 'day-closed' AND (${only}::integer IS NULL OR agency_id = ${only}::integer)
    )
    SELECT coalesce(s.agency_id, d.agency_id) AS "agencyId", coalesce(d.day::text, s.day) AS day,
           CASE WHEN d.ordinal IS NULL THEN 'is gone, though an act says that it was closed' WHEN s.agency_id IS NULL THEN 'no act says that it was closed'
                ELSE 'has another seal than the act says that closed it' END AS problem
    FROM spoken s FULL JOIN (SELECT * FROM closed_day WHERE ${only}::integer IS NULL OR agency_id = ${only}::integer) d
      ON d.agency_id = s.agency_id AND d.ordinal::text = s.ordinal
    WHERE d.ordinal IS NULL OR s.agency_id IS NULL OR encode(d.seal_sha256, 'hex') IS DISTINCT FROM s.seal OR d.day::text <> s.day ORDER BY 1, 2`;
}

/** Hashes of entries or acts as they stand now. */
export async function selectHashes(tx: Transaction, book: BrokenBook): Promise<Map<number, string>> {
  const rows =
    book.what === 'entries'
      ? await tx<{ place: number; hash: string }[]>`
          SELECT number AS place, encode(hash, 'hex') AS hash FROM entry
          WHERE agency_id = ${book.agencyId} AND register = ${book.register} AND year = ${book.year} AND number BETWEEN ${book.first} AND ${book.last}`
      : await tx<{ place: number; hash: string }[]>`
          SELECT ordinal AS place, encode(hash, 'hex') AS hash FROM act
          WHERE agency_id = ${book.agencyId} AND register = ${book.register} AND ordinal BETWEEN ${book.first} AND ${book.last}`;
  return new Map(rows.map(row => [row.place, row.hash]));
}
