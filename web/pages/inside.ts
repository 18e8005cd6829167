/** What lies inside a file of a letter: the list of an archive, and a letter in the letter. web/pages/parts.ts puts it on the file's tab. */
import type { AttachmentRow, InnerRow } from '../../register/look/entry-row.ts';
import type { Format } from '../format.ts';
import type { Visit } from '../visit.ts';

export interface ListingShown {
  warnings: string[];
  note: string;
  files: { name: string; size: string; packed: string; marks: string[] }[];
}

export interface LetterShown {
  facts: { label: string; value: string }[];
  files: { name: string; facts: string; href: string }[];
  note: string;
}

export function listingShown(visit: Visit, format: Format, listing: NonNullable<AttachmentRow['listing']>): ListingShown {
  const words = visit.text.inside;
  const any = (test: (file: (typeof listing.files)[number]) => boolean, sentence: string) => (listing.files.some(test) ? [sentence] : []);
  return {
    warnings: [
      ...any(file => file.encrypted, words.encrypted),
      ...any(file => file.escapes, words.escapes),
      ...any(file => file.doubtful, words.doubtful),
      ...(listing.state === 'broken' ? [words.broken] : []),
    ],
    note: listing.more > 0 ? words.more(format.number(listing.more)) : listing.files.length === 0 ? words.nothing : '',
    files: listing.files.map(file => ({
      name: file.name,
      size: file.folder ? '' : format.size(file.size),
      packed: file.folder ? '' : format.size(file.packed),
      marks: [
        ...(file.encrypted ? [words.password] : []),
        ...(file.escapes ? [words.leaves] : []),
        ...(file.doubtful ? [words.untrue] : []),
        ...(file.nameGuessed ? [words.guessed] : []),
      ],
    })),
  };
}

/** The message whose file this is; its files are those between it and the next message inside it. */
export function letterShown(
  visit: Visit,
  format: Format,
  letter: InnerRow,
  files: { path: string; name: string; size: number; href: string }[],
  letters: InnerRow[],
): LetterShown {
  const words = visit.text.inside;
  const inside = (path: string, outer: string) => path.startsWith(`${outer}.`);
  const deeper = letters.filter(one => inside(one.path, letter.path));
  const own = files.filter(file => inside(file.path, letter.path) && !deeper.some(one => inside(file.path, one.path)));
  const when = letter.date === null ? null : new Date(letter.date);
  const fact = (label: string, value: string) => (value === '' ? [] : [{ label, value }]);
  return {
    facts: [
      ...fact(words.from, letter.from === null ? words.unknown : person(letter.from)),
      ...fact(words.to, letter.to.map(person).join(', ')),
      ...fact(
        words.date,
        when === null ? words.unknown : `${format.longDate(when)} ${format.time(when)}${visit.language === 'th' ? ' น.' : ''}`,
      ),
      ...fact(words.subject, letter.subject || words.none),
    ],
    files: own.map(file => ({ name: file.name, facts: format.size(file.size), href: file.href })),
    note: words.unproven,
  };
}

function person({ name, address }: { name: string; address: string }): string {
  return name === '' ? address : address === '' ? name : `${name} <${address}>`;
}
