/**
 * Cuts the rows of a table into pieces, each an object of the copy named by its SHA-256. Where a cut falls is decided by the rows around it and not by
 * counting, so a row that is new, changed or gone changes the piece it is in and at most a few neighbours: the rest of the table is the same pieces
 * as the night before, and does not travel again.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectRef } from '../format.ts';

export interface PieceSizes {
  /** No cut before this many bytes. */
  least: number;
  /** Bytes after `least` at which a cut is to be expected. */
  expected: number;
  /** A piece is cut before it would exceed this; a row that is larger by itself is a piece by itself. */
  most: number;
}

// About 1 MiB on average: large enough that a million entries are a few hundred objects, small enough that one changed row costs little.
export const PIECE_SIZES: PieceSizes = { least: 512 * 1024, expected: 512 * 1024, most: 4 * 1024 * 1024 };

const LINE_FEED = 0x0a;
const CRC_RANGE = 2 ** 32;

/**
 * @param rows - chunks of whole rows, each row ended by a line feed (copyOut)
 * @param keep - is given each piece in order, once; the bytes are its own. Waited for before the next one is cut
 * @returns how many rows there were, and the pieces: put together in this order they are the bytes of `rows`
 * @throws Error when a chunk does not end with a line feed
 */
export async function cutIntoPieces(
  rows: AsyncIterable<Buffer>,
  keep: (piece: Buffer, sha256: string) => Promise<void>,
  sizes: PieceSizes = PIECE_SIZES,
): Promise<{ rows: number; pieces: ObjectRef[] }> {
  const pieces: ObjectRef[] = [];
  let count = 0;
  let parts: Buffer[] = [];
  let size = 0;

  const cut = async () => {
    if (size === 0) return;
    const piece = Buffer.concat(parts, size);
    parts = [];
    size = 0;
    const sha256 = createHash('sha256').update(piece).digest('hex');
    pieces.push({ sha256, size: piece.length });
    await keep(piece, sha256);
  };

  for await (const chunk of rows) {
    if (chunk.length === 0) continue;
    if (chunk[chunk.length - 1] !== LINE_FEED) throw new Error('a chunk of rows ends in the middle of a row');
    let begin = 0;
    let taken = 0;
    while (begin < chunk.length) {
      const end = chunk.indexOf(LINE_FEED, begin) + 1;
      const length = end - begin;
      const held = size + (begin - taken);
      if (held > 0 && held + length > sizes.most) {
        parts.push(chunk.subarray(taken, begin));
        size += begin - taken;
        taken = begin;
        await cut();
      }
      count++;
      begin = end;
      // Long rows are likelier to end a piece than short ones: so the expected size does not depend on the width of a table.
      const likely = Math.min(1, length / sizes.expected) * CRC_RANGE;
      if (size + (end - taken) >= sizes.least && crc32(chunk.subarray(end - length, end)) < likely) {
        parts.push(chunk.subarray(taken, end));
        size += end - taken;
        taken = end;
        await cut();
      }
    }
    if (taken < chunk.length) {
      parts.push(chunk.subarray(taken));
      size += chunk.length - taken;
    }
  }
  await cut();
  return { rows: count, pieces };
}
