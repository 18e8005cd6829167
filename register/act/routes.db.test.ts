import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, testContext, testOfficer } from '../../test/database/letters.ts';
import { getEntry } from '../look/entry.ts';
import type { EntryDetail } from '../look/entry-row.ts';
import { inTray } from '../look/in-tray.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { amendEntry } from './amend.ts';
import { cancelEntry } from './cancel.ts';
import { confirmEntry } from './confirm.ts';
import { openedEntry } from './open.ts';
import { routeEntry, withdrawRoute } from './route.ts';
import { closeRoute, confirmRoute, noteRoute, passOnRoute } from './unit-route.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let agency: number;
let saraban: Officer;
let finance: string;
let legal: string;
let financier: Officer;
let lawyer: Officer;
let letters = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  agency = await addTestAgency(fresh.db, 'routes');
  finance = await addTestUnit(fresh.db, agency, 'finance');
  legal = await addTestUnit(fresh.db, agency, 'legal');
  saraban = testOfficer(agency, 'saraban');
  financier = testOfficer(agency, 'unit', { unitIds: [finance], name: 'financier' });
  lawyer = testOfficer(agency, 'unit', { unitIds: [legal], name: 'lawyer' });
});
afterAll(() => fresh.close());

const letter = () => enterLetter(fresh, agency, `letter ${++letters}`);

async function entryOf(id: string): Promise<EntryDetail> {
  const entry = await getEntry(fresh.db, saraban, id);
  if (entry === null) throw new Error('not seen');
  return entry;
}

async function routed(
  to: { unitId: string; accountId?: string; purpose?: 'action' | 'information' }[] = [{ unitId: finance }],
): Promise<{ entryId: string; routeIds: string[] }> {
  const entryId = await letter();
  const outcome = await routeEntry(context, saraban, { entryId, recipients: to.map(one => ({ purpose: 'action' as const, ...one })) });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return { entryId, routeIds: outcome.routeIds };
}

async function jobsOf(queue: string, key: string, value: string): Promise<number> {
  const rows = await fresh.owner`SELECT id FROM pgboss.job WHERE name = ${queue} AND data->>${key}::text = ${value}`;
  return rows.length;
}

