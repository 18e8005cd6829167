/** A number is cancelled: it stays, with its reason, and is never used again (I3, regulation section 1). */
import { Checks } from '../checks.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { endOpenRoutes, insertAct, lockRoutes, updateState } from './queries.ts';
import { actOnEntry, OPEN } from './run.ts';

/** Cancels an entry for good; its open routes are withdrawn. */
export async function cancelEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number | undefined; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'cancel', entryId: input.entryId, version: input.version, from: [...OPEN, 'closed', 'returned'] } as const;
  return await actOnEntry<{ version: number }>(context, officer, { ...act, from: [...act.from] }, async (tx, entry, at) => {
    const checks = new Checks();
    const reason = checks.text('reason', input.reason, { most: 2_000, required: true, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    await lockRoutes(tx, entry.id);
    const withdrawn = await endOpenRoutes(tx, entry.id, 'withdrawn', officer.name, at);
    const version = await updateState(tx, entry.id, { state: 'cancelled', reason });
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'cancelled', detail: { reason, withdrawn } });
    return { outcome: 'done', version };
  });
}
