/** Registers and stamps as files, over the API and from the pages: what is in them, who gets them, what is logged. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINES_ABOVE } from '../register/sheet/register-sheet.ts';
import { registerFile } from './api/register-files.ts';
import { type ApiWorld, openApiWorld } from './test-api.ts';
import { type Office, openOffice } from './test-office.ts';

const folder = mkdtempSync(join(tmpdir(), 'saraban-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The text of a PDF in the order in which it was written. */
function textOf(pdf: Buffer): string {
  const file = join(folder, 'file.pdf');
  writeFileSync(file, pdf);
  return execFileSync('pdftotext', ['-raw', file, '-'], { encoding: 'utf8' });
}

async function numbersIn(xlsx: Buffer): Promise<unknown[]> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.read(Readable.from([xlsx]));
  const numbers: unknown[] = [];
  book.worksheets[0]?.eachRow((row, index) => {
    if (index > LINES_ABOVE + 1) numbers.push(row.getCell(1).value);
  });
  return numbers;
}

describe('over the API', () => {
  let api: ApiWorld;
  beforeAll(async () => {
    api = await openApiWorld();
    await api.ask(`${api.entryPath(1)}/amend`, { body: { facts: { subject: 'ขอเชิญประชุมคณะกรรมการน้ำ' }, reason: 'อ่านผิด' } });
    await api.ask(`${api.entryPath(2)}/cancel`, { body: { reason: 'ลงรับซ้ำ' } });
  });
  afterAll(() => api.close());

  const fetched = async (path: string, token = api.tokens.red) => {
    const response = await fetch(`${api.base}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it('the year as a spreadsheet, with a Thai name', async () => {
    const { status, headers, bytes } = await fetched('/registers/receive/2569.xlsx');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    expect(headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent('ทะเบียนหนังสือรับ-2569-red.xlsx')}`);
    expect(await numbersIn(bytes)).toEqual([1, 2, 3]);
  });

  it('the year on form 13, the cancelled number with its reason', async () => {
    const { status, headers, bytes } = await fetched('/registers/receive/2569.pdf');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/pdf');
    const said = textOf(bytes);
    expect(said).toContain('ปี พ.ศ. 2569');
    expect(said).toContain('ขอเชิญประชุมคณะกรรมการน้ำ');
    expect(said).toMatch(/ยกเลิก: ลงรับ\s*ซ้ำ/);
    expect(said).toContain('รวม 3 รายการ');
  });

  it('one month, and what is no month', async () => {
    expect(await numbersIn((await fetched('/registers/receive/2569.xlsx?month=11')).bytes)).toEqual([1, 2, 3]);
    expect(await numbersIn((await fetched('/registers/receive/2569.xlsx?month=10')).bytes)).toEqual([]);
    const empty = await fetched('/registers/receive/2569.pdf?month=2');
    expect(empty.headers.get('content-disposition')).toContain(encodeURIComponent('ทะเบียนหนังสือรับ-2569-02-red.pdf'));
    expect(textOf(empty.bytes)).toMatch(/เดือน กุมภาพันธ์ พ.ศ. 2569[\s\S]*ไม่มีรายการ/);
    for (const month of ['0', '13', 'x', '1.5']) expect((await fetched(`/registers/receive/2569.pdf?month=${month}`)).status).toBe(400);
  });

  it.each(['xlsx', 'pdf'])('no %s of a closed book, of another year, of no register', async kind => {
    for (const path of ['receive-classified/2569', 'receive/2568', 'send/2569', 'other/2569', 'receive/256', 'receive/99999'])
      expect((await api.ask(`/registers/${path}.${kind}`)).status).toBe(404);
    expect((await api.ask(`/registers/receive/2569.${kind}`, { token: 'nobody' })).status).toBe(401);
  });

  it('a form that would be too long is not printed; the spreadsheet has no such bound, nor has a month that is short enough', async () => {
    const { context, red } = api;
    const ask = async (kind: 'pdf' | 'xlsx', month: number | null) =>
      (await registerFile(context, red.administrator, { register: 'receive', year: 2569, month }, kind, 2)).outcome;
    expect(await ask('pdf', null)).toBe('too-long');
    expect(await ask('pdf', 2)).toBe('done');
    expect(await ask('xlsx', null)).toBe('done');
  });

  it('a unit gets its own letters alone, another agency its own', async () => {
    expect(await numbersIn((await fetched('/registers/receive/2569.xlsx', api.tokens.unit)).bytes)).toEqual([]);
    const blue = textOf((await fetched('/registers/receive/2569.pdf', api.tokens.blue)).bytes);
    expect(blue).toContain('รวม 1 รายการ');
    expect(blue).not.toContain('คณะกรรมการน้ำ');
  });

  it('a letter found classified later is in them no more', async () => {
    // A program is never appointed: the answer to the act is that there is no such letter any more.
    const facts = { secrecy: 'secret', subject: 'ลับมาก' };
    expect((await api.ask(`${api.entryPath(0)}/amend`, { body: { facts, reason: 'x' } })).status).toBe(404);
    expect(await numbersIn((await fetched('/registers/receive/2569.xlsx')).bytes)).toEqual([2, 3]);
    expect(textOf((await fetched('/registers/receive/2569.pdf')).bytes)).not.toContain('ลับมาก');
  });

  it('the stamp of a letter, and the opening is logged', async () => {
    const before = (await api.opened()).length;
    const { status, bytes, headers } = await fetched(`${api.entryPath(1)}/stamp.pdf`);
    expect(status).toBe(200);
    expect(headers.get('content-length')).toBe(String(bytes.length));
    const said = textOf(bytes);
    expect(said).toContain('2/2569');
    expect(said).toContain('ขอเชิญประชุมคณะกรรมการน้ำ');
    expect(said).toMatch(/http:\/\/register\.example\/v\/\S+/);
    expect((await api.opened()).length).toBe(before + 1);
  });

  it('no stamp of a classified letter, of another agency, of what does not exist', async () => {
    const before = (await api.opened()).length;
    expect((await api.ask(`/entries/${api.classified.entryId}/stamp.pdf`)).status).toBe(404);
    expect((await api.ask(`${api.entryPath(1)}/stamp.pdf`, { token: api.tokens.blue })).status).toBe(404);
    expect((await api.ask('/entries/01900000-0000-7000-8000-000000000000/stamp.pdf')).status).toBe(404);
    expect((await api.ask('/entries/x/stamp.pdf')).status).toBe(404);
    expect((await api.opened()).length).toBe(before);
  });

  it('says nothing went wrong inside', () => expect(api.errors).toEqual([]));
});

