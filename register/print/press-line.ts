/**
 * One press and the forms that wait for it: register/print/print.ts has a line for long registers and one for all else. The press is started with the first form, is ended when it
 * is too slow, and leaves when nothing is to be printed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Failure } from '../failure.ts';
import type { FormJob, PressAnswer } from './form-job.ts';

export interface PrinterOptions {
  /** How long one form may take. */
  milliseconds?: number;
  idleMilliseconds?: number;
  /** Another press, for tests. */
  press?: URL;
}

// 20,000 rows took 35 s on two busy cores; the slowest machine that one would run this on is not ten times slower.
const LONGEST_MS = 300_000;
// The press keeps what the largest form needed until it leaves.
const IDLE_MS = 30_000;

interface Waiting {
  job: FormJob;
  resolve: (pdf: Buffer) => void;
  reject: (failure: Failure) => void;
}

interface PressLine {
  print(job: FormJob): Promise<Buffer>;
  close(): Promise<void>;
}

/** One press and what waits for it. */
export function openPressLine(options: PrinterOptions): PressLine {
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

  return {
    print: job =>
      new Promise<Buffer>((resolve, reject) => {
        if (closed) {
          reject(failure('printer-closed', false));
          return;
        }
        waiting.push({ job, resolve, reject });
        next();
      }),
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

/** What a form that could not be printed ends with. */
export function failure(code: string, temporary: boolean, detail = ''): Failure {
  const said = SAID[code] ?? { th: '', en: '' };
  return new Failure({ code, temporary, message: detail === '' ? said.en : `${said.en} ${detail}`, userMessage: said });
}
