/**
 * Reads messages again: one that an officer names, or many after an update of the program. Their bytes are as they came (I4), so whatever the reader has
 * learned since is found now; facts that an officer settled stay. The work is that of the job 'read-message', which finds them waiting as on the first day.
 */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, notifyChanged } from './queries.ts';
import { lockToReread, markWaiting, selectToReread } from './reread-queries.ts';

export type Which = 'failed' | 'poor' | 'all';

/** Small enough that reading of new letters, in the same queue, is not held up by one long transaction. */
const AT_ONCE = 500;

/** Queues one message. A conflict when it waits to be read already. */
export async function rereadMessage(context: RegisterContext, officer: Officer, input: { messageId: string }): Promise<ActOutcome> {
  if (!isId(input.messageId)) return { outcome: 'not-found' };
  return await inAgency<ActOutcome>(context.db, officer.agencyId, officer, async tx => {
    const message = await lockToReread(tx, officer, input.messageId);
    if (message === null) return { outcome: 'not-found' };
    if (!may(officer, 'reread')) return { outcome: 'forbidden' };
    if (message.reading === 'waiting') return { outcome: 'conflict', state: 'waiting', by: null, at: null, version: 0 };
    await markWaiting(tx, [message.id]);
    await context.jobs.enqueue(tx, 'read-message', [{ agencyId: officer.agencyId, messageId: message.id }]);
    await notifyChanged(tx, officer.agencyId);
    const about = message.register === null ? { register: 'office' as const } : { register: message.register, entryId: message.entryId };
    await insertAct(tx, officer, context.now(), { ...about, kind: 'reread', detail: { messageId: message.id } });
    return { outcome: 'done' };
  });
}

/**
 * Queues all that failed, all of which something may be missing, or every message there is.
 * @returns how many; what is waiting already is not counted
 */
export async function rereadAll(
  context: RegisterContext,
  officer: Officer,
  input: { which: Which },
): Promise<ActOutcome<{ count: number }>> {
  if (!may(officer, 'reread')) return { outcome: 'forbidden' };
  let count = 0;
  let after: string | null = null;
  for (;;) {
    const ids: string[] = await inAgency(context.db, officer.agencyId, officer, async tx => {
      const found = await selectToReread(tx, officer, input.which, after, AT_ONCE);
      await markWaiting(tx, found);
      await context.jobs.enqueue(
        tx,
        'read-message',
        found.map(messageId => ({ agencyId: officer.agencyId, messageId })),
      );
      return found;
    });
    count += ids.length;
    after = ids.at(-1) ?? null;
    if (ids.length < AT_ONCE) break;
  }
  await inAgency(context.db, officer.agencyId, officer, async tx => {
    await notifyChanged(tx, officer.agencyId);
    await insertAct(tx, officer, context.now(), { register: 'office', kind: 'reread-all', detail: { which: input.which, count } });
  });
  return { outcome: 'done', count };
}
