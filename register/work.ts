/** Hands the register's handlers to the job queue. Called once by cli/roles/worker.ts; the handlers stop with the queue. */
import { finishReading, type ReadingContext, sweepReadings } from './finish-reading.ts';
import type { Jobs } from './jobs/jobs.ts';
import { routeLetter } from './route/route-letter.ts';
import type { ClamdAddress } from './scan/clamd.ts';
import { scanMessage } from './scan/scan-message.ts';

export interface WorkContext extends Omit<ReadingContext, 'scans'> {
  jobs: Jobs;
  /** The virus scanner; null for none. */
  clamd: ClamdAddress | null;
  log: { info(fields: object, text: string): void };
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
  const { jobs, log, store, clamd } = context;
  // File times are the machine's own, whatever clock the register goes by.
  await sweepReadings(store, new Date(Date.now() - LEFTOVER_MS));
  await jobs.work('read-message', READ_AT_ONCE, async payload => {
    const read = await finishReading({ ...context, scans: clamd !== null }, payload);
    log.info({ ...payload, outcome: read }, 'message read');
  });
  await jobs.work('route-letter', ROUTE_AT_ONCE, async payload => {
    const routed = await routeLetter(context, payload);
    log.info({ ...payload, ...routed }, 'letter routed');
  });
  if (clamd === null) return;
  await jobs.work('scan-message', SCAN_AT_ONCE, async payload => {
    const found = await scanMessage({ ...context, clamd, timeoutMs: SCAN_TIMEOUT_MS }, payload);
    log.info({ ...payload, outcome: found }, 'message scanned');
  });
}
