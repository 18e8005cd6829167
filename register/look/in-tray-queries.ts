/** SQL of the in-tray. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { Cursor } from './cursor.ts';
import { type FlatRoute, routeColumns, routeJoins } from './entry-queries.ts';
import type { RouteState } from './entry-row.ts';
import type { InTrayRow } from './in-tray.ts';
import { visible } from './visible.ts';

export interface FlatTrayRow extends FlatRoute {
  entry: Omit<InTrayRow['entry'], 'receivedAt'>;
  receivedAt: Date;
}

export interface InTrayQuery {
  unitId: string | null;
  state: RouteState | 'open' | 'overdue';
  limit: number;
  before: Cursor | null;
  now: Date;
}

function stateIs(tx: Transaction, officer: Officer, query: InTrayQuery) {
  if (query.state === 'open') return tx`AND r.state IN ('waiting', 'confirmed')`;
  if (query.state !== 'overdue') return tx`AND r.state = ${query.state}`;
  return tx`AND r.state IN ('waiting', 'confirmed')
    AND coalesce(r.due_on, e.due_on) < (${query.now}::timestamptz AT TIME ZONE (SELECT g.time_zone FROM agency g WHERE g.id = ${officer.agencyId}))::date`;
}

/** A page and one row more, newest route first. Times inside `entry` would come back as text, so receivedAt is a column of its own. */
export async function selectInTray(tx: Transaction, officer: Officer, query: InTrayQuery): Promise<FlatTrayRow[]> {
  return await tx<FlatTrayRow[]>`
    SELECT ${routeColumns(tx)}, e.received_at AS "receivedAt",
      jsonb_build_object('id', e.id, 'register', e.register, 'year', e.year, 'number', e.number, 'state', e.state, 'subject', e.subject, 'letterNumber', e.letter_number,
        'letterDate', e.letter_date, 'fromName', e.from_name, 'fromAddress', e.from_address, 'fromAgency', e.from_agency, 'urgency', e.urgency, 'secrecy', e.secrecy,
        'dueOn', e.due_on, 'attachmentCount', e.attachment_count, 'version', e.version) AS entry
    FROM route r JOIN entry e ON e.agency_id = r.agency_id AND e.id = r.entry_id ${routeJoins(tx)}
    WHERE r.agency_id = ${officer.agencyId} AND ${visible(tx, officer)}
      ${officer.role === 'unit' ? tx`AND r.unit_id = ANY(${officer.unitIds}::uuid[])` : tx``}
      ${query.unitId === null ? tx`` : tx`AND r.unit_id = ${query.unitId}`}
      ${stateIs(tx, officer, query)}
      ${query.before === null ? tx`` : tx`AND (r.routed_at, r.id) < (${query.before.at}, ${query.before.id}::uuid)`}
    ORDER BY r.routed_at DESC, r.id DESC LIMIT ${query.limit + 1}`;
}
