-- The official book: messages as received, the series that give numbers, entries, acts, routes. The rules of the register are held here, whatever the program does.

-- A stored body of bytes, by agency. The bytes themselves lie once in the blob store, however many letters and agencies carry them.
CREATE TABLE blob (
  agency_id   integer NOT NULL REFERENCES agency,
  sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size        bigint NOT NULL CHECK (size >= 0),
  stored_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (agency_id, sha256)
);
CREATE TRIGGER blob_stays BEFORE UPDATE OR DELETE ON blob FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- One mail as received by one agency. A mail to several agencies has one row each, under the same id.
CREATE TABLE message (
  agency_id         integer NOT NULL REFERENCES agency,
  id                uuid NOT NULL,
  sha256            bytea NOT NULL,
  size              bigint NOT NULL,
  envelope_from     text NOT NULL,                    -- '' is the null return path
  envelope_to       text[] NOT NULL CHECK (cardinality(envelope_to) > 0),
  envelope_sha256   bytea NOT NULL CHECK (octet_length(envelope_sha256) = 32),
  peer              jsonb NOT NULL,                   -- { address, name, helo, protocol, tls }
  received_at       timestamptz(3) NOT NULL,
  disposition       text NOT NULL CHECK (disposition IN ('entered', 'notice', 'held', 'duplicate')),
  reason            text NOT NULL DEFAULT '',         -- why it is a notice, why it is held
  held_state        text CHECK (held_state IN ('waiting', 'entered', 'dismissed')),
  duplicate_of      uuid,
  entry_id          uuid,
  header_message_id text,                             -- exactly as written
  subject           text NOT NULL DEFAULT '',
  from_name         text NOT NULL DEFAULT '',
  from_address      text NOT NULL DEFAULT '',
  secrecy           text NOT NULL DEFAULT 'normal' CHECK (secrecy IN ('normal', 'confidential', 'secret', 'top-secret')), -- as reading found it; an entry has its own
  intake_notes      jsonb NOT NULL DEFAULT '[]',      -- what the gateway saw in the bytes: bare line feeds, over-long head …
  trust             jsonb NOT NULL DEFAULT '{}',
  notice            jsonb,
  matched           jsonb,
  attention         boolean NOT NULL DEFAULT false,   -- a notice that somebody should look at
  reading           text NOT NULL DEFAULT 'waiting' CHECK (reading IN ('waiting', 'done', 'failed')),
  reading_notes     jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, sha256) REFERENCES blob (agency_id, sha256),
  FOREIGN KEY (agency_id, duplicate_of) REFERENCES message (agency_id, id),
  CHECK ((disposition = 'duplicate') = (duplicate_of IS NOT NULL)),
  CHECK ((held_state IS NOT NULL) OR disposition <> 'held'),
  CHECK (disposition <> 'entered' OR entry_id IS NOT NULL)
);
-- I2: the same bytes under the same envelope are one message, however often they are sent.
CREATE UNIQUE INDEX message_once ON message (agency_id, sha256, envelope_sha256) WHERE disposition <> 'duplicate';
-- hash, not btree: a stranger chooses how long a Message-ID is, and a btree row has a limit that would refuse the letter (I7).
CREATE INDEX message_by_header_id ON message USING hash (header_message_id) WHERE header_message_id IS NOT NULL;
CREATE INDEX message_by_sha256 ON message (agency_id, sha256);
CREATE INDEX message_notices ON message (agency_id, received_at DESC, id DESC) WHERE disposition = 'notice';
CREATE INDEX message_held ON message (agency_id, received_at DESC, id DESC) WHERE held_state IS NOT NULL;
CREATE INDEX message_unread ON message (agency_id, received_at) WHERE reading <> 'done';
CREATE INDEX message_attention ON message (agency_id, received_at DESC, id DESC) WHERE attention;
CREATE INDEX message_recent ON message (agency_id, received_at DESC, id DESC);

