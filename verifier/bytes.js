/**
 * Bytes, hashes and texts, with nothing but Web standards that Node and browsers share.
 * First in the order of verifier/build.ts: every other file of the verifier stands on it.
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns {string | null} null for what is not UTF-8 */
export function textOf(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

export function bytesOfText(text) {
  return new TextEncoder().encode(text);
}

/** Bytes as characters 0-255: for searching structure in what may be anything. */
export function latin1(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return text;
}

export function hexOf(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns {Uint8Array | null} */
export function bytesOfBase64(text) {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), character => character.charCodeAt(0));
  } catch {
    return null;
  }
}

export async function digest(algorithm, bytes) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

/** SHA-256 in lower-case hex, as every file of the register writes it. */
export async function sha256(bytes) {
  return hexOf(await digest('SHA-256', bytes));
}

export function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function joinBytes(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @returns the object that stands in the bytes as JSON, or null */
export function objectOf(bytes) {
  const text = textOf(bytes);
  if (text === null || !text.trimStart().startsWith('{')) return null;
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What came from outside is taken only in the shape that is expected. */
export function recordOf(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

export function listOf(value) {
  return Array.isArray(value) ? value : [];
}

export function stringOf(value) {
  return typeof value === 'string' ? value : '';
}

export function isHash(value) {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** A stranger's name as it may be shown: no control characters, no marks that turn the line around, and an end. */
export function shown(value, most = 120) {
  const text = String(value ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** '2026-11-24T17:05:00.000Z' as '2026-11-24 17:05:00 UTC'. */
export function shownTime(value) {
  return shown(value).replace(
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+|(\.\d+))?Z$/,
    (_, day, time, rest) => `${day} ${time}${rest ?? ''} UTC`,
  );
}

/** As Map.groupBy, which Node 20 and older browsers lack. @returns {Map<string, any[]>} */
export function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
