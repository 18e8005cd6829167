/** Feedback reports (RFC 5965, 6650, 6591): somebody pressed "this is spam", or a check of ours failed far away. Called by parse.ts. */
import { addressOfField, fieldGroups, fieldOf, fromXtext } from './fields.ts';
import type { NoticeRecipient, ReasonClass } from './notice.ts';

export type Feedback = { recipients: NoticeRecipient[]; envelopeId: string | null; mailFrom: string; notes: string[] };

/** Reads the text of a message/feedback-report part. Nothing failed to arrive, so action, status and hard stay null. */
export function readFeedback(text: string): Feedback {
  const groups = fieldGroups(text);
  const all = (name: string) => groups.flatMap(group => group.get(name) ?? []).filter(value => value !== '');
  const type = (all('feedback-type')[0] ?? 'unknown').toLowerCase().split(/[\s;(]/)[0] ?? 'unknown';
  const reason = reasons.get(type) ?? 'unknown';
  const details = ['feedback-type', 'auth-failure', 'delivery-result', 'user-agent'].flatMap(name =>
    all(name).map(value => `${name}: ${value}`),
  );
  const named = [
    ...all('original-rcpt-to'),
    ...(all('original-rcpt-to').length === 0 ? [...all('removal-recipient'), ...all('redacted-address')] : []),
  ];
  const envelopeId = groups.map(group => fieldOf(group, 'original-envelope-id')).find(value => value !== '') ?? null;
  return {
    recipients: named.slice(0, 200).map(value => feedbackRecipient(addressOfField(value), reason, details.join('; '))),
    envelopeId: envelopeId === null ? null : fromXtext(envelopeId),
    mailFrom: all('original-mail-from')[0] ?? '',
    notes: [`feedback-type:${type}`],
  };
}

/** One recipient of a feedback report. */
export function feedbackRecipient(address: string | null, reason: ReasonClass, details: string): NoticeRecipient {
  return { address, action: null, status: null, hard: null, reason, diagnostic: details === '' ? null : details.slice(0, 1000) };
}

const reasons = new Map<string, ReasonClass>([
  ['abuse', 'spam'],
  ['fraud', 'spam'],
  ['complaint', 'spam'],
  ['miscategorized', 'spam'],
  ['virus', 'content'],
  ['auth-failure', 'authentication'],
  ['dmarc', 'authentication'],
]);
