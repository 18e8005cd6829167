/**
 * A register as a spreadsheet, which is a legal form of the register itself (No. 4, clause 8); the only door to the XLSX library. The columns of form 13 or 14 come first, then
 * what else the register knows. The rows stream: a register of 100,000 letters costs no more memory than one of a hundred.
 */
import { type CellValue, type ColumnDef, writeXlsxStream } from 'hucre/xlsx';
import { LONG_MONTHS } from '../letter/thai-date.ts';
import type { FormData, FormPeriod, FormRow, FormSeal, PrintAgency } from '../print/data.ts';
import { habitsOf } from '../print/habits.ts';

/** A line of form 13 or 14 with what more is known of the entry. */
export interface SheetRow extends FormRow {
  receivedAt?: Date;
  enteredAt?: Date;
  fromAddress?: string;
  /** In words. */
  urgency?: string;
  secrecy?: string;
  state?: string;
  /** Hash of the entry in the chain, hex. */
  hash?: string;
}

export interface SheetHeading {
  agency: PrintAgency;
  register: 'receive' | 'send';
  classified: boolean;
  period: FormPeriod;
  exportedAt: Date;
  /** Who exported it; '' when the appliance did. */
  exportedBy: string;
  /** Hash of the last entry that the file may hold, hex; '' when the register is empty. */
  chainHead: string;
  seal?: FormSeal;
}

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The lines above the columns' names: title, origin, chain. They are frozen with the names. */
export const LINES_ABOVE = 3;

// A cell holds no more (ECMA-376, as every spreadsheet reads it).
const LONGEST_CELL = 32_767;

/**
 * The file, piece by piece. Rows are asked for when the reader is ready for more.
 * @param rows - oldest number first
 */
export async function* registerSheet(
  rows: Iterable<SheetRow> | AsyncIterable<SheetRow>,
  heading: SheetHeading,
): AsyncGenerator<Uint8Array> {
  const columns = columnsOf(heading);
  const lines = async function* (): AsyncGenerator<CellValue[]> {
    for (const line of above(heading)) yield line;
    yield columns.map(column => column.name);
    for await (const row of rows) yield columns.map(column => cell(column.value(row)));
  };
  const defined: ColumnDef[] = columns.map(column => ({
    width: column.width,
    style: {
      alignment: { vertical: 'top', wrapText: column.wrap ?? false },
      ...(column.numFmt === undefined ? {} : { numFmt: column.numFmt }),
    },
  }));
  const stream = writeXlsxStream(lines(), {
    name: heading.register === 'receive' ? 'ทะเบียนหนังสือรับ' : 'ทะเบียนหนังสือส่ง',
    columns: defined,
    freezePane: { rows: LINES_ABOVE + 1, columns: 1 },
    repeatHeaders: false,
  });
  for await (const piece of stream) yield piece;
}

/** The forms of a closed day as spreadsheets, for register/close-day.ts. */
export const formSheets = {
  form13: async (data: FormData): Promise<Buffer> => await formSheet(data, 'receive'),
  form14: async (data: FormData): Promise<Buffer> => await formSheet(data, 'send'),
};

async function formSheet(data: FormData, register: 'receive' | 'send'): Promise<Buffer> {
  const { agency, classified, period, printedAt, printedBy, seal } = data;
  const heading: SheetHeading = {
    agency,
    register,
    classified,
    period,
    exportedAt: printedAt,
    exportedBy: printedBy,
    chainHead: seal?.chainHead ?? '',
    ...(seal === undefined ? {} : { seal }),
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of registerSheet(data.rows, heading)) pieces.push(piece);
  return Buffer.concat(pieces);
}

interface Column {
  name: string;
  width: number;
  wrap?: boolean;
  numFmt?: string;
  value(row: SheetRow): CellValue | undefined;
}

