/** The auditor's page: every act of the agency in its chains, newest first, and the head of the chain to note down elsewhere. */
import { isDay } from '../../register/checks.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { type ActRow, listActs } from '../../register/look/acts.ts';
import { isClosedBook, REGISTERS } from '../../register/registers.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { optionsOf } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';
import { type Chain, selectBeginOfDay, selectChainHead, selectFirstOrdinalFrom, selectRecentActors, selectRecentKinds } from './queries.ts';

const PAGE = 100;
/** The chain of a classified register is closed to who is not appointed, its head and the names in it too. */
function chainsFor(visit: SignedIn): Chain[] {
  return [...REGISTERS.filter(register => visit.officer.appointed || !isClosedBook(register)), 'office'];
}

export function actRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/acts',
    pageFor(context, 'see-acts', (request, response, visit) => showActs(context, request, response, visit)),
  );
}

interface Wanted {
  register: Chain;
  person: string;
  kind: string;
  since: string;
  until: string;
  before: number | null;
}

/** What is no proper value counts as not given: the page is a place to look, and says what it shows. */
function wantedOf(request: Request, visit: SignedIn): Wanted {
  const field = (name: string) => textField(request.query, name).trim();
  const day = (name: string) => (isDay(field(name)) ? field(name) : '');
  const before = field('before');
  return {
    register: chainsFor(visit).find(chain => chain === field('register')) ?? 'receive',
    person: /^[0-9a-f-]{36}$/i.test(field('person')) ? field('person') : '',
    kind: /^[a-z-]{1,60}$/.test(field('kind')) ? field('kind') : '',
    since: day('since'),
    until: day('until'),
    before: /^\d{1,9}$/.test(before) ? Number(before) : null,
  };
}

async function showActs(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const wanted = wantedOf(request, visit);
  const { items, next } = await findActs(context, visit, wanted);
  const { head, actors, kinds } = await inAgency(context.db, visit.agency.id, visit.officer, async tx => ({
    head: await selectChainHead(tx, wanted.register),
    actors: await selectRecentActors(tx, wanted.register),
    kinds: await selectRecentKinds(tx, wanted.register),
  }));
  const format = formatOf(visit);
  const words: Record<string, string> = { ...visit.text.code.act, ...o.acts.kinds };
  await sendOffice(
    context,
    request,
    response,
    visit,
    'acts',
    { title: o.acts.title },
    {
      registers: optionsOf(o.acts.registers, wanted.register, chainsFor(visit)),
      persons: actors.map(actor => ({ value: actor.id, label: actor.name, chosen: actor.id === wanted.person })),
      kinds: kinds.map(kind => ({ value: kind, label: wordOf(words, kind), chosen: kind === wanted.kind })),
      since: wanted.since,
      until: wanted.until,
      acts: items.map(act => ({
        ordinal: format.number(act.ordinal),
        at: `${format.date(act.at)} ${format.clock(act.at)}`,
        who: act.actorName,
        kind: wordOf(words, act.kind),
        entry: act.number === null || act.year === null ? '' : format.registerNumber({ number: act.number, year: act.year }),
        detail: detailText(act, o),
        peer: act.peer,
      })),
      newest: wanted.before === null ? '' : addressOf(wanted, null),
      older: next === null ? '' : addressOf(wanted, next),
      head: head === null ? null : { ordinal: format.number(head.ordinal), at: format.moment(head.at), hash: head.hash },
    },
  );
}

/** Time never goes back within a chain, so days become ordinals: the page starts below the end and stops at the beginning. */
async function findActs(context: OfficeContext, visit: SignedIn, wanted: Wanted): Promise<{ items: ActRow[]; next: number | null }> {
  const { from, end } = await inAgency(context.db, visit.agency.id, visit.officer, async tx => {
    const ordinalAt = async (day: string, later: number) =>
      await selectFirstOrdinalFrom(tx, wanted.register, await selectBeginOfDay(tx, day, visit.agency.timeZone, later));
    return {
      from: wanted.since === '' ? 1 : ((await ordinalAt(wanted.since, 0)) ?? 1),
      end: wanted.until === '' ? null : await ordinalAt(wanted.until, 1),
    };
  });
  const ends = [wanted.before, end].filter(one => one !== null);
  const page = await listActs(context.db, visit.officer, {
    register: wanted.register,
    limit: PAGE,
    ...(wanted.kind === '' ? {} : { kind: wanted.kind }),
    ...(wanted.person === '' ? {} : { actorId: wanted.person }),
    ...(ends.length === 0 ? {} : { before: Math.min(...ends) }),
  });
  const items = page.items.filter(act => act.ordinal >= from);
  return { items, next: items.length < page.items.length || (page.next !== null && page.next <= from) ? null : page.next };
}

function addressOf(wanted: Wanted, before: number | null): string {
  const query = new URLSearchParams({ register: wanted.register });
  for (const name of ['person', 'kind', 'since', 'until'] as const) if (wanted[name] !== '') query.set(name, wanted[name]);
  if (before !== null) query.set('before', String(before));
  return `/settings/acts?${query}`;
}

function detailText(act: ActRow, o: OfficeText): string {
  return Object.entries(act.detail)
    .filter(([, value]) => value !== null && value !== '')
    .map(
      ([name, value]) =>
        `${name}: ${typeof value === 'boolean' ? (value ? o.yes : o.no) : typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    )
    .join(' · ')
    .slice(0, 500);
}
