/** `saraban user`: adds an officer's account, lists them, gives a new password to who has lost the old one. */

import { listAccounts, listUnits } from '../register/look/office.ts';
import { findAccount } from '../register/look/sign-in.ts';
import { addAccount, setPassword } from '../register/office/accounts.ts';
import type { Role } from '../register/officer.ts';
import { done } from './act-outcome.ts';
import { choiceOf, given, listOf, readArguments, runPart, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE } from './command.ts';
import { passwordLines } from './one-time-password.ts';
import { table } from './table.ts';
import { unitOfCode } from './unit-of-code.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

/** The first four are an agency's people; the provider's belong to no agency and read no letter. */
const ROLES: Role[] = ['administrator', 'saraban', 'unit', 'auditor', 'provider'];
const PROVIDER = { id: 0, code: 'provider' };

export async function user(args: string[], context: CommandContext): Promise<number> {
  return await runPart('user', { add, list, password }, args, context);
}

async function add(args: string[], context: CommandContext): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { agency: text, login: text, name: text, role: text, units: text, email: text, appointed: { type: 'boolean' } as const };
  const { values } = readArguments(args, options, { required: ['login', 'name', 'role'] });
  // As the register keeps it: a login is the same in capitals.
  const login = (textOf(values, 'login') ?? '').trim().toLowerCase();
  const role = choiceOf('--role', textOf(values, 'role') ?? '', ROLES);
  const codes = listOf(values, 'units');
  if (role === 'unit' && codes.length === 0) throw usage('--role unit ต้องระบุ --units ด้วย', 'an officer of a unit needs --units');
  const made = await withRegister(context.settings(), async register => {
    const { id, code } = role === 'provider' ? PROVIDER : await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(id);
    const units = codes.length === 0 ? [] : await listUnits(register.db, officer);
    const unitIds = codes.map(one => unitOfCode(units, '--units', one).id);
    const name = textOf(values, 'name') ?? '';
    const input = { login, name, role, unitIds, appointed: values.appointed === true, ...given(values, { email: 'email' }) };
    return {
      agencyCode: code,
      ...done({ th: `บัญชี ${login}`, en: `User ${login}` }, await addAccount(register, officer, input), { unitIds: 'units' }),
    };
  });
  const lines = [`เพิ่มบัญชี ${login} แล้ว · User ${login} added`, ...passwordLines(login, made.password)];
  context.answer(lines.join('\n'), { agency: made.agencyCode, login, role, id: made.accountId, password: made.password });
  return DONE;
}

async function list(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: { type: 'string' } });
  const { accounts, units } = await withRegister(context.settings(), async register => {
    const { id } = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(id);
    return { accounts: await listAccounts(register.db, officer), units: await listUnits(register.db, officer) };
  });
  const codes = new Map(units.map(unit => [unit.id, unit.code]));
  const items = accounts.map(account => ({ ...account, units: account.unitIds.map(id => codes.get(id) ?? id) }));
  const rows = items.map(one => [one.login, one.name, one.role, one.units.join(','), one.appointed ? 'yes' : '', one.state]);
  const head = ['ชื่อเข้าระบบ login', 'ชื่อ name', 'บทบาท role', 'หน่วยงาน units', 'แต่งตั้ง appointed', 'สถานะ state'];
  context.answer(table(head, rows, 'ยังไม่มีบัญชี · No user yet'), { items });
  return DONE;
}

/** A login is one person's over all agencies, so the agency need not be said. */
async function password(args: string[], context: CommandContext): Promise<number> {
  const { words } = readArguments(args, {}, { words: ['LOGIN'] });
  const login = words[0] ?? '';
  const made = await withRegister(context.settings(), async register => {
    const account = await findAccount(register.db, login);
    if (account === null) return done<{ password: string | null }>({ th: `บัญชี ${login}`, en: `User ${login}` }, { outcome: 'not-found' });
    return done(
      { th: `บัญชี ${login}`, en: `User ${login}` },
      await setPassword(register, officerAtTerminal(account.agencyId), { accountId: account.accountId }),
    );
  });
  const lines = [`ตั้งรหัสผ่านใหม่ของ ${login} แล้ว · New password for ${login}`, ...passwordLines(login, made.password)];
  context.answer(lines.join('\n'), { login, password: made.password });
  return DONE;
}
