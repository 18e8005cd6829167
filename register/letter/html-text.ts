/** The words of an HTML mail, for the search and for a plain view. It reads, it does not clean: what is shown as HTML is sanitised by the web. */
import { decodeEntities } from './html-entities.ts';

const SKIPPED = new Set(['script', 'style', 'title', 'head', 'noscript', 'template', 'svg', 'object', 'applet']);
/** Elements whose text is raw: no tag is read in them but their own end. */
const RAW = new Set(['script', 'style', 'title', 'textarea', 'xmp']);
const BREAKS = new Set([
  'br',
  'hr',
  'tr',
  'li',
  'dt',
  'dd',
  'option',
  'div',
  'address',
  'article',
  'aside',
  'section',
  'header',
  'footer',
  'nav',
  'main',
  'figure',
  'form',
  'fieldset',
  'caption',
  'center',
]);
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre']);

/**
 * Text out of HTML.
 * @param html decoded HTML, however broken
 * @returns its text with LF line ends, blank lines between paragraphs, '- ' before list items. Linear, never throws.
 */
export function htmlText(html: string): string {
  const writer = new Writer();
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) {
      writer.text(html.slice(at));
      break;
    }
    if (open > at) writer.text(html.slice(at, open));
    at = readMarkup(html, open, writer);
  }
  return writer.done();
}

/** Reads what starts with '<' and answers where it ends. */
function readMarkup(html: string, open: number, writer: Writer): number {
  const next = html[open + 1];
  if (next === '!' || next === '?') {
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4);
      return end < 0 ? html.length : end + 3;
    }
    const end = html.indexOf('>', open);
    return end < 0 ? html.length : end + 1;
  }
  const closing = next === '/';
  const name = /^[a-zA-Z][a-zA-Z0-9:-]{0,30}/.exec(html.slice(open + (closing ? 2 : 1), open + 40))?.[0].toLowerCase();
  if (name === undefined) {
    writer.text('<');
    return open + 1;
  }
  const end = tagEnd(html, open);
  if (closing) writer.close(name);
  else {
    writer.open(name, name === 'img' ? altText(html.slice(open, Math.min(end, open + 4000))) : '');
    if (RAW.has(name)) return rawEnd(html, end, name, writer);
  }
  return end;
}

/** The end of a tag: a '>' outside quotes; when quotes never close, the first '>' there is. */
function tagEnd(html: string, open: number): number {
  let quote = '';
  const limit = Math.min(html.length, open + 100_000);
  for (let at = open; at < limit; at++) {
    const char = html[at]!;
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if ((char === '"' || char === "'") && /[=\s]/.test(html[at - 1] ?? '')) quote = char;
    else if (char === '>') return at + 1;
  }
  const end = html.indexOf('>', open);
  return end < 0 ? html.length : end + 1;
}

function rawEnd(html: string, from: number, name: string, writer: Writer): number {
  const found = new RegExp(`</${name}\\b`, 'gi');
  found.lastIndex = from;
  const end = found.exec(html)?.index ?? html.length;
  if (!SKIPPED.has(name)) writer.text(html.slice(from, end));
  return end;
}

function altText(tag: string): string {
  const alt = /\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  return decodeEntities(alt?.[1] ?? alt?.[2] ?? '').trim();
}

class Writer {
  /** In pieces, with the last two characters apart: asking a growing string for its end copies all of it, every time. */
  private readonly pieces: string[] = [];
  private tail = '';
  private skipping = '';
  private skipDepth = 0;
  private preformatted = 0;
  private space = false;

  private add(text: string): void {
    if (text === '') return;
    this.pieces.push(text);
    this.tail = (this.tail + text.slice(-2)).slice(-2);
  }

  text(raw: string): void {
    if (this.skipping !== '') return;
    const text = decodeEntities(raw);
    if (this.preformatted > 0) {
      this.add(text.replace(/\r\n?/g, '\n'));
      return;
    }
    const words = text.replace(/[ \t\r\n\f]+/g, ' ');
    if (words === '') return;
    const body = words.trimStart() === words || words[0] !== ' ' ? words : words.slice(1);
    if (words[0] === ' ') this.space = true;
    if (body === '') return;
    if (this.space && this.tail !== '' && !this.tail.endsWith('\n') && !this.tail.endsWith(' ')) this.add(' ');
    this.space = body.endsWith(' ');
    this.add(this.space ? body.slice(0, -1) : body);
  }

  open(name: string, alt: string): void {
    if (this.skipping !== '') {
      if (name === this.skipping) this.skipDepth++;
      // A <body> ends a <head> that was never closed.
      if (!(name === 'body' && this.skipping === 'head')) return;
      this.skipping = '';
    }
    if (SKIPPED.has(name)) {
      this.skipping = name;
      this.skipDepth = 1;
      return;
    }
    if (name === 'br') this.newLine();
    else this.breakFor(name);
    if (name === 'li') this.add('- ');
    if (name === 'pre') this.preformatted++;
    if (name === 'hr') this.add('----\n');
    if (name === 'td' || name === 'th') this.cell();
    if (alt !== '') this.text(` ${alt} `);
  }

  close(name: string): void {
    if (this.skipping !== '') {
      if (name === this.skipping && --this.skipDepth === 0) this.skipping = '';
      return;
    }
    if (name === 'pre' && this.preformatted > 0) this.preformatted--;
    if (name !== 'br') this.breakFor(name);
  }

  private breakFor(name: string): void {
    if (PARAGRAPHS.has(name)) {
      this.freshLine();
      if (this.tail !== '' && this.tail !== '\n\n') this.add('\n');
    } else if (BREAKS.has(name)) {
      this.freshLine();
    }
  }

  private cell(): void {
    if (this.tail !== '' && !this.tail.endsWith('\n') && !this.tail.endsWith('\t')) this.add('\t');
    this.space = false;
  }

  private newLine(): void {
    this.add('\n');
    this.space = false;
  }

  private freshLine(): void {
    if (this.tail !== '' && !this.tail.endsWith('\n')) this.newLine();
    this.space = false;
  }

  done(): string {
    // Line by line: a pattern for "blanks before a line end" takes square time over a run of blanks.
    const lines = this.pieces.join('').split('\n');
    const text = lines.map(line => line.trimEnd()).join('\n');
    return text
      .replace(/\n{3,}/g, '\n\n')
      .replace(/^\n+/, '')
      .trimEnd();
  }
}
