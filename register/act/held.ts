/** What an officer decides about messages without a number. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Enters a held message: it gets the next number. */
export async function enterHeld(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string },
): Promise<ActOutcome<{ entryId: string; number: number; year: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Keeps a held message without a number for good, with a reason. */
export async function dismissHeld(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string; reason: string },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** A notice that is a letter after all. */
export async function enterNotice(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string },
): Promise<ActOutcome<{ entryId: string; number: number; year: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Somebody has looked at a notice: it needs no attention any more. */
export async function settleNotice(
  context: RegisterContext,
  officer: Officer,
  input: { messageId: string; note?: string },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
