/** For tests beside this file: hand-written mails through the real letter reader, so that notices are tried as they will be read. */

import { readHeaders } from '../../register/letter/headers.ts';
import type { MessageHeaders, ReadMessage } from '../../register/letter/message.ts';
import { DEFAULT_LIMITS, readMessage } from '../../register/letter/read-message.ts';

/** Headers from a record of field name to value. */
export function headersOf(fields: Record<string, string>): MessageHeaders {
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return readHeaders(Buffer.from(head.join('')), { fallbackCharset: 'windows-874' });
}

/** A mail as the reader hands it over, and the text of each part by path. Line breaks are LF in the source and CRLF when read. */
export async function messageOf(source: string): Promise<{ message: ReadMessage; partText(path: string): Promise<string | null> }> {
  const kept = new Map<string, Buffer>();
  const bytes = Buffer.from(source.replace(/^\n+/, '').replace(/\r?\n/g, '\r\n'));
  async function* pieces() {
    yield bytes;
  }
  const message = await readMessage(pieces(), {
    fallbackCharset: 'windows-874',
    limits: DEFAULT_LIMITS,
    openPart: ({ path }) => {
      const chunks: Buffer[] = [];
      return {
        write: chunk => {
          chunks.push(Buffer.from(chunk));
        },
        end: () => {
          const all = Buffer.concat(chunks);
          kept.set(path, all);
          return { sha256: '', size: all.length };
        },
      };
    },
  });
  return { message, partText: async path => kept.get(path)?.toString('utf8') ?? null };
}
