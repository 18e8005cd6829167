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
  receivedAt: Date,
): FactsToWrite {
  const receivedOn = dayUtc(receivedAt);
  // Today in the easternmost zone: a letter written this morning in Bangkok is not from the future because it is still yesterday in UTC.
  const latestDay = dayUtc(new Date(receivedAt.getTime() + 14 * 3_600_000));
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
  // No letter is dated after it came: what lies later is the day of a meeting or a visit.
  const written = dayOf(found.letterDate);
  if ((entry.letterDate === null || guessedBefore('letterDate')) && written !== null && written <= latestDay)
    take('letterDate', found.letterDate, written);
  const due = dayOf(found.dueDate);
  if ((entry.dueOn === null || guessedBefore('dueOn')) && due !== null && due >= receivedOn) take('dueOn', found.dueDate, due);
  if (found.circular?.value === true) take('circular', found.circular, true);
  // What the sender wrote as the subject stands, as long as it says anything.
  if (saysNothing(entry.subject) || guessedBefore('subject')) take('subject', found.subject, words(found.subject, 4_000));
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

const PASSED_ON = /^(?:(?:fw|fwd|re|ส่งต่อ|ตอบ)\s*:\s*)+/i;
const FILLER =
  /^(?:scan(?:ned)?|document|doc|file|image|img|photo|untitled|no subject|\(no subject\)|ไม่มีชื่อเรื่อง|ส่งหนังสือ(?:ราชการ)?|หนังสือ(?:ราชการ)?|ส่งเอกสาร|เอกสาร(?:แนบ)?|สแกน)?[\s\d_.()-]*(?:\.?(?:pdf|docx?|jpe?g|png|tiff?))?$/i;

/** Whether a subject line is none at all: empty, a scanner's file name, "หนังสือ". */
export function saysNothing(subject: string): boolean {
  return FILLER.test(subject.trim().replace(PASSED_ON, ''));
}

function dayUtc(at: Date): string {
  return at.toISOString().slice(0, 10);
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
