/** Units, people, tokens, rules, templates and the agency itself. */
import type { Database } from '../db/connect.ts';
import type { Officer, Role } from '../officer.ts';

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
  throw new Error(`not built yet ${String([db, officer])}`);
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
export async function listAccounts(db: Database, officer: Officer, filter: { unitId?: string } = {}): Promise<AccountRow[]> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
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
  throw new Error(`not built yet ${String([db, officer])}`);
}

export interface RuleSetRow {
  version: number;
  text: string;
  savedBy: string;
  savedAt: Date;
}

/** Null when the agency never saved rules. */
export async function currentRules(db: Database, officer: { agencyId: number }): Promise<RuleSetRow | null> {
  throw new Error(`not built yet ${String([db, officer])}`);
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
  throw new Error(`not built yet ${String([db, officer])}`);
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
  throw new Error(`not built yet ${String([db, officer])}`);
}

export interface AgencySummary extends Pick<AgencyDetail, 'id' | 'code' | 'nameTh' | 'nameEn' | 'state' | 'addresses' | 'createdAt'> {
  /** Entries of the running year, accounts, and bytes received: counts only, the provider reads no letters. */
  entries: number;
  accounts: number;
  bytes: number;
}

/** Empty for anybody but the provider. */
export async function listAgencies(db: Database, officer: Officer): Promise<AgencySummary[]> {
  throw new Error(`not built yet ${String([db, officer])}`);
}
