import { describe, expect, test } from 'vitest';
import {
  buddhistYear,
  calendarYear,
  dayInZone,
  findDates,
  formatDay,
  formatEnglishDate,
  formatThaiDate,
  formatThaiTime,
  parseThaiDate,
} from './thai-date.ts';

describe('parseThaiDate', () => {
  test.each([
    ['20 พฤศจิกายน 2569', '2026-11-20'],
    ['๒๐ พฤศจิกายน ๒๕๖๙', '2026-11-20'],
    ['๒๐ พ.ย. ๖๙', '2026-11-20'],
    ['20 พย 69', '2026-11-20'],
    ['20 พ. ย. 2569', '2026-11-20'],
    ['20พ.ย.2569', '2026-11-20'],
    ['วันที่ 20 เดือน พฤศจิกายน พ.ศ. 2569', '2026-11-20'],
    ['ลงวันที่  1 มกราคม พ.ศ.๒๕๗๐', '2027-01-01'],
    ['20 พฤศจิกายน พุทธศักราช ๒๕๖๙', '2026-11-20'],
    ['20 พฤศจิกายน ค.ศ. 2026', '2026-11-20'],
    ['20 พฤศจิกายน 2026', '2026-11-20'],
    ['5 กรกฏาคม 2569', '2026-07-05'],
    ['14 กุมภาพันธ 2569', '2026-02-14'],
    ['29 กุมภาพันธ์ 2571', '2028-02-29'],
    ['20\u00a0พฤศจิกายน\u00a02569', '2026-11-20'],
    ['20 Nov 2026', '2026-11-20'],
    ['20-Nov-2026', '2026-11-20'],
    ['20th November 2569', '2026-11-20'],
    ['November 20, 2026', '2026-11-20'],
    ['2 May 2026', '2026-05-02'],
    ['2026-11-20', '2026-11-20'],
    ['2569-11-20', '2026-11-20'],
    ['20/11/2569', '2026-11-20'],
    ['๒๐/๑๑/๒๕๖๙', '2026-11-20'],
    ['1.2.2569', '2026-02-01'],
    ['20/11/2026', '2026-11-20'],
    ['20/11/69', '2026-11-20'],
  ])('%s', (text, iso) => {
    expect(parseThaiDate(text)).toBe(iso);
  });

  test.each([
    ['31 เมษายน 2569'],
    ['29 กุมภาพันธ์ 2569'],
    ['0 มกราคม 2569'],
    ['32 มกราคม 2569'],
    ['31/11/2569'],
    ['20/13/2569'],
    ['2026-02-30'],
    ['2026-13-01'],
    ['20/11/26'],
    ['1.2.55'],
    ['20 พฤศจิกายน'],
    ['พฤศจิกายน 2569'],
    ['20 พฤศจิกายน 1200'],
    ['20 พฤศจิกายน 25699'],
    ['ประชุม 20 พฤศจิกายน 2569'],
    ['20 พฤศจิกายน 2569 และ'],
    ['120 พฤศจิกายน 2569'],
    ['tomorrow'],
    [''],
  ])('null for %j', text => {
    expect(parseThaiDate(text)).toBeNull();
  });
});

test('findDates: in order, with positions, impossible days left out', () => {
  const text = 'ลงวันที่ 20 พ.ย. 2569 ประชุม 31 เมษายน 2569 หรือ 1/12/2569 (2026-12-05)';
  expect(findDates(text).map(({ iso, index, length }) => [iso, text.slice(index, index + length)])).toEqual([
    ['2026-11-20', '20 พ.ย. 2569'],
    ['2026-12-01', '1/12/2569'],
    ['2026-12-05', '2026-12-05'],
  ]);
});

describe('years and formats', () => {
  const bangkok = 'Asia/Bangkok';
  const lastMoment = new Date('2026-12-31T16:59:59.999Z');
  const newYear = new Date('2026-12-31T17:00:00Z');

  test('the year turns at midnight of the zone', () => {
    expect(buddhistYear(lastMoment, bangkok)).toBe(2569);
    expect(buddhistYear(newYear, bangkok)).toBe(2570);
    expect(buddhistYear(newYear, 'UTC')).toBe(2569);
    expect(calendarYear(newYear, bangkok, 'gregory')).toBe(2027);
    expect(calendarYear(newYear, bangkok, 'buddhist')).toBe(2570);
    expect(dayInZone(newYear, bangkok)).toBe('2027-01-01');
  });

  test('an unknown zone is refused, not guessed', () => {
    expect(() => buddhistYear(newYear, 'Asia/Nowhere')).toThrow(RangeError);
  });

  test('Thai and English', () => {
    expect(formatThaiDate(newYear, { style: 'long', digits: 'arabic', timeZone: bangkok })).toBe('1 มกราคม 2570');
    expect(formatThaiDate(lastMoment, { style: 'long', digits: 'thai', timeZone: bangkok })).toBe('๓๑ ธันวาคม ๒๕๖๙');
    expect(formatThaiDate(lastMoment, { style: 'short', digits: 'arabic', timeZone: bangkok })).toBe('31 ธ.ค. 2569');
    expect(formatThaiDate(newYear, { style: 'numeric', digits: 'thai', timeZone: bangkok })).toBe('๐๑/๐๑/๒๕๗๐');
    expect(formatEnglishDate(newYear, { style: 'long', timeZone: bangkok })).toBe('1 January 2027');
    expect(formatEnglishDate(newYear, { style: 'short', timeZone: bangkok })).toBe('1 Jan 2027');
    expect(formatThaiTime(newYear, { digits: 'arabic', timeZone: bangkok })).toBe('00.00 น.');
    expect(formatThaiTime(lastMoment, { digits: 'thai', timeZone: bangkok })).toBe('๒๓.๕๙ น.');
  });

  test('a day without a clock does not shift, and nonsense is shown as it is', () => {
    expect(formatDay('2026-11-20', { language: 'th', style: 'long', digits: 'thai' })).toBe('๒๐ พฤศจิกายน ๒๕๖๙');
    expect(formatDay('2026-11-20', { language: 'en', style: 'short', digits: 'thai' })).toBe('20 Nov 2026');
    expect(formatDay('2026-02-31', { language: 'th', style: 'long', digits: 'thai' })).toBe('2026-02-31');
    expect(formatDay('soon', { language: 'th', style: 'long', digits: 'thai' })).toBe('soon');
  });

  test('what is written can be read back', () => {
    for (let month = 0; month < 12; month++) {
      const date = new Date(Date.UTC(2026, month, 28, 5));
      for (const style of ['long', 'short', 'numeric'] as const) {
        for (const digits of ['arabic', 'thai'] as const) {
          expect(parseThaiDate(formatThaiDate(date, { style, digits, timeZone: bangkok }))).toBe(date.toISOString().slice(0, 10));
        }
        expect(parseThaiDate(formatEnglishDate(date, { style, timeZone: bangkok }))).toBe(date.toISOString().slice(0, 10));
      }
    }
  });
});
