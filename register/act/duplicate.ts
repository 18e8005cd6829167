/** What becomes of a letter that was flagged as a possible duplicate (I2). */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Links it to the earlier one, or dismisses the flag. */
export async function decideDuplicate(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; decision: 'link' | 'dismiss' },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
