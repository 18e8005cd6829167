/** SQL of finish-reading.ts: what a message is before reading, and what reading gave. */
import type { JsonValue, Transaction } from './db/connect.ts';
import type { EntryState, Facts, RegisterName } from './look/entry-row.ts';

export interface MessageToRead {
  id: string;
  sha256: string;
  disposition: 'entered' | 'notice' | 'held' | 'duplicate';
  reading: 'waiting' | 'done' | 'failed';
  entryId: string | null;
  secrecy: Facts['secrecy'];
  receivedAt: Date;
}

/** What is read goes to the entry where the letter stands now: act/move-to-classified.ts may have moved it. */
export async function selectMessageToRead(tx: Transaction, messageId: string): Promise<MessageToRead | null> {
  const [row] = await tx<MessageToRead[]>`
    SELECT m.id, encode(m.sha256, 'hex') AS sha256, m.disposition, m.reading, coalesce(n.id, m.entry_id) AS "entryId", m.secrecy, m.received_at AS "receivedAt"
    FROM message m LEFT JOIN entry n ON n.agency_id = m.agency_id AND n.moved_from = m.entry_id WHERE m.id = ${messageId}`;
  return row ?? null;
}

export interface EntryToFill extends Facts {
  id: string;
  register: RegisterName;
  state: EntryState;
  guesses: Record<string, unknown>;
  /** Facts that an officer wrote or confirmed. */
  settled: string[];
}

/** Locks the entry: the first lock, as in every act. */
export async function lockEntryToFill(tx: Transaction, entryId: string): Promise<EntryToFill | null> {
  const [locked] = await tx`SELECT id FROM entry WHERE id = ${entryId} FOR UPDATE`;
  if (locked === undefined) return null;
  const [row] = await tx<EntryToFill[]>`
    SELECT e.id, e.register, e.state, e.subject, e.addressee, e.from_agency AS "fromAgency", e.letter_number AS "letterNumber", e.letter_date AS "letterDate", e.urgency,
           e.secrecy, e.circular, e.kind, e.due_on AS "dueOn", e.remark, e.guesses,
           ARRAY(SELECT DISTINCT json_array_elements_text(a.detail->'facts') FROM act a
                 WHERE a.agency_id = e.agency_id AND a.entry_id IN (e.id, e.moved_from) AND a.kind IN ('amended', 'facts-confirmed')) AS settled
    FROM entry e WHERE e.id = ${entryId}`;
  return row ?? null;
}

/** Locks the message after the entry. */
export async function lockMessageToRead(tx: Transaction, messageId: string): Promise<MessageToRead | null> {
  await tx`SELECT id FROM message WHERE id = ${messageId} FOR UPDATE`;
  return await selectMessageToRead(tx, messageId);
}

export interface AttachmentToInsert {
  id: string;
  path: string;
  role: string;
  name: string;
  name_guessed: boolean;
  content_type: string;
  charset: string | null;
  content_id: string | null;
  size: number;
  sha256: string;
  origin: string;
  notes: JsonValue;
  /** What an archive holds (register/letter/documents/zip-listing.ts); null for what is none. */
  listing: JsonValue | null;
}

/** Puts the parts of a message in place of those of an earlier reading. Their ids come from message and path, so that links stay good. */
export async function replaceAttachments(tx: Transaction, agencyId: number, messageId: string, rows: AttachmentToInsert[]): Promise<void> {
  const given = tx.json(rows as unknown as JsonValue);
  await tx`
    INSERT INTO blob (agency_id, sha256, size)
    SELECT DISTINCT ON (r.sha256) ${agencyId}::integer, decode(r.sha256, 'hex'), r.size FROM jsonb_to_recordset(${given}) AS r(sha256 text, size bigint) ON CONFLICT DO NOTHING`;
  await tx`DELETE FROM attachment WHERE message_id = ${messageId}`;
  await tx`
    INSERT INTO attachment (agency_id, id, message_id, path, role, name, name_guessed, content_type, charset, content_id, size, sha256, origin, notes, listing)
    SELECT ${agencyId}, r.id, ${messageId}, r.path, r.role, r.name, r.name_guessed, r.content_type, r.charset, r.content_id, r.size, decode(r.sha256, 'hex'), r.origin, r.notes, nullif(r.listing, 'null')
    FROM jsonb_to_recordset(${given}) AS r(id uuid, path text, role text, name text, name_guessed boolean, content_type text, charset text, content_id text, size bigint,
                                           sha256 text, origin text, notes jsonb, listing jsonb)`;
}

export interface ReadingToUpsert {
  agencyId: number;
  messageId: string;
  bodyText: string;
  bodyHtml: string | null;
  documents: JsonValue;
  innerMessages: JsonValue;
  seals: JsonValue;
  facts: JsonValue;
  readAt: Date;
}

export async function upsertReading(tx: Transaction, row: ReadingToUpsert): Promise<void> {
  await tx`
    INSERT INTO reading (agency_id, message_id, body_text, body_html, documents, inner_messages, seals, facts, read_at)
    VALUES (${row.agencyId}, ${row.messageId}, ${row.bodyText}, ${row.bodyHtml}, ${tx.json(row.documents)}, ${tx.json(row.innerMessages)}, ${tx.json(row.seals)}, ${tx.json(row.facts)}, ${row.readAt})
    ON CONFLICT (agency_id, message_id) DO UPDATE
      SET body_text = excluded.body_text, body_html = excluded.body_html, documents = excluded.documents, inner_messages = excluded.inner_messages, seals = excluded.seals, facts = excluded.facts, read_at = excluded.read_at`;
}

export async function updateMessageRead(
  tx: Transaction,
  messageId: string,
  change: { reading: 'done' | 'failed'; notes: JsonValue; secrecy: string; alert: boolean },
): Promise<void> {
  await tx`
    UPDATE message SET reading = ${change.reading}, reading_notes = ${tx.json(change.notes)}, secrecy = ${change.secrecy}, attention = attention OR ${change.alert}
    WHERE id = ${messageId}`;
}

export async function updateAttachmentFigures(tx: Transaction, entryId: string, count: number, bytes: number): Promise<void> {
  await tx`
    UPDATE entry SET attachment_count = ${count}, attachment_bytes = ${bytes}
    WHERE id = ${entryId} AND (attachment_count, attachment_bytes) IS DISTINCT FROM (${count}::integer, ${bytes}::bigint)`;
}