describe('routing', () => {
  it('writes a route a recipient, queues one notice each, and is shown in the in-trays', async () => {
    const officerId = await addTestAccount(fresh, agency, 'somsri@acts', 'unit', [legal]);
    const { entryId, routeIds } = await routed([{ unitId: finance }, { unitId: legal, accountId: officerId, purpose: 'information' }]);
    expect((await entryOf(entryId)).routes).toMatchObject([
      { id: routeIds[0], unitId: finance, purpose: 'action', state: 'waiting', officerName: null, rule: null, mine: true },
      { id: routeIds[1], unitId: legal, purpose: 'information', state: 'waiting', officerName: 'somsri@acts' },
    ]);
    expect((await entryOf(entryId)).state).toBe('routed');
    for (const routeId of routeIds) expect(await jobsOf('notify-route', 'routeId', routeId)).toBe(1);
    const tray = await inTray(fresh.db, financier, { limit: 10 });
    expect(tray.items[0]).toMatchObject({
      route: { id: routeIds[0], mine: true },
      entry: { id: entryId, number: (await entryOf(entryId)).number },
    });
    expect(tray.items.every(item => item.route.unitId === finance)).toBe(true);
  });

  it('leaves a recipient who has it, and refuses when that is everybody', async () => {
    const { entryId } = await routed();
    const again = { unitId: finance, purpose: 'action' as const };
    expect(await routeEntry(context, saraban, { entryId, recipients: [again] })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'recipients' }],
    });
    const more = await routeEntry(context, saraban, {
      entryId,
      recipients: [again, { unitId: legal, purpose: 'action' }, { unitId: legal, purpose: 'information' }],
    });
    expect(more.outcome === 'done' && more.routeIds).toHaveLength(1);
  });

  it('refuses units and officers that are not there, each at its place', async () => {
    const entryId = await letter();
    const stranger = await addTestAccount(fresh, agency, 'stranger@acts', 'unit', [finance]);
    const recipients = [
      { unitId: 'x', purpose: 'action' },
      { unitId: '00000000-0000-7000-8000-000000000000', purpose: 'action' },
      { unitId: legal, accountId: stranger, purpose: 'action' },
      { unitId: legal, purpose: 'whatever' },
      null,
    ];
    const outcome = await routeEntry(context, saraban, {
      entryId,
      recipients: recipients as never,
      dueOn: '31/12/2026',
      instruction: 'x'.repeat(2_001),
    });
    expect(outcome.outcome === 'invalid' && outcome.faults.map(fault => fault.field)).toEqual([
      'instruction',
      'dueOn',
      'recipients.0.unitId',
      'recipients.1.unitId',
      'recipients.2.accountId',
      'recipients.3.purpose',
      'recipients.4.unitId',
      'recipients.4.purpose',
    ]);
    for (const none of [[], 'x', null, undefined])
      expect(await routeEntry(context, saraban, { entryId, recipients: none as never })).toMatchObject({ outcome: 'invalid' });
  });

  it('takes a route back; with the last one the letter is the central officer’s again', async () => {
    const { entryId, routeIds } = await routed([{ unitId: finance }, { unitId: legal }]);
    expect(await withdrawRoute(context, financier, { routeId: routeIds[0] as string, reason: 'x' })).toEqual({ outcome: 'forbidden' });
    expect(await withdrawRoute(context, saraban, { routeId: routeIds[0] as string, reason: '' })).toMatchObject({ outcome: 'invalid' });
    expect(await withdrawRoute(context, saraban, { routeId: routeIds[0] as string, reason: 'ผิดหน่วย' })).toEqual({ outcome: 'done' });
    expect(await getEntry(fresh.db, financier, entryId)).toBeNull();
    expect((await entryOf(entryId)).state).toBe('routed');
    await withdrawRoute(context, saraban, { routeId: routeIds[1] as string, reason: 'x' });
    expect(await entryOf(entryId)).toMatchObject({ state: 'confirmed', confirmedBy: saraban.name });
    expect(await withdrawRoute(context, saraban, { routeId: routeIds[1] as string, reason: 'x' })).toMatchObject({
      outcome: 'conflict',
      state: 'withdrawn',
      by: saraban.name,
    });
  });
});

