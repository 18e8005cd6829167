/** Correcting the facts of a letter, in place or on a page of its own; and the remark, which is the note of the central officers. */
import { may } from '../../register/access.ts';
import { amendEntry } from '../../register/act/amend.ts';
import { noteRoute } from '../../register/act/unit-route.ts';
import { parseThaiDate } from '../../register/letter/thai-date.ts';
import type { EntryDetail, Facts, Secrecy, Urgency } from '../../register/look/entry-row.ts';
import type { Fault } from '../../register/officer.ts';
import { sendForbidden } from '../errors.ts';
import { type Request, textField } from '../http.ts';
import { formatOf, type PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Choice, type Form, field, sendForm, settle, versionOf } from './act-form.ts';
import { entryForm, withEntry } from './entry-acts.ts';
import { unitName } from './entry-words.ts';

const TEXTS = ['letterNumber', 'fromAgency', 'addressee', 'subject', 'remark'] as const;
const DATES = ['letterDate', 'dueOn'] as const;

/** What stands in the form: what was typed, else the letter's own facts. */
type Typed = Record<(typeof TEXTS)[number] | (typeof DATES)[number] | 'urgency' | 'secrecy' | 'kind' | 'reason', string> & {
  circular: boolean;
};

export function amendForm(context: PageContext): PageHandler {
  return withEntry(context, async (request, response, visit, entry, place) => {
    if (!may(visit.officer, 'amend')) {
      sendForbidden(context, request, response);
      return;
    }
    const posted = request.method === 'POST';
    const typed = posted ? typedIn(request) : asStored(visit, entry);
    const form = formOf(visit, entry, typed);
    if (!posted) {
      await sendForm(context, request, response, visit, form, place);
      return;
    }
    const read = factsOf(visit, entry, typed);
    if (read.faults.length > 0) await sendForm(context, request, response, visit, form, place, { faults: read.faults });
    else {
      const outcome = await amendEntry(context, visit.officer, {
        entryId: entry.id,
        version: versionOf(request),
        facts: read.facts,
        reason: typed.reason,
      });
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'amended', detail: '' }) });
    }
  });
}

function typedIn(request: Request): Typed {
  const value = (name: string) => textField(request.body, name);
  return {
    letterNumber: value('letterNumber'),
    letterDate: value('letterDate'),
    fromAgency: value('fromAgency'),
    addressee: value('addressee'),
    subject: value('subject'),
    remark: value('remark'),
    dueOn: value('dueOn'),
    urgency: value('urgency'),
    secrecy: value('secrecy'),
    kind: value('kind'),
    reason: value('reason'),
    circular: value('circular') === 'yes',
  };
}

function asStored(visit: SignedIn, entry: EntryDetail): Typed {
  const format = formatOf(visit);
  const day = (iso: string | null) => (iso === null ? '' : format.day(iso));
  return { ...entry, letterDate: day(entry.letterDate), dueOn: day(entry.dueOn), reason: '' };
}

/** Only what differs from the letter: a fact that nobody touched must not count as confirmed by hand. */
function factsOf(visit: SignedIn, entry: EntryDetail, typed: Typed): { facts: Partial<Facts>; faults: Fault[] } {
  const facts: Partial<Facts> = {};
  const faults: Fault[] = [];
  const stored = asStored(visit, entry);
  for (const name of TEXTS) if (typed[name].trim() !== stored[name].trim()) facts[name] = typed[name].trim();
  for (const name of DATES) {
    if (typed[name].trim() === stored[name]) continue;
    const day = dayIn(typed[name]);
    if (day === undefined) faults.push(badDate(name));
    else facts[name] = day;
  }
  if (typed.urgency !== entry.urgency) facts.urgency = typed.urgency as Urgency;
  if (typed.secrecy !== entry.secrecy) facts.secrecy = typed.secrecy as Secrecy;
  if (typed.kind !== entry.kind) facts.kind = typed.kind;
  if (typed.circular !== entry.circular) facts.circular = typed.circular;
  return { facts, faults };
}

