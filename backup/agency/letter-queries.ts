/**
 * SQL of the letters that go into an archive: an agency's export, a yearly volume. Read as the owner, in one REPEATABLE READ transaction.
 * Each stored file gets one home in the archive, whoever else refers to it: an attachment that came with ten letters travels once.
 */
import type { Transaction } from '../../register/db/connect.ts';
import type { RegisterName } from '../../register/look/entry-row.ts';

/** Which letters go in. */
export interface Scope {
  agencyId: number;
  /** null: all years. */
  year: number | null;
  /** all: everything. open: what is not classified. classified: the closed registers, and what is classified in the ordinary ones. */
  letters: 'all' | 'open' | 'classified';
}

/** A condition on the entry aliased `e`: whose bytes are in the archive. */
function inScope(tx: Transaction, scope: Scope) {
  const year = scope.year === null ? tx`` : tx`AND e.year = ${scope.year}`;
  const open = tx`e.secrecy = 'normal' AND e.register NOT LIKE '%-classified'`;
  const letters = scope.letters === 'all' ? tx`` : scope.letters === 'open' ? tx`AND ${open}` : tx`AND NOT (${open})`;
  return tx`e.agency_id = ${scope.agencyId} ${year} ${letters}`;
}

const FOLDER = `'letters/' || e.register || '/' || e.year || '/' || lpad(e.number::text, greatest(4, length(e.number::text)), '0')`;
const OTHER_FOLDER = `'other-mail/' || m.disposition || '/' || to_char(m.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') || '/' || m.id`;

/** Parts in the order of the MIME tree: part 10 after part 9. */
const IN_TREE = `CASE WHEN a.path ~ '^\\d{1,9}(\\.\\d{1,9})*$' THEN string_to_array(a.path, '.')::integer[] END NULLS LAST, a.path, a.id`;

/** A name that every file system takes, Thai kept: what is long loses its middle, for the end says what it is. */
const SAFE_NAME = `regexp_replace(CASE WHEN length(a.name) > 60 THEN left(a.name, 48) || '_' || right(a.name, 11) ELSE a.name END, '[^A-Za-z0-9ก-๛ ._()+-]', '_', 'g')`;
const PART_NAME = `CASE WHEN a.role IN ('attachment', 'inline') THEN '/attachments/' ELSE '/parts/' END || lpad(a.place::text, 2, '0') || coalesce('-' || nullif(btrim(${SAFE_NAME}, ' .'), ''), '')`;

/** Temporary table leaving_file: every stored file of the letters in scope, with its one home. Gone with the transaction. */
export async function makeLetterHomes(tx: Transaction, scope: Scope): Promise<void> {
  await tx`
    CREATE TEMPORARY TABLE leaving_part ON COMMIT DROP AS
      SELECT a.id, a.message_id, a.sha256, ${tx.unsafe(PART_NAME)} AS name
      FROM (SELECT *, row_number() OVER (PARTITION BY message_id ORDER BY ${tx.unsafe(IN_TREE)}) AS place FROM attachment a WHERE agency_id = ${scope.agencyId}) a`;
  await tx`CREATE INDEX ON leaving_part (message_id)`;
  await tx`
    CREATE TEMPORARY TABLE leaving_file ON COMMIT DROP AS
      SELECT DISTINCT ON (f.sha256) f.sha256, b.size, f.path, f.kind FROM (
        SELECT m.sha256, ${tx.unsafe(FOLDER)} || '/message.eml' AS path, 'letter' AS kind, 1 AS rank, e.state = 'cancelled' AS late
          FROM entry e JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id WHERE ${inScope(tx, scope)}
        UNION ALL
        SELECT p.sha256, ${tx.unsafe(FOLDER)} || p.name, 'letter', 2, e.state = 'cancelled'
          FROM entry e JOIN leaving_part p ON p.message_id = e.message_id WHERE ${inScope(tx, scope)}
      ) f JOIN blob b ON b.agency_id = ${scope.agencyId} AND b.sha256 = f.sha256
      ORDER BY f.sha256, f.rank, f.late, f.path`;
  await tx`CREATE UNIQUE INDEX ON leaving_file (sha256)`;
  await tx`ANALYZE leaving_part`;
  await tx`ANALYZE leaving_file`;
}

