/**
 * SQL of closing a day: what stood when. Everything is read in one snapshot (REPEATABLE READ) as the application, so that letters go on being entered meanwhile;
 * only the few rows of the closed day itself are written, at the end, in a transaction of its own.
 */
import type { Transaction } from '../db/connect.ts';
import type { RegisterName } from '../look/entry-row.ts';
import type { BookName, DayCertificate } from './day-format.ts';

// No agency closes two days at once, on however many machines: whoever comes second finds the day closed.
const LOCK = 25690010;

/** Held to the end of the transaction. */
export async function lockClosing(tx: Transaction, agencyId: number): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(${LOCK}, ${agencyId})`;
}

export interface ClosingAgency {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  timeZone: string;
  calendar: 'buddhist' | 'gregory';
  numerals: 'arabic' | 'thai';
  state: 'active' | 'suspended' | 'left';
  closingHour: unknown;
  createdAt: Date;
  /** When something was last entered or done; null before the first. */
  lastAt: Date | null;
}

export async function selectClosingAgency(tx: Transaction, agencyId: number): Promise<ClosingAgency | null> {
  const [row] = await tx<ClosingAgency[]>`
    SELECT id, code, name_th AS "nameTh", name_en AS "nameEn", time_zone AS "timeZone", calendar, numerals, state, settings->'closingHour' AS "closingHour",
           created_at AS "createdAt", (SELECT max(s.last_at) FROM series s WHERE s.agency_id = agency.id) AS "lastAt"
    FROM agency WHERE id = ${agencyId}`;
  return row ?? null;
}

export interface LastDay {
  ordinal: number;
  day: string;
  closedAt: Date;
  sealSha256: Buffer;
}

export async function selectLastDay(tx: Transaction): Promise<LastDay | null> {
  const [row] = await tx<LastDay[]>`
    SELECT ordinal, day, closed_at AS "closedAt", seal_sha256 AS "sealSha256" FROM closed_day WHERE agency_id = current_agency() ORDER BY ordinal DESC LIMIT 1`;
  return row ?? null;
}

/** The first entry or act; null before it. */
export async function selectFirstAt(tx: Transaction): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    SELECT least((SELECT min(entered_at) FROM entry WHERE agency_id = current_agency() AND number = 1),
                 (SELECT min(at) FROM act WHERE agency_id = current_agency() AND ordinal = 1)) AS at`;
  return row?.at ?? null;
}

export interface SeriesRow {
  /** A register, or 'act:' and a register or 'office'. */
  series: string;
  year: number;
  lastNumber: number;
}

export async function selectSeries(tx: Transaction): Promise<SeriesRow[]> {
  return await tx<SeriesRow[]>`
    SELECT series, year, last_number AS "lastNumber" FROM series WHERE agency_id = current_agency() AND series NOT LIKE 'unit:%' ORDER BY series, year`;
}

export interface BookPosition {
  register: BookName;
  year: number;
  lastNumber: number;
  headHash: Buffer;
  lastAct: number;
  actHeadHash: Buffer;
}

/** Where each book stood when it was last in a closed day. */
export async function selectPositions(tx: Transaction): Promise<BookPosition[]> {
  return await tx<BookPosition[]>`
    SELECT DISTINCT ON (register, year) register, year, last_number AS "lastNumber", head_hash AS "headHash", last_act AS "lastAct", act_head_hash AS "actHeadHash"
    FROM closed_book WHERE agency_id = current_agency() ORDER BY register, year, ordinal DESC`;
}

/**
 * The first entry above `after` that belongs to a later day: entered at `closing` or after it. Times rise with the numbers of a book, so all before it belong to
 * this day. One entered after `horizon`, which lies ahead of the clock, was numbered while the clock was wrong: its time decides nothing.
 */
