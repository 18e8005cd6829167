/**
 * Entries over the API: lists through all years of a register, one letter, its history and its attachments.
 * An answer that holds a letter's text is an opening of that letter, and is logged as one (I10).
 */
import { openedEntry } from '../../register/act/open.ts';
import { insertAct } from '../../register/act/queries.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { type EntryFilter, listEntries, years } from '../../register/look/entries.ts';
import { getAttachment, getEntry, getHistory } from '../../register/look/entry.ts';
import type { EntryRow } from '../../register/look/entry-row.ts';
import { listUnits } from '../../register/look/office.ts';
import type { Officer } from '../../register/officer.ts';
import type { ApiContext, Call, Reply } from './operation.ts';
import { doneOrProblem, faultOf, Problem } from './problem.ts';
import { badCursor, readCursor, readId, writeCursor } from './request.ts';
import type { EntryShape, Query } from './schema.ts';
import { entryShapes } from './shape.ts';

export async function entriesOperation({ context, officer, query }: Call<'entries', 'Nothing'>): Promise<Reply> {
  const { items, next } = await findEntries(context, officer, query);
  // In one transaction: what was read was logged.
  const shapes = await inAgency(context.db, officer.agencyId, officer, async tx => {
    const read = await entryShapes(tx, items);
    for (const entry of items.filter(one => isNews(context, officer, one.id))) {
      await insertAct(tx, officer, context.now(), { register: entry.register, entryId: entry.id, kind: 'opened', detail: { what: 'api' } });
    }
    return read;
  });
  noteListed(context, officer, items);
  return { kind: 'json', body: { items: shapes, next } };
}

/** Newest first: down the numbers of a year, then on to the year before, unless one year is asked for. */
async function findEntries(
  context: ApiContext,
  officer: Officer,
  query: Query<'entries'>,
): Promise<{ items: EntryRow[]; next: string | null }> {
  const filter: Omit<EntryFilter, 'year' | 'limit' | 'before'> = {
    register: query.register,
    ...(query.number === undefined ? {} : { number: query.number }),
    ...(query.q === undefined ? {} : { q: query.q }),
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(query.unit === undefined ? {} : { unitId: await unitIdOf(context, officer, query.unit, 'unit', 'bad-parameter') }),
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.since === undefined ? {} : { since: momentOf(query.since) }),
    ...(query.until === undefined ? {} : { until: momentOf(query.until) }),
  };
  const start = query.cursor === undefined ? null : startOf(query.cursor);
  const all = query.year === undefined ? await years(context.db, officer, query.register) : [query.year];
  const items: EntryRow[] = [];
  for (const year of all.filter(one => start === null || one <= start.year)) {
    const before = start !== null && start.year === year ? start.before : undefined;
    const page = await listEntries(
      context.db,
      officer,
      {
        ...filter,
        year,
        limit: query.limit - items.length,
        ...(before === undefined ? {} : { before }),
      },
      context.now(),
    );
    items.push(...page.items);
    if (page.next !== null) return { items, next: writeCursor([year, page.next]) };
    const older = all.find(one => one < year);
    if (items.length >= query.limit) return { items, next: older === undefined ? null : writeCursor([older]) };
  }
  return { items, next: null };
}

/** Where a cursor goes on: in a year, and below a number of it when one is given. */
function startOf(cursor: string): { year: number; before: number | undefined } {
  const [year, before] = readCursor(cursor);
  if (!isCount(year) || !(before === undefined || isCount(before))) throw badCursor();
  return { year, before };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 2_147_483_647;
}

function momentOf(text: string): Date | string {
  return text.length === 10 ? text : new Date(text);
}

/** A unit by its code or its id. What is none of this agency's is a fault of the field, whether it exists elsewhere or not. */
export async function unitIdOf(
  context: ApiContext,
  officer: Officer,
  unit: string,
  field: string,
  code: 'bad-parameter' | 'invalid-body',
): Promise<string> {
  const units = await listUnits(context.db, officer);
  const found = units.find(one => one.code === unit.toLowerCase() || one.id === unit.toLowerCase());
  if (found === undefined) throw new Problem(code, { faults: [faultOf(field, 'unit')] });
  return found.id;
}

export async function entryOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const entryId = readId(places.id);
  doneOrProblem(await openedEntry(context, officer, { entryId, what: 'api' }));
  return { kind: 'json', body: await entryNow(context, officer, entryId) };
}

/** The entry as it stands: the answer of every act on it. */
export async function entryNow(context: ApiContext, officer: Officer, entryId: string): Promise<EntryShape> {
  const detail = await getEntry(context.db, officer, entryId);
  if (detail === null) throw new Problem('not-found');
  const [shape] = await inAgency(context.db, officer.agencyId, officer, tx => entryShapes(tx, [detail]));
  if (shape === undefined) throw new Problem('not-found');
  return shape;
}

export async function historyOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const history = await getHistory(context.db, officer, readId(places.id));
  if (history === null) throw new Problem('not-found');
  const items = history.map(({ at, kind, actorName, peer, detail }) => ({ at: at.toISOString(), kind, by: actorName, peer, detail }));
  return { kind: 'json', body: { items, next: null } };
}

export async function attachmentOperation({ context, officer, places }: Call<'none', 'Nothing'>): Promise<Reply> {
  const entryId = readId(places.id);
  const attachmentId = readId(places.attachmentId);
  const attachment = await getAttachment(context.db, officer, entryId, attachmentId);
  if (attachment === null) throw new Problem('not-found');
  doneOrProblem(await openedEntry(context, officer, { entryId, what: 'attachment', attachmentId }));
  return {
    kind: 'bytes',
    contentType: attachment.contentType,
    fileName: attachment.name === '' ? `part-${attachment.path}` : attachment.name,
    size: attachment.size,
    sha256: attachment.sha256,
    stream: context.store.stream(attachment.sha256),
  };
}

// A client that reads the list every minute would fill the log with the same line; once an hour for each token and letter still says who got what.
const LISTED_ANEW_MS = 3_600_000;
const LISTED_MOST = 50_000;
const listed = new WeakMap<ApiContext['db'], Map<string, number>>();

function isNews(context: ApiContext, officer: Officer, entryId: string): boolean {
  const at = listed.get(context.db)?.get(`${officer.id} ${entryId}`);
  return at === undefined || context.now().getTime() - at >= LISTED_ANEW_MS;
}

/** After the commit: a log that was rolled back must be written the next time. */
function noteListed(context: ApiContext, officer: Officer, items: EntryRow[]): void {
  const known = listed.get(context.db) ?? new Map<string, number>();
  listed.set(context.db, known);
  if (known.size >= LISTED_MOST) known.clear();
  for (const entry of items) if (isNews(context, officer, entry.id)) known.set(`${officer.id} ${entry.id}`, context.now().getTime());
}
