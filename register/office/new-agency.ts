/** A new agency: its row, its central address, its first administrator. For `saraban agency add` and for the first start. */
import { v7 as uuidv7 } from 'uuid';
import { insertAct } from '../act/queries.ts';
import { Checks } from '../checks.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { type Actor, inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import type { Fault } from '../officer.ts';
import { checkLogin, checkPassword } from './accounts.ts';
import { checkAddress, checkTimeZone } from './agency.ts';
import { hashPassword, newPassword } from './password.ts';
import { countAgencies, insertAccount, insertAddress, insertAgency } from './queries.ts';
import { checkCode } from './units.ts';

export interface NewAgency {
  code: string;
  nameTh: string;
  nameEn?: string | undefined;
  phone?: string | undefined;
  timeZone?: string | undefined;
  address: string;
  /** Login of the first administrator; 'admin' for the first agency, else 'admin@<code>' by default. */
  login?: string | undefined;
  /** Made and given back when missing. */
  password?: string | undefined;
}

export type AddAgencyOutcome =
  | { outcome: 'done'; agencyId: number; login: string; password: string | null }
  | { outcome: 'invalid'; faults: Fault[] };

/**
 * Adds an agency, its address and its first administrator, who is appointed: else nobody could see a classified letter, nor appoint anybody.
 * @param actor - who adds it: the command line, or the provider
 */
export async function addAgency(
  db: Database,
  agency: NewAgency,
  actor: Actor = THE_APPLIANCE,
  now: Date = new Date(),
): Promise<AddAgencyOutcome> {
  const checks = new Checks();
  try {
    return await inTransaction(db, async tx => {
      const first = (await countAgencies(tx)) === 0;
      return await add(tx, checks, { ...agency, login: agency.login ?? (first ? 'admin' : `admin@${agency.code}`) }, actor, now);
    });
  } catch (error) {
    // Taken back as a whole: an agency without its address or its administrator is of no use.
    if (error instanceof Refused && checks.invalid !== null) return checks.invalid;
    throw error;
  }
}

class Refused extends Error {}

async function add(
  tx: Transaction,
  checks: Checks,
  agency: NewAgency & { login: string },
  actor: Actor,
  now: Date,
): Promise<AddAgencyOutcome> {
  const code = checkCode(checks, agency.code);
  const nameTh = checks.text('nameTh', agency.nameTh, { most: 200, required: true });
  const nameEn = checks.text('nameEn', agency.nameEn, { most: 200 });
  const phone = checks.text('phone', agency.phone, { most: 100 });
  const timeZone = checkTimeZone(checks, agency.timeZone ?? 'Asia/Bangkok');
  const address = checkAddress(checks, agency.address);
  const login = checkLogin(checks, agency.login);
  const password = agency.password === undefined ? newPassword() : checkPassword(checks, agency.password, login);
  if (checks.invalid !== null) return checks.invalid;

  await useAgency(tx, 0, actor);
  const agencyId = await insertAgency(tx, code, { nameTh, nameEn, phone, timeZone });
  if (agencyId === null) return refuse(checks, 'code', 'มีส่วนราชการที่ใช้รหัสนี้แล้ว', 'Another agency has this code.');
  await useAgency(tx, agencyId, actor);
  if (!(await insertAddress(tx, agencyId, address))) return refuse(checks, 'address', 'ที่อยู่นี้มีผู้ใช้แล้ว', 'This address is taken.');
  const accountId = uuidv7();
  const account = {
    name: `ผู้ดูแลระบบ ${nameTh}`.slice(0, 200),
    email: '',
    role: 'administrator',
    language: 'th',
    appointed: true,
    state: 'active',
  } as const;
  const made = await insertAccount(tx, agencyId, accountId, login, await hashPassword(password), account);
  if (!made) return refuse(checks, 'login', 'มีผู้ใช้ชื่อนี้แล้ว', 'This login is taken.');
  const detail = { code, nameTh, nameEn, address, login, accountId };
  await insertAct(tx, { ...actor, agencyId }, now, { register: 'office', kind: 'agency-added', detail });
  return { outcome: 'done', agencyId, login, password: agency.password === undefined ? password : null };
}

function refuse(checks: Checks, field: string, th: string, en: string): never {
  checks.fault(field, th, en);
  throw new Refused(en);
}

export interface FirstAgencySettings {
  agencyName: string;
  address: string;
  timeZone: string;
  adminPassword: string | null;
}

/**
 * Adds the agency that the settings name when there is none at all; two processes that start at once add one. `password` is given when one
 * was made; it is shown once.
 * @throws Error when the settings cannot be an agency; config/settings.ts has checked them
 */
export async function ensureFirstAgency(
  db: Database,
  settings: FirstAgencySettings,
  now: Date = new Date(),
): Promise<{ created: boolean; login: 'admin'; password: string | null }> {
  return await inTransaction(db, async tx => {
    if ((await countAgencies(tx)) > 0) return { created: false, login: 'admin', password: null };
    const checks = new Checks();
    const agency = {
      code: codeOf(settings.address),
      nameTh: settings.agencyName,
      address: settings.address,
      timeZone: settings.timeZone,
      login: 'admin',
    };
    const added = await add(tx, checks, { ...agency, password: settings.adminPassword ?? undefined }, THE_APPLIANCE, now);
    if (added.outcome === 'invalid')
      throw new Error(`the first agency cannot be added: ${added.faults.map(fault => `${fault.field}: ${fault.message.en}`).join('; ')}`);
    return { created: true, login: 'admin', password: added.password };
  });
}

/** 'saraban@moph.go.th' → 'moph'. */
function codeOf(address: string): string {
  const label = address.split('@')[1]?.split('.')[0]?.toLowerCase() ?? '';
  const code = label
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+/, '')
    .slice(0, 63);
  return code === '' || code === 'provider' ? 'agency' : code;
}