CREATE FUNCTION keep_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.id, NEW.sha256, NEW.size, NEW.envelope_from, NEW.envelope_to, NEW.envelope_sha256, NEW.peer, NEW.received_at, NEW.duplicate_of)
     IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.sha256, OLD.size, OLD.envelope_from, OLD.envelope_to, OLD.envelope_sha256, OLD.peer, OLD.received_at, OLD.duplicate_of) THEN
    RAISE EXCEPTION 'what was received cannot be changed (I4)' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id THEN
    RAISE EXCEPTION 'a message keeps its entry (I2)' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.disposition <> OLD.disposition AND NOT (OLD.disposition IN ('held', 'notice') AND NEW.disposition = 'entered') THEN
    RAISE EXCEPTION 'a message cannot go from % to %', OLD.disposition, NEW.disposition USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER message_stays BEFORE UPDATE ON message FOR EACH ROW EXECUTE FUNCTION keep_message();
CREATE TRIGGER message_is_kept BEFORE DELETE ON message FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The last number and the chain's head of each series. Written by the triggers below alone: the application may only look.
-- series: a register (by year), 'unit:<unit id>' (by year), 'act:<register>' (year 0, one chain for ever).
CREATE TABLE series (
  agency_id       integer NOT NULL REFERENCES agency,
  series          text NOT NULL,
  year            integer NOT NULL,
  last_number     integer NOT NULL,
  head_hash       bytea NOT NULL,
  last_at         timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, series, year)
);

-- The first link of a chain: names the agency and the series, so that no chain can be passed off as another's.
CREATE FUNCTION genesis_hash(agency_code text, series text, year integer) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT sha256(convert_to(json_build_array('saraban series 1', agency_code, series, year)::text, 'UTF8')) $$;

CREATE FUNCTION iso_time(at timestamptz) RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- Locks the series' row until the transaction ends and gives its next number, the head before it, and a time not before its last.
CREATE FUNCTION take_number(for_agency integer, for_series text, for_year integer, at timestamptz,
                            OUT number integer, OUT head bytea, OUT taken_at timestamptz)
  LANGUAGE plpgsql AS $$
BEGIN
  SELECT s.last_number + 1, s.head_hash, greatest(s.last_at, at) INTO number, head, taken_at
    FROM series s WHERE s.agency_id = for_agency AND s.series = for_series AND s.year = for_year FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO series (agency_id, series, year, last_number, head_hash, last_at)
      SELECT for_agency, for_series, for_year, 0, genesis_hash(a.code, for_series, for_year), at FROM agency a WHERE a.id = for_agency
      ON CONFLICT DO NOTHING;
    SELECT s.last_number + 1, s.head_hash, greatest(s.last_at, at) INTO number, head, taken_at
      FROM series s WHERE s.agency_id = for_agency AND s.series = for_series AND s.year = for_year FOR UPDATE;
  END IF;
END $$;
REVOKE ALL ON FUNCTION take_number(integer, text, integer, timestamptz) FROM PUBLIC;

