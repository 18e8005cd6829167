/**
 * Delivery states out of words: enhanced status codes (RFC 3463, the IANA registry), SMTP reply codes, the class of the reason, and
 * whether trying again is pointless. delivery-status.ts and the free-text readers all end here.
 */
import type { DeliveryAction, NoticeRecipient, ReasonClass } from './notice.ts';
import { reasonFromText } from './reason.ts';

/** An enhanced status code in running text, null when there is none. The one beside an SMTP code is believed before one that stands alone. */
export function enhancedStatus(text: string): string | null {
  const beside = /(?<![\d.])[245]\d\d[\s-]{1,3}#?([245]\.[0-7]\.\d{1,3})(?![\d.]*\d)/.exec(text)?.[1];
  if (beside) return beside;
  const marked = /[#(=]\s?([45]\.[0-7]\.\d{1,3})(?!\.?\d)/.exec(text)?.[1];
  return marked ?? /(?<![\w.]|(?:release|version) )([45]\.[0-7]\.\d{1,3})(?!\.?\d|[A-Za-z])/i.exec(text)?.[1] ?? null;
}

/** An SMTP reply code that tells of a failure, in running text; null when there is none. */
export function replyCode(text: string): number | null {
  const found =
    /(?:^|said:?|says:?|<<<|<--|smtp;|was:|returned|error:?|code:?|response:?|with:?|reason:?|:)\s*["'(<[#]*([45][0-5]\d)(?=[\s\-:,;)"'>.\]#]|$)/im.exec(
      text,
    ) ?? /(?<![\d.,:/\w-])#?([45][0-5]\d)(?=[ -][^\d\s])(?! (?:bytes|kb|mb|hours?|days?|minutes?|seconds?)\b)/i.exec(text);
  return found ? Number(found[1]) : null;
}

/** What a report says of one recipient, before it is judged. */
export type Finding = {
  address: string | null;
  action: DeliveryAction | null;
  /** The report's own Status field, when it has one. */
  status: string | null;
  diagnostic: string;
};

/**
 * Judges one finding. A Status of x.0.0 says nothing ("other or undefined", RFC 3463 3.1), so a better one in the diagnostic
 * replaces it. `derived` is true when no code was written and the status was made from the reason.
 */
export function judgeFinding(finding: Finding): { recipient: NoticeRecipient; derived: boolean } {
  const { action } = finding;
  const diagnostic = oneLine(finding.diagnostic);
  const written = finding.status;
  const inText = action === 'delivered' || action === 'relayed' || action === 'expanded' ? null : enhancedStatus(diagnostic);
  const code = replyCode(diagnostic);
  let status = written !== null && !/^\d\.0\.0$/.test(written) ? written : inText !== null && !/^\d\.0\.0$/.test(inText) ? inText : null;
  let reason = reasonOf(status, diagnostic, code);
  const failed = action === 'failed' || action === 'delayed';
  const derived = status === null && failed && (code !== null || written !== null || inText !== null || reason !== 'unknown');
  if (derived) {
    const known = written ?? inText;
    const type = code !== null ? String(code)[0]! : known !== null ? known[0]! : action === 'delayed' || transient.has(reason) ? '4' : '5';
    status = `${known !== null && known[0] !== '2' ? known[0] : type}.${detailOf.get(reason) ?? '0.0'}`;
  }
  status ??= written ?? null;
  if (!failed && action !== null) reason = 'unknown';
  return {
    derived: derived && status !== written,
    recipient: {
      address: finding.address,
      action,
      status,
      hard: isHard(action, status, reason),
      reason,
      diagnostic: diagnostic === '' ? null : diagnostic,
    },
  };
}

/** Reasons that pass with time whatever the code's class: a full mailbox is emptied (RFC 3463 3.3 says so of X.2.2), a network mended. */
const transient = new Set<ReasonClass>(['mailbox-full', 'timeout', 'network', 'greylisted']);

/**
 * Hard means: sending the same mail to the same address again is pointless. Which mistake is worse: "hard" on a mailbox that is only
 * full makes an officer give up an address that works; so what passes with time is soft even under a 5.
 */
export function isHard(action: DeliveryAction | null, status: string | null, reason: ReasonClass): boolean | null {
  if (action === 'delayed') return false;
  if (action !== 'failed') return null;
  if (transient.has(reason)) return false;
  if (status?.startsWith('4')) return false;
  if (status?.startsWith('5')) return true;
  return reason === 'unknown' || reason === 'system' ? null : true;
}

/** RFC 3463's subject and detail for a reason, when no code was written. */
const detailOf = new Map<ReasonClass, string>([
  ['no-such-user', '1.1'],
  ['no-such-domain', '1.2'],
  ['mailbox-full', '2.2'],
  ['disabled', '2.1'],
  ['too-large', '3.4'],
  ['system', '3.0'],
  ['network', '4.1'],
  ['timeout', '4.7'],
  ['loop', '4.6'],
  ['content', '6.0'],
  ['blocked', '7.1'],
  ['spam', '7.1'],
  ['policy', '7.1'],
  ['greylisted', '7.1'],
  ['authentication', '7.0'],
]);

/** Codes that leave no doubt. Those that servers use for anything (x.1.0, x.2.0, x.7.0, x.7.1, x.5.0 …) are asked after the words. */
const exact = new Map<string, ReasonClass>([
  ['1.1', 'no-such-user'],
  ['1.2', 'no-such-domain'],
  ['1.3', 'no-such-user'],
  ['1.6', 'no-such-user'],
  ['1.10', 'no-such-domain'],
  ['2.2', 'mailbox-full'],
  ['2.3', 'too-large'],
  ['3.4', 'too-large'],
  ['4.6', 'loop'],
  ['7.8', 'authentication'],
  ['7.20', 'authentication'],
  ['7.21', 'authentication'],
  ['7.22', 'authentication'],
  ['7.23', 'authentication'],
  ['7.24', 'authentication'],
  ['7.25', 'blocked'],
  ['7.26', 'authentication'],
  ['7.27', 'authentication'],
]);

const vague = new Map<string, ReasonClass>([
  ['1.0', 'no-such-user'],
  ['1.4', 'no-such-user'],
  ['1.5', 'no-such-user'],
  ['1.7', 'policy'],
  ['1.8', 'policy'],
  ['2.1', 'disabled'],
  ['2.4', 'system'],
  ['4.0', 'network'],
  ['4.1', 'network'],
  ['4.2', 'network'],
  ['4.3', 'system'],
  ['4.4', 'no-such-domain'],
  ['4.5', 'system'],
  ['4.7', 'timeout'],
]);

function reasonOf(status: string | null, diagnostic: string, code: number | null): ReasonClass {
  const detail = status?.slice(2) ?? '';
  const sure = exact.get(detail);
  const said = reasonFromText(diagnostic, code !== null);
  // Exchange Online gives 5.1.10 and 5.4.1 for mailboxes it does not have.
  if (detail === '1.10' && said === 'no-such-user') return said;
  // Servers hide filters behind 5.1.1 at times; a word like "Spamhaus" tells more than the number.
  if (sure === 'no-such-user' && (said === 'blocked' || said === 'spam' || said === 'mailbox-full' || said === 'no-such-domain'))
    return said;
  if (sure) return sure;
  if (said !== 'unknown') return said;
  const guess = vague.get(detail);
  if (guess) return guess;
  const subject = detail.split('.')[0];
  if (subject === '3' || subject === '5') return 'system';
  if (subject === '4') return 'network';
  if (subject === '6') return 'content';
  if (subject === '7') return 'policy';
  // Bare reply codes with one common meaning (RFC 5321 4.2.3).
  if (code === 550 || code === 551 || code === 553) return status === null ? 'no-such-user' : 'unknown';
  if (code === 552) return 'mailbox-full';
  if (code === 421 || code === 451 || code === 452) return 'system';
  if (code === 530 || code === 534 || code === 535) return 'authentication';
  return 'unknown';
}

/** Runs of space folded; at most 1,000 characters. */
export function oneLine(text: string): string {
  return text
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()
    .slice(0, 1000);
}
