/** SQL of the copies in other places and of the certificates that prove them: looking only. */
import type { Transaction } from '../db/connect.ts';
import type { AlarmRow, CertificateRow, CopyRow, PlaceRow } from './nights.ts';

function certificateColumns(tx: Transaction) {
  return tx`
    id, copy_id AS "copyId", place, at, outcome, summary, encode(json_sha256, 'hex') AS "jsonSha256", json_size AS "jsonSize",
    encode(pdf_sha256, 'hex') AS "pdfSha256", pdf_size AS "pdfSize"`;
}

/** The newest certificates of the agency the transaction works for, and the newest that was no failure if it is older than those. */
export async function selectNewestCertificates(tx: Transaction, most: number): Promise<CertificateRow[]> {
  return await tx<CertificateRow[]>`
    (SELECT ${certificateColumns(tx)} FROM certificate WHERE agency_id = current_agency() ORDER BY at DESC, id LIMIT ${most})
    UNION
    (SELECT ${certificateColumns(tx)} FROM certificate WHERE agency_id = current_agency() AND outcome <> 'failed' ORDER BY at DESC, id LIMIT 1)
    ORDER BY at DESC, id`;
}

export async function selectCertificate(tx: Transaction, id: string): Promise<CertificateRow | null> {
  const [row] = await tx<
    CertificateRow[]
  >`SELECT ${certificateColumns(tx)} FROM certificate WHERE agency_id = current_agency() AND id = ${id}`;
  return row ?? null;
}

export async function selectCertificatesOf(tx: Transaction, copyIds: string[]): Promise<CertificateRow[]> {
  return await tx<CertificateRow[]>`
    SELECT ${certificateColumns(tx)} FROM certificate WHERE agency_id = current_agency() AND copy_id = ANY(${copyIds}) ORDER BY at DESC, id`;
}

/** The newest whole copy, whatever became of it. */
export async function selectNewestCopy(tx: Transaction): Promise<{ id: string; state: CopyRow['state'] } | null> {
  const [row] = await tx<{ id: string; state: CopyRow['state'] }[]>`
    SELECT id, state FROM copy WHERE kind = 'whole' AND state <> 'running' ORDER BY began_at DESC, id DESC LIMIT 1`;
  return row ?? null;
}

/** Ids of copies, newest first: those the appliance remembers, and those of which only a certificate is left after a restore. */
export async function selectCopyIds(
  tx: Transaction,
  filter: { wholeOnly: boolean; before: string | null; limit: number },
): Promise<string[]> {
  const below = (column: string) => (filter.before === null ? tx`` : tx`AND ${tx(column)} < ${filter.before}`);
  // Each half bounded by itself: the copies of changes are hundreds a day.
  const rows = await tx<{ id: string }[]>`
    (SELECT id FROM copy WHERE true ${filter.wholeOnly ? tx`AND kind = 'whole'` : tx``} ${below('id')} ORDER BY id DESC LIMIT ${filter.limit})
    UNION
    (SELECT DISTINCT copy_id FROM certificate WHERE agency_id = current_agency() ${below('copy_id')} ORDER BY copy_id DESC LIMIT ${filter.limit})
    ORDER BY id DESC LIMIT ${filter.limit}`;
  return rows.map(row => row.id);
}

export async function selectCopies(tx: Transaction, ids: string[]): Promise<CopyRow[]> {
  return await tx<CopyRow[]>`
    SELECT id, kind, state, began_at AS "beganAt", cut_at AS "cutAt", finished_at AS "finishedAt", entries, blobs, bytes, new_bytes AS "newBytes",
           step, done_bytes AS "doneBytes", total_bytes AS "totalBytes", problem
    FROM copy WHERE id = ANY(${ids})`;
}

export async function selectRunningCopy(tx: Transaction, since: Date): Promise<CopyRow | null> {
  const [row] = await tx<CopyRow[]>`
    SELECT id, kind, state, began_at AS "beganAt", cut_at AS "cutAt", finished_at AS "finishedAt", entries, blobs, bytes, new_bytes AS "newBytes",
           step, done_bytes AS "doneBytes", total_bytes AS "totalBytes", problem
    FROM copy WHERE kind = 'whole' AND state = 'running' AND began_at > ${since} ORDER BY began_at DESC LIMIT 1`;
  return row ?? null;
}

export async function selectPlacesOf(tx: Transaction, copyIds: string[]): Promise<(PlaceRow & { copyId: string })[]> {
  return await tx<(PlaceRow & { copyId: string })[]>`
    SELECT copy_id AS "copyId", place, state, sent_at AS "sentAt", proven_at AS "provenAt", restore_ms AS "restoreMs", problem
    FROM copy_at_place WHERE copy_id = ANY(${copyIds}) ORDER BY place`;
}

/** When the newest copy of changes was made: how much a lost machine would lose. */
export async function selectNewestChanges(tx: Transaction): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    SELECT coalesce(cut_at, began_at) AS at FROM copy WHERE state = 'made' ORDER BY began_at DESC LIMIT 1`;
  return row?.at ?? null;
}

/** What is the matter with the night just now, the oldest first. */
export async function selectAlarms(tx: Transaction): Promise<AlarmRow[]> {
  return await tx<AlarmRow[]>`
    SELECT code, place, since, problem_th AS th, problem_en AS en FROM night_alarm ORDER BY since, code, place`;
}

/** Whether the appliance's figures are those of one agency alone. */
export async function isOnlyAgency(tx: Transaction): Promise<boolean> {
  const [row] = await tx<{ agencies: number }[]>`SELECT count(*)::integer AS agencies FROM agency WHERE id > 0`;
  return row?.agencies === 1;
}
