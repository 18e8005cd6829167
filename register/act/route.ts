/** The central officer passes a letter to units and officers, or takes it back. What the rules route comes from register/route/route-letter.ts. */
import { v7 as uuidv7 } from 'uuid';
import { Checks, isId } from '../checks.ts';
import type { Transaction } from '../db/connect.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { insertAct, type LockedRoute, lockRoutes, updateState } from './queries.ts';
import { insertRoute, type RecipientRow, selectRecipients, updateEnded } from './route-queries.ts';
import { actOnEntry, actOnRoute, OPEN } from './run.ts';
import { afterRoutes } from './settle.ts';

export interface Recipient {
  unitId: string;
  accountId?: string | null | undefined;
  purpose: 'action' | 'information';
}

export interface RouteInput {
  entryId: string;
  version?: number | undefined;
  recipients: Recipient[];
  instruction?: string | undefined;
  dueOn?: string | null | undefined;
}

const MOST_RECIPIENTS = 200;

/** Routes an entry to one or more recipients. Who has it open already is left as is; when that is everybody, the input is invalid. */
export async function routeEntry(
  context: RegisterContext,
  officer: Officer,
  input: RouteInput,
): Promise<ActOutcome<{ routeIds: string[]; version: number }>> {
  const act = { action: 'route', entryId: input.entryId, version: input.version, from: OPEN } as const;
  return await actOnEntry<{ routeIds: string[]; version: number }>(context, officer, act, async (tx, entry, at) => {
    const checks = new Checks();
    const instruction = checks.text('instruction', input.instruction, { most: 2_000, lines: true });
    const dueOn = checks.day('dueOn', input.dueOn);
    const routes = await lockRoutes(tx, entry.id);
    const wanted = await checkRecipients(tx, checks, input.recipients, routes);
    if (checks.invalid !== null) return checks.invalid;
    const routeIds = wanted.map(() => uuidv7());
    for (const [index, one] of wanted.entries()) {
      const id = routeIds[index] as string;
      const how = { instruction, dueOn, rule: null, routedBy: officer.name, routedAt: at, passedOnFrom: null };
      await insertRoute(tx, { id, agencyId: officer.agencyId, entryId: entry.id, ...one, ...how });
    }
    const version = await updateState(tx, entry.id, entry.state === 'acting' ? {} : { state: 'routed' });
    await context.jobs.enqueue(
      tx,
      'notify-route',
      routeIds.map(routeId => ({ agencyId: officer.agencyId, routeId })),
    );
    const to = wanted.map((one, index) => ({ routeId: routeIds[index], ...one }));
    await insertAct(tx, officer, at, { register: entry.register, entryId: entry.id, kind: 'routed', detail: { to, instruction, dueOn } });
    return { outcome: 'done', routeIds, version };
  });
}

type Wanted = { unitId: string; accountId: string | null; purpose: 'action' | 'information' };

async function checkRecipients(tx: Transaction, checks: Checks, recipients: unknown, routes: LockedRoute[]): Promise<Wanted[]> {
  if (!Array.isArray(recipients) || recipients.length === 0 || recipients.length > MOST_RECIPIENTS) {
    checks.fault('recipients', `โปรดเลือกผู้รับ 1 ถึง ${MOST_RECIPIENTS} ราย`, `Choose 1 to ${MOST_RECIPIENTS} recipients.`);
    return [];
  }
  const unitIds = recipients.map(one => (one as Partial<Recipient> | null)?.unitId).filter(isId);
  const units = new Map((await selectRecipients(tx, unitIds)).map(unit => [unit.unitId, unit]));
  const taken = new Set(
    routes.filter(route => route.state === 'waiting' || route.state === 'confirmed').map(route => keyOf(route.unitId, route.accountId)),
  );
  const wanted: Wanted[] = [];
  for (const [index, one] of recipients.entries()) {
    const recipient = checkRecipient(checks, `recipients.${index}`, one, units);
    if (recipient === null || taken.has(keyOf(recipient.unitId, recipient.accountId))) continue;
    taken.add(keyOf(recipient.unitId, recipient.accountId));
    wanted.push(recipient);
  }
  if (wanted.length === 0 && checks.faults.length === 0) {
    checks.fault('recipients', 'ผู้รับทั้งหมดมีหนังสือฉบับนี้อยู่แล้ว', 'Every recipient has this letter already.');
  }
  return wanted;
}

function keyOf(unitId: string, accountId: string | null): string {
  return `${unitId} ${accountId ?? ''}`;
}

/** One recipient: an active unit, and when an officer is named, one who belongs to it. Used for passing on too. */
export function checkRecipient(checks: Checks, field: string, recipient: unknown, units: Map<string, RecipientRow>): Wanted | null {
  const prefix = field === '' ? '' : `${field}.`;
  const { unitId, accountId, purpose } = (recipient ?? {}) as Record<string, unknown>;
  const unit = isId(unitId) ? units.get(unitId.toLowerCase()) : undefined;
  if (unit === undefined || !unit.active)
    checks.fault(`${prefix}unitId`, 'ไม่มีหน่วยงานนี้ หรือปิดไปแล้ว', 'There is no such unit, or it is closed.');
  const wanted = checks.oneOf(`${prefix}purpose`, purpose, ['action', 'information'] as const);
  const named = accountId !== undefined && accountId !== null && accountId !== '';
  const account = named && isId(accountId) ? accountId.toLowerCase() : null;
  if (named && unit !== undefined && (account === null || !unit.accountIds.includes(account))) {
    checks.fault(`${prefix}accountId`, 'เจ้าหน้าที่ผู้นี้ไม่ได้อยู่ในหน่วยงานที่เลือก', 'This officer does not belong to the unit.');
  }
  return unit === undefined || wanted === null ? null : { unitId: unit.unitId, accountId: account, purpose: wanted };
}

/** Takes back a route that is still open. The central officer alone may, not the unit. */
export async function withdrawRoute(
  context: RegisterContext,
  officer: Officer,
  input: { routeId: string; reason: string },
): Promise<ActOutcome> {
  const act = { action: 'route' as const, routeId: input.routeId, from: ['waiting', 'confirmed'] as LockedRoute['state'][] };
  return await actOnRoute(context, officer, act, async (tx, entry, route, routes, at) => {
    const checks = new Checks();
    const reason = checks.text('reason', input.reason, { most: 2_000, required: true, lines: true });
    if (checks.invalid !== null) return checks.invalid;
    await updateEnded(tx, route.id, 'withdrawn', route.note, officer.name, at);
    route.state = 'withdrawn';
    await afterRoutes(tx, entry, routes, { by: officer.name, at });
    await insertAct(tx, officer, at, {
      register: entry.register,
      entryId: entry.id,
      routeId: route.id,
      kind: 'route-withdrawn',
      detail: { reason, unitId: route.unitId },
    });
    return { outcome: 'done' };
  });
}
