/**
 * How the copies stand, from the newest certificates: one word for the rail, and what it rests on. Pure. The mistake that is worse is to say "proven" of what
 * is not: anything unclear counts against.
 */
import type { CertificateRow, CopyRow } from './nights.ts';

/** no-place: no other place is set. none: set, and nothing proven yet. */
export type StandingState = 'proven' | 'partly' | 'old' | 'failed' | 'none' | 'no-place';

export interface CopyStanding {
  state: StandingState;
  /** The newest that was proven, wholly or in part. */
  good: CertificateRow | null;
  /** The newest of all. */
  newest: CertificateRow | null;
  /** Certificates of the newest proven night that failed: the places that are out. */
  failed: CertificateRow[];
  /** The newest copy could not even be made, or was never proven to the end. */
  notMade: boolean;
  /** Too old, whatever else is the matter. */
  old: boolean;
}

export interface StandingInput {
  /** Newest first. */
  certificates: CertificateRow[];
  newest: { id: string; state: CopyRow['state'] } | null;
  now: Date;
  maxAgeHours: number;
  places: number | null;
}

export function standingOf(input: StandingInput): CopyStanding {
  const { certificates, now, maxAgeHours } = input;
  const newest = certificates[0] ?? null;
  const good = certificates.find(one => one.outcome !== 'failed') ?? null;
  const sameNight = certificates.filter(one => one.copyId === newest?.copyId);
  // A place that failed and was proven later in the same night is well again.
  const failed = sameNight.filter(
    (one, index) => one.outcome === 'failed' && sameNight.findIndex(other => other.place === one.place) === index,
  );
  const notMade = input.newest?.state === 'failed' && (newest === null || input.newest.id > newest.copyId);
  const old = good !== null && now.getTime() - cutOf(good).getTime() > maxAgeHours * 3_600_000;
  const of = { good, newest, failed, notMade, old };
  if (input.places === 0) return { state: 'no-place', ...of };
  if (notMade || failed.length > 0) return { state: 'failed', ...of };
  if (good === null) return { state: input.places === null && input.newest === null ? 'no-place' : 'none', ...of };
  if (old) return { state: 'old', ...of };
  return { state: sameNight.some(one => one.outcome === 'proven') ? 'proven' : 'partly', ...of };
}

/** What a certificate's summary says; what is not there, or is not what it should be, is null. */
export interface CertificateFigures {
  entries: number | null;
  blobs: number | null;
  bytes: number | null;
  restoreMs: number | null;
  fetchedBlobs: number | null;
  notProven: string[];
  faults: string[];
}

export function summaryOf(certificate: Pick<CertificateRow, 'summary'>): CertificateFigures {
  const { summary } = certificate;
  return {
    entries: count(summary.entries),
    blobs: count(summary.blobs),
    bytes: count(summary.bytes),
    restoreMs: count(summary.restoreMs),
    fetchedBlobs: count(summary.fetchedBlobs),
    notProven: texts(summary.notProven),
    faults: texts(summary.faults),
  };
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}

/** The instant up to which the copy holds everything. A copy's id begins with it; the time of the proof, which is later, is the last resort. */
export function cutOf(certificate: Pick<CertificateRow, 'summary' | 'copyId' | 'at'>): Date {
  const said = certificate.summary.copyCutAt;
  if (typeof said === 'string' && !Number.isNaN(Date.parse(said))) return new Date(said);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(certificate.copyId) ?? [];
  const at = y === undefined ? Number.NaN : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  return Number.isNaN(at) ? certificate.at : new Date(at);
}
