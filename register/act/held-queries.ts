/** SQL of the decisions about messages without a number. */
import type { Transaction } from '../db/connect.ts';
import type { RegisterName, Secrecy } from '../look/entry-row.ts';
import { visibleMessage } from '../look/visible.ts';
import type { Officer } from '../officer.ts';

export interface LockedMessage {
  id: string;
  disposition: 'entered' | 'notice' | 'held' | 'duplicate';
  heldState: 'waiting' | 'entered' | 'dismissed' | null;
  entryId: string | null;
  /** Of the entry, when there is one. */
  register: RegisterName | null;
  reason: string;
  subject: string;
  secrecy: Secrecy;
  attention: boolean;
}

/** Locks a message that the officer may see. Its row is the first lock of the act, as the entry's is elsewhere. */
export async function lockMessage(tx: Transaction, officer: Officer, messageId: string): Promise<LockedMessage | null> {
  const [row] = await tx<LockedMessage[]>`
    SELECT m.id, m.disposition, m.held_state AS "heldState", m.entry_id AS "entryId", e.register, m.reason, m.subject, m.secrecy, m.attention
    FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.id = ${messageId} AND ${visibleMessage(tx, officer)} FOR UPDATE OF m`;
  return row ?? null;
}

/** The last act that named a message in its detail: who held it back or let it in. */
export async function selectLastMessageAct(tx: Transaction, messageId: string): Promise<{ by: string; at: Date } | null> {
  const [row] = await tx<{ by: string; at: Date }[]>`
    SELECT actor_name AS by, at FROM act WHERE kind IN ('held-entered', 'held-dismissed', 'notice-entered', 'notice-settled') AND detail->>'messageId' = ${messageId}
    ORDER BY at DESC, ordinal DESC LIMIT 1`;
  return row ?? null;
}

export interface EntryFromMessage {
  entryId: string;
  register: RegisterName;
  year: number;
  enteredAt: Date;
  publicCode: string;
  urgency: string;
  secrecy: string;
}

/** The next number for a message that had none: the trigger entry_number gives it, as it does at the gateway. Reading begins anew, with an entry to fill. */
export async function enterMessage(tx: Transaction, messageId: string, entry: EntryFromMessage): Promise<{ number: number; year: number }> {
  const [row] = await tx<{ number: number; year: number }[]>`
    WITH entered AS (
      INSERT INTO entry (agency_id, id, register, year, message_id, received_at, entered_at, envelope_from, from_name, from_address, raw_sha256, public_code, subject, urgency, secrecy)
      SELECT agency_id, ${entry.entryId}, ${entry.register}, ${entry.year}, id, received_at, ${entry.enteredAt}, envelope_from, from_name, from_address, sha256, ${entry.publicCode},
             subject, ${entry.urgency}, ${entry.secrecy}
      FROM message WHERE id = ${messageId}
      RETURNING agency_id, id, number, year
    ), acknowledged AS (
      INSERT INTO acknowledgement (agency_id, entry_id) SELECT agency_id, id FROM entered
    ), marked AS (
      UPDATE message SET disposition = 'entered', held_state = CASE WHEN held_state IS NULL THEN NULL ELSE 'entered' END, entry_id = ${entry.entryId},
                         reading = 'waiting', attention = false
      WHERE id = ${messageId}
    )
    SELECT number, year FROM entered`;
  if (row === undefined) throw new Error(`message ${messageId} got no number`);
  return row;
}

export async function dismissMessage(tx: Transaction, messageId: string): Promise<void> {
  await tx`UPDATE message SET held_state = 'dismissed', attention = false WHERE id = ${messageId}`;
}

export async function settleMessage(tx: Transaction, messageId: string): Promise<void> {
  await tx`UPDATE message SET attention = false WHERE id = ${messageId}`;
}
