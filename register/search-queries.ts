/** SQL of the folded copy: what it is made of, and where it lies. */
import type { Transaction } from './db/connect.ts';

export interface SearchSource {
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
  inner: { subject: string; text: string }[] | null;
  attachmentNames: string[];
}

export async function selectSearchSource(tx: Transaction, entryId: string): Promise<SearchSource | null> {
  const [row] = await tx<SearchSource[]>`
    SELECT e.agency_id AS "agencyId", e.register, e.year, e.number, e.subject, m.subject AS "mailSubject", e.letter_number AS "letterNumber", e.from_name AS "fromName",
           e.from_address AS "fromAddress", e.from_agency AS "fromAgency", e.addressee, e.remark, r.body_text AS body, r.documents, r.inner_messages AS inner,
           ARRAY(SELECT a.name FROM attachment a WHERE a.agency_id = e.agency_id AND a.message_id = e.message_id AND a.name <> '' ORDER BY a.path LIMIT 2000) AS "attachmentNames"
    FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
      LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
    WHERE e.id = ${entryId}`;
  return row ?? null;
}

export async function upsertSearch(tx: Transaction, entryId: string, row: SearchSource, folded: string): Promise<void> {
  await tx`
    INSERT INTO entry_search (agency_id, entry_id, register, year, number, folded)
    VALUES (${row.agencyId}, ${entryId}, ${row.register}, ${row.year}, ${row.number}, ${folded})
    ON CONFLICT (agency_id, entry_id) DO UPDATE SET folded = excluded.folded`;
}
