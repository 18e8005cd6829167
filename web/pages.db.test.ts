/** The officers' pages over HTTP: lists, letters, files, what has no number. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openRegister, PASSWORD, type Register } from './test-browser.ts';
import { letterWithFiles } from './test-world.ts';

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{agencyName}}`;

let register: Register;

beforeAll(async () => {
  register = await openRegister();
});
afterAll(() => register.close());
beforeEach(() => {
  expect(register.world.errors).toEqual([]);
});

describe('the register', () => {
  it('lists the letters of the agency, with a policy that runs nothing of a stranger’s', async () => {
    const page = await register.saraban.get('/register');
    expect(page.status).toBe(200);
    expect(page.html).toContain('ขอเชิญประชุม');
    expect(page.html).not.toContain('BLUE SECRET');
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.html).not.toMatch(/<[a-z][^>]* (?:style|on[a-z]+)=|<style|<script(?![^>]* src=)/i);
  });

  it('keeps what was typed as text, wherever a stranger can write', async () => {
    const evil = await register.world.enter(
      register.world.red,
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
      const { status, html } = await register.saraban.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets)|<img src=x|onerror=alert\(2\)>(?!&)/i);
    }
    const shown = await register.saraban.get(`/entries/${evil.entryId}`);
    expect(shown.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(shown.html).toContain('{{agencyName}}');
  });

  it('keeps filters in the address, shows them again, and says so when nothing matches', async () => {
    const none = await register.saraban.get('/register?q=no-such-word-anywhere&state=unconfirmed&urgency=urgent');
    expect(none.html).toContain('ไม่มีหนังสือที่ตรงกับตัวกรอง');
    expect(none.html).toContain('value="no-such-word-anywhere"');
    expect(none.html).toMatch(/value="unconfirmed" checked/);
    const found = await register.saraban.get(`/register?q=${encodeURIComponent('เชิญประชุม')}`);
    expect(found.html).toContain(`data-id="${register.letter.entryId}"`);
  });

  it.each(['1', '๑', '1/2569', '๑ / ๒๕๖๙'])('finds a letter by the number that was typed: %s', async q => {
    const { html } = await register.saraban.get(`/register?q=${encodeURIComponent(q)}`);
    expect(/data-id="([^"]+)"/.exec(html)?.[1]).toBe(register.letter.entryId);
  });

  it.each([
    'year=abc&before=-1&rows=9999999999',
    'year=99999&unit=x&since=2026-13-45&urgency=zzz&state=__proto__',
    'q=%00%F0%9F&q=b&year=2569&year=1',
    "q='%3B DROP TABLE entry%3B--&from=%25_%5C",
  ])('bears nonsense in the address: %s', async query => {
    expect((await register.saraban.get(`/register?${query}`)).status).toBe(200);
  });

  it('gives a script the rows alone, and the address they belong to', async () => {
    const part = await register.saraban.get('/register?state=unconfirmed&q=', { 'hx-request': 'true', 'hx-target': 'list' });
    expect(part.html).not.toContain('<html');
    expect(part.html).toContain(`data-id="${register.letter.entryId}"`);
    expect(part.headers.get('hx-push-url')).toBe('/register?year=2569&state=unconfirmed');
  });

  it('pages by number without losing or repeating a letter', async () => {
    const numbers: number[] = [];
    for (let i = 0; i < 60; i++)
      await register.world.enter(register.world.blue, `Subject: ${i}\r\n\r\nletter ${i}`, {
        subject: `letter ${i}`,
        headerMessageId: `<many-${i}@x>`,
      });
    const blue = await register.signIn('saraban@blue');
    for (let path = '/register'; path !== ''; ) {
      const { html } = await blue.get(path);
      numbers.push(...[...html.matchAll(/<td class="number"><a [^>]*>(\d+)</g)].map(match => Number(match[1])));
      path = (/class="button small" href="([^"]+before[^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    }
    expect(numbers).toEqual(Array.from({ length: 61 }, (_, i) => 61 - i));
  });

  it('tells open pages of its own agency that something came in', async () => {
    const { cookie } = await register.tryToSignIn('saraban@red', PASSWORD);
    const stop = new AbortController();
    const stream = await fetch(`${register.base}/live`, { headers: { cookie, accept: 'text/event-stream' }, signal: stop.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const hear = async (wanted: string) => {
      while (!heard.includes(wanted)) heard += (await reader.read()).value ?? '';
    };
    await hear('event: hello');
    await register.world.enter(register.world.red, 'Subject: live\r\n\r\nlive', { subject: 'live', headerMessageId: '<live@x>' });
    await hear('event: register');
    expect(heard).not.toContain('live@x');
    stop.abort();
    expect((await fetch(`${register.base}/live`, { headers: { accept: 'text/event-stream' } })).status).toBe(401);
  });
});

describe('one letter', () => {
  it('shows it by id and by number, and logs that it was opened', async () => {
    const byNumber = await register.saraban.get(`/receive/${register.letter.year}/${register.letter.number}`);
    expect(byNumber.location).toBe(`/entries/${register.letter.entryId}`);
    const page = await register.saraban.get(`/entries/${register.letter.entryId}`);
    expect(page.html).toContain(`<b>${register.letter.number}/${register.letter.year}</b>`);
    expect(page.html).toContain('letter.pdf');
    const history = await register.saraban.get(`/entries/${register.letter.entryId}?part=history&openings=1`);
    expect(history.html).toContain('saraban of red');
    expect(history.html).toContain('เปิดดู');
  });

  it('answers "not yours", "does not exist" and nonsense with one and the same page', async () => {
    const pages = [
      `/entries/${register.theirs.entryId}`,
      '/entries/00000000-0000-7000-8000-000000000000',
      "/entries/x'--",
      '/receive/2569/99999',
      '/no/such/page',
    ];
    const answers = await Promise.all(pages.map(path => register.saraban.get(path)));
    expect(answers.map(answer => answer.status)).toEqual(pages.map(() => 404));
    expect(new Set(answers.map(answer => answer.html.replace(/name="to" value="[^"]*"/, ''))).size).toBe(1);
    for (const path of ['raw', 'mail', 'route', 'amend', 'attachments/00000000-0000-7000-8000-000000000000'])
      expect((await register.saraban.get(`/entries/${register.theirs.entryId}/${path}`)).status).toBe(404);
    for (const verb of ['confirm', 'facts', 'acknowledge', 'cancel', 'route'])
      expect((await register.saraban.post(`/entries/${register.theirs.entryId}/${verb}`, { reason: 'x' })).status).toBe(404);
  });

  it('hands out its files so that nothing in them can act', async () => {
    const { attachments } = await register.entryNow(register.letter);
    const file = async (name: string, query = '') =>
      register.saraban.get(`/entries/${register.letter.entryId}/attachments/${attachments.find(one => one.name === name)?.id}${query}`);
    const pdf = await file('letter.pdf');
    expect([pdf.status, pdf.headers.get('content-type'), pdf.headers.get('x-content-type-options')]).toEqual([
      200,
      'application/pdf',
      'nosniff',
    ]);
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline; filename="letter\.pdf"/);
    expect(pdf.html).toBe('%PDF-1.4 one');
    const evil = await file('evil.html');
    expect(evil.headers.get('content-type')).toBe('application/octet-stream');
    expect(evil.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(evil.headers.get('content-security-policy')).toContain('sandbox');
    expect((await file('letter.pdf', '?download=1')).headers.get('content-disposition')).toMatch(/^attachment;/);
    const raw = await register.saraban.get(`/entries/${register.letter.entryId}/raw`);
    expect(raw.html).toBe(letterWithFiles('one'));
    expect(raw.headers.get('content-disposition')).toContain(`${register.letter.number}-${register.letter.year}.eml`);
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
    const entered = await register.world.enter(register.world.red, raw, { subject: 'html', headerMessageId: '<html@x>' });
    const page = await register.saraban.get(`/entries/${entered.entryId}`);
    expect(page.html).toMatch(/<iframe [^>]*sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"/);
    const frame = await register.saraban.get(`/entries/${entered.entryId}/mail`);
    expect(frame.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(frame.headers.get('content-security-policy')).not.toContain('script-src');
    expect(frame.html).toContain('สวัสดี');
    expect(frame.html).not.toMatch(/script>|onclick|spy\.example|javascript:|<form/);
    expect(frame.html).toContain('ไม่ได้โหลดภาพจากภายนอก 1 ภาพ');
    expect(frame.html).toMatch(new RegExp(`<img src="/entries/${entered.entryId}/attachments/`));
  });
});

describe('what has no number', () => {
  it('holds a mail until an officer enters it', async () => {
    const held = await register.world.enter(
      register.world.red,
      'Subject: held\r\n\r\nheld',
      { subject: 'พักไว้ก่อน', headerMessageId: '<held@x>' },
      { disposition: 'held', why: 'deny-list' },
    );
    expect((await register.saraban.get('/held')).html).toContain('พักไว้ก่อน');
    expect((await register.saraban.get(`/held/${held.messageId}`)).html).toContain('รายชื่อที่หน่วยงานไม่รับ');
    const dismissed = await register.saraban.post(`/held/${held.messageId}/dismiss`, { reason: '' });
    expect(dismissed.status).toBe(422);
    const entered = await register.saraban.post(`/held/${held.messageId}/enter`);
    expect(entered.location).toMatch(/^\/entries\/[0-9a-f-]{36}$/);
    expect((await register.saraban.post(`/held/${held.messageId}/enter`)).status).toBe(409);
  });

  it('lists notices and lets one be entered after all', async () => {
    const notice = await register.world.enter(
      register.world.red,
      'Subject: notice\r\n\r\nnotice',
      { subject: 'ตอบอัตโนมัติ', headerMessageId: '<n@x>' },
      { disposition: 'notice', why: 'auto-submitted' },
    );
    expect((await register.saraban.get('/notices?all=1')).html).toContain('ตอบอัตโนมัติ');
    expect((await register.saraban.get(`/notices/${notice.messageId}`)).html).toContain('Auto-Submitted');
    expect((await register.saraban.get(`/held/${notice.messageId}`)).status).toBe(404);
    expect((await register.saraban.post(`/notices/${notice.messageId}/enter`)).location).toMatch(/^\/entries\//);
  });
});
