/**
 * The receive register by year, and the classified one (`?book=classified`) for appointed officers alone: filters kept in the address, keyset paging by number, parts of the page for htmx. New letters come by web/live.ts.
 */
import { may } from '../../register/access.ts';
import { isId } from '../../register/checks.ts';
import { toArabicDigits } from '../../register/letter/numerals.ts';
import { parseThaiDate } from '../../register/letter/thai-date.ts';
import { type EntryFilter, listEntries, mayOpenBook, years } from '../../register/look/entries.ts';
import type { EntryRow, RegisterName, Urgency } from '../../register/look/entry-row.ts';
import { listUnits } from '../../register/look/office.ts';
import { registerYear } from '../../register/number.ts';
import { isClosedBook } from '../../register/registers.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import { countsOf, formatOf, inLanguage, type PageContext, railCounts, sendPage, sendPart } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { exportButtons } from './exports.ts';
import { registerRows } from './register-rows.ts';

const PAGE = 50;
// A list refreshed by itself shows as many rows as it showed before, up to this.
const MOST_ROWS = 400;
const STATES = ['', 'unconfirmed', 'routed', 'acting', 'overdue', 'closed', 'returned', 'cancelled'] as const;
// What is looked for seldom stands in the panel of filters.
const SELDOM: readonly string[] = ['returned', 'cancelled'];
const URGENCIES: Urgency[] = ['most-urgent', 'very-urgent', 'urgent', 'normal'];

interface Wanted {
  /** Which register: '' is the ordinary one. */
  book: '' | 'classified';
  year: number;
  q: string;
  state: string;
  unit: string;
  from: string;
  since: string;
  until: string;
  urgency: string;
}

export async function registerPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const wanted = wantedOf(request, visit);
  if (!mayOpenBook(visit.officer, registerOf(wanted))) {
    sendNotFound(context, request, response);
    return;
  }
  const before = positive(textField(request.query, 'before'));
  const rows = Math.min(MOST_ROWS, Math.max(PAGE, positive(textField(request.query, 'rows')) ?? 0));
  const page = await found(context, visit, wanted, rows, before);
  const list = listOf(visit, wanted, page, textField(request.query, 'day'));
  if (visit.partial && before !== null) sendPart(context, response, 'register-rows', list);
  else if (visit.partial && request.get('hx-target') === 'list') {
    response.setHeader('HX-Push-Url', addressOf(wanted));
    sendPart(context, response, 'register-list', { ...list, here: addressOf(wanted) });
  } else
    await sendPage(
      context,
      request,
      response,
      visit,
      'register',
      { title: list.heading, current: wanted.book || 'register' },
      { ...list, ...(await filtersOf(context, visit, wanted, page.items[0])) },
    );
}

/** Whoever types a receive number means that letter: it stands first, before what else holds these digits. */
async function found(
  context: PageContext,
  visit: SignedIn,
  wanted: Wanted,
  limit: number,
  before: number | null,
): Promise<Awaited<ReturnType<typeof listEntries>>> {
  const look = (filter: EntryFilter) => listEntries(context.db, visit.officer, filter, visit.now);
  const page = await look({ ...filterOf(wanted), limit, before: before ?? undefined });
  const typed = /^(\d{1,9})(?:\s*\/\s*(\d{4}))?$/.exec(toArabicDigits(wanted.q));
  if (typed === null || before !== null) return page;
  const number = positive(typed[1] ?? '');
  if (number === null) return page;
  const exact = await look({ ...filterOf({ ...wanted, q: '' }), year: positive(typed[2] ?? '') ?? wanted.year, number, limit: 1 });
  const ids = new Set(exact.items.map(entry => entry.id));
  return { items: [...exact.items, ...page.items.filter(entry => !ids.has(entry.id))], next: page.next };
}

/** The figures of the rail, for pages that are open. */
export async function countsAnswer(context: PageContext, _request: Request, response: Response, visit: SignedIn): Promise<void> {
  const figures = may(visit.officer, 'provider') ? {} : railCounts(visit, await countsOf(context, visit));
  response.setHeader('Cache-Control', 'no-store').json(figures);
}

function wantedOf(request: Request, visit: SignedIn): Wanted {
  const value = (name: string) => textField(request.query, name).trim().slice(0, 200);
  const day = (name: string) => parseThaiDate(value(name)) ?? '';
  const year = positive(value('year'));
  return {
    book: value('book') === 'classified' ? 'classified' : '',
    year: year === null || year > 9999 ? registerYear(visit.now, visit.agency) : year,
    q: value('q'),
    state: STATES.find(state => state === value('state')) ?? '',
    unit: isId(value('unit')) ? value('unit') : '',
    from: value('from'),
    since: day('since'),
    until: day('until'),
    urgency: URGENCIES.find(urgency => urgency === value('urgency')) ?? '',
  };
}

