import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../register/look/acts.ts';
import { listTokens } from '../register/look/office.ts';
import { revokeToken } from '../register/office/tokens.ts';
import { apiRoutes } from './api/dispatch.ts';
import { OPERATIONS } from './api/operations.ts';
import { type Entered, letterWithFiles, openWorld, type World } from './test-world.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a stranger would
type Json = any;

let world: World;
let base: string;
let tokens: { red: string; blue: string; unit: string; auditor: string };
let letters: Entered[];
let classified: Entered;
let heldId: string;
let noticeId: string;
/** Operations whose real answer was held against the document. */
const checkedOperations = new Set<string>();
let check: (operationId: string, body: unknown) => void;
let checkProblem: (body: unknown) => void;

beforeAll(async () => {
  world = await openWorld();
  base = await world.serve(app => void app.use('/api/v1', apiRoutes(world.context)));
  const { red, blue } = world;
  letters = [];
  for (const mark of ['one', 'two', 'three'])
    letters.push(await world.enter(red, letterWithFiles(mark), { headerMessageId: `<${mark}@sender.example>` }));
  classified = await world.enter(red, 'Subject: s\r\n\r\nsecret', { secrecy: 'secret', subject: 'ลับมาก' });
  heldId = (await world.enter(red, 'Subject: h\r\n\r\nheld', {}, { disposition: 'held', why: 'infected' })).messageId;
  noticeId = (await world.enter(red, 'Subject: n\r\n\r\nnotice', {}, { disposition: 'notice', why: 'auto-submitted' })).messageId;
  await world.enter(blue, letterWithFiles('blue'));
  tokens = {
    red: await world.token(red, 'saraban'),
    blue: await world.token(blue, 'saraban'),
    unit: await world.token(red, 'unit', { unitIds: [red.unitIds.finance] }),
    auditor: await world.token(red, 'auditor'),
  };
  const document: Json = await (await fetch(`${base}/api/v1/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formatsPlugin.default(ajv);
  ajv.addSchema(document, 'doc');
  const operations = Object.values(document.paths).flatMap((path: Json) => Object.values(path)) as Json[];
  check = (operationId, body) => {
    const found = operations.find(one => one.operationId === operationId);
    const ref: string = found.responses['200'].content['application/json'].schema.$ref;
    const validate = ajv.getSchema(`doc${ref}`);
    if (validate === undefined || !validate(body))
      throw new Error(`${operationId}: ${JSON.stringify(validate?.errors)} in ${JSON.stringify(body).slice(0, 2_000)}`);
    checkedOperations.add(operationId);
  };
  checkProblem = body => {
    const validate = ajv.getSchema('doc#/components/schemas/Problem');
    if (validate === undefined || !validate(body)) throw new Error(JSON.stringify(validate?.errors));
  };
});
afterAll(async () => {
  await world.close();
});

interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

async function ask(
  path: string,
  options: { token?: string; method?: string; body?: unknown; headers?: Record<string, string>; raw?: string | Buffer<ArrayBuffer> } = {},
): Promise<Answer> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${options.token ?? tokens.red}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.raw !== undefined ? { body: options.raw } : options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  const body: Json = /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
  if (response.status >= 400 && options.method !== 'HEAD') {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    checkProblem(body);
    expect(body.status).toBe(response.status);
  }
  return { status: response.status, headers: response.headers, body };
}

const entryPath = (index: number) => `/entries/${letters[index]?.entryId}`;

describe('reading', () => {
  it('lists messages by hash, recipient and Message-ID, in the promised shape', async () => {
    const all = await ask('/messages');
    check('listMessages', all.body);
    expect(all.body.items).toHaveLength(5);
    const one = await ask(`/messages?sha256=${letters[0]?.sha256.toUpperCase()}&to=&messageId=`);
    expect(one.body.items).toMatchObject([
      {
        id: letters[0]?.messageId,
        disposition: 'entered',
        entryId: letters[0]?.entryId,
        notice: null,
        sha256: letters[0]?.sha256,
        envelope: { from: 'somchai@sender.example', to: ['saraban+finance@red.example'] },
        receivedAt: '2026-11-22T03:00:00.000Z',
        trust: { spf: 'pass', dkim: 'none', dmarc: 'none' },
        reading: 'done',
      },
    ]);
    expect(one.body.next).toBeNull();
    expect(
      (await ask(`/messages?messageId=${encodeURIComponent('<two@sender.example>')}`)).body.items.map((item: Json) => item.id),
    ).toEqual([letters[1]?.messageId]);
    expect((await ask('/messages?to=SARABAN%2Bfinance@red.example&limit=1')).body.items).toHaveLength(1);
    expect((await ask('/messages?to=nobody@red.example')).body.items).toEqual([]);
    const message = await ask(`/messages/${letters[0]?.messageId}`);
    check('getMessage', message.body);
  });

  it('gives the exact bytes, and logs the opening', async () => {
    const before = (await opened()).length;
    const response = await fetch(`${base}/api/v1/messages/${letters[0]?.messageId}/raw`, {
      headers: { authorization: `bearer ${tokens.red}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(letters[0]?.sha256);
    expect(bytes.toString()).toBe(letterWithFiles('one'));
    expect(response.headers.get('content-type')).toBe('message/rfc822');
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect((await opened()).slice(before)).toMatchObject([{ entryId: letters[0]?.entryId, detail: { what: 'raw' } }]);
    await ask(`/messages/${heldId}/raw`);
    expect((await opened()).at(-1)).toMatchObject({ entryId: null, detail: { what: 'raw', messageId: heldId } });
  });

  it('gives one entry whole, and its attachments byte for byte without anything a browser would run', async () => {
    const before = (await opened()).length;
    const { body, status } = await ask(entryPath(0));
    expect(status).toBe(200);
    check('getEntry', body);
    expect(body).toMatchObject({
      register: 'receive',
      year: 2569,
      number: 1,
      state: 'entered',
      from: { name: 'สมชาย ใจดี', address: 'somchai@sender.example' },
      messageId: letters[0]?.messageId,
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
    const response = await fetch(`${base}/api/v1${entryPath(0)}/attachments/${evil.id}`, {
      headers: { authorization: `Bearer ${tokens.red}` },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(evil.sha256);
    expect(bytes.length).toBe(evil.size);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="evil.html"/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect((await opened()).slice(before).map(act => act.detail.what)).toEqual(['api', 'attachment']);
  });

  it('chains: every entry names the hash of the one before', async () => {
    const [second, first] = await Promise.all([ask(entryPath(1)), ask(entryPath(0))]);
    expect(second.body.previousHash).toBe(first.body.hash);
  });

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${base}/api/v1/messages/${letters[0]?.messageId}/raw`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${tokens.red}` },
    });
    expect([response.status, (await response.arrayBuffer()).byteLength, Number(response.headers.get('content-length')) > 0]).toEqual([
      200,
      0,
      true,
    ]);
  });

  it('lists entries newest first, filtered, page by page, through the years', async () => {
    const all = await ask('/entries');
    check('listEntries', all.body);
    expect(all.body.items.map((one: Json) => one.number)).toEqual([3, 2, 1]);
    expect(all.body.items[0].text).toContain('three');
    const first = await ask('/entries?register=receive&year=2569&limit=2');
    expect(first.body.items.map((one: Json) => one.number)).toEqual([3, 2]);
    const rest = await ask(`/entries?limit=2&cursor=${first.body.next}`);
    expect(rest.body).toMatchObject({ items: [{ number: 1 }], next: null });
    expect((await ask('/entries?number=2')).body.items.map((one: Json) => one.id)).toEqual([letters[1]?.entryId]);
    expect((await ask('/entries?year=2568')).body).toEqual({ items: [], next: null });
    expect((await ask('/entries?register=send')).body).toEqual({ items: [], next: null });
    expect((await ask('/entries?from=somchai&since=2026-11-22&until=2026-11-22T10:00:00%2B07:00')).body.items).toHaveLength(3);
    expect((await ask('/entries?since=2026-11-23')).body.items).toEqual([]);
    expect((await ask('/entries?state=unconfirmed&unit=finance')).body.items).toEqual([]);
  });

  it('logs a letter in a list once an hour for each token', async () => {
    const fresh = await world.token(world.red, 'saraban');
    const before = (await opened()).length;
    await ask('/entries', { token: fresh });
    await ask('/entries', { token: fresh });
    expect(
      (await opened())
        .slice(before)
        .map(act => act.entryId)
        .sort(),
    ).toEqual(letters.map(one => one.entryId).sort());
    world.clock.now = new Date(world.clock.now.getTime() + 3_600_000);
    await ask('/entries?number=1', { token: fresh });
    expect((await opened()).length).toBe(before + 4);
  });

  it('shows notices and held ones', async () => {
    const notices = await ask('/notices');
    check('listNotices', notices.body);
    expect(notices.body.items).toMatchObject([
      { id: noticeId, disposition: 'notice', entryId: null, notice: { recipients: [], matched: null } },
    ]);
    const held = await ask('/held');
    check('listHeld', held.body);
    expect(held.body.items).toMatchObject([{ id: heldId, disposition: 'held', reason: 'infected' }]);
  });

  it('writes the register as CSV, oldest first', async () => {
    const response = await fetch(`${base}/api/v1/registers/receive/2569.csv`, { headers: { authorization: `Bearer ${tokens.red}` } });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = bytes.toString('utf8').trimEnd().split('\r\n');
    expect(lines[0]).toContain('เลขทะเบียนรับ');
    expect(lines.slice(1).map(line => line.split(',').slice(0, 2))).toEqual([
      ['1', '22/11/2569 10:00:00'],
      ['2', '22/11/2569 10:00:00'],
      ['3', '22/11/2569 10:00:00'],
    ]);
    expect((await ask('/registers/receive/2568.csv')).status).toBe(404);
    expect((await ask('/registers/receive/2569.xlsx')).status).toBe(404);
    expect((await ask('/registers/other/2569.csv')).status).toBe(404);
  });
});