export async function selectFirstLater(
  tx: Transaction,
  book: { register: string; year: number; after: number },
  closing: Date,
  horizon: Date,
): Promise<number | null> {
  const [row] = await tx<{ number: number }[]>`
    SELECT number FROM entry WHERE agency_id = current_agency() AND register = ${book.register} AND year = ${book.year} AND number > ${book.after}
      AND entered_at >= ${closing} AND entered_at <= ${horizon} ORDER BY number LIMIT 1`;
  return row?.number ?? null;
}

export async function selectFirstLaterAct(
  tx: Transaction,
  register: string,
  after: number,
  closing: Date,
  horizon: Date,
): Promise<number | null> {
  const [row] = await tx<{ ordinal: number }[]>`
    SELECT ordinal FROM act WHERE agency_id = current_agency() AND register = ${register} AND ordinal > ${after}
      AND at >= ${closing} AND at <= ${horizon} ORDER BY ordinal LIMIT 1`;
  return row?.ordinal ?? null;
}

export async function selectEntryHash(tx: Transaction, register: string, year: number, number: number): Promise<Buffer | null> {
  const [row] = await tx<{ hash: Buffer }[]>`
    SELECT hash FROM entry WHERE agency_id = current_agency() AND register = ${register} AND year = ${year} AND number = ${number}`;
  return row?.hash ?? null;
}

export async function selectActHash(tx: Transaction, register: string, ordinal: number): Promise<Buffer | null> {
  const [row] = await tx<{ hash: Buffer }[]>`
    SELECT hash FROM act WHERE agency_id = current_agency() AND register = ${register} AND ordinal = ${ordinal}`;
  return row?.hash ?? null;
}

// Rows in memory at a time.
const CHUNK = 500;

export interface ClosedEntryRow {
  number: number;
  id: string;
  previousHash: Buffer;
  hash: Buffer;
  rawSha256: Buffer | null;
  receivedAt: Date;
  enteredAt: Date;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
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
  units: string[];
  movedRegister: string | null;
  movedYear: number | null;
  movedNumber: number | null;
}

/** Entries first..last of a book, in their order. */
export function streamEntries(
  tx: Transaction,
  book: { register: RegisterName; year: number; first: number; last: number },
): AsyncIterable<ClosedEntryRow[]> {
  return tx<ClosedEntryRow[]>`
    SELECT e.number, e.id, e.previous_hash AS "previousHash", e.hash, e.raw_sha256 AS "rawSha256", e.received_at AS "receivedAt", e.entered_at AS "enteredAt",
           e.envelope_from AS "envelopeFrom", e.from_name AS "fromName", e.from_address AS "fromAddress", e.subject, e.addressee, e.from_agency AS "fromAgency",
           e.letter_number AS "letterNumber", e.letter_date AS "letterDate", e.urgency, e.secrecy, e.circular, e.kind, e.due_on AS "dueOn", e.remark, e.state,
           e.state_reason AS "stateReason", o.register AS "movedRegister", o.year AS "movedYear", o.number AS "movedNumber",
           ARRAY(SELECT DISTINCT u.name_th FROM route r JOIN unit u ON u.agency_id = r.agency_id AND u.id = r.unit_id
                 WHERE r.agency_id = e.agency_id AND r.entry_id = e.id AND r.state <> 'withdrawn' ORDER BY u.name_th) AS units
    FROM entry e LEFT JOIN entry o ON o.agency_id = e.agency_id AND o.id = e.moved_from
    WHERE e.agency_id = current_agency() AND e.register = ${book.register} AND e.year = ${book.year} AND e.number BETWEEN ${book.first} AND ${book.last}
    ORDER BY e.number`.cursor(CHUNK);
}

/** Whether any of the entries first..last is classified. */
export async function hasClassified(
  tx: Transaction,
  book: { register: string; year: number; first: number; last: number },
): Promise<boolean> {
  const [row] = await tx<{ any: boolean }[]>`
    SELECT EXISTS (SELECT FROM entry WHERE agency_id = current_agency() AND register = ${book.register} AND year = ${book.year}
      AND number BETWEEN ${book.first} AND ${book.last} AND secrecy <> 'normal') AS any`;
  return row?.any === true;
}

