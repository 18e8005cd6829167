/**
 * Works 'notify-route': a letter was routed to a unit, and the unit (or its officer) is told by mail: number, subject, urgency, due date, link.
 * Of a classified letter the mail tells nothing but its number and dates (I10). Queued by register/route and register/act/route.ts; sent by send-mail.ts.
 */
import { insertAct } from '../../register/act/queries.ts';
import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import { renderMail } from '../../register/template/mail.ts';
import { notificationData } from '../../register/template/notification.ts';
import { centralAddress } from '../acknowledge/central-address.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import { composeMail } from './mailer.ts';
import { lockRouteToNotify, selectAgency } from './queries.ts';
import { queueMail } from './queue-mail.ts';
import { newToken, returnPath } from './token.ts';

/** A route without an address, or one that was withdrawn or confirmed meanwhile, gets no mail: the in-tray shows it anyway. */
export function notifyRouteHandler(context: GatewayContext): (payload: Payloads['notify-route']) => Promise<void> {
  return async ({ agencyId, routeId }) => {
    await inAgency(context.db, agencyId, THE_GATEWAY, async tx => {
      const route = await lockRouteToNotify(tx, routeId);
      if (route === null || route.state !== 'waiting') return;
      const recipient = (route.officerEmail || route.unitEmail).trim();
      const agency = await selectAgency(tx);
      const central = centralAddress(agency.addresses, route.envelopeTo);
      if (recipient === '' || central === null) return;
      const now = context.now();
      const token = newToken();
      const headerMessageId = `<route-${routeId}@${domainOf(central)}>`;
      const words = await renderMail(tx, 'notification', notificationData({ ...agency, address: central }, route, context.settings.webUrl));
      const bytes = await composeMail({
        from: { name: agency.nameTh, address: central },
        to: { name: route.officerName ?? route.unitNameTh, address: recipient },
        subject: words.subject,
        text: words.text,
        html: words.html,
        images: [],
        parts: [],
        messageId: headerMessageId,
        date: now,
        inReplyTo: null,
        references: [],
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        seed: `route-${routeId}`,
      });
      const mailId = await queueMail(tx, context, {
        agencyId,
        kind: 'notification',
        entryId: route.entryId,
        routeId,
        envelopeFrom: returnPath(central, token),
        recipient,
        headerMessageId,
        token,
        bytes,
      });
      if (mailId === null) return;
      await insertAct(tx, { agencyId, ...THE_GATEWAY }, now, {
        register: route.register,
        entryId: route.entryId,
        routeId,
        kind: 'notification-queued',
        detail: { mailId, recipient },
      });
      context.log.info({ agency: agencyId, route: routeId, mail: mailId }, 'notification queued');
    });
  };
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
