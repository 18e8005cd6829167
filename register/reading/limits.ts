/** How much one reading may take. A letter over these is given up, marked unread and shown with its raw source; it is never lost. */
import type { ReadLimits } from '../letter/message.ts';
import { DEFAULT_LIMITS } from '../letter/read-message.ts';

export type ReadingLimits = ReadLimits & {
  /** Milliseconds from the start of a letter to its answer. A 50 MiB letter takes about two seconds; the tenfold is for slow disks. */
  milliseconds: number;
  /** Heap of one reading thread in MiB; the parts themselves are streamed and not in it. */
  memoryMb: number;
  /** Buffers of one reading thread outside its heap, in MiB: a small file can unpack itself into more than the machine has. */
  buffersMb: number;
  /** Bytes of a document above which its text is not looked for. */
  maxDocumentBytes: number;
  /** Characters of text kept of one document. */
  maxDocumentText: number;
  /** Documents of one letter whose text is looked for. */
  maxDocuments: number;
};

export const DEFAULT_READING_LIMITS: ReadingLimits = {
  ...DEFAULT_LIMITS,
  milliseconds: 60_000,
  memoryMb: 384,
  buffersMb: 256,
  maxDocumentBytes: 20 * 1024 * 1024,
  maxDocumentText: 2_000_000,
  maxDocuments: 50,
};
