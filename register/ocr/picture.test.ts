import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPdf, pictureOf } from './picture.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name));

/** A TIFF of directories alone. `next`: where the last one leads. */
function tiff(pages: { width: number; height: number }[], little = true, next = 0): Buffer {
  const size = 2 + 2 * 12 + 4;
  const bytes = Buffer.alloc(8 + pages.length * size);
  const u16 = (value: number, at: number) => (little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at));
  const u32 = (value: number, at: number) => (little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at));
  bytes.write(little ? 'II*\0' : 'MM\0*', 'latin1');
  u32(8, 4);
  for (const [index, page] of pages.entries()) {
    const at = 8 + index * size;
    u16(2, at);
    for (const [field, value] of [page.width, page.height].entries()) {
      u16(256 + field, at + 2 + field * 12);
      u16(4, at + 4 + field * 12);
      u32(value, at + 10 + field * 12);
    }
    u32(index + 1 < pages.length ? at + size : next, at + size - 4);
  }
  return bytes;
}

/** Start of image, a comment whose bytes look like a frame, a table, the frame. */
const JPEG = Buffer.from('ffd8fffe000affc0000b08000100ffc40003aaffc0001108012c01900301220002110103110100', 'hex');

test('what a file is, and how large, by its own bytes', () => {
  expect(pictureOf(fixture('letter.png'))).toEqual({ kind: 'png', width: 1240, height: 1754, pages: 1 });
  expect(pictureOf(JPEG)).toEqual({ kind: 'jpeg', width: 400, height: 300, pages: 1 });
  expect(pictureOf(tiff([{ width: 800, height: 600 }]))).toEqual({ kind: 'tiff', width: 800, height: 600, pages: 1 });
  expect(
    pictureOf(
      tiff(
        [1, 2, 3].map(page => ({ width: page * 100, height: 50 })),
        false,
      ),
    ),
  ).toEqual({ kind: 'tiff', width: 300, height: 50, pages: 3 });
  expect(pictureOf(Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1'))).toMatchObject({ kind: 'webp', width: null });
  const bmp = Buffer.alloc(54);
  bmp.write('BM');
  for (const [at, value] of [
    [14, 40],
    [18, 640],
    [22, -480],
  ] as const)
    bmp.writeInt32LE(value, at);
  expect(pictureOf(bmp)).toEqual({ kind: 'bmp', width: 640, height: 480, pages: 1 });
  expect([isPdf(fixture('letter.pdf')), isPdf(Buffer.from('\r\n junk %PDF-1.4')), isPdf(fixture('letter.png'))]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a list of this machine’s files is no picture, whatever it begins with', () => {
  for (const mark of ['\x89PNG', 'BM', 'RIFF', 'II*\0', 'MM\0*'])
    expect(pictureOf(Buffer.from(`${mark}\n/etc/passwd\n/some/where/of/ours.png\n`, 'latin1'))).toBeNull();
});

test('a file that is cut, lies or runs in a circle is taken as far as it goes', () => {
  expect(pictureOf(tiff([{ width: 10, height: 10 }], true, 8))).toMatchObject({ pages: 1 });
  expect(pictureOf(tiff([{ width: 10, height: 10 }], true, 0xfffffff0))).toMatchObject({ pages: 1 });
  for (const whole of [
    fixture('letter.png').subarray(0, 64),
    JPEG,
    tiff([
      { width: 1, height: 1 },
      { width: 2, height: 2 },
    ]),
    Buffer.from('BM'.padEnd(30, '\x7f')),
  ])
    for (let length = 0; length < whole.length; length++) expect(() => pictureOf(whole.subarray(0, length))).not.toThrow();
  for (const other of ['', 'GIF89a', '<svg/>', 'PK\x03\x04', 'RIFF\0\0\0\0WAVE'])
    expect(pictureOf(Buffer.from(other, 'latin1'))).toBeNull();
});
