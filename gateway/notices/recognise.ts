/**
 * Letter or notice, told from the envelope and the headers alone, before the mail gets a number. The gateway hands in what
 * headers.ts read; a letter goes on to be entered, a notice is kept without a number and later read by parse.ts.
 *
 * Which mistake is worse: a letter taken for a notice gets no number and may miss its deadline; a notice taken for a letter spends a
 * number and may be answered, which I6 stops a second time at the acknowledgement. So whatever people's own clients can produce
 * (subjects, no-reply addresses, quoted bounces, forwards, X-Auto-Response-Suppress) never decides alone. Marks that only programs set
 * (null return path, multipart/report, Auto-Submitted, list and bulk fields) do.
 */
import { headerValues } from '../../register/letter/headers.ts';
import type { MessageHeaders } from '../../register/letter/message.ts';
import type { NoticeKind } from './notice.ts';
import { isAutoReplySubject, isReplyOrForward, isReportSubject, kindOfSubject } from './subjects.ts';

export type RecogniseInput = {
  headers: MessageHeaders;
  /** Address of MAIL FROM; '' for the null return path. */
  envelopeFrom: string;
  /** True for a Message-ID (as written) of a mail that we sent. */
  ownMessageIds?: (id: string) => boolean;
  /** The +tags of the addresses it came to, without '+'. */
  recipientTags: string[];
  /** True for a tag that is a return path of ours. */
  ownReturnPathTag?: (tag: string) => boolean;
  /** The agency's own addresses. */
  ownAddresses: string[];
};

export type Recognised = { disposition: 'letter' } | { disposition: 'notice'; why: string; kindHint: NoticeKind };

/**
 * Tells a letter from a notice. `why` is a stable code for logs and for the page that explains the decision; `kindHint` is what the
 * headers suggest, which parseNotice settles from the body. Never throws.
 */
export function recogniseFromHeaders(input: RecogniseInput): Recognised {
  const why = reasonToCallItNotice(input);
  return why === null ? { disposition: 'letter' } : { disposition: 'notice', why, kindHint: kindFromHeaders(input.headers, why) };
}

function reasonToCallItNotice(input: RecogniseInput): string | null {
  const { headers } = input;
  const nullSender = input.envelopeFrom.trim() === '' || input.envelopeFrom.trim() === '<>';

  // RFC 5321 4.5.5: only notices have the null return path, and nothing with it may be answered.
  if (nullSender) return 'null-return-path';
  // The return path of our own mails is shown to programs, not to people: whoever writes to it answers automatically.
  if (input.ownReturnPathTag && input.recipientTags.some(input.ownReturnPathTag)) return 'own-return-path';
  if (isDaemon(localPart(input.envelopeFrom))) return 'daemon-return-path';
  // A person who passes a notice on with "redirect" keeps all its fields and adds these (RFC 5322 3.6.6): that is their letter.
  if (has(headers, 'resent-from') && !isDaemon(localPart(first(headers, 'resent-from')))) return null;

  if (
    /^(?:multipart\/report|message\/(?:delivery-status|global-delivery-status|disposition-notification|feedback-report))$/.test(
      headers.contentType.type,
    )
  )
    return 'report-content-type';
  const autoSubmitted = keyword(first(headers, 'auto-submitted'));
  if (autoSubmitted !== '' && autoSubmitted !== 'no') return 'auto-submitted';
  if (has(headers, 'x-failed-recipients')) return 'failed-recipients-field';
  if (has(headers, 'x-ms-exchange-message-is-ndr')) return 'non-delivery-field';
  // The mark that a final delivery left, when the mail came to us by IMAP or a forwarding that set a sender of its own.
  if (headerValues(headers, 'return-path').some(value => /^\s*<\s*>\s*$/.test(value))) return 'null-return-path-field';
  if (autoResponderField(headers)) return 'auto-responder-field';

  const listed = listOrBulk(headers, input.ownAddresses);
  if (listed) return listed;

  const from = headers.from ?? headers.sender;
  const fromLocal = localPart(from?.address ?? '');
  if (isDaemon(fromLocal) || isDaemon(localPart(headers.sender?.address ?? ''))) return 'daemon-sender';
  // A postmaster is a person too: the address counts only under a subject that mail systems write.
  if ((isMailSystem(fromLocal) || isMailSystemName(from?.name ?? '')) && isReportSubject(headers.subject)) return 'mail-system-sender';
  return answerToOurs(input);
}

