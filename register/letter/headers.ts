/**
 * A mail's head into values. The gateway calls this on the head alone, before the letter is entered, and the reader again on every message
 * inside the letter; so it is bounded and never throws, and what it could not read it says in notes.
 */
import { readAddresses } from './addresses.ts';
import { decodeForPeople, decodeRaw, decodeWords } from './encoded-words.ts';
import { type RawField, rawFields, splitHead as splitHeadBytes } from './head.ts';
import { readDate } from './mail-date.ts';
import type { ContentType, MessageHeaders, ReadingNote } from './message.ts';
import { readStructured } from './parameters.ts';

/** Bytes of a head that are read; what follows is cut with a note. */
export const MAX_HEAD_BYTES = 1024 * 1024;

/** Fields of which a mail may have one (RFC 5322 3.6); a second one is noted, the first is believed. */
const ONCE = ['from', 'sender', 'reply-to', 'to', 'cc', 'subject', 'date', 'message-id', 'in-reply-to', 'references', 'content-type'];

/**
 * Parts a mail into head and body.
 * @param bytes the mail from its first byte, all of it or its first MiB
 * @returns the head without the blank line, and the offset at which the body begins; a missing blank line is found out by the first line that can't be a field
 */
export function splitHead(bytes: Buffer): { head: Buffer; bodyOffset: number } {
  const { head, bodyOffset } = splitHeadBytes(bytes);
  return { head, bodyOffset };
}

/**
 * Reads a head.
 * @param head its bytes, without or with the blank line at its end
 * @param options.fallbackCharset charset of raw 8-bit text that is not UTF-8, e.g. 'windows-874'
 * @returns every value in its best reading; `notes` say what was broken. Never throws.
 */
export function readHeaders(head: Buffer, options: { fallbackCharset: string }): MessageHeaders {
  const fallback = options.fallbackCharset;
  const notes: ReadingNote[] = [];
  const note = (code: string, detail: string) => notes.push({ code, detail });
  if (head.length > MAX_HEAD_BYTES) note('head-cut', `The head is ${head.length} bytes long; the first ${MAX_HEAD_BYTES} were read.`);
  const { fields, dropped, strayLines } = rawFields(head.subarray(0, MAX_HEAD_BYTES));
  if (dropped > 0) note('too-many-fields', `${dropped} header fields were left out.`);
  if (strayLines > 0) note('stray-header-line', `${strayLines} lines of the head are neither a field nor the continuation of one.`);

  const first = new Map<string, RawField>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (ONCE.includes(name) && first.has(name))
      note('field-repeated', `${field.name} stands more than once; of what can stand only once the first is used.`);
    if (!first.has(name)) first.set(name, field);
  }
  const value = (name: string) => first.get(name)?.value ?? null;
  // Address fields that stand twice are read together: leaving out a recipient is worse than naming one too many.
  const addresses = (name: string) =>
    fields.filter(field => field.name.toLowerCase() === name).flatMap(field => readAddresses(field.value, fallback));
  const text = (name: string) => {
    const raw = value(name);
    return raw === null || raw === '' ? null : decodeRaw(raw, fallback).text;
  };

  const subject = decodeForPeople(value('subject') ?? '', fallback);
  const dateRaw = text('date');
  const date = dateRaw === null ? null : readDate(dateRaw);
  if (dateRaw !== null && date === null) note('date-unreadable', 'The Date field holds no date that can be read.');
  const contentType = readContentType(value('content-type'), fallback);
  for (const fault of contentType.faults) note(fault, 'The Content-Type field is not as RFC 2045 wants it.');
  return {
    from: addresses('from')[0] ?? null,
    sender: addresses('sender')[0] ?? null,
    replyTo: addresses('reply-to'),
    to: addresses('to'),
    cc: addresses('cc'),
    subject: cleanLine(subject.text),
    subjectGuessed: subject.guessed,
    messageId: text('message-id'),
    inReplyTo: messageIds(text('in-reply-to'))[0] ?? null,
    references: messageIds(text('references')),
    date,
    dateRaw,
    contentType: { type: contentType.type, parameters: contentType.parameters },
    fields: fields.map(field => ({ name: field.name, value: forPeople(field, fallback), raw: field.raw })),
    notes,
  };
}

/** All values of a field, in order, as `fields` holds them. @param name in any case */
export function headerValues(headers: MessageHeaders, name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.fields.filter(field => field.name.toLowerCase() === wanted).map(field => field.value);
}

/**
 * Reads a Content-Type.
 * @param value binary string, or null when the field is missing
 * @returns 'text/plain' where nothing valid is declared (RFC 2045 5.2); `declared` tells whether something was
 */
export function readContentType(value: string | null, fallback: string): ContentType & { declared: boolean; faults: string[] } {
  const read = readStructured(value ?? '', fallback);
  const written = read.value
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/^["']|["']$/g, '');
  const parameters: Record<string, string> = {};
  for (const [name, parameter] of read.parameters) if (name !== '__proto__') parameters[name] = parameter.value;
  const valid = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/.test(written);
  const type = valid ? written : (/^(text|multipart|message)(?:\/|$)/.exec(written)?.[1] ?? '');
  const guess: Record<string, string> = {
    text: 'text/plain',
    multipart: 'multipart/mixed',
    message: 'application/octet-stream',
    '': 'text/plain',
  };
  const faults = [...new Set(read.faults)];
  if (value !== null && !valid) faults.push('content-type-unreadable');
  return { type: valid ? type : (guess[type] ?? 'text/plain'), parameters, declared: value !== null && (valid || type !== ''), faults };
}

function forPeople(field: RawField, fallback: string): string {
  return cleanLine(decodeWords(field.value, fallback).text);
}

/** Identifiers in angle brackets; without any, the words of the value as they stand. */
function messageIds(value: string | null): string[] {
  if (value === null) return [];
  const bracketed = value.match(/<[^<>]{1,2000}>/g);
  return (bracketed ?? value.split(/[\s,]+/).filter(word => word !== '')).slice(0, 2000);
}

function cleanLine(text: string): string {
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f]+/g, ' ').trim();
}
