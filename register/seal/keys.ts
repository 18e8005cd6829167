/**
 * The key an agency signs with: ECDSA on P-256 with SHA-256, the signature as r and s of 32 bytes each (IEEE P1363), which browsers' WebCrypto checks as it is.
 * The private half lies in the database sealed by secret-box.ts. Used by close-day, the copies' manifests, certificates, exports and acknowledgements.
 */
import { createHash, createPrivateKey, generateKeyPairSync, sign as signBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Transaction } from '../db/connect.ts';
import { insertSigningKey, retireSigningKey, type SigningKeyRow, selectPublicKeys, selectSigningKey } from './key-queries.ts';
import type { SecretBox } from './secret-box.ts';

export interface SigningKey {
  id: string;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer;
  fingerprint: string;
  /** 64 bytes: r and s. */
  sign(bytes: Uint8Array): Buffer;
}

/** How a key is named: SHA-256 over its SubjectPublicKeyInfo, in hex. */
export function fingerprintOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex');
}

/**
 * The key in use; one is made when the agency has none. Works in a transaction of the agency (or of the owner).
 * @param now - stands as the new key's time
 * @throws Failure `secrets-key-wrong` when the appliance's key file does not open it
 */
export async function signingKey(tx: Transaction, agencyId: number, box: SecretBox, now: Date): Promise<SigningKey> {
  const there = await selectSigningKey(tx, agencyId);
  if (there !== null) return open(there, box);
  await insertSigningKey(tx, agencyId, newKey(box), now);
  const made = await selectSigningKey(tx, agencyId);
  if (made === null) throw new Error(`agency ${agencyId} has no signing key, though one was made`);
  return open(made, box);
}

/** Ends the use of the key, as after its file was seen by a stranger; the next signature makes a new one. What it signed stays checkable. */
export async function retireKey(tx: Transaction, agencyId: number, at: Date): Promise<void> {
  await retireSigningKey(tx, agencyId, at);
}

export interface KnownKey {
  fingerprint: string;
  publicKey: Buffer;
  createdAt: Date;
  retiredAt: Date | null;
}

/** All keys the agency ever signed with: what an old signature is checked against. */
export async function knownKeys(tx: Transaction, agencyId: number): Promise<KnownKey[]> {
  return (await selectPublicKeys(tx, agencyId)).map(({ publicKey, createdAt, retiredAt }) => ({
    fingerprint: fingerprintOf(publicKey),
    publicKey,
    createdAt,
    retiredAt,
  }));
}

function newKey(box: SecretBox): SigningKeyRow {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return { id: uuidv7(), publicKey: pair.publicKey, sealedPrivateKey: box.seal(pair.privateKey) };
}

function open(row: SigningKeyRow, box: SecretBox): SigningKey {
  const key = createPrivateKey({ key: box.open(row.sealedPrivateKey), format: 'der', type: 'pkcs8' });
  return {
    id: row.id,
    publicKey: row.publicKey,
    fingerprint: fingerprintOf(row.publicKey),
    sign: bytes => signBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}
