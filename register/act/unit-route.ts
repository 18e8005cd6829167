/** What a unit does with a letter that was routed to it: confirm, note, pass on, close. */
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';

/** Confirms receipt: the letter gets the unit's own number. */
export async function confirmRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string },
): Promise<ActOutcome<{ unitNumber: number; unitYear: number }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Passes the letter on to another unit or officer. */
export async function passOnRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string; unitId: string; accountId?: string | null; purpose: 'action' | 'information'; instruction?: string },
): Promise<ActOutcome<{ routeId: string }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Notes what was done. */
export async function noteRoute(context: RegisterContext, officer: Officer, input: { routeId: string; note: string }): Promise<ActOutcome> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}

/** Closes the route; when all action routes are closed the entry is closed. */
export async function closeRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string; note?: string; answered?: boolean },
): Promise<ActOutcome<{ entryClosed: boolean }>> {
  throw new Error(`not built yet ${String([context, officer, input])}`);
}
