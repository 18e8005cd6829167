-- Signatures and encryption of a message: S/MIME and OpenPGP, and what checking a signature gave.

ALTER TABLE reading
  ADD COLUMN seals jsonb NOT NULL DEFAULT '[]'; -- [{ path, kind, check: { state, reason, signer: { name, addresses, issuer, validFrom, validTo } } }]
