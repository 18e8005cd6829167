/** SQL about the shape of the database, for load.ts. */
import type { Transaction } from '../../register/db/connect.ts';

/** Brings the table of migrations into being as register/db/migrate.ts does. */
export async function makeMigrationTable(tx: Transaction): Promise<void> {
  await tx`CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
}

export async function insertMigration(tx: Transaction, name: string, sha256: string): Promise<void> {
  await tx`INSERT INTO migration (name, sha256) VALUES (${name}, ${sha256})`;
}

/** Tables of the schema public. */
export async function selectTableNames(tx: Transaction): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname`;
  return rows.map(row => row.name);
}

/** Which table must be filled before which: foreign keys that are checked at once, and not those of a table to itself. */
export async function selectFillOrder(tx: Transaction): Promise<{ child: string; parent: string }[]> {
  return await tx<{ child: string; parent: string }[]>`
    SELECT DISTINCT c.relname AS child, p.relname AS parent
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND NOT k.condeferrable AND k.conrelid <> k.confrelid AND c.relnamespace = 'public'::regnamespace`;
}

/** @param value - the last that the sequence gave */
export async function setSequence(tx: Transaction, name: string, value: number): Promise<void> {
  await tx`SELECT setval(('public.' || quote_ident(${name}))::regclass, ${value}, true)`;
}
