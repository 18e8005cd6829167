/** Undoes the content transfer encodings (RFC 2045 6) as bytes come in, the broken ones too. Each decoder says at its end what was wrong. */
import { UuDecoder } from './uuencode.ts';

export type TransferDecoder = {
  /** A file name that stands in the encoded data, as a binary string. */
  readonly name?: string | null;
  write(chunk: Buffer): Buffer;
  /** The last bytes, and the codes of what was broken. */
  end(): { rest: Buffer; faults: string[] };
};

const NOTHING = Buffer.alloc(0);

/**
 * The decoder for an encoding.
 * @param encoding lower case, as normalizeEncoding gives it
 * @returns one that passes bytes on for 7bit, 8bit, binary and whatever nobody knows
 */
export function decoderFor(encoding: string): TransferDecoder {
  if (encoding === 'base64') return new Base64Decoder();
  if (encoding === 'quoted-printable') return new QuotedPrintableDecoder();
  if (encoding === 'x-uuencode') return new UuDecoder();
  return { write: chunk => chunk, end: () => ({ rest: NOTHING, faults: [] }) };
}

/** Content-Transfer-Encoding as mailers write it, in one of its proper spellings; `known` is false for one that nobody can undo. */
export function normalizeEncoding(value: string | null): { encoding: string; known: boolean } {
  const written = (value ?? '')
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .split(/[;,]/)[0]!
    .replace(/["'\s]/g, '');
  if (written === '' || /^7-?bits?$/.test(written)) return { encoding: '7bit', known: true };
  if (/^8-?bits?$/.test(written)) return { encoding: '8bit', known: true };
  if (/^(?:x-)?(?:base-?64|b64)$/.test(written)) return { encoding: 'base64', known: true };
  if (/^(?:quoted-?printable|quotedprintable|qp)$/.test(written)) return { encoding: 'quoted-printable', known: true };
  if (/^(?:x-)?(?:uu|uue|uuencoded?)$/.test(written)) return { encoding: 'x-uuencode', known: true };
  const known = ['binary', 'x-yencode', 'yenc', 'x-yenc', 'x-binhex', 'mac-binhex40', 'x-binhex40'].includes(written);
  return { encoding: written.slice(0, 60), known };
}

const BASE64 = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') BASE64[char.charCodeAt(0)] = 1;
BASE64[0x3d] = 2;
for (const blank of [0x09, 0x0a, 0x0d, 0x20, 0x00]) BASE64[blank] = 3;

/**
 * Base64 (RFC 2045 6.8): characters outside the alphabet are skipped, missing padding is added. After padding the data has ended; further
 * lines count only when they are base64 throughout (attachments glued together), so that a list's footer does not become bytes.
 */
class Base64Decoder implements TransferDecoder {
  private pending = '';
  private ended = false;
  private line = '';
  private bad = 0;
  private after = 0;

  write(chunk: Buffer): Buffer {
    if (this.ended) return this.writeAfterEnd(chunk.toString('latin1'));
    const kept = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (let i = 0; i < chunk.length; i++) {
      const kind = BASE64[chunk[i]!];
      if (kind === 1) kept[length++] = chunk[i]!;
      else if (kind === 0) this.bad++;
      else if (kind === 2) {
        const first = this.decode(kept.toString('latin1', 0, length), true);
        this.ended = true;
        const rest = this.writeAfterEnd(chunk.toString('latin1', i + 1));
        return rest.length === 0 ? first : Buffer.concat([first, rest]);
      }
    }
    return this.decode(kept.toString('latin1', 0, length), false);
  }

  private decode(text: string, flush: boolean): Buffer {
    const all = this.pending + text;
    const whole = flush ? all.length : all.length - (all.length % 4);
    this.pending = all.slice(whole);
    return Buffer.from(all.slice(0, whole), 'base64');
  }

  private writeAfterEnd(text: string): Buffer {
    const lines = (this.line + text).split('\n');
    this.line = lines.pop() ?? '';
    if (this.line.length > 4096) {
      this.after += this.line.length;
      this.line = '';
    }
    return Buffer.concat(lines.map(line => this.lineAfterEnd(line)));
  }

  private lineAfterEnd(line: string): Buffer {
    if (line.length > 4096) {
      this.after += line.length;
      return NOTHING;
    }
    const text = line.replace(/[ \t\r=]+$/, '').trim();
    if (text === '') return NOTHING;
    if (text.length >= 8 && /^[A-Za-z0-9+/]+$/.test(text) && (line.includes('=') || text.length % 4 === 0))
      return Buffer.from(text, 'base64');
    this.after += text.length;
    return NOTHING;
  }

  end(): { rest: Buffer; faults: string[] } {
    const faults: string[] = [];
    const unpadded = !this.ended && this.pending.length > 0;
    const last = this.ended ? this.lineAfterEnd(this.line) : Buffer.from(this.pending.length > 1 ? this.pending : '', 'base64');
    if (this.bad > 0) faults.push('base64-bad-characters');
    if (unpadded) faults.push('base64-not-padded');
    if (this.after > 0) faults.push('base64-after-end');
    return { rest: last, faults };
  }
}

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  HEX['0123456789ABCDEF'.charCodeAt(i)] = i;
  HEX['0123456789abcdef'.charCodeAt(i)] = i;
}

/** Longest run of trailing white space that is held back to see whether a line ends after it. */
const LONGEST_BLANK = 8192;

/** Quoted-printable (RFC 2045 6.7): white space before a line end is transport's, '=' before one joins lines, a '=' that starts nothing stays. */
class QuotedPrintableDecoder implements TransferDecoder {
  private held: Buffer = NOTHING;
  private bad = 0;

  write(chunk: Buffer): Buffer {
    return this.decode(this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]), false);
  }

  private decode(bytes: Buffer, final: boolean): Buffer {
    const out = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    let i = 0;
    this.held = NOTHING;
    while (i < bytes.length) {
      const byte = bytes[i]!;
      if (byte !== 0x3d && byte !== 0x20 && byte !== 0x09) {
        out[length++] = byte;
        i++;
        continue;
      }
      const high = byte === 0x3d ? HEX[bytes[i + 1] ?? 0]! : -1;
      const low = high >= 0 ? HEX[bytes[i + 2] ?? 0]! : -1;
      if (low >= 0) {
        out[length++] = high * 16 + low;
        i += 3;
        continue;
      }
      let blank = byte === 0x3d ? i + 1 : i;
      while (blank < bytes.length && (bytes[blank] === 0x20 || bytes[blank] === 0x09)) blank++;
      const undecided =
        blank >= bytes.length || (bytes[blank] === 0x0d && blank + 1 >= bytes.length) || (high >= 0 && i + 2 >= bytes.length);
      if (undecided && !final && bytes.length - i < LONGEST_BLANK) {
        this.held = Buffer.from(bytes.subarray(i));
        break;
      }
      const lineEnds = blank >= bytes.length || bytes[blank] === 0x0a || (bytes[blank] === 0x0d && bytes[blank + 1] === 0x0a);
      if (lineEnds) {
        if (byte === 0x3d) i = blank + (bytes[blank] === 0x0d ? 2 : 1);
        else i = blank;
        continue;
      }
      if (byte === 0x3d) {
        this.bad++;
        out[length++] = byte;
        i++;
      } else {
        bytes.copy(out, length, i, blank);
        length += blank - i;
        i = blank;
      }
    }
    return out.subarray(0, length);
  }

  end(): { rest: Buffer; faults: string[] } {
    const rest = this.decode(this.held, true);
    return { rest, faults: this.bad > 0 ? ['quoted-printable-broken'] : [] };
  }
}