describe('acting', () => {
  it('confirms, and the second is told', async () => {
    const before = await ask(entryPath(0));
    const done = await ask(`${entryPath(0)}/confirm`, { method: 'POST' });
    check('confirmEntry', done.body);
    expect(done.body).toMatchObject({ state: 'confirmed', confirmedBy: 'API: test saraban' });
    const late = await ask(`${entryPath(0)}/confirm`, { body: { version: before.body.version } });
    expect(late).toMatchObject({ status: 409, body: { state: 'confirmed', by: 'API: test saraban', version: done.body.version } });
  });

  it('routes to units by code or id, and the unit sees the letter then', async () => {
    expect((await ask(entryPath(0), { token: tokens.unit })).status).toBe(404);
    const body = {
      recipients: [{ unit: 'finance' }, { unit: world.red.unitIds.works, purpose: 'information' }],
      instruction: 'โปรดดำเนินการ',
      dueOn: '2026-11-30',
    };
    const routed = await ask(`${entryPath(0)}/route`, { body });
    check('routeEntry', routed.body);
    expect(routed.body.routes).toMatchObject([
      { unit: 'finance', purpose: 'action', state: 'waiting' },
      { unit: 'works', purpose: 'information', state: 'waiting' },
    ]);
    expect((await ask(entryPath(0), { token: tokens.unit })).status).toBe(200);
    expect((await ask('/entries', { token: tokens.unit })).body.items.map((one: Json) => one.number)).toEqual([1]);
    expect((await ask('/entries?unit=works')).body.items.map((one: Json) => one.number)).toEqual([1]);
  });

  it('corrects facts, and keeps their history', async () => {
    const amended = await ask(`${entryPath(1)}/amend`, {
      body: {
        facts: { subject: '=HYPERLINK("http://evil")', letterNumber: 'มท 0808.2/ว 1590', letterDate: '2026-11-20', circular: true },
        reason: 'อ่านผิด',
      },
    });
    check('amendEntry', amended.body);
    expect(amended.body).toMatchObject({
      subject: '=HYPERLINK("http://evil")',
      letterNumber: 'มท 0808.2/ว 1590',
      letterDate: '2026-11-20',
      circular: true,
    });
    const history = await ask(`${entryPath(1)}/history`);
    check('getHistory', history.body);
    expect(history.body.items.filter((one: Json) => one.kind === 'fact-changed').map((one: Json) => one.detail.fact)).toContain('subject');
    const csv = await ask('/registers/receive/2569.csv');
    expect(csv.body).toContain(`"'=HYPERLINK(""http://evil"")"`);
  });

  it('closes, returns and cancels with a reason', async () => {
    const closed = await ask(`${entryPath(0)}/close`, { body: { note: 'เสร็จแล้ว', answered: true } });
    check('closeEntry', closed.body);
    expect(closed.body.state).toBe('closed');
    const returned = await ask(`${entryPath(1)}/return`, { body: { reason: 'ส่งผิดหน่วยงาน' } });
    check('returnEntry', returned.body);
    expect(returned.body).toMatchObject({ state: 'returned', stateReason: 'ส่งผิดหน่วยงาน' });
    const cancelled = await ask(`${entryPath(2)}/cancel`, { body: { reason: 'ลงรับซ้ำ' } });
    check('cancelEntry', cancelled.body);
    expect(cancelled.body).toMatchObject({ state: 'cancelled', number: 3 });
    expect((await ask(`${entryPath(2)}/confirm`, { body: {} })).status).toBe(409);
  });

  it('enters and dismisses held ones', async () => {
    const entered = await ask(`/held/${heldId}/enter`, { method: 'POST' });
    check('enterHeld', entered.body);
    expect(entered.body).toMatchObject({ number: 5, year: 2569 });
    expect((await ask(`/held/${heldId}/enter`, { method: 'POST' })).status).toBe(409);
    const other = (await world.enter(world.red, 'Subject: x\r\n\r\nother', {}, { disposition: 'held', why: 'infected' })).messageId;
    expect((await ask(`/held/${other}/dismiss`, { body: {} })).body.faults).toMatchObject([{ field: 'reason' }]);
    const dismissed = await ask(`/held/${other}/dismiss`, { body: { reason: 'ไวรัส' } });
    check('dismissHeld', dismissed.body);
    expect((await ask('/held')).body.items).toEqual([]);
  });
});

