/**
 * May this letter be acknowledged automatically? Pure: acknowledge.ts brings the facts. I6, RFC 3834 section 2, RFC 5230 section 4.6.
 *
 * Which mistake is worse: a loop between two programs, or a receipt to somebody whose address was forged, harms strangers and our good name;
 * a receipt that waits for an officer's press costs a click. So every doubt is answered with waiting, and what is plainly automatic with never.
 */
import type { AcknowledgementLimits } from '../../register/acknowledgement-limits.ts';
import type { AcknowledgementReason } from '../../register/template/reasons.ts';

export interface MayWeInput {
  /** '' is the null return path. */
  envelopeFrom: string;
  /** The head's fields, decoded; names in any case. */
  fields: { name: string; value: string }[];
  /** Media type of the whole, e.g. 'multipart/report'. */
  contentType: string;
  /** Central addresses of the agency the letter came to. */
  ownAddresses: string[];
  entryState: string;
  /** Of message.trust: the envelope sender is proven by SPF or DKIM; it came over a network that is ours. */
  trust: { envelopeAuthenticated: boolean; known: boolean };
  /** An officer pressed the button. */
  pressed: boolean;
  /** Acknowledgements queued within the last hour. */
  lastHour: { toSender: number; inAll: number };
  limits: AcknowledgementLimits;
}

export type Decision =
  | { outcome: 'send' }
  /** Waits for an officer, who may press. */
  | { outcome: 'held'; reason: AcknowledgementReason }
  /** Never, whoever presses. */
  | { outcome: 'refused'; reason: AcknowledgementReason };

export function mayWe(input: MayWeInput): Decision {
  const never = whyNever(input);
  if (never !== null) return { outcome: 'refused', reason: never };
  if (input.pressed) return { outcome: 'send' };
  if (!input.trust.known && !input.trust.envelopeAuthenticated) return { outcome: 'held', reason: 'sender-unproven' };
  if (input.lastHour.toSender >= input.limits.perSender) return { outcome: 'held', reason: 'too-many-to-sender' };
  if (input.lastHour.inAll >= input.limits.inAll) return { outcome: 'held', reason: 'too-many-in-all' };
  return { outcome: 'send' };
}

function whyNever(input: MayWeInput): AcknowledgementReason | null {
  if (input.entryState === 'cancelled') return 'cancelled';
  if (input.entryState === 'returned') return 'returned';
  return whyNoMail(input) ?? whyAutomatic(input.fields, input.contentType);
}

/** Why nothing may be written to this envelope sender, whatever the mail says; null when it may. Also asked before a letter is returned. */
export function whyNoMail(input: Pick<MayWeInput, 'envelopeFrom' | 'ownAddresses'>): AcknowledgementReason | null {
  const sender = input.envelopeFrom.trim();
  if (sender === '' || sender === '<>') return 'null-sender';
  const { local, domain } = baseAddress(sender);
  if (!isWritable(sender)) return 'bad-sender';
  if (input.ownAddresses.some(own => sameBase(own, sender))) return 'own-address';
  if (SYSTEM.test(local)) return 'system-sender';
  if (NO_REPLY.test(local) || NO_REPLY_DOMAIN.test(domain)) return 'no-reply-sender';
  if (LIST.test(local)) return 'mailing-list';
  return null;
}

/** RFC 3834 section 2: what a program sent, or what came through a list. The gateway takes such mail for notices; this is the second look. */
function whyAutomatic(fields: MayWeInput['fields'], contentType: string): AcknowledgementReason | null {
  if (/^(?:multipart\/report|message\/(?:delivery-status|disposition-notification|feedback-report))$/i.test(contentType))
    return 'report-mail';
  for (const { name, value } of fields) {
    const word = (value.replace(/\([^()]*\)/g, ' ').split(';')[0] ?? '').trim().toLowerCase();
    switch (name.toLowerCase()) {
      case 'auto-submitted':
        if (word !== '' && word !== 'no') return 'automatic-mail';
        break;
      case 'precedence':
        if (word === 'list') return 'mailing-list';
        if (word === 'bulk' || word === 'junk') return 'bulk-mail';
        if (word.startsWith('auto')) return 'automatic-mail';
        break;
      case 'list-id':
      case 'list-post':
      case 'list-unsubscribe':
      case 'list-help':
        if (word !== '') return 'mailing-list';
        break;
      case 'return-path':
        if (/^<\s*>$/.test(word)) return 'null-sender';
        break;
      case 'x-failed-recipients':
        return 'report-mail';
      case 'x-autoreply':
      case 'x-autorespond':
      case 'x-loop':
        if (word !== '' && word !== 'no') return 'automatic-mail';
        break;
    }
  }
  return null;
}

const SYSTEM =
  /^(?:mail(?:er)?[-_.]?daemon|maildaemon|postmaster|root|daemon|nobody|listserv|majordomo|mailman|sympa|microsoftexchange[0-9a-f]{16,})$/;
const NO_REPLY =
  /^(?:(?:no|not|do[-_.]?not|never)[-_.]?re(?:ply|spond|spuesta)s?(?:[-_.+].*)?|(?:.*[-_.])?no[-_.]?reply|bounces?(?:[-_.+=].*)?|.*[-_.]bounces?|auto(?:mated|mailer|reply|responder|[-_.]reply))$/;
const NO_REPLY_DOMAIN = /^(?:no-?reply|bounces?)\./;
const LIST = /^(?:owner-.*|.*-(?:request|owner|relay|outgoing|confirm|subscribe|unsubscribe))$/;

/** Local part without +tag, and domain, in lower case. */
export function baseAddress(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@');
  const local = (at < 0 ? address : address.slice(0, at)).toLowerCase().replace(/^"(.*)"$/, '$1');
  return {
    local: local.split('+')[0] ?? local,
    domain:
      at < 0
        ? ''
        : address
            .slice(at + 1)
            .toLowerCase()
            .replace(/\.$/, ''),
  };
}

function sameBase(one: string, other: string): boolean {
  const [a, b] = [baseAddress(one), baseAddress(other)];
  return a.local === b.local && a.domain === b.domain;
}

/** One mailbox that can stand in RCPT TO (RFC 5321 section 4.5.3.1 for the lengths). */
function isWritable(address: string): boolean {
  if (address.length > 320 || /[\s<>\p{Cc}]/u.test(address)) return false;
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return (
    at > 0 &&
    at <= 64 &&
    domain !== '' &&
    domain.length <= 255 &&
    !/[@,;:"()\\]/.test(domain.replace(/^\[.*\]$/, '')) &&
    !/^[.-]|\.\.|[.-]$/.test(domain.replace(/\.$/, ''))
  );
}
