/**
 * Works 'acknowledge': a letter was read (or could not be), or an officer pressed. In one transaction it decides, composes, stores the bytes,
 * writes the mail and queues its sending. gateway/dispatch/send-mail.ts goes on from there.
 *
 * I6: one acknowledgement row a letter, locked here; its mail_id, once set, is kept by the database. So running this twice, or in two processes
 * at once, makes one mail. A press for one that failed or is uncertain sends the same mail again: same bytes, same Message-ID.
 */
import { limitsOf } from '../../register/acknowledgement-limits.ts';
import { insertAct, notifyChanged } from '../../register/act/queries.ts';
import type { Transaction } from '../../register/db/connect.ts';
import { storable } from '../../register/db/storable.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import { type GatewayContext, THE_GATEWAY } from '../dispatch/context.ts';
import { requeueMail, selectAgency } from '../dispatch/queries.ts';
import { queueMail } from '../dispatch/queue-mail.ts';
import { newToken } from '../dispatch/token.ts';
import { centralAddress } from './central-address.ts';
import { ACKNOWLEDGEMENT_PART, composeAcknowledgement } from './compose.ts';
import { type Decision, mayWe } from './may-we.ts';
import {
  countAcknowledged,
  type LetterToAcknowledge,
  lockBreakers,
  lockLetter,
  selectAttachments,
  updateAcknowledgement,
} from './queries.ts';
import { readRawHead } from './raw-head.ts';
import { signReceipt } from './sign.ts';

const AN_HOUR_MS = 3_600_000;

/** @throws whatever the database or the disk throws; the job is then tried again */
export function acknowledgeHandler(context: GatewayContext): (payload: Payloads['acknowledge']) => Promise<void> {
  return async ({ agencyId, entryId }) => {
    const decided = await inAgency(context.db, agencyId, THE_GATEWAY, tx => acknowledge(tx, context, agencyId, entryId));
    if (decided !== null) context.log.info({ agency: agencyId, entry: entryId, ...decided }, 'acknowledgement');
  };
}

async function acknowledge(tx: Transaction, context: GatewayContext, agencyId: number, entryId: string): Promise<object | null> {
  const letter = await lockLetter(tx, entryId);
  if (letter === null || letter.acknowledgement.state !== 'waiting') return null;
  const pressed = letter.acknowledgement.reason === 'officer';
  const recipient = storable(letter.envelopeFrom.trim(), 1_000);
  const now = context.now();
  const act = (kind: string, detail: Record<string, unknown>) =>
    insertAct(tx, { agencyId, ...THE_GATEWAY }, now, { register: letter.register, entryId, kind, detail });

  const agency = await selectAgency(tx);
  const central = centralAddress(agency.addresses, letter.envelopeTo);
  if (central === null) throw new Error(`agency ${agencyId} has no central address to answer from`);
  const head = await readRawHead(context.store, letter.rawSha256);
  const ask = async (): Promise<Decision> =>
    mayWe({
      envelopeFrom: recipient,
      fields: head.fields,
      contentType: head.contentType,
      ownAddresses: agency.addresses,
      entryState: letter.state,
      trust: trustOf(letter.trust),
      pressed,
      lastHour: await countAcknowledged(tx, recipient, new Date(now.getTime() - AN_HOUR_MS)),
      limits: limitsOf(agency.settings),
    });

  // Asked twice: once cheaply, so that a storm costs no composing, and once exactly, with the breakers locked.
  let decision = await ask();
  let bytes: Awaited<ReturnType<typeof composeAcknowledgement>> | null = null;
  if (decision.outcome === 'send' && letter.acknowledgement.mailId === null) {
    const attachments = letter.messageId === null ? [] : await selectAttachments(tx, letter.messageId);
    bytes = await composeAcknowledgement(tx, {
      entryId,
      letter,
      attachments,
      agency: { ...agency, address: central },
      head,
      webUrl: context.settings.webUrl,
      recipient,
      now,
      sign: receipt => signReceipt(tx, context, { id: agencyId, code: agency.code }, { name: ACKNOWLEDGEMENT_PART, bytes: receipt }, now),
    });
    await lockBreakers(tx);
    decision = await ask();
  }
  if (decision.outcome !== 'send') {
    await updateAcknowledgement(tx, entryId, { state: decision.outcome, reason: decision.reason, recipient, mailId: null, at: now });
    await notifyChanged(tx, agencyId);
    await act(`acknowledgement-${decision.outcome}`, { reason: decision.reason, recipient });
    return { decision: decision.outcome, reason: decision.reason };
  }
  const mailId = await mailOf(tx, context, agencyId, entryId, letter, recipient, bytes);
  await updateAcknowledgement(tx, entryId, { state: 'queued', reason: pressed ? 'officer' : '', recipient, mailId, at: now });
  await notifyChanged(tx, agencyId);
  await act('acknowledgement-queued', { mailId, recipient, ...(bytes?.fellBack === true ? { template: 'default' } : {}) });
  return { decision: 'send', mail: mailId };
}

/** The letter's one acknowledgement mail: written now, or, after an officer's press, put back into the queue. */
async function mailOf(
  tx: Transaction,
  context: GatewayContext,
  agencyId: number,
  entryId: string,
  letter: LetterToAcknowledge,
  recipient: string,
  composed: { bytes: Buffer; messageId: string } | null,
): Promise<string> {
  const { mailId } = letter.acknowledgement;
  if (mailId !== null) {
    if (await requeueMail(tx, mailId, context.now())) await context.jobs.enqueue(tx, 'send-mail', [{ agencyId, mailId }]);
    return mailId;
  }
  if (composed === null) throw new Error(`the acknowledgement of ${entryId} was not composed`);
  const queued = await queueMail(tx, context, {
    agencyId,
    kind: 'acknowledgement',
    entryId,
    routeId: null,
    envelopeFrom: '',
    recipient,
    headerMessageId: composed.messageId,
    token: newToken(),
    bytes: composed.bytes,
  });
  // The row said that there is no mail, and we hold its lock: a mail with this Message-ID is a broken invariant.
  if (queued === null) throw new Error(`the acknowledgement of ${entryId} stands twice (I6)`);
  return queued;
}

function trustOf(trust: unknown): { envelopeAuthenticated: boolean; known: boolean } {
  const read = (name: string) =>
    typeof trust === 'object' && trust !== null && name in trust && (trust as Record<string, unknown>)[name] === true;
  return { envelopeAuthenticated: read('envelopeAuthenticated'), known: read('known') };
}
