// An agency's routing rules: a YAML file read into values, every fault told in one go with its line. The one door to the YAML library. The rules
// go to decide.ts with a letter; a file with faults is never used in part, since half of the rules would send letters to the wrong unit.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { type BothLanguages, hint, type Place, type RuleFault } from './rule-faults.ts';

export type Purpose = 'action' | 'information';
export type RuleUrgency = 'normal' | 'urgent' | 'very-urgent' | 'most-urgent';
export const ATTACHMENT_KINDS = [
  'any',
  'none',
  'pdf',
  'image',
  'word',
  'spreadsheet',
  'presentation',
  'archive',
  'audio',
  'video',
  'text',
] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** All conditions that are present must hold; within a list any value is enough. */
export type Conditions = {
  /** Words in the subject. */
  subject?: string[];
  /** Words in subject, body or documents. */
  text?: string[];
  /** Addresses with `*`: `*@dla.example`, `*@*.go.th`, `a@b.go.th`. */
  from?: string[];
  /** Plus-tags of the address written to: `finance` of `saraban+finance@…`. */
  tag?: string[];
  /** How the letter number begins: `มท`, `มท 0201`. */
  letterNumber?: string[];
  attachment?: AttachmentKind[];
  urgency?: RuleUrgency[];
  circular?: boolean;
};

export type Target = { unit: string; officer: string | null; purpose: Purpose; place: Place };

export type Rule = {
  name: string;
  /** Where the rule begins in its file, from 1. */
  line: number;
  when: Conditions;
  to: Target[];
  instruction: string | null;
  /** Calendar days after receipt. */
  dueInDays: number | null;
  /** `then: stop` in the file, or `match: first` without `then: continue`: after this rule no other is tried. */
  stops: boolean;
};

export type RuleSet = { match: 'first' | 'all'; rules: Rule[] };
export type ParsedRules = { outcome: 'ok'; rules: RuleSet } | { outcome: 'faults'; faults: RuleFault[] };

const MAX_CHARACTERS = 512 * 1024;
const MAX_DUE_DAYS = 366;
const TOP_KEYS = ['match', 'rules'] as const;
const RULE_KEYS = ['name', 'when', 'to', 'instruction', 'dueInDays', 'then'] as const;
const WHEN_KEYS = ['subject', 'text', 'from', 'tag', 'letterNumber', 'attachment', 'urgency', 'circular'] as const;
const TARGET_KEYS = ['unit', 'officer', 'for'] as const;

const same = <T extends string>(values: readonly T[]): Record<string, T> => Object.fromEntries(values.map(value => [value, value]));
const URGENCY_WORDS: Record<string, RuleUrgency> = {
  ...same(['normal', 'urgent', 'very-urgent', 'most-urgent'] as const),
  ปกติ: 'normal',
  ด่วน: 'urgent',
  ด่วนมาก: 'very-urgent',
  ด่วนที่สุด: 'most-urgent',
};
const PURPOSE_WORDS: Record<string, Purpose> = {
  ...same(['action', 'information'] as const),
  เพื่อดำเนินการ: 'action',
  เพื่อทราบ: 'information',
};

type Reader = { lines: LineCounter; faults: RuleFault[] };

function placeOf(reader: Reader, offset: number | undefined): Place {
  const { line, col } = reader.lines.linePos(offset ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function fault(reader: Reader, at: Place | Node | null, th: string, en: string): void {
  const place = at !== null && 'line' in at ? at : placeOf(reader, at?.range?.[0]);
  reader.faults.push({ ...place, message: { th, en } });
}

type Field = { key: string; place: Place; value: Node | null };

/** The fields of a mapping, unknown keys reported with the nearest known one. Null when it is no mapping. */
function fieldsOf(reader: Reader, node: Node | null, known: readonly string[], what: BothLanguages, at: Place): Map<string, Field> | null {
  if (!isMap(node)) {
    fault(reader, node ?? at, `${what.th} ต้องเป็นรายการ "ชื่อ: ค่า"`, `${what.en} must be a list of "name: value"`);
    return null;
  }
  const fields = new Map<string, Field>();
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const place = placeOf(reader, pair.key?.range?.[0] ?? node.range?.[0]);
    if (!known.includes(key)) {
      const { th, en } = hint(key, known);
      fault(reader, place, `ไม่รู้จักคำ "${key}" ใน${what.th}${th}`, `${what.en} has no "${key}"${en}`);
      continue;
    }
    fields.set(key, { key, place, value: pair.value });
  }
  return fields;
}

/** A scalar as the author wrote it (`0201` stays `0201`), null when it is none or empty. */
function textOf(node: Node | null): string | null {
  if (!isScalar(node) || node.value === null || typeof node.value === 'boolean') return null;
  const text = (typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))).trim();
  return text === '' ? null : text;
}

