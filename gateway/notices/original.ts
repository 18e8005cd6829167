/** Which mail a notice is about, out of the returned mail or its headers, the text beneath the report, and the notice's own fields. */
import type { MessageHeaders, ReadMessage } from '../../register/letter/message.ts';
import { addressPattern, fieldGroups, fieldOf, tidyAddress } from './fields.ts';
import type { OriginalIdentity } from './notice.ts';

/** Our return path: `saraban+r-<token>@agency`. */
const ownReturnPath = /\+r-([a-z0-9_=.-]{1,128})@/;

/** The token of our return path in an address, null when it has none; in lower case, as our tokens are and as some systems fold them. */
export function tokenOf(address: string): string | null {
  return ownReturnPath.exec(address.toLowerCase())?.[1] ?? null;
}

/** The parts at the notice's top that hold the returned mail or its headers. */
export function isReturnedPart(contentType: string): boolean {
  return /^(?:message\/(?:rfc822|global|rfc822-headers?|global-headers|partial|news)|text\/(?:rfc822-headers?|rfc822))$/.test(contentType);
}

/**
 * The original's identity. The envelope's address counts first, since only a system that had our envelope can know the token;
 * then what the returned headers hold.
 * @param returned head (or whole) of the returned mail, '' when the notice brought none
 */
export function originalIdentity(message: ReadMessage, returned: string, report: string, envelopeTo: string[]): OriginalIdentity {
  const head = fieldGroups(headOf(returned)).slice(0, 3);
  const field = (name: string) => head.map(group => fieldOf(group, name)).find(value => value !== '') ?? '';
  const { headers } = message;
  const token =
    [...envelopeTo, ...addressedTo(headers), field('return-path'), field('x-original-from')].map(tokenOf).find(found => found !== null) ??
    null;
  const messageId =
    idIn(field('message-id')) ??
    idIn(/^[ \t>]*Message-ID:[ \t]*(<[^>\n]{1,900}>)/im.exec(report)?.[1] ?? '') ??
    idIn(fieldValue(headers, 'x-original-message-id')) ??
    idIn(headers.inReplyTo ?? '') ??
    idIn(headers.references[headers.references.length - 1] ?? '');
  const recipients = addressesIn(field('to')).concat(addressesIn(field('cc')));
  return { messageId, envelopeId: null, token, ...(recipients.length > 0 ? { recipients: recipients.slice(0, 100) } : {}) };
}

/** The returned mail from its first field on, quote marks taken away: an announcing line and empty ones stand above it. */
function headOf(returned: string): string {
  const lines = returned
    .slice(0, 100_000)
    .split('\n')
    .slice(0, 1000)
    .map(line => line.replace(/^> ?/, ''));
  const first = lines.findIndex(line => /^[A-Za-z][\w-]*:/.test(line));
  return first < 0 ? '' : lines.slice(first).join('\n');
}

/** Every address in a text, at most 200. */
export function addressesIn(text: string): string[] {
  return [...new Set((text.slice(0, 20_000).match(new RegExp(addressPattern, 'g')) ?? []).slice(0, 200).map(tidyAddress))];
}

function addressedTo(headers: MessageHeaders): string[] {
  return headers.fields
    .filter(field => /^(?:delivered-to|x-original-to|to|envelope-to|x-envelope-to)$/i.test(field.name))
    .map(field => field.value);
}

function fieldValue(headers: MessageHeaders, name: string): string {
  return headers.fields.find(field => field.name.toLowerCase() === name)?.value ?? '';
}

/** The first msg-id of a value, as written; a value without brackets as it is. */
function idIn(value: string): string | null {
  const bracketed = /<[^<>]{1,990}>/.exec(value)?.[0];
  if (bracketed) return bracketed;
  const bare = value.trim();
  return bare !== '' && !/\s/.test(bare) && bare.includes('@') ? bare : null;
}
