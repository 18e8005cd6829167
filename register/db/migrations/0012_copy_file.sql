-- The night's own file as it was encrypted and sent: what is compared where the key is held elsewhere and the file cannot be opened here.
ALTER TABLE copy
  ADD COLUMN file_sha256 bytea CHECK (octet_length(file_sha256) = 32),
  ADD COLUMN file_size bigint;