describe('walls', () => {
  it('answers every operation with another agency’s identifiers as with those of nothing', async () => {
    const { attachments } = (await ask(entryPath(0))).body;
    const nothing = '01900000-0000-7000-8000-000000000000';
    const bodies: Record<string, unknown> = {
      Route: { recipients: [{ unit: 'finance' }] },
      Reason: { reason: 'x' },
      Dismiss: { reason: 'x' },
      Amend: { facts: { subject: 'x' } },
    };
    let tried = 0;
    for (const operation of OPERATIONS.filter(one => one.path.includes('{id}'))) {
      const answers = [];
      const other = operation.path.startsWith('/messages')
        ? letters[0]?.messageId
        : operation.path.startsWith('/held')
          ? heldId
          : letters[0]?.entryId;
      for (const id of [other, nothing]) {
        const path = operation.path.replace('{id}', String(id)).replace('{attachmentId}', id === nothing ? nothing : attachments[0].id);
        const answer = await ask(path, {
          token: tokens.blue,
          method: operation.method,
          ...(operation.method === 'POST' ? { body: bodies[operation.body] ?? {} } : {}),
        });
        const { instance: _, ...body } = answer.body;
        answers.push({ status: answer.status, body });
      }
      expect(answers[0], operation.id).toMatchObject({ status: 404 });
      expect(answers[0], operation.id).toEqual(answers[1]);
      tried++;
    }
    expect(tried).toBe(13);
    expect((await ask('/entries', { token: tokens.blue })).body.items).toHaveLength(1);
    expect((await ask(`/messages?sha256=${letters[0]?.sha256}`, { token: tokens.blue })).body.items).toEqual([]);
    // A unit of the other agency is no unit, whether by code or by id.
    expect((await ask(`/entries?unit=${world.red.unitIds.finance}`, { token: tokens.blue })).body.faults).toMatchObject([
      { field: 'unit' },
    ]);
  });

  it('shows no classified letter to a program, whatever its role', async () => {
    for (const token of [tokens.red, tokens.auditor, await world.token(world.red, 'administrator')]) {
      expect((await ask(`/entries/${classified.entryId}`, { token })).status).toBe(404);
      expect((await ask(`/messages/${classified.messageId}/raw`, { token })).status).toBe(404);
      expect((await ask('/entries?number=4', { token })).body.items).toEqual([]);
    }
    expect((await ask('/registers/receive/2569.csv')).body).not.toContain('ลับมาก');
  });

  it('keeps each role to what it may', async () => {
    for (const path of [`${entryPath(0)}/confirm`, `${entryPath(0)}/cancel`]) {
      expect((await ask(path, { token: tokens.auditor, body: path.endsWith('cancel') ? { reason: 'x' } : {} })).status).toBe(403);
    }
    expect((await ask('/notices', { token: tokens.unit })).status).toBe(403);
    expect((await ask('/held', { token: tokens.unit })).status).toBe(403);
    expect((await ask(entryPath(1), { token: tokens.unit })).status).toBe(404);
    expect((await ask(`/messages/${letters[1]?.messageId}`, { token: tokens.unit })).status).toBe(404);
    expect((await ask(`/messages/${letters[0]?.messageId}`, { token: tokens.unit })).status).toBe(200);
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer x', `Bearer saraban_${'a'.repeat(43)}`, 'Bearer \u00e0'])(
    'asks %j for a token',
    async authorization => {
      const response = await fetch(`${base}/api/v1/entries`, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    },
  );

  it('refuses tokens that are revoked or have expired', async () => {
    const short = await world.token(world.red, 'saraban', { expiresAt: new Date(world.clock.now.getTime() + 1_000) });
    expect((await ask('/notices', { token: short })).status).toBe(200);
    world.clock.now = new Date(world.clock.now.getTime() + 1_001);
    expect((await ask('/notices', { token: short })).status).toBe(401);
    const known = new Set((await listTokens(world.context.db, world.red.administrator)).map(token => token.id));
    const gone = await world.token(world.red, 'saraban');
    const made = (await listTokens(world.context.db, world.red.administrator)).find(token => !known.has(token.id));
    await revokeToken(world.context, world.red.administrator, { tokenId: made?.id ?? '' });
    expect((await ask('/notices', { token: gone })).status).toBe(401);
  });

  it('slows a token that runs wild, and no other', async () => {
    const slow = await world.serve(app => void app.use('/api/v1', apiRoutes(world.context, { rate: { perSecond: 1, burst: 2 } })));
    const get = (token: string) => fetch(`${slow}/api/v1/notices`, { headers: { authorization: `Bearer ${token}` } });
    expect([(await get(tokens.red)).status, (await get(tokens.red)).status]).toEqual([200, 200]);
    const refused = await get(tokens.red);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await get(tokens.blue)).status).toBe(200);
  });
});