/** Homes for every other blob of the agency: closed days, certificates, mails of ours, what came in and is no letter; the rest by its hash. */
export async function makeOtherHomes(tx: Transaction, agencyId: number): Promise<void> {
  await tx`
    INSERT INTO leaving_file
      SELECT DISTINCT ON (b.sha256) b.sha256, b.size, coalesce(f.path, 'blobs/' || left(encode(b.sha256, 'hex'), 2) || '/' || encode(b.sha256, 'hex')), 'other'
      FROM blob b LEFT JOIN (
        SELECT c.sha256, 'days/' || d.day || '/' || c.name AS path, 1 AS rank
          FROM closed_file c JOIN closed_day d ON d.agency_id = c.agency_id AND d.ordinal = c.ordinal WHERE c.agency_id = ${agencyId}
        UNION ALL SELECT d.seal_sha256, 'days/' || d.day || '/seal.json', 2 FROM closed_day d WHERE d.agency_id = ${agencyId}
        UNION ALL SELECT d.signature_sha256, 'days/' || d.day || '/seal.sig.json', 3 FROM closed_day d WHERE d.agency_id = ${agencyId}
        UNION ALL SELECT c.json_sha256, 'certificates/' || c.copy_id || '-' || c.id || '.json', 4 FROM certificate c WHERE c.agency_id = ${agencyId}
        UNION ALL SELECT c.pdf_sha256, 'certificates/' || c.copy_id || '-' || c.id || '.pdf', 5 FROM certificate c WHERE c.agency_id = ${agencyId}
        UNION ALL SELECT l.sha256, 'mails/' || to_char(l.queued_at AT TIME ZONE 'UTC', 'YYYY-MM') || '/' || l.id || '.eml', 6 FROM mail l WHERE l.agency_id = ${agencyId}
        UNION ALL SELECT m.sha256, ${tx.unsafe(OTHER_FOLDER)} || '/message.eml', 7 FROM message m WHERE m.agency_id = ${agencyId}
        UNION ALL SELECT p.sha256, ${tx.unsafe(OTHER_FOLDER)} || p.name, 8 FROM message m JOIN leaving_part p ON p.message_id = m.id WHERE m.agency_id = ${agencyId}
      ) f ON f.sha256 = b.sha256
      WHERE b.agency_id = ${agencyId} AND NOT EXISTS (SELECT FROM leaving_file l WHERE l.sha256 = b.sha256)
      ORDER BY b.sha256, f.rank, f.path`;
  // Two files under one name would hide one of them.
  await tx`CREATE UNIQUE INDEX ON leaving_file (path COLLATE "C")`;
  await tx`ANALYZE leaving_file`;
}

export interface HomeRow {
  sha256: string;
  size: number;
  path: string;
}

/** The files that no letter writes, in the order of their paths, from behind `after`. */
export async function selectOtherFiles(tx: Transaction, after: string, limit: number): Promise<HomeRow[]> {
  return await tx<HomeRow[]>`
    SELECT encode(sha256, 'hex') AS sha256, size, path FROM leaving_file WHERE kind = 'other' AND path COLLATE "C" > ${after} ORDER BY path COLLATE "C" LIMIT ${limit}`;
}

/** Blobs in the archive. */
export async function countHomes(tx: Transaction): Promise<{ count: number; bytes: number }> {
  const [row] = await tx<
    { count: number; bytes: number }[]
  >`SELECT count(*) AS count, coalesce(sum(size), 0)::bigint AS bytes FROM leaving_file`;
  return row ?? { count: 0, bytes: 0 };
}

export interface BookRow {
  register: RegisterName;
  year: number;
  entries: number;
  /** Of them, those whose contents are in the archive. */
  open: number;
  last: number;
}

