/** The officer presses: acknowledge this letter after all. gateway/acknowledge/acknowledge.ts does it, and keeps I6. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { askForAcknowledgement, insertAct, lockAcknowledgement } from './queries.ts';
import { actOnEntry, entryConflict } from './run.ts';

/** Only where no mail was made yet, or the mail failed or may not have gone out; else a conflict (I6). */
export async function sendAcknowledgement(context: RegisterContext, officer: Officer, input: { entryId: string }): Promise<ActOutcome> {
  const act = { action: 'acknowledge', entryId: input.entryId, from: ['entered', 'confirmed', 'routed', 'acting', 'closed'] } as const;
  return await actOnEntry(context, officer, { ...act, from: [...act.from] }, async (tx, entry, at) => {
    const row = await lockAcknowledgement(tx, entry.id);
    if (row === null || (row.mailId !== null && row.state !== 'failed' && row.state !== 'uncertain')) return await entryConflict(tx, entry);
    await askForAcknowledgement(tx, entry.id);
    await context.jobs.enqueue(tx, 'acknowledge', [{ agencyId: officer.agencyId, entryId: entry.id }]);
    await insertAct(tx, officer, at, {
      register: entry.register,
      entryId: entry.id,
      kind: 'acknowledgement-asked',
      detail: { before: row.state },
    });
    return { outcome: 'done' };
  });
}
