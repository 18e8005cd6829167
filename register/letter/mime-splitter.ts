/**
 * Cuts one message into the heads and bodies of its MIME tree (RFC 2046 5.1) as its bytes come in. It knows lines and boundaries, nothing
 * else: what a head means and what becomes of a body is decided by the walker it tells (part-walker.ts). Of a body it holds a few bytes back
 * at most, so memory does not grow with the letter.
 */
import { beginsKnownField, splitHead } from './head.ts';

/** What the walker makes of a head: a body to be handed on, or a multipart with the boundary it declared (null when it declared none). */
export type HeadVerdict = { kind: 'leaf' } | { kind: 'multipart'; boundary: string | null };

export type SplitterEvents = {
  head(head: Buffer, faults: { cut: boolean; blankLineMissing: boolean }): HeadVerdict;
  body(chunk: Buffer): void;
  endBody(): void;
  /** `closed`: its closing boundary was seen. `preamble`: what stood before the first part, when there was no part at all (bounded). */
  endMultipart(info: { closed: boolean; preamble: Buffer | null }): void;
};

type Open = { boundary: string | null; parts: number; preamble: Buffer[]; preambleBytes: number };
type State = 'head' | 'body' | 'between';

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
/** A line longer than this is no boundary: RFC 2046 allows 70 characters, RFC 5322 lines of 998. */
const LONGEST_BOUNDARY_LINE = 2048;
const LINE_PIECE = 65_536;
const LINE_END = Buffer.from('\r\n');
/** Bytes of one line of a head that are kept, when it has no end. */
const MAX_HEAD_LINE = 262_144;
/** Fields without which a letter can't be understood: kept, a little of them, even behind a head that is too long. */
const LATE_FIELDS =
  /^(?:from|to|cc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]{1,30})[ \t]*:/i;
const MAX_LATE_BYTES = 65_536;

/** One message, fed by `write` and finished by `end`. `boundary` starts it inside a multipart whose parts are cut at that boundary. */
export class MimeSplitter {
  private readonly events: SplitterEvents;
  private readonly limits: { maxHeadBytes: number; maxPreambleBytes: number };
  private readonly open: Open[] = [];
  private state: State = 'head';
  private held: Buffer = Buffer.alloc(0);
  private lineStart = true;
  private head: Buffer[] = [];
  private headBytes = 0;
  private headCut = false;
  private headLineBytes = 0;
  private keepsLate = false;
  private lateBytes = 0;
  private blankLines: Buffer[] = [];
  private messageStart = true;

  constructor(events: SplitterEvents, limits: { maxHeadBytes: number; maxPreambleBytes: number }, boundary: string | null = null) {
    this.events = events;
    this.limits = limits;
    if (boundary !== null) {
      this.open.push({ boundary, parts: 0, preamble: [], preambleBytes: 0 });
      this.state = 'between';
      this.messageStart = false;
    }
  }

  write(chunk: Buffer): void {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.run(false);
  }

  end(): void {
    this.run(true);
    if (this.state === 'head') this.finishHead(Buffer.alloc(0), true);
    // A body after a missing blank line was put back to be read as one.
    this.run(true);
    if (this.state === 'body') this.events.endBody();
    while (this.open.length > 0) this.closeInnermost(false);
  }

  private run(final: boolean): void {
    let again = true;
    while (again && this.held.length > 0) again = this.state === 'head' ? this.headLine(final) : this.bodySpan(final);
  }

  /** Takes one line of a head; false when more bytes are needed. */
  private headLine(final: boolean): boolean {
    const found = this.held.indexOf(LF);
    if (found < 0 && !final && this.held.length < LINE_PIECE) return false;
    const next = found < 0 ? this.held.length : found + 1;
    const line = this.held.subarray(0, next);
    const wholeLine = this.lineStart;
    this.held = this.held.subarray(next);
    this.lineStart = found >= 0;
    if (wholeLine) {
      const delimiter = this.delimiterOf(line);
      if (delimiter !== null) {
        // A boundary right after a boundary encloses nothing, not even an empty part.
        if (this.headBytes === 0 && this.blankLines.length === 0 && !this.messageStart) this.applyDelimiter(delimiter);
        else this.finishHead(line, false, delimiter);
        return true;
      }
      if (isBlankLine(line)) {
        // Blank lines before the first field: forgiven when a known field follows (bounces quote messages so).
        if (this.messageStart && this.headBytes === 0 && this.blankLines.length < 3) this.blankLines.push(line);
        else this.finishHead(line, true);
        return true;
      }
      if (this.blankLines.length > 0 && this.headBytes === 0 && !beginsKnownField(line)) {
        const [first, ...others] = this.blankLines;
        this.held = Buffer.concat([...others, line, this.held]);
        this.lineStart = true;
        this.finishHead(first ?? line, true);
        return true;
      }
    }
    this.keepHeadLine(line, wholeLine);
    return true;
  }

