/**
 * A register as a file for whoever may see it: CSV, XLSX (a legal form of the register) or the printed form 13 or 14. The API answers with it, and so do the pages
 * (web/pages/exports.ts). A whole book is no opening of a letter: nothing is written to the log of openings, as with the lists.
 */
import { Readable } from 'node:stream';
import { years } from '../../register/look/entries.ts';
import type { EntryRow, RegisterName } from '../../register/look/entry-row.ts';
import { type AgencyDetail, getAgency } from '../../register/look/office.ts';
import type { Officer } from '../../register/officer.ts';
import type { FormPeriod, FormRow, PrintAgency } from '../../register/print/data.ts';
import { MOST_ROWS } from '../../register/print/print.ts';
import { isClosedBook, isReceived, REGISTERS } from '../../register/registers.ts';
import { registerSheet, type SheetRow, XLSX_TYPE } from '../../register/sheet/register-sheet.ts';
import type { ApiContext, Call, Reply } from './operation.ts';
import { Problem } from './problem.ts';
import { csvText } from './register-csv.ts';
import { exportRows, newestRow, sheetRow, type WantedRows } from './register-rows.ts';

export const EXPORT_KINDS = ['csv', 'xlsx', 'pdf'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export interface RegisterFile {
  contentType: string;
  fileName: string;
  stream: Readable;
}

/** One operation for each kind: they differ in nothing else. */
export const registerCsvOperation = operationOf('csv');
export const registerXlsxOperation = operationOf('xlsx');
export const registerPdfOperation = operationOf('pdf');

function operationOf(kind: ExportKind): (call: Call<'month', 'Nothing'>) => Promise<Reply> {
  return async ({ context, officer, places, query }) => {
    const year = /^\d{4}$/.test(places.year ?? '') ? Number(places.year) : null;
    const register = REGISTERS.find(name => name === places.register) ?? null;
    if (year === null || register === null) throw new Problem('not-found');
    const outcome = await registerFile(context, officer, { register, year, month: query.month ?? null }, kind);
    if (outcome.outcome === 'not-found') throw new Problem('not-found');
    if (outcome.outcome === 'too-long') throw new Problem('register-too-long', { more: { most: MOST_ROWS } });
    return { kind: 'bytes', size: null, sha256: null, ...outcome.file };
  };
}

export type RegisterFileOutcome = { outcome: 'done'; file: RegisterFile } | { outcome: 'not-found' } | { outcome: 'too-long' };

/**
 * @param most - rows of a printed form
 * @returns `not-found` for a book that is closed to the officer as for one that does not exist; `too-long` when the form would have more than `most` rows
 */
export async function registerFile(
  context: Pick<ApiContext, 'db' | 'now' | 'printer'>,
  officer: Officer,
  wanted: WantedRows,
  kind: ExportKind,
  most = MOST_ROWS,
): Promise<RegisterFileOutcome> {
  const agency = await getAgency(context.db, officer);
  if (agency === null || !(await years(context.db, officer, wanted.register)).includes(wanted.year)) return { outcome: 'not-found' };
  const newest = await newestRow(context.db, officer, wanted);
  const windows = exportRows(context.db, officer, wanted, agency, newest?.row.number ?? 0);
  const { register, year, month } = wanted;
  const named = (file: Omit<RegisterFile, 'fileName'>): RegisterFileOutcome => ({
    outcome: 'done',
    file: { ...file, fileName: fileNameOf(agency, wanted, kind) },
  });
  if (kind === 'csv')
    return named({ contentType: 'text/csv; charset=utf-8; header=present', stream: Readable.from(csvText(windows, agency, register)) });
  const printed = {
    agency: printAgency(agency),
    classified: isClosedBook(register),
    period: (month === null ? { kind: 'year', year } : { kind: 'month', year, month }) satisfies FormPeriod,
  };
  if (kind === 'xlsx') {
    const heading = {
      ...printed,
      register: isReceived(register) ? ('receive' as const) : ('send' as const),
      exportedAt: context.now(),
      exportedBy: officer.name,
      chainHead: newest?.extra?.hash ?? '',
    };
    return named({ contentType: XLSX_TYPE, stream: Readable.from(registerSheet(flat(windows), heading)) });
  }
  const rows: FormRow[] = [];
  for await (const row of flat(windows)) {
    if (rows.length >= most) return { outcome: 'too-long' };
    rows.push(row);
  }
  const data = { ...printed, rows, printedAt: context.now(), printedBy: officer.name };
  const pdf = await (isReceived(register) ? context.printer.form13(data) : context.printer.form14(data));
  return named({ contentType: 'application/pdf', stream: Readable.from([pdf]) });
}

async function* flat(windows: ReturnType<typeof exportRows>): AsyncGenerator<SheetRow> {
  for await (const window of windows) for (const one of window) yield sheetRow(one);
}

export function printAgency(agency: PrintAgency): PrintAgency {
  const { nameTh, nameEn, timeZone, numerals, calendar } = agency;
  return { nameTh, nameEn, timeZone, numerals, calendar };
}

const BOOKS: Record<RegisterName, string> = {
  receive: 'ทะเบียนหนังสือรับ',
  'receive-classified': 'ทะเบียนหนังสือรับ-ลับ',
  send: 'ทะเบียนหนังสือส่ง',
  'send-classified': 'ทะเบียนหนังสือส่ง-ลับ',
};

/** Digits in file names are Arabic (annex 7). A program that knows no Thai names is left with the agency's code and the year. */
function fileNameOf(agency: Pick<AgencyDetail, 'code'>, { register, year, month }: WantedRows, kind: ExportKind): string {
  if (kind === 'csv') return `${agency.code}-${register}-${year}${month === null ? '' : `-${month}`}.csv`;
  return `${BOOKS[register]}-${year}${month === null ? '' : `-${String(month).padStart(2, '0')}`}-${agency.code}.${kind}`;
}

/** The month an officer would print first when a year is too long for one file. */
export function monthOf(row: Pick<EntryRow, 'receivedAt'>, agency: Pick<AgencyDetail, 'timeZone'>): number {
  return Number(new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone: agency.timeZone, month: 'numeric' }).format(row.receivedAt));
}
