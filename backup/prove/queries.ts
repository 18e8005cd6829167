/** SQL of a proof: what was sent, as the live database knows it; what came of the proof. As the owner. */
import type { Database, Transaction } from '../../register/db/connect.ts';

export interface CopyRow {
  id: string;
  cutAt: Date;
  manifestSha256: string;
  fileSha256: string | null;
  fileSize: number | null;
}

export async function selectCopy(db: Database, id: string): Promise<CopyRow | null> {
  const [row] = await db<CopyRow[]>`
    SELECT id, cut_at AS "cutAt", encode(manifest_sha256, 'hex') AS "manifestSha256", encode(file_sha256, 'hex') AS "fileSha256", file_size AS "fileSize"
    FROM copy WHERE id = ${id} AND kind = 'whole' AND state = 'made' AND cut_at IS NOT NULL AND manifest_sha256 IS NOT NULL`;
  return row ?? null;
}

/** Keeps what the night's own file is, as it was encrypted: written by backup/make before the file is sent. */
export async function saveNightSeal(db: Database, id: string, sealed: { sha256: string; size: number }): Promise<void> {
  await db`UPDATE copy SET file_sha256 = decode(${sealed.sha256}, 'hex'), file_size = ${sealed.size} WHERE id = ${id}`;
}

export interface PackRow {
  name: string;
  holds: 'letters' | 'tables';
  sha256: string;
  size: number;
  listSha256: string;
  listSize: number;
  provenAt: Date | null;
}

/** Packs that lie at a place as far as we know, the longest unproven first. */
export async function selectPacks(db: Database, place: string): Promise<PackRow[]> {
  return await db<PackRow[]>`
    SELECT p.name, p.holds, encode(p.sha256, 'hex') AS sha256, p.size, encode(p.list_sha256, 'hex') AS "listSha256", p.list_size AS "listSize", a.proven_at AS "provenAt"
    FROM pack p JOIN pack_at_place a ON a.pack = p.name
    WHERE a.place = ${place} AND a.state = 'sent' ORDER BY a.proven_at NULLS FIRST, p.name`;
}

/** Of the packs at a place, those that hold a piece of this copy's tables. */
export async function selectPacksOfCopy(db: Database, copyId: string, place: string): Promise<string[]> {
  const rows = await db<{ pack: string }[]>`
    SELECT DISTINCT o.pack FROM copy_piece c JOIN pack_object o ON o.sha256 = c.sha256 JOIN pack_at_place a ON a.pack = o.pack
    WHERE c.copy_id = ${copyId} AND a.place = ${place} AND a.state = 'sent'`;
  return rows.map(row => row.pack);
}

/** Objects of packs that were proven before, as 32-character strings of one byte each: a million of them must fit into memory. */
export async function selectObjects(db: Database, packs: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const rows of db<{ sha256: Buffer }[]>`SELECT sha256 FROM pack_object WHERE pack = ANY(${packs})`.cursor(10_000))
    for (const { sha256 } of rows) found.add(sha256.toString('latin1'));
  return found;
}

export async function markPacksProven(tx: Transaction, place: string, packs: string[], at: Date): Promise<void> {
  await tx`UPDATE pack_at_place SET proven_at = ${at} WHERE place = ${place} AND pack = ANY(${packs}) AND state = 'sent'`;
}

export async function markPacksDamaged(tx: Transaction, place: string, packs: string[]): Promise<void> {
  await tx`UPDATE pack_at_place SET state = 'damaged' WHERE place = ${place} AND pack = ANY(${packs}) AND state = 'sent'`;
}

export async function markCopy(
  tx: Transaction,
  copyId: string,
  place: string,
  settled: { state: 'sent' | 'proven' | 'partly-proven' | 'damaged'; provenAt: Date | null; restoreMs: number | null; problem: string },
): Promise<void> {
  await tx`
    UPDATE copy_at_place SET state = ${settled.state}, proven_at = coalesce(${settled.provenAt}, proven_at), restore_ms = coalesce(${settled.restoreMs}, restore_ms),
           problem = ${settled.problem}
    WHERE copy_id = ${copyId} AND place = ${place} AND state <> 'removed'`;
}

export interface SampledLetter {
  agencyId: number;
  agency: string;
  entryId: string;
  messageId: string;
  register: 'receive' | 'receive-classified' | 'send' | 'send-classified';
  year: number;
  number: number;
  sha256: string;
  reading: string;
}

/** Entries with a message, in random order: the caller takes those whose raw bytes were fetched. */
export async function sampleLetters(db: Database, atMost: number): Promise<SampledLetter[]> {
  return await db<SampledLetter[]>`
    SELECT e.agency_id AS "agencyId", a.code AS agency, e.id AS "entryId", m.id AS "messageId", e.register, e.year, e.number,
           encode(m.sha256, 'hex') AS sha256, m.reading
    FROM (SELECT * FROM entry WHERE message_id IS NOT NULL ORDER BY random() LIMIT ${atMost}) e
         JOIN agency a ON a.id = e.agency_id JOIN message m ON m.agency_id = e.agency_id AND m.id = e.message_id`;
}

export async function selectAttachments(db: Database, letter: SampledLetter): Promise<{ path: string; sha256: string }[]> {
  return await db<{ path: string; sha256: string }[]>`
    SELECT path, encode(sha256, 'hex') AS sha256 FROM attachment
    WHERE agency_id = ${letter.agencyId} AND message_id = ${letter.messageId} ORDER BY path`;
}

export async function selectPostgresVersion(db: Database): Promise<string> {
  const [row] = await db<{ version: string }[]>`SELECT current_setting('server_version') AS version`;
  return row?.version ?? '';
}

export interface PrintedAgencyRow {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  timeZone: string;
  numerals: 'arabic' | 'thai';
  calendar: 'buddhist' | 'gregory';
}

/** The provider and every agency. */
export async function selectAgencies(db: Database): Promise<PrintedAgencyRow[]> {
  return await db<PrintedAgencyRow[]>`
    SELECT id, code, name_th AS "nameTh", name_en AS "nameEn", time_zone AS "timeZone", numerals, calendar FROM agency ORDER BY id`;
}

/** Hash of the certificate before, or null. In the agency's transaction. */
export async function selectPreviousCertificate(tx: Transaction): Promise<string | null> {
  const [row] = await tx<{ sha256: string }[]>`
    SELECT encode(json_sha256, 'hex') AS sha256 FROM certificate WHERE agency_id = current_agency() ORDER BY at DESC, id DESC LIMIT 1`;
  return row?.sha256 ?? null;
}

export interface CertificateToInsert {
  id: string;
  copyId: string;
  place: string;
  at: Date;
  outcome: 'proven' | 'partly' | 'failed';
  summary: Record<string, string | number | string[] | null>;
  json: { sha256: string; size: number };
  pdf: { sha256: string; size: number } | null;
}

/** With its blobs, in the agency's transaction. */
export async function insertCertificate(tx: Transaction, one: CertificateToInsert): Promise<void> {
  for (const blob of one.pdf === null ? [one.json] : [one.json, one.pdf])
    await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (current_agency(), decode(${blob.sha256}, 'hex'), ${blob.size}) ON CONFLICT DO NOTHING`;
  await tx`
    INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size, pdf_sha256, pdf_size)
    VALUES (current_agency(), ${one.id}, ${one.copyId}, ${one.place}, ${one.at}, ${one.outcome}, ${tx.json(one.summary)}, decode(${one.json.sha256}, 'hex'),
            ${one.json.size}, decode(${one.pdf?.sha256 ?? null}, 'hex'), ${one.pdf?.size ?? null})`;
}
