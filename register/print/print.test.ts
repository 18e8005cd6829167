/** The forms as a reader finds them: rendered and read back with poppler. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { CertificateData, FormData, FormRow, PrintAgency } from './data.ts';
import { createPrinter, MOST_ROWS } from './print.ts';

const folder = mkdtempSync(join(tmpdir(), 'saraban-print-'));
const printer = createPrinter();
afterAll(async () => {
  await printer.close();
  rmSync(folder, { recursive: true });
});

function poppler(program: 'pdftotext' | 'pdfinfo' | 'pdffonts', pdf: Buffer, ...options: string[]): string {
  const file = join(folder, 'form.pdf');
  writeFileSync(file, pdf);
  return execFileSync(program, [...options, file, ...(program === 'pdftotext' ? ['-'] : [])], { encoding: 'utf8' });
}
/** Text in the order it was written, lines put together again. */
const textOf = (pdf: Buffer) => poppler('pdftotext', pdf, '-raw').replace(/\n/g, '');
const pagesOf = (pdf: Buffer) => Number(/Pages: +(\d+)/.exec(poppler('pdfinfo', pdf))?.[1]);

const AGENCY: PrintAgency = { nameTh: 'เทศบาลตำบลตัวอย่าง', nameEn: '', timeZone: 'Asia/Bangkok', numerals: 'arabic', calendar: 'buddhist' };
const AT = new Date('2026-11-22T03:42:00Z');
const row = (number: number, change: Partial<FormRow> = {}): FormRow => ({
  number,
  at: AT,
  letterNumber: 'มท 0808.2/ว 1590',
  letterDate: '2026-11-20',
  from: 'กรมส่งเสริมการปกครองท้องถิ่น',
  to: 'นายกเทศมนตรี',
  subject: 'การจัดสรรเงินอุดหนุน',
  action: 'กองคลัง',
  remark: '',
  ended: null,
  ...change,
});
const form = (rows: FormRow[], change: Partial<FormData> = {}): FormData => ({
  agency: AGENCY,
  classified: false,
  period: { kind: 'day', day: '2026-11-22' },
  rows,
  printedAt: AT,
  printedBy: '',
  ...change,
});

