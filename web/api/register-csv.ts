/**
 * A year of a register as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read Thai), in the columns of form 13 or 14, oldest number first.
 * The rows come from web/api/register-rows.ts and are streamed.
 */
import type { RegisterName } from '../../register/look/entry-row.ts';
import type { AgencyDetail } from '../../register/look/office.ts';
import { apiEn } from '../text/api.en.ts';
import { apiTh } from '../text/api.th.ts';
import { actionText, addresseeText, type ExportRow } from './register-rows.ts';

/** @param windows - of web/api/register-rows.ts */
export async function* csvText(windows: AsyncIterable<ExportRow[]>, agency: AgencyDetail, register: RegisterName): AsyncGenerator<string> {
  const words = agency.language === 'en' ? apiEn : apiTh;
  const { csv } = words;
  const heading = [
    csv.number[register],
    csv.receivedAt,
    csv.enteredAt,
    csv.letterNumber,
    csv.letterDate,
    csv.from,
    csv.address,
    csv.to,
    csv.subject,
  ];
  yield `\ufeff${csvLine([...heading, csv.action, csv.remark, csv.urgency, csv.secrecy, csv.state, csv.hash])}`;
  for await (const window of windows) yield window.map(one => csvLine(cellsOf(one, agency, words))).join('');
}

function cellsOf({ row, extra }: ExportRow, agency: AgencyDetail, words: typeof apiTh): string[] {
  const ended = row.state === 'cancelled' || row.state === 'returned' ? `${words.csv[row.state]}: ${row.stateReason}` : '';
  return [
    String(row.number),
    timeText(row.receivedAt, agency),
    timeText(row.enteredAt, agency),
    row.letterNumber,
    row.letterDate === null ? '' : dayText(row.letterDate, agency),
    row.fromAgency || row.fromName,
    row.fromAddress,
    addresseeText(extra),
    row.subject,
    actionText(row, words),
    [ended, extra?.remark ?? ''].filter(text => text !== '').join('; '),
    words.urgency[row.urgency],
    words.secrecy[row.secrecy],
    words.state[row.state],
    extra?.hash ?? '',
  ];
}

/** A line of CSV. What a spreadsheet would take for a formula is marked as text; every text of a stranger's letter comes through here. */
export function csvLine(cells: string[]): string {
  const written = cells.map(cell => {
    const text = /^[\s\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${written.join(',')}\r\n`;
}

/** 'd/m/yyyy hh:mm:ss' in the agency's zone and era, as the register is written by hand. */
export function timeText(at: Date, agency: Pick<AgencyDetail, 'timeZone' | 'calendar'>): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: agency.timeZone,
    calendar: 'gregory',
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find(one => one.type === type)?.value ?? '';
  return `${dayText(`${part('year')}-${part('month')}-${part('day')}`, agency)} ${part('hour')}:${part('minute')}:${part('second')}`;
}

function dayText(day: string, agency: Pick<AgencyDetail, 'calendar'>): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${date}/${month}/${(year ?? 0) + (agency.calendar === 'buddhist' ? 543 : 0)}`;
}
