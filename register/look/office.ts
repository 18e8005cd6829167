/** Units, people, tokens, rules, templates and the agency itself. */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import { inAgency, inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import { registerYear } from '../number.ts';
import type { Officer, Role } from '../officer.ts';
import { looking } from './entry-queries.ts';
import {
  selectAccounts,
  selectAgency,
  selectAgencyFigures,
  selectAgencyIds,
  selectNewestRules,
  selectNewestTemplates,
  selectTokens,
  selectUnits,
} from './office-queries.ts';

export interface UnitRow {
  id: string;
  parentId: string | null;
  code: string;
  nameTh: string;
  nameEn: string;
  email: string;
  state: 'active' | 'closed';
}

/** All units by name (Thai order); for choosing a recipient take those that are active. */
export async function listUnits(db: Database, officer: Officer): Promise<UnitRow[]> {
  return await looking(db, officer, selectUnits);
}

export interface AccountRow {
  id: string;
  login: string;
  name: string;
  email: string;
  role: Role;
  language: 'th' | 'en';
  appointed: boolean;
  state: 'active' | 'disabled';
  unitIds: string[];
  createdAt: Date;
}

/** 'manage-users' sees all of the agency; others only the active members of units, for choosing a recipient (without login and e-mail). */
export async function listAccounts(db: Database, officer: Officer, filter: { unitId?: string | undefined } = {}): Promise<AccountRow[]> {
  if (filter.unitId !== undefined && !isId(filter.unitId)) return [];
  const manages = may(officer, 'manage-users');
  const rows = await looking(db, officer, tx => selectAccounts(tx, { unitId: filter.unitId ?? null, membersOnly: !manages }));
  return manages ? rows : rows.map(row => ({ ...row, login: '', email: '' }));
}

export interface TokenRow {
  id: string;
  name: string;
  role: Role;
  unitIds: string[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** Empty for who may not manage tokens. */
export async function listTokens(db: Database, officer: Officer): Promise<TokenRow[]> {
  return may(officer, 'manage-tokens') ? await looking(db, officer, selectTokens) : [];
}

export interface RuleSetRow {
  version: number;
  text: string;
  savedBy: string;
  savedAt: Date;
}

/** Null when the agency never saved rules. */
export async function currentRules(db: Database, officer: { agencyId: number }): Promise<RuleSetRow | null> {
  return await inAgency(db, officer.agencyId, THE_APPLIANCE, selectNewestRules);
}

export interface TemplateRow {
  name: string;
  version: number;
  subject: string;
  bodyText: string;
  bodyHtml: string;
  savedBy: string;
  savedAt: Date;
}

/** The newest version of each template the agency saved; what is missing is the default in config/templates. */
export async function currentTemplates(db: Database, officer: { agencyId: number }): Promise<TemplateRow[]> {
  return await inAgency(db, officer.agencyId, THE_APPLIANCE, selectNewestTemplates);
}

export interface AgencyDetail {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  phone: string;
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  numerals: 'arabic' | 'thai';
  language: 'th' | 'en';
  state: 'active' | 'suspended' | 'left';
  settings: Record<string, unknown>;
  addresses: string[];
  createdAt: Date;
}

export async function getAgency(db: Database, officer: { agencyId: number }): Promise<AgencyDetail | null> {
  return await inAgency(db, officer.agencyId, THE_APPLIANCE, tx => selectAgency(tx, officer.agencyId));
}

export interface AgencySummary extends Pick<AgencyDetail, 'id' | 'code' | 'nameTh' | 'nameEn' | 'state' | 'addresses' | 'createdAt'> {
  /** Entries of the running year, accounts, and bytes received: counts only, the provider reads no letters. */
  entries: number;
  accounts: number;
  bytes: number;
}

/** Empty for anybody but the provider. */
export async function listAgencies(db: Database, officer: Officer, now: Date = new Date()): Promise<AgencySummary[]> {
  if (!may(officer, 'provider')) return [];
  return await inTransaction(db, async tx => {
    const agencies: AgencySummary[] = [];
    for (const id of await selectAgencyIds(tx)) {
      // The wall stands for the provider too: each agency is counted from within.
      await useAgency(tx, id, THE_APPLIANCE);
      const agency = await selectAgency(tx, id);
      if (agency === null) continue;
      const figures = await selectAgencyFigures(tx, registerYear(now, agency));
      const { code, nameTh, nameEn, state, addresses, createdAt } = agency;
      agencies.push({ id, code, nameTh, nameEn, state, addresses, createdAt, ...figures });
    }
    return agencies;
  });
}