CREATE TABLE entry (
  agency_id           integer NOT NULL REFERENCES agency,
  id                  uuid NOT NULL,
  -- ลับ and ลับมาก have a book of their own, with its own series and chain. 'send-classified' waits for letters out.
  register            text NOT NULL CHECK (register IN ('receive', 'receive-classified', 'send', 'send-classified')),
  year                integer NOT NULL,
  number              integer NOT NULL CHECK (number > 0),
  message_id          uuid,
  moved_from          uuid,                           -- the cancelled entry of the same message in the ordinary register
  received_at         timestamptz(3) NOT NULL,
  entered_at          timestamptz(3) NOT NULL,
  envelope_from       text NOT NULL DEFAULT '',
  from_name           text NOT NULL DEFAULT '',
  from_address        text NOT NULL DEFAULT '',
  raw_sha256          bytea CHECK (octet_length(raw_sha256) = 32),
  previous_hash       bytea NOT NULL,
  hash                bytea NOT NULL,
  public_code         text NOT NULL UNIQUE CHECK (public_code ~ '^[0-9a-hjkmnp-tv-z]{26}$'),
  -- Facts of the letter: may be corrected, and keep their history in fact_change.
  subject             text NOT NULL DEFAULT '',
  addressee           text NOT NULL DEFAULT '',
  from_agency         text NOT NULL DEFAULT '',
  letter_number       text NOT NULL DEFAULT '',
  letter_date         date,
  urgency             text NOT NULL DEFAULT 'normal' CHECK (urgency IN ('normal', 'urgent', 'very-urgent', 'most-urgent')),
  secrecy             text NOT NULL DEFAULT 'normal' CHECK (secrecy IN ('normal', 'confidential', 'secret', 'top-secret')),
  circular            boolean NOT NULL DEFAULT false,
  kind                text NOT NULL DEFAULT '',
  due_on              date,
  remark              text NOT NULL DEFAULT '',
  guesses             jsonb NOT NULL DEFAULT '{}',     -- fact → { source, certainty } for facts a machine read and nobody confirmed
  -- Where it stands.
  state               text NOT NULL DEFAULT 'entered' CHECK (state IN ('entered', 'confirmed', 'routed', 'acting', 'closed', 'returned', 'cancelled')),
  state_reason        text NOT NULL DEFAULT '',
  confirmed_at        timestamptz(3),
  confirmed_by        text,
  answered            boolean NOT NULL DEFAULT false,
  possible_duplicate_of uuid,
  duplicate_state     text CHECK (duplicate_state IN ('flagged', 'linked', 'dismissed')),
  attachment_count    integer NOT NULL DEFAULT 0,
  attachment_bytes    bigint NOT NULL DEFAULT 0,
  version             integer NOT NULL DEFAULT 1,      -- rises with every change: two officers at once, one wins
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, register, year, number),          -- I3
  UNIQUE (agency_id, moved_from),
  FOREIGN KEY (agency_id, moved_from) REFERENCES entry (agency_id, id),
  FOREIGN KEY (agency_id, message_id) REFERENCES message (agency_id, id),
  FOREIGN KEY (agency_id, possible_duplicate_of) REFERENCES entry (agency_id, id)
);
-- I2: a message has one entry, and after a move into the classified register the one that came of it.
CREATE UNIQUE INDEX entry_of_message ON entry (agency_id, message_id) WHERE moved_from IS NULL;
ALTER TABLE message ADD FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX entry_unconfirmed ON entry (agency_id, register, year, number) WHERE confirmed_at IS NULL AND state NOT IN ('cancelled', 'returned', 'closed');
CREATE INDEX entry_by_state ON entry (agency_id, register, year, state, number);
CREATE INDEX entry_by_time ON entry (agency_id, register, received_at, id);
CREATE INDEX entry_by_sender ON entry (agency_id, register, year, from_address, number);
CREATE INDEX entry_due ON entry (agency_id, due_on) WHERE due_on IS NOT NULL AND state NOT IN ('cancelled', 'returned', 'closed');

-- What an entry's hash covers. The same bytes are made by register/ledger.ts, so that a stranger can check the chain without a database (I11).
CREATE FUNCTION entry_hash(e entry) RETURNS bytea
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT sha256(convert_to(json_build_array('saraban entry 1', encode(e.previous_hash, 'hex'), e.register, e.year, e.number, e.id,
          encode(e.raw_sha256, 'hex'), iso_time(e.received_at), iso_time(e.entered_at), e.envelope_from, e.from_name, e.from_address)::text, 'UTF8')) $$;

-- I3, I11: the register gives the number and the link; what the program sends in these columns is refused.
CREATE FUNCTION number_entry() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  zone text;
  era integer;
BEGIN
  IF NEW.number IS NOT NULL OR NEW.hash IS NOT NULL OR NEW.previous_hash IS NOT NULL THEN
    RAISE EXCEPTION 'number and hash are given by the register, not by the program' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT a.time_zone, CASE a.calendar WHEN 'buddhist' THEN 543 ELSE 0 END INTO zone, era FROM agency a WHERE a.id = NEW.agency_id;
  IF NEW.year <> extract(year FROM NEW.entered_at AT TIME ZONE zone)::integer + era THEN
    RAISE EXCEPTION 'entered_at % does not lie in year % of %', NEW.entered_at, NEW.year, zone USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.moved_from IS NOT NULL AND NOT EXISTS (SELECT FROM entry o WHERE o.agency_id = NEW.agency_id AND o.id = NEW.moved_from AND o.message_id = NEW.message_id
      AND o.register = 'receive' AND NEW.register = 'receive-classified' AND o.state = 'cancelled') THEN
    RAISE EXCEPTION 'only a cancelled entry of the same message moves, and only into the classified register' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT t.number, t.head, t.taken_at INTO NEW.number, NEW.previous_hash, NEW.entered_at
    FROM take_number(NEW.agency_id, NEW.register, NEW.year, NEW.entered_at) t;
  NEW.hash := entry_hash(NEW);
  UPDATE series SET last_number = NEW.number, head_hash = NEW.hash, last_at = NEW.entered_at
    WHERE agency_id = NEW.agency_id AND series = NEW.register AND year = NEW.year;
  RETURN NEW;
