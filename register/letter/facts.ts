// The letter's own facts, as its sender wrote them: number, date, subject, addressee, references, enclosures, classes, kind, due date. Called by
// the reading worker with the subject line, the body and the text of each document; what it finds, with its place and how sure it is, is
// offered to the saraban officer to confirm or correct. Nothing here decides whether a letter is entered; classifySubject's answer alone may.

import { classifySubject, findClassMarks, highest, SECRECIES, type Secrecy, URGENCIES, type Urgency } from './classification.ts';
import { searchKey } from './fold.ts';
import { type Certainty, type Found, type LetterKind, type LetterLines, type Reference, readLetterLines } from './letter-lines.ts';
import { findLetterNumbers, type LetterNumber } from './letter-number.ts';
import { bareWord, quotable, quote } from './quotable.ts';
import { findDates } from './thai-date.ts';

export type FactSource = 'subject' | 'body' | 'header' | `document:${string}`;
export type Fact<T> = { value: T; raw: string; source: FactSource; certainty: Certainty };

export type LetterFacts = {
  /** Normal form, `มท 0201.2/ว 1590`; `raw` is the sender's writing. */
  letterNumber: Fact<string> | null;
  /** `yyyy-mm-dd`, Gregorian. */
  letterDate: Fact<string> | null;
  subject: Fact<string> | null;
  addressee: Fact<string> | null;
  references: Fact<Reference>[];
  enclosures: Fact<string>[];
  urgency: Fact<Urgency> | null;
  secrecy: Fact<Secrecy> | null;
  circular: Fact<boolean> | null;
  kind: Fact<LetterKind> | null;
  /** `yyyy-mm-dd`, Gregorian: the day by which an answer or act is asked for. */
  dueDate: Fact<string> | null;
};

export type FactInput = {
  /** Decoded. */
  subject: string;
  bodyText: string;
  /** Texts of the attachments, in the order of the mail; `path` is the part's place in the MIME tree. */
  documents: { path: string; name: string | null; text: string }[];
  headers?: { importance?: string | null; priority?: string | null };
};

type Located<T> = Found<T> & { source: FactSource };
const SURENESS: Record<Certainty, number> = { certain: 2, likely: 1, guess: 0 };
const MAX_RUNNING_TEXT = 200_000;
const MAX_SUBJECT = 2000;

/** The classes that the subject line alone names; the gateway asks before it gives a number (top-secret letters get none). Pure and cheap. */
export function classify(subject: string): { urgency: Urgency; secrecy: Secrecy } {
  return classifySubject(subject);
}

/** The surest of several findings; the first among equals. */
function surest<T>(found: (Located<T> | null)[]): Fact<T> | null {
  return found.reduce<Located<T> | null>(
    (best, fact) => (fact !== null && (best === null || SURENESS[fact.certainty] > SURENESS[best.certainty]) ? fact : best),
    null,
  );
}

/** The highest class wins whatever its sureness: treating an open letter as secret is put right with one key, the other way round is not. */
function strictest<T>(found: (Located<T> | null)[], levels: readonly T[]): Fact<T> | null {
  const known = found.filter(fact => fact !== null);
  const top = Math.max(...known.map(fact => levels.indexOf(fact.value)));
  return surest(known.filter(fact => levels.indexOf(fact.value) === top));
}

const ABOUT_ANOTHER = new RegExp(bareWord('(?:อ้างถึง|ตอบหนังสือ|ตามหนังสือ|ตามที่|สืบเนื่อง|ตาม|[Rr][Ee]:)[^\\n]{0,80}$'));

