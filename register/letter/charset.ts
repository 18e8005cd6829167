/**
 * Bytes into characters: the charsets of WHATWG, the names the Thai world uses for its own, and what to do when the declared one is
 * missing or cannot be right. Headers, bodies and file names all come through decodeBytes; nothing else in the program decodes mail text.
 * The only file that imports iconv-lite.
 */
import iconv from 'iconv-lite';
import { looksThai874, measureUtf8 } from './charset-guess.ts';
import { decodeShifted, isShifted } from './charset-shifted.ts';

/** Where the bytes stood: html may declare its charset in a <meta>; in a header valid UTF-8 is the standard (RFC 6532) and no guess. */
export type TextContext = 'header' | 'text' | 'html';

export type DecodedText = {
  text: string;
  /** The charset that was used, lower case, by its WHATWG name where it has one. */
  charset: string;
  /** True when nothing declared it, or when what was declared could not be right. */
  guessed: boolean;
};

/** Names under which mail carries TIS-620 and its Windows superset, which reads every byte of the others. */
const THAI_NAMES = /^(?:x-?)?(?:tis-?620(?:[.-]?[0-9]+)?|iso-?8859-?11|iso-ir-166|(?:windows|win|cp|ms|ibm|dos)-?874|thai8?|8859-?11|874)$/;
const ASCII_NAMES = /^(?:us-?ascii|ascii|ansi_x3\.4-19(?:68|86)|iso-?646-us|iso646-us|cp367|ibm367|us|csascii|7-?bit|646|iso-ir-6)$/;
const LATIN1_NAMES = /^(?:iso-?8859-?1|iso8859_1|latin-?1|l1|(?:windows|win|cp|ms)-?1252)$/;
/** What programs write when they do not know. */
const NO_NAMES = /^(?:|unknown|unknown-8bit|x-unknown|default|x-default|none|null|undefined|_?autodetect.*|binary|8-?bit|auto|charset)$/;
const UTF7_NAMES = /^(?:x-)?(?:unicode-(?:1-1|2-0)-)?utf-?7$/;

function normalizeLabel(label: string | null | undefined): string {
  let name = (label ?? '').trim().toLowerCase();
  name =
    name
      .replace(/^charset\s*=\s*/, '')
      .replace(/["']/g, '')
      .split(/[;,\s*]/)[0] ?? '';
  return name.slice(0, 60);
}

/** The name under which a charset is shown and decoded; null when nobody knows it. */
export function knownCharset(label: string | null | undefined): string | null {
  const name = normalizeLabel(label);
  if (NO_NAMES.test(name)) return null;
  if (THAI_NAMES.test(name.replaceAll('_', '-'))) return 'windows-874';
  if (ASCII_NAMES.test(name)) return 'us-ascii';
  if (UTF7_NAMES.test(name)) return 'utf-7';
  if (isShifted(name)) return name;
  // WHATWG has no UTF-32, and its labels would read "unicode" and latin1 right but not the spellings with underscores.
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return iconv.encodingExists(name) ? name : null;
  }
}

function decodeAs(bytes: Uint8Array, charset: string): string {
  if (charset === 'us-ascii' || charset === 'utf-8') return new TextDecoder('utf-8').decode(bytes);
  if (isShifted(charset)) return decodeShifted(bytes, charset);
  if (charset === 'utf-7' || charset === 'big5')
    return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), charset);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), charset);
  }
}

/** The charset that an HTML text names itself, in its first 4096 bytes (HTML living standard, "prescan"). */
function metaCharset(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString('latin1');
  const meta =
    /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(start) ??
    /<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(start);
  const known = knownCharset(meta?.[1]);
  // A <meta> that could be read as ASCII does not stand in UTF-16, whatever it says.
  return known?.startsWith('utf-16') ? 'utf-8' : known;
}

