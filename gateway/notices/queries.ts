/** SQL of understand.ts. */
import type { JsonValue, Transaction } from '../../register/db/connect.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';
import type { MailKind, MailState } from '../dispatch/queries.ts';

export interface NoticeMessage {
  id: string;
  sha256: string;
  envelopeFrom: string;
  envelopeTo: string[];
  disposition: string;
  bodyText: string;
  bodyHtml: string | null;
}

export async function selectNoticeMessage(tx: Transaction, messageId: string): Promise<NoticeMessage | null> {
  const [row] = await tx<NoticeMessage[]>`
    SELECT m.id, encode(m.sha256, 'hex') AS sha256, m.envelope_from AS "envelopeFrom", m.envelope_to AS "envelopeTo", m.disposition,
           coalesce(r.body_text, '') AS "bodyText", r.body_html AS "bodyHtml"
    FROM message m LEFT JOIN reading r ON r.agency_id = m.agency_id AND r.message_id = m.id WHERE m.id = ${messageId}`;
  return row ?? null;
}

export interface PartRow {
  path: string;
  role: 'body' | 'attachment' | 'inline' | 'container';
  name: string;
  contentType: string;
  charset: string | null;
  contentId: string | null;
  size: number;
  sha256: string;
  origin: 'mime' | 'message' | 'tnef' | 'uuencode' | 'yenc';
}

export async function selectParts(tx: Transaction, messageId: string): Promise<PartRow[]> {
  const rows = await tx<PartRow[]>`
    SELECT path, role, name, content_type AS "contentType", charset, content_id AS "contentId", size, encode(sha256, 'hex') AS sha256, origin
    FROM attachment WHERE message_id = ${messageId}`;
  return [...rows].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

export interface CandidateMail {
  id: string;
  kind: MailKind;
  state: MailState;
  entryId: string | null;
  /** Of the entry, when there is one. */
  register: RegisterName | null;
  routeId: string | null;
  token: string;
  envelopeFrom: string;
  headerMessageId: string;
  recipient: string;
}

// How far back an address alone may point at a mail of ours, and how many such mails are looked at: a guess gets no better with more.
const DAYS = 30;
const GUESSES = 50;

/** Mails of the current agency that a notice could be about: by token, by Message-ID, by recipient. */
export async function selectCandidates(
  tx: Transaction,
  by: { tokens: string[]; messageIds: string[]; recipients: string[]; now: Date },
): Promise<CandidateMail[]> {
  const since = new Date(by.now.getTime() - DAYS * 24 * 3_600_000);
  return await tx<CandidateMail[]>`
    SELECT m.id, m.kind, m.state, m.entry_id AS "entryId", e.register, m.route_id AS "routeId", m.token, m.envelope_from AS "envelopeFrom", m.header_message_id AS "headerMessageId", m.recipient
    FROM mail m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.agency_id = current_agency() AND (
      m.id IN (SELECT f.id FROM unnest(${by.tokens}::text[]) AS t, find_mail_by_token(t) AS f WHERE f.agency_id = current_agency())
      OR m.header_message_id = ANY(${by.messageIds}::text[])
      OR m.id IN (SELECT g.id FROM mail g WHERE g.agency_id = current_agency() AND g.queued_at > ${since} AND lower(g.recipient) = ANY(${by.recipients}::text[])
                  ORDER BY g.queued_at DESC LIMIT ${GUESSES}))`;
}

export async function updateNotice(
  tx: Transaction,
  messageId: string,
  found: { notice: JsonValue; matched: { id: string; certainty: string } | null; attention: boolean },
): Promise<void> {
  const matched = found.matched === null ? null : tx.json(found.matched);
  await tx`
    UPDATE message SET notice = ${tx.json(found.notice)}, matched = ${matched}, attention = ${found.attention} WHERE id = ${messageId} AND disposition = 'notice'`;
}
