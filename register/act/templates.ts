/** A new version of a mail template. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Saves a template when it compiles. */
export async function saveTemplate(
  context: RegisterContext,
  officer: Officer,
  input: { name: string; subject: string; bodyText: string; bodyHtml: string },
): Promise<ActOutcome<{ version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
