/**
 * Opens winmail.dat (application/ms-tnef): Outlook's wrapping of a body and of attachments ([MS-OXTNEF]; properties as in [MS-OXCMSG]).
 * Every length is checked against what is there; what does not fit ends the reading with what was found so far.
 */
import { decodeBytes } from './charset.ts';
import { decompressRtf } from './rtf.ts';

export type TnefFile = { name: string | null; contentType: string | null; contentId: string | null; data: Buffer };
export type TnefContents = { files: TnefFile[]; plain: string | null; html: Buffer | null; rtf: Buffer | null; complete: boolean };

const SIGNATURE = 0x223e9f78;
const ATTRIBUTE = {
  body: 0x0002800c,
  attachData: 0x0006800f,
  attachTitle: 0x00018010,
  attachRendering: 0x00069002,
  attachProperties: 0x00069005,
  messageProperties: 0x00069003,
  codepage: 0x00069007,
} as const;
const PROPERTY = {
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  codepage: 0x3fde,
  data: 0x3701,
  fileName: 0x3704,
  longName: 0x3707,
  displayName: 0x3001,
  mimeTag: 0x370e,
  contentId: 0x3712,
} as const;
const MAX_FILES = 1000;
const MAX_PROPERTIES = 5000;
const MAX_VALUES = 1000;

/**
 * Reads a TNEF stream.
 * @param bytes the whole of it
 * @param fallback charset of its 8-bit strings when it names no code page
 * @returns what is in it (`complete` false when it was cut or broken), or null when it is no TNEF at all. Never throws.
 */
export function readTnef(bytes: Buffer, fallback: string): TnefContents | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null;
  const found: TnefContents = { files: [], plain: null, html: null, rtf: null, complete: true };
  let codepage = fallback;
  let current: TnefFile | null = null;
  let at = 6;
  while (at < bytes.length) {
    // Level (1), attribute (4), length (4), data, checksum (2).
    if (at + 9 > bytes.length) return { ...found, complete: false };
    const attribute = bytes.readUInt32LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const whole = at + 9 + length <= bytes.length;
    const data = bytes.subarray(at + 9, Math.min(bytes.length, at + 9 + length));
    if (attribute === ATTRIBUTE.codepage && data.length >= 4) codepage = codepageName(data.readUInt32LE(0)) ?? codepage;
    else if (attribute === ATTRIBUTE.body) found.plain = zeroEnded(data, codepage);
    else if (attribute === ATTRIBUTE.messageProperties) messageProperties(data, codepage, found);
    else if (attribute === ATTRIBUTE.attachRendering && found.files.length < MAX_FILES) {
      current = { name: null, contentType: null, contentId: null, data: Buffer.alloc(0) };
      found.files.push(current);
    } else if (current !== null) {
      if (attribute === ATTRIBUTE.attachTitle) current.name ??= zeroEnded(data, codepage);
      else if (attribute === ATTRIBUTE.attachData) current.data = data;
      else if (attribute === ATTRIBUTE.attachProperties) fileProperties(data, codepage, current);
    }
    if (!whole) return { ...found, complete: false };
    at += 9 + length + 2;
  }
  return found;
}

function codepageName(page: number): string | null {
  if (page === 0) return null;
  if (page === 65001) return 'utf-8';
  if (page === 20127) return 'us-ascii';
  const names: Record<number, string> = {
    932: 'shift_jis',
    936: 'gbk',
    949: 'euc-kr',
    950: 'big5',
    28591: 'iso-8859-1',
    20866: 'koi8-r',
    50220: 'iso-2022-jp',
  };
  return names[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : `cp${page}`);
}

function zeroEnded(data: Buffer, codepage: string): string {
  const end = data.indexOf(0);
  return decodeBytes(end < 0 ? data : data.subarray(0, end), codepage, { fallback: 'windows-874', context: 'text' }).text;
}

function messageProperties(data: Buffer, codepage: string, found: TnefContents): void {
  for (const { id, type, value } of readProperties(data)) {
    if (id === PROPERTY.body) found.plain = text(type, value, codepage);
    else if (id === PROPERTY.html) found.html = type === 0x1f ? Buffer.from(text(type, value, codepage), 'utf8') : Buffer.from(value);
    else if (id === PROPERTY.rtf) found.rtf = decompressRtf(value);
  }
}

function fileProperties(data: Buffer, codepage: string, file: TnefFile): void {
  for (const { id, type, value } of readProperties(data)) {
    if (id === PROPERTY.longName) file.name = text(type, value, codepage) || file.name;
    else if (id === PROPERTY.fileName || id === PROPERTY.displayName) file.name ??= text(type, value, codepage) || null;
    else if (id === PROPERTY.mimeTag) file.contentType = text(type, value, codepage).toLowerCase() || null;
    else if (id === PROPERTY.contentId) file.contentId = text(type, value, codepage).replace(/[<>]/g, '') || null;
    // An embedded message or OLE object carries a 16-byte interface identifier before its data.
    else if (id === PROPERTY.data) file.data = type === 0x0d ? value.subarray(16) : value;
  }
}

function text(type: number, value: Buffer, codepage: string): string {
  if (type === 0x1f) return new TextDecoder('utf-16le').decode(value).replace(/\0[\s\S]*$/, '');
  return zeroEnded(value, codepage);
}

type Property = { id: number; type: number; value: Buffer };

/** Bytes of the property types of fixed size; the others carry their length. */
const FIXED: Record<number, number> = { 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16 };

/** The properties of a MAPI attribute, of multi-valued ones the first value; stops at the first that does not fit. */
function readProperties(data: Buffer): Property[] {
  const found: Property[] = [];
  if (data.length < 4) return found;
  const count = Math.min(data.readUInt32LE(0), MAX_PROPERTIES);
  const cursor = new Cursor(data, 4);
  for (let index = 0; index < count && !cursor.broken; index++) {
    const rawType = cursor.uint16();
    const id = cursor.uint16();
    if (id >= 0x8000) skipNamedId(cursor);
    const type = rawType & 0xefff;
    const size = FIXED[type];
    const many = (rawType & 0x1000) !== 0 || size === undefined;
    const values = Math.min(many ? cursor.uint32() : 1, MAX_VALUES);
    for (let value = 0; value < values && !cursor.broken; value++) {
      const bytes = cursor.take(size ?? cursor.uint32());
      if (!cursor.broken && value === 0) found.push({ id, type, value: bytes });
    }
  }
  return found;
}

/** Named properties carry a GUID and a number or a name before the value. */
function skipNamedId(cursor: Cursor): void {
  cursor.take(16);
  if (cursor.uint32() === 0) cursor.uint32();
  else cursor.take(cursor.uint32());
}

/** Reads onwards in a buffer; past its end everything is empty and `broken` is set. Values are padded to four bytes. */
class Cursor {
  broken = false;
  private readonly data: Buffer;
  private at: number;

  constructor(data: Buffer, at: number) {
    this.data = data;
    this.at = at;
  }

  uint16(): number {
    this.at += 2;
    if (this.at <= this.data.length) return this.data.readUInt16LE(this.at - 2);
    this.broken = true;
    return 0;
  }

  uint32(): number {
    this.at += 4;
    if (this.at <= this.data.length) return this.data.readUInt32LE(this.at - 4);
    this.broken = true;
    return 0;
  }

  take(length: number): Buffer {
    const start = this.at;
    this.at += length + ((4 - (length % 4)) % 4);
    if (start + length <= this.data.length) return this.data.subarray(start, start + length);
    this.broken = true;
    return Buffer.alloc(0);
  }
}
