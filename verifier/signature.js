/**
 * 'saraban signature 1': a small JSON file beside the file it vouches for. ECDSA on P-256 with SHA-256 over a text of six lines.
 * Whose key it is no signature can say: the fingerprint is shown, to be compared with the one that was given by another way.
 */
import { bytesOfBase64, bytesOfText, isHash, recordOf, sha256, stringOf } from './bytes.js';

export const SIGNATURE_FORMAT = 'saraban signature 1';

/** @returns { ok, why: ''|'shape'|'fingerprint'|'signature', agency, name, sha256, size, at, fingerprint } */
export async function checkSignature(json) {
  const key = recordOf(json.key) ?? {};
  const signed = {
    agency: stringOf(json.agency),
    name: stringOf(json.name),
    sha256: stringOf(json.sha256),
    size: json.size,
    at: stringOf(json.at),
  };
  const publicKey = bytesOfBase64(stringOf(key.publicKey));
  const signature = bytesOfBase64(stringOf(json.signature));
  const fingerprint = publicKey === null ? '' : await sha256(publicKey);
  const answer = why => ({ ok: why === '', why, ...signed, fingerprint });
  // A line break in a field could move its end, and one signature would fit two files.
  const lines = [signed.agency, signed.name, signed.at];
  if (
    lines.some(line => /[\r\n]/.test(line)) ||
    signed.agency === '' ||
    signed.name === '' ||
    !isHash(signed.sha256) ||
    !Number.isSafeInteger(signed.size) ||
    signed.size < 0
  )
    return answer('shape');
  if (key.algorithm !== 'ECDSA-P256-SHA256' || publicKey === null || signature === null) return answer('shape');
  if (key.fingerprint !== fingerprint) return answer('fingerprint');
  const text = `${SIGNATURE_FORMAT}\n${signed.agency}\n${signed.name}\n${signed.sha256}\n${signed.size}\n${signed.at}\n`;
  const parameters = { name: 'ECDSA', namedCurve: 'P-256' };
  try {
    const imported = await crypto.subtle.importKey('spki', publicKey, parameters, false, ['verify']);
    return answer(
      (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, signature, bytesOfText(text))) ? '' : 'signature',
    );
  } catch {
    return answer('signature');
  }
}

/** As people copy it: capitals, blanks, colons. @returns 64 digits, or '' */
export function plainFingerprint(text) {
  const plain = String(text)
    .replace(/[\s:.-]/g, '')
    .toLowerCase();
  return isHash(plain) ? plain : '';
}

/** In groups of four, to be compared by eye. */
export function spacedFingerprint(fingerprint) {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Enough of it to tell two keys apart at a glance; the whole stands at the end of the report. */
export function shortFingerprint(fingerprint) {
  return fingerprint === '' ? '' : `${spacedFingerprint(fingerprint.slice(0, 16))} …`;
}