describe('forms 13 and 14', () => {
  it('is PDF/A-2b with its fonts in it, the same to the byte when printed again', async () => {
    const pdf = await printer.form13(form([row(1)]));
    const text = pdf.toString('latin1');
    expect(text).toContain('<pdfaid:part>2</pdfaid:part>');
    expect(text).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    expect(poppler('pdffonts', pdf)).not.toMatch(/ no +(yes|no) +(yes|no) +\d/);
    expect(poppler('pdfinfo', pdf)).toContain('ทะเบียนหนังสือรับ วันที่ 22 เดือน พฤศจิกายน พ.ศ. 2569 เทศบาลตำบลตัวอย่าง');
    expect((await printer.form13(form([row(1)]))).equals(pdf)).toBe(true);
  });

  it.each([
    'ที่ทำการปกครองจังหวัด',
    'น้ำดื่มสะอาด ค้ำประกัน ป้ำ ถ้ำ คำสั่ง',
    'ผู้ใหญ่บ้าน ฤๅษี ญาณ ฐาน ปฏิทิน',
    'ก็ศัตรูเกื้อกูลกู๊ดโต๊ะปี่ฝ้ายฟื้นป่า',
    'ขอให้ซ่อมแซมไฟส่องสว่างสาธารณะ หมู่ที่ ๔ ฯลฯ',
    'ลายเซ็น "ก" (ข) ๑๒๓ 456 ABC-def/ghi',
  ])('%s copies out as it was written', async subject => {
    const said = textOf(await printer.form13(form([row(1, { subject })])));
    // Where a line ended at a space, the space is not drawn.
    expect(said.replaceAll(' ', '')).toContain(subject.replaceAll(' ', ''));
  });

  it('has the columns of the regulation, and says whose register it is, of when', async () => {
    const said = textOf(await printer.form13(form([row(1284)])));
    expect(said).toContain('เลขทะเบียนรับที่ ลงวันที่ จาก ถึง เรื่อง การปฏิบัติ หมายเหตุ');
    for (const part of ['เทศบาลตำบลตัวอย่าง', 'แบบที่ 13', 'หน้า 1 จาก 1', 'วันที่ 22 เดือน พฤศจิกายน พ.ศ. 2569', '1284', '20 พ.ย. 2569'])
      expect(said).toContain(part);
    const sent = textOf(await printer.form14(form([row(1)])));
    expect(sent).toContain('ทะเบียนหนังสือส่ง');
    expect(sent).toContain('แบบที่ 14');
    expect(sent).toContain('เลขทะเบียนส่งที่');
  });

  it('in Thai digits, but what a stranger wrote stays', async () => {
    const said = textOf(await printer.form13(form([row(1284)], { agency: { ...AGENCY, numerals: 'thai' } })));
    for (const part of ['แบบที่ ๑๓', 'หน้า ๑ จาก ๑', '๑๒๘๔', 'พ.ศ. ๒๕๖๙', 'มท 0808.2/ว']) expect(said).toContain(part);
  });

  it('in the common era where the agency counts so', async () => {
    const said = textOf(await printer.form13(form([row(1)], { agency: { ...AGENCY, calendar: 'gregory' } })));
    expect(said).toContain('วันที่ 22 เดือน พฤศจิกายน ค.ศ. 2026');
    expect(said).toContain('20 พ.ย. 2026');
  });

  it('says when nothing was entered, and what was cancelled and why', async () => {
    expect(textOf(await printer.form13(form([])))).toContain('ไม่มีรายการ');
    const said = textOf(await printer.form13(form([row(7, { ended: { state: 'cancelled', reason: 'ลงรับซ้ำกับ 6' } })])));
    expect(said).toContain('7');
    expect(said).toContain('ยกเลิก: ลงรับซ้ำกับ 6');
  });

  it('every page has the head, and pages are counted', async () => {
    const pdf = await printer.form13(form(Array.from({ length: 60 }, (_, index) => row(index + 1))));
    const pages = pagesOf(pdf);
    expect(pages).toBeGreaterThan(2);
    const said = textOf(pdf);
    expect(said.split('การปฏิบัติ หมายเหตุ').length - 1).toBe(pages);
    expect(said).toContain(`หน้า ${pages} จาก ${pages}`);
  });

  it('a long register is set in parts, and comes out as one file with its pages counted through', async () => {
    const rows = Array.from({ length: 2_100 }, (_, index) => row(index + 1, { subject: `เรื่องที่ ${index + 1}` }));
    const seal = { ordinal: 1, closedAt: AT, chainHead: 'ab'.repeat(32), previousSeal: '', keyFingerprint: 'cd'.repeat(32) };
    const pdf = await printer.form13(form(rows, { seal }));
    const pages = pagesOf(pdf);
    const said = textOf(pdf);
    for (const page of [1, 2, pages - 1, pages]) expect(said.split(`หน้า ${page} จาก ${pages}`).length - 1).toBe(1);
    for (const { subject } of rows) expect(said).toContain(subject);
    expect(said.split('ครั้งที่ 1 ').length - 1).toBe(1);
    expect(pdf.toString('latin1')).toContain(`<xmpTPg:NPages>${pages}<`);
    expect(poppler('pdffonts', pdf)).not.toMatch(/ no +(yes|no) +(yes|no) +\d/);
  });

  it('longer periods are parted by days', async () => {
    const rows = [row(1), row(2), row(3, { at: new Date('2026-11-22T17:00:00Z') })];
    const said = textOf(await printer.form13(form(rows, { period: { kind: 'month', year: 2569, month: 11 } })));
    expect(said).toContain('เดือน พฤศจิกายน พ.ศ. 2569');
    expect(said).toContain('วันอาทิตย์ที่ 22 พฤศจิกายน 2569 2 รายการ');
    expect(said).toContain('วันจันทร์ที่ 23 พฤศจิกายน 2569 1 รายการ');
  });

  it('a closed day carries its seal', async () => {
    const seal = { ordinal: 326, closedAt: AT, chainHead: 'ab'.repeat(32), previousSeal: '', keyFingerprint: 'cd'.repeat(32) };
    const said = textOf(await printer.form13(form([], { seal })));
    for (const part of ['ครั้งที่ 326', 'ab'.repeat(32), 'ไม่มี (วันแรก)', 'cd'.repeat(32)]) expect(said).toContain(part);
  });
});

