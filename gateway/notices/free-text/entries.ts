/** How the free-text readers read: one small engine over lines, and the shape in which a mail system's habit is written down. */
import { addressPattern, tidyAddress, x400Address } from '../fields.ts';

/** A recipient as a text names it. `address` null: somebody was named without an address. */
export type TextEntry = { address: string | null; words: string };

export type TextHabit = {
  /** The mail system, for the note on the notice. */
  name: string;
  /** What only this system writes; asked of the report without the returned mail. */
  mark: RegExp;
  /** Takes every recipient out of the report. Nothing found: the next habit is tried. */
  read(report: string): TextEntry[];
};

export type EntryRules = {
  /** Read only after this line … */
  begin?: RegExp;
  /** … and up to this one. */
  end?: RegExp;
  /** A line that names a recipient: groups `a` (address, or words around one) and `d` (words on the same line). */
  entry: RegExp[];
  /** A line that names, for the recipient above it, the address as our mail had it: group `a`. */
  origin?: RegExp;
  /** An empty line ends what is said of a recipient (once something was said). */
  blankEnds?: boolean;
  /** Words for every recipient of whom nothing is said: group `d`. Searched in the whole report. */
  shared?: RegExp;
};

/** Reads a report by rules. At most 500 recipients, 40 lines of words each. */
export function readEntries(report: string, rules: EntryRules): TextEntry[] {
  const lines = report.split('\n');
  let at = 0;
  if (rules.begin) {
    const begin = lines.findIndex(line => rules.begin!.test(line));
    if (begin < 0) return [];
    at = begin + 1;
  }
  const found: (TextEntry & { lines: number })[] = [];
  let open = false;
  for (; at < lines.length && found.length < 500; at++) {
    const line = lines[at]!;
    if (rules.end?.test(line)) break;
    const current = found[found.length - 1];
    const origin = rules.origin?.exec(line)?.groups?.a;
    if (origin !== undefined) {
      if (current && open) current.address = tidyAddress(origin);
      else {
        found.push({ address: tidyAddress(origin), words: '', lines: 0 });
        open = true;
      }
      continue;
    }
    const groups = firstGroups(rules.entry, line);
    if (groups) {
      found.push({ address: addressIn(groups.a ?? ''), words: groups.d?.trim() ?? '', lines: 0 });
      open = true;
      continue;
    }
    if (!current || !open) continue;
    if (line.trim() === '') {
      if (rules.blankEnds && current.words !== '') open = false;
      continue;
    }
    if (current.lines++ < 40) current.words = `${current.words} ${line.trim()}`.trim();
  }
  const shared = rules.shared?.exec(report)?.groups?.d?.trim() ?? '';
  return found.map(({ address, words }) => ({ address, words: words === '' ? shared : words }));
}

function firstGroups(patterns: RegExp[], line: string): Record<string, string | undefined> | null {
  for (const pattern of patterns) {
    const groups = pattern.exec(line)?.groups;
    if (groups) return groups;
  }
  return null;
}

/** The address in a piece of text, X.400 names included; null when there is none. */
export function addressIn(text: string): string | null {
  const x400 = x400Address(text);
  if (x400) return x400;
  const found = new RegExp(addressPattern).exec(text)?.[0];
  return found ? tidyAddress(found) : null;
}

/** A pattern in which A stands for an address. */
export function line(source: string, flags = 'i'): RegExp {
  return new RegExp(source.replaceAll('{A}', `(?<a>${addressPattern})`), flags);
}
