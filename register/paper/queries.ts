/** SQL of letters on paper and of the sealed books of numbers. */
import type { Transaction } from '../db/connect.ts';
import type { Facts, RegisterName } from '../look/entry-row.ts';

export interface PaperEntry {
  id: string;
  register: RegisterName;
  year: number;
  receivedAt: Date;
  enteredAt: Date;
  publicCode: string;
  fromName: string;
  facts: Facts;
}

/** The trigger entry_number gives the number. @returns null when an entry of this id is there already: the same form sent twice */
export async function insertPaperEntry(tx: Transaction, agencyId: number, entry: PaperEntry): Promise<{ number: number } | null> {
  const { facts } = entry;
  const [known] = await tx<{ id: string }[]>`SELECT id FROM entry WHERE agency_id = ${agencyId} AND id = ${entry.id}`;
  if (known !== undefined) return null;
  const [row] = await tx<{ number: number }[]>`
    INSERT INTO entry (agency_id, id, register, year, received_at, entered_at, from_name, public_code, subject, addressee, from_agency, letter_number, letter_date,
                       urgency, secrecy, circular, kind, due_on, remark)
    VALUES (${agencyId}, ${entry.id}, ${entry.register}, ${entry.year}, ${entry.receivedAt}, ${entry.enteredAt}, ${entry.fromName}, ${entry.publicCode}, ${facts.subject},
            ${facts.addressee}, ${facts.fromAgency}, ${facts.letterNumber}, ${facts.letterDate}, ${facts.urgency}, ${facts.secrecy}, ${facts.circular}, ${facts.kind},
            ${facts.dueOn}, ${facts.remark})
    RETURNING number`;
  if (row === undefined) throw new Error(`entry ${entry.id} got no number`);
  return row;
}

/** A day and a time of the clock on the agency's wall, as an instant. */
export async function selectInstant(tx: Transaction, timeZone: string, day: string, time: string): Promise<Date> {
  const [row] = await tx<{ at: Date }[]>`SELECT (${day}::date + ${time}::time) AT TIME ZONE ${timeZone} AS at`;
  if (row === undefined) throw new Error('no instant');
  return row.at;
}

export async function selectEntryNumber(
  tx: Transaction,
  id: string,
): Promise<{ register: RegisterName; number: number; year: number } | null> {
  const [row] = await tx<
    { register: RegisterName; number: number; year: number }[]
  >`SELECT register, number, year FROM entry WHERE id = ${id}`;
  return row ?? null;
}

export interface SlipRow {
  slip: number;
  checkCode: string;
  publicCode: string;
  state: 'unused' | 'entered' | 'void';
  entryId: string | null;
  reason: string;
  settledAt: Date | null;
  settledBy: string | null;
}

const slipColumns = (tx: Transaction) => tx`
  s.slip, s.check_code AS "checkCode", s.public_code AS "publicCode", s.state, s.entry_id AS "entryId", s.reason, s.settled_at AS "settledAt", s.settled_by AS "settledBy"`;

/** Locked: two officers who type the same slip meet here. */
export async function lockSlip(tx: Transaction, bookId: string, slip: number): Promise<SlipRow | null> {
  const [row] = await tx<
    SlipRow[]
  >`SELECT ${slipColumns(tx)} FROM number_slip s WHERE s.book_id = ${bookId} AND s.slip = ${slip} FOR UPDATE`;
  return row ?? null;
}

export async function settleSlip(
  tx: Transaction,
  bookId: string,
  slip: number,
  how: { state: 'entered' | 'void'; entryId: string | null; reason: string; at: Date; by: string },
): Promise<void> {
  await tx`
    UPDATE number_slip SET state = ${how.state}, entry_id = ${how.entryId}, reason = ${how.reason}, settled_at = ${how.at}, settled_by = ${how.by}
    WHERE book_id = ${bookId} AND slip = ${slip}`;
}

/** @returns how many slips were still unused */
export async function voidUnusedSlips(tx: Transaction, bookId: string, reason: string, at: Date, by: string): Promise<number> {
  const rows = await tx`
    UPDATE number_slip SET state = 'void', reason = ${reason}, settled_at = ${at}, settled_by = ${by} WHERE book_id = ${bookId} AND state = 'unused' RETURNING slip`;
  return rows.length;
}

export async function settleBookRow(tx: Transaction, bookId: string, at: Date, by: string): Promise<void> {
  await tx`UPDATE number_book SET settled_at = ${at}, settled_by = ${by} WHERE id = ${bookId}`;
}

