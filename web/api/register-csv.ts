/**
 * A year of a register as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read Thai), in the columns of form 13 or 14, oldest number first.
 * It is read window by window and streamed: a year of a hundred thousand letters costs no more memory than a hundred.
 */
import { Readable } from 'node:stream';
import type { Transaction } from '../../register/db/connect.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { listEntries, years } from '../../register/look/entries.ts';
import type { EntryRow, RegisterName } from '../../register/look/entry-row.ts';
import { type AgencyDetail, getAgency } from '../../register/look/office.ts';
import type { Officer } from '../../register/officer.ts';
import { REGISTERS } from '../../register/registers.ts';
import { apiEn } from '../text/api.en.ts';
import { apiTh } from '../text/api.th.ts';
import type { ApiContext, Call, Reply } from './operation.ts';
import { Problem } from './problem.ts';
import { type EntryExtra, selectEntryExtras } from './queries.ts';

const WINDOW = 500;

export async function registerCsvOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const register = registerOf(places.register);
  const year = /^\d{4}$/.test(places.year ?? '') ? Number(places.year) : null;
  if (register === null || year === null) throw new Problem('not-found');
  const agency = await getAgency(context.db, officer);
  if (agency === null || !(await years(context.db, officer, register)).includes(year)) throw new Problem('not-found');
  return {
    kind: 'bytes',
    contentType: 'text/csv; charset=utf-8; header=present',
    fileName: `${agency.code}-${register}-${year}.csv`,
    size: null,
    sha256: null,
    stream: Readable.from(csvOf(context, officer, agency, register, year)),
  };
}

function registerOf(text: string | undefined): RegisterName | null {
  return REGISTERS.find(register => register === text) ?? null;
}

async function* csvOf(
  context: ApiContext,
  officer: Officer,
  agency: AgencyDetail,
  register: RegisterName,
  year: number,
): AsyncGenerator<string> {
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
  const [newest] = (await listEntries(context.db, officer, { register, year, limit: 1 })).items;
  // Numbers have no holes (I3), so a window of numbers is a window of rows, less those the officer may not see.
  for (let first = 1; newest !== undefined && first <= newest.number; first += WINDOW) {
    const page = await listEntries(context.db, officer, { register, year, limit: WINDOW, before: first + WINDOW });
    const rows = page.items.filter(row => row.number >= first).reverse();
    if (rows.length === 0) continue;
    const extras = await inAgency(context.db, officer.agencyId, officer, (tx: Transaction) =>
      selectEntryExtras(
        tx,
        rows.map(row => row.id),
      ),
    );
    const byId = new Map(extras.map(extra => [extra.id, extra]));
    yield rows.map(row => csvLine(cellsOf(row, byId.get(row.id), agency, words))).join('');
  }
}

function cellsOf(row: EntryRow, extra: EntryExtra | undefined, agency: AgencyDetail, words: typeof apiTh): string[] {
  const action = row.routes.map(route => `${route.unitNameTh} (${words.purpose[route.purpose]}: ${words.route[route.state]})`).join('; ');
  const ended = row.state === 'cancelled' || row.state === 'returned' ? `${words.csv[row.state]}: ${row.stateReason}` : '';
  return [
    String(row.number),
    timeText(row.receivedAt, agency),
    timeText(row.enteredAt, agency),
    row.letterNumber,
    row.letterDate === null ? '' : dayText(row.letterDate, agency),
    row.fromAgency || row.fromName,
    row.fromAddress,
    extra === undefined ? '' : extra.addressee || (extra.envelopeTo ?? []).join(', '),
    row.subject,
    action,
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
