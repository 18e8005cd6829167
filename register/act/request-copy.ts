/** "Make a copy now": the provider's press. The process of the night (cli/roles/night.ts) works the job. */
import { may } from '../access.ts';
import type { Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import { countUnfinished, lockQueue } from '../jobs/queries.ts';
import { selectRunningCopy } from '../look/night-queries.ts';
import { LONGEST_COPY_MS } from '../look/nights.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { insertAct } from './queries.ts';

/** `already`: one is being made, or waits to be. */
export type CopyRequest = { outcome: 'done' } | { outcome: 'already'; state: 'running' | 'waiting' } | { outcome: 'forbidden' };

export async function requestCopy(context: RegisterContext, officer: Officer): Promise<CopyRequest> {
  if (!may(officer, 'make-copy')) return { outcome: 'forbidden' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    // Two presses at the same moment are one copy.
    await lockQueue(tx, 'make-copy');
    const at = context.now();
    const state = await copyUnderWay(tx, at);
    if (state !== null) return { outcome: 'already', state };
    await context.jobs.enqueue(tx, 'make-copy', [{ requestedBy: officer.name }]);
    await insertAct(tx, officer, at, { register: 'office', kind: 'copy-requested', detail: {} });
    return { outcome: 'done' };
  });
}

async function copyUnderWay(tx: Transaction, now: Date): Promise<'running' | 'waiting' | null> {
  if ((await selectRunningCopy(tx, new Date(now.getTime() - LONGEST_COPY_MS))) !== null) return 'running';
  return (await countUnfinished(tx, 'make-copy')) > 0 ? 'waiting' : null;
}

/** Whether a press still waits for the process of the night. */
export async function copyWaits(context: Pick<RegisterContext, 'db'>, officer: Officer): Promise<boolean> {
  if (!may(officer, 'make-copy')) return false;
  return (await inAgency(context.db, officer.agencyId, officer, tx => countUnfinished(tx, 'make-copy'))) > 0;
}
