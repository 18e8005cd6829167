/** SQL of the office pages: the chain of acts from above, versions of rules, ends of days in the agency's zone. */
import type { Database, Transaction } from '../../register/db/connect.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';

export type Chain = RegisterName | 'office';

export interface ChainHead {
  ordinal: number;
  hash: string;
  at: Date;
}

/** The newest link of a chain of acts; null before the first. */
export async function selectChainHead(tx: Transaction, chain: Chain): Promise<ChainHead | null> {
  const [row] = await tx<ChainHead[]>`
    SELECT last_number AS ordinal, encode(head_hash, 'hex') AS hash, last_at AS at FROM series
    WHERE agency_id = current_agency() AND series = ${`act:${chain}`} AND year = 0 AND last_number > 0`;
  return row ?? null;
}

/** The ordinal of the first act at or after a moment. Within a chain time never goes back, so all before it have lower ones. Null when there is none. */
export async function selectFirstOrdinalFrom(tx: Transaction, chain: Chain, at: Date): Promise<number | null> {
  const [row] = await tx<{ ordinal: number }[]>`
    SELECT coalesce((SELECT ordinal FROM act WHERE agency_id = current_agency() AND register = ${chain} AND at < ${at} ORDER BY ordinal DESC LIMIT 1), 0) + 1 AS ordinal`;
  return row?.ordinal ?? null;
}

/** Who and what appears among the newest acts of a chain: what the page offers to choose from. */
export async function selectRecentActors(tx: Transaction, chain: Chain): Promise<{ id: string; name: string }[]> {
  return await tx<{ id: string; name: string }[]>`
    SELECT DISTINCT ON (actor_id) actor_id AS id, actor_name AS name
    FROM (SELECT actor_id, actor_name, ordinal FROM act WHERE agency_id = current_agency() AND register = ${chain} ORDER BY ordinal DESC LIMIT 5000) recent
    WHERE actor_id IS NOT NULL ORDER BY actor_id, ordinal DESC`;
}

export async function selectRecentKinds(tx: Transaction, chain: Chain): Promise<string[]> {
  const rows = await tx<{ kind: string }[]>`
    SELECT DISTINCT kind FROM (SELECT kind FROM act WHERE agency_id = current_agency() AND register = ${chain} ORDER BY ordinal DESC LIMIT 5000) recent ORDER BY kind`;
  return rows.map(row => row.kind);
}

/** When a day of the agency begins. `day` is 'yyyy-mm-dd' and was checked. @param later - days added */
export async function selectBeginOfDay(db: Database | Transaction, day: string, timeZone: string, later = 0): Promise<Date> {
  const [row] = await db<{ at: Date }[]>`SELECT (${day}::date + ${later}::integer)::timestamp AT TIME ZONE ${timeZone} AS at`;
  if (row === undefined) throw new Error('no begin of day');
  return row.at;
}

export interface RuleVersion {
  version: number;
  savedBy: string;
  savedAt: Date;
}

export async function selectRuleVersions(tx: Transaction): Promise<RuleVersion[]> {
  return await tx<RuleVersion[]>`
    SELECT version, saved_by AS "savedBy", saved_at AS "savedAt" FROM rule_set WHERE agency_id = current_agency() ORDER BY version DESC LIMIT 50`;
}

export async function selectRuleText(tx: Transaction, version: number): Promise<string | null> {
  const [row] = await tx<{ text: string }[]>`SELECT text FROM rule_set WHERE agency_id = current_agency() AND version = ${version}`;
  return row?.text ?? null;
}
