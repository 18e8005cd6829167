/** UUencode lines (POSIX uuencode) and yEnc lines (yEnc 1.3) into bytes: for the x-uuencode encoding and for blocks that stand in plain text. */
import type { TransferDecoder } from './transfer-decode.ts';

const NOTHING = Buffer.alloc(0);
const BEGIN = /^begin(?:-base64)? [0-7]{3,4} +([^\r\n]{1,400}?)[ \t\r]*$/;

/** The file name of a `begin` line, as a binary string; null when the line is none. */
export function uuBegin(line: string): string | null {
  return line.length > 500 ? null : (BEGIN.exec(line)?.[1] ?? null);
}

/** Whether a line can be one of a uuencoded block: its first character counts its bytes, and its length fits that count. */
export function isUuLine(line: string): boolean {
  if (!/^[ -`]+$/.test(line)) return false;
  const count = (line.charCodeAt(0) - 32) & 63;
  const wanted = Math.ceil(count / 3) * 4;
  // Trailing spaces get lost on the way, and some writers add a check character.
  return count === 0
    ? line.length <= 2
    : line.length - 1 <= wanted + 2 && line.length - 1 >= Math.min(wanted, Math.ceil((count * 4) / 3)) - 4;
}

/** The bytes of one uuencoded line. */
export function decodeUuLine(line: string): Buffer {
  const count = (line.charCodeAt(0) - 32) & 63;
  const out = Buffer.alloc(Math.ceil(count / 3) * 3);
  const value = (at: number) => (at < line.length ? (line.charCodeAt(at) - 32) & 63 : 0);
  for (let from = 1, to = 0; to < count; from += 4, to += 3) {
    const bits = (value(from) << 18) | (value(from + 1) << 12) | (value(from + 2) << 6) | value(from + 3);
    out[to] = bits >> 16;
    out[to + 1] = (bits >> 8) & 0xff;
    out[to + 2] = bits & 0xff;
  }
  return out.subarray(0, count);
}

/** The bytes of one yEnc line: every byte moved by 42, four of them escaped by '=' and moved by 64 more. */
export function decodeYencLine(line: string): Buffer {
  const out = Buffer.allocUnsafe(line.length);
  let length = 0;
  for (let i = 0; i < line.length; i++) {
    let code = line.charCodeAt(i);
    if (code === 0x3d && i + 1 < line.length) code = line.charCodeAt(++i) - 64;
    out[length++] = (code - 42) & 0xff;
  }
  return out.subarray(0, length);
}

/** A part whose whole body is uuencoded. What stands before `begin` and after `end` is not data. */
export class UuDecoder implements TransferDecoder {
  /** From the `begin` line, as a binary string. */
  name: string | null = null;
  private line = '';
  private state: 'before' | 'inside' | 'after' = 'before';
  private bad = 0;

  write(chunk: Buffer): Buffer {
    const lines = (this.line + chunk.toString('latin1')).split('\n');
    this.line = (lines.pop() ?? '').slice(0, 4096);
    return Buffer.concat(lines.map(line => this.take(line.replace(/\r$/, ''))));
  }

  private take(line: string): Buffer {
    if (this.state === 'before') {
      this.name = uuBegin(line);
      if (this.name !== null) this.state = 'inside';
      return NOTHING;
    }
    if (this.state === 'after' || line === '') return NOTHING;
    if (/^end[ \t]*$/.test(line)) {
      this.state = 'after';
      return NOTHING;
    }
    if (!isUuLine(line)) {
      this.bad++;
      return NOTHING;
    }
    return decodeUuLine(line);
  }

  end(): { rest: Buffer; faults: string[] } {
    const rest = this.take(this.line.replace(/\r$/, ''));
    const faults: string[] = [];
    if (this.bad > 0) faults.push('uuencode-broken');
    if (this.state === 'before') faults.push('uuencode-without-begin');
    if (this.state === 'inside') faults.push('uuencode-not-ended');
    return { rest, faults };
  }
}
