/**
 * Prints the forms of the register as PDF/A-2b. Whoever needs a form (a page, the closing of a day, the proof of a copy) makes one printer and closes it at the end; the press
 * behind it is a process (register/print/press.ts) that is started with the first form, works off one after the other, is ended when it is too slow, and leaves when nothing is to be printed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Failure } from '../failure.ts';
import type { CertificateData, EscrowSheetData, FormData, NumberBookData, StampData } from './data.ts';
import type { FormJob, PressAnswer } from './form-job.ts';

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
  /** Ends the press; forms that wait fail. */
  close(): Promise<void>;
}

/** A form of so many rows is 1,700 pages, and takes the press half a gigabyte. */
export const MOST_ROWS = 20_000;
export const MOST_SLIPS = 1_000;

// 10,000 rows took 8 s on two busy cores; the slowest machine that one would run this on is not ten times slower.
const LONGEST_MS = 120_000;
// The press keeps what the largest form needed until it leaves.
const IDLE_MS = 30_000;

interface Waiting {
  job: FormJob;
  resolve: (pdf: Buffer) => void;
  reject: (failure: Failure) => void;
}

/** Starts nothing yet. @param options.milliseconds - how long one form may take */
export function createPrinter(options: { milliseconds?: number; idleMilliseconds?: number; press?: URL } = {}): Printer {
  const waiting: Waiting[] = [];
  let press: ChildProcess | null = null;
  let current: Waiting | null = null;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  const next = () => {
    if (current !== null) return;
    current = waiting.shift() ?? null;
    if (current === null) {
      if (press !== null) rest(press);
      return;
    }
    clearTimeout(idle);
    press ??= start();
    press.ref();
    press.channel?.ref();
    const mine = press;
    const timer = setTimeout(() => {
      settle(timer, failure('print-too-slow', true));
      mine.kill('SIGKILL');
    }, options.milliseconds ?? LONGEST_MS);
    mine.removeAllListeners('message');
    mine.once('message', (answer: PressAnswer) => settle(timer, answer));
    mine.once('press-ended', (how: string) => settle(timer, failure('press-ended', true, how)));
    mine.send(current.job);
  };

  const settle = (timer: NodeJS.Timeout, answer: PressAnswer | Failure) => {
    clearTimeout(timer);
    const done = current;
    if (done === null) return;
    current = null;
    press?.removeAllListeners('press-ended');
    if (answer instanceof Failure) {
      press = null;
      done.reject(answer);
    } else if (answer.outcome === 'failed') done.reject(failure('print-failed', false, answer.detail));
    else done.resolve(Buffer.from(answer.pdf.buffer, answer.pdf.byteOffset, answer.pdf.byteLength));
    next();
  };

  const start = (): ChildProcess => {
    const child = fork(fileURLToPath(options.press ?? new URL('./press.ts', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const ended = (how: string) => {
      if (press === child) press = null;
      child.emit('press-ended', how);
    };
    child.on('error', error => ended(error.message));
    child.on('exit', (code, signal) => ended(`The press ended with ${signal ?? code}.`));
    return child;
  };

  // A process that has only an idle press left may end; the press then sees its channel closed, and ends too.
  const rest = (resting: ChildProcess) => {
    resting.unref();
    resting.channel?.unref();
    idle = setTimeout(() => {
      if (press === resting) press = null;
      resting.kill();
    }, options.idleMilliseconds ?? IDLE_MS).unref();
  };

  const print = (job: FormJob, size: number, most: number) =>
    new Promise<Buffer>((resolve, reject) => {
      if (closed) return reject(failure('printer-closed', false));
      if (size > most) return reject(failure('print-too-large', false, `${size} of at most ${most}`));
      waiting.push({ job, resolve, reject });
      next();
    });

  return {
    form13: data => print({ form: 'form13', data }, data.rows.length, MOST_ROWS),
    form14: data => print({ form: 'form14', data }, data.rows.length, MOST_ROWS),
    stamp: data => print({ form: 'stamp', data }, 1, 1),
    certificate: data => print({ form: 'certificate', data }, 1, 1),
    escrowSheet: data => print({ form: 'escrowSheet', data }, 1, 1),
    numberBook: data => print({ form: 'numberBook', data }, data.slips.length, MOST_SLIPS),
    close: async () => {
      closed = true;
      clearTimeout(idle);
      for (const { reject } of waiting.splice(0)) reject(failure('printer-closed', false));
      const ending = press;
      if (ending === null) return;
      await new Promise<void>(resolve => {
        ending.ref();
        ending.once('exit', () => resolve());
        ending.kill('SIGKILL');
      });
    },
  };
}

const SAID: Record<string, { th: string; en: string }> = {
  'print-too-slow': {
    th: 'การพิมพ์ใช้เวลานานเกินไป โปรดลองช่วงที่สั้นลง เช่น รายเดือน',
    en: 'Printing took too long. Try a shorter period, such as a month.',
  },
  'press-ended': { th: 'ส่วนพิมพ์หยุดทำงานระหว่างพิมพ์ โปรดลองอีกครั้ง', en: 'The printing process ended while printing. Please try again.' },
  'print-failed': { th: 'พิมพ์แบบนี้ไม่ได้ โปรดแจ้งผู้ดูแลระบบ', en: 'This form could not be printed. Please tell the administrator.' },
  'print-too-large': {
    th: 'รายการมากเกินกว่าจะพิมพ์ในไฟล์เดียว โปรดพิมพ์เป็นรายเดือน หรือใช้ XLSX',
    en: 'There are too many entries for one file. Print by month, or take the XLSX.',
  },
  'printer-closed': { th: 'ระบบกำลังหยุดทำงาน', en: 'The system is stopping.' },
};

function failure(code: keyof typeof SAID & string, temporary: boolean, detail = ''): Failure {
  const said = SAID[code] ?? { th: '', en: '' };
  return new Failure({ code, temporary, message: detail === '' ? said.en : `${said.en} ${detail}`, userMessage: said });
}
