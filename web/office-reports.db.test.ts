import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Office, openOffice } from './test-office.ts';

let office: Office;
let provider: Browser;

beforeAll(async () => {
  office = await openOffice();
  provider = await office.signIn('provider');
});
afterAll(() => office.close());

const settings = async (agencyId: number) =>
  (await office.fresh.owner<{ settings: Record<string, unknown> }[]>`SELECT settings FROM agency WHERE id = ${agencyId}`)[0]?.settings;
const EMPTY = { closingHour: '', head: '', auditor: '', backup: '' };

describe('an administrator', () => {
  it('sets the closing hour and the recipients, and finds them again', async () => {
    const saved = await office.admin.post('/settings/reports', {
      closingHour: '16.30',
      head: 'nayok@red.example',
      auditor: 'audit@red.example, AUDIT@red.example\nsecond@red.example',
      backup: '',
    });
    expect(saved).toMatchObject({ status: 303, location: '/settings/reports?done=reports-saved' });
    expect(await settings(office.red.id)).toEqual({
      closingHour: '16:30',
      reports: { head: ['nayok@red.example'], auditor: ['AUDIT@red.example', 'second@red.example'] },
    });
    const { html } = await office.admin.get(saved.location);
    expect(html).toContain('บันทึกเวลาปิดทะเบียนและผู้รับรายงานแล้ว');
    expect(html).toContain('value="16:30"');
    expect(html).toContain('nayok@red.example');
    expect((await office.admin.get('/days')).html).toContain('เวลาปิดของหน่วยงานนี้คือ 16:30 น.');
    const [act] = await office.fresh.owner`SELECT detail FROM act WHERE kind = 'agency-changed' AND agency_id = ${office.red.id}`;
    expect(act?.detail.settings.closingHour).toBe('16:30');
  });

  it('empties them again; the other settings stay', async () => {
    await office.fresh.owner`UPDATE agency SET settings = settings || '{"classifiedRegister": "shared"}' WHERE id = ${office.red.id}`;
    await office.admin.post('/settings/reports', EMPTY);
    expect(await settings(office.red.id)).toEqual({ classifiedRegister: 'shared' });
  });

  it.each([
    ['closingHour', '25:00'],
    ['closingHour', '00:00'],
    ['closingHour', 'noon'],
    ['head', 'not an address'],
    ['auditor', 'a@b@c'],
    ['backup', Array.from({ length: 21 }, (_, nth) => `n${nth}@red.example`).join('\n')],
  ])('is told at the field %s that %j will not do, and nothing is saved', async (field, value) => {
    const page = await office.admin.post('/settings/reports', { ...EMPTY, head: 'good@red.example', [field]: value });
    expect(page.status).toBe(422);
    expect(page.html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"`));
    expect((await settings(office.red.id))?.reports).toBeUndefined();
  });
});

describe('the provider', () => {
  it('names who hears of alarms, in agency 0, and sets no closing hour', async () => {
    const saved = await provider.post('/provider/reports', {
      alarm: 'noc@provider.example',
      backup: 'boss@provider.example',
      closingHour: '12:00',
    });
    expect(saved.location).toBe('/provider/reports?done=reports-saved');
    expect(await settings(0)).toMatchObject({ reports: { alarm: ['noc@provider.example'], backup: ['boss@provider.example'] } });
    expect((await settings(0))?.closingHour).toBeUndefined();
    expect((await provider.get('/provider/reports')).html).toContain('noc@provider.example');
  });
});

it('is closed to everybody else', async () => {
  for (const login of ['saraban@red', 'auditor@red', 'unit@red']) {
    const who = await office.signIn(login);
    expect((await who.get('/settings/reports')).status).toBe(403);
    expect((await who.post('/settings/reports', EMPTY)).status).toBe(403);
  }
  expect((await office.admin.post('/provider/reports', { alarm: 'x@red.example' })).status).toBe(403);
  expect((await provider.post('/settings/reports', EMPTY)).status).toBe(403);
});
