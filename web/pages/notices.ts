/** Notices: mails about mails. What could be matched with a mail of ours, what could not, and what an officer should look at. */
import { may } from '../../register/access.ts';
import { enterNotice, settleNotice } from '../../register/act/held.ts';
import { isId } from '../../register/checks.ts';
import { listNotices, type MessageRow } from '../../register/look/messages.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, goTo, type PageContext, sendPage, sendPart } from '../page.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Form, placeOf, sendForm, settle } from './act-form.ts';
import { senderOf, subjectOf } from './entry-words.ts';
import { messageParts, openMessage } from './message-page.ts';
import { addressWith, cell, type Table, whenCell } from './tables.ts';

const PAGE = 50;

export async function noticesPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const { text } = visit;
  const words = text.notices;
  const format = formatOf(visit);
  const all = textField(request.query, 'all') !== '';
  const cursor = textField(request.query, 'before');
  const page = await listNotices(context.db, visit.officer, {
    ...(all ? {} : { attention: true }),
    limit: PAGE,
    ...(cursor === '' ? {} : { cursor }),
  });
  const table: Table = {
    heading: words.title,
    lead: words.lead,
    chips: [
      { href: '/notices', label: words.attention, count: '', current: !all },
      { href: '/notices?all=1', label: words.all, count: '', current: all },
    ],
    columns: [words.received, words.kind, words.about, words.from],
    rows: page.items.map(row => ({
      id: row.id,
      isNew: row.attention,
      cells: [
        whenCell(format, row.receivedAt),
        cell(kindOf(visit, row), { tag: toneOf(row) }),
        cell(subjectOf(visit, row.subject), {
          kind: 'subject',
          href: `/notices/${row.id}`,
          small: recipientsOf(visit, row)
            .map(one => [one.head, one.tag].filter(part => part !== '').join(' · '))
            .slice(0, 3)
            .join(', '),
        }),
        cell(senderOf({ ...row, fromAgency: '' }), { kind: 'from' }),
      ],
    })),
    older: page.next === null ? '' : addressWith('/notices', { all: all ? '1' : '', before: page.next }),
    olderLabel: words.older,
    emptyTitle: words.empty,
    emptyHelp: words.emptyHelp,
    refreshes: true,
  };
  if (visit.partial) sendPart(context, response, 'table-list', table);
  else await sendPage(context, request, response, visit, 'table', { title: words.title, current: 'notices' }, table);
}

function kindOf(visit: SignedIn, row: MessageRow): string {
  const kind = row.notice?.kind;
  return typeof kind === 'string' ? wordOf(visit.text.code.noticeKind, kind) : wordOf(visit.text.code.noticeKind, 'other');
}

function toneOf(row: MessageRow): string {
  const kind = row.notice?.kind;
  return kind === 'bounce'
    ? 'alarm'
    : kind === 'delay'
      ? 'warn'
      : kind === 'delivered' || kind === 'acknowledgement' || kind === 'read'
        ? 'good'
        : 'plain';
}

interface RecipientShown {
  head: string;
  tag: string;
  tone: string;
  lines: string[];
}

/** What the notice says of each recipient. It is stored JSON of a stranger's mail: every value is looked at before it is shown. */
function recipientsOf(visit: SignedIn, row: MessageRow): RecipientShown[] {
  const { code, notices } = visit.text;
  const list: unknown = row.notice?.recipients;
  if (!Array.isArray(list)) return [];
  return list
    .filter(one => typeof one === 'object' && one !== null)
    .map(one => {
      const { address, action, status, hard, reason, diagnostic } = one as Record<string, unknown>;
      const say = (value: unknown) => (typeof value === 'string' ? value : '');
      const lines = [
        [
          say(status),
          reason === undefined || reason === 'unknown' ? '' : wordOf(code.deliveryReason, say(reason)),
          hard === true ? notices.hard : hard === false ? notices.soft : '',
        ]
          .filter(part => part !== '')
          .join(' · '),
        say(diagnostic),
      ];
      return {
        head: say(address) || visit.text.none,
        tag: wordOf(code.deliveryAction, say(action)),
        tone: action === 'failed' ? 'alarm' : action === 'delayed' ? 'warn' : 'good',
        lines: lines.filter(line => line !== ''),
      };
    });
}

