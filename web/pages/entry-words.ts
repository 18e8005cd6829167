/** What is said of a letter in lists and on its own page: subject, sender, tags, the state of who has it. */
import type { EntryRow, RouteRow } from '../../register/look/entry-row.ts';
import type { Format } from '../format.ts';
import { inLanguage } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { Visit } from '../visit.ts';

export interface Mark {
  label: string;
  tone: 'alarm' | 'warn' | 'good' | 'plain';
}

export function subjectOf(visit: Visit, subject: string, urgency = 'normal'): string {
  const shown = urgency === 'normal' ? subject : subject.replace(LEADING_URGENCY, '');
  return (shown.trim() === '' ? subject : shown).trim() || visit.text.register.noSubject;
}

// Where the tag beside the subject says the class, the same word need not stand twice. The fact itself keeps what the sender wrote.
const LEADING_URGENCY = /^\s*[[(【]?(?:ด่วนที่สุด|ด่วนมาก|ด่วน)[\])】]?\s*[!:：.–-]*\s+/;

/** The agency or person a letter is from: the best we know. */
export function senderOf(entry: { fromAgency: string; fromName: string; fromAddress: string }): string {
  return entry.fromAgency || entry.fromName || entry.fromAddress || '—';
}

export function unitName(visit: Visit, route: Pick<RouteRow, 'unitNameTh' | 'unitNameEn'>): string {
  return inLanguage(visit, route.unitNameTh, route.unitNameEn);
}

/** Urgency and secrecy, when they are not the usual ones. */
export function urgencyMarks(visit: Visit, entry: Pick<EntryRow, 'urgency' | 'secrecy'>): Mark[] {
  const { code } = visit.text;
  const marks: Mark[] = [];
  if (entry.secrecy !== 'normal') marks.push({ label: wordOf(code.secrecy, entry.secrecy), tone: 'alarm' });
  if (entry.urgency !== 'normal')
    marks.push({ label: wordOf(code.urgency, entry.urgency), tone: entry.urgency === 'urgent' ? 'warn' : 'alarm' });
  return marks;
}

export function isOpen(state: string): boolean {
  return state !== 'closed' && state !== 'cancelled' && state !== 'returned';
}

/** Column การปฏิบัติ of form 13: who has the letter now, or that nobody has confirmed it. */
export function actionOf(visit: Visit, format: Format, entry: EntryRow): { state: string; tone: Mark['tone']; note: string } {
  const { text } = visit;
  const words = text.code.state;
  if (entry.state === 'cancelled' || entry.state === 'returned')
    return { state: wordOf(words, entry.state), tone: 'plain', note: entry.stateReason };
  if (entry.state === 'closed') return { state: words.closed, tone: 'good', note: '' };
  const open = entry.routes.filter(route => route.state === 'waiting' || route.state === 'confirmed');
  const first = open[0];
  if (first !== undefined) return routedAction(visit, format, first, open.length, entry.confirmedAt === null);
  if (entry.confirmedAt === null) return { state: text.register.waiting, tone: 'warn', note: acknowledgedNote(visit, format, entry) };
  return {
    state: wordOf(words, entry.state),
    tone: 'good',
    note: entry.confirmedBy === null ? '' : `${entry.confirmedBy} ${format.time(entry.confirmedAt)}`,
  };
}

function routedAction(
  visit: Visit,
  format: Format,
  route: RouteRow,
  count: number,
  unconfirmed: boolean,
): { state: string; tone: Mark['tone']; note: string } {
  const { text } = visit;
  const name = unitName(visit, route);
  const others = count > 1 ? [text.register.more(format.number(count - 1))] : [];
  if (route.state === 'confirmed') {
    const by = route.confirmedBy === null || route.confirmedAt === null ? [] : [`${route.confirmedBy} ${format.time(route.confirmedAt)}`];
    return { state: `${name} · ${text.code.routeState.confirmed}`, tone: 'good', note: [...by, ...others].join(' · ') };
  }
  const why = unconfirmed ? [text.register.waiting] : route.rule === null ? [] : [text.register.byRule(route.rule)];
  return {
    state: `${name} · ${wordOf(text.code.purpose, route.purpose)}`,
    tone: unconfirmed ? 'warn' : 'plain',
    note: [...why, ...others].join(' · '),
  };
}

export function acknowledgedNote(visit: Visit, format: Format, entry: EntryRow): string {
  const { state, sentAt } = entry.acknowledgement;
  if (state === 'sent' && sentAt !== null) return visit.text.register.acknowledged(format.clock(sentAt));
  return state === 'waiting' || state === 'queued' ? '' : wordOf(visit.text.code.acknowledgement, state);
}
