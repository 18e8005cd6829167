/** What an officer may do with a letter now, in the order of the day: the next step is the only filled button. Pure. */
import { may } from '../../register/access.ts';
import type { EntryDetail, RouteDetail } from '../../register/look/entry-row.ts';
import { classifiedRegisterOf } from '../../register/registers.ts';
import type { Format } from '../format.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { isOpen, type Mark, unitName } from './entry-words.ts';

export interface ActionShown {
  href: string;
  label: string;
  /** One press, no form. */
  direct: boolean;
  main: boolean;
  key: string;
  keyName: string;
}

const action = (href: string, label: string, more: Partial<ActionShown> = {}): ActionShown => ({
  href,
  label,
  direct: false,
  main: false,
  key: '',
  keyName: '',
  ...more,
});

export function entryActions(visit: SignedIn, entry: EntryDetail): ActionShown[] {
  const { officer, text } = visit;
  const words = text.act;
  const href = `/entries/${entry.id}`;
  if (entry.state === 'cancelled') return [];
  if (!isOpen(entry.state)) return may(officer, 'reopen') ? [action(`${href}/reopen`, words.reopen)] : [];
  const unconfirmed = entry.confirmedAt === null;
  const routed = entry.routes.some(route => route.state === 'waiting' || route.state === 'confirmed');
  const actions: ActionShown[] = [];
  if (may(officer, 'confirm') && unconfirmed)
    actions.push(action(`${href}/confirm`, words.confirm, { direct: true, main: true, key: 'c', keyName: 'confirm' }));
  if (may(officer, 'route'))
    actions.push(action(`${href}/route`, words.route, { main: !unconfirmed && !routed, key: 'r', keyName: 'route' }));
  if (may(officer, 'amend') || (may(officer, 'act-on-route') && entry.routes.some(route => route.mine && isLive(route))))
    actions.push(action(`${href}/note`, words.note, { key: 'm', keyName: 'note' }));
  if (may(officer, 'close')) actions.push(action(`${href}/close`, words.closeEntry));
  if (may(officer, 'return')) actions.push(action(`${href}/return`, words.return));
  if (may(officer, 'cancel')) actions.push(action(`${href}/cancel`, words.cancel));
  const own = classifiedRegisterOf(visit.agency.settings.classifiedRegister) === 'own';
  if (may(officer, 'cancel') && own && entry.register === 'receive' && entry.secrecy !== 'normal')
    actions.push(action(`${href}/move`, words.move));
  return actions;
}

function isLive(route: RouteDetail): boolean {
  return route.state === 'waiting' || route.state === 'confirmed';
}

/** What a unit may do with a route, on the letter's page and in the in-tray. */
export function routeActions(visit: SignedIn, route: RouteDetail, onlyOne: boolean): ActionShown[] {
  const words = visit.text.act;
  const href = `/routes/${route.id}`;
  if (!route.mine || !isLive(route) || !may(visit.officer, 'act-on-route')) return [];
  const note = action(`${href}/note`, words.noteRoute, { keyName: onlyOne ? 'note' : '' });
  const passOn = action(`${href}/pass-on`, words.passOn, { keyName: onlyOne ? 'route' : '' });
  if (route.state === 'waiting')
    return [
      action(`${href}/confirm`, words.confirmRoute, { direct: true, main: onlyOne, keyName: onlyOne ? 'confirm' : '' }),
      note,
      passOn,
    ];
  return [action(`${href}/close`, words.closeRoute, { main: onlyOne, keyName: onlyOne ? 'confirm' : '' }), note, passOn];
}

export interface RouteShown {
  unit: string;
  state: string;
  tone: Mark['tone'];
  line: string;
  instruction: string;
  note: string;
  actions: ActionShown[];
}

export function routesShown(visit: SignedIn, format: Format, entry: EntryDetail): RouteShown[] {
  const { text, officer } = visit;
  const unitsOwn = officer.role === 'unit';
  return entry.routes.map(route => {
    const number =
      route.unitNumber === null || route.unitYear === null
        ? []
        : [`${text.entry.unitNumber} ${format.registerNumber({ number: route.unitNumber, year: route.unitYear })}`];
    const line = [
      wordOf(text.code.purpose, route.purpose),
      ...number,
      ...(route.officerName === null ? [] : [route.officerName]),
      route.rule === null ? `${route.routedBy} ${format.moment(route.routedAt)}` : text.register.byRule(route.rule),
      ...(route.dueOn === null ? [] : [text.register.due(format.day(route.dueOn))]),
    ].join(' · ');
    const withdraw = may(officer, 'route') && isLive(route) ? [action(`/routes/${route.id}/withdraw`, text.act.withdraw)] : [];
    return {
      unit: unitName(visit, route),
      state: wordOf(text.code.routeState, route.state),
      tone:
        route.state === 'closed' || route.state === 'confirmed'
          ? ('good' as const)
          : route.state === 'waiting'
            ? ('warn' as const)
            : ('plain' as const),
      line,
      instruction: route.instruction,
      note: route.note,
      actions: [...(isOpen(entry.state) ? routeActions(visit, route, unitsOwn) : []), ...(isOpen(entry.state) ? withdraw : [])],
    };
  });
}

export interface NoticeShown {
  text: string;
  tone: string;
  actions: { href: string; label: string; post: boolean; value: string }[];
}

/** What one must know before acting: a possible duplicate, a letter that could not be read, a classified one. */
export function entryNotices(visit: SignedIn, format: Format, entry: EntryDetail): NoticeShown[] {
  const { text, officer } = visit;
  const words = text.entry;
  const notices: NoticeShown[] = [];
  if (entry.secrecy !== 'normal') notices.push({ text: words.secrecyWarning, tone: '', actions: [] });
  if (entry.reading === 'failed') notices.push({ text: words.notRead, tone: 'warn', actions: [] });
  if (entry.reading === 'waiting' && entry.message !== null) notices.push({ text: words.stillReading, tone: 'plain', actions: [] });
  if (entry.scan === 'infected') notices.push({ text: words.infected, tone: '', actions: [] });
  if (entry.scan === 'not-scanned') notices.push({ text: words.notScanned, tone: 'warn', actions: [] });
  const other = entry.duplicateOf;
  if (other !== null && (entry.duplicateState === 'flagged' || entry.duplicateState === 'linked')) {
    const number = format.registerNumber(other);
    const open = { href: `/entries/${other.id}`, label: words.compare, post: false, value: '' };
    const decide =
      entry.duplicateState === 'flagged' && may(officer, 'decide-duplicate')
        ? [
            { href: `/entries/${entry.id}/duplicate`, label: words.link, post: true, value: 'link' },
            { href: `/entries/${entry.id}/duplicate`, label: words.dismiss, post: true, value: 'dismiss' },
          ]
        : [];
    notices.push({
      text:
        entry.duplicateState === 'linked'
          ? words.duplicateIs(number)
          : words.duplicateMay(number, wordOf(text.code.duplicateReason, entry.duplicateReason)),
      tone: entry.duplicateState === 'linked' ? 'plain' : 'warn',
      actions: [open, ...decide],
    });
  }
  return notices;
}