function matchOf(visit: SignedIn, row: MessageRow): { label: string; value: string; href: string; small: string } {
  const { notices } = visit.text;
  if (row.matched === null) return { label: notices.matched, value: notices.unmatched, href: '', small: '' };
  return { label: notices.matched, value: visit.text.entry.seeMail, href: `/outbox/${row.matched.id}`, small: row.matched.certainty };
}

export async function noticePage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const message = await openMessage(context, request, visit, '/notices');
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
  const recipients = recipientsOf(visit, row);
  const subject = subjectOf(visit, row.subject);
  await sendPage(
    context,
    request,
    response,
    visit,
    'message',
    { title: subject, current: 'notices' },
    {
      backHref: '/notices',
      backLabel: text.notices.title,
      crumb: format.moment(row.receivedAt),
      subject,
      marks: [{ label: kindOf(visit, row), tone: toneOf(row) }],
      actions: [
        ...(row.attention && may(visit.officer, 'settle-notice')
          ? [{ href: `/notices/${row.id}/settle`, label: text.notices.settle, direct: true, main: true }]
          : []),
        ...(row.entryId === null && may(visit.officer, 'enter-held')
          ? [{ href: `/notices/${row.id}/enter`, label: text.notices.isLetter, direct: false, main: false }]
          : []),
      ],
      notices: [],
      facts: [
        { label: text.notices.received, value: `${format.longDate(row.receivedAt)} ${format.clock(row.receivedAt)}`, href: '', small: '' },
        {
          label: text.notices.from,
          value: row.fromName || row.fromAddress || text.entry.nullSender,
          href: '',
          small: row.fromName === '' ? '' : row.fromAddress,
        },
        { label: text.notices.why, value: wordOf(text.code.noticeReason, row.reason), href: '', small: '' },
        matchOf(visit, row),
        ...theirNumber(visit, format, row),
      ],
      trust: '',
      lists: recipients.length === 0 ? [] : [{ title: text.notices.recipients, items: recipients }],
      ...parts,
    },
  );
}

function theirNumber(visit: SignedIn, format: Format, row: MessageRow): { label: string; value: string; href: string; small: string }[] {
  const facts: unknown = row.notice?.acknowledgement;
  if (typeof facts !== 'object' || facts === null) return [];
  const { number, year, agency } = facts as Record<string, unknown>;
  if (typeof number !== 'string') return [];
  return [
    {
      label: visit.text.notices.theirNumber,
      value: format.digits(typeof year === 'number' ? `${number}/${year}` : number),
      href: '',
      small: typeof agency === 'string' ? agency : '',
    },
  ];
}

export function settlePress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const messageId = textField(request.params, 'id');
    const outcome = await settleNotice(context, visit.officer, { messageId });
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, '/notices', 'notices'),
      done: () => ({ kind: 'noticeSettled', detail: '' }),
    });
  };
}

export function enterNoticeForm(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const messageId = textField(request.params, 'id');
    const words = visit.text.notices;
    const place = placeOf(request, `/notices/${messageId}`, 'notices');
    const form: Form = {
      title: words.isLetter,
      about: '',
      lead: words.isLetterLead,
      action: `/notices/${messageId}/enter`,
      submit: visit.text.act.enterHeld,
      danger: false,
      two: false,
      version: '',
      fields: [],
    };
    if (!isId(messageId)) sendNotFound(context, request, response);
    else if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else {
      const outcome = await enterNotice(context, visit.officer, { messageId });
      if (outcome.outcome === 'done')
        goTo(request, response, `/entries/${outcome.entryId}`, { kind: 'heldEntered', detail: formatOf(visit).registerNumber(outcome) });
      else await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'heldEntered', detail: '' }) });
    }
  };
}
