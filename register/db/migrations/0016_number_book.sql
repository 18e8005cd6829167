-- Letters on paper, and the sealed book of numbers for an outage. Each slip of a book is used for one letter or declared void, once.

CREATE TABLE number_book (
  agency_id integer NOT NULL REFERENCES agency (id),
  id uuid NOT NULL,
  year integer NOT NULL,
  -- 1..n within the year: the book is called ส.<ordinal>/<year>.
  ordinal integer NOT NULL CHECK (ordinal > 0),
  slips integer NOT NULL CHECK (slips BETWEEN 1 AND 500),
  made_at timestamptz(3) NOT NULL,
  made_by text NOT NULL,
  -- The book as it was printed.
  pdf_sha256 bytea NOT NULL,
  pdf_size bigint NOT NULL,
  -- When every slip was accounted for.
  settled_at timestamptz(3),
  settled_by text,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, year, ordinal),
  FOREIGN KEY (agency_id, pdf_sha256) REFERENCES blob (agency_id, sha256),
  CHECK ((settled_at IS NULL) = (settled_by IS NULL))
);

CREATE TABLE number_slip (
  agency_id integer NOT NULL,
  book_id uuid NOT NULL,
  slip integer NOT NULL CHECK (slip > 0),
  -- Stands on the paper alone: whoever types it has the slip in hand.
  check_code text NOT NULL CHECK (check_code ~ '^[0-9a-hjkmnp-tv-z]{5}$'),
  -- Becomes the entry's, so that the receipt torn off the slip leads to the letter.
  public_code text NOT NULL UNIQUE CHECK (public_code ~ '^[0-9a-hjkmnp-tv-z]{26}$'),
  state text NOT NULL DEFAULT 'unused' CHECK (state IN ('unused', 'entered', 'void')),
  entry_id uuid,
  reason text NOT NULL DEFAULT '',
  settled_at timestamptz(3),
  settled_by text,
  PRIMARY KEY (agency_id, book_id, slip),
  -- One letter a slip, one slip a letter.
  UNIQUE (agency_id, entry_id),
  FOREIGN KEY (agency_id, book_id) REFERENCES number_book (agency_id, id),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id),
  CHECK ((state = 'entered') = (entry_id IS NOT NULL)),
  CHECK (state <> 'void' OR reason <> ''),
  CHECK ((state = 'unused') = (settled_at IS NULL))
);

CREATE FUNCTION keep_number_slip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.book_id, NEW.slip, NEW.check_code, NEW.public_code) IS DISTINCT FROM (OLD.agency_id, OLD.book_id, OLD.slip, OLD.check_code, OLD.public_code) THEN
    RAISE EXCEPTION 'a printed slip cannot be changed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state <> 'unused' THEN
    RAISE EXCEPTION 'slip % was used before: % (I3)', OLD.slip, OLD.state USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'entered' AND NOT EXISTS (SELECT FROM entry e WHERE e.agency_id = NEW.agency_id AND e.id = NEW.entry_id AND e.public_code = NEW.public_code AND e.message_id IS NULL) THEN
    RAISE EXCEPTION 'the entry of slip % does not carry its code', OLD.slip USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER number_slip_once BEFORE UPDATE ON number_slip FOR EACH ROW EXECUTE FUNCTION keep_number_slip();
CREATE TRIGGER number_slip_is_kept BEFORE DELETE ON number_slip FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_number_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.id, NEW.year, NEW.ordinal, NEW.slips, NEW.made_at, NEW.made_by, NEW.pdf_sha256, NEW.pdf_size)
     IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.year, OLD.ordinal, OLD.slips, OLD.made_at, OLD.made_by, OLD.pdf_sha256, OLD.pdf_size) OR OLD.settled_at IS NOT NULL THEN
    RAISE EXCEPTION 'a printed book of numbers cannot be changed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (SELECT FROM number_slip s WHERE s.agency_id = NEW.agency_id AND s.book_id = NEW.id AND s.state = 'unused') THEN
    RAISE EXCEPTION 'a book is settled when every slip is accounted for' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER number_book_stays BEFORE UPDATE ON number_book FOR EACH ROW EXECUTE FUNCTION keep_number_book();
CREATE TRIGGER number_book_is_kept BEFORE DELETE ON number_book FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE number_book ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON number_book USING (agency_id = (SELECT current_agency()));
ALTER TABLE number_slip ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON number_slip USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT, UPDATE ON number_book, number_slip TO saraban_app;

-- A receipt torn off a slip is asked for before its letter was entered: that it is a slip of ours is all there is to say.
CREATE FUNCTION find_public_slip(code text) RETURNS TABLE (agency_id integer, book_id uuid, slip integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT s.agency_id, s.book_id, s.slip FROM number_slip s WHERE s.public_code = code AND s.state = 'unused' $$;

SELECT watch_changes('number_book');
SELECT watch_changes('number_slip');
