/** SQL of one letter: everything the register knows of it. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import { entryColumns, entryJoins, type FlatEntryRow } from './entry-queries.ts';
import type { AttachmentRow, EntryDetail, EntryMessage, RegisterName } from './entry-row.ts';
import { visible } from './visible.ts';

export interface FlatDetail extends FlatEntryRow {
  addressee: string;
  kind: string;
  remark: string;
  answered: boolean;
  guesses: EntryDetail['guesses'];
  facts: Record<string, unknown>;
  envelopeFrom: string;
  messageId: string | null;
  messageSha256: string;
  size: number;
  envelopeTo: string[];
  peer: EntryMessage['peer'];
  readingNotes: EntryMessage['readingNotes'];
  intakeNotes: EntryMessage['intakeNotes'];
  headerMessageId: string | null;
  text: string;
  html: string | null;
  documents: { path: string; text: string }[];
  inner: EntryDetail['inner'];
  seals: EntryDetail['seals'];
  ackRecipient: string;
  ackMailId: string | null;
  ackDecidedAt: Date | null;
  mailState: string | null;
  mailReply: string | null;
  hash: string;
  previousHash: string;
  publicCode: string;
  agency: EntryDetail['agency'];
}

/** The entry by its id, or by its number. */
export async function selectDetail(
  tx: Transaction,
  officer: Officer,
  which: { id: string } | { register: RegisterName; year: number; number: number },
): Promise<FlatDetail | null> {
  const wanted =
    'id' in which ? tx`e.id = ${which.id}` : tx`e.register = ${which.register} AND e.year = ${which.year} AND e.number = ${which.number}`;
  const [row] = await tx<FlatDetail[]>`
    SELECT ${entryColumns(tx)}, e.addressee, e.kind, e.remark, e.answered, e.guesses, coalesce(r.facts, '{}') AS facts, e.envelope_from AS "envelopeFrom",
           m.id AS "messageId", encode(m.sha256, 'hex') AS "messageSha256", m.size, m.envelope_to AS "envelopeTo", m.peer, m.reading_notes AS "readingNotes",
           m.intake_notes AS "intakeNotes", m.header_message_id AS "headerMessageId", coalesce(r.body_text, '') AS text, r.body_html AS html,
           coalesce(r.documents, '[]') AS documents, coalesce(r.inner_messages, '[]') AS inner, coalesce(r.seals, '[]') AS seals, coalesce(k.recipient, '') AS "ackRecipient", k.mail_id AS "ackMailId", k.decided_at AS "ackDecidedAt",
           s.state AS "mailState", s.reply AS "mailReply", encode(e.hash, 'hex') AS hash, encode(e.previous_hash, 'hex') AS "previousHash", e.public_code AS "publicCode",
           jsonb_build_object('id', g.id, 'code', g.code, 'nameTh', g.name_th, 'nameEn', g.name_en, 'phone', g.phone, 'timeZone', g.time_zone, 'calendar', g.calendar,
                              'numerals', g.numerals) AS agency
    FROM entry e ${entryJoins(tx, officer)}
      JOIN agency g ON g.id = e.agency_id
      LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
      LEFT JOIN mail s ON s.agency_id = e.agency_id AND s.id = k.mail_id
    WHERE ${wanted} AND ${visible(tx, officer)}`;
  return row ?? null;
}

/** In the order of the MIME tree: part 10 after part 9. */
export async function selectAttachments(tx: Transaction, messageId: string, attachmentId: string | null): Promise<AttachmentRow[]> {
  const rows = await tx<AttachmentRow[]>`
    SELECT id, path, role, name, name_guessed AS "nameGuessed", content_type AS "contentType", charset, content_id AS "contentId", size, encode(sha256, 'hex') AS sha256,
           origin, notes, listing
    FROM attachment WHERE message_id = ${messageId} ${attachmentId === null ? tx`` : tx`AND id = ${attachmentId}`}`;
  return [...rows].sort((a, b) => IN_TREE.compare(a.path, b.path));
}

const IN_TREE = new Intl.Collator('en', { numeric: true });

/** Ids of the visible entries with the next lower and the next higher number. */
export async function selectNeighbours(
  tx: Transaction,
  officer: Officer,
  entry: { register: string; year: number; number: number },
): Promise<EntryDetail['neighbours']> {
  const [row] = await tx<EntryDetail['neighbours'][]>`
    SELECT
      (SELECT e.id FROM entry e WHERE ${visible(tx, officer)} AND e.register = ${entry.register} AND e.year = ${entry.year} AND e.number < ${entry.number} ORDER BY e.number DESC LIMIT 1) AS before,
      (SELECT e.id FROM entry e WHERE ${visible(tx, officer)} AND e.register = ${entry.register} AND e.year = ${entry.year} AND e.number > ${entry.number} ORDER BY e.number LIMIT 1) AS after`;
  return row ?? { before: null, after: null };
}

/** Whether the officer may see the entry, and the message its attachments belong to. */
export async function selectVisibleMessageId(
  tx: Transaction,
  officer: Officer,
  entryId: string,
): Promise<{ messageId: string | null } | null> {
  const [row] = await tx<
    { messageId: string | null }[]
  >`SELECT e.message_id AS "messageId" FROM entry e WHERE e.id = ${entryId} AND ${visible(tx, officer)}`;
  return row ?? null;
}

export interface HistoryRow {
  at: Date;
  kind: string;
  actorName: string;
  peer: string;
  detail: Record<string, unknown>;
}

export async function selectHistory(tx: Transaction, entryId: string): Promise<HistoryRow[]> {
  return await tx<HistoryRow[]>`
    SELECT at, kind, "actorName", peer, detail FROM (
      SELECT a.at, a.kind, a.actor_name AS "actorName", a.peer, a.detail::jsonb AS detail, 1 AS part, a.ordinal::bigint AS place
        FROM act a WHERE a.entry_id = ${entryId}
      UNION ALL
      SELECT f.at, 'fact-changed', f.actor->>'name', '', jsonb_build_object('fact', f.fact, 'before', f.before, 'after', f.after), 0, f.id
        FROM fact_change f WHERE f.entry_id = ${entryId}
    ) AS history ORDER BY at, part, place`;
}
