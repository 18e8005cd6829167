/** A PDF as typst writes it, taken apart into its objects and put together again: one xref table, no object streams, generation 0 everywhere (ISO 32000-1, 7.5). */

export interface PdfObjects {
  /** What stands before the first object. */
  head: Buffer;
  /** By number, each from its 'n 0 obj' to where the next begins. */
  objects: Map<number, Buffer>;
  /** From 'trailer' to before 'startxref'. */
  trailer: string;
}

/** @throws Error when the file is built otherwise */
export function takeApart(pdf: Buffer): PdfObjects {
  const tail = pdf.toString('latin1', Math.max(0, pdf.length - 100));
  const table = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail)?.[1]);
  const text = pdf.toString('latin1', table);
  const head = /^xref\s+0 (\d+)\s+/.exec(text);
  if (head === null) throw new Error('The PDF has no plain table of objects.');
  const entries = Array.from({ length: Number(head[1]) }, (_, number) => {
    const line = text.slice(head[0].length + number * 20, head[0].length + number * 20 + 18);
    return { number, offset: Number(line.slice(0, 10)), used: line[17] === 'n' };
  });
  const byPlace = entries.filter(entry => entry.used).sort((a, b) => a.offset - b.offset);
  const objects = new Map<number, Buffer>();
  for (const [index, { number, offset }] of byPlace.entries())
    objects.set(number, pdf.subarray(offset, byPlace[index + 1]?.offset ?? table));
  return {
    head: pdf.subarray(0, byPlace[0]?.offset ?? table),
    objects,
    trailer: text.slice(text.indexOf('trailer'), text.lastIndexOf('startxref')),
  };
}

export function putTogether({ head, objects, trailer }: PdfObjects): Buffer {
  const size = Math.max(...objects.keys()) + 1;
  const offsets = new Map<number, number>();
  let offset = head.length;
  for (const [number, bytes] of objects) {
    offsets.set(number, offset);
    offset += bytes.length;
  }
  // Numbers that are not used are free entries, each of which names the next free one (7.5.4).
  const free = Array.from({ length: size }, (_, number) => number).filter(number => !offsets.has(number));
  const rows = Array.from({ length: size }, (_, number) => {
    const at = offsets.get(number);
    if (at !== undefined) return `${pad(at, 10)} 00000 n\r\n`;
    return `${pad(free[free.indexOf(number) + 1] ?? 0, 10)} ${number === 0 ? '65535' : '00001'} f\r\n`;
  });
  const end = `xref\n0 ${size}\n${rows.join('')}${trailer.replace(/\/Size \d+/, `/Size ${size}`)}startxref\n${offset}\n%%EOF\n`;
  return Buffer.concat([head, ...objects.values(), Buffer.from(end, 'latin1')]);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** The bytes of an object before its stream, or all of them. */
export function dictionaryOf(object: Buffer): string {
  const stream = object.indexOf('\nstream\n');
  return object.toString('latin1', 0, stream < 0 ? object.length : stream);
}
