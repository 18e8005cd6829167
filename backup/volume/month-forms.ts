/** Forms 13 and 14 of a year, month by month as PDF/A, and the whole book as XLSX, from the rows of an archive. */

import type { FormData, FormRow } from '../../register/print/data.ts';
import type { SheetRow } from '../../register/sheet/register-sheet.ts';
import { isoDayOf } from '../agency/dates.ts';
import type { LeavingAgency, LetterRow } from '../agency/letter-queries.ts';
import { masked, PURPOSE_WORDS, ROUTE_WORDS, SECRECY_WORDS, STATE_WORDS, URGENCY_WORDS } from '../agency/words.ts';

/** register/print/print.ts; handed in. */
export interface VolumePrinter {
  form13(data: FormData): Promise<Buffer>;
  form14(data: FormData): Promise<Buffer>;
}

// A form of more is parted: 500 pages are a book, and the press holds it whole.
const MOST_ROWS = 10_000;

export interface MonthForms {
  /** Rows of one book, in the order of their numbers. */
  add(row: LetterRow): Promise<void>;
  /** The last month. */
  finish(): Promise<void>;
}

/** @param write - takes a finished form: '2569-11', or '2569-11-2' for the second part of a month */
export function monthForms(options: {
  printer: VolumePrinter;
  agency: LeavingAgency;
  register: string;
  printedAt: Date;
  write(month: string, pdf: Buffer): Promise<void>;
}): MonthForms {
  const received = options.register.startsWith('receive');
  let month: { year: number; month: number } | null = null;
  let part = 1;
  let rows: FormRow[] = [];

  const flush = async (): Promise<void> => {
    if (month === null || rows.length === 0) return;
    const data: FormData = {
      agency: options.agency,
      classified: options.register.endsWith('-classified'),
      period: { kind: 'month', ...month },
      rows,
      printedAt: options.printedAt,
      printedBy: '',
    };
    const name = `${month.year}-${String(month.month).padStart(2, '0')}${part > 1 ? `-${part}` : ''}`;
    await options.write(name, await (received ? options.printer.form13(data) : options.printer.form14(data)));
    rows = [];
  };

  return {
    async add(row) {
      // By the time of entry, which rises with the number.
      const [, of] = isoDayOf(row.enteredAt, options.agency).split('-').map(Number);
      const here = { year: row.year, month: of ?? 1 };
      if (month === null || month.month !== here.month) {
        await flush();
        month = here;
        part = 1;
      } else if (rows.length >= MOST_ROWS) {
        await flush();
        part++;
      }
      rows.push(formRow(row));
    },
    finish: flush,
  };
}

/** A line of form 13 or 14; what is not in this volume has its number and nothing else. */
export function formRow(row: LetterRow): FormRow {
  const action = row.routes.map(
    route => `${route.unit} (${PURPOSE_WORDS[route.purpose] ?? route.purpose}: ${ROUTE_WORDS[route.state] ?? route.state})`,
  );
  const ended = row.state === 'cancelled' || row.state === 'returned' ? { state: row.state, reason: row.stateReason } : null;
  return {
    number: row.number,
    at: row.register.startsWith('receive') ? row.receivedAt : row.enteredAt,
    letterNumber: row.letterNumber,
    letterDate: row.letterDate,
    from: row.fromAgency || row.fromName || row.fromAddress,
    to: row.addressee || row.to.join(', '),
    subject: row.open ? row.subject : masked(row),
    action: action.join('; '),
    remark: row.remark,
    ended: ended as FormRow['ended'],
  };
}

export function sheetRow(row: LetterRow): SheetRow {
  return {
    ...formRow(row),
    receivedAt: row.receivedAt,
    enteredAt: row.enteredAt,
    fromAddress: row.fromAddress,
    urgency: URGENCY_WORDS[row.urgency] ?? row.urgency,
    secrecy: SECRECY_WORDS[row.secrecy] ?? row.secrecy,
    state: STATE_WORDS[row.state] ?? row.state,
    hash: row.hash,
  };
}
