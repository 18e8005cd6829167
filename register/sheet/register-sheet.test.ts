import { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import type { FormData, PrintAgency } from '../print/data.ts';
import { formSheets, LINES_ABOVE, registerSheet, type SheetHeading, type SheetRow } from './register-sheet.ts';

const AGENCY: PrintAgency = { nameTh: 'เทศบาลตำบลตัวอย่าง', nameEn: '', timeZone: 'Asia/Bangkok', numerals: 'thai', calendar: 'buddhist' };
const HEADING: SheetHeading = {
  agency: AGENCY,
  register: 'receive',
  classified: false,
  period: { kind: 'year', year: 2569 },
  exportedAt: new Date('2026-11-22T10:00:00Z'),
  exportedBy: 'นางวรรณา สารบรรณ',
  chainHead: 'ab'.repeat(32),
};
const ROW: SheetRow = {
  number: 1284,
  at: new Date('2026-11-22T03:42:01Z'),
  receivedAt: new Date('2026-11-22T03:42:01Z'),
  enteredAt: new Date('2026-12-31T17:00:00Z'),
  letterNumber: 'มท 0808.2/ว 1590',
  letterDate: '2026-11-20',
  from: 'กรมส่งเสริมการปกครองท้องถิ่น',
  fromAddress: 'saraban@dla.example',
  to: 'นายกเทศมนตรี',
  subject: 'การจัดสรรเงินอุดหนุน',
  action: 'กองคลัง',
  remark: '',
  ended: null,
  hash: 'cd'.repeat(32),
};

async function readBack(rows: Iterable<SheetRow> | AsyncIterable<SheetRow>, heading = HEADING): Promise<ExcelJS.Worksheet> {
  const pieces: Uint8Array[] = [];
  for await (const piece of registerSheet(rows, heading)) pieces.push(piece);
  return await sheetOf(Buffer.concat(pieces));
}

async function sheetOf(bytes: Buffer): Promise<ExcelJS.Worksheet> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.read(Readable.from([bytes]));
  const sheet = book.worksheets[0];
  if (sheet === undefined) throw new Error('no sheet');
  return sheet;
}

/** The cell of a column by the column's name. */
function at(sheet: ExcelJS.Worksheet, row: number, name: string): ExcelJS.Cell {
  const names = sheet.getRow(LINES_ABOVE + 1).values as string[];
  return sheet.getCell(LINES_ABOVE + 1 + row, names.indexOf(name));
}

