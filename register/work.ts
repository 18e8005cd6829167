/** Hands the register's handlers to the job queue. Called once by cli/roles/worker.ts; the handlers stop with the queue. */
import { finishReading, type ReadingContext, sweepReadings } from './finish-reading.ts';
import type { Jobs } from './jobs/jobs.ts';
import { routeLetter } from './route/route-letter.ts';

export interface WorkContext extends ReadingContext {
  jobs: Jobs;
  log: { info(fields: object, text: string): void };
}

// As many letters as the reader has threads: a third would only wait for one of them while it holds a job.
const READ_AT_ONCE = 2;
const ROUTE_AT_ONCE = 2;
// No reading takes as long: its limits are minutes.
const LEFTOVER_MS = 3_600_000;

/** One line a step, by the ids that the gateway's lines carry too; nothing of a letter's content. */
export async function registerRegisterWork(context: WorkContext): Promise<void> {
  const { jobs, log, store } = context;
  // File times are the machine's own, whatever clock the register goes by.
  await sweepReadings(store, new Date(Date.now() - LEFTOVER_MS));
  await jobs.work('read-message', READ_AT_ONCE, async payload => {
    const read = await finishReading(context, payload);
    log.info({ ...payload, outcome: read }, 'message read');
  });
  await jobs.work('route-letter', ROUTE_AT_ONCE, async payload => {
    const routed = await routeLetter(context, payload);
    log.info({ ...payload, ...routed }, 'letter routed');
  });
}
