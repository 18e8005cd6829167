/**
 * The one way a mail of ours comes into being: its bytes go into the blob store, its row into `mail`, its sending into the queue, all in the
 * caller's transaction. Called by acknowledge.ts, notify.ts and return-letter.ts; worked on by send-mail.ts.
 */
import { v7 as uuidv7 } from 'uuid';
import type { Transaction } from '../../register/db/connect.ts';
import { storable } from '../../register/db/storable.ts';
import type { GatewayContext } from './context.ts';
import { insertMail, type MailKind } from './queries.ts';

export interface MailToQueue {
  agencyId: number;
  kind: MailKind;
  entryId: string | null;
  routeId: string | null;
  /** '' is the null return path. */
  envelopeFrom: string;
  recipient: string;
  /** With angle brackets; the same for the same purpose, so that a job run twice makes one mail. */
  headerMessageId: string;
  token: string;
  bytes: Buffer;
}

/** @returns the new mail's id; null when a mail with this Message-ID is there already: then nothing was queued */
export async function queueMail(
  tx: Transaction,
  context: Pick<GatewayContext, 'jobs' | 'store' | 'now'>,
  mail: MailToQueue,
): Promise<string | null> {
  const { sha256, size } = await context.store.put(mail.bytes);
  const id = uuidv7();
  const written = await insertMail(tx, {
    id,
    kind: mail.kind,
    entryId: mail.entryId,
    routeId: mail.routeId,
    envelopeFrom: mail.envelopeFrom,
    recipient: storable(mail.recipient, 1_000),
    headerMessageId: mail.headerMessageId,
    token: mail.token,
    sha256,
    size,
    queuedAt: context.now(),
  });
  if (!written) return null;
  await context.jobs.enqueue(tx, 'send-mail', [{ agencyId: mail.agencyId, mailId: id }]);
  return id;
}
