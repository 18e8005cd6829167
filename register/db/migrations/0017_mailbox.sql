-- A mailbox elsewhere: an agency's central address whose letters lie on another's server and are fetched from there by IMAP (gateway/intake/imap).

CREATE TABLE mailbox (
  agency_id integer NOT NULL REFERENCES agency (id),
  id uuid NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  -- The central address its letters are for.
  address text NOT NULL,
  host text NOT NULL CHECK (host <> ''),
  port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
  security text NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
  login text NOT NULL CHECK (login <> ''),
  auth text NOT NULL CHECK (auth IN ('password', 'oauth2')),
  -- JSON, sealed under the appliance's key file (register/seal/secret-box.ts). Null: it must be given again, as after the agency moved to another appliance.
  sealed_secret bytea,
  folder text NOT NULL DEFAULT 'INBOX' CHECK (folder <> ''),
  -- Where letters are moved once they are entered; '' only marks them.
  done_folder text NOT NULL DEFAULT '',
  -- Where mails are moved that cannot be taken for good; '' only flags them.
  failed_folder text NOT NULL DEFAULT '',
  -- Mails that the server had before this instant are left alone; null takes everything that lies in the folder.
  take_since timestamptz(3),
  -- The account's own server for sending: {host, port, security, nullSender}. Null: mails of this address leave as all others do.
  submission jsonb,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'removed')),
  created_at timestamptz(3) NOT NULL,
  -- Rises with every change of the settings above: a session that works by older ones ends.
  version integer NOT NULL DEFAULT 1,
  -- Every UID below `seen_below` of this UIDVALIDITY is settled (RFC 9051 section 2.3.1.1): so far nobody needs to look again.
  seen_validity bigint,
  seen_below bigint NOT NULL DEFAULT 0,
  last_check_at timestamptz(3),
  -- When a check last came to its end without a problem.
  last_good_at timestamptz(3),
  last_problem text NOT NULL DEFAULT '',
  -- When somebody was last told that something is the matter with it: once a day is enough.
  alarmed_at timestamptz(3),
  PRIMARY KEY (agency_id, id)
);
CREATE UNIQUE INDEX mailbox_name ON mailbox (agency_id, lower(name)) WHERE state <> 'removed';

CREATE FUNCTION keep_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.id, NEW.created_at) IS DISTINCT FROM (OLD.agency_id, OLD.id, OLD.created_at) THEN
    RAISE EXCEPTION 'a mailbox stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'removed' AND NEW.state <> 'removed' THEN
    RAISE EXCEPTION 'a removed mailbox stays removed; add it anew' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'removed' AND NEW.sealed_secret IS NOT NULL THEN
    RAISE EXCEPTION 'a removed mailbox keeps no secret' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mailbox_stays BEFORE UPDATE ON mailbox FOR EACH ROW EXECUTE FUNCTION keep_mailbox();
CREATE TRIGGER mailbox_is_kept BEFORE DELETE ON mailbox FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What became of each mail that was found. A mail is named by mailbox, UIDVALIDITY and UID, which no other mail ever has.
CREATE TABLE mailbox_message (
  agency_id integer NOT NULL,
  mailbox_id uuid NOT NULL,
  uid_validity bigint NOT NULL,
  uid bigint NOT NULL,
  -- entered: the register has it (as letter, notice, held, or once more). refused: for good. later: tried again. failing: again and again in vain, tried still.
  -- left: lay there before the mailbox was added.
  state text NOT NULL CHECK (state IN ('entered', 'refused', 'later', 'failing', 'left')),
  tries integer NOT NULL DEFAULT 0,
  message_id uuid,
  problem text NOT NULL DEFAULT '',
  next_try_at timestamptz(3),
  -- Marked, and moved where it is to be moved.
  filed boolean NOT NULL DEFAULT false,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (agency_id, mailbox_id, uid_validity, uid),
  FOREIGN KEY (agency_id, mailbox_id) REFERENCES mailbox (agency_id, id),
  FOREIGN KEY (agency_id, message_id) REFERENCES message (agency_id, id),
  CHECK (state <> 'entered' OR message_id IS NOT NULL),
  CHECK ((state IN ('later', 'failing')) = (next_try_at IS NOT NULL))
);
CREATE INDEX mailbox_message_trouble ON mailbox_message (agency_id, mailbox_id, at DESC) WHERE state IN ('refused', 'later', 'failing');

CREATE FUNCTION keep_mailbox_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.agency_id, NEW.mailbox_id, NEW.uid_validity, NEW.uid) IS DISTINCT FROM (OLD.agency_id, OLD.mailbox_id, OLD.uid_validity, OLD.uid) THEN
    RAISE EXCEPTION 'what became of a mail is not written to another' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'entered' AND (NEW.state, NEW.message_id) IS DISTINCT FROM (OLD.state, OLD.message_id) THEN
    RAISE EXCEPTION 'a mail that was entered stays entered (I5)' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER mailbox_message_stays BEFORE UPDATE ON mailbox_message FOR EACH ROW EXECUTE FUNCTION keep_mailbox_message();
CREATE TRIGGER mailbox_message_is_kept BEFORE DELETE ON mailbox_message FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- That the mailbox was looked into: the regulation asks for it twice a day, and this is the evidence.
CREATE TABLE mailbox_check (
  agency_id integer NOT NULL,
  mailbox_id uuid NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Mails that had not been settled before, and how many of them the register took.
  found integer NOT NULL CHECK (found >= 0),
  taken integer NOT NULL CHECK (taken BETWEEN 0 AND found),
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (agency_id, mailbox_id, at),
  FOREIGN KEY (agency_id, mailbox_id) REFERENCES mailbox (agency_id, id)
);
CREATE TRIGGER mailbox_check_stays BEFORE UPDATE OR DELETE ON mailbox_check FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE mailbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON mailbox USING (agency_id = (SELECT current_agency()));
ALTER TABLE mailbox_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON mailbox_message USING (agency_id = (SELECT current_agency()));
ALTER TABLE mailbox_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON mailbox_check USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT, UPDATE ON mailbox, mailbox_message TO saraban_app;
GRANT SELECT, INSERT ON mailbox_check TO saraban_app;

-- Which mailboxes there are to look into, of all agencies: no more than their names, for the gateway knows no agency yet.
CREATE FUNCTION mailboxes_to_watch() RETURNS TABLE (agency_id integer, id uuid, version integer)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
  AS $$ SELECT m.agency_id, m.id, m.version FROM mailbox m JOIN agency a ON a.id = m.agency_id
        WHERE m.state = 'active' AND m.sealed_secret IS NOT NULL AND a.state = 'active' $$;

SELECT watch_changes('mailbox');
SELECT watch_changes('mailbox_message');
SELECT watch_changes('mailbox_check');
