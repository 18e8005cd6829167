/**
 * Finds what the normal path missed and queues it again: readings, acknowledgements and mails whose job was lost (its tries used up, its row
 * removed by hand, a queue restored from an older copy). Queuing twice does no harm: every handler bears being run twice.
 */
import { inAgency } from '../../register/db/transaction.ts';
import { type GatewayContext, THE_GATEWAY } from '../dispatch/context.ts';
import { selectAgencyIds, selectForgottenAcknowledgements, selectForgottenMails, selectForgottenReadings } from './sweep-queries.ts';

export interface SweepReport {
  readings: number;
  acknowledgements: number;
  mails: number;
}

// Long enough that the normal path is done even on a busy morning.
export const FORGOTTEN_AFTER_MS = 10 * 60_000;

/** @param after - how long something must have waited, in milliseconds */
export async function sweep(context: GatewayContext, after = FORGOTTEN_AFTER_MS): Promise<SweepReport> {
  const before = new Date(context.now().getTime() - after);
  const report: SweepReport = { readings: 0, acknowledgements: 0, mails: 0 };
  for (const agencyId of await selectAgencyIds(context.db)) {
    const found = await inAgency(context.db, agencyId, THE_GATEWAY, async tx => {
      const messageIds = await selectForgottenReadings(tx, before);
      const entryIds = await selectForgottenAcknowledgements(tx, before);
      const mailIds = await selectForgottenMails(tx, before);
      await context.jobs.enqueue(
        tx,
        'read-message',
        messageIds.map(messageId => ({ agencyId, messageId })),
      );
      await context.jobs.enqueue(
        tx,
        'acknowledge',
        entryIds.map(entryId => ({ agencyId, entryId })),
      );
      await context.jobs.enqueue(
        tx,
        'send-mail',
        mailIds.map(mailId => ({ agencyId, mailId })),
      );
      return { readings: messageIds.length, acknowledgements: entryIds.length, mails: mailIds.length };
    });
    report.readings += found.readings;
    report.acknowledgements += found.acknowledgements;
    report.mails += found.mails;
    if (found.readings + found.acknowledgements + found.mails > 0)
      context.log.warn({ agency: agencyId, ...found }, 'forgotten work queued again');
  }
  return report;
}
