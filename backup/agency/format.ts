/**
 * The format of one agency's complete export, 'saraban agency', version 1. docs/agency-export.md says the same for people; export.ts writes it, import.ts reads it.
 *
 *   README.txt, index.html, style.css         for people: what this is, and the registers to read
 *   letters/<register>/<year>/<number>/…      index.html, entry.json, message.eml, attachments/…, parts/…
 *   registers/<register>-<year>.csv, …html    the books
 *   days/, certificates/, mails/, other-mail/, blobs/   every other stored file; each stored file lies in the archive once
 *   keys/<id>.pk8                             signing keys of the agency (PKCS #8, DER); not in a plain export
 *   tables/<table>.copy                       the rows as COPY's text format writes them with HEADER, without agency_id
 *   files.sha256                              hash and path of everything above, in the archive's order: for `sha256sum -c`
 *   manifest.json, manifest.sig.json          what there must be; signed with the agency's key. The last two files of the archive.
 */

export const AGENCY_FORMAT = 'saraban agency';
export const AGENCY_FORMAT_VERSION = 1;

export const FILES_LIST = 'files.sha256';
export const AGENCY_MANIFEST = 'manifest.json';
export const AGENCY_SIGNATURE = 'manifest.sig.json';

export interface LeavingTable {
  name: string;
  /** In the order of the lines' fields. */
  columns: string[];
  rows: number;
}

export interface LeavingSeries {
  /** A register, 'act:<register>', 'unit:<id>'. */
  series: string;
  year: number;
  lastNumber: number;
  headHash: string;
}

export interface AgencyManifest {
  format: typeof AGENCY_FORMAT;
  version: number;
  agency: { code: string; nameTh: string; nameEn: string; addresses: string[] };
  madeBy: { program: 'saraban'; version: string };
  /** The instant of the snapshot, by the appliance's clock. */
  cutAt: string;
  /** The migrations the database had. */
  migrations: { name: string; sha256: string }[];
  tables: LeavingTable[];
  series: LeavingSeries[];
  blobs: { count: number; bytes: number };
  /** Whether the private signing keys are in it. */
  privateKeys: boolean;
  /** Of files.sha256 itself; `count` and `bytes` of all files it lists. */
  files: { sha256: string; size: number; count: number; bytes: number };
}

export const tablePath = (name: string) => `tables/${name}.copy`;
export const keyPath = (id: string) => `keys/${id}.pk8`;

/** A line of files.sha256. */
export const fileLine = (file: { path: string; sha256: string }) => `${file.sha256}  ${file.path}\n`;

/**
 * Columns that stay here: the agency's number on this appliance, and what is sealed under this appliance's key file (migrations name such columns sealed_…).
 * Private keys travel beside their table, opened; other secrets, such as a mailbox's password, are given anew where the agency arrives. The ordinal numbers
 * of its history (fact_change.id) travel: they mean something within the agency alone, and closed days name them.
 */
export function staysBehind(table: string, column: string): boolean {
  return column === 'agency_id' || (table === AGENCY_TABLE && column === 'id') || column.startsWith('sealed_');
}

/** The agency's own row travels with the tables that name it. */
export const AGENCY_TABLE = 'agency';

/** Rows go in another order than their key's where each must follow the one it is linked to. */
export const ROW_ORDER: Record<string, string[]> = { entry: ['register', 'year', 'number'] };