describe('what a stranger writes is printed as text', () => {
  it.each([
    [
      'markup of the compiler',
      '#set page(fill: red) *x* $a^2$ #import "x.typ" \\ @label <tag> [y] // z',
      '#set page(fill: red) *x* $a^2$ #import "x.typ" \\ @label <tag> [y] // z',
    ],
    ['control characters', 'ก\u0000\u0007\u001bข', 'ก ข'],
    ['emoji', 'ด่วน 😀👨‍👩‍👧 มาก', 'ด่วน □□□□ มาก'],
    ['right to left, with marks of direction', '‮שלום مرحبا‬ x', '□□□□ □□□□□ x'],
    ['half of a character', 'ก\ud800ข', 'ก□ข'],
    ['private codes', 'ก\ue001\ue081ข', 'ก□□ข'],
    ['marks without a letter', '้้้้้้่่ ก', '้้้้้้่่ ก'],
  ])('%s', async (_, subject, expected) => {
    const said = textOf(await printer.form13(form([row(1, { subject, from: subject, letterNumber: subject, action: subject })])));
    expect(said.replaceAll(' ', '')).toContain(expected.replaceAll(' ', ''));
  });

  it('ten thousand letters without a space stay on the page, all of them', async () => {
    for (const [letter, count] of [
      ['x', 10_000],
      ['กี้', 4_000],
    ] as const) {
      const pdf = await printer.form13(form([row(1, { subject: letter.repeat(count) }), row(2)]));
      expect(textOf(pdf).split(letter).length - 1).toBeGreaterThanOrEqual(count);
      expect(pagesOf(pdf)).toBeGreaterThan(1);
    }
  });
});

describe('stamp, certificate, escrow sheet, book of numbers', () => {
  it('the stamp', async () => {
    const pdf = await printer.stamp({
      agency: { ...AGENCY, nameTh: 'องค์การบริหารส่วนตำบลตัวอย่างที่มีชื่อยาวมากจนเกินความกว้างของตรารับหนังสือ' },
      classified: false,
      number: 1284,
      year: 2569,
      receivedAt: AT,
      enteredAt: AT,
      ended: { state: 'cancelled', reason: 'ลงซ้ำ' },
      letterNumber: '',
      letterDate: null,
      from: 'ก',
      fromAddress: 'a@b.example',
      to: '',
      subject: '#x 😀',
      sha256: 'ab'.repeat(32),
      entryHash: 'cd'.repeat(32),
      verifyUrl: 'https://saraban.agency.example/v/abcdefghijklmnopqrstuvwxyz',
    });
    const said = textOf(pdf);
    expect(pagesOf(pdf)).toBe(1);
    for (const part of ['1284/2569', '22 พฤศจิกายน 2569', '10.42 น.', 'ยกเลิกเลขนี้แล้ว: ลงซ้ำ', '#x □', 'ab'.repeat(32)])
      expect(said).toContain(part);
    expect(said).toContain('https://saraban.agency.example/v/abcdefghijklmnopqrstuvwxyz');
  });

  const certificate: CertificateData = {
    agency: AGENCY,
    scope: 'agency',
    id: '0193a1c2-1111-7000-8000-abcdefabcdef',
    outcome: 'proven',
    copyId: '20261122T190000Z-3f2a9c1e',
    cutAt: '2026-11-22T19:00:03.120Z',
    place: { name: 'offsite', address: 's3:copies' },
    beganAt: '2026-11-22T19:02:10Z',
    finishedAt: '2026-11-22T20:14:12Z',
    steps: [{ what: 'ถอดรหัส', milliseconds: 41_000 }],
    bytes: { fetched: 1.82e9, restored: 999 },
    counts: [
      { what: 'หนังสือในทะเบียน', expected: 8412, found: 8411 },
      { what: 'ไฟล์', expected: 1, found: null },
    ],
    series: [{ agency: '', name: 'ทะเบียนหนังสือรับ', year: 2569, rows: 3, lastNumber: 3, headHash: '9f'.repeat(32), holds: true }],
    opened: ['รับ 1284/2569'],
    hashes: [{ what: 'manifest.json', sha256: '12'.repeat(32) }],
    versions: [{ what: 'Saraban', version: '0.1.0' }],
    notProven: [],
    problems: [],
    keyFingerprint: '',
  };

  it.each([
    ['proven', 'พิสูจน์แล้ว'],
    ['partly', 'พิสูจน์ได้บางส่วน'],
    ['failed', 'ไม่ผ่าน'],
  ] as const)('the certificate says %s in its largest words, and no other outcome', async (outcome, word) => {
    const lines = poppler(
      'pdftotext',
      await printer.certificate({ ...certificate, outcome, problems: ['หาย #1'], notProven: ['กุญแจอยู่นอกเครื่อง'] }),
      '-raw',
    ).split('\n');
    expect(lines).toContain(word);
    for (const other of ['พิสูจน์แล้ว', 'พิสูจน์ได้บางส่วน', 'ไม่ผ่าน']) if (other !== word) expect(lines).not.toContain(other);
    const said = lines.join('');
    for (const part of [
      '23 พฤศจิกายน 2569 เวลา 02.00 น.',
      '1 ชั่วโมง 12 นาที',
      '8,412 8,411 ไม่ตรง',
      '– ไม่ได้พิสูจน์',
      'หาย #1',
      'กุญแจอยู่นอกเครื่อง',
      '12'.repeat(32),
      'ไม่ได้ลงนาม',
      '1.8 GB',
      '999 ไบต์',
    ])
      expect(said).toContain(part);
  });

  it('the escrow sheet is one page with the whole key on it', async () => {
    const identity = `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'}`;
    const pdf = await printer.escrowSheet({
      agency: AGENCY,
      identity,
      recipient: `age1${'q'.repeat(58)}`,
      keyFingerprint: '5e7a'.repeat(16),
      places: Array.from({ length: 5 }, (_, index) => ({
        name: `place${index}`,
        address: `sftp:backup@host${index}.example:/copies/saraban`,
      })),
      at: AT,
    });
    expect(pagesOf(pdf)).toBe(1);
    expect(textOf(pdf).replaceAll(' ', '')).toContain(identity);
  });

  it('the book has a cover and four slips a page, each with its code', async () => {
    const slips = Array.from({ length: 9 }, (_, index) => ({
      number: index + 1,
      code: `K7Q${index}X`,
      url: `https://s.example/v/${index}`,
    }));
    const pdf = await printer.numberBook({
      agency: AGENCY,
      bookCode: 'ล.1/2569',
      register: 'receive',
      year: 2569,
      slips,
      madeAt: AT,
      madeBy: 'ก',
      phone: '',
    });
    expect(pagesOf(pdf)).toBe(4);
    const said = textOf(pdf);
    for (const slip of slips) expect(said.split(slip.code).length - 1).toBe(2);
    expect(said).toContain('ใบที่ 1 ถึง 9 รวม 9 ใบ');
  });
});

