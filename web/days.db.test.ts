import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, forgetDays } from './test-night.ts';
import { type Browser, type Office, openOffice } from './test-office.ts';

let office: Office;
let auditor: Browser;
let seals: string[];

beforeAll(async () => {
  office = await openOffice();
  auditor = await office.signIn('auditor@red');
});
afterAll(async () => {
  await forgetDays(office.fresh);
  await office.close();
});

it('says how days are closed before there is one', async () => {
  const { html, status } = await auditor.get('/days');
  expect(status).toBe(200);
  expect(html).toContain('ยังไม่มีวันที่ปิดทะเบียน');
  expect(html).toContain('เวลาปิดของหน่วยงานนี้คือ 24:00 น.');
  expect((await auditor.get('/days?month=x')).status).toBe(200);
});

describe('closed days', () => {
  beforeAll(async () => {
    const day = (on: string, first: number, last: number, stamped: boolean) => ({
      day: on,
      closedAt: new Date(`${on}T17:00:07Z`),
      books: [
        { register: 'receive', year: 2569, first, last, firstAct: 1, lastAct: 40 },
        { register: 'receive-classified', year: 2569, first: 7, last: 9 },
        { register: 'office', year: 0, first: 1, last: 0, firstAct: 3, lastAct: 5 },
      ],
      files: [
        { name: 'day.json', text: `{"day":"${on}"}` },
        { name: 'form-13.pdf', contentType: 'application/pdf', text: `%PDF ${on}` },
        { name: 'day-classified.json', text: `{"secret":"${on}"}`, classified: true },
        ...(stamped ? [{ name: 'seal.tsr', contentType: 'application/timestamp-reply', text: `token ${on}` }] : []),
      ],
    });
    seals = await addDays(office.fresh, office.red.id, [
      day('2026-10-31', 1_170, 1_203, true),
      day('2026-11-20', 1_204, 1_233, true),
      day('2026-11-21', 1_234, 1_233, false),
    ]);
  });

  it('are listed by month, the newest first', async () => {
    const { html } = await auditor.get('/days');
    expect(html).toContain('วันที่ปิดทะเบียน · พฤศจิกายน 2569');
    expect([...html.matchAll(/<a class="open" href="([^"]*)"/g)].map(match => match[1])).toEqual(['/days/2026-11-21', '/days/2026-11-20']);
    expect(html).toContain('1204–1233');
    expect(html).toContain('30 ฉบับ');
    expect(html).toContain(seals[1]?.slice(0, 12));
    expect(html).toMatch(/href="\/days\?month(?:=|&#x3D;)2026-10"/);
    const october = (await auditor.get('/days?month=2026-10')).html;
    expect(october).toContain('1170–1203');
    expect((await auditor.get('/days?month=2026-09')).html).toContain('ไม่มีวันที่ปิดในเดือนนี้');
  });

  it('show classified numbers and files to appointed persons alone (I10)', async () => {
    const secret = /7–9|day-classified|ทะเบียนลับ<\/th>/;
    for (const path of ['/days', '/days/2026-11-20']) {
      expect((await auditor.get(path)).html).not.toMatch(secret);
      expect((await office.admin.get(path)).html).toMatch(secret);
    }
    expect((await auditor.get('/days/2026-11-20/files/day-classified.json')).status).toBe(404);
    expect((await office.admin.get('/days/2026-11-20/files/day-classified.json')).html).toBe('{"secret":"2026-11-20"}');
  });

  it('one day names its files, and its place in the chain in words', async () => {
    const { html } = await auditor.get('/days/2026-11-20');
    expect(html).toContain(`ต่อจากวันที่ 31 ตุลาคม 2569 ตราประทับ ${seals[0]?.slice(0, 12)}…`);
    expect(html).toContain('วันที่ 21 พฤศจิกายน 2569 ผูกต่อจากวันนี้แล้ว');
    expect(html).toContain(seals[1]);
    for (const name of ['day.json', 'form-13.pdf', 'seal.json', 'seal.sig.json', 'seal.tsr'])
      expect(html).toContain(`href="/days/2026-11-20/files/${name}"`);
    expect(html).toContain('href="/verify"');
    expect((await auditor.get('/days/2026-10-31')).html).toContain('เป็นวันแรกของลูกโซ่');
    expect((await auditor.get('/days/2026-11-21')).html).toContain('ยังไม่มีวันถัดไปที่ผูกต่อ');
  });

  it('a download leaves an act, and looking at the page none', async () => {
    const acts = async () =>
      (await office.fresh.owner`SELECT actor_name AS who, detail FROM act WHERE agency_id = ${office.red.id} AND kind = 'day-opened'`)
        .length;
    const before = await acts();
    await auditor.get('/days/2026-11-20');
    expect(await acts()).toBe(before);
    const file = await auditor.get('/days/2026-11-20/files/form-13.pdf');
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect(file.headers.get('content-disposition')).toContain('attachment; filename="red-2026-11-20-form-13.pdf"');
    expect(file.html).toBe('%PDF 2026-11-20');
    expect(await acts()).toBe(before + 1);
    expect((await office.admin.get('/settings/acts?register=office')).html).toContain('เปิดไฟล์ของวันที่ปิดทะเบียน');
  });

  it('the ZIP holds every file that is not classified, for the appointed too', async () => {
    for (const login of ['auditor@red', 'administrator@red']) {
      const { cookie } = await office.trySignIn(login);
      const response = await fetch(`${office.base}/days/2026-11-20.zip`, { headers: { cookie } });
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(Number(response.headers.get('content-length'))).toBe(bytes.length);
      expect(Object.keys(unzipSync(bytes)).sort()).toEqual(['day.json', 'form-13.pdf', 'seal.json', 'seal.sig.json', 'seal.tsr']);
    }
    const [last] = await office.fresh.owner`SELECT detail FROM act WHERE kind = 'day-opened' ORDER BY ordinal DESC LIMIT 1`;
    expect(last?.detail.files).toHaveLength(5);
  });

  it('are closed to units, to other agencies and to the provider (I9)', async () => {
    const paths = ['/days/2026-11-20', '/days/2026-11-20.zip', '/days/2026-11-20/files/day.json'];
    const unit = await office.signIn('unit@red');
    const provider = await office.signIn('provider');
    const theirs = await office.signIn('administrator@blue');
    for (const path of paths) {
      expect((await unit.get(path)).status).toBe(403);
      expect((await provider.get(path)).status).toBe(403);
      expect((await theirs.get(path)).status).toBe(404);
    }
    expect((await theirs.get('/days')).html).toContain('ยังไม่มีวันที่ปิดทะเบียน');
  });

  it.each(['/days/2026-11-19', '/days/2569-11-20', '/days/today', '/days/2026-11-20/files/seal', '/days/x.zip', '/days/2026-02-30.zip'])(
    '%s is no page',
    async path => {
      expect((await auditor.get(path)).status).toBe(404);
    },
  );
});
