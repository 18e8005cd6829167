/** The facts of a letter as the page shows them, what a machine guessed marked as such, and the path it has come. Pure. */
import { may } from '../../register/access.ts';
import type { EntryDetail, Facts, RouteDetail } from '../../register/look/entry-row.ts';
import { reasonWords } from '../../register/template/reasons.ts';
import type { Format } from '../format.ts';
import { message } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { isOpen, unitName } from './entry-words.ts';

export interface FactShown {
  name: keyof Facts;
  label: string;
  value: string;
  /** '' when somebody wrote or confirmed it; else where a machine read it. */
  guess: string;
  confirm: boolean;
  tag: string;
  tagTone: string;
}

export function factsShown(visit: SignedIn, format: Format, entry: EntryDetail): FactShown[] {
  const { text } = visit;
  const mayConfirm = may(visit.officer, 'amend') && entry.state !== 'cancelled';
  const today = format.isoDay(visit.now);
  const fact = (name: keyof Facts, value: string, always = false): FactShown[] => {
    if (value === '' && !always) return [];
    const guess = entry.guesses[name];
    const source = guess === undefined ? '' : wordOf(text.code.guessSource, guess.source.split(':')[0] ?? '');
    return [
      {
        name,
        label: text.code.fact[name],
        value: value || text.none,
        guess: guess === undefined ? '' : source || text.entry.guess,
        confirm: mayConfirm,
        tag: '',
        tagTone: '',
      },
    ];
  };
  const number = fact('letterNumber', entry.letterNumber, true).map(one =>
    entry.circular ? { ...one, tag: text.entry.circular, tagTone: 'plain' } : one,
  );
  const due = fact('dueOn', entry.dueOn === null ? '' : format.longDay(entry.dueOn)).map(one =>
    entry.dueOn !== null && entry.dueOn < today && isOpen(entry.state) ? { ...one, tag: text.code.state.overdue, tagTone: 'alarm' } : one,
  );
  return [
    ...number,
    ...fact('letterDate', entry.letterDate === null ? '' : format.longDay(entry.letterDate), true),
    ...fact('fromAgency', entry.fromAgency || entry.fromName || entry.fromAddress, true),
    ...fact('addressee', entry.addressee, true),
    ...(entry.guesses.subject === undefined ? [] : fact('subject', entry.subject)),
    ...(entry.urgency === 'normal' ? [] : fact('urgency', wordOf(text.code.urgency, entry.urgency))),
    ...(entry.secrecy === 'normal' ? [] : fact('secrecy', wordOf(text.code.secrecy, entry.secrecy))),
    ...(entry.kind === '' ? [] : fact('kind', wordOf(text.code.letterKind, entry.kind))),
    ...due,
    ...fact('remark', entry.remark),
  ];
}

export interface Step {
  text: string;
  small: string;
  detail: string;
  strong: boolean;
  tone: '' | 'now' | 'warn' | 'alarm' | 'rest';
  press: { href: string; label: string } | null;
  link: { href: string; label: string } | null;
}

/** From the sender's server to whoever has it now. */
export function pathShown(visit: SignedIn, format: Format, entry: EntryDetail): Step[] {
  const { text } = visit;
  const words = text.entry;
  const step = (label: string, small = '', more: Partial<Step> = {}): Step => ({
    text: label,
    small,
    detail: '',
    strong: false,
    tone: '',
    press: null,
    link: null,
    ...more,
  });
  const steps: Step[] = [];
  const today = format.isoDay(visit.now);
  const when = (at: Date) => (format.isoDay(at) === today ? format.clock(at) : format.moment(at));
  if (entry.message !== null) {
    const { peer } = entry.message;
    const server = [
      peer.name.includes(peer.address) ? `${peer.helo} [${peer.address}]` : peer.name || peer.helo || peer.address,
      peer.tls === null ? words.plain : peer.tls,
    ].join(' · ');
    steps.push(step(`${words.received} ${when(entry.receivedAt)}`, server));
  }
  steps.push(step(`${words.entered} ${format.digits(String(entry.number))}`, when(entry.enteredAt)));
  steps.push(acknowledgementStep(visit, entry, when, step));
  if (entry.state === 'cancelled' || entry.state === 'returned') {
    steps.push(step(wordOf(text.code.state, entry.state), entry.stateReason, { strong: true, tone: 'alarm' }));
    return steps;
  }
  if (entry.confirmedAt !== null) steps.push(step(words.confirmedBy(entry.confirmedBy ?? ''), when(entry.confirmedAt)));
  for (const route of entry.routes.filter(one => one.state !== 'withdrawn')) {
    const names = [unitName(visit, route), ...(route.officerName === null ? [] : [route.officerName])].join(' · ');
    const purpose = wordOf(text.code.purpose, route.purpose);
    if (route.state === 'waiting')
      steps.push(
        step(`${names} (${purpose})`, wordOf(text.code.routeState, route.state), { tone: 'now', strong: entry.confirmedAt !== null }),
      );
    else steps.push(step(`${names} (${purpose})`, routeLine(visit, when, route)));
  }
  if (entry.state === 'closed') steps.push(step(text.code.state.closed, entry.answered ? text.act.answered : '', { strong: true }));
  else if (entry.confirmedAt === null) steps.push(step(words.waitConfirm, '', { tone: 'now', strong: true }));
  else if (entry.routes.length === 0) steps.push(step(words.waitRoute, '', { tone: 'now', strong: true }));
  return steps;
}

function routeLine(visit: SignedIn, when: (at: Date) => string, route: RouteDetail): string {
  const state = wordOf(visit.text.code.routeState, route.state);
  const at = route.closedAt ?? route.confirmedAt;
  return [state, route.closedBy ?? route.confirmedBy ?? '', at === null ? '' : when(at)].filter(one => one !== '').join(' · ');
}

function acknowledgementStep(
  visit: SignedIn,
  entry: EntryDetail,
  when: (at: Date) => string,
  step: (label: string, small?: string, more?: Partial<Step>) => Step,
): Step {
  const { text, officer } = visit;
  const { state, reason, recipient, sentAt, mailId, mailState, reply } = entry.acknowledgement;
  const at = sentAt ?? entry.acknowledgement.decidedAt;
  const why = message(visit, reasonWords(reason));
  const told = [
    state === 'sent' && recipient !== '' ? `${text.entry.recipient} ${recipient}` : '',
    state !== 'sent' ? why : '',
    state === 'failed' || state === 'uncertain' ? reply : '',
  ]
    .filter(one => one !== '')
    .join(' · ');
  // The same condition as register/act/acknowledge.ts keeps: nothing was sent yet, or what was sent did not arrive for certain.
  const pressable =
    (state === 'held' || state === 'failed' || state === 'uncertain') &&
    (mailId === null || mailState === 'failed' || mailState === 'uncertain');
  return step(wordOf(text.code.acknowledgement, state), at === null ? '' : when(at), {
    detail: told,
    tone:
      state === 'sent'
        ? ''
        : state === 'failed' || state === 'uncertain'
          ? 'alarm'
          : state === 'held'
            ? 'warn'
            : state === 'refused'
              ? 'rest'
              : 'now',
    press:
      pressable && may(officer, 'acknowledge') && entry.state !== 'cancelled'
        ? { href: `/entries/${entry.id}/acknowledge`, label: text.entry.send }
        : null,
    link: mailId !== null && may(officer, 'see-outbox') ? { href: `/outbox/${mailId}`, label: text.entry.seeMail } : null,
  });
}
