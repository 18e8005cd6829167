/**
 * A ZIP made on the way: files as they are, not compressed (PDFs and sheets are already), one in memory at a time, the size of the whole known beforehand.
 * PKWARE's APPNOTE 6.3.9; names in UTF-8 (section 4.4.4, bit 11). For downloads of several files.
 */
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** With '/' between folders; nothing of it may climb out of the folder it is unpacked in. */
  name: string;
  size: number;
  at: Date;
  read(): Promise<Uint8Array>;
}

const UTF8 = 0x0800;
const MOST = 0xffff_ffff;

/** Bytes of the whole archive. */
export function zipSize(entries: Pick<ZipEntry, 'name' | 'size'>[]): number {
  return entries.reduce((sum, { name, size }) => sum + size + 2 * Buffer.byteLength(name) + 30 + 46, 22);
}

/**
 * @throws Error when a file is not as long as was said (the archive would be cut or torn), when the whole passes 4 GiB, or when a name is none
 */
export async function* zipOf(entries: ZipEntry[]): AsyncGenerator<Uint8Array> {
  if (zipSize(entries) > MOST || entries.length > 0xffff) throw new Error('too much for a ZIP without its 64-bit form');
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = nameBytes(entry.name);
    const bytes = await entry.read();
    if (bytes.length !== entry.size) throw new Error(`${entry.name} has ${bytes.length} bytes, not ${entry.size}`);
    const facts = factsOf(entry, bytes, name);
    const head = Buffer.concat([word(0x04034b50), facts, name]);
    directory.push(Buffer.concat([word(0x02014b50), half(20), facts, half(0), half(0), half(0), word(0), word(offset), name]));
    yield head;
    yield bytes;
    offset += head.length + bytes.length;
  }
  const list = Buffer.concat(directory);
  yield list;
  yield Buffer.concat([
    word(0x06054b50),
    half(0),
    half(0),
    half(entries.length),
    half(entries.length),
    word(list.length),
    word(offset),
    half(0),
  ]);
}

/** What a local header and the directory say alike: version 2.0, flags, method 0, time, CRC, sizes, length of the name, no extra field. */
function factsOf(entry: ZipEntry, bytes: Uint8Array, name: Buffer): Buffer {
  const { date, time } = dosTime(entry.at);
  return Buffer.concat([
    half(20),
    half(UTF8),
    half(0),
    half(time),
    half(date),
    word(crc32(bytes)),
    word(bytes.length),
    word(bytes.length),
    half(name.length),
    half(0),
  ]);
}

function nameBytes(name: string): Buffer {
  if (name === '' || name.startsWith('/') || name.includes('\\') || name.split('/').includes('..'))
    throw new Error(`no name for a file: ${name}`);
  return Buffer.from(name, 'utf8');
}

/** MS-DOS time, which knows no zone (UTC here), no odd second, and no year before 1980. */
function dosTime(at: Date): { date: number; time: number } {
  const year = Math.min(2107, Math.max(1980, at.getUTCFullYear()));
  return {
    date: ((year - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
}

function half(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