describe('the register as a spreadsheet', () => {
  it('names agency, year, time and chain above the columns of form 13, which stay in sight', async () => {
    const sheet = await readBack([ROW]);
    expect(sheet.name).toBe('ทะเบียนหนังสือรับ');
    expect(sheet.getCell('A1').value).toBe('ทะเบียนหนังสือรับ ปี พ.ศ. 2569 · เทศบาลตำบลตัวอย่าง');
    expect(sheet.getCell('A2').value).toBe('ส่งออกจากระบบสารบรรณเมื่อ 22 พฤศจิกายน 2569 เวลา 17.00 น. โดย นางวรรณา สารบรรณ');
    expect(sheet.getCell('A3').value).toContain('ab'.repeat(32));
    expect((sheet.getRow(4).values as string[]).slice(1, 9)).toEqual([
      'เลขทะเบียนรับ',
      'ที่',
      'ลงวันที่',
      'จาก',
      'ถึง',
      'เรื่อง',
      'การปฏิบัติ',
      'หมายเหตุ',
    ]);
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 4, xSplit: 1 });
  });

  it('numbers are numbers, dates are Thai texts and real dates on the clock of the agency', async () => {
    const sheet = await readBack([ROW]);
    expect(at(sheet, 1, 'เลขทะเบียนรับ').value).toBe(1284);
    expect(at(sheet, 1, 'ลงวันที่').value).toBe('20/11/2569');
    expect(at(sheet, 1, 'วันเวลาที่รับ').value).toBe('22/11/2569 10:42:01');
    // Midnight in Bangkok: already the next year.
    expect(at(sheet, 1, 'วันเวลาที่ลงทะเบียน').value).toBe('1/1/2570 00:00:00');
    expect(at(sheet, 1, 'ลงวันที่ (ค่าวันที่ ค.ศ.)').value).toEqual(new Date('2026-11-20T00:00:00Z'));
    expect(at(sheet, 1, 'รับเมื่อ (ค่าวันที่ ค.ศ.)').value).toEqual(new Date('2026-11-22T10:42:01Z'));
    expect(at(sheet, 1, 'ค่าแฮชของรายการ').value).toBe('cd'.repeat(32));
  });

  it.each(['=HYPERLINK("http://x","y")', '+1', '-1+2', '@SUM(A1)', '\t=1', '<b>&amp;</b>', ' lead', "'='", 'a_x0041_b'])(
    '%j stays the text it is',
    async subject => {
      const cell = at(await readBack([{ ...ROW, subject }]), 1, 'เรื่อง');
      expect(cell.type).toBe(ExcelJS.ValueType.String);
      expect(cell.value).toBe(subject);
    },
  );

  it('what XML cannot carry goes, and a cell is cut where a spreadsheet would refuse it', async () => {
    const sheet = await readBack([
      { ...ROW, subject: 'a\u0000\u0007b\ud800c\uffff' },
      { ...ROW, number: 1285, subject: 'ก'.repeat(40_000) },
    ]);
    expect(at(sheet, 1, 'เรื่อง').value).toBe('ab\ufffdc');
    expect(at(sheet, 2, 'เรื่อง').value).toBe(`${'ก'.repeat(32_766)}…`);
  });

  it('a cancelled number stays, with its reason', async () => {
    const sheet = await readBack([{ ...ROW, ended: { state: 'cancelled', reason: 'ลงรับซ้ำกับ 1279' }, remark: 'x' }]);
    expect(at(sheet, 1, 'เลขทะเบียนรับ').value).toBe(1284);
    expect(at(sheet, 1, 'หมายเหตุ').value).toBe('ยกเลิก: ลงรับซ้ำกับ 1279; x');
    expect(at(sheet, 1, 'สถานะ').value).toBe('ยกเลิก');
    expect(at(sheet, 1, 'เหตุที่ยกเลิกหรือส่งคืน').value).toBe('ลงรับซ้ำกับ 1279');
  });

  it('an empty register is a file that opens', async () => {
    const sheet = await readBack([], { ...HEADING, register: 'send', chainHead: '' });
    expect(sheet.rowCount).toBe(4);
    expect(sheet.getCell('A3').value).toContain('ยังไม่มีรายการ');
    expect(sheet.getCell('A4').value).toBe('เลขทะเบียนส่ง');
  });

  it('asks for rows as they are read, and lets go of them when the reader leaves', async () => {
    let asked = 0;
    let left = false;
    const rows = async function* () {
      try {
        for (;;) {
          asked += 1;
          yield { ...ROW, number: asked };
        }
      } finally {
        left = true;
      }
    };
    for await (const piece of registerSheet(rows(), HEADING)) if (piece.length > 10_000) break;
    expect(asked).toBeLessThan(100_000);
    expect(left).toBe(true);
  });

  it('the form of a closed day names its seal', async () => {
    const data: FormData = {
      agency: AGENCY,
      classified: true,
      period: { kind: 'day', day: '2026-11-22' },
      rows: [ROW],
      printedAt: HEADING.exportedAt,
      printedBy: '',
      seal: { ordinal: 326, closedAt: HEADING.exportedAt, chainHead: '12'.repeat(32), previousSeal: '', keyFingerprint: '34'.repeat(32) },
    };
    const sheet = await sheetOf(await formSheets.form14(data));
    expect(sheet.getCell('A1').value).toBe('ทะเบียนหนังสือส่งชั้นความลับ วันอาทิตย์ที่ 22 พฤศจิกายน 2569 · เทศบาลตำบลตัวอย่าง');
    expect(sheet.getCell('A3').value).toContain(`${'12'.repeat(32)} · ปิดทะเบียนครั้งที่ 326 · กุญแจลงนาม ${'34'.repeat(32)}`);
  });
});
