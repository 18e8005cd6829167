/**
 * Writes the verifier's two products out of its one source: `node verifier/build.ts`. Both are committed, and verifier/products.test.ts fails when
 * they are not what this makes. The source is plain JavaScript, so that the products can be read by whoever wants to know what they do.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** In this order: each file imports only from those before it. */
const SOURCES = [
  'bytes.js',
  'zip.js',
  'der.js',
  'timestamp.js',
  'mail.js',
  'chain.js',
  'words-days.js',
  'words.js',
  'report.js',
  'signature.js',
  'files.js',
  'vouch.js',
  'stamp.js',
  'receipt.js',
  'evidence.js',
  'day.js',
  'days.js',
  'statement.js',
  'check.js',
];

export const SCRIPT = 'saraban-verify.mjs';
export const PAGE = 'saraban-verify.html';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** One module out of many: imports between them fall away, exports become plain names. */
function joined(last: string): string {
  return [...SOURCES, last]
    .map(name => {
      const text = read(name)
        .replace(/^import [^;]*? from '\.\/[^']+';\n/gm, '')
        .replace(/^export (?=(?:async )?(?:function|class|const|let)\b)/gm, '');
      return `// ${name}\n${text.trim()}\n`;
    })
    .join('\n');
}

/** The files are one scope in the end: two of one name would only be found by whoever opens the page. */
function noTwins(text: string): string {
  const names = [...text.matchAll(/^(?:async )?(?:function\*?|const|let|class) (\w+)/gm)].map(match => match[1]);
  const twins = names.filter((name, index) => names.indexOf(name) < index);
  if (twins.length > 0) throw new Error(`two of one name: ${twins.join(', ')}`);
  return text;
}

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The face of official papers (Sarabun, SIL Open Font License) within the page: many a machine abroad has no Thai letters at all, and a page without a network
 * cannot fetch them.
 */
function fonts(): string {
  const files = new URL('files/', import.meta.resolve('@fontsource/sarabun/package.json'));
  return [400, 700]
    .map(weight => {
      const woff2 = readFileSync(new URL(`sarabun-thai-${weight}-normal.woff2`, files)).toString('base64');
      return `@font-face { font-family: Sarabun; font-weight: ${weight}; src: url(data:font/woff2;base64,${woff2}) format("woff2"); unicode-range: U+0E01-0E5B, U+200C-200D, U+25CC; }\n`;
    })
    .join('');
}

/** @returns the products' texts by their names */
export function products(): Record<string, string> {
  const cli = noTwins(joined('cli.js'));
  // What Node needs stands at the head of the file, as everywhere.
  const nodeImports = [...cli.matchAll(/^import .* from 'node:[^']+';\n/gm)].map(match => match[0]);
  const script = `#!/usr/bin/env node
// Checks what a Saraban register hands out (closed days, evidence packs, acknowledgements, certificates), without a network and without anything but
// Node 22 or later: node saraban-verify.mjs FILE…   The same check as a page for browsers: saraban-verify.html.
// biome-ignore-all format: made by build.ts out of formatted sources
// biome-ignore-all lint: made by build.ts out of checked sources
// biome-ignore-all assist: made by build.ts out of checked sources
${nodeImports.join('')}
${cli.replace(/^import .* from 'node:[^']+';\n/gm, '')}`;
  const style = fonts() + read('page.css').trim();
  const page = `\n${noTwins(joined('page.js'))}`;
  if (page.includes('</script')) throw new Error('the page would end in the middle of its script');
  const policy = `default-src 'none'; script-src ${hash(page)}; style-src ${hash(style)}; font-src data:; base-uri 'none'; form-action 'none'`;
  const html = read('page.html')
    .replace('{{policy}}', policy)
    .replace('{{style}}', () => style)
    .replace('{{script}}', () => page);
  return { [SCRIPT]: script, [PAGE]: html };
}

if (import.meta.main) for (const [name, text] of Object.entries(products())) writeFileSync(new URL(name, import.meta.url), text);
