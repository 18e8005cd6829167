/**
 * SQL of duplicates.ts. Earlier means a lower number of the register: readings end in any order. Compared is within one register alone: a letter of the ordinary
 * one must not tell that the classified one holds the like.
 */
import type { Transaction } from './db/connect.ts';

export interface PartOfSet {
  sha256: string;
  size: number;
  contentType: string;
}

export async function selectAttachmentParts(tx: Transaction, entryId: string): Promise<PartOfSet[]> {
  return await tx<PartOfSet[]>`
    SELECT DISTINCT encode(a.sha256, 'hex') AS sha256, a.size, a.content_type AS "contentType"
    FROM entry e JOIN attachment a ON a.agency_id = e.agency_id AND a.message_id = e.message_id
    WHERE e.id = ${entryId} AND a.role = 'attachment'`;
}

/** @param set - hex, or null */
export async function updateAttachmentSet(tx: Transaction, entryId: string, set: string | null): Promise<void> {
  await tx`
    UPDATE entry SET attachment_set = decode(${set}::text, 'hex') WHERE id = ${entryId} AND attachment_set IS DISTINCT FROM decode(${set}::text, 'hex')`;
}

export interface EntryToCompare {
  id: string;
  agencyId: number;
  attachmentSet: string | null;
  letterNumber: string;
}

export async function selectToCompare(tx: Transaction, entryId: string): Promise<EntryToCompare | null> {
  const [row] = await tx<EntryToCompare[]>`
    SELECT id, agency_id AS "agencyId", encode(attachment_set, 'hex') AS "attachmentSet", letter_number AS "letterNumber"
    FROM entry WHERE id = ${entryId} AND register IN ('receive', 'receive-classified')`;
  return row ?? null;
}

/** Readings of letters that share this key wait for each other until the commit, so that of two read at once the second sees the first. */
export async function lockKey(tx: Transaction, agencyId: number, key: string): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`duplicate ${agencyId} ${key}`}, 25690004))`;
}

export type DuplicateReason = 'attachments' | 'letter-number';

export interface DuplicatePair {
  id: string;
  original: string;
}

/**
 * The entry and those that look the same, each with the lowest numbered of them before it. Cancelled ones count for nothing.
 * @param days - how far apart two of them may lie
 * @returns pairs of which one is the entry itself
 */
export async function selectSame(tx: Transaction, entryId: string, reason: DuplicateReason, days: number): Promise<DuplicatePair[]> {
  const same =
    reason === 'attachments'
      ? tx`o.attachment_set = e.attachment_set AND lower(split_part(o.from_address, '@', 2)) = lower(split_part(e.from_address, '@', 2))
           AND strpos(e.from_address, '@') > 0`
      : tx`o.letter_number <> '' AND o.letter_number = e.letter_number AND o.letter_date IS NOT DISTINCT FROM e.letter_date
           AND ((e.from_address <> '' AND lower(o.from_address) = lower(e.from_address)) OR (e.from_agency <> '' AND o.from_agency = e.from_agency))`;
  // An officer who said once that these are no duplicates (a form sent every month) is not asked again.
  const settled = tx`EXISTS (SELECT FROM entry o WHERE o.agency_id = e.agency_id AND o.duplicate_state = 'dismissed' AND o.duplicate_reason = ${reason} AND ${same})`;
  return await tx<DuplicatePair[]>`
    WITH e AS (SELECT * FROM entry WHERE id = ${entryId} AND state <> 'cancelled'),
    other AS (
      SELECT o.id, (o.year, o.number) < (e.year, e.number) AS earlier, o.year, o.number
      FROM e JOIN entry o ON o.agency_id = e.agency_id AND o.register = e.register AND o.id <> e.id AND o.state <> 'cancelled'
        AND o.received_at BETWEEN e.received_at - make_interval(days => ${days}) AND e.received_at + make_interval(days => ${days})
      WHERE ${same} AND NOT ${settled}
    )
    (SELECT ${entryId}::uuid AS id, id AS original FROM other WHERE earlier ORDER BY year, number LIMIT 1)
    UNION ALL
    SELECT id, ${entryId}::uuid FROM other WHERE NOT earlier AND NOT EXISTS (SELECT FROM other WHERE earlier)`;
}

/**
 * Flags an entry that bears no flag yet; what an officer linked or dismissed stays. One that somebody has locked is left out: waiting for it
 * here could be waiting in a circle.
 */
export async function flagEntry(tx: Transaction, pair: DuplicatePair, reason: DuplicateReason): Promise<boolean> {
  const rows = await tx`
    UPDATE entry SET possible_duplicate_of = ${pair.original}, duplicate_state = 'flagged', duplicate_reason = ${reason}
    WHERE id = (SELECT id FROM entry WHERE id = ${pair.id} AND possible_duplicate_of IS NULL AND duplicate_state IS NULL FOR UPDATE SKIP LOCKED) RETURNING id`;
  return rows.length === 1;
}
