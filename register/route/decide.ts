// Which units a letter goes to by the agency's rules, and why. Pure: the rules (rules.ts) and a letter in, recipients and a trace out. The router
// writes the recipients as routing rows; the page that tests a letter shows the trace. No recipient: the letter waits for the saraban officer.

import { foldThai, searchKey } from '../letter/fold.ts';
import type { BothLanguages } from './rule-faults.ts';
import type { AttachmentKind, Conditions, Purpose, Rule, RuleSet, RuleUrgency } from './rules.ts';

export type LetterForRules = {
  /** Address of the From header. */
  fromAddress: string;
  /** Address of MAIL FROM; '' for a null return path. */
  envelopeFrom: string;
  /** Plus-tags of the addresses the letter came to. */
  tags: string[];
  subject: string;
  /** Body and text of the documents. */
  text: string;
  letterNumber: string | null;
  attachments: { name: string | null; contentType: string }[];
  urgency: RuleUrgency;
  circular: boolean;
};

export type Recipient = {
  unit: string;
  officer: string | null;
  purpose: Purpose;
  instruction: string | null;
  dueInDays: number | null;
  /** Name of the rule that decided. */
  rule: string;
};

export type ConditionTrace = { name: keyof Conditions; matched: boolean; why: BothLanguages };
export type RuleTrace = { rule: string; line: number; matched: boolean; conditions: ConditionTrace[] };
export type Decision = { recipients: Recipient[]; trace: RuleTrace[] };

type Verdict = { matched: boolean; why: BothLanguages };
/** The letter's texts in the form they are compared in, made once a letter. */
type Prepared = { letter: LetterForRules; subjectKey: string; textKey: string; numberKey: string; kinds: Set<AttachmentKind> };

const found = (th: string, en: string): Verdict => ({ matched: true, why: { th, en } });
const missed = (th: string, en: string): Verdict => ({ matched: false, why: { th, en } });
const listed = (values: readonly string[]): string => values.map(value => `"${value}"`).join(', ');

