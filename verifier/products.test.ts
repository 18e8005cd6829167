import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGE, products, SCRIPT } from './build.ts';

const committed = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

it.each([SCRIPT, PAGE])('%s is what `node verifier/build.ts` makes', name => {
  expect(committed(name) === products()[name]).toBe(true);
});

it('stands alone: nothing of ours beyond its own folder, nothing of npm, nothing from a network', () => {
  for (const name of readdirSync(new URL('.', import.meta.url)).filter(one => one.endsWith('.js')))
    for (const [, from] of committed(name).matchAll(/^import [^']*'([^']+)'/gm))
      expect(from).toMatch(/^(\.\/[a-z-]+\.js|node:(fs\/promises|path))$/);
  const page = committed(PAGE);
  expect(page).not.toMatch(/(?:src|href)=|@import|url\((?!data:font\/woff2;base64,)|fetch\(|XMLHttpRequest|WebSocket|import\(/);
  expect(page).toContain("default-src 'none'; script-src 'sha256-");
  expect(committed(SCRIPT)).not.toMatch(/fetch\(|node:(?:http|net|tls|dns|child_process)/);
});
