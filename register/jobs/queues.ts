/**
 * The one table of queues: how a counter hands work to the next. Work is queued in the same transaction as the rows it is about,
 * so that neither can exist without the other. Follow `enqueue(tx, 'name', …)` to the line here, and from "worked by" to the handler.
 */

export interface Payloads {
  /** A message was entered, held or taken as a notice. Enqueued by register/enter.ts, worked by register/finish-reading.ts. */
  'read-message': { agencyId: number; messageId: string };
  /** A letter was read (or could not be). Enqueued by register/finish-reading.ts, worked by gateway/acknowledge/acknowledge.ts. */
  acknowledge: { agencyId: number; entryId: string };
  /** A letter was read (or could not be). Enqueued by register/finish-reading.ts, worked by register/route/route-letter.ts. */
  'route-letter': { agencyId: number; entryId: string };
  /** A notice was read. Enqueued by register/finish-reading.ts, worked by gateway/notices/understand.ts. */
  'understand-notice': { agencyId: number; messageId: string };
  /** A letter was routed to a unit. Enqueued by register/route, worked by gateway/dispatch/notify.ts. */
  'notify-route': { agencyId: number; routeId: string };
  /** A letter was returned to its sender. Enqueued by register/act/return.ts, worked by gateway/dispatch/return-letter.ts. */
  'return-letter': { agencyId: number; entryId: string; reason: string };
  /** A message was read, and a virus scanner is configured. Enqueued by register/finish-reading.ts, worked by register/scan/scan-message.ts. */
  'scan-message': { agencyId: number; messageId: string };
  /** A letter with scans or pictures was read. Enqueued by register/finish-reading.ts, worked by register/ocr/recognise-message.ts. */
  'recognise-message': { agencyId: number; messageId: string };
  /** A mail of ours waits to go out. Enqueued by gateway/dispatch/queue-mail.ts, worked by gateway/dispatch/send-mail.ts. */
  'send-mail': { agencyId: number; mailId: string };
  /** A day was closed, a copy was proven, or the night failed. Enqueued by register/close-day.ts and backup/, worked by gateway/dispatch/send-report.ts. */
  'send-report': Report;
  /** A closed day waits for its timestamp, the authority having been away. Enqueued by register/close-day.ts, worked by register/seal/timestamp-day.ts. */
  'timestamp-day': { agencyId: number; ordinal: number };
  /** Somebody pressed "make a copy now". Enqueued by web/, worked by backup/night in cli/roles/night.ts. */
  'make-copy': { requestedBy: string };
}

/** What a report is about; who gets it stands in the agency's settings. `agencyId` 0 is the provider. */
export type Report =
  | { report: 'closed-day'; agencyId: number; ordinal: number }
  | { report: 'certificate'; agencyId: number; certificateId: string }
  | { report: 'alarm'; agencyId: number; code: string; problem: { th: string; en: string }; at: string };

export type QueueName = keyof Payloads;

interface QueueSettings {
  /** Further tries after the first; what still fails then is found by the sweeps. */
  retryLimit: number;
  /** Seconds before the first retry; doubles, up to retryDelayMax. */
  retryDelay: number;
  retryDelayMax: number;
  /** A handler that takes longer is taken for dead. */
  expireInSeconds: number;
}

const QUICK: QueueSettings = { retryLimit: 20, retryDelay: 1, retryDelayMax: 300, expireInSeconds: 300 };

export const QUEUES: Record<QueueName, QueueSettings> = {
  'read-message': QUICK,
  acknowledge: QUICK,
  'route-letter': QUICK,
  'understand-notice': QUICK,
  'notify-route': QUICK,
  'return-letter': QUICK,
  // A scanner that is away for days is asked until it is back: 5 s, doubling to an hour, then hourly. Its own time-out is shorter than this.
  'scan-message': { retryLimit: 200, retryDelay: 5, retryDelayMax: 3600, expireInSeconds: 600 },
  // A file that fails is noted, not tried again; what is tried again is a worker that was stopped. Letters wait for each other, minutes each.
  'recognise-message': { retryLimit: 5, retryDelay: 10, retryDelayMax: 600, expireInSeconds: 3600 },
  // Five days of tries, as RFC 5321 section 4.5.4.1 asks of a sender: 5 s, doubling to an hour, then hourly.
  'send-mail': { retryLimit: 130, retryDelay: 5, retryDelayMax: 3600, expireInSeconds: 600 },
  'send-report': QUICK,
  // A timestamp says when it was asked for, so a late one still proves that the day was not written later than that.
  'timestamp-day': { retryLimit: 200, retryDelay: 30, retryDelayMax: 3600, expireInSeconds: 300 },
  // A night may take hours; one that was killed is begun anew by the next night, not by the queue.
  'make-copy': { retryLimit: 0, retryDelay: 1, retryDelayMax: 1, expireInSeconds: 86_000 },
};
