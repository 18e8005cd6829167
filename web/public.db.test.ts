import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEntry } from '../register/act/close.ts';
import { confirmEntry } from '../register/act/confirm.ts';
import { returnEntry } from '../register/act/return.ts';
import { routeEntry } from '../register/act/route.ts';
import { getEntry } from '../register/look/entry.ts';
import { publicRoutes } from './public/routes.ts';
import { stepsOf } from './public/view.ts';
import { type Entered, letterWithFiles, openWorld, type World } from './test-world.ts';

let world: World;
let base: string;
let letter: Entered;
let code: string;

beforeAll(async () => {
  world = await openWorld();
  base = await world.serve(
    app =>
      void app.use(publicRoutes(world.context, { pages: { perSecond: 1000, burst: 1000 }, comparisons: { perSecond: 1000, burst: 1000 } })),
  );
  letter = await world.enter(world.red, letterWithFiles('one'), { subject: 'A SUBJECT NOBODY MAY SEE' });
  code = await codeOf(letter);
});
afterAll(async () => {
  await world.close();
});

async function codeOf(entered: Entered): Promise<string> {
  const entry = await getEntry(world.context.db, world.red.administrator, entered.entryId);
  return entry?.publicCode ?? '';
}

async function page(path: string): Promise<{ status: number; html: string; headers: Headers }> {
  const response = await fetch(`${base}${path}`, { redirect: 'manual' });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

async function compare(of: string, sha256: string, accept = 'application/json') {
  return await fetch(`${base}/v/${of}/compare`, { method: 'POST', body: new URLSearchParams({ sha256 }), headers: { accept } });
}

const hashOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('the page of a letter', () => {
  it('shows agency, number, time and state in both languages, and nothing else', async () => {
    const { status, html, headers } = await page(`/v/${code}`);
    expect(status).toBe(200);
    for (const shown of [
      'หน่วยงาน red',
      'Agency red',
      '1/2569',
      '22 พฤศจิกายน 2569',
      '22 November 2026 10:00 (Asia/Bangkok)',
      'ได้รับและลงทะเบียนแล้ว',
      'Received and registered',
    ])
      expect(html).toContain(shown);
    for (const hidden of ['A SUBJECT', 'สมชาย', 'somchai', 'letter.pdf', 'นายกเทศมนตรี', letter.sha256, letter.entryId, letter.messageId])
      expect(html).not.toContain(hidden);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('set-cookie')).toBeNull();
    expect(html).not.toMatch(/<[^>]+ (?:style|on\w+)=/);
  });

  it('follows the letter', async () => {
    const { context, red } = world;
    const now = async () => /<li class="[^"]*" aria-current="step">([^<(]*)/.exec((await page(`/v/${code}`)).html)?.[1]?.trim();
    await confirmEntry(context, red.administrator, { entryId: letter.entryId });
    expect(await now()).toBe('ได้รับและลงทะเบียนแล้ว');
    await routeEntry(context, red.administrator, {
      entryId: letter.entryId,
      recipients: [{ unitId: red.unitIds.finance, purpose: 'action' }],
    });
    expect(await now()).toBe('ส่งต่อให้หน่วยงานที่รับผิดชอบ');
    await closeEntry(context, red.administrator, { entryId: letter.entryId, answered: true });
    expect(await now()).toBe('ดำเนินการเสร็จสิ้น');
    expect((await page(`/v/${code}`)).html).toContain('ตอบหนังสือแล้ว');
    const other = await world.enter(red, letterWithFiles('returned'));
    await returnEntry(context, red.administrator, { entryId: other.entryId, reason: 'A REASON FOR THE SENDER ALONE' });
    const { html } = await page(`/v/${await codeOf(other)}`);
    expect(html).toContain('ส่งคืนผู้ส่ง');
    expect(html).not.toContain('A REASON');
  });

  it('draws the path of every state', () => {
    const kinds = (state: Parameters<typeof stepsOf>[0]) => stepsOf(state).map(step => step.kind);
    expect(kinds('received')).toEqual(['now', 'later', 'later', 'later']);
    expect(kinds('being-handled')).toEqual(['done', 'done', 'now', 'later']);
    expect(kinds('answered')).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(kinds('closed')).toEqual(['done', 'done', 'done', 'done']);
    expect(kinds('cancelled')).toEqual(['done', 'ended']);
  });

  it('gives one constant answer for everything that is no letter', async () => {
    const unknown = '0'.repeat(26);
    const constant = await page(`/v/${unknown}`);
    expect(constant.status).toBe(404);
    for (const path of [
      `/v/${code.slice(1)}`,
      `/v/${code}x`,
      `/v/${code.toUpperCase()}`,
      '/v/x',
      '/v/%',
      '/v/%00',
      `/v/${code}/`,
      `/v/${'a'.repeat(5_000)}`,
      `/v/${code}/compare`,
      `/v/${code}/raw`,
      "/v/'",
      '/v/..%2f..%2fetc',
    ]) {
      const { status, html } = await page(path);
      // A slash at the end is the page itself.
      if (path === `/v/${code}/`) continue;
      expect([path, status, html]).toEqual([path, 404, constant.html]);
    }
    expect(constant.html).not.toContain(unknown);
    const posted = await compare(unknown, letter.sha256);
    expect([posted.status, await posted.text()]).toEqual([404, constant.html]);
  });

  it('takes a code as people copy it', async () => {
    expect((await page('/v')).status).toBe(200);
    const typed = ` https://x.example/v/${code.toUpperCase().replaceAll('0', 'O')} `;
    const { status, headers } = await page(`/v?code=${encodeURIComponent(typed)}`);
    expect([status, headers.get('location')]).toEqual([303, `/v/${code}`]);
    expect((await page('/v?code=//evil.example')).status).toBe(404);
  });
});