describe('bad requests', () => {
  it.each([
    ['/entries?year=abc', 'year'],
    ['/entries?year=1e3', 'year'],
    ['/entries?limit=0', 'limit'],
    ['/entries?limit=99999999999999999999', 'limit'],
    ['/entries?number=-1', 'number'],
    ['/entries?state=x', 'state'],
    ['/entries?since=yesterday', 'since'],
    ['/entries?since=2026-02-30', 'since'],
    ['/entries?unit=nowhere', 'unit'],
    ['/entries?cursor=!!!', 'cursor'],
    [`/entries?cursor=${Buffer.from('[1e99]').toString('base64url')}`, 'cursor'],
    [`/entries?cursor=${Buffer.from('{"a":1}').toString('base64url')}`, 'cursor'],
    ['/messages?cursor=AAAA', 'cursor'],
    ['/notices?cursor=AAAA', 'cursor'],
    ['/messages?sha256=abc', 'sha256'],
    ['/messages?to=a&to=b', 'to'],
    ['/messages?to=%00', 'to'],
    ['/messages?shа256=x', 'shа256'],
    ['/entries?q[]=x', 'q[]'],
    ['/entries?__proto__=x', '__proto__'],
    ['/held?limit=abc', 'limit'],
  ])('%s names the parameter', async (path, field) => {
    const { status, body } = await ask(path);
    expect([status, body.type]).toEqual([400, 'urn:problem-type:saraban:bad-parameter']);
    expect(body.faults.map((fault: Json) => fault.field)).toContain(field);
    expect(body.faults[0].detailTh).not.toBe('');
  });

  it.each(['%', '_', "' OR 1=1 --", '\\', '%25', '😀', '\u0e4d\u0e32'])('searches for %j as text', async q => {
    expect((await ask(`/entries?q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect((await ask(`/entries?from=${encodeURIComponent(q)}`)).status).toBe(200);
  });

  it('names every fault of a body, and saves nothing', async () => {
    const before = (await ask(entryPath(0))).body.version;
    const answer = await ask(`${entryPath(0)}/amend`, {
      body: { facts: { subject: 5, letterDate: '2026-13-01', urgency: 'fast', color: 'red' }, version: 'x' },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.faults.map((fault: Json) => fault.field).sort()).toEqual([
      'facts.color',
      'facts.letterDate',
      'facts.subject',
      'facts.urgency',
      'version',
    ]);
    expect((await ask(`${entryPath(0)}/amend`, { body: { facts: { remark: 'a\u0000b' } } })).body.faults).toMatchObject([
      { field: 'facts.remark' },
    ]);
    const units = await ask(`${entryPath(0)}/route`, { body: { recipients: [{ unit: 'finance' }, { unit: 'nowhere' }] } });
    expect(units).toMatchObject({ status: 422, body: { faults: [{ field: 'recipients.1.unit' }] } });
    expect((await ask(`${entryPath(0)}/route`, { body: { recipients: [] } })).status).toBe(422);
    expect((await ask(entryPath(0))).body.version).toBe(before);
  });

  it.each([
    ['{', 400],
    ['nonsense', 400],
    ['[]', 422],
    ['null', 422],
    ['"x"', 422],
    ['{"a":1,}', 400],
  ])('answers %j as a body with %d', async (raw, status) => {
    expect((await ask(`${entryPath(0)}/confirm`, { method: 'POST', raw, headers: { 'content-type': 'application/json' } })).status).toBe(
      status,
    );
  });

  it('refuses other media types, broken UTF-8 and bodies that are too large', async () => {
    const post = (raw: string | Buffer<ArrayBuffer>, type: string) =>
      ask(`${entryPath(0)}/confirm`, { method: 'POST', raw, headers: { 'content-type': type } });
    expect((await post('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'application/json')).status).toBe(400);
    expect((await post(`{"x":"${'a'.repeat(300_000)}"}`, 'application/json')).status).toBe(413);
  });

  it('knows methods and paths', async () => {
    const wrong = await ask('/entries', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await ask(`${entryPath(0)}/confirm`)).headers.get('allow')).toBe('POST');
    for (const path of [
      '',
      '/',
      '/nothing',
      '/entries/',
      '/entries/x',
      '/entries/%',
      `/entries/${letters[0]?.entryId}/`,
      '/entries/1%27',
      '//',
    ]) {
      expect((await ask(path)).status, path).toBe(404);
    }
    expect((await ask('/entries/not-an-id/confirm', { body: {} })).status).toBe(404);
  });

  it('says nothing went wrong inside in all this', () => {
    expect(world.errors).toEqual([]);
  });
});

it('held every JSON answer of every operation against the document', () => {
  const json = OPERATIONS.filter(operation => 'json' in operation.answer).map(operation => operation.id);
  expect([...checkedOperations].sort()).toEqual(json.sort());
});

async function opened() {
  const { items } = await listActs(world.context.db, world.red.administrator, { register: 'receive', kind: 'opened', limit: 500 });
  return items.reverse();
}
