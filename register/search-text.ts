/**
 * The folded copy of a letter that the search runs on: made when the letter was read (finish-reading.ts) and made anew when a fact is corrected (act/amend.ts).
 */
import type { Transaction } from './db/connect.ts';
import { storable } from './db/storable.ts';
import { searchKey } from './letter/fold.ts';

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

interface SearchSource {
  agencyId: number;
  register: string;
  year: number;
  number: number;
  subject: string;
  mailSubject: string | null;
  letterNumber: string;
  fromName: string;
  fromAddress: string;
  fromAgency: string;
  addressee: string;
  remark: string;
  body: string | null;
  documents: { text: string }[] | null;
  attachmentNames: string[];
}

/** Writes the folded copy of an entry from what the database holds of it. */
export async function refreshSearch(tx: Transaction, entryId: string): Promise<void> {
  const [row] = await tx<SearchSource[]>`
    SELECT e.agency_id AS "agencyId", e.register, e.year, e.number, e.subject, m.subject AS "mailSubject", e.letter_number AS "letterNumber", e.from_name AS "fromName",
           e.from_address AS "fromAddress", e.from_agency AS "fromAgency", e.addressee, e.remark, r.body_text AS body, r.documents,
           ARRAY(SELECT a.name FROM attachment a WHERE a.agency_id = e.agency_id AND a.message_id = e.message_id AND a.name <> '' ORDER BY a.path LIMIT 2000) AS "attachmentNames"
    FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
      LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
    WHERE e.id = ${entryId}`;
  if (row === undefined) return;
  const folded = searchText({
    subjects: [row.subject, row.mailSubject ?? ''],
    letterNumber: row.letterNumber,
    sender: [row.fromName, row.fromAddress, row.fromAgency],
    addressee: row.addressee,
    remark: row.remark,
    attachmentNames: row.attachmentNames,
    body: row.body ?? '',
    documents: (row.documents ?? []).map(document => document.text),
  });
  await tx`
    INSERT INTO entry_search (agency_id, entry_id, register, year, number, folded)
    VALUES (${row.agencyId}, ${entryId}, ${row.register}, ${row.year}, ${row.number}, ${folded})
    ON CONFLICT (agency_id, entry_id) DO UPDATE SET folded = excluded.folded`;
}
