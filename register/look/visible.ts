/**
 * Which letters an officer sees, as one SQL fragment used by every statement of register/look and register/act that touches an entry.
 * Classified letters: appointed persons alone (I10); the classified register as a book is closed to the others, too (look/entries.ts). Unit officers: letters routed to one of their units; one that was withdrawn
 * before the unit had given it a number is theirs no more. The provider: none.
 */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';

/** A condition on the entry aliased `e`. */
export function visible(tx: Transaction, officer: Officer) {
  const open = officer.appointed ? tx`` : tx`AND e.secrecy = 'normal'`;
  if (officer.role === 'provider') return tx`false`;
  if (officer.role !== 'unit') return tx`e.agency_id = ${officer.agencyId} ${open}`;
  return tx`e.agency_id = ${officer.agencyId} ${open} AND EXISTS (
    SELECT FROM route own WHERE own.agency_id = e.agency_id AND own.entry_id = e.id AND own.unit_id = ANY(${officer.unitIds}::uuid[])
      AND (own.state <> 'withdrawn' OR own.unit_number IS NOT NULL))`;
}

/**
 * A condition on the message aliased `m`, whose entry (or none) is joined as `e`. A message that is held or a notice is classified
 * when its head or its reading says so.
 */
export function visibleMessage(tx: Transaction, officer: Officer) {
  if (officer.role === 'provider') return tx`false`;
  if (officer.role === 'unit') return tx`m.agency_id = ${officer.agencyId} AND e.id IS NOT NULL AND ${visible(tx, officer)}`;
  if (officer.appointed) return tx`m.agency_id = ${officer.agencyId}`;
  return tx`m.agency_id = ${officer.agencyId} AND coalesce(e.secrecy, 'normal') = 'normal' AND m.secrecy = 'normal' AND m.reason <> 'top-secret'`;
}