/**
 * An answer without the proper marks: the subject of an automatic reply or a read receipt counts only beside other evidence.
 * People's replies carry "Re:" and stay letters, whatever they answer.
 */
function answerToOurs(input: RecogniseInput): string | null {
  const { headers, ownMessageIds } = input;
  if (isReplyOrForward(headers.subject)) return null;
  const kind = kindOfSubject(headers.subject);
  const answered = [headers.inReplyTo, ...headers.references].filter(id => id !== null);
  const ours = ownMessageIds !== undefined && answered.some(id => ownMessageIds(id));
  const suppress = keyword(first(headers, 'x-auto-response-suppress'));
  const suppressed = suppress !== '' && suppress !== 'none';
  const robot = isNoReply(localPart(headers.from?.address ?? '')) || isNoReply(localPart(input.envelopeFrom));

  if (isAutoReplySubject(headers.subject) && (ours || suppressed || robot || headers.inReplyTo !== null || has(headers, 'x-loop')))
    return 'auto-reply-subject';
  if (kind === 'read' && (ours || suppressed || headers.contentType.type === 'application/ms-tnef')) return 'read-receipt-subject';
  if (kind === 'acknowledgement' && ours && (suppressed || robot)) return 'acknowledgement-subject';
  if (kind === 'bounce' && ours && (suppressed || robot)) return 'bounce-subject';
  return null;
}

/**
 * Mailing lists (RFC 2369, 2919) and bulk mail. Not when the list is our own central address: an agency whose saraban@ is a group at
 * its mail host gets every letter with that group's list fields, and would lose them all.
 */
function listOrBulk(headers: MessageHeaders, ownAddresses: string[]): string | null {
  if (isOwnList(headers, ownAddresses)) return null;
  const precedence = keyword(first(headers, 'precedence')) || keyword(first(headers, 'x-precedence'));
  if (/^(?:auto[_-]?reply|autoreply)$/.test(precedence)) return 'precedence-auto-reply';
  if (/^(?:bulk|list|junk)$/.test(precedence)) return 'precedence-bulk';
  const listFields = ['list-id', 'list-post', 'list-unsubscribe', 'list-help', 'list-subscribe', 'list-owner', 'list-archive'];
  if (listFields.some(name => has(headers, name))) return 'list-fields';
  if (['mailing-list', 'x-mailing-list', 'x-beenthere', 'x-mailman-version', 'x-ml-name', 'x-listmember'].some(name => has(headers, name)))
    return 'list-fields';
  return null;
}

function isOwnList(headers: MessageHeaders, ownAddresses: string[]): boolean {
  const id = /<?\s*([^<>\s]+)\s*>?\s*$/.exec(first(headers, 'list-id'))?.[1]?.toLowerCase() ?? '';
  const post = /mailto:([^>?\s]+)/i.exec(first(headers, 'list-post'))?.[1]?.toLowerCase() ?? '';
  return ownAddresses.some(address => {
    const own = address.toLowerCase();
    return own !== '' && (post === own || id === own || id === own.replace('@', '.'));
  });
}

