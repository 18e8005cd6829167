/**
 * The copies in other places as people see them: how the agency's newest proof stands, the nights, one certificate. An agency sees its own certificates
 * and the plain state of a copy at each place; the figures of the whole appliance are the provider's (I9). backup/ writes the rows.
 */
import { may } from '../access.ts';
import { isId } from '../checks.ts';
import type { Database, Transaction } from '../db/connect.ts';
import { inTransaction, THE_APPLIANCE, useAgency } from '../db/transaction.ts';
import type { Officer } from '../officer.ts';
import { boundedLimit } from './cursor.ts';
import { looking } from './entry-queries.ts';
import {
  isOnlyAgency,
  selectAlarms,
  selectCertificate,
  selectCertificatesOf,
  selectCopies,
  selectCopyIds,
  selectNewestCertificates,
  selectNewestChanges,
  selectNewestCopy,
  selectPlacesOf,
  selectRunningCopy,
} from './night-queries.ts';
import { selectAgency, selectAgencyIds } from './office-queries.ts';
import { type CopyStanding, cutOf, standingOf } from './standing.ts';

export type CertificateOutcome = 'proven' | 'partly' | 'failed';

export interface CertificateRow {
  id: string;
  copyId: string;
  place: string;
  at: Date;
  outcome: CertificateOutcome;
  /** As backup/ wrote it: read it with summaryOf. */
  summary: Record<string, unknown>;
  jsonSha256: string;
  jsonSize: number;
  pdfSha256: string | null;
  pdfSize: number | null;
}

export interface CopyRow {
  id: string;
  kind: 'whole' | 'changes';
  state: 'running' | 'made' | 'failed';
  beganAt: Date;
  cutAt: Date | null;
  finishedAt: Date | null;
  entries: number;
  blobs: number;
  bytes: number;
  newBytes: number;
  step: string;
  doneBytes: number;
  totalBytes: number;
  problem: string;
}

export type PlaceState = 'sending' | 'sent' | 'proven' | 'partly-proven' | 'damaged' | 'failed' | 'removed';

export interface PlaceRow {
  place: string;
  state: PlaceState;
  sentAt: Date | null;
  provenAt: Date | null;
  restoreMs: number | null;
  problem: string;
}

/** Something that is the matter with the night, for as long as it lasts. */
export interface AlarmRow {
  /** A word of backup/night/alarms.ts. */
  code: string;
  place: string;
  since: Date;
  /** What exactly, in words; '' for who is not the provider, for it may name what is another agency's. */
  th: string;
  en: string;
}

/** One copy: of the appliance, with what the agency's own certificates say of it. */
export interface NightRow {
  id: string;
  kind: 'whole' | 'changes';
  state: CopyRow['state'];
  cutAt: Date | null;
  beganAt: Date | null;
  finishedAt: Date | null;
  /** The appliance's figures: for the provider, and where there is one agency alone; null for everybody else. */
  whole: Pick<CopyRow, 'entries' | 'blobs' | 'bytes' | 'newBytes' | 'problem'> | null;
  places: PlaceRow[];
  /** Of the agency, newest first. */
  certificates: CertificateRow[];
}

// A dozen proofs are a dozen places in one night, or a dozen nights: enough to tell how things stand.
const NEWEST = 12;

/** How the newest copy of the officer's agency stands; of the whole appliance for the provider. Cheap: every page of the register asks. */
export async function copyStanding(db: Database, officer: Pick<Officer, 'agencyId'> & Officer, rule: StandingRule): Promise<CopyStanding> {
  return await looking(db, officer, tx => standingIn(tx, rule));
}

export interface StandingRule {
  now: Date;
  /** Hours after which a proven copy is too old. */
  maxAgeHours: number;
  /** How many other places are set; null when nobody told. */
  places: number | null;
}

async function standingIn(tx: Transaction, rule: StandingRule): Promise<CopyStanding> {
  const [certificates, newest] = [await selectNewestCertificates(tx, NEWEST), await selectNewestCopy(tx)];
  return standingOf({ certificates, newest, ...rule });
}

export interface NightFilter {
  wholeOnly: boolean;
  limit: number;
  /** The `next` of the page before. */
  before?: string | undefined;
}

/** Copies newest first. Empty for who may not see them. */
export async function listNights(
  db: Database,
  officer: Officer,
  filter: NightFilter,
): Promise<{ items: NightRow[]; next: string | null; lastCut: Date | null }> {
  if (!maySee(officer)) return { items: [], next: null, lastCut: null };
  const limit = boundedLimit(filter.limit);
  return await looking(db, officer, async tx => {
    const ids = await selectCopyIds(tx, { wholeOnly: filter.wholeOnly, before: filter.before ?? null, limit: limit + 1 });
    const shown = ids.slice(0, limit);
    const copies = new Map((await selectCopies(tx, shown)).map(copy => [copy.id, copy]));
    const places = Map.groupBy(await selectPlacesOf(tx, shown), row => row.copyId);
    const certificates = Map.groupBy(await selectCertificatesOf(tx, shown), row => row.copyId);
    const sees = may(officer, 'provider') || (await isOnlyAgency(tx));
    return {
      items: shown.map(id => nightOf(id, copies.get(id), places.get(id) ?? [], certificates.get(id) ?? [], sees)),
      next: ids.length > limit ? (shown.at(-1) ?? null) : null,
      lastCut: await selectNewestChanges(tx),
    };
  });
}