describe('a unit', () => {
  it('confirms receipt with its own gapless number, once', async () => {
    const unit = await addTestUnit(fresh.db, agency, 'numbers');
    const officer = testOfficer(agency, 'unit', { unitIds: [unit] });
    const routes = await Promise.all([1, 2, 3, 4].map(() => routed([{ unitId: unit }])));
    const outcomes = await Promise.all(
      [...routes, ...routes].map(({ routeIds }) => confirmRoute(context, officer, { routeId: routeIds[0] as string })),
    );
    const numbers = outcomes.flatMap(one => (one.outcome === 'done' ? [one.unitNumber] : []));
    expect(numbers.sort()).toEqual([1, 2, 3, 4]);
    expect(outcomes.filter(one => one.outcome === 'conflict')).toHaveLength(4);
    expect(outcomes.find(one => one.outcome === 'done')).toMatchObject({ unitYear: 2569 });
  });

  it('may act on its own routes alone', async () => {
    const { routeIds } = await routed([{ unitId: finance }, { unitId: legal }]);
    const routeId = routeIds[0] as string;
    for (const act of [confirmRoute, closeRoute]) expect(await act(context, lawyer, { routeId })).toEqual({ outcome: 'forbidden' });
    expect(await noteRoute(context, lawyer, { routeId, note: 'x' })).toEqual({ outcome: 'forbidden' });
    expect(await passOnRoute(context, lawyer, { routeId, unitId: legal, purpose: 'action' })).toEqual({ outcome: 'forbidden' });
    expect(await noteRoute(context, testOfficer(agency, 'auditor'), { routeId, note: 'x' })).toEqual({ outcome: 'forbidden' });
  });

  it('notes beneath the notes before', async () => {
    const { entryId, routeIds } = await routed();
    const routeId = routeIds[0] as string;
    await noteRoute(context, financier, { routeId, note: 'โทรศัพท์แล้ว' });
    await noteRoute(context, financier, { routeId, note: 'ตอบแล้ว' });
    expect((await entryOf(entryId)).routes[0]?.note).toBe('โทรศัพท์แล้ว\nตอบแล้ว');
    expect(await noteRoute(context, financier, { routeId, note: ' ' })).toMatchObject({ outcome: 'invalid', faults: [{ field: 'note' }] });
  });

  it('passes on: its route ends, the other begins', async () => {
    const { entryId, routeIds } = await routed();
    const routeId = routeIds[0] as string;
    await confirmRoute(context, financier, { routeId });
    expect(await passOnRoute(context, financier, { routeId, unitId: finance, purpose: 'action' })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'unitId' }],
    });
    const passed = await passOnRoute(context, financier, { routeId, unitId: legal, purpose: 'action', instruction: 'โปรดพิจารณา' });
    if (passed.outcome !== 'done') throw new Error(JSON.stringify(passed));
    expect((await entryOf(entryId)).routes).toMatchObject([
      { state: 'passed-on', unitNumber: expect.any(Number) },
      { id: passed.routeId, unitId: legal, state: 'waiting', passedOnFrom: routeId, instruction: 'โปรดพิจารณา' },
    ]);
    expect(await jobsOf('notify-route', 'routeId', passed.routeId)).toBe(1);
    expect(await passOnRoute(context, financier, { routeId, unitId: legal, purpose: 'action' })).toMatchObject({
      outcome: 'conflict',
      state: 'passed-on',
      by: 'financier',
    });
  });

  it('closes: with the last route for action the letter is closed', async () => {
    const { entryId, routeIds } = await routed([
      { unitId: finance },
      { unitId: legal },
      { unitId: await addTestUnit(fresh.db, agency, 'informed'), purpose: 'information' },
    ]);
    expect(await closeRoute(context, financier, { routeId: routeIds[0] as string, note: 'ทำแล้ว' })).toEqual({
      outcome: 'done',
      entryClosed: false,
    });
    expect((await entryOf(entryId)).state).toBe('acting');
    expect(await closeRoute(context, lawyer, { routeId: routeIds[1] as string, answered: true })).toEqual({
      outcome: 'done',
      entryClosed: true,
    });
    const entry = await entryOf(entryId);
    expect(entry).toMatchObject({ state: 'closed', answered: true });
    // Closed without a confirmation: the unit has its number all the same.
    expect(entry.routes[0]).toMatchObject({
      state: 'closed',
      unitNumber: expect.any(Number),
      confirmedBy: 'financier',
      closedBy: 'financier',
    });
    expect(await closeRoute(context, financier, { routeId: routeIds[2] as string })).toEqual({ outcome: 'forbidden' });
    expect(await confirmRoute(context, saraban, { routeId: routeIds[2] as string })).toMatchObject({
      outcome: 'conflict',
      state: 'closed',
    });
  });
});

describe('many at once', () => {
  it('no two acts wait for each other in a circle', async () => {
    const { entryId, routeIds } = await routed([{ unitId: finance }, { unitId: legal }]);
    const [a, b] = routeIds as [string, string];
    const outcomes = await Promise.all([
      closeRoute(context, financier, { routeId: a }),
      closeRoute(context, lawyer, { routeId: b }),
      noteRoute(context, financier, { routeId: a, note: 'x' }),
      passOnRoute(context, lawyer, { routeId: b, unitId: finance, purpose: 'action' }),
      amendEntry(context, saraban, { entryId, facts: { remark: 'x' } }),
      openedEntry(context, financier, { entryId, what: 'page' }),
      cancelEntry(context, saraban, { entryId, reason: 'x' }),
      confirmEntry(context, saraban, { entryId }),
    ]);
    expect(outcomes.every(one => one.outcome === 'done' || one.outcome === 'conflict' || one.outcome === 'invalid')).toBe(true);
    expect((await entryOf(entryId)).routes.every(route => route.state !== 'waiting' && route.state !== 'confirmed')).toBe(true);
  });
});