describe('comparing a file', () => {
  it('says yes to the message and to each file in it, and to nothing else', async () => {
    const answer = async (sha256: string) => await (await compare(code, sha256)).json();
    expect(await answer(letter.sha256)).toEqual({ received: true });
    expect(await answer(letter.sha256.toUpperCase())).toEqual({ received: true });
    expect(await answer(hashOf('%PDF-1.4 one'))).toEqual({ received: true });
    expect(await answer(hashOf('%PDF-1.4 two'))).toEqual({ received: false });
    // The text of the letter is no file: a short one could be guessed.
    expect(await answer(hashOf('เรียน นายกเทศมนตรี one'))).toEqual({ received: false });
    expect(await answer(hashOf('เรียน นายกเทศมนตรี one\r\n'))).toEqual({ received: false });
    const other = await world.enter(world.blue, letterWithFiles('of blue'));
    expect(await answer(other.sha256)).toEqual({ received: false });
  });

  it('works without a script', async () => {
    const same = await compare(code, letter.sha256, 'text/html');
    expect([same.status, (await same.text()).includes('class="answer same"')]).toEqual([200, true]);
    const wrong = await compare(code, 'xyz', 'text/html');
    expect([wrong.status, (await wrong.text()).includes('class="answer bad"')]).toEqual([400, true]);
  });

  it.each(['', 'x', '0'.repeat(63), `${'0'.repeat(64)}'`, '../'])('refuses %j as a hash', async sha256 => {
    expect((await compare(code, sha256)).status).toBe(400);
  });

  it('bears any body', async () => {
    const post = (body: string | Buffer<ArrayBuffer>, type: string) =>
      fetch(`${base}/v/${code}/compare`, { method: 'POST', body, headers: { 'content-type': type, accept: 'application/json' } });
    expect((await post('{"sha256":{"a":1}}', 'application/json')).status).toBe(400);
    expect((await post(randomBytes(500), 'application/octet-stream')).status).toBe(400);
    expect((await post(`sha256=${'a'.repeat(5_000)}`, 'application/x-www-form-urlencoded')).status).toBe(404);
    expect((await post('sha256[a]=1&sha256=1', 'application/x-www-form-urlencoded')).status).toBe(400);
    expect(world.errors).toEqual([]);
  });
});

describe('the brake', () => {
  it('slows an address down, pages and comparisons each, and lets it go on later', async () => {
    const slow = await world.serve(
      app => void app.use(publicRoutes(world.context, { pages: { perSecond: 1, burst: 4 }, comparisons: { perSecond: 0.1, burst: 1 } })),
    );
    const look = () => fetch(`${slow}/v/${code}`);
    const ask = () =>
      fetch(`${slow}/v/${code}/compare`, {
        method: 'POST',
        body: new URLSearchParams({ sha256: letter.sha256 }),
        headers: { accept: 'application/json' },
      });
    expect((await look()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const busy = await ask();
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '10']);
    expect((await look()).status).toBe(200);
    const refused = await look();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    world.clock.now = new Date(world.clock.now.getTime() + 1_000);
    expect((await look()).status).toBe(200);
  });
});

describe('what the page loads', () => {
  it('is served with types and a tag, and nothing beside it', async () => {
    const { html } = await page(`/v/${code}`);
    const addresses = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(match => match[1] ?? '');
    expect(addresses.sort()).toEqual(['/static/public.css', '/static/public.js']);
    const css = await (await fetch(`${base}/static/public.css`)).text();
    for (const address of [...addresses, '/static/sha256.js', ...[...css.matchAll(/url\(([^)]+)\)/g)].map(match => match[1] ?? '')]) {
      const response = await fetch(`${base}${address}`);
      expect([address, response.status]).toEqual([address, 200]);
      const again = await fetch(`${base}${address}`, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
      expect(again.status).toBe(304);
    }
    for (const path of ['/static/sha256.d.ts', '/static/..%2fhttp.ts', '/static/%2e%2e/http.ts', '/static/constructor'])
      expect((await page(path)).status).toBe(404);
  });
});
