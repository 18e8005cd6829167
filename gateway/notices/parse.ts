/**
 * Reads a notice into kind, recipients, states and the original's identity. The mail was called a notice by recognise.ts and read by the
 * letter reader; the result goes to match.ts and into the register. What is machine-readable is believed before words, and words of a
 * known mail system before any other words.
 */
import type { ReadMessage, ReadPart } from '../../register/letter/message.ts';
import { acknowledgementType, readMachineAcknowledgement, readWordedAcknowledgement } from './acknowledgement.ts';
import { autoReplyRecipient, isAutoReply } from './auto-reply.ts';
import { readDeliveryStatus } from './delivery-status.ts';
import { readDisposition } from './disposition.ts';
import { feedbackRecipient, readFeedback } from './feedback.ts';
import { bestLine } from './free-text/any.ts';
import { addressIn } from './free-text/entries.ts';
import { isKnownReport, readReport } from './free-text/read-report.ts';
import type { DeliveryAction, Notice, NoticeKind, NoticeRecipient, OriginalIdentity } from './notice.ts';
import { addressesIn, isReturnedPart, originalIdentity, tokenOf } from './original.ts';
import { speaksOfDelay, splitReport } from './report-text.ts';
import { type Finding, judgeFinding } from './status.ts';
import { isReportSubject, kindOfSubject } from './subjects.ts';

export type ParseInput = {
  message: ReadMessage;
  /** The decoded text of a part by path; null when it can't be had. */
  partText(path: string): Promise<string | null>;
  /** '' for the null return path. */
  envelopeFrom: string;
  envelopeTo: string[];
  now: Date;
};

/** Reads a notice. Never rejects: what can't be read is kind 'other' with a note, and goes to the attention list. */
export async function parseNotice(input: ParseInput): Promise<Notice> {
  try {
    return await read(input);
  } catch {
    // A notice that breaks the reader is still a notice: kept, listed, looked at by an officer.
    const original: OriginalIdentity = {
      messageId: null,
      envelopeId: null,
      token: input.envelopeTo.map(tokenOf).find(token => token !== null) ?? null,
    };
    return { kind: 'other', recipients: [], original, notes: ['unreadable'] };
  }
}

async function read(input: ParseInput): Promise<Notice> {
  const { message } = input;
  const top = message.parts.filter(part => part.parent === null);
  const textOf = async (part: ReadPart | undefined) => (part ? ((await input.partText(part.path)) ?? '') : '');
  const { report, returned: beneath } = splitReport(await reportText(input, top));
  const returned = (await textOf(top.find(part => isReturnedPart(part.contentType)))) || beneath;
  const original = originalIdentity(message, returned, report, input.envelopeTo);

  const machine = top.find(part => part.contentType === acknowledgementType);
  const receipt = machine ? readMachineAcknowledgement(await textOf(machine)) : null;
  if (receipt) {
    return {
      kind: 'acknowledgement',
      recipients: autoReplyRecipient(message),
      original: { ...original, messageId: receipt.messageId ?? original.messageId },
      acknowledgement: receipt.facts,
      notes: [],
    };
  }
  const feedbackPart = top.find(part => part.contentType === 'message/feedback-report');
  if (feedbackPart) return feedbackNotice(await textOf(feedbackPart), original);
  if (isOldFeedback(message, returned)) return oldFeedbackNotice(returned, original);
  const dispositionPart = top.find(part => part.contentType === 'message/disposition-notification');
  if (dispositionPart) {
    const { recipients, messageId, notes } = readDisposition(await textOf(dispositionPart));
    return { kind: 'read', recipients, original: { ...original, messageId: messageId ?? original.messageId }, notes };
  }

  const delayed = speaksOfDelay(report) || kindOfSubject(message.headers.subject) === 'delay';
  const status = await deliveryStatus(input, top, report, delayed);
  if (status.findings.length > 0) {
    const findings = completed(status.findings, report, input, delayed);
    return deliveryNotice(findings, { ...original, envelopeId: status.envelopeId }, status.notes);
  }
  return fromWords(input, report, returned, original, delayed);
}

/** The words of the notice itself: what the reader took for its text (its charset is settled there), else its text parts. */
async function reportText(input: ParseInput, top: ReadPart[]): Promise<string> {
  if (input.message.text.trim() !== '') return input.message.text;
  const texts = top.filter(part => part.contentType === 'text/plain').slice(0, 3);
  return (await Promise.all(texts.map(part => input.partText(part.path)))).map(text => text ?? '').join('\n\n');
}

