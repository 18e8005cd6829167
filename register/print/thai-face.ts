/**
 * The Sarabun face as the press wants it. Typst gives a base letter the text of its whole cluster (ที่ would copy out as ทที่ or worse) and may break a line inside a Thai
 * word. So every Thai character gets a second code in the private use area, which shapes glyph by glyph with the same tables of the font, and which no line breaker touches:
 * register/print/thai-lines.ts writes texts in these codes, register/print/pdf-text.ts turns them back in the finished file. The face lives in memory alone.
 */
import { readFileSync } from 'node:fs';

/** The private code of a Thai character U+0E01..U+0E5B. */
export const PRIVATE_THAI = 0xe000;
/** Sara am without a tone mark: its own glyph, not taken apart. */
export const PRIVATE_AM = 0xe080;
/** The sara aa that ends a sara am with a tone mark: the circle goes under the tone mark, before it. */
export const PRIVATE_AM_TAIL = 0xe081;
/** What is shown for a character that the face has not. */
export const MISSING = 0x25a1;

const SARA_AA = 0x0e32;
const SARA_AM = 0x0e33;

export interface ThaiFace {
  font: Buffer;
  has(codePoint: number): boolean;
}

/** @param path - a TrueType font of the Sarabun family. @throws Error when the font is not built as expected */
export function readThaiFace(path: string): ThaiFace {
  const tables = readTables(readFileSync(path));
  const glyphs = readCharacterMap(table(tables, 'cmap'));
  const of = (codePoint: number): number => {
    const glyph = glyphs.get(codePoint);
    if (glyph === undefined) throw new Error(`The face has no U+${codePoint.toString(16)}: ${path}`);
    return glyph;
  };
  const first = table(tables, 'maxp').readUInt16BE(4);
  addCopies(tables, [of(SARA_AA), of(SARA_AM), 0]);
  for (let codePoint = 0x0e01; codePoint <= 0x0e5b; codePoint += 1) {
    const glyph = glyphs.get(codePoint);
    if (glyph !== undefined) glyphs.set(PRIVATE_THAI + codePoint - 0x0e00, glyph);
  }
  glyphs.set(PRIVATE_AM_TAIL, first);
  glyphs.set(PRIVATE_AM, first + 1);
  glyphs.set(MISSING, first + 2);
  tables.set('cmap', writeCharacterMap(glyphs));
  shapeAsThai(table(tables, 'GSUB'));
  // Names of glyphs: their number would not fit any more, and nothing needs them.
  const post = Buffer.from(table(tables, 'post').subarray(0, 32));
  post.writeUInt32BE(0x00030000, 0);
  tables.set('post', post);
  return { font: writeTables(tables), has: codePoint => glyphs.has(codePoint) };
}

type Tables = Map<string, Buffer>;

function readTables(font: Buffer): Tables {
  const tables: Tables = new Map();
  for (let index = 0; index < font.readUInt16BE(4); index += 1) {
    const at = 12 + index * 16;
    const offset = font.readUInt32BE(at + 8);
    tables.set(font.toString('latin1', at, at + 4), Buffer.from(font.subarray(offset, offset + font.readUInt32BE(at + 12))));
  }
  return tables;
}

function table(tables: Tables, name: string): Buffer {
  const found = tables.get(name);
  if (found === undefined) throw new Error(`The face has no table ${name}.`);
  return found;
}

function writeTables(tables: Tables): Buffer {
  const names = [...tables.keys()].sort();
  const head = Buffer.alloc(12 + names.length * 16);
  head.writeUInt32BE(0x00010000, 0);
  head.writeUInt16BE(names.length, 4);
  const parts: Buffer[] = [head];
  let offset = head.length;
  for (const [index, name] of names.entries()) {
    const bytes = table(tables, name);
    const at = 12 + index * 16;
    head.write(name, at, 'latin1');
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(bytes.length, at + 12);
    const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    parts.push(padded);
    offset += padded.length;
  }
  return Buffer.concat(parts);
}

