/** The server around the pages: foreign requests, assets, health, what breaks. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../register/db/connect.ts';
import { startWeb } from './server.ts';
import { openRegister, PASSWORD, type Register } from './test-browser.ts';

let register: Register;

beforeAll(async () => {
  register = await openRegister();
});
afterAll(() => register.close());
beforeEach(() => {
  expect(register.world.errors).toEqual([]);
});

describe('requests that another site had a hand in', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
  ])('refuses to change anything for %o', async headers => {
    const asked = await register.saraban.post(`/entries/${register.letter.entryId}/confirm`, {}, headers as Record<string, string>);
    expect(asked.status).toBe(403);
    expect((await register.entryNow(register.letter)).confirmedAt).toBeNull();
  });

  it('has no act that a mere link can do', async () => {
    for (const verb of ['confirm', 'acknowledge', 'facts', 'duplicate'])
      expect((await register.saraban.get(`/entries/${register.letter.entryId}/${verb}`)).status).toBe(404);
    expect((await register.saraban.get('/sign-out')).status).toBe(404);
  });
});

describe('beside the pages', () => {
  it('serves assets by their hash for a year, and no other file', async () => {
    const { html } = await register.browser('').get('/sign-in');
    const css = /href="(\/assets\/saraban\.[0-9a-f]{12}\.css)"/.exec(html)?.[1] ?? '';
    const asset = await register.browser('').get(css);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(asset.html).toMatch(/url\(\/assets\/sarabun-thai-400\.[0-9a-f]{12}\.woff2\)/);
    for (const path of ['/assets/..%2f..%2fpackage.json', '/assets/saraban.000000000000.css', '/static/../server.ts'])
      expect((await register.saraban.get(path)).status).toBe(404);
  });

  it('says whether it is well, and counts', async () => {
    expect((await register.browser('').get('/healthz')).status).toBe(200);
    const metrics = await register.browser('').get('/metrics');
    expect(metrics.html).toContain('saraban_messages{agency="red",disposition="entered"}');
    expect(metrics.html).toContain('saraban_store_free_bytes');
    // A proxy on this machine speaks for somebody else.
    expect((await register.browser('').get('/metrics', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404);
  });

  it('refuses a body that is too long, in words', async () => {
    const long = await register.saraban.post(`/entries/${register.letter.entryId}/reopen`, { reason: 'x'.repeat(1_100_000) });
    expect([long.status, long.html.includes('ยาวเกินไป')]).toEqual([413, true]);
  });

  it('stops while pages are open, and ends their streams', async () => {
    const other = await startWeb(register.world.context);
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const stream = await fetch(`http://127.0.0.1:${other.port}/live`, { headers: { cookie, accept: 'text/event-stream' } });
    const rest = stream.text();
    await other.stop();
    expect(await rest).toContain('event: hello');
    await expect(fetch(`http://127.0.0.1:${other.port}/healthz`)).rejects.toThrow();
  });

  it('takes nobody for signed out while the database is away', async () => {
    // A server that has gone takes its socket with it: "no such file", which the session library would read as "no such session".
    const db = openDatabase({ host: '/nonexistent', port: 1, user: 'x', database: 'x' }, { role: 'app', max: 1, name: 'away' });
    const away = await startWeb({ ...register.world.context, db });
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const response = await fetch(`http://127.0.0.1:${away.port}/register`, { headers: { cookie }, redirect: 'manual' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '15']);
    await away.stop();
    await db.end();
    register.world.errors.length = 0;
  });

  it('says that the database is away, and when to come back', async () => {
    const db = openDatabase({ host: '127.0.0.1', port: 1, user: 'x', database: 'x' }, { role: 'app', max: 1, name: 'away' });
    const away = await startWeb({ ...register.world.context, db });
    const response = await fetch(`http://127.0.0.1:${away.port}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ login: 'a', password: 'b' }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '15']);
    expect(await response.text()).toContain('ฐานข้อมูลไม่พร้อมใช้งานชั่วคราว');
    await away.stop();
    await db.end({ timeout: 1 });
    expect(register.world.errors.splice(0)).toMatchObject([{}]);
  });

  it('says so before the first byte when a stored file is missing', async () => {
    const store = { ...register.world.context.store, size: async () => null };
    const broken = await startWeb({ ...register.world.context, store });
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const response = await fetch(`http://127.0.0.1:${broken.port}/entries/${register.letter.entryId}/raw`, { headers: { cookie } });
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([
      500,
      'text/html; charset=utf-8',
      null,
    ]);
    expect(register.world.errors.splice(0)).toHaveLength(1);
    await broken.stop();
  });

  it('lets a session end after eight hours without a person, whatever the page fetches by itself', async () => {
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const idle = register.browser(cookie);
    const hours = (n: number) => {
      register.world.clock.now = new Date(register.world.clock.now.getTime() + n * 3_600_000);
    };
    hours(5);
    expect((await idle.get('/counts', { 'x-saraban-live': 'yes' })).status).toBe(200);
    hours(4);
    expect((await idle.get('/register')).status).toBe(303);
    const again = await register.tryToSignIn('saraban@red', PASSWORD);
    hours(5);
    expect((await register.browser(again.cookie).get('/register')).status).toBe(200);
    hours(5);
    expect((await register.browser(again.cookie).get('/register')).status).toBe(200);
    register.saraban = register.browser(again.cookie);
  });

  it('has a page and a reference for what breaks, and tells the log', async () => {
    const broken = await startWeb({
      ...register.world.context,
      store: {
        ...register.world.context.store,
        stream: () => {
          throw new Error('the disk is gone');
        },
      },
    });
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const response = await fetch(`http://127.0.0.1:${broken.port}/entries/${register.letter.entryId}?part=raw`, { headers: { cookie } });
    const html = await response.text();
    const reference = response.headers.get('x-request-id') ?? '';
    expect(response.status).toBe(500);
    expect(html).toContain(reference);
    expect(html).not.toContain('the disk is gone');
    expect(register.world.errors.splice(0)).toMatchObject([{ requestId: reference, error: 'the disk is gone' }]);
    await broken.stop();
  });
});
