/** Where a mail's head ends and what fields it holds, as bytes: the ground on which headers.ts and the part reader stand. */

import { trimBytes } from './ascii.ts';

export type RawField = { name: string; raw: Buffer /** Unfolded value, one character a byte, trimmed. */; value: string };

const LF = 0x0a;
const CR = 0x0d;
const FIELD = /^([!-9;-~]{1,200})[ \t]*:/;
/** Fields that show that a head goes on after a line that is none. */
const KNOWN =
  /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]+|received|return-path|delivered-to|x-[\w-]+|dkim-signature|arc-[\w-]+|list-[\w-]+|importance|priority|auto-submitted)$/i;
const REPEATED = /^(?:received|x-[\w-]+|dkim-signature|arc-[\w-]+|delivered-to|comments|keywords|return-path)$/i;
/** Fields kept of one head; the rest is counted, but for some of those without which a letter can't be understood. */
const MAX_FIELDS = 10_000;
const ESSENTIAL = /^(?:from|to|cc|sender|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]+)$/i;
const MAX_ESSENTIAL = MAX_FIELDS + 200;

type Line = { start: number; end: number; next: number };

/** The line at `at`: `end` without its line end, `next` where the following begins. A bare CR ends a line only where no LF is in the head at all. */
function lineAt(bytes: Buffer, at: number, bareCr: boolean): Line {
  const found = bytes.indexOf(bareCr ? CR : LF, at);
  if (found < 0) return { start: at, end: bytes.length, next: bytes.length };
  const end = !bareCr && found > at && bytes[found - 1] === CR ? found - 1 : found;
  return { start: at, end, next: found + 1 };
}

function usesBareCr(bytes: Buffer): boolean {
  return !bytes.includes(LF) && bytes.includes(CR);
}

/**
 * Finds the end of a head.
 * @param bytes a mail or a part from its first byte; all of it, or as much as one cares to look at
 * @returns the head's bytes without the blank line, where the body begins, and whether the blank line was missing
 * (then the body begins at the first line that can't be a header field)
 */
export function splitHead(bytes: Buffer): { head: Buffer; bodyOffset: number; blankLineMissing: boolean } {
  const bareCr = usesBareCr(bytes);
  const seen = new Set<string>();
  let at = 0;
  while (at < bytes.length) {
    const line = lineAt(bytes, at, bareCr);
    if (line.end === line.start) return { head: bytes.subarray(0, line.start), bodyOffset: line.next, blankLineMissing: false };
    const name = fieldName(bytes, line);
    if (name !== null) seen.add(name.toLowerCase());
    else if (!isContinuation(bytes, line, at) && !isEnvelopeLine(bytes, line, at) && !headResumes(bytes, line, seen, bareCr)) {
      return { head: bytes.subarray(0, line.start), bodyOffset: line.start, blankLineMissing: true };
    }
    at = line.next;
  }
  return { head: bytes, bodyOffset: bytes.length, blankLineMissing: false };
}

function fieldName(bytes: Buffer, line: Line): string | null {
  return FIELD.exec(bytes.toString('latin1', line.start, Math.min(line.end, line.start + 300)))?.[1] ?? null;
}

/** Whether a line begins a field that mail is known to have: a stricter question than whether it could be one. */
export function beginsKnownField(line: Buffer): boolean {
  const name = FIELD.exec(line.toString('latin1', 0, 300))?.[1];
  return name !== undefined && KNOWN.test(name);
}

function isContinuation(bytes: Buffer, line: Line, at: number): boolean {
  return at > 0 && (bytes[line.start] === 0x20 || bytes[line.start] === 0x09);
}

/** An mbox 'From ' line, quoted or not, before the first field. */
function isEnvelopeLine(bytes: Buffer, line: Line, at: number): boolean {
  return at === 0 && /^>?From /.test(bytes.toString('latin1', line.start, line.start + 6));
}

/**
 * Whether fields that this head still lacks follow a line that is none: then that line was a fold gone wrong, not the body.
 * A boundary line is never one. A body that begins with a quoted head repeats fields that were seen.
 */
function headResumes(bytes: Buffer, from: Line, seen: Set<string>, bareCr: boolean): boolean {
  if (bytes[from.start] === 0x2d && bytes[from.start + 1] === 0x2d) return false;
  let at = from.next;
  for (let looked = 0; looked < 20 && at < bytes.length; looked++) {
    const line = lineAt(bytes, at, bareCr);
    if (line.end === line.start) return false;
    const name = fieldName(bytes, line);
    if (name !== null && KNOWN.test(name)) return REPEATED.test(name) || !seen.has(name.toLowerCase());
    at = line.next;
  }
  return false;
}

/**
 * The fields of a head, in order.
 * @returns the fields, how many were left out because there were too many, and the lines that belonged to none
 */
export function rawFields(head: Buffer): { fields: RawField[]; dropped: number; strayLines: number } {
  const bareCr = usesBareCr(head);
  const fields: RawField[] = [];
  let dropped = 0;
  let strayLines = 0;
  let start = -1;
  let name = '';
  const flush = (end: number) => {
    if (start < 0) return;
    if (fields.length >= MAX_FIELDS && (fields.length >= MAX_ESSENTIAL || !ESSENTIAL.test(name))) dropped++;
    else {
      const raw = head.subarray(start, end);
      fields.push({ name, raw, value: unfold(raw) });
    }
    start = -1;
  };
  let at = 0;
  while (at < head.length) {
    const line = lineAt(head, at, bareCr);
    if (line.end === line.start) break;
    const found = isContinuation(head, line, at) ? null : fieldName(head, line);
    if (found !== null) {
      flush(line.start);
      start = line.start;
      name = found;
    } else if (!isContinuation(head, line, at) || start < 0) {
      if (!isEnvelopeLine(head, line, at)) strayLines++;
    }
    at = line.next;
  }
  flush(at);
  return { fields, dropped, strayLines };
}

function unfold(raw: Buffer): string {
  const text = raw.toString('latin1');
  // A line that should have been folded and was not is parted from what stands before it all the same.
  const unfolded = text.slice(text.indexOf(':') + 1).replace(/(?:\r?\n|\r)[ \t]?/g, ' ');
  return trimBytes(unfolded);
}
