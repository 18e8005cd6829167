/** What becomes of a letter that was flagged as a possible duplicate (I2: same Message-ID, other bytes). Its number stays in either case. */
import { Checks } from '../checks.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, updateDuplicateState } from './queries.ts';
import { actOnEntry, entryConflict } from './run.ts';

/** Links it to the earlier one, or dismisses the flag. Either may be decided again. */
export async function decideDuplicate(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; decision: 'link' | 'dismiss' },
): Promise<ActOutcome<{ version: number }>> {
  const act = {
    action: 'decide-duplicate',
    entryId: input.entryId,
    from: ['entered', 'confirmed', 'routed', 'acting', 'closed', 'returned'],
  } as const;
  return await actOnEntry<{ version: number }>(context, officer, { ...act, from: [...act.from] }, async (tx, entry, at) => {
    const checks = new Checks();
    const decision = checks.oneOf('decision', input.decision, ['link', 'dismiss']);
    if (checks.invalid !== null) return checks.invalid;
    const state = decision === 'link' ? 'linked' : 'dismissed';
    if (entry.possibleDuplicateOf === null || entry.duplicateState === state) return await entryConflict(tx, entry);
    const version = await updateDuplicateState(tx, entry.id, state);
    await insertAct(tx, officer, at, {
      register: entry.register,
      entryId: entry.id,
      kind: `duplicate-${state}`,
      detail: { of: entry.possibleDuplicateOf },
    });
    return { outcome: 'done', version };
  });
}
