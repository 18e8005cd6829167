// The letter number (ที่) that a sender's agency wrote on its letter: a consonant code, the owner's number, a slash, the send number, with ว
// for a circular: `มท 0201.2/ว 1590`. Digits are Thai or Arabic and blanks fall anywhere. Found in subjects, bodies and documents by the
// fact finder; the normal form is what the register compares and the routing rules match. Citizens' letters have none, and that is legal.

import { foldMarks } from './fold.ts';
import { toArabicDigits } from './numerals.ts';

export type LetterNumber = {
  /** As the sender wrote it, his own digits and blanks kept (invisible characters apart). */
  raw: string;
  /** The form to compare by: `มท 0201.2/ว 1590`, Arabic digits. */
  normal: string;
  /** Everything before the slash, normal form: `มท 0201.2`. */
  prefix: string;
  circular: boolean;
  /** The send number, leading zeros kept (`0007` and `7` are two numbers to their sender's register). */
  number: string;
};

export type FoundLetterNumber = LetterNumber & { index: number; length: number };

// Bounded, so that no run of blanks can make the search slow.
const BLANK = '[ \\t]{0,24}';
const THAI = '\u0e01-\u0e4e';
const LABEL = `(?<![${THAI}])(?:ที่|ที)${BLANK}(?:[:：]${BLANK})?`;
const GROUPS = `((?:${BLANK}\\.${BLANK}\\d{1,5})*)`;
const SUBGROUP = `(\\([ก-ฮ.]{1,8}\\))?`;
const TAIL = `${BLANK}/${BLANK}(ว(?:\\([ก-ฮ]{1,3}\\))?\\.?${BLANK})?(\\d{1,7})(?![\\d]|[./]\\d)`;

// With the label ที่ before it a number may be unusual (short owner's number, a code of up to six consonants or with dots); without it only the
// regulation's own shape counts, or every street address and clause number would be a letter.
const WIDE_SHAPE = `([ก-ฮ](?:[ก-ฮ.]{0,6}[ก-ฮ])?\\.?)${BLANK}(\\d{1,6})${GROUPS}${SUBGROUP}${TAIL}`;
const PLAIN_SHAPE = `([ก-ฮ]{2,4})${BLANK}(\\d{4,5}|\\d{2,3}(?=${BLANK}\\.))${GROUPS}${SUBGROUP}${TAIL}`;
const ENGLISH_SHAPE = `([A-Z]{2,5})${BLANK}(\\d{3,6})${GROUPS}${SUBGROUP}${TAIL}`;
const ENGLISH_LABEL = `(?:No|Ref(?:erence)?(?:\\.? No)?)[.:]{0,2}${BLANK}`;

const IN_TEXT = [`${LABEL}${WIDE_SHAPE}`, `(?<![${THAI}\\d.])${PLAIN_SHAPE}`, `(?<![A-Za-z])${ENGLISH_LABEL}${ENGLISH_SHAPE}`];
const AS_FIELD = [`^(?:${LABEL})?${WIDE_SHAPE}$`, `^(?:${ENGLISH_LABEL})?${ENGLISH_SHAPE}$`];

/** Short words that stand before a number with a slash and are no agency's code: road, chapter, page, kilometre, eras, telephone. */
const NO_CODE = new Set(['ถนน', 'บท', 'หน', 'กม', 'พศ', 'คศ', 'โทร', 'ซอย', 'หมวด', 'ตรอก', 'ผนวก', 'กฎ']);

function fromMatch(match: RegExpExecArray, text: string): FoundLetterNumber | null {
  const [whole, code = '', owner = '', groups = '', subgroup = '', mark, number = ''] = match;
  const letters = code.replaceAll('.', '');
  if (letters === '' || NO_CODE.has(letters)) return null;
  const prefix = `${letters} ${owner}${groups.replace(/[ \t]/g, '')}${subgroup}`;
  const circularMark = mark?.replace(/[ \t.]/g, '');
  const start = match.index + whole.indexOf(code);
  const length = match.index + whole.length - start;
  return {
    raw: text.slice(start, start + length),
    normal: `${prefix}/${circularMark === undefined ? '' : `${circularMark} `}${number}`,
    prefix,
    circular: circularMark !== undefined,
    number,
    index: start,
    length,
  };
}

/**
 * Every letter number in a text, in the order they stand, none overlapping. `index` and `length` are positions in `foldMarks(text)`.
 * A text of any length; the time is linear in it.
 */
export function findLetterNumbers(text: string): FoundLetterNumber[] {
  const shown = foldMarks(text);
  const folded = toArabicDigits(shown);
  const candidates = IN_TEXT.flatMap(pattern => [...folded.matchAll(new RegExp(pattern, 'g'))].map(match => fromMatch(match, shown)))
    .filter(number => number !== null)
    .sort((a, b) => a.index - b.index || b.length - a.length);
  const found: FoundLetterNumber[] = [];
  let end = 0;
  for (const candidate of candidates) {
    if (candidate.index < end) continue;
    found.push(candidate);
    end = candidate.index + candidate.length;
  }
  return found;
}

/** The first letter number in a text, or null: blank is legal. */
export function findLetterNumber(text: string): FoundLetterNumber | null {
  return findLetterNumbers(text)[0] ?? null;
}

/**
 * A field that should hold one letter number and nothing else (a leading ที่ is fine), as an officer or another system wrote it.
 * Null when it is anything else: the caller keeps the text as typed.
 */
export function parseLetterNumber(raw: string): LetterNumber | null {
  const field = foldMarks(raw).trim().replace(/\s+/g, ' ');
  const folded = toArabicDigits(field);
  for (const pattern of AS_FIELD) {
    const match = new RegExp(pattern).exec(folded);
    const found = match === null ? null : fromMatch(match, field);
    if (found !== null)
      return { raw: found.raw, normal: found.normal, prefix: found.prefix, circular: found.circular, number: found.number };
  }
  return null;
}
