-- The night, and the register that cannot be rewritten: signing keys, closed days, copies in other places, and the certificates that prove them.

-- A key the agency signs with. Agency 0's signs the copies of the whole appliance.
CREATE TABLE agency_key (
  agency_id integer NOT NULL REFERENCES agency (id),
  id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('signing')),
  -- SubjectPublicKeyInfo, DER: ECDSA on P-256.
  public_key bytea NOT NULL,
  -- PKCS #8, sealed under the appliance's key file (register/seal/secret-box.ts).
  sealed_private_key bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  retired_at timestamptz(3),
  PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX agency_key_in_use ON agency_key (agency_id, purpose) WHERE retired_at IS NULL;

CREATE FUNCTION keep_agency_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.id, NEW.purpose, NEW.public_key, NEW.created_at) IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.purpose, OLD.public_key, OLD.created_at) THEN
    RAISE EXCEPTION 'a key that was used to sign cannot be exchanged' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at THEN
    RAISE EXCEPTION 'a retired key stays retired' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agency_key_stays BEFORE UPDATE ON agency_key FOR EACH ROW EXECUTE FUNCTION keep_agency_key();
CREATE TRIGGER agency_key_is_kept BEFORE DELETE ON agency_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE agency_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON agency_key USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT, UPDATE ON agency_key TO saraban_app;

-- One closed day of an agency: what was entered, changed and cancelled since the day before was closed. Each names the seal of the one before it.
CREATE TABLE closed_day (
  agency_id integer NOT NULL REFERENCES agency (id),
  -- 1..n for each agency.
  ordinal integer NOT NULL CHECK (ordinal > 0),
  -- The day in the agency's zone.
  day date NOT NULL,
  closed_at timestamptz(3) NOT NULL,
  -- The seal (seal.json), its signature and its timestamp token are blobs.
  seal_sha256 bytea NOT NULL CHECK (octet_length(seal_sha256) = 32),
  previous_seal_sha256 bytea CHECK (octet_length(previous_seal_sha256) = 32),
  signature_sha256 bytea NOT NULL CHECK (octet_length(signature_sha256) = 32),
  PRIMARY KEY (agency_id, ordinal),
  UNIQUE (agency_id, day),
  FOREIGN KEY (agency_id, seal_sha256) REFERENCES blob (agency_id, sha256),
  FOREIGN KEY (agency_id, signature_sha256) REFERENCES blob (agency_id, sha256),
  CHECK ((ordinal = 1) = (previous_seal_sha256 IS NULL))
);

CREATE FUNCTION chain_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before closed_day;
BEGIN
  SELECT * INTO before FROM closed_day WHERE agency_id = NEW.agency_id ORDER BY ordinal DESC LIMIT 1;
  IF NEW.ordinal <> coalesce(before.ordinal, 0) + 1 OR NEW.previous_seal_sha256 IS DISTINCT FROM before.seal_sha256 OR NEW.day <= before.day THEN
    RAISE EXCEPTION 'days are closed one after the other, each linked to the one before it (I11)' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER closed_day_chain BEFORE INSERT ON closed_day FOR EACH ROW EXECUTE FUNCTION chain_closed_day();
CREATE TRIGGER closed_day_stays BEFORE UPDATE OR DELETE ON closed_day FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closed_day_is_not_emptied BEFORE TRUNCATE ON closed_day FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE closed_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON closed_day USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON closed_day TO saraban_app;

-- What of each register a day holds: entries (first_number..last_number) and acts (first_act..last_act), both possibly none (first = last + 1).
CREATE TABLE closed_book (
  agency_id integer NOT NULL,
  ordinal integer NOT NULL,
  -- A register, or 'office' for the acts about the agency itself (year 0, no entries).
  register text NOT NULL CHECK (register IN ('receive', 'receive-classified', 'send', 'send-classified', 'office')),
  year integer NOT NULL,
  first_number integer NOT NULL,
  last_number integer NOT NULL,
  -- Hash of the entry last_number; of the chain's start when there is none yet.
  head_hash bytea NOT NULL CHECK (octet_length(head_hash) = 32),
  first_act integer NOT NULL,
  last_act integer NOT NULL,
  act_head_hash bytea NOT NULL CHECK (octet_length(act_head_hash) = 32),
  PRIMARY KEY (agency_id, ordinal, register, year),
  FOREIGN KEY (agency_id, ordinal) REFERENCES closed_day (agency_id, ordinal),
  CHECK (first_number BETWEEN 1 AND last_number + 1),
  CHECK (first_act BETWEEN 1 AND last_act + 1)
);
CREATE TRIGGER closed_book_stays BEFORE UPDATE OR DELETE ON closed_book FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE closed_book ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON closed_book USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON closed_book TO saraban_app;

-- The files of a closed day: day.json, forms 13 and 14 as PDF/A, XLSX, the signature, the timestamp token.
CREATE TABLE closed_file (
  agency_id integer NOT NULL,
  ordinal integer NOT NULL,
  name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9.-]{0,80}$'),
  content_type text NOT NULL,
  sha256 bytea NOT NULL,
  size bigint NOT NULL,
  -- Holds what appointed persons alone may see (I10).
  classified boolean NOT NULL DEFAULT false,
  added_at timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, ordinal, name),
  FOREIGN KEY (agency_id, ordinal) REFERENCES closed_day (agency_id, ordinal),
  FOREIGN KEY (agency_id, sha256) REFERENCES blob (agency_id, sha256)
);
CREATE TRIGGER closed_file_stays BEFORE UPDATE OR DELETE ON closed_file FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE closed_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON closed_file USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON closed_file TO saraban_app;