/** The delivery-status part; else its fields pasted into a text part; else the report inside a notice that somebody's server wrapped whole. */
async function deliveryStatus(input: ParseInput, top: ReadPart[], report: string, delayed: boolean) {
  const isStatus = (part: ReadPart) => /^message\/(?:global-)?delivery-status$/.test(part.contentType);
  for (const part of top.filter(isStatus)) {
    const found = readDeliveryStatus((await input.partText(part.path)) ?? '', delayed);
    if (found.findings.length > 0) return found;
  }
  for (const part of top.filter(p => p.contentType.startsWith('text/') && p.contentType !== 'text/html').slice(0, 5)) {
    const text = part.contentType === 'text/plain' && part.role === 'body' ? report : ((await input.partText(part.path)) ?? '');
    if (!/^\s*(?:Final|Original)-Recipient\s*:/im.test(text) || isReturnedPart(part.contentType)) continue;
    const found = readDeliveryStatus(text, delayed);
    if (found.findings.length > 0) return { ...found, notes: [...found.notes, 'status-in-text'] };
  }
  const wrapped = insideReturned(input.message.parts.filter(isStatus));
  // Only when the words above report nothing themselves: a bounce of a bounce is about the outer one.
  if (wrapped && !isKnownReport(report)) {
    const found = readDeliveryStatus((await input.partText(wrapped.path)) ?? '', delayed);
    if (found.findings.length > 0) return { ...found, notes: [...found.notes, 'status-in-returned-message'] };
  }
  return { envelopeId: null, findings: [] as Finding[], notes: [] as string[] };
}

function insideReturned(parts: ReadPart[]): ReadPart | undefined {
  return parts.find(part => part.parent !== null);
}

/** What the fields leave open, out of the words beside them. */
function completed(findings: Finding[], report: string, input: ParseInput, delayed: boolean): Finding[] {
  if (findings.every(finding => finding.address?.includes('@') && finding.diagnostic !== '')) return findings;
  const named = readReport(report, notMeant(input)).entries;
  return findings.map(finding => {
    const address = finding.address?.includes('@')
      ? finding.address
      : findings.length === 1 && named.length === 1
        ? (named[0]!.address ?? finding.address)
        : finding.address;
    const words =
      named.find(entry => entry.address?.toLowerCase() === address?.toLowerCase())?.words ??
      (findings.length === 1 ? bestLine(report.split('\n')) : '');
    const failed = finding.action === 'failed' || finding.action === 'delayed';
    return {
      ...finding,
      address,
      action: finding.action ?? (delayed ? 'delayed' : 'failed'),
      diagnostic: finding.diagnostic || (failed ? words : ''),
    };
  });
}

function fromWords(input: ParseInput, report: string, returned: string, original: OriginalIdentity, delayed: boolean): Notice {
  const { message } = input;
  const failedField = message.headers.fields
    .filter(field => field.name.toLowerCase() === 'x-failed-recipients')
    .flatMap(field => addressesIn(field.value));
  const known = isKnownReport(report);
  const system = failedField.length > 0 || known || fromMailSystem(message) || isReportSubject(message.headers.subject);
  if (!known && failedField.length === 0 && !fromDaemon(message)) {
    const worded = wordedAcknowledgement(message, report);
    if (worded)
      return {
        kind: 'acknowledgement',
        recipients: autoReplyRecipient(message),
        original,
        acknowledgement: worded,
        notes: ['acknowledgement-by-wording'],
      };
    if (isAutoReply(message) && !isReportSubject(message.headers.subject))
      return { kind: 'auto-reply', recipients: autoReplyRecipient(message), original, notes: [] };
  }
  const subjectKind = kindOfSubject(message.headers.subject);
  if (subjectKind === 'read' && !known)
    return { kind: 'read', recipients: autoReplyRecipient(message), original, notes: ['read-by-subject'] };
  if (!system && input.envelopeFrom !== '') return { kind: 'other', recipients: [], original, notes: ['nothing-recognised'] };

  const { habit, entries } = readReport(report, notMeant(input));
  const notes = [habit === null ? 'free-text:any' : `free-text:${habit}`];
  const shared = bestLine(report.split('\n'));
  let named = entries;
  if (!named.some(entry => entry.address !== null) && failedField.length > 0)
    named = failedField.map(address => ({ address, words: named[0]?.words ?? shared }));
  for (const address of failedField)
    if (!named.some(entry => entry.address?.toLowerCase() === address.toLowerCase())) named = [...named, { address, words: shared }];
  if (!named.some(entry => entry.address !== null)) {
    // The report names nobody: when the returned mail went to one address, it can mean no other.
    const to =
      (original.recipients ?? []).length === 1
        ? original.recipients![0]!
        : addressIn(/^\s*To:\s*(.*)$/im.exec(returned || report)?.[1] ?? '');
    if (to !== null && (system || returned !== '')) {
      named = [{ address: to, words: named[0]?.words || shared }];
      notes.push('recipient-from-returned-mail');
    }
  }
  if (named.length === 0 && !system)
    return { kind: isAutoReply(message) ? 'auto-reply' : 'other', recipients: [], original, notes: ['nothing-recognised'] };
  const success = (subjectKind === 'delivered' || subjectKind === 'relayed') && !known;
  const action: DeliveryAction = success ? (subjectKind as DeliveryAction) : delayed ? 'delayed' : 'failed';
  const findings = named.map(entry => ({
    address: entry.address,
    action,
    status: null,
    diagnostic: entry.words || (named.length === 1 ? shared : ''),
  }));
  if (findings.length === 0)
    return { kind: success ? subjectKind! : delayed ? 'delay' : 'bounce', recipients: [], original, notes: [...notes, 'no-recipient'] };
  return deliveryNotice(findings, original, notes);
}

