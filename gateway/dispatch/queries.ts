/**
 * SQL of outgoing mail. Locks are taken in the order of every act: the entry, the mail, the acknowledgement, and last the chain of acts.
 */
import type { Transaction } from '../../register/db/connect.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';

export type MailKind = 'acknowledgement' | 'return' | 'notification' | 'letter' | 'report';
export type MailState = 'queued' | 'sending' | 'sent' | 'failed' | 'uncertain';

export interface MailToInsert {
  id: string;
  kind: MailKind;
  entryId: string | null;
  routeId: string | null;
  envelopeFrom: string;
  recipient: string;
  headerMessageId: string;
  token: string;
  sha256: string;
  size: number;
  queuedAt: Date;
}

/** Writes the mail with its blob, unless one with the same Message-ID is there. @returns whether it was written */
export async function insertMail(tx: Transaction, mail: MailToInsert): Promise<boolean> {
  const rows = await tx`
    WITH stored AS (
      INSERT INTO blob (agency_id, sha256, size) VALUES (current_agency(), decode(${mail.sha256}, 'hex'), ${mail.size}) ON CONFLICT DO NOTHING
    )
    INSERT INTO mail (agency_id, id, kind, entry_id, route_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
    VALUES (current_agency(), ${mail.id}, ${mail.kind}, ${mail.entryId}, ${mail.routeId}, ${mail.envelopeFrom}, ${mail.recipient}, ${mail.headerMessageId},
            ${mail.token}, decode(${mail.sha256}, 'hex'), ${mail.size}, ${mail.queuedAt})
    ON CONFLICT (agency_id, header_message_id) DO NOTHING
    RETURNING id`;
  return rows.length === 1;
}

export interface MailRow {
  id: string;
  kind: MailKind;
  entryId: string | null;
  routeId: string | null;
  envelopeFrom: string;
  recipient: string;
  token: string;
  sha256: string;
  size: number;
  state: MailState;
  attempts: number;
  queuedAt: Date;
}

export async function lockMail(tx: Transaction, id: string): Promise<MailRow | null> {
  const [row] = await tx<MailRow[]>`
    SELECT id, kind, entry_id AS "entryId", route_id AS "routeId", envelope_from AS "envelopeFrom", recipient, token, encode(sha256, 'hex') AS sha256, size, state,
           attempts, queued_at AS "queuedAt"
    FROM mail WHERE id = ${id} FOR UPDATE`;
  return row ?? null;
}

export async function selectRecipient(tx: Transaction, id: string): Promise<string | null> {
  const [row] = await tx<{ recipient: string }[]>`SELECT recipient FROM mail WHERE id = ${id}`;
  return row?.recipient ?? null;
}

/** Begins one more try. */
export async function beginAttempt(tx: Transaction, id: string): Promise<number> {
  const [row] = await tx<
    { attempts: number }[]
  >`UPDATE mail SET state = 'queued', attempts = attempts + 1 WHERE id = ${id} RETURNING attempts`;
  if (row === undefined) throw new Error(`mail ${id} is gone`);
  return row.attempts;
}

/** The gate: only the newest try of a mail that nobody settled goes through. @returns whether it did */
export async function markSending(tx: Transaction, id: string, attempt: number): Promise<boolean> {
  const rows = await tx`UPDATE mail SET state = 'sending' WHERE id = ${id} AND state = 'queued' AND attempts = ${attempt} RETURNING id`;
  return rows.length === 1;
}

export async function settleMail(
  tx: Transaction,
  id: string,
  settled: { state: MailState; reply: string; sentAt: Date | null },
): Promise<void> {
  await tx`UPDATE mail SET state = ${settled.state}, reply = ${settled.reply}, sent_at = ${settled.sentAt} WHERE id = ${id}`;
}

/** Puts a mail that failed or is uncertain back into the queue, on an officer's press: the same bytes, the same Message-ID. */
export async function requeueMail(tx: Transaction, id: string, at: Date): Promise<boolean> {
  const rows =
    await tx`UPDATE mail SET state = 'queued', queued_at = ${at}, sent_at = NULL WHERE id = ${id} AND state IN ('failed', 'uncertain', 'sent') RETURNING id`;
  return rows.length === 1;
}

export interface EntryHead {
  register: RegisterName;
  number: number;
  year: number;
  state: string;
}

/** Locks the entry a mail is about. */
export async function lockEntryOfMail(tx: Transaction, entryId: string): Promise<EntryHead | null> {
  const [row] = await tx<EntryHead[]>`SELECT register, number, year, state FROM entry WHERE id = ${entryId} FOR NO KEY UPDATE`;
  return row ?? null;
}

