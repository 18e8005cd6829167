/** SQL of the evidence of one letter: the entry with all that its hash covers, what was done to it, and the closed day it stands in. */
import { selectClassifiedSince } from '../close/queries.ts';
import type { Transaction } from '../db/connect.ts';
import type { RegisterName } from '../look/entry-row.ts';

export interface EvidenceAgency {
  code: string;
  nameTh: string;
  nameEn: string;
  timeZone: string;
}

export interface EvidenceEntry {
  id: string;
  register: RegisterName;
  year: number;
  number: number;
  messageId: string | null;
  movedFrom: string | null;
  receivedAt: Date;
  enteredAt: Date;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
  rawSha256: string | null;
  previousHash: string;
  hash: string;
  publicCode: string;
  subject: string;
  addressee: string;
  fromAgency: string;
  letterNumber: string;
  letterDate: string | null;
  urgency: string;
  secrecy: string;
  circular: boolean;
  kind: string;
  dueOn: string | null;
  remark: string;
  state: string;
  stateReason: string;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  answered: boolean;
}

export async function selectEvidenceAgency(tx: Transaction): Promise<EvidenceAgency> {
  const [row] = await tx<EvidenceAgency[]>`
    SELECT code, name_th AS "nameTh", name_en AS "nameEn", time_zone AS "timeZone" FROM agency WHERE id = current_agency()`;
  if (row === undefined) throw new Error('the current agency does not exist');
  return row;
}

export async function selectEvidenceEntry(tx: Transaction, entryId: string): Promise<EvidenceEntry> {
  const [row] = await tx<EvidenceEntry[]>`
    SELECT id, register, year, number, message_id AS "messageId", moved_from AS "movedFrom", received_at AS "receivedAt", entered_at AS "enteredAt",
           envelope_from AS "envelopeFrom", from_name AS "fromName", from_address AS "fromAddress", encode(raw_sha256, 'hex') AS "rawSha256",
           encode(previous_hash, 'hex') AS "previousHash", encode(hash, 'hex') AS hash, public_code AS "publicCode", subject, addressee, from_agency AS "fromAgency",
           letter_number AS "letterNumber", letter_date AS "letterDate", urgency, secrecy, circular, kind, due_on AS "dueOn", remark, state,
           state_reason AS "stateReason", confirmed_at AS "confirmedAt", confirmed_by AS "confirmedBy", answered
    FROM entry WHERE agency_id = current_agency() AND id = ${entryId}`;
  if (row === undefined) throw new Error(`the entry ${entryId} was locked, and is not there`);
  return row;
}

export interface EvidenceMessage {
  id: string;
  sha256: string;
  size: number;
  envelopeFrom: string;
  envelopeTo: string[];
  headerMessageId: string | null;
  peer: unknown;
  trust: unknown;
  reading: string;
}

export async function selectEvidenceMessage(tx: Transaction, messageId: string): Promise<EvidenceMessage | null> {
  const [row] = await tx<EvidenceMessage[]>`
    SELECT id, encode(sha256, 'hex') AS sha256, size, envelope_from AS "envelopeFrom", envelope_to AS "envelopeTo", header_message_id AS "headerMessageId",
           peer, trust, reading
    FROM message WHERE agency_id = current_agency() AND id = ${messageId}`;
  return row ?? null;
}

export interface EvidenceAct {
  register: string;
  ordinal: number;
  previousHash: string;
  hash: string;
  entryId: string | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: Date;
  /** The text of the column, to the letter: the hash covers it so. */
  detail: string;
}

export async function selectEvidenceActs(tx: Transaction, entryId: string): Promise<EvidenceAct[]> {
  return await tx<EvidenceAct[]>`
    SELECT register, ordinal, encode(previous_hash, 'hex') AS "previousHash", encode(hash, 'hex') AS hash, entry_id AS "entryId", route_id AS "routeId", kind,
           actor_id AS "actorId", actor_name AS "actorName", peer, at, detail::text AS detail
    FROM act WHERE agency_id = current_agency() AND entry_id = ${entryId} ORDER BY register, ordinal`;
}

export interface EvidenceRoute {
  id: string;
  unitCode: string;
  unitNameTh: string;
  purpose: string;
  instruction: string;
  state: string;
  rule: string | null;
  routedBy: string;
  routedAt: Date;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  unitYear: number | null;
  unitNumber: number | null;
  closedAt: Date | null;
  closedBy: string | null;
  note: string;
}

