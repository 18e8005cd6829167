/**
 * Works 'return-letter': an officer returned a letter, and its sender is told why, in a reply to it. Queued by register/act/return.ts; sent by send-mail.ts.
 * An officer decided this one, so neither the circuit breakers nor the doubt about the sender hold it back; but it goes to no null sender and into no loop.
 */
import { createHash } from 'node:crypto';
import { insertAct } from '../../register/act/queries.ts';
import { storable } from '../../register/db/storable.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import { renderMail } from '../../register/template/mail.ts';
import { oneLine } from '../../register/template/mail-fields.ts';
import { returnData } from '../../register/template/notification.ts';
import { centralAddress } from '../acknowledge/central-address.ts';
import { baseAddress, whyNoMail } from '../acknowledge/may-we.ts';
import { isAgencyAddress } from '../acknowledge/queries.ts';
import { readRawHead, threadOf } from '../acknowledge/raw-head.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import { composeMail } from './mailer.ts';
import { domainOf } from './notify.ts';
import { lockEntryOfMail, selectAgency, selectLetterToReturn } from './queries.ts';
import { queueMail } from './queue-mail.ts';
import { newToken, returnPath } from './token.ts';

export function returnLetterHandler(context: GatewayContext): (payload: Payloads['return-letter']) => Promise<void> {
  return async ({ agencyId, entryId, reason }) => {
    await inAgency(context.db, agencyId, THE_GATEWAY, async tx => {
      await lockEntryOfMail(tx, entryId);
      const letter = await selectLetterToReturn(tx, entryId);
      if (letter === null) return;
      const agency = await selectAgency(tx);
      const central = centralAddress(agency.addresses, letter.envelopeTo);
      if (central === null) throw new Error(`agency ${agencyId} has no central address to write from`);
      const now = context.now();
      const recipient = storable(letter.envelopeFrom.trim(), 1_000);
      const base = baseAddress(recipient);
      const refused = whyNoMail({ envelopeFrom: recipient, ownAddresses: agency.addresses });
      const act = (kind: string, detail: Record<string, unknown>) =>
        insertAct(tx, { agencyId, ...THE_GATEWAY }, now, { register: letter.register, entryId, kind, detail });
      if (refused !== null) {
        await act('return-refused', { reason: refused, recipient });
        return;
      }
      const head = letter.rawSha256 === null ? { messageId: null, references: [] } : await readRawHead(context.store, letter.rawSha256);
      const token = newToken();
      // One return for one reason: a job run twice makes one mail; a letter reopened and returned again for another reason makes another.
      const digest = createHash('sha256').update(reason).digest('hex').slice(0, 12);
      const headerMessageId = `<return-${entryId}-${digest}@${domainOf(central)}>`;
      const words = await renderMail(
        tx,
        'return',
        returnData({ ...agency, address: central }, { ...letter, reason }, context.settings.webUrl),
      );
      const bytes = await composeMail({
        from: { name: oneLine(agency.nameTh, 200), address: central },
        to: { name: letter.fromAddress.toLowerCase() === recipient.toLowerCase() ? oneLine(letter.fromName, 200) : '', address: recipient },
        subject: words.subject,
        text: words.text,
        html: words.html,
        images: [],
        parts: [],
        messageId: headerMessageId,
        date: now,
        ...threadOf(head),
        // Towards another register on this appliance it must not look automatic, or it would be taken for a notice and get no number.
        headers: (await isAgencyAddress(tx, `${base.local}@${base.domain}`))
          ? {}
          : { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        seed: `return-${entryId}-${digest}`,
      });
      const mailId = await queueMail(tx, context, {
        agencyId,
        kind: 'return',
        entryId,
        routeId: null,
        envelopeFrom: returnPath(central, token),
        recipient,
        headerMessageId,
        token,
        bytes,
      });
      if (mailId === null) return;
      await act('return-queued', { mailId, recipient });
      context.log.info({ agency: agencyId, entry: entryId, mail: mailId }, 'return queued');
    });
  };
}
