/** Before the demo's letters come: units, routing rules and an officer in each unit, wherever the agency has none of its own. */
import { readFile } from 'node:fs/promises';
import { saveRules } from '../../register/act/rules.ts';
import { currentRules, listAccounts, listUnits, type UnitRow } from '../../register/look/office.ts';
import { addAccount } from '../../register/office/accounts.ts';
import { addUnit } from '../../register/office/units.ts';
import type { Officer, RegisterContext } from '../../register/officer.ts';
import { parseRules } from '../../register/route/rules.ts';
import { done } from '../act-outcome.ts';

const UNITS = [
  { code: 'office', nameTh: 'สำนักปลัด', nameEn: 'Office of the Clerk' },
  { code: 'finance', nameTh: 'กองคลัง', nameEn: 'Finance Division' },
  { code: 'engineering', nameTh: 'กองช่าง', nameEn: 'Engineering Division' },
  { code: 'education', nameTh: 'กองการศึกษา', nameEn: 'Education Division' },
];
const RULES = new URL('./rules.yaml', import.meta.url);

/** Logins of the demo's officers begin so; nobody knows their passwords, and an administrator may disable them. */
export const DEMO_LOGIN = 'demo-';

/** @returns the units that can be routed to, and a sentence for each thing that was added */
export async function prepareAgency(
  register: RegisterContext,
  officer: Officer,
  agencyCode: string,
): Promise<{ units: UnitRow[]; added: string[] }> {
  const added = [
    ...(await addUnits(register, officer)),
    ...(await addRules(register, officer)),
    ...(await addOfficers(register, officer, agencyCode)),
  ];
  return { units: await activeUnits(register, officer), added };
}

async function activeUnits(register: RegisterContext, officer: Officer): Promise<UnitRow[]> {
  return (await listUnits(register.db, officer)).filter(unit => unit.state === 'active');
}

// An agency with units of its own keeps them and gets no others; a demo that was broken off half-way is completed.
async function addUnits(register: RegisterContext, officer: Officer): Promise<string[]> {
  const present = (await listUnits(register.db, officer)).map(unit => unit.code);
  if (present.some(code => !UNITS.some(unit => unit.code === code))) return [];
  const missing = UNITS.filter(unit => !present.includes(unit.code));
  for (const unit of missing) done({ th: `หน่วยงาน ${unit.code}`, en: `Unit ${unit.code}` }, await addUnit(register, officer, unit));
  return missing.length === 0 ? [] : [`หน่วยงาน · units: ${missing.map(unit => `${unit.nameTh} ${unit.code}`).join(', ')}`];
}

async function addRules(register: RegisterContext, officer: Officer): Promise<string[]> {
  if ((await currentRules(register.db, officer)) !== null) return [];
  const text = await readFile(RULES, 'utf8');
  const parsed = parseRules(text);
  if (parsed.outcome === 'faults') throw new Error(`cli/demo/rules.yaml: ${parsed.faults[0]?.message.en}`);
  const codes = (await activeUnits(register, officer)).map(unit => unit.code);
  if (!parsed.rules.rules.flatMap(rule => rule.to).every(target => codes.includes(target.unit))) return [];
  done({ th: 'กฎการส่งต่อ', en: 'The rules' }, await saveRules(register, officer, { text }));
  return [`กฎการส่งต่อตัวอย่าง · sample routing rules: ${parsed.rules.rules.length}`];
}

async function addOfficers(register: RegisterContext, officer: Officer, agencyCode: string): Promise<string[]> {
  const accounts = await listAccounts(register.db, officer);
  if (accounts.some(account => account.role === 'unit' && !account.login.startsWith(DEMO_LOGIN))) return [];
  const logins: string[] = [];
  for (const unit of await activeUnits(register, officer)) {
    if (accounts.some(account => account.role === 'unit' && account.unitIds.includes(unit.id))) continue;
    // A login is one person's over all agencies.
    const taken = { login: `${DEMO_LOGIN}${unit.code}@${agencyCode}`, plain: `${DEMO_LOGIN}${unit.code}` };
    const input = { name: `เจ้าหน้าที่${unit.nameTh} (ตัวอย่าง)`, role: 'unit' as const, unitIds: [unit.id] };
    const plain = await addAccount(register, officer, { ...input, login: taken.plain });
    if (plain.outcome === 'done') logins.push(taken.plain);
    else {
      done({ th: `บัญชี ${taken.login}`, en: `User ${taken.login}` }, await addAccount(register, officer, { ...input, login: taken.login }));
      logins.push(taken.login);
    }
  }
  return logins.length === 0 ? [] : [`เจ้าหน้าที่ประจำหน่วยงาน · officers of units: ${logins.join(', ')}`];
}
