/** Who came and went, in the chain of the office. Called by the web's sign-in; the throttle is its own. */

import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct } from './queries.ts';

export async function signedIn(context: RegisterContext, officer: Officer): Promise<ActOutcome> {
  return await log(context, officer, 'signed-in', {});
}

export async function signedOut(context: RegisterContext, officer: Officer): Promise<ActOutcome> {
  return await log(context, officer, 'signed-out', {});
}

/** A wrong password for an account that exists. A login that does not exist belongs to no agency and is not logged here. */
export async function signInFailed(
  context: RegisterContext,
  account: { agencyId: number; accountId: string; peer: string },
): Promise<ActOutcome> {
  return await log(context, { agencyId: account.agencyId, id: null, name: 'Saraban', peer: account.peer }, 'sign-in-failed', {
    accountId: account.accountId,
  });
}

async function log(
  context: RegisterContext,
  actor: Pick<Officer, 'agencyId' | 'id' | 'name' | 'peer'>,
  kind: string,
  detail: Record<string, unknown>,
): Promise<ActOutcome> {
  await inAgency(context.db, actor.agencyId, actor, tx => insertAct(tx, actor, context.now(), { register: 'office', kind, detail }));
  return { outcome: 'done' };
}
