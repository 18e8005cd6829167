/**
 * Handler of the job 'read-message': a message that register/enter.ts wrote is read in full, and what follows is queued in the same transaction:
 * acknowledge and route-letter for a letter, understand-notice for a notice, nothing for a held one. Whatever reading meets, the letter stays entered (I7).
 * Run twice it writes the same rows.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { v5 as uuidv5 } from 'uuid';
import { notifyChanged } from './act/queries.ts';
import { guessSender } from './correspondent/match.ts';
import type { Database, JsonValue, Transaction } from './db/connect.ts';
import { storable } from './db/storable.ts';
import { type Actor, inAgency } from './db/transaction.ts';
import { flagDuplicates } from './duplicates.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Payloads } from './jobs/queues.ts';
import { type Alarm, keepFacts, raiseAlarm, stricter } from './keep-facts.ts';
import type { Listing } from './letter/documents/zip-listing.ts';
import type { InnerMessage, ReadingNote, ReadPart } from './letter/message.ts';
import { hasScans } from './ocr/choose.ts';
import { countAttachments, takeOver } from './read-facts.ts';
import type { Reader } from './reading/reader.ts';
import type { ReadingOutcome } from './reading/reading-job.ts';
import {
  type AttachmentToInsert,
  lockEntryToFill,
  lockMessageToRead,
  type MessageToRead,
  replaceAttachments,
  selectMessageToRead,
  updateAttachmentFigures,
  updateMessageRead,
  upsertReading,
} from './reading-queries.ts';
import { refreshSearch } from './search-text.ts';
import type { Store } from './store/folder.ts';

export interface ReadingContext {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  store: Store;
  reader: Pick<Reader, 'read'>;
  now: () => Date;
  /** Charset of raw 8-bit text without any declaration. */
  fallbackCharset?: string;
  /** A virus scanner is configured. */
  scans?: boolean;
  /** Text of pictures can be recognised on this machine. */
  recognises?: boolean;
}

const READER: Actor = { id: null, name: 'Saraban', peer: 'reader' };
const MOST_NOTES = 500;
const MOST_INNER = 200;
/** Characters of all of them together. */
const MOST_INNER_TEXT = 2_000_000;

/**
 * Handles one job. A message that is read, or that does not exist, is left as it is. Throws only failures of the world: the job is run again.
 * @returns what became of it, for the log
 */
export async function finishReading(context: ReadingContext, payload: Payloads['read-message']): Promise<'read' | 'failed' | 'left-alone'> {
  const { agencyId, messageId } = payload;
  const message = await inAgency(context.db, agencyId, READER, tx => selectMessageToRead(tx, messageId));
  if (message === null || message.disposition === 'duplicate' || message.reading === 'done') return 'left-alone';
  const partsFolder = await makePartsFolder(context.store);
  try {
    const fallbackCharset = context.fallbackCharset ?? 'windows-874';
    const outcome = await context.reader.read({
      rawPath: context.store.pathOf(message.sha256),
      partsFolder,
      fallbackCharset,
      receivedAt: message.receivedAt,
    });
    if (outcome.outcome === 'read') await adoptParts(context.store, outcome);
    return await inAgency(context.db, agencyId, READER, tx => keep(tx, context, agencyId, message, outcome));
  } finally {
    await rm(partsFolder, { recursive: true, force: true });
  }
}

