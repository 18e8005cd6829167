-- What the virus scanner said of each message. 'none': no scanner was configured. 'not-scanned': it gave no answer, and is asked again.

ALTER TABLE message
  ADD COLUMN scan text NOT NULL DEFAULT 'none' CHECK (scan IN ('none', 'clean', 'infected', 'not-scanned')),
  ADD COLUMN scan_name text NOT NULL DEFAULT '', -- the scanner's name of what it found, or why it did not scan
  ADD COLUMN scanned_at timestamptz(3);
CREATE INDEX message_not_clean ON message (agency_id, received_at DESC, id DESC) WHERE scan IN ('infected', 'not-scanned');