function filterOf(wanted: Wanted): Omit<EntryFilter, 'limit'> {
  return {
    register: registerOf(wanted),
    year: wanted.year,
    q: wanted.q || undefined,
    state: (wanted.state || undefined) as EntryFilter['state'],
    unitId: wanted.unit || undefined,
    from: wanted.from || undefined,
    since: wanted.since || undefined,
    until: wanted.until || undefined,
    urgency: (wanted.urgency || undefined) as Urgency | undefined,
  };
}

function registerOf(wanted: Wanted): RegisterName {
  return wanted.book === 'classified' ? 'receive-classified' : 'receive';
}

/** The register without filters. */
export function bookAddress(register: RegisterName, year: number): string {
  return `/register?${isClosedBook(register) ? 'book=classified&' : ''}year=${year}`;
}

function addressOf(wanted: Wanted, further: Record<string, string> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...wanted, year: String(wanted.year), ...further }))
    if (value !== '') parameters.set(name, value);
  return `/register?${parameters}`;
}

function listOf(visit: SignedIn, wanted: Wanted, page: Awaited<ReturnType<typeof listEntries>>, after: string) {
  const format = formatOf(visit);
  const words = visit.text.register;
  const classified = wanted.book === 'classified';
  const last = page.items.at(-1);
  const filtered = Object.entries(wanted).some(([name, value]) => name !== 'year' && name !== 'book' && value !== '');
  const older = page.next === null || last === undefined ? '' : addressOf(wanted, { before: String(page.next) });
  return {
    heading: (classified ? words.classifiedTitle : words.title)(format.digits(String(wanted.year))),
    year: wanted.year,
    rows: registerRows(visit, format, page.items, after, page.next === null && !filtered),
    older,
    olderPart: older === '' || last === undefined ? '' : `${older}&day=${format.isoDay(last.receivedAt)}`,
    emptyTitle: filtered ? words.emptyFiltered : words.empty,
    emptyHelp: filtered ? words.emptyFilteredHelp : classified ? words.classifiedEmptyHelp : words.emptyHelp,
    emptyAddress: filtered ? '' : (visit.agency.addresses[0] ?? ''),
    emptyClear: filtered ? bookAddress(registerOf(wanted), wanted.year) : '',
  };
}

async function filtersOf(context: PageContext, visit: SignedIn, wanted: Wanted, newest: EntryRow | undefined): Promise<object> {
  const { text, officer } = visit;
  const format = formatOf(visit);
  const [units, known, counts] = await Promise.all([
    listUnits(context.db, officer),
    years(context.db, officer, registerOf(wanted)),
    countsOf(context, visit),
  ]);
  const figures = railCounts(visit, counts);
  const [unconfirmed, overdue] = wanted.book === '' ? ['register', 'overdue'] : ['classified', 'classified-overdue'];
  const all = [...new Set([wanted.year, registerYear(visit.now, visit.agency), ...known])].sort((a, b) => b - a);
  const used = [
    SELDOM.includes(wanted.state) ? wanted.state : '',
    wanted.unit,
    wanted.from,
    wanted.since,
    wanted.until,
    wanted.urgency,
  ].filter(value => value !== '').length;
  return {
    filter: {
      ...wanted,
      sinceShown: wanted.since === '' ? '' : format.day(wanted.since),
      untilShown: wanted.until === '' ? '' : format.day(wanted.until),
      example: format.date(visit.now),
      used: used === 0 ? '' : format.number(used),
      open: used > 0,
      clear: bookAddress(registerOf(wanted), wanted.year),
    },
    mayAct: may(officer, 'confirm'),
    paper: may(officer, 'enter-paper'),
    exports: exportButtons(
      visit,
      { register: registerOf(wanted), year: wanted.year, since: wanted.since },
      known.includes(wanted.year),
      newest,
    ),
    years: all.length < 2 ? [] : all.map(year => ({ value: year, label: format.digits(String(year)), chosen: year === wanted.year })),
    states: STATES.map(value => ({
      value,
      label: value === '' ? text.register.all : wordOf(text.code.state, value),
      chosen: value === wanted.state,
      name: value === 'unconfirmed' ? unconfirmed : value === 'overdue' ? overdue : '',
      seldom: SELDOM.includes(value),
      count: value === 'unconfirmed' ? figures[unconfirmed]?.text : value === 'overdue' ? figures[overdue]?.text : '',
    })),
    units: units.map(unit => ({ value: unit.id, label: inLanguage(visit, unit.nameTh, unit.nameEn), chosen: unit.id === wanted.unit })),
    urgencies: URGENCIES.map(value => ({ value, label: wordOf(text.code.urgency, value), chosen: value === wanted.urgency })),
  };
}

function positive(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
