/** The officers' pages over HTTP: the real server, a fresh database, letters that were read. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routeEntry } from '../register/act/route.ts';
import { openDatabase } from '../register/db/connect.ts';
import { getEntry } from '../register/look/entry.ts';
import { addAccount } from '../register/office/accounts.ts';
import type { Role } from '../register/officer.ts';
import { type RunningWeb, startWeb } from './server.ts';
import { type Entered, letterWithFiles, openWorld, type TestAgency, type World } from './test-world.ts';

const PASSWORD = 'a long password for tests';
const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{agencyName}}`;

let world: World;
let web: RunningWeb;
let base: string;
let saraban: Browser;
let letter: Entered;
let theirs: Entered;

beforeAll(async () => {
  world = await openWorld();
  web = await startWeb(world.context);
  base = `http://127.0.0.1:${web.port}`;
  for (const agency of [world.red, world.blue]) {
    for (const role of ['administrator', 'saraban', 'auditor'] as const) await person(agency, role, role);
    await person(agency, 'unit', 'finance', [agency.unitIds.finance]);
    await person(agency, 'unit', 'works', [agency.unitIds.works]);
  }
  letter = await world.enter(world.red, letterWithFiles('one'), { subject: 'ขอเชิญประชุม' });
  theirs = await world.enter(world.blue, letterWithFiles('blue'), { subject: 'BLUE SECRET SUBJECT', headerMessageId: '<b@x>' });
  saraban = await signIn('saraban@red');
});
afterAll(async () => {
  await web.stop();
  await world.close();
});
beforeEach(() => {
  expect(world.errors).toEqual([]);
});

async function person(agency: TestAgency, role: Role, name: string, unitIds: string[] = []): Promise<void> {
  const outcome = await addAccount(world.context, agency.administrator, {
    login: `${name}@${agency.code}`,
    name: `${name} of ${agency.code}`,
    role,
    unitIds,
    password: PASSWORD,
  });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
}

interface Page {
  status: number;
  html: string;
  headers: Headers;
  location: string;
}

interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Page>;
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
}

function browser(cookie: string): Browser {
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const response = await fetch(`${base}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie, accept: 'text/html', ...init.headers },
    });
    return {
      status: response.status,
      html: await response.text(),
      headers: response.headers,
      location: response.headers.get('location') ?? '',
    };
  };
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields = {}, headers = {}) => ask(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  };
}

async function tryToSignIn(login: string, password: string, to = ''): Promise<{ page: Page; cookie: string }> {
  const response = await fetch(`${base}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ login, password, to }),
    redirect: 'manual',
  });
  const cookie = response.headers
    .getSetCookie()
    .map(one => one.split(';')[0])
    .join('; ');
  return {
    page: {
      status: response.status,
      html: await response.text(),
      headers: response.headers,
      location: response.headers.get('location') ?? '',
    },
    cookie,
  };
}

async function signIn(login: string): Promise<Browser> {
  const { page, cookie } = await tryToSignIn(login, PASSWORD);
  if (page.status !== 303) throw new Error(`sign-in of ${login}: ${page.status}`);
  return browser(cookie);
}

async function entryNow(entered: Entered) {
  const entry = await getEntry(world.context.db, world.red.administrator, entered.entryId);
  if (entry === null) throw new Error('no entry');
  return entry;
}

describe('signing in', () => {
  it('sends a stranger to the sign-in page and back to where they wanted to go', async () => {
    const stranger = browser('');
    const asked = await stranger.get(`/entries/${letter.entryId}`);
    expect([asked.status, asked.location]).toEqual([303, `/sign-in?to=${encodeURIComponent(`/entries/${letter.entryId}`)}`]);
    const { page } = await tryToSignIn('saraban@red', PASSWORD, `/entries/${letter.entryId}`);
    expect([page.status, page.location]).toEqual([303, `/entries/${letter.entryId}`]);
  });

  it.each(['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/\tevil'])(
    'never goes on to another site: %s',
    async to => {
      expect((await tryToSignIn('saraban@red', PASSWORD, to)).page.location).toBe('/');
    },
  );

  it('gives a cookie that scripts and other sites cannot use', async () => {
    const { page } = await tryToSignIn('saraban@red', PASSWORD);
    expect(page.headers.getSetCookie().join()).toMatch(/^saraban=.*; Path=\/; .*HttpOnly; SameSite=Lax$/);
  });

  it('answers an unknown login and a wrong password alike', async () => {
    const wrong = await tryToSignIn('auditor@red', 'not the password');
    const unknown = await tryToSignIn('nobody@red', 'not the password');
    expect([wrong.page.status, unknown.page.status]).toEqual([401, 401]);
    expect(unknown.page.html.replaceAll('nobody', 'auditor')).toBe(wrong.page.html);
    expect([wrong.cookie, unknown.cookie]).toEqual(['', '']);
  });

  it('makes a guesser wait longer each time, and lets the owner in afterwards', async () => {
    const seconds: number[] = [];
    for (let i = 0; i < 8; i++) {
      const { page } = await tryToSignIn('works@blue', `guess ${i}`);
      if (page.status === 429) {
        seconds.push(Number(page.headers.get('retry-after')));
        world.clock.now = new Date(world.clock.now.getTime() + Number(page.headers.get('retry-after')) * 1000);
      }
    }
    expect(seconds.length).toBeGreaterThanOrEqual(2);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(seconds.at(-1)).toBeGreaterThan(seconds[0] ?? 0);
    world.clock.now = new Date(world.clock.now.getTime() + 900_000);
    expect((await tryToSignIn('works@blue', PASSWORD)).page.status).toBe(303);
  });

  it('counts tries made at the same moment one by one', async () => {
    const tries = await Promise.all(Array.from({ length: 12 }, (_, i) => tryToSignIn('finance@blue', `guess ${i}`)));
    expect(tries.filter(one => one.page.status === 401).length).toBeLessThanOrEqual(5);
    // The others of this file come from the same address: let it be forgotten.
    world.clock.now = new Date(world.clock.now.getTime() + 3_700_000);
  });

  it('takes a new session at sign-in, and none that somebody planted', async () => {
    const planted = await fetch(`${base}/sign-in`, {
      method: 'POST',
      headers: { cookie: 'saraban=s%3Aplanted.x' },
      body: new URLSearchParams({ login: 'saraban@red', password: PASSWORD }),
      redirect: 'manual',
    });
    expect(planted.headers.getSetCookie().join()).not.toContain('planted');
  });

  it('ends a session for good when signing out', async () => {
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const mine = browser(cookie);
    expect((await mine.get('/register')).status).toBe(200);
    expect((await mine.post('/sign-out')).location).toBe('/sign-in?left=1');
    expect((await mine.get('/register')).location).toContain('/sign-in');
  });

  it('changes one’s password, and every other session ends', async () => {
    await person(world.red, 'saraban', 'changer');
    const [here, elsewhere] = [await tryToSignIn('changer@red', PASSWORD), await signIn('changer@red')];
    const mine = browser(here.cookie);
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
    const cookie = done.headers
      .getSetCookie()
      .map(one => one.split(';')[0])
      .join('; ');
    expect((await browser(cookie).get('/account')).status).toBe(200);
    expect((await elsewhere.get('/account')).location).toContain('/sign-in');
  });

  it('speaks English when asked to', async () => {
    const switched = await fetch(`${base}/language`, {
      method: 'POST',
      body: new URLSearchParams({ language: 'en', to: '/sign-in' }),
      redirect: 'manual',
    });
    expect([switched.status, switched.headers.get('location')]).toEqual([303, '/sign-in']);
    const english = await browser('language=en').get('/sign-in');
    expect(english.html).toContain('<html lang="en">');
    expect(english.html).toContain('Sign in');
  });
});

describe('requests that another site had a hand in', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
  ])('refuses to change anything for %o', async headers => {
    const asked = await saraban.post(`/entries/${letter.entryId}/confirm`, {}, headers as Record<string, string>);
    expect(asked.status).toBe(403);
    expect((await entryNow(letter)).confirmedAt).toBeNull();
  });

  it('has no act that a mere link can do', async () => {
    for (const verb of ['confirm', 'acknowledge', 'facts', 'duplicate'])
      expect((await saraban.get(`/entries/${letter.entryId}/${verb}`)).status).toBe(404);
    expect((await saraban.get('/sign-out')).status).toBe(404);
  });
});

describe('the register', () => {
  it('lists the letters of the agency, with a policy that runs nothing of a stranger’s', async () => {
    const page = await saraban.get('/register');
    expect(page.status).toBe(200);
    expect(page.html).toContain('ขอเชิญประชุม');
    expect(page.html).not.toContain('BLUE SECRET');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.html).not.toMatch(/<[a-z][^>]* (?:style|on[a-z]+)=|<style|<script(?![^>]* src=)/i);
  });

  it('keeps what was typed as text, wherever a stranger can write', async () => {
    const evil = await world.enter(
      world.red,
      [
        `From: "${EVIL.replaceAll('"', '\\"')}" <x@evil.example>`,
        `Subject: ${EVIL}`,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        EVIL,
        '--b',
        `Content-Type: application/pdf`,
        `Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(EVIL)}`,
        '',
        'x',
        '--b--',
        '',
      ].join('\r\n'),
      {
        subject: EVIL,
        fromName: EVIL,
        envelopeFrom: 'x@evil.example',
        fromAddress: `x"><script>@evil.example`,
        headerMessageId: `<${EVIL}>`,
        peer: { address: '192.0.2.1', name: EVIL, helo: EVIL, protocol: 'ESMTP', tls: null },
      },
    );
    const paths = [
      '/register',
      `/register?q=${encodeURIComponent(EVIL)}`,
      ...['', '?part=text', '?part=raw', '?part=evidence', '?part=history'].map(part => `/entries/${evil.entryId}${part}`),
      `/entries/${evil.entryId}/route`,
      `/entries/${evil.entryId}/amend`,
    ];
    for (const path of paths) {
      const { status, html } = await saraban.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets)|<img src=x|onerror=alert\(2\)>(?!&)/i);
    }
    const shown = await saraban.get(`/entries/${evil.entryId}`);
    expect(shown.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(shown.html).toContain('{{agencyName}}');
  });

  it('keeps filters in the address, shows them again, and says so when nothing matches', async () => {
    const none = await saraban.get('/register?q=no-such-word-anywhere&state=unconfirmed&urgency=urgent');
    expect(none.html).toContain('ไม่มีหนังสือที่ตรงกับตัวกรอง');
    expect(none.html).toContain('value="no-such-word-anywhere"');
    expect(none.html).toMatch(/value="unconfirmed" checked/);
    const found = await saraban.get(`/register?q=${encodeURIComponent('เชิญประชุม')}`);
    expect(found.html).toContain(`data-id="${letter.entryId}"`);
  });

  it.each(['1', '๑', '1/2569', '๑ / ๒๕๖๙'])('finds a letter by the number that was typed: %s', async q => {
    const { html } = await saraban.get(`/register?q=${encodeURIComponent(q)}`);
    expect(/data-id="([^"]+)"/.exec(html)?.[1]).toBe(letter.entryId);
  });

  it.each([
    'year=abc&before=-1&rows=9999999999',
    'year=99999&unit=x&since=2026-13-45&urgency=zzz&state=__proto__',
    'q=%00%F0%9F&q=b&year=2569&year=1',
    "q='%3B DROP TABLE entry%3B--&from=%25_%5C",
  ])('bears nonsense in the address: %s', async query => {
    expect((await saraban.get(`/register?${query}`)).status).toBe(200);
  });

  it('gives a script the rows alone, and the address they belong to', async () => {
    const part = await saraban.get('/register?state=unconfirmed&q=', { 'hx-request': 'true', 'hx-target': 'list' });
    expect(part.html).not.toContain('<html');
    expect(part.html).toContain(`data-id="${letter.entryId}"`);
    expect(part.headers.get('hx-push-url')).toBe('/register?year=2569&state=unconfirmed');
  });

  it('pages by number without losing or repeating a letter', async () => {
    const numbers: number[] = [];
    for (let i = 0; i < 60; i++)
      await world.enter(world.blue, `Subject: ${i}\r\n\r\nletter ${i}`, { subject: `letter ${i}`, headerMessageId: `<many-${i}@x>` });
    const blue = await signIn('saraban@blue');
    for (let path = '/register'; path !== ''; ) {
      const { html } = await blue.get(path);
      numbers.push(...[...html.matchAll(/<td class="number"><a [^>]*>(\d+)</g)].map(match => Number(match[1])));
      path = (/class="button small" href="([^"]+before[^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    }
    expect(numbers).toEqual(Array.from({ length: 61 }, (_, i) => 61 - i));
  });

  it('tells open pages of its own agency that something came in', async () => {
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const stop = new AbortController();
    const stream = await fetch(`${base}/live`, { headers: { cookie, accept: 'text/event-stream' }, signal: stop.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const hear = async (wanted: string) => {
      while (!heard.includes(wanted)) heard += (await reader.read()).value ?? '';
    };
    await hear('event: hello');
    await world.enter(world.red, 'Subject: live\r\n\r\nlive', { subject: 'live', headerMessageId: '<live@x>' });
    await hear('event: register');
    expect(heard).not.toContain('live@x');
    stop.abort();
    expect((await fetch(`${base}/live`, { headers: { accept: 'text/event-stream' } })).status).toBe(401);
  });
});

describe('one letter', () => {
  it('shows it by id and by number, and logs that it was opened', async () => {
    const byNumber = await saraban.get(`/receive/${letter.year}/${letter.number}`);
    expect(byNumber.location).toBe(`/entries/${letter.entryId}`);
    const page = await saraban.get(`/entries/${letter.entryId}`);
    expect(page.html).toContain(`<b>${letter.number}/${letter.year}</b>`);
    expect(page.html).toContain('letter.pdf');
    const history = await saraban.get(`/entries/${letter.entryId}?part=history&openings=1`);
    expect(history.html).toContain('saraban of red');
    expect(history.html).toContain('เปิดดู');
  });

  it('answers "not yours", "does not exist" and nonsense with one and the same page', async () => {
    const pages = [
      `/entries/${theirs.entryId}`,
      '/entries/00000000-0000-7000-8000-000000000000',
      "/entries/x'--",
      '/receive/2569/99999',
      '/no/such/page',
    ];
    const answers = await Promise.all(pages.map(path => saraban.get(path)));
    expect(answers.map(answer => answer.status)).toEqual(pages.map(() => 404));
    expect(new Set(answers.map(answer => answer.html.replace(/name="to" value="[^"]*"/, ''))).size).toBe(1);
    for (const path of ['raw', 'mail', 'route', 'amend', 'attachments/00000000-0000-7000-8000-000000000000'])
      expect((await saraban.get(`/entries/${theirs.entryId}/${path}`)).status).toBe(404);
    for (const verb of ['confirm', 'facts', 'acknowledge', 'cancel', 'route'])
      expect((await saraban.post(`/entries/${theirs.entryId}/${verb}`, { reason: 'x' })).status).toBe(404);
  });

  it('hands out its files so that nothing in them can act', async () => {
    const { attachments } = await entryNow(letter);
    const file = async (name: string, query = '') =>
      saraban.get(`/entries/${letter.entryId}/attachments/${attachments.find(one => one.name === name)?.id}${query}`);
    const pdf = await file('letter.pdf');
    expect([pdf.status, pdf.headers.get('content-type'), pdf.headers.get('x-content-type-options')]).toEqual([
      200,
      'application/pdf',
      'nosniff',
    ]);
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline; filename="letter.pdf"/);
    expect(pdf.html).toBe('%PDF-1.4 one');
    const evil = await file('evil.html');
    expect(evil.headers.get('content-type')).toBe('application/octet-stream');
    expect(evil.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(evil.headers.get('content-security-policy')).toContain('sandbox');
    expect((await file('letter.pdf', '?download=1')).headers.get('content-disposition')).toMatch(/^attachment;/);
    const raw = await saraban.get(`/entries/${letter.entryId}/raw`);
    expect(raw.html).toBe(letterWithFiles('one'));
    expect(raw.headers.get('content-disposition')).toContain(`${letter.number}-${letter.year}.eml`);
  });

  it('shows a mail’s HTML cleaned, in a frame that runs no script', async () => {
    const html =
      '<p onclick="x()">สวัสดี</p><script>alert(1)</script><img src="http://spy.example/p.gif"><img src="cid:logo@x"><a href="javascript:x()">a</a><form action="/sign-out"><input></form>';
    const raw = [
      'Subject: html',
      'Content-Type: multipart/related; boundary=b',
      '',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      html,
      '--b',
      'Content-Type: image/png',
      'Content-ID: <logo@x>',
      '',
      'png',
      '--b--',
      '',
    ].join('\r\n');
    const entered = await world.enter(world.red, raw, { subject: 'html', headerMessageId: '<html@x>' });
    const page = await saraban.get(`/entries/${entered.entryId}`);
    expect(page.html).toMatch(/<iframe [^>]*sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"/);
    const frame = await saraban.get(`/entries/${entered.entryId}/mail`);
    expect(frame.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(frame.headers.get('content-security-policy')).not.toContain('script-src');
    expect(frame.html).toContain('สวัสดี');
    expect(frame.html).not.toMatch(/script>|onclick|spy\.example|javascript:|<form/);
    expect(frame.html).toContain('ไม่ได้โหลดภาพจากภายนอก 1 ภาพ');
    expect(frame.html).toMatch(new RegExp(`<img src="/entries/${entered.entryId}/attachments/`));
  });
});

describe('acts', () => {
  it('confirms with one press; a second press changes nothing and says who was first', async () => {
    const pressed = await saraban.post(`/entries/${letter.entryId}/confirm`, { version: String((await entryNow(letter)).version) });
    expect([pressed.status, pressed.location]).toEqual([303, `/entries/${letter.entryId}`]);
    expect((await saraban.get(pressed.location)).html).toContain('ยืนยันรับแล้ว');
    const { confirmedAt, version } = await entryNow(letter);
    const again = await saraban.post(`/entries/${letter.entryId}/confirm`, { version: String(version) });
    expect(again.status).toBe(303);
    expect((await saraban.get(again.location)).html).toContain('saraban of red ดำเนินการไปก่อนแล้ว');
    expect(await entryNow(letter)).toMatchObject({ confirmedAt, version });
  });

  it('says field by field what is missing, keeps what was typed, and works in a dialog as on a page', async () => {
    const action = `/entries/${letter.entryId}/amend`;
    const typed = {
      subject: '',
      letterDate: 'วันไหนก็ได้',
      letterNumber: 'มท 1/2',
      urgency: 'normal',
      secrecy: 'normal',
      version: String((await entryNow(letter)).version),
    };
    const wrong = await saraban.post(action, typed);
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('value="วันไหนก็ได้"');
    expect(wrong.html).toMatch(/id="f-letterDate"[^>]* aria-invalid="true" aria-describedby="e-letterDate"/);
    const dialog = await saraban.post(action, typed, { 'hx-request': 'true', 'hx-target': 'dialog-body' });
    expect([dialog.status, dialog.html.includes('<html')]).toEqual([422, false]);
    const right = await saraban.post(
      action,
      { ...typed, subject: 'เรื่องที่แก้แล้ว', letterDate: '๒๐ พ.ย. ๒๕๖๙', to: '/register' },
      { 'hx-request': 'true' },
    );
    expect([right.status, right.headers.get('hx-redirect')]).toEqual([204, '/register']);
    expect(await entryNow(letter)).toMatchObject({ subject: 'เรื่องที่แก้แล้ว', letterDate: '2026-11-20', letterNumber: 'มท 1/2' });
  });

  it('tells kindly when somebody was faster, and keeps what was typed', async () => {
    const stale = await saraban.post(`/entries/${letter.entryId}/amend`, {
      subject: 'ช้าไป',
      urgency: 'normal',
      secrecy: 'normal',
      letterDate: '',
      version: '1',
    });
    expect(stale.status).toBe(409);
    expect(stale.html).toContain('value="ช้าไป"');
    expect(stale.html).toContain('saraban of red');
    expect((await entryNow(letter)).subject).not.toBe('ช้าไป');
  });

  it('routes to several units; each confirms with its own number; the last to finish closes the letter', async () => {
    const { finance, works } = world.red.unitIds;
    const none = await saraban.post(`/entries/${letter.entryId}/route`, { instruction: 'ทำเถอะ' });
    expect([none.status, none.html.includes('เลือกผู้รับอย่างน้อยหนึ่งแห่ง'), none.html.includes('ทำเถอะ')]).toEqual([422, true, true]);
    const body = new URLSearchParams([
      ['unit', finance],
      ['unit', works],
      [`purpose-${works}`, 'information'],
      ['instruction', 'โปรดดำเนินการ'],
      ['dueOn', '30 พ.ย. 2569'],
    ]);
    const routed = await saraban.post(`/entries/${letter.entryId}/route`, body as unknown as Record<string, string>);
    expect(routed.status).toBe(303);
    const { routes } = await entryNow(letter);
    expect(routes.map(route => [route.unitId, route.purpose, route.dueOn]).sort()).toEqual(
      [
        [finance, 'action', '2026-11-30'],
        [works, 'information', '2026-11-30'],
      ].sort(),
    );

    const unit = await signIn('finance@red');
    expect((await unit.get('/')).location).toBe('/in-tray');
    expect((await unit.get('/in-tray')).html).toContain('เรื่องที่แก้แล้ว');
    const own = routes.find(route => route.unitId === finance);
    const confirmed = await unit.post(`/routes/${own?.id}/confirm`);
    expect((await unit.get(confirmed.location)).html).toContain('เลขรับของหน่วย 1/2569');
    expect((await unit.post(`/routes/${own?.id}/note`, { note: 'ทำแล้ว' })).status).toBe(303);
    expect((await unit.post(`/routes/${own?.id}/close`, { answered: 'yes' })).status).toBe(303);
    expect(await entryNow(letter)).toMatchObject({ state: 'closed' });
  });

  it('asks for a reason before it cancels, and never gives the number back', async () => {
    const entered = await world.enter(world.red, 'Subject: twice\r\n\r\ntwice', { subject: 'twice', headerMessageId: '<twice@x>' });
    const empty = await saraban.post(`/entries/${entered.entryId}/cancel`, { reason: '  ' });
    expect([empty.status, empty.html.includes('aria-invalid="true"')]).toEqual([422, true]);
    expect((await saraban.post(`/entries/${entered.entryId}/cancel`, { reason: 'ลงรับซ้ำ' })).status).toBe(303);
    expect((await saraban.get('/register')).html).toContain('ยกเลิกเลข: ลงรับซ้ำ');
    expect((await saraban.get(`/entries/${entered.entryId}`)).html).not.toContain(`/entries/${entered.entryId}/confirm`);
  });
});

describe('who may what', () => {
  it('shows a unit only what was routed to it', async () => {
    const works = await signIn('works@red');
    const other = await world.enter(world.red, 'Subject: finance only\r\n\r\nx', { subject: 'finance only', headerMessageId: '<fo@x>' });
    const outcome = await routeEntry(world.context, world.red.administrator, {
      entryId: other.entryId,
      recipients: [{ unitId: world.red.unitIds.finance, purpose: 'action' }],
    });
    expect(outcome.outcome).toBe('done');
    expect((await works.get(`/entries/${other.entryId}`)).status).toBe(404);
    expect((await works.get('/register')).html).not.toContain('finance only');
    expect((await works.get('/outbox')).status).toBe(403);
    const [route] = (await entryNow(other)).routes;
    expect((await works.post(`/routes/${route?.id}/confirm`)).status).toBe(404);
  });

  it('lets an auditor read everything and change nothing', async () => {
    const auditor = await signIn('auditor@red');
    const page = await auditor.get(`/entries/${letter.entryId}`);
    expect(page.status).toBe(200);
    expect(page.html).not.toMatch(/\/entries\/[0-9a-f-]+\/(confirm|route|cancel|amend)"/);
    const before = await entryNow(letter);
    for (const verb of ['confirm', 'reopen', 'cancel', 'amend'])
      expect((await auditor.post(`/entries/${letter.entryId}/${verb}`, { reason: 'x', subject: 'x' })).status).toBe(403);
    expect((await entryNow(letter)).version).toBe(before.version);
  });

  it('keeps a classified letter from everybody who is not appointed', async () => {
    const secret = await world.enter(world.red, 'Subject: hush\r\n\r\nhush', {
      subject: 'hush',
      secrecy: 'confidential',
      headerMessageId: '<hush@x>',
    });
    expect((await saraban.get(`/entries/${secret.entryId}`)).status).toBe(404);
    expect((await saraban.get('/register?q=hush')).html).not.toContain(secret.entryId);
  });
});

describe('what has no number', () => {
  it('holds a mail until an officer enters it', async () => {
    const held = await world.enter(
      world.red,
      'Subject: held\r\n\r\nheld',
      { subject: 'พักไว้ก่อน', headerMessageId: '<held@x>' },
      { disposition: 'held', why: 'deny-list' },
    );
    expect((await saraban.get('/held')).html).toContain('พักไว้ก่อน');
    expect((await saraban.get(`/held/${held.messageId}`)).html).toContain('รายชื่อที่หน่วยงานไม่รับ');
    const dismissed = await saraban.post(`/held/${held.messageId}/dismiss`, { reason: '' });
    expect(dismissed.status).toBe(422);
    const entered = await saraban.post(`/held/${held.messageId}/enter`);
    expect(entered.location).toMatch(/^\/entries\/[0-9a-f-]{36}$/);
    expect((await saraban.post(`/held/${held.messageId}/enter`)).status).toBe(409);
  });

  it('lists notices and lets one be entered after all', async () => {
    const notice = await world.enter(
      world.red,
      'Subject: notice\r\n\r\nnotice',
      { subject: 'ตอบอัตโนมัติ', headerMessageId: '<n@x>' },
      { disposition: 'notice', why: 'auto-submitted' },
    );
    expect((await saraban.get('/notices?all=1')).html).toContain('ตอบอัตโนมัติ');
    expect((await saraban.get(`/notices/${notice.messageId}`)).html).toContain('Auto-Submitted');
    expect((await saraban.get(`/held/${notice.messageId}`)).status).toBe(404);
    expect((await saraban.post(`/notices/${notice.messageId}/enter`)).location).toMatch(/^\/entries\//);
  });
});

describe('beside the pages', () => {
  it('serves assets by their hash for a year, and no other file', async () => {
    const { html } = await browser('').get('/sign-in');
    const css = /href="(\/assets\/saraban\.[0-9a-f]{12}\.css)"/.exec(html)?.[1] ?? '';
    const asset = await browser('').get(css);
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(asset.html).toMatch(/url\(\/assets\/sarabun-thai-400\.[0-9a-f]{12}\.woff2\)/);
    for (const path of ['/assets/..%2f..%2fpackage.json', '/assets/saraban.000000000000.css', '/static/../server.ts'])
      expect((await saraban.get(path)).status).toBe(404);
  });

  it('says whether it is well, and counts', async () => {
    expect((await browser('').get('/healthz')).status).toBe(200);
    const metrics = await browser('').get('/metrics');
    expect(metrics.html).toContain('saraban_messages{agency="red",disposition="entered"}');
    expect(metrics.html).toContain('saraban_store_free_bytes');
    // A proxy on this machine speaks for somebody else.
    expect((await browser('').get('/metrics', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404);
  });

  it('refuses a body that is too long, in words', async () => {
    const long = await saraban.post(`/entries/${letter.entryId}/reopen`, { reason: 'x'.repeat(1_100_000) });
    expect([long.status, long.html.includes('ยาวเกินไป')]).toEqual([413, true]);
  });

  it('stops while pages are open, and ends their streams', async () => {
    const other = await startWeb(world.context);
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const stream = await fetch(`http://127.0.0.1:${other.port}/live`, { headers: { cookie, accept: 'text/event-stream' } });
    const rest = stream.text();
    await other.stop();
    expect(await rest).toContain('event: hello');
    await expect(fetch(`http://127.0.0.1:${other.port}/healthz`)).rejects.toThrow();
  });

  it('says that the database is away, and when to come back', async () => {
    const db = openDatabase({ host: '127.0.0.1', port: 1, user: 'x', database: 'x' }, { role: 'app', max: 1, name: 'away' });
    const away = await startWeb({ ...world.context, db });
    const response = await fetch(`http://127.0.0.1:${away.port}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ login: 'a', password: 'b' }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '15']);
    expect(await response.text()).toContain('ฐานข้อมูลไม่พร้อมใช้งานชั่วคราว');
    await away.stop();
    await db.end({ timeout: 1 });
    expect(world.errors.splice(0)).toMatchObject([{}]);
  });

  it('says so before the first byte when a stored file is missing', async () => {
    const store = { ...world.context.store, size: async () => null };
    const broken = await startWeb({ ...world.context, store });
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const response = await fetch(`http://127.0.0.1:${broken.port}/entries/${letter.entryId}/raw`, { headers: { cookie } });
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([
      500,
      'text/html; charset=utf-8',
      null,
    ]);
    expect(world.errors.splice(0)).toHaveLength(1);
    await broken.stop();
  });

  it('lets a session end after eight hours without a person, whatever the page fetches by itself', async () => {
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const idle = browser(cookie);
    const hours = (n: number) => {
      world.clock.now = new Date(world.clock.now.getTime() + n * 3_600_000);
    };
    hours(5);
    expect((await idle.get('/counts', { 'x-saraban-live': 'yes' })).status).toBe(200);
    hours(4);
    expect((await idle.get('/register')).status).toBe(303);
    const again = await tryToSignIn('saraban@red', PASSWORD);
    hours(5);
    expect((await browser(again.cookie).get('/register')).status).toBe(200);
    hours(5);
    expect((await browser(again.cookie).get('/register')).status).toBe(200);
    saraban = browser(again.cookie);
  });

  it('has a page and a reference for what breaks, and tells the log', async () => {
    const broken = await startWeb({
      ...world.context,
      store: {
        ...world.context.store,
        stream: () => {
          throw new Error('the disk is gone');
        },
      },
    });
    const { cookie } = await tryToSignIn('saraban@red', PASSWORD);
    const response = await fetch(`http://127.0.0.1:${broken.port}/entries/${letter.entryId}?part=raw`, { headers: { cookie } });
    const html = await response.text();
    const reference = response.headers.get('x-request-id') ?? '';
    expect(response.status).toBe(500);
    expect(html).toContain(reference);
    expect(html).not.toContain('the disk is gone');
    expect(world.errors.splice(0)).toMatchObject([{ requestId: reference, error: 'the disk is gone' }]);
    await broken.stop();
  });
});
