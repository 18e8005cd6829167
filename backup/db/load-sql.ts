/**
 * The SQL before and after the rows of a copy are put into an empty register: what would slow the rows down, or judge each of them as if somebody
 * had written it just now, is set aside and put back afterwards, with every foreign key checked anew. Plain SQL without parameters, so that
 * backup/db/load.ts and a stranger's psql (restore.sql inside each night) run the same words. The tables' owner may run it; no superuser is needed.
 *
 * Both belong into one transaction with the rows: then a load that fails leaves the database as empty as it found it.
 */

/**
 * Refuses where a register already stands; then switches the triggers of all tables off (their numbers and hashes come with the rows), drops foreign
 * keys and indexes that no constraint needs, and empties every table of what the migrations put there. What was there is noted in saraban_load.note.
 */
export const BEFORE_LOAD = `DO $load$
DECLARE
  found record;
  occupied boolean;
BEGIN
  IF to_regclass('public.entry') IS NULL OR to_regclass('public.act') IS NULL THEN
    RAISE EXCEPTION 'the tables are missing: run the migrations of the copy first' USING ERRCODE = 'undefined_table';
  END IF;
  SELECT EXISTS (SELECT FROM public.entry) OR EXISTS (SELECT FROM public.act) OR EXISTS (SELECT FROM public.message) INTO occupied;
  IF occupied THEN
    RAISE EXCEPTION 'a register already stands in this database: a copy is loaded into an empty one' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  CREATE SCHEMA saraban_load;
  CREATE TABLE saraban_load.note (ordinal integer GENERATED ALWAYS AS IDENTITY, step integer NOT NULL, statement text NOT NULL);
  -- Step 3: the triggers as they were, each in its own words.
  INSERT INTO saraban_load.note (step, statement)
    SELECT 3, format('ALTER TABLE public.%I ENABLE %s TRIGGER %I', c.relname, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, t.tgname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal AND t.tgenabled <> 'D'
    ORDER BY c.relname, t.tgname;
  -- Step 2: foreign keys; adding one reads all rows and so checks them.
  FOR found IN
    SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND k.conparentid = 0 AND c.relnamespace = 'public'::regnamespace
    ORDER BY c.relname, k.conname
  LOOP
    INSERT INTO saraban_load.note (step, statement)
      VALUES (2, format('ALTER TABLE public.%I ADD CONSTRAINT %I %s', found.relname, found.conname, found.definition));
    EXECUTE format('ALTER TABLE public.%I DROP CONSTRAINT %I', found.relname, found.conname);
  END LOOP;
  -- Step 1: indexes that are no constraint's.
  FOR found IN
    SELECT i.relname, pg_get_indexdef(x.indexrelid) AS definition
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    WHERE i.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
    ORDER BY c.relname, i.relname
  LOOP
    INSERT INTO saraban_load.note (step, statement) VALUES (1, found.definition);
    EXECUTE format('DROP INDEX public.%I', found.relname);
  END LOOP;
  FOR found IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname LOOP
    EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', found.relname);
  END LOOP;
  FOR found IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname LOOP
    EXECUTE format('TRUNCATE public.%I', found.relname);
  END LOOP;
END
$load$;
`;

/** Puts back what BEFORE_LOAD noted: indexes, foreign keys, triggers; gathers the planner's figures; drops the notes. */
export const AFTER_LOAD = `DO $load$
DECLARE
  noted record;
BEGIN
  FOR noted IN SELECT statement FROM saraban_load.note ORDER BY step, ordinal LOOP
    EXECUTE noted.statement;
  END LOOP;
  FOR noted IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname LOOP
    EXECUTE format('ANALYZE public.%I', noted.relname);
  END LOOP;
  DROP TABLE saraban_load.note;
  DROP SCHEMA saraban_load;
END
$load$;
`;
