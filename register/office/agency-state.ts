/** Whether an agency takes mail and gives numbers here: `saraban agency suspend|activate`, for one that moves between two appliances. */
import { insertAct } from '../act/queries.ts';
import type { Database } from '../db/connect.ts';
import { type Actor, inTransaction, useAgency } from '../db/transaction.ts';
import { lockAgencyState, updateAgencyState } from './queries.ts';

export type AgencyState = 'active' | 'suspended' | 'left';

export type AgencyStateOutcome =
  | { outcome: 'done'; before: AgencyState }
  | { outcome: 'not-found' }
  | { outcome: 'conflict'; state: AgencyState };

/**
 * @param from - states it may be in; in any other it stays as it is ('conflict'), as it does when it is in `to` already
 * @param actor - who did it, for the agency's own log
 */
export async function changeAgencyState(
  db: Database,
  input: { code: string; to: 'active' | 'suspended'; from: AgencyState[] },
  actor: Actor,
  at: Date,
): Promise<AgencyStateOutcome> {
  return await inTransaction(db, async tx => {
    // The provider's policy lets every agency's row be changed; the act is written as the agency itself.
    await useAgency(tx, 0, actor);
    const agency = await lockAgencyState(tx, input.code);
    if (agency === null) return { outcome: 'not-found' };
    if (!input.from.includes(agency.state) || agency.state === input.to) return { outcome: 'conflict', state: agency.state };
    await updateAgencyState(tx, agency.id, input.to);
    await useAgency(tx, agency.id, actor);
    await insertAct(tx, { ...actor, agencyId: agency.id }, at, {
      register: 'office',
      kind: 'agency-changed',
      detail: { state: input.to, before: agency.state },
    });
    return { outcome: 'done', before: agency.state };
  });
}
