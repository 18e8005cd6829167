import { expect, test } from 'vitest';
import { decodeBytes, knownCharset, undoMojibake } from './charset.ts';
import { bytesOf, THAI_WORD, THAI_WORD_874, utf8 } from './reading-fixtures.ts';

const decode = (binary: string, label: string | null, context: 'text' | 'html' | 'header' = 'text') => {
  const { text, charset, guessed } = decodeBytes(bytesOf(binary), label, { fallback: 'windows-874', context });
  return [text, charset, guessed];
};

test.each([
  'tis-620',
  'TIS620',
  'tis_620',
  'iso-8859-11',
  'windows-874',
  'x-windows-874',
  'cp874',
  'ms874',
  'ibm874',
  'x-ibm874',
  'x-IBM874',
  '"windows-874"',
])('%s is Thai', label => {
  expect(decode(THAI_WORD_874, label)).toEqual([THAI_WORD, 'windows-874', false]);
});

test.each([
  ['caf\xe9', 'iso-8859-1', 'café'],
  ['\x80', 'windows-1252', '€'],
  ['\xc1', 'koi8-r', 'а'],
  ['\x1b$BF|\x1b(B', 'iso-2022-jp', '日'],
  ['\xd6\xd0', 'gb18030', '中'],
  ['\xd6\xd0', 'gb2312', '中'],
  ['\xa4\xa4', 'big5', '中'],
  ['\xb0\xa1', 'euc-kr', '가'],
  ['\xb0\xa1', 'ks_c_5601-1987', '가'],
  ['\x93\xfa', 'shift_jis', '日'],
  ['\x93\xfa', 'cp932', '日'],
  ['\xc6\xfc', 'euc-jp', '日'],
  ['+Dh8- x', 'utf-7', 'ฟ x'],
  ['+Dh8- x', 'unicode-1-1-utf-7', 'ฟ x'],
  ['\x1b$)C\x0e0!\x0f.', 'iso-2022-kr', '가.'],
  ['~{VP~} x', 'hz-gb-2312', '中 x'],
  ['\x82', 'cp437', 'é'],
  ['\x0e\x01', 'utf-16be', 'ก'],
  ['\x01\x0e', 'utf-16le', 'ก'],
])('%j in %s', (binary, label, text) => {
  expect(decode(binary, label)[0]).toBe(text);
});

test.each([
  ['a label of us-ascii over UTF-8', utf8('สวัสดี'), 'us-ascii', 'text', ['สวัสดี', 'utf-8', true]],
  ['a label of tis-620 over UTF-8', utf8('สวัสดี'), 'tis-620', 'text', ['สวัสดี', 'utf-8', true]],
  ['a label of utf-8 over TIS-620', THAI_WORD_874, 'utf-8', 'text', [THAI_WORD, 'windows-874', true]],
  ['a label of us-ascii over TIS-620', THAI_WORD_874, 'us-ascii', 'text', [THAI_WORD, 'windows-874', true]],
  ['no label over TIS-620', THAI_WORD_874, null, 'text', [THAI_WORD, 'windows-874', true]],
  ['no label over UTF-8 in a body', utf8('ก'), null, 'text', ['ก', 'utf-8', true]],
  ['no label over UTF-8 in a header', utf8('ก'), null, 'header', ['ก', 'utf-8', false]],
  ['a short Thai word that is UTF-8 by chance', '\xc3\xb6', 'tis-620', 'text', ['รถ', 'windows-874', false]],
  ['UTF-8 cut at the end', `${utf8('กข')}\xe0\xb8`, 'utf-8', 'text', ['กข�', 'utf-8', false]],
  ['UTF-8 with one bad byte', `${utf8('กขค')}\xff`, 'utf-8', 'text', ['กขค�', 'utf-8', false]],
  ['a byte order mark', '\xef\xbb\xbfx', null, 'text', ['x', 'utf-8', false]],
  ['a mark of UTF-16', '\xff\xfex\0', 'us-ascii', 'text', ['x', 'utf-16le', false]],
  [
    'a <meta> alone',
    `<meta charset=windows-874>${THAI_WORD_874}`,
    null,
    'html',
    [`<meta charset=windows-874>${THAI_WORD}`, 'windows-874', false],
  ],
  ['a <meta> that is wrong', `<meta charset=windows-874>${utf8('ก')}`, null, 'html', ['<meta charset=windows-874>ก', 'utf-8', true]],
  ['an unknown label over ASCII', 'x', 'unheard-of', 'text', ['x', 'us-ascii', true]],
  ['plain ASCII', 'x', null, 'text', ['x', 'us-ascii', false]],
  ['undeclared ISO-2022-JP', '\x1b$BF|\x1b(B', null, 'text', ['日', 'iso-2022-jp', true]],
  ['French in Latin-1', 'd\xe9j\xe0 vu', 'iso-8859-1', 'text', ['déjà vu', 'windows-1252', false]],
  ['Thai called Latin-1', THAI_WORD_874, 'iso-8859-1', 'text', [THAI_WORD, 'windows-874', true]],
] as const)('%s', (_, binary, label, context, expected) => {
  expect(decode(binary, label, context)).toEqual(expected);
});

test('mojibake is undone on strong signs only', () => {
  expect(undoMojibake('à¸«à¸™à¸±à¸‡', 'windows-874')).toBe('หนัง');
  expect(undoMojibake('Ë¹Ñ§Ê×Í', 'windows-874')).toBe(THAI_WORD);
  expect(undoMojibake('déjà-vu élève', 'windows-874')).toBeNull();
  expect(undoMojibake(THAI_WORD, 'windows-874')).toBeNull();
});

test('names nobody knows are no charset', () => {
  expect([knownCharset('unknown-8bit'), knownCharset(''), knownCharset(null), knownCharset('no-such')]).toEqual([null, null, null, null]);
});
