import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, type Office, openOffice } from '../test-office.ts';

let office: Office;
let saraban: Browser;

beforeAll(async () => {
  office = await openOffice();
  saraban = await office.signIn('saraban@red');
});
afterAll(() => office.close());

const file = Buffer.from('x'.repeat(3_000)).toString('base64');
const letter = (mark: string) =>
  `Subject: ${mark}\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}\r\n`;

it('says why a letter may be a duplicate', async () => {
  const first = await office.enter(office.red, letter('one'), { headerMessageId: null });
  const second = await office.enter(office.red, letter('two'), { headerMessageId: null });
  const page = await saraban.get(`/entries/${second.entryId}`);
  expect(page.html).toContain('ไฟล์แนบชุดเดียวกันจากโดเมนเดียวกัน');
  expect(page.html).toContain(`href="/entries/${first.entryId}"`);
  expect((await saraban.get(`/entries/${first.entryId}`)).html).not.toContain('อาจซ้ำกับ');
});

it('warns of what the virus scanner found, and of a letter it has not seen', async () => {
  const { entryId, messageId } = await office.enter(office.red, 'Subject: x\r\n\r\nx\r\n');
  const shows = async (text: string) => (await saraban.get(`/entries/${entryId}`)).html.includes(text);
  expect(await shows('ไวรัส')).toBe(false);
  await office.fresh.owner`UPDATE message SET scan = 'not-scanned' WHERE id = ${messageId}`;
  expect(await shows('ยังไม่ได้ตรวจไวรัส')).toBe(true);
  await office.fresh.owner`UPDATE message SET scan = 'infected' WHERE id = ${messageId}`;
  expect(await shows('โปรดอย่าเปิดไฟล์แนบ')).toBe(true);
});