END $$;
CREATE TRIGGER entry_number BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION number_entry();

-- I5: number, times, sender and raw hash stay. A state moves only forward; a cancelled number stays cancelled.
CREATE FUNCTION keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.id, NEW.register, NEW.year, NEW.number, NEW.message_id, NEW.moved_from, NEW.received_at, NEW.entered_at, NEW.envelope_from, NEW.from_name, NEW.from_address, NEW.raw_sha256, NEW.previous_hash, NEW.hash, NEW.public_code)
     IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.register, OLD.year, OLD.number, OLD.message_id, OLD.moved_from, OLD.received_at, OLD.entered_at, OLD.envelope_from, OLD.from_name, OLD.from_address, OLD.raw_sha256, OLD.previous_hash, OLD.hash, OLD.public_code) THEN
    RAISE EXCEPTION 'number, times, sender and raw hash of an entry cannot be changed (I5)' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'cancelled' AND NEW.state <> 'cancelled' THEN
    RAISE EXCEPTION 'a cancelled number stays cancelled (I3)' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state <> OLD.state AND NEW.state = 'entered' THEN
    RAISE EXCEPTION 'an entry cannot go back to entered' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state IN ('cancelled', 'returned') AND NEW.state_reason = '' THEN
    RAISE EXCEPTION 'a cancelled or returned entry needs its reason' USING ERRCODE = 'check_violation';
  END IF;
  NEW.version := OLD.version + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION keep_entry();
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Every correction of a fact, written by the database itself.
CREATE TABLE fact_change (
  agency_id   integer NOT NULL,
  id          bigint GENERATED ALWAYS AS IDENTITY,
  entry_id    uuid NOT NULL,
  fact        text NOT NULL,
  before      text,
  after       text,
  actor       jsonb NOT NULL,
  at          timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id)
);
CREATE INDEX fact_change_by_entry ON fact_change (agency_id, entry_id, id);
CREATE TRIGGER fact_change_stays BEFORE UPDATE OR DELETE ON fact_change FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION record_fact_changes() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO fact_change (agency_id, entry_id, fact, before, after, actor)
    SELECT NEW.agency_id, NEW.id, f.fact, f.before, f.after, current_actor()
    FROM (VALUES
      ('subject', OLD.subject, NEW.subject), ('addressee', OLD.addressee, NEW.addressee), ('fromAgency', OLD.from_agency, NEW.from_agency),
      ('letterNumber', OLD.letter_number, NEW.letter_number), ('letterDate', OLD.letter_date::text, NEW.letter_date::text),
      ('urgency', OLD.urgency, NEW.urgency), ('secrecy', OLD.secrecy, NEW.secrecy), ('circular', OLD.circular::text, NEW.circular::text),
      ('kind', OLD.kind, NEW.kind), ('dueOn', OLD.due_on::text, NEW.due_on::text), ('remark', OLD.remark, NEW.remark)
    ) AS f (fact, before, after)
    WHERE f.before IS DISTINCT FROM f.after;
  RETURN NULL;
END $$;
CREATE TRIGGER entry_facts_keep_history AFTER UPDATE ON entry FOR EACH ROW
  WHEN ((OLD.subject, OLD.addressee, OLD.from_agency, OLD.letter_number, OLD.letter_date, OLD.urgency, OLD.secrecy, OLD.circular, OLD.kind, OLD.due_on, OLD.remark)
        IS DISTINCT FROM (NEW.subject, NEW.addressee, NEW.from_agency, NEW.letter_number, NEW.letter_date, NEW.urgency, NEW.secrecy, NEW.circular, NEW.kind, NEW.due_on, NEW.remark))
  EXECUTE FUNCTION record_fact_changes();

