/**
 * What a CMS file (S/MIME, RFC 8551) is, and the mail that lies readable in it: signed mails of some programs hold their text inside the
 * signature. Read by hand and at once, for the walker cannot wait; whether the signature is good is asked in smime.ts.
 */
import { inflateSync } from 'node:zlib';

export type CmsKind = 'signed' | 'encrypted' | 'compressed' | 'certificates' | 'unknown';

const KINDS: Record<string, CmsKind> = {
  '2a864886f70d010702': 'signed',
  '2a864886f70d010703': 'encrypted',
  // AuthEnvelopedData (RFC 5083), and CompressedData (RFC 3274).
  '2a864886f70d0109100117': 'encrypted',
  '2a864886f70d0109100109': 'compressed',
};

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = 0x06;
const INTEGER = 0x02;
const CONTEXT_0 = 0xa0;
const MAX_DEPTH = 64;

/** One BER value: its tag, and where its contents begin and end. `next` is where the value after it begins. */
type Value = { tag: number; from: number; to: number; next: number };

/** @param maxBytes of what is unpacked. @returns the content of signed and compressed data; null when there is none, or none that can be read. Never throws. */
export function openCms(bytes: Buffer, maxBytes: number): { kind: CmsKind; content: Buffer | null } {
  const outer = valueAt(bytes, 0, bytes.length, 0);
  if (outer === null || outer.tag !== SEQUENCE) return { kind: 'unknown', content: null };
  const [type, wrapped] = valuesIn(bytes, outer, 2);
  const kind = type?.tag === OID ? (KINDS[bytes.toString('hex', type.from, type.to)] ?? 'unknown') : 'unknown';
  if ((kind !== 'signed' && kind !== 'compressed') || wrapped?.tag !== CONTEXT_0) return { kind, content: null };
  const inner = valuesIn(bytes, wrapped, 1)[0];
  if (inner?.tag !== SEQUENCE) return { kind, content: null };
  // version, digestAlgorithms or compressionAlgorithm, encapContentInfo …
  const fields = valuesIn(bytes, inner, 16);
  const content = fields[0]?.tag === INTEGER && fields[2]?.tag === SEQUENCE ? contentOf(bytes, fields[2]) : null;
  if (kind === 'compressed') return { kind, content: content === null ? null : inflated(content, maxBytes) };
  const signers = fields.at(-1);
  const unsigned = signers === undefined || signers.tag !== SET || signers.from === signers.to;
  return content === null && unsigned ? { kind: 'certificates', content: null } : { kind, content };
}

/** EncapsulatedContentInfo (RFC 5652 5.2): a type, and perhaps an OCTET STRING in one piece or in many. */
function contentOf(bytes: Buffer, info: Value): Buffer | null {
  const wrapped = valuesIn(bytes, info, 2)[1];
  const value = wrapped?.tag === CONTEXT_0 ? valuesIn(bytes, wrapped, 1)[0] : undefined;
  if (value === undefined) return null;
  const pieces: Buffer[] = [];
  return gather(bytes, value, pieces, 0) ? Buffer.concat(pieces) : null;
}

function gather(bytes: Buffer, value: Value, pieces: Buffer[], depth: number): boolean {
  if (value.tag === 0x04) {
    pieces.push(bytes.subarray(value.from, value.to));
    return true;
  }
  if (value.tag !== 0x24 || depth > MAX_DEPTH) return false;
  return valuesIn(bytes, value, Number.POSITIVE_INFINITY).every(piece => gather(bytes, piece, pieces, depth + 1));
}

function inflated(content: Buffer, maxBytes: number): Buffer | null {
  try {
    return inflateSync(content, { maxOutputLength: maxBytes });
  } catch {
    return null;
  }
}

function valuesIn(bytes: Buffer, outer: Value, most: number): Value[] {
  const values: Value[] = [];
  for (let at = outer.from; at < outer.to && values.length < most; ) {
    const value = valueAt(bytes, at, outer.to, 0);
    if (value === null) break;
    values.push(value);
    at = value.next;
  }
  return values;
}

/** The value that begins at `at`; null when it is none. An indefinite length (0x80) ends at two zero bytes between whole values. */
function valueAt(bytes: Buffer, at: number, end: number, depth: number): Value | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  // No tag of CMS is longer than a byte.
  if (tag === undefined || first === undefined || at + 2 > end || (tag & 0x1f) === 0x1f || depth > MAX_DEPTH) return null;
  if (first === 0x80) {
    let inner = at + 2;
    while (inner + 2 <= end && !(bytes[inner] === 0 && bytes[inner + 1] === 0)) {
      const value = valueAt(bytes, inner, end, depth + 1);
      if (value === null) return null;
      inner = value.next;
    }
    return inner + 2 <= end ? { tag, from: at + 2, to: inner, next: inner + 2 } : null;
  }
  let from = at + 2;
  let length = first;
  if (first > 0x80) {
    const count = first - 0x80;
    if (count > 6 || from + count > end) return null;
    length = bytes.readUIntBE(from, count);
    from += count;
  }
  return from + length <= end ? { tag, from, to: from + length, next: from + length } : null;
}

/** Whether a part is a CMS file that may hold a mail. */
export function isCms(part: { contentType: string; name: string | null }): boolean {
  return /^application\/(?:x-)?pkcs7-mime$/.test(part.contentType) || /\.p7m$/i.test(part.name ?? '');
}
