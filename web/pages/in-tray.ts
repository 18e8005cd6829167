/** A unit's in-tray: what waits for receipt to be confirmed, what is being done, what is finished. The central officers see every unit's. */

import { isId } from '../../register/checks.ts';
import { type InTrayFilter, type InTrayRow, inTray } from '../../register/look/in-tray.ts';
import { listUnits } from '../../register/look/office.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, inLanguage, type PageContext, sendPage, sendPart } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { type ActionShown, routeActions } from './entry-actions.ts';
import { isOpen, senderOf, subjectOf, unitName, urgencyMarks } from './entry-words.ts';
import { addressWith } from './tables.ts';

const PAGE = 50;
const STATES = ['open', 'waiting', 'confirmed', 'overdue', 'closed', 'passed-on'] as const;

export async function inTrayPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const { officer, text } = visit;
  const format = formatOf(visit);
  const asked = textField(request.query, 'state');
  const state = STATES.find(one => one === asked) ?? 'open';
  const unit = isId(textField(request.query, 'unit')) ? textField(request.query, 'unit') : '';
  const before = textField(request.query, 'before');
  const filter: InTrayFilter = { state, limit: PAGE, ...(unit === '' ? {} : { unitId: unit }), ...(before === '' ? {} : { before }) };
  const page = await inTray(context.db, officer, filter, visit.now);
  const address = (further: Record<string, string>) => addressWith('/in-tray', { state: state === 'open' ? '' : state, unit, ...further });
  const list = {
    rows: page.items.map(row => rowOf(visit, format, row)),
    older: page.next === null ? '' : address({ before: page.next }),
    olderPart: page.next === null ? '' : address({ before: page.next }),
  };
  if (visit.partial && before !== '') sendPart(context, response, 'in-tray-rows', list);
  else if (visit.partial && request.get('hx-target') === 'list') {
    response.setHeader('HX-Push-Url', address({}));
    sendPart(context, response, 'in-tray-list', list);
  } else {
    const all = await listUnits(context.db, officer);
    const units = officer.role === 'unit' ? all.filter(one => officer.unitIds.includes(one.id)) : all;
    await sendPage(
      context,
      request,
      response,
      visit,
      'in-tray',
      { title: text.inTray.title, current: 'in-tray' },
      {
        ...list,
        states: STATES.map(value => ({
          value,
          label: value === 'open' ? text.inTray.open : wordOf(text.code.routeState, value),
          chosen: value === state,
        })),
        units:
          units.length < 2
            ? []
            : [
                { value: '', label: text.inTray.all, chosen: unit === '' },
                ...units.map(one => ({ value: one.id, label: inLanguage(visit, one.nameTh, one.nameEn), chosen: one.id === unit })),
              ],
      },
    );
  }
}

function rowOf(visit: SignedIn, format: Format, { route, entry }: InTrayRow) {
  const { text } = visit;
  const overdue =
    route.dueOn !== null && route.dueOn < format.isoDay(visit.now) && (route.state === 'waiting' || route.state === 'confirmed');
  const due =
    route.dueOn === null
      ? []
      : [
          {
            label: overdue ? text.register.overdue(format.day(route.dueOn)) : text.register.due(format.day(route.dueOn)),
            tone: overdue ? ('alarm' as const) : ('plain' as const),
          },
        ];
  return {
    id: route.id,
    href: `/entries/${entry.id}`,
    isNew: route.state === 'waiting',
    unitNumber:
      route.unitNumber === null || route.unitYear === null ? '' : format.registerNumber({ number: route.unitNumber, year: route.unitYear }),
    routedDay: format.date(route.routedAt),
    routedTime: format.time(route.routedAt),
    number: format.registerNumber(entry),
    letterNumber: entry.letterNumber,
    subject: subjectOf(visit, entry.subject, entry.urgency),
    marks: [...urgencyMarks(visit, entry), ...due],
    instruction: [wordOf(text.code.purpose, route.purpose), route.instruction].filter(one => one !== '').join(' · '),
    from: senderOf(entry),
    state: wordOf(text.code.routeState, route.state),
    stateTone: route.state === 'waiting' ? 'warn' : route.state === 'withdrawn' || route.state === 'passed-on' ? 'plain' : 'good',
    unit: [unitName(visit, route), ...(route.officerName === null ? [] : [route.officerName])].join(' · '),
    mine: route.mine && isOpen(entry.state),
    // Short words in a list; the whole ones stand on the letter's page.
    actions: routeActions(visit, route, true).map(action => ({ ...action, label: shortLabel(visit, action) })),
  };
}

function shortLabel(visit: SignedIn, action: ActionShown): string {
  if (action.keyName === 'note') return visit.text.act.note;
  return action.keyName === 'route' ? visit.text.act.route : action.label;
}
