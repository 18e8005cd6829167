/** The central officer passes a letter to units and officers, or takes it back. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Routes an entry to one or more recipients. A recipient who has it open already is left as is. */
export async function routeEntry(
  context: RegisterContext,
  officer: Officer,
  input: {
    entryId: string;
    version?: number;
    recipients: { unitId: string; accountId?: string | null; purpose: 'action' | 'information' }[];
    instruction?: string;
    dueOn?: string | null;
  },
): Promise<ActOutcome<{ routeIds: string[]; version: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Takes a route back that nobody has closed. */
export async function withdrawRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string; reason: string },
): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
