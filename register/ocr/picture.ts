/** What a file is by its first bytes, and how large a picture it holds. Pure; asked before a program opens what a stranger sent. */

export interface Picture {
  kind: 'png' | 'jpeg' | 'tiff' | 'bmp' | 'webp';
  /** Pixels; null where the head does not say it cheaply. */
  width: number | null;
  height: number | null;
  /** More than one in a fax or a scan of several sheets (TIFF). */
  pages: number;
}

/** Pages are counted so far and no further. */
const MOST_PAGES_COUNTED = 1_000;
const PNG_MARK = Buffer.from('89504e470d0a1a0a', 'hex');
/** Sizes of the second head, by which versions of the format are told apart. */
const BMP_HEADS = [40, 52, 56, 64, 108, 124];

export function isPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).includes('%PDF-');
}

/**
 * Marks are compared whole: what Tesseract does not know as a picture it takes for a list of files to read, and a stranger would choose which of this
 * machine's files it reads. (A TIFF that is broken further on still becomes such a list; its first line then names no file in the empty folder
 * where Tesseract runs, and there it ends.)
 * @returns null for what is no picture that can be recognised
 */
export function pictureOf(bytes: Buffer): Picture | null {
  if (bytes.length >= 24 && bytes.subarray(0, 8).equals(PNG_MARK))
    return { kind: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), pages: 1 };
  if (bytes.length >= 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff)
    return { kind: 'jpeg', ...jpegSize(bytes), pages: 1 };
  const mark = bytes.toString('latin1', 0, 4);
  if (mark === 'II*\0' || mark === 'MM\0*') return tiff(bytes, mark === 'II*\0');
  if (mark === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return { kind: 'webp', width: null, height: null, pages: 1 };
  if (mark.startsWith('BM') && bytes.length >= 26 && BMP_HEADS.includes(bytes.readUInt32LE(14)))
    return { kind: 'bmp', width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)), pages: 1 };
  return null;
}

/** The frame header (SOF0 to SOF15, without the three that are tables) among the markers before the picture itself. */
function jpegSize(bytes: Buffer): { width: number | null; height: number | null } {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xda) break;
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return { width: null, height: null };
}

/** Follows the chain of directories, a page each. A chain that bites its tail or leads out of the file ends there. */
function tiff(bytes: Buffer, little: boolean): Picture | null {
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const picture: Picture = { kind: 'tiff', width: null, height: null, pages: 0 };
  const seen = new Set<number>();
  let at = bytes.length >= 8 ? u32(4) : 0;
  while (at >= 8 && at + 2 <= bytes.length && !seen.has(at) && seen.size < MOST_PAGES_COUNTED) {
    seen.add(at);
    const fields = u16(at);
    const next = at + 2 + fields * 12;
    for (let field = at + 2; field < next && field + 12 <= bytes.length; field += 12) {
      const value = u16(field + 2) === 3 ? u16(field + 8) : u32(field + 8);
      if (u16(field) === 256) picture.width = Math.max(picture.width ?? 0, value);
      if (u16(field) === 257) picture.height = Math.max(picture.height ?? 0, value);
    }
    at = next + 4 <= bytes.length ? u32(next) : 0;
  }
  return picture.width === null || picture.height === null ? null : { ...picture, pages: seen.size };
}