export interface ClosedActRow {
  ordinal: number;
  entryId: string | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: Date;
  detail: string;
  previousHash: Buffer;
  hash: Buffer;
  /** Whether it is about a classified letter. */
  classified: boolean;
}

export function streamActs(tx: Transaction, book: { register: BookName; first: number; last: number }): AsyncIterable<ClosedActRow[]> {
  return tx<ClosedActRow[]>`
    SELECT a.ordinal, a.entry_id AS "entryId", a.route_id AS "routeId", a.kind, a.actor_id AS "actorId", a.actor_name AS "actorName", a.peer, a.at,
           a.detail::text AS detail, a.previous_hash AS "previousHash", a.hash, coalesce(e.secrecy, 'normal') <> 'normal' AS classified
    FROM act a LEFT JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id
    WHERE a.agency_id = current_agency() AND a.register = ${book.register} AND a.ordinal BETWEEN ${book.first} AND ${book.last} ORDER BY a.ordinal`.cursor(
    CHUNK,
  );
}

export async function hasClassifiedActs(tx: Transaction, book: { register: string; first: number; last: number }): Promise<boolean> {
  const [row] = await tx<{ any: boolean }[]>`
    SELECT EXISTS (SELECT FROM act a JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id
      WHERE a.agency_id = current_agency() AND a.register = ${book.register} AND a.ordinal BETWEEN ${book.first} AND ${book.last} AND e.secrecy <> 'normal') AS any`;
  return row?.any === true;
}

/** Which changes earlier days named: all up to `floor`, and those listed. */
export interface ChangeMark {
  floor: number;
  listed: number[];
}

export async function selectMark(tx: Transaction): Promise<ChangeMark> {
  const [row] = await tx<ChangeMark[]>`
    SELECT changes_floor AS floor, changes_listed AS listed FROM closed_mark WHERE agency_id = current_agency() ORDER BY ordinal DESC LIMIT 1`;
  return row ?? { floor: 0, listed: [] };
}

export interface ClosedChangeRow {
  id: number;
  entryId: string;
  register: string;
  year: number;
  number: number;
  fact: string;
  before: string | null;
  after: string | null;
  by: string;
  at: Date;
  classified: boolean;
}

/** @param until - null: whatever is there; a time: only what was changed before it, for more days are to follow */
export function streamChanges(tx: Transaction, mark: ChangeMark, until: Date | null): AsyncIterable<ClosedChangeRow[]> {
  return tx<ClosedChangeRow[]>`
    SELECT c.id, c.entry_id AS "entryId", e.register, e.year, e.number, c.fact, c.before, c.after, coalesce(c.actor->>'name', '') AS by, c.at,
           e.secrecy <> 'normal' OR e.register LIKE '%-classified' AS classified
    FROM fact_change c JOIN entry e ON e.agency_id = c.agency_id AND e.id = c.entry_id
    WHERE c.agency_id = current_agency() AND c.id > ${mark.floor} AND c.id <> ALL(${mark.listed}::bigint[]) AND (${until}::timestamptz IS NULL OR c.at < ${until}::timestamptz)
    ORDER BY c.id`.cursor(CHUNK);
}

/** Longer than any transaction that changes facts: a change with an id below those of so long ago can come no more. */
const LATEST_COMMIT = '15 minutes';

