/** Accounts of people. An account is never deleted, for its name stands in the acts; it is disabled. */
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import type { ActOutcome, Officer, RegisterContext, Role } from '../officer.ts';
import { hashPassword, LONGEST_PASSWORD, newPassword, passwordMatches, SHORTEST_PASSWORD } from './password.ts';
import {
  countKeepers,
  insertAccount,
  lockAccount,
  lockOffice,
  replaceUnits,
  selectActiveUnits,
  updateAccount,
  updatePassword,
} from './queries.ts';

export interface NewAccount {
  login: string;
  name: string;
  email?: string | undefined;
  role: Role;
  unitIds?: string[] | undefined;
  appointed?: boolean | undefined;
  language?: 'th' | 'en' | undefined;
  password?: string | undefined;
}

/** Adds an account. Without a password one is made and given back, once. A login is one person in the whole appliance, whatever the agency. */
export async function addAccount(
  context: RegisterContext,
  officer: Officer,
  input: NewAccount,
): Promise<ActOutcome<{ accountId: string; password: string | null }>> {
  return await actInOffice<{ accountId: string; password: string | null }>(context, officer, 'manage-users', async (tx, at) => {
    await lockOffice(tx, officer.agencyId);
    const checks = new Checks();
    const login = checkLogin(checks, input.login);
    const role = checks.oneOf('role', input.role, rolesOf(officer.agencyId));
    const account = {
      name: checks.text('name', input.name, { most: 200, required: true }),
      email: checks.email('email', input.email),
      role: role ?? 'unit',
      language: input.language === undefined ? ('th' as const) : (checks.oneOf('language', input.language, ['th', 'en']) ?? 'th'),
      appointed: input.appointed === undefined ? false : checks.flag('appointed', input.appointed),
      state: 'active' as const,
    };
    const unitIds = await checkUnits(tx, checks, input.unitIds ?? [], role);
    const password = input.password === undefined ? newPassword() : checkPassword(checks, input.password, login);
    if (checks.invalid !== null) return checks.invalid;
    const accountId = uuidv7();
    if (!(await insertAccount(tx, officer.agencyId, accountId, login, await hashPassword(password), account))) {
      checks.fault('login', 'มีผู้ใช้ชื่อนี้แล้ว', 'This login is taken.');
      return checks.invalid ?? { outcome: 'not-found' };
    }
    await replaceUnits(tx, officer.agencyId, accountId, unitIds);
    await insertAct(tx, officer, at, { register: 'office', kind: 'account-added', detail: { accountId, login, ...account, unitIds } });
    return { outcome: 'done', accountId, password: input.password === undefined ? password : null };
  });
}

/** Agency 0 is the provider: its people are providers, and nobody else is. */
function rolesOf(agencyId: number): Role[] {
  return agencyId === 0 ? ['provider'] : ['administrator', 'saraban', 'unit', 'auditor'];
}

export function checkLogin(checks: Checks, value: unknown): string {
  const login = checks.text('login', value, { most: 120, required: true }).toLowerCase();
  if (login !== '' && !/^[^\s]{2,120}$/.test(login))
    checks.fault('login', 'ต้องมี 2 ถึง 120 ตัวอักษร ไม่เว้นวรรค', 'Must have 2 to 120 characters, no blanks.');
  return login;
}

export function checkPassword(checks: Checks, value: unknown, login: string): string {
  const password = typeof value === 'string' ? value : '';
  if ([...password].length < SHORTEST_PASSWORD) {
    checks.fault('password', `ต้องยาวอย่างน้อย ${SHORTEST_PASSWORD} ตัวอักษร`, `Must have at least ${SHORTEST_PASSWORD} characters.`);
  } else if (password.length > LONGEST_PASSWORD) {
    checks.fault('password', `ต้องยาวไม่เกิน ${LONGEST_PASSWORD} ตัวอักษร`, `Must have at most ${LONGEST_PASSWORD} characters.`);
  } else if (password.toLowerCase() === login) {
    checks.fault('password', 'รหัสผ่านต้องไม่ใช่ชื่อผู้ใช้', 'The password must not be the login.');
  }
  return password;
}

async function checkUnits(tx: Transaction, checks: Checks, unitIds: unknown, role: Role | null): Promise<string[]> {
  const wanted = Array.isArray(unitIds) ? [...new Set(unitIds.filter(isId).map(id => id.toLowerCase()))] : [];
  if (!Array.isArray(unitIds) || unitIds.some(id => !isId(id)) || (await selectActiveUnits(tx, wanted)).length !== wanted.length) {
    checks.fault('unitIds', 'มีหน่วยงานที่ไม่มีอยู่หรือปิดไปแล้ว', 'One of the units does not exist or is closed.');
  } else if (role === 'unit' && wanted.length === 0) {
    checks.fault('unitIds', 'เจ้าหน้าที่หน่วยงานต้องอยู่ในหน่วยงานอย่างน้อยหนึ่งแห่ง', 'A unit officer must belong to at least one unit.');
  }
  return wanted;
}