/** The registers and years there are, in scope or not: a book is listed whole, with what is not in scope masked. */
export async function selectBooks(tx: Transaction, scope: Scope): Promise<BookRow[]> {
  return await tx<BookRow[]>`
    SELECT e.register, e.year, count(*)::integer AS entries, count(*) FILTER (WHERE ${inScope(tx, scope)})::integer AS open, max(e.number) AS last FROM entry e
    WHERE e.agency_id = ${scope.agencyId} ${scope.year === null ? tx`` : tx`AND e.year = ${scope.year}`}
    GROUP BY e.register, e.year ORDER BY e.register, e.year`;
}

export interface LetterFile {
  name: string;
  contentType: string;
  size: number;
  sha256: string;
  /** Its place in the MIME tree. */
  part: string;
  role: 'body' | 'attachment' | 'inline' | 'container';
  /** Its home in the archive. */
  file: string;
}

/** One line of a register, with everything that hangs on it. What is out of scope comes with `open` false and its words blank. */
export interface LetterRow {
  id: string;
  register: RegisterName;
  year: number;
  number: number;
  /** Whether its contents are in this archive. */
  open: boolean;
  folder: string;
  state: string;
  stateReason: string;
  receivedAt: Date;
  enteredAt: Date;
  fromName: string;
  fromAddress: string;
  fromAgency: string;
  addressee: string;
  to: string[];
  subject: string;
  letterNumber: string;
  letterDate: string | null;
  urgency: string;
  secrecy: string;
  circular: boolean;
  kind: string;
  dueOn: string | null;
  remark: string;
  confirmedAt: Date | null;
  confirmedBy: string | null;
  publicCode: string;
  hash: string;
  previousHash: string;
  rawSha256: string | null;
  /** The message as it came; null for what came on paper or went out. */
  message: { file: string; sha256: string; size: number; own: boolean } | null;
  text: string;
  files: LetterFile[];
  routes: {
    unit: string;
    unitEn: string;
    purpose: string;
    state: string;
    routedBy: string;
    routedAt: string;
    confirmedBy: string | null;
    confirmedAt: string | null;
    unitNumber: number | null;
    unitYear: number | null;
    note: string;
  }[];
  history: { at: string; kind: string; by: string; detail: unknown }[];
  acknowledgement: { state: string; reason: string; recipient: string; sentAt: string | null } | null;
}

