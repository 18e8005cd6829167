/**
 * What a mailbox elsewhere is opened with: a password, or what an access token is asked for with (OAuth 2.0). It lies in mailbox.sealed_secret under the appliance's
 * key file, is given by a form or the command line (mailboxes.ts) and opened by the gateway alone. It is never shown again.
 */
import type { SecretBox } from '../seal/secret-box.ts';

export type MailboxSecret =
  | { kind: 'password'; password: string }
  /** `scope` is '' where the server needs none. */
  | { kind: 'oauth2'; tokenEndpoint: string; clientId: string; clientSecret: string; refreshToken: string; scope: string };

export function sealMailboxSecret(box: Pick<SecretBox, 'seal'>, secret: MailboxSecret): Buffer {
  return box.seal(Buffer.from(JSON.stringify(secret), 'utf8'));
}

/** @throws Failure `secrets-key-wrong` */
export function openMailboxSecret(box: Pick<SecretBox, 'open'>, sealed: Uint8Array): MailboxSecret {
  return JSON.parse(box.open(sealed).toString('utf8')) as MailboxSecret;
}
