-- The agency's address book: who writes to it. Learned from letters whose facts an officer confirmed, imported, or typed. No evidence: it may be corrected and emptied.

CREATE TABLE correspondent (
  agency_id    integer NOT NULL REFERENCES agency,
  id           uuid NOT NULL,
  name_th      text NOT NULL CHECK (name_th <> ''),
  name_key     text NOT NULL,                         -- the name as it compares: composed, lower case, single blanks
  name_en      text NOT NULL DEFAULT '',
  code         text NOT NULL DEFAULT '',              -- before the slash of its letter numbers: มท 0201.2
  domain       text NOT NULL DEFAULT '' CHECK (domain = lower(domain)), -- whose whole mail is this agency's; '' when it shares one with others
  phone        text NOT NULL DEFAULT '',
  officer      text NOT NULL DEFAULT '',              -- its saraban officer
  source       text NOT NULL CHECK (source IN ('learned', 'imported', 'typed')),
  confirmed_at timestamptz(3),                        -- when an officer last said that it is right
  confirmed_by text NOT NULL DEFAULT '',
  created_at   timestamptz(3) NOT NULL,
  version      integer NOT NULL DEFAULT 1,
  PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX correspondent_by_name ON correspondent (agency_id, name_key);
CREATE UNIQUE INDEX correspondent_by_domain ON correspondent (agency_id, domain) WHERE domain <> '';

-- An address belongs to one of them.
CREATE TABLE correspondent_address (
  agency_id        integer NOT NULL,
  address          text NOT NULL CHECK (address = lower(address)),
  correspondent_id uuid NOT NULL,
  PRIMARY KEY (agency_id, address),
  FOREIGN KEY (agency_id, correspondent_id) REFERENCES correspondent (agency_id, id) ON DELETE CASCADE
);
CREATE INDEX correspondent_address_by_owner ON correspondent_address (agency_id, correspondent_id);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['correspondent', 'correspondent_address'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_agency ON %I USING (agency_id = (SELECT current_agency()))', t);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON correspondent, correspondent_address TO saraban_app;