function readText(reader: Reader, field: Field | undefined): string | null {
  if (field === undefined) return null;
  const text = textOf(field.value);
  if (text === null)
    fault(reader, field.value ?? field.place, `"${field.key}" ต้องเป็นข้อความ และต้องไม่ว่าง`, `"${field.key}" must be a text that is not empty`);
  return text;
}

type Item = { text: string; node: Node };

/** One value or a list of them. An empty list or value is a fault: it would silently match nothing, or everything. */
function readList(reader: Reader, field: Field): Item[] {
  const nodes = isSeq(field.value) ? (field.value.items as (Node | null)[]) : [field.value];
  if (nodes.length === 0) fault(reader, field.place, `"${field.key}" ต้องมีอย่างน้อยหนึ่งค่า`, `"${field.key}" needs at least one value`);
  return nodes.flatMap(node => {
    const text = textOf(node);
    if (text !== null && node !== null) return [{ text, node }];
    fault(
      reader,
      node ?? field.place,
      `ค่าของ "${field.key}" ต้องเป็นข้อความ และต้องไม่ว่าง`,
      `a value of "${field.key}" must be a text that is not empty`,
    );
    return [];
  });
}

function readChoice<T>(reader: Reader, key: string, item: Item, choices: Record<string, T>): T[] {
  const choice = Object.hasOwn(choices, item.text) ? choices[item.text] : undefined;
  if (choice !== undefined) return [choice];
  const { th, en } = hint(item.text, Object.keys(choices));
  fault(reader, item.node, `"${key}" เป็น "${item.text}" ไม่ได้${th}`, `"${key}" can't be "${item.text}"${en}`);
  return [];
}

function readSingleChoice<T>(reader: Reader, field: Field | undefined, choices: Record<string, T>): T | null {
  const text = readText(reader, field);
  if (field?.value == null || text === null) return null;
  return readChoice(reader, field.key, { text, node: field.value }, choices)[0] ?? null;
}

function readAddressPattern(reader: Reader, item: Item): string[] {
  const pattern = item.text.toLowerCase();
  if (/^[^\s@,;]+@[^\s@,;]+$/.test(pattern) && (pattern.match(/\*/g)?.length ?? 0) <= 3) return [pattern];
  fault(
    reader,
    item.node,
    `"${item.text}" ไม่ใช่รูปแบบที่อยู่ไปรษณีย์อิเล็กทรอนิกส์ เช่น a@b.go.th หรือ *@b.go.th`,
    `"${item.text}" is no address pattern such as a@b.go.th or *@b.go.th`,
  );
  return [];
}

function readConditions(reader: Reader, field: Field | undefined): Conditions {
  const when: Conditions = {};
  if (field === undefined) return when;
  const fields = fieldsOf(reader, field.value, WHEN_KEYS, { th: 'เงื่อนไข (when)', en: 'the condition (when)' }, field.place);
  for (const key of ['subject', 'text', 'tag', 'letterNumber'] as const) {
    const list = fields?.get(key);
    if (list !== undefined) when[key] = readList(reader, list).map(item => item.text);
  }
  const from = fields?.get('from');
  if (from !== undefined) when.from = readList(reader, from).flatMap(item => readAddressPattern(reader, item));
  const attachment = fields?.get('attachment');
  if (attachment !== undefined) {
    when.attachment = readList(reader, attachment).flatMap(item => readChoice(reader, 'attachment', item, same(ATTACHMENT_KINDS)));
  }
  const urgency = fields?.get('urgency');
  if (urgency !== undefined) when.urgency = readList(reader, urgency).flatMap(item => readChoice(reader, 'urgency', item, URGENCY_WORDS));
  const circular = fields?.get('circular');
  if (circular !== undefined) {
    if (isScalar(circular.value) && typeof circular.value.value === 'boolean') when.circular = circular.value.value;
    else fault(reader, circular.value ?? circular.place, '"circular" ต้องเป็น true หรือ false', '"circular" must be true or false');
  }
  return when;
}

