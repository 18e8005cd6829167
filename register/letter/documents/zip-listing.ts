// What a ZIP says it holds: its directory is read, nothing is unpacked, so that neither a name nor a size from inside can do any harm. Called by
// the reading thread for the archives among a letter's parts; the list is shown beside the file on the letter's page.

import { decodeBytes } from '../charset.ts';

export type ListedFile = {
  /** As written, with marks that steer the line or its direction made visible. */
  name: string;
  nameGuessed: boolean;
  folder: boolean;
  /** Bytes after unpacking and before, as the archive says. */
  size: number;
  packed: number;
  encrypted: boolean;
  /** The name tries to leave the folder that it is unpacked to. */
  escapes: boolean;
  /** The sizes cannot be true, or the file's own head says something else than the directory. */
  doubtful: boolean;
};

export type Listing = {
  state: 'listed' | 'broken';
  files: ListedFile[];
  /** Files in the archive that are not in `files`, as the archive counts. */
  more: number;
};

/** Reads bytes of the archive: as many of `length` from `offset` as there are. */
export type ReadAt = (offset: number, length: number) => Buffer;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_FILES = 1000;
/** A directory of a thousand files with the longest names of real life. */
const MAX_DIRECTORY = 1024 * 1024;
/** DEFLATE makes at most 1032 bytes of one. */
const MAX_RATIO = 1032;
const UNKNOWN_32 = 0xffffffff;

const BROKEN: Listing = { state: 'broken', files: [], more: 0 };

type End = { count: number; bytes: number; offset: number; at: number };

/**
 * Lists a ZIP.
 * @param size bytes of the whole file
 * @param fallbackCharset of names that are neither marked as UTF-8 nor valid UTF-8: 'windows-874'
 * @returns at most 1,000 files; 'broken' with what could be read when the directory is missing or ends early. Throws only what `readAt` throws.
 */
export function listZip(readAt: ReadAt, size: number, fallbackCharset: string): Listing {
  const end = findEnd(readAt, size);
  if (end === null) return BROKEN;
  // What was put before an archive (a program that unpacks itself) is not counted in its offsets.
  const start = end.at - end.bytes;
  if (start < 0) return BROKEN;
  const shift = start - end.offset;
  const directory = readAt(start, Math.min(end.bytes, MAX_DIRECTORY));
  const files: ListedFile[] = [];
  let at = 0;
  while (files.length < MAX_FILES && at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY) {
    const lengths = [28, 30, 32].map(field => directory.readUInt16LE(at + field)) as [number, number, number];
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2];
    if (next > directory.length) break;
    files.push(listEntry(directory.subarray(at, next), lengths, { readAt, size, shift, fallbackCharset }));
    at = next;
  }
  const whole = files.length === end.count || files.length === MAX_FILES || end.bytes > MAX_DIRECTORY;
  return { state: whole ? 'listed' : 'broken', files, more: Math.max(0, Math.min(end.count, 0xffffffff) - files.length) };
}

/** The end of the directory stands in the last 64 KiB, behind it only a comment (APPNOTE 4.3.16); large archives have a second one (4.3.14). */
function findEnd(readAt: ReadAt, size: number): End | null {
  const length = Math.min(size, 65_557);
  const tail = readAt(size - length, length);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail.readUInt32LE(at) !== END) continue;
    const place = size - length + at;
    const end = { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16), at: place };
    if (end.count !== 0xffff && end.bytes !== UNKNOWN_32 && end.offset !== UNKNOWN_32) return end;
    return findEnd64(readAt, place) ?? end;
  }
  return null;
}

function findEnd64(readAt: ReadAt, end: number): End | null {
  const locator = end >= 20 ? readAt(end - 20, 20) : Buffer.alloc(0);
  if (locator.length < 20 || locator.readUInt32LE(0) !== LOCATOR_64) return null;
  // The record stands right before its locator; what the locator says of its place may be shifted.
  const record = end >= 76 ? readAt(end - 76, 56) : Buffer.alloc(0);
  if (record.length < 56 || record.readUInt32LE(0) !== END_64) return null;
  return { count: number64(record, 32), bytes: number64(record, 40), offset: number64(record, 48), at: end - 76 };
}

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

