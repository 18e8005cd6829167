/** SQL of units, people, tokens and the agency: changing. */
import type { Transaction } from '../db/connect.ts';
import type { Role } from '../officer.ts';

/** Changes to the office of one agency wait for each other: checks such as "the last administrator stays" hold until the commit. */
export async function lockOffice(tx: Transaction, agencyId: number): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(25690002, ${agencyId})`;
}

export interface UnitToSave {
  parentId: string | null;
  nameTh: string;
  nameEn: string;
  email: string;
  state: 'active' | 'closed';
}

/** @returns false when the code is taken */
export async function insertUnit(tx: Transaction, agencyId: number, id: string, code: string, unit: UnitToSave): Promise<boolean> {
  const rows = await tx`
    INSERT INTO unit (agency_id, id, parent_id, code, name_th, name_en, email, state)
    VALUES (${agencyId}, ${id}, ${unit.parentId}, ${code}, ${unit.nameTh}, ${unit.nameEn}, ${unit.email}, ${unit.state}) ON CONFLICT DO NOTHING RETURNING id`;
  return rows.length === 1;
}

export async function selectUnit(tx: Transaction, unitId: string): Promise<UnitToSave | null> {
  const [row] = await tx<UnitToSave[]>`
    SELECT parent_id AS "parentId", name_th AS "nameTh", name_en AS "nameEn", email, state FROM unit WHERE id = ${unitId} FOR UPDATE`;
  return row ?? null;
}

export async function updateUnit(tx: Transaction, unitId: string, unit: UnitToSave): Promise<void> {
  await tx`
    UPDATE unit SET parent_id = ${unit.parentId}, name_th = ${unit.nameTh}, name_en = ${unit.nameEn}, email = ${unit.email}, state = ${unit.state} WHERE id = ${unitId}`;
}

/** The unit and everything above it. A unit that lay beneath itself would be found here. */
export async function selectAncestors(tx: Transaction, unitId: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    WITH RECURSIVE up AS (
      SELECT id, parent_id FROM unit WHERE id = ${unitId}
      UNION SELECT u.id, u.parent_id FROM unit u JOIN up ON u.id = up.parent_id
    ) SELECT id FROM up`;
  return rows.map(row => row.id);
}

export async function countOpenRoutes(tx: Transaction, unitId: string): Promise<number> {
  const [row] = await tx<
    { open: number }[]
  >`SELECT count(*)::integer AS open FROM route WHERE unit_id = ${unitId} AND state IN ('waiting', 'confirmed')`;
  return row?.open ?? 0;
}

export async function selectActiveUnits(tx: Transaction, unitIds: string[]): Promise<string[]> {
  return (await tx<{ id: string }[]>`SELECT id FROM unit WHERE id = ANY(${unitIds}::uuid[]) AND state = 'active'`).map(row => row.id);
}

export interface AccountToSave {
  name: string;
  email: string;
  role: Role;
  language: 'th' | 'en';
  appointed: boolean;
  state: 'active' | 'disabled';
}

/** @returns false when the login is taken, in whatever agency */
export async function insertAccount(
  tx: Transaction,
  agencyId: number,
  id: string,
  login: string,
  passwordHash: string,
  account: AccountToSave,
): Promise<boolean> {
  const rows = await tx`
    INSERT INTO account (agency_id, id, login, name, email, role, password_hash, language, appointed, state)
    VALUES (${agencyId}, ${id}, ${login}, ${account.name}, ${account.email}, ${account.role}, ${passwordHash}, ${account.language}, ${account.appointed}, ${account.state})
    ON CONFLICT DO NOTHING RETURNING id`;
  return rows.length === 1;
}

export interface LockedAccount extends AccountToSave {
  login: string;
  passwordHash: string;
  unitIds: string[];
}

export async function lockAccount(tx: Transaction, accountId: string): Promise<LockedAccount | null> {
  const [row] = await tx<LockedAccount[]>`
    SELECT a.login, a.name, a.email, a.role, a.language, a.appointed, a.state, a.password_hash AS "passwordHash",
           ARRAY(SELECT au.unit_id FROM account_unit au WHERE au.agency_id = a.agency_id AND au.account_id = a.id) AS "unitIds"
    FROM account a WHERE a.id = ${accountId} FOR UPDATE`;
  return row ?? null;
}

export async function updateAccount(tx: Transaction, accountId: string, account: AccountToSave): Promise<void> {
  await tx`
    UPDATE account SET name = ${account.name}, email = ${account.email}, role = ${account.role}, language = ${account.language}, appointed = ${account.appointed},
      state = ${account.state} WHERE id = ${accountId}`;
}

export async function replaceUnits(tx: Transaction, agencyId: number, accountId: string, unitIds: string[]): Promise<void> {
  await tx`DELETE FROM account_unit WHERE account_id = ${accountId}`;
  await tx`INSERT INTO account_unit (agency_id, account_id, unit_id) SELECT ${agencyId}, ${accountId}, unnest(${unitIds}::uuid[])`;
}

