import { describe, expect, test } from 'vitest';
import { findLetterNumber, findLetterNumbers, parseLetterNumber } from './letter-number.ts';

describe('parseLetterNumber', () => {
  test.each([
    ['มท 0201.2/ว 1590', 'มท 0201.2/ว 1590', 'มท 0201.2', true, '1590'],
    ['ที่ มท ๐๒๐๑.๒/ว๑๕๙๐', 'มท 0201.2/ว 1590', 'มท 0201.2', true, '1590'],
    ['อก 0905/0007', 'อก 0905/0007', 'อก 0905', false, '0007'],
    ['ศธ0512.1/0451', 'ศธ 0512.1/0451', 'ศธ 0512.1', false, '0451'],
    ['นว\u00a071001 / 123', 'นว 71001/123', 'นว 71001', false, '123'],
    ['ที่: กค 0405.4 / ว 322', 'กค 0405.4/ว 322', 'กค 0405.4', true, '322'],
    ['ศย 016/ว 12', 'ศย 016/ว 12', 'ศย 016', true, '12'],
    ['อว 69.3.1.2/1234', 'อว 69.3.1.2/1234', 'อว 69.3.1.2', false, '1234'],
    ['สปสช. 5.30/ว.01234', 'สปสช 5.30/ว 01234', 'สปสช 5.30', true, '01234'],
    ['ตช 0001(ป)/ว 45', 'ตช 0001(ป)/ว 45', 'ตช 0001(ป)', true, '45'],
    ['No. MFA 0502/1234', 'MFA 0502/1234', 'MFA 0502', false, '1234'],
  ])('%s', (text, normal, prefix, circular, number) => {
    expect(parseLetterNumber(text)).toMatchObject({ normal, prefix, circular, number });
  });

  test('the raw form keeps the digits of the sender', () => {
    expect(parseLetterNumber('ที่ มท ๐๒๐๑.๒/ว ๑๕๙๐')?.raw).toBe('มท ๐๒๐๑.๒/ว ๑๕๙๐');
  });

  test.each([
    [''],
    ['-'],
    ['ไม่มี'],
    ['1234/2569'],
    ['มท 0201'],
    ['มท/ว 1590'],
    ['มท 0201.2/ว 1590 ลงวันที่ 20'],
    ['ถนน 1234/5'],
    ['x'.repeat(10_000)],
  ])('null for %j', text => {
    expect(parseLetterNumber(text)).toBeNull();
  });
});

describe('findLetterNumbers', () => {
  test('in running text, with positions', () => {
    const text = 'ตามหนังสือที่ มท 0201.2/ว 1590 ลงวันที่ 20 พ.ย. 2569 และ ที่ นว ๗๑๐๐๑/๑๒๓';
    expect(findLetterNumbers(text).map(({ raw, index, length }) => [raw, text.slice(index, index + length)])).toEqual([
      ['มท 0201.2/ว 1590', 'มท 0201.2/ว 1590'],
      ['นว ๗๑๐๐๑/๑๒๓', 'นว ๗๑๐๐๑/๑๒๓'],
    ]);
  });

  test.each([
    ['บ้านเลขที่ 123/4 ถนน 1234/5'],
    ['ประชุมครั้งที่ 3/2569'],
    ['เมื่อ พศ 2569/12'],
    ['หน้า 12/34'],
    ['โทร 0201/55'],
    ['การ 0201/55'],
    ['เวลา 10.30/11.30'],
    ['1/2/2569'],
    [''],
  ])('nothing in %j', text => {
    expect(findLetterNumber(text)).toBeNull();
  });

  test('hostile lengths stay fast', () => {
    expect(findLetterNumbers(`${'ที่ '.repeat(50_000)}${' '.repeat(200_000)}มท ${'0201.'.repeat(50_000)}`)).toEqual([]);
    expect(findLetterNumbers('มท 0201/1 '.repeat(20_000))).toHaveLength(20_000);
  });
});