  /** Keeps what a head may hold. One endless field must not hide the ones after it, so a line and the whole are bounded apart. */
  private keepHeadLine(line: Buffer, wholeLine: boolean): void {
    this.headLineBytes = wholeLine ? line.length : this.headLineBytes + line.length;
    if (this.headBytes > this.limits.maxHeadBytes) {
      if (!this.headCut && this.bodyHidesInHead()) return;
      this.headCut = true;
      if (wholeLine && !isFolded(line)) this.keepsLate = LATE_FIELDS.test(line.toString('latin1', 0, 40));
      if (!this.keepsLate || this.lateBytes + line.length > MAX_LATE_BYTES) return;
      this.lateBytes += line.length;
    } else if (this.headLineBytes > MAX_HEAD_LINE) {
      this.headCut = true;
      return;
    }
    // A line that was cut ends where it was cut.
    if (wholeLine && this.head.length > 0 && this.head.at(-1)?.at(-1) !== LF) this.head.push(LINE_END);
    this.head.push(line);
    this.headBytes += line.length;
  }

  /** A "head" beyond all bounds may be a body whose blank line is missing: then it is put back and read as one. */
  private bodyHidesInHead(): boolean {
    const bytes = Buffer.concat(this.head);
    if (!splitHead(bytes).blankLineMissing) return false;
    this.lineStart = true;
    this.finishHead(Buffer.alloc(0), true);
    return true;
  }

  private finishHead(terminator: Buffer, isBodyNext: boolean, delimiter: Delimiter | null = null): void {
    const bytes = this.head.length === 1 ? this.head[0]! : Buffer.concat(this.head);
    const split = splitHead(bytes);
    const rest = split.blankLineMissing ? bytes.subarray(split.bodyOffset) : null;
    this.head = [];
    this.headBytes = 0;
    this.blankLines = [];
    this.messageStart = false;
    const verdict = this.events.head(split.head, { cut: this.headCut, blankLineMissing: split.blankLineMissing || delimiter !== null });
    this.headCut = false;
    this.lateBytes = 0;
    this.keepsLate = false;
    if (verdict.kind === 'multipart') {
      const boundary = verdict.boundary?.replace(/[ \t]+$/, '') || null;
      this.open.push({ boundary, parts: 0, preamble: [], preambleBytes: 0 });
      this.state = 'between';
    } else {
      this.state = 'body';
    }
    this.lineStart = true;
    if (rest !== null) {
      this.held = Buffer.concat([rest, terminator, this.held]);
    } else if (delimiter !== null && !isBodyNext) {
      if (this.state === 'body') this.events.endBody();
      this.applyDelimiter(delimiter);
    }
  }

  /** Hands on as much of a body (or of what stands between parts) as is certain; false when more bytes are needed. */
  private bodySpan(final: boolean): boolean {
    if (this.open.length === 0) {
      this.emit(this.held);
      this.held = Buffer.alloc(0);
      return false;
    }
    let from = 0;
    if (this.lineStart && this.held[0] === DASH) {
      const lineEnd = this.held.indexOf(LF);
      if (lineEnd < 0 && !final && this.held.length < LONGEST_BOUNDARY_LINE) return false;
      const next = lineEnd < 0 ? this.held.length : lineEnd + 1;
      const delimiter = this.delimiterOf(this.held.subarray(0, next));
      if (delimiter !== null) {
        this.held = this.held.subarray(next);
        this.lineStart = true;
        if (this.state === 'body') this.events.endBody();
        this.applyDelimiter(delimiter);
        return true;
      }
      from = 1;
    }
    return this.spanToNextDash(from, final);
  }

