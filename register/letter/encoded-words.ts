/**
 * RFC 2047 encoded words, and the raw 8-bit text that stands where they should: a header value as bytes into text for people.
 * Values come as "binary" strings (one character a byte), so that syntax can be read before characters are known.
 */
import { isBlank } from './ascii.ts';
import { decodeBytes, undoMojibake } from './charset.ts';

type Word = { kind: 'word'; charset: string; encoding: 'b' | 'q'; text: string };
type Literal = { kind: 'literal'; text: string };

/** Longest encoded word that is believed; the standard says 75, and broken writers put a whole subject into one. */
const LONGEST_WORD = 100_000;

/** The encoded word that starts at `at` of a binary string, and where it ends; null when there is none. */
export function encodedWordAt(value: string, at: number, nextEnd: number): { word: Word; end: number } | null {
  const start = /^=\?([^?\s=]{1,60})\?([bBqQ])\?/.exec(value.slice(at, at + 66));
  if (start === null || nextEnd < 0 || nextEnd - at > LONGEST_WORD) return null;
  const encoding = start[2] === 'b' || start[2] === 'B' ? 'b' : 'q';
  const text = value.slice(at + start[0].length, nextEnd);
  if (encoding === 'b' && !/^[A-Za-z0-9+/=_\-\s]*$/.test(text)) return null;
  return { word: { kind: 'word', charset: start[1] ?? '', encoding, text }, end: nextEnd + 2 };
}

/** Finds '?=' from a place on, remembering the last answer: a header full of openings without ends must not be searched for each of them. */
export function wordEndFinder(value: string): (from: number) => number {
  let cached = -2;
  return from => {
    if (cached === -1 || cached >= from) return cached;
    cached = value.indexOf('?=', from);
    return cached;
  };
}

function tokens(value: string): (Word | Literal)[] {
  const found: (Word | Literal)[] = [];
  const endFrom = wordEndFinder(value);
  let literalStart = 0;
  let at = value.indexOf('=?');
  while (at >= 0) {
    // '=?charset?Q?' holds two question marks of its own: the end can't come before them, even when the text starts with '='.
    const second = value.indexOf('?', at + 2);
    const third = second < 0 || second - at > 64 ? -1 : value.indexOf('?', second + 1);
    const taken = third < 0 || third - second > 2 ? null : encodedWordAt(value, at, endFrom(third + 1));
    if (taken === null) {
      at = value.indexOf('=?', at + 2);
      continue;
    }
    if (at > literalStart) found.push({ kind: 'literal', text: value.slice(literalStart, at) });
    found.push(taken.word);
    literalStart = taken.end;
    at = value.indexOf('=?', taken.end);
  }
  const rest = value.slice(literalStart);
  const cut = /^([\s\S]*?)=\?([^?\s=]{1,60})\?([bB])\?([A-Za-z0-9+/]{4,})=*$/.exec(rest.length < 2000 ? rest : '');
  if (cut !== null) {
    // A last word that was cut off by somebody's length limit.
    if (cut[1] !== '') found.push({ kind: 'literal', text: cut[1] ?? '' });
    found.push({ kind: 'word', charset: cut[2] ?? '', encoding: 'b', text: cut[4] ?? '' });
  } else if (rest !== '') {
    found.push({ kind: 'literal', text: rest });
  }
  return found;
}

function wordBytes(word: Word): Buffer {
  if (word.encoding === 'b') return Buffer.from(word.text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/'), 'base64');
  const plain = word.text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}

/** Words beside each other in one charset, as one: a character cut by the writer lies in two of them (forbidden by RFC 2047 5, and common). */
function joined(words: Word[]): { charset: string; bytes: Buffer }[] {
  const runs: { charset: string; bytes: Buffer[]; open: Word | null }[] = [];
  for (const word of words) {
    const charset = (word.charset.split('*')[0] ?? '').toLowerCase();
    let run = runs.at(-1);
    if (run === undefined || run.charset !== charset) {
      run = { charset, bytes: [], open: null };
      runs.push(run);
    }
    if (run.open !== null && word.encoding === 'b') {
      run.open = { ...word, text: run.open.text + word.text };
      run.bytes.pop();
    } else {
      run.open = word;
    }
    run.bytes.push(wordBytes(run.open));
    // Base64 cut in the middle of its group of four goes on in the next word.
    if (
      run.open.encoding === 'q' ||
      run.open.text.length > 1000 ||
      run.open.text.includes('=') ||
      run.open.text.replace(/\s+/g, '').length % 4 === 0
    )
      run.open = null;
  }
  return runs.map(run => ({ charset: run.charset, bytes: Buffer.concat(run.bytes) }));
}

/**
 * Decodes a header value for people.
 * @param value binary string (one character a byte), unfolded
 * @param fallback charset of raw 8-bit text that is not UTF-8
 * @returns the text, and whether any of its characters rest on a guess
 */
export function decodeWords(value: string, fallback: string): { text: string; guessed: boolean } {
  let text = '';
  let guessed = false;
  let words: Word[] = [];
  const flush = () => {
    for (const run of joined(words)) {
      const decoded = decodeBytes(run.bytes, run.charset, { fallback, context: 'header' });
      text += decoded.text;
      guessed ||= decoded.guessed;
    }
    words = [];
  };
  const list = value.includes('=?') ? tokens(value) : [{ kind: 'literal' as const, text: value }];
  for (const [index, token] of list.entries()) {
    if (token.kind === 'word') {
      words.push(token);
      continue;
    }
    // White space between two encoded words is not text (RFC 2047 6.2).
    if (words.length > 0 && list[index + 1]?.kind === 'word' && isBlank(token.text)) continue;
    flush();
    const raw = decodeRaw(token.text, fallback);
    text += raw.text;
    guessed ||= raw.guessed;
  }
  flush();
  return { text, guessed };
}

/** Raw header text without encoded words: valid UTF-8 (RFC 6532), else the fallback. */
export function decodeRaw(value: string, fallback: string): { text: string; guessed: boolean } {
  if (/^[\x01-\x1a\x1c-\x7f]*$/.test(value)) return { text: value, guessed: false };
  const decoded = decodeBytes(Buffer.from(value, 'latin1'), null, { fallback, context: 'header' });
  return { text: decoded.text, guessed: decoded.guessed };
}

/** As decodeWords, and what came out as Latin-1 of Thai bytes is put right, marked as guessed: for subjects and file names. */
export function decodeForPeople(value: string, fallback: string): { text: string; guessed: boolean } {
  const decoded = decodeWords(value, fallback);
  const meant = undoMojibake(decoded.text, fallback);
  return meant === null ? decoded : { text: meant.replaceAll('\0', ''), guessed: true };
}
