/** SQL of the address book. */
import type { Database, Transaction } from '../db/connect.ts';
import { type Correspondent, type CorrespondentFields, nameKey, type Source } from './correspondent.ts';

const COLUMNS = (tx: Transaction | Database) => tx`
  c.id, c.name_th AS "nameTh", c.name_en AS "nameEn", c.code, c.domain, c.phone, c.officer, c.source, c.confirmed_at AS "confirmedAt", c.confirmed_by AS "confirmedBy",
  c.version, ARRAY(SELECT a.address FROM correspondent_address a WHERE a.agency_id = c.agency_id AND a.correspondent_id = c.id ORDER BY a.address) AS addresses`;

/** Changes to one agency's address book wait for each other, so that two letters read at once do not add the same agency twice. */
export async function lockBook(tx: Transaction, agencyId: number): Promise<void> {
  await tx`SELECT pg_advisory_xact_lock(25690003, ${agencyId})`;
}

export async function selectById(tx: Transaction, id: string): Promise<Correspondent | null> {
  const [row] = await tx<Correspondent[]>`SELECT ${COLUMNS(tx)} FROM correspondent c WHERE c.agency_id = current_agency() AND c.id = ${id}`;
  return row ?? null;
}

export async function selectByName(tx: Transaction, name: string): Promise<Correspondent | null> {
  const [row] = await tx<
    Correspondent[]
  >`SELECT ${COLUMNS(tx)} FROM correspondent c WHERE c.agency_id = current_agency() AND c.name_key = ${nameKey(name)}`;
  return row ?? null;
}

export async function selectByAddress(tx: Transaction, address: string): Promise<Correspondent | null> {
  const [row] = await tx<Correspondent[]>`
    SELECT ${COLUMNS(tx)} FROM correspondent_address own JOIN correspondent c ON c.agency_id = own.agency_id AND c.id = own.correspondent_id
    WHERE own.agency_id = current_agency() AND own.address = ${address.toLowerCase()}`;
  return row ?? null;
}

/** The one that has the longest of these domains. */
export async function selectByDomain(tx: Transaction, domains: string[]): Promise<Correspondent | null> {
  const [row] = await tx<Correspondent[]>`
    SELECT ${COLUMNS(tx)} FROM correspondent c WHERE c.agency_id = current_agency() AND c.domain = ANY(${domains}::text[]) ORDER BY length(c.domain) DESC LIMIT 1`;
  return row ?? null;
}

/** Whether an address of this domain belongs to anybody else: then the domain tells nothing. */
export async function isDomainOfOthers(tx: Transaction, domain: string, id: string): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`
    SELECT EXISTS (SELECT FROM correspondent_address WHERE agency_id = current_agency() AND split_part(address, '@', 2) = ${domain} AND correspondent_id <> ${id}) AS found`;
  return row?.found ?? false;
}

export async function insertCorrespondent(
  tx: Transaction,
  agencyId: number,
  row: CorrespondentFields & { id: string; source: Source; at: Date; by: string },
): Promise<void> {
  await tx`
    INSERT INTO correspondent (agency_id, id, name_th, name_key, name_en, code, domain, phone, officer, source, confirmed_at, confirmed_by, created_at)
    VALUES (${agencyId}, ${row.id}, ${row.nameTh}, ${nameKey(row.nameTh)}, ${row.nameEn}, ${row.code}, ${row.domain}, ${row.phone}, ${row.officer}, ${row.source}, ${row.at}, ${row.by}, ${row.at})`;
  await replaceAddresses(tx, agencyId, row.id, row.addresses);
}

export async function updateCorrespondent(
  tx: Transaction,
  agencyId: number,
  row: CorrespondentFields & { id: string; source: Source; at: Date; by: string },
): Promise<void> {
  await tx`
    UPDATE correspondent SET name_th = ${row.nameTh}, name_key = ${nameKey(row.nameTh)}, name_en = ${row.nameEn}, code = ${row.code}, domain = ${row.domain}, phone = ${row.phone}, officer = ${row.officer},
      source = ${row.source}, confirmed_at = ${row.at}, confirmed_by = ${row.by}, version = version + 1
    WHERE agency_id = ${agencyId} AND id = ${row.id}`;
  await replaceAddresses(tx, agencyId, row.id, row.addresses);
}

