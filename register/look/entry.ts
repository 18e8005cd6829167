/** One letter: everything the register knows of it. The caller logs the opening with register/act/open.ts. */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { AttachmentRow, EntryDetail, RegisterName } from './entry-row.ts';

/** @returns null for what does not exist and for what the officer may not see */
export async function getEntry(db: Database, officer: Officer, entryId: string): Promise<EntryDetail | null> {
  throw new Error(`not built yet ${String([db, officer, entryId])}`);
}

export async function getEntryByNumber(
  db: Database,
  officer: Officer,
  register: RegisterName,
  year: number,
  number: number,
): Promise<EntryDetail | null> {
  throw new Error(`not built yet ${String([db, officer, register, year, number])}`);
}

/** The row of one attachment of a visible entry; its bytes are `store.stream(sha256)`. */
export async function getAttachment(db: Database, officer: Officer, entryId: string, attachmentId: string): Promise<AttachmentRow | null> {
  throw new Error(`not built yet ${String([db, officer, entryId, attachmentId])}`);
}

/** An act, or the correction of a fact (kind 'fact-changed', detail { fact, before, after }). */
export interface HistoryItem {
  at: Date;
  kind: string;
  actorName: string;
  peer: string;
  detail: Record<string, unknown>;
}

/** Everything that was done to an entry, oldest first; null when it may not be seen. */
export async function getHistory(db: Database, officer: Officer, entryId: string): Promise<HistoryItem[] | null> {
  throw new Error(`not built yet ${String([db, officer, entryId])}`);
}
