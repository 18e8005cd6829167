/**
 * Reads a whole mail: bytes in, values out. The letter comes from the store as the sender sent it; the parts go to the sink that the caller
 * gives, the rest is answered. Runs on the reading thread (register/reading); memory does not grow with the letter.
 */

import { readHeaders } from './headers.ts';
import type { InnerMessage, ReadLimits, ReadMessage } from './message.ts';
import { MessageWalker } from './part-walker.ts';
import { type OpenPart, ReadState } from './read-state.ts';

/** Limits that real letters stay far below. */
export const DEFAULT_LIMITS: ReadLimits = {
  maxParts: 10_000,
  maxDepth: 100,
  // What the head reader takes, less the room for the fields that are kept behind a head that is too long.
  maxHeadBytes: 960 * 1024,
  maxTextBytes: 1024 * 1024,
  maxOpenBytes: 32 * 1024 * 1024,
  maxKeptBytes: 1024 * 1024 * 1024,
};

/** Bytes looked at to learn whether lines end in bare CR. */
const LOOK = 65_536;

/**
 * Reads a mail.
 * @param source its bytes, in any pieces
 * @param options.fallbackCharset charset of 8-bit text that nothing declares, e.g. 'windows-874'
 * @param options.limits what is left out beyond them is said in `notes`
 * @param options.openPart called for every listed part, in order; takes its decoded bytes
 * @returns the best reading there is. Throws only what `source` or the sinks throw.
 */
export async function readMessage(
  source: AsyncIterable<Uint8Array>,
  options: { fallbackCharset: string; limits: ReadLimits; openPart: OpenPart },
): Promise<ReadMessage> {
  const state = new ReadState(options.limits, options.fallbackCharset, options.openPart);
  const inner: InnerMessage[] = [];
  const walker = new MessageWalker(state, { path: '', parent: null, depth: 0, level: 0 }, inner);
  for await (const chunk of lineEnds(source, state)) walker.write(chunk);
  const { body, text } = walker.end();
  if (state.partsLeftOut > 0)
    state.note('too-many-parts', undefined, `${state.partsLeftOut} parts beyond the first ${options.limits.maxParts} were left out.`);
  const headers = walker.headers ?? readHeaders(Buffer.alloc(0), { fallbackCharset: options.fallbackCharset });
  return {
    headers,
    parts: state.parts,
    text: text.toWellFormed(),
    html: body.html?.toWellFormed() ?? null,
    inner,
    notes: [...headers.notes, ...state.notes],
  };
}

/** The bytes as Buffers; a mail whose lines all end in bare CR (old Macintosh mailers) gets LF, for nothing in it could be found otherwise. */
async function* lineEnds(source: AsyncIterable<Uint8Array>, state: ReadState): AsyncGenerator<Buffer> {
  let start: Buffer[] | null = [];
  let seen = 0;
  let bareCr = false;
  const decide = (): Buffer => {
    const bytes = Buffer.concat(start ?? []);
    start = null;
    bareCr = !bytes.includes(0x0a) && bytes.includes(0x0d);
    if (bareCr) state.note('bare-cr', undefined, 'The lines end in bare CR; they were read as lines.');
    const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return withLf(marked ? bytes.subarray(3) : bytes, bareCr);
  };
  for await (const piece of source) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (start === null) {
      yield withLf(chunk, bareCr);
      continue;
    }
    start.push(chunk);
    seen += chunk.length;
    if (seen >= LOOK || chunk.includes(0x0a)) yield decide();
  }
  if (start !== null) yield decide();
}

function withLf(chunk: Buffer, bareCr: boolean): Buffer {
  if (!bareCr) return chunk;
  const copy = Buffer.from(chunk);
  for (let at = copy.indexOf(0x0d); at >= 0; at = copy.indexOf(0x0d, at + 1)) copy[at] = 0x0a;
  return copy;
}