async function replaceAddresses(tx: Transaction, agencyId: number, id: string, addresses: string[]): Promise<void> {
  await tx`DELETE FROM correspondent_address WHERE agency_id = ${agencyId} AND correspondent_id = ${id} AND address <> ALL(${addresses}::text[])`;
  await tx`
    INSERT INTO correspondent_address (agency_id, address, correspondent_id) SELECT ${agencyId}, unnest(${addresses}::text[]), ${id} ON CONFLICT (agency_id, address) DO NOTHING`;
}

export async function deleteCorrespondent(tx: Transaction, id: string): Promise<void> {
  await tx`DELETE FROM correspondent WHERE agency_id = current_agency() AND id = ${id}`;
}

/** By name; `words` must all be found somewhere in the row. @param after - name of the last one seen */
export async function selectList(tx: Transaction, words: string[], after: string | null, limit: number): Promise<Correspondent[]> {
  const patterns = words.map(word => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  return await tx<Correspondent[]>`
    SELECT c.id, "nameTh", "nameEn", code, domain, phone, officer, source, "confirmedAt", "confirmedBy", version, addresses
    FROM (SELECT ${COLUMNS(tx)}, c.name_key FROM correspondent c WHERE c.agency_id = current_agency()) c
    WHERE concat_ws(' ', c."nameTh", c."nameEn", c.code, c.domain, c.phone, c.officer, array_to_string(c.addresses, ' ')) ILIKE ALL (${patterns}::text[])
      AND (${after}::text IS NULL OR c.name_key > ${after === null ? null : nameKey(after)})
    ORDER BY c.name_key LIMIT ${limit}`;
}

export async function countAll(tx: Transaction): Promise<number> {
  const [row] = await tx<{ count: number }[]>`SELECT count(*)::integer AS count FROM correspondent WHERE agency_id = current_agency()`;
  return row?.count ?? 0;
}

export interface SenderOfEntry {
  agencyId: number;
  fromAddress: string;
  fromAgency: string;
  letterNumber: string;
  secrecy: string;
  guesses: Record<string, unknown>;
  /** Of the mail's trust: the result of DMARC, and whether the sender is proven or known. */
  dmarc: string;
  proven: boolean;
  /** An officer wrote or confirmed the agency once. */
  settled: boolean;
}

export async function selectSender(tx: Transaction, entryId: string): Promise<SenderOfEntry | null> {
  const [row] = await tx<SenderOfEntry[]>`
    SELECT e.agency_id AS "agencyId", e.from_address AS "fromAddress", e.from_agency AS "fromAgency", e.letter_number AS "letterNumber", e.secrecy, e.guesses,
           coalesce(m.trust->>'dmarc', '') AS dmarc, coalesce(m.trust->>'aligned' = 'true' OR m.trust->>'known' = 'true', false) AS proven,
           EXISTS (SELECT FROM act a WHERE a.agency_id = e.agency_id AND a.entry_id IN (e.id, e.moved_from) AND a.kind IN ('amended', 'facts-confirmed')
                     AND 'fromAgency' IN (SELECT json_array_elements_text(a.detail->'facts'))) AS settled
    FROM entry e LEFT JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id
    WHERE e.agency_id = current_agency() AND e.id = ${entryId} AND e.register IN ('receive', 'receive-classified')`;
  return row ?? null;
}

export async function updateFromAgency(tx: Transaction, entryId: string, name: string, certainty: 'likely' | 'guess'): Promise<void> {
  await tx`
    UPDATE entry SET from_agency = ${name}, guesses = guesses || jsonb_build_object('fromAgency', jsonb_build_object('source', 'address-book', 'certainty', ${certainty}::text))
    WHERE agency_id = current_agency() AND id = ${entryId}`;
}
