/**
 * What was on its way out when a copy was taken. Whether it went is known to the lost machine alone, and an acknowledgement is sent at most once (I6):
 * so an acknowledgement or a letter that waited or was being sent becomes 'uncertain', and an officer decides letter by letter. Returns, notifications and
 * reports go out again by themselves (gateway/acknowledge/sweep.ts): one that never comes is worse than two.
 */
import { insertAct } from '../../register/act/queries.ts';
import type { Database, Transaction } from '../../register/db/connect.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { AcknowledgementReason } from '../../register/template/reasons.ts';

export interface Settled {
  mails: number;
  acknowledgements: number;
}

/**
 * @param tx - as the owner, in the transaction of the restore or the move
 * @param agencyId - null: of all agencies
 */
export async function settleOutbox(tx: Transaction, agencyId: number | null, reason: AcknowledgementReason = 'restored'): Promise<Settled> {
  const of = agencyId === null ? tx`` : tx`AND agency_id = ${agencyId}`;
  const mails = await tx`
    UPDATE mail SET state = 'uncertain', reply = 'the machine it waited on was replaced before an answer came'
    WHERE state IN ('queued', 'sending') AND kind IN ('acknowledgement', 'letter') ${of}`;
  const acknowledgements = await tx`
    UPDATE acknowledgement SET state = 'uncertain', reason = ${reason} WHERE state IN ('waiting', 'queued') ${of}`;
  return { mails: mails.count, acknowledgements: acknowledgements.count };
}

export interface LastNumber {
  agency: string;
  register: string;
  year: number;
  lastNumber: number;
}

/** The numbers the copy knows of: whatever was given after its cut was higher. */
export async function selectLastNumbers(tx: Transaction | Database): Promise<LastNumber[]> {
  return await tx<LastNumber[]>`
    SELECT a.code AS agency, s.series AS register, s.year, s.last_number AS "lastNumber"
    FROM series s JOIN agency a ON a.id = s.agency_id
    WHERE s.series IN ('receive', 'receive-classified', 'send', 'send-classified') ORDER BY a.id, s.series, s.year`;
}

/**
 * Settles a register that was just restored, and writes the act 'restored' into the office chain of every agency: the auditor sees where the register was
 * taken up again, and from which copy. Run once: a second time settles nothing more, but writes the act again.
 * @param db - as the owner
 */
export async function settleRestored(
  db: Database,
  copy: { id: string; cutAt: string; manifestSha256: string; place: string },
  by: { id: null; name: string; peer: string },
  now: Date,
): Promise<Settled> {
  const total: Settled = { mails: 0, acknowledgements: 0 };
  const agencies = await db<{ id: number; code: string }[]>`SELECT id, code FROM agency ORDER BY id`;
  for (const { id, code } of agencies) {
    await inAgency(db, id, by, async tx => {
      const settled = await settleOutbox(tx, id);
      total.mails += settled.mails;
      total.acknowledgements += settled.acknowledgements;
      const lastNumbers = (await selectLastNumbers(tx)).filter(one => one.agency === code);
      await insertAct(tx, { ...by, agencyId: id }, now, {
        register: 'office',
        kind: 'restored',
        detail: {
          copyId: copy.id,
          cutAt: copy.cutAt,
          manifestSha256: copy.manifestSha256,
          place: copy.place,
          lastNumbers: lastNumbers.map(({ register, year, lastNumber }) => ({ register, year, lastNumber })),
          uncertainAcknowledgements: settled.acknowledgements,
        },
      });
    });
  }
  return total;
}
