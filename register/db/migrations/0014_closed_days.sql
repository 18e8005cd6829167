-- What closing a day remembers beside the day itself: which changes of facts and which certificates it named, so that each is named once.

-- Ids of fact_change are given when a change is written, not when it is committed, so "above the last one" would lose a change that was
-- committed late. Named are all up to `floor` and those listed above it; the next day names the rest, whatever the clocks say.
CREATE TABLE closed_mark (
  agency_id integer NOT NULL,
  ordinal integer NOT NULL,
  changes_floor bigint NOT NULL,
  changes_listed bigint[] NOT NULL,
  PRIMARY KEY (agency_id, ordinal),
  FOREIGN KEY (agency_id, ordinal) REFERENCES closed_day (agency_id, ordinal)
);
CREATE TRIGGER closed_mark_stays BEFORE UPDATE OR DELETE ON closed_mark FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE closed_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON closed_mark USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON closed_mark TO saraban_app;
SELECT watch_changes('closed_mark');

-- The day in which the hash of a certificate stands.
CREATE TABLE closed_certificate (
  agency_id integer NOT NULL,
  certificate_id uuid NOT NULL,
  ordinal integer NOT NULL,
  PRIMARY KEY (agency_id, certificate_id),
  FOREIGN KEY (agency_id, certificate_id) REFERENCES certificate (agency_id, id),
  FOREIGN KEY (agency_id, ordinal) REFERENCES closed_day (agency_id, ordinal)
);
CREATE TRIGGER closed_certificate_stays BEFORE UPDATE OR DELETE ON closed_certificate FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE closed_certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_agency ON closed_certificate USING (agency_id = (SELECT current_agency()));
GRANT SELECT, INSERT ON closed_certificate TO saraban_app;
SELECT watch_changes('closed_certificate');
