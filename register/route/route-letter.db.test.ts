import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { cancelEntry } from '../act/cancel.ts';
import { saveRules } from '../act/rules.ts';
import { getEntry, getHistory } from '../look/entry.ts';
import { currentRules } from '../look/office.ts';
import type { Officer } from '../officer.ts';
import { routeLetter } from './route-letter.ts';

let fresh: FreshDatabase;
let agency: number;
let admin: Officer;
let finance: string;

const RULES = `match: first
rules:
  - name: การเงิน
    when:
      subject: [งบประมาณ]
    to:
      - unit: finance
        officer: somsri@rules
        for: action
      - unit: legal
        for: information
    dueInDays: 3
    instruction: โปรดพิจารณา
`;

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'rules');
  admin = testOfficer(agency, 'administrator');
  finance = await addTestUnit(fresh.db, agency, 'finance');
  await addTestUnit(fresh.db, agency, 'legal');
  await addTestAccount(fresh, agency, 'somsri@rules', 'unit', [finance]);
});
afterAll(() => fresh.close());

const context = () => ({ db: fresh.db, jobs: fresh.jobs, now: () => TEST_TIME });
const route = (entryId: string) => routeLetter(context(), { agencyId: agency, entryId });

describe('rules', () => {
  it('are saved whole or not at all; each fault names its line', async () => {
    expect(await saveRules(testContext(fresh), admin, { text: RULES.replace('unit: legal', 'unit: lagal') })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'line 10', message: { en: expect.stringContaining('legal') } }],
    });
    expect(await saveRules(testContext(fresh), admin, { text: 'rules: [}' })).toMatchObject({ outcome: 'invalid' });
    expect(await saveRules(testContext(fresh), admin, { text: 7 as never })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'text' }],
    });
    expect(await saveRules(testContext(fresh), testOfficer(agency, 'saraban'), { text: RULES })).toEqual({ outcome: 'forbidden' });
    expect(await currentRules(fresh.db, admin)).toBeNull();
  });

  it('a letter waits for the officer while there are none', async () => {
    const entryId = await enterLetter(fresh, agency, 'no rules', { subject: 'งบประมาณ' });
    expect(await route(entryId)).toEqual({ outcome: 'waits', why: 'no-rules' });
  });

  it('get a version each, also two saved at once', async () => {
    const saved = await Promise.all([1, 2].map(n => saveRules(testContext(fresh), admin, { text: `${RULES}# ${n}\n` })));
    expect(saved.map(one => one.outcome === 'done' && one.version).sort()).toEqual([1, 2]);
    expect((await currentRules(fresh.db, admin))?.version).toBe(2);
  });
});

describe('routing by rule', () => {
  it('writes the routes, the state, the jobs and the act', async () => {
    const entryId = await enterLetter(fresh, agency, 'budget', { subject: 'ขอส่งงบประมาณ' });
    const routed = await route(entryId);
    if (routed.outcome !== 'routed') throw new Error(JSON.stringify(routed));
    const entry = await getEntry(fresh.db, admin, entryId);
    expect(entry?.state).toBe('routed');
    expect(entry?.routes).toMatchObject([
      {
        unitId: finance,
        officerName: 'somsri@rules',
        purpose: 'action',
        rule: 'การเงิน',
        dueOn: '2026-11-25',
        instruction: 'โปรดพิจารณา',
        routedBy: 'Saraban',
      },
      { purpose: 'information', officerName: null, rule: 'การเงิน' },
    ]);
    for (const routeId of routed.routeIds) {
      expect(await fresh.owner`SELECT id FROM pgboss.job WHERE name = 'notify-route' AND data->>'routeId' = ${routeId}`).toHaveLength(1);
    }
    expect((await getHistory(fresh.db, admin, entryId))?.at(-1)).toMatchObject({
      kind: 'routed',
      actorName: 'Saraban',
      detail: { rules: 2 },
    });
  });

  it('run twice, or twice at once, routes once', async () => {
    const entryId = await enterLetter(fresh, agency, 'twice', { subject: 'งบประมาณ' });
    const outcomes = await Promise.all([route(entryId), route(entryId)]);
    expect(outcomes.map(one => one.outcome).sort()).toEqual(['left-alone', 'routed']);
    expect(await route(entryId)).toEqual({ outcome: 'left-alone' });
    expect((await getEntry(fresh.db, admin, entryId))?.routes).toHaveLength(2);
  });

  it('leaves alone what no rule takes, what an officer has ended, and what is not there', async () => {
    const other = await enterLetter(fresh, agency, 'other', { subject: 'ขอเชิญประชุม' });
    expect(await route(other)).toEqual({ outcome: 'waits', why: 'no-match' });
    await cancelEntry(testContext(fresh), admin, { entryId: other, reason: 'x' });
    expect(await route(other)).toEqual({ outcome: 'left-alone' });
    expect(await route('00000000-0000-7000-8000-000000000000')).toEqual({ outcome: 'left-alone' });
  });

  it('goes round a unit that was closed and an officer who left since', async () => {
    await fresh.owner`UPDATE account SET state = 'disabled' WHERE login = 'somsri@rules'`;
    await fresh.owner`UPDATE unit SET state = 'closed' WHERE code = 'legal'`;
    const entryId = await enterLetter(fresh, agency, 'round', { subject: 'งบประมาณ' });
    expect(await route(entryId)).toMatchObject({ outcome: 'routed' });
    expect((await getEntry(fresh.db, admin, entryId))?.routes).toMatchObject([{ unitId: finance, officerName: null }]);
    await fresh.owner`UPDATE unit SET state = 'closed'`;
    const waits = await enterLetter(fresh, agency, 'nobody', { subject: 'งบประมาณ' });
    expect(await route(waits)).toEqual({ outcome: 'waits', why: 'no-such-unit' });
  });
});
