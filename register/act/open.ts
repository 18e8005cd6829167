/** The log of openings (I10). */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Logs that a letter was opened, and by which door. Called before the bytes are handed out. */
export async function openedEntry(
  context: RegisterContext,
  officer: Officer,
  input: { entryId: string; what: 'page' | 'raw' | 'attachment' | 'api'; attachmentId?: string },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