-- Everything anybody did, in one chain a register: opened, confirmed, routed, returned … 'office' holds what concerns no letter (users, rules, sign-ins).
CREATE TABLE act (
  agency_id     integer NOT NULL REFERENCES agency,
  register      text NOT NULL CHECK (register IN ('receive', 'receive-classified', 'send', 'send-classified', 'office')),
  ordinal       integer NOT NULL CHECK (ordinal > 0),
  entry_id      uuid,
  route_id      uuid,
  kind          text NOT NULL CHECK (kind <> ''),
  actor_id      uuid,
  actor_name    text NOT NULL,
  peer          text NOT NULL DEFAULT '',            -- where from: an IP address, 'cli', 'gateway' …
  at            timestamptz(3) NOT NULL,
  detail        json NOT NULL DEFAULT '{}',          -- json, not jsonb: the hash covers its text
  previous_hash bytea NOT NULL,
  hash          bytea NOT NULL,
  PRIMARY KEY (agency_id, register, ordinal),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id)
);
CREATE INDEX act_by_entry ON act (agency_id, entry_id, at) WHERE entry_id IS NOT NULL;
CREATE INDEX act_about_messages ON act (agency_id, at DESC) WHERE kind IN ('held-entered', 'held-dismissed', 'notice-entered', 'notice-settled');
CREATE TRIGGER act_stays BEFORE UPDATE OR DELETE ON act FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION act_hash(a act) RETURNS bytea
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT sha256(convert_to(json_build_array('saraban act 1', encode(a.previous_hash, 'hex'), a.register, a.ordinal, a.entry_id, a.route_id,
          a.kind, a.actor_id, a.actor_name, a.peer, iso_time(a.at), a.detail::text)::text, 'UTF8')) $$;

CREATE FUNCTION chain_act() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.ordinal IS NOT NULL OR NEW.hash IS NOT NULL OR NEW.previous_hash IS NOT NULL THEN
    RAISE EXCEPTION 'ordinal and hash are given by the register, not by the program' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT t.number, t.head, t.taken_at INTO NEW.ordinal, NEW.previous_hash, NEW.at
    FROM take_number(NEW.agency_id, 'act:' || NEW.register, 0, NEW.at) t;
  NEW.hash := act_hash(NEW);
  UPDATE series SET last_number = NEW.ordinal, head_hash = NEW.hash, last_at = NEW.at
    WHERE agency_id = NEW.agency_id AND series = 'act:' || NEW.register AND year = 0;
  RETURN NEW;
END $$;
CREATE TRIGGER act_chain BEFORE INSERT ON act FOR EACH ROW EXECUTE FUNCTION chain_act();

-- The parts of a message, as the reader found them.
CREATE TABLE attachment (
  agency_id     integer NOT NULL,
  id            uuid NOT NULL,
  message_id    uuid NOT NULL,
  path          text NOT NULL,                       -- its place in the MIME tree, numbered as IMAP does (RFC 9051)
  role          text NOT NULL CHECK (role IN ('body', 'attachment', 'inline', 'container')),
  name          text NOT NULL DEFAULT '',
  name_guessed  boolean NOT NULL DEFAULT false,
  content_type  text NOT NULL,
  charset       text,
  content_id    text,
  size          bigint NOT NULL,
  sha256        bytea NOT NULL,
  origin        text NOT NULL,
  notes         jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, message_id, path),
  FOREIGN KEY (agency_id, message_id) REFERENCES message (agency_id, id),
  FOREIGN KEY (agency_id, sha256) REFERENCES blob (agency_id, sha256)
);

-- What reading gave: the text people see, and the folded copy the search runs on.
CREATE TABLE reading (
  agency_id   integer NOT NULL,
  message_id  uuid NOT NULL,
  body_text   text NOT NULL DEFAULT '',
  body_html   text,
  documents   jsonb NOT NULL DEFAULT '[]',           -- [{ path, text }] of attachments with text in them
  facts       jsonb NOT NULL DEFAULT '{}',           -- every fact found, with where and how sure
  read_at     timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, message_id),
  FOREIGN KEY (agency_id, message_id) REFERENCES message (agency_id, id)
);

CREATE TABLE entry_search (
  agency_id   integer NOT NULL,
  entry_id    uuid NOT NULL,
  register    text NOT NULL,
  year        integer NOT NULL,
  number      integer NOT NULL,
  folded      text NOT NULL,
  PRIMARY KEY (agency_id, entry_id),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id)
);
CREATE INDEX entry_search_trigrams ON entry_search USING gin (agency_id, folded gin_trgm_ops);

CREATE INDEX entry_search_by_number ON entry_search (agency_id, register, year, number);