/** Beside the blobs, on their file system, so that a part becomes a blob by a rename. One a reading: two of the same letter do not disturb each other. */
async function makePartsFolder(store: Store): Promise<string> {
  const folder = join(readingFolder(store), randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Where work on the parts of letters is done; a folder each. */
export function readingFolder(store: Store): string {
  return join(dirname(store.incoming), 'reading');
}

/** Removes what readings left that a crash cut off. @returns how many */
export async function sweepReadings(store: Store, olderThan: Date): Promise<number> {
  let swept = 0;
  for (const name of await readdir(readingFolder(store)).catch(() => [])) {
    const folder = join(readingFolder(store), name);
    const figures = await stat(folder).catch(() => null);
    if (figures === null || figures.mtime >= olderThan) continue;
    await rm(folder, { recursive: true, force: true });
    swept++;
  }
  return swept;
}

/** Parts of equal bytes share a file: each file is adopted once. */
async function adoptParts(store: Store, outcome: Extract<ReadingOutcome, { outcome: 'read' }>): Promise<void> {
  const files = new Map(outcome.partFiles.map(part => [part.sha256, part.file]));
  for (const [sha256, file] of files) await store.adopt(file, sha256);
}

async function keep(
  tx: Transaction,
  context: ReadingContext,
  agencyId: number,
  before: MessageToRead,
  outcome: ReadingOutcome,
): Promise<'read' | 'failed' | 'left-alone'> {
  const at = context.now();
  const entry = before.entryId === null ? null : await lockEntryToFill(tx, before.entryId);
  const message = await lockMessageToRead(tx, before.id);
  // Another worker was faster, or an officer has entered a held message meanwhile: then its own job reads it, with an entry to fill.
  if (message === null || message.reading === 'done' || message.entryId !== before.entryId) return 'left-alone';

  let alarm: Alarm | null = null;
  let secrecy = message.secrecy;
  if (outcome.outcome === 'read') {
    await keepReading(tx, agencyId, message.id, outcome, at);
    secrecy = stricter(secrecy, outcome.facts?.secrecy?.value ?? null);
    if (entry !== null && outcome.facts !== null) alarm = await keepFacts(tx, entry, takeOver(entry, outcome.facts, message.receivedAt));
    if (entry !== null) {
      await guessSender(tx, entry.id);
      const { count, bytes } = countAttachments(outcome.message.parts);
      await updateAttachmentFigures(tx, entry.id, count, bytes);
      await flagDuplicates(tx, entry.id);
    }
  }
  if (entry !== null) await refreshSearch(tx, entry.id);
  const reading = outcome.outcome === 'read' ? 'done' : 'failed';
  await updateMessageRead(tx, message.id, { reading, notes: notesOf(outcome), secrecy, alert: alarm !== null });
  await queueNext(tx, context, agencyId, message);
  if (context.recognises === true && entry !== null && hasScans(outcome))
    await context.jobs.enqueue(tx, 'recognise-message', [{ agencyId, messageId: message.id }]);
  await notifyChanged(tx, agencyId);
  if (alarm !== null && entry !== null) await raiseAlarm(tx, { ...READER, agencyId }, at, entry, alarm);
  return outcome.outcome;
}

/** What follows is queued once: a letter whose reading failed was acknowledged and routed then, as far as could be. */
async function queueNext(tx: Transaction, context: ReadingContext, agencyId: number, message: MessageToRead): Promise<void> {
  if (context.scans === true) await context.jobs.enqueue(tx, 'scan-message', [{ agencyId, messageId: message.id }]);
  if (message.entryId !== null) {
    if (message.reading === 'waiting') await context.jobs.enqueue(tx, 'acknowledge', [{ agencyId, entryId: message.entryId }]);
    await context.jobs.enqueue(tx, 'route-letter', [{ agencyId, entryId: message.entryId }]);
  } else if (message.disposition === 'notice') {
    await context.jobs.enqueue(tx, 'understand-notice', [{ agencyId, messageId: message.id }]);
  }
}

async function keepReading(
  tx: Transaction,
  agencyId: number,
  messageId: string,
  outcome: Extract<ReadingOutcome, { outcome: 'read' }>,
  at: Date,
): Promise<void> {
  const files = new Map(outcome.partFiles.map(part => [part.path, part]));
  const listings = new Map(outcome.listings.map(({ path, listing }) => [path, listing]));
  const rows = outcome.message.parts.flatMap(part => {
    const file = files.get(part.path);
    return file === undefined ? [] : [attachmentRow(messageId, part, file, listings.get(part.path) ?? null)];
  });
  await replaceAttachments(tx, agencyId, messageId, rows);
  await upsertReading(tx, {
    agencyId,
    messageId,
    bodyText: storable(outcome.message.text, Number.POSITIVE_INFINITY),
    bodyHtml: outcome.message.html === null ? null : storable(outcome.message.html, Number.POSITIVE_INFINITY),
    documents: outcome.documents.map(document => ({ path: document.path, text: storable(document.text, Number.POSITIVE_INFINITY) })),
    innerMessages: innerRows(outcome.message.inner),
    seals: storableJson(outcome.seals),
    facts: storableJson(outcome.facts ?? {}),
    readAt: at,
  });
}

/** The letters in the letter: as many, and as much of them, as anybody will read here. Their files are whole. */
function innerRows(inner: InnerMessage[]): JsonValue {
  let room = MOST_INNER_TEXT;
  return inner.slice(0, MOST_INNER).map(each => {
    const text = storable(each.text, room);
    room -= text.length;
    const { path, date } = each;
    return storableJson({ path, subject: each.subject.slice(0, 2_000), from: each.from, to: each.to.slice(0, 50), date, text });
  });
}

function attachmentRow(
  messageId: string,
  part: ReadPart,
  file: { sha256: string; size: number },
  listing: Listing | null,
): AttachmentToInsert {
  return {
    id: uuidv5(part.path, messageId),
    path: part.path,
    role: part.role,
    name: storable(part.name ?? '', 500),
    name_guessed: part.nameGuessed,
    content_type: storable(part.contentType, 200),
    charset: part.charset === null ? null : storable(part.charset, 100),
    content_id: part.contentId === null ? null : storable(part.contentId, 1_000),
    size: file.size,
    sha256: file.sha256,
    origin: part.origin,
    notes: storableNotes(part.notes),
    listing: listing === null ? null : storableJson(listing),
  };
}

function notesOf(outcome: ReadingOutcome): JsonValue {
  if (outcome.outcome === 'failed') return [{ code: `reading-${outcome.reason}`, detail: storable(outcome.detail, 500) }];
  return storableNotes(outcome.message.notes);
}

function storableNotes(notes: ReadingNote[]): JsonValue {
  return notes.slice(0, MOST_NOTES).map(note => ({
    code: storable(note.code, 100),
    detail: storable(note.detail, 500),
    ...(note.path === undefined ? {} : { path: note.path }),
  }));
}

/** Every string of a value made storable: what a stranger wrote reaches the facts as it is. */
function storableJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value), (_key, item: unknown) => (typeof item === 'string' ? storable(item) : item)) as JsonValue;
}
