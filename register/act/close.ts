/** A letter is done, or after all not. A unit that closes the last route for action closes it too (unit-route.ts). */
import { Checks } from '../checks.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { endOpenRoutes, insertAct, lockRoutes, updateState } from './queries.ts';
import { actOnEntry, OPEN } from './run.ts';

/** Closes an entry and its open routes. `answered` shows on the public page. */
export async function closeEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number | undefined; note?: string | undefined; answered?: boolean | undefined },
): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'close', entryId: input.entryId, version: input.version, from: OPEN } as const;
  return await actOnEntry<{ version: number }>(context, officer, act, async (tx, entry, at) => {
    const checks = new Checks();
    const note = checks.text('note', input.note, { most: 2_000, lines: true });
    const answered = input.answered === undefined ? false : checks.flag('answered', input.answered);
    if (checks.invalid !== null) return checks.invalid;
    await lockRoutes(tx, entry.id);
    const closed = await endOpenRoutes(tx, entry.id, 'closed', officer.name, at);
    const version = await updateState(tx, entry.id, { state: 'closed', reason: note, answered });
    await insertAct(tx, officer, at, {
      register: entry.register,
      entryId: entry.id,
      kind: 'closed',
      detail: { note, answered, routes: closed },
    });
    return { outcome: 'done', version };
  });
}

/** Opens a closed or returned entry again. It is the central officer's then, confirmed and routed to nobody. */
export async function reopenEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  return await actOnEntry<{ version: number }>(
    context,
    officer,
    { action: 'reopen', entryId: input.entryId, from: ['closed', 'returned'] },
    async (tx, entry, at) => {
      const checks = new Checks();
      const reason = checks.text('reason', input.reason, { most: 2_000, required: true, lines: true });
      if (checks.invalid !== null) return checks.invalid;
      const confirmed = entry.confirmedAt === null ? { confirmedAt: at, confirmedBy: officer.name } : {};
      const version = await updateState(tx, entry.id, { state: 'confirmed', reason, answered: false, ...confirmed });
      await insertAct(tx, officer, at, {
        register: entry.register,
        entryId: entry.id,
        kind: 'reopened',
        detail: { reason, before: entry.state },
      });
      return { outcome: 'done', version };
    },
  );
}
