/** The rich text that Outlook puts into winmail.dat: uncompressed ([MS-OXRTFCP]) and turned into plain text for the search. */
import { decodeBytes } from './charset.ts';

const COMPRESSED = 0x75465a4c;
const UNCOMPRESSED = 0x414c454d;
/** What both sides have in the window before the first byte. */
const PRELOADED =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const WINDOW = 4096;
/** A reference of two bytes makes 17 at most, so the output is bounded by the input; this bounds it once more. */
const MAX_RTF = 32 * 1024 * 1024;

/** Uncompresses PidTagRtfCompressed; null when it is none or broken at its head. Never throws. */
export function decompressRtf(bytes: Buffer): Buffer | null {
  if (bytes.length < 16) return null;
  const kind = bytes.readUInt32LE(8);
  const size = Math.min(bytes.readUInt32LE(4), MAX_RTF);
  if (kind === UNCOMPRESSED) return Buffer.from(bytes.subarray(16, 16 + size));
  if (kind !== COMPRESSED) return null;
  const window = Buffer.alloc(WINDOW);
  let write = window.write(PRELOADED, 'latin1');
  const out = Buffer.alloc(Math.min(size, bytes.length * 17));
  let length = 0;
  let at = 16;
  const put = (byte: number) => {
    window[write] = byte;
    write = (write + 1) % WINDOW;
    if (length < out.length) out[length++] = byte;
  };
  while (at < bytes.length && length < out.length) {
    const flags = bytes[at++]!;
    for (let bit = 0; bit < 8 && at < bytes.length; bit++) {
      if ((flags & (1 << bit)) === 0) {
        put(bytes[at++]!);
        continue;
      }
      if (at + 2 > bytes.length) return out.subarray(0, length);
      const reference = bytes.readUInt16BE(at);
      at += 2;
      const offset = reference >> 4;
      if (offset === write) return out.subarray(0, length);
      for (let copied = 0; copied < (reference & 15) + 2; copied++) put(window[(offset + copied) % WINDOW]!);
    }
  }
  return out.subarray(0, length);
}

/** Groups whose text is not the document's. */
const HIDDEN = new Set([
  'fonttbl',
  'colortbl',
  'stylesheet',
  'info',
  'pict',
  'object',
  'header',
  'footer',
  'themedata',
  'datastore',
  'generator',
  'listtable',
  'listoverridetable',
  'rsidtbl',
]);

/**
 * Text out of RTF.
 * @param rtf the document's bytes
 * @param fallback charset when it names no code page
 */
export function rtfText(rtf: Buffer, fallback: string): string {
  const source = rtf.toString('latin1');
  const page = /\\ansicpg(\d{3,5})/.exec(source.slice(0, 2000))?.[1];
  const charset = page === undefined || page === '0' ? fallback : page === '65001' ? 'utf-8' : `windows-${page}`;
  let out = '';
  let pending = '';
  const hidden: boolean[] = [false];
  let unicodeSkip = 0;
  const flush = () => {
    if (pending !== '') out += decodeBytes(Buffer.from(pending, 'latin1'), charset, { fallback, context: 'text' }).text;
    pending = '';
  };
  const token = /\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\s\S]/g;
  for (const match of source.matchAll(token)) {
    const [, word, argument, hex, symbol, brace, plain] = match;
    const quiet = hidden.at(-1) === true;
    if (brace === '{') hidden.push(quiet);
    else if (brace === '}') {
      if (hidden.length > 1) hidden.pop();
    } else if (symbol === '*') hidden[hidden.length - 1] = true;
    else if (word !== undefined && HIDDEN.has(word)) hidden[hidden.length - 1] = true;
    else if (quiet) continue;
    else if (hex !== undefined) {
      if (unicodeSkip > 0) unicodeSkip--;
      else pending += String.fromCharCode(Number.parseInt(hex, 16));
    } else if (plain !== undefined) {
      pending += plain.slice(Math.min(unicodeSkip, plain.length));
      unicodeSkip = 0;
    } else if (symbol !== undefined) pending += symbol === '~' ? ' ' : /[\\{}]/.test(symbol) ? symbol : '';
    else if (word === 'u' && argument !== undefined) {
      flush();
      out += String.fromCharCode(Number(argument) & 0xffff);
      unicodeSkip = 1;
    } else if (word === 'par' || word === 'line' || word === 'row') pending += '\n';
    else if (word === 'tab' || word === 'cell') pending += '\t';
  }
  flush();
  return out.replaceAll('\0', '').trim();
}
