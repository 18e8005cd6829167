/** SQL of signing in. find_account and find_token look past row-level security at one row each, by one key. */
import type { Transaction } from '../db/connect.ts';
import type { Role } from '../officer.ts';

export interface FoundRow {
  agencyId: number;
  id: string;
  passwordHash: string;
  state: string;
  agencyState: string;
}

export async function findAccountRow(tx: Transaction, login: string): Promise<FoundRow | null> {
  const [row] = await tx<FoundRow[]>`
    SELECT agency_id AS "agencyId", id, password_hash AS "passwordHash", state, agency_state AS "agencyState" FROM find_account(${login})`;
  return row ?? null;
}

export interface OfficerRow {
  id: string;
  name: string;
  role: Role;
  appointed: boolean;
  unitIds: string[];
  passwordHash: string;
}

/** An active account of an active agency. */
export async function selectOfficer(tx: Transaction, accountId: string): Promise<OfficerRow | null> {
  const [row] = await tx<OfficerRow[]>`
    SELECT a.id, a.name, a.role, a.appointed, a.password_hash AS "passwordHash",
           ARRAY(SELECT au.unit_id FROM account_unit au WHERE au.agency_id = a.agency_id AND au.account_id = a.id) AS "unitIds"
    FROM account a JOIN agency g ON g.id = a.agency_id WHERE a.id = ${accountId} AND a.state = 'active' AND g.state = 'active'`;
  return row ?? null;
}

export async function findTokenRow(
  tx: Transaction,
  sha256: Buffer,
  now: Date,
): Promise<{ agencyId: number; id: string; name: string; role: Role } | null> {
  const [row] = await tx<{ agencyId: number; id: string; name: string; role: Role }[]>`
    SELECT agency_id AS "agencyId", id, name, role FROM find_token(${sha256}, ${now})`;
  return row ?? null;
}

export async function selectTokenUnits(tx: Transaction, tokenId: string): Promise<string[]> {
  const [row] = await tx<{ unitIds: string[] }[]>`SELECT unit_ids AS "unitIds" FROM token WHERE id = ${tokenId}`;
  return row?.unitIds ?? [];
}
