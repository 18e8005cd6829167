/**
 * Group commit: letters that wait at the same moment are entered by one writer in one transaction, so that they share its lock and its fsync.
 * gateway/intake/receive.ts hands each letter in and waits; register/enter.ts writes them. bench/README.md has the measurement against one transaction a letter.
 */
import type { Database } from './db/connect.ts';
import { inTransaction } from './db/transaction.ts';
import { type Entered, enterMessages, type InboundMessage } from './enter.ts';
import type { Jobs } from './jobs/jobs.ts';

export interface Writer {
  /**
   * Resolves when the transaction that holds the message has committed (I1).
   * @throws Failure `database-away` or `database-full`, temporary; any other error is a fault of ours, and temporary for the sender all the same.
   */
  enter(message: InboundMessage): Promise<Entered[]>;
  /** Resolves when everything handed in so far is settled. */
  drained(): Promise<void>;
}

interface Waiting {
  message: InboundMessage;
  resolve(entered: Entered[]): void;
  reject(error: unknown): void;
}

// Larger batches gain little (the lock and the fsync are shared by then) and make the first letter of a batch wait for the last.
const BATCH = 64;
// Two gateways, or two connections of one client, may hand in the same bytes at once: the second transaction meets message_once and, run again, finds the first.
const UNIQUE_VIOLATION = '23505';

export function createWriter(db: Database, jobs: Pick<Jobs, 'enqueue'>, now: () => Date): Writer {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function write(batch: Waiting[]): Promise<void> {
    const outcomes = await inTransaction(
      db,
      tx =>
        enterMessages(
          tx,
          jobs,
          now(),
          batch.map(one => one.message),
        ),
      [UNIQUE_VIOLATION],
    );
    for (const [index, one] of batch.entries()) one.resolve(outcomes[index] ?? []);
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH);
      try {
        await write(batch);
      } catch (error) {
        // One letter that the database will not take must not turn away the others of its batch.
        if (batch.length === 1 || isTemporary(error)) for (const one of batch) one.reject(error);
        else for (const one of batch) await write([one]).catch(reason => one.reject(reason));
      }
    }
    running = null;
  }

  return {
    enter(message) {
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject });
        running ??= run();
      });
    },
    async drained() {
      while (running !== null) await running;
    },
  };
}

function isTemporary(error: unknown): boolean {
  return error instanceof Error && 'temporary' in error && error.temporary === true;
}