/** A day as people write it: null for an empty field, undefined for what is no day. */
export function dayIn(text: string): string | null | undefined {
  return text.trim() === '' ? null : (parseThaiDate(text.trim()) ?? undefined);
}

export function badDate(name: string): Fault {
  return {
    field: name,
    message: {
      th: 'อ่านวันที่นี้ไม่ได้ ตัวอย่างเช่น 20 พ.ย. 2569 หรือ 20/11/2569',
      en: 'This date cannot be read. Write it like 20 Nov 2026 or 20/11/2026.',
    },
  };
}

function formOf(visit: SignedIn, entry: EntryDetail, typed: Typed): Form {
  const { act, code } = visit.text;
  const label = code.fact;
  const choices = (words: Record<string, string>, chosen: string): Choice[] => {
    const known = Object.entries(words).map(([value, word]) => ({ value, label: word, chosen: value === chosen }));
    return known.some(choice => choice.chosen) ? known : [{ value: chosen, label: chosen, chosen: true }, ...known];
  };
  return entryForm(visit, entry, 'amend', {
    title: act.amend,
    lead: act.amendLead,
    submit: act.save,
    two: true,
    fields: [
      field('letterNumber', label.letterNumber, { value: typed.letterNumber }),
      field('letterDate', label.letterDate, { value: typed.letterDate, hint: act.letterDateHelp }),
      field('subject', label.subject, { value: typed.subject, wide: true }),
      field('fromAgency', label.fromAgency, { value: typed.fromAgency, wide: true }),
      field('addressee', label.addressee, { value: typed.addressee, wide: true }),
      field('urgency', label.urgency, { options: choices(code.urgency, typed.urgency) }),
      field('secrecy', label.secrecy, { options: choices(code.secrecy, typed.secrecy) }),
      field('kind', label.kind, { options: choices(code.letterKind, typed.kind) }),
      field('dueOn', label.dueOn, { value: typed.dueOn, hint: act.letterDateHelp, optional: true }),
      field('circular', label.circular, { check: true, checked: typed.circular, wide: true }),
      field('remark', label.remark, { value: typed.remark, area: true, wide: true, optional: true }),
      field('reason', act.reason, { value: typed.reason, wide: true, optional: true }),
    ],
  });
}

/** The key m: central officers write the remark of the register, a unit the note of its own route. */
export function noteForm(context: PageContext): PageHandler {
  return withEntry(context, async (request, response, visit, entry, place) => {
    const words = visit.text.act;
    const central = may(visit.officer, 'amend');
    const routes = entry.routes.filter(route => route.mine && (route.state === 'waiting' || route.state === 'confirmed'));
    const asked = textField(request.body, 'route');
    const chosen = routes.find(route => route.id === asked) ?? (central ? undefined : routes[0]);
    const typed = request.method === 'POST' ? textField(request.body, 'note') : central ? entry.remark : '';
    const choice = field('route', words.noteWhich, {
      options: routes.map(route => ({ value: route.id, label: unitName(visit, route), chosen: route === chosen })),
    });
    const form = entryForm(visit, entry, 'note', {
      title: words.noteRoute,
      lead: central ? words.remarkLead : routes.length === 0 ? words.noteNone : words.noteRouteLead,
      submit: central || routes.length > 0 ? words.save : '',
      fields: [
        ...(!central && routes.length > 1 ? [choice] : []),
        ...(central || routes.length > 0
          ? [field('note', central ? visit.text.code.fact.remark : words.note, { area: true, value: typed })]
          : []),
      ],
    });
    if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else if (central) {
      const outcome = await amendEntry(context, visit.officer, {
        entryId: entry.id,
        version: versionOf(request),
        facts: { remark: typed.trim() },
      });
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'noted', detail: '' }) });
    } else if (chosen === undefined) sendForbidden(context, request, response);
    else {
      const outcome = await noteRoute(context, visit.officer, { routeId: chosen.id, note: typed });
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'noted', detail: '' }) });
    }
  });
}
