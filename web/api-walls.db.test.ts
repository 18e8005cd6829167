import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTokens } from '../register/look/office.ts';
import { revokeToken } from '../register/office/tokens.ts';
import { apiRoutes } from './api/dispatch.ts';
import { entriesOperation } from './api/entries.ts';
import type { Call } from './api/operation.ts';
import { OPERATIONS } from './api/operations.ts';
import { registerCsvOperation } from './api/register-files.ts';
import { type ApiWorld, type Json, openApiWorld } from './test-api.ts';

let api: ApiWorld;

beforeAll(async () => {
  api = await openApiWorld();
  // A letter that the unit may see.
  await api.ask(`${api.entryPath(0)}/route`, { body: { recipients: [{ unit: 'finance' }] } });
});
afterAll(async () => {
  await api.close();
});

describe('walls', () => {
  it('answers every operation with another agency’s identifiers as with those of nothing', async () => {
    const { attachments } = (await api.ask(api.entryPath(0))).body;
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
        ? api.letters[0]?.messageId
        : operation.path.startsWith('/held')
          ? api.heldId
          : api.letters[0]?.entryId;
      for (const id of [other, nothing]) {
        const path = operation.path.replace('{id}', String(id)).replace('{attachmentId}', id === nothing ? nothing : attachments[0].id);
        const answer = await api.ask(path, {
          token: api.tokens.blue,
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
    expect(tried).toBeGreaterThanOrEqual(15);
    expect((await api.ask('/entries', { token: api.tokens.blue })).body.items).toHaveLength(1);
    expect((await api.ask(`/messages?sha256=${api.letters[0]?.sha256}`, { token: api.tokens.blue })).body.items).toEqual([]);
    // A unit of the other agency is no unit, whether by code or by id.
    expect((await api.ask(`/entries?unit=${api.red.unitIds.finance}`, { token: api.tokens.blue })).body.faults).toMatchObject([
      { field: 'unit' },
    ]);
  });

  it('shows no classified letter to a program, whatever its role', async () => {
    for (const token of [api.tokens.red, api.tokens.auditor, await api.token(api.red, 'administrator')]) {
      expect((await api.ask(`/entries/${api.classified.entryId}`, { token })).status).toBe(404);
      expect((await api.ask(`/messages/${api.classified.messageId}/raw`, { token })).status).toBe(404);
      expect((await api.ask('/entries?number=1', { token })).body.items.map((one: { id: string }) => one.id)).not.toContain(
        api.classified.entryId,
      );
      for (const query of ['', '&year=2569', '&number=1', '&year=2569&q=secret'])
        expect(await api.ask(`/entries?register=receive-classified${query}`, { token })).toMatchObject({
          status: 200,
          body: { items: [], next: null },
        });
      expect((await api.ask('/registers/receive-classified/2569.csv', { token })).status).toBe(404);
    }
    expect((await api.ask('/registers/receive/2569.csv')).body).not.toContain('ลับมาก');
  });

  it('has the classified register for an officer who is appointed, should a program ever be one', async () => {
    const call = { context: api.context, officer: api.red.administrator, query: {}, body: {}, signal: null } as never as Call<
      'entries',
      'Nothing'
    >;
    const list = await entriesOperation({ ...call, query: { register: 'receive-classified', limit: 50 } });
    if (list.kind !== 'json') throw new Error(list.kind);
    const body = JSON.parse(JSON.stringify(list.body));
    api.check('listEntries', body);
    expect(body.items).toMatchObject([
      { id: api.classified.entryId, register: 'receive-classified', number: 1, year: 2569, secrecy: 'secret' },
    ]);
    const csv = await registerCsvOperation({ ...call, query: {}, places: { register: 'receive-classified', year: '2569' } });
    if (csv.kind !== 'bytes') throw new Error(csv.kind);
    expect(csv.fileName).toBe('red-receive-classified-2569.csv');
    const lines = (await text(csv.stream)).split('\r\n');
    expect(lines.slice(0, 2)).toEqual([expect.stringContaining('เลขทะเบียนรับ (ลับ)'), expect.stringMatching(/^1,/)]);
  });

  it('does not name the classified letter that an ordinary one looks like', async () => {
    const headerMessageId = '<twin@sender.example>';
    const twin = await api.enter(api.red, 'Subject: t\r\n\r\ntwin', { secrecy: 'secret', headerMessageId });
    const plain = await api.enter(api.red, 'Subject: p\r\n\r\nplain', { headerMessageId });
    const other = await api.enter(api.red, 'Subject: o\r\n\r\nother', { headerMessageId: '<1@other.example>' });
    const again = await api.enter(api.red, 'Subject: a\r\n\r\nagain', { headerMessageId: '<1@other.example>' });
    expect((await api.ask(`/entries/${plain.entryId}`)).body.possibleDuplicateOf).toBeNull();
    expect((await api.ask(`/entries/${again.entryId}`)).body.possibleDuplicateOf).toBe(other.entryId);
    expect((await api.ask(`/entries/${twin.entryId}`)).status).toBe(404);
  });

  it('keeps each role to what it may', async () => {
    for (const path of [`${api.entryPath(0)}/confirm`, `${api.entryPath(0)}/cancel`]) {
      expect((await api.ask(path, { token: api.tokens.auditor, body: path.endsWith('cancel') ? { reason: 'x' } : {} })).status).toBe(403);
    }
    expect((await api.ask('/notices', { token: api.tokens.unit })).status).toBe(403);
    expect((await api.ask('/held', { token: api.tokens.unit })).status).toBe(403);
    expect((await api.ask(api.entryPath(1), { token: api.tokens.unit })).status).toBe(404);
    expect((await api.ask(`/messages/${api.letters[1]?.messageId}`, { token: api.tokens.unit })).status).toBe(404);
    expect((await api.ask(`/messages/${api.letters[0]?.messageId}`, { token: api.tokens.unit })).status).toBe(200);
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer x', `Bearer saraban_${'a'.repeat(43)}`, 'Bearer \u00e0'])(
    'asks %j for a token',
    async authorization => {
      const response = await fetch(`${api.base}/api/v1/entries`, { headers: { authorization } });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    },
  );

  it('refuses tokens that are revoked or have expired', async () => {
    const short = await api.token(api.red, 'saraban', { expiresAt: new Date(api.clock.now.getTime() + 1_000) });
    expect((await api.ask('/notices', { token: short })).status).toBe(200);
    api.clock.now = new Date(api.clock.now.getTime() + 1_001);
    expect((await api.ask('/notices', { token: short })).status).toBe(401);
    const known = new Set((await listTokens(api.context.db, api.red.administrator)).map(token => token.id));
    const gone = await api.token(api.red, 'saraban');
    const made = (await listTokens(api.context.db, api.red.administrator)).find(token => !known.has(token.id));
    await revokeToken(api.context, api.red.administrator, { tokenId: made?.id ?? '' });
    expect((await api.ask('/notices', { token: gone })).status).toBe(401);
  });

  it('slows a token that runs wild, and no other', async () => {
    const slow = await api.serve(app => void app.use('/api/v1', apiRoutes(api.context, { rate: { perSecond: 1, burst: 2 } })));
    const get = (token: string) => fetch(`${slow}/api/v1/notices`, { headers: { authorization: `Bearer ${token}` } });
    expect([(await get(api.tokens.red)).status, (await get(api.tokens.red)).status]).toEqual([200, 200]);
    const refused = await get(api.tokens.red);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await get(api.tokens.blue)).status).toBe(200);
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
    const { status, body } = await api.ask(path);
    expect([status, body.type]).toEqual([400, 'urn:problem-type:saraban:bad-parameter']);
    expect(body.faults.map((fault: Json) => fault.field)).toContain(field);
    expect(body.faults[0].detailTh).not.toBe('');
  });

  it.each(['%', '_', "' OR 1=1 --", '\\', '%25', '😀', '\u0e4d\u0e32'])('searches for %j as text', async q => {
    expect((await api.ask(`/entries?q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect((await api.ask(`/entries?from=${encodeURIComponent(q)}`)).status).toBe(200);
  });

  it('names every fault of a body, and saves nothing', async () => {
    const before = (await api.ask(api.entryPath(0))).body.version;
    const answer = await api.ask(`${api.entryPath(0)}/amend`, {
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
    expect((await api.ask(`${api.entryPath(0)}/amend`, { body: { facts: { remark: 'a\u0000b' } } })).body.faults).toMatchObject([
      { field: 'facts.remark' },
    ]);
    const units = await api.ask(`${api.entryPath(0)}/route`, { body: { recipients: [{ unit: 'finance' }, { unit: 'nowhere' }] } });
    expect(units).toMatchObject({ status: 422, body: { faults: [{ field: 'recipients.1.unit' }] } });
    expect((await api.ask(`${api.entryPath(0)}/route`, { body: { recipients: [] } })).status).toBe(422);
    expect((await api.ask(api.entryPath(0))).body.version).toBe(before);
  });

  it.each([
    ['{', 400],
    ['nonsense', 400],
    ['[]', 422],
    ['null', 422],
    ['"x"', 422],
    ['{"a":1,}', 400],
  ])('answers %j as a body with %d', async (raw, status) => {
    expect(
      (await api.ask(`${api.entryPath(0)}/confirm`, { method: 'POST', raw, headers: { 'content-type': 'application/json' } })).status,
    ).toBe(status);
  });

  it('refuses other media types, broken UTF-8 and bodies that are too large', async () => {
    const post = (raw: string | Buffer<ArrayBuffer>, type: string) =>
      api.ask(`${api.entryPath(0)}/confirm`, { method: 'POST', raw, headers: { 'content-type': type } });
    expect((await post('a=b', 'application/x-www-form-urlencoded')).status).toBe(415);
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'application/json')).status).toBe(400);
    expect((await post(`{"x":"${'a'.repeat(300_000)}"}`, 'application/json')).status).toBe(413);
  });

  it('knows methods and paths', async () => {
    const wrong = await api.ask('/entries', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await api.ask(`${api.entryPath(0)}/confirm`)).headers.get('allow')).toBe('POST');
    for (const path of [
      '',
      '/',
      '/nothing',
      '/entries/',
      '/entries/x',
      '/entries/%',
      `/entries/${api.letters[0]?.entryId}/`,
      '/entries/1%27',
      '//',
    ]) {
      expect((await api.ask(path)).status, path).toBe(404);
    }
    expect((await api.ask('/entries/not-an-id/confirm', { body: {} })).status).toBe(404);
  });

  it('answers a lost file as a fault of ours, in words, and logs it', async () => {
    expect(api.errors).toEqual([]);
    const { store } = api.fresh;
    const sha256 = api.letters[0]?.sha256 ?? '';
    const bytes = await store.read(sha256);
    expect(await store.remove(sha256, new Date(8.64e15))).toBe(true);
    const lost = await api.ask(`/messages/${api.letters[0]?.messageId}/raw`);
    await store.put(bytes);
    expect([lost.status, lost.body.type, lost.headers.get('content-disposition')]).toEqual([
      500,
      'urn:problem-type:saraban:internal',
      null,
    ]);
    expect(lost.body.detail).not.toContain(sha256);
    expect(api.errors.splice(0)).toMatchObject([{ path: `/api/v1/messages/${api.letters[0]?.messageId}/raw` }]);
  });

  it('says nothing went wrong inside in all this', () => {
    expect(api.errors).toEqual([]);
  });
});

it('says what a parameter must be, not that it is missing', async () => {
  const { body } = await api.ask('/entries?year=abc');
  expect(body.faults).toMatchObject([{ field: 'year', detail: 'must be of type number' }]);
});
