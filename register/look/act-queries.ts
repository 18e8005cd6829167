/** SQL of the auditor's log. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { ActFilter, ActRow } from './acts.ts';

export async function selectActs(tx: Transaction, officer: Officer, filter: ActFilter): Promise<ActRow[]> {
  return await tx<ActRow[]>`
    SELECT a.register, a.ordinal, a.entry_id AS "entryId", e.number, e.year, a.route_id AS "routeId", a.kind, a.actor_id AS "actorId", a.actor_name AS "actorName", a.peer,
           a.at, a.detail, encode(a.hash, 'hex') AS hash, encode(a.previous_hash, 'hex') AS "previousHash"
    FROM act a LEFT JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id
    WHERE a.agency_id = ${officer.agencyId} AND a.register = ${filter.register}
      ${officer.appointed ? tx`` : tx`AND coalesce(e.secrecy, 'normal') = 'normal'`}
      ${filter.kind === undefined ? tx`` : tx`AND a.kind = ${filter.kind}`}
      ${filter.actorId === undefined ? tx`` : tx`AND a.actor_id = ${filter.actorId}`}
      ${filter.before === undefined ? tx`` : tx`AND a.ordinal < ${filter.before}`}
    ORDER BY a.ordinal DESC LIMIT ${filter.limit + 1}`;
}