export async function selectEvidenceRoutes(tx: Transaction, entryId: string): Promise<EvidenceRoute[]> {
  return await tx<EvidenceRoute[]>`
    SELECT r.id, u.code AS "unitCode", u.name_th AS "unitNameTh", r.purpose, r.instruction, r.state, r.rule, r.routed_by AS "routedBy", r.routed_at AS "routedAt",
           r.confirmed_at AS "confirmedAt", r.confirmed_by AS "confirmedBy", r.unit_year AS "unitYear", r.unit_number AS "unitNumber", r.closed_at AS "closedAt",
           r.closed_by AS "closedBy", r.note
    FROM route r JOIN unit u ON u.agency_id = r.agency_id AND u.id = r.unit_id
    WHERE r.agency_id = current_agency() AND r.entry_id = ${entryId} ORDER BY r.routed_at, r.id`;
}

export interface EvidenceChange {
  fact: string;
  before: string | null;
  after: string | null;
  actor: unknown;
  at: Date;
}

export async function selectEvidenceChanges(tx: Transaction, entryId: string): Promise<EvidenceChange[]> {
  return await tx<EvidenceChange[]>`
    SELECT fact, before, after, actor, at FROM fact_change WHERE agency_id = current_agency() AND entry_id = ${entryId} ORDER BY id`;
}

export interface EvidenceReceipt {
  state: string;
  reason: string;
  recipient: string;
  sentAt: Date | null;
  mail: { sha256: string; size: number; state: string; reply: string } | null;
}

export async function selectEvidenceReceipt(tx: Transaction, entryId: string): Promise<EvidenceReceipt | null> {
  const [row] = await tx<EvidenceReceipt[]>`
    SELECT k.state, k.reason, k.recipient, k.sent_at AS "sentAt",
           CASE WHEN m.id IS NOT NULL THEN jsonb_build_object('sha256', encode(m.sha256, 'hex'), 'size', m.size, 'state', m.state, 'reply', m.reply) END AS mail
    FROM acknowledgement k LEFT JOIN mail m ON m.agency_id = k.agency_id AND m.id = k.mail_id
    WHERE k.agency_id = current_agency() AND k.entry_id = ${entryId}`;
  return row ?? null;
}

export interface EvidenceDay {
  ordinal: number;
  day: string;
  sealSha256: string;
  sealSize: number;
  signatureSha256: string;
  signatureSize: number;
  files: { name: string; sha256: string; size: number; classified: boolean }[];
  /** A letter of it was found classified after it was closed: its files are for appointed persons now (I10). */
  revealing: boolean;
}

/** The closed day whose numbers hold the entry; null while its day is open. */
export async function selectEvidenceDay(
  tx: Transaction,
  entry: { register: string; year: number; number: number },
): Promise<EvidenceDay | null> {
  const [row] = await tx<Omit<EvidenceDay, 'revealing'>[]>`
    SELECT d.ordinal, d.day, encode(d.seal_sha256, 'hex') AS "sealSha256", s.size AS "sealSize", encode(d.signature_sha256, 'hex') AS "signatureSha256",
           g.size AS "signatureSize",
           coalesce((SELECT jsonb_agg(jsonb_build_object('name', f.name, 'sha256', encode(f.sha256, 'hex'), 'size', f.size, 'classified', f.classified) ORDER BY f.name)
                     FROM closed_file f WHERE f.agency_id = d.agency_id AND f.ordinal = d.ordinal), '[]') AS files
    FROM closed_book b
      JOIN closed_day d ON d.agency_id = b.agency_id AND d.ordinal = b.ordinal
      JOIN blob s ON s.agency_id = d.agency_id AND s.sha256 = d.seal_sha256
      JOIN blob g ON g.agency_id = d.agency_id AND g.sha256 = d.signature_sha256
    WHERE b.agency_id = current_agency() AND b.register = ${entry.register} AND b.year = ${entry.year} AND ${entry.number} BETWEEN b.first_number AND b.last_number`;
  return row === undefined ? null : { ...row, revealing: (await selectClassifiedSince(tx, [row.ordinal])).length > 0 };
}
