/**
 * One letter on one page: its stamp, its facts, who sent it, the path it has come, its parts, and what may be done with it now.
 * Opening the page is logged (register/act/open.ts) before anything is shown; what is pressed goes to web/pages/entry-acts.ts and route-acts.ts.
 */
import { may } from '../../register/access.ts';
import { openedEntry } from '../../register/act/open.ts';
import { isId } from '../../register/checks.ts';
import { getEntry, getEntryByNumber, getHistory } from '../../register/look/entry.ts';
import type { EntryDetail, RegisterName } from '../../register/look/entry-row.ts';
import { isClosedBook, isReceived } from '../../register/registers.ts';
import { sendNotFound } from '../errors.ts';
import type { Format } from '../format.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, inLanguage, type PageContext, sendPage, sendPart } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import { entryActions, entryNotices, routesShown } from './entry-actions.ts';
import { factsShown, pathShown } from './entry-facts.ts';
import { isOpen, senderOf, subjectOf, urgencyMarks } from './entry-words.ts';
import { firstBytes } from './files.ts';
import { historyShown } from './history.ts';
import { type Content, filePart, filesOf, htmlPart, NO_PART, type Part, rawPart, sealed, type Tab, tabsOf, textPart } from './parts.ts';
import { bookAddress } from './register.ts';
import { trustShown } from './trust.ts';

const RAW_SHOWN = 256 * 1024;

export async function entryPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const entryId = textField(request.params, 'id');
  const entry = isId(entryId) ? await getEntry(context.db, visit.officer, entryId) : null;
  if (entry === null) {
    sendNotFound(context, request, response);
    return;
  }
  const wanted = textField(request.query, 'part');
  const shownBefore = visit.partial && request.get('hx-target') === 'part';
  const what = wanted === 'raw' ? 'raw' : 'page';
  if (!shownBefore || what === 'raw') {
    // Nothing is shown that was not logged (I10).
    const opened = await openedEntry(context, visit.officer, { entryId, what });
    if (opened.outcome !== 'done') {
      sendNotFound(context, request, response);
      return;
    }
  }
  const format = formatOf(visit);
  const content = contentOf(entry);
  const words = visit.text.entry;
  const tabs = tabsOf(visit, content, wanted, [
    ...(entry.message === null ? [] : [{ key: 'raw', label: words.raw }]),
    { key: 'evidence', label: words.evidence },
    { key: 'history', label: words.history },
  ]);
  const part = await partOf(context, visit, format, entry, content, tabs, textField(request.query, 'openings') !== '');
  if (shownBefore) sendPart(context, response, 'part', { tabs, part });
  else
    await sendPage(
      context,
      request,
      response,
      visit,
      'entry',
      {
        title: `${format.registerNumber(entry)} ${subjectOf(visit, entry.subject, entry.urgency)}`,
        current: isClosedBook(entry.register) ? 'classified' : 'register',
      },
      { ...entryShown(visit, format, entry), tabs, part },
    );
}

/** /receive/2569/1284, /receive-classified/2569/3: the address people write by hand. */
export async function entryByNumber(
  context: PageContext,
  register: RegisterName,
  request: Request,
  response: Response,
  visit: SignedIn,
): Promise<void> {
  const [year, number] = [textField(request.params, 'year'), textField(request.params, 'number')];
  const sane = /^[1-9]\d{3}$/.test(year) && /^[1-9]\d{0,8}$/.test(number);
  const entry = sane ? await getEntryByNumber(context.db, visit.officer, register, Number(year), Number(number)) : null;
  if (entry === null) sendNotFound(context, request, response);
  else response.redirect(303, `/entries/${entry.id}`);
}

function contentOf(entry: EntryDetail): Content {
  return {
    base: `/entries/${entry.id}`,
    attachments: entry.attachments,
    text: entry.text,
    html: entry.html,
    documents: entry.documents,
    inner: entry.inner,
    seals: entry.seals,
    fromAddress: entry.fromAddress,
    reading: entry.reading,
    notes: [...(entry.message?.intakeNotes ?? []), ...(entry.message?.readingNotes ?? [])],
    onPaper: entry.message === null,
  };
}

async function partOf(
  context: PageContext,
  visit: SignedIn,
  format: Format,
  entry: EntryDetail,
  content: Content,
  tabs: Tab[],
  openings: boolean,
): Promise<Part> {
  const key = tabs.find(tab => tab.current)?.key ?? 'text';
  const { message } = entry;
  if (key === 'text') return sealed(visit, format, content, textPart(visit, content));
  if (key === 'html') return sealed(visit, format, content, htmlPart(visit, content));
  if (key === 'raw' && message !== null)
    return rawPart(visit, format, content.base, message, await firstBytes(context.store, message.sha256, RAW_SHOWN));
  if (key === 'evidence') return evidencePart(visit, format, entry);
  if (key === 'history') {
    const items = (await getHistory(context.db, visit.officer, entry.id)) ?? [];
    const href = `${content.base}?part=history${openings ? '' : '&openings=1'}`;
    return {
      ...NO_PART,
      history: historyShown(visit, format, items, openings),
      openingsHref: href,
      openingsLabel: openings ? visit.text.entry.noOpenings : visit.text.entry.openings,
    };
  }
  const file = filesOf(content).find(one => one.id === key);
  return file === undefined
    ? { ...NO_PART, empty: visit.text.entry.empty }
    : sealed(visit, format, content, filePart(visit, format, content, file));
}

