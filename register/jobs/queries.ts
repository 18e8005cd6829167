/** SQL over the queue's own tables: what its library does not tell at once. */
import type { Transaction } from '../db/connect.ts';
import type { QueueName } from './queues.ts';

/** Jobs of a queue that are not done yet, counted now; the library's own figures are some seconds old. */
export async function countUnfinished(tx: Transaction, queue: QueueName): Promise<number> {
  const [row] = await tx<{ jobs: number }[]>`
    SELECT count(*)::integer AS jobs FROM pgboss.job WHERE name = ${queue} AND state IN ('created', 'retry', 'active')`;
  return row?.jobs ?? 0;
}

/** One at a time, to the end of the transaction: for a queue that takes one job, not two. */
export async function lockQueue(tx: Transaction, queue: QueueName): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`saraban queue ${queue}`}, 0))`;
}
