/** SQL of route-letter.ts: the newest rules, the letter as the rules see it, the units and officers they name. */
import type { Transaction } from '../db/connect.ts';
import type { EntryState, RegisterName } from '../look/entry-row.ts';
import type { RuleUrgency } from './rules.ts';

export interface LetterToRoute {
  id: string;
  register: RegisterName;
  state: EntryState;
  receivedAt: Date;
  timeZone: string;
  fromAddress: string;
  envelopeFrom: string;
  envelopeTo: string[];
  subject: string;
  letterNumber: string;
  urgency: RuleUrgency;
  circular: boolean;
  text: string;
  documents: { text: string }[];
  attachments: { name: string | null; contentType: string }[];
  routes: number;
}

/** Locks the entry, then looks at all of it. Null when there is none. */
export async function lockLetter(tx: Transaction, entryId: string): Promise<LetterToRoute | null> {
  await tx`SELECT id FROM entry WHERE id = ${entryId} FOR UPDATE`;
  const [row] = await tx<LetterToRoute[]>`
    SELECT e.id, e.register, e.state, e.received_at AS "receivedAt", g.time_zone AS "timeZone", e.from_address AS "fromAddress", e.envelope_from AS "envelopeFrom",
           coalesce(m.envelope_to, '{}') AS "envelopeTo", concat_ws(E'\n', e.subject, nullif(m.subject, e.subject)) AS subject, e.letter_number AS "letterNumber",
           e.urgency, e.circular, coalesce(r.body_text, '') AS text, coalesce(r.documents, '[]') AS documents,
           coalesce((SELECT jsonb_agg(jsonb_build_object('name', nullif(a.name, ''), 'contentType', a.content_type) ORDER BY a.path)
                     FROM attachment a WHERE a.agency_id = e.agency_id AND a.message_id = e.message_id AND a.role IN ('attachment', 'container')), '[]') AS attachments,
           (SELECT count(*)::integer FROM route t WHERE t.agency_id = e.agency_id AND t.entry_id = e.id) AS routes
    FROM entry e JOIN agency g ON g.id = e.agency_id
      LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
      LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
    WHERE e.id = ${entryId}`;
  return row ?? null;
}

export async function selectNewestRules(tx: Transaction): Promise<{ version: number; text: string } | null> {
  const [row] = await tx<{ version: number; text: string }[]>`SELECT version, text FROM rule_set ORDER BY version DESC LIMIT 1`;
  return row ?? null;
}

export interface UnitByCode {
  id: string;
  code: string;
  /** Active officers who belong to it, by login. */
  officers: { id: string; login: string }[];
}

/** Active units by their codes. */
export async function selectUnitsByCode(tx: Transaction, codes: string[]): Promise<UnitByCode[]> {
  return await tx<UnitByCode[]>`
    SELECT u.id, u.code,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'login', a.login)) FROM account_unit au
                     JOIN account a ON a.agency_id = au.agency_id AND a.id = au.account_id AND a.state = 'active'
                     WHERE au.agency_id = u.agency_id AND au.unit_id = u.id), '[]') AS officers
    FROM unit u WHERE u.code = ANY(${codes}) AND u.state = 'active'`;
}
