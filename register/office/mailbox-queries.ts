/** SQL of mailboxes elsewhere, as administrators set them up and look at them. What the gateway writes is in gateway/intake/imap/queries.ts. */
import type { JsonValue, Transaction } from '../db/connect.ts';

export type MailboxSecurity = 'tls' | 'starttls' | 'none';

/** The account's own server for sending. */
export interface Submission {
  host: string;
  port: number;
  security: MailboxSecurity;
  /** Whether the server takes mails without a sender in the envelope, as acknowledgements are; where not, the central address stands there. */
  nullSender: boolean;
}

export interface MailboxToSave {
  name: string;
  address: string;
  host: string;
  port: number;
  security: MailboxSecurity;
  login: string;
  auth: 'password' | 'oauth2';
  folder: string;
  doneFolder: string;
  failedFolder: string;
  submission: Submission | null;
}

export interface MailboxRow extends MailboxToSave {
  id: string;
  state: 'active' | 'disabled';
  hasSecret: boolean;
  takeSince: Date | null;
  createdAt: Date;
  lastCheckAt: Date | null;
  lastGoodAt: Date | null;
  lastProblem: string;
}

const columns = (tx: Transaction) => tx`
  id, name, address, host, port, security, login, auth, folder, done_folder AS "doneFolder", failed_folder AS "failedFolder", submission, state,
  sealed_secret IS NOT NULL AS "hasSecret", take_since AS "takeSince", created_at AS "createdAt", last_check_at AS "lastCheckAt", last_good_at AS "lastGoodAt",
  last_problem AS "lastProblem"`;

/** All that were not removed, oldest first. */
export async function selectMailboxes(tx: Transaction): Promise<MailboxRow[]> {
  return await tx<MailboxRow[]>`SELECT ${columns(tx)} FROM mailbox WHERE state <> 'removed' ORDER BY created_at, id`;
}

export async function lockMailbox(tx: Transaction, id: string): Promise<(MailboxRow & { sealedSecret: Buffer | null }) | null> {
  const [row] = await tx<(MailboxRow & { sealedSecret: Buffer | null })[]>`
    SELECT ${columns(tx)}, sealed_secret AS "sealedSecret" FROM mailbox WHERE id = ${id} AND state <> 'removed' FOR UPDATE`;
  return row ?? null;
}

/** @returns false when the name is taken */
export async function insertMailbox(
  tx: Transaction,
  agencyId: number,
  id: string,
  mailbox: MailboxToSave,
  made: { sealed: Buffer; takeSince: Date | null; at: Date },
): Promise<boolean> {
  const rows = await tx`
    INSERT INTO mailbox (agency_id, id, name, address, host, port, security, login, auth, sealed_secret, folder, done_folder, failed_folder, take_since, submission, created_at)
    VALUES (${agencyId}, ${id}, ${mailbox.name}, ${mailbox.address}, ${mailbox.host}, ${mailbox.port}, ${mailbox.security}, ${mailbox.login}, ${mailbox.auth}, ${made.sealed},
            ${mailbox.folder}, ${mailbox.doneFolder}, ${mailbox.failedFolder}, ${made.takeSince}, ${jsonOf(tx, mailbox.submission)}, ${made.at})
    ON CONFLICT DO NOTHING RETURNING id`;
  return rows.length === 1;
}

/** @param sealed - null keeps the secret there is. @returns false when the name is taken by another */
export async function updateMailbox(tx: Transaction, id: string, mailbox: MailboxToSave, sealed: Buffer | null): Promise<boolean> {
  const [taken] = await tx`SELECT id FROM mailbox WHERE lower(name) = lower(${mailbox.name}) AND id <> ${id} AND state <> 'removed'`;
  if (taken !== undefined) return false;
  await tx`
    UPDATE mailbox SET name = ${mailbox.name}, address = ${mailbox.address}, host = ${mailbox.host}, port = ${mailbox.port}, security = ${mailbox.security},
      login = ${mailbox.login}, auth = ${mailbox.auth}, sealed_secret = coalesce(${sealed}::bytea, sealed_secret), folder = ${mailbox.folder},
      done_folder = ${mailbox.doneFolder}, failed_folder = ${mailbox.failedFolder}, submission = ${jsonOf(tx, mailbox.submission)}, version = version + 1,
      last_problem = '', alarmed_at = NULL
    WHERE id = ${id}`;
  return true;
}

export async function updateMailboxState(tx: Transaction, id: string, state: 'active' | 'disabled' | 'removed'): Promise<void> {
  await tx`
    UPDATE mailbox SET state = ${state}, version = version + 1, sealed_secret = CASE WHEN ${state} = 'removed' THEN NULL ELSE sealed_secret END, last_problem = '',
      alarmed_at = NULL
    WHERE id = ${id}`;
}

function jsonOf(tx: Transaction, submission: Submission | null) {
  return submission === null ? null : tx.json(submission as unknown as JsonValue);
}

export interface TroubleRow {
  mailboxId: string;
  state: 'refused' | 'later' | 'failing';
  uid: number;
  tries: number;
  problem: string;
  nextTryAt: Date | null;
  at: Date;
}

/** The newest mails that were not entered. */
export async function selectMailboxTrouble(tx: Transaction, most: number): Promise<TroubleRow[]> {
  return await tx<TroubleRow[]>`
    SELECT mailbox_id AS "mailboxId", state, uid, tries, problem, next_try_at AS "nextTryAt", at FROM mailbox_message
    WHERE state IN ('refused', 'later', 'failing') ORDER BY at DESC LIMIT ${most}`;
}

export interface CheckDayRow {
  mailboxId: string;
  /** 'yyyy-mm-dd' in the agency's zone. */
  day: string;
  checks: number;
  failed: number;
  found: number;
  taken: number;
  first: Date;
  last: Date;
}

/** How often each mailbox was looked into, day by day, newest first. */
export async function selectCheckDays(tx: Transaction, timeZone: string, since: Date): Promise<CheckDayRow[]> {
  return await tx<CheckDayRow[]>`
    SELECT mailbox_id AS "mailboxId", to_char(at AT TIME ZONE ${timeZone}, 'YYYY-MM-DD') AS day, count(*)::integer AS checks,
           (count(*) FILTER (WHERE problem <> ''))::integer AS failed, sum(found)::integer AS found, sum(taken)::integer AS taken, min(at) AS first, max(at) AS last
    FROM mailbox_check WHERE at >= ${since} GROUP BY 1, 2 ORDER BY 2 DESC, 1`;
}

export async function notifyMailboxes(tx: Transaction): Promise<void> {
  await tx`SELECT pg_notify('saraban_mailbox', '')`;
}

export async function selectHasAddress(tx: Transaction, agencyId: number, address: string): Promise<boolean> {
  const rows = await tx`SELECT 1 FROM address WHERE agency_id = ${agencyId} AND address = ${address}`;
  return rows.length === 1;
}
