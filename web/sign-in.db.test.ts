/** Signing in and out over HTTP, and guessing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cookiesOf, openRegister, PASSWORD, type Register } from './test-browser.ts';

let register: Register;

beforeAll(async () => {
  register = await openRegister();
});
afterAll(() => register.close());
beforeEach(() => {
  expect(register.world.errors).toEqual([]);
});

describe('signing in', () => {
  it('sends a stranger to the sign-in page and back to where they wanted to go', async () => {
    const stranger = register.browser('');
    const asked = await stranger.get(`/entries/${register.letter.entryId}`);
    expect([asked.status, asked.location]).toEqual([303, `/sign-in?to=${encodeURIComponent(`/entries/${register.letter.entryId}`)}`]);
    const { page } = await register.tryToSignIn('saraban@red', PASSWORD, `/entries/${register.letter.entryId}`);
    expect([page.status, page.location]).toEqual([303, `/entries/${register.letter.entryId}`]);
  });

  it.each(['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/\tevil'])(
    'never goes on to another site: %s',
    async to => {
      expect((await register.tryToSignIn('saraban@red', PASSWORD, to)).page.location).toBe('/');
    },
  );

  it('gives a cookie that scripts and other sites cannot use', async () => {
    const { page } = await register.tryToSignIn('saraban@red', PASSWORD);
    expect(page.headers.getSetCookie().join()).toMatch(/^saraban=.*; Path=\/; .*HttpOnly; SameSite=Lax$/);
  });

  it('answers an unknown login and a wrong password alike', async () => {
    const wrong = await register.tryToSignIn('auditor@red', 'not the password');
    const unknown = await register.tryToSignIn('nobody@red', 'not the password');
    expect([wrong.page.status, unknown.page.status]).toEqual([401, 401]);
    expect(unknown.page.html.replaceAll('nobody', 'auditor')).toBe(wrong.page.html);
    expect([wrong.cookie, unknown.cookie]).toEqual(['', '']);
  });

  it('makes a guesser wait longer each time, and lets the owner in afterwards', async () => {
    const seconds: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { page } = await register.tryToSignIn('works@blue', `guess ${i}`);
      if (page.status === 429) {
        seconds.push(Number(page.headers.get('retry-after')));
        register.world.clock.now = new Date(register.world.clock.now.getTime() + Number(page.headers.get('retry-after')) * 1000);
      }
    }
    expect(seconds.length).toBeGreaterThanOrEqual(2);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(seconds.at(-1)).toBeGreaterThan(seconds[0] ?? 0);
    register.world.clock.now = new Date(register.world.clock.now.getTime() + 900_000);
    expect((await register.tryToSignIn('works@blue', PASSWORD)).page.status).toBe(303);
  });

  it('counts tries made at the same moment one by one', async () => {
    const tries = await Promise.all(Array.from({ length: 12 }, (_, i) => register.tryToSignIn('finance@blue', `guess ${i}`)));
    expect(tries.filter(one => one.page.status === 401).length).toBeLessThanOrEqual(5);
    // The others of this file come from the same address: let it be forgotten.
    register.world.clock.now = new Date(register.world.clock.now.getTime() + 3_700_000);
  });

  it('takes a new session at sign-in, and none that somebody planted', async () => {
    const planted = await fetch(`${register.base}/sign-in`, {
      method: 'POST',
      headers: { cookie: 'saraban=s%3Aplanted.x' },
      body: new URLSearchParams({ login: 'saraban@red', password: PASSWORD }),
      redirect: 'manual',
    });
    expect(planted.headers.getSetCookie().join()).not.toContain('planted');
  });

  it('ends a session for good when signing out', async () => {
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const mine = register.browser(cookie);
    expect((await mine.get('/register')).status).toBe(200);
    expect((await mine.post('/sign-out')).location).toBe('/sign-in?left=1');
    expect((await mine.get('/register')).location).toContain('/sign-in');
  });

  it('changes one’s password, and every other session ends', async () => {
    await register.person(register.world.red, 'saraban', 'changer');
    const [here, elsewhere] = [await register.tryToSignIn('changer@red', PASSWORD), await register.signIn('changer@red')];
    const mine = register.browser(here.cookie);
    const differs = await mine.post('/account/password', {
      oldPassword: PASSWORD,
      password: 'another long password',
      repeat: 'something else',
    });
    expect([differs.status, differs.html.includes('ไม่เหมือนกัน')]).toEqual([422, true]);
    const wrong = await mine.post('/account/password', {
      oldPassword: 'wrong',
      password: 'another long password',
      repeat: 'another long password',
    });
    expect([wrong.status, wrong.html.includes('class="fault"')]).toEqual([422, true]);
    const done = await mine.post('/account/password', {
      oldPassword: PASSWORD,
      password: 'another long password',
      repeat: 'another long password',
    });
    expect([done.status, done.location]).toEqual([303, '/account']);
    const cookie = cookiesOf(done);
    expect((await register.browser(cookie).get('/account')).status).toBe(200);
    expect((await elsewhere.get('/account')).location).toContain('/sign-in');
  });

  it('speaks English when asked to', async () => {
    const switched = await fetch(`${register.base}/language`, {
      method: 'POST',
      body: new URLSearchParams({ language: 'en', to: '/sign-in' }),
      redirect: 'manual',
    });
    expect([switched.status, switched.headers.get('location')]).toEqual([303, '/sign-in']);
    const english = await register.browser('language=en').get('/sign-in');
    expect(english.html).toContain('<html lang="en">');
    expect(english.html).toContain('Sign in');
  });
});
