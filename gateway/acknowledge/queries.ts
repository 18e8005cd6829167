/** SQL of the acknowledgement. Locks: the entry, then the acknowledgement; the mail and the act come after. */
import type { Transaction } from '../../register/db/connect.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';

export interface LetterToAcknowledge {
  register: RegisterName;
  number: number;
  year: number;
  state: string;
  receivedAt: Date;
  enteredAt: Date;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
  rawSha256: string;
  hash: string;
  publicCode: string;
  subject: string;
  letterNumber: string;
  letterDate: string | null;
  secrecy: string;
  messageId: string | null;
  headerMessageId: string | null;
  envelopeTo: string[];
  size: number;
  trust: unknown;
  reading: 'waiting' | 'done' | 'failed';
  acknowledgement: { state: string; reason: string; mailId: string | null };
}

/** Locks the entry and its acknowledgement; null when either is missing. */
export async function lockLetter(tx: Transaction, entryId: string): Promise<LetterToAcknowledge | null> {
  const entries = await tx`SELECT 1 FROM entry WHERE id = ${entryId} FOR NO KEY UPDATE`;
  if (entries.length === 0) return null;
  const [acknowledgement] = await tx<{ state: string; reason: string; mailId: string | null }[]>`
    SELECT state, reason, mail_id AS "mailId" FROM acknowledgement WHERE entry_id = ${entryId} FOR UPDATE`;
  if (acknowledgement === undefined) return null;
  const [letter] = await tx<Omit<LetterToAcknowledge, 'acknowledgement'>[]>`
    SELECT e.register, e.number, e.year, e.state, e.received_at AS "receivedAt", e.entered_at AS "enteredAt", e.envelope_from AS "envelopeFrom", e.from_name AS "fromName",
           e.from_address AS "fromAddress", encode(e.raw_sha256, 'hex') AS "rawSha256", encode(e.hash, 'hex') AS hash, e.public_code AS "publicCode", e.subject,
           e.letter_number AS "letterNumber", e.letter_date AS "letterDate", e.secrecy, m.id AS "messageId", m.header_message_id AS "headerMessageId",
           m.envelope_to AS "envelopeTo", m.size, m.trust, m.reading
    FROM entry e JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id WHERE e.id = ${entryId}`;
  return letter === undefined ? null : { ...letter, acknowledgement };
}

export interface AttachmentRow {
  path: string;
  name: string;
  contentType: string;
  size: number;
  sha256: string;
}

/** What a message carries beside its text, in the order of the mail. */
export async function selectAttachments(tx: Transaction, messageId: string): Promise<AttachmentRow[]> {
  const rows = await tx<AttachmentRow[]>`
    SELECT path, name, content_type AS "contentType", size, encode(sha256, 'hex') AS sha256 FROM attachment WHERE message_id = ${messageId} AND role <> 'body'`;
  return [...rows].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

/** Whether an address is the central one of any agency on this appliance. */
export async function isAgencyAddress(tx: Transaction, address: string): Promise<boolean> {
  const rows = await tx`SELECT 1 FROM address WHERE address = ${address}`;
  return rows.length > 0;
}

/** From here to the commit no other letter of this agency is let through the circuit breakers, so that a hundred at once are counted one after the other. */
export async function lockBreakers(tx: Transaction): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(hashtext('saraban acknowledgement'), current_agency())`;
}

/** Acknowledgements that got a mail since `since`. */
export async function countAcknowledged(tx: Transaction, recipient: string, since: Date): Promise<{ toSender: number; inAll: number }> {
  const [row] = await tx<{ toSender: number; inAll: number }[]>`
    SELECT (SELECT count(*)::integer FROM acknowledgement WHERE agency_id = current_agency() AND recipient = ${recipient} AND decided_at > ${since} AND mail_id IS NOT NULL) AS "toSender",
           (SELECT count(*)::integer FROM acknowledgement WHERE agency_id = current_agency() AND decided_at > ${since} AND mail_id IS NOT NULL) AS "inAll"`;
  return row ?? { toSender: 0, inAll: 0 };
}

export async function updateAcknowledgement(
  tx: Transaction,
  entryId: string,
  decided: { state: 'held' | 'refused' | 'queued'; reason: string; recipient: string; mailId: string | null; at: Date },
): Promise<void> {
  await tx`
    UPDATE acknowledgement SET state = ${decided.state}, reason = ${decided.reason}, recipient = ${decided.recipient},
           mail_id = coalesce(${decided.mailId}, mail_id), decided_at = ${decided.at}, sent_at = NULL
    WHERE entry_id = ${entryId}`;
}