function readTargets(reader: Reader, field: Field | undefined, rulePlace: Place): Target[] {
  const nodes = isSeq(field?.value) ? (field.value.items as (Node | null)[]) : field?.value == null ? [] : [field.value];
  if (nodes.length === 0) {
    fault(reader, field?.place ?? rulePlace, 'กฎต้องมี "to" อย่างน้อยหนึ่งหน่วยงาน', 'a rule needs "to" with at least one unit');
    return [];
  }
  return nodes.flatMap(node => {
    const place = node === null ? (field?.place ?? rulePlace) : placeOf(reader, node.range?.[0]);
    const fields = fieldsOf(reader, node, TARGET_KEYS, { th: 'ผู้รับ (to)', en: 'the recipient (to)' }, place);
    if (fields === null) return [];
    if (!fields.has('unit')) fault(reader, place, 'ผู้รับต้องมี "unit"', 'a recipient needs "unit"');
    const unit = readText(reader, fields.get('unit'));
    const officer = readText(reader, fields.get('officer'));
    const purpose = fields.has('for') ? readSingleChoice(reader, fields.get('for'), PURPOSE_WORDS) : 'action';
    return unit === null || purpose === null ? [] : [{ unit, officer, purpose, place }];
  });
}

function readDueInDays(reader: Reader, field: Field | undefined): number | null {
  if (field === undefined) return null;
  const value = isScalar(field.value) ? field.value.value : null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_DUE_DAYS) return value;
  fault(
    reader,
    field.value ?? field.place,
    `"dueInDays" ต้องเป็นจำนวนเต็มตั้งแต่ 0 ถึง ${MAX_DUE_DAYS}`,
    `"dueInDays" must be a whole number from 0 to ${MAX_DUE_DAYS}`,
  );
  return null;
}

function readRule(reader: Reader, node: Node | null, match: RuleSet['match'], at: Place): Rule | null {
  const place = node === null ? at : placeOf(reader, node.range?.[0]);
  const fields = fieldsOf(reader, node, RULE_KEYS, { th: 'กฎ', en: 'the rule' }, place);
  if (fields === null) return null;
  if (!fields.has('name')) fault(reader, place, 'กฎต้องมีชื่อ (name)', 'a rule needs a name');
  const then = readSingleChoice(reader, fields.get('then'), same(['stop', 'continue'] as const));
  return {
    name: readText(reader, fields.get('name')) ?? '',
    line: place.line,
    when: readConditions(reader, fields.get('when')),
    to: readTargets(reader, fields.get('to'), place),
    instruction: readText(reader, fields.get('instruction')),
    dueInDays: readDueInDays(reader, fields.get('dueInDays')),
    stops: then === null ? match === 'first' : then === 'stop',
  };
}

/** Two rules of one name can't be told apart in a letter's history; a rule without conditions that stops hides all that follow. */
function checkTogether(reader: Reader, rules: Rule[]): void {
  // A mistyped "when" leaves a rule without conditions; that fault is told already.
  const wellFormed = reader.faults.length === 0;
  const lines = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const at = { line: rule.line, column: 1 };
    const earlier = lines.get(rule.name);
    if (rule.name !== '' && earlier !== undefined) {
      fault(reader, at, `ชื่อกฎ "${rule.name}" ซ้ำกับกฎที่บรรทัด ${earlier}`, `the name "${rule.name}" is taken by the rule on line ${earlier}`);
    }
    lines.set(rule.name, earlier ?? rule.line);
    if (wellFormed && Object.keys(rule.when).length === 0 && rule.stops && index < rules.length - 1) {
      fault(
        reader,
        at,
        `กฎ "${rule.name}" ไม่มีเงื่อนไข กฎที่อยู่ถัดไปจะไม่มีวันถูกใช้`,
        `the rule "${rule.name}" has no condition, so the rules after it are never used`,
      );
    }
  }
}

type Opened = { outcome: 'ok'; document: ReturnType<typeof parseDocument>; reader: Reader } | { outcome: 'faults'; faults: RuleFault[] };