function nightOf(id: string, copy: CopyRow | undefined, places: PlaceRow[], certificates: CertificateRow[], sees: boolean): NightRow {
  if (copy === undefined) {
    // After a restore the appliance has forgotten its copies, not what was proven of them.
    const newest = new Map(certificates.toReversed().map(one => [one.place, one]));
    return {
      id,
      kind: 'whole',
      state: 'made',
      cutAt: certificates[0] === undefined ? null : cutOf(certificates[0]),
      beganAt: null,
      finishedAt: null,
      whole: null,
      places: [...newest.values()].map(placeOfCertificate),
      certificates,
    };
  }
  const { kind, state, cutAt, beganAt, finishedAt, entries, blobs, bytes, newBytes, problem } = copy;
  const whole = sees ? { entries, blobs, bytes, newBytes, problem } : null;
  return {
    id,
    kind,
    state,
    cutAt,
    beganAt,
    finishedAt,
    whole,
    places: places.map(({ place, state, sentAt, provenAt, restoreMs, problem }) => ({
      place,
      state,
      sentAt,
      provenAt,
      restoreMs: sees ? restoreMs : null,
      // A problem may name what belongs to somebody else.
      problem: sees ? problem : '',
    })),
    certificates,
  };
}

const STATE_OF: Record<CertificateOutcome, PlaceState> = { proven: 'proven', partly: 'partly-proven', failed: 'damaged' };

function placeOfCertificate(certificate: CertificateRow): PlaceRow {
  const { place, at, outcome } = certificate;
  return { place, state: STATE_OF[outcome], sentAt: null, provenAt: outcome === 'failed' ? null : at, restoreMs: null, problem: '' };
}

// Of these an agency learns nothing: they are the machine's own, or may be about somebody else's day or letter.
const NOT_FOR_AGENCIES = new Set(['blobs', 'days', 'prune', 'changes-slow']);

/** What is the matter with the night now. Empty for who may not see copies. */
export async function listAlarms(db: Database, officer: Officer): Promise<AlarmRow[]> {
  if (!maySee(officer)) return [];
  const rows = await looking(db, officer, selectAlarms);
  if (may(officer, 'provider')) return rows;
  return rows.filter(row => !NOT_FOR_AGENCIES.has(row.code)).map(row => ({ ...row, th: '', en: '' }));
}

/** A certificate of the officer's agency, or null. */
export async function getCertificate(db: Database, officer: Officer, id: string): Promise<CertificateRow | null> {
  if (!maySee(officer) || !isId(id)) return null;
  return await looking(db, officer, tx => selectCertificate(tx, id));
}

function maySee(officer: Officer): boolean {
  return may(officer, 'see-copies') || may(officer, 'provider');
}

/** How long a copy may be under way before it counts as dead: a first night over a slow line takes long, a machine that was switched off says nothing. */
export const LONGEST_COPY_MS = 24 * 3_600_000;

/** The copy that is being made now, for the provider. */
export async function runningCopy(db: Database, officer: Officer, now: Date): Promise<CopyRow | null> {
  if (!may(officer, 'provider')) return null;
  return await looking(db, officer, tx => selectRunningCopy(tx, new Date(now.getTime() - LONGEST_COPY_MS)));
}

export interface AgencyCopies {
  id: number;
  code: string;
  nameTh: string;
  nameEn: string;
  standing: CopyStanding;
  /** Newest first, a dozen at most: the trend. */
  certificates: CertificateRow[];
}

/** All agencies at a glance, for the provider: counts and sizes, no letter. */
export async function copiesOfAgencies(db: Database, officer: Officer, rule: StandingRule): Promise<AgencyCopies[]> {
  if (!may(officer, 'provider')) return [];
  return await inTransaction(db, async tx => {
    const newest = await selectNewestCopy(tx);
    const rows: AgencyCopies[] = [];
    for (const id of await selectAgencyIds(tx)) {
      // The wall stands for the provider too: each agency is asked from within.
      await useAgency(tx, id, THE_APPLIANCE);
      const agency = await selectAgency(tx, id);
      if (agency === null || agency.state === 'left') continue;
      const certificates = await selectNewestCertificates(tx, NEWEST);
      const { code, nameTh, nameEn } = agency;
      rows.push({ id, code, nameTh, nameEn, standing: standingOf({ certificates, newest, ...rule }), certificates });
    }
    return rows;
  });
}
