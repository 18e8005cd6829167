/**
 * The only door to the job queue (pg-boss): enqueue inside a transaction of ours, work with retries.
 */
import { PgBoss, type WorkOptions } from 'pg-boss';
import { type ConnectionOptions, type Database, type JsonValue, openDatabase, poolOptions, type Transaction } from '../db/connect.ts';
import { type Payloads, QUEUES, type QueueName } from './queues.ts';

const SCHEMA = 'pgboss';
// A worker process that was killed keeps its jobs 'active' until its heartbeat is missed. Shorter means sooner recovery; the library allows 10 at least.
const HEARTBEAT_SECONDS = 15;

export interface JobsLog {
  error(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

export interface Jobs {
  /**
   * Queues one job a payload in the caller's transaction: a rollback takes them away too.
   * @param delaySeconds - wait at least so long before the first try
   */
  enqueue<Q extends QueueName>(tx: Transaction, queue: Q, payloads: Payloads[Q][], delaySeconds?: number): Promise<void>;
  /** Works a queue with `atOnce` handlers. A handler that throws is run again as register/jobs/queues.ts says, so it must bear being run twice. */
  work<Q extends QueueName>(queue: Q, atOnce: number, handler: (payload: Payloads[Q]) => Promise<void>): Promise<void>;
  /** Jobs waiting or running, by queue; for /metrics and the tests. */
  waiting(): Promise<Record<string, number>>;
  /** Lets running handlers finish, then closes the pool. */
  stop(): Promise<void>;
}

/** Creates or upgrades the queue's own tables as the database's owner and lets the application's role use them. Run by prepareDatabase. */
export async function installQueues(connection: ConnectionOptions): Promise<void> {
  const boss = new PgBoss({
    ...poolOptions(connection),
    schema: SCHEMA,
    max: 2,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', () => {});
  await boss.start();
  try {
    for (const name of Object.keys(QUEUES) as QueueName[]) {
      const settings = {
        ...QUEUES[name],
        retryBackoff: true,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        notify: true,
        deleteAfterSeconds: 86_400,
      };
      if ((await boss.getQueue(name)) === null) await boss.createQueue(name, settings);
      else await boss.updateQueue(name, settings);
    }
  } finally {
    await boss.stop({ graceful: false });
  }
  const db = openDatabase(connection, {
    role: 'owner',
    max: 1,
    name: 'install queues',
  });
  try {
    await db.unsafe(`
      GRANT USAGE ON SCHEMA ${SCHEMA} TO saraban_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO saraban_app;
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${SCHEMA} TO saraban_app;
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} TO saraban_app`);
  } finally {
    await db.end({ timeout: 5 });
  }
}

/**
 * Opens the queue. A process that only enqueues (the gateway, the web) passes `works: false` and starts no maintenance.
 */
export async function openJobs(connection: ConnectionOptions, options: { works: boolean; name: string; log: JobsLog }): Promise<Jobs> {
  const boss = new PgBoss({
    ...poolOptions(connection),
    options: '-c role=saraban_app',
    application_name: `saraban jobs ${options.name}`,
    schema: SCHEMA,
    max: options.works ? 6 : 2,
    migrate: false,
    createSchema: false,
    supervise: options.works,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
    registerInstance: false,
    useListenNotify: options.works,
    openTelemetry: { enabled: false },
  });
  boss.on('error', error => options.log.error({ error: wordsOf(error) }, 'job queue'));
  boss.on('warning', warning => options.log.warn({ warning: warning.message }, 'job queue'));
  await boss.start();

  return {
    async enqueue(tx, queue, payloads, delaySeconds = 0) {
      if (payloads.length === 0) return;
      const jobs = payloads.map(data => ({
        data,
        ...(delaySeconds > 0 ? { startAfter: delaySeconds } : {}),
      }));
      await boss.insert(queue, jobs, { db: inTransaction(tx) });
    },
    async work(queue, atOnce, handler) {
      // Two jobs a fetch: the library fetches again at once only after a full fetch of more than one; with one a fetch each worker would take a job
      // per NOTIFY or per poll, and a morning's letters would be worked two in half a minute. Each job of a fetch is settled by itself, but the next
      // fetch waits for all of it: so two fetchers at least, that a slow letter delays nobody.
      await boss.work<Payloads[typeof queue], unknown, WorkOptions & { perJobResults: true }>(
        queue,
        {
          localConcurrency: Math.max(2, Math.ceil(atOnce / 2)),
          batchSize: 2,
          perJobResults: true,
          burstWhenBatchFull: true,
          pollingIntervalSeconds: 2,
          notifyPollingIntervalSeconds: 2,
        },
        async jobs =>
          await Promise.all(
            jobs.map(async job => {
              try {
                await handler(job.data);
                return { id: job.id, status: 'completed' as const };
              } catch (error) {
                const message = error instanceof Error ? error.message : String(error);
                options.log.warn({ queue, ...job.data, error: message }, 'a job failed and is tried again');
                return {
                  id: job.id,
                  status: 'failed' as const,
                  output: { message },
                };
              }
            }),
          ),
      );
    },
    async waiting() {
      const queues = await boss.getQueues(Object.keys(QUEUES));
      return Object.fromEntries(queues.map(queue => [queue.name, queue.queuedCount + queue.activeCount]));
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 20_000 });
    },
  };
}

/** The library throws copies of errors about, which are no Errors any more; an error of several tries says nothing itself, its parts do. */
export function wordsOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, errors, code } = error as { message?: unknown; errors?: unknown; code?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(wordsOf).join('; ');
  return typeof code === 'string' ? code : 'an error without words';
}

/** pg-boss runs its statements through this adapter, on the connection that holds our transaction. */
function inTransaction(tx: Transaction | Database): {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
} {
  return {
    async executeSql(text: string, values?: unknown[]) {
      // Prepared: the statement is long, and planning it anew for each letter would cost more than running it.
      const rows = await tx.unsafe(text, (values ?? []) as JsonValue[] as never[], { prepare: true });
      return { rows: [...rows] };
    },
  };
}
