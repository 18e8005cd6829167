-- The entries of an agency that moves in are looked at as a whole, not each with a question of its own: while a table is being filled its figures say that it is
-- empty, any index seems good, and a question a row may read all rows before it.

CREATE OR REPLACE FUNCTION link_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.hash IS DISTINCT FROM entry_hash(NEW) THEN
    RAISE EXCEPTION 'entry % %/% was altered: its hash does not cover what it says (I11)', NEW.register, NEW.number, NEW.year USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- I3, I11: each is linked to the one before it, the first of a book to the chain's start.
CREATE FUNCTION link_entries() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  broken record;
BEGIN
  IF NOT EXISTS (SELECT FROM moving_in) THEN RETURN NULL; END IF;
  SELECT x.register, x.number, x.year INTO broken FROM (
    SELECT c.agency_id, c.register, c.year, c.number, c.previous_hash, lag(c.number) OVER book AS number_before, lag(c.hash) OVER book AS hash_before
    FROM came c WHERE c.agency_id IN (SELECT m.agency FROM moving_in m)
    WINDOW book AS (PARTITION BY c.agency_id, c.register, c.year ORDER BY c.number)
  ) x
  WHERE x.previous_hash IS DISTINCT FROM CASE
    WHEN x.number = 1 THEN (SELECT genesis_hash(a.code, x.register, x.year) FROM agency a WHERE a.id = x.agency_id)
    WHEN x.number_before = x.number - 1 THEN x.hash_before
    WHEN x.number_before IS NULL THEN (SELECT e.hash FROM entry e WHERE e.agency_id = x.agency_id AND e.register = x.register AND e.year = x.year AND e.number = x.number - 1)
  END LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entry % %/% is not linked to the one before it (I11)', broken.register, broken.number, broken.year USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER entry_links AFTER INSERT ON entry REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION link_entries();
