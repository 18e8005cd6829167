/** SQL of routing by hand and by rule: new routes, and what a unit does with its own. */
import type { Transaction } from '../db/connect.ts';
import type { LockedRoute } from './queries.ts';

export interface RecipientRow {
  unitId: string;
  /** Whether the unit is active. */
  active: boolean;
  /** Active accounts that belong to it. */
  accountIds: string[];
}

/** The units named, with who belongs to them; what does not exist is left out. */
export async function selectRecipients(tx: Transaction, unitIds: string[]): Promise<RecipientRow[]> {
  return await tx<RecipientRow[]>`
    SELECT u.id AS "unitId", u.state = 'active' AS active,
           ARRAY(SELECT a.id FROM account_unit au JOIN account a ON a.agency_id = au.agency_id AND a.id = au.account_id
                 WHERE au.agency_id = u.agency_id AND au.unit_id = u.id AND a.state = 'active') AS "accountIds"
    FROM unit u WHERE u.id = ANY(${unitIds}::uuid[])`;
}

export interface RouteToInsert {
  id: string;
  agencyId: number;
  entryId: string;
  unitId: string;
  accountId: string | null;
  purpose: 'action' | 'information';
  instruction: string;
  dueOn: string | null;
  rule: string | null;
  routedBy: string;
  routedAt: Date;
  passedOnFrom: string | null;
}

export async function insertRoute(tx: Transaction, route: RouteToInsert): Promise<void> {
  await tx`
    INSERT INTO route (agency_id, id, entry_id, unit_id, account_id, purpose, instruction, due_on, rule, routed_by, routed_at, passed_on_from)
    VALUES (${route.agencyId}, ${route.id}, ${route.entryId}, ${route.unitId}, ${route.accountId}, ${route.purpose}, ${route.instruction}, ${route.dueOn}::date,
            ${route.rule}, ${route.routedBy}, ${route.routedAt}, ${route.passedOnFrom})`;
}

/** The trigger keep_route gives the unit's number. */
export async function updateConfirmed(
  tx: Transaction,
  routeId: string,
  by: string,
  at: Date,
): Promise<{ unitNumber: number; unitYear: number }> {
  const [row] = await tx<{ unitNumber: number; unitYear: number }[]>`
    UPDATE route SET state = 'confirmed', confirmed_at = ${at}, confirmed_by = ${by} WHERE id = ${routeId}
    RETURNING unit_number AS "unitNumber", unit_year AS "unitYear"`;
  if (row === undefined) throw new Error(`route ${routeId} vanished under its lock`);
  return row;
}

export async function updateEnded(
  tx: Transaction,
  routeId: string,
  state: LockedRoute['state'],
  note: string,
  by: string,
  at: Date,
): Promise<void> {
  await tx`UPDATE route SET state = ${state}, note = ${note}, closed_at = ${at}, closed_by = ${by} WHERE id = ${routeId}`;
}

export async function updateNote(tx: Transaction, routeId: string, note: string): Promise<void> {
  await tx`UPDATE route SET note = ${note} WHERE id = ${routeId}`;
}
