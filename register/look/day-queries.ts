/** SQL of the closed days: looking only. */
import type { Transaction } from '../db/connect.ts';
import type { ClosedBook, ClosedDay, DayFile } from './days.ts';

function dayColumns(tx: Transaction) {
  return tx`
    d.ordinal, d.day, d.closed_at AS "closedAt", encode(d.seal_sha256, 'hex') AS "sealSha256", encode(d.previous_seal_sha256, 'hex') AS "previousSealSha256",
    encode(d.signature_sha256, 'hex') AS "signatureSha256"`;
}

/** The days from `from` up to, and without, `until`; newest first. */
export async function selectDays(tx: Transaction, from: string, until: string): Promise<ClosedDay[]> {
  return await tx<ClosedDay[]>`
    SELECT ${dayColumns(tx)} FROM closed_day d
    WHERE d.agency_id = current_agency() AND d.day >= ${from}::date AND d.day < ${until}::date ORDER BY d.ordinal DESC`;
}

/** The days below an ordinal, newest first. */
export async function selectDaysBelow(tx: Transaction, before: number | null, limit: number): Promise<ClosedDay[]> {
  return await tx<ClosedDay[]>`
    SELECT ${dayColumns(tx)} FROM closed_day d
    WHERE d.agency_id = current_agency() ${before === null ? tx`` : tx`AND d.ordinal < ${before}`} ORDER BY d.ordinal DESC LIMIT ${limit}`;
}

export async function selectDay(tx: Transaction, day: string): Promise<ClosedDay | null> {
  const [row] = await tx<
    ClosedDay[]
  >`SELECT ${dayColumns(tx)} FROM closed_day d WHERE d.agency_id = current_agency() AND d.day = ${day}::date`;
  return row ?? null;
}

/** The days beside one in the chain. */
export async function selectNeighbours(tx: Transaction, ordinal: number): Promise<{ ordinal: number; day: string }[]> {
  return await tx<{ ordinal: number; day: string }[]>`
    SELECT ordinal, day FROM closed_day WHERE agency_id = current_agency() AND ordinal IN (${ordinal - 1}, ${ordinal + 1})`;
}

/** 'yyyy-mm' of every month that has a closed day, newest first. */
export async function selectMonths(tx: Transaction): Promise<string[]> {
  const rows = await tx<{ month: string }[]>`
    SELECT DISTINCT to_char(day, 'YYYY-MM') AS month FROM closed_day WHERE agency_id = current_agency() ORDER BY month DESC`;
  return rows.map(row => row.month);
}

/** `cancelled` is counted in the day's own stretch of the chain of acts, which the primary key bounds. */
export async function selectBooks(tx: Transaction, ordinals: number[]): Promise<(ClosedBook & { ordinal: number })[]> {
  return await tx<(ClosedBook & { ordinal: number })[]>`
    SELECT b.ordinal, b.register, b.year, b.first_number AS "firstNumber", b.last_number AS "lastNumber", encode(b.head_hash, 'hex') AS "headHash",
           b.first_act AS "firstAct", b.last_act AS "lastAct", encode(b.act_head_hash, 'hex') AS "actHeadHash",
           (SELECT count(*)::integer FROM act a WHERE a.agency_id = b.agency_id AND a.register = b.register AND a.ordinal BETWEEN b.first_act AND b.last_act
              AND a.kind = 'cancelled') AS cancelled
    FROM closed_book b WHERE b.agency_id = current_agency() AND b.ordinal = ANY(${ordinals}::integer[])
    ORDER BY b.ordinal, array_position(ARRAY['receive', 'receive-classified', 'send', 'send-classified', 'office'], b.register), b.year`;
}

export async function selectFiles(tx: Transaction, ordinals: number[]): Promise<(DayFile & { ordinal: number })[]> {
  return await tx<(DayFile & { ordinal: number })[]>`
    SELECT ordinal, name, content_type AS "contentType", encode(sha256, 'hex') AS sha256, size, classified, added_at AS "addedAt"
    FROM closed_file WHERE agency_id = current_agency() AND ordinal = ANY(${ordinals}::integer[]) ORDER BY ordinal, name`;
}

/** Sizes of blobs of the agency. */
export async function selectSizes(tx: Transaction, sha256s: string[]): Promise<{ sha256: string; size: number }[]> {
  return await tx<{ sha256: string; size: number }[]>`
    SELECT encode(sha256, 'hex') AS sha256, size FROM blob
    WHERE agency_id = current_agency() AND sha256 = ANY(SELECT decode(one, 'hex') FROM unnest(${sha256s}::text[]) one)`;
}
