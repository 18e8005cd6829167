/** SQL of units, people, tokens, rules, templates and agencies: looking only. */
import type { Transaction } from '../db/connect.ts';
import type { AccountRow, AgencyDetail, RuleSetRow, TemplateRow, TokenRow, UnitRow } from './office.ts';

// Thai order for people; a column never has this collation, and no index does.
export async function selectUnits(tx: Transaction): Promise<UnitRow[]> {
  return await tx<UnitRow[]>`
    SELECT id, parent_id AS "parentId", code, name_th AS "nameTh", name_en AS "nameEn", email, state FROM unit ORDER BY name_th COLLATE "th-x-icu", code`;
}

export async function selectAccounts(tx: Transaction, filter: { unitId: string | null; membersOnly: boolean }): Promise<AccountRow[]> {
  return await tx<AccountRow[]>`
    SELECT a.id, a.login, a.name, a.email, a.role, a.language, a.appointed, a.state,
           ARRAY(SELECT au.unit_id FROM account_unit au WHERE au.agency_id = a.agency_id AND au.account_id = a.id ORDER BY au.unit_id) AS "unitIds", a.created_at AS "createdAt"
    FROM account a
    WHERE ${filter.membersOnly ? tx`a.state = 'active' AND EXISTS (SELECT FROM account_unit au WHERE au.agency_id = a.agency_id AND au.account_id = a.id)` : tx`true`}
      ${filter.unitId === null ? tx`` : tx`AND EXISTS (SELECT FROM account_unit au WHERE au.agency_id = a.agency_id AND au.account_id = a.id AND au.unit_id = ${filter.unitId})`}
    ORDER BY a.name COLLATE "th-x-icu", a.login`;
}

export async function selectTokens(tx: Transaction): Promise<TokenRow[]> {
  return await tx<TokenRow[]>`
    SELECT id, name, role, unit_ids AS "unitIds", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt" FROM token ORDER BY created_at DESC, id`;
}

export async function selectNewestRules(tx: Transaction): Promise<RuleSetRow | null> {
  const [row] = await tx<
    RuleSetRow[]
  >`SELECT version, text, saved_by AS "savedBy", saved_at AS "savedAt" FROM rule_set ORDER BY version DESC LIMIT 1`;
  return row ?? null;
}

export async function selectNewestTemplates(tx: Transaction): Promise<TemplateRow[]> {
  return await tx<TemplateRow[]>`
    SELECT DISTINCT ON (name) name, version, subject, body_text AS "bodyText", body_html AS "bodyHtml", saved_by AS "savedBy", saved_at AS "savedAt"
    FROM template ORDER BY name, version DESC`;
}

export async function selectAgency(tx: Transaction, agencyId: number): Promise<AgencyDetail | null> {
  const [row] = await tx<AgencyDetail[]>`
    SELECT id, code, name_th AS "nameTh", name_en AS "nameEn", phone, time_zone AS "timeZone", calendar, numerals, language, state, settings,
           ARRAY(SELECT address FROM address WHERE agency_id = g.id ORDER BY created_at, address) AS addresses, created_at AS "createdAt"
    FROM agency g WHERE id = ${agencyId}`;
  return row ?? null;
}

export async function selectAgencyIds(tx: Transaction): Promise<number[]> {
  return (await tx<{ id: number }[]>`SELECT id FROM agency WHERE id > 0 ORDER BY id`).map(row => row.id);
}

/** Of the agency the transaction works for. */
export async function selectAgencyFigures(tx: Transaction, year: number): Promise<{ entries: number; accounts: number; bytes: number }> {
  const [row] = await tx<{ entries: number; accounts: number; bytes: number }[]>`
    SELECT (SELECT coalesce(sum(last_number), 0)::integer FROM series WHERE series IN ('receive', 'receive-classified', 'send', 'send-classified') AND year = ${year}) AS entries,
           (SELECT count(*)::integer FROM account WHERE state = 'active') AS accounts,
           (SELECT coalesce(sum(size), 0)::bigint FROM message) AS bytes`;
  return row ?? { entries: 0, accounts: 0, bytes: 0 };
}
