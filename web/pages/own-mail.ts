/** Reads a mail of ours for the outbox: small, well formed, and made by this program, so it is read here and not on the reading thread. */
import { createHash } from 'node:crypto';
import { DEFAULT_LIMITS, readMessage } from '../../register/letter/read-message.ts';
import type { Store } from '../../register/store/folder.ts';

export interface OwnMail {
  subject: string;
  from: string;
  text: string;
  html: string | null;
  /** Pictures by Content-ID, as data addresses. */
  pictures: Map<string, string>;
  attachments: { name: string; contentType: string; size: number }[];
}

const LONGEST = 8_000_000;
const LIMITS = { ...DEFAULT_LIMITS, maxParts: 200, maxDepth: 10, maxKeptBytes: LONGEST };

/** @returns null when the bytes are gone or are more than a mail of ours ever has */
export async function readOwnMail(store: Store, sha256: string): Promise<OwnMail | null> {
  const size = await store.size(sha256);
  if (size === null || size > LONGEST) return null;
  const kept = new Map<string, Buffer>();
  const mail = await readMessage(store.stream(sha256) as AsyncIterable<Uint8Array>, {
    fallbackCharset: 'utf-8',
    limits: LIMITS,
    openPart: part => {
      const chunks: Buffer[] = [];
      return {
        write: chunk => {
          chunks.push(Buffer.from(chunk));
        },
        end: () => {
          const bytes = Buffer.concat(chunks);
          kept.set(part.path, bytes);
          return { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
        },
      };
    },
  });
  const pictures = new Map<string, string>();
  for (const part of mail.parts) {
    const bytes = kept.get(part.path);
    if (part.contentId !== null && bytes !== undefined && /^image\/(png|gif|jpeg)$/.test(part.contentType))
      pictures.set(part.contentId, `data:${part.contentType};base64,${bytes.toString('base64')}`);
  }
  const from = mail.headers.from;
  return {
    subject: mail.headers.subject,
    from: from === null ? '' : from.name === '' ? from.address : `${from.name} <${from.address}>`,
    text: mail.text,
    html: mail.html,
    pictures,
    attachments: mail.parts
      .filter(part => part.role === 'attachment')
      .map(part => ({ name: part.name ?? part.path, contentType: part.contentType, size: part.size })),
  };
}
