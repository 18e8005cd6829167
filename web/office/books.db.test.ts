/** The book of numbers from the page: made, printed, its slips entered by the form for letters on paper, settled. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Office, openOffice, type Page } from '../test-office.ts';

let office: Office;
let book: string;
let codes: string[];

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const hidden = (page: Page, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.html)?.[1] ?? '';
const today = async () => hidden(await office.admin.get('/paper/new'), 'receivedOn');

async function typed(change: Record<string, string>): Promise<Record<string, string>> {
  const form = await office.admin.get('/paper/new');
  return {
    id: hidden(form, 'id'),
    receivedOn: /id="f-receivedOn"[^>]*value="([^"]*)"/.exec(form.html)?.[1] ?? '',
    receivedTime: '00.05',
    fromAgency: 'หมู่ที่ 4',
    subject: 'ขอให้ซ่อมไฟฟ้าสาธารณะ',
    urgency: 'normal',
    secrecy: 'normal',
    kind: '',
    ...change,
  };
}

it('makes a book; the empty list, and a number of slips that is none', async () => {
  expect((await office.admin.get('/settings/books')).html).toContain('ยังไม่มีสมุดเลขสำรอง');
  for (const slips of ['0', '501', 'x', '', '-1', '1e2']) {
    const refused = await office.admin.post('/settings/books', { slips });
    expect([refused.status, refused.html.includes('1 ถึง 500')]).toEqual([422, true]);
  }
  const made = await office.admin.post('/settings/books', { slips: '6' });
  expect(made.status).toBe(303);
  book = made.location.replace(/\?.*/, '');
  const page = await office.admin.get(made.location);
  expect(page.html).toContain('ทำสมุดแล้ว');
  expect(page.html).toContain('6 ใบ: ลงรับ 0 ใบ');
});

it('prints it: the slips with their codes, the same bytes whenever it is asked for', async () => {
  const pdf = async () =>
    Buffer.from(await (await fetch(`${office.base}${book}/book.pdf`, { headers: { cookie: await cookie() } })).arrayBuffer());
  const [one, two] = [await pdf(), await pdf()];
  expect(one.equals(two)).toBe(true);
  const text = execFileSync('pdftotext', ['-', '-'], { input: one }).toString();
  const rows = await office.fresh.owner`SELECT slip, check_code AS code FROM number_slip ORDER BY slip`;
  codes = rows.map(row => row.code as string);
  for (const code of codes) expect(text.toLowerCase().replace(/[\s-]/g, '')).toContain(code);
});

it('a slip becomes a letter; pressed twice it is told who was faster; a wrong code says so', async () => {
  const slip = { book: book.split('/').pop() ?? '', slip: '๒', checkCode: (codes[1] ?? '').toUpperCase() };
  const wrong = await office.admin.post('/paper/new', await typed({ ...slip, slip: '3' }));
  expect([wrong.status, wrong.html.includes('รหัสตรวจไม่ตรง')]).toEqual([422, true]);
  const fields = await typed(slip);
  const done = await office.admin.post('/paper/new', fields);
  expect(done.status).toBe(303);
  const entry = await office.admin.get(done.location);
  expect(entry.html).toContain('ขอให้ซ่อมไฟฟ้าสาธารณะ');
  expect(entry.html).toContain('หนังสือกระดาษ ไม่ได้มาทางอีเมล');
  expect(entry.html).not.toContain('ต้นฉบับ .eml');
  // The same form again is the same letter; another form with the same slip is refused.
  expect((await office.admin.post('/paper/new', fields)).location).toBe(done.location);
  const again = await office.admin.post('/paper/new', await typed(slip));
  expect([again.status, again.html.includes('ใบนี้ลงรับไปแล้ว')]).toEqual([409, true]);
  expect((await office.admin.get(book)).html).toContain(`href="${done.location.replace(/\?.*/, '')}"`);
});

it('says what is missing, field by field, and keeps what was typed', async () => {
  const page = await office.admin.post(
    '/paper/new',
    await typed({ subject: '', receivedTime: 'noon', letterDate: 'someday', remark: 'เก็บไว้' }),
  );
  expect(page.status).toBe(422);
  expect(page.html).toContain('อ่านวันที่นี้ไม่ได้');
  expect(page.html).toContain('เก็บไว้</textarea>');
  const next = await office.admin.post('/paper/new', await typed({ subject: '', receivedTime: 'noon' }));
  expect(next.html).toContain('โปรดกรอกเวลา เช่น 09:42');
  expect(await today()).toBeDefined();
});

it('a spoilt slip is void, and the settled book takes nothing more', async () => {
  expect((await office.admin.post(`${book}/void`, { slip: '1', reason: '' })).status).toBe(422);
  expect((await office.admin.post(`${book}/void`, { slip: '1', reason: 'เปียกน้ำ' })).location).toContain('done=slip-void');
  expect((await office.admin.post(`${book}/void`, { slip: '1', reason: 'อีก' })).status).toBe(409);
  expect((await office.admin.post(`${book}/settle`, {})).location).toContain('done=book-settled');
  const page = await office.admin.get(book);
  expect(page.html).toContain('6 ใบ: ลงรับ 1 ใบ');
  expect(page.html).not.toContain('/settle"');
  expect((await office.admin.get('/paper/new')).html).not.toContain('รหัสตรวจบนใบ');
});

it('is nobody else’s: another agency, a unit officer, an auditor', async () => {
  const blue = await office.signIn('administrator@blue');
  expect((await blue.get(book)).status).toBe(404);
  expect((await blue.get(`${book}/book.pdf`)).status).toBe(404);
  expect((await blue.get('/settings/books')).html).toContain('ยังไม่มีสมุดเลขสำรอง');
  const unit = await office.signIn('unit@red');
  expect([(await unit.get('/settings/books')).status, (await unit.get('/paper/new')).status]).toEqual([403, 403]);
  const auditor = await office.signIn('auditor@red');
  expect([(await auditor.get(book)).status, (await auditor.get('/paper/new')).status]).toEqual([200, 403]);
});

async function cookie(): Promise<string> {
  return (await office.trySignIn('administrator@red')).cookie;
}
