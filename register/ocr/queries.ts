/** SQL of recognise-message.ts. */
import type { JsonValue, Transaction } from '../db/connect.ts';
import type { ReadingNote } from '../letter/message.ts';
import type { Facts } from '../look/entry-row.ts';

export interface MessageToRecognise {
  id: string;
  entryId: string | null;
  reading: 'waiting' | 'done' | 'failed';
  secrecy: Facts['secrecy'];
  receivedAt: Date;
  notes: ReadingNote[];
  documents: { path: string; text: string }[];
}

/** Null for a message that is gone or was never read. */
export async function selectMessageToRecognise(tx: Transaction, messageId: string): Promise<MessageToRecognise | null> {
  const [row] = await tx<MessageToRecognise[]>`
    SELECT m.id, coalesce(n.id, m.entry_id) AS "entryId", m.reading, m.secrecy, m.received_at AS "receivedAt", m.reading_notes AS notes, r.documents
    FROM message m JOIN reading r ON r.agency_id = m.agency_id AND r.message_id = m.id LEFT JOIN entry n ON n.agency_id = m.agency_id AND n.moved_from = m.entry_id
    WHERE m.id = ${messageId} AND m.disposition <> 'duplicate'`;
  return row ?? null;
}

/** Locks the message, after its entry. */
export async function lockMessageToRecognise(tx: Transaction, messageId: string): Promise<MessageToRecognise | null> {
  await tx`SELECT id FROM message WHERE id = ${messageId} FOR UPDATE`;
  return await selectMessageToRecognise(tx, messageId);
}

export interface PartToRecognise {
  path: string;
  role: string;
  name: string | null;
  contentType: string;
  size: number;
  sha256: string;
}

export async function selectPartsToRecognise(tx: Transaction, messageId: string): Promise<PartToRecognise[]> {
  return await tx<PartToRecognise[]>`
    SELECT path, role, name, content_type AS "contentType", size, encode(sha256, 'hex') AS sha256 FROM attachment WHERE message_id = ${messageId}`;
}

export async function updateRecognised(
  tx: Transaction,
  messageId: string,
  change: { documents: { path: string; text: string }[]; notes: ReadingNote[]; secrecy: Facts['secrecy']; alert: boolean },
): Promise<void> {
  await tx`UPDATE reading SET documents = ${tx.json(change.documents)} WHERE message_id = ${messageId}`;
  await tx`
    UPDATE message SET reading_notes = ${tx.json(change.notes as unknown as JsonValue)}, secrecy = ${change.secrecy}, attention = attention OR ${change.alert}
    WHERE id = ${messageId}`;
}
