/** The outbox: every mail of ours, sent or still to be sent. */
import type { Database } from '../db/connect.ts';
import type { Officer } from '../officer.ts';

export type MailKind = 'acknowledgement' | 'return' | 'notification' | 'letter';
export type MailState = 'queued' | 'sending' | 'sent' | 'failed' | 'uncertain';

export interface MailRow {
  id: string;
  kind: MailKind;
  entryId: string | null;
  number: number | null;
  year: number | null;
  routeId: string | null;
  /** '' is the null return path. */
  envelopeFrom: string;
  recipient: string;
  headerMessageId: string;
  /** Of its bytes in the blob store. */
  sha256: string;
  size: number;
  state: MailState;
  attempts: number;
  reply: string;
  queuedAt: Date;
  sentAt: Date | null;
}

/** Newest first. Mails about classified letters are shown to appointed persons alone. */
export async function listMail(
  db: Database,
  officer: Officer,
  filter: { kind?: MailKind; state?: MailState; entryId?: string; limit: number; cursor?: string },
): Promise<{ items: MailRow[]; next: string | null }> {
  throw new Error(`not built yet ${String([db, officer, filter])}`);
}

export async function getMail(db: Database, officer: Officer, mailId: string): Promise<MailRow | null> {
  throw new Error(`not built yet ${String([db, officer, mailId])}`);
}
