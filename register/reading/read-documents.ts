/** The text of the documents among a letter's parts, and the letter's facts out of all its text. Runs on the reading thread, after the letter itself was read and answered. */
import { readFileSync } from 'node:fs';
import { documentText } from '../letter/documents/document-text.ts';
import { findFacts, type LetterFacts } from '../letter/facts.ts';
import { headerValues } from '../letter/headers.ts';
import type { ReadMessage, ReadPart } from '../letter/message.ts';
import type { ReadingLimits } from './limits.ts';
import type { DocumentText, PartFile } from './reading-job.ts';

/** Parts that may hold a document: files, of this letter or of one inside it. What documentText does not know it answers with null. */
function mayBeDocument(part: ReadPart, limits: ReadingLimits): boolean {
  return (part.role === 'attachment' || part.role === 'inline') && !part.truncated && part.size > 0 && part.size <= limits.maxDocumentBytes;
}

/**
 * Reads the documents of a letter.
 * @returns one entry for each document that could be opened, in the order of the mail; the same bytes are read once
 */
export async function readDocuments(parts: ReadPart[], files: PartFile[], limits: ReadingLimits): Promise<DocumentText[]> {
  const fileOf = new Map(files.map(file => [file.path, file]));
  const known = new Map<string, Awaited<ReturnType<typeof documentText>>>();
  const found: DocumentText[] = [];
  for (const part of parts) {
    const file = fileOf.get(part.path);
    if (file === undefined || !mayBeDocument(part, limits) || found.length >= limits.maxDocuments) continue;
    const key = `${file.sha256} ${part.contentType}`;
    if (!known.has(key))
      known.set(key, await documentText({ contentType: part.contentType, name: part.name, bytes: readFileSync(file.file) }));
    const read = known.get(key);
    if (read === undefined || read === null) continue;
    const notes = read.notes.map(note => ({ ...note, path: part.path }));
    found.push({ path: part.path, text: read.text.slice(0, limits.maxDocumentText), notes });
  }
  return found;
}

/** The letter's facts from its subject, its body and its documents. */
export function readFacts(message: ReadMessage, documents: DocumentText[]): LetterFacts {
  const nameOf = new Map(message.parts.map(part => [part.path, part.name]));
  return findFacts({
    subject: message.headers.subject,
    bodyText: message.text,
    documents: documents.map(({ path, text }) => ({ path, text, name: nameOf.get(path) ?? null })),
    headers: {
      importance: headerValues(message.headers, 'importance')[0] ?? null,
      priority: headerValues(message.headers, 'x-priority')[0] ?? null,
    },
  });
}
