/** Messages as received: letters, notices, held ones and duplicates, in the API's shape (docs: design, section 7). */
import type { Database } from '../db/connect.ts';
import type { ReadingNote } from '../letter/message.ts';
import type { Officer } from '../officer.ts';
import type { Reading, TrustEvidence } from './entry-row.ts';

export type Disposition = 'entered' | 'notice' | 'held' | 'duplicate';

export interface MessageRow {
  id: string;
  disposition: Disposition;
  /** Code: why it is a notice, why it is held. */
  reason: string;
  heldState: 'waiting' | 'entered' | 'dismissed' | null;
  duplicateOf: string | null;
  entryId: string | null;
  /** Of the entry, when there is one. */
  number: number | null;
  year: number | null;
  sha256: string;
  size: number;
  envelope: { from: string; to: string[] };
  peer: { address: string; name: string; helo: string; protocol: string; tls: string | null };
  receivedAt: Date;
  headerMessageId: string | null;
  subject: string;
  fromName: string;
  fromAddress: string;
  trust: TrustEvidence;
  reading: Reading;
  readingNotes: ReadingNote[];
  intakeNotes: ReadingNote[];
  /** As gateway/notices/understand.ts wrote it; null for what is no notice. */
  notice: Record<string, unknown> | null;
  matched: { id: string; certainty: string } | null;
  attention: boolean;
}

export interface MessageFilter {
  sha256?: string;
  /** Envelope recipient; compared without case. */
  to?: string;
  /** As written, compared raw. */
  messageId?: string;
  disposition?: Disposition;
  limit: number;
  cursor?: string;
}

export interface MessagePage {
  items: MessageRow[];
  next: string | null;
}

/** Newest first. A unit officer sees the messages of the letters routed to the own units alone. */
export async function listMessages(db: Database, officer: Officer, filter: MessageFilter): Promise<MessagePage> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}

export async function getMessage(db: Database, officer: Officer, messageId: string): Promise<MessageRow | null> {
  throw new Error(`not built yet ${String([db, officer, messageId])}`);
}

export async function listNotices(
  db: Database,
  officer: Officer,
  filter: { attention?: boolean; limit: number; cursor?: string },
): Promise<MessagePage> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}

export async function listHeld(
  db: Database,
  officer: Officer,
  filter: { state?: 'waiting' | 'entered' | 'dismissed'; limit: number; cursor?: string },
): Promise<MessagePage> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}

/** What reading gave for a message that has no entry (held, notice): text, unsanitised HTML, parts. */
export async function getMessageContent(
  db: Database,
  officer: Officer,
  messageId: string,
): Promise<{ text: string; html: string | null; attachments: import('./entry-row.ts').AttachmentRow[] } | null> {
  throw new Error(`not built yet ${String([db, officer, messageId])}`);
}
