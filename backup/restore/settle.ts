/**
 * What was on its way out when a copy was taken. Whether it went is known to the lost machine alone, and an acknowledgement is sent at most once (I6):
 * so whatever waited or was being sent becomes 'uncertain', and an officer decides letter by letter. Nothing goes out by itself after a restore or a move.
 */
import type { Transaction } from '../../register/db/connect.ts';

export interface Settled {
  mails: number;
  acknowledgements: number;
}

/**
 * @param tx - as the owner, in the transaction of the restore or the move
 * @param agencyId - null: of all agencies
 */
export async function settleOutbox(tx: Transaction, agencyId: number | null): Promise<Settled> {
  const of = agencyId === null ? tx`` : tx`AND agency_id = ${agencyId}`;
  const mails = await tx`
    UPDATE mail SET state = 'uncertain', reply = 'the machine it waited on was replaced before an answer came'
    WHERE state IN ('queued', 'sending') ${of}`;
  const acknowledgements = await tx`
    UPDATE acknowledgement SET state = 'uncertain', reason = 'interrupted' WHERE state IN ('waiting', 'queued') ${of}`;
  return { mails: mails.count, acknowledgements: acknowledgements.count };
}