/** Settles the acknowledgement that this mail is. @returns whether there was one */
export async function settleAcknowledgement(
  tx: Transaction,
  mailId: string,
  entryId: string,
  settled: { state: 'sent' | 'failed' | 'uncertain'; reason: string; sentAt: Date | null },
): Promise<boolean> {
  const rows = await tx`
    UPDATE acknowledgement SET state = ${settled.state}, sent_at = ${settled.sentAt},
           reason = CASE WHEN ${settled.reason} = '' AND reason = 'officer' THEN reason ELSE ${settled.reason} END
    WHERE entry_id = ${entryId} AND mail_id = ${mailId} RETURNING entry_id`;
  return rows.length === 1;
}

export interface AgencyRow {
  code: string;
  nameTh: string;
  nameEn: string;
  phone: string;
  timeZone: string;
  numerals: 'arabic' | 'thai';
  settings: Record<string, unknown>;
  /** Central addresses, oldest first. */
  addresses: string[];
}

export async function selectAgency(tx: Transaction): Promise<AgencyRow> {
  const [row] = await tx<AgencyRow[]>`
    SELECT code, name_th AS "nameTh", name_en AS "nameEn", phone, time_zone AS "timeZone", numerals, settings,
           ARRAY(SELECT a.address FROM address a WHERE a.agency_id = agency.id ORDER BY a.created_at, a.address) AS addresses
    FROM agency WHERE id = current_agency()`;
  if (row === undefined) throw new Error('the current agency does not exist');
  return row;
}

export interface RouteToNotify {
  entryId: string;
  state: string;
  purpose: 'action' | 'information';
  instruction: string;
  dueOn: string | null;
  unitNameTh: string;
  unitNameEn: string;
  unitEmail: string;
  officerName: string | null;
  officerEmail: string | null;
  register: RegisterName;
  number: number;
  year: number;
  receivedAt: Date;
  subject: string;
  fromName: string;
  fromAddress: string;
  fromAgency: string;
  letterNumber: string;
  urgency: string;
  secrecy: string;
  envelopeTo: string[];
}

/** A route with its entry, locked in that order of tables that the acts use. */
export async function lockRouteToNotify(tx: Transaction, routeId: string): Promise<RouteToNotify | null> {
  const [of] = await tx<{ entryId: string }[]>`SELECT entry_id AS "entryId" FROM route WHERE id = ${routeId}`;
  if (of === undefined) return null;
  await lockEntryOfMail(tx, of.entryId);
  const [row] = await tx<RouteToNotify[]>`
    SELECT r.entry_id AS "entryId", r.state, r.purpose, r.instruction, r.due_on AS "dueOn", u.name_th AS "unitNameTh", u.name_en AS "unitNameEn", u.email AS "unitEmail",
           a.name AS "officerName", CASE WHEN a.state = 'active' THEN a.email END AS "officerEmail", e.register, e.number, e.year, e.received_at AS "receivedAt", e.subject,
           e.from_name AS "fromName", e.from_address AS "fromAddress", e.from_agency AS "fromAgency", e.letter_number AS "letterNumber", e.urgency, e.secrecy,
           coalesce(m.envelope_to, '{}') AS "envelopeTo"
    FROM route r JOIN entry e ON e.agency_id = r.agency_id AND e.id = r.entry_id JOIN unit u ON u.agency_id = r.agency_id AND u.id = r.unit_id
         LEFT JOIN account a ON a.agency_id = r.agency_id AND a.id = r.account_id LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    WHERE r.id = ${routeId}`;
  return row ?? null;
}

export interface LetterToReturn {
  register: RegisterName;
  number: number;
  year: number;
  state: string;
  receivedAt: Date;
  subject: string;
  fromName: string;
  fromAddress: string;
  letterNumber: string;
  letterDate: string | null;
  secrecy: string;
  publicCode: string;
  envelopeFrom: string;
  rawSha256: string | null;
  headerMessageId: string | null;
  envelopeTo: string[];
}

export async function selectLetterToReturn(tx: Transaction, entryId: string): Promise<LetterToReturn | null> {
  const [row] = await tx<LetterToReturn[]>`
    SELECT e.register, e.number, e.year, e.state, e.received_at AS "receivedAt", e.subject, e.from_name AS "fromName", e.from_address AS "fromAddress",
           e.letter_number AS "letterNumber", e.letter_date AS "letterDate", e.secrecy, e.public_code AS "publicCode", e.envelope_from AS "envelopeFrom",
           encode(e.raw_sha256, 'hex') AS "rawSha256", m.header_message_id AS "headerMessageId", coalesce(m.envelope_to, '{}') AS "envelopeTo"
    FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id WHERE e.id = ${entryId}`;
  return row ?? null;
}
