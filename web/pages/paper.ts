/** A letter that came on paper: the form an officer types it into, and the slip of the book of numbers it was given during an outage. */

import { toArabicDigits } from '../../register/letter/numerals.ts';
import { parseThaiDate } from '../../register/letter/thai-date.ts';
import type { Facts, Secrecy, Urgency } from '../../register/look/entry-row.ts';
import { openBooks } from '../../register/paper/book.ts';
import { enterPaper, newPaperId } from '../../register/paper/enter-paper.ts';
import { type Request, textField } from '../http.ts';
import { formatOf, goTo, type PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Choice, type Field, type Form, field, placeOf, sendForm, settle } from './act-form.ts';
import { badDate, dayIn } from './amend.ts';

const TEXTS = ['letterNumber', 'fromAgency', 'addressee', 'subject', 'remark'] as const;
// A letter of the class ลับที่สุด must not come near an electronic register (clause 29).
const SECRECY = ['normal', 'confidential', 'secret'] as const;

type Typed = Record<
  | (typeof TEXTS)[number]
  | 'id'
  | 'book'
  | 'slip'
  | 'checkCode'
  | 'receivedOn'
  | 'receivedTime'
  | 'fromName'
  | 'letterDate'
  | 'dueOn'
  | 'urgency'
  | 'secrecy'
  | 'kind',
  string
> & { circular: boolean };

export function paperForm(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const place = placeOf(request, '/register', 'register');
    const books = await openBooks(context.db, visit.officer);
    const typed = request.method === 'POST' ? typedIn(request) : fresh(visit, textField(request.query, 'book'));
    const form = formOf(visit, typed, books);
    if (request.method !== 'POST') {
      await sendForm(context, request, response, visit, form, place);
      return;
    }
    const letterDate = dayIn(typed.letterDate);
    const dueOn = dayIn(typed.dueOn);
    const faults = [...(letterDate === undefined ? [badDate('letterDate')] : []), ...(dueOn === undefined ? [badDate('dueOn')] : [])];
    if (faults.length > 0) {
      await sendForm(context, request, response, visit, form, place, { faults });
      return;
    }
    const outcome = await enterPaper(context, visit.officer, {
      id: typed.id,
      received: { day: parseThaiDate(typed.receivedOn.trim()) ?? '', time: clockIn(typed.receivedTime) },
      fromName: typed.fromName,
      facts: factsOf(typed, letterDate ?? null, dueOn ?? null),
      slip: typed.book === '' ? null : { bookId: typed.book, slip: numberIn(typed.slip), checkCode: typed.checkCode },
    });
    if (outcome.outcome === 'done') {
      goTo(request, response, `/entries/${outcome.entryId}`, { kind: 'heldEntered', detail: formatOf(visit).registerNumber(outcome) });
    } else if (outcome.outcome === 'invalid') {
      // The facts are fields of this form under their own names.
      const named = outcome.faults.map(fault => ({ ...fault, field: fault.field.replace(/^facts\./, '') }));
      await sendForm(context, request, response, visit, form, place, { faults: named });
    } else if (outcome.outcome === 'conflict') {
      const words = visit.text.paper;
      const who = outcome.by === null || outcome.at === null ? '' : ` · ${outcome.by} ${formatOf(visit).moment(outcome.at)}`;
      const said = outcome.state === 'void' ? words.usedVoid(who) : words.usedEntered(who);
      await sendForm(context, request, response, visit, form, place, { conflict: said });
    } else await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'heldEntered', detail: '' }) });
  };
}

function typedIn(request: Request): Typed {
  const value = (name: string) => textField(request.body, name);
  return {
    id: value('id'),
    book: value('book'),
    slip: value('slip'),
    checkCode: value('checkCode'),
    receivedOn: value('receivedOn'),
    receivedTime: value('receivedTime'),
    letterNumber: value('letterNumber'),
    letterDate: value('letterDate'),
    fromAgency: value('fromAgency'),
    fromName: value('fromName'),
    addressee: value('addressee'),
    subject: value('subject'),
    remark: value('remark'),
    dueOn: value('dueOn'),
    urgency: value('urgency'),
    secrecy: value('secrecy'),
    kind: value('kind'),
    circular: value('circular') === 'yes',
  };
}

