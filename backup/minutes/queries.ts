/** SQL of the copies between nights: the notes of changes (migration 0013), the rows they lead to, and what was made and sent of them. */
import type { Database, Transaction } from '../../register/db/connect.ts';

export interface WatchRow {
  since: string | null;
}

export async function selectWatch(tx: Transaction | Database): Promise<WatchRow | null> {
  const [row] = await tx<WatchRow[]>`SELECT since::text AS since FROM change_watch`;
  return row ?? null;
}

export async function insertWatch(tx: Database): Promise<void> {
  await tx`INSERT INTO change_watch DEFAULT VALUES ON CONFLICT DO NOTHING`;
}

/** Marks a transaction that began after the notes were switched on for everybody. */
export async function markSince(tx: Database): Promise<void> {
  await tx`UPDATE change_watch SET since = pg_current_xact_id() WHERE since IS NULL`;
}

/** Whether every transaction up to `since` has ended. */
export async function selectAllEnded(tx: Database): Promise<boolean> {
  const [row] = await tx<{ ended: boolean }[]>`
    SELECT pg_snapshot_xmin(pg_current_snapshot()) > since AS ended FROM change_watch`;
  return row?.ended === true;
}

export async function deleteWatch(tx: Transaction): Promise<void> {
  await tx`DELETE FROM change_watch`;
  await tx`DELETE FROM changed`;
}

export async function selectNotesSize(tx: Database): Promise<number> {
  const [row] = await tx<{ bytes: number }[]>`SELECT pg_total_relation_size('changed') AS bytes`;
  return row?.bytes ?? 0;
}

/** Notes that a whole copy holds already. */
export async function deleteNotesBefore(tx: Database, snapshot: string): Promise<void> {
  await tx`DELETE FROM changed WHERE pg_visible_in_snapshot(at, ${snapshot}::text::pg_snapshot)`;
}

export interface CutRow {
  snapshot: string;
  postgres: string;
  /** Whether a base with this snapshot lacks no note. */
  watched: boolean;
}

/** The snapshot of this transaction, and whether everything since `base` was noted. */
export async function selectCut(tx: Transaction, base: string): Promise<CutRow> {
  const [row] = await tx<CutRow[]>`
    SELECT pg_current_snapshot()::text AS snapshot, current_setting('server_version') AS postgres,
           coalesce((SELECT pg_snapshot_xmin(${base}::text::pg_snapshot) > since FROM change_watch), false) AS watched`;
  if (row === undefined) throw new Error('no snapshot');
  return row;
}

/** Tables with notes that are not in `snapshot`, and how many keys those have. */
export async function selectNotedTables(tx: Transaction, snapshot: string): Promise<{ name: string; keys: number }[]> {
  return await tx<{ name: string; keys: number }[]>`
    SELECT table_name AS name, sum(jsonb_array_length(keys))::bigint AS keys FROM changed
    WHERE NOT pg_visible_in_snapshot(at, ${snapshot}::text::pg_snapshot) GROUP BY table_name`;
}

/** Types of the columns of primary keys, by table and column. */
export async function selectKeyTypes(tx: Transaction): Promise<{ table: string; column: string; type: string }[]> {
  return await tx<{ table: string; column: string; type: string }[]>`
    SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
    WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace`;
}

