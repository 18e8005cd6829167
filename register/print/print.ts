/**
 * Prints the forms of the register as PDF/A-2b. Whoever needs a form (a page, the closing of a day, the proof of a copy) makes one printer and closes it at the end; behind it are
 * processes (register/print/press.ts) that work off one form after the other. A long register has a press of its own, so that nobody's stamp waits for it.
 */
import type { CertificateData, EscrowSheetData, FormData, NumberBookData, StampData } from './data.ts';
import type { FormJob } from './form-job.ts';
import { failure, openPressLine, type PrinterOptions } from './press-line.ts';

/** @throws Failure `print-too-slow`, `press-ended` (temporary), `print-failed`, `print-too-large`, `printer-closed` */
export interface Printer {
  /** ทะเบียนหนังสือรับ. At most MOST_ROWS rows. */
  form13(data: FormData): Promise<Buffer>;
  /** ทะเบียนหนังสือส่ง. At most MOST_ROWS rows. */
  form14(data: FormData): Promise<Buffer>;
  /** Form 12, ตรารับหนังสือ. */
  stamp(data: StampData): Promise<Buffer>;
  certificate(data: CertificateData): Promise<Buffer>;
  escrowSheet(data: EscrowSheetData): Promise<Buffer>;
  /** At most MOST_SLIPS slips. */
  numberBook(data: NumberBookData): Promise<Buffer>;
  /** Ends the presses; forms that wait fail. */
  close(): Promise<void>;
}

/** A form of so many rows is 1,800 pages, and takes the press 0.8 GB. */
export const MOST_ROWS = 20_000;
export const MOST_SLIPS = 1_000;

const LONG = 500;

/** Starts nothing yet. */
export function createPrinter(options: PrinterOptions = {}): Printer {
  const short = openPressLine(options);
  const long = openPressLine(options);
  const print = async (job: FormJob, size: number, most: number): Promise<Buffer> => {
    if (size > most) throw failure('print-too-large', false, `${size} of at most ${most}`);
    return await (size > LONG ? long : short).print(job);
  };
  return {
    form13: data => print({ form: 'form13', data }, data.rows.length, MOST_ROWS),
    form14: data => print({ form: 'form14', data }, data.rows.length, MOST_ROWS),
    stamp: data => print({ form: 'stamp', data }, 1, 1),
    certificate: data => print({ form: 'certificate', data }, 1, 1),
    escrowSheet: data => print({ form: 'escrowSheet', data }, 1, 1),
    numberBook: data => print({ form: 'numberBook', data }, data.slips.length, MOST_SLIPS),
    close: async () => {
      await Promise.all([short.close(), long.close()]);
    },
  };
}
