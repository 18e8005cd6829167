/**
 * SQL of the heart: what enter.ts writes. Row types beside their statements. Other parts of the register keep their SQL in a queries.ts of their own.
 */
import type { JsonValue, Transaction } from './db/connect.ts';

export interface AgencyCalendar {
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  /** The agency's setting, as stored; register/registers.ts reads it. */
  classifiedRegister: string | null;
}

export async function selectCalendar(tx: Transaction, agencyId: number): Promise<AgencyCalendar> {
  const [agency] = await tx<AgencyCalendar[]>`
    SELECT time_zone AS "timeZone", calendar, settings->>'classifiedRegister' AS "classifiedRegister" FROM agency WHERE id = ${agencyId}`;
  if (agency === undefined) throw new Error(`agency ${agencyId} does not exist`);
  return agency;
}

export interface KnownMessage {
  id: string;
  sha256: string;
  envelopeSha256: string;
  headerMessageId: string | null;
  disposition: 'entered' | 'notice' | 'held';
  entryId: string | null;
  number: number | null;
  year: number | null;
}

/** Messages of the current agency with the same bytes, or with the same Message-ID. Duplicates are left out: they point at one of these. */
export async function selectKnownMessages(tx: Transaction, sha256: string[], headerMessageIds: string[]): Promise<KnownMessage[]> {
  return await tx<KnownMessage[]>`
    SELECT m.id, encode(m.sha256, 'hex') AS sha256, encode(m.envelope_sha256, 'hex') AS "envelopeSha256", m.header_message_id AS "headerMessageId",
           m.disposition, m.entry_id AS "entryId", e.number, e.year
    FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
    WHERE m.agency_id = current_agency() AND m.disposition <> 'duplicate'
      AND (m.sha256 = ANY(ARRAY(SELECT decode(h, 'hex') FROM unnest(${sha256}::text[]) AS h)) OR m.header_message_id = ANY(${headerMessageIds}::text[]))
    ORDER BY m.received_at`;
}

/** One message, and its entry when it is a letter, as the insert below takes them. Hashes in hex, times in ISO 8601. */
export interface MessageToInsert {
  ordinal: number;
  id: string;
  sha256: string;
  size: number;
  envelope_from: string;
  envelope_to: string[];
  envelope_sha256: string;
  peer: JsonValue;
  received_at: string;
  disposition: 'entered' | 'notice' | 'held' | 'duplicate';
  reason: string;
  duplicate_of: string | null;
  entry_id: string | null;
  header_message_id: string | null;
  subject: string;
  from_name: string;
  from_address: string;
  /** As the subject line has it; reading may raise it. */
  secrecy: string;
  intake_notes: JsonValue;
  trust: JsonValue;
  attention: boolean;
  reading: 'waiting' | 'done';
  /** Null when no entry is to be made. */
  entry: null | {
    register: string;
    year: number;
    entered_at: string;
    public_code: string;
    urgency: string;
    secrecy: string;
    possible_duplicate_of: string | null;
  };
}

export interface InsertedEntry {
  id: string;
  number: number;
  year: number;
}

/**
 * Writes blobs, messages, entries and open acknowledgements of the current agency in one statement. The trigger entry_number gives each entry
 * its number in the order of `ordinal`, and holds the series' row until the transaction ends. Registers are taken in the order of their names, so that
 * two transactions never hold one series each and wait for the other's.
 */
export async function insertMessages(tx: Transaction, rows: MessageToInsert[]): Promise<InsertedEntry[]> {
  return await tx<InsertedEntry[]>`
    WITH given AS MATERIALIZED (
      SELECT r.* FROM jsonb_to_recordset(${tx.json(rows as unknown as JsonValue)}) AS r(
        ordinal integer, id uuid, sha256 text, size bigint, envelope_from text, envelope_to jsonb, envelope_sha256 text, peer jsonb, received_at timestamptz,
        disposition text, reason text, duplicate_of uuid, entry_id uuid, header_message_id text, subject text, from_name text, from_address text,
        secrecy text, intake_notes jsonb, trust jsonb, attention boolean, reading text, entry jsonb)
    ), stored AS (
      INSERT INTO blob (agency_id, sha256, size) SELECT DISTINCT current_agency(), decode(sha256, 'hex'), size FROM given ON CONFLICT DO NOTHING
    ), kept AS (
      INSERT INTO message (agency_id, id, sha256, size, envelope_from, envelope_to, envelope_sha256, peer, received_at, disposition, reason, held_state,
                           duplicate_of, entry_id, header_message_id, subject, from_name, from_address, secrecy, intake_notes, trust, attention, reading)
      SELECT current_agency(), id, decode(sha256, 'hex'), size, envelope_from, ARRAY(SELECT jsonb_array_elements_text(envelope_to)), decode(envelope_sha256, 'hex'), peer,
             received_at, disposition, reason, CASE disposition WHEN 'held' THEN 'waiting' END, duplicate_of, entry_id, header_message_id, subject, from_name,
             from_address, secrecy, intake_notes, trust, attention, reading
      FROM given ORDER BY ordinal
    ), entered AS (
      INSERT INTO entry (agency_id, id, register, year, message_id, received_at, entered_at, envelope_from, from_name, from_address, raw_sha256, public_code,
                         subject, urgency, secrecy, possible_duplicate_of, duplicate_state, duplicate_reason)
      SELECT current_agency(), entry_id, entry->>'register', (entry->>'year')::integer, id, received_at, (entry->>'entered_at')::timestamptz, envelope_from, from_name, from_address,
             decode(sha256, 'hex'), entry->>'public_code', subject, entry->>'urgency', entry->>'secrecy', (entry->>'possible_duplicate_of')::uuid,
             CASE WHEN entry->>'possible_duplicate_of' IS NOT NULL THEN 'flagged' END,
             CASE WHEN entry->>'possible_duplicate_of' IS NOT NULL THEN 'message-id' ELSE '' END
      FROM given WHERE jsonb_typeof(entry) = 'object' ORDER BY entry->>'register' COLLATE "C", ordinal
      RETURNING id, number, year
    ), acknowledged AS (
      INSERT INTO acknowledgement (agency_id, entry_id) SELECT current_agency(), id FROM entered
    )
    SELECT id, number, year FROM entered`;
}

/** Tells the pages that are open that something came in; heard when the transaction commits. */
export async function notifyEntered(tx: Transaction, ...agencyIds: number[]): Promise<void> {
  await tx`SELECT pg_notify('saraban_register', id::text) FROM unnest(${agencyIds}::integer[]) AS id`;
}
