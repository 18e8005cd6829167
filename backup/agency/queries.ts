/** SQL of the export and the import of an agency. Read and written as the tables' owner. */
import type { Transaction } from '../../register/db/connect.ts';
import type { LeavingSeries } from './format.ts';

export async function selectMigrations(tx: Transaction): Promise<{ name: string; sha256: string }[]> {
  return await tx<{ name: string; sha256: string }[]>`SELECT name, sha256 FROM migration ORDER BY name`;
}

export async function selectSeries(tx: Transaction, agencyId: number): Promise<LeavingSeries[]> {
  return await tx<LeavingSeries[]>`
    SELECT series, year, last_number AS "lastNumber", encode(head_hash, 'hex') AS "headHash" FROM series WHERE agency_id = ${agencyId} ORDER BY series, year`;
}

/** As selectSeries; nothing more is entered until the transaction ends. */
export async function lockSeries(tx: Transaction, agencyId: number): Promise<LeavingSeries[]> {
  await tx`SELECT FROM series WHERE agency_id = ${agencyId} ORDER BY series, year FOR UPDATE`;
  return await selectSeries(tx, agencyId);
}

export async function selectSealedKeys(tx: Transaction, agencyId: number): Promise<{ id: string; sealed: Buffer }[]> {
  return await tx<
    { id: string; sealed: Buffer }[]
  >`SELECT id, sealed_private_key AS sealed FROM agency_key WHERE agency_id = ${agencyId} ORDER BY id`;
}

export async function selectAgencyId(tx: Transaction, code: string): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`SELECT id FROM agency WHERE code = ${code}`;
  return row?.id ?? null;
}

export async function setAgencyState(tx: Transaction, agencyId: number, state: 'active' | 'suspended' | 'left'): Promise<void> {
  await tx`UPDATE agency SET state = ${state} WHERE id = ${agencyId}`;
}

/** Unique indexes over all agencies: one column, and not agency_id. What stands in them may collide with another agency's. */
export async function selectSharedKeys(tx: Transaction): Promise<{ table: string; column: string }[]> {
  return await tx<{ table: string; column: string }[]>`
    SELECT c.relname AS "table", a.attname AS "column"
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
    WHERE x.indisunique AND x.indnkeyatts = 1 AND x.indpred IS NULL AND c.relnamespace = 'public'::regnamespace
      AND (c.relname = 'agency' AND a.attname = 'code' OR EXISTS (SELECT FROM pg_attribute g WHERE g.attrelid = c.oid AND g.attname = 'agency_id') AND a.attname <> 'agency_id')
    ORDER BY 1, 2`;
}

/** Which of these values stand in a column already, whoever's they are. Values and column as text; bytea as '\x…'. */
export async function selectTaken(tx: Transaction, table: string, column: string, values: string[]): Promise<string[]> {
  const [type] = await tx<{ name: string }[]>`
    SELECT format_type(atttypid, atttypmod) AS name FROM pg_attribute WHERE attrelid = ${`public.${table}`}::regclass AND attname = ${column}`;
  if (type === undefined) return [];
  const rows = await tx<{ value: string }[]>`
    SELECT ${tx(column)}::text AS value FROM ${tx(table)} WHERE ${tx(column)} = ANY(${tx.typed(values, 1009)}::text[]::${tx.unsafe(type.name)}[])`;
  return rows.map(row => row.value);
}

export async function openMovingIn(tx: Transaction, agencyId: number): Promise<void> {
  await tx`INSERT INTO moving_in (agency) VALUES (${agencyId})`;
}

export async function closeMovingIn(tx: Transaction, agencyId: number): Promise<void> {
  await tx`DELETE FROM moving_in WHERE agency = ${agencyId}`;
}

/** Keys that came without their private half sign no more: the next signature makes a new one. */
export async function retireKeysWithoutPrivate(tx: Transaction, agencyId: number, at: Date): Promise<void> {
  await tx`UPDATE agency_key SET retired_at = ${at} WHERE agency_id = ${agencyId} AND retired_at IS NULL AND octet_length(sealed_private_key) = 0`;
}

export async function countRows(tx: Transaction, table: string, agencyId: number): Promise<number> {
  const [row] = await tx<{ count: number }[]>`SELECT count(*) AS count FROM ${tx(table)} WHERE agency_id = ${agencyId}`;
  return row?.count ?? 0;
}

/** Checks the foreign keys that wait for the end of the transaction. */
export async function checkDeferred(tx: Transaction): Promise<void> {
  await tx`SET CONSTRAINTS ALL IMMEDIATE`;
}

export async function countBlobs(tx: Transaction, agencyId: number): Promise<{ count: number; bytes: number }> {
  const [row] = await tx<
    { count: number; bytes: number }[]
  >`SELECT count(*) AS count, coalesce(sum(size), 0)::bigint AS bytes FROM blob WHERE agency_id = ${agencyId}`;
  return row ?? { count: 0, bytes: 0 };
}

/** Identity columns of tables that carry an agency, with the sequences that feed them. */
export async function selectIdentities(tx: Transaction): Promise<{ table: string; column: string; sequence: string }[]> {
  return await tx<{ table: string; column: string; sequence: string }[]>`
    SELECT c.relname AS "table", a.attname AS "column", pg_get_serial_sequence(quote_ident(c.relname), a.attname) AS sequence
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND EXISTS (SELECT FROM pg_attribute g WHERE g.attrelid = c.oid AND g.attname = 'agency_id')`;
}

export async function selectHighest(tx: Transaction, table: string, column: string, agencyId: number): Promise<number> {
  const [row] = await tx<
    { highest: number | null }[]
  >`SELECT max(${tx(column)}) AS highest FROM ${tx(table)} WHERE agency_id = ${agencyId}`;
  return row?.highest ?? 0;
}

/**
 * Lets a sequence go on behind `value`. Only ever forward: others take from it at this moment, and the step beyond is more than they can take between
 * the question and the answer.
 */
export async function passSequence(tx: Transaction, sequence: string, value: number): Promise<void> {
  await tx`SELECT setval(${sequence}::regclass, ${value + 1_000}) WHERE nextval(${sequence}::regclass) <= ${value}`;
}

/** How COPY writes and reads times and bytes, whatever a database was told otherwise: the file must mean the same everywhere. */
export async function setTextHabits(tx: Transaction): Promise<void> {
  await tx`SELECT set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
                  set_config('intervalstyle', 'iso_8601', true), set_config('extra_float_digits', '1', true)`;
}

/**
 * Foreign keys and links are looked up by plans that this session makes while the tables still seem empty, and keeps: without this it would read a whole table
 * for every row of the next.
 */
export async function preferIndexes(tx: Transaction): Promise<void> {
  await tx`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`;
}

/** The planner's figures for tables that have just been filled, and its usual choices again. */
export async function gatherFigures(tx: Transaction, tables: string[]): Promise<void> {
  for (const table of tables) await tx`ANALYZE ${tx(table)}`;
  await tx`SELECT set_config('enable_seqscan', 'on', true), set_config('enable_bitmapscan', 'on', true)`;
}