const KIND_ENDINGS: [AttachmentKind, RegExp, RegExp][] = [
  ['pdf', /^application\/(?:x-)?pdf$/, /\.pdf$/],
  ['image', /^image\//, /\.(?:jpe?g|png|gif|tiff?|bmp|webp|heic)$/],
  ['word', /^application\/(?:msword|rtf|.*wordprocessingml.*|.*opendocument\.text)$/, /\.(?:docx?|docm|odt|rtf)$/],
  [
    'spreadsheet',
    /^application\/(?:vnd\.ms-excel.*|.*spreadsheetml.*|.*opendocument\.spreadsheet)$|^text\/csv$/,
    /\.(?:xlsx?|xlsm|ods|csv)$/,
  ],
  ['presentation', /^application\/(?:vnd\.ms-powerpoint.*|.*presentationml.*|.*opendocument\.presentation)$/, /\.(?:pptx?|odp)$/],
  [
    'archive',
    /^application\/(?:x-)?(?:zip(?:-compressed)?|rar(?:-compressed)?|vnd\.rar|7z-compressed|tar|gzip)$/,
    /\.(?:zip|rar|7z|tar|t?gz)$/,
  ],
  ['audio', /^audio\//, /\.(?:mp3|wav|m4a|ogg)$/],
  ['video', /^video\//, /\.(?:mp4|mov|avi|mkv|webm)$/],
  ['text', /^text\/plain$/, /\.txt$/],
];

/** Kinds by type or by the name's ending: scanners send everything as application/octet-stream. */
function kindsOf(attachments: LetterForRules['attachments']): Set<AttachmentKind> {
  const kinds = new Set<AttachmentKind>([attachments.length === 0 ? 'none' : 'any']);
  for (const { name, contentType } of attachments) {
    const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    const file = (name ?? '').trim().toLowerCase();
    for (const [kind, byType, byName] of KIND_ENDINGS) if (byType.test(type) || byName.test(file)) kinds.add(kind);
  }
  return kinds;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Thai is written without blanks, so a Thai word counts anywhere; a Latin one only whole (IT is not in "with"). */
function holds(key: string, word: string): boolean {
  const wanted = searchKey(word);
  if (wanted === '') return false;
  if (!/^[\x20-\x7e]+$/.test(wanted)) return key.includes(wanted);
  return new RegExp(`(?<![a-z0-9])${escaped(wanted)}(?![a-z0-9])`).test(key);
}

function words(key: string, values: string[], where: BothLanguages): Verdict {
  const word = values.find(value => holds(key, value));
  return word !== undefined
    ? found(`พบคำ "${word}" ใน${where.th}`, `"${word}" is in ${where.en}`)
    : missed(`ไม่พบคำใดใน ${listed(values)} ใน${where.th}`, `none of ${listed(values)} is in ${where.en}`);
}

function addressMatches(address: string, pattern: string): boolean {
  const expression = pattern.toLowerCase().split('*').map(escaped).join('[^@]*');
  return new RegExp(`^${expression}$`).test(address.trim().toLowerCase().slice(0, 500));
}

function from(letter: LetterForRules, patterns: string[]): Verdict {
  for (const address of [letter.fromAddress, letter.envelopeFrom]) {
    const pattern = patterns.find(candidate => addressMatches(address, candidate));
    if (pattern !== undefined) return found(`ผู้ส่ง ${address} ตรงกับ "${pattern}"`, `the sender ${address} fits "${pattern}"`);
  }
  const sender = letter.fromAddress || letter.envelopeFrom || '-';
  return missed(`ผู้ส่ง ${sender} ไม่ตรงกับ ${listed(patterns)}`, `the sender ${sender} fits none of ${listed(patterns)}`);
}

function tag(letter: LetterForRules, tags: string[]): Verdict {
  const hit = tags.find(wanted => letter.tags.some(given => given.toLowerCase() === wanted.toLowerCase()));
  return hit !== undefined
    ? found(`ที่อยู่ผู้รับมีป้าย +${hit}`, `the address written to has the tag +${hit}`)
    : missed(`ที่อยู่ผู้รับไม่มีป้ายใดใน ${listed(tags)}`, `the address written to has none of the tags ${listed(tags)}`);
}

const numberKeyOf = (text: string): string => searchKey(text).replace(/\s/g, '');

/** A prefix that ends in a consonant is a whole code: มท is not the beginning of มทส. Within the digits any beginning counts. */
function numberBegins(numberKey: string, prefix: string): boolean {
  const wanted = numberKeyOf(prefix);
  if (wanted === '' || !numberKey.startsWith(wanted)) return false;
  return !(/[ก-ฮ]$/.test(wanted) && /^[ก-ฮ]/.test(numberKey.slice(wanted.length)));
}

function letterNumber({ letter, numberKey }: Prepared, prefixes: string[]): Verdict {
  const prefix = prefixes.find(candidate => numberBegins(numberKey, candidate));
  if (prefix !== undefined)
    return found(`ที่ ${letter.letterNumber} ขึ้นต้นด้วย "${prefix}"`, `the letter number ${letter.letterNumber} begins with "${prefix}"`);
  if (numberKey === '') return missed('หนังสือไม่มีเลขที่หนังสือ', 'the letter has no letter number');
  return missed(
    `ที่ ${letter.letterNumber} ไม่ได้ขึ้นต้นด้วย ${listed(prefixes)}`,
    `the letter number ${letter.letterNumber} begins with none of ${listed(prefixes)}`,
  );
}

function attachment({ kinds }: Prepared, wanted: AttachmentKind[]): Verdict {
  const kind = wanted.find(candidate => kinds.has(candidate));
  if (kind === 'none') return found('หนังสือไม่มีไฟล์แนบ', 'the letter has no attachment');
  if (kind !== undefined) return found(`มีไฟล์แนบชนิด "${kind}"`, `there is an attachment of kind "${kind}"`);
  return missed(`ไม่มีไฟล์แนบชนิด ${listed(wanted)}`, `there is no attachment of kind ${listed(wanted)}`);
}

const URGENCY_THAI: Record<RuleUrgency, string> = { normal: 'ปกติ', urgent: 'ด่วน', 'very-urgent': 'ด่วนมาก', 'most-urgent': 'ด่วนที่สุด' };

function urgency({ letter }: Prepared, wanted: RuleUrgency[]): Verdict {
  const why = { th: `ชั้นความเร็วของหนังสือคือ ${URGENCY_THAI[letter.urgency]}`, en: `the urgency is ${letter.urgency}` };
  return { matched: wanted.includes(letter.urgency), why };
}

function circular({ letter }: Prepared, wanted: boolean): Verdict {
  const why = letter.circular
    ? { th: 'เป็นหนังสือเวียน', en: 'the letter is a circular' }
    : { th: 'ไม่เป็นหนังสือเวียน', en: 'the letter is no circular' };
  return { matched: letter.circular === wanted, why };
}

/** Every condition is judged, also after one failed, so that the page can show all that keeps a rule from matching. */
function judge(rule: Rule, prepared: Prepared): RuleTrace {
  const { when } = rule;
  const conditions: ConditionTrace[] = [];
  const add = (name: keyof Conditions, verdict: Verdict): void => {
    conditions.push({ name, ...verdict });
  };
  if (when.subject) add('subject', words(prepared.subjectKey, when.subject, { th: 'ชื่อเรื่อง', en: 'the subject' }));
  if (when.text) add('text', words(prepared.textKey, when.text, { th: 'เนื้อความ', en: 'the text' }));
  if (when.from) add('from', from(prepared.letter, when.from));
  if (when.tag) add('tag', tag(prepared.letter, when.tag));
  if (when.letterNumber) add('letterNumber', letterNumber(prepared, when.letterNumber));
  if (when.attachment) add('attachment', attachment(prepared, when.attachment));
  if (when.urgency) add('urgency', urgency(prepared, when.urgency));
  if (when.circular !== undefined) add('circular', circular(prepared, when.circular));
  return { rule: rule.name, line: rule.line, matched: conditions.every(condition => condition.matched), conditions };
}

/**
 * Tries the rules in their order until one that matches says stop. A unit (or officer) named by several rules gets one routing, the first rule's;
 * "for action" by any of them wins, and the nearest due date. The trace holds the rules that were tried; those after a stop are not in it.
 */
export function decide(rules: RuleSet, letter: LetterForRules): Decision {
  const subjectKey = searchKey(letter.subject);
  const prepared: Prepared = {
    letter,
    subjectKey,
    textKey: rules.rules.some(rule => rule.when.text) ? `${subjectKey}\n${searchKey(letter.text)}` : '',
    numberKey: numberKeyOf(foldThai(letter.letterNumber ?? '')),
    kinds: kindsOf(letter.attachments),
  };
  const recipients = new Map<string, Recipient>();
  const trace: RuleTrace[] = [];
  for (const rule of rules.rules) {
    const tried = judge(rule, prepared);
    trace.push(tried);
    if (!tried.matched) continue;
    for (const { unit, officer, purpose } of rule.to) {
      const key = JSON.stringify([unit, officer]);
      const earlier = recipients.get(key);
      if (earlier === undefined) {
        recipients.set(key, { unit, officer, purpose, instruction: rule.instruction, dueInDays: rule.dueInDays, rule: rule.name });
        continue;
      }
      if (purpose === 'action') earlier.purpose = 'action';
      earlier.instruction ??= rule.instruction;
      if (rule.dueInDays !== null) earlier.dueInDays = Math.min(earlier.dueInDays ?? rule.dueInDays, rule.dueInDays);
    }
    if (rule.stops) break;
  }
  return { recipients: [...recipients.values()], trace };
}