/** Active accounts of a role that keep the office open: administrators, or the provider's own. */
export async function countKeepers(tx: Transaction, role: Role): Promise<number> {
  const [row] = await tx<{ keepers: number }[]>`SELECT count(*)::integer AS keepers FROM account WHERE role = ${role} AND state = 'active'`;
  return row?.keepers ?? 0;
}

export async function updatePassword(tx: Transaction, accountId: string, passwordHash: string): Promise<void> {
  await tx`UPDATE account SET password_hash = ${passwordHash} WHERE id = ${accountId}`;
}

export interface TokenToInsert {
  agencyId: number;
  id: string;
  name: string;
  sha256: Buffer;
  role: Role;
  unitIds: string[];
  expiresAt: Date | null;
}

export async function insertToken(tx: Transaction, token: TokenToInsert): Promise<void> {
  await tx`
    INSERT INTO token (agency_id, id, name, token_sha256, role, unit_ids, expires_at)
    VALUES (${token.agencyId}, ${token.id}, ${token.name}, ${token.sha256}, ${token.role}, ${token.unitIds}::uuid[], ${token.expiresAt})`;
}

/** @returns the token's name; null when there is none of this id that still works */
export async function updateRevoked(tx: Transaction, tokenId: string, at: Date): Promise<string | null> {
  const [row] = await tx<
    { name: string }[]
  >`UPDATE token SET revoked_at = ${at} WHERE id = ${tokenId} AND revoked_at IS NULL RETURNING name`;
  return row?.name ?? null;
}

export interface AgencyToSave {
  nameTh: string;
  nameEn: string;
  phone: string;
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  numerals: 'arabic' | 'thai';
  language: 'th' | 'en';
  settings: Record<string, unknown>;
}

export async function lockAgency(tx: Transaction, agencyId: number): Promise<(AgencyToSave & { hasEntries: boolean }) | null> {
  const [row] = await tx<(AgencyToSave & { hasEntries: boolean })[]>`
    SELECT name_th AS "nameTh", name_en AS "nameEn", phone, time_zone AS "timeZone", calendar, numerals, language, settings,
           EXISTS (SELECT FROM series WHERE series IN ('receive', 'receive-classified', 'send', 'send-classified')) AS "hasEntries"
    FROM agency WHERE id = ${agencyId} FOR UPDATE`;
  return row ?? null;
}

export async function updateAgency(tx: Transaction, agencyId: number, agency: AgencyToSave): Promise<void> {
  await tx`
    UPDATE agency SET name_th = ${agency.nameTh}, name_en = ${agency.nameEn}, phone = ${agency.phone}, time_zone = ${agency.timeZone}, calendar = ${agency.calendar},
      numerals = ${agency.numerals}, language = ${agency.language}, settings = ${tx.json(agency.settings as never)} WHERE id = ${agencyId}`;
}

/** @returns the new agency's id; null when the code is taken. The transaction works for agency 0. */
export async function insertAgency(
  tx: Transaction,
  code: string,
  agency: Pick<AgencyToSave, 'nameTh' | 'nameEn' | 'phone' | 'timeZone'>,
): Promise<number | null> {
  const [row] = await tx<{ id: number }[]>`
    INSERT INTO agency (code, name_th, name_en, phone, time_zone) VALUES (${code}, ${agency.nameTh}, ${agency.nameEn}, ${agency.phone}, ${agency.timeZone})
    ON CONFLICT DO NOTHING RETURNING id`;
  return row?.id ?? null;
}

/** Another start of the program at the same moment waits here. */
export async function countAgencies(tx: Transaction): Promise<number> {
  await tx`SELECT pg_advisory_xact_lock(25690003)`;
  const [row] = await tx<{ agencies: number }[]>`SELECT count(*)::integer AS agencies FROM agency WHERE id > 0`;
  return row?.agencies ?? 0;
}

/** @returns false when the address belongs to an agency already */
export async function insertAddress(tx: Transaction, agencyId: number, address: string): Promise<boolean> {
  const rows = await tx`INSERT INTO address (agency_id, address) VALUES (${agencyId}, ${address}) ON CONFLICT DO NOTHING RETURNING address`;
  return rows.length === 1;
}

export async function selectAddresses(tx: Transaction, agencyId: number): Promise<string[]> {
  return (await tx<{ address: string }[]>`SELECT address FROM address WHERE agency_id = ${agencyId} ORDER BY address`).map(
    row => row.address,
  );
}

export async function deleteAddress(tx: Transaction, agencyId: number, address: string): Promise<void> {
  await tx`DELETE FROM address WHERE agency_id = ${agencyId} AND address = ${address}`;
}

export async function lockAgencyState(
  tx: Transaction,
  code: string,
): Promise<{ id: number; state: 'active' | 'suspended' | 'left' } | null> {
  const [row] = await tx<
    { id: number; state: 'active' | 'suspended' | 'left' }[]
  >`SELECT id, state FROM agency WHERE code = ${code} AND id > 0 FOR UPDATE`;
  return row ?? null;
}

export async function updateAgencyState(tx: Transaction, agencyId: number, state: 'active' | 'suspended'): Promise<void> {
  await tx`UPDATE agency SET state = ${state} WHERE id = ${agencyId}`;
}
