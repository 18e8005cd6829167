/**
 * The envelope of a mail that lies in a mailbox: it was taken off when the mail was delivered there, and what the delivering server wrote at the top is what is
 * left of it. Pure, so that the same bytes have the same envelope whenever they are fetched (I2). fetch-mailbox.ts hands it to receive.ts.
 */
import { headerValues, readHeaders } from '../../../register/letter/headers.ts';
import { splitAddress } from '../recipients.ts';

/** Where the tag of the address stands that a mail came to, best first. The recipients that people see come last. */
const DELIVERED = ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-forwarded-to', 'to', 'cc'];

/** Stands for a sender of whom nothing can be read: never the null return path, which would make a notice of a letter (I7). RFC 2606: nobody has this address. */
export const UNKNOWN_SENDER = 'unknown@sender.invalid';

export interface ReadEnvelope {
  /** '' is the null return path. */
  from: string;
  to: string;
}

/**
 * @param head - the mail from its first byte
 * @param central - the central address whose mailbox it is, lower case
 * @returns sender: Return-Path (RFC 5321 section 4.4), the topmost; where the server wrote none, whoever From names. Which mistake is worse: a made-up Return-Path is
 *   answered only when DKIM proves its domain; a letter without one, taken for a notice, would get no number.
 */
export function envelopeOf(head: Buffer, central: string): ReadEnvelope {
  const headers = readHeaders(head, { fallbackCharset: 'windows-874' });
  const returnPath = headerValues(headers, 'return-path')[0];
  const path = returnPath === undefined ? null : pathIn(returnPath);
  const from = path ?? headers.from?.address ?? headers.sender?.address ?? '';
  return { from: path === '' ? '' : from === '' ? UNKNOWN_SENDER : from.slice(0, 1_000), to: recipientOf(headers, central) };
}

/** '<a@b>' → a@b, '<>' → ''; null for what is no path. */
function pathIn(value: string): string | null {
  const inner = (/<([^<>]*)>/.exec(value)?.[1] ?? value).trim();
  return inner === '' || /^[^\s<>]+$/.test(inner) ? inner : null;
}

/** The central address, with the +tag it was written to: a return path of ours finds its mail by it, a rule its unit. */
function recipientOf(headers: Parameters<typeof headerValues>[0], central: string): string {
  const own = splitAddress(central);
  for (const name of DELIVERED) {
    const addresses =
      name === 'to' || name === 'cc'
        ? headers[name].map(one => one.address)
        : headerValues(headers, name).map(value => pathIn(value) ?? '');
    for (const address of addresses) {
      const { local, tag, domain } = splitAddress(address);
      if (local === own.local && domain === own.domain) return tag === '' ? central : `${own.local}+${tag.slice(0, 200)}@${own.domain}`;
    }
  }
  return central;
}