-- The copies. They are of the whole appliance, so these tables carry no agency; what an agency may know of them is in its certificates.
CREATE TABLE copy (
  -- '20261122T190000Z-3f2a9c1e': sorts by time.
  id text PRIMARY KEY CHECK (id ~ '^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$'),
  -- whole: a night. changes: what was committed since, between nights.
  kind text NOT NULL CHECK (kind IN ('whole', 'changes')),
  -- The whole copy that a copy of changes continues.
  base_id text REFERENCES copy (id),
  previous_id text REFERENCES copy (id),
  state text NOT NULL CHECK (state IN ('running', 'made', 'failed')),
  began_at timestamptz(3) NOT NULL,
  cut_at timestamptz(3),
  finished_at timestamptz(3),
  -- The snapshot of the cut, as pg_current_snapshot() writes it.
  snapshot text,
  manifest_sha256 bytea CHECK (octet_length(manifest_sha256) = 32),
  entries bigint NOT NULL DEFAULT 0,
  blobs bigint NOT NULL DEFAULT 0,
  -- Bytes of all blobs and all pieces of the database at the cut.
  bytes bigint NOT NULL DEFAULT 0,
  -- Bytes that had to travel, encrypted.
  new_bytes bigint NOT NULL DEFAULT 0,
  -- How far a running one is: a word of STEPS (backup/progress.ts), and bytes.
  step text NOT NULL DEFAULT '',
  done_bytes bigint NOT NULL DEFAULT 0,
  total_bytes bigint NOT NULL DEFAULT 0,
  problem text NOT NULL DEFAULT ''
);
CREATE INDEX copy_recent ON copy (began_at DESC);

CREATE TABLE copy_at_place (
  copy_id text NOT NULL REFERENCES copy (id),
  place text NOT NULL,
  state text NOT NULL CHECK (state IN ('sending', 'sent', 'proven', 'partly-proven', 'damaged', 'failed', 'removed')),
  sent_at timestamptz(3),
  proven_at timestamptz(3),
  -- How long the proof's restore took, in milliseconds.
  restore_ms bigint,
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (copy_id, place)
);

-- Packs of encrypted objects, as they lie in the places; which objects (blobs, pieces of the database) are in which.
CREATE TABLE pack (
  name text PRIMARY KEY,
  copy_id text NOT NULL REFERENCES copy (id),
  holds text NOT NULL CHECK (holds IN ('letters', 'tables')),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size bigint NOT NULL,
  objects integer NOT NULL,
  list_sha256 bytea NOT NULL CHECK (octet_length(list_sha256) = 32),
  list_size bigint NOT NULL
);
CREATE TABLE pack_object (
  pack text NOT NULL REFERENCES pack (name) ON DELETE CASCADE,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  PRIMARY KEY (sha256, pack)
);
CREATE INDEX pack_object_by_pack ON pack_object (pack);
CREATE TABLE pack_at_place (
  pack text NOT NULL REFERENCES pack (name) ON DELETE CASCADE,
  place text NOT NULL,
  state text NOT NULL CHECK (state IN ('sent', 'damaged', 'removed')),
  sent_at timestamptz(3) NOT NULL,
  -- When it was last fetched back and found whole.
  proven_at timestamptz(3),
  PRIMARY KEY (place, pack)
);
-- The objects a whole copy needs of the tables (letters are needed by every copy): what retention goes by.
CREATE TABLE copy_piece (
  copy_id text NOT NULL REFERENCES copy (id) ON DELETE CASCADE,
  sha256 bytea NOT NULL,
  PRIMARY KEY (copy_id, sha256)
);
GRANT SELECT ON copy, copy_at_place TO saraban_app;

-- What a proof found, for each agency and (agency 0) for the whole appliance.
CREATE TABLE certificate (
  agency_id integer NOT NULL REFERENCES agency (id),
  id uuid NOT NULL,
  copy_id text NOT NULL,
  place text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- partly: what could be proven without the key, which is held elsewhere.
  outcome text NOT NULL CHECK (outcome IN ('proven', 'partly', 'failed')),
  -- What pages show: backup/certificate/summary.ts.
  summary jsonb NOT NULL,
  json_sha256 bytea NOT NULL,
  json_size bigint NOT NULL,
  pdf_sha256 bytea,
  pdf_size bigint,
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, json_sha256) REFERENCES blob (agency_id, sha256),
  FOREIGN KEY (agency_id, pdf_sha256) REFERENCES blob (agency_id, sha256)
);
CREATE INDEX certificate_recent ON certificate (agency_id, at DESC);
CREATE TRIGGER certificate_stays BEFORE UPDATE OR DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON certificate USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON certificate TO saraban_app;

-- Reports of ours: a closed day for the head and the auditor, a certificate, an alarm of the night.
ALTER TABLE mail DROP CONSTRAINT mail_kind_check;
ALTER TABLE mail ADD CONSTRAINT mail_kind_check CHECK (kind IN ('acknowledgement', 'return', 'notification', 'letter', 'report'));