/** A number and date in running text: `ขอส่งหนังสือ ที่ … ลงวันที่ …`. After อ้างถึง or ตามหนังสือ it is another letter's. */
function numberInText(text: string, certainty: Certainty): { number: Found<LetterNumber>; date: Found<string> | null } | null {
  const line = quotable(text);
  for (const found of findLetterNumbers(line.shown)) {
    const { index, length, ...value } = found;
    const another = ABOUT_ANOTHER.test(quotable(line.shown.slice(Math.max(0, index - 100), index)).bare);
    if (another) continue;
    const after = quotable(line.shown.slice(index + length, index + length + 60));
    const day = findDates(after.bare)[0];
    const near = day !== undefined && new RegExp(`^${bareWord('[ ,]*(?:ลง)?(?:วันที่)? *$')}`).test(after.bare.slice(0, day.index));
    return {
      number: { value, raw: found.raw, certainty },
      date: near ? { value: day.iso, raw: quote(after, day.index, day.index + day.length), certainty } : null,
    };
  }
  return null;
}

const DUE = new RegExp(
  bareWord('(?:ภายใน|ไม่เกิน|ไม่ช้ากว่า|อย่างช้า|ก่อน|\\bby|before|no later than|not later than)(?:กำหนด)? *(?:วัน[ก-๎]{0,12} ?ที่|ใน)? *$'),
  'i',
);

/** `ภายในวันที่ 30 พฤศจิกายน 2569`, also over a line's end. */
function dueIn(text: string): Found<string> | null {
  const running = quotable(text.slice(0, MAX_RUNNING_TEXT).replace(/\s+/g, ' '));
  for (const { iso, index, length } of findDates(running.bare)) {
    const lead = DUE.exec(running.bare.slice(Math.max(0, index - 60), index));
    if (lead === null) continue;
    return { value: iso, raw: quote(running, index - lead[0].length, index + length), certainty: 'likely' };
  }
  return null;
}

const REPLY_PREFIX = /^(?:\s*(?:re|fwd?|aw|ตอบกลับ|ส่งต่อ)\s*(?:\[\d+\])?\s*:)+\s*/i;

/** The mail's subject without reply marks, classes and number; the part after เรื่อง where it has one. */
function subjectOfMail(subject: string): Found<string> | null {
  const line = quotable(subject.replace(/\s+/g, ' ').trim());
  const whole = quote(line, 0);
  if (whole === '') return null;
  const labelled = new RegExp(bareWord('(?:^|[ :])เรื่อง *[:：]? +(?=[^ ])')).exec(line.bare);
  if (labelled !== null) return { value: quote(line, labelled.index + labelled[0].length), raw: whole, certainty: 'likely' };
  let from = REPLY_PREFIX.exec(line.bare)?.[0].length ?? 0;
  const marks = findClassMarks(line);
  const spans = [...marks.urgency, ...marks.secrecy].sort((a, b) => a.index - b.index);
  const gap = (start: number): number => start + (/^[\s[\](){}*/|:!.,-]*/.exec(line.bare.slice(start))?.[0].length ?? 0);
  for (const span of spans) if (span.index <= gap(from)) from = Math.max(from, gap(span.index + span.length));
  const value = quote(line, from);
  return { value: value === '' ? whole : value, raw: whole, certainty: 'likely' };
}

/** PDFs lose tone marks: where document and subject line say the same, the wording that has more of them is the sender's own. */
function betterSpelt(found: Fact<string> | null, mail: Located<string> | null): Fact<string> | null {
  if (found === null || mail === null || searchKey(found.value) !== searchKey(mail.value)) return found;
  return mail.value.length > found.value.length ? { ...mail, certainty: found.certainty } : found;
}

function classesOfSubject(subject: string): { urgency: Located<Urgency> | null; secrecy: Located<Secrecy> | null } {
  const line = quotable(subject);
  const marks = findClassMarks(line);
  const urgency = highest(marks.urgency, URGENCIES);
  const secrecy = highest(marks.secrecy, SECRECIES);
  const located = <T>(mark: { value: T; index: number; length: number } | null): Located<T> | null =>
    mark === null
      ? null
      : { value: mark.value, raw: quote(line, mark.index, mark.index + mark.length), source: 'subject', certainty: 'likely' };
  return { urgency: located(urgency), secrecy: located(secrecy) };
}

