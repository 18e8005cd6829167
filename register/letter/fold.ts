// One form for Thai text that looks alike. The same word reaches us in several code sequences: ำ as one character or as ํ + า, tone and
// vowel in either order, แ typed as two เ, zero-width spaces of web pages, glyph codes of old fonts in PDFs. Unicode's NFC leaves all of
// these apart, and NFKC would split ำ, so the folding is done here. What comes out goes to the fact finders, the routing rules and the
// search column; it is a copy for comparing: the text as received is kept elsewhere and is what people are shown.

import { toArabicDigits } from './numerals.ts';

/** Invisible characters: zero-width space, joiners, direction marks, word joiner, soft hyphen, byte order mark. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const WIDE_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const MARKS = '\u0e31\u0e34-\u0e3a\u0e47-\u0e4e';
const MARK_RUN = new RegExp(`[${MARKS}]{2,}`, 'g');
const SARA_AM_IN_PARTS = new RegExp(`\u0e4d([${MARKS}]*)\u0e32`, 'g');
const SARA_AM = new RegExp(`(?:\u0e4d([${MARKS}]*)\u0e32|\u0e33)([${MARKS}]*)`, 'g');
const NOT_ASCII = /[^\x09-\x7e]/;

/**
 * Fonts of the nineties drew raised and shifted marks as glyphs of their own, at U+F700-F71A; PDFs made with them give these codes as text.
 * Index = code - 0xF700.
 */
const OLD_FONT_GLYPHS = 'ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์ฺุู';

/** Marks in writing order: phinthu, vowels, tones, then the silencer. Equal ranks are ordered by code point, as NFC leaves them. */
function rank(mark: string): number {
  const code = mark.charCodeAt(0);
  if (code === 0x0e3a) return 0;
  if (code >= 0x0e48 && code <= 0x0e4b) return 2;
  return code === 0x0e4c || code === 0x0e4e ? 3 : 1;
}

/** A mark typed twice is drawn once, so it is a slip of the finger and counts once; this also bounds the length of every run. */
function orderMarks(run: string): string {
  return [...new Set(run)].sort((a, b) => rank(a) - rank(b) || a.charCodeAt(0) - b.charCodeAt(0)).join('');
}

/**
 * Folds marks, spaces and invisible characters, and leaves the digits as written. `foldThai(text)` has the same length and positions,
 * so a fact found there can be quoted from here with the sender's own digits.
 */
export function foldMarks(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text
    .replace(/[\uf700-\uf71a]/g, glyph => OLD_FONT_GLYPHS[glyph.charCodeAt(0) - 0xf700] ?? glyph)
    .replace(INVISIBLE, '')
    .normalize('NFC')
    .replace(WIDE_SPACES, ' ')
    .replaceAll('เเ', 'แ')
    .replace(MARK_RUN, orderMarks)
    .replace(SARA_AM, '\u0e4d$1$2\u0e32')
    .replace(MARK_RUN, orderMarks)
    .replace(SARA_AM_IN_PARTS, '$1\u0e33')
    .normalize('NFC');
}

/**
 * The comparable form of a text: ํ+า composed to ำ (tone marks between them too), เเ to แ, marks in one order and once each, invisible
 * characters gone, no-break and wide spaces as plain ones, Thai digits as Arabic; NFC. Folding a word twice changes nothing.
 */
export function foldThai(text: string): string {
  return toArabicDigits(foldMarks(text));
}

/**
 * The key that the trigram index holds, and what a query is turned into: folded, without tone marks and ์ (PostgreSQL's trigrams break
 * words there), lower-cased, every run of white space one blank. Too many matches are the lesser mistake here; a letter not found is worse.
 */
export function searchKey(text: string): string {
  return foldMarks(
    foldThai(text)
      .replace(/[\u0e48-\u0e4c]/g, '')
      .toLowerCase(),
  )
    .replace(/\s+/g, ' ')
    .trim();
}