describe('the press', () => {
  const press = (code: string): URL => {
    const file = join(folder, `press-${code.length}.mjs`);
    writeFileSync(file, code);
    return pathToFileURL(file);
  };

  it('that ends in the middle fails the form it had, and the next gets a new one', async () => {
    const one = createPrinter({
      press: press(
        `process.on('message', job => { if (job.data.printedBy === 'die') process.abort(); process.send({ outcome: 'printed', pdf: Buffer.from('ok') }); });`,
      ),
    });
    const [died, printed] = await Promise.allSettled([one.form13(form([], { printedBy: 'die' })), one.form13(form([]))]);
    expect(died).toMatchObject({ status: 'rejected', reason: { code: 'press-ended', temporary: true } });
    expect(printed).toMatchObject({ status: 'fulfilled', value: Buffer.from('ok') });
    await one.close();
  });

  it('that is too slow is ended', async () => {
    const slow = createPrinter({ press: press(`process.on('message', () => {}); // never answers`), milliseconds: 50 });
    await expect(slow.form13(form([]))).rejects.toMatchObject({ code: 'print-too-slow' });
    await slow.close();
  });

  it('that cannot print says so, and prints the next', async () => {
    await expect(printer.stamp({} as never)).rejects.toMatchObject({ code: 'print-failed', temporary: false });
    expect((await printer.form13(form([]))).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('takes no form after it was closed, nor one that is too long', async () => {
    await expect(printer.form13(form(Array(MOST_ROWS + 1).fill(row(1))))).rejects.toMatchObject({ code: 'print-too-large' });
    const shut = createPrinter();
    await shut.close();
    await expect(shut.form13(form([]))).rejects.toMatchObject({ code: 'printer-closed' });
  });

  it('closing fails what waits', async () => {
    const shut = createPrinter({ press: press(`process.on('message', () => {});  // waits for ever`) });
    const forms = Promise.allSettled([shut.form13(form([])), shut.form14(form([]))]);
    await shut.close();
    expect((await forms).map(one => one.status)).toEqual(['rejected', 'rejected']);
  });
});
