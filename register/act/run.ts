/**
 * How every act runs: one transaction of the agency; the entry is locked if the officer may see it; the access table is asked; the version
 * and the state are compared; then the act's own work, which writes its act row last.
 */

import { type Action, may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { EntryState } from '../look/entry-row.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { type LockedEntry, type LockedRoute, lockEntry, lockRoutes, notifyChanged, selectEntryOfRoute, selectLastAct } from './queries.ts';

type Conflict = Extract<ActOutcome, { outcome: 'conflict' }>;

/** States in which a letter is still being worked on. */
export const OPEN: EntryState[] = ['entered', 'confirmed', 'routed', 'acting'];

export interface EntryAct {
  action: Action;
  entryId: string;
  /** As the officer saw it; when it has risen since, somebody else was faster. */
  version?: number | undefined;
  /** States the act may start from. */
  from: EntryState[];
}

/** Runs an act on an entry. `work` returns 'done', or something else before it has written anything. */
export async function actOnEntry<T>(
  context: RegisterContext,
  officer: Officer,
  act: EntryAct,
  work: (tx: Transaction, entry: LockedEntry, at: Date) => Promise<ActOutcome<T>>,
): Promise<ActOutcome<T>> {
  if (!isId(act.entryId)) return { outcome: 'not-found' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    const entry = await lockEntry(tx, officer, act.entryId);
    if (entry === null) return { outcome: 'not-found' };
    if (!may(officer, act.action)) return { outcome: 'forbidden' };
    if ((act.version !== undefined && act.version !== entry.version) || !act.from.includes(entry.state))
      return await entryConflict(tx, entry);
    const outcome = await work(tx, entry, context.now());
    if (outcome.outcome === 'done') await notifyChanged(tx, officer.agencyId);
    return outcome;
  });
}

/** Runs an act on a route: as actOnEntry, and a unit officer may act on routes to the own units alone. */
export async function actOnRoute<T>(
  context: RegisterContext,
  officer: Officer,
  act: { action: Action; routeId: string; from: LockedRoute['state'][] },
  work: (tx: Transaction, entry: LockedEntry, route: LockedRoute, routes: LockedRoute[], at: Date) => Promise<ActOutcome<T>>,
): Promise<ActOutcome<T>> {
  if (!isId(act.routeId)) return { outcome: 'not-found' };
  return await inAgency(context.db, officer.agencyId, officer, async tx => {
    const entryId = await selectEntryOfRoute(tx, act.routeId);
    const entry = entryId === null ? null : await lockEntry(tx, officer, entryId);
    if (entry === null) return { outcome: 'not-found' };
    const routes = await lockRoutes(tx, entry.id);
    const route = routes.find(one => one.id === act.routeId.toLowerCase());
    if (route === undefined) return { outcome: 'not-found' };
    if (!may(officer, act.action) || (officer.role === 'unit' && !officer.unitIds.includes(route.unitId))) return { outcome: 'forbidden' };
    if (!act.from.includes(route.state) || !OPEN.includes(entry.state)) return await routeConflict(tx, entry, route);
    const outcome = await work(tx, entry, route, routes, context.now());
    if (outcome.outcome === 'done') await notifyChanged(tx, officer.agencyId);
    return outcome;
  });
}

/** Runs an act that concerns no letter: people, units, rules. Its act row goes into the chain of the office. */
export async function actInOffice<T>(
  context: RegisterContext,
  officer: Officer,
  action: Action | null,
  work: (tx: Transaction, at: Date) => Promise<ActOutcome<T>>,
): Promise<ActOutcome<T>> {
  if (action !== null && !may(officer, action)) return { outcome: 'forbidden' };
  return await inAgency(context.db, officer.agencyId, officer, tx => work(tx, context.now()));
}

export async function entryConflict(tx: Transaction, entry: LockedEntry): Promise<Conflict> {
  const last = await selectLastAct(tx, entry.id, null);
  return { outcome: 'conflict', state: entry.state, by: last?.by ?? null, at: last?.at ?? null, version: entry.version };
}

async function routeConflict(tx: Transaction, entry: LockedEntry, route: LockedRoute): Promise<Conflict> {
  // A closed or cancelled letter takes its routes with it: then the letter's state is the reason, not the route's.
  if (!OPEN.includes(entry.state)) return await entryConflict(tx, entry);
  const last = await selectLastAct(tx, entry.id, route.id);
  return { outcome: 'conflict', state: route.state, by: last?.by ?? null, at: last?.at ?? null, version: route.version };
}
