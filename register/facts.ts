/**
 * The facts of a letter as columns of its entry: how each is checked when an officer writes it, and how a machine's finding is taken over.
 * From act/amend.ts and finish-reading.ts; the trigger record_fact_changes keeps the history of both.
 */
import type { Checks } from './checks.ts';
import type { Facts } from './look/entry-row.ts';

export const FACTS = [
  'subject',
  'addressee',
  'fromAgency',
  'letterNumber',
  'letterDate',
  'urgency',
  'secrecy',
  'circular',
  'kind',
  'dueOn',
  'remark',
] as const satisfies (keyof Facts)[];

export const URGENCY = ['normal', 'urgent', 'very-urgent', 'most-urgent'] as const;
export const SECRECY = ['normal', 'confidential', 'secret', 'top-secret'] as const;
/** The six kinds of clause 10, as register/letter/letter-lines.ts names them; '' is not said. */
const KINDS = ['', 'external', 'internal', 'stamped', 'order', 'publicity', 'record'] as const;

/** Checks facts that an officer wrote. What is not a fact's name is a fault: silently dropping it would look like saving it. */
export function checkFacts(checks: Checks, given: unknown): Partial<Facts> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    checks.fault('facts', 'ไม่มีข้อมูลที่จะแก้ไข', 'There are no facts to change.');
    return {};
  }
  const facts: Partial<Facts> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const field = `facts.${name}`;
    if (name === 'subject') facts.subject = checks.text(field, value, { most: 4_000, required: true });
    else if (name === 'addressee' || name === 'fromAgency') facts[name] = checks.text(field, value, { most: 500 });
    else if (name === 'letterNumber') facts.letterNumber = checks.text(field, value, { most: 200 });
    else if (name === 'remark') facts.remark = checks.text(field, value, { most: 2_000, lines: true });
    else if (name === 'letterDate' || name === 'dueOn') facts[name] = checks.day(field, value);
    else if (name === 'urgency') facts.urgency = checks.oneOf(field, value, URGENCY) ?? 'normal';
    else if (name === 'secrecy') facts.secrecy = checks.oneOf(field, value, SECRECY) ?? 'normal';
    else if (name === 'circular') facts.circular = checks.flag(field, value);
    else if (name === 'kind') facts.kind = checks.oneOf(field, value, KINDS) ?? '';
    else checks.fault(field, 'ไม่มีข้อมูลชื่อนี้', 'There is no fact of this name.');
  }
  if (Object.keys(facts).length === 0 && checks.faults.length === 0)
    checks.fault('facts', 'ไม่มีข้อมูลที่จะแก้ไข', 'There are no facts to change.');
  return facts;
}