function evidencePart(visit: SignedIn, format: Format, entry: EntryDetail): Part {
  const words = visit.text.entry;
  const { message } = entry;
  const row = (label: string, value: string, hash = false) => (value === '' ? [] : [{ label, value, hash }]);
  const evidence = [
    ...row(words.received, `${format.longDate(entry.receivedAt)} ${format.clock(entry.receivedAt)}`),
    ...(message === null
      ? []
      : [
          ...row(words.envelopeFrom, message.envelopeFrom || words.nullSender),
          ...row(words.envelopeTo, message.envelopeTo.join(', ')),
          ...row(
            words.server,
            `${serverName(message.peer)} [${message.peer.address}] ${message.peer.protocol} · ${message.peer.tls === null ? words.plain : `${words.encrypted} (${message.peer.tls})`}`,
          ),
          ...row(words.messageId, message.headerMessageId ?? ''),
          ...row('SPF · DKIM · DMARC', ['spf', 'dkim', 'dmarc'].map(name => String(entry.trust[name] ?? '—')).join(' · ')),
          ...row('SHA-256', message.sha256, true),
        ]),
    ...row(words.chain, `${entry.previousHash} →\n${entry.hash}`, true),
  ];
  const detail = entry.trust.evidence;
  return {
    ...NO_PART,
    evidence,
    sha256: message?.sha256 ?? '',
    json: typeof detail === 'object' && detail !== null ? JSON.stringify(detail, null, 2) : '',
  };
}

/** A server without a name of its own is called by its address, which stands beside it anyway. */
function serverName(peer: { name: string; helo: string; address: string }): string {
  return peer.name === '' || peer.name.includes(peer.address) ? peer.helo : peer.name;
}

function entryShown(visit: SignedIn, format: Format, entry: EntryDetail): object {
  const { text, officer } = visit;
  const trust = trustShown(visit, entry.trust);
  const facts = factsShown(visit, format, entry);
  const href = `/entries/${entry.id}`;
  const mayAmend = may(officer, 'amend') && entry.state !== 'cancelled';
  const { message } = entry;
  return {
    self: href,
    version: entry.version,
    number: format.registerNumber(entry),
    subject: subjectOf(visit, entry.subject, entry.urgency),
    marks: urgencyMarks(visit, entry),
    gone: entry.state === 'cancelled',
    backHref: bookAddress(entry.register, entry.year),
    backLabel: `${isClosedBook(entry.register) ? text.menu.classified : text.menu.register} ${format.digits(String(entry.year))}`,
    newer: entry.neighbours.after === null ? '' : `/entries/${entry.neighbours.after}`,
    older: entry.neighbours.before === null ? '' : `/entries/${entry.neighbours.before}`,
    actions: entryActions(visit, entry),
    notices: entryNotices(visit, format, entry),
    stampDate: format.date(entry.receivedAt),
    stampTime: visit.language === 'th' ? `${format.time(entry.receivedAt)} น.` : format.time(entry.receivedAt),
    stampHref: isReceived(entry.register) ? `${href}/stamp.pdf` : '',
    facts,
    amendHref: mayAmend ? `${href}/amend` : '',
    confirmFactsHref: mayAmend && facts.some(fact => fact.guess !== '') ? `${href}/facts` : '',
    trust: message === null ? text.paper.noSender : trust.sentence || text.register.unverified,
    trustMark: trust.mark,
    trustTone: trust.tone,
    evidenceHref: `${href}?part=evidence`,
    fromAddress: entry.fromAddress,
    fromLine: entry.fromName === '' || entry.fromName === senderOf(entry) ? entry.fromAddress : `${entry.fromName} <${entry.fromAddress}>`,
    sha256: message?.sha256 ?? '',
    shortHash: message === null ? '' : `${message.sha256.slice(0, 4)}…${message.sha256.slice(-4)}`,
    bytes: message === null ? '' : `${format.number(message.size)} ${text.unit.bytes}`,
    path: pathShown(visit, format, entry),
    routes: routesShown(visit, format, entry),
    publicHref: `/v/${entry.publicCode}`,
    publicCode: entry.publicCode,
    agencyName: inLanguage(visit, entry.agency.nameTh, entry.agency.nameEn),
    open: isOpen(entry.state),
  };
}
