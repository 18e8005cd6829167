/** SQL of the signing keys. Written so that the application and the database's owner may both run it. */
import type { Transaction } from '../db/connect.ts';

export interface SigningKeyRow {
  id: string;
  publicKey: Buffer;
  sealedPrivateKey: Buffer;
}

export async function selectSigningKey(tx: Transaction, agencyId: number): Promise<SigningKeyRow | null> {
  const [row] = await tx<SigningKeyRow[]>`
    SELECT id, public_key AS "publicKey", sealed_private_key AS "sealedPrivateKey" FROM agency_key
    WHERE agency_id = ${agencyId} AND purpose = 'signing' AND retired_at IS NULL`;
  return row ?? null;
}

/** Nothing happens when another process was faster. */
export async function insertSigningKey(tx: Transaction, agencyId: number, key: SigningKeyRow, at: Date): Promise<void> {
  await tx`
    INSERT INTO agency_key (agency_id, id, purpose, public_key, sealed_private_key, created_at)
    VALUES (${agencyId}, ${key.id}, 'signing', ${key.publicKey}, ${key.sealedPrivateKey}, ${at})
    ON CONFLICT (agency_id, purpose) WHERE retired_at IS NULL DO NOTHING`;
}

export async function retireSigningKey(tx: Transaction, agencyId: number, at: Date): Promise<void> {
  await tx`UPDATE agency_key SET retired_at = ${at} WHERE agency_id = ${agencyId} AND purpose = 'signing' AND retired_at IS NULL`;
}

export interface PublicKeyRow {
  agencyId: number;
  publicKey: Buffer;
  createdAt: Date;
  retiredAt: Date | null;
}

/** Every key an agency ever signed with, oldest first. */
export async function selectPublicKeys(tx: Transaction, agencyId: number): Promise<PublicKeyRow[]> {
  return await tx<PublicKeyRow[]>`
    SELECT agency_id AS "agencyId", public_key AS "publicKey", created_at AS "createdAt", retired_at AS "retiredAt" FROM agency_key
    WHERE agency_id = ${agencyId} AND purpose = 'signing' ORDER BY created_at, id`;
}
