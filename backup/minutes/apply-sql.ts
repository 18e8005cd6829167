/**
 * The SQL that puts a copy of changes into a register: rows are replaced by key, deleted ones taken away, everything in one transaction. Plain SQL, so that
 * apply.ts and a stranger's psql (apply.sql inside each copy of changes) run the same words. The tables' owner may run it; no superuser is needed.
 */
import { quoted } from '../db/tables.ts';
import type { Manifest, TableCopy } from '../format.ts';

/**
 * Foreign keys are checked at the end: those that only check are deferred, those that act (ON DELETE CASCADE would take the rows of a parent that is only
 * being replaced) are dropped and added again. Triggers of ours are off: the rows come with their numbers, hashes and history.
 */
export const BEFORE_CHANGES = `DO $changes$
DECLARE
  found record;
BEGIN
  CREATE TEMP TABLE saraban_put_back (ordinal integer GENERATED ALWAYS AS IDENTITY, statement text NOT NULL) ON COMMIT DROP;
  FOR found IN
    SELECT c.relname, k.conname, k.confdeltype, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND c.relnamespace = 'public'::regnamespace AND NOT k.condeferrable
    ORDER BY c.relname, k.conname
  LOOP
    IF found.confdeltype = 'a' THEN
      EXECUTE format('ALTER TABLE public.%I ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED', found.relname, found.conname);
      INSERT INTO saraban_put_back (statement) VALUES (format('ALTER TABLE public.%I ALTER CONSTRAINT %I NOT DEFERRABLE', found.relname, found.conname));
    ELSE
      EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT %I', found.relname, found.conname);
      INSERT INTO saraban_put_back (statement) VALUES (format('ALTER TABLE public.%I ADD CONSTRAINT %I %s', found.relname, found.conname, found.definition));
    END IF;
  END LOOP;
  FOR found IN
    SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal AND t.tgenabled <> 'D'
    ORDER BY c.relname, t.tgname
  LOOP
    EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER %I', found.relname, found.tgname);
    INSERT INTO saraban_put_back (statement) VALUES
      (format('ALTER TABLE public.%I ENABLE %s TRIGGER %I', found.relname, CASE found.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, found.tgname));
  END LOOP;
END
$changes$;
`;

/** Checks every foreign key and puts back what BEFORE_CHANGES set aside. */
export const AFTER_CHANGES = `SET CONSTRAINTS ALL IMMEDIATE;
DO $changes$
DECLARE
  noted record;
BEGIN
  FOR noted IN SELECT statement FROM saraban_put_back ORDER BY ordinal LOOP
    EXECUTE noted.statement;
  END LOOP;
END
$changes$;
`;

/** Names of the two temporary tables that a table's rows are put into first. */
const CAME = 'saraban_came';
const GONE = 'saraban_gone';

/** The statements for one table, in order; the rows are copied in between. */
export function applyTable(table: Pick<TableCopy, 'name' | 'columns' | 'key'>) {
  const target = `public.${quoted(table.name)}`;
  const columns = table.columns.map(quoted).join(', ');
  const key = table.key.map(quoted).join(', ');
  const same = table.key.map(column => `t.${quoted(column)} = n.${quoted(column)}`).join(' AND ');
  return {
    prepare: `CREATE TEMP TABLE ${CAME} ON COMMIT DROP AS SELECT ${columns} FROM ${target} WITH NO DATA;
CREATE TEMP TABLE ${GONE} ON COMMIT DROP AS SELECT ${key} FROM ${target} WITH NO DATA;
`,
    copyCame: `COPY ${CAME} (${columns}) FROM STDIN`,
    copyGone: `COPY ${GONE} (${key}) FROM STDIN`,
    // All old rows go before the first new one comes: two rows may have exchanged what is unique.
    replace: `DELETE FROM ${target} t USING (SELECT ${key} FROM ${CAME} UNION SELECT ${key} FROM ${GONE}) n WHERE ${same};
INSERT INTO ${target} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${CAME};
DROP TABLE ${CAME};
DROP TABLE ${GONE};
`,
  };
}

export function setSequence({ name, value }: Manifest['sequences'][number]): string {
  return `SELECT setval('public.${quoted(name).replaceAll("'", "''")}', ${value});\n`;
}

/** apply.sql: run by `psql -f apply.sql` in the folder where the copy was unpacked, on a register restored from the night it continues. */
export function applyScript(manifest: Manifest): string {
  const parts = [
    `-- ${manifest.id}: what changed after ${manifest.previous?.id ?? ''} (night ${manifest.base ?? ''}), up to ${manifest.cutAt}.
-- Run in this folder, in the order of the names, on the register restored from that night:  psql -f apply.sql DATABASE
-- The letters are in objects/ too: each file there that the table blob names belongs into <data>/blobs/<its first two digits>/.
\\set ON_ERROR_STOP on
BEGIN;
`,
    BEFORE_CHANGES,
  ];
  for (const table of manifest.tables) {
    const { prepare, copyCame, copyGone, replace } = applyTable(table);
    parts.push(prepare);
    for (const piece of table.pieces) parts.push(`\\${copyCame.replace(/^COPY/, 'copy').replace(/STDIN$/, `'objects/${piece.sha256}'`)}\n`);
    if (table.deleted !== undefined) parts.push(`${copyGone.replace(/STDIN$/, 'stdin')};\n${table.deleted.join('\n')}\n\\.\n`);
    parts.push(replace);
  }
  for (const sequence of manifest.sequences) parts.push(setSequence(sequence));
  parts.push(AFTER_CHANGES, 'COMMIT;\n');
  return parts.join('');
}
