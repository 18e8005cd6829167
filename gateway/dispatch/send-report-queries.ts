/** SQL of the reports' mails. */
import type { Transaction } from '../../register/db/connect.ts';

/** Who sends: the agency itself, or for the provider (who has no address) the first active agency. Null when there is no address to send from. */
export interface ReportSender {
  code: string;
  nameTh: string;
  nameEn: string;
  phone: string;
  timeZone: string;
  numerals: 'arabic' | 'thai';
  address: string;
}

/** The current agency with its settings, and the address its reports come from. */
export async function selectReportSender(
  tx: Transaction,
  agencyId: number,
): Promise<{ settings: Record<string, unknown>; sender: ReportSender | null }> {
  const [own] = await tx<(Omit<ReportSender, 'address'> & { settings: Record<string, unknown> })[]>`
    SELECT code, name_th AS "nameTh", name_en AS "nameEn", phone, time_zone AS "timeZone", numerals, settings FROM agency WHERE id = ${agencyId}`;
  if (own === undefined) return { settings: {}, sender: null };
  const [from] = await tx<{ address: string }[]>`
    SELECT d.address FROM address d JOIN agency a ON a.id = d.agency_id
    WHERE CASE WHEN ${agencyId}::integer = 0 THEN a.state = 'active' ELSE a.id = ${agencyId} END ORDER BY a.id, d.created_at, d.address LIMIT 1`;
  const { settings, ...agency } = own;
  return { settings, sender: from === undefined ? null : { ...agency, address: from.address } };
}

export interface DayToReport {
  day: string;
  closedAt: Date;
  seal: string;
  previousSeal: string | null;
  books: { register: string; year: number; first: number; last: number }[];
  cancelled: number;
  /** Open files alone. */
  files: { name: string; contentType: string; sha256: string; size: number }[];
}

/** Classified registers and files are left out (I10). */
export async function selectDayToReport(tx: Transaction, ordinal: number): Promise<DayToReport | null> {
  const [day] = await tx<Omit<DayToReport, 'books' | 'files'>[]>`
    SELECT d.day, d.closed_at AS "closedAt", encode(d.seal_sha256, 'hex') AS seal, encode(d.previous_seal_sha256, 'hex') AS "previousSeal",
           (SELECT count(DISTINCT a.entry_id)::integer FROM closed_book b
              JOIN act a ON a.agency_id = b.agency_id AND a.register = b.register AND a.ordinal BETWEEN b.first_act AND b.last_act
              JOIN entry e ON e.agency_id = a.agency_id AND e.id = a.entry_id
            WHERE b.agency_id = d.agency_id AND b.ordinal = d.ordinal AND b.register IN ('receive', 'send') AND a.kind IN ('cancelled', 'returned')
              AND e.secrecy = 'normal') AS cancelled
    FROM closed_day d WHERE d.agency_id = current_agency() AND d.ordinal = ${ordinal}`;
  if (day === undefined) return null;
  const books = await tx<DayToReport['books']>`
    SELECT register, year, first_number AS first, last_number AS last FROM closed_book
    WHERE agency_id = current_agency() AND ordinal = ${ordinal} AND register IN ('receive', 'send') ORDER BY register, year`;
  const files = await tx<DayToReport['files']>`
    SELECT name, content_type AS "contentType", encode(sha256, 'hex') AS sha256, size FROM closed_file
    WHERE agency_id = current_agency() AND ordinal = ${ordinal} AND NOT classified ORDER BY name`;
  return { ...day, books, files };
}

export interface CertificateToReport {
  at: Date;
  place: string;
  outcome: 'proven' | 'partly' | 'failed';
  summary: Record<string, unknown>;
  json: { sha256: string; size: number };
  pdf: { sha256: string; size: number } | null;
}

export async function selectCertificateToReport(tx: Transaction, id: string): Promise<CertificateToReport | null> {
  const [row] = await tx<
    (Omit<CertificateToReport, 'json' | 'pdf'> & {
      jsonSha256: string;
      jsonSize: number;
      pdfSha256: string | null;
      pdfSize: number | null;
    })[]
  >`
    SELECT at, place, outcome, summary, encode(json_sha256, 'hex') AS "jsonSha256", json_size AS "jsonSize", encode(pdf_sha256, 'hex') AS "pdfSha256", pdf_size AS "pdfSize"
    FROM certificate WHERE agency_id = current_agency() AND id = ${id}`;
  if (row === undefined) return null;
  const { jsonSha256, jsonSize, pdfSha256, pdfSize, ...certificate } = row;
  const pdf = pdfSha256 === null ? null : { sha256: pdfSha256, size: pdfSize ?? 0 };
  return { ...certificate, json: { sha256: jsonSha256, size: jsonSize }, pdf };
}

/** Where the agency's administrators and saraban officers are written to. */
export async function selectAdministrators(tx: Transaction): Promise<string[]> {
  const rows = await tx<{ email: string }[]>`
    SELECT email FROM account WHERE agency_id = current_agency() AND state = 'active' AND role IN ('administrator', 'saraban') AND email LIKE '%@%' ORDER BY created_at, id LIMIT 20`;
  return rows.map(row => row.email);
}
