import { describe, expect, it } from 'vitest';
import { readBook, writeBook } from './csv.ts';

const NONE = { nameTh: 'ก', nameEn: '', code: '', domain: '', addresses: [], phone: '', officer: '' };
const bytes = (text: string) => Buffer.from(text);
const rowsOf = (input: string | Buffer) => {
  const read = readBook(typeof input === 'string' ? bytes(input) : input);
  if (read.outcome === 'faults') throw new Error(JSON.stringify(read.faults));
  return read.rows;
};
const faultsOf = (input: string) => {
  const read = readBook(bytes(input));
  return read.outcome === 'faults' ? read.faults.map(fault => [fault.line, fault.message.en]) : read;
};

describe('export', () => {
  it('begins with a byte order mark and quotes what needs it', () => {
    expect(writeBook([{ ...NONE, nameTh: 'กรม "ก", ข', addresses: ['a@b.go.th', 'c@b.go.th'] }])).toBe(
      '\ufeffname_th,name_en,code,domain,addresses,phone,officer\r\n"กรม ""ก"", ข",,,,a@b.go.th c@b.go.th,,\r\n',
    );
  });

  it.each(['=HYPERLINK("http://x")', '+66 2 123', '-1', '@SUM(A1)', '\tx', '\rx'])(
    'makes %j text, not a formula, and takes it back as it was',
    value => {
      const text = writeBook([{ ...NONE, nameTh: value, phone: value }]);
      for (const cell of text.split('\r\n')[1]?.split(',') ?? []) expect(cell).not.toMatch(/^"?[=+\-@\t\r]/);
      expect(rowsOf(text)[0]?.fields).toMatchObject({ nameTh: value, phone: value });
    },
  );

  it('is read back whole', () => {
    const row = {
      nameTh: "โรงพยาบาล 'ก'\nสาขา",
      nameEn: 'A; "B"',
      code: 'มท 0201.2',
      domain: 'a.go.th',
      addresses: ['a@a.go.th', 'b@a.go.th'],
      phone: '0-2',
      officer: 'น.ส. ก',
    };
    expect(rowsOf(writeBook([row, NONE])).map(one => one.fields)).toEqual([row, NONE]);
  });
});

describe('import', () => {
  it('takes commas, semicolons and tabs, headings in Thai or English, in any order', () => {
    expect(rowsOf('domain,name_th\na.go.th,กรม ก\n')[0]?.fields).toMatchObject({ nameTh: 'กรม ก', domain: 'a.go.th', phone: '' });
    expect(rowsOf('ชื่อ;โทรศัพท์;ที่อยู่ไปรษณีย์อิเล็กทรอนิกส์\r\nกรม ก;02;a@b.c; \r\n')[0]?.fields).toMatchObject({
      nameTh: 'กรม ก',
      phone: '02',
      addresses: ['a@b.c'],
    });
    expect(rowsOf('NAME_TH\taddresses\nก\ta@b.c, d@e.f;g@h.i\n')[0]?.fields.addresses).toEqual(['a@b.c', 'd@e.f', 'g@h.i']);
    expect(rowsOf('name_th,colour\nก,red')[0]?.fields).toMatchObject({ nameTh: 'ก' });
  });

  it('reads what a Thai Excel saves: Windows-874', () => {
    const thai = [...'ชื่อ,กรม ก'].map(char => (char.charCodeAt(0) >= 0xe01 ? char.charCodeAt(0) - 0xe00 + 0xa0 : char.charCodeAt(0)));
    const comma = thai.indexOf(0x2c);
    expect(rowsOf(Buffer.from([...thai.slice(0, comma), 0x0a, ...thai.slice(comma + 1)]))[0]?.fields.nameTh).toBe('กรม ก');
  });

  it('counts lines as an editor does, over line ends inside cells and empty lines', () => {
    expect(rowsOf('name_th\n"a\nb"\n\n\nc\n').map(row => row.line)).toEqual([2, 6]);
  });

  it('says what is wrong, and where', () => {
    expect(faultsOf('')).toEqual([[0, 'The file is empty.']]);
    expect(faultsOf('\ufeff\n \n')).toEqual([[0, 'The file is empty.']]);
    expect(faultsOf('ก,ข\nค,ง')).toMatchObject([[1, expect.stringContaining('name_th')]]);
    expect(faultsOf('name_th\nok\n"open\nmore')).toEqual([[3, 'A quotation mark is opened and never closed.']]);
    expect(faultsOf('name_th,code\nก,1\nข,2,3\n')).toEqual([[3, 'It has more cells than the first line.']]);
    expect(faultsOf(`name_th\n${'x\n'.repeat(10_001)}`)).toMatchObject([[0, 'More than 10000 lines.']]);
  });

  it('bears anything', () => {
    for (const text of ['"', '""', '\u0000', 'name_th\n\u0000"x"y"', ',,,\n,,,', "name_th\n'", 'name_th\n"""'])
      expect(() => readBook(bytes(text))).not.toThrow();
    expect(() => readBook(Buffer.from([0xff, 0xfe, 0x00, 0x81]))).not.toThrow();
  });
});
