/**
 * Header values of the form `value; name=value; …` (Content-Type, Content-Disposition): RFC 2045 5.1, with RFC 2231's continuations and
 * charsets, and with what mailers make of them. Works on binary strings (one character a byte).
 */
import { trimBytes } from './ascii.ts';
import { decodeBytes } from './charset.ts';
import { decodeForPeople } from './encoded-words.ts';

export type Parameter = { value: string; guessed: boolean; raw: string };
export type StructuredValue = { value: string; parameters: Map<string, Parameter>; faults: string[] };

/** More than any honest mailer writes; what follows is dropped. */
const MAX_PARAMETERS = 500;

/** A comment longer than this is none; after so many that never closed no more are looked for, or a head of '(' alone would take minutes. */
const LONGEST_COMMENT = 2000;
const MAX_UNCLOSED = 50;

type Piece = { order: number; extended: boolean; text: string };

/**
 * Reads a structured header value. Never throws; what can't be read is left out and named in `faults` (codes).
 * @param input binary string, unfolded
 */
export function readStructured(input: string, fallback: string): StructuredValue {
  const faults: string[] = [];
  const pairs = splitPairs(input, faults);
  const plain = new Map<string, string>();
  const pieces = new Map<string, Piece[]>();
  for (const { name, text } of pairs.parameters) {
    const split = /^([^*]+)(?:\*(\d{1,4}))?(\*)?$/.exec(name);
    if (split === null) continue;
    const base = (split[1] ?? '').toLowerCase();
    if (split[2] === undefined && split[3] === undefined) {
      if (plain.has(base)) faults.push('parameter-repeated');
      else plain.set(base, text);
      continue;
    }
    const list = pieces.get(base) ?? [];
    list.push({ order: Number(split[2] ?? 0), extended: split[3] === '*', text });
    pieces.set(base, list);
  }
  const parameters = new Map<string, Parameter>();
  for (const [name, text] of plain) parameters.set(name, readPlain(text, fallback));
  // RFC 2231's form is the better one where both stand (RFC 6266 4.3).
  for (const [name, list] of pieces) {
    const extended = readPieces(list, fallback, faults);
    if (!extended.value.includes('�') || !parameters.has(name)) parameters.set(name, extended);
  }
  return { value: pairs.value, parameters, faults };
}

function readPlain(text: string, fallback: string): Parameter {
  const decoded = decodeForPeople(text, fallback);
  // Some mailers percent-encode without saying so; believed when it makes non-ASCII UTF-8 throughout.
  if (/%[89A-Fa-f][0-9A-Fa-f]/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text)) {
    const bytes = Buffer.from(unpercent(text), 'latin1');
    const unpacked = decodeBytes(bytes, null, { fallback: 'utf-8', context: 'header' });
    if (unpacked.charset === 'utf-8' && !unpacked.text.includes('�')) return { value: unpacked.text, guessed: true, raw: text };
  }
  return { value: decoded.text, guessed: decoded.guessed, raw: text };
}

function readPieces(list: Piece[], fallback: string, faults: string[]): Parameter {
  list.sort((a, b) => a.order - b.order);
  const raw = list.map(piece => piece.text).join('');
  const first = list[0]!;
  if (list.some((piece, index) => piece.order !== index)) faults.push('parameter-continuation-missing');
  if (!list.some(piece => piece.extended)) {
    const decoded = decodeForPeople(raw, fallback);
    return { value: decoded.text, guessed: decoded.guessed, raw };
  }
  const declared = first.extended ? /^([^']{0,60})'([^']{0,60})'([\s\S]*)$/.exec(first.text) : null;
  const texts = list.map((piece, index) => {
    const text = index === 0 && declared !== null ? (declared[3] ?? '') : piece.text;
    return piece.extended ? unpercent(text) : text;
  });
  const joined = texts.join('');
  if (joined.includes('=?') && joined.includes('?=')) {
    const words = decodeForPeople(joined, fallback);
    return { value: words.text, guessed: true, raw };
  }
  const decoded = decodeBytes(Buffer.from(joined, 'latin1'), declared?.[1] || null, { fallback, context: 'header' });
  return { value: decoded.text, guessed: decoded.guessed, raw };
}

function unpercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function splitPairs(input: string, faults: string[]): { value: string; parameters: { name: string; text: string }[] } {
  const scanner = new Scanner(input);
  const value = trimBytes(scanner.untilDelimiter(';'));
  const parameters: { name: string; text: string }[] = [];
  while (!scanner.done && parameters.length < MAX_PARAMETERS) {
    scanner.skip(/[; \t\r\n]/);
    const name = scanner.word();
    scanner.skip(/[ \t\r\n]/);
    if (!scanner.take('=')) {
      // Neither a name nor '=': junk up to the next parameter.
      if (name === '' && !scanner.done) scanner.advance();
      if (name !== '') faults.push('parameter-without-value');
      continue;
    }
    scanner.skip(/[ \t\r\n]/);
    const quoted = scanner.quoted();
    parameters.push({ name, text: quoted ?? scanner.bare() });
  }
  return { value, parameters };
}

/** Walks a header value; a class only because every step moves one position. */
class Scanner {
  private readonly text: string;
  private at = 0;
  private unclosed = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  advance(): void {
    this.at++;
  }

  take(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  skip(what: RegExp): void {
    for (;;) {
      while (!this.done && what.test(this.text[this.at]!)) this.at++;
      if (this.text[this.at] !== '(') return;
      this.comment();
    }
  }

  private comment(): void {
    let depth = 0;
    const start = this.at;
    while (!this.done && this.at - start < LONGEST_COMMENT && this.unclosed < MAX_UNCLOSED) {
      const char = this.text[this.at++];
      if (char === '\\') this.at++;
      else if (char === '(') depth++;
      else if (char === ')' && --depth === 0) return;
    }
    // Never closed: it was no comment.
    this.unclosed++;
    this.at = start + 1;
  }

  untilDelimiter(delimiter: string): string {
    let out = '';
    while (!this.done && this.text[this.at] !== delimiter) {
      if (this.text[this.at] === '(') {
        this.skip(/[^\s\S]/);
        continue;
      }
      out += this.text[this.at++];
    }
    return out;
  }

  /** A parameter's name: up to '=', ';' or white space. */
  word(): string {
    const start = this.at;
    while (!this.done && !/[=; \t\r\n"(]/.test(this.text[this.at]!)) this.at++;
    return this.text.slice(start, this.at);
  }

  quoted(): string | null {
    if (!this.take('"')) return null;
    let out = '';
    while (!this.done) {
      const char = this.text[this.at++]!;
      if (char === '"') return out;
      const next = this.text[this.at];
      // Windows writes folders unescaped; only a quoted quote or backslash is unquoted.
      if (char === '\\' && (next === '"' || next === '\\')) {
        out += next;
        this.at++;
      } else {
        out += char;
      }
    }
    return out;
  }

  /** A value without quotes, up to ';' or to white space that another `name=` follows; spaces inside are kept, as broken mailers mean them. */
  bare(): string {
    const rest = this.text.slice(this.at);
    const next = /[;]|[ \t](?=[A-Za-z][\w-]{0,40}(?:\*\d{0,4}\*?)?=)/.exec(rest);
    const text = next === null ? rest : rest.slice(0, next.index);
    this.at += text.length;
    return trimBytes(text.replace(/[ \t]\([^()]{0,200}\)$/, ''));
  }
}
