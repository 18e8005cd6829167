import { describe, expect, it } from 'vitest';
import { formatFor } from './format.ts';
import { ownPath } from './page.ts';
import { disposition } from './pages/files.ts';
import { addressKey } from './throttle.ts';

const at = new Date('2026-11-22T17:05:09.000Z');

describe('dates and numbers', () => {
  it('names the classified register, which gives the same numbers again', () => {
    const habits = { timeZone: 'Asia/Bangkok', numerals: 'thai' } as const;
    const [th, en] = [formatFor({ ...habits, language: 'th' }), formatFor({ ...habits, language: 'en' })];
    const number = { number: 3, year: 2569 };
    expect(th.registerNumber({ ...number, register: 'receive' })).toBe('๓/๒๕๖๙');
    expect(th.registerNumber({ ...number, register: 'receive-classified' })).toBe('ลับ ๓/๒๕๖๙');
    expect(en.registerNumber({ ...number, register: 'receive-classified' })).toMatch(/^classified /);
  });

  it('follow the agency’s zone, digits and the reader’s language', () => {
    const arabic = formatFor({ language: 'th', timeZone: 'Asia/Bangkok', numerals: 'arabic' });
    expect([arabic.date(at), arabic.longDate(at), arabic.time(at), arabic.clock(at), arabic.isoDay(at)]).toEqual([
      '23 พ.ย. 2569',
      '23 พฤศจิกายน 2569',
      '00:05',
      '00:05:09',
      '2026-11-23',
    ]);
    expect(arabic.weekday(at)).toBe('วันจันทร์ 23 พฤศจิกายน 2569');
    const thai = formatFor({ language: 'th', timeZone: 'Asia/Bangkok', numerals: 'thai' });
    expect([thai.registerNumber({ number: 1284, year: 2569 }), thai.time(at), thai.number(1284113)]).toEqual([
      '๑๒๘๔/๒๕๖๙',
      '๐๐:๐๕',
      '๑,๒๘๔,๑๑๓',
    ]);
    const english = formatFor({ language: 'en', timeZone: 'UTC', numerals: 'thai' });
    expect([english.date(at), english.time(at), english.day('2026-11-20')]).toEqual(['22 Nov 2026', '17:05', '20 Nov 2026']);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [43_210, '43 kB'],
    [1_284_113, '1.3 MB'],
    [999_999, '1.0 MB'],
    [52_428_800, '52 MB'],
    [3e15, '3000 TB'],
  ])('writes %d bytes as people do', (bytes, text) => {
    expect(formatFor({ language: 'en', timeZone: 'UTC', numerals: 'arabic' }).size(bytes)).toBe(text);
  });
});

describe('a path to go on to', () => {
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'evil',
    '',
    '/a b',
    '/\n/evil.example',
    'javascript:x',
    '/..//evil.example',
    '/.//evil.example',
    '/a/..//evil.example/',
    '/%2e%2e//evil.example',
  ])('is never %j', path => {
    expect(ownPath(path, '/home')).toBe('/home');
  });
  it('keeps its query', () => {
    expect(ownPath('/register?q=a&year=2569', '/')).toBe('/register?q=a&year=2569');
  });
});

describe('the name of a download', () => {
  it('is told in both forms and cannot break the header', () => {
    expect(disposition('attachment', 'หนังสือ 1.pdf')).toBe(
      'attachment; filename="_______ 1.pdf"; filename*=UTF-8\'\'%E0%B8%AB%E0%B8%99%E0%B8%B1%E0%B8%87%E0%B8%AA%E0%B8%B7%E0%B8%AD%201.pdf',
    );
    for (const name of [
      'a"\r\nSet-Cookie: x=1',
      '../../etc/passwd',
      '\u202efdp.exe',
      '.htaccess',
      '%2e%2e',
      '\ud800',
      '',
      'x'.repeat(5_000),
    ]) {
      const value = disposition('inline', name);
      expect(value).toMatch(/^inline; filename="[\x20-\x7e]+"; filename\*=UTF-8''[\w.~%-]+$/);
      expect(value.slice(0, value.indexOf('; filename*'))).not.toMatch(/[\r\n/\\%]|"[^";]*"[^;]/);
      expect(value.length).toBeLessThan(2_000);
    }
  });
});

describe('the address that is slowed down', () => {
  it('is one of IPv4, and the whole network of a customer of IPv6', () => {
    expect(addressKey('192.0.2.1')).toBe('address 192.0.2.1');
    expect(addressKey('2001:db8:0:1:ffff::1')).toBe(addressKey('2001:DB8::1:0:0:0:2'));
    expect(addressKey('2001:db8:0:2::1')).not.toBe(addressKey('2001:db8:0:1::1'));
  });
});