function columnsOf({ agency, register }: SheetHeading): Column[] {
  const receive = register === 'receive';
  const { timeZone } = agency;
  const wall = wallClockOf(timeZone);
  const eraYear = (year: number) => year + (agency.calendar === 'buddhist' ? 543 : 0);
  const dayText = (day: Date) => `${day.getUTCDate()}/${day.getUTCMonth() + 1}/${eraYear(day.getUTCFullYear())}`;
  const timeText = (at: Date | undefined) => {
    if (at === undefined) return null;
    const local = wall(at);
    return `${dayText(local)} ${local.toISOString().slice(11, 19)}`;
  };
  const day = (row: SheetRow) => (row.letterDate === null ? null : new Date(`${row.letterDate}T00:00:00Z`));
  return [
    { name: receive ? 'เลขทะเบียนรับ' : 'เลขทะเบียนส่ง', width: 14, numFmt: '0', value: row => row.number },
    { name: 'ที่', width: 22, wrap: true, value: row => row.letterNumber },
    {
      name: 'ลงวันที่',
      width: 13,
      value: row => {
        const at = day(row);
        return at === null ? null : dayText(at);
      },
    },
    { name: 'จาก', width: 32, wrap: true, value: row => row.from },
    { name: 'ถึง', width: 26, wrap: true, value: row => row.to },
    { name: 'เรื่อง', width: 60, wrap: true, value: row => row.subject },
    { name: 'การปฏิบัติ', width: 36, wrap: true, value: row => row.action },
    { name: 'หมายเหตุ', width: 30, wrap: true, value: remarkOf },
    { name: receive ? 'วันเวลาที่รับ' : 'วันเวลาที่ส่ง', width: 20, value: row => timeText(row.receivedAt ?? row.at) },
    { name: 'วันเวลาที่ลงทะเบียน', width: 20, value: row => timeText(row.enteredAt) },
    { name: 'ไปรษณีย์อิเล็กทรอนิกส์ของผู้ส่ง', width: 30, value: row => row.fromAddress },
    { name: 'ชั้นความเร็ว', width: 12, value: row => row.urgency },
    { name: 'ชั้นความลับ', width: 12, value: row => row.secrecy },
    { name: 'สถานะ', width: 18, value: row => row.state ?? (row.ended === null ? null : ENDED[row.ended.state]) },
    { name: 'เหตุที่ยกเลิกหรือส่งคืน', width: 30, wrap: true, value: row => row.ended?.reason },
    { name: 'ลงวันที่ (ค่าวันที่ ค.ศ.)', width: 16, numFmt: 'yyyy-mm-dd', value: day },
    {
      name: receive ? 'รับเมื่อ (ค่าวันที่ ค.ศ.)' : 'ส่งเมื่อ (ค่าวันที่ ค.ศ.)',
      width: 20,
      numFmt: 'yyyy-mm-dd hh:mm:ss',
      value: row => wall(row.receivedAt ?? row.at),
    },
    { name: 'ค่าแฮชของรายการ', width: 68, value: row => row.hash },
  ];
}

const ENDED = { cancelled: 'ยกเลิก', returned: 'ส่งคืน' } as const;

function remarkOf(row: SheetRow): string {
  const ended = row.ended === null ? '' : `${ENDED[row.ended.state]}${row.ended.reason === '' ? '' : `: ${row.ended.reason}`}`;
  return [ended, row.remark].filter(text => text !== '').join('; ');
}

function above(heading: SheetHeading): CellValue[][] {
  const habits = habitsOf({ ...heading.agency, numerals: 'arabic' });
  const { period, seal } = heading;
  const title = `${heading.register === 'receive' ? 'ทะเบียนหนังสือรับ' : 'ทะเบียนหนังสือส่ง'}${heading.classified ? 'ชั้นความลับ' : ''}`;
  const when =
    period.kind === 'day'
      ? habits.weekday(period.day)
      : period.kind === 'month'
        ? `เดือน${LONG_MONTHS[period.month - 1] ?? ''} ${habits.era(period.year)}`
        : `ปี ${habits.era(period.year)}`;
  const by = heading.exportedBy === '' ? '' : ` โดย ${heading.exportedBy}`;
  const chain = heading.chainHead === '' ? 'ยังไม่มีรายการ' : heading.chainHead;
  const closed = seal === undefined ? '' : ` · ปิดทะเบียนครั้งที่ ${seal.ordinal} · กุญแจลงนาม ${seal.keyFingerprint}`;
  return [
    [cell(`${title} ${when} · ${heading.agency.nameTh}`) ?? null],
    [cell(`ส่งออกจากระบบสารบรรณเมื่อ ${habits.date(heading.exportedAt)} เวลา ${habits.time(heading.exportedAt)}${by}`) ?? null],
    [cell(`แฮชท้ายห่วงโซ่ของทะเบียน (SHA-256): ${chain}${closed}`) ?? null],
  ];
}

/** A text is written as text, whatever it begins with: nothing in the file is a formula. What XML cannot carry goes. */
function cell(value: CellValue | undefined): CellValue {
  if (typeof value !== 'string') return value ?? null;
  if (value === '') return null;
  const clean = value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return clean.length <= LONGEST_CELL ? clean : `${clean.slice(0, LONGEST_CELL - 1).toWellFormed()}…`;
}

/** The clock on the agency's wall, as a Date whose UTC fields show it: a spreadsheet knows no zones. */
function wallClockOf(timeZone: string): (at: Date) => Date {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  });
  return at => {
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const field = (type: string) => part.get(type as Intl.DateTimeFormatPartTypes) ?? 0;
    return new Date(Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute'), field('second')));
  };
}