describe('from the pages', () => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice();
  });
  afterAll(() => office.close());

  it('the register has its buttons, and each gives its file', async () => {
    const page = await office.admin.get('/register');
    for (const [kind, label, type] of [
      ['pdf', 'พิมพ์แบบ 13', 'application/pdf'],
      ['xlsx', 'XLSX', 'spreadsheetml'],
      ['csv', 'CSV', 'text/csv'],
    ] as const) {
      expect(page.html).toContain(`<a class="button" href="/registers/receive/2569.${kind}">${label}</a>`);
      const file = await office.admin.get(`/registers/receive/2569.${kind}`);
      expect(file.status).toBe(200);
      expect(file.headers.get('content-type')).toContain(type);
      expect(file.headers.get('content-disposition')).toMatch(/^attachment; /);
      expect(file.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('a year without letters has none', async () => {
    expect((await office.admin.get('/register?year=2560')).html).not.toContain('/registers/receive/2560.');
    expect((await office.admin.get('/registers/receive/2560.pdf')).status).toBe(404);
  });

  it.each(['/registers/receive/2569.exe', '/registers/receive/2569', '/registers/x/2569.pdf', '/registers/receive/2569.pdf?month=13'])(
    '%s is not found',
    async path => {
      expect((await office.admin.get(path)).status).toBe(404);
    },
  );

  it('the letter has its stamp; a stranger is sent to sign in', async () => {
    const list = await office.admin.get('/register');
    const entry = /\/entries\/[0-9a-f-]{36}/.exec(list.html)?.[0] ?? '';
    expect((await office.admin.get(entry)).html).toContain(`<a class="button small" href="${entry}/stamp.pdf" download>ตรารับ (PDF)</a>`);
    const file = await office.admin.get(`${entry}/stamp.pdf`);
    expect(file.headers.get('content-type')).toBe('application/pdf');
    expect((await office.browser('').get(`${entry}/stamp.pdf`)).location).toContain('/sign-in');
    const blue = await office.signIn('saraban@blue');
    expect((await blue.get(`${entry}/stamp.pdf`)).status).toBe(404);
  });
});
