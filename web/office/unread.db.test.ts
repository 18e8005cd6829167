import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, type Office, openOffice } from '../test-office.ts';

const BASE = '/settings/unread';
let office: Office;
let saraban: Browser;
let entryId: string;
let messageId: string;

beforeAll(async () => {
  office = await openOffice();
  saraban = await office.signIn('saraban@red');
});
afterAll(() => office.close());

const readingOf = async (id: string) => (await office.fresh.owner`SELECT reading FROM message WHERE id = ${id}`)[0]?.reading;
const cut = (mark: string) => `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${mark}\r\n`;

it('is empty while everything was read', async () => {
  expect((await saraban.get(BASE)).html).toContain('อ่านได้ครบทุกฉบับ');
});

it('lists with the reason in words, leads to the letter, and has it read again', async () => {
  ({ entryId, messageId } = await office.enter(office.red, cut('one'), { subject: '<b>หนังสือขาด</b>' }));
  const failed = await office.enter(office.red, cut('two'), { subject: 'อ่านไม่สำเร็จ' });
  await office.fresh
    .owner`UPDATE message SET reading = 'failed', reading_notes = '[{"code":"reading-memory","detail":"x"}]' WHERE id = ${failed.messageId}`;
  const page = await saraban.get(BASE);
  expect(page.html).toContain('&lt;b&gt;หนังสือขาด&lt;/b&gt;');
  expect(page.html).toContain('จดหมายอาจถูกตัดตอนท้าย');
  expect(page.html).toContain('ใช้หน่วยความจำเกินกำหนด');
  expect(page.html).toContain(`href="/entries/${entryId}"`);
  const only = await saraban.get(`${BASE}?only=failed`);
  expect([only.html.includes('อ่านไม่สำเร็จ'), only.html.includes('หนังสือขาด')]).toEqual([true, false]);
  expect((await saraban.post(BASE, { message: messageId })).location).toBe(`${BASE}?done=reread`);
  expect([await readingOf(messageId), await readingOf(failed.messageId)]).toEqual(['waiting', 'failed']);
  expect((await saraban.post(BASE, { message: messageId })).location).toBe(`${BASE}?done=reread`);
  expect((await saraban.post(BASE, { which: 'failed' })).location).toBe(`${BASE}?done=reread`);
  expect(await readingOf(failed.messageId)).toBe('waiting');
});

it('is nobody else’s', async () => {
  const { messageId: theirs } = await office.enter(office.red, cut('three'), { subject: 'ของแดง' });
  for (const login of ['unit@red', 'auditor@red']) {
    const them = await office.signIn(login);
    expect([403, 404], login).toContain((await them.get(BASE)).status);
    expect([403, 404], login).toContain((await them.post(BASE, { message: theirs })).status);
  }
  const blue = await office.signIn('saraban@blue');
  expect((await blue.get(BASE)).html).not.toContain('ของแดง');
  await blue.post(BASE, { message: theirs });
  await blue.post(BASE, { which: 'poor' });
  expect(await readingOf(theirs)).toBe('done');
});
