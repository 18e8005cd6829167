/**
 * Reads letters on threads of their own, under limits of time and memory. A queue's handler calls `read` after the letter was entered; a
 * letter that can't be read stays entered and says why. A thread that a letter has spoilt is thrown away, and the next letter gets a fresh one.
 */
import { Worker } from 'node:worker_threads';
import { Failure } from '../failure.ts';
import type { ReadMessage } from '../letter/message.ts';
import { storeFailure } from '../store/folder.ts';
import { DEFAULT_READING_LIMITS, type ReadingLimits } from './limits.ts';
import type { Opened, PartFile, ReadingJob, ReadingOutcome, WorkerAnswer, WorkerRequest } from './reading-job.ts';

export type Reader = {
  /**
   * Reads one letter; waits while all threads are busy. What is wrong with the letter is an outcome.
   * @throws Failure `disk-full`, `store-unwritable` (temporary): the letter is not to blame, and is to be read again
   */
  read(job: ReadingJob): Promise<ReadingOutcome>;
  /** Ends the threads; letters being read or waiting come back as failed with reason 'crash'. */
  close(): Promise<void>;
};

// V8 bounds a thread's heap, but not the buffers beside it. A file that unpacks itself fills them by some hundred MiB a second.
const WATCH_MS = 100;

type FailureReason = 'time' | 'memory' | 'crash' | 'unreadable';
type ReadLetter = { message: ReadMessage; partFiles: PartFile[] } & Opened;
type Waiting = { job: ReadingJob; resolve: (outcome: ReadingOutcome) => void; reject: (failure: Failure) => void };

/** The machine's faults. A letter that was marked unread for one of them would stay so after the disk has room again. */
const OF_THE_WORLD = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);

/**
 * @param options.threads how many letters are read at once; with two or more a slow letter delays nobody
 * @param options.limits what differs from DEFAULT_READING_LIMITS
 * @param options.authorities folder of PEM files whose certificates are trusted to say who signed a letter
 */
export function createReader(options: { threads: number; limits?: Partial<ReadingLimits>; authorities?: string }): Reader {
  const limits: ReadingLimits = { ...DEFAULT_READING_LIMITS, ...options.limits };
  const waiting: Waiting[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, (reason: FailureReason, detail: string) => void>();
  let closed = false;

  const serve = () => {
    while (waiting.length > 0 && busy.size < Math.max(1, options.threads)) {
      const next = waiting.shift()!;
      run(idle.pop() ?? startWorker(limits), next);
    }
  };

  const run = (worker: Worker, { job, resolve, reject }: Waiting) => {
    let letter: ReadLetter | null = null;
    const finish = (outcome: ReadingOutcome | Failure, reusable: boolean) => {
      if (!busy.has(worker)) return;
      busy.delete(worker);
      clearTimeout(timer);
      clearInterval(watch);
      worker.removeAllListeners();
      if (reusable && !closed) {
        worker.unref();
        worker.on('error', () => forget(idle, worker));
        worker.on('exit', () => forget(idle, worker));
        idle.push(worker);
      } else {
        // An error after this has nobody to go to, and must not end the process.
        worker.on('error', () => {});
        void worker.terminate();
      }
      if (outcome instanceof Failure) reject(outcome);
      else resolve(outcome);
      if (!closed) serve();
    };
    // The thread is reused only after a good letter: what a bad one left in its heap is not known.
    const giveUp = (reason: FailureReason, detail: string) =>
      finish(letter === null ? failed(reason, detail) : withoutDocuments(letter, reason), false);
    const timer = setTimeout(() => giveUp('time', `Reading took longer than ${limits.milliseconds} ms.`), limits.milliseconds);
    const watch = setInterval(() => {
      worker.getHeapStatistics().then(
        figures => {
          if (busy.get(worker) === giveUp && figures.external_memory > limits.buffersMb * 1024 ** 2)
            giveUp('memory', `Buffers grew beyond ${limits.buffersMb} MiB.`);
        },
        // A thread that ends has no figures; its end is heard below.
        () => {},
      );
    }, WATCH_MS);
    busy.set(worker, giveUp);
    worker.removeAllListeners();
    worker.ref();
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.step === 'message') letter = withBuffers(answer);
      else if (answer.step === 'opened') letter = letter === null ? null : { ...letter, listings: answer.listings, seals: answer.seals };
      else if (answer.step === 'failed' && OF_THE_WORLD.has(answer.code)) finish(asFailure(answer, job), false);
      else if (answer.step === 'failed') giveUp('unreadable', answer.detail);
      else if (letter !== null) finish({ outcome: 'read', ...letter, documents: answer.documents, facts: answer.facts }, true);
    });
    worker.on('messageerror', error => giveUp('crash', error.message));
    worker.on('error', error => giveUp(isOutOfMemory(error) ? 'memory' : 'crash', describe(error)));
    worker.on('exit', code => giveUp('crash', `The reading thread ended with code ${code}.`));
    worker.postMessage({ job, limits, authorities: options.authorities ?? null } satisfies WorkerRequest);
  };

  return {
    read: job =>
      new Promise((resolve, reject) => {
        if (closed) {
          resolve(failed('crash', 'The reader is closed.'));
          return;
        }
        waiting.push({ job, resolve, reject });
        serve();
      }),
    close: async () => {
      closed = true;
      const ends = idle.splice(0).map(worker => worker.terminate());
      for (const { resolve } of waiting.splice(0)) resolve(failed('crash', 'The reader was closed before the letter was read.'));
      for (const [worker, giveUp] of [...busy]) {
        giveUp('crash', 'The reader was closed while the letter was read.');
        ends.push(worker.terminate());
      }
      await Promise.all(ends);
    },
  };
}

function startWorker(limits: ReadingLimits): Worker {
  return new Worker(new URL('./reading-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 32 },
    stdout: false,
    stderr: false,
  });
}

function forget(idle: Worker[], worker: Worker): void {
  const at = idle.indexOf(worker);
  if (at >= 0) idle.splice(at, 1);
}

function failed(reason: FailureReason, detail: string): ReadingOutcome {
  return { outcome: 'failed', reason, detail };
}

function asFailure({ detail, code }: { detail: string; code: string }, job: ReadingJob): Failure {
  return storeFailure(Object.assign(new Error(detail), { code }), job.partsFolder);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** A structured clone turns Buffers into plain byte arrays; the head's raw fields become Buffers again. */
function withBuffers({ message, partFiles }: Pick<ReadLetter, 'message' | 'partFiles'>): ReadLetter {
  const fields = message.headers.fields.map(field => ({
    ...field,
    raw: Buffer.from(field.raw.buffer, field.raw.byteOffset, field.raw.byteLength),
  }));
  return { message: { ...message, headers: { ...message.headers, fields } }, partFiles, listings: [], seals: [] };
}

/** The letter was read; opening its documents took the thread down. */
function withoutDocuments(letter: ReadLetter, reason: FailureReason): ReadingOutcome {
  const note = { code: 'documents-given-up', detail: `The text of the attached documents could not be read (${reason}).` };
  return { outcome: 'read', ...letter, message: { ...letter.message, notes: [...letter.message.notes, note] }, documents: [], facts: null };
}
