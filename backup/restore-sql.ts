/**
 * restore.sql of a night: what psql needs to bring the database back with no Saraban at hand (docs/copy-format.md). It is run in the folder of the
 * unpacked night, beside which `objects/` holds what was in the packs.
 */
import { AFTER_LOAD, BEFORE_LOAD } from './db/load-sql.ts';
import { quoted } from './db/tables.ts';
import type { Manifest } from './format.ts';

/** Where the list of a table's pieces stands in the night file: one SHA-256 a line, in the order in which they are put together. */
export const pieceList = (table: string) => `pieces/${table}.txt`;
export const schemaFile = (migration: string) => `schema/${migration}`;

export function restoreSql(manifest: Pick<Manifest, 'id' | 'cutAt' | 'migrations' | 'tables' | 'sequences'>): string {
  const lines = [
    `-- The database of the copy ${manifest.id}, cut at ${manifest.cutAt}. For psql, in the folder of the unpacked night, on an empty database:`,
    '--   psql -X -f restore.sql <database>',
    '\\set ON_ERROR_STOP on',
    '\\encoding UTF8',
    'BEGIN;',
    'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());',
    ...manifest.migrations.map(migration => `\\i ${schemaFile(migration.name)}`),
    'COMMIT;',
    'BEGIN;',
    BEFORE_LOAD.trimEnd(),
    // Not everything is set as it was asked for if a migration sets it for its own session.
    "SET LOCAL client_encoding = 'UTF8';",
  ];
  for (const table of manifest.tables) {
    const columns = table.columns.map(quoted).join(', ');
    // xargs gives cat the names in their order, in as many runs as it takes; its exit code tells when one is missing.
    lines.push(
      `\\copy public.${quoted(table.name)} (${columns}) from program 'sed s,^,objects/, ${pieceList(table.name)} | xargs -r cat --' with (format text)`,
    );
  }
  for (const { name, value } of manifest.sequences) lines.push(`SELECT setval('public.${quoted(name)}', ${value}, true);`);
  lines.push(AFTER_LOAD.trimEnd(), 'COMMIT;', '');
  return lines.join('\n');
}