-- Row-level security hides the trigram index from the planner (LIKE is not leak-proof), so the search runs as the owner
-- and asks for the agency itself: the same wall, one door.
-- A frequent word is found among the newest numbers without asking the index, whose every hit would have to be read to be sure; a rare word
-- is not there, and the index has few hits. Two patterns, both to match; what is no filter is '%'.
CREATE FUNCTION search_entries(of_register text, of_year integer, pattern text, also text, before_number integer, at_most integer)
  RETURNS TABLE (entry_id uuid, number integer)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
  AS $$
  DECLARE
    of_agency CONSTANT integer := current_agency();
    top integer;
    bottom integer;
    found_newest integer := 0;
  BEGIN
    SELECT coalesce(max(s.number), 0) INTO top FROM entry_search s
      WHERE s.agency_id = of_agency AND s.register = of_register AND s.year = of_year AND (before_number IS NULL OR s.number < before_number);
    -- Shorter patterns than three characters have no trigram: the index cannot help, so everything is walked.
    bottom := CASE WHEN length(pattern) < 5 AND length(also) < 5 THEN 0 ELSE top - 2000 END;
    -- Materialized, or the planner takes the index after all; read only as far as the limit asks.
    RETURN QUERY
      WITH newest AS MATERIALIZED (
        SELECT s.entry_id, s.number, s.folded FROM entry_search s
        WHERE s.agency_id = of_agency AND s.register = of_register AND s.year = of_year AND s.number <= top AND s.number > bottom
        ORDER BY s.number DESC
      )
      SELECT n.entry_id, n.number FROM newest n WHERE n.folded LIKE pattern AND n.folded LIKE also LIMIT at_most;
    GET DIAGNOSTICS found_newest = ROW_COUNT;
    IF found_newest >= at_most OR bottom <= 0 THEN RETURN; END IF;
    RETURN QUERY
      WITH hit AS MATERIALIZED (
        SELECT s.entry_id, s.number FROM entry_search s
        WHERE s.agency_id = of_agency AND s.folded LIKE pattern AND s.folded LIKE also AND s.register = of_register AND s.year = of_year AND s.number <= bottom
      )
      SELECT h.entry_id, h.number FROM hit h ORDER BY h.number DESC LIMIT at_most - found_newest;
  END $$;

-- The same for entries that have passed every other filter already: when those are few, their texts are read instead of asking the index.
CREATE FUNCTION search_among(of_register text, of_year integer, numbers integer[], pattern text, also text)
  RETURNS TABLE (number integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$
    WITH wanted AS MATERIALIZED (
      SELECT s.number, s.folded FROM entry_search s
      WHERE s.agency_id = current_agency() AND s.register = of_register AND s.year = of_year AND s.number = ANY(numbers)
    )
    SELECT w.number FROM wanted w WHERE w.folded LIKE pattern AND w.folded LIKE also ORDER BY w.number DESC
  $$;

-- Who has the letter. One row a recipient; 'การปฏิบัติ' of form 13.
CREATE TABLE route (
  agency_id     integer NOT NULL,
  id            uuid NOT NULL,
  entry_id      uuid NOT NULL,
  unit_id       uuid NOT NULL,
  account_id    uuid,
  purpose       text NOT NULL CHECK (purpose IN ('action', 'information')),
  instruction   text NOT NULL DEFAULT '',
  due_on        date,
  state         text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'passed-on', 'closed', 'withdrawn')),
  rule          text,                                -- the rule that decided, else an officer did
  routed_by     text NOT NULL,
  routed_at     timestamptz(3) NOT NULL,
  passed_on_from uuid,
  confirmed_at  timestamptz(3),
  confirmed_by  text,
  unit_year     integer,
  unit_number   integer,
  closed_at     timestamptz(3),
  closed_by     text,
  note          text NOT NULL DEFAULT '',
  reminded_at   timestamptz(3),
  version       integer NOT NULL DEFAULT 1,
  PRIMARY KEY (agency_id, id),
  UNIQUE (agency_id, unit_id, unit_year, unit_number),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id),
  FOREIGN KEY (agency_id, unit_id) REFERENCES unit (agency_id, id),
  FOREIGN KEY (agency_id, account_id) REFERENCES account (agency_id, id)
);
CREATE INDEX route_by_entry ON route (agency_id, entry_id, routed_at);
CREATE INDEX route_by_unit ON route (agency_id, unit_id, entry_id);
CREATE INDEX route_waiting ON route (agency_id, unit_id) WHERE state = 'waiting';
CREATE INDEX route_due ON route (agency_id, due_on) WHERE due_on IS NOT NULL AND state IN ('waiting', 'confirmed');
CREATE INDEX route_in_tray ON route (agency_id, unit_id, routed_at DESC, id DESC);
CREATE INDEX route_open ON route (agency_id, routed_at DESC, id DESC) WHERE state IN ('waiting', 'confirmed');
CREATE UNIQUE INDEX route_once_a_recipient ON route (agency_id, entry_id, unit_id, coalesce(account_id, '00000000-0000-0000-0000-000000000000')) WHERE state IN ('waiting', 'confirmed');

