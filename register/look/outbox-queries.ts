/** SQL of the outbox. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { Cursor } from './cursor.ts';
import type { MailKind, MailRow, MailState } from './outbox.ts';

export interface MailQuery {
  mailId?: string | undefined;
  kind?: MailKind | undefined;
  state?: MailState | undefined;
  entryId?: string | undefined;
  limit: number;
  before: Cursor | null;
}

export async function selectMail(tx: Transaction, officer: Officer, query: MailQuery): Promise<MailRow[]> {
  return await tx<MailRow[]>`
    SELECT s.id, s.kind, s.entry_id AS "entryId", e.register, e.number, e.year, s.route_id AS "routeId", s.envelope_from AS "envelopeFrom", s.recipient,
           s.header_message_id AS "headerMessageId", encode(s.sha256, 'hex') AS sha256, s.size, s.state, s.attempts, s.reply, s.queued_at AS "queuedAt", s.sent_at AS "sentAt"
    FROM mail s LEFT JOIN entry e ON e.agency_id = s.agency_id AND e.id = s.entry_id
    WHERE s.agency_id = ${officer.agencyId} ${officer.appointed ? tx`` : tx`AND coalesce(e.secrecy, 'normal') = 'normal'`}
      ${query.mailId === undefined ? tx`` : tx`AND s.id = ${query.mailId}`}
      ${query.kind === undefined ? tx`` : tx`AND s.kind = ${query.kind}`}
      ${query.state === undefined ? tx`` : tx`AND s.state = ${query.state}`}
      ${query.entryId === undefined ? tx`` : tx`AND s.entry_id = ${query.entryId}`}
      ${query.before === null ? tx`` : tx`AND (s.queued_at, s.id) < (${query.before.at}, ${query.before.id}::uuid)`}
    ORDER BY s.queued_at DESC, s.id DESC LIMIT ${query.limit + 1}`;
}
