/** The outbox: every mail this system sent or is going to send, and one of them as its recipient sees it. */

import { isId } from '../../register/checks.ts';
import { getMail, listMail, type MailRow, type MailState } from '../../register/look/outbox.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, type PageContext, sendPage, sendPart } from '../page.ts';
import { MAIL_POLICY, MAIL_SANDBOX, mailPage, safeMail } from '../safe-html.ts';
import { strangersFileHeaders } from '../security.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { firstBytes, sendOriginal } from './files.ts';
import { type OwnMail, readOwnMail } from './own-mail.ts';
import { NO_PART, type Part, rawPart } from './parts.ts';
import { addressWith, cell, type Table, type TableRow, whenCell } from './tables.ts';

const PAGE = 50;
const RAW_SHOWN = 256 * 1024;
const STATES: MailState[] = ['queued', 'sent', 'failed', 'uncertain'];

const toneOf = (state: MailState) => (state === 'sent' ? 'good' : state === 'failed' ? 'alarm' : state === 'uncertain' ? 'warn' : 'plain');

export async function outboxPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const { text } = visit;
  const words = text.outbox;
  const format = formatOf(visit);
  const state = STATES.find(one => one === textField(request.query, 'state'));
  const cursor = textField(request.query, 'before');
  const page = await listMail(context.db, visit.officer, { state, limit: PAGE, cursor: cursor || undefined });
  const table: Table = {
    heading: words.title,
    lead: words.lead,
    chips: [undefined, ...STATES].map(one => ({
      href: addressWith('/outbox', { state: one ?? '' }),
      label: one === undefined ? text.register.all : wordOf(text.code.mailState, one),
      count: '',
      current: one === state,
    })),
    columns: [words.queued, words.kind, words.recipient, words.entry, words.state],
    rows: page.items.map(mail => rowOf(visit, format, mail)),
    older: page.next === null ? '' : addressWith('/outbox', { state: state ?? '', before: page.next }),
    olderLabel: words.older,
    emptyTitle: words.empty,
    emptyHelp: words.emptyHelp,
    refreshes: true,
  };
  if (visit.partial) sendPart(context, response, 'table-list', table);
  else await sendPage(context, request, response, visit, 'table', { title: words.title, current: 'outbox' }, table);
}

function rowOf(visit: SignedIn, format: Format, mail: MailRow): TableRow {
  const { code, outbox } = visit.text;
  const number =
    mail.number === null || mail.year === null
      ? visit.text.none
      : format.registerNumber({ register: mail.register, number: mail.number, year: mail.year });
  const tries = mail.attempts > 1 ? `${outbox.attempts} ${format.number(mail.attempts)}` : '';
  return {
    id: mail.id,
    isNew: false,
    cells: [
      whenCell(format, mail.queuedAt),
      cell(wordOf(code.mailKind, mail.kind)),
      cell(mail.recipient, { kind: 'subject', href: `/outbox/${mail.id}` }),
      cell(number, { kind: 'ref' }),
      cell(wordOf(code.mailState, mail.state), {
        kind: 'action',
        tag: toneOf(mail.state),
        small: mail.state === 'sent' && mail.sentAt !== null ? format.moment(mail.sentAt) : tries || mail.reply.slice(0, 120),
      }),
    ],
  };
}

