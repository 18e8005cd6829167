-- Letters that came twice under other bytes: what they are recognised by, and why one was flagged.

ALTER TABLE entry
  ADD COLUMN duplicate_reason text NOT NULL DEFAULT '' CHECK (duplicate_reason IN ('', 'message-id', 'attachments', 'letter-number')),
  -- SHA-256 over the sorted hashes of its attachments; null when they are too slight to tell one letter from another.
  ADD COLUMN attachment_set bytea CHECK (octet_length(attachment_set) = 32);

-- What was flagged until now was flagged by its Message-ID.
UPDATE entry SET duplicate_reason = 'message-id' WHERE possible_duplicate_of IS NOT NULL;

CREATE INDEX entry_by_attachment_set ON entry (agency_id, attachment_set) WHERE attachment_set IS NOT NULL;
CREATE INDEX entry_by_letter_number ON entry (agency_id, letter_number, letter_date) WHERE letter_number <> '';
