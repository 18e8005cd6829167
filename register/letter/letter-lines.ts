// One text (a mail's body, a PDF, a DOCX) read as a Thai official letter: its labelled lines (เรื่อง, เรียน, อ้างถึง, สิ่งที่ส่งมาด้วย), its heading
// with number and date, its classes, its kind. What is found goes to facts.ts, which weighs the texts of one letter against each other.

import { type ClassMark, findClassMarks, highest, SECRECIES, type Secrecy, URGENCIES, type Urgency } from './classification.ts';
import { findLetterNumber, type LetterNumber } from './letter-number.ts';
import { bareWord, type Quotable, quotable, quote } from './quotable.ts';
import { findDates } from './thai-date.ts';

/** The six kinds of letter of clause 10. */
export type LetterKind = 'external' | 'internal' | 'stamped' | 'order' | 'publicity' | 'record';
export type Certainty = 'certain' | 'likely' | 'guess';
export type Reference = { text: string; letterNumber: string | null; date: string | null };

/** A fact within one text; facts.ts adds where the text came from. */
export type Found<T> = { value: T; raw: string; certainty: Certainty };

export type LetterLines = {
  number: Found<LetterNumber> | null;
  date: Found<string> | null;
  subject: Found<string> | null;
  addressee: Found<string> | null;
  references: Found<Reference>[];
  enclosures: Found<string>[];
  urgency: Found<Urgency> | null;
  secrecy: Found<Secrecy> | null;
  kind: Found<LetterKind> | null;
};

const MAX_LINES = 2000;
const MAX_LINE = 2000;
/** A heading is never longer; a number or date further down belongs to the text. */
const HEADING_LINES = 25;

const label = (words: string): RegExp => new RegExp(`^ *(?:${bareWord(words)})`);
const SUBJECT = label('เรื่อง(?!เดิม|ราว|ที่|นี้)|[Ss]ubject *(?=[:：])');
const ADDRESSEE = label('กราบ ?เรียน|เรียน(?!รู้|การ|ต่อ|จบ)');
const TO = label('ถึง +');
const REFERENCES = label('อ้าง ?ถึง');
const ENCLOSURES = label('สิ่ง ?ที่ ?ส่ง ?มา ?ด้วย|สิ่งที่แนบมาด้วย|เอกสารแนบ *(?=[:：])');
const LABELLED = [SUBJECT, ADDRESSEE, TO, REFERENCES, ENCLOSURES];
const PARAGRAPH = label('ตามที่|ตามหนังสือ|ด้วย|เนื่อง|โดยที่|อนุสนธิ|ขอแสดง|จึงเรียน|เพื่อ|ทั้งนี้|ในการนี้|[1-9]\\d?\\. *เรื่องเดิม');
const ITEM = /^ *(\d{1,2})[.)] *(?!\d)/;
const SECRECY_LABEL = new RegExp(bareWord('ชั้น ?ความ ?ลับ'));
const URGENCY_LABEL = new RegExp(bareWord('ชั้น ?ความ ?เร็ว'));
const NORMAL = new RegExp(`[:： ]${bareWord('ปกติ')}`);

const KINDS: { kind: LetterKind; line: RegExp }[] = [
  { kind: 'internal', line: label('บันทึก ?ข้อความ *$') },
  { kind: 'order', line: label('คำสั่ง|ระเบียบ(?!วาระ)|ข้อบังคับ') },
  { kind: 'publicity', line: label('ประกาศ|แถลงการณ์|ข่าว(?:ประชาสัมพันธ์)?') },
  { kind: 'record', line: label('หนังสือรับรอง|รายงานการประชุม|บันทึก(?!ข้อความ)') },
];

type Span = { from: number; to: number };

/** The line without its label; `from` is where the value begins in `line.bare`. */
function afterLabel(line: Quotable, pattern: RegExp): number | null {
  const match = pattern.exec(line.bare);
  if (match === null) return null;
  return match[0].length + (/^ *[:：]? */.exec(line.bare.slice(match[0].length))?.[0].length ?? 0);
}

function isLabelled(line: Quotable): boolean {
  return LABELLED.some(pattern => pattern.test(line.bare));
}

/** Index of the first line with this label, and where its value begins. */
function findLabelled(lines: Quotable[], pattern: RegExp): { line: number; from: number } | null {
  for (const [index, line] of lines.entries()) {
    const from = afterLabel(line, pattern);
    if (from !== null) return { line: index, from };
  }
  return null;
}

