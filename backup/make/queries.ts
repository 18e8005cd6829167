/** SQL of the maker of copies. As the owner. Places are told apart by a bit each (the first place is 1), so that one number says who has an object. */
import type { Database, Transaction } from '../../register/db/connect.ts';
import type { CopyId, ObjectRef } from '../format.ts';
import type { Reserved } from './lock.ts';

// Any constant will do that no other lock of ours has (register/db/migrate.ts: 25640526).
const MAKER = 25640527;

// Rows are read in the order of their keys, and blobs compared with what was sent: sorted and hashed in memory where they fit, on this connection alone.
const ROOM_TO_SORT = "SET LOCAL work_mem = '64MB'";

export async function lockMaker(connection: Reserved): Promise<boolean> {
  const [row] = await connection<{ locked: boolean }[]>`SELECT pg_try_advisory_lock(${MAKER}) AS locked`;
  return row?.locked === true;
}

export async function unlockMaker(connection: Reserved): Promise<void> {
  await connection`SELECT pg_advisory_unlock(${MAKER})`;
}

export async function insertCopy(db: Database, id: CopyId, at: Date, places: string[]): Promise<void> {
  await db.begin(async tx => {
    await tx`INSERT INTO copy (id, kind, state, began_at, step) VALUES (${id}, 'whole', 'running', ${at}, 'looking')`;
    await tx`INSERT INTO copy_at_place (copy_id, place, state) SELECT ${id}, place, 'sending' FROM unnest(${places}::text[]) AS place`;
  });
}

export interface UnfinishedRow {
  id: CopyId;
  /** Whether its night file was complete when the work broke off, and may lie in a place. */
  written: boolean;
}

export async function selectUnfinished(db: Database): Promise<UnfinishedRow[]> {
  return await db<UnfinishedRow[]>`
    SELECT id, manifest_sha256 IS NOT NULL AS written FROM copy WHERE kind = 'whole' AND state = 'running' ORDER BY id`;
}

/** A copy that broke off after its night file had reached places is a copy; one that reached none failed. */
export async function settleUnfinished(db: Database, id: CopyId, places: string[], at: Date): Promise<void> {
  await db.begin(async tx => {
    await tx`
      UPDATE copy_at_place SET state = CASE WHEN place = ANY (${places}::text[]) THEN 'sent' ELSE 'failed' END,
             sent_at = CASE WHEN place = ANY (${places}::text[]) THEN ${at}::timestamptz END,
             problem = CASE WHEN place = ANY (${places}::text[]) THEN '' ELSE 'broken off' END
      WHERE copy_id = ${id} AND state = 'sending'`;
    await tx`
      UPDATE copy SET state = CASE WHEN EXISTS (SELECT FROM copy_at_place WHERE copy_id = ${id} AND state = 'sent') THEN 'made' ELSE 'failed' END,
             finished_at = ${at}, step = '', problem = 'broken off' WHERE id = ${id}`;
  });
}

export async function selectNewestCopyTime(db: Database): Promise<Date | null> {
  const [row] = await db<{ at: Date | null }[]>`SELECT max(coalesce(cut_at, began_at)) AS at FROM copy WHERE state = 'made'`;
  return row?.at ?? null;
}

export async function saveProgress(db: Database, id: CopyId, step: string, done: number, total: number): Promise<void> {
  await db`UPDATE copy SET step = ${step}, done_bytes = ${done}, total_bytes = ${total} WHERE id = ${id} AND state = 'running'`;
}

export interface WrittenCopy {
  id: CopyId;
  cutAt: Date;
  snapshot: string;
  manifestSha256: string;
  entries: number;
  blobs: number;
  bytes: number;
  pieces: string[];
}

/** Before the night file is sent: after this the copy can be told whole even if the process ends in the middle. */
export async function saveWritten(db: Database, copy: WrittenCopy): Promise<void> {
  await db.begin(async tx => {
    await tx`
      INSERT INTO copy_piece (copy_id, sha256) SELECT ${copy.id}, decode(sha256, 'hex') FROM unnest(${copy.pieces}::text[]) AS sha256 ON CONFLICT DO NOTHING`;
    await tx`
      UPDATE copy SET cut_at = ${copy.cutAt}, snapshot = ${copy.snapshot}, manifest_sha256 = decode(${copy.manifestSha256}, 'hex'), entries = ${copy.entries},
             blobs = ${copy.blobs}, bytes = ${copy.bytes} WHERE id = ${copy.id}`;
  });
}

export async function finishCopy(
  db: Database,
  copy: { id: CopyId; state: 'made' | 'failed'; at: Date; newBytes: number; problem: string },
): Promise<void> {
  await db.begin(async tx => {
    await tx`
      UPDATE copy SET state = ${copy.state}, finished_at = ${copy.at}, new_bytes = ${copy.newBytes}, problem = ${copy.problem}, step = '' WHERE id = ${copy.id}`;
    await tx`UPDATE copy_at_place SET state = 'failed', problem = ${copy.problem} WHERE copy_id = ${copy.id} AND state = 'sending'`;
  });
}

