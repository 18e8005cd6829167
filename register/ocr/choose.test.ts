import { expect, test } from 'vitest';
import { type PartToChoose, scansOf } from './choose.ts';

const part = (path: string, change: Partial<PartToChoose>): PartToChoose => ({
  path,
  role: 'attachment',
  contentType: 'image/jpeg',
  name: null,
  size: 300_000,
  ...change,
});
const chosen = (parts: PartToChoose[], documents: { path: string; text: string }[] = []) => scansOf(parts, documents).map(one => one.path);

test('a PDF is a scan when it was opened and holds no text', () => {
  const pdf = part('2', { contentType: 'application/pdf' });
  expect(chosen([pdf], [{ path: '2', text: ' \n\f' }])).toEqual(['2']);
  expect(chosen([pdf], [{ path: '2', text: 'เรื่อง' }])).toEqual([]);
  // Never opened (too many documents, or the reader gave up): whether it has a text is not known.
  expect(chosen([pdf])).toEqual([]);
  expect(chosen([part('2', { contentType: 'application/octet-stream', name: 'SCAN_1.PDF' })], [{ path: '2', text: '' }])).toEqual(['2']);
  expect(chosen([part('2', { contentType: 'application/vnd.oasis.opendocument.text' })], [{ path: '2', text: '' }])).toEqual([]);
});

test('pictures by type, or by name where the type says nothing', () => {
  const types = [
    'image/png',
    'image/jpg',
    'image/pjpeg',
    'image/tiff',
    'image/x-ms-bmp',
    'image/webp',
    'image/gif',
    'image/svg+xml',
    'video/mp4',
  ];
  expect(chosen(types.map((contentType, index) => part(String(index), { contentType })))).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(chosen([part('1', { contentType: 'application/octet-stream', name: 'a.TIF' })])).toEqual(['1']);
  expect(chosen([part('1', { contentType: 'application/octet-stream', name: 'a.exe' })])).toEqual([]);
  expect(chosen([part('1', { contentType: 'text/html', name: 'a.png' })])).toEqual([]);
});

test('logos are not: small ones inside the mail, and any inside a mail whose attachment has a text', () => {
  expect(chosen([part('1', { role: 'inline', size: 20_479 }), part('2', { role: 'inline', size: 20_480 })])).toEqual(['2']);
  expect(chosen([part('1', { size: 4_095 }), part('2', { size: 4_096 })])).toEqual(['2']);
  const beside = [part('1', { role: 'inline' }), part('2', {}), part('3', { contentType: 'application/pdf' })];
  expect(chosen(beside, [{ path: '3', text: 'ที่ มท 1' }])).toEqual(['2']);
  expect(chosen([part('1', { role: 'body' }), part('2', { role: 'container' })])).toEqual([]);
  // What was recognised before is no text of a document.
  expect(chosen([part('1', { role: 'inline' })], [{ path: 'ocr:1', text: 'recognised' }])).toEqual(['1']);
});

test('no more than twenty files of one letter', () => {
  expect(chosen(Array.from({ length: 30 }, (_, index) => part(String(index + 1), {})))).toHaveLength(20);
});
