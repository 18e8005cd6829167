/** Held mails: kept without a number until an officer enters them or keeps them so, with a reason. */
import { may } from '../../register/access.ts';
import { dismissHeld, enterHeld } from '../../register/act/held.ts';
import { isId } from '../../register/checks.ts';
import { listHeld } from '../../register/look/messages.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, goTo, type PageContext, sendPage, sendPart } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Form, field, placeOf, sendForm, settle } from './act-form.ts';
import { senderOf, subjectOf } from './entry-words.ts';
import { messageParts, openMessage } from './message-page.ts';
import { addressWith, cell, type Table, whenCell } from './tables.ts';
import { trustShown } from './trust.ts';

const PAGE = 50;
const STATES = ['waiting', 'entered', 'dismissed'] as const;

export async function heldPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const words = visit.text.held;
  const format = formatOf(visit);
  const state = STATES.find(one => one === textField(request.query, 'state')) ?? 'waiting';
  const cursor = textField(request.query, 'before');
  const page = await listHeld(context.db, visit.officer, { state, limit: PAGE, ...(cursor === '' ? {} : { cursor }) });
  const table: Table = {
    heading: words.title,
    lead: words.lead,
    chips: STATES.map(one => ({
      href: addressWith('/held', { state: one === 'waiting' ? '' : one }),
      label: words[one],
      count: '',
      current: one === state,
    })),
    columns: [words.received, words.subject, words.from, words.why],
    rows: page.items.map(row => ({
      id: row.id,
      isNew: row.heldState === 'waiting',
      cells: [
        whenCell(format, row.receivedAt),
        cell(subjectOf(visit, row.subject), { kind: 'subject', href: `/held/${row.id}` }),
        cell(senderOf({ ...row, fromAgency: '' }), { kind: 'from' }),
        cell(wordOf(visit.text.code.heldReason, row.reason), { kind: 'action' }),
      ],
    })),
    older: page.next === null ? '' : addressWith('/held', { state: state === 'waiting' ? '' : state, before: page.next }),
    olderLabel: words.older,
    emptyTitle: words.empty,
    emptyHelp: words.emptyHelp,
    refreshes: true,
  };
  if (visit.partial) sendPart(context, response, 'table-list', table);
  else await sendPage(context, request, response, visit, 'table', { title: words.title, current: 'held' }, table);
}

export async function heldOnePage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const message = await openMessage(context, request, visit, '/held');
  if (message === null) {
    sendNotFound(context, request, response);
    return;
  }
  const { row } = message;
  const { text } = visit;
  const format = formatOf(visit);
  const parts = await messageParts(context, request, visit, format, message);
  if (visit.partial && request.get('hx-target') === 'part') {
    sendPart(context, response, 'part', parts);
    return;
  }
  const decide = may(visit.officer, 'enter-held') && row.heldState === 'waiting';
  const subject = subjectOf(visit, row.subject);
  await sendPage(
    context,
    request,
    response,
    visit,
    'message',
    { title: subject, current: 'held' },
    {
      backHref: '/held',
      backLabel: text.held.title,
      crumb: format.moment(row.receivedAt),
      subject,
      marks:
        row.heldState === null
          ? []
          : [{ label: wordOf(text.code.heldState, row.heldState), tone: row.heldState === 'waiting' ? 'warn' : 'plain' }],
      actions: decide
        ? [
            { href: `/held/${row.id}/enter`, label: text.act.enterHeld, direct: false, main: true },
            { href: `/held/${row.id}/dismiss`, label: text.act.dismissHeld, direct: false, main: false },
          ]
        : [],
      notices: [
        {
          text: `${text.held.why}: ${wordOf(text.code.heldReason, row.reason)}`,
          tone: 'warn',
          href: row.entryId === null ? '' : `/entries/${row.entryId}`,
          linkLabel:
            row.number === null || row.year === null
              ? ''
              : format.registerNumber({ register: row.register, number: row.number, year: row.year }),
        },
      ],
      facts: [
        { label: text.held.received, value: `${format.longDate(row.receivedAt)} ${format.clock(row.receivedAt)}`, href: '', small: '' },
        { label: text.held.from, value: row.fromName || row.fromAddress, href: '', small: row.fromName === '' ? '' : row.fromAddress },
        { label: text.entry.envelopeFrom, value: row.envelope.from || text.entry.nullSender, href: '', small: '' },
        { label: text.entry.envelopeTo, value: row.envelope.to.join(', '), href: '', small: '' },
        { label: 'SHA-256', value: row.sha256, href: '', small: '' },
      ],
      trust: trustShown(visit, row.trust).sentence,
      lists: [],
      ...parts,
    },
  );
}

export function heldVerb(context: PageContext, verb: 'enter' | 'dismiss'): PageHandler {
  return async (request, response, visit) => {
    const messageId = textField(request.params, 'id');
    const words = visit.text.act;
    const place = placeOf(request, `/held/${messageId}`, 'held');
    const reason = textField(request.body, 'reason');
    const base = { about: '', action: `/held/${messageId}/${verb}`, two: false, version: '', danger: false };
    const form: Form =
      verb === 'enter'
        ? { ...base, title: words.enterHeld, lead: words.enterHeldLead, submit: words.enterHeld, fields: [] }
        : {
            ...base,
            title: words.dismissHeld,
            lead: words.dismissHeldLead,
            submit: words.dismissHeld,
            danger: true,
            fields: [field('reason', words.reason, { area: true, value: reason })],
          };
    if (!isId(messageId)) sendNotFound(context, request, response);
    else if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else if (verb === 'enter') {
      const outcome = await enterHeld(context, visit.officer, { messageId });
      if (outcome.outcome === 'done')
        goTo(request, response, `/entries/${outcome.entryId}`, { kind: 'heldEntered', detail: formatOf(visit).registerNumber(outcome) });
      else await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'heldEntered', detail: '' }) });
    } else {
      const outcome = await dismissHeld(context, visit.officer, { messageId, reason });
      await settle(context, request, response, visit, outcome, {
        place: { ...place, to: '/held' },
        form,
        done: () => ({ kind: 'heldDismissed', detail: '' }),
      });
    }
  };
}