export async function saveAtPlace(
  db: Database,
  at: { id: CopyId; place: string; state: 'sent' | 'failed' | 'damaged'; sentAt: Date | null; problem: string },
): Promise<void> {
  await db`
    UPDATE copy_at_place SET state = ${at.state}, sent_at = coalesce(${at.sentAt}::timestamptz, sent_at), problem = ${at.problem}
    WHERE copy_id = ${at.id} AND place = ${at.place}`;
}

export interface PackRow {
  name: string;
  copyId: CopyId;
  holds: 'letters' | 'tables';
  sha256: string;
  size: number;
  listSha256: string;
  listSize: number;
}

export async function insertPack(db: Database, pack: PackRow, objects: ObjectRef[]): Promise<void> {
  await db.begin(async tx => {
    await tx`
      INSERT INTO pack (name, copy_id, holds, sha256, size, objects, list_sha256, list_size)
      VALUES (${pack.name}, ${pack.copyId}, ${pack.holds}, decode(${pack.sha256}, 'hex'), ${pack.size}, ${objects.length}, decode(${pack.listSha256}, 'hex'), ${pack.listSize})`;
    await tx`
      INSERT INTO pack_object (pack, sha256) SELECT ${pack.name}, decode(sha256, 'hex') FROM unnest(${objects.map(object => object.sha256)}::text[]) AS sha256`;
  });
}

export async function insertPackAtPlace(db: Database, pack: string, place: string, at: Date): Promise<void> {
  await db`
    INSERT INTO pack_at_place (pack, place, state, sent_at) VALUES (${pack}, ${place}, 'sent', ${at})
    ON CONFLICT (place, pack) DO UPDATE SET state = 'sent', sent_at = EXCLUDED.sent_at, proven_at = NULL`;
}

/** Packs that were built and of which no place is known to have one. */
export async function selectUnsentPacks(db: Database): Promise<PackRow[]> {
  return await db<PackRow[]>`
    SELECT name, copy_id AS "copyId", holds, encode(sha256, 'hex') AS sha256, size, encode(list_sha256, 'hex') AS "listSha256", list_size AS "listSize"
    FROM pack p WHERE NOT EXISTS (SELECT FROM pack_at_place a WHERE a.pack = p.name) ORDER BY name`;
}

export async function deletePack(db: Database, name: string): Promise<void> {
  await db`DELETE FROM pack WHERE name = ${name}`;
}

export async function selectPacksAt(db: Database, place: string): Promise<{ name: string; size: number; listSize: number }[]> {
  return await db<{ name: string; size: number; listSize: number }[]>`
    SELECT p.name, p.size, p.list_size AS "listSize" FROM pack_at_place a JOIN pack p ON p.name = a.pack WHERE a.place = ${place} AND a.state = 'sent'`;
}

export async function markPacksDamaged(db: Database, place: string, packs: string[]): Promise<void> {
  await db`UPDATE pack_at_place SET state = 'damaged' WHERE place = ${place} AND pack = ANY (${packs}::text[])`;
}

export async function selectNightsAt(db: Database, place: string): Promise<{ id: CopyId }[]> {
  return await db<{ id: CopyId }[]>`
    SELECT a.copy_id AS id FROM copy_at_place a JOIN copy c ON c.id = a.copy_id
    WHERE a.place = ${place} AND a.state IN ('sent', 'proven', 'partly-proven') AND c.kind = 'whole' ORDER BY a.copy_id`;
}

/** Everything that is believed to lie in a place, forgotten. */
export async function forgetAtPlace(db: Database, place: string): Promise<void> {
  await db.begin(async tx => {
    await tx`UPDATE pack_at_place SET state = 'removed' WHERE place = ${place} AND state <> 'removed'`;
    await tx`UPDATE copy_at_place SET state = 'removed', problem = 'the place was given up' WHERE place = ${place} AND state <> 'removed'`;
  });
}

/** Of which objects does which place have a whole pack. Those that none has are not among the rows. */
export async function selectHeld(
  db: Database,
  holds: 'letters' | 'tables',
  objects: string[],
  places: string[],
): Promise<{ sha256: string; held: number }[]> {
  return await db<{ sha256: string; held: number }[]>`
    SELECT encode(o.sha256, 'hex') AS sha256, bit_or(1 << (array_position(${places}::text[], a.place) - 1)) AS held
    FROM pack_object o JOIN pack p ON p.name = o.pack AND p.holds = ${holds} JOIN pack_at_place a ON a.pack = o.pack AND a.state = 'sent'
    WHERE o.sha256 = ANY (SELECT decode(sha256, 'hex') FROM unnest(${objects}::text[]) AS sha256) AND a.place = ANY (${places}::text[])
    GROUP BY o.sha256`;
}

