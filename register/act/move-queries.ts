/** SQL of the move into the classified register. */
import type { Transaction } from '../db/connect.ts';

export interface NewNumber {
  entryId: string;
  year: number;
  enteredAt: Date;
  publicCode: string;
  /** Written below the remark the letter had. */
  remark: string;
}

/**
 * The next number of the classified register for the letter of a cancelled entry: the same message, the same facts and sender, confirmed if it was. The trigger
 * entry_number refuses anything else under `moved_from`.
 */
export async function insertMoved(tx: Transaction, from: string, to: NewNumber): Promise<{ number: number; year: number }> {
  const [row] = await tx<{ number: number; year: number }[]>`
    INSERT INTO entry (agency_id, id, register, year, message_id, moved_from, received_at, entered_at, envelope_from, from_name, from_address, raw_sha256, public_code,
                       subject, addressee, from_agency, letter_number, letter_date, urgency, secrecy, circular, kind, due_on, guesses, remark,
                       state, confirmed_at, confirmed_by, attachment_count, attachment_bytes)
    SELECT agency_id, ${to.entryId}, 'receive-classified', ${to.year}, message_id, id, received_at, ${to.enteredAt}, envelope_from, from_name, from_address, raw_sha256,
           ${to.publicCode}, subject, addressee, from_agency, letter_number, letter_date, urgency, secrecy, circular, kind, due_on, guesses,
           CASE WHEN remark = '' THEN ${to.remark} ELSE remark || E'\n' || ${to.remark} END,
           CASE WHEN confirmed_at IS NULL THEN 'entered' ELSE 'confirmed' END, confirmed_at, confirmed_by, attachment_count, attachment_bytes
    FROM entry WHERE id = ${from}
    RETURNING number, year`;
  if (row === undefined) throw new Error(`entry ${from} vanished under its lock`);
  return row;
}

/**
 * What was still to be told the sender is told of the new number. Who has had the old one is told no second time by itself (I6): that waits for an officer.
 * @returns the state of the new entry's acknowledgement
 */
export async function moveAcknowledgement(tx: Transaction, from: string, to: string): Promise<string> {
  const [row] = await tx<{ state: string }[]>`
    INSERT INTO acknowledgement (agency_id, entry_id, state, reason)
    SELECT agency_id, ${to}, CASE WHEN mail_id IS NULL THEN state ELSE 'held' END, CASE WHEN mail_id IS NULL THEN reason ELSE 'moved' END
    FROM acknowledgement WHERE entry_id = ${from} RETURNING state`;
  await tx`UPDATE acknowledgement SET state = 'refused', reason = 'cancelled' WHERE entry_id = ${from} AND mail_id IS NULL AND state IN ('waiting', 'held')`;
  return row?.state ?? 'refused';
}