/** Importance: high, X-Priority: 1. Many mail programs set it at a click, so it is only a guess. */
function urgencyOfHeaders(headers: FactInput['headers']): Located<Urgency> | null {
  const importance = headers?.importance?.trim() ?? '';
  const priority = headers?.priority?.trim() ?? '';
  const raw = /^high$/i.test(importance) ? importance : /^(?:[12]\b|high|urgent)/i.test(priority) ? priority : null;
  return raw === null ? null : { value: 'urgent', raw, source: 'header', certainty: 'guess' };
}

function circularOf(number: Fact<string> | null, circular: boolean, subject: Fact<string> | null): Fact<boolean> | null {
  const named = subject !== null && /หนังสือเวียน|เวียนแจง/.test(quotable(subject.value).bare);
  if (named && !circular) return { ...subject, value: true, raw: subject.value, certainty: 'likely' };
  return number === null ? null : { value: circular, raw: number.raw, source: number.source, certainty: number.certainty };
}

/**
 * Finds the facts of one letter. Documents are believed before the body, the body before the subject line, except that the highest class of
 * secrecy or urgency wins wherever it stands. Null or an empty list: the letter does not say. Never throws; time is linear in the text,
 * and at most 200,000 characters of running text and 2,000 lines of each text are looked at.
 */
export function findFacts(letter: FactInput): LetterFacts {
  const input = { ...letter, subject: letter.subject.slice(0, MAX_SUBJECT) };
  const documents = input.documents.map(({ path, text }) => ({
    source: `document:${path}` as const,
    text,
    lines: readLetterLines(text, 'certain'),
  }));
  const body = { source: 'body' as const, text: input.bodyText, lines: readLetterLines(input.bodyText, 'likely') };
  const texts: { source: FactSource; text: string; lines: LetterLines }[] = [...documents, body];
  const from = <T>(pick: (lines: LetterLines) => Found<T> | null): (Located<T> | null)[] =>
    texts.map(({ source, lines }) => {
      const found = pick(lines);
      return found === null ? null : { ...found, source };
    });
  const listFrom = <T>(pick: (lines: LetterLines) => Found<T>[]): Fact<T>[] => {
    const first = texts.find(({ lines }) => pick(lines).length > 0);
    return first === undefined ? [] : pick(first.lines).map(found => ({ ...found, source: first.source }));
  };
  const at = <T>(found: Found<T> | null | undefined, source: FactSource): Located<T> | null => (found ? { ...found, source } : null);

  const inSubject = numberInText(input.subject, 'likely');
  const inBody = numberInText(input.bodyText.slice(0, MAX_RUNNING_TEXT), 'guess');
  const number = surest([...from(lines => lines.number), at(inSubject?.number, 'subject'), at(inBody?.number, 'body')]);
  // The date must belong to the letter whose number was taken: a PDF's number with the date of the mail around it would be a false reference.
  const dates = [...from(lines => lines.date), at(inSubject?.date, 'subject'), at(inBody?.date, 'body')];
  const letterDate = surest(dates.filter(date => number !== null && date?.source === number.source)) ?? surest(dates);
  const mailSubject = at(subjectOfMail(input.subject), 'subject');
  const subject = betterSpelt(surest([...from(lines => lines.subject), mailSubject]), mailSubject);
  const letterNumber: Fact<string> | null = number === null ? null : { ...number, value: number.value.normal };
  const classes = classesOfSubject(input.subject);

  return {
    letterNumber,
    letterDate,
    subject,
    addressee: surest(from(lines => lines.addressee)),
    references: listFrom(lines => lines.references),
    enclosures: listFrom(lines => lines.enclosures),
    urgency: strictest([...from(lines => lines.urgency), classes.urgency, urgencyOfHeaders(input.headers)], URGENCIES),
    secrecy: strictest([...from(lines => lines.secrecy), classes.secrecy], SECRECIES),
    circular: circularOf(letterNumber, number?.value.circular ?? false, subject),
    kind: surest(from(lines => lines.kind)),
    dueDate: surest(texts.map(({ source, text }) => at(dueIn(text), source)).concat(at(dueIn(input.subject), 'subject'))),
  };
}
