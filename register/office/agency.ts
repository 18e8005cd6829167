/** The agency itself: its name, its habits, its central addresses. */
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks } from '../checks.ts';
import { storable } from '../db/storable.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { deleteAddress, insertAddress, lockAgency, lockOffice, selectAddresses, updateAgency } from './queries.ts';

export interface AgencyChange {
  nameTh?: string | undefined;
  nameEn?: string | undefined;
  phone?: string | undefined;
  timeZone?: string | undefined;
  calendar?: 'buddhist' | 'gregory' | undefined;
  numerals?: 'arabic' | 'thai' | undefined;
  language?: 'th' | 'en' | undefined;
  /** Keys to set; null takes a key away; what is not named stays. */
  settings?: Record<string, unknown> | undefined;
}

const LARGEST_SETTINGS = 100_000;

/** Changes what is named. */
export async function changeAgency(context: RegisterContext, officer: Officer, input: AgencyChange): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-agency', async (tx, at) => {
    const before = await lockAgency(tx, officer.agencyId);
    if (before === null) return { outcome: 'not-found' };
    const checks = new Checks();
    const { hasEntries, ...agency } = before;
    if (input.nameTh !== undefined) agency.nameTh = checks.text('nameTh', input.nameTh, { most: 200, required: true });
    if (input.nameEn !== undefined) agency.nameEn = checks.text('nameEn', input.nameEn, { most: 200 });
    if (input.phone !== undefined) agency.phone = checks.text('phone', input.phone, { most: 100 });
    if (input.timeZone !== undefined) agency.timeZone = checkTimeZone(checks, input.timeZone);
    if (input.calendar !== undefined)
      agency.calendar = checks.oneOf('calendar', input.calendar, ['buddhist', 'gregory']) ?? before.calendar;
    if (input.numerals !== undefined) agency.numerals = checks.oneOf('numerals', input.numerals, ['arabic', 'thai']) ?? before.numerals;
    if (input.language !== undefined) agency.language = checks.oneOf('language', input.language, ['th', 'en']) ?? before.language;
    if (input.settings !== undefined) agency.settings = mergeSettings(checks, before.settings, input.settings);
    // The year is in every number: another era in mid-year would begin a second series of the same year.
    if (hasEntries && agency.calendar !== before.calendar) {
      checks.fault('calendar', 'เปลี่ยนศักราชไม่ได้ เพราะมีหนังสือลงทะเบียนแล้ว', 'The era cannot change: letters are entered already.');
    }
    if (checks.invalid !== null) return checks.invalid;
    await updateAgency(tx, officer.agencyId, agency);
    await insertAct(tx, officer, at, { register: 'office', kind: 'agency-changed', detail: { ...input } });
    return { outcome: 'done' };
  });
}

export function checkTimeZone(checks: Checks, value: unknown): string {
  const zone = checks.text('timeZone', value, { most: 100, required: true });
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    if (zone !== '') checks.fault('timeZone', 'ไม่รู้จักเขตเวลานี้', 'This time zone is not known.');
    return zone;
  }
}

function mergeSettings(checks: Checks, before: Record<string, unknown>, change: unknown): Record<string, unknown> {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    checks.fault('settings', 'ต้องเป็นคู่ชื่อและค่า', 'Must be names and values.');
    return before;
  }
  const merged = Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== null && value !== undefined));
  const text = JSON.stringify(merged, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value));
  if (text.length > LARGEST_SETTINGS) checks.fault('settings', 'การตั้งค่ายาวเกินไป', 'The settings are too long.');
  return JSON.parse(text) as Record<string, unknown>;
}

/** Adds a central address (clause 89/1); one address belongs to one agency. */
export async function addAddress(context: RegisterContext, officer: Officer, input: { address: string }): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-agency', async (tx, at) => {
    const checks = new Checks();
    const address = checkAddress(checks, input.address);
    if (checks.invalid !== null) return checks.invalid;
    if (!(await insertAddress(tx, officer.agencyId, address))) {
      checks.fault('address', 'ที่อยู่นี้มีผู้ใช้แล้ว', 'This address is taken.');
      return checks.invalid ?? { outcome: 'not-found' };
    }
    await insertAct(tx, officer, at, { register: 'office', kind: 'address-added', detail: { address } });
    return { outcome: 'done' };
  });
}

/** A mailbox without a tag: what follows a + is the sender's to choose. Lower case, as the gateway compares. */
export function checkAddress(checks: Checks, value: unknown): string {
  const address = checks.email('address', value, true).toLowerCase();
  if (address.split('@')[0]?.includes('+') === true) checks.fault('address', 'ที่อยู่ต้องไม่มีเครื่องหมาย +', 'The address must not contain +.');
  return address;
}

/** Takes a central address away; the last one stays, or no letter could reach the agency. */
export async function removeAddress(context: RegisterContext, officer: Officer, input: { address: string }): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-agency', async (tx, at) => {
    await lockOffice(tx, officer.agencyId);
    const addresses = await selectAddresses(tx, officer.agencyId);
    const address = typeof input.address === 'string' ? input.address.trim().toLowerCase() : '';
    if (!addresses.includes(address)) return { outcome: 'not-found' };
    const checks = new Checks();
    if (addresses.length === 1) checks.fault('address', 'ต้องมีที่อยู่กลางอย่างน้อยหนึ่งแห่ง', 'There must be at least one central address.');
    if (checks.invalid !== null) return checks.invalid;
    await deleteAddress(tx, officer.agencyId, address);
    await insertAct(tx, officer, at, { register: 'office', kind: 'address-removed', detail: { address } });
    return { outcome: 'done' };
  });
}
