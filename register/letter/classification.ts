// Urgency (ชั้นความเร็ว, clause 28) and secrecy (ชั้นความลับ) as words on a letter. The gateway asks about the subject line before a number is
// given, because a top-secret letter gets none; the fact finder asks about every line of bodies and documents. Missing a class is worse than
// seeing one too many: a held letter can be entered, a number given to a top-secret letter can't be taken back. But ลับ inside a word
// (กลับ, สลับ, หลับ, ความลับ, ลับหลัง) is no class, or half of all letters would be secret.

import { bareWord, type Quotable, quotable } from './quotable.ts';

export type Urgency = 'normal' | 'urgent' | 'very-urgent' | 'most-urgent';
export type Secrecy = 'normal' | 'confidential' | 'secret' | 'top-secret';

export const URGENCIES: readonly Urgency[] = ['normal', 'urgent', 'very-urgent', 'most-urgent'];
export const SECRECIES: readonly Secrecy[] = ['normal', 'confidential', 'secret', 'top-secret'];

export type ClassMark<T> = { value: T; index: number; length: number };
export type ClassMarks = { urgency: ClassMark<Urgency>[]; secrecy: ClassMark<Secrecy>[] };

const THAI = '\u0e01-\u0e2f\u0e30-\u0e3a\u0e40-\u0e4e';
const GAP = '[ .-]{0,3}';
const MOST = `${GAP}ที่${GAP}สุด`;
const ALONE = `(?![${THAI}])`;
const NOT_INSIDE = `(?<![${THAI}])`;
// One kind of class may touch the other (ลับด่วนที่สุด), and ด่วนที่สุด, ลับที่สุด may touch the sentence after them. Nothing else may.
const URGENCY_PATTERN = bareWord(
  `(?:${NOT_INSIDE}|(?<=ลับ(?:${GAP}มาก|${MOST})?))` +
    `(?:(?<most>ด่วน(?:${GAP}มาก)?${MOST})|(?<very>ด่วน${GAP}มาก(?:${ALONE}|(?=ๆ|ลับ|ขอ|เรื่อง|ที่)))|(?<plain>ด่วน(?:${ALONE}|(?=ๆ|ลับ))))`,
);
const SECRECY_PATTERN = bareWord(
  `(?:${NOT_INSIDE}|(?<=ด่วน(?:${GAP}มาก)?${MOST}|ด่วน${GAP}มาก))` +
    `(?:(?<most>ลับ${MOST})|(?<very>ลับ${GAP}มาก(?:${ALONE}|(?=ด่วน|เรื่อง)))|(?<plain>ลับ(?:${ALONE}|(?=ด่วน))))`,
);
const ENGLISH_SECRECY =
  '\\b(?<most>TOP[ -]SECRET)\\b|(?<![A-Za-z] )\\b(?<very>SECRET)\\b(?! +[A-Za-z])|(?<![A-Za-z] )\\b(?<plain>CONFIDENTIAL)\\b(?! +[A-Za-z])';
const ENGLISH_URGENCY =
  '\\b(?<most>(?:MOST|EXTREMELY) URGENT)\\b|\\b(?<very>VERY URGENT)\\b|\\b(?<plain>URGENT)\\b|^ *\\W?(?:urgent|Urgent) *[\\]):!]';

function marks<T>(bare: string, patterns: string[], levels: readonly T[]): ClassMark<T>[] {
  const found: ClassMark<T>[] = [];
  for (const pattern of patterns) {
    for (const match of bare.matchAll(new RegExp(pattern, 'g'))) {
      const level = match.groups?.most !== undefined ? 3 : match.groups?.very !== undefined ? 2 : 1;
      const value = levels[level];
      if (value !== undefined) found.push({ value, index: match.index, length: match[0].length });
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

/** Every word of class in a line, positions in `line.bare`. */
export function findClassMarks(line: Quotable): ClassMarks {
  return {
    urgency: marks(line.bare, [URGENCY_PATTERN, ENGLISH_URGENCY], URGENCIES),
    secrecy: marks(line.bare, [SECRECY_PATTERN, ENGLISH_SECRECY], SECRECIES),
  };
}

/** The highest of several classes: where a letter says two, the stricter one holds. */
export function highest<T>(found: ClassMark<T>[], levels: readonly T[]): ClassMark<T> | null {
  return found.reduce<ClassMark<T> | null>(
    (best, mark) => (best === null || levels.indexOf(mark.value) > levels.indexOf(best.value) ? mark : best),
    null,
  );
}

/** The classes that a decoded subject line names; 'normal' when it names none. Cheap: a few patterns over at most 2,000 characters. */
export function classifySubject(subject: string): { urgency: Urgency; secrecy: Secrecy } {
  const found = findClassMarks(quotable(subject.slice(0, 2000)));
  return {
    urgency: highest(found.urgency, URGENCIES)?.value ?? 'normal',
    secrecy: highest(found.secrecy, SECRECIES)?.value ?? 'normal',
  };
}