function openYaml(text: string): Opened {
  const reader: Reader = { lines: new LineCounter(), faults: [] };
  if (text.length > MAX_CHARACTERS) {
    fault(reader, { line: 1, column: 1 }, 'ไฟล์ใหญ่เกิน 512 KiB', 'the file is larger than 512 KiB');
    return { outcome: 'faults', faults: reader.faults };
  }
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, { lineCounter: reader.lines, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    // Thousands of nested brackets exhaust the library's stack.
    fault(reader, { line: 1, column: 1 }, `อ่าน YAML ไม่ได้ (${String(error)})`, `this YAML can't be read: ${String(error)}`);
    return { outcome: 'faults', faults: reader.faults };
  }
  for (const { pos, code, message } of document.errors) {
    const why = code === 'DUPLICATE_KEY' ? 'คำซ้ำกันในรายการเดียวกัน' : 'รูปแบบ YAML ไม่ถูกต้อง';
    fault(reader, placeOf(reader, pos[0]), `${why} (${message})`, `this is no valid YAML: ${message}`);
  }
  return reader.faults.length > 0 ? { outcome: 'faults', faults: reader.faults } : { outcome: 'ok', document, reader };
}

/**
 * Reads a rule file. Every fault is told, in the order of the lines; what YAML itself can't read is told alone. An empty file is an empty rule set: all
 * letters wait for the saraban officer. At most 512 KiB; YAML aliases are refused as values of the wrong kind. Never throws.
 */
export function parseRules(text: string): ParsedRules {
  const opened = openYaml(text);
  if (opened.outcome === 'faults') return opened;
  const { reader } = opened;
  const root = opened.document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { outcome: 'ok', rules: { match: 'first', rules: [] } };
  const top = { line: 1, column: 1 };
  const fields = fieldsOf(reader, root, TOP_KEYS, { th: 'ไฟล์กฎ', en: 'the rule file' }, top);
  const match = readSingleChoice(reader, fields?.get('match'), same(['first', 'all'] as const)) ?? 'first';
  const list = fields?.get('rules');
  const rules: Rule[] = [];
  if (list !== undefined && isSeq(list.value)) {
    for (const node of list.value.items as (Node | null)[]) {
      const rule = readRule(reader, node, match, list.place);
      if (rule !== null) rules.push(rule);
    }
  } else if (list !== undefined && list.value !== null && !(isScalar(list.value) && list.value.value === null)) {
    const alias = isAlias(list.value) ? ' (alias)' : '';
    fault(reader, list.value, `"rules" ต้องเป็นรายการที่ขึ้นต้นด้วย "-"${alias}`, `"rules" must be a list of items that begin with "-"${alias}`);
  }
  checkTogether(reader, rules);
  if (reader.faults.length === 0) return { outcome: 'ok', rules: { match, rules } };
  return { outcome: 'faults', faults: reader.faults.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** Units and officers that the rules name and the agency does not have, at the line where each is named. Empty: all are known. */
export function checkUnits(rules: RuleSet, knownUnitCodes: readonly string[], knownOfficerLogins: readonly string[]): RuleFault[] {
  const faults: RuleFault[] = [];
  for (const { unit, officer, place } of rules.rules.flatMap(rule => rule.to)) {
    if (!knownUnitCodes.includes(unit)) {
      const { th, en } = hint(unit, knownUnitCodes);
      faults.push({ ...place, message: { th: `ไม่มีหน่วยงานรหัส "${unit}"${th}`, en: `there is no unit "${unit}"${en}` } });
    }
    if (officer !== null && !knownOfficerLogins.includes(officer)) {
      const { th, en } = hint(officer, knownOfficerLogins);
      faults.push({ ...place, message: { th: `ไม่มีเจ้าหน้าที่ชื่อผู้ใช้ "${officer}"${th}`, en: `there is no officer "${officer}"${en}` } });
    }
  }
  return faults;
}

/** Any other YAML of the appliance (rule packs) as plain values, or its faults. Aliases may expand 100-fold at most. Never throws. */
export function parseYaml(text: string): { outcome: 'ok'; value: unknown } | { outcome: 'faults'; faults: RuleFault[] } {
  const opened = openYaml(text);
  if (opened.outcome === 'faults') return opened;
  try {
    return { outcome: 'ok', value: opened.document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    fault(opened.reader, { line: 1, column: 1 }, `อ่าน YAML ไม่ได้ (${String(error)})`, `this YAML can't be read: ${String(error)}`);
    return { outcome: 'faults', faults: opened.reader.faults };
  }
}
