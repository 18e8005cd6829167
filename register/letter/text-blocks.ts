/**
 * Finds uuencoded and yEnc files that stand inside plain text, as mailers before MIME sent them, and takes them out of it. A `begin` line
 * that no encoded line follows is a sentence, and stays.
 */
import { decodeUuLine, decodeYencLine, isUuLine, uuBegin } from './uuencode.ts';

export type BlockEvents = {
  text(chunk: Buffer): void;
  /** `name` is a binary string. Answers false when no more files are wanted: then the block stays text. */
  startFile(kind: 'uuencode' | 'yenc', name: string): boolean;
  fileData(chunk: Buffer): void;
  endFile(ended: boolean): void;
};

/** A longer line is no line of a block; it is handed on in pieces. */
const LONGEST_LINE = 65_536;

export class BlockScanner {
  private readonly events: BlockEvents;
  private held: Buffer = Buffer.alloc(0);
  private state: 'text' | 'uuencode' | 'yenc' = 'text';
  private begun: Buffer | null = null;
  private longLine = false;

  constructor(events: BlockEvents) {
    this.events = events;
  }

  write(chunk: Buffer): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = Buffer.alloc(0);
    let at = 0;
    let textFrom = 0;
    const flushText = (to: number) => {
      if (to > textFrom) this.events.text(bytes.subarray(textFrom, to));
      textFrom = to;
    };
    while (at < bytes.length) {
      const found = bytes.indexOf(0x0a, at);
      if (found < 0) break;
      const next = found + 1;
      if (this.state === 'text' && this.begun === null && !this.mayBegin(bytes, at)) {
        this.longLine = false;
        at = next;
        continue;
      }
      flushText(at);
      this.line(bytes.subarray(at, next));
      at = next;
      textFrom = next;
    }
    flushText(at);
    if (bytes.length - at > LONGEST_LINE) {
      this.events.text(bytes.subarray(at));
      this.longLine = true;
    } else {
      this.held = Buffer.from(bytes.subarray(at));
    }
  }

  private mayBegin(bytes: Buffer, at: number): boolean {
    if (this.longLine) return false;
    return (
      (bytes[at] === 0x62 && bytes.toString('latin1', at, at + 5) === 'begin') ||
      (bytes[at] === 0x3d && bytes.toString('latin1', at, at + 8) === '=ybegin ')
    );
  }

  private line(raw: Buffer): void {
    const line = raw.toString('latin1').replace(/\r?\n$/, '');
    if (this.begun !== null) {
      const begin = this.begun;
      this.begun = null;
      const name = uuBegin(begin.toString('latin1').replace(/\r?\n$/, ''));
      if (name !== null && line !== '' && isUuLine(line) && this.events.startFile('uuencode', name)) {
        this.state = 'uuencode';
      } else {
        this.events.text(begin);
      }
    }
    if (this.state === 'uuencode') this.uuLine(line, raw);
    else if (this.state === 'yenc') this.yencLine(line);
    else this.textLine(line, raw);
  }

  private textLine(line: string, raw: Buffer): void {
    const yenc = /^=ybegin [^\r\n]*?\bname=([^\r\n]+)$/.exec(line);
    if (yenc !== null && this.events.startFile('yenc', (yenc[1] ?? '').trim())) this.state = 'yenc';
    else if (uuBegin(line) !== null) this.begun = Buffer.from(raw);
    else this.events.text(raw);
  }

  private uuLine(line: string, raw: Buffer): void {
    if (/^end[ \t]*$/.test(line)) {
      this.finish(true);
    } else if (isUuLine(line)) {
      this.events.fileData(decodeUuLine(line));
    } else if (line !== '') {
      this.finish(false);
      this.events.text(raw);
    }
  }

  private yencLine(line: string): void {
    if (line.startsWith('=yend')) {
      this.finish(true);
    } else if (!line.startsWith('=ypart ')) {
      // A line that begins with two dots was stuffed by the news transport (yEnc 1.3).
      this.events.fileData(decodeYencLine(line.startsWith('..') ? line.slice(1) : line));
    }
  }

  private finish(ended: boolean): void {
    this.state = 'text';
    this.events.endFile(ended);
  }

  end(): void {
    if (this.held.length > 0) {
      const last = this.held;
      this.held = Buffer.alloc(0);
      if (this.state === 'text' && this.begun === null && !this.mayBegin(last, 0)) this.events.text(last);
      else this.line(last);
    }
    if (this.begun !== null) this.events.text(this.begun);
    this.begun = null;
    if (this.state !== 'text') this.finish(false);
  }
}