export interface BookRow {
  id: string;
  year: number;
  ordinal: number;
  slips: number;
  entered: number;
  voided: number;
  madeAt: Date;
  madeBy: string;
  settledAt: Date | null;
  settledBy: string | null;
  pdfSha256: string;
  pdfSize: number;
}

export async function selectBooks(tx: Transaction, bookId: string | null): Promise<BookRow[]> {
  return await tx<BookRow[]>`
    SELECT b.id, b.year, b.ordinal, b.slips, b.made_at AS "madeAt", b.made_by AS "madeBy", b.settled_at AS "settledAt", b.settled_by AS "settledBy",
           encode(b.pdf_sha256, 'hex') AS "pdfSha256", b.pdf_size AS "pdfSize",
           (SELECT count(*)::integer FROM number_slip s WHERE s.agency_id = b.agency_id AND s.book_id = b.id AND s.state = 'entered') AS entered,
           (SELECT count(*)::integer FROM number_slip s WHERE s.agency_id = b.agency_id AND s.book_id = b.id AND s.state = 'void') AS voided
    FROM number_book b ${bookId === null ? tx`` : tx`WHERE b.id = ${bookId}`} ORDER BY b.year DESC, b.ordinal DESC LIMIT 200`;
}

/** Locked to the end of the transaction. */
export async function lockBook(tx: Transaction, bookId: string): Promise<{ id: string; settledAt: Date | null } | null> {
  const [row] = await tx<
    { id: string; settledAt: Date | null }[]
  >`SELECT id, settled_at AS "settledAt" FROM number_book WHERE id = ${bookId} FOR UPDATE`;
  return row ?? null;
}

export interface SlipShown extends SlipRow {
  register: RegisterName | null;
  number: number | null;
  year: number | null;
}

export async function selectSlips(tx: Transaction, bookId: string): Promise<SlipShown[]> {
  return await tx<SlipShown[]>`
    SELECT ${slipColumns(tx)}, e.register, e.number, e.year FROM number_slip s LEFT JOIN entry e ON e.agency_id = s.agency_id AND e.id = s.entry_id
    WHERE s.book_id = ${bookId} ORDER BY s.slip`;
}

/** Books of a year are counted under the agency's row, so that two made at once get two ordinals. */
export async function takeBookOrdinal(tx: Transaction, agencyId: number, year: number): Promise<number> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended('saraban number_book', ${agencyId}))`;
  const [row] = await tx<
    { next: number }[]
  >`SELECT coalesce(max(ordinal), 0) + 1 AS next FROM number_book WHERE agency_id = ${agencyId} AND year = ${year}`;
  return row?.next ?? 1;
}

export async function insertBook(
  tx: Transaction,
  agencyId: number,
  book: { id: string; year: number; ordinal: number; madeAt: Date; madeBy: string; pdf: { sha256: string; size: number } },
  slips: { slip: number; checkCode: string; publicCode: string }[],
): Promise<void> {
  await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, ${Buffer.from(book.pdf.sha256, 'hex')}, ${book.pdf.size}) ON CONFLICT DO NOTHING`;
  await tx`
    INSERT INTO number_book (agency_id, id, year, ordinal, slips, made_at, made_by, pdf_sha256, pdf_size)
    VALUES (${agencyId}, ${book.id}, ${book.year}, ${book.ordinal}, ${slips.length}, ${book.madeAt}, ${book.madeBy}, ${Buffer.from(book.pdf.sha256, 'hex')}, ${book.pdf.size})`;
  await tx`
    INSERT INTO number_slip (agency_id, book_id, slip, check_code, public_code)
    SELECT ${agencyId}, ${book.id}, s.slip, s.code, s.public FROM unnest(${slips.map(one => one.slip)}::integer[], ${slips.map(one => one.checkCode)}::text[],
      ${slips.map(one => one.publicCode)}::text[]) AS s (slip, code, public)`;
}

export async function selectOpenBooks(tx: Transaction): Promise<{ id: string; year: number; ordinal: number }[]> {
  return await tx<{ id: string; year: number; ordinal: number }[]>`
    SELECT id, year, ordinal FROM number_book WHERE settled_at IS NULL ORDER BY year DESC, ordinal DESC LIMIT 50`;
}

/** Through a function of the database that looks past row-level security, and tells no more than yes or no. */
export async function selectWhetherWaitingSlip(tx: Transaction, publicCode: string): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`SELECT EXISTS (SELECT FROM find_public_slip(${publicCode})) AS found`;
  return row?.found === true;
}
