/** SQL that lists and single letters share: the columns of a row, and the routes of the rows. */
import type { Database, Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { Officer } from '../officer.ts';
import type { EntryRow, RouteDetail } from './entry-row.ts';

/** Looks as an officer: one transaction that sees the rows of the officer's agency alone. */
export async function looking<T>(db: Database, officer: Officer, look: (tx: Transaction) => Promise<T>): Promise<T> {
  return await inAgency(db, officer.agencyId, officer, look);
}

/** Columns of an EntryRow but its routes. Aliases: entry `e`, message `m`, acknowledgement `k`, the earlier letter `d`. */
export function entryColumns(tx: Transaction) {
  return tx`
    e.id, e.register, e.year, e.number, e.state, e.state_reason AS "stateReason", e.received_at AS "receivedAt", e.entered_at AS "enteredAt", e.from_name AS "fromName",
    e.from_address AS "fromAddress", e.from_agency AS "fromAgency", e.subject, e.letter_number AS "letterNumber", e.letter_date AS "letterDate", e.urgency, e.secrecy, e.circular,
    e.attachment_count AS "attachmentCount", e.attachment_bytes AS "attachmentBytes", e.confirmed_at AS "confirmedAt", e.confirmed_by AS "confirmedBy", e.due_on AS "dueOn",
    e.duplicate_state AS "duplicateState", e.duplicate_reason AS "duplicateReason", coalesce(m.scan, 'none') AS scan, e.version, coalesce(m.trust, '{}') AS trust, coalesce(m.reading, 'done') AS reading,
    coalesce(k.state, 'refused') AS "ackState", coalesce(k.reason, '') AS "ackReason", k.sent_at AS "ackSentAt",
    d.id AS "duplicateId", d.number AS "duplicateNumber", d.year AS "duplicateYear", d.register AS "duplicateRegister"`;
}

/** That a letter looks like a classified one is told to appointed persons alone: the link would name the other's number (I10). */
export function entryJoins(tx: Transaction, officer: Officer) {
  const seen = officer.appointed ? tx`` : tx`AND d.secrecy = 'normal'`;
  return tx`
    LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    LEFT JOIN acknowledgement k ON k.agency_id = e.agency_id AND k.entry_id = e.id
    LEFT JOIN entry d ON d.agency_id = e.agency_id AND d.id = e.possible_duplicate_of ${seen}`;
}

export interface FlatEntryRow extends Omit<EntryRow, 'routes' | 'acknowledgement' | 'duplicateOf'> {
  ackState: EntryRow['acknowledgement']['state'];
  ackReason: string;
  ackSentAt: Date | null;
  duplicateId: string | null;
  duplicateNumber: number | null;
  duplicateYear: number | null;
  duplicateRegister: EntryRow['register'] | null;
}

export function shapeEntry(flat: FlatEntryRow, routes: RouteDetail[]): EntryRow {
  const { ackState, ackReason, ackSentAt, duplicateId, duplicateNumber, duplicateYear, duplicateRegister, ...row } = flat;
  const duplicateOf =
    duplicateId === null || duplicateNumber === null || duplicateYear === null || duplicateRegister === null
      ? null
      : { id: duplicateId, register: duplicateRegister, number: duplicateNumber, year: duplicateYear };
  return {
    ...row,
    acknowledgement: { state: ackState, reason: ackReason, sentAt: ackSentAt },
    duplicateOf,
    routes: routes.map(({ id, unitId, unitNameTh, unitNameEn, officerName, purpose, state, rule, confirmedAt, confirmedBy }) => ({
      id,
      unitId,
      unitNameTh,
      unitNameEn,
      officerName,
      purpose,
      state,
      rule,
      confirmedAt,
      confirmedBy,
    })),
  };
}

export type FlatRoute = Omit<RouteDetail, 'mine'> & { entryId: string };

/** Columns of a FlatRoute. Aliases: route `r`, unit `u`, account `a`. */
export function routeColumns(tx: Transaction) {
  return tx`
    r.id, r.entry_id AS "entryId", r.unit_id AS "unitId", u.name_th AS "unitNameTh", u.name_en AS "unitNameEn", a.name AS "officerName", r.purpose, r.state, r.rule,
    r.confirmed_at AS "confirmedAt", r.confirmed_by AS "confirmedBy", r.account_id AS "accountId", r.instruction, r.due_on AS "dueOn", r.routed_by AS "routedBy",
    r.routed_at AS "routedAt", r.passed_on_from AS "passedOnFrom", r.unit_number AS "unitNumber", r.unit_year AS "unitYear", r.closed_at AS "closedAt",
    r.closed_by AS "closedBy", r.note, r.version`;
}

export function routeJoins(tx: Transaction) {
  return tx`
    JOIN unit u ON u.agency_id = r.agency_id AND u.id = r.unit_id
    LEFT JOIN account a ON a.agency_id = r.agency_id AND a.id = r.account_id`;
}

/** The routes of some entries, oldest first, by entry. */
export async function selectRoutes(tx: Transaction, entryIds: string[]): Promise<Map<string, FlatRoute[]>> {
  const rows =
    entryIds.length === 0
      ? []
      : await tx<
          FlatRoute[]
        >`SELECT ${routeColumns(tx)} FROM route r ${routeJoins(tx)} WHERE r.entry_id = ANY(${entryIds}::uuid[]) ORDER BY r.routed_at, r.id`;
  return Map.groupBy(rows, row => row.entryId);
}