export interface AccountChange {
  accountId: string;
  name?: string | undefined;
  email?: string | undefined;
  role?: Role | undefined;
  unitIds?: string[] | undefined;
  appointed?: boolean | undefined;
  language?: 'th' | 'en' | undefined;
  state?: 'active' | 'disabled' | undefined;
}

/** Changes an account; the last active administrator stays one. */
export async function changeAccount(context: RegisterContext, officer: Officer, input: AccountChange): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-users', async (tx, at) => {
    await lockOffice(tx, officer.agencyId);
    const before = isId(input.accountId) ? await lockAccount(tx, input.accountId) : null;
    if (before === null) return { outcome: 'not-found' };
    const checks = new Checks();
    const { login: _login, passwordHash: _hash, unitIds: unitsBefore, ...account } = before;
    if (input.name !== undefined) account.name = checks.text('name', input.name, { most: 200, required: true });
    if (input.email !== undefined) account.email = checks.email('email', input.email);
    if (input.role !== undefined) account.role = checks.oneOf('role', input.role, rolesOf(officer.agencyId)) ?? before.role;
    if (input.language !== undefined) account.language = checks.oneOf('language', input.language, ['th', 'en']) ?? before.language;
    if (input.appointed !== undefined) account.appointed = checks.flag('appointed', input.appointed);
    if (input.state !== undefined) account.state = checks.oneOf('state', input.state, ['active', 'disabled']) ?? before.state;
    const unitIds =
      input.unitIds === undefined && account.role === before.role
        ? unitsBefore
        : await checkUnits(tx, checks, input.unitIds ?? unitsBefore, account.role);
    const keeper = rolesOf(officer.agencyId)[0] as Role;
    const leaves = before.role === keeper && before.state === 'active' && (account.role !== keeper || account.state !== 'active');
    if (leaves && (await countKeepers(tx, keeper)) <= 1) {
      checks.fault(account.role === keeper ? 'state' : 'role', 'ต้องมีผู้ดูแลระบบอย่างน้อยหนึ่งคน', 'There must be at least one administrator.');
    }
    if (checks.invalid !== null) return checks.invalid;
    await updateAccount(tx, input.accountId, account);
    await replaceUnits(tx, officer.agencyId, input.accountId, unitIds);
    const detail = { accountId: input.accountId.toLowerCase(), login: before.login, ...account, unitIds };
    await insertAct(tx, officer, at, { register: 'office', kind: 'account-changed', detail });
    return { outcome: 'done' };
  });
}

export interface PasswordInput {
  accountId: string;
  password?: string | undefined;
  oldPassword?: string | undefined;
}

/**
 * Sets a password: one's own with the old one, anybody's of the agency with manage-users. Without `password` one is made and given back, once.
 * The sessions that stand end with it (sign-in.ts, stamp).
 */
export async function setPassword(
  context: RegisterContext,
  officer: Officer,
  input: PasswordInput,
): Promise<ActOutcome<{ password: string | null }>> {
  return await actInOffice<{ password: string | null }>(context, officer, null, async (tx, at) => {
    const own = officer.id !== null && isId(input.accountId) && officer.id === input.accountId.toLowerCase();
    const account = isId(input.accountId) && (own || may(officer, 'manage-users')) ? await lockAccount(tx, input.accountId) : null;
    if (account === null) return may(officer, 'manage-users') || own ? { outcome: 'not-found' } : { outcome: 'forbidden' };
    const checks = new Checks();
    // One's own also as an administrator: a session left open must not be enough to take the account over.
    if (own && !(typeof input.oldPassword === 'string' && (await passwordMatches(account.passwordHash, input.oldPassword)))) {
      checks.fault('oldPassword', 'รหัสผ่านเดิมไม่ถูกต้อง', 'The old password is not right.');
    }
    const password = input.password === undefined ? newPassword() : checkPassword(checks, input.password, account.login);
    if (checks.invalid !== null) return checks.invalid;
    await updatePassword(tx, input.accountId, await hashPassword(password));
    await insertAct(tx, officer, at, {
      register: 'office',
      kind: 'password-set',
      detail: { accountId: input.accountId.toLowerCase(), login: account.login },
    });
    return { outcome: 'done', password: input.password === undefined ? password : null };
  });
}
