/**
 * Mails of a central address whose mailbox lies elsewhere leave by that account's own server for sending, so that the address's SPF and DKIM hold; all others as the
 * settings say. work.ts puts this in front of the appliance's courier; a mail's From decides, as it stands in its bytes.
 */
import { isIP } from 'node:net';
import { inAgency } from '../../register/db/transaction.ts';
import { Failure } from '../../register/failure.ts';
import { readHeaders, splitHead } from '../../register/letter/headers.ts';
import type { Submission } from '../../register/office/mailbox-queries.ts';
import { type AccessTokens, createAccessTokens } from '../intake/imap/access-token.ts';
import { forgetToken, loginOf } from '../intake/imap/imap-account.ts';
import { type AccountRow, selectSendingAccounts } from '../intake/imap/queries.ts';
import { splitAddress } from '../intake/recipients.ts';
import { ownName } from './choose-courier.ts';
import { type GatewayContext, THE_GATEWAY } from './context.ts';
import type { Courier, Outgoing } from './courier.ts';
import { deliverBySmtp, PATIENCE, type SmtpPatience, type SmtpTarget } from './mailer.ts';

// Our own head; it is never longer.
const HEAD_BYTES = 64 * 1024;

/** @param others - takes every mail whose address has no account that sends */
export function accountCourier(
  context: Pick<GatewayContext, 'db' | 'settings' | 'box'>,
  others: Courier,
  patience: SmtpPatience = PATIENCE,
  tokens: AccessTokens = createAccessTokens(),
): Courier {
  const name = ownName(context.settings.webUrl);
  const accounts = { db: context.db, box: context.box ?? null, tokens };
  const sendingOf = (agencyId: number) => inAgency(context.db, agencyId, THE_GATEWAY, selectSendingAccounts);

  return {
    async deliver(mail, gate) {
      const sending = await sendingOf(mail.agencyId);
      const account = sending.length === 0 ? undefined : accountOf(sending, await fromOf(mail));
      if (account === undefined || account.submission === null) return await others.deliver(mail, gate);
      let login: NonNullable<SmtpTarget['login']>;
      try {
        login = await loginOf(accounts, account);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        // Whatever is wrong with our sign-in is not about the mail: it waits until that is put right.
        return { outcome: 'deferred', reply: error.message };
      }
      const target = submissionTarget(account.submission, login, name);
      // Some providers let an account send as its own address alone, and take neither a null return path nor one with a tag.
      const sent = account.submission.nullSender ? mail : { ...mail, envelopeFrom: account.address };
      const delivery = await deliverBySmtp(target, sent, gate, patience);
      if (delivery.outcome === 'deferred' && /^5(30|34|35|38)\b/.test(delivery.reply)) forgetToken(accounts, account);
      return delivery;
    },
    async whatBecameOf(mail) {
      const became = await others.whatBecameOf(mail);
      // It may have gone by an account, of which nothing can be asked afterwards.
      return became === 'sent' || (await sendingOf(mail.agencyId)).length === 0 ? became : 'unknown';
    },
  };
}

/** Pure: a server for sending as a target. Its password goes only to whom the certificate names; in the house, where the form allows it, in clear. */
export function submissionTarget(submission: Submission, login: NonNullable<SmtpTarget['login']>, name: string): SmtpTarget {
  const { host, port, security } = submission;
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return {
    host,
    port,
    secure: security === 'tls',
    name,
    serverName: isIP(host) === 0 ? host : '',
    checkCertificate: security !== 'none' && !loopback,
    requireTls: security === 'starttls',
    login,
  };
}

function accountOf(accounts: AccountRow[], from: string): AccountRow | undefined {
  const { local, domain } = splitAddress(from);
  return accounts.find(account => account.address === `${local}@${domain}`);
}

async function fromOf(mail: Outgoing): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of mail.open()) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size >= HEAD_BYTES) break;
  }
  return readHeaders(splitHead(Buffer.concat(chunks)).head, { fallbackCharset: 'utf-8' }).from?.address ?? '';
}
