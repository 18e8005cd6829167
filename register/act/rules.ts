/** A new version of the routing rules. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Saves the text when it has no fault; the faults name their lines (field `line 12`). */
export async function saveRules(
  context: RegisterContext,
  officer: Officer,
  input: { text: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