export async function outboxMailPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const row = await mailOf(context, request, visit);
  if (row === null) {
    sendNotFound(context, request, response);
    return;
  }
  const { text } = visit;
  const words = text.outbox;
  const format = formatOf(visit);
  const mail = await readOwnMail(context.store, row.sha256).catch(() => null);
  const wanted = textField(request.query, 'part');
  const keys = [...(mail?.html === null || mail === null ? [] : ['html']), ...(mail === null ? [] : ['text']), 'raw'];
  const chosen = keys.includes(wanted) ? wanted : (keys[0] ?? 'raw');
  const labels: Record<string, string> = { html: words.html, text: words.text, raw: words.source };
  const tabs = keys.map(key => ({
    key,
    label: labels[key] ?? key,
    title: labels[key] ?? key,
    href: `/outbox/${row.id}?part=${key}`,
    current: key === chosen,
    rule: key === 'raw' && keys.length > 1,
  }));
  const part = await partOf(context, visit, format, row, mail, chosen);
  if (visit.partial && request.get('hx-target') === 'part') {
    sendPart(context, response, 'part', { tabs, part });
    return;
  }
  const fact = (label: string, value: string, href = '', small = '') => (value === '' ? [] : [{ label, value, href, small }]);
  await sendPage(
    context,
    request,
    response,
    visit,
    'message',
    { title: mail?.subject || words.title, current: 'outbox' },
    {
      backHref: '/outbox',
      backLabel: words.title,
      crumb: wordOf(text.code.mailKind, row.kind),
      subject: mail?.subject || wordOf(text.code.mailKind, row.kind),
      marks: [{ label: wordOf(text.code.mailState, row.state), tone: toneOf(row.state) }],
      actions: [],
      notices: mail === null ? [{ text: words.unreadable, tone: 'warn', href: '', linkLabel: '' }] : [],
      facts: [
        ...fact(words.recipient, row.recipient),
        ...fact(words.from, mail?.from ?? ''),
        ...fact(words.envelopeFrom, row.envelopeFrom || words.nullSender),
        ...(row.entryId === null || row.number === null || row.year === null
          ? []
          : fact(
              words.entry,
              format.registerNumber({ register: row.register, number: row.number, year: row.year }),
              `/entries/${row.entryId}`,
            )),
        ...fact(words.queued, `${format.date(row.queuedAt)} ${format.clock(row.queuedAt)}`),
        ...fact(words.sent, row.sentAt === null ? '' : `${format.date(row.sentAt)} ${format.clock(row.sentAt)}`),
        ...fact(words.attempts, row.attempts > 0 ? format.number(row.attempts) : ''),
        ...fact(words.reply, row.reply),
        ...fact(text.entry.messageId, row.headerMessageId),
      ],
      trust: '',
      lists:
        mail === null || mail.attachments.length === 0
          ? []
          : [
              {
                title: text.register.files(format.number(mail.attachments.length)),
                items: mail.attachments.map(file => ({
                  head: file.name,
                  tag: '',
                  tone: '',
                  lines: [`${file.contentType} · ${format.size(file.size)}`],
                })),
              },
            ],
      tabs,
      part,
    },
  );
}

async function partOf(
  context: PageContext,
  visit: SignedIn,
  format: Format,
  row: MailRow,
  mail: OwnMail | null,
  key: string,
): Promise<Part> {
  if (key === 'html')
    return {
      ...NO_PART,
      frame: { src: `/outbox/${row.id}/mail`, title: visit.text.outbox.html, sandboxed: true, sandbox: MAIL_SANDBOX, fit: true },
    };
  if (key === 'text' && mail !== null) return { ...NO_PART, words: mail.text };
  if ((await context.store.size(row.sha256)) === null) return { ...NO_PART, empty: visit.text.outbox.unreadable };
  return rawPart(visit, format, `/outbox/${row.id}`, row, await firstBytes(context.store, row.sha256, RAW_SHOWN));
}

export async function outboxMailFrame(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const row = await mailOf(context, request, visit);
  const mail = row === null ? null : await readOwnMail(context.store, row.sha256).catch(() => null);
  if (mail === null || mail.html === null) sendNotFound(context, request, response);
  else {
    // An agency edits its templates, and quotes a stranger's subject in them: cleaned like any mail.
    const safe = safeMail(mail.html, contentId => mail.pictures.get(contentId) ?? null);
    strangersFileHeaders(response, MAIL_POLICY);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(mailPage(safe, '', visit.language));
  }
}

export async function outboxMailOriginal(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const row = await mailOf(context, request, visit);
  if (row === null || (await context.store.size(row.sha256)) === null) sendNotFound(context, request, response);
  else await sendOriginal(context.store, response, row, `${row.kind}-${row.id}.eml`);
}

async function mailOf(context: PageContext, request: Request, visit: SignedIn): Promise<MailRow | null> {
  const id = textField(request.params, 'id');
  return isId(id) ? await getMail(context.db, visit.officer, id) : null;
}
