/**
 * The agency's policy applied to one mail: refuse, ask to try again, hold, or go on. Pure. smtp.ts asks it about the envelope's sender at RCPT;
 * receive.ts about the rest when the head is read and the sender judged. What it decides is told to the sender, or noted on the message.
 * Which mistake is worse: a letter refused or held wrongly waits for a phone call; a forged one that is entered is marked as doubtful anyway.
 */
import type { Judgement } from '../../register/enter.ts';
import type { MessageHeaders, ReadingNote } from '../../register/letter/message.ts';
import { listed, type Policy } from '../../register/policy/policy.ts';
import type { Trust } from './trust.ts';

export type Decision =
  | { decision: 'take'; judgement: Judgement; notes: ReadingNote[] }
  /** 550: the agency does not want this sender. */
  | { decision: 'refuse' }
  /** 451: the sender can't be judged just now, and the agency rather waits. */
  | { decision: 'try-again' };

/** True when the agency refuses this sender. The longer entry counts when both lists mean it: one address of a domain that is else refused. */
export function isDenied(policy: Policy, address: string): boolean {
  const denied = listed(policy.deny, address);
  if (denied === null) return false;
  const allowed = listed(policy.allow, address);
  return allowed === null || isNarrower(denied, allowed);
}

/** The entry of the allow list that means the sender, by his envelope or by From; null for none. */
export function allowedBy(policy: Policy, envelopeFrom: string, headerFrom: string): string | null {
  return listed(policy.allow, headerFrom) ?? listed(policy.allow, envelopeFrom);
}

function isNarrower(one: string, other: string): boolean {
  if (one.includes('@') !== other.includes('@')) return one.includes('@');
  return one.length > other.length;
}

export interface Judged {
  /** What the headers alone said. */
  judgement: Judgement;
  /** The same asked without the marks of list and bulk mail. */
  withoutListMarks: () => Judgement;
  envelopeFrom: string;
  /** '' when there is none. */
  headerFrom: string;
  trust: Pick<Trust, 'known' | 'aligned' | 'dmarc' | 'policy' | 'temporary'>;
}

export function decide(policy: Policy, mail: Judged): Decision {
  const { judgement, trust, envelopeFrom, headerFrom } = mail;
  // With the null return path it may be the news that a mail of ours did not arrive: it spends no number, and is kept.
  if (envelopeFrom !== '' && (isDenied(policy, headerFrom) || isDenied(policy, envelopeFrom))) return { decision: 'refuse' };
  if (judgement.disposition === 'notice') return decideNotice(policy, mail);
  // ลับที่สุด is the law's own rule: no list stands above it.
  if (judgement.disposition === 'held') return take(judgement);
  const allowed = allowedBy(policy, envelopeFrom, headerFrom);
  const forged = trust.dmarc === 'fail' && !trust.known && !trust.aligned ? trust.policy : null;
  if (forged !== null && asksToHold(policy, forged)) {
    if (allowed === null) return take({ disposition: 'held', why: `dmarc-${forged}` });
    return take(judgement, { code: 'allowed-despite-dmarc', detail: `The agency's list of allowed senders names ${allowed}.` });
  }
  if (trust.temporary && !trust.known && allowed === null && policy.noDns === 'try-again') return { decision: 'try-again' };
  return take(judgement);
}

/** A ministry's newsletter system sends letters with the marks of a mailing list: from an allowed sender they make no notice of it. */
function decideNotice(policy: Policy, mail: Judged): Decision {
  const allowed = mail.envelopeFrom === '' ? null : allowedBy(policy, mail.envelopeFrom, mail.headerFrom);
  if (allowed === null) return take(mail.judgement);
  const plain = mail.withoutListMarks();
  if (plain.disposition === 'notice') return take(mail.judgement);
  const decision = decide(policy, { ...mail, judgement: plain });
  if (decision.decision !== 'take') return decision;
  const note = {
    code: 'allowed-list-mail',
    detail: `It has the marks of a mailing list; the agency's list of allowed senders names ${allowed}.`,
  };
  return { ...decision, notes: [...decision.notes, note] };
}

function take(judgement: Judgement, ...notes: ReadingNote[]): Decision {
  return { decision: 'take', judgement, notes };
}

function asksToHold(policy: Policy, asked: 'none' | 'quarantine' | 'reject'): boolean {
  if (policy.holdDmarc === 'reject-quarantine') return asked === 'reject' || asked === 'quarantine';
  return policy.holdDmarc === 'reject' && asked === 'reject';
}

// RFC 2369, RFC 2919, and the fields that list programs set before those.
const LIST_FIELDS =
  /^(?:list-(?:id|post|unsubscribe|unsubscribe-post|help|subscribe|owner|archive)|mailing-list|x-mailing-list|x-beenthere|x-mailman-version|x-ml-name|x-listmember)$/;

/** The headers without what says that a program sent it to many. Marks of answers (auto-replied, auto-reply) stay: those are never letters. */
export function withoutListFields(headers: MessageHeaders): MessageHeaders {
  const fields = headers.fields.filter(({ name, value }) => {
    const field = name.toLowerCase();
    if (LIST_FIELDS.test(field)) return false;
    if (field === 'precedence' || field === 'x-precedence') return !/^\s*(?:bulk|list|junk)\b/i.test(value);
    if (field === 'auto-submitted') return !/^\s*auto-generated\b/i.test(value);
    return true;
  });
  return { ...headers, fields };
}

export type TakenBy<T> = { agency: T; decision: Decision };

/**
 * One answer for a mail to several agencies, since SMTP has one reply for all (RFC 5321 section 4.2): turned away only when no agency takes it.
 * Where others take it, the agency that refuses gets it held, and the one that rather waits gets it as it is.
 * @param undecided - what it is for an agency that rather waits
 */
export function together<T>(
  all: TakenBy<T>[],
  undecided: (agency: T) => Judgement,
):
  | { answer: 'refuse' }
  | { answer: 'try-again' }
  | { answer: 'take'; judgements: { agency: T; judgement: Judgement; notes: ReadingNote[] }[] } {
  if (!all.some(one => one.decision.decision === 'take')) {
    return all.some(one => one.decision.decision === 'try-again') ? { answer: 'try-again' } : { answer: 'refuse' };
  }
  const judgements = all.map(({ agency, decision }) => {
    if (decision.decision === 'take') return { agency, judgement: decision.judgement, notes: decision.notes };
    if (decision.decision === 'refuse') return { agency, judgement: { disposition: 'held' as const, why: 'deny-list' }, notes: [] };
    return { agency, judgement: undecided(agency), notes: [] };
  });
  return { answer: 'take', judgements };
}
