// Text of DOCX (Office Open XML) and ODT (OpenDocument) files: paragraphs as lines, table cells on one line, headers before the text, since
// that is where letters carry their class. Walks the XML itself: no DTD, no external entity, no nesting limit to hit. Comes from
// document-text.ts and goes back there.

import type { DocumentText } from './document-text.ts';
import { type UnzipLimits, unzipSome } from './unzip.ts';
import { walkXml } from './xml-walk.ts';

const LIMITS: UnzipLimits = { maxEntries: 5000, maxEntryBytes: 32 * 1024 * 1024, maxTotalBytes: 48 * 1024 * 1024, maxRatio: 200 };
/** Old Word files and encrypted new ones are OLE containers. */
const OLE_MAGIC = [0xd0, 0xcf, 0x11, 0xe0];

type Kind = 'docx' | 'odt';

/** What an element means for the text around it. */
type Layout = {
  lineAfter: Set<string>;
  lineAt: Set<string>;
  tabAt: Set<string>;
  cell: Set<string>;
  skip: Set<string>;
  textOnlyIn: Set<string> | null;
};

const DOCX: Layout = {
  lineAfter: new Set(['w:p', 'w:tr']),
  lineAt: new Set(['w:br', 'w:cr']),
  tabAt: new Set(['w:tab', 'w:ptab']),
  cell: new Set(['w:tc']),
  // The fallback repeats a text box for old programs; deleted text is no longer the letter's.
  skip: new Set(['mc:Fallback', 'w:del', 'w:moveFrom', 'w:instrText', 'w:pPr', 'w:rPr', 'w:sectPr', 'w:tblPr']),
  textOnlyIn: new Set(['w:t']),
};
const ODT: Layout = {
  lineAfter: new Set(['text:p', 'text:h', 'table:table-row']),
  lineAt: new Set(['text:line-break']),
  tabAt: new Set(['text:tab']),
  cell: new Set(['table:table-cell']),
  skip: new Set(['text:tracked-changes', 'office:annotation', 'text:note-citation', 'text:sequence-decls', 'office:forms']),
  textOnlyIn: null,
};

/** Blanks in ODT: `<text:s text:c="8"/>`; bounded, since the count is the writer's. */
function blanks(attributes: string): string {
  return ' '.repeat(Math.min(Number(/text:c="(\d{1,4})"/.exec(attributes)?.[1] ?? 1), 100));
}

function textOf(xml: string, layout: Layout, onlyIn: string[] | null, maxCharacters: number): string {
  const pieces: string[] = [];
  let characters = 0;
  let skipping: { name: string; depth: number } | null = null;
  let cells = 0;
  let opened = onlyIn === null ? 1 : 0;
  let inText = layout.textOnlyIn === null ? 1 : 0;
  const write = (text: string): void => {
    pieces.push(text);
    characters += text.length;
  };
  walkXml(xml, {
    open: (name, attributes, empty) => {
      if (skipping !== null) {
        if (name === skipping.name && !empty) skipping.depth++;
        return;
      }
      if (layout.skip.has(name)) {
        if (!empty) skipping = { name, depth: 1 };
        return;
      }
      if (onlyIn?.includes(name) && !empty) opened++;
      if (opened === 0) return;
      if (layout.textOnlyIn?.has(name) && !empty) inText++;
      if (layout.cell.has(name) && !empty) cells++;
      if (layout.lineAt.has(name) || (empty && layout.lineAfter.has(name))) write(cells > 0 ? ' ' : '\n');
      if (layout.tabAt.has(name)) write('\t');
      if (name === 'text:s') write(blanks(attributes));
    },
    close: name => {
      if (skipping !== null) {
        if (name === skipping.name && --skipping.depth === 0) skipping = null;
        return;
      }
      if (opened === 0) return;
      if (layout.textOnlyIn?.has(name)) inText--;
      if (layout.cell.has(name)) {
        cells--;
        write('\t');
      } else if (layout.lineAfter.has(name)) write(cells > 0 ? ' ' : '\n');
      if (onlyIn?.includes(name)) opened--;
    },
    text: text => {
      // Line breaks and indents between ODT elements are the file's, not the text's (OpenDocument 1.3, 6.1.2).
      if (skipping === null && opened > 0 && inText > 0) write(layout.textOnlyIn === null ? text.replace(/[\t\r\n ]+/g, ' ') : text);
    },
    enough: () => characters > maxCharacters,
  });
  return pieces
    .join('')
    .replace(/[ \t]+\n/g, '\n')
    .trimEnd();
}

const HEADERS_OF_DOCX = /^word\/header\d*\.xml$/;
const WANTED: Record<Kind, (name: string) => boolean> = {
  docx: name => name === 'word/document.xml' || HEADERS_OF_DOCX.test(name) || /^word\/footer\d*\.xml$/.test(name),
  odt: name => name === 'content.xml' || name === 'styles.xml' || name === 'META-INF/manifest.xml',
};

function broken(detail: string): DocumentText {
  return { text: '', notes: [{ code: 'document-broken', detail }] };
}

/** Text of the headers, then the body, then the footers. A broken, encrypted or bomb-like file: an empty text and a note. Never throws. */
export function readOfficeText(bytes: Uint8Array, kind: Kind, maxCharacters: number): DocumentText {
  if (OLE_MAGIC.every((byte, index) => bytes[index] === byte)) {
    return {
      text: '',
      notes: [{ code: 'document-encrypted', detail: 'The file is encrypted, or an old binary document under a new name.' }],
    };
  }
  const zip = unzipSome(bytes, WANTED[kind], LIMITS);
  if (zip.outcome === 'too-large') {
    return {
      text: '',
      notes: [{ code: 'document-too-large', detail: `${zip.entry} unpacks to more than is allowed; the text was not read.` }],
    };
  }
  if (zip.outcome === 'broken') return broken(`The file is no readable ZIP: ${zip.reason}`);
  const decode = (name: string): string => new TextDecoder('utf-8').decode(zip.files.get(name) ?? new Uint8Array());
  if (kind === 'odt') {
    if (decode('META-INF/manifest.xml').includes('encryption-data')) {
      return { text: '', notes: [{ code: 'document-encrypted', detail: 'The document opens only with a password.' }] };
    }
    if (!zip.files.has('content.xml')) return broken('content.xml is missing.');
    const header = textOf(decode('styles.xml'), ODT, ['style:header', 'style:header-first'], maxCharacters);
    const body = textOf(decode('content.xml'), ODT, ['office:text'], maxCharacters);
    const footer = textOf(decode('styles.xml'), ODT, ['style:footer', 'style:footer-first'], maxCharacters);
    return { text: [header, body, footer].filter(text => text !== '').join('\n'), notes: [] };
  }
  if (!zip.files.has('word/document.xml')) return broken('word/document.xml is missing.');
  const headers = [...zip.files.keys()].filter(name => HEADERS_OF_DOCX.test(name)).sort();
  const footers = [...zip.files.keys()].filter(name => name.startsWith('word/footer')).sort();
  const texts = [...headers, 'word/document.xml', ...footers].map(name => textOf(decode(name), DOCX, null, maxCharacters));
  return { text: texts.filter(text => text !== '').join('\n'), notes: [] };
}
