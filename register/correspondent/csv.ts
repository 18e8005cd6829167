/**
 * The address book as CSV (RFC 4180), out and in. Pure. Out: UTF-8 with a byte order mark, so that spreadsheets read Thai, and no cell that a spreadsheet
 * would run as a formula. In: what spreadsheets write, in UTF-8 or Windows-874, parted by comma, semicolon or tab; every fault with its line.
 */
import type { UserMessage } from '../failure.ts';
import type { CorrespondentFields } from './correspondent.ts';

/** The columns, in the order of the export; the import takes them in any order, by English or Thai heading. */
const COLUMNS = [
  { name: 'nameTh', heading: 'name_th', thai: 'ชื่อ' },
  { name: 'nameEn', heading: 'name_en', thai: 'ชื่อภาษาอังกฤษ' },
  { name: 'code', heading: 'code', thai: 'รหัส' },
  { name: 'domain', heading: 'domain', thai: 'โดเมน' },
  { name: 'addresses', heading: 'addresses', thai: 'ที่อยู่ไปรษณีย์อิเล็กทรอนิกส์' },
  { name: 'phone', heading: 'phone', thai: 'โทรศัพท์' },
  { name: 'officer', heading: 'officer', thai: 'เจ้าหน้าที่สารบรรณ' },
] as const satisfies { name: keyof CorrespondentFields; heading: string; thai: string }[];

export const MOST_ROWS = 10_000;

export interface LineFault {
  /** 1 is the heading. 0: the file as a whole. */
  line: number;
  message: UserMessage;
}

export interface CsvRow {
  line: number;
  fields: Record<keyof CorrespondentFields, string | string[]>;
}

export function writeBook(rows: CorrespondentFields[]): string {
  const lines = [COLUMNS.map(column => column.heading), ...rows.map(row => COLUMNS.map(({ name }) => cellOf(row[name])))];
  return `\ufeff${lines.map(line => line.map(quote).join(',')).join('\r\n')}\r\n`;
}

function cellOf(value: string | string[]): string {
  return typeof value === 'string' ? value : value.join(' ');
}

// A cell that begins so is a formula to a spreadsheet, and a stranger's name could be one. The apostrophe makes it text, and import takes it away.
const FORMULA = /^[=+\-@\t\r]/;

function quote(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Reads a file. @returns the rows, or every fault found in the shape of the file */
export function readBook(bytes: Buffer): { outcome: 'read'; rows: CsvRow[] } | { outcome: 'faults'; faults: LineFault[] } {
  const text = decode(bytes);
  const separator = separatorOf(text);
  const table = readTable(text, separator);
  if (table.open !== null) return fault(table.open, 'มีเครื่องหมายคำพูดเปิดไว้โดยไม่ปิด', 'A quotation mark is opened and never closed.');
  const [head, ...body] = table.rows.filter(row => row.cells.some(cell => cell !== ''));
  if (head === undefined) return fault(0, 'ไฟล์ว่าง', 'The file is empty.');
  const columns = head.cells.map(cell => COLUMNS.find(one => one.heading === cell.toLowerCase() || one.thai === cell)?.name ?? null);
  if (!columns.includes('nameTh')) {
    const wanted = COLUMNS.map(column => column.heading).join(', ');
    return fault(
      head.line,
      `บรรทัดแรกต้องเป็นชื่อคอลัมน์ และต้องมี name_th (${wanted})`,
      `The first line must name the columns, name_th among them (${wanted}).`,
    );
  }
  if (body.length > MOST_ROWS) return fault(0, `เกิน ${MOST_ROWS} บรรทัด`, `More than ${MOST_ROWS} lines.`);
  const faults: LineFault[] = [];
  const rows = body.map(({ line, cells }): CsvRow => {
    if (cells.slice(columns.length).some(cell => cell !== ''))
      faults.push({ line, message: { th: 'มีช่องมากกว่าบรรทัดแรก', en: 'It has more cells than the first line.' } });
    const value = (name: string) => cells[columns.indexOf(name as never)] ?? '';
    const addresses = columns.includes('addresses')
      ? value('addresses')
          .split(/[\s,;]+/)
          .filter(one => one !== '')
      : [];
    const text = Object.fromEntries(COLUMNS.map(({ name }) => [name, columns.includes(name) ? value(name) : '']));
    return { line, fields: { ...(text as CsvRow['fields']), addresses } };
  });
  return faults.length > 0 ? { outcome: 'faults', faults } : { outcome: 'read', rows };
}

function fault(line: number, th: string, en: string): { outcome: 'faults'; faults: LineFault[] } {
  return { outcome: 'faults', faults: [{ line, message: { th, en } }] };
}

/** A Thai Excel saves CSV in Windows-874 unless told otherwise; what is no UTF-8 is that. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-874').decode(bytes);
  }
}

function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const counted = [',', ';', '\t'].map(mark => ({ mark, count: head.split(mark).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

interface Table {
  rows: { line: number; cells: string[] }[];
  /** The line of a quotation mark that nothing closes. */
  open: number | null;
}

/** Every character once, so that a file of any shape takes time in proportion to its length. */
function readTable(text: string, separator: string): Table {
  const rows: Table['rows'] = [];
  let cells: string[] = [];
  let from = 1;
  let line = 1;
  let cell = '';
  let quotedAt: number | null = null;
  const endCell = () => {
    cells.push(plain(cell));
    cell = '';
  };
  const endRow = () => {
    endCell();
    rows.push({ line: from, cells });
    cells = [];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '\n') line++;
    if (quotedAt !== null) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[at++];
      else quotedAt = null;
    } else if (char === '"' && cell.trim() === '') {
      cell = '';
      quotedAt = line;
    } else if (char === separator) endCell();
    else if (char === '\n') {
      endRow();
      from = line;
    } else if (char !== '\r') cell += char;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return { rows, open: quotedAt };
}

/** Blanks outside, and the apostrophe that keeps a formula text, are not the value's. */
function plain(cell: string): string {
  const trimmed = cell.trim();
  return trimmed.startsWith("'") && FORMULA.test(trimmed.slice(1)) ? trimmed.slice(1) : trimmed;
}
