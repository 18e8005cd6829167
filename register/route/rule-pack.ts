// The legal values that the appliance works by (deadlines, checks a day, retention, columns of forms), each with its clause and how well it was
// checked. Data, so that an agency's legal officer corrects a value without a programmer: config/rules/<country>.yaml. The caller reads the file
// and hands the text in; the reminders, reports and forms ask for values by key.

import type { RuleFault } from './rule-faults.ts';
import { parseYaml } from './rules.ts';

export const PACK_STATUSES = ['verified', 'partly', 'unverified'] as const;
export type PackStatus = (typeof PACK_STATUSES)[number];
export type PackValue = string | number | boolean | string[];

export type PackEntry = {
  key: string;
  /** Where the law says so: `ข้อ 29`, `ภาคผนวก 7`. */
  clause: string;
  /** What it says, in Thai. */
  text: string;
  value: PackValue;
  /** verified: read in a public source; partly: read in part, the rest inferred; unverified: to be checked by a lawyer. */
  status: PackStatus;
};

export type RulePack = { name: string; entries: Map<string, PackEntry> };
export type ParsedPack = { outcome: 'ok'; pack: RulePack } | { outcome: 'faults'; faults: RuleFault[] };

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const isPackValue = (value: unknown): value is PackValue =>
  isText(value) ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (Array.isArray(value) && value.length > 0 && value.every(isText));

const ENTRY_KEYS = ['clause', 'text', 'value', 'status'];

function faultsOfEntry(key: string, entry: unknown): string[] {
  if (!isRecord(entry)) return [`"${key}" must have clause, text, value and status`];
  const faults = Object.keys(entry)
    .filter(name => !ENTRY_KEYS.includes(name))
    .map(name => `"${key}" has an unknown "${name}"`);
  if (!isText(entry.clause)) faults.push(`"${key}" needs its clause`);
  if (!isText(entry.text)) faults.push(`"${key}" needs its text`);
  if (!isPackValue(entry.value)) faults.push(`"${key}" needs a value: a text, a number, true or false, or a list of texts`);
  if (!PACK_STATUSES.some(status => status === entry.status)) faults.push(`"${key}" needs a status: ${PACK_STATUSES.join(', ')}`);
  return faults;
}

/** Reads a rule pack; every faulty entry is named in one go. The line of a fault is that of its key. Never throws. */
export function parseRulePack(text: string): ParsedPack {
  const yaml = parseYaml(text);
  if (yaml.outcome === 'faults') return yaml;
  const faults: RuleFault[] = [];
  const add = (key: string, en: string): void => {
    const line = text.split('\n').findIndex(row => row.trimStart().startsWith(`${key}:`)) + 1;
    faults.push({ line: Math.max(line, 1), column: 1, message: { th: `ชุดกฎเกณฑ์ไม่ถูกต้อง: ${en}`, en } });
  };
  const root = yaml.value;
  if (!isRecord(root) || !isText(root.name) || !isRecord(root.rules)) {
    add('name', 'a rule pack needs "name" and "rules"');
    return { outcome: 'faults', faults };
  }
  const entries = new Map<string, PackEntry>();
  for (const [key, entry] of Object.entries(root.rules)) {
    for (const en of faultsOfEntry(key, entry)) add(key, en);
    entries.set(key, { key, ...(entry as Omit<PackEntry, 'key'>) });
  }
  return faults.length > 0 ? { outcome: 'faults', faults } : { outcome: 'ok', pack: { name: root.name, entries } };
}

/** A value of a known kind, or a thrown error: code that asks for a key that no pack has is a defect, found by the first test. */
export function packNumber(pack: RulePack, key: string): number {
  const value = pack.entries.get(key)?.value;
  if (typeof value !== 'number') throw new Error(`rule pack ${pack.name} has no number "${key}"`);
  return value;
}

export function packText(pack: RulePack, key: string): string {
  const value = pack.entries.get(key)?.value;
  if (typeof value !== 'string') throw new Error(`rule pack ${pack.name} has no text "${key}"`);
  return value;
}

export function packList(pack: RulePack, key: string): string[] {
  const value = pack.entries.get(key)?.value;
  if (!Array.isArray(value)) throw new Error(`rule pack ${pack.name} has no list "${key}"`);
  return value;
}
