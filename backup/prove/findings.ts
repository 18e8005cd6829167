/** What a proof found: the figures that certificate.ts writes down, and the faults, each with the agency it concerns where it concerns one alone. */
import type { AgencyCount } from '../restore/queries.ts';

export interface Finding {
  /** Code of the one agency it concerns; null: all. */
  agency: string | null;
  object: string;
  problem: string;
}

export interface SeriesFinding {
  agency: string;
  series: string;
  year: number;
  rows: number;
  lastNumber: number;
  headHash: string;
  /** Whether the restored register says the same; null: not looked at. */
  holds: boolean | null;
}

export interface OpenedLetter {
  agency: string;
  register: string;
  year: number;
  number: number;
}

/** In words, for what could not be proven. */
export interface Unproven {
  th: string;
  en: string;
}

export interface ProofFindings {
  copyId: string;
  cutAt: string;
  place: { name: string; label: { th: string; en: string } };
  beganAt: string;
  provenAt: string;
  outcome: 'proven' | 'partly' | 'failed';
  manifestSha256: string;
  signedBy: string;
  durations: { fetchMs: number; restoreMs: number; verifyMs: number; openMs: number };
  /** What a restore of everything would take by these measurements; null when nothing was restored. */
  timeToRestoreMs: number | null;
  fetched: { packs: number; blobs: number; bytes: number };
  /** When the blobs that were not fetched tonight were last fetched and found whole, the longest ago; null when all were fetched. */
  oldestProofOfRest: string | null;
  expected: { entries: number; blobs: number; bytes: number } | null;
  found: { entries: number; blobs: number; bytes: number } | null;
  agencies: AgencyCount[];
  series: SeriesFinding[];
  closedDays: { agency: string; ordinal: number; day: string; sealSha256: string }[];
  opened: OpenedLetter[];
  versions: { program: string; postgres: string; proofPostgres: string | null };
  notProven: Unproven[];
  faults: Finding[];
}

/** The agency a fault of verify or of a comparison names: 'entry tambon receive 17/2569'. */
export function agencyOfObject(object: string, codes: ReadonlySet<string>): string | null {
  const code = /^(?:entry|act|series|closed day|day|letter) (\S+) /.exec(`${object} `)?.[1];
  return code !== undefined && codes.has(code) ? code : null;
}
