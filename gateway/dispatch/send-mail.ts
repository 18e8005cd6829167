/**
 * Works 'send-mail': one try to deliver one mail, and what became of it written down.
 *
 * I6, sent once whatever crashes. A try goes: count it (attempts) → deliver, which stops before its point of no return and commits 'sending' → deliver's answer settles the row.
 *   killed before 'sending' was committed: the mail was surely not taken; the job's next try sends it.
 *   killed after: found 'sending' by the next try. An acknowledgement becomes 'uncertain' and waits for an officer, for two receipts of one letter are worse
 *   than a late one; a return or a notification is sent again, for one that never comes is worse than two.
 * `attempts` fences off a worker that was taken for dead and is not: only the newest try passes the gate and settles.
 */
import { insertAct, notifyChanged } from '../../register/act/queries.ts';
import type { Transaction } from '../../register/db/connect.ts';
import { storable } from '../../register/db/storable.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import type { AcknowledgementReason } from '../../register/template/reasons.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import type { Courier, Delivery } from './courier.ts';
import {
  beginAttempt,
  lockEntryOfMail,
  lockMail,
  type MailKind,
  type MailRow,
  type MailState,
  markSending,
  settleAcknowledgement,
  settleMail,
} from './queries.ts';

// RFC 5321 section 4.5.4.1: a sender tries for four to five days.
const GIVE_UP_MS = 5 * 24 * 3_600_000;
const SENT_ONCE: MailKind[] = ['acknowledgement', 'letter'];

interface Try {
  mail: MailRow;
  attempt: number;
  /** Set when there is nothing to deliver: an earlier try passed the gate and this is what became of it. */
  became: 'sent' | 'uncertain' | null;
}

/** @throws Failure `mail-deferred` (temporary) so that the job is tried again; whatever the database or the disk throws */
export function sendMailHandler(context: GatewayContext, courier: Courier): (payload: Payloads['send-mail']) => Promise<void> {
  return async ({ agencyId, mailId }) => {
    const begun = await inAgency(context.db, agencyId, THE_GATEWAY, tx => begin(tx, courier, agencyId, mailId));
    if (begun === null) return;
    const { mail, attempt } = begun;
    const delivery = begun.became === null ? await deliver(context, courier, agencyId, mail, attempt) : answerOf(begun.became);
    if (delivery.outcome === 'shut') {
      context.log.info({ agency: agencyId, mail: mailId }, 'mail is in other hands');
      return;
    }
    const state = await inAgency(context.db, agencyId, THE_GATEWAY, tx => settle(tx, context, agencyId, mail, attempt, delivery));
    context.log.info({ agency: agencyId, mail: mailId, kind: mail.kind, attempt, state, reply: delivery.reply }, 'mail tried');
    if (state === 'queued') throw deferred(mailId, delivery.reply);
  };
}

async function begin(tx: Transaction, courier: Courier, agencyId: number, mailId: string): Promise<Try | null> {
  const mail = await lockMail(tx, mailId);
  if (mail === null || (mail.state !== 'queued' && mail.state !== 'sending')) return null;
  if (mail.state === 'sending') {
    const became = await courier.whatBecameOf({ id: mailId, agencyId });
    if (became === 'sent') return { mail, attempt: mail.attempts, became: 'sent' };
    if (became === 'unknown' && SENT_ONCE.includes(mail.kind)) return { mail, attempt: mail.attempts, became: 'uncertain' };
  }
  return { mail, attempt: await beginAttempt(tx, mailId), became: null };
}

function answerOf(became: 'sent' | 'uncertain'): Delivery {
  return became === 'sent'
    ? { outcome: 'sent', reply: '250 found sent after an interruption' }
    : { outcome: 'unknown', reply: 'interrupted before the answer came' };
}

async function deliver(context: GatewayContext, courier: Courier, agencyId: number, mail: MailRow, attempt: number): Promise<Delivery> {
  const gate = () => inAgency(context.db, agencyId, THE_GATEWAY, tx => markSending(tx, mail.id, attempt));
  return await courier.deliver(
    {
      id: mail.id,
      agencyId,
      envelopeFrom: mail.envelopeFrom,
      recipient: mail.recipient,
      size: mail.size,
      // An answer to an automatic answer is wanted by nobody; of the others a report helps.
      dsn: mail.envelopeFrom === '' ? null : { envelopeId: mail.token },
      open: () => context.store.stream(mail.sha256),
    },
    gate,
  );
}

/** What a delivery means for the row. `unknown` of a mail that may be sent twice is tried again. */
function stateAfter(
  mail: MailRow,
  delivery: Exclude<Delivery, { outcome: 'shut' }>,
  now: Date,
): { state: MailState; reason: AcknowledgementReason | '' } {
  if (delivery.outcome === 'sent') return { state: 'sent', reason: '' };
  if (delivery.outcome === 'failed') return { state: 'failed', reason: 'relay-refused' };
  if (delivery.outcome === 'unknown' && SENT_ONCE.includes(mail.kind)) return { state: 'uncertain', reason: 'interrupted' };
  if (now.getTime() - mail.queuedAt.getTime() > GIVE_UP_MS) return { state: 'failed', reason: 'gave-up' };
  return { state: 'queued', reason: '' };
}

async function settle(
  tx: Transaction,
  context: GatewayContext,
  agencyId: number,
  mail: MailRow,
  attempt: number,
  delivery: Exclude<Delivery, { outcome: 'shut' }>,
): Promise<MailState> {
  const entry = mail.entryId === null ? null : await lockEntryOfMail(tx, mail.entryId);
  const current = await lockMail(tx, mail.id);
  // 'uncertain' may still be settled by the try that was taken for dead, for it alone heard the answer.
  if (current === null || current.attempts !== attempt || current.state === 'sent' || current.state === 'failed')
    return current?.state ?? 'failed';
  const now = context.now();
  const { state, reason } = stateAfter(mail, delivery, now);
  if (current.state === 'uncertain' && state === 'uncertain') return 'uncertain';
  const reply = storable(delivery.reply, 500);
  await settleMail(tx, mail.id, { state, reply, sentAt: state === 'sent' ? now : null });
  if (state === 'queued' || state === 'sending') return state;
  if (mail.kind === 'acknowledgement' && mail.entryId !== null) {
    await settleAcknowledgement(tx, mail.id, mail.entryId, { state, reason, sentAt: state === 'sent' ? now : null });
  }
  await notifyChanged(tx, agencyId);
  await insertAct(tx, { agencyId, ...THE_GATEWAY }, now, {
    register: entry?.register ?? 'office',
    entryId: mail.entryId,
    routeId: mail.routeId,
    kind: mail.kind === 'acknowledgement' && state === 'sent' ? 'acknowledged' : `${mail.kind}-${state}`,
    detail: { mailId: mail.id, recipient: mail.recipient, reply, ...(reason === '' ? {} : { reason }) },
  });
  return state;
}

function deferred(mailId: string, reply: string): Failure {
  return new Failure({
    code: 'mail-deferred',
    temporary: true,
    message: `mail ${mailId} waits: ${reply}`,
    userMessage: {
      th: 'ระบบปลายทางยังไม่รับจดหมาย ระบบจะลองส่งอีก',
      en: 'The receiving system does not take the mail yet. It will be tried again.',
    },
  });
}