/** A subject may run over several lines; it ends at the next label, an empty line or the first paragraph, at most three lines on. */
function readSubject(lines: Quotable[], certainty: Certainty): Found<string> | null {
  const start = findLabelled(lines, SUBJECT);
  const first = start === null ? undefined : lines[start.line];
  if (start === null || first === undefined) return null;
  const pieces = [quote(first, start.from)];
  const rest = lines.slice(start.line + 1, start.line + 4);
  const end = rest.findIndex(line => isLabelled(line));
  if (end > 0 || (end === -1 && pieces[0] === '')) {
    for (const line of rest.slice(0, end === -1 ? 1 : end)) {
      if (line.bare.trim() === '' || PARAGRAPH.test(line.bare)) break;
      pieces.push(quote(line, 0));
    }
  }
  const value = pieces.join(' ').replace(/\s+/g, ' ').trim();
  return value === '' ? null : { value, raw: quote(first, 0), certainty };
}

function readAddressee(lines: Quotable[], certainty: Certainty): Found<string> | null {
  const start = findLabelled(lines, ADDRESSEE) ?? findLabelled(lines.slice(0, HEADING_LINES), TO);
  const line = start === null ? undefined : lines[start.line];
  if (start === null || line === undefined) return null;
  const value = quote(line, start.from).replace(/\s+/g, ' ');
  return value === '' ? null : { value, raw: quote(line, 0), certainty };
}

/** The numbered items, or the single one, under a label. Lines that neither count on nor plainly continue end the list. */
function readItems(lines: Quotable[], pattern: RegExp, continues: RegExp): string[] {
  const start = findLabelled(lines, pattern);
  if (start === null) return [];
  const items: string[] = [];
  for (const [index, line] of lines.slice(start.line, start.line + 60).entries()) {
    const from = index === 0 ? start.from : 0;
    const text = line.bare.slice(from);
    if (index > 0 && (isLabelled(line) || PARAGRAPH.test(line.bare))) break;
    if (text.trim() === '') {
      if (index === 0) continue;
      break;
    }
    const item = ITEM.exec(text);
    const numbered = item !== null && Number(item[1]) === items.length + 1;
    if (numbered || items.length === 0) items.push(quote(line, from + (numbered ? item[0].length : 0)));
    else if (continues.test(text)) items.push(`${items.pop() ?? ''} ${quote(line, from)}`);
    else break;
  }
  return items.map(item => item.replace(/\s+/g, ' ').trim()).filter(item => item !== '');
}

const REFERENCE_GOES_ON = new RegExp(bareWord('^ *(?:ลงวันที่|ลงวัน|ที่ |ด่วน|ลับ)'));
const ENCLOSURE_GOES_ON = new RegExp(bareWord('จำนวน|ฉบับ|แผ่น|เล่ม|ชุด|^ *https?:'));

function reference(text: string): Reference {
  return {
    text,
    letterNumber: findLetterNumber(text)?.normal ?? null,
    date: findDates(quotable(text).bare)[0]?.iso ?? null,
  };
}

/** Lines above the first label: there stand the letter's own number, date and classes. */
function headingOf(lines: Quotable[]): Quotable[] {
  const end = lines.findIndex(line => isLabelled(line) || PARAGRAPH.test(line.bare));
  return lines.slice(0, end === -1 ? HEADING_LINES : Math.min(end, HEADING_LINES));
}

function readNumber(heading: Quotable[], certainty: Certainty): Found<LetterNumber> | null {
  for (const line of heading) {
    const found = findLetterNumber(line.shown);
    if (found === null) continue;
    const { index: _index, length: _length, ...value } = found;
    return { value, raw: found.raw, certainty };
  }
  return null;
}

function readDate(heading: Quotable[], certainty: Certainty): Found<string> | null {
  for (const line of heading) {
    const found = findDates(line.bare)[0];
    if (found !== undefined) return { value: found.iso, raw: quote(line, found.index, found.index + found.length), certainty };
  }
  return null;
}

