/**
 * Files of one form, printed part by part, as one file. A form of ten thousand rows takes the compiler a gigabyte in one piece; in parts it takes what the largest part takes.
 * The first part's properties are those of the whole; the others give their pages, with the fonts and pictures these name.
 */
import { dictionaryOf, type PdfObjects } from './pdf-objects.ts';

/** @param parts - at least one; of the same form */
export function joined(parts: PdfObjects[]): PdfObjects {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('no parts');
  const objects = new Map(first.objects);
  const root = pagesOf(first);
  const pages = [...root.pages];
  let after = Math.max(...objects.keys());
  for (const part of others) {
    const { number: own, pages: kids } = pagesOf(part);
    const move = (text: string) =>
      text
        .replace(/(?<![\d.])(\d+) 0 (R|obj)\b/g, (_, number: string, word: string) => `${Number(number) + after} 0 ${word}`)
        .replace(`/Parent ${own + after} 0 R`, `/Parent ${root.number} 0 R`);
    for (const [number, bytes] of part.objects) {
      const dictionary = dictionaryOf(bytes);
      if (number === own || /\/Type \/(Catalog|Metadata)\b/.test(dictionary) || part.trailer.includes(`/Info ${number} 0 R`)) continue;
      // What follows the dictionary is the stream's bytes, in which nothing is a reference.
      const rest = bytes.subarray(dictionary.length);
      objects.set(number + after, Buffer.concat([Buffer.from(move(dictionary), 'latin1'), rest]));
    }
    pages.push(...kids.map(kid => kid + after));
    after += Math.max(...part.objects.keys());
  }
  const kids = pages.map(page => `${page} 0 R`).join(' ');
  objects.set(
    root.number,
    Buffer.from(`${root.number} 0 obj\n<<\n  /Type /Pages\n  /Count ${pages.length}\n  /Kids [${kids}]\n>>\nendobj\n\n`, 'latin1'),
  );
  for (const [number, bytes] of objects)
    if (/\/Type \/Metadata\b/.test(dictionaryOf(bytes))) objects.set(number, withPageCount(bytes, pages.length));
  return { ...first, objects };
}

function pagesOf(pdf: PdfObjects): { number: number; pages: number[] } {
  for (const [number, bytes] of pdf.objects) {
    const dictionary = dictionaryOf(bytes);
    if (!/\/Type \/Pages\b/.test(dictionary)) continue;
    const kids = /\/Kids \[([^\]]*)\]/.exec(dictionary)?.[1] ?? '';
    return { number, pages: [...kids.matchAll(/(\d+) 0 R/g)].map(match => Number(match[1])) };
  }
  throw new Error('The PDF has no pages.');
}

/** The properties say how many pages there are; the stream is not compressed (PDF/A), so its length changes with them. */
function withPageCount(metadata: Buffer, count: number): Buffer {
  const text = metadata.toString('latin1').replace(/(<xmpTPg:NPages>)\d+/, `$1${count}`);
  const start = text.indexOf('stream\n') + 'stream\n'.length;
  const length = text.lastIndexOf('\nendstream') - start;
  return Buffer.from(text.replace(/\/Length \d+/, `/Length ${length}`), 'latin1');
}
