/** Facts out of recognised text, below all others. Pure. */
import type { LetterFacts } from '../letter/facts.ts';
import { type FactsToWrite, saysNothing, takeOver } from '../read-facts.ts';

/** Recognised texts stand among the documents of a reading under this and the path of their part. */
export const OCR_PATH = 'ocr:';
const OCR_SOURCE = `document:${OCR_PATH}`;

/** Classes only rise, whoever found them. */
const CLASSES = ['secrecy', 'urgency'];
/** What takeOver calls by another name than the finder of facts. */
const FOUND_AS: Record<string, keyof LetterFacts> = { dueOn: 'dueDate' };

/**
 * Like takeOver, but a guess that came from the mail itself or from a document's own text stays: a machine that reads pictures mistakes a digit
 * where those do not. A subject line that says nothing is none. What is taken is marked as a guess, however plainly it stood there.
 */
export function takeOverRecognised(entry: Parameters<typeof takeOver>[0], found: LetterFacts, receivedAt: Date): FactsToWrite {
  const open: LetterFacts = { ...found };
  for (const [name, guess] of Object.entries(entry.guesses)) {
    if (CLASSES.includes(name) || isRecognised(guess) || (name === 'subject' && saysNothing(entry.subject))) continue;
    const key = FOUND_AS[name] ?? name;
    if (key in open) Object.assign(open, { [key]: null });
  }
  const taken = takeOver(entry, open, receivedAt);
  const guesses = Object.entries(taken.guesses).map(([name, guess]) => [
    name,
    isRecognised(guess) ? { ...guess, certainty: 'guess' } : guess,
  ]);
  return { facts: taken.facts, guesses: Object.fromEntries(guesses) };
}

function isRecognised(guess: unknown): boolean {
  return typeof guess === 'object' && guess !== null && 'source' in guess && String(guess.source).startsWith(OCR_SOURCE);
}
