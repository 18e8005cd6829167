/** The head of a letter's raw bytes: what a reply in its thread needs, to the letter, and what tells automatic mail. */
import { readHeaders, splitHead } from '../../register/letter/headers.ts';
import type { Store } from '../../register/store/folder.ts';

export interface RawHead {
  fields: { name: string; value: string }[];
  contentType: string;
  /** As written, with whatever stood around it; null when there is none or it cannot stand in a header again. */
  messageId: string | null;
  references: string[];
}

// More than any honest head; the gateway noted an over-long one.
const HEAD_BYTES = 256 * 1024;
const FALLBACK_CHARSET = 'windows-874';
// RFC 5322 section 2.1.1: a line has 998 characters at most, and a msg-id cannot be folded.
const LONGEST_ID = 900;
const REFERENCES_KEPT = 20;

export async function readRawHead(store: Store, sha256: string): Promise<RawHead> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.stream(sha256, { start: 0, end: HEAD_BYTES - 1 })) chunks.push(chunk as Buffer);
  const headers = readHeaders(splitHead(Buffer.concat(chunks)).head, { fallbackCharset: FALLBACK_CHARSET });
  return {
    fields: headers.fields.map(field => ({ name: field.name, value: field.value })),
    contentType: headers.contentType.type,
    messageId: headers.messageId !== null && canStand(headers.messageId) ? headers.messageId : null,
    references: headers.references.filter(canStand),
  };
}

/** RFC 5322 section 3.6.4: the thread so far, then the letter itself; of a very long thread its first and its last. */
export function threadOf(head: Pick<RawHead, 'messageId' | 'references'>): { inReplyTo: string | null; references: string[] } {
  if (head.messageId === null) return { inReplyTo: null, references: [] };
  const before = head.references.filter(id => id !== head.messageId);
  const kept = before.length <= REFERENCES_KEPT ? before : [...before.slice(0, 1), ...before.slice(1 - REFERENCES_KEPT)];
  return { inReplyTo: head.messageId, references: [...kept, head.messageId] };
}

/** A msg-id that may be repeated in our own header as it is: bracketed, printable ASCII, short enough. Another would be changed on the way and match nothing. */
function canStand(id: string): boolean {
  return id.length <= LONGEST_ID && /^<[!-;=?-~]+>$/.test(id);
}
