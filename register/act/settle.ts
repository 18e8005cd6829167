/** Where a letter stands after one of its routes changed. */
import type { Transaction } from '../db/connect.ts';
import type { EntryState } from '../look/entry-row.ts';
import { type LockedEntry, type LockedRoute, updateState } from './queries.ts';

/**
 * Pure: the entry's state out of its routes. Closed when every route for action is closed (with none for action: every route for information);
 * back with the central officer when nobody has it any more. A route that was withdrawn or passed on does not count.
 */
export function stateAfter(state: EntryState, routes: Pick<LockedRoute, 'state' | 'purpose'>[]): EntryState {
  const live = routes.filter(route => route.state !== 'withdrawn' && route.state !== 'passed-on');
  if (live.length === 0) return 'confirmed';
  const forAction = live.filter(route => route.purpose === 'action');
  const deciding = forAction.length > 0 ? forAction : live;
  if (deciding.every(route => route.state === 'closed')) return 'closed';
  const begun = deciding.some(route => route.state !== 'waiting');
  return begun || state === 'acting' ? 'acting' : 'routed';
}

/** @param routes - as they are after the change. @returns whether the entry is closed now */
export async function afterRoutes(
  tx: Transaction,
  entry: LockedEntry,
  routes: LockedRoute[],
  act: { by: string; at: Date; note?: string; answered?: boolean },
): Promise<boolean> {
  const state = stateAfter(entry.state, routes);
  const closes = state === 'closed';
  // An entry cannot go back to 'entered'; whoever takes the last route back has looked at the letter, so it counts as confirmed.
  const confirmed = state === 'confirmed' && entry.confirmedAt === null ? { confirmedAt: act.at, confirmedBy: act.by } : {};
  const answered = act.answered === true ? { answered: true } : {};
  if (state !== entry.state || act.answered === true) {
    await updateState(tx, entry.id, { state, ...(closes ? { reason: act.note ?? '' } : {}), ...answered, ...confirmed });
  }
  return closes;
}
