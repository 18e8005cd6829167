/** SQL of fetching from mailboxes elsewhere. What administrators write is in register/office/mailbox-queries.ts. */
import type { Database, Transaction } from '../../../register/db/connect.ts';
import { asFailure } from '../../../register/db/transaction.ts';
import type { MailboxSecurity, Submission } from '../../../register/office/mailbox-queries.ts';

export interface MailboxToWatch {
  agencyId: number;
  id: string;
  version: number;
}

/** Of all agencies: nobody is asked yet. */
export async function selectMailboxesToWatch(db: Database): Promise<MailboxToWatch[]> {
  try {
    return await db<MailboxToWatch[]>`SELECT agency_id AS "agencyId", id, version FROM mailboxes_to_watch() ORDER BY 1, 2`;
  } catch (error) {
    throw asFailure(error);
  }
}

export interface AccountRow {
  agencyId: number;
  id: string;
  version: number;
  name: string;
  address: string;
  host: string;
  port: number;
  security: MailboxSecurity;
  login: string;
  sealedSecret: Buffer | null;
  folder: string;
  doneFolder: string;
  failedFolder: string;
  takeSince: Date | null;
  submission: Submission | null;
  seenValidity: number | null;
  seenBelow: number;
}

const columns = (tx: Transaction) => tx`
  agency_id AS "agencyId", id, version, name, address, host, port, security, login, sealed_secret AS "sealedSecret", folder, done_folder AS "doneFolder",
  failed_folder AS "failedFolder", take_since AS "takeSince", submission, seen_validity AS "seenValidity", seen_below AS "seenBelow"`;

export async function selectAccount(tx: Transaction, id: string): Promise<AccountRow | null> {
  const [row] = await tx<AccountRow[]>`SELECT ${columns(tx)} FROM mailbox WHERE id = ${id} AND state <> 'removed'`;
  return row ?? null;
}

/** By its name for the command line; all of them without one. */
export async function selectAccounts(tx: Transaction): Promise<(AccountRow & { state: string })[]> {
  return await tx<
    (AccountRow & { state: string })[]
  >`SELECT ${columns(tx)}, state FROM mailbox WHERE state <> 'removed' ORDER BY created_at, id`;
}

/** The account that mails of this address leave by: the newest active one with a server for sending. */
export async function selectSendingAccounts(tx: Transaction): Promise<AccountRow[]> {
  return await tx<AccountRow[]>`
    SELECT ${columns(tx)} FROM mailbox WHERE state = 'active' AND submission IS NOT NULL AND sealed_secret IS NOT NULL ORDER BY created_at DESC, id DESC`;
}

/** A provider that gives a new refresh token with an access token will not take the old one for ever. */
export async function updateSecret(tx: Transaction, id: string, version: number, sealed: Buffer): Promise<void> {
  await tx`UPDATE mailbox SET sealed_secret = ${sealed} WHERE id = ${id} AND version = ${version} AND state <> 'removed'`;
}

export interface KnownMail {
  uid: number;
  state: 'entered' | 'refused' | 'later' | 'failing' | 'left';
  tries: number;
  nextTryAt: Date | null;
  filed: boolean;
}

export async function selectKnownMails(tx: Transaction, mailboxId: string, uidValidity: number, from: number): Promise<KnownMail[]> {
  return await tx<KnownMail[]>`
    SELECT uid, state, tries, next_try_at AS "nextTryAt", filed FROM mailbox_message
    WHERE mailbox_id = ${mailboxId} AND uid_validity = ${uidValidity} AND uid >= ${from}`;
}

export interface MailToSettle {
  uid: number;
  state: KnownMail['state'];
  tries: number;
  messageId: string | null;
  problem: string;
  nextTryAt: Date | null;
  filed: boolean;
}

/** What was entered stays so: of two workers that had the same mail at once, the one that failed does not speak last. */
export async function settleMail(
  tx: Transaction,
  agencyId: number,
  mailboxId: string,
  uidValidity: number,
  mail: MailToSettle,
  at: Date,
): Promise<void> {
  await tx`
    INSERT INTO mailbox_message (agency_id, mailbox_id, uid_validity, uid, state, tries, message_id, problem, next_try_at, filed, at)
    VALUES (${agencyId}, ${mailboxId}, ${uidValidity}, ${mail.uid}, ${mail.state}, ${mail.tries}, ${mail.messageId}, ${mail.problem}, ${mail.nextTryAt}, ${mail.filed}, ${at})
    ON CONFLICT (agency_id, mailbox_id, uid_validity, uid) DO UPDATE
    SET state = excluded.state, tries = excluded.tries, message_id = excluded.message_id, problem = excluded.problem, next_try_at = excluded.next_try_at,
        filed = excluded.filed, at = excluded.at
    WHERE mailbox_message.state <> 'entered'`;
}

