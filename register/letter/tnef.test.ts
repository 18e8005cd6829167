import { describe, expect, test } from 'vitest';
import { readText } from './reading-fixtures.ts';
import { decompressRtf, rtfText } from './rtf.ts';
import { readTnef } from './tnef.ts';

const u16 = (value: number) => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const padded = (value: Buffer) => Buffer.concat([value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
const attribute = (level: number, id: number, data: Buffer) =>
  Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, u16(0)]);
const property = (type: number, id: number, value: Buffer) => Buffer.concat([u16(type), u16(id), u32(1), u32(value.length), padded(value)]);
const properties = (...all: Buffer[]) => Buffer.concat([u32(all.length), ...all]);
const tnef = (...attributes: Buffer[]) => Buffer.concat([u32(0x223e9f78), u16(1), ...attributes]);
const wide = (text: string) => Buffer.from(`${text}\0`, 'utf16le');

const RTF = Buffer.from("{\\rtf1\\ansi\\ansicpg874{\\fonttbl{\\f0 Arial;}}\\f0 \\'cb\\'b9\\'d1\\'a7\\par second\\u3585?\\par}");
const UNCOMPRESSED = Buffer.concat([u32(RTF.length + 12), u32(RTF.length), u32(0x414c454d), u32(0), RTF]);

const LETTER = tnef(
  attribute(1, 0x00069007, Buffer.concat([u32(874), u32(0)])),
  attribute(1, 0x00069003, properties(property(0x1e, 0x1000, Buffer.from('the body\r\n\0')), property(0x102, 0x1009, UNCOMPRESSED))),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('SHORT~1.PDF\0')),
  attribute(2, 0x0006800f, Buffer.from('%PDF-1')),
  attribute(
    2,
    0x00069005,
    properties(property(0x1f, 0x3707, wide('หนังสือราชการ.pdf')), property(0x1e, 0x370e, Buffer.from('application/pdf\0'))),
  ),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('\xcb\xb9\xd1\xa7.doc\0', 'latin1')),
  attribute(2, 0x0006800f, Buffer.from('word')),
);

const mail = (bytes: Buffer) =>
  Buffer.concat([
    Buffer.from(
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n',
    ),
    Buffer.from(bytes.toString('base64')),
    Buffer.from('\r\n--b--\r\n'),
  ]);

describe('winmail.dat', () => {
  test('its files are listed beneath it, its body is read when there is no other', async () => {
    const { message, paths, part, bytes } = await readText(mail(LETTER));
    expect(paths).toEqual(['1', '1.1', '1.2', '1.3']);
    expect(part('1')).toMatchObject({ role: 'container', contentType: 'application/ms-tnef', size: LETTER.length });
    expect(part('1.1')).toMatchObject({
      name: 'หนังสือราชการ.pdf',
      contentType: 'application/pdf',
      origin: 'tnef',
      parent: '1',
      depth: 1,
      role: 'attachment',
    });
    expect(bytes('1.1')).toBe('%PDF-1');
    expect(part('1.2')).toMatchObject({ name: 'หนัง.doc', contentType: 'application/msword' });
    expect(part('1.3')).toMatchObject({ contentType: 'application/rtf', role: 'body' });
    expect(message.text).toBe('the body\n');
  });

  test('what is no TNEF stays a file', async () => {
    const { part, codes } = await readText(mail(Buffer.from('something else')));
    expect([part('1').role, codes]).toEqual(['attachment', ['tnef-unreadable 1']]);
  });

  test('cut at any byte it gives what came before and never throws', () => {
    for (let length = 0; length < LETTER.length; length++) {
      const read = readTnef(LETTER.subarray(0, length), 'windows-874');
      if (read !== null) expect(read.files.length).toBeLessThanOrEqual(2);
    }
    expect(readTnef(LETTER, 'windows-874')?.complete).toBe(true);
    expect(readTnef(LETTER.subarray(0, LETTER.length - 30), 'windows-874')).toMatchObject({ complete: false });
  });

  test('lengths that lie are not believed', () => {
    const lying = tnef(
      attribute(1, 0x00069003, Buffer.concat([u32(0xffffffff), u16(0x1e), u16(0x1000), u32(0xffffffff), u32(0xffffffff)])),
    );
    expect(readTnef(lying, 'windows-874')).toMatchObject({ plain: null, files: [] });
    const long = Buffer.concat([tnef(), Buffer.from([1]), u32(0x0002800c), u32(0xfffffff0), Buffer.from('abc')]);
    expect(readTnef(long, 'windows-874')).toMatchObject({ plain: 'abc', complete: false });
  });
});

describe('rich text', () => {
  test('the specification’s own example is uncompressed', () => {
    const compressed = Buffer.from(
      '2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0'.replaceAll(' ', ''),
      'hex',
    );
    expect(decompressRtf(compressed)?.toString('latin1')).toBe('{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n');
  });

  test('its text comes out, in its code page', () => {
    expect(rtfText(RTF, 'windows-874')).toBe('หนัง\nsecondก');
  });

  test.each(['', 'x', 'short'])('%j is no compressed RTF', text => {
    expect(decompressRtf(Buffer.from(text))).toBeNull();
  });
});
