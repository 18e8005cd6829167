import { describe, expect, it } from 'vitest';
import { PRIVATE_AM, PRIVATE_AM_TAIL, PRIVATE_THAI } from './thai-face.ts';
import { inThaiLines } from './thai-lines.ts';

/** A face with Latin-1 and Thai. */
const has = (code: number) => (code >= 0x20 && code <= 0x7e) || code === 0xa0 || code === 0x25a1 || (code >= 0x0e01 && code <= 0x0e5b);

/** The codes turned back, with '|' where a line may end. */
function shown(text: string): string {
  const thai = [...inThaiLines(text, has)].map(character => {
    const code = character.codePointAt(0) ?? 0;
    if (code === PRIVATE_AM) return 'ำ';
    if (code === PRIVATE_AM_TAIL) return '<ำ>';
    return code > PRIVATE_THAI && code < PRIVATE_AM ? String.fromCharCode(code - PRIVATE_THAI + 0x0e00) : character;
  });
  return thai.join('').replaceAll('\u200b', '|').replaceAll('\u00a0', '~');
}

describe('where a Thai line may end', () => {
  it.each([
    ['การปฏิบัติราชการ', 'การ|ปฏิบัติ|ราชการ'],
    ['ครั้งที่ 11/2569', 'ครั้งที่~11/2569'],
    ['พ.ศ. 2570', 'พ.ศ.~2570'],
    ['เวลา 10.42 น.', 'เวลา 10.42~น.'],
    ['ต่าง ๆ', 'ต่าง~ๆ'],
    ['(กรมบัญชีกลาง)', '(กรม|บัญชี|กลาง)'],
    ['เพื่อดำเนินการต่อไป', 'เพื่อ|ดำเนินการ|ต่อไป'],
  ])('%s', (text, expected) => expect(shown(text)).toBe(expected));

  it('a long address breaks at its marks, a hash in sixteens, a short one not at all', () => {
    expect(shown('https://saraban.agency.example/v/abcdefghijklmnopqrstuvwxyz')).toBe(
      'https:|//saraban.|agency.|example/|v/abcdefghijkl|mnopqrstuvwxyz',
    );
    expect(
      shown('ab'.repeat(32))
        .split('|')
        .map(part => part.length),
    ).toEqual([16, 16, 16, 16]);
    expect(shown('มท 0808.2/ว')).toBe('มท 0808.2/ว');
  });

  it('ten thousand letters without a space can be broken, and none is lost', () => {
    const text = 'x'.repeat(10_000);
    expect(shown(text).replaceAll('|', '')).toBe(text);
    expect(
      Math.max(
        ...shown(text)
          .split('|')
          .map(part => part.length),
      ),
    ).toBeLessThanOrEqual(14);
  });

  it('no mark is parted from its letter', () => {
    for (const part of shown('กี้'.repeat(60)).split('|')) expect(part).toMatch(/^ก/);
  });
});

describe('what the face cannot show', () => {
  it.each([
    ['emoji 😀 x', 'emoji □ x'],
    ['漢字', '□□'],
    ['שלום', '□□□□'],
    ['a\u202eb\u2066c\u200fd', 'abcd'],
    ['a\u0000\u0007\r\nb', 'a b'],
    ['a\ud800b', 'a□b'],
    ['\ue001\ue080\ue081\uf8ff', '□□□□'],
    ['a\u2003\u3000b\u200bc\ufeffd', 'a bcd'],
    ['👨‍👩‍👧', '□□□'],
  ])('%j', (text, expected) => expect(shown(text)).toBe(expected));
});

describe('sara am', () => {
  it('with a tone mark the circle goes under the mark; without one it is a glyph of its own', () => {
    expect(shown('น้ำ')).toBe('นํ้<ำ>');
    expect(shown('ทำ')).toBe('ทำ');
  });
  it('decomposed it is the same', () => {
    expect(inThaiLines('น\u0e4d\u0e49\u0e32', has)).toBe(inThaiLines('น้ำ', has));
    expect(inThaiLines('ท\u0e4d\u0e32', has)).toBe(inThaiLines('ทำ', has));
  });
});
