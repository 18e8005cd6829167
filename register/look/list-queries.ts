/** SQL of the lists of the register. */
import type { Transaction } from '../db/connect.ts';
import type { Officer } from '../officer.ts';
import type { Counts } from './entries.ts';
import { entryColumns, entryJoins, type FlatEntryRow } from './entry-queries.ts';
import type { EntryState, RegisterName, Urgency } from './entry-row.ts';
import { visible, visibleMessage } from './visible.ts';

export interface ListQuery {
  register: RegisterName;
  year: number;
  number?: number | undefined;
  state?: EntryState | 'unconfirmed' | 'overdue' | undefined;
  unitId?: string | undefined;
  from?: string | undefined;
  /** A moment, or a day in the agency's zone. */
  since: Date | string | null;
  until: Date | string | null;
  urgency?: Urgency | undefined;
  limit: number;
  before?: number | undefined;
  now: Date;
}

/** Numbers whose folded copy holds both patterns, highest first. */
export async function searchNumbers(tx: Transaction, query: ListQuery, pattern: string, also: string, most: number): Promise<number[]> {
  const rows = await tx<{ number: number }[]>`
    SELECT number FROM search_entries(${query.register}, ${query.year}, ${pattern}, ${also}, ${query.before ?? null}, ${most})`;
  return rows.map(row => row.number);
}

/** Those of the numbers whose folded copy holds both patterns, highest first. */
export async function searchAmong(tx: Transaction, query: ListQuery, numbers: number[], pattern: string, also: string): Promise<number[]> {
  const rows = await tx<{ number: number }[]>`
    SELECT number FROM search_among(${query.register}, ${query.year}, ${numbers}::integer[], ${pattern}, ${also})`;
  return rows.map(row => row.number);
}

/** The day that begins now in the agency's zone. */
function today(tx: Transaction, officer: Officer, now: Date) {
  return tx`(${now}::timestamptz AT TIME ZONE (SELECT g.time_zone FROM agency g WHERE g.id = ${officer.agencyId}))::date`;
}

function overdue(tx: Transaction, officer: Officer, now: Date) {
  return tx`e.state IN ('entered', 'confirmed', 'routed', 'acting') AND (e.due_on < ${today(tx, officer, now)} OR e.id = ANY(ARRAY(
    SELECT late.entry_id FROM route late WHERE late.agency_id = ${officer.agencyId} AND late.due_on < ${today(tx, officer, now)} AND late.state IN ('waiting', 'confirmed'))))`;
}

function stateIs(tx: Transaction, officer: Officer, query: ListQuery) {
  if (query.state === undefined) return tx``;
  if (query.state === 'unconfirmed') return tx`AND e.confirmed_at IS NULL AND e.state NOT IN ('cancelled', 'returned', 'closed')`;
  if (query.state === 'overdue') return tx`AND ${overdue(tx, officer, query.now)}`;
  return tx`AND e.state = ${query.state}`;
}

/** The beginning of a day in the agency's zone, or the moment itself. */
function boundary(tx: Transaction, officer: Officer, at: Date | string, days: number) {
  if (at instanceof Date) return tx`${at}::timestamptz`;
  return tx`((${at}::date + ${days}::integer)::timestamp AT TIME ZONE (SELECT g.time_zone FROM agency g WHERE g.id = ${officer.agencyId}))`;
}

function receivedIn(tx: Transaction, officer: Officer, query: ListQuery) {
  const since = query.since === null ? tx`` : tx`AND e.received_at >= ${boundary(tx, officer, query.since, 0)}`;
  if (query.until === null) return since;
  const until =
    query.until instanceof Date
      ? tx`AND e.received_at <= ${query.until}::timestamptz`
      : tx`AND e.received_at < ${boundary(tx, officer, query.until, 1)}`;
  return tx`${since} ${until}`;
}

function senderHas(tx: Transaction, from: string | undefined) {
  if (from === undefined || from.trim() === '') return tx``;
  const pattern = `%${from
    .trim()
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('\u0000', '')}%`;
  return tx`AND (e.from_address ILIKE ${pattern} OR e.from_name ILIKE ${pattern} OR e.from_agency ILIKE ${pattern})`;
}

