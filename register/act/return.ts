/** A letter goes back to its sender with a reason. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Returns an entry; queues return-letter, which mails the sender. */
export async function returnEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