type Archive = { readAt: ReadAt; size: number; shift: number; fallbackCharset: string };

function listEntry(entry: Buffer, lengths: [number, number, number], archive: Archive): ListedFile {
  const flags = entry.readUInt16LE(8);
  const method = entry.readUInt16LE(10);
  const rawName = entry.subarray(46, 46 + lengths[0]);
  const extra = entry.subarray(46 + lengths[0], 46 + lengths[0] + lengths[1]);
  const large = extraField(extra, 0x0001);
  let used = 0;
  const wide = (value: number): number => {
    if (value !== UNKNOWN_32 || large === null || large.length < used + 8) return value;
    used += 8;
    return number64(large, used - 8);
  };
  const size = wide(entry.readUInt32LE(24));
  const packed = wide(entry.readUInt32LE(20));
  const offset = wide(entry.readUInt32LE(42)) + archive.shift;
  const encrypted = (flags & 1) !== 0;
  const named = nameOf(rawName, extra, (flags & 0x800) !== 0, archive.fallbackCharset);
  const impossible = size > packed * MAX_RATIO + 64 || (method === 0 && !encrypted && size !== packed) || offset + packed > archive.size;
  return {
    name: named.name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd').slice(0, 500),
    nameGuessed: named.guessed,
    folder: /[\\/]$/.test(named.name),
    size,
    packed,
    encrypted,
    escapes: escapes(named.name) || rawName.includes(0),
    doubtful: impossible || !headAgrees(archive, offset, rawName, flags, size, packed),
  };
}

/** A program that unpacks may go by the file's own head instead of the directory: then this list would show something else than comes out. */
function headAgrees({ readAt }: Archive, offset: number, name: Buffer, flags: number, size: number, packed: number): boolean {
  const head = offset < 0 ? Buffer.alloc(0) : readAt(offset, 30 + name.length);
  if (head.length < 30 + name.length || head.readUInt32LE(0) !== LOCAL) return false;
  if (head.readUInt16LE(26) !== name.length || !head.subarray(30).equals(name)) return false;
  // Written in one go, the sizes follow the file (APPNOTE 4.4.4, bit 3); those of large files stand in the extra field.
  if ((flags & 8) !== 0 || head.readUInt32LE(22) === UNKNOWN_32 || head.readUInt32LE(18) === UNKNOWN_32) return true;
  return head.readUInt32LE(22) === size && head.readUInt32LE(18) === packed;
}

function extraField(extra: Buffer, wanted: number): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === wanted) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return null;
}

function nameOf(raw: Buffer, extra: Buffer, isUtf8: boolean, fallback: string): { name: string; guessed: boolean } {
  if (isUtf8) return { name: raw.toString('utf8'), guessed: false };
  // Info-ZIP's Unicode path: a version, a checksum of the other name, the name.
  const unicode = extraField(extra, 0x7075);
  if (unicode !== null && unicode.length > 5) return { name: unicode.toString('utf8', 5), guessed: false };
  const decoded = decodeBytes(raw, null, { fallback, context: 'text' });
  return { name: decoded.text, guessed: decoded.guessed };
}

function escapes(name: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:)/.test(name) || name.split(/[\\/]/).includes('..');
}

const ZIP_TYPES = new Set([
  'application/zip',
  'application/x-zip-compressed',
  'application/x-zip',
  'application/x-compressed',
  'multipart/x-zip',
]);
const OFFICE = /\.(?:docx|docm|dotx|xlsx|xlsm|xltx|pptx|pptm|ppsx|odt|ods|odp|odg|ott|epub|jar|apk|xpi)$/i;

/** Whether a part may be an archive to list: by its type or name. Office files are ZIPs that nobody unpacks by hand. */
export function mayBeZip(contentType: string, name: string | null): boolean {
  if (OFFICE.test(name?.trim() ?? '')) return false;
  return ZIP_TYPES.has(contentType) || /\.zip$/i.test(name?.trim() ?? '');
}

/** The first bytes of an archive: a file in it, the directory of an empty one, or the mark of one that was cut in pieces. */
export function startsAsZip(bytes: Buffer): boolean {
  return bytes.length >= 4 && [LOCAL, END, 0x08074b50].includes(bytes.readUInt32LE(0));
}