/** OpenType cmap, format 4 of platform 3, encoding 1. */
function readCharacterMap(cmap: Buffer): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let index = 0; index < cmap.readUInt16BE(2); index += 1) {
    const at = 4 + index * 8;
    const start = cmap.readUInt32BE(at + 4);
    if (cmap.readUInt16BE(at) !== 3 || cmap.readUInt16BE(start) !== 4) continue;
    const segments = cmap.readUInt16BE(start + 6) / 2;
    const word = (row: number, segment: number) => start + 14 + row * segments * 2 + segment * 2 + (row > 0 ? 2 : 0);
    for (let segment = 0; segment < segments; segment += 1) {
      const [end, from] = [cmap.readUInt16BE(word(0, segment)), cmap.readUInt16BE(word(1, segment))];
      const [delta, range] = [cmap.readUInt16BE(word(2, segment)), cmap.readUInt16BE(word(3, segment))];
      for (let code = from; code <= end && code < 0xffff; code += 1) {
        const direct = range === 0 ? code : cmap.readUInt16BE(word(3, segment) + range + (code - from) * 2);
        const glyph = direct === 0 ? 0 : (direct + delta) & 0xffff;
        if (glyph !== 0) glyphs.set(code, glyph);
      }
    }
  }
  return glyphs;
}

/** OpenType cmap, format 12: one group a character. */
function writeCharacterMap(glyphs: Map<number, number>): Buffer {
  const codes = [...glyphs.keys()].sort((a, b) => a - b);
  const cmap = Buffer.alloc(12 + 16 + codes.length * 12);
  cmap.writeUInt16BE(1, 2);
  cmap.writeUInt16BE(3, 4);
  cmap.writeUInt16BE(10, 6);
  cmap.writeUInt32BE(12, 8);
  cmap.writeUInt16BE(12, 12);
  cmap.writeUInt32BE(16 + codes.length * 12, 16);
  cmap.writeUInt32BE(codes.length, 24);
  for (const [index, code] of codes.entries()) {
    const at = 28 + index * 12;
    cmap.writeUInt32BE(code, at);
    cmap.writeUInt32BE(code, at + 4);
    cmap.writeUInt32BE(glyphs.get(code) ?? 0, at + 8);
  }
  return cmap;
}

/** Copies of glyphs at the end of the face. A copy has a number of its own, so it can carry another text, and no rule of the face takes it apart. */
function addCopies(tables: Tables, copied: number[]): void {
  const [maxp, hhea, head] = [table(tables, 'maxp'), table(tables, 'hhea'), table(tables, 'head')];
  const [glyf, loca, hmtx] = [table(tables, 'glyf'), table(tables, 'loca'), table(tables, 'hmtx')];
  const count = maxp.readUInt16BE(4);
  const long = head.readInt16BE(50) === 1;
  const offsets = Array.from({ length: count + 1 }, (_, index) => (long ? loca.readUInt32BE(index * 4) : loca.readUInt16BE(index * 2) * 2));
  const outlines: Buffer[] = [glyf.subarray(0, offsets[count])];
  for (const glyph of copied) {
    const bytes = glyf.subarray(offsets[glyph], offsets[glyph + 1]);
    const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    outlines.push(padded);
    offsets.push((offsets.at(-1) ?? 0) + padded.length);
  }
  const metrics = hhea.readUInt16BE(34);
  const advance = (glyph: number) => hmtx.readUInt16BE(Math.min(glyph, metrics - 1) * 4);
  const bearing = (glyph: number) =>
    glyph < metrics ? hmtx.readInt16BE(glyph * 4 + 2) : hmtx.readInt16BE(metrics * 4 + (glyph - metrics) * 2);
  const all = [...Array(count).keys(), ...copied];
  const widths = Buffer.alloc(all.length * 4);
  for (const [index, glyph] of all.entries()) {
    widths.writeUInt16BE(advance(glyph), index * 4);
    widths.writeInt16BE(bearing(glyph), index * 4 + 2);
  }
  const places = Buffer.alloc(offsets.length * 4);
  for (const [index, offset] of offsets.entries()) places.writeUInt32BE(offset, index * 4);
  maxp.writeUInt16BE(all.length, 4);
  hhea.writeUInt16BE(all.length, 34);
  head.writeInt16BE(1, 50);
  tables.set('glyf', Buffer.concat(outlines)).set('loca', places).set('hmtx', widths);
}

/** Private codes belong to no script, and are shaped by the rules for all others: these become the Thai rules. */
function shapeAsThai(gsub: Buffer): void {
  const list = gsub.readUInt16BE(4);
  const scripts = new Map<string, number>();
  for (let index = 0; index < gsub.readUInt16BE(list); index += 1) {
    const at = list + 2 + index * 6;
    scripts.set(gsub.toString('latin1', at, at + 4), at + 4);
  }
  const [thai, others] = [scripts.get('thai'), scripts.get('DFLT')];
  if (thai === undefined || others === undefined) throw new Error('The face has no rules for Thai.');
  gsub.writeUInt16BE(gsub.readUInt16BE(thai), others);
}
