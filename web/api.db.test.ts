import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from './api/operations.ts';
import { type ApiWorld, type Json, openApiWorld } from './test-api.ts';
import { addCertificate, addCopy, addDays, copyIdOf, forgetDays } from './test-night.ts';
import { letterWithFiles } from './test-world.ts';

let api: ApiWorld;

beforeAll(async () => {
  api = await openApiWorld();
});
afterAll(async () => {
  await api.close();
});

describe('reading', () => {
  it('lists messages by hash, recipient and Message-ID, in the promised shape', async () => {
    const all = await api.ask('/messages');
    api.check('listMessages', all.body);
    expect(all.body.items).toHaveLength(5);
    const one = await api.ask(`/messages?sha256=${api.letters[0]?.sha256.toUpperCase()}&to=&messageId=`);
    expect(one.body.items).toMatchObject([
      {
        id: api.letters[0]?.messageId,
        disposition: 'entered',
        entryId: api.letters[0]?.entryId,
        notice: null,
        sha256: api.letters[0]?.sha256,
        envelope: { from: 'somchai@sender.example', to: ['saraban+finance@red.example'] },
        receivedAt: '2026-11-22T03:00:00.000Z',
        trust: { spf: 'pass', dkim: 'none', dmarc: 'none' },
        reading: 'done',
      },
    ]);
    expect(one.body.next).toBeNull();
    expect(
      (await api.ask(`/messages?messageId=${encodeURIComponent('<two@sender.example>')}`)).body.items.map((item: Json) => item.id),
    ).toEqual([api.letters[1]?.messageId]);
    expect((await api.ask('/messages?to=SARABAN%2Bfinance@red.example&limit=1')).body.items).toHaveLength(1);
    expect((await api.ask('/messages?to=nobody@red.example')).body.items).toEqual([]);
    const message = await api.ask(`/messages/${api.letters[0]?.messageId}`);
    api.check('getMessage', message.body);
  });

  it('gives the exact bytes, and logs the opening', async () => {
    const before = (await api.opened()).length;
    const response = await fetch(`${api.base}/api/v1/messages/${api.letters[0]?.messageId}/raw`, {
      headers: { authorization: `bearer ${api.tokens.red}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(api.letters[0]?.sha256);
    expect(bytes.toString()).toBe(letterWithFiles('one'));
    expect(response.headers.get('content-type')).toBe('message/rfc822');
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect((await api.opened()).slice(before)).toMatchObject([{ entryId: api.letters[0]?.entryId, detail: { what: 'raw' } }]);
    await api.ask(`/messages/${api.heldId}/raw`);
    expect((await api.opened()).at(-1)).toMatchObject({ entryId: null, detail: { what: 'raw', messageId: api.heldId } });
  });

  it('gives one entry whole, and its attachments byte for byte without anything a browser would run', async () => {
    const before = (await api.opened()).length;
    const { body, status } = await api.ask(api.entryPath(0));
    expect(status).toBe(200);
    api.check('getEntry', body);
    expect(body).toMatchObject({
      register: 'receive',
      year: 2569,
      number: 1,
      state: 'entered',
      from: { name: 'สมชาย ใจดี', address: 'somchai@sender.example' },
      messageId: api.letters[0]?.messageId,
      circular: false,
      urgency: 'normal',
      deliveries: [],
      routes: [],
      acknowledgement: { state: 'waiting', sentAt: null },
    });
    expect(body.text).toContain('เรียน นายกเทศมนตรี one');
    expect(body.attachments.map((one: Json) => [one.name, one.path])).toEqual([
      ['letter.pdf', '2'],
      ['evil.html', '3'],
    ]);
    const evil = body.attachments[1];
    const response = await fetch(`${api.base}/api/v1${api.entryPath(0)}/attachments/${evil.id}`, {
      headers: { authorization: `Bearer ${api.tokens.red}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(evil.sha256);
    expect(bytes.length).toBe(evil.size);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="evil.html"/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect((await api.opened()).slice(before).map(act => act.detail.what)).toEqual(['api', 'attachment']);
  });

  it('chains: every entry names the hash of the one before', async () => {
    const [second, first] = await Promise.all([api.ask(api.entryPath(1)), api.ask(api.entryPath(0))]);
    expect(second.body.previousHash).toBe(first.body.hash);
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${api.base}/api/v1/messages/${api.letters[0]?.messageId}/raw`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${api.tokens.red}` },
    });
    expect([response.status, (await response.arrayBuffer()).byteLength, Number(response.headers.get('content-length')) > 0]).toEqual([
      200,
      0,
      true,
    ]);
  });

  it('lists entries newest first, filtered, page by page, through the years', async () => {
    const all = await api.ask('/entries');
    api.check('listEntries', all.body);
    expect(all.body.items.map((one: Json) => one.number)).toEqual([3, 2, 1]);
    expect(all.body.items[0].text).toContain('three');
    const first = await api.ask('/entries?register=receive&year=2569&limit=2');
    expect(first.body.items.map((one: Json) => one.number)).toEqual([3, 2]);
    const rest = await api.ask(`/entries?limit=2&cursor=${first.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ number: 1 }], next: null });
    expect((await api.ask('/entries?number=2')).body.items.map((one: Json) => one.id)).toEqual([api.letters[1]?.entryId]);
    expect((await api.ask('/entries?year=2568')).body).toEqual({ items: [], next: null });
    expect((await api.ask('/entries?register=send')).body).toEqual({ items: [], next: null });
    expect((await api.ask('/entries?from=somchai&since=2026-11-22&until=2026-11-22T10:00:00%2B07:00')).body.items).toHaveLength(3);
    expect((await api.ask('/entries?since=2026-11-23')).body.items).toEqual([]);
    expect((await api.ask('/entries?state=unconfirmed&unit=finance')).body.items).toEqual([]);
  });

  it('logs a letter in a list once an hour for each token', async () => {
    const fresh = await api.token(api.red, 'saraban');
    const before = (await api.opened()).length;
    await api.ask('/entries', { token: fresh });
    await api.ask('/entries', { token: fresh });
    expect(
      (await api.opened())
        .slice(before)
        .map(act => act.entryId)
        .sort(),
    ).toEqual(api.letters.map(one => one.entryId).sort());
    api.clock.now = new Date(api.clock.now.getTime() + 3_600_000);
    await api.ask('/entries?number=1', { token: fresh });
    expect((await api.opened()).length).toBe(before + 4);
  });

  it('shows notices and held ones', async () => {
    const notices = await api.ask('/notices');
    api.check('listNotices', notices.body);
    expect(notices.body.items).toMatchObject([
      { id: api.noticeId, disposition: 'notice', entryId: null, notice: { recipients: [], matched: null } },
    ]);
    const held = await api.ask('/held');
    api.check('listHeld', held.body);
    expect(held.body.items).toMatchObject([{ id: api.heldId, disposition: 'held', reason: 'infected' }]);
  });

  it('writes the register as CSV, oldest first', async () => {
    const response = await fetch(`${api.base}/api/v1/registers/receive/2569.csv`, {
      headers: { authorization: `Bearer ${api.tokens.red}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = bytes.toString('utf8').trimEnd().split('\r\n');
    expect(lines[0]).toContain('เลขทะเบียนรับ');
    expect(lines.slice(1).map(line => line.split(',').slice(0, 2))).toEqual([
      ['1', '22/11/2569 10:00:00'],
      ['2', '22/11/2569 10:00:00'],
      ['3', '22/11/2569 10:00:00'],
    ]);
    expect((await api.ask('/registers/receive/2568.csv')).status).toBe(404);
    expect((await api.ask('/registers/receive/2569.docx')).status).toBe(404);
    expect((await api.ask('/registers/other/2569.csv')).status).toBe(404);
  });
});

describe('acting', () => {
  it('confirms, and the second is told', async () => {
    const before = await api.ask(api.entryPath(0));
    const done = await api.ask(`${api.entryPath(0)}/confirm`, { method: 'POST' });
    api.check('confirmEntry', done.body);
    expect(done.body).toMatchObject({ state: 'confirmed', confirmedBy: 'API: test saraban' });
    const late = await api.ask(`${api.entryPath(0)}/confirm`, { body: { version: before.body.version } });
    expect(late).toMatchObject({ status: 409, body: { state: 'confirmed', by: 'API: test saraban', version: done.body.version } });
  });

  it('routes to units by code or id, and the unit sees the letter then', async () => {
    expect((await api.ask(api.entryPath(0), { token: api.tokens.unit })).status).toBe(404);
    const body = {
      recipients: [{ unit: 'finance' }, { unit: api.red.unitIds.works, purpose: 'information' }],
      instruction: 'โปรดดำเนินการ',
      dueOn: '2026-11-30',
    };
    const routed = await api.ask(`${api.entryPath(0)}/route`, { body });
    api.check('routeEntry', routed.body);
    expect(routed.body.routes).toMatchObject([
      { unit: 'finance', purpose: 'action', state: 'waiting' },
      { unit: 'works', purpose: 'information', state: 'waiting' },
    ]);
    expect((await api.ask(api.entryPath(0), { token: api.tokens.unit })).status).toBe(200);
    expect((await api.ask('/entries', { token: api.tokens.unit })).body.items.map((one: Json) => one.number)).toEqual([1]);
    expect((await api.ask('/entries?unit=works')).body.items.map((one: Json) => one.number)).toEqual([1]);
  });

  it('corrects facts, and keeps their history', async () => {
    const amended = await api.ask(`${api.entryPath(1)}/amend`, {
      body: {
        facts: { subject: '=HYPERLINK("http://evil")', letterNumber: 'มท 0808.2/ว 1590', letterDate: '2026-11-20', circular: true },
        reason: 'อ่านผิด',
      },
    });
    api.check('amendEntry', amended.body);
    expect(amended.body).toMatchObject({
      subject: '=HYPERLINK("http://evil")',
      letterNumber: 'มท 0808.2/ว 1590',
      letterDate: '2026-11-20',
      circular: true,
    });
    const history = await api.ask(`${api.entryPath(1)}/history`);
    api.check('getHistory', history.body);
    expect(history.body.items.filter((one: Json) => one.kind === 'fact-changed').map((one: Json) => one.detail.fact)).toContain('subject');
    const csv = await api.ask('/registers/receive/2569.csv');
    expect(csv.body).toContain(`"'=HYPERLINK(""http://evil"")"`);
  });

  it('closes, returns and cancels with a reason', async () => {
    const closed = await api.ask(`${api.entryPath(0)}/close`, { body: { note: 'เสร็จแล้ว', answered: true } });
    api.check('closeEntry', closed.body);
    expect(closed.body.state).toBe('closed');
    const returned = await api.ask(`${api.entryPath(1)}/return`, { body: { reason: 'ส่งผิดหน่วยงาน' } });
    api.check('returnEntry', returned.body);
    expect(returned.body).toMatchObject({ state: 'returned', stateReason: 'ส่งผิดหน่วยงาน' });
    const cancelled = await api.ask(`${api.entryPath(2)}/cancel`, { body: { reason: 'ลงรับซ้ำ' } });
    api.check('cancelEntry', cancelled.body);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', number: 3 });
    expect((await api.ask(`${api.entryPath(2)}/confirm`, { body: {} })).status).toBe(409);
  });

  it('enters and dismisses held ones', async () => {
    const entered = await api.ask(`/held/${api.heldId}/enter`, { method: 'POST' });
    api.check('enterHeld', entered.body);
    expect(entered.body).toMatchObject({ register: 'receive', number: 4, year: 2569 });
    expect((await api.ask(`/held/${api.heldId}/enter`, { method: 'POST' })).status).toBe(409);
    const other = (await api.enter(api.red, 'Subject: x\r\n\r\nother', {}, { disposition: 'held', why: 'infected' })).messageId;
    expect((await api.ask(`/held/${other}/dismiss`, { body: {} })).body.faults).toMatchObject([{ field: 'reason' }]);
    const dismissed = await api.ask(`/held/${other}/dismiss`, { body: { reason: 'ไวรัส' } });
    api.check('dismissHeld', dismissed.body);
    expect((await api.ask('/held')).body.items).toEqual([]);
  });
});

it('copies and closed days', async () => {
  const at = new Date('2026-11-21T19:14:00Z');
  await addCopy(api.fresh, { id: copyIdOf(at), beganAt: at, places: [{ place: '/mnt/nas', state: 'proven' }] });
  await addCertificate(api.fresh, api.red.id, { copyId: copyIdOf(at), place: '/mnt/nas', at, summary: { entries: 3, bytes: 900 } });
  await addDays(api.fresh, api.red.id, [
    {
      day: '2026-11-21',
      closedAt: at,
      books: [{ register: 'receive', year: 2569, first: 1, last: 3 }],
      files: [{ name: 'day.json', text: '{}' }],
    },
  ]);
  for (const [id, path] of [
    ['listBackups', '/backups'],
    ['listDays', '/days'],
    ['getDay', '/days/2026-11-21'],
  ] as const) {
    const { status, body } = await api.ask(path);
    expect(status).toBe(200);
    api.check(id, body);
    if (body.items !== undefined) expect(body.items).toHaveLength(1);
  }
  await forgetDays(api.fresh);
});

it('held every JSON answer of every operation against the document', () => {
  const json = OPERATIONS.filter(operation => 'json' in operation.answer).map(operation => operation.id);
  expect([...api.checkedOperations].sort()).toEqual(json.sort());
});