/** Entries of a book, numbers above `after`, in their order. */
export async function selectLetters(
  tx: Transaction,
  scope: Scope,
  book: Pick<BookRow, 'register' | 'year'>,
  after: number,
  limit: number,
): Promise<LetterRow[]> {
  return await tx<LetterRow[]>`
    SELECT e.id, e.register, e.year, e.number, s.open, ${tx.unsafe(FOLDER)} AS folder, e.state, CASE WHEN s.open THEN e.state_reason ELSE '' END AS "stateReason",
      e.received_at AS "receivedAt", e.entered_at AS "enteredAt", CASE WHEN s.open THEN e.from_name ELSE '' END AS "fromName",
      CASE WHEN s.open THEN e.from_address ELSE '' END AS "fromAddress", CASE WHEN s.open THEN e.from_agency ELSE '' END AS "fromAgency",
      CASE WHEN s.open THEN e.addressee ELSE '' END AS addressee, CASE WHEN s.open THEN coalesce(m.envelope_to, '{}') ELSE '{}' END AS "to",
      CASE WHEN s.open THEN e.subject ELSE '' END AS subject, CASE WHEN s.open THEN e.letter_number ELSE '' END AS "letterNumber",
      CASE WHEN s.open THEN e.letter_date END AS "letterDate", e.urgency, e.secrecy, e.circular, CASE WHEN s.open THEN e.kind ELSE '' END AS kind,
      CASE WHEN s.open THEN e.due_on END AS "dueOn", CASE WHEN s.open THEN e.remark ELSE '' END AS remark, e.confirmed_at AS "confirmedAt", e.confirmed_by AS "confirmedBy",
      e.public_code AS "publicCode", encode(e.hash, 'hex') AS hash, encode(e.previous_hash, 'hex') AS "previousHash", encode(e.raw_sha256, 'hex') AS "rawSha256",
      CASE WHEN s.open AND m.id IS NOT NULL THEN (
        SELECT json_build_object('file', h.path, 'sha256', encode(h.sha256, 'hex'), 'size', h.size, 'own', h.path = ${tx.unsafe(FOLDER)} || '/message.eml')
        FROM leaving_file h WHERE h.sha256 = m.sha256) END AS message,
      CASE WHEN s.open THEN coalesce(r.body_text, '') ELSE '' END AS text,
      CASE WHEN s.open THEN coalesce((
        SELECT json_agg(json_build_object('name', a.name, 'contentType', a.content_type, 'size', a.size, 'sha256', encode(a.sha256, 'hex'), 'part', a.path,
          'role', a.role, 'file', h.path) ORDER BY p.name)
        FROM attachment a JOIN leaving_part p ON p.id = a.id JOIN leaving_file h ON h.sha256 = a.sha256
        WHERE a.agency_id = e.agency_id AND a.message_id = e.message_id), '[]') ELSE '[]' END AS files,
      CASE WHEN s.open THEN coalesce((
        SELECT json_agg(json_build_object('unit', u.name_th, 'unitEn', u.name_en, 'purpose', t.purpose, 'state', t.state, 'routedBy', t.routed_by,
          'routedAt', iso_time(t.routed_at), 'confirmedBy', t.confirmed_by, 'confirmedAt', iso_time(t.confirmed_at), 'unitNumber', t.unit_number, 'unitYear', t.unit_year,
          'note', t.note) ORDER BY t.routed_at, t.id)
        FROM route t JOIN unit u ON u.agency_id = t.agency_id AND u.id = t.unit_id WHERE t.agency_id = e.agency_id AND t.entry_id = e.id), '[]') ELSE '[]' END AS routes,
      CASE WHEN s.open THEN coalesce((
        SELECT json_agg(json_build_object('at', iso_time(x.at), 'kind', x.kind, 'by', x.by, 'detail', x.detail) ORDER BY x.at, x.part, x.place) FROM (
          SELECT c.at, c.kind, c.actor_name AS by, c.detail, 1 AS part, c.ordinal::bigint AS place FROM act c WHERE c.agency_id = e.agency_id AND c.entry_id = e.id
          UNION ALL
          SELECT f.at, 'fact-changed', f.actor->>'name', json_build_object('fact', f.fact, 'before', f.before, 'after', f.after), 0, f.id
            FROM fact_change f WHERE f.agency_id = e.agency_id AND f.entry_id = e.id) x), '[]') ELSE '[]' END AS history,
      CASE WHEN s.open AND k.entry_id IS NOT NULL THEN json_build_object('state', k.state, 'reason', k.reason, 'recipient', k.recipient, 'sentAt', iso_time(k.sent_at)) END AS acknowledgement
    FROM entry e
      CROSS JOIN LATERAL (SELECT ${inScope(tx, scope)} AS open) s
      LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
      LEFT JOIN reading r ON r.agency_id = e.agency_id AND r.message_id = e.message_id
      LEFT JOIN acknowledgement k ON k.agency_id = e.agency_id AND k.entry_id = e.id
    WHERE e.agency_id = ${scope.agencyId} AND e.register = ${book.register} AND e.year = ${book.year} AND e.number > ${after}
    ORDER BY e.number LIMIT ${limit}`;
}

export interface LeavingAgency {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  phone: string;
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  numerals: 'arabic' | 'thai';
  language: 'th' | 'en';
  state: 'active' | 'suspended' | 'left';
  addresses: string[];
}

export async function selectAgency(tx: Transaction, code: string): Promise<LeavingAgency | null> {
  const [row] = await tx<LeavingAgency[]>`
    SELECT g.id, g.code, g.name_th AS "nameTh", g.name_en AS "nameEn", g.phone, g.time_zone AS "timeZone", g.calendar, g.numerals, g.language, g.state,
           array(SELECT a.address FROM address a WHERE a.agency_id = g.id ORDER BY a.address) AS addresses
    FROM agency g WHERE g.code = ${code} AND g.id > 0`;
  return row ?? null;
}
