/**
 * Turns the private codes of register/print/thai-face.ts back into Thai in a finished PDF, so that its text is found, read aloud and copied as it was written: every glyph's
 * Unicode value stands in a ToUnicode map (ISO 32000-1, 9.10.3), and only these streams are written anew.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { MISSING, PRIVATE_AM, PRIVATE_AM_TAIL, PRIVATE_THAI } from './thai-face.ts';

const NIKHAHIT = 0x0e4d;
const NO_BREAK_SPACE = 0x00a0;

/** @param pdf - as typst writes it: one xref table, no object streams. @throws Error when it is built otherwise */
export function withThaiText(pdf: Buffer): Buffer {
  const text = pdf.toString('latin1');
  const table = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);
  const entries = readEntries(text, table);
  const trailer = text.slice(text.indexOf('trailer', table), text.lastIndexOf('startxref'));
  const maps = new Set([...text.matchAll(/\/ToUnicode (\d+) 0 R/g)].map(match => Number(match[1])));
  const byPlace = entries.filter(entry => entry.used).sort((a, b) => a.offset - b.offset);
  const parts: Buffer[] = [pdf.subarray(0, byPlace[0]?.offset ?? table)];
  let offset = parts[0]?.length ?? 0;
  for (const [index, entry] of byPlace.entries()) {
    const bytes = pdf.subarray(entry.offset, byPlace[index + 1]?.offset ?? table);
    const written = maps.has(entry.number) ? rewriteMap(bytes) : bytes;
    entry.offset = offset;
    parts.push(written);
    offset += written.length;
  }
  const rows = entries.map(({ offset, generation, used }) => `${pad(offset, 10)} ${pad(generation, 5)} ${used ? 'n' : 'f'}\r\n`);
  return Buffer.concat([
    ...parts,
    Buffer.from(`xref\n0 ${entries.length}\n${rows.join('')}${trailer}startxref\n${offset}\n%%EOF\n`, 'latin1'),
  ]);
}

interface Entry {
  number: number;
  offset: number;
  generation: number;
  used: boolean;
}

function readEntries(text: string, table: number): Entry[] {
  const head = /^xref\s+0 (\d+)\s+/.exec(text.slice(table, table + 60));
  if (head === null) throw new Error('The PDF has no plain table of objects.');
  const start = table + head[0].length;
  return Array.from({ length: Number(head[1]) }, (_, number) => {
    const line = text.slice(start + number * 20, start + number * 20 + 18);
    return { number, offset: Number(line.slice(0, 10)), generation: Number(line.slice(11, 16)), used: line[17] === 'n' };
  });
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

function rewriteMap(object: Buffer): Buffer {
  const text = object.toString('latin1');
  const start = text.indexOf('stream\n') + 'stream\n'.length;
  const end = text.lastIndexOf('\nendstream');
  const map = inflateSync(object.subarray(start, end)).toString('latin1');
  const stream = deflateSync(
    map.replace(/^(<[0-9A-F]{4}>) <([0-9A-F]+)>$/gm, (_, glyph: string, codes: string) => `${glyph} <${unfold(codes)}>`),
  );
  const head = text.slice(0, start).replace(/\/Length \d+/, `/Length ${stream.length}`);
  return Buffer.concat([Buffer.from(head, 'latin1'), stream, object.subarray(end)]);
}

/** The codes of one glyph, in Thai. The circle of a sara am stands before its tone mark on paper, and belongs to the sara aa after it in the text. */
function unfold(codes: string): string {
  const units = codes.match(/.{4}/g)?.map(unit => Number.parseInt(unit, 16)) ?? [];
  const thai = units.map(unit => {
    if (unit === PRIVATE_AM || unit === PRIVATE_AM_TAIL) return 0x0e33;
    if (unit === NO_BREAK_SPACE) return 0x20;
    return unit > PRIVATE_THAI && unit < PRIVATE_AM ? unit - PRIVATE_THAI + 0x0e00 : unit;
  });
  const plain = thai.length > 1 ? thai.filter(unit => unit !== NIKHAHIT) : thai;
  return plain.map(unit => unit.toString(16).toUpperCase().padStart(4, '0')).join('') || MISSING.toString(16).toUpperCase();
}
