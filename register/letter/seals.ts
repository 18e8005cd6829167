/**
 * Signatures and encryption of a mail, by what its parts call themselves: S/MIME (RFC 8551) and OpenPGP (RFC 3156, and the older form inside
 * the text). What a CMS file really is, and whether a signature is good, comes from its bytes: register/reading/read-seals.ts.
 */
import { openCms } from './cms.ts';
import { readPartHead } from './part-head.ts';
import type { SignatureCheck } from './smime.ts';

export type SealKind =
  | 'smime-signed'
  | 'smime-encrypted'
  | 'smime-compressed'
  | 'smime-certificates'
  | 'smime-unknown'
  | 'pgp-signed'
  | 'pgp-encrypted';

/** `path` is '' for a seal inside the letter's text. `check` is null for what is not checked here. */
export type Seal = { path: string; kind: SealKind; check: SignatureCheck | null };

/** What a part's type says: 'cms' is told further by its bytes, with `cmsKind`. */
export function sealOf(part: { contentType: string; name: string | null }): SealKind | 'cms' | null {
  const name = part.name?.toLowerCase() ?? '';
  switch (part.contentType.replace(/^application\/(?:x-)?/, '')) {
    case 'pkcs7-mime':
      return 'cms';
    case 'pkcs7-signature':
      return 'smime-signed';
    case 'pgp-signature':
      return 'pgp-signed';
    case 'pgp-encrypted':
      return 'pgp-encrypted';
    default:
      return name.endsWith('.p7m') ? 'cms' : name.endsWith('.p7s') ? 'smime-signed' : null;
  }
}

/** An armoured message that begins a line of the text itself. */
export function sealInText(text: string): SealKind | null {
  const found = /^-----BEGIN PGP (SIGNED MESSAGE|MESSAGE)-----\s*$/m.exec(text)?.[1];
  return found === undefined ? null : found === 'MESSAGE' ? 'pgp-encrypted' : 'pgp-signed';
}

export function cmsKind(bytes: Buffer): SealKind {
  return `smime-${openCms(bytes, 0).kind}`;
}

/**
 * The bytes that a multipart/signed mail's signature is about: its first part with the part's head, line ends as CRLF (RFC 1847 2.1).
 * @param raw the whole mail
 * @returns null when the mail is no multipart/signed at its top, or its boundaries are broken
 */
export function signedBytes(raw: Buffer): Buffer | null {
  const text = raw.toString('latin1');
  const blank = /\r?\n\r?\n/.exec(text);
  if (blank === null) return null;
  const head = readPartHead(raw.subarray(0, blank.index + blank[0].length), 'windows-874');
  if (head.contentType !== 'multipart/signed' || head.boundary === null || head.boundary === '') return null;
  const body = text.slice(blank.index + blank[0].length - 1);
  const mark = head.boundary.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  const line = new RegExp(`\\r?\\n--${mark}[ \\t]*\\r?\\n`, 'g');
  const first = line.exec(body);
  // The line end that closes one boundary line may open the next: an empty part.
  if (first === null) return null;
  line.lastIndex = first.index + first[0].length - 1;
  const second = line.exec(body);
  if (second === null) return null;
  const content = body.slice(first.index + first[0].length, Math.max(first.index + first[0].length, second.index));
  return Buffer.from(content.replace(/\r?\n/g, '\r\n'), 'latin1');
}
