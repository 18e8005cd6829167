/**
 * What reading found, turned into facts of an entry. Pure. A machine fills what nobody wrote, marks it as a guess, and never touches what an officer
 * wrote or confirmed. Classes only rise: treating an open letter as secret is put right with one key, the other way round is not.
 */

import { isDay } from './checks.ts';
import { storable } from './db/storable.ts';
import { SECRECY, URGENCY } from './facts.ts';
import type { Fact, LetterFacts } from './letter/facts.ts';
import type { ReadPart } from './letter/message.ts';
import type { Facts, Guess } from './look/entry-row.ts';

export interface FactsToWrite {
  facts: Partial<Facts>;
  guesses: Record<string, Guess>;
}

/**
 * @param entry - the facts as they stand, the guesses of an earlier reading, and the names an officer has settled
 * @returns what to write; `facts` is empty when nothing changes
 */
export function takeOver(
  entry: Facts & { guesses: Record<string, unknown>; settled: string[] },
  found: LetterFacts,
  receivedOn: string,
): FactsToWrite {
  const facts: Partial<Facts> = {};
  const guesses: Record<string, Guess> = { ...(entry.guesses as Record<string, Guess>) };

  function take<K extends keyof Facts>(name: K, fact: Fact<unknown> | null, value: Facts[K] | null): void {
    if (fact === null || value === null || entry.settled.includes(name)) return;
    guesses[name] = { source: fact.source, certainty: fact.certainty };
    if (entry[name] !== value) facts[name] = value;
  }
  const guessedBefore = (name: keyof Facts) => name in entry.guesses;
  const words = (fact: Fact<string> | null, most: number) =>
    fact === null ? null : storable(fact.value.replace(/\s+/g, ' ').trim(), most) || null;

  if (entry.letterNumber === '' || guessedBefore('letterNumber')) take('letterNumber', found.letterNumber, words(found.letterNumber, 200));
  if (entry.addressee === '' || guessedBefore('addressee')) take('addressee', found.addressee, words(found.addressee, 500));
  if (entry.kind === '' || guessedBefore('kind')) take('kind', found.kind, found.kind?.value ?? null);
  if (entry.letterDate === null || guessedBefore('letterDate')) take('letterDate', found.letterDate, dayOf(found.letterDate));
  const due = dayOf(found.dueDate);
  if ((entry.dueOn === null || guessedBefore('dueOn')) && due !== null && due >= receivedOn) take('dueOn', found.dueDate, due);
  if (found.circular?.value === true) take('circular', found.circular, true);
  // The mail's own subject stands unless there is none, or a document of the letter names another with its label เรื่อง.
  if (entry.subject.trim() === '' || guessedBefore('subject') || found.subject?.certainty === 'certain')
    take('subject', found.subject, words(found.subject, 4_000));
  // An importance flag that a mail program sets at a click is no urgency of an official letter.
  if (
    found.urgency !== null &&
    found.urgency.certainty !== 'guess' &&
    URGENCY.indexOf(found.urgency.value) > URGENCY.indexOf(entry.urgency)
  ) {
    take('urgency', found.urgency, found.urgency.value);
  }
  if (found.secrecy !== null && SECRECY.indexOf(found.secrecy.value) > SECRECY.indexOf(entry.secrecy))
    take('secrecy', found.secrecy, found.secrecy.value);
  return { facts, guesses };
}

function dayOf(fact: Fact<string> | null): string | null {
  return fact !== null && isDay(fact.value) ? fact.value : null;
}

/**
 * What a person counts as attachments: files, and letters inside the letter, but not what lies in those; the files out of a winmail.dat
 * or of a text, not the container.
 */
export function countAttachments(parts: Pick<ReadPart, 'path' | 'parent' | 'role' | 'contentType' | 'size'>[]): {
  count: number;
  bytes: number;
} {
  const byPath = new Map(parts.map(part => [part.path, part]));
  const isLetter = (part: { contentType: string }) => part.contentType === 'message/rfc822' || part.contentType === 'message/global';
  function liesInLetter(part: Pick<ReadPart, 'parent'>): boolean {
    for (let at = part.parent; at !== null; at = byPath.get(at)?.parent ?? null) {
      const outer = byPath.get(at);
      if (outer === undefined) return false;
      if (isLetter(outer)) return true;
    }
    return false;
  }
  const counted = parts.filter(
    part => (part.role === 'attachment' || (part.role === 'container' && isLetter(part))) && !liesInLetter(part),
  );
  return { count: counted.length, bytes: counted.reduce((sum, part) => sum + part.size, 0) };
}