/** Fields that autoresponders outside RFC 3834 set. X-Auto-Response-Suppress is not one: Exchange puts it on people's mail too. */
function autoResponderField(headers: MessageHeaders): boolean {
  for (const name of [
    'x-autoreply',
    'x-auto-reply',
    'x-autorespond',
    'x-autoresponder',
    'x-auto-responder',
    'x-autoresponse',
    'x-auto-response',
    'x-autoreply-from',
    'x-auto-reply-from',
    'x-mail-autoreply',
    'x-autogenerated',
    'x-auto-generated',
    'x-vacation',
    'x-fc-machinegenerated',
    'x-cron-env',
    'auto-reply',
  ]) {
    if (headerValues(headers, name).some(value => !/^(?:no|false|0|none|off|)$/i.test(value.trim()))) return true;
  }
  if (headerValues(headers, 'delivered-to').some(value => /^autoresponder\b/i.test(value.trim()))) return true;
  if (/autoresponder/i.test(first(headers, 'x-post-messageclass'))) return true;
  return /^(?:vacation|autorespond|auto-?reply|gnarwl|mail_autoreply)\b/i.test(first(headers, 'x-mailer').trim());
}

function kindFromHeaders(headers: MessageHeaders, why: string): NoticeKind {
  const type = headers.contentType.type;
  const reportType = (headers.contentType.parameters['report-type'] ?? '').toLowerCase();
  if (reportType === 'disposition-notification' || type === 'message/disposition-notification') return 'read';
  if (reportType === 'feedback-report' || type === 'message/feedback-report') return 'feedback';
  const bySubject = kindOfSubject(headers.subject);
  if (reportType !== '' && !/delivery-status/.test(reportType)) return bySubject ?? 'other';
  const report = why === 'report-content-type' || type === 'multipart/report' || type.endsWith('delivery-status');
  if (
    report ||
    why === 'failed-recipients-field' ||
    why === 'non-delivery-field' ||
    why === 'daemon-sender' ||
    why === 'daemon-return-path' ||
    why === 'mail-system-sender'
  )
    return bySubject === 'delay' || bySubject === 'delivered' || bySubject === 'relayed' || (bySubject === 'read' && !report)
      ? bySubject
      : 'bounce';
  if (bySubject !== null && bySubject !== 'bounce') return bySubject;
  const answers =
    keyword(first(headers, 'auto-submitted')) === 'auto-replied' || autoResponderField(headers) || why === 'precedence-auto-reply';
  if (answers) return 'auto-reply';
  if (bySubject === 'bounce') return 'bounce';
  return why === 'null-return-path' || why === 'null-return-path-field' ? 'bounce' : 'other';
}

function has(headers: MessageHeaders, name: string): boolean {
  return headerValues(headers, name).length > 0;
}

function first(headers: MessageHeaders, name: string): string {
  return headerValues(headers, name)[0] ?? '';
}

/** The keyword of a field like Auto-Submitted (RFC 3834 5.1): comments, parameters and case taken away. */
function keyword(value: string): string {
  return (
    value
      .replace(/\([^()]*\)/g, ' ')
      .split(/[;,]/)[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}

function localPart(address: string): string {
  const bare = /<([^<>]*)>/.exec(address)?.[1] ?? address;
  const at = bare.lastIndexOf('@');
  return (at < 0 ? bare : bare.slice(0, at)).trim().replace(/^"|"$/g, '').toLowerCase();
}

/** Addresses that no person writes from. */
function isDaemon(local: string): boolean {
  return /^(?:mail(?:er)?[-_. ]?daemon|mailerdaemon|maildaemon|maildelivery|mail-delivery|<>|microsoftexchange[0-9a-f]{16,})$/.test(local);
}

function isMailSystem(local: string): boolean {
  return /^(?:post[-_]?master|postmast|mdaemon|mail(?:-?admin)?|email-?admin|administrator|admin|system|smtp|mta|root|postoffice|gwia|exchange|notification|notifications|bounces?|delivery|noreply|no-reply|donotreply)$/.test(
    local,
  );
}

function isMailSystemName(name: string): boolean {
  return /mail\s*(?:delivery|administrator|system|er[- ]daemon|robot)|system (?:administrator|attendant)|post\s*master|delivery (?:subsystem|system|service|agent)|microsoft outlook|internet mail|メール|ผู้ดูแลระบบ/i.test(
    name,
  );
}

function isNoReply(local: string): boolean {
  return /^(?:no|not|do[-_.]?not)[-_.]?reply|^(?:auto(?:mated|responder|reply|-reply)?|noreply|robot|bounce)\b/.test(local);
}
