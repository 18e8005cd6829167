/** What lies inside a letter's files, on its page: archives, letters in the letter. */
import { zipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openRegister, type Register } from './test-browser.ts';

let register: Register;

beforeAll(async () => {
  register = await openRegister();
});
afterAll(() => register.close());
beforeEach(() => {
  expect(register.world.errors).toEqual([]);
});

const EVIL = '<img src=x onerror=alert(1)>';
const INNER = [
  `From: "${EVIL}" <inner@sender.example>`,
  'Date: Sun, 15 Nov 2026 10:00:00 +0700',
  `Subject: inner ${EVIL}`,
  'Content-Type: multipart/mixed; boundary=i',
  '',
  '--i',
  '',
  `the forwarded words ${EVIL}`,
  '--i',
  'Content-Type: application/pdf; name=inner.pdf',
  '',
  'x',
  '--i',
  'Content-Type: message/rfc822',
  '',
  'Subject: innermost\r\n\r\ndeepest\r\n',
  '--i--',
].join('\r\n');

function letter(mark: string): string {
  const zip = Buffer.from(zipSync({ 'งบ.pdf': Buffer.alloc(2500), [`../${EVIL}`]: Buffer.from('1') }));
  return [
    `Subject: ${mark}`,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: message/rfc822',
    '',
    INNER,
    '--b',
    'Content-Type: application/zip; name=papers.zip',
    'Content-Transfer-Encoding: base64',
    '',
    zip.toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
}

it('an archive is listed beside its download, with a warning about the name that leaves the folder', async () => {
  const entered = await register.world.enter(register.world.red, letter('archive'), { headerMessageId: '<zip@x>' });
  const { attachments } = await register.entryNow(entered);
  const page = await register.saraban.get(`/entries/${entered.entryId}?part=${attachments.find(one => one.name === 'papers.zip')?.id}`);
  expect(page.html).toContain('<td>งบ.pdf</td><td>2.5 kB</td>');
  expect(page.html).toContain('โปรดอย่าแตกไฟล์นี้');
  expect(page.html).toContain('<span class="tag warn">ชื่ออันตราย</span>');
  expect(page.html).toContain('download&#x3D;1"');
  expect(page.html).not.toContain('<img src=x');
});

it('a letter in the letter opens as one, with its own files and not those of the one inside it', async () => {
  const entered = await register.world.enter(register.world.red, letter('inner'), { headerMessageId: '<inner@x>' });
  const { attachments } = await register.entryNow(entered);
  const idOf = (path: string) => attachments.find(one => one.path === path)?.id ?? '';
  const page = await register.saraban.get(`/entries/${entered.entryId}?part=${idOf('1')}`);
  for (const words of ['the forwarded words', 'inner@sender.example', '15 พฤศจิกายน 2569', 'ไม่ได้พิสูจน์']) expect(page.html).toContain(words);
  expect(page.html).not.toContain('<img src=x');
  const about = page.html.slice(page.html.indexOf('<dl class="wide">'), page.html.indexOf('ไม่ได้พิสูจน์')).replaceAll('&#x3D;', '=');
  expect(about).toContain(`?part=${idOf('1.2')}"`);
  expect(about).toContain(`?part=${idOf('1.3')}"`);
  expect(about).toContain('>innermost</a>');
  expect(about).not.toContain('deepest');
  const innermost = await register.saraban.get(`/entries/${entered.entryId}?part=${idOf('1.3')}`);
  expect(innermost.html).toContain('deepest');
  expect(innermost.html).toContain('(ไม่ปรากฏ)');
});

it('a held mail shows both in the same way', async () => {
  const { messageId } = await register.world.enter(
    register.world.red,
    letter('held'),
    { headerMessageId: '<held@x>' },
    { disposition: 'held', why: 'dmarc' },
  );
  const ids = await register.world.fresh.owner<
    { id: string; path: string }[]
  >`SELECT id, path FROM attachment WHERE message_id = ${messageId}`;
  const idOf = (path: string) => ids.find(one => one.path === path)?.id ?? '';
  expect((await register.saraban.get(`/held/${messageId}?part=${idOf('1')}`)).html).toContain('the forwarded words');
  expect((await register.saraban.get(`/held/${messageId}?part=${idOf('2')}`)).html).toContain('<td>งบ.pdf</td>');
});