/** Tables whose changes are noted. */
export async function selectWatchedTables(tx: Transaction | Database): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname IN ('note_inserted', 'note_updated', 'note_deleted') AND t.tgenabled = 'O' GROUP BY c.relname HAVING count(*) = 3 ORDER BY c.relname`;
  return rows.map(row => row.name);
}

/** Blobs of all agencies that came since; `keys` is the SELECT of their keys. */
export async function selectNewBlobs(tx: Transaction, keys: string): Promise<{ sha256: string; size: number }[]> {
  return await tx.unsafe<{ sha256: string; size: number }[]>(`
    SELECT DISTINCT ON (b.sha256) encode(b.sha256, 'hex') AS sha256, b.size FROM public.blob b JOIN (${keys}) n USING (agency_id, sha256) ORDER BY b.sha256`);
}

export async function selectAgencyCode(tx: Transaction, agencyId: number): Promise<string> {
  const [row] = await tx<{ code: string }[]>`SELECT code FROM agency WHERE id = ${agencyId}`;
  if (row === undefined) throw new Error(`no agency ${agencyId}`);
  return row.code;
}

export interface CopyLink {
  id: string;
  cutAt: Date;
  snapshot: string;
  manifestSha256: string;
}

/** The newest whole copy that is there. */
export async function selectBase(db: Database): Promise<CopyLink | null> {
  const [row] = await db<CopyLink[]>`
    SELECT id, cut_at AS "cutAt", snapshot, encode(manifest_sha256, 'hex') AS "manifestSha256" FROM copy
    WHERE kind = 'whole' AND state = 'made' AND snapshot IS NOT NULL AND manifest_sha256 IS NOT NULL ORDER BY cut_at DESC, id DESC LIMIT 1`;
  return row ?? null;
}

/** The newest copy of changes of a night. */
export async function selectNewestOf(db: Database, base: string): Promise<CopyLink | null> {
  const [row] = await db<CopyLink[]>`
    SELECT id, cut_at AS "cutAt", snapshot, encode(manifest_sha256, 'hex') AS "manifestSha256" FROM copy
    WHERE kind = 'changes' AND state = 'made' AND base_id = ${base} ORDER BY cut_at DESC, id DESC LIMIT 1`;
  return row ?? null;
}

export interface ChangesRow {
  id: string;
  baseId: string;
  previousId: string;
  at: Date;
  cutAt: Date;
  snapshot: string;
  manifestSha256: string;
  entries: number;
  blobs: number;
  bytes: number;
  newBytes: number;
}

export async function insertChanges(tx: Transaction, row: ChangesRow, places: string[]): Promise<void> {
  await tx`
    INSERT INTO copy (id, kind, base_id, previous_id, state, began_at, cut_at, finished_at, snapshot, manifest_sha256, entries, blobs, bytes, new_bytes)
    VALUES (${row.id}, 'changes', ${row.baseId}, ${row.previousId}, 'made', ${row.at}, ${row.cutAt}, ${row.at}, ${row.snapshot},
            decode(${row.manifestSha256}, 'hex'), ${row.entries}, ${row.blobs}, ${row.bytes}, ${row.newBytes})`;
  await tx`INSERT INTO copy_at_place (copy_id, place, state) SELECT ${row.id}, place, 'sending' FROM unnest(${places}::text[]) AS place`;
}

export interface PendingRow {
  id: string;
  baseId: string;
  state: string;
}

/** Whether the night itself lies at the place. */
export async function selectHasNight(db: Database, base: string, place: string): Promise<boolean> {
  const rows = await db`
    SELECT FROM copy_at_place WHERE copy_id = ${base} AND place = ${place} AND state IN ('sent', 'proven', 'partly-proven')`;
  return rows.length > 0;
}

/** Copies of changes of a night, oldest first, with their state at a place ('none' for a place that was not set then). */
export async function selectChangesAt(db: Database, base: string, place: string): Promise<PendingRow[]> {
  return await db<PendingRow[]>`
    SELECT c.id, c.base_id AS "baseId", coalesce(p.state, 'none') AS state FROM copy c LEFT JOIN copy_at_place p ON p.copy_id = c.id AND p.place = ${place}
    WHERE c.kind = 'changes' AND c.state = 'made' AND c.base_id = ${base} ORDER BY c.cut_at, c.id`;
}

export async function saveStateAt(
  db: Database,
  at: { id: string; place: string; state: 'sent' | 'failed'; at: Date | null; problem: string },
): Promise<void> {
  await db`
    INSERT INTO copy_at_place (copy_id, place, state, sent_at, problem) VALUES (${at.id}, ${at.place}, ${at.state}, ${at.at}, ${at.problem})
    ON CONFLICT (copy_id, place) DO UPDATE SET state = EXCLUDED.state, sent_at = EXCLUDED.sent_at, problem = EXCLUDED.problem`;
}

const LOCK = 25640527;

/** One maker of changes at a time; the lock goes with the connection. A night may be under way beside it: that one takes hours the first time. */
export async function lockChanges(connection: ReservedConnection): Promise<boolean> {
  const [row] = await connection<{ locked: boolean }[]>`SELECT pg_try_advisory_lock(${LOCK}) AS locked`;
  return row?.locked === true;
}

export async function unlockChanges(connection: ReservedConnection): Promise<void> {
  await connection`SELECT pg_advisory_unlock(${LOCK})`;
}

type ReservedConnection = Awaited<ReturnType<Database['reserve']>>;
