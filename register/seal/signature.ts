/**
 * A signature beside a file: what the agency says of it (name, hash, size, time), and the proof that it said so. Days, manifests of copies, certificates,
 * exports and acknowledgements are all signed so. Checked here, in the verifier, or by hand with OpenSSL as docs/data-model.md shows ("Closed days").
 *
 * Signed are these bytes, UTF-8, each line ended by a line feed:
 *   saraban signature 1 / agency code / name / SHA-256 of the file in hex / size in bytes / time
 */
import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto';
import { fingerprintOf, type SigningKey } from './keys.ts';

export const SIGNATURE_FORMAT = 'saraban signature 1';
const ALGORITHM = 'ECDSA-P256-SHA256';

export interface SignatureFile {
  format: typeof SIGNATURE_FORMAT;
  /** The agency's code; the provider's own for what concerns the whole appliance. */
  agency: string;
  /** Of the file that is signed, without a folder. */
  name: string;
  sha256: string;
  size: number;
  /** UTC, with milliseconds. */
  at: string;
  key: { algorithm: typeof ALGORITHM; fingerprint: string /** SubjectPublicKeyInfo, DER, base64. */; publicKey: string };
  /** r and s, 32 bytes each, base64. */
  signature: string;
}

export interface SignedThing {
  agencyCode: string;
  sha256: string;
  size: number;
  name: string;
}

/** What a check finds. Only `holds` is good. */
export type SignatureCheck =
  | { outcome: 'holds'; agency: string; name: string; at: string; fingerprint: string }
  /** The signature is whole, but the file at hand is not the one that was signed. `what` differs. */
  | { outcome: 'changed'; what: 'name' | 'size' | 'sha256' | 'agency'; signed: string; found: string }
  /** Made by a key that is none of those expected. */
  | { outcome: 'another-key'; fingerprint: string }
  /** The statement was altered, or it was never signed by the key that it names. */
  | { outcome: 'forged' }
  | { outcome: 'not-a-signature'; why: string };

/** The bytes that are signed. */
export function signedBytes(of: Pick<SignatureFile, 'agency' | 'name' | 'sha256' | 'size' | 'at'>): Buffer {
  return Buffer.from([SIGNATURE_FORMAT, of.agency, of.name, of.sha256, of.size, of.at, ''].join('\n'), 'utf8');
}

/** @param at - the time the signature states */
export function signFile(key: SigningKey, thing: SignedThing, at: Date): SignatureFile {
  const statement = { agency: thing.agencyCode, name: thing.name, sha256: thing.sha256, size: thing.size, at: at.toISOString() };
  // A line feed within a name would let one statement read as another.
  const odd = faultOf({ ...statement, format: SIGNATURE_FORMAT });
  if (odd !== null) throw new Error(`cannot be signed: ${odd}`);
  return {
    format: SIGNATURE_FORMAT,
    ...statement,
    key: { algorithm: ALGORITHM, fingerprint: key.fingerprint, publicKey: key.publicKey.toString('base64') },
    signature: key.sign(signedBytes(statement)).toString('base64'),
  };
}

/** The file as it is kept: JSON with two spaces, for people read it too. */
export function writeSignature(signature: SignatureFile): Buffer {
  return Buffer.from(`${JSON.stringify(signature, null, 2)}\n`, 'utf8');
}

/** Bytes of a *.sig.json as an unchecked value; undefined when they are no JSON. */
export function readSignature(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Name, hash and size of bytes at hand, for checkSignature. */
export function thingOf(name: string, bytes: Uint8Array): Omit<SignedThing, 'agencyCode'> {
  return { name, sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.byteLength };
}

/**
 * @param file - the parsed signature file, from anywhere: nothing of it is trusted
 * @param thing - the file at hand; its agency is compared when it is given
 * @param fingerprints - keys that may have signed; null: any, and the caller looks at the fingerprint
 */
export function checkSignature(
  file: unknown,
  thing: Omit<SignedThing, 'agencyCode'> & { agencyCode?: string },
  fingerprints: readonly string[] | null,
): SignatureCheck {
  const fault = faultOf(file) ?? faultOfKey(file);
  if (fault !== null) return { outcome: 'not-a-signature', why: fault };
  const signed = file as SignatureFile;
  const publicKey = Buffer.from(signed.key.publicKey, 'base64');
  const fingerprint = fingerprintOf(publicKey);
  if (fingerprint !== signed.key.fingerprint || !verified(publicKey, signed)) return { outcome: 'forged' };
  if (fingerprints !== null && !fingerprints.includes(fingerprint)) return { outcome: 'another-key', fingerprint };
  const compared = [
    ['sha256', signed.sha256, thing.sha256],
    ['size', String(signed.size), String(thing.size)],
    ['name', signed.name, thing.name],
    ['agency', signed.agency, thing.agencyCode ?? signed.agency],
  ] as const;
  for (const [what, said, found] of compared) if (said !== found) return { outcome: 'changed', what, signed: said, found };
  return { outcome: 'holds', agency: signed.agency, name: signed.name, at: signed.at, fingerprint };
}

function verified(publicKey: Buffer, signed: SignatureFile): boolean {
  try {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
    const signature = Buffer.from(signed.signature, 'base64');
    return signature.length === 64 && verifyBytes('sha256', signedBytes(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

const ONE_LINE = /^[^\p{Cc}]{1,200}$/u;

function faultOf(file: unknown): string | null {
  if (typeof file !== 'object' || file === null) return 'not a JSON object';
  const { format, agency, name, sha256, size, at } = file as Record<string, unknown>;
  if (format !== SIGNATURE_FORMAT) return `its format is not '${SIGNATURE_FORMAT}'`;
  if (typeof agency !== 'string' || !ONE_LINE.test(agency)) return 'agency';
  if (typeof name !== 'string' || !ONE_LINE.test(name)) return 'name';
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'sha256';
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return 'size';
  if (typeof at !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at)) return 'at';
  return null;
}

function faultOfKey(file: unknown): string | null {
  const { key, signature } = file as { key?: unknown; signature?: unknown };
  if (typeof signature !== 'string') return 'signature';
  if (typeof key !== 'object' || key === null) return 'key';
  const { algorithm, fingerprint, publicKey } = key as Record<string, unknown>;
  if (algorithm !== ALGORITHM) return 'algorithm';
  return typeof fingerprint === 'string' && typeof publicKey === 'string' ? null : 'key';
}