function byteOrderMark(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** UTF-16 without a mark: the side on which ASCII's zero bytes lie tells the order; no zero bytes at all is no UTF-16 of any Western or Thai text. */
function utf16Order(bytes: Uint8Array, declared: string): string {
  let even = 0;
  let odd = 0;
  const end = Math.min(bytes.length, 512);
  for (let i = 0; i < end; i++) if (bytes[i] === 0 || bytes[i] === 0x0e) i % 2 === 0 ? even++ : odd++;
  if (even > odd * 2) return 'utf-16be';
  if (odd > even * 2) return 'utf-16le';
  if (even + odd === 0 && measureUtf8(bytes).bad === 0) return 'utf-8';
  return declared;
}

/**
 * Decodes mail text.
 * @param bytes the bytes after the transfer encoding was undone
 * @param label the declared charset, as it was written, or null
 * @param options.fallback the agency's charset for 8-bit text that nothing declares (windows-874)
 * @param options.context where the text stood
 * @returns the text without NUL characters, the charset used, and whether it was guessed; bytes that fit nothing become U+FFFD. Never throws.
 */
export function decodeBytes(bytes: Uint8Array, label: string | null, options: { fallback: string; context: TextContext }): DecodedText {
  const chosen = chooseCharset(bytes, label, options);
  const text = decodeAs(bytes, chosen.charset).replaceAll('\0', '');
  return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, charset: chosen.charset, guessed: chosen.guessed };
}

function chooseCharset(
  bytes: Uint8Array,
  label: string | null,
  { fallback, context }: { fallback: string; context: TextContext },
): { charset: string; guessed: boolean } {
  const mark = context === 'header' ? null : byteOrderMark(bytes);
  if (mark !== null) return { charset: mark, guessed: false };
  const declared = knownCharset(label);
  const fallbackCharset = knownCharset(fallback) ?? 'windows-874';
  const utf8 = measureUtf8(bytes);

  if (declared === null || declared === 'us-ascii') {
    const meta = context === 'html' ? metaCharset(bytes) : null;
    if (utf8.high === 0) {
      if (meta !== null && meta !== 'us-ascii' && (isShifted(meta) || meta === 'iso-2022-jp')) return { charset: meta, guessed: false };
      if (utf8.escape) return { charset: 'iso-2022-jp', guessed: true };
      const unknownLabel = declared === null && !NO_NAMES.test(normalizeLabel(label));
      return { charset: 'us-ascii', guessed: unknownLabel };
    }
    if (utf8.bad === 0) return { charset: 'utf-8', guessed: !(context === 'header' && declared === null) && meta !== 'utf-8' };
    if (meta !== null && meta !== 'us-ascii' && meta !== 'utf-8') return { charset: meta, guessed: false };
    // A few broken bytes in what is UTF-8 otherwise (a cut mail) are no reason to read all of it as Thai bytes.
    return { charset: utf8.good > utf8.bad * 4 ? 'utf-8' : fallbackCharset, guessed: true };
  }

  if (declared === 'utf-8') {
    if (utf8.bad === 0 || utf8.good > utf8.bad) return { charset: 'utf-8', guessed: false };
    // Nothing in it is UTF-8: an old mailer that only changed its label.
    return { charset: fallbackCharset, guessed: true };
  }

  if (declared.startsWith('utf-16')) return { charset: utf16Order(bytes, declared), guessed: false };

  if (isSingleByte(declared)) {
    // Three-byte UTF-8 sequences throughout do not happen by chance; two-byte ones do ("รถ" in TIS-620 is "ö" in UTF-8).
    if (utf8.high > 0 && utf8.bad === 0 && utf8.long > 0) return { charset: 'utf-8', guessed: true };
    if (LATIN1_NAMES.test(declared) && fallbackCharset === 'windows-874' && looksThai874(bytes))
      return { charset: 'windows-874', guessed: true };
  }
  return { charset: declared, guessed: false };
}

function isSingleByte(charset: string): boolean {
  return /^(?:windows-|iso-8859-|koi8|macintosh|x-mac|ibm|cp4|cp8)/.test(charset);
}

/**
 * Undoes text that somebody decoded as Latin-1 before encoding it again ("à¸«à¸™à¸±à¸‡" for "หนัง").
 * @returns the text meant, or null when there is no strong sign of such an accident
 */
export function undoMojibake(text: string, fallback: string): string | null {
  let high = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) high++;
  if (high < 3) return null;
  const bytes = iconv.encode(text, 'windows-1252');
  for (const [at, byte] of bytes.entries()) if (byte === 0x3f && text[at] !== '?') return latin1Mojibake(text, fallback);
  return thaiOf(bytes, fallback);
}

function latin1Mojibake(text: string, fallback: string): string | null {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return null;
  return thaiOf(Buffer.from(text, 'latin1'), fallback);
}

function thaiOf(bytes: Buffer, fallback: string): string | null {
  const utf8 = measureUtf8(bytes);
  if (utf8.bad === 0 && utf8.long > 0) return bytes.toString('utf8');
  return knownCharset(fallback) === 'windows-874' && looksThai874(bytes) ? decodeAs(bytes, 'windows-874') : null;
}