function fresh(visit: SignedIn, book: string): Typed {
  const format = formatOf(visit);
  const empty = {
    slip: '',
    checkCode: '',
    letterNumber: '',
    letterDate: '',
    fromAgency: '',
    fromName: '',
    addressee: '',
    subject: '',
    remark: '',
    dueOn: '',
  };
  const usual = { urgency: 'normal', secrecy: 'normal', kind: '', circular: false };
  // From a slip the time is read off the paper; else the letter lies on the desk now.
  const received =
    book === '' ? { receivedOn: format.date(visit.now), receivedTime: format.time(visit.now) } : { receivedOn: '', receivedTime: '' };
  return { id: newPaperId(), book, ...empty, ...usual, ...received };
}

/** '9.42', '๐๙:๔๒ น.' → '09:42'; what is no time comes back as it is, and is a fault. */
function clockIn(text: string): string {
  const [, hour, minute] = /^(\d{1,2})[:.](\d{2})(?:\s*น\.?)?$/.exec(toArabicDigits(text).trim()) ?? [];
  return hour === undefined || minute === undefined ? text : `${hour.padStart(2, '0')}:${minute}`;
}

function numberIn(text: string): number {
  const digits = toArabicDigits(text).trim();
  return /^\d{1,4}$/.test(digits) ? Number(digits) : Number.NaN;
}

function factsOf(typed: Typed, letterDate: string | null, dueOn: string | null): Partial<Facts> {
  const facts: Partial<Facts> = { letterDate, dueOn, circular: typed.circular, kind: typed.kind };
  for (const name of TEXTS) facts[name] = typed[name].trim();
  return { ...facts, urgency: typed.urgency as Urgency, secrecy: typed.secrecy as Secrecy };
}

function formOf(visit: SignedIn, typed: Typed, books: { id: string; name: string }[]): Form {
  const { paper, code, act } = visit.text;
  const label = code.fact;
  const choices = (words: Record<string, string>, chosen: string, only?: readonly string[]): Choice[] =>
    Object.entries(words)
      .filter(([value]) => only === undefined || only.includes(value))
      .map(([value, word]) => ({ value, label: word, chosen: value === chosen }));
  const bookChoices = [
    { value: '', label: paper.noBook, chosen: typed.book === '' },
    ...books.map(book => ({ value: book.id, label: book.name, chosen: book.id === typed.book })),
  ];
  const slipFields: Field[] =
    books.length === 0
      ? []
      : [
          field('book', paper.book, { options: bookChoices, wide: true }),
          field('slip', paper.slip, { value: typed.slip, optional: true }),
          field('checkCode', paper.checkCode, { value: typed.checkCode, hint: paper.checkCodeHelp, optional: true }),
        ];
  return {
    title: paper.title,
    about: '',
    lead: paper.lead,
    action: '/paper/new',
    submit: paper.submit,
    danger: false,
    two: true,
    version: '',
    fields: [
      field('id', '', { value: typed.id, hidden: true }),
      ...slipFields,
      field('receivedOn', paper.receivedOn, { value: typed.receivedOn, hint: paper.dateHelp }),
      field('receivedTime', paper.receivedTime, { value: typed.receivedTime }),
      field('fromAgency', paper.fromAgency, { value: typed.fromAgency }),
      field('fromName', paper.fromName, { value: typed.fromName, optional: true }),
      field('letterNumber', label.letterNumber, { value: typed.letterNumber, optional: true }),
      field('letterDate', label.letterDate, { value: typed.letterDate, hint: act.letterDateHelp, optional: true }),
      field('subject', label.subject, { value: typed.subject, wide: true }),
      field('addressee', label.addressee, { value: typed.addressee, wide: true, optional: true }),
      field('urgency', label.urgency, { options: choices(code.urgency, typed.urgency) }),
      field('secrecy', label.secrecy, { options: choices(code.secrecy, typed.secrecy, SECRECY) }),
      field('kind', label.kind, { options: choices(code.letterKind, typed.kind) }),
      field('dueOn', label.dueOn, { value: typed.dueOn, optional: true }),
      field('circular', label.circular, { check: true, checked: typed.circular, wide: true }),
      field('remark', label.remark, { value: typed.remark, area: true, wide: true, optional: true }),
    ],
  };
}
