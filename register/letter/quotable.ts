// Text to look for things in, and to quote from. PDFs lose Thai tone marks (a font's raised ่ often has no character behind it and comes
// out as U+0000), so the fact finders look in a bare copy without tones; what they quote is the sender's own writing. This keeps the two
// in step.

import { foldMarks } from './fold.ts';
import { toArabicDigits } from './numerals.ts';

export type Quotable = {
  /** As written, marks folded: what a person is shown. */
  shown: string;
  /** To match on: Arabic digits, no tone marks, no ์, tabs as blanks. */
  bare: string;
  /** Position in `shown` of each character of `bare`. */
  at: Uint32Array;
};

const DROPPED = /[\u0000\u0e48-\u0e4c]/;

/** A pattern or word written in full, in the form that `Quotable.bare` has. */
export function bareWord(word: string): string {
  return word.replace(/[\u0e48-\u0e4c]/g, '');
}

/** Both copies of a text. Any text; linear in its length. */
export function quotable(text: string): Quotable {
  const shown = foldMarks(text);
  const digits = toArabicDigits(shown);
  const at = new Uint32Array(digits.length);
  const kept: string[] = [];
  for (let index = 0; index < digits.length; index++) {
    const character = digits.charAt(index);
    if (DROPPED.test(character)) continue;
    at[kept.length] = index;
    kept.push(character === '\t' ? ' ' : character);
  }
  return { shown, bare: kept.join(''), at: at.subarray(0, kept.length) };
}

/** What was written where `bare.slice(start, end)` stands, marks included, trimmed. */
export function quote(text: Quotable, start: number, end: number = text.bare.length): string {
  const from = text.at[start] ?? text.shown.length;
  const to = text.at[end] ?? text.shown.length;
  return text.shown.slice(from, to).replaceAll('\u0000', '').trim();
}