/** Every filter but the search, and what the officer may see. */
function passes(tx: Transaction, officer: Officer, query: ListQuery) {
  return tx`
    ${visible(tx, officer)} AND e.register = ${query.register} AND e.year = ${query.year}
    ${query.before === undefined ? tx`` : tx`AND e.number < ${query.before}`}
    ${query.number === undefined ? tx`` : tx`AND e.number = ${query.number}`}
    ${stateIs(tx, officer, query)}
    ${query.unitId === undefined ? tx`` : tx`AND EXISTS (SELECT FROM route at WHERE at.agency_id = e.agency_id AND at.entry_id = e.id AND at.unit_id = ${query.unitId} AND at.state <> 'withdrawn')`}
    ${query.urgency === undefined ? tx`` : tx`AND e.urgency = ${query.urgency}`}
    ${receivedIn(tx, officer, query)}
    ${senderHas(tx, query.from)}`;
}

/**
 * One page and one row more, highest number first.
 * @param hits - the numbers the search found; null when nothing was searched for
 */
export async function selectEntries(tx: Transaction, officer: Officer, query: ListQuery, hits: number[] | null): Promise<FlatEntryRow[]> {
  if (hits !== null && hits.length === 0) return [];
  return await tx<FlatEntryRow[]>`
    WITH e AS MATERIALIZED (
      SELECT e.* FROM entry e WHERE ${passes(tx, officer, query)} ${hits === null ? tx`` : tx`AND e.number = ANY(${hits}::integer[])`}
      ORDER BY e.number DESC LIMIT ${query.limit + 1}
    )
    SELECT ${entryColumns(tx)} FROM e ${entryJoins(tx, officer)} ORDER BY e.number DESC`;
}

/** The numbers alone of the entries that pass every filter but the search, highest first. */
export async function selectNumbers(tx: Transaction, officer: Officer, query: ListQuery, most: number): Promise<number[]> {
  const rows = await tx<{ number: number }[]>`
    SELECT e.number FROM entry e WHERE ${passes(tx, officer, query)} ORDER BY e.number DESC LIMIT ${most}`;
  return rows.map(row => row.number);
}

export async function selectCounts(tx: Transaction, officer: Officer, year: number, now: Date): Promise<Counts> {
  const mine = officer.role === 'unit' ? tx`AND r.unit_id = ANY(${officer.unitIds}::uuid[])` : tx``;
  const unconfirmed = (register: RegisterName) =>
    tx`${visible(tx, officer)} AND e.register = ${register} AND e.year = ${year} AND e.confirmed_at IS NULL AND e.state NOT IN ('cancelled', 'returned', 'closed')`;
  const late = (register: RegisterName) => tx`${visible(tx, officer)} AND e.register = ${register} AND ${overdue(tx, officer, now)}`;
  const [row] = await tx<Counts[]>`
    SELECT
      (SELECT count(*)::integer FROM entry e WHERE ${unconfirmed('receive')}) AS unconfirmed,
      ${officer.appointed ? tx`(SELECT count(*)::integer FROM entry e WHERE ${unconfirmed('receive-classified')})` : tx`0`} AS "unconfirmedClassified",
      (SELECT count(*)::integer FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
         WHERE ${visibleMessage(tx, officer)} AND m.held_state = 'waiting') AS held,
      (SELECT count(*)::integer FROM message m LEFT JOIN entry e ON e.agency_id = m.agency_id AND e.id = m.entry_id
         WHERE ${visibleMessage(tx, officer)} AND (m.attention OR m.reading = 'failed') AND m.disposition <> 'held') AS attention,
      (SELECT count(*)::integer FROM route r JOIN entry e ON e.agency_id = r.agency_id AND e.id = r.entry_id WHERE ${visible(tx, officer)} AND r.state = 'waiting' ${mine}) AS "inTray",
      (SELECT count(*)::integer FROM entry e WHERE ${late('receive')}) AS overdue,
      ${officer.appointed ? tx`(SELECT count(*)::integer FROM entry e WHERE ${late('receive-classified')})` : tx`0`} AS "overdueClassified",
      (SELECT count(*)::integer FROM mail WHERE state IN ('failed', 'uncertain')) AS "outboxFailed",
      (SELECT count(*)::integer FROM acknowledgement k JOIN entry e ON e.agency_id = k.agency_id AND e.id = k.entry_id
         WHERE ${visible(tx, officer)} AND k.state IN ('held', 'failed', 'uncertain')) AS "acknowledgementsHeld"`;
  if (row === undefined) throw new Error('no counts');
  return row;
}

/** The series' rows tell the years, however many entries there are. */
export async function selectYears(tx: Transaction, register: RegisterName): Promise<number[]> {
  const rows = await tx<{ year: number }[]>`SELECT year FROM series WHERE series = ${register} AND last_number > 0 ORDER BY year DESC`;
  return rows.map(row => row.year);
}
