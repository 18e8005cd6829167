-- Letters that reading could not open, or of which something may be missing: what the page "what we could not read" lists.
-- The codes are those of register/letter and register/reading; guesses of a charset and the like are none of them.

ALTER TABLE message ADD COLUMN poorly_read boolean NOT NULL GENERATED ALWAYS AS (
  reading = 'failed' OR (reading = 'done' AND reading_notes @? '$[*].code ? (@ like_regex "^(head-cut|too-many-fields|too-many-parts|too-deep|too-large-to-open|kept-bytes-limit|text-cut|blank-line-missing|boundary-guessed|multipart-without-parts|multipart-not-closed|multipart-empty|block-not-ended|base64-not-padded|uuencode-.*|encoding-unknown|tnef-.*|documents-given-up|document-broken|document-page-broken|document-too-large|document-marks-lost)$")')
) STORED;
CREATE INDEX message_poorly_read ON message (agency_id, received_at DESC, id DESC) WHERE poorly_read;
