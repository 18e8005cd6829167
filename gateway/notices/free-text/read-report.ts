/** Reads a report that has no machine-readable part: asks each mail system's habit, then what any report would say. Called by parse.ts. */

import { readAnyReport } from './any.ts';
import type { TextEntry, TextHabit } from './entries.ts';
import { groupwareHabits } from './groupware.ts';
import { providerHabits } from './providers.ts';
import { unixHabits } from './unix.ts';

/** The specific before the general: exim's opening is used by others, sendmail's sections by nearly everybody, 'listed' fits anything. */
const habits: TextHabit[] = [
  ...unixHabits.filter(
    habit => habit.name === 'james' || habit.name === 'haraka' || habit.name === 'ecelerity' || habit.name === 'opensmtpd',
  ),
  ...providerHabits.filter(habit => habit.name !== 'listed'),
  ...groupwareHabits.filter(habit => habit.name !== 'x400'),
  ...unixHabits,
  ...groupwareHabits.filter(habit => habit.name === 'x400'),
  ...providerHabits.filter(habit => habit.name === 'listed'),
];

/**
 * Recipients named in a report's words.
 * @param report the text without the returned mail
 * @param notRecipients addresses that can't be meant: ours, the reporting system's
 * @returns `habit` is null when no known system wrote it and the words of any report were used
 */
export function readReport(report: string, notRecipients: Set<string>): { habit: string | null; entries: TextEntry[] } {
  for (const habit of habits) {
    if (!habit.mark.test(report)) continue;
    const entries = distinct(habit.read(report));
    if (entries.some(entry => entry.address !== null && !notRecipients.has(entry.address.toLowerCase()))) {
      return {
        habit: habit.name,
        entries: entries.filter(entry => entry.address === null || !notRecipients.has(entry.address.toLowerCase())),
      };
    }
    if (entries.length > 0 && entries.every(entry => entry.address === null)) return { habit: habit.name, entries };
  }
  return { habit: null, entries: distinct(readAnyReport(report, notRecipients)) };
}

/** True when a known mail system's own words stand in the text. */
export function isKnownReport(report: string): boolean {
  return habits.some(habit => habit.name !== 'listed' && habit.name !== 'x400' && habit.mark.test(report));
}

/** One entry an address; what is said in several places is put together, the first words first. */
function distinct(entries: TextEntry[]): TextEntry[] {
  const kept: TextEntry[] = [];
  for (const entry of entries) {
    const known = entry.address === null ? undefined : kept.find(other => other.address?.toLowerCase() === entry.address!.toLowerCase());
    if (!known) kept.push({ ...entry });
    else if (!known.words.includes(entry.words)) known.words = `${known.words} ${entry.words}`.trim();
  }
  return kept;
}
