/** Corrections of the facts of a letter. The database keeps their history (fact_change). */

import type { Facts } from '../look/entry-row.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Corrects facts; what is not named stays. */
export async function amendEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; version?: number; facts: Partial<Facts>; reason?: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** The machine read these facts rightly: they are guesses no more. All of them when none is named. */
export async function confirmFacts(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; facts?: string[] },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
