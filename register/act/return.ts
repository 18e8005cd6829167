/** A letter goes back to its sender with a reason; gateway/dispatch/return-letter.ts writes the mail. */
import { Checks } from '../checks.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { isReceived } from '../registers.ts';
import { endOpenRoutes, insertAct, lockRoutes, updateState } from './queries.ts';
import { actOnEntry, entryConflict, OPEN } from './run.ts';

/** Returns an entry of a receive register: its open routes are withdrawn, and return-letter is queued. */
export async function returnEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number | undefined; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'return', entryId: input.entryId, version: input.version, from: OPEN } as const;
  return await actOnEntry<{ version: number }>(context, officer, act, async (tx, entry, at) => {
    if (!isReceived(entry.register)) return await entryConflict(tx, entry);
    const checks = new Checks();
    const reason = checks.text('reason', input.reason, { most: 2_000, required: true, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    await lockRoutes(tx, entry.id);
    const withdrawn = await endOpenRoutes(tx, entry.id, 'withdrawn', officer.name, at);
    const version = await updateState(tx, entry.id, { state: 'returned', reason });
    await context.jobs.enqueue(tx, 'return-letter', [{ agencyId: officer.agencyId, entryId: entry.id, reason }]);
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'returned', detail: { reason, withdrawn } });
    return { outcome: 'done', version };
  });
}
