-- Mail that we send, the acknowledgement of each letter, and the agency's own rules and templates.

-- Every mail of ours, whatever its kind: notices are matched against this one table.
CREATE TABLE mail (
  agency_id         integer NOT NULL REFERENCES agency,
  id                uuid NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('acknowledgement', 'return', 'notification', 'letter')),
  entry_id          uuid,
  route_id          uuid,
  envelope_from     text NOT NULL,                     -- '' is the null return path (acknowledgements, RFC 3834)
  recipient         text NOT NULL,
  header_message_id text NOT NULL,
  token             text NOT NULL,                     -- in the return path, when there is one: saraban+r-<token>@…
  sha256            bytea NOT NULL,                    -- the bytes we send, in the blob store
  size              bigint NOT NULL,
  state             text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'uncertain')),
  attempts          integer NOT NULL DEFAULT 0,
  reply             text NOT NULL DEFAULT '',          -- the last SMTP reply, or why there was none
  queued_at         timestamptz(3) NOT NULL,
  sent_at           timestamptz(3),
  PRIMARY KEY (agency_id, id),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id),
  FOREIGN KEY (agency_id, route_id) REFERENCES route (agency_id, id),
  FOREIGN KEY (agency_id, sha256) REFERENCES blob (agency_id, sha256)
);
CREATE UNIQUE INDEX mail_by_token ON mail (token);
CREATE UNIQUE INDEX mail_by_header_id ON mail (agency_id, header_message_id);
CREATE INDEX mail_recent ON mail (agency_id, queued_at DESC, id DESC);
CREATE INDEX mail_by_entry ON mail (agency_id, entry_id);
CREATE INDEX mail_unsettled ON mail (agency_id, queued_at) WHERE state IN ('queued', 'sending');
CREATE INDEX mail_failed ON mail (agency_id, queued_at DESC, id DESC) WHERE state IN ('failed', 'uncertain');
CREATE TRIGGER mail_is_kept BEFORE DELETE ON mail FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- I6: one row a letter, so at most one acknowledgement.
CREATE TABLE acknowledgement (
  agency_id   integer NOT NULL,
  entry_id    uuid NOT NULL,
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'held', 'refused', 'queued', 'sent', 'failed', 'uncertain')),
  reason      text NOT NULL DEFAULT '',                -- a code; web/text has its words
  recipient   text NOT NULL DEFAULT '',
  mail_id     uuid,
  decided_at  timestamptz(3),
  sent_at     timestamptz(3),
  PRIMARY KEY (agency_id, entry_id),
  FOREIGN KEY (agency_id, entry_id) REFERENCES entry (agency_id, id),
  FOREIGN KEY (agency_id, mail_id) REFERENCES mail (agency_id, id)
);
CREATE INDEX acknowledgement_open ON acknowledgement (agency_id, state) WHERE state IN ('waiting', 'held', 'failed', 'uncertain');
CREATE INDEX acknowledgement_by_recipient ON acknowledgement (agency_id, recipient, decided_at);
CREATE INDEX acknowledgement_by_time ON acknowledgement (agency_id, decided_at) WHERE mail_id IS NOT NULL;
CREATE TRIGGER acknowledgement_is_kept BEFORE DELETE ON acknowledgement FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_acknowledgement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.mail_id IS NOT NULL AND NEW.mail_id IS DISTINCT FROM OLD.mail_id THEN
    RAISE EXCEPTION 'a letter is acknowledged once (I6)' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER acknowledgement_once BEFORE UPDATE ON acknowledgement FOR EACH ROW EXECUTE FUNCTION keep_acknowledgement();

-- Versions of the agency's routing rules and of its templates. The newest counts; the old ones tell what held when.
CREATE TABLE rule_set (
  agency_id   integer NOT NULL REFERENCES agency,
  version     integer NOT NULL,
  text        text NOT NULL,
  saved_by    text NOT NULL,
  saved_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, version)
);
CREATE TRIGGER rule_set_stays BEFORE UPDATE OR DELETE ON rule_set FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE template (
  agency_id   integer NOT NULL REFERENCES agency,
  name        text NOT NULL,                           -- 'acknowledgement', 'return', 'notification'
  version     integer NOT NULL,
  subject     text NOT NULL,
  body_text   text NOT NULL,
  body_html   text NOT NULL,
  saved_by    text NOT NULL,
  saved_at    timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, name, version)
);
CREATE TRIGGER template_stays BEFORE UPDATE OR DELETE ON template FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The units a token of the role 'unit' works for.
ALTER TABLE token ADD COLUMN unit_ids uuid[] NOT NULL DEFAULT '{}';

-- A notice names the mail it is about by token or Message-ID, before its agency is known for sure: one row, by one key.
CREATE FUNCTION find_mail_by_token(wanted text)
  RETURNS TABLE (agency_id integer, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT m.agency_id, m.id FROM mail m WHERE m.token = wanted $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['mail', 'acknowledgement', 'rule_set', 'template'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_agency ON %I USING (agency_id = (SELECT current_agency()))', t);
  END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON mail, acknowledgement TO saraban_app;
GRANT SELECT, INSERT ON rule_set, template TO saraban_app;
