/**
 * SQL of the sweeps. What waits longer than it should is queued again only when no job for it is alive. The job table is the queue's own
 * (schema pgboss, see register/jobs/jobs.ts); it is only looked at, and only its name, state and data columns, which that library documents.
 */
import type { Database, Transaction } from '../../register/db/connect.ts';

// A sweep is a safety net: what does not fit into one run is found by the next.
const AT_MOST = 500;

export async function selectAgencyIds(db: Database): Promise<number[]> {
  return (await db<{ id: number }[]>`SELECT id FROM agency WHERE id > 0 AND state <> 'left' ORDER BY id`).map(row => row.id);
}

/** Letters whose acknowledgement still waits although they were read, or could not be. */
export async function selectForgottenAcknowledgements(tx: Transaction, before: Date): Promise<string[]> {
  const rows = await tx<{ entryId: string }[]>`
    SELECT a.entry_id AS "entryId" FROM acknowledgement a JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    WHERE a.state = 'waiting' AND m.reading <> 'waiting' AND e.entered_at < ${before}
      AND NOT EXISTS (SELECT FROM pgboss.job j WHERE j.name = 'acknowledge' AND j.state < 'completed' AND j.data->>'entryId' = a.entry_id::text)
    LIMIT ${AT_MOST}`;
  return rows.map(row => row.entryId);
}

export async function selectForgottenMails(tx: Transaction, before: Date): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    SELECT m.id FROM mail m
    WHERE m.state IN ('queued', 'sending') AND m.queued_at < ${before}
      AND NOT EXISTS (SELECT FROM pgboss.job j WHERE j.name = 'send-mail' AND j.state < 'completed' AND j.data->>'mailId' = m.id::text)
    LIMIT ${AT_MOST}`;
  return rows.map(row => row.id);
}

export async function selectForgottenReadings(tx: Transaction, before: Date): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    SELECT m.id FROM message m
    WHERE m.reading = 'waiting' AND m.disposition <> 'duplicate' AND m.received_at < ${before}
      AND NOT EXISTS (SELECT FROM pgboss.job j WHERE j.name = 'read-message' AND j.state < 'completed' AND j.data->>'messageId' = m.id::text)
    LIMIT ${AT_MOST}`;
  return rows.map(row => row.id);
}

/** Of these blobs (hex), those that no agency refers to. */
export async function selectUnwanted(db: Database, sha256: string[]): Promise<string[]> {
  const rows = await db<
    { sha256: string }[]
  >`SELECT h AS sha256 FROM unnest(${sha256}::text[]) AS h WHERE NOT blob_is_wanted(decode(h, 'hex'))`;
  return rows.map(row => row.sha256);
}
