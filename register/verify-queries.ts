/**
 * SQL of verify.ts. Read as the owner, across agencies or for one of them (`only`), in one read-only snapshot.
 */
import type { Transaction } from './db/connect.ts';

const CHUNK = 2_000;

/** The agency to look at; null: all. */
export type Only = number | null;

export interface AgencyRow {
  id: number;
  code: string;
}

/** With agency 0, the provider: it has no letters, but a chain of acts. */
export async function selectAgencies(tx: Transaction, only: Only): Promise<AgencyRow[]> {
  return await tx<AgencyRow[]>`SELECT id, code FROM agency ${only === null ? tx`` : tx`WHERE id = ${only}`} ORDER BY id`;
}

export interface SeriesRow {
  agencyId: number;
  series: string;
  year: number;
  lastNumber: number;
  headHash: Buffer;
}

export async function selectSeries(tx: Transaction, only: Only): Promise<SeriesRow[]> {
  return await tx<
    SeriesRow[]
  >`SELECT agency_id AS "agencyId", series, year, last_number AS "lastNumber", head_hash AS "headHash" FROM series ${of(tx, 'series', only)}`;
}

export interface EntryRow {
  agencyId: number;
  register: string;
  year: number;
  number: number;
  id: string;
  rawSha256: Buffer | null;
  messageSha256: Buffer | null;
  receivedAt: Date;
  enteredAt: Date;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
  previousHash: Buffer;
  hash: Buffer;
}

export function streamEntries(tx: Transaction, only: Only): AsyncIterable<EntryRow[]> {
  return tx<EntryRow[]>`
    SELECT e.agency_id AS "agencyId", e.register, e.year, e.number, e.id, e.raw_sha256 AS "rawSha256", m.sha256 AS "messageSha256", e.received_at AS "receivedAt",
           e.entered_at AS "enteredAt", e.envelope_from AS "envelopeFrom", e.from_name AS "fromName", e.from_address AS "fromAddress",
           e.previous_hash AS "previousHash", e.hash
    FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    ${of(tx, 'e', only)} ORDER BY e.agency_id, e.register, e.year, e.number`.cursor(CHUNK);
}

export interface ActRow {
  agencyId: number;
  register: string;
  ordinal: number;
  entryId: string | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: Date;
  detail: string;
  previousHash: Buffer;
  hash: Buffer;
}

export function streamActs(tx: Transaction, only: Only): AsyncIterable<ActRow[]> {
  return tx<ActRow[]>`
    SELECT agency_id AS "agencyId", register, ordinal, entry_id AS "entryId", route_id AS "routeId", kind, actor_id AS "actorId", actor_name AS "actorName", peer, at,
           detail::text AS detail, previous_hash AS "previousHash", hash
    FROM act ${of(tx, 'act', only)} ORDER BY agency_id, register, ordinal`.cursor(CHUNK);
}

export function streamBlobs(tx: Transaction, only: Only): AsyncIterable<{ sha256: string; size: number }[]> {
  return tx<{ sha256: string; size: number }[]>`
    SELECT encode(sha256, 'hex') AS sha256, max(size) AS size FROM blob ${of(tx, 'blob', only)} GROUP BY sha256 ORDER BY sha256`.cursor(
    CHUNK,
  );
}

/** I2, should the index that holds it ever be missing or corrupt. */
export async function selectDoubleMessages(tx: Transaction, only: Only): Promise<{ id: string }[]> {
  return await tx<{ id: string }[]>`
    SELECT max(id::text) AS id FROM message WHERE disposition <> 'duplicate' ${alsoOf(tx, 'message', only)} GROUP BY agency_id, sha256, envelope_sha256 HAVING count(*) > 1`;
}

