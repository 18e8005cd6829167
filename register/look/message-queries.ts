/** SQL of messages as received. */
import type { Transaction } from '../db/connect.ts';
import type { Seal } from '../letter/seals.ts';
import type { Officer } from '../officer.ts';
import type { Cursor } from './cursor.ts';
import type { InnerRow } from './entry-row.ts';
import type { Disposition, MessageRow } from './messages.ts';
import { visibleMessage } from './visible.ts';

export type FlatMessage = Omit<MessageRow, 'envelope'> & { envelopeFrom: string; envelopeTo: string[] };

function columns(tx: Transaction) {
  return tx`
    m.id, m.disposition, m.reason, m.held_state AS "heldState", m.duplicate_of AS "duplicateOf", m.entry_id AS "entryId", e.register, e.number, e.year, encode(m.sha256, 'hex') AS sha256,
    m.size, m.envelope_from AS "envelopeFrom", m.envelope_to AS "envelopeTo", m.peer, m.received_at AS "receivedAt", m.header_message_id AS "headerMessageId", m.subject,
    m.from_name AS "fromName", m.from_address AS "fromAddress", m.trust, m.reading, m.reading_notes AS "readingNotes", m.intake_notes AS "intakeNotes", m.notice, m.matched,
    m.attention`;
}

export interface MessageQuery {
  sha256?: string | undefined;
  to?: string | undefined;
  messageId?: string | undefined;
  disposition?: Disposition | undefined;
  heldState?: 'waiting' | 'entered' | 'dismissed' | 'any' | undefined;
  attention?: boolean | undefined;
  limit: number;
  before: Cursor | null;
}

export async function selectMessages(tx: Transaction, officer: Officer, query: MessageQuery): Promise<FlatMessage[]> {
  const held =
    query.heldState === undefined
      ? tx``
      : query.heldState === 'any'
        ? tx`AND m.held_state IS NOT NULL`
        : tx`AND m.held_state = ${query.heldState}`;
  const attention = query.attention === undefined ? tx`` : query.attention ? tx`AND m.attention` : tx`AND NOT m.attention`;
  return await tx<FlatMessage[]>`
    SELECT ${columns(tx)} FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE ${visibleMessage(tx, officer)} ${held} ${attention}
      ${query.sha256 === undefined ? tx`` : tx`AND m.sha256 = ${Buffer.from(query.sha256, 'hex')}`}
      ${query.messageId === undefined ? tx`` : tx`AND m.header_message_id = ${query.messageId}`}
      ${query.to === undefined ? tx`` : tx`AND EXISTS (SELECT FROM unnest(m.envelope_to) AS given WHERE lower(given) = lower(${query.to}))`}
      ${query.disposition === undefined ? tx`` : tx`AND m.disposition = ${query.disposition}`}
      ${query.before === null ? tx`` : tx`AND (m.received_at, m.id) < (${query.before.at}, ${query.before.id}::uuid)`}
    ORDER BY m.received_at DESC, m.id DESC LIMIT ${query.limit + 1}`;
}

export async function selectMessage(tx: Transaction, officer: Officer, messageId: string): Promise<FlatMessage | null> {
  const [row] = await tx<FlatMessage[]>`
    SELECT ${columns(tx)} FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.id = ${messageId} AND ${visibleMessage(tx, officer)}`;
  return row ?? null;
}

export interface ReadingRow {
  text: string;
  html: string | null;
  documents: { path: string; text: string }[];
  inner: InnerRow[];
  seals: Seal[];
}

export async function selectReading(tx: Transaction, messageId: string): Promise<ReadingRow | null> {
  const [row] = await tx<ReadingRow[]>`
    SELECT body_text AS text, body_html AS html, documents, inner_messages AS inner, seals FROM reading WHERE message_id = ${messageId}`;
  return row ?? null;
}
