-- What changed since the last copy: every table that copies hold notes the keys of the rows that a statement touched, so that between nights
-- only those rows travel (backup/minutes). Notes are kept while changes are copied at all; a table of notes that nobody reads must not grow.

-- Whether notes are kept. `since`: a transaction that began after the notes had been switched on for everybody; no row stands for "off".
-- A whole copy is a base for copies of changes when everything before `since` had ended at its cut: nothing after it went unnoted.
CREATE TABLE change_watch (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  since xid8
);

-- One note a statement. No index: notes are written with every letter, read every few minutes as a whole, and taken away every night.
CREATE TABLE changed (
  at xid8 NOT NULL DEFAULT pg_current_xact_id(),
  table_name text NOT NULL,
  -- Array of keys, each an array of the primary key's values in its order.
  keys jsonb NOT NULL
);

-- What is the matter with the night, each while it lasts: told once a day, shown on pages, asked for by monitors.
CREATE TABLE night_alarm (
  -- A word of backup/night/alarms.ts.
  code text NOT NULL,
  -- The place it is about; '' when it is about none.
  place text NOT NULL DEFAULT '',
  since timestamptz(3) NOT NULL,
  -- When it was last sent to the provider.
  told_at timestamptz(3) NOT NULL,
  problem_th text NOT NULL,
  problem_en text NOT NULL,
  PRIMARY KEY (code, place)
);
GRANT SELECT ON night_alarm TO saraban_app;

-- The trigger of all tables. Its arguments are two expressions made by watch_changes: the keys of the new rows, of the old rows.
-- As the owner: the application may neither read the notes nor keep one from being written.
CREATE FUNCTION note_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM change_watch) THEN
    RETURN NULL;
  END IF;
  EXECUTE TG_ARGV[0];
  RETURN NULL;
END $$;

CREATE FUNCTION watch_changes(watched regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  name text := (SELECT relname FROM pg_class WHERE oid = watched);
  key text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY ordinality)
               FROM pg_index, unnest(indkey) WITH ORDINALITY AS part (attnum, ordinality)
               JOIN pg_attribute ON attrelid = watched AND pg_attribute.attnum = part.attnum
               WHERE indrelid = watched AND indisprimary);
  note text;
BEGIN
  IF key IS NULL THEN
    RAISE EXCEPTION 'the table % has no primary key: its changes cannot be noted', watched;
  END IF;
  note := format('INSERT INTO changed (table_name, keys) SELECT %L, jsonb_agg(jsonb_build_array(%s)) FROM %%s HAVING count(*) > 0', name, key);
  EXECUTE format('CREATE TRIGGER note_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION note_changes(%L)',
                 watched, format(note, 'came'));
  EXECUTE format('CREATE TRIGGER note_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION note_changes(%L)',
                 watched, format(note, 'went'));
  EXECUTE format('CREATE TRIGGER note_updated AFTER UPDATE ON %s REFERENCING OLD TABLE AS went NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION note_changes(%L)',
                 watched, format(note, format('(SELECT %1$s FROM came UNION SELECT %1$s FROM went) AS touched', key)));
END $$;
REVOKE ALL ON FUNCTION watch_changes(regclass) FROM PUBLIC;

-- Not `series`: it is updated row by row under the lock that all letters of a book wait for. Its rows are never deleted, so a copy of changes finds
-- the new ones by their xmin. Not the tables that no copy holds (NOT_COPIED in backup/format.ts).
DO $$
DECLARE
  one regclass;
BEGIN
  FOR one IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relname <> ALL (ARRAY['series', 'web_session', 'sign_in_failure', 'copy', 'copy_at_place', 'copy_piece', 'pack', 'pack_object', 'pack_at_place',
                                'changed', 'change_watch', 'night_alarm'])
    ORDER BY relname
  LOOP
    PERFORM watch_changes(one);
  END LOOP;
END $$;
