/** Hands the gateway's handlers to the job queue and winds up its sweeps. Called once by cli/roles/worker.ts. */

import { inAgency } from '../../register/db/transaction.ts';
import type { Payloads } from '../../register/jobs/queues.ts';
import { acknowledgeHandler } from '../acknowledge/acknowledge.ts';
import { sweep } from '../acknowledge/sweep.ts';
import { sweepFiles } from '../acknowledge/sweep-files.ts';
import { understandNoticeHandler } from '../notices/understand.ts';
import { accountCourier } from './account-courier.ts';
import { chooseCourier } from './choose-courier.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import { createLanes } from './lanes.ts';
import { notifyRouteHandler } from './notify.ts';
import { selectRecipient } from './queries.ts';
import { returnLetterHandler } from './return-letter.ts';
import { sendMailHandler } from './send-mail.ts';
import { sendReportHandler } from './send-report.ts';

// Deliveries wait for other people's servers, so many may wait at once; a quarter of them at most for one domain.
const DELIVERIES = 12;
const DELIVERIES_A_DOMAIN = 3;
const BUSY_DELAY_SECONDS = 10;
const SWEEP_EVERY_MS = 5 * 60_000;
const SWEEP_FILES_EVERY_MS = 6 * 3_600_000;

/** @returns stops the sweeps; the handlers stop with the job queue */
export async function registerGatewayWork(context: GatewayContext): Promise<{ stop(): void }> {
  const { jobs } = context;
  await jobs.work('acknowledge', 2, acknowledgeHandler(context));
  await jobs.work('notify-route', 2, notifyRouteHandler(context));
  await jobs.work('return-letter', 1, returnLetterHandler(context));
  await jobs.work('understand-notice', 1, understandNoticeHandler(context));
  await jobs.work('send-report', 1, sendReportHandler(context));
  await jobs.work('send-mail', DELIVERIES, sendingInLanes(context));

  const timers = [every(SWEEP_EVERY_MS, () => sweep(context), context), every(SWEEP_FILES_EVERY_MS, () => sweepFiles(context), context)];
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** In direct delivery a domain whose places are all taken is asked again a little later, and the worker takes another mail meanwhile. */
function sendingInLanes(context: GatewayContext): (payload: Payloads['send-mail']) => Promise<void> {
  const send = sendMailHandler(context, accountCourier(context, chooseCourier(context.settings)));
  if (context.settings.relay.kind !== 'direct') return send;
  const lanes = createLanes(DELIVERIES_A_DOMAIN);
  return async payload => {
    const recipient = await inAgency(context.db, payload.agencyId, THE_GATEWAY, tx => selectRecipient(tx, payload.mailId));
    if (recipient === null) return;
    const leave = lanes.take(recipient.slice(recipient.lastIndexOf('@') + 1).toLowerCase());
    if (leave === null) {
      await inAgency(context.db, payload.agencyId, THE_GATEWAY, tx => context.jobs.enqueue(tx, 'send-mail', [payload], BUSY_DELAY_SECONDS));
      return;
    }
    try {
      await send(payload);
    } finally {
      leave();
    }
  };
}

function every(ms: number, work: () => Promise<unknown>, context: GatewayContext): NodeJS.Timeout {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    work()
      .catch(error => context.log.error({ error: error instanceof Error ? error.message : String(error) }, 'sweep'))
      .finally(() => {
        running = false;
      });
  }, ms);
  // A sweep must not keep a process alive that wants to end.
  timer.unref();
  return timer;
}
