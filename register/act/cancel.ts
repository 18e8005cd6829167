/** A number is cancelled: it stays, with its reason (I3). */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Cancels an entry for good. */
export async function cancelEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