/** True when nothing but classes, brackets and dots stands before `index`: `ลับ ด่วนที่สุด ที่ มท …` */
function opensLine(line: Quotable, index: number, spans: Span[]): boolean {
  let rest = line.bare.slice(0, index);
  for (const span of spans) if (span.to <= index) rest = rest.slice(0, span.from) + ' '.repeat(span.to - span.from) + rest.slice(span.to);
  return /^[\s[\](){}*"“”|/.:-]*$/.test(rest);
}

/**
 * Classes count where official letters carry them: opening a line, or after their label. A line that names several is a form to tick
 * or a sentence about classes. Deep in a text, a line of its own is only a guess.
 */
function readClass<T>(
  lines: Quotable[],
  levels: readonly T[],
  kind: 'urgency' | 'secrecy',
  labelPattern: RegExp,
  certainty: Certainty,
): Found<T> | null {
  let best: Found<T> | null = null;
  const keep = (found: Found<T>): void => {
    if (best === null || levels.indexOf(found.value) > levels.indexOf(best.value)) best = found;
  };
  for (const [index, line] of lines.entries()) {
    if (!/[ลดA-Zช]/.test(line.bare)) continue;
    const marks = findClassMarks(line);
    const own = marks[kind] as unknown as ClassMark<T>[];
    const labelled = labelPattern.test(line.bare);
    const several = new Set(own.map(mark => mark.value)).size > 1;
    const top = highest(own, levels);
    if (labelled && own.length === 0 && NORMAL.test(line.bare) && levels[0] !== undefined) {
      keep({ value: levels[0], raw: quote(line, 0), certainty });
    }
    if (top === null || several) continue;
    const spans = [...marks.urgency, ...marks.secrecy].map(mark => ({ from: mark.index, to: mark.index + mark.length }));
    const alone = opensLine(line, top.index, spans) && opensLine(line, line.bare.length, spans);
    const raw = quote(line, top.index, top.index + top.length);
    const inPlace = labelled || (index < HEADING_LINES && opensLine(line, top.index, spans));
    // Firms put CONFIDENTIAL: under every mail; in a body the English words mean little.
    const boilerplate = certainty === 'likely' && /^[A-Za-z]/.test(raw);
    if (inPlace) keep({ value: top.value, raw, certainty: boilerplate ? 'guess' : certainty });
    else if (alone) keep({ value: top.value, raw, certainty: 'guess' });
  }
  return best;
}

function readKind(lines: Quotable[], hasNumber: boolean): Found<LetterKind> | null {
  for (const line of lines.filter(({ bare }) => bare.trim() !== '').slice(0, 8)) {
    if (isLabelled(line)) break;
    const kind = KINDS.find(candidate => candidate.line.test(line.bare));
    if (kind !== undefined) {
      return { value: kind.kind, raw: quote(line, 0), certainty: kind.kind === 'internal' ? 'certain' : 'likely' };
    }
  }
  const closing = lines.find(({ bare }) => bare.includes(bareWord('ขอแสดงความนับถือ')));
  const addressed = findLabelled(lines, ADDRESSEE);
  if (closing !== undefined && addressed !== null) {
    return { value: 'external', raw: quote(closing, 0), certainty: hasNumber ? 'certain' : 'likely' };
  }
  const to = findLabelled(lines.slice(0, HEADING_LINES), TO);
  const line = to === null ? undefined : lines[to.line];
  return hasNumber && addressed === null && line !== undefined ? { value: 'stamped', raw: quote(line, 0), certainty: 'guess' } : null;
}

/**
 * Reads one text as a letter. `certainty` is what a fact in its proper place is worth in this text: 'certain' for a document, 'likely' for
 * a mail's body, where people also quote other letters. At most 2,000 lines are read; quoted lines (`>`) are not the writer's own.
 */
export function readLetterLines(text: string, certainty: 'certain' | 'likely'): LetterLines {
  const lines = text
    .slice(0, MAX_LINES * 200)
    .split(/\r\n|[\r\n\f\u2028\u2029]/, MAX_LINES)
    .filter(line => !line.startsWith('>'))
    .map(line => quotable(line.slice(0, MAX_LINE)));
  const heading = headingOf(lines);
  const number = readNumber(heading, certainty);
  return {
    number,
    date: readDate(heading, certainty),
    subject: readSubject(lines, certainty),
    addressee: readAddressee(lines, certainty),
    references: readItems(lines, REFERENCES, REFERENCE_GOES_ON).map(item => ({ value: reference(item), raw: item, certainty })),
    enclosures: readItems(lines, ENCLOSURES, ENCLOSURE_GOES_ON).map(item => ({ value: item, raw: item, certainty })),
    urgency: readClass(lines, URGENCIES, 'urgency', URGENCY_LABEL, certainty),
    secrecy: readClass(lines, SECRECIES, 'secrecy', SECRECY_LABEL, certainty),
    kind: readKind(lines, number !== null),
  };
}
