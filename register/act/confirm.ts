/** The officer has looked at a letter and says: received. A letter that the rules have routed already keeps its state. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, updateState } from './queries.ts';
import { actOnEntry, entryConflict, OPEN } from './run.ts';

/** Confirms receipt of an entry; a conflict when it was confirmed before. */
export async function confirmEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number | undefined },
): Promise<ActOutcome<{ version: number }>> {
  const act = { action: 'confirm', entryId: input.entryId, version: input.version, from: OPEN } as const;
  return await actOnEntry<{ version: number }>(context, officer, act, async (tx, entry, at) => {
    if (entry.confirmedAt !== null) return await entryConflict(tx, entry);
    const state = entry.state === 'entered' ? ({ state: 'confirmed' } as const) : {};
    const version = await updateState(tx, entry.id, { ...state, confirmedAt: at, confirmedBy: officer.name });
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'confirmed' });
    return { outcome: 'done', version };
  });
}
