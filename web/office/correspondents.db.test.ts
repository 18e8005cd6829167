import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Browser, type Office, openOffice } from '../test-office.ts';

const BASE = '/settings/correspondents';
let office: Office;
let saraban: Browser;
let cookie: string;

beforeAll(async () => {
  office = await openOffice();
  cookie = (await office.trySignIn('saraban@red')).cookie;
  saraban = office.browser(cookie);
});
afterAll(() => office.close());

const fields = {
  nameTh: 'กรมการปกครอง',
  nameEn: 'DOPA',
  code: 'มท 0300',
  domain: 'dopa.go.th',
  addresses: 'saraban@dopa.go.th\r\nb@dopa.go.th',
  phone: '',
  officer: '',
};

async function upload(file: Blob | null, as = cookie): Promise<{ status: number; html: string; location: string }> {
  const body = new FormData();
  if (file !== null) body.append('file', file, 'book.csv');
  const response = await fetch(`${office.base}${BASE}/import`, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: { cookie: as, accept: 'text/html' },
  });
  return { status: response.status, html: await response.text(), location: response.headers.get('location') ?? '' };
}

it('is kept by saraban officers: add, find, change, remove', async () => {
  expect((await saraban.get(BASE)).html).toContain('สมุดที่อยู่ยังว่าง');
  expect((await saraban.post(BASE, fields)).location).toBe(`${BASE}?done=correspondent-added`);
  const found = await saraban.get(`${BASE}?q=dopa`);
  expect(found.html).toContain('<code>b@dopa.go.th</code>');
  expect((await saraban.get(`${BASE}?q=%3Cscript%3E`)).html).toContain('value="&lt;script&gt;"');
  const id = /correspondents\/([0-9a-f-]{36})/.exec(found.html)?.[1] ?? '';
  const one = await saraban.get(`${BASE}/${id}`);
  expect(one.html).toContain('value="กรมการปกครอง"');
  expect((await saraban.post(`${BASE}/${id}`, { ...fields, phone: '02', version: '1' })).location).toBe(
    `${BASE}?done=correspondent-changed`,
  );
  const late = await saraban.post(`${BASE}/${id}`, { ...fields, phone: '03', version: '1' });
  expect([late.status, late.html.includes('มีผู้อื่นแก้ไขไปก่อน')]).toEqual([409, true]);
  const wrong = await saraban.post(`${BASE}/${id}`, { ...fields, nameTh: '', addresses: 'a@b.go.th no-address', version: '2' });
  expect([wrong.status, wrong.html.includes('no-address</textarea>')]).toEqual([422, true]);
  expect((await saraban.post(`${BASE}/${id}/remove`, {})).location).toBe(`${BASE}?done=correspondent-removed`);
  expect((await saraban.get(`${BASE}/${id}`)).status).toBe(404);
});

it('goes out and in as a file', async () => {
  await saraban.post(BASE, fields);
  const out = await saraban.get(`${BASE}.csv`);
  expect([out.status, out.headers.get('content-type'), out.headers.get('content-disposition')]).toEqual([
    200,
    'text/csv; charset=utf-8',
    'attachment; filename="red-correspondents.csv"',
  ]);
  expect(out.html).toContain('กรมการปกครอง,DOPA');
  const taken = await upload(new Blob([`${out.html}เทศบาล,,,,t@t.go.th,,\n`]));
  expect([taken.status, taken.location]).toEqual([303, `${BASE}?done=correspondents-imported&added=1&changed=0&same=1`]);
  expect((await saraban.get(taken.location)).html).toContain('เพิ่ม 1 แก้ไข 0 คงเดิม 1 หน่วยงาน');
  const faulty = await upload(new Blob(['name_th,addresses\nใหม่,a@b.go.th\nผิด,<b>\n']));
  expect([faulty.status, faulty.html.includes('<b>บรรทัด 3</b> ไม่ใช่ที่อยู่อีเมล')]).toEqual([422, true]);
  expect((await saraban.get(`${BASE}?q=ใหม่`)).html).toContain('ไม่พบหน่วยงาน');
  expect((await upload(null)).status).toBe(422);
  expect((await upload(new Blob(['x'.repeat(5_000_001)]))).html).toContain('ไฟล์ใหญ่เกิน 5 เมกะไบต์');
});

it('is nobody else’s: neither units and auditors, nor another agency', async () => {
  for (const login of ['unit@red', 'auditor@red']) {
    const them = await office.trySignIn(login);
    for (const path of [BASE, `${BASE}.csv`]) expect([403, 404], login).toContain((await office.browser(them.cookie).get(path)).status);
    expect([403, 404]).toContain((await office.browser(them.cookie).post(BASE, fields)).status);
    expect([403, 404]).toContain((await upload(new Blob(['name_th\nx']), them.cookie)).status);
  }
  const blue = await office.signIn('saraban@blue');
  expect((await blue.get(BASE)).html).not.toContain('กรมการปกครอง');
});
