/** What the archives among a letter's parts hold. Runs on the reading thread, from the part files; nothing is unpacked. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type Listing, listZip, mayBeZip, startsAsZip } from '../letter/documents/zip-listing.ts';
import type { ReadPart } from '../letter/message.ts';
import type { PartFile } from './reading-job.ts';

/** Archives of one letter that are looked into. */
const MAX_ARCHIVES = 50;

/** @returns one listing for each archive, in the order of the mail */
export function readListings(parts: ReadPart[], files: PartFile[], fallbackCharset: string): { path: string; listing: Listing }[] {
  const fileOf = new Map(files.map(file => [file.path, file]));
  const found: { path: string; listing: Listing }[] = [];
  for (const part of parts) {
    const file = fileOf.get(part.path);
    if (file === undefined || !(part.role === 'attachment' || part.role === 'inline') || !mayBeZip(part.contentType, part.name)) continue;
    if (found.length >= MAX_ARCHIVES) break;
    const listing = listFile(file, fallbackCharset);
    if (listing !== null) found.push({ path: part.path, listing });
  }
  return found;
}

function listFile(file: PartFile, fallbackCharset: string): Listing | null {
  const descriptor = openSync(file.file, 'r');
  try {
    const readAt = (offset: number, length: number): Buffer => {
      if (offset < 0 || offset >= file.size || length <= 0) return Buffer.alloc(0);
      const bytes = Buffer.alloc(Math.min(length, file.size - offset));
      return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, offset));
    };
    return startsAsZip(readAt(0, 4)) ? listZip(readAt, file.size, fallbackCharset) : null;
  } finally {
    closeSync(descriptor);
  }
}
