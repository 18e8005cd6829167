/** A register as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read Thai), in the columns of form 13 or 14. */
import { type Clockwork, dayText, timeText } from './dates.ts';
import type { LetterRow } from './letter-queries.ts';
import { masked, NUMBER_WORDS, PURPOSE_WORDS, ROUTE_WORDS, SECRECY_WORDS, STATE_WORDS, URGENCY_WORDS } from './words.ts';

export function csvHeading(register: string): string {
  return `\ufeff${csvLine([
    NUMBER_WORDS[register] ?? register,
    'วันเวลาที่รับ',
    'วันเวลาที่ลงทะเบียน',
    'ที่',
    'ลงวันที่',
    'จาก',
    'ไปรษณีย์อิเล็กทรอนิกส์',
    'ถึง',
    'เรื่อง',
    'การปฏิบัติ',
    'หมายเหตุ',
    'ชั้นความเร็ว',
    'ชั้นความลับ',
    'สถานะ',
    'ค่าแฮชของรายการ',
    'แฟ้ม',
  ])}`;
}

export function csvRow(row: LetterRow, clock: Clockwork): string {
  const action = row.routes
    .map(route => `${route.unit} (${PURPOSE_WORDS[route.purpose] ?? route.purpose}: ${ROUTE_WORDS[route.state] ?? route.state})`)
    .join('; ');
  const ended = row.stateReason === '' ? '' : `${STATE_WORDS[row.state] ?? row.state}: ${row.stateReason}`;
  return csvLine([
    String(row.number),
    timeText(row.receivedAt, clock),
    timeText(row.enteredAt, clock),
    row.letterNumber,
    row.letterDate === null ? '' : dayText(row.letterDate, clock),
    row.fromAgency || row.fromName,
    row.fromAddress,
    row.addressee || row.to.join(', '),
    row.open ? row.subject : masked(row),
    action,
    [ended, row.remark].filter(text => text !== '').join('; '),
    URGENCY_WORDS[row.urgency] ?? row.urgency,
    SECRECY_WORDS[row.secrecy] ?? row.secrecy,
    STATE_WORDS[row.state] ?? row.state,
    row.hash,
    row.open ? row.folder : '',
  ]);
}

/** What a spreadsheet would take for a formula is marked as text: every cell may be a stranger's word. */
function csvLine(cells: string[]): string {
  const written = cells.map(cell => {
    const text = /^[\s\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${written.join(',')}\r\n`;
}
