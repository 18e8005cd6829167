/**
 * SQL of the API: what a list of entries shows beyond register/look/entries.ts, read for the whole page at once.
 * Which entries one sees was decided there; only ids that came out of it may come in here.
 */
import type { Transaction } from '../../register/db/connect.ts';

export interface EntryExtra {
  id: string;
  messageId: string | null;
  addressee: string;
  envelopeTo: string[] | null;
  kind: string;
  remark: string;
  text: string;
  hash: string;
  previousHash: string;
}

export async function selectEntryExtras(tx: Transaction, entryIds: string[]): Promise<EntryExtra[]> {
  return await tx<EntryExtra[]>`
    SELECT e.id, e.message_id AS "messageId", e.addressee, m.envelope_to AS "envelopeTo", e.kind, e.remark, coalesce(r.body_text, '') AS text,
           encode(e.hash, 'hex') AS hash, encode(e.previous_hash, 'hex') AS "previousHash"
    FROM entry e
    LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
    WHERE e.agency_id = current_agency() AND e.id = ANY(${entryIds}::uuid[])`;
}

export interface AttachmentOfEntry {
  entryId: string;
  id: string;
  name: string;
  contentType: string;
  size: number;
  sha256: string;
  path: string;
}

/** Everything in a letter that can be downloaded, bodies of text excepted, in the order of the MIME tree. */
export async function selectAttachments(tx: Transaction, entryIds: string[]): Promise<AttachmentOfEntry[]> {
  return await tx<AttachmentOfEntry[]>`
    SELECT e.id AS "entryId", a.id, a.name, a.content_type AS "contentType", a.size, encode(a.sha256, 'hex') AS sha256, a.path
    FROM entry e JOIN attachment a ON a.agency_id = e.agency_id AND a.message_id = e.message_id
    WHERE e.agency_id = current_agency() AND e.id = ANY(${entryIds}::uuid[]) AND a.role <> 'body'
    ORDER BY e.id, CASE WHEN a.path ~ '^\\d{1,9}(\\.\\d{1,9})*$' THEN string_to_array(a.path, '.')::integer[] END NULLS LAST, a.path`;
}

export interface RouteOfEntry {
  entryId: string;
  id: string;
  unitCode: string;
  /** When the route came to its state, as far as the register keeps it. */
  at: Date;
}

export async function selectRoutes(tx: Transaction, entryIds: string[]): Promise<RouteOfEntry[]> {
  return await tx<RouteOfEntry[]>`
    SELECT t.entry_id AS "entryId", t.id, u.code AS "unitCode",
           CASE t.state WHEN 'waiting' THEN t.routed_at WHEN 'confirmed' THEN coalesce(t.confirmed_at, t.routed_at)
             ELSE coalesce(t.closed_at, t.confirmed_at, t.routed_at) END AS at
    FROM route t JOIN unit u ON u.agency_id = t.agency_id AND u.id = t.unit_id
    WHERE t.agency_id = current_agency() AND t.entry_id = ANY(${entryIds}::uuid[])`;
}
