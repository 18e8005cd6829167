/**
 * The folded copy of a letter that the search runs on: made when the letter was read (finish-reading.ts) and made anew when a fact is corrected (act/amend.ts).
 */
import type { Transaction } from './db/connect.ts';
import { storable } from './db/storable.ts';
import { searchKey } from './letter/fold.ts';
import { selectSearchSource, upsertSearch } from './search-queries.ts';

/** Bytes of the copy at most. A letter with a thousand pages of annexes is found by what stands at their beginning. */
const MOST_BYTES = 200_000;

export interface SearchParts {
  subjects: string[];
  letterNumber: string;
  sender: string[];
  addressee: string;
  remark: string;
  attachmentNames: string[];
  body: string;
  documents: string[];
}

/** Short parts first, so that the cut takes from the long ones. */
export function searchText(parts: SearchParts): string {
  const short = [
    ...new Set([...parts.subjects, parts.letterNumber, ...parts.sender, parts.addressee, parts.remark, ...parts.attachmentNames]),
  ];
  const all = [...short, parts.body, ...parts.documents]
    .filter(text => text !== '')
    .map(text => text.slice(0, MOST_BYTES))
    .join('\n');
  return cutBytes(storable(searchKey(all.slice(0, MOST_BYTES * 2)), MOST_BYTES), MOST_BYTES);
}

/** Cut between characters, not inside one. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString('utf8');
}

/** A LIKE pattern for a query, `%`, `_` and `\` taken literally; '%' (no filter) for one that is blank. */
export function searchPattern(query: string): string {
  const key = searchKey(storable(query, 1_000));
  return key === '' ? '%' : `%${key.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Writes the folded copy of an entry from what the database holds of it. */
export async function refreshSearch(tx: Transaction, entryId: string): Promise<void> {
  const row = await selectSearchSource(tx, entryId);
  if (row === null) return;
  const folded = searchText({
    subjects: [row.subject, row.mailSubject ?? ''],
    letterNumber: row.letterNumber,
    sender: [row.fromName, row.fromAddress, row.fromAgency],
    addressee: row.addressee,
    remark: row.remark,
    attachmentNames: row.attachmentNames,
    body: row.body ?? '',
    documents: [...(row.documents ?? []).map(document => document.text), ...(row.inner ?? []).flatMap(one => [one.subject, one.text])],
  });
  await upsertSearch(tx, entryId, row, folded);
}
