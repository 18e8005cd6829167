import { afterAll, beforeAll, expect, it } from 'vitest';
import { getAgency } from '../../register/look/office.ts';
import { policyOf, USUAL_POLICY } from '../../register/policy/policy.ts';
import { type Office, openOffice } from '../test-office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const policy = async (agency: 'red' | 'blue') => policyOf((await getAgency(office.context.db, office[agency].administrator))?.settings);
const typed = {
  deny: 'Spam.example\r\n# a remark',
  allow: 'news@ministry.example',
  holdDmarc: 'reject-quarantine',
  noDns: 'try-again',
  forwarders: 'Lists.example',
};

it('shows the usual policy, keeps what is typed, and logs it; other agencies keep theirs', async () => {
  const page = await office.admin.get('/settings/policy');
  expect(page.status).toBe(200);
  expect(page.html).toContain('<option value="reject" selected>');
  const saved = await office.admin.post('/settings/policy', typed);
  expect([saved.status, saved.location]).toEqual([303, '/settings/policy?done=policy-saved']);
  expect(await policy('red')).toEqual({
    deny: ['spam.example'],
    allow: ['news@ministry.example'],
    holdDmarc: 'reject-quarantine',
    noDns: 'try-again',
    forwarders: ['lists.example'],
  });
  expect(await policy('blue')).toEqual(USUAL_POLICY);
  const after = await office.admin.get('/settings/policy?done=policy-saved');
  expect(after.html).toContain('บันทึกนโยบายแล้ว');
  expect(after.html).toContain('spam.example</textarea>');
  expect(after.html).toContain('lists.example</textarea>');
  const acts = await office.fresh
    .owner`SELECT kind, detail->'settings'->'policy'->>'noDns' AS "noDns" FROM act WHERE agency_id = ${office.red.id} AND kind = 'agency-changed'`;
  expect(acts).toMatchObject([{ kind: 'agency-changed', noDns: 'try-again' }]);
});

it('shows again what cannot be saved, with the line that is wrong, and saves nothing of it', async () => {
  const before = await policy('red');
  const refused = await office.admin.post('/settings/policy', { ...typed, deny: 'fine.example\nnot one <b>' });
  expect(refused.status).toBe(422);
  expect(refused.html).toContain('บรรทัด 2: “not one &lt;b&gt;”');
  expect(refused.html).toContain('fine.example');
  expect((await office.admin.post('/settings/policy', { ...typed, noDns: 'whatever' })).status).toBe(422);
  expect(await policy('red')).toEqual(before);
});

it('is for administrators alone', async () => {
  for (const role of ['saraban', 'unit', 'auditor'] as const) {
    const visitor = await office.signIn(`${role}@blue`);
    expect((await visitor.get('/settings/policy')).status).toBe(403);
    expect((await visitor.post('/settings/policy', typed)).status).toBe(403);
  }
  expect(await policy('blue')).toEqual(USUAL_POLICY);
});
