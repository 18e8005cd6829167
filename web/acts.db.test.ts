/** What officers do with letters, over HTTP, by plain forms; and who may. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routeEntry } from '../register/act/route.ts';
import { openRegister, type Register } from './test-browser.ts';

let register: Register;

beforeAll(async () => {
  register = await openRegister();
});
afterAll(() => register.close());
beforeEach(() => {
  expect(register.world.errors).toEqual([]);
});

describe('acts', () => {
  it('confirms with one press; a second press changes nothing and says who was first', async () => {
    const pressed = await register.saraban.post(`/entries/${register.letter.entryId}/confirm`, {
      version: String((await register.entryNow(register.letter)).version),
    });
    expect([pressed.status, pressed.location]).toEqual([303, `/entries/${register.letter.entryId}`]);
    expect((await register.saraban.get(pressed.location)).html).toContain('ยืนยันรับแล้ว');
    const { confirmedAt, version } = await register.entryNow(register.letter);
    const again = await register.saraban.post(`/entries/${register.letter.entryId}/confirm`, { version: String(version) });
    expect(again.status).toBe(303);
    expect((await register.saraban.get(again.location)).html).toContain('saraban of red ดำเนินการไปก่อนแล้ว');
    expect(await register.entryNow(register.letter)).toMatchObject({ confirmedAt, version });
  });

  it('says field by field what is missing, keeps what was typed, and works in a dialog as on a page', async () => {
    const action = `/entries/${register.letter.entryId}/amend`;
    const typed = {
      subject: '',
      letterDate: 'วันไหนก็ได้',
      letterNumber: 'มท 1/2',
      urgency: 'normal',
      secrecy: 'normal',
      version: String((await register.entryNow(register.letter)).version),
    };
    const wrong = await register.saraban.post(action, typed);
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('value="วันไหนก็ได้"');
    expect(wrong.html).toMatch(/id="f-letterDate"[^>]* aria-invalid="true" aria-describedby="e-letterDate"/);
    const dialog = await register.saraban.post(action, typed, { 'hx-request': 'true', 'hx-target': 'dialog-body' });
    expect([dialog.status, dialog.html.includes('<html')]).toEqual([422, false]);
    const right = await register.saraban.post(
      action,
      { ...typed, subject: 'เรื่องที่แก้แล้ว', letterDate: '๒๐ พ.ย. ๒๕๖๙', to: '/register' },
      { 'hx-request': 'true' },
    );
    expect([right.status, right.headers.get('hx-redirect')]).toEqual([204, '/register']);
    expect(await register.entryNow(register.letter)).toMatchObject({
      subject: 'เรื่องที่แก้แล้ว',
      letterDate: '2026-11-20',
      letterNumber: 'มท 1/2',
    });
  });

  it('tells kindly when somebody was faster, and keeps what was typed', async () => {
    const stale = await register.saraban.post(`/entries/${register.letter.entryId}/amend`, {
      subject: 'ช้าไป',
      urgency: 'normal',
      secrecy: 'normal',
      letterDate: '',
      version: '1',
    });
    expect(stale.status).toBe(409);
    expect(stale.html).toContain('value="ช้าไป"');
    expect(stale.html).toContain('saraban of red');
    expect((await register.entryNow(register.letter)).subject).not.toBe('ช้าไป');
  });

  it('routes to several units; each confirms with its own number; the last to finish closes the letter', async () => {
    const { finance, works } = register.world.red.unitIds;
    const none = await register.saraban.post(`/entries/${register.letter.entryId}/route`, { instruction: 'ทำเถอะ' });
    expect([none.status, none.html.includes('เลือกผู้รับอย่างน้อยหนึ่งแห่ง'), none.html.includes('ทำเถอะ')]).toEqual([422, true, true]);
    const body = new URLSearchParams([
      ['unit', finance],
      ['unit', works],
      [`purpose-${works}`, 'information'],
      ['instruction', 'โปรดดำเนินการ'],
      ['dueOn', '30 พ.ย. 2569'],
    ]);
    const routed = await register.saraban.post(`/entries/${register.letter.entryId}/route`, body as unknown as Record<string, string>);
    expect(routed.status).toBe(303);
    const { routes } = await register.entryNow(register.letter);
    expect(routes.map(route => [route.unitId, route.purpose, route.dueOn]).sort()).toEqual(
      [
        [finance, 'action', '2026-11-30'],
        [works, 'information', '2026-11-30'],
      ].sort(),
    );

    const unit = await register.signIn('finance@red');
    expect((await unit.get('/')).location).toBe('/in-tray');
    expect((await unit.get('/in-tray')).html).toContain('เรื่องที่แก้แล้ว');
    const own = routes.find(route => route.unitId === finance);
    const confirmed = await unit.post(`/routes/${own?.id}/confirm`);
    expect((await unit.get(confirmed.location)).html).toContain('เลขรับของหน่วย 1/2569');
    expect((await unit.post(`/routes/${own?.id}/note`, { note: 'ทำแล้ว' })).status).toBe(303);
    expect((await unit.post(`/routes/${own?.id}/close`, { answered: 'yes' })).status).toBe(303);
    expect(await register.entryNow(register.letter)).toMatchObject({ state: 'closed' });
  });

  it('asks for a reason before it cancels, and never gives the number back', async () => {
    const entered = await register.world.enter(register.world.red, 'Subject: twice\r\n\r\ntwice', {
      subject: 'twice',
      headerMessageId: '<twice@x>',
    });
    const empty = await register.saraban.post(`/entries/${entered.entryId}/cancel`, { reason: '  ' });
    expect([empty.status, empty.html.includes('aria-invalid="true"')]).toEqual([422, true]);
    expect((await register.saraban.post(`/entries/${entered.entryId}/cancel`, { reason: 'ลงรับซ้ำ' })).status).toBe(303);
    expect((await register.saraban.get('/register')).html).toContain('ยกเลิกเลข: ลงรับซ้ำ');
    expect((await register.saraban.get(`/entries/${entered.entryId}`)).html).not.toContain(`/entries/${entered.entryId}/confirm`);
  });
});

describe('who may what', () => {
  it('shows a unit only what was routed to it', async () => {
    const works = await register.signIn('works@red');
    const other = await register.world.enter(register.world.red, 'Subject: finance only\r\n\r\nx', {
      subject: 'finance only',
      headerMessageId: '<fo@x>',
    });
    const outcome = await routeEntry(register.world.context, register.world.red.administrator, {
      entryId: other.entryId,
      recipients: [{ unitId: register.world.red.unitIds.finance, purpose: 'action' }],
    });
    expect(outcome.outcome).toBe('done');
    expect((await works.get(`/entries/${other.entryId}`)).status).toBe(404);
    expect((await works.get('/register')).html).not.toContain('finance only');
    expect((await works.get('/outbox')).status).toBe(403);
    const [route] = (await register.entryNow(other)).routes;
    expect((await works.post(`/routes/${route?.id}/confirm`)).status).toBe(404);
  });

  it('lets an auditor read everything and change nothing', async () => {
    const auditor = await register.signIn('auditor@red');
    const page = await auditor.get(`/entries/${register.letter.entryId}`);
    expect(page.status).toBe(200);
    expect(page.html).not.toMatch(/\/entries\/[0-9a-f-]+\/(confirm|route|cancel|amend)"/);
    const before = await register.entryNow(register.letter);
    for (const verb of ['confirm', 'reopen', 'cancel', 'amend'])
      expect((await auditor.post(`/entries/${register.letter.entryId}/${verb}`, { reason: 'x', subject: 'x' })).status).toBe(403);
    expect((await register.entryNow(register.letter)).version).toBe(before.version);
  });

  it('keeps a classified letter from everybody who is not appointed', async () => {
    const secret = await register.world.enter(register.world.red, 'Subject: hush\r\n\r\nhush', {
      subject: 'hush',
      secrecy: 'confidential',
      headerMessageId: '<hush@x>',
    });
    expect((await register.saraban.get(`/entries/${secret.entryId}`)).status).toBe(404);
    expect((await register.saraban.get('/register?q=hush')).html).not.toContain(secret.entryId);
  });
});
