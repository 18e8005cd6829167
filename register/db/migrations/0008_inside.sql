-- What lies inside the parts of a message: the files of an archive, and the messages in the message.

ALTER TABLE attachment
  ADD COLUMN listing jsonb; -- { state, files: [{ name, size, packed, encrypted, escapes, doubtful … }], more }; null for what is no archive
ALTER TABLE reading
  ADD COLUMN inner_messages jsonb NOT NULL DEFAULT '[]'; -- [{ path, subject, from: { name, address }, to: [{ name, address }], date, text }]
