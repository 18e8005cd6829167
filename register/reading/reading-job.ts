/** What passes between the host (reader.ts) and a reading thread (reading-worker.ts). Everything here survives a structured clone. */
import type { Listing } from '../letter/documents/zip-listing.ts';
import type { LetterFacts } from '../letter/facts.ts';
import type { ReadingNote, ReadMessage } from '../letter/message.ts';
import type { Seal } from '../letter/seals.ts';
import type { ReadingLimits } from './limits.ts';

/** `rawPath`: the letter, as received. `partsFolder`: an existing folder of this reading's own, on the file system of the store. */
export type ReadingJob = {
  rawPath: string;
  partsFolder: string;
  fallbackCharset: string;
  /** When the letter came: certificates of signatures are judged as they were then. Now, for a letter on trial. */
  receivedAt?: Date;
};

/** The decoded bytes of one part: `path` is the part's, `file` lies in partsFolder and is named by its SHA-256. Parts of equal bytes share a file. */
export type PartFile = { path: string; file: string; sha256: string; size: number };

/** The text of a document among the parts. */
export type DocumentText = { path: string; text: string; notes: ReadingNote[] };

/** What was found by looking into the parts, without decoding any document. */
export type Opened = { listings: { path: string; listing: Listing }[]; seals: Seal[] };

export type ReadingOutcome =
  | ({
      outcome: 'read';
      message: ReadMessage;
      partFiles: PartFile[];
      documents: DocumentText[];
      /** Null, with a note on the message, when the documents took the thread down: the letter itself was read before. */
      facts: LetterFacts | null;
    } & Opened)
  | { outcome: 'failed'; reason: 'time' | 'memory' | 'crash' | 'unreadable'; detail: string };

/** `authorities`: a folder of PEM files, or null (register/reading/read-seals.ts). */
export type WorkerRequest = { job: ReadingJob; limits: ReadingLimits; authorities: string | null };

/** The letter is answered before its documents are opened, so that a document that loops or bursts costs only its own text. */
export type WorkerAnswer =
  | { step: 'message'; message: ReadMessage; partFiles: PartFile[] }
  | ({ step: 'opened' } & Opened)
  | { step: 'documents'; documents: DocumentText[]; facts: LetterFacts }
  /** `code` is that of the system's error, '' of others. */
  | { step: 'failed'; detail: string; code: string };
