/** What the tests of the reader share: bytes in, the message and the kept bytes out, in one piece or byte by byte. */
import { createHash } from 'node:crypto';
import type { ReadLimits, ReadMessage, ReadPart } from './message.ts';
import { DEFAULT_LIMITS, readMessage } from './read-message.ts';

export type Reading = {
  message: ReadMessage;
  part: (path: string) => ReadPart;
  bytes: (path: string) => string;
  paths: string[];
  codes: string[];
};

/** Latin-1: one character a byte. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The bytes of a text in UTF-8, as a binary string. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The bytes of "หนังสือ" in TIS-620, as a binary string. */
export const THAI_WORD_874 = '\xcb\xb9\xd1\xa7\xca\xd7\xcd';
export const THAI_WORD = 'หนังสือ';

/** Lines joined by CRLF. */
export function lines(...all: string[]): string {
  return all.join('\r\n');
}

export async function readText(mail: string | Buffer, options: { piece?: number; limits?: Partial<ReadLimits> } = {}): Promise<Reading> {
  const bytes = typeof mail === 'string' ? bytesOf(mail) : mail;
  const piece = options.piece ?? Math.max(1, bytes.length);
  const kept = new Map<string, Buffer>();
  async function* source() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  const message = await readMessage(source(), {
    fallbackCharset: 'windows-874',
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    openPart: ({ path }) => {
      const chunks: Buffer[] = [];
      return {
        write: chunk => {
          chunks.push(Buffer.from(chunk));
        },
        end: () => {
          const all = Buffer.concat(chunks);
          kept.set(path, all);
          return { sha256: createHash('sha256').update(all).digest('hex'), size: all.length };
        },
      };
    },
  });
  return {
    message,
    part: path => {
      const found = message.parts.find(part => part.path === path);
      if (found === undefined) throw new Error(`no part ${path} among ${message.parts.map(part => part.path).join(' ')}`);
      return found;
    },
    bytes: path => kept.get(path)?.toString('latin1') ?? '(nothing kept)',
    paths: message.parts.map(part => part.path),
    codes: message.notes.map(note => (note.path === undefined ? note.code : `${note.code} ${note.path}`)),
  };
}
