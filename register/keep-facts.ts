/**
 * Writes to an entry what a machine found in its letter, and raises the alarm when that is a class which the subject line did not betray.
 * Used where a letter is read (finish-reading.ts) and where the text of its pictures is recognised (ocr/recognise-message.ts).
 */
import { insertAct } from './act/queries.ts';
import type { Transaction } from './db/connect.ts';
import type { Actor } from './db/transaction.ts';
import { updateFacts } from './fact-queries.ts';
import { SECRECY } from './facts.ts';
import type { Facts } from './look/entry-row.ts';
import type { FactsToWrite } from './read-facts.ts';
import type { EntryToFill } from './reading-queries.ts';

/** The class that the entry was raised to, and where it was found. */
export interface Alarm {
  secrecy: Facts['secrecy'];
  source: string;
}

/** The higher of two classes; `found` may be none. */
export function stricter(known: Facts['secrecy'], found: Facts['secrecy'] | null): Facts['secrecy'] {
  return found !== null && SECRECY.indexOf(found) > SECRECY.indexOf(known) ? found : known;
}

/** @param taken - what takeOver gave. @returns an alarm to raise once everything else is written */
export async function keepFacts(tx: Transaction, entry: EntryToFill, taken: FactsToWrite): Promise<Alarm | null> {
  if (Object.keys(taken.facts).length > 0 || Object.keys(taken.guesses).length > 0)
    await updateFacts(tx, entry.id, taken.facts, taken.guesses);
  const { secrecy } = taken.facts;
  return secrecy === undefined ? null : { secrecy, source: taken.guesses.secrecy?.source ?? '' };
}

/** A classified letter that the subject line did not betray keeps its number; from now on appointed persons alone see it (I10). */
export async function raiseAlarm(
  tx: Transaction,
  actor: Actor & { agencyId: number },
  at: Date,
  entry: EntryToFill,
  alarm: Alarm,
): Promise<void> {
  await insertAct(tx, actor, at, { register: entry.register, entryId: entry.id, kind: 'found-classified', detail: { ...alarm } });
}