/** Rows that should have a partner and have none: an entry whose message is gone, a letter that never got its entry. */
export async function selectLooseEnds(
  tx: Transaction,
  only: Only,
): Promise<{ invariant: 'I2' | 'I4' | 'I5'; object: string; problem: string }[]> {
  return await tx<{ invariant: 'I2' | 'I4' | 'I5'; object: string; problem: string }[]>`
    SELECT 'I5' AS invariant, 'entry ' || e.id AS object, 'its message is missing' AS problem
      FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id WHERE e.message_id IS NOT NULL AND m.id IS NULL ${alsoOf(tx, 'e', only)}
    UNION ALL
    SELECT DISTINCT 'I5', 'entry ' || a.entry_id, 'is gone, though an act names it'
      FROM act a LEFT JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id WHERE a.entry_id IS NOT NULL AND e.id IS NULL ${alsoOf(tx, 'a', only)}
    UNION ALL
    SELECT 'I5', 'entry ' || e.id, 'its ' || f.fact || ' was altered past its history'
      FROM (SELECT DISTINCT ON (agency_id, entry_id, fact) agency_id, entry_id, fact, after FROM fact_change ${of(tx, 'fact_change', only)} ORDER BY agency_id, entry_id, fact, id DESC) f
      JOIN entry e ON e.agency_id = f.agency_id AND e.id = f.entry_id
      WHERE f.after IS DISTINCT FROM CASE f.fact
        WHEN 'subject' THEN e.subject WHEN 'addressee' THEN e.addressee WHEN 'fromAgency' THEN e.from_agency WHEN 'letterNumber' THEN e.letter_number
        WHEN 'letterDate' THEN e.letter_date::text WHEN 'urgency' THEN e.urgency WHEN 'secrecy' THEN e.secrecy WHEN 'circular' THEN e.circular::text
        WHEN 'kind' THEN e.kind WHEN 'dueOn' THEN e.due_on::text WHEN 'remark' THEN e.remark END
    UNION ALL
    SELECT 'I2', 'message ' || m.id, 'says it is entered, but has no entry'
      FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id WHERE m.disposition = 'entered' AND (e.id IS NULL OR e.message_id <> m.id) ${alsoOf(tx, 'm', only)}
    UNION ALL
    SELECT 'I4', 'message ' || m.id, 'its blob is not recorded'
      FROM message m LEFT JOIN blob b ON b.agency_id = m.agency_id AND b.sha256 = m.sha256 WHERE (b.sha256 IS NULL OR b.size <> m.size) ${alsoOf(tx, 'm', only)}
    UNION ALL
    SELECT 'I4', 'attachment ' || a.id, 'its blob is not recorded'
      FROM attachment a LEFT JOIN blob b ON b.agency_id = a.agency_id AND b.sha256 = a.sha256 WHERE (b.sha256 IS NULL OR b.size <> a.size) ${alsoOf(tx, 'a', only)}`;
}

/** Units' own numbers: 1..n, and n as the series says, for a number taken away at the end leaves no gap. */
export async function selectUnitGaps(
  tx: Transaction,
  only: Only,
): Promise<{ unitId: string; year: number; entries: number; last: number }[]> {
  return await tx<{ unitId: string; year: number; entries: number; last: number }[]>`
    WITH given AS (
      SELECT agency_id, 'unit:' || unit_id AS series, unit_year AS year, count(*)::integer AS entries, max(unit_number) AS last
      FROM route WHERE unit_number IS NOT NULL ${alsoOf(tx, 'route', only)} GROUP BY agency_id, unit_id, unit_year
    )
    SELECT substr(coalesce(s.series, g.series), 6) AS "unitId", coalesce(s.year, g.year) AS year, coalesce(g.entries, 0) AS entries,
           greatest(coalesce(s.last_number, 0), coalesce(g.last, 0)) AS last
    FROM (SELECT * FROM series WHERE series LIKE 'unit:%' ${alsoOf(tx, 'series', only)}) s
      FULL JOIN given g ON g.agency_id = s.agency_id AND g.series = s.series AND g.year = s.year
    WHERE coalesce(g.entries, 0) <> coalesce(g.last, 0) OR coalesce(g.last, 0) <> coalesce(s.last_number, 0)`;
}

export async function selectBrokenAcknowledgements(tx: Transaction, only: Only): Promise<{ entryId: string }[]> {
  return await tx<{ entryId: string }[]>`
    SELECT entry_id AS "entryId" FROM mail WHERE kind = 'acknowledgement' AND state = 'sent' ${alsoOf(tx, 'mail', only)} GROUP BY agency_id, entry_id HAVING count(*) > 1`;
}

function of(tx: Transaction, table: string, only: Only) {
  return only === null ? tx`` : tx`WHERE ${tx(table)}.agency_id = ${only}`;
}

function alsoOf(tx: Transaction, table: string, only: Only) {
  return only === null ? tx`` : tx`AND ${tx(table)}.agency_id = ${only}`;
}