/** The mark after streamChanges named its rows, in the same snapshot. By the database's clock, which wrote the times of the changes. */
export async function selectNextMark(tx: Transaction, mark: ChangeMark, until: Date | null): Promise<ChangeMark> {
  const [row] = await tx<{ floor: number }[]>`
    WITH open AS (
      SELECT min(id) AS first FROM fact_change
      WHERE agency_id = current_agency() AND id > ${mark.floor} AND id <> ALL(${mark.listed}::bigint[]) AND at >= ${until}::timestamptz
    )
    SELECT coalesce(max(c.id), ${mark.floor}::bigint) AS floor FROM fact_change c, open
    WHERE c.agency_id = current_agency() AND c.id > ${mark.floor} AND c.at <= clock_timestamp() - ${LATEST_COMMIT}::interval AND (open.first IS NULL OR c.id < open.first)`;
  const floor = row?.floor ?? mark.floor;
  const listed = await tx<{ id: number }[]>`
    SELECT id FROM fact_change WHERE agency_id = current_agency() AND id > ${floor}
      AND (${until}::timestamptz IS NULL OR at < ${until}::timestamptz OR id = ANY(${mark.listed}::bigint[])) ORDER BY id`;
  return { floor, listed: listed.map(one => one.id) };
}

export interface ClosedEndedRow {
  register: string;
  year: number;
  number: number;
  entryId: string;
  state: string;
  reason: string;
  by: string;
  at: Date;
  classified: boolean;
}

/** Numbers that the acts first..last of a register took out of use. */
export async function selectEnded(tx: Transaction, book: { register: string; first: number; last: number }): Promise<ClosedEndedRow[]> {
  return await tx<ClosedEndedRow[]>`
    SELECT e.register, e.year, e.number, e.id AS "entryId", e.state, e.state_reason AS reason, a.actor_name AS by, a.at, e.secrecy <> 'normal' AS classified
    FROM act a JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id
    WHERE a.agency_id = current_agency() AND a.register = ${book.register} AND a.ordinal BETWEEN ${book.first} AND ${book.last}
      AND a.kind IN ('cancelled', 'returned', 'moved-away') ORDER BY a.ordinal`;
}

export type ClosedCertificateRow = Omit<DayCertificate, 'at' | 'sha256'> & { at: Date; sha256: Buffer };

/** Certificates that no closed day names yet. */
export async function selectNewCertificates(tx: Transaction): Promise<ClosedCertificateRow[]> {
  return await tx<ClosedCertificateRow[]>`
    SELECT c.id, c.at, c.copy_id AS "copyId", c.place, c.outcome, c.json_sha256 AS sha256 FROM certificate c
    WHERE c.agency_id = current_agency()
      AND NOT EXISTS (SELECT FROM closed_certificate k WHERE k.agency_id = c.agency_id AND k.certificate_id = c.id) ORDER BY c.at, c.id`;
}

export interface DayToInsert {
  ordinal: number;
  day: string;
  closedAt: Date;
  sealSha256: string;
  previousSealSha256: Buffer | null;
  signatureSha256: string;
}

export interface FileToInsert {
  name: string;
  contentType: string;
  sha256: string;
  size: number;
  classified: boolean;
}