/**
 * Notes in a table of the connection's own which blobs which places lack: one anti-join, and no memory of ours that grows with the archive.
 * Blobs that came after the cut may be among them; nothing is lost by sending them early.
 */
export async function noteLackingBlobs(connection: Reserved, places: string[]): Promise<{ count: number; bytes: number }> {
  await connection`DROP TABLE IF EXISTS pg_temp.lacking_blob`;
  await connection`CREATE TEMP TABLE lacking_blob (ordinal bigint PRIMARY KEY, sha256 bytea NOT NULL, size bigint NOT NULL, held integer NOT NULL)`;
  await connection.unsafe('BEGIN');
  try {
    await connection.unsafe(ROOM_TO_SORT);
    await insertLackingBlobs(connection, places);
  } finally {
    // After an error COMMIT takes everything back.
    await connection.unsafe('COMMIT');
  }
  const [row] = await connection<{ count: number; bytes: number }[]>`
    SELECT count(*)::integer AS count, coalesce(sum(size), 0)::bigint AS bytes FROM lacking_blob`;
  return row ?? { count: 0, bytes: 0 };
}

async function insertLackingBlobs(connection: Reserved, places: string[]): Promise<void> {
  await connection`
    INSERT INTO lacking_blob
    SELECT row_number() OVER (ORDER BY coalesce(h.held, 0), b.at, b.sha256), b.sha256, b.size, coalesce(h.held, 0)
    FROM (SELECT sha256, max(size) AS size, min(stored_at) AS at FROM blob GROUP BY sha256) b
    LEFT JOIN (
      SELECT o.sha256, bit_or(1 << (array_position(${places}::text[], a.place) - 1)) AS held
      FROM pack_object o JOIN pack p ON p.name = o.pack AND p.holds = 'letters' JOIN pack_at_place a ON a.pack = o.pack AND a.state = 'sent'
      WHERE a.place = ANY (${places}::text[]) GROUP BY o.sha256
    ) h ON h.sha256 = b.sha256
    WHERE coalesce(h.held, 0) <> ${2 ** places.length - 1}`;
}

export interface LackingBlob {
  ordinal: number;
  sha256: string;
  size: number;
  held: number;
}

export async function selectLackingBlobs(connection: Reserved, after: number, limit: number): Promise<LackingBlob[]> {
  return await connection<LackingBlob[]>`
    SELECT ordinal, encode(sha256, 'hex') AS sha256, size, held FROM lacking_blob WHERE ordinal > ${after} ORDER BY ordinal LIMIT ${limit}`;
}

export async function beginSnapshot(connection: Reserved): Promise<{ snapshot: string; postgres: string }> {
  await connection.unsafe('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await connection.unsafe(ROOM_TO_SORT);
  const [row] = await connection<{ snapshot: string; postgres: string }[]>`
    SELECT pg_current_snapshot()::text AS snapshot, current_setting('server_version') AS postgres`;
  if (row === undefined) throw new Error('PostgreSQL gave no snapshot');
  return row;
}

/** Lets other connections see what this transaction sees, as long as it lasts. */
export async function exportSnapshot(tx: Transaction): Promise<string> {
  const [row] = await tx<{ id: string }[]>`SELECT pg_export_snapshot() AS id`;
  if (row === undefined) throw new Error('PostgreSQL exported no snapshot');
  return row.id;
}

/** Must come first in its transaction. @param snapshot - of exportSnapshot */
export async function useSnapshot(tx: Transaction, snapshot: string): Promise<void> {
  // SET takes no parameters; the name is PostgreSQL's own.
  if (!/^[0-9A-F-]+$/.test(snapshot)) throw new Error('no name of a snapshot');
  await tx.unsafe(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
  await tx.unsafe(ROOM_TO_SORT);
}

export async function selectTableSizes(tx: Transaction): Promise<{ name: string; bytes: number }[]> {
  return await tx<{ name: string; bytes: number }[]>`
    SELECT relname::text AS name, pg_table_size(oid) AS bytes FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`;
}

export async function endSnapshot(connection: Reserved): Promise<void> {
  await connection.unsafe('COMMIT');
}

export async function selectMigrations(tx: Transaction): Promise<{ name: string; sha256: string }[]> {
  return await tx<{ name: string; sha256: string }[]>`SELECT name, sha256 FROM migration ORDER BY name`;
}

export async function selectAgencyCode(tx: Transaction, agencyId: number): Promise<string> {
  const [row] = await tx<{ code: string }[]>`SELECT code FROM agency WHERE id = ${agencyId}`;
  if (row === undefined) throw new Error(`there is no agency ${agencyId}`);
  return row.code;
}
