-- An agency moves in from another Saraban: its rows keep their numbers and hashes, so the triggers that give these must stand aside for it, and for
-- nobody else. What lets them is a row in moving_in, which only the tables' owner may write, for an agency without a single letter, within one
-- transaction: committing while the row stands is refused. Nobody else ever sees the row, and no table is locked against the others' letters.

CREATE TABLE moving_in (
  agency integer PRIMARY KEY REFERENCES agency (id)
);

CREATE FUNCTION admit_moving_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN RAISE EXCEPTION 'an agency that moves in cannot become another' USING ERRCODE = 'restrict_violation'; END IF;
  IF NEW.agency < 1 OR EXISTS (SELECT FROM series s WHERE s.agency_id = NEW.agency) OR EXISTS (SELECT FROM entry e WHERE e.agency_id = NEW.agency)
     OR EXISTS (SELECT FROM act a WHERE a.agency_id = NEW.agency) OR EXISTS (SELECT FROM message m WHERE m.agency_id = NEW.agency) THEN
    RAISE EXCEPTION 'agency % already has a register here: nothing moves in beside it (I3, I5)', NEW.agency USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER moving_in_admitted BEFORE INSERT OR UPDATE ON moving_in FOR EACH ROW EXECUTE FUNCTION admit_moving_in();

CREATE FUNCTION finish_moving_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM moving_in m WHERE m.agency = NEW.agency) THEN
    RAISE EXCEPTION 'agency % is still moving in: its row in moving_in must go before the transaction ends', NEW.agency USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER moving_in_ends AFTER INSERT ON moving_in DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION finish_moving_in();

ALTER TABLE moving_in ENABLE ROW LEVEL SECURITY;

-- Asked for every entry and act. plpgsql, for its plan is kept: a letter must not pay for what happens once in years.
CREATE FUNCTION is_moving_in(agency_id integer) RETURNS boolean
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ BEGIN RETURN EXISTS (SELECT FROM moving_in m WHERE m.agency = $1); END $$;

-- I3, I11: what moves in brings its numbers and hashes; each must be linked to the one before it, and cover what it says.
CREATE FUNCTION link_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head bytea;
BEGIN
  IF NEW.number = 1 THEN
    SELECT genesis_hash(a.code, NEW.register, NEW.year) INTO head FROM agency a WHERE a.id = NEW.agency_id;
  ELSE
    SELECT e.hash INTO head FROM entry e WHERE e.agency_id = NEW.agency_id AND e.register = NEW.register AND e.year = NEW.year AND e.number = NEW.number - 1;
  END IF;
  IF NEW.previous_hash IS DISTINCT FROM head THEN
    RAISE EXCEPTION 'entry % %/% is not linked to the one before it (I11)', NEW.register, NEW.number, NEW.year USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.hash IS DISTINCT FROM entry_hash(NEW) THEN
    RAISE EXCEPTION 'entry % %/% was altered: its hash does not cover what it says (I11)', NEW.register, NEW.number, NEW.year USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION link_act() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head bytea;
BEGIN
  IF NEW.ordinal = 1 THEN
    SELECT genesis_hash(a.code, 'act:' || NEW.register, 0) INTO head FROM agency a WHERE a.id = NEW.agency_id;
  ELSE
    SELECT b.hash INTO head FROM act b WHERE b.agency_id = NEW.agency_id AND b.register = NEW.register AND b.ordinal = NEW.ordinal - 1;
  END IF;
  IF NEW.previous_hash IS DISTINCT FROM head OR NEW.hash IS DISTINCT FROM act_hash(NEW) THEN
    RAISE EXCEPTION 'act % % was altered or is not linked to the one before it (I11)', NEW.register, NEW.ordinal USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER entry_number ON entry;
CREATE TRIGGER entry_number BEFORE INSERT ON entry FOR EACH ROW WHEN (NOT is_moving_in(NEW.agency_id)) EXECUTE FUNCTION number_entry();
CREATE TRIGGER entry_link BEFORE INSERT ON entry FOR EACH ROW WHEN (is_moving_in(NEW.agency_id)) EXECUTE FUNCTION link_entry();
DROP TRIGGER act_chain ON act;
CREATE TRIGGER act_chain BEFORE INSERT ON act FOR EACH ROW WHEN (NOT is_moving_in(NEW.agency_id)) EXECUTE FUNCTION chain_act();
CREATE TRIGGER act_link BEFORE INSERT ON act FOR EACH ROW WHEN (is_moving_in(NEW.agency_id)) EXECUTE FUNCTION link_act();
DROP TRIGGER route_stays ON route;
CREATE TRIGGER route_stays BEFORE UPDATE ON route FOR EACH ROW EXECUTE FUNCTION keep_route();
CREATE TRIGGER route_number BEFORE INSERT ON route FOR EACH ROW WHEN (NOT is_moving_in(NEW.agency_id)) EXECUTE FUNCTION keep_route();
