/** A letter is done, or after all not. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Closes an entry and its open routes. */
export async function closeEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number; note?: string; answered?: boolean },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Opens a closed or returned entry again. */
export async function reopenEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; reason: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
