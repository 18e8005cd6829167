/**
 * Return paths of our own mails: `saraban+r-<token>@domain`. What comes back to one is a notice about the mail with that token.
 * Made by queue-mail.ts; recognised by gateway/intake before the mail is entered and by gateway/notices/understand.ts.
 */
import { newPublicCode } from '../../register/number.ts';

const PREFIX = 'r-';
const TAG = /^r-([0-9a-hjkmnp-tv-z]{26})$/;

/** 130 random bits: a stranger cannot fake a bounce of a mail he has not seen. */
export function newToken(): string {
  return newPublicCode();
}

/** @param central - the agency's central address, without tag */
export function returnPath(central: string, token: string): string {
  const at = central.lastIndexOf('@');
  return `${central.slice(0, at)}+${PREFIX}${token}${central.slice(at)}`;
}

/** True for a +tag (without '+') that is a return path of ours. Case is ignored: some systems fold it. */
export function ownReturnPathTag(tag: string): boolean {
  return TAG.test(tag.toLowerCase());
}

/** The token in an address that a notice came to, or null. */
export function tokenOfAddress(address: string): string | null {
  const tag = /\+([^+@]*)@/.exec(address)?.[1] ?? '';
  return TAG.exec(tag.toLowerCase())?.[1] ?? null;
}