  /** Hands on the body up to the line end before the next line that starts with '--'. That line end belongs to the boundary, if it is one. */
  private spanToNextDash(from: number, final: boolean): boolean {
    let at = from === 0 ? 0 : 1;
    for (;;) {
      const found = this.held.indexOf('\n--', at, 'latin1');
      if (found < 0) break;
      const lineEnd = this.held.indexOf(LF, found + 1);
      if (lineEnd < 0 && !final && this.held.length - found < LONGEST_BOUNDARY_LINE) {
        const end = found > 0 && this.held[found - 1] === CR ? found - 1 : found;
        if (end === 0) return false;
        this.emit(this.held.subarray(0, end));
        this.held = this.held.subarray(end);
        this.lineStart = false;
        return false;
      }
      const line = this.held.subarray(found + 1, lineEnd < 0 ? this.held.length : lineEnd + 1);
      if (this.delimiterOf(line) !== null) {
        const end = found > 0 && this.held[found - 1] === CR ? found - 1 : found;
        if (end > 0) this.emit(this.held.subarray(0, end));
        this.held = this.held.subarray(found + 1);
        this.lineStart = true;
        return true;
      }
      at = found + 1;
    }
    const keep = final ? 0 : tailToHold(this.held);
    const end = this.held.length - keep;
    if (end > 0) {
      this.emit(this.held.subarray(0, end));
      this.lineStart = this.held[end - 1] === LF;
      this.held = this.held.subarray(end);
    }
    return false;
  }

  private emit(chunk: Buffer): void {
    if (this.state === 'body') {
      this.events.body(chunk);
      return;
    }
    const inside = this.open.at(-1);
    if (inside === undefined || inside.parts > 0 || inside.preambleBytes >= this.limits.maxPreambleBytes) return;
    inside.preamble.push(Buffer.from(chunk));
    inside.preambleBytes += chunk.length;
  }

  /** Which open multipart a line delimits, the innermost first. */
  private delimiterOf(line: Buffer): Delimiter | null {
    if (line[0] !== DASH || line[1] !== DASH || line.length > LONGEST_BOUNDARY_LINE) return null;
    const text = line.toString('latin1', 2).replace(/[ \t\r\n]+$/, '');
    for (let index = this.open.length - 1; index >= 0; index--) {
      const boundary = this.open[index]!.boundary;
      if (boundary === null) continue;
      if (text === boundary) return { index, closes: false };
      if (text === `${boundary}--`) return { index, closes: true };
    }
    return null;
  }

  private applyDelimiter(delimiter: Delimiter): void {
    this.state = 'between';
    while (this.open.length - 1 > delimiter.index) this.closeInnermost(false);
    const owner = this.open[delimiter.index]!;
    if (delimiter.closes) {
      this.closeInnermost(true);
      return;
    }
    owner.parts++;
    owner.preamble = [];
    this.state = 'head';
  }

  private closeInnermost(closed: boolean): void {
    const last = this.open.pop();
    if (last === undefined) return;
    // What follows is the epilogue of this one, never the preamble of the one around it, which has parts.
    this.events.endMultipart({ closed, preamble: last.parts === 0 ? Buffer.concat(last.preamble) : null });
    this.state = 'between';
  }
}

type Delimiter = { index: number; closes: boolean };

function isBlankLine(line: Buffer): boolean {
  return line.length === 0 || line[0] === LF || (line[0] === CR && (line.length === 1 || line[1] === LF));
}

function isFolded(line: Buffer): boolean {
  return line[0] === 0x20 || line[0] === 0x09;
}

/** How many bytes at the end may be the beginning of a line end and a boundary: CR LF -. */
function tailToHold(bytes: Buffer): number {
  const end = bytes.length;
  let at = end;
  if (at > 0 && bytes[at - 1] === DASH && at > 1 && bytes[at - 2] === LF) at--;
  if (at > 0 && bytes[at - 1] === LF) at--;
  if (at > 0 && bytes[at - 1] === CR) at--;
  return end - at;
}
