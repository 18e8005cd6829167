import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './text/en.ts';
import { th } from './text/th.ts';
import { loadViews } from './views.ts';

const folder = join(import.meta.dirname, 'views');
const views = readdirSync(folder).filter(name => name.endsWith('.hbs'));

describe('the views', () => {
  it('compile', () => {
    expect(() => loadViews()).not.toThrow();
  });

  it.each(views)('%s names only words there are', name => {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, path = ''] of text.matchAll(/\{\{#?(?:if )?(?:@root\.)?t\.([\w.]+)/g)) {
      const word = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], th);
      expect([path, typeof word]).toEqual([path, 'string']);
    }
  });

  it.each(views)('%s has no script, style or handler of its own, and escapes everything', name => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).not.toMatch(/\{\{\{|<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/i);
  });
});

describe('the words', () => {
  const flat = (words: object, at = ''): [string, string][] =>
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === 'object'
        ? flat(value as object, `${at}${key}.`)
        : typeof value === 'string'
          ? [[`${at}${key}`, value] as [string, string]]
          : [],
    );

  it('are Thai in Thai and English in English', () => {
    const own = new Set(['language', 'otherLanguage', 'none', 'entry.messageId', 'outbox.html']);
    for (const [key, value] of flat(th))
      if (!own.has(key) && value !== '') expect([key, /[\u0e00-\u0e7f]/.test(value)]).toEqual([key, true]);
    for (const [key, value] of flat(en)) if (!own.has(key)) expect([key, /[\u0e00-\u0e7f]/.test(value)]).toEqual([key, false]);
  });

  it('have the same keys in both languages', () => {
    expect(
      flat(en)
        .map(([key]) => key)
        .sort(),
    ).toEqual(
      flat(th)
        .map(([key]) => key)
        .sort(),
    );
  });
});