-- A unit that confirms receipt enters the letter in its own register (clauses 39-40): its own gapless number, given by the database.
CREATE FUNCTION keep_route() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  zone text;
  era integer;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.agency_id, NEW.id, NEW.entry_id, NEW.unit_id, NEW.routed_by, NEW.routed_at, NEW.rule) IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.entry_id, OLD.unit_id, OLD.routed_by, OLD.routed_at, OLD.rule) THEN
      RAISE EXCEPTION 'who routed a letter to whom cannot be changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('closed', 'withdrawn', 'passed-on') AND NEW.state <> OLD.state THEN
      RAISE EXCEPTION 'a route that is % stays so', OLD.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.unit_year, NEW.unit_number) IS DISTINCT FROM (OLD.unit_year, OLD.unit_number) THEN
      RAISE EXCEPTION 'the number of a unit is given by the register' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.version := OLD.version + 1;
    IF OLD.state <> 'waiting' OR NEW.state <> 'confirmed' THEN RETURN NEW; END IF;
  ELSE
    IF NEW.unit_number IS NOT NULL THEN RAISE EXCEPTION 'the number of a unit is given by the register' USING ERRCODE = 'restrict_violation'; END IF;
    IF NEW.state <> 'confirmed' THEN RETURN NEW; END IF;
  END IF;
  SELECT a.time_zone, CASE a.calendar WHEN 'buddhist' THEN 543 ELSE 0 END INTO zone, era FROM agency a WHERE a.id = NEW.agency_id;
  NEW.unit_year := extract(year FROM NEW.confirmed_at AT TIME ZONE zone)::integer + era;
  SELECT t.number INTO NEW.unit_number FROM take_number(NEW.agency_id, 'unit:' || NEW.unit_id, NEW.unit_year, NEW.confirmed_at) t;
  UPDATE series SET last_number = NEW.unit_number, last_at = greatest(last_at, NEW.confirmed_at)
    WHERE agency_id = NEW.agency_id AND series = 'unit:' || NEW.unit_id AND year = NEW.unit_year;
  RETURN NEW;
END $$;
CREATE TRIGGER route_stays BEFORE INSERT OR UPDATE ON route FOR EACH ROW EXECUTE FUNCTION keep_route();
CREATE TRIGGER route_is_kept BEFORE DELETE ON route FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The public page knows a letter by its code alone, and learns no more than it may show.
CREATE FUNCTION find_public_entry(code text)
  RETURNS TABLE (agency_id integer, entry_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT e.agency_id, e.id FROM entry e WHERE e.public_code = code $$;

-- The sweep may remove a file only when no agency refers to it.
CREATE FUNCTION blob_is_wanted(wanted bytea) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT EXISTS (SELECT FROM blob b WHERE b.sha256 = wanted) $$;
CREATE INDEX blob_by_sha256 ON blob (sha256);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['blob', 'message', 'series', 'entry', 'fact_change', 'act', 'attachment', 'reading', 'entry_search', 'route'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_agency ON %I USING (agency_id = (SELECT current_agency()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['blob', 'message', 'entry', 'act', 'route', 'fact_change', 'series'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t || '_is_not_emptied', t);
  END LOOP;
END $$;

GRANT SELECT, INSERT ON blob, act TO saraban_app;
GRANT SELECT ON series, fact_change TO saraban_app;
GRANT SELECT, INSERT, UPDATE ON message, entry, route, reading, entry_search TO saraban_app;
GRANT SELECT, INSERT, DELETE ON attachment TO saraban_app;