function deliveryNotice(findings: Finding[], original: OriginalIdentity, notes: string[]): Notice {
  const judged = findings.map(judgeFinding);
  const recipients = judged.map(each => each.recipient);
  const all = [...new Set([...notes, ...(judged.some(each => each.derived) ? ['status-derived'] : [])])];
  return { kind: kindOfActions(recipients), recipients, original, notes: all };
}

/** One mail, several fates: the gravest names the notice, so that nothing failed is filed as delivered. */
function kindOfActions(recipients: NoticeRecipient[]): NoticeKind {
  const actions = new Set(recipients.map(recipient => recipient.action));
  if (actions.has('failed') || actions.has(null)) return 'bounce';
  if (actions.has('delayed')) return 'delay';
  return actions.has('delivered') ? 'delivered' : 'relayed';
}

function feedbackNotice(text: string, original: OriginalIdentity): Notice {
  const feedback = readFeedback(text);
  const recipients =
    feedback.recipients.length > 0
      ? feedback.recipients
      : (original.recipients ?? []).map(address => feedbackRecipient(address, 'spam', feedback.notes.join('; ')));
  return {
    kind: 'feedback',
    recipients,
    original: { ...original, envelopeId: feedback.envelopeId, token: original.token ?? tokenOf(feedback.mailFrom) },
    notes: feedback.notes,
  };
}

/** Hotmail's junk reports have no report part: a mail of ours attached, marked with the one who complained. */
function isOldFeedback(message: ReadMessage, returned: string): boolean {
  return (
    /^X-HmXmrOriginalRecipient:/im.test(returned) || (/^complaint about message from/i.test(message.headers.subject) && returned !== '')
  );
}

function oldFeedbackNotice(returned: string, original: OriginalIdentity): Notice {
  const address = addressIn(/^X-HmXmrOriginalRecipient:\s*(.*)$/im.exec(returned)?.[1] ?? '') ?? original.recipients?.[0] ?? null;
  return {
    kind: 'feedback',
    recipients: [feedbackRecipient(address, 'spam', 'feedback-type: abuse')],
    original,
    notes: ['feedback-type:abuse'],
  };
}

function wordedAcknowledgement(message: ReadMessage, report: string) {
  const name = message.headers.from?.name || null;
  const facts = readWordedAcknowledgement(`${message.headers.subject} ${report}`, name);
  if (facts) return facts;
  if (kindOfSubject(message.headers.subject) !== 'acknowledgement') return null;
  return { agency: name, number: null, year: null, receivedAt: null, verifyUrl: null, messageSha256: null, source: 'wording' as const };
}

/** Addresses a report mentions without meaning them: where it came to, and who wrote it. */
function notMeant(input: ParseInput): Set<string> {
  const { headers } = input.message;
  return new Set(
    [...input.envelopeTo, headers.from?.address ?? '', headers.sender?.address ?? '']
      .map(address => address.toLowerCase())
      .filter(address => address !== ''),
  );
}

function fromDaemon(message: ReadMessage): boolean {
  return (
    /mail(?:er)?[-_. ]?daemon/i.test(message.headers.from?.address ?? '') ||
    message.headers.contentType.parameters['report-type'] === 'delivery-status'
  );
}

function fromMailSystem(message: ReadMessage): boolean {
  const from = message.headers.from;
  return (
    fromDaemon(message) ||
    /^(?:postmaster|post_?master|mdaemon|mail-?admin|administrator|system|microsoftexchange)/i.test(from?.address ?? '') ||
    /mail (?:delivery|system|administrator)|system administrator|postmaster/i.test(from?.name ?? '')
  );
}
