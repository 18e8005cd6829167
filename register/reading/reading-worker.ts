/**
 * The reading thread: one letter at a time, from its file to values and part files. It may be ended from outside at any moment (time) or by
 * its own heap limit (memory); nothing it leaves behind counts until the host has the answer.
 */
import { createReadStream } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { readMessage } from '../letter/read-message.ts';
import { PartFiles } from './part-files.ts';
import { readDocuments, readFacts } from './read-documents.ts';
import { readListings } from './read-listings.ts';
import { readSeals } from './read-seals.ts';
import type { WorkerAnswer, WorkerRequest } from './reading-job.ts';

async function read({ job, limits, authorities }: WorkerRequest, answer: (step: WorkerAnswer) => void): Promise<void> {
  const kept = new PartFiles(job.partsFolder);
  const source = createReadStream(job.rawPath, { highWaterMark: 256 * 1024 });
  const message = await readMessage(source, { fallbackCharset: job.fallbackCharset, limits, openPart: part => kept.open(part) });
  answer({ step: 'message', message, partFiles: kept.files });
  const listings = readListings(message.parts, kept.files, job.fallbackCharset);
  answer({ step: 'opened', listings, seals: await readSeals(message, kept.files, job, authorities) });
  const documents = await readDocuments(message.parts, kept.files, limits);
  answer({ step: 'documents', documents, facts: readFacts(message, documents) });
}

parentPort?.on('message', (request: WorkerRequest) => {
  const answer = (step: WorkerAnswer) => parentPort?.postMessage(step);
  read(request, answer).catch((error: unknown) =>
    answer({
      step: 'failed',
      detail: error instanceof Error ? error.message : String(error),
      code: error instanceof Error && 'code' in error ? String(error.code) : '',
    }),
  );
});
