/** Hands the register's handlers to the job queue. Called once by cli/roles/worker.ts; the handlers stop with the queue. */
import { finishReading, type ReadingContext, sweepReadings } from './finish-reading.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Payloads } from './jobs/queues.ts';
import { recogniseMessage } from './ocr/recognise-message.ts';
import type { Recogniser } from './ocr/recogniser.ts';
import { routeLetter } from './route/route-letter.ts';
import type { ClamdAddress } from './scan/clamd.ts';
import { scanMessage } from './scan/scan-message.ts';
import { timestampDay } from './seal/timestamp-day.ts';

export interface WorkContext extends Omit<ReadingContext, 'scans' | 'recognises'> {
  jobs: Jobs;
  /** The virus scanner; null for none. */
  clamd: ClamdAddress | null;
  /** Reads the text of pictures; null where Tesseract or its Thai is not installed. */
  recogniser: Recogniser | null;
  /** The timestamp authority for closed days; null for none. */
  timestamp?: { url: string } | null;
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
}

// As many letters as the reader has threads: a third would only wait for one of them while it holds a job.
const READ_AT_ONCE = 2;
const ROUTE_AT_ONCE = 2;
const SCAN_AT_ONCE = 2;
// A scanner works on a large archive for minutes without a word; its own limit (MaxScanTime) is two.
const SCAN_TIMEOUT_MS = 240_000;
// No reading takes as long: its limits are minutes.
const LEFTOVER_MS = 3_600_000;

/** One line a step, by the ids that the gateway's lines carry too; nothing of a letter's content. */
export async function registerRegisterWork(context: WorkContext): Promise<void> {
  const { jobs, log, store, clamd, recogniser } = context;
  // File times are the machine's own, whatever clock the register goes by.
  await sweepReadings(store, new Date(Date.now() - LEFTOVER_MS));
  await jobs.work('read-message', READ_AT_ONCE, async payload => {
    const read = await finishReading({ ...context, scans: clamd !== null, recognises: recogniser !== null }, payload);
    log.info({ ...payload, outcome: read }, 'message read');
  });
  await jobs.work('route-letter', ROUTE_AT_ONCE, async payload => {
    const routed = await routeLetter(context, payload);
    log.info({ ...payload, ...routed }, 'letter routed');
  });
  if (recogniser !== null) {
    const recognise = oneAtATime((payload: Payloads['recognise-message']) => recogniseMessage({ ...context, recogniser }, payload));
    await jobs.work('recognise-message', 1, async payload => {
      const found = await recognise(payload);
      log.info({ ...payload, outcome: found }, 'text of pictures recognised');
    });
  }
  const { timestamp = null } = context;
  if (timestamp !== null) {
    await jobs.work('timestamp-day', 1, async payload => {
      const stamped = await timestampDay({ ...context, timestamp }, payload);
      log.info({ ...payload, outcome: stamped }, 'closed day timestamped');
    });
  }
  if (clamd === null) return;
  await jobs.work('scan-message', SCAN_AT_ONCE, async payload => {
    const found = await scanMessage({ ...context, clamd, timeoutMs: SCAN_TIMEOUT_MS }, payload);
    log.info({ ...payload, outcome: found }, 'message scanned');
  });
}

/** The queue hands out four jobs at least; each of these would fill a core for minutes. */
function oneAtATime<A, R>(work: (given: A) => Promise<R>): (given: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return given => {
    const mine = last.then(() => work(given));
    last = mine.catch(() => {});
    return mine;
  };
}
