/**
 * Finds the mail of ours that a notice is about. Pure: whoever calls it has looked up what could be meant (by token, Message-ID or
 * recipient); an unmatched notice goes to the attention list.
 */
import type { Notice } from './notice.ts';

export type SentMail = {
  id: string;
  /** Token of its return path; null when it went out with the null one. */
  token: string | null;
  /** As written into it. */
  messageId: string | null;
  /** The one address this sending was for. */
  recipient: string;
};

export type NoticeMatch = { id: string; certainty: 'certain' | 'likely' | 'guess' };

/**
 * The best match, or null. Certain: our token (nobody can guess one), or Message-ID and recipient together. Likely: the Message-ID
 * alone, when it leaves one choice. Guess: the recipient alone, when we wrote to that address once. Which mistake is worse: filing
 * one letter's failure under another hides a lost letter; so two equal choices are none.
 */
export function matchNotice(notice: Notice, candidates: SentMail[]): NoticeMatch | null {
  const { token, envelopeId, messageId, recipients } = notice.original;
  const named = new Set(
    [...notice.recipients.map(recipient => recipient.address ?? ''), ...(notice.recipients.length === 0 ? (recipients ?? []) : [])]
      .map(folded)
      .filter(address => address !== ''),
  );
  const tokens = [token, envelopeId].flatMap(value => (value ? [value.toLowerCase()] : []));

  const byToken = candidates.filter(mail => mail.token !== null && mail.token !== '' && tokens.includes(mail.token.toLowerCase()));
  if (byToken.length > 0) {
    const only = one(byToken) ?? one(byToken.filter(mail => named.has(folded(mail.recipient))));
    if (only) return { id: only.id, certainty: 'certain' };
    return null;
  }
  const id = messageId === null ? '' : bare(messageId);
  const byId = id === '' ? [] : candidates.filter(mail => mail.messageId !== null && bare(mail.messageId) === id);
  if (byId.length > 0) {
    const both = one(byId.filter(mail => named.has(folded(mail.recipient))));
    if (both) return { id: both.id, certainty: 'certain' };
    const only = one(byId);
    return only ? { id: only.id, certainty: 'likely' } : null;
  }
  // A notice that names a mail names another than these: the address alone would then be a wrong guess.
  if (id !== '' || token !== null) return null;
  const byRecipient = one(candidates.filter(mail => named.has(folded(mail.recipient))));
  return byRecipient ? { id: byRecipient.id, certainty: 'guess' } : null;
}

/** The single sending among these; several rows of one id are one. */
function one(mails: SentMail[]): SentMail | null {
  return mails.length > 0 && mails.every(mail => mail.id === mails[0]!.id) ? mails[0]! : null;
}

function folded(address: string): string {
  return address.trim().toLowerCase();
}

/** Without angle brackets: reports often lose them. */
function bare(messageId: string): string {
  return messageId.trim().replace(/^<|>$/g, '');
}
