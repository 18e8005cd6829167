/**
 * The format of a copy, version 1, as it lies in a place. docs/copy-format.md says the same for a stranger with tar, age, rclone and psql;
 * backup/make writes it, backup/restore reads it. Old versions stay readable: a change of meaning raises FORMAT_VERSION and keeps the old reader.
 *
 *   README.txt                                   how to restore, in plain words; the only file that is not encrypted
 *   nights/<copy id>.tar.age                     a whole copy: manifest.json, manifest.sig.json, restore.sql, pieces/<table>.txt, files/…
 *   packs/<first two digits>/<pack>.tar.gz.age   objects (blobs and pieces of tables), each a file of the tar named by its SHA-256
 *   packs/<first two digits>/<pack>.list.age     what is in the pack: a PackList
 *   minutes/<night's copy id>/<copy id>.tar.gz.age   what was committed since, self-contained: manifest.json, manifest.sig.json, apply.sql, objects/<sha256>…
 *
 * All JSON is UTF-8. Hashes are SHA-256 in lower-case hex; times are UTC with milliseconds and Z.
 */
import { randomBytes } from 'node:crypto';

export const FORMAT = 'saraban copy';
export const FORMAT_VERSION = 1;

/** 'yyyymmddThhmmssZ-<8 hex digits>', UTC: sorts by time. */
export type CopyId = string;

/** @param at - the time of the cut */
export function newCopyId(at: Date): CopyId {
  return `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`;
}

/** One object: a letter's blob, or a piece of a table. */
export interface ObjectRef {
  sha256: string;
  size: number;
}

/** The rows of a table as COPY's text format writes them (UTF-8, one row a line), cut into pieces to be put together in this order. */
export interface TableCopy {
  name: string;
  /** In the order of the lines' fields. Generated columns are not among them. */
  columns: string[];
  /** The primary key: what a copy of changes replaces rows by. */
  key: string[];
  rows: number;
  pieces: ObjectRef[];
  /** Of a copy of changes only: rows that were deleted since, as the values of `key`, in the same text format, one row a line. */
  deleted?: string[];
}

/** A file that a restore needs beside the database: a key, the settings, the authorities. */
export interface FileCopy {
  /** Below the data folder; 'config/saraban.conf' is the settings file. */
  path: string;
  sha256: string;
  size: number;
  /** E.g. 0o600. */
  mode: number;
}

/** How far a chain was at the cut: what a proof compares. */
export interface SeriesCount {
  agency: string;
  /** A register, 'act:<register>', 'unit:<id>'. */
  series: string;
  year: number;
  lastNumber: number;
  headHash: string;
  /** Rows counted, not read from the series: entries of the register and year, or acts. */
  rows: number;
}

export interface ClosedDayCount {
  agency: string;
  ordinal: number;
  day: string;
  sealSha256: string;
}

export interface Manifest {
  format: typeof FORMAT;
  version: number;
  id: CopyId;
  kind: 'whole' | 'changes';
  /** Of a copy of changes: the night it continues, and the copy before it (the night itself for the first). */
  base: CopyId | null;
  previous: { id: CopyId; manifestSha256: string } | null;
  madeBy: { program: 'saraban'; version: string; postgres: string };
  /** The instant of the snapshot, by the appliance's clock. */
  cutAt: string;
  /** pg_current_snapshot() of the cut: the next copy of changes begins here. */
  snapshot: string;
  /** The migrations the database had: their files are objects too, so that a copy brings its own schema. */
  migrations: { name: string; sha256: string; size: number }[];
  tables: TableCopy[];
  /** Identity columns and sequences: where they go on. */
  sequences: { name: string; value: number }[];
  files: FileCopy[];
  blobs: { count: number; bytes: number };
  agencies: { id: number; code: string; nameTh: string; nameEn: string; entries: number; blobs: number; bytes: number }[];
  series: SeriesCount[];
  closedDays: ClosedDayCount[];
  /** Packs made for this copy; for the reader's interest, since every pack has its list. */
  packs: string[];
}

/** manifest.sig.json: see register/seal/signature.ts. */
export const MANIFEST = 'manifest.json';
export const MANIFEST_SIGNATURE = 'manifest.sig.json';

export interface PackList {
  format: 'saraban pack';
  version: number;
  pack: string;
  /** Of the encrypted pack file. */
  sha256: string;
  size: number;
  holds: 'letters' | 'tables';
  objects: ObjectRef[];
}

export const README = 'README.txt';
export const nightPath = (id: CopyId) => `nights/${id}.tar.age`;
export const minutesFolder = (base: CopyId) => `minutes/${base}`;
export const minutesPath = (base: CopyId, id: CopyId) => `${minutesFolder(base)}/${id}.tar.gz.age`;
export const packPath = (pack: string) => `packs/${pack.slice(0, 2)}/${pack}.tar.gz.age`;
export const packListPath = (pack: string) => `packs/${pack.slice(0, 2)}/${pack}.list.age`;

/** Tables that no copy holds, each with its reason. Everything else in the schema public is copied, without being named. */
export const NOT_COPIED: Record<string, string> = {
  web_session: 'people sign in anew after a restore',
  sign_in_failure: 'the memory of the sign-in throttle is an hour long',
  copy: 'what lies in the places is asked of the places',
  copy_at_place: 'what lies in the places is asked of the places',
  copy_piece: 'what lies in the places is asked of the places',
  pack: 'what lies in the places is asked of the places',
  pack_object: 'what lies in the places is asked of the places',
  pack_at_place: 'what lies in the places is asked of the places',
  changed: 'notes for the copies between nights; the next night begins them anew',
  night_alarm: 'what is the matter with this machine is not the matter with the next',
  moving_in: 'its rows never outlive their transaction',
  change_watch: 'a restored register notes its changes from its own first night on',
};
