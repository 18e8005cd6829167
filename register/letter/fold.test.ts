import { describe, expect, test } from 'vitest';
import { foldMarks, foldThai, searchKey } from './fold.ts';
import { inDigits, toArabicDigits, toThaiDigits } from './numerals.ts';

describe('foldThai', () => {
  test.each([
    ['ํ + า', 'ส\u0e4d\u0e32นักงาน', 'ส\u0e33นักงาน'],
    ['ํ + tone + า', 'น\u0e4d\u0e49\u0e32', 'น\u0e49\u0e33'],
    ['tone + ํ + า', 'น\u0e49\u0e4d\u0e32', 'น\u0e49\u0e33'],
    ['tone after ำ', 'น\u0e33\u0e49', 'น\u0e49\u0e33'],
    ['two เ', 'เเจ้ง', 'แจ้ง'],
    ['tone before upper vowel', 'ท\u0e48\u0e35', 'ท\u0e35\u0e48'],
    ['tone before lower vowel', 'ร\u0e39\u0e49', 'ร\u0e39\u0e49'],
    ['tone before lower vowel, wrong', 'ร\u0e49\u0e39', 'ร\u0e39\u0e49'],
    ['silencer before vowel', 'สิทธ\u0e4c\u0e34', 'สิทธ\u0e34\u0e4c'],
    ['a mark typed twice', 'ท\u0e35\u0e48\u0e48', 'ที่'],
    ['zero-width space, joiners, soft hyphen, BOM', '\ufeffหนัง\u200bสือ\u200c ราช\u200d\u00adการ', 'หนังสือ ราชการ'],
    ['no-break space', 'มท\u00a00201', 'มท 0201'],
    ['Thai digits', 'มท ๐๒๐๑.๒/ว ๑๕๙๐', 'มท 0201.2/ว 1590'],
    ['glyph codes of old fonts', 'ท\uf70a\u0e35', 'ที่'],
    ['decomposed Latin', 'cafe\u0301', 'café'],
    ['ascii', 'Re: plain', 'Re: plain'],
    ['nothing', '', ''],
  ])('%s', (_name, input, folded) => {
    expect(foldThai(input)).toBe(folded);
  });

  test('folding twice changes nothing, whatever the order of marks', () => {
    let seed = 7;
    const pick = (from: string[]): string => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return from[Math.floor(seed / 65536) % from.length] ?? '';
    };
    const marks = ['', '', '\u0e31', '\u0e34', '\u0e38', '\u0e47', '\u0e48', '\u0e49', '\u0e4c', '\u0e4d', '\u200b'];
    const syllable = (): string =>
      [['ก', 'น', 'เก', 'เเก', 'a\u0301'], marks, marks, marks, ['', 'า', '\u0e33', '\u0e33\u0e49', '๑', ' ']].map(pick).join('');
    for (let round = 0; round < 3000; round++) {
      const text = syllable() + syllable() + syllable();
      const once = foldThai(text);
      expect(foldThai(once), JSON.stringify(text)).toBe(once);
      const key = searchKey(text);
      expect(searchKey(key), JSON.stringify(text)).toBe(key);
    }
  });

  test('keeps ำ whole: compatibility folding would split it', () => {
    expect(foldThai('กำหนด')).toContain('\u0e33');
  });

  test('foldMarks keeps the digits, and its positions are those of foldThai', () => {
    const text = 'ส\u0e4d\u0e32นักงาน ท\u0e48\u0e35 ๑๒\u200b๓/๒๕๖๙';
    expect(foldMarks(text)).toBe('สำนักงาน ที่ ๑๒๓/๒๕๖๙');
    expect(foldMarks(text)).toHaveLength(foldThai(text).length);
  });

  test('a million marks in a row are one run, folded in linear time', () => {
    expect(foldThai(`ก${'\u0e48\u0e4d'.repeat(500_000)}า`)).toBe('ก\u0e48\u0e33');
  });

  test('lone surrogates and control characters pass through', () => {
    expect(foldThai('\ud800ก\u0000')).toBe('\ud800ก\u0000');
  });
});

describe('searchKey', () => {
  test('drops tone marks and ์, lowers case, collapses white space', () => {
    expect(searchKey('  น้ำประปา\tสิทธิ์ \n PDF๑ ')).toBe('นำประปา สิทธิ pdf1');
  });

  test('a query typed another way finds the same text', () => {
    expect(searchKey('ส\u0e4d\u0e32น\u0e31กงาน')).toBe(searchKey('สำนักงาน'));
    expect(searchKey('เรื่องที่ ๕')).toBe(searchKey('เรืองที 5'));
  });
});

describe('numerals', () => {
  test('both ways, length kept', () => {
    expect(toArabicDigits('๐๑๒๓๔๕๖๗๘๙ก5')).toBe('0123456789ก5');
    expect(toThaiDigits('0123456789ก๕')).toBe('๐๑๒๓๔๕๖๗๘๙ก๕');
    expect(inDigits('๑2', 'thai')).toBe('๑๒');
    expect(inDigits('๑2', 'arabic')).toBe('12');
  });
});
