/**
 * The files of a closed day, as a stranger reads them: 'saraban day 1' (day.json, day-classified.json) and 'saraban seal 1' (seal.json). Both are canonical JSON
 * (RFC 8785), so that the same day always has the same bytes. Written by day-files.ts and register/close-day.ts; read by verify-days.ts and the verifier.
 *
 * Chains: every entry and act carries the fields that its hash covers (register/ledger.ts), the hash before it and its own. The first of a day follows
 * `previousHead`, which is the head of the same book in the day before (or the chain's start), the last is `head`.
 * What appointed persons alone may see is `withheld` in day.json: its number and its hashes are there, so that the chain is still walked, and nothing else.
 * day-classified.json holds it in full. Hashes are lower-case hex, times UTC with milliseconds, days 'yyyy-mm-dd' in the agency's zone, years in its era.
 */
import type { RegisterName } from '../look/entry-row.ts';

export const DAY_FORMAT = 'saraban day 1';
export const SEAL_FORMAT = 'saraban seal 1';

export const DAY_FILE = 'day.json';
export const CLASSIFIED_DAY_FILE = 'day-classified.json';
export const SEAL_FILE = 'seal.json';
export const SEAL_SIGNATURE = 'seal.sig.json';
export const SEAL_TIMESTAMP = 'seal.tsr';

export type BookName = RegisterName | 'office';

export interface DayFile {
  format: typeof DAY_FORMAT;
  /** 'open': day.json. 'classified': day-classified.json. */
  part: 'open' | 'classified';
  agency: { code: string; nameTh: string; nameEn: string; timeZone: string; calendar: 'buddhist' | 'gregory' };
  day: string;
  /** 1..n. */
  ordinal: number;
  /** The instant the day ended by the agency's closing hour; what was entered from then on belongs to a later day. */
  closing: string;
  /** When it was closed: after an outage later than `closing`. Facts and states are those of this moment. */
  closedAt: string;
  /** SHA-256 of the seal.json of the day before; null for the first. */
  previousSeal: string | null;
  books: DayBook[];
  /** Facts of letters that were changed since the day before was closed, oldest first; also of letters of earlier days. */
  changes: DayChange[];
  /** Numbers that were cancelled or returned that day. */
  ended: DayEnded[];
  /** Proofs of copies that became known since the day before. */
  certificates: DayCertificate[];
}

/**
 * A register of one year, or 'office' (year 0, no entries): the acts about the agency itself. The acts of a register are one chain over all years; when a day
 * holds two years of a register (the turn of the year), they stand with the later one, and the earlier says "none".
 * A register stands in every day for its current year, and for an earlier year when something was entered in it.
 */
export interface DayBook {
  register: BookName;
  year: number;
  entries: DayChain<DayEntry | Withheld<'number'>>;
  acts: DayChain<DayAct | Withheld<'ordinal'>>;
}

/** Numbers first..last; none when last = first - 1. */
export interface DayChain<Row> {
  first: number;
  last: number;
  previousHead: string;
  head: string;
  /** Whether `rows` are all of first..last. Not so: of a classified register in day.json (no rows), and of an ordinary one in day-classified.json (the withheld alone). */
  complete: boolean;
  rows: Row[];
}

export type Withheld<Place extends 'number' | 'ordinal'> = { [place in Place]: number } & {
  withheld: true;
  previousHash: string;
  hash: string;
};

export interface DayEntry {
  number: number;
  previousHash: string;
  hash: string;
  id: string;
  rawSha256: string | null;
  receivedAt: string;
  enteredAt: string;
  envelopeFrom: string;
  fromName: string;
  fromAddress: string;
  /** Not covered by the hash: as they stood at `closedAt`. */
  facts: DayFacts;
}

export interface DayFacts {
  subject: string;
  letterNumber: string;
  letterDate: string | null;
  /** จาก */
  from: string;
  /** ถึง */
  to: string;
  urgency: string;
  secrecy: string;
  circular: boolean;
  kind: string;
  dueOn: string | null;
  remark: string;
  state: string;
  stateReason: string;
  /** Units that have it, by name. */
  units: string[];
  /** Number of the entry it was moved from; null for most. */
  movedFrom: { register: string; year: number; number: number } | null;
}

export interface DayAct {
  ordinal: number;
  previousHash: string;
  hash: string;
  entryId: string | null;
  routeId: string | null;
  kind: string;
  actorId: string | null;
  actorName: string;
  peer: string;
  at: string;
  /** JSON text, to the letter: the hash covers it so. */
  detail: string;
}

export interface DayChange {
  register: string;
  year: number;
  number: number;
  entryId: string;
  fact: string;
  before: string | null;
  after: string | null;
  by: string;
  at: string;
}

export interface DayEnded {
  register: string;
  year: number;
  number: number;
  entryId: string;
  state: string;
  reason: string;
  by: string;
  at: string;
}

export interface DayCertificate {
  id: string;
  at: string;
  copyId: string;
  place: string;
  outcome: 'proven' | 'partly' | 'failed';
  /** Of the certificate's JSON. */
  sha256: string;
}

export interface SealFile {
  format: typeof SEAL_FORMAT;
  /** The agency's code. */
  agency: string;
  day: string;
  ordinal: number;
  closedAt: string;
  /** SHA-256 of the seal.json before this one; null for the first. */
  previous: string | null;
  /** All files of the day but the seal itself, its signature and its timestamp. */
  files: { name: string; sha256: string; size: number; classified: boolean }[];
  /** Files that could not be made, e.g. a form that could not be printed. Usually none. */
  missing: string[];
  books: SealBook[];
  certificates: { id: string; sha256: string }[];
  /** Fingerprint of the key that signs (register/seal/keys.ts). */
  key: string;
}

export interface SealBook {
  register: BookName;
  year: number;
  first: number;
  last: number;
  head: string;
  firstAct: number;
  lastAct: number;
  actHead: string;
}
