/** The officer has looked at a letter and says: received. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Confirms receipt of an entry. */
export async function confirmEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
