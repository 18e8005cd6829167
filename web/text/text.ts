/**
 * Both languages of the pages. th.ts is the source; en.ts must have every key of it, or the type check fails.
 */
import { en } from './en.ts';
import { th } from './th.ts';

export type Language = 'th' | 'en';

/** The shape of th.ts with any words in it. */
export type Text = Widened<typeof th>;

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { [K in keyof T]: Widened<T[K]> };

const TEXTS: Record<Language, Text> = { th, en };

export function textIn(language: Language): Text {
  return TEXTS[language];
}

export function isLanguage(value: unknown): value is Language {
  return value === 'th' || value === 'en';
}

/** The words of a code; a code we have no words for is shown as it is, rather than hidden. */
export function wordOf(words: Record<string, string>, code: string): string {
  return Object.hasOwn(words, code) ? (words[code] as string) : code;
}
