// What is wrong with a rule file, said so that the officer who wrote it can put it right: where, what, and what was probably meant.

/** Both languages of one sentence. */
export type BothLanguages = { th: string; en: string };

/** `line` and `column` count from 1. */
export type RuleFault = { line: number; column: number; message: BothLanguages };

export type Place = { line: number; column: number };

/** Edit distance, two neighbours swapped counting as one slip. Keys and codes are never long: longer ones are cut at 40. */
function distance(left: string, right: string): number {
  const a = left.slice(0, 40);
  const b = right.slice(0, 40);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : replaced;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The known word that was probably meant, or null when none is near: a wrong hint is worse than none. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: { word: string; distance: number } | null = null;
  for (const candidate of known) {
    const far = distance(wanted, candidate.toLowerCase());
    if (best === null || far < best.distance) best = { word: candidate, distance: far };
  }
  return best !== null && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.word : null;
}

/** ` (หมายถึง "x" หรือไม่)`, or the list of what is possible when nothing is near. */
export function hint(word: string, known: readonly string[]): BothLanguages {
  const near = nearest(word, known);
  if (near !== null) return { th: ` หมายถึง "${near}" หรือไม่`, en: `; did you mean "${near}"?` };
  if (known.length === 0 || known.length > 20) return { th: '', en: '' };
  return { th: ` ใช้ได้เฉพาะ ${known.join(', ')}`, en: `; it can be ${known.join(', ')}` };
}
