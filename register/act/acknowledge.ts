/** The officer presses: acknowledge this letter after all. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Only where no mail was made yet, or the mail failed or is uncertain (I6). */
export async function sendAcknowledgement(context: RegisterContext, officer: Officer, input: { entryId: string }): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
