import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { documentText } from './document-text.ts';
import { walkXml } from './xml-walk.ts';

const PDF = 'application/pdf';
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const ODT = 'application/vnd.oasis.opendocument.text';

/** A PDF of our own: each page's lines in a Type 0 font whose codes are the characters' own UTF-16 units, told by a ToUnicode map. */
function makePdf(pages: string[][]): Uint8Array {
  const hex = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');
  const stream = (content: string): string => `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
  const map =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n' +
    '1 begincodespacerange <0000> <ffff> endcodespacerange\n2 beginbfrange <0020> <007e> <0020> <0e00> <0e5f> <0e00> endbfrange\nendcmap end end';
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${6 + index * 2} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type0 /BaseFont /Thai /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>',
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Thai /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 /FontDescriptor << /Type /FontDescriptor /FontName /Thai /Flags 4 >> >>',
    stream(map),
    ...pages.flatMap((lines, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents ${7 + index * 2} 0 R >>`,
      stream(`BT /F 16 Tf 20 TL 50 800 Td ${lines.map(line => `<${hex(line)}> Tj T*`).join(' ')} ET`),
    ]),
  ];
  let file = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

/** A ZIP of our own, so that its directory can lie: `claim` is the unpacked size it declares. */
function makeZip(entries: { name: string; data: string | Buffer; claim?: number }[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, claim } of entries) {
    const raw = Buffer.from(data);
    const packed = deflateRawSync(raw);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claim ?? raw.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

const paragraph = (...runs: string[]): string =>
  `<w:p><w:pPr><w:t>no</w:t></w:pPr>${runs.map(run => `<w:r><w:t xml:space="preserve">${run}</w:t></w:r>`).join('')}</w:p>`;
const docx = (body: string, more: { name: string; data: string }[] = []): Uint8Array =>
  makeZip([{ name: 'word/document.xml', data: `<?xml version="1.0"?><w:document><w:body>${body}</w:body></w:document>` }, ...more]);
const read = async (contentType: string, bytes: Uint8Array, name: string | null = null) => documentText({ contentType, name, bytes });
const codes = (result: { notes: { code: string }[] } | null): string[] => (result?.notes ?? []).map(note => note.code);

describe('PDF', () => {
  test('Thai lines and pages', async () => {
    const result = await read(PDF, makePdf([['ที่ มท ๐๒๐๑.๒/ว ๑๕๙๐', 'เรื่อง ขอเชิญประชุม'], ['Page two']]));
    expect(result).toEqual({ text: expect.stringMatching(/^ที่ มท ๐๒๐๑\.๒\/ว ๑๕๙๐\nเรื่อง ขอเชิญประชุม\n*\fPage two\n*$/), notes: [] });
  });

  test('ำ torn off its consonant is joined again', async () => {
    expect((await read(PDF, makePdf([['ส ำนักงาน ก าหนด']])))?.text.trim()).toBe('สำนักงาน กำหนด');
  });

  test('glyphs without a character: tones are dropped, ำ is mended, and a note says so', async () => {
    const result = await read(PDF, makePdf([['เรื\u0000อง น\u0000าประปา']]));
    expect(result?.text.trim()).toBe('เรือง นำประปา');
    expect(codes(result)).toEqual(['document-marks-lost']);
  });

  test('a PDF is known by its first bytes, whatever it is called', async () => {
    expect((await read('application/octet-stream', makePdf([['abc']]), 'scan.dat'))?.text.trim()).toBe('abc');
  });

  test('a scan without text says so', async () => {
    expect(codes(await read(PDF, makePdf([[]])))).toEqual(['document-no-text']);
  });

  test('more pages than are read', async () => {
    const result = await read(PDF, makePdf(Array.from({ length: 305 }, () => ['a'])));
    expect(codes(result)).toEqual(['document-cut']);
    expect(result?.text.split('\f')).toHaveLength(300);
  });

  test('the bytes handed in are left as they were', async () => {
    const bytes = makePdf([['abc']]);
    const before = Buffer.from(bytes);
    await read(PDF, bytes);
    expect(Buffer.from(bytes).equals(before)).toBe(true);
  });

  test('a password is asked for: encrypted', async () => {
    const locked = Buffer.from(makePdf([['abc']]))
      .toString('latin1')
      .replace(
        '/Root 1 0 R',
        `/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> >>`,
      );
    expect(codes(await read(PDF, Buffer.from(locked, 'latin1')))).toEqual(['document-encrypted']);
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['only a head', Buffer.from('%PDF-1.7\n')],
    ['cut', Buffer.from(makePdf([['abc']])).subarray(0, 300)],
    ['noise', Buffer.from(`%PDF-1.7\n${'\x00\xff<<[('.repeat(5000)}`, 'latin1')],
  ])('broken: %s', async (_name, bytes) => {
    const result = await read(PDF, bytes);
    expect(result?.text).toBe('');
    expect(codes(result)).toHaveLength(1);
  });
});

describe('DOCX', () => {
  test('headers first, runs joined, breaks, tabs, tables, text boxes once, deleted text not', async () => {
    const body =
      paragraph('ที่ มท ', '0201/5') +
      '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c &amp; &#3585;</w:t></w:r><w:del><w:r><w:t>gone</w:t></w:r></w:del></w:p>' +
      `<w:tbl><w:tr><w:tc>${paragraph('one')}</w:tc><w:tc>${paragraph('two')}</w:tc></w:tr></w:tbl>` +
      `<mc:AlternateContent><mc:Choice>${paragraph('box')}</mc:Choice><mc:Fallback>${paragraph('box')}</mc:Fallback></mc:AlternateContent>`;
    const result = await read(DOCX, docx(body, [{ name: 'word/header1.xml', data: `<w:hdr>${paragraph('ลับ')}</w:hdr>` }]));
    expect(result).toEqual({ text: 'ลับ\nที่ มท 0201/5\na\tb\nc & ก\none \ttwo\nbox', notes: [] });
  });

  test('by its name when the type says nothing', async () => {
    expect((await read('application/octet-stream', docx(paragraph('x')), 'หนังสือ.DOCX'))?.text).toBe('x');
  });

  test('a bomb is not unpacked, whether it owns up or lies about its size', async () => {
    const big = Buffer.alloc(20 * 1024 * 1024, 'a');
    expect(codes(await read(DOCX, makeZip([{ name: 'word/document.xml', data: big }])))).toEqual(['document-too-large']);
    expect(codes(await read(DOCX, makeZip([{ name: 'word/document.xml', data: 'x', claim: 4_000_000_000 }])))).toEqual([
      'document-too-large',
    ]);
    const lying = await read(DOCX, makeZip([{ name: 'word/document.xml', data: big, claim: 1000 }]));
    expect(lying?.text.length ?? 0).toBeLessThanOrEqual(1000);
  });

  test('too many entries', async () => {
    const entries = Array.from({ length: 5001 }, (_, index) => ({ name: `e${index}`, data: '' }));
    expect(codes(await read(DOCX, makeZip(entries)))).toEqual(['document-too-large']);
  });

  test('encrypted, broken, cut, without a document', async () => {
    expect(codes(await read(DOCX, Buffer.from('d0cf11e0a1b11ae1', 'hex')))).toEqual(['document-encrypted']);
    expect(codes(await read(DOCX, Buffer.from('not a zip')))).toEqual(['document-broken']);
    expect(codes(await read(DOCX, Buffer.alloc(0)))).toEqual(['document-broken']);
    expect(codes(await read(DOCX, Buffer.from(docx(paragraph('x'))).subarray(0, 60)))).toEqual(['document-broken']);
    expect(codes(await read(DOCX, makeZip([{ name: 'x', data: 'y' }])))).toEqual(['document-broken']);
  });

  test('text longer than the limit is cut with a note', async () => {
    const words = Array.from({ length: 300_000 }, (_, index) => paragraph(`w${index}`)).join('');
    const result = await read(DOCX, docx(words));
    expect(result?.text).toHaveLength(2_000_000);
    expect(codes(result)).toEqual(['document-cut']);
  }, 20_000);

  test('XML cut in mid-tag gives what came before', async () => {
    expect((await read(DOCX, makeZip([{ name: 'word/document.xml', data: '<w:p><w:r><w:t>abc</w:t></w:r></w:p><w:p a="' }])))?.text).toBe(
      'abc',
    );
  });
});

describe('ODT', () => {
  const content = (body: string): string =>
    `<!DOCTYPE x [<!ENTITY a "aaaa">]><office:document-content><office:body><office:text>\n  ${body}\n</office:text></office:body></office:document-content>`;

  test('paragraphs, blanks, tabs, header', async () => {
    const bytes = makeZip([
      {
        name: 'content.xml',
        data: content(
          '<text:p>ที่<text:s text:c="3"/>มท\n   0201/5<text:tab/>x</text:p>\n  <text:h>&a; <text:span>b</text:span></text:h><text:p/>',
        ),
      },
      {
        name: 'styles.xml',
        data: '<s><style:header><text:p>ลับมาก</text:p></style:header><style:footer><text:p>foot</text:p></style:footer></s>',
      },
    ]);
    expect(await read(ODT, bytes)).toEqual({ text: expect.stringMatching(/^ลับมาก\n\s*ที่ {3}มท 0201\/5\tx\n &a; b\s*\nfoot$/), notes: [] });
  });

  test('encrypted or without content', async () => {
    const manifest = { name: 'META-INF/manifest.xml', data: '<manifest:encryption-data/>' };
    expect(codes(await read(ODT, makeZip([manifest, { name: 'content.xml', data: 'xx' }])))).toEqual(['document-encrypted']);
    expect(codes(await read(ODT, makeZip([{ name: 'mimetype', data: ODT }])))).toEqual(['document-broken']);
  });
});

describe('plain text and others', () => {
  test('UTF-8, UTF-16 and undeclared Thai', async () => {
    expect(await read('text/plain; charset=utf-8', Buffer.from('\ufeffสวัสดี\u0000'))).toEqual({ text: 'สวัสดี', notes: [] });
    expect((await read('text/plain', Buffer.from('\ufeffสวัสดี', 'utf16le')))?.text).toBe('สวัสดี');
    const old = await read('text/plain', Buffer.from([0xca, 0xc7, 0xd1, 0xca, 0xb4, 0xd5]));
    expect(old?.text).toBe('สวัสดี');
    expect(codes(old)).toEqual(['document-charset-guessed']);
  });

  test('what is not known is null', async () => {
    expect(await read('image/png', Buffer.from('\x89PNG'), 'a.png')).toBeNull();
    expect(await read('application/msword', Buffer.from('d0cf11e0', 'hex'), 'a.doc')).toBeNull();
    expect(await read('', Buffer.alloc(0))).toBeNull();
  });
});

test('the XML walk knows comments, CDATA, quotes in attributes and bad entities', () => {
  const seen: string[] = [];
  walkXml('<?x?><a b=">"><!-- <c> --><![CDATA[<d>]]>&lt;&#x0;&#1114112;&nope;</a >', {
    open: (name, attributes, empty) => seen.push(`+${name}|${attributes}|${empty}`),
    close: name => seen.push(`-${name}`),
    text: text => seen.push(text),
    enough: () => false,
  });
  expect(seen).toEqual(['+a| b=">"|false', '<d>', '<\u0000\ufffd&nope;', '-a']);
});
