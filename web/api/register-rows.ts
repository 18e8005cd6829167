/**
 * The rows of a register for its exports, oldest number first, window by window, as far as the officer may see them: what CSV, XLSX and the printed form have in common.
 * A year of a hundred thousand letters costs no more memory than a hundred.
 */
import type { Database, Transaction } from '../../register/db/connect.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { type EntryFilter, listEntries } from '../../register/look/entries.ts';
import type { EntryRow, RegisterName } from '../../register/look/entry-row.ts';
import type { AgencyDetail } from '../../register/look/office.ts';
import type { Officer } from '../../register/officer.ts';
import { isReceived } from '../../register/registers.ts';
import type { SheetRow } from '../../register/sheet/register-sheet.ts';
import { apiTh } from '../text/api.th.ts';
import { type EntryExtra, selectEntryExtras } from './queries.ts';

const WINDOW = 500;

export interface WantedRows {
  register: RegisterName;
  /** In the agency's era. */
  year: number;
  /** 1 to 12; null: the whole year. */
  month: number | null;
}

export interface ExportRow {
  row: EntryRow;
  extra: EntryExtra | undefined;
}

/** The newest entry that the officer may see, with its hash: how far the export goes. Null when there is none. */
export async function newestRow(db: Database, officer: Officer, wanted: WantedRows): Promise<ExportRow | null> {
  const [row] = (await listEntries(db, officer, { register: wanted.register, year: wanted.year, limit: 1 })).items;
  if (row === undefined) return null;
  const [extra] = await extrasOf(db, officer, [row]);
  return { row, extra };
}

/** @param last - no number above it: an export does not run after letters that come in meanwhile */
export async function* exportRows(
  db: Database,
  officer: Officer,
  wanted: WantedRows,
  agency: Pick<AgencyDetail, 'calendar'>,
  last: number,
): AsyncGenerator<ExportRow[]> {
  const { register, year, month } = wanted;
  const days = month === null ? {} : daysOf(year, month, agency);
  // Numbers have no holes (I3), so a window of numbers is a window of rows, less those the officer may not see.
  for (let first = 1; first <= last; first += WINDOW) {
    const before = Math.min(first + WINDOW, last + 1);
    const page = await listEntries(db, officer, { register, year, limit: WINDOW, before, ...days });
    const rows = page.items.filter(row => row.number >= first).reverse();
    if (rows.length === 0) continue;
    const byId = new Map((await extrasOf(db, officer, rows)).map(extra => [extra.id, extra]));
    yield rows.map(row => ({ row, extra: byId.get(row.id) }));
  }
}

async function extrasOf(db: Database, officer: Officer, rows: EntryRow[]): Promise<EntryExtra[]> {
  return await inAgency(db, officer.agencyId, officer, (tx: Transaction) =>
    selectEntryExtras(
      tx,
      rows.map(row => row.id),
    ),
  );
}

/** Days of a month. The year's first and last month have no outer end: what was received in the old year and entered in the new one must stand in some month. */
function daysOf(year: number, month: number, agency: Pick<AgencyDetail, 'calendar'>): Pick<EntryFilter, 'since' | 'until'> {
  const gregorian = agency.calendar === 'buddhist' ? year - 543 : year;
  const two = (value: number) => String(value).padStart(2, '0');
  const last = new Date(Date.UTC(gregorian, month, 0)).getUTCDate();
  return {
    ...(month === 1 ? {} : { since: `${gregorian}-${two(month)}-01` }),
    ...(month === 12 ? {} : { until: `${gregorian}-${two(month)}-${last}` }),
  };
}

/** การปฏิบัติ: who has it, for what, and how far. */
export function actionText(row: EntryRow, words: Pick<typeof apiTh, 'purpose' | 'route'>): string {
  return row.routes.map(route => `${route.unitNameTh} (${words.purpose[route.purpose]}: ${words.route[route.state]})`).join('; ');
}

export function addresseeText(extra: EntryExtra | undefined): string {
  return extra === undefined ? '' : extra.addressee || (extra.envelopeTo ?? []).join(', ');
}

/** The row of form 13 or 14, in Thai as the form is. */
export function sheetRow({ row, extra }: ExportRow): SheetRow {
  const ended = row.state === 'cancelled' || row.state === 'returned' ? { state: row.state, reason: row.stateReason } : null;
  return {
    number: row.number,
    at: isReceived(row.register) ? row.receivedAt : row.enteredAt,
    letterNumber: row.letterNumber,
    letterDate: row.letterDate,
    from: row.fromAgency || row.fromName || row.fromAddress,
    to: addresseeText(extra),
    subject: row.subject,
    action: actionText(row, apiTh),
    remark: extra?.remark ?? '',
    ended,
    receivedAt: row.receivedAt,
    enteredAt: row.enteredAt,
    fromAddress: row.fromAddress,
    urgency: apiTh.urgency[row.urgency],
    secrecy: apiTh.secrecy[row.secrecy],
    state: apiTh.state[row.state],
    hash: extra?.hash ?? '',
  };
}
