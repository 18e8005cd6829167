/** SQL of tables.ts: the catalog of the tables a copy holds. */
import type { Transaction } from '../../register/db/connect.ts';

export interface TableShapeRow {
  name: string;
  columns: string[];
  key: string[];
}

export async function selectTableShapes(tx: Transaction): Promise<TableShapeRow[]> {
  return await tx<TableShapeRow[]>`
    SELECT c.relname AS name,
           (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
           coalesce((SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum)) FROM pg_index i
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
                     WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS key
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname COLLATE "C"`;
}

export async function selectSequences(tx: Transaction): Promise<{ name: string; value: number }[]> {
  return await tx<{ name: string; value: number }[]>`
    SELECT sequencename::text AS name, last_value AS value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL ORDER BY sequencename COLLATE "C"`;
}
