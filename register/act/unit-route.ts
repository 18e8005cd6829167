/** What a unit does with a letter that was routed to it: confirm, note, pass on, close. */
import { v7 as uuidv7 } from 'uuid';
import { Checks, isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, type LockedEntry, type LockedRoute } from './queries.ts';
import { checkRecipient } from './route.ts';
import { insertRoute, selectRecipients, updateConfirmed, updateEnded, updateNote } from './route-queries.ts';
import { actOnRoute } from './run.ts';
import { afterRoutes } from './settle.ts';

const STILL_OPEN: LockedRoute['state'][] = ['waiting', 'confirmed'];
const LONGEST_NOTE = 10_000;

/** Confirms receipt: the letter gets the unit's own number (regulation clauses 39-40). */
export async function confirmRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string },
): Promise<ActOutcome<{ unitNumber: number; unitYear: number }>> {
  const act = { action: 'act-on-route' as const, routeId: input.routeId, from: ['waiting'] as LockedRoute['state'][] };
  return await actOnRoute<{ unitNumber: number; unitYear: number }>(context, officer, act, async (tx, entry, route, routes, at) => {
    const given = await confirm(tx, officer, route, at);
    await afterRoutes(tx, entry, routes, { by: officer.name, at });
    await insertConfirmed(tx, officer, entry, route, given, at);
    return { outcome: 'done', ...given };
  });
}

async function confirm(tx: Transaction, officer: Officer, route: LockedRoute, at: Date): Promise<{ unitNumber: number; unitYear: number }> {
  const given = await updateConfirmed(tx, route.id, officer.name, at);
  route.state = 'confirmed';
  return given;
}

async function insertConfirmed(
  tx: Transaction,
  officer: Officer,
  entry: LockedEntry,
  route: LockedRoute,
  given: object,
  at: Date,
): Promise<void> {
  const detail = { unitId: route.unitId, ...given };
  await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, routeId: route.id, kind: 'route-confirmed', detail });
}

export interface PassOnInput {
  routeId: string;
  unitId: string;
  accountId?: string | null | undefined;
  purpose: 'action' | 'information';
  instruction?: string | undefined;
}

/** Passes the letter on to another unit or officer; the route ends here and a new one begins there. */
export async function passOnRoute(
  context: RegisterContext,
  officer: Officer,
  input: PassOnInput,
): Promise<ActOutcome<{ routeId: string }>> {
  return await actOnRoute<{ routeId: string }>(
    context,
    officer,
    { action: 'act-on-route', routeId: input.routeId, from: STILL_OPEN },
    async (tx, entry, route, routes, at) => {
      const checks = new Checks();
      const instruction = checks.text('instruction', input.instruction, { most: 2_000, lines: true });
      const units = await selectRecipients(tx, isId(input.unitId) ? [input.unitId] : []);
      const to = checkRecipient(checks, '', input, new Map(units.map(unit => [unit.unitId, unit])));
      const has =
        to !== null && routes.some(one => STILL_OPEN.includes(one.state) && one.unitId === to.unitId && one.accountId === to.accountId);
      if (has) checks.fault('unitId', 'ผู้รับรายนี้มีหนังสือฉบับนี้อยู่แล้ว', 'This recipient has the letter already.');
      if (checks.invalid !== null || to === null) return checks.invalid ?? { outcome: 'not-found' };
      await updateEnded(tx, route.id, 'passed-on', route.note, officer.name, at);
      route.state = 'passed-on';
      const id = uuidv7();
      const how = { instruction, dueOn: null, rule: null, routedBy: officer.name, routedAt: at, passedOnFrom: route.id };
      await insertRoute(tx, { id, agencyId: officer.agencyId, entryId: entry.id, ...to, ...how });
      await afterRoutes(
        tx,
        entry,
        [...routes, { ...route, id, unitId: to.unitId, accountId: to.accountId, purpose: to.purpose, state: 'waiting' }],
        { by: officer.name, at },
      );
      await context.jobs.enqueue(tx, 'notify-route', [{ agencyId: officer.agencyId, routeId: id }]);
      await insertAct(tx, officer, at, {
        register: entry.register,
        entryId: entry.id,
        routeId: route.id,
        kind: 'route-passed-on',
        detail: { unitId: route.unitId, to: { routeId: id, ...to }, instruction },
      });
      return { outcome: 'done', routeId: id };
    },
  );
}

/** Notes what was done, beneath the notes made before. */
export async function noteRoute(context: RegisterContext, officer: Officer, input: { routeId: string; note: string }): Promise<ActOutcome> {
  return await actOnRoute(
    context,
    officer,
    { action: 'act-on-route', routeId: input.routeId, from: STILL_OPEN },
    async (tx, entry, route, _routes, at) => {
      const checks = new Checks();
      const note = checkNote(checks, route, input.note, true);
      if (checks.invalid !== null) return checks.invalid;
      await updateNote(tx, route.id, note.all);
      await insertAct(tx, officer, at, {
        register: entry.register,
        entryId: entry.id,
        routeId: route.id,
        kind: 'route-noted',
        detail: { unitId: route.unitId, note: note.added },
      });
      return { outcome: 'done' };
    },
  );
}

function checkNote(checks: Checks, route: LockedRoute, value: unknown, required: boolean): { added: string; all: string } {
  const added = checks.text('note', value, { most: 2_000, lines: true, required });
  const all = [route.note, added].filter(text => text !== '').join('\n');
  if (all.length > LONGEST_NOTE) checks.fault('note', 'บันทึกรวมกันยาวเกินไป', 'The notes together are too long.');
  return { added, all };
}

export interface CloseRouteInput {
  routeId: string;
  note?: string | undefined;
  answered?: boolean | undefined;
}

/**
 * Closes the route; when all routes for action are closed the entry is closed. A unit that closes what it has not confirmed
 * confirms it by that: it gets its number first.
 */
export async function closeRoute(
  context: RegisterContext,
  officer: Officer,
  input: CloseRouteInput,
): Promise<ActOutcome<{ entryClosed: boolean }>> {
  return await actOnRoute<{ entryClosed: boolean }>(
    context,
    officer,
    { action: 'act-on-route', routeId: input.routeId, from: STILL_OPEN },
    async (tx, entry, route, routes, at) => {
      const checks = new Checks();
      const note = checkNote(checks, route, input.note, false);
      const answered = input.answered === undefined ? false : checks.flag('answered', input.answered);
      if (checks.invalid !== null) return checks.invalid;
      const given = route.state === 'waiting' ? await confirm(tx, officer, route, at) : null;
      await updateEnded(tx, route.id, 'closed', note.all, officer.name, at);
      route.state = 'closed';
      const entryClosed = await afterRoutes(tx, entry, routes, { by: officer.name, at, note: note.added, answered });
      if (given !== null) await insertConfirmed(tx, officer, entry, route, given, at);
      await insertAct(tx, officer, at, {
        register: entry.register,
        entryId: entry.id,
        routeId: route.id,
        kind: 'route-closed',
        detail: { unitId: route.unitId, note: note.added, answered, entryClosed },
      });
      return { outcome: 'done', entryClosed };
    },
  );
}
