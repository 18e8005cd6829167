/**
 * Turns the private codes of register/print/thai-face.ts back into Thai in a finished PDF, so that its text is found, read aloud and copied as it was written: every glyph's
 * Unicode value stands in a ToUnicode map (ISO 32000-1, 9.10.3), and only these streams are written anew.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { dictionaryOf, type PdfObjects } from './pdf-objects.ts';
import { MISSING, PRIVATE_AM, PRIVATE_AM_TAIL, PRIVATE_THAI } from './thai-face.ts';

const NIKHAHIT = 0x0e4d;
const NO_BREAK_SPACE = 0x00a0;

export function withThaiText(pdf: PdfObjects): PdfObjects {
  const maps = new Set<number>();
  for (const object of pdf.objects.values())
    for (const match of dictionaryOf(object).matchAll(/\/ToUnicode (\d+) 0 R/g)) maps.add(Number(match[1]));
  const objects = new Map([...pdf.objects].map(([number, bytes]) => [number, maps.has(number) ? rewriteMap(bytes) : bytes] as const));
  return { ...pdf, objects };
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
