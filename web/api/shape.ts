/**
 * Rows of the register in the shapes the API promises (web/api/schema.ts).
 */
import type { Transaction } from '../../register/db/connect.ts';
import type { EntryRow } from '../../register/look/entry-row.ts';
import type { MessageRow } from '../../register/look/messages.ts';
import { selectAttachments, selectEntryExtras, selectRoutes } from './queries.ts';
import type { EntryShape, HeldShape, MessageShape, NoticeShape } from './schema.ts';

/** Whole entries, in the order of `rows`, which register/look gave. */
export async function entryShapes(tx: Transaction, rows: Omit<EntryRow, 'duplicateState' | 'trust' | 'reading'>[]): Promise<EntryShape[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(row => row.id);
  const extras = new Map((await selectEntryExtras(tx, ids)).map(extra => [extra.id, extra]));
  const attachments = Map.groupBy(await selectAttachments(tx, ids), attachment => attachment.entryId);
  const routes = new Map((await selectRoutes(tx, ids)).map(route => [route.id, route]));
  return rows.map(row => {
    const extra = extras.get(row.id);
    if (extra === undefined) throw new Error(`entry ${row.id} was seen and then was not`);
    return {
      id: row.id,
      register: row.register,
      year: row.year,
      number: row.number,
      state: row.state,
      stateReason: row.stateReason,
      version: row.version,
      messageId: extra.messageId,
      receivedAt: row.receivedAt.toISOString(),
      enteredAt: row.enteredAt.toISOString(),
      confirmedAt: isoOrNull(row.confirmedAt),
      confirmedBy: row.confirmedBy,
      from: { name: row.fromName, address: row.fromAddress, agency: row.fromAgency },
      // Clause 38's "ถึง": who the letter names; a letter that names nobody was for the address it came to.
      to: extra.addressee !== '' ? extra.addressee : (extra.envelopeTo ?? []).join(', '),
      subject: row.subject,
      letterNumber: row.letterNumber,
      letterDate: row.letterDate,
      urgency: row.urgency,
      secrecy: row.secrecy,
      circular: row.circular,
      dueOn: row.dueOn,
      kind: extra.kind,
      remark: extra.remark,
      text: extra.text,
      attachments: (attachments.get(row.id) ?? []).map(({ id, name, contentType, size, sha256, path }) => ({
        id,
        name,
        contentType,
        size,
        sha256,
        path,
      })),
      acknowledgement: {
        state: row.acknowledgement.state,
        reason: row.acknowledgement.reason,
        sentAt: isoOrNull(row.acknowledgement.sentAt),
      },
      routes: row.routes.map(route => ({
        id: route.id,
        unit: routes.get(route.id)?.unitCode ?? '',
        unitName: route.unitNameTh,
        officer: route.officerName,
        purpose: route.purpose,
        state: route.state,
        at: isoOrNull(routes.get(route.id)?.at ?? null),
      })),
      deliveries: [],
      possibleDuplicateOf: row.duplicateOf?.id ?? null,
      hash: extra.hash,
      previousHash: extra.previousHash,
    };
  });
}

export function messageShape(row: MessageRow): MessageShape {
  return {
    id: row.id,
    disposition: row.disposition,
    entryId: row.entryId,
    notice: row.disposition === 'notice' ? noticeShape(row) : null,
    sha256: row.sha256,
    size: row.size,
    envelope: { from: row.envelope.from, to: [...row.envelope.to] },
    receivedAt: row.receivedAt.toISOString(),
    trust: { spf: verdict(row.trust, 'spf'), dkim: verdict(row.trust, 'dkim'), dmarc: verdict(row.trust, 'dmarc') },
    reading: row.reading,
    readingNotes: [...row.intakeNotes, ...row.readingNotes],
  };
}

export function heldShape(row: MessageRow): HeldShape {
  return { ...messageShape(row), subject: row.subject, from: { name: row.fromName, address: row.fromAddress }, reason: row.reason };
}

// What understanding a notice gave is kept as JSON; what it could not tell, or has not told yet, is null.
function noticeShape(row: MessageRow): NoticeShape {
  const kept = row.notice ?? {};
  const original = recordOf(kept.original);
  const recipients = Array.isArray(kept.recipients) ? kept.recipients : [];
  return {
    kind: noticeKind(kept.kind ?? row.reason),
    recipients: recipients.map(recordOf).map(recipient => ({
      address: textOrNull(recipient.address),
      action: textOrNull(recipient.action),
      status: textOrNull(recipient.status),
      hard: typeof recipient.hard === 'boolean' ? recipient.hard : null,
      reason: textOrNull(recipient.reason),
    })),
    original: {
      messageId: textOrNull(original.messageId),
      envelopeId: textOrNull(original.envelopeId),
      token: textOrNull(original.token),
    },
    matched: row.matched === null ? null : { id: row.matched.id, certainty: row.matched.certainty },
  };
}

const KINDS: NoticeShape['kind'][] = [
  'bounce',
  'delay',
  'delivered',
  'relayed',
  'feedback',
  'read',
  'auto-reply',
  'acknowledgement',
  'other',
];

function noticeKind(value: unknown): NoticeShape['kind'] {
  return KINDS.find(kind => kind === value) ?? 'other';
}

function verdict(trust: Record<string, unknown>, method: string): string | null {
  const value = trust[method];
  return textOrNull(typeof value === 'object' && value !== null && 'result' in value ? value.result : value);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
