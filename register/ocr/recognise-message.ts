/**
 * Handler of the job 'recognise-message': the text of a letter's scans and pictures is recognised, long after the letter was entered, read and
 * acknowledged. Queued by finish-reading.ts where Tesseract with Thai is installed. The text becomes further documents of the reading, under the path
 * `ocr:<path of the part>`; the letter is found by it, and routed by it when no rule took it before. Its facts are guesses, below everything else
 * that was found. Run twice it writes the same rows.
 */
import { notifyChanged } from '../act/queries.ts';
import type { Database } from '../db/connect.ts';
import { storable } from '../db/storable.ts';
import { type Actor, inAgency } from '../db/transaction.ts';
import { flagDuplicates } from '../duplicates.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Payloads } from '../jobs/queues.ts';
import { keepFacts, raiseAlarm, stricter } from '../keep-facts.ts';
import { findFacts } from '../letter/facts.ts';
import type { ReadingNote } from '../letter/message.ts';
import { lockEntryToFill } from '../reading-queries.ts';
import { refreshSearch } from '../search-text.ts';
import { scansOf } from './choose.ts';
import {
  lockMessageToRecognise,
  type MessageToRecognise,
  type PartToRecognise,
  selectMessageToRecognise,
  selectPartsToRecognise,
  updateRecognised,
} from './queries.ts';
import { OCR_PATH, takeOverRecognised } from './recognised-facts.ts';
import type { Recognised, Recogniser } from './recogniser.ts';

export interface RecognisingContext {
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  store: { pathOf(sha256: string): string };
  now: () => Date;
  recogniser: Pick<Recogniser, 'recognise'>;
}

const RECOGNISER: Actor = { id: null, name: 'Saraban', peer: 'ocr' };
/** For all files of one letter; a file begun is finished within its own limits. Four jobs wait for each other within the queue's expiry. */
const LETTER_MS = 600_000;
const MOST_TEXT = 500_000;

type Found = { path: string; recognised: Recognised }[];

/**
 * @returns what became of it, for the log. 'left-alone': nothing to do, done already, or the letter is about to be read anew, which queues it again
 * @throws when the recogniser was stopped, or the database is away
 */
export async function recogniseMessage(
  context: RecognisingContext,
  payload: Payloads['recognise-message'],
): Promise<'recognised' | 'nothing-found' | 'left-alone'> {
  const { agencyId, messageId } = payload;
  const scans = await inAgency(context.db, agencyId, RECOGNISER, async tx => {
    const message = await selectMessageToRecognise(tx, messageId);
    return message === null ? [] : scansLeft(message, await selectPartsToRecognise(tx, messageId));
  });
  if (scans.length === 0) return 'left-alone';
  const found = await recognise(context, scans);
  return await inAgency(context.db, agencyId, RECOGNISER, async tx => {
    const before = await selectMessageToRecognise(tx, messageId);
    const entry = before?.entryId == null ? null : await lockEntryToFill(tx, before.entryId);
    const message = await lockMessageToRecognise(tx, messageId);
    if (entry === null || message === null) return 'left-alone';
    // Read anew meanwhile: what was recognised belongs to the parts that were there before.
    const left = new Set(scansLeft(message, await selectPartsToRecognise(tx, messageId)).map(scan => `${scan.path} ${scan.sha256}`));
    if (!scans.every(scan => left.has(`${scan.path} ${scan.sha256}`))) return 'left-alone';

    const documents = found.map(({ path, recognised }) => ({ path: OCR_PATH + path, text: storable(recognised.text, MOST_TEXT) }));
    const facts = findFacts({ subject: '', bodyText: '', documents: documents.map(document => ({ ...document, name: null })) });
    const alarm = await keepFacts(tx, entry, takeOverRecognised(entry, facts, message.receivedAt));
    await updateRecognised(tx, messageId, {
      documents: [...message.documents, ...documents],
      notes: [...message.notes, ...notesOf(found)],
      secrecy: stricter(message.secrecy, facts.secrecy?.value ?? null),
      alert: alarm !== null,
    });
    const anything = documents.some(document => document.text !== '');
    if (anything) {
      await flagDuplicates(tx, entry.id);
      await refreshSearch(tx, entry.id);
      await context.jobs.enqueue(tx, 'route-letter', [{ agencyId, entryId: entry.id }]);
    }
    await notifyChanged(tx, agencyId);
    if (alarm !== null) await raiseAlarm(tx, { ...RECOGNISER, agencyId }, context.now(), entry, alarm);
    return anything ? 'recognised' : 'nothing-found';
  });
}

/** Scans of a letter that was read and entered, without those whose text is there. In the order of the mail. */
function scansLeft(message: MessageToRecognise, parts: PartToRecognise[]): PartToRecognise[] {
  if (message.entryId === null || message.reading !== 'done') return [];
  const done = new Set(message.documents.map(document => document.path));
  const inOrder = parts.sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
  return scansOf(inOrder, message.documents).filter(scan => !done.has(OCR_PATH + scan.path));
}

/** Equal bytes are looked at once. What holds no text counts as looked at too. */
async function recognise(context: RecognisingContext, scans: PartToRecognise[]): Promise<Found> {
  const deadline = Date.now() + LETTER_MS;
  const known = new Map<string, Recognised>();
  const found: Found = [];
  for (const { path, sha256 } of scans) {
    const recognised = known.get(sha256) ??
      (await context.recogniser.recognise(context.store.pathOf(sha256), deadline)) ?? { text: '', notes: [] };
    known.set(sha256, recognised);
    found.push({ path, recognised });
  }
  return found;
}

function notesOf(found: Found): ReadingNote[] {
  return found.flatMap(({ path, recognised }) =>
    recognised.notes.map(note => ({ code: note.code, detail: storable(note.detail, 500), path })),
  );
}