export async function insertBlob(tx: Transaction, file: { sha256: string; size: number }): Promise<void> {
  await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (current_agency(), decode(${file.sha256}, 'hex'), ${file.size}) ON CONFLICT DO NOTHING`;
}

export async function insertDay(tx: Transaction, day: DayToInsert): Promise<void> {
  await tx`
    INSERT INTO closed_day (agency_id, ordinal, day, closed_at, seal_sha256, previous_seal_sha256, signature_sha256)
    VALUES (current_agency(), ${day.ordinal}, ${day.day}, ${day.closedAt}, decode(${day.sealSha256}, 'hex'), ${day.previousSealSha256}, decode(${day.signatureSha256}, 'hex'))`;
}

export interface BookToInsert {
  register: BookName;
  year: number;
  first: number;
  last: number;
  head: Buffer;
  firstAct: number;
  lastAct: number;
  actHead: Buffer;
}

export async function insertBook(tx: Transaction, ordinal: number, book: BookToInsert): Promise<void> {
  await tx`
    INSERT INTO closed_book (agency_id, ordinal, register, year, first_number, last_number, head_hash, first_act, last_act, act_head_hash)
    VALUES (current_agency(), ${ordinal}, ${book.register}, ${book.year}, ${book.first}, ${book.last}, ${book.head}, ${book.firstAct}, ${book.lastAct}, ${book.actHead})`;
}

/** @returns false when the day has a file of this name */
export async function insertFile(tx: Transaction, ordinal: number, file: FileToInsert, at: Date): Promise<boolean> {
  const rows = await tx`
    INSERT INTO closed_file (agency_id, ordinal, name, content_type, sha256, size, classified, added_at)
    VALUES (current_agency(), ${ordinal}, ${file.name}, ${file.contentType}, decode(${file.sha256}, 'hex'), ${file.size}, ${file.classified}, ${at})
    ON CONFLICT DO NOTHING RETURNING name`;
  return rows.length === 1;
}

export async function insertMark(tx: Transaction, ordinal: number, mark: ChangeMark): Promise<void> {
  await tx`
    INSERT INTO closed_mark (agency_id, ordinal, changes_floor, changes_listed) VALUES (current_agency(), ${ordinal}, ${mark.floor}, ${mark.listed}::bigint[])`;
}

export async function insertNamedCertificates(tx: Transaction, ordinal: number, ids: string[]): Promise<void> {
  await tx`
    INSERT INTO closed_certificate (agency_id, certificate_id, ordinal) SELECT current_agency(), id, ${ordinal}::integer FROM unnest(${ids}::uuid[]) AS id`;
}

/** The seal of a closed day, and whether it has its timestamp. */
export async function selectSeal(tx: Transaction, ordinal: number): Promise<{ sha256: string; day: string; stamped: boolean } | null> {
  const [row] = await tx<{ sha256: string; day: string; stamped: boolean }[]>`
    SELECT encode(d.seal_sha256, 'hex') AS sha256, d.day,
           EXISTS (SELECT FROM closed_file f WHERE f.agency_id = d.agency_id AND f.ordinal = d.ordinal AND f.name = 'seal.tsr') AS stamped
    FROM closed_day d WHERE d.agency_id = current_agency() AND d.ordinal = ${ordinal}`;
  return row ?? null;
}

/**
 * Of the days named, those whose open files speak of a letter that was classified only after the day was closed. The files cannot be changed any more (I11),
 * so from then on appointed persons alone may open them (I10).
 */
export async function selectClassifiedSince(tx: Transaction, ordinals: number[]): Promise<number[]> {
  const rows = await tx<{ ordinal: number }[]>`
    WITH late AS (
      SELECT c.id, e.id AS entry_id, e.register, e.year, e.number FROM fact_change c JOIN entry e ON e.agency_id = c.agency_id AND e.id = c.entry_id
      WHERE c.agency_id = current_agency() AND c.fact = 'secrecy' AND c.before = 'normal' AND e.secrecy <> 'normal'
    )
    SELECT DISTINCT d.ordinal FROM unnest(${ordinals}::integer[]) AS d (ordinal)
      LEFT JOIN closed_mark m ON m.agency_id = current_agency() AND m.ordinal = d.ordinal CROSS JOIN late l
    WHERE l.id > coalesce(m.changes_floor, 0) AND l.id <> ALL(coalesce(m.changes_listed, '{}')) AND (
      EXISTS (SELECT FROM closed_book b WHERE b.agency_id = current_agency() AND b.ordinal = d.ordinal AND b.register = l.register AND b.year = l.year
        AND l.number BETWEEN b.first_number AND b.last_number)
      OR EXISTS (SELECT FROM act a JOIN closed_book b ON b.agency_id = a.agency_id AND b.register = a.register AND a.ordinal BETWEEN b.first_act AND b.last_act
        WHERE a.agency_id = current_agency() AND a.entry_id = l.entry_id AND b.ordinal = d.ordinal))`;
  return rows.map(row => row.ordinal);
}
