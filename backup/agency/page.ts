/**
 * Pages that are read from a folder, without a network and without any Saraban: one stylesheet for all of them, with the Thai face within it, and no script.
 * Every text of a letter is a stranger's, so all of it is escaped, and the page forbids itself whatever is not that style.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** In every archive, at its root. */
export const STYLESHEET = 'style.css';

/** The stylesheet with Sarabun as data: a browser lets no page of one folder read a font of another, but a stylesheet it does. */
export async function stylesheet(): Promise<string> {
  const fonts = join(dirname(createRequire(import.meta.url).resolve('@fontsource/sarabun/package.json')), 'files');
  const faces = await Promise.all(
    FACES.map(async ({ file, weight, range }) => {
      const data = (await readFile(join(fonts, file))).toString('base64');
      return `@font-face { font-family: Sarabun; font-weight: ${weight}; unicode-range: ${range}; src: url(data:font/woff2;base64,${data}) format('woff2'); }`;
    }),
  );
  return `${faces.join('\n')}\n${STYLE}`;
}

const THAI = 'U+0E01-0E5B, U+200C-200D, U+25CC';
const LATIN = 'U+0000-00FF, U+2000-206F, U+20AC, U+2122';
const FACES = [
  { file: 'sarabun-thai-400-normal.woff2', weight: 400, range: THAI },
  { file: 'sarabun-thai-700-normal.woff2', weight: 700, range: THAI },
  { file: 'sarabun-latin-400-normal.woff2', weight: 400, range: LATIN },
  { file: 'sarabun-latin-700-normal.woff2', weight: 700, range: LATIN },
];

/** Text for the inside of an element or of an attribute in double quotes. */
export function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The address of a file of the archive, seen from a page that lies `depth` folders deep. */
export function linkTo(path: string, depth: number): string {
  return '../'.repeat(depth) + path.split('/').map(encodeURIComponent).join('/');
}

const STYLE = `
:root { color-scheme: light; --ink: #1c2530; --soft: #55606d; --line: #d5dbe2; --paper: #fff; --mark: #7a1f2b; --band: #f4f6f8; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--band); color: var(--ink); font: 16px/1.6 Sarabun, "TH Sarabun New", "Noto Sans Thai", "Loma", "Leelawadee UI", "Thonburi", sans-serif; }
main { max-width: 78rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header { border-bottom: 3px solid var(--mark); margin-bottom: 1.25rem; padding-bottom: .75rem; }
h1 { font-size: 1.6rem; line-height: 1.3; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.en { color: var(--soft); font-size: .875em; } .soft { color: var(--soft); }
p { margin: .5rem 0; max-width: 60rem; }
.paper { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
th { background: var(--band); font-weight: 600; white-space: nowrap; } tr:last-child > * { border-bottom: 0; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; } td.count { text-align: right; font-variant-numeric: tabular-nums; }
.book { font-size: .9rem; } .book td:nth-child(6) { min-width: 16rem; } .facts th { width: 14rem; background: none; color: var(--soft); font-weight: 400; }
.facts td { overflow-wrap: anywhere; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; }
.cancelled td { color: var(--soft); text-decoration: line-through; } .cancelled td.note { text-decoration: none; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace, Sarabun; font-size: .85em; overflow-wrap: anywhere; }
a { color: #0b4a8f; } nav a { margin-right: 1rem; } .pages a, .pages b { display: inline-block; padding: .1rem .5rem; }
@media print { body { background: none; } nav { display: none; } }
`;

/** A whole page, `depth` folders deep. `body` is HTML. */
export function page(title: string, body: string, depth: number): string {
  return `<!doctype html>
<html lang="th">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; font-src data:; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<link rel="stylesheet" href="${linkTo(STYLESHEET, depth)}">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Thai with its English, smaller, beside it. */
export function both(words: { th: string; en: string }): string {
  return words.en === '' ? html(words.th) : `${html(words.th)} <span class="en">${html(words.en)}</span>`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}