export async function insertLeft(
  tx: Transaction,
  agencyId: number,
  mailboxId: string,
  uidValidity: number,
  uids: number[],
  at: Date,
): Promise<void> {
  await tx`
    INSERT INTO mailbox_message (agency_id, mailbox_id, uid_validity, uid, state, filed, at)
    SELECT ${agencyId}, ${mailboxId}, ${uidValidity}, uid, 'left', true, ${at} FROM unnest(${uids}::bigint[]) AS uid ON CONFLICT DO NOTHING`;
}

export async function markFiled(tx: Transaction, mailboxId: string, uidValidity: number, uid: number): Promise<void> {
  await tx`UPDATE mailbox_message SET filed = true WHERE mailbox_id = ${mailboxId} AND uid_validity = ${uidValidity} AND uid = ${uid}`;
}

export interface CheckToWrite {
  found: number;
  taken: number;
  problem: string;
  seen: { validity: number; below: number } | null;
}

/**
 * Writes that the mailbox was looked into. A quiet look leaves a row of evidence once in `quietMs`, one that found something or that went otherwise than the one
 * before at most once a minute.
 */
export async function writeCheck(
  tx: Transaction,
  agencyId: number,
  mailboxId: string,
  check: CheckToWrite,
  at: Date,
  quietMs: number,
): Promise<void> {
  const [last] = await tx<{ at: Date; problem: string }[]>`
    SELECT at, problem FROM mailbox_check WHERE mailbox_id = ${mailboxId} ORDER BY at DESC LIMIT 1`;
  const since = last === undefined ? Number.POSITIVE_INFINITY : Math.abs(at.getTime() - last.at.getTime());
  const news = check.taken > 0 || last === undefined || (check.problem === '') !== (last.problem === '');
  if (since >= quietMs || (news && (check.taken > 0 || since >= 60_000)))
    await tx`
      INSERT INTO mailbox_check (agency_id, mailbox_id, at, found, taken, problem)
      VALUES (${agencyId}, ${mailboxId}, ${at}, ${check.found}, ${check.taken}, ${check.problem}) ON CONFLICT DO NOTHING`;
  await tx`
    UPDATE mailbox SET last_check_at = ${at}, last_good_at = CASE WHEN ${check.problem} = '' THEN ${at} ELSE last_good_at END, last_problem = ${check.problem},
      seen_validity = coalesce(${check.seen?.validity ?? null}::bigint, seen_validity), seen_below = coalesce(${check.seen?.below ?? null}::bigint, seen_below)
    WHERE id = ${mailboxId}`;
}

/** @returns whether somebody is to be told now: something is the matter, and nobody was told within a day */
export async function claimAlarm(tx: Transaction, mailboxId: string, at: Date): Promise<boolean> {
  const rows = await tx`
    UPDATE mailbox SET alarmed_at = ${at} WHERE id = ${mailboxId} AND (alarmed_at IS NULL OR alarmed_at < ${new Date(at.getTime() - 86_400_000)} OR alarmed_at > ${at})
    RETURNING id`;
  return rows.length === 1;
}

/** When the mailbox was last looked into with success, or when it began to be one. */
export async function selectLastGood(tx: Transaction, mailboxId: string): Promise<Date | null> {
  const [row] = await tx<{ at: Date }[]>`SELECT coalesce(last_good_at, created_at) AS at FROM mailbox WHERE id = ${mailboxId}`;
  return row?.at ?? null;
}

/** Several mailboxes can be held on one connection; the process id tells whether it is still the same. */
export async function tryLock(db: Database, id: string): Promise<{ locked: boolean; pid: number }> {
  const [row] = await db<{ locked: boolean; pid: number }[]>`
    SELECT pg_try_advisory_lock(25690017, hashtext(${id})) AS locked, pg_backend_pid() AS pid`;
  return row ?? { locked: false, pid: 0 };
}

export async function unlock(db: Database, id: string): Promise<void> {
  await db`SELECT pg_advisory_unlock(25690017, hashtext(${id}))`;
}

export async function selectBackend(db: Database): Promise<number> {
  const [row] = await db<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row?.pid ?? 0;
}
