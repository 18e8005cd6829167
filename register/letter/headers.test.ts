import { describe, expect, test } from 'vitest';
import { headerValues, MAX_HEAD_BYTES, readHeaders, splitHead } from './headers.ts';
import { bytesOf, THAI_WORD, THAI_WORD_874, utf8 } from './reading-fixtures.ts';

const read = (head: string) => readHeaders(bytesOf(head), { fallbackCharset: 'windows-874' });
const subject = (value: string) => {
  const { subject: text, subjectGuessed } = read(`Subject: ${value}\r\n`);
  return [text, subjectGuessed];
};

describe('subjects', () => {
  test.each([
    ['plain words', 'plain words', false],
    ['=?utf-8?B?4LiB4LiC?=', 'กข', false],
    ['=?UTF-8?q?=E0=B8=81_=E0=B8=82?=', 'ก ข', false],
    ['a =?utf-8?Q?=E0=B8=81?= b', 'a ก b', false],
    ['=?utf-8?Q?=E0=B8=81?=\r\n =?utf-8?Q?=E0=B8=82?=', 'กข', false],
    ['=?utf-8?Q?=E0=B8=81=E0=B8?= =?utf-8?Q?=82?=', 'กข', false],
    ['=?utf-8?B?4LiB4?=\r\n =?utf-8?B?LiC?=', 'กข', false],
    ['=?utf-8*th?Q?=E0=B8=81?=', 'ก', false],
    ['=?tis-620?Q?=CB=B9=D1=A7=CA=D7=CD?=', THAI_WORD, false],
    ['=?x-ibm874?Q?=CB=B9=D1=A7=CA=D7=CD?=', THAI_WORD, false],
    ['=?tis-620?Q?=E0=B8=81=E0=B8=B2?=', 'กา', true],
    ['=?us-ascii?Q?=E0=B8=81?=', 'ก', true],
    ['=?iso-8859-1?Q?=CB=B9=D1=A7=CA=D7=CD?=', THAI_WORD, true],
    ['=?iso-8859-1?Q?caf=E9?=', 'café', false],
    ['=?unheard-of?Q?abc?=', 'abc', true],
    ['=?iso-2022-jp?B?GyRCRnwbKEI=?=', '日', false],
    ['=?utf-7?Q?+Dh8-?=', 'ฟ', false],
    ['=?utf-8?Q?broken', '=?utf-8?Q?broken', false],
    ['=?utf-8?B?4LiB4LiC4LiC', 'กขข', false],
    ['=?utf-8?Q?a?b?=', 'a?b', false],
    ['x=?utf-8?Q?=E0=B8=81?=y', 'xกy', false],
    [utf8('เรียน ภ'), 'เรียน ภ', false],
    [THAI_WORD_874, THAI_WORD, true],
    [utf8('à¸«à¸™à¸±à¸‡à¸ª'), 'หนังส', true],
    ['one\r\n\ttwo\r\n three', 'one two three', false],
    ['', '', false],
  ])('%j reads %j', (written, text, guessed) => {
    expect(subject(written)).toEqual([text, guessed]);
  });

  test('a NUL never comes out, for the database takes none', () => {
    expect(read('Subject: a\0b =?utf-8?Q?c=00d?=\n').subject).not.toContain('\0');
  });
});

describe('addresses', () => {
  test.each([
    ['a@b.go.th', [['', 'a@b.go.th']]],
    [
      '"Doe, John" <j@x>, =?utf-8?B?4LiB?= <k@x>',
      [
        ['Doe, John', 'j@x'],
        ['ก', 'k@x'],
      ],
    ],
    ['=?utf-8?Q?a,b?= <j@x>', [['a,b', 'j@x']]],
    [
      'group: a@b, C D <c@d>;, e@f',
      [
        ['', 'a@b'],
        ['C D', 'c@d'],
        ['', 'e@f'],
      ],
    ],
    ['undisclosed-recipients:;', []],
    ['a@b (Comment (nested) here)', [['Comment (nested) here', 'a@b']]],
    [
      'a@b; c@d',
      [
        ['', 'a@b'],
        ['', 'c@d'],
      ],
    ],
    ['<@relay,@other:a@b>', [['', 'a@b']]],
    ['Name <a@b', [['Name', 'a@b']]],
    [
      '"never closed <a@b>, c@d',
      [
        ['"never closed', 'a@b'],
        ['', 'c@d'],
      ],
    ],
    [
      'A <a@b> C <c@d>',
      [
        ['A', 'a@b'],
        ['C', 'c@d'],
      ],
    ],
    ['"quoted local"@b', [['', '"quoted local"@b']]],
    ['a . b @ c . d', [['', 'a.b@c.d']]],
    ['only words', [['only words', '']]],
    ['<>', []],
    [',,;', []],
    [`${THAI_WORD_874} <a@b>`, [[THAI_WORD, 'a@b']]],
    [`"${utf8('ภาค ก')}" <a@b>`, [['ภาค ก', 'a@b']]],
    ["'Outlook Name' <a@b>", [['Outlook Name', 'a@b']]],
  ])('%j', (written, expected) => {
    expect(read(`To: ${written}\r\n`).to.map(({ name, address }) => [name, address])).toEqual(expected);
  });

  test('To standing twice names all recipients', () => {
    const { to, notes } = read('To: a@b\r\nTo: c@d\r\n');
    expect(to.map(each => each.address)).toEqual(['a@b', 'c@d']);
    expect(notes.map(note => note.code)).toContain('field-repeated');
  });
});

describe('dates', () => {
  test.each([
    ['Thu, 1 Jan 2026 10:00:00 +0700', '2026-01-01T03:00:00.000Z'],
    ['1 Jan 2026 10:00 +0700 (ICT)', '2026-01-01T03:00:00.000Z'],
    ['Thu, 1 Jan 2569 10:00:00 +0700', '2026-01-01T03:00:00.000Z'],
    ['Thu, 01 Jan 98 10:00:00 EST', '1998-01-01T15:00:00.000Z'],
    ['Thu Jan  1 10:00:00 2026', '2026-01-01T10:00:00.000Z'],
    ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00.000Z'],
    ['1 Jan 2026 10:00:00 GMT+07:00', '2026-01-01T03:00:00.000Z'],
    ['1 Jan 2026 10:00:00', '2026-01-01T10:00:00.000Z'],
  ])('%s', (written, iso) => {
    expect(read(`Date: ${written}\n`).date?.toISOString()).toBe(iso);
  });

  test.each(['yesterday', '31 Feb 2026 10:00:00 +0000', '1 Foo 2026 10:00:00 +0000', '1 Jan 2026 25:00:00 +0000', '99 Jan 2026 10:00', ''])(
    '%j is no date, and never now',
    written => {
      const { date, notes } = read(`Date: ${written}\n`);
      expect(date).toBeNull();
      expect(notes.some(note => note.code === 'date-unreadable')).toBe(written !== '');
    },
  );
});

describe('structured fields', () => {
  test.each([
    ['text/html; charset="utf-8"', 'text/html', { charset: 'utf-8' }],
    ['TEXT/HTML;charset=utf-8 (comment)', 'text/html', { charset: 'utf-8' }],
    ['multipart/mixed; boundary="a; b"', 'multipart/mixed', { boundary: 'a; b' }],
    ['application/pdf; name=my file.pdf; x=1', 'application/pdf', { name: 'my file.pdf', x: '1' }],
    ['application/pdf; name="a.pdf" x=1', 'application/pdf', { name: 'a.pdf', x: '1' }],
    ['application/pdf; name="C:\\dir\\a.pdf"', 'application/pdf', { name: 'C:\\dir\\a.pdf' }],
    ['application/pdf; name="a\\"b.pdf"', 'application/pdf', { name: 'a"b.pdf' }],
    ['application/pdf; name="never closed.pdf', 'application/pdf', { name: 'never closed.pdf' }],
    ["application/pdf; name*=utf-8'th'%E0%B8%81.pdf; name=x", 'application/pdf', { name: 'ก.pdf' }],
    ["application/pdf; name*1*=%81.pdf; name*0*=utf-8''%E0%B8", 'application/pdf', { name: 'ก.pdf' }],
    ['application/pdf; name*0="one "; name*1="two.pdf"', 'application/pdf', { name: 'one two.pdf' }],
    ['application/pdf; name="=?utf-8?B?4LiB?=.pdf"', 'application/pdf', { name: 'ก.pdf' }],
    ["application/pdf; name*=tis-620''%CB%B9%D1%A7%CA%D7%CD", 'application/pdf', { name: THAI_WORD }],
    ['application/pdf; name="%E0%B8%81.pdf"', 'application/pdf', { name: 'ก.pdf' }],
    ['application/pdf; name="100%.pdf"', 'application/pdf', { name: '100%.pdf' }],
    ['text', 'text/plain', {}],
    ['nonsense', 'text/plain', {}],
    ['text/plain;;; ; =x; charset', 'text/plain', {}],
  ])('%s', (written, type, parameters) => {
    const { contentType } = read(`Content-Type: ${written}\r\n`);
    expect(contentType.type).toBe(type);
    expect(contentType.parameters).toMatchObject(parameters);
  });
});

describe('the head as bytes', () => {
  test('ends at the blank line, whatever the line ends', () => {
    for (const end of ['\r\n', '\n', '\r']) {
      const mail = bytesOf(['A: b', 'C: d', '', 'body'].join(end));
      const { head, bodyOffset } = splitHead(mail);
      expect(readHeaders(head, { fallbackCharset: 'utf-8' }).fields.map(field => field.name)).toEqual(['A', 'C']);
      expect(mail.toString('latin1', bodyOffset)).toBe('body');
    }
  });

  test('without a blank line the body begins at the first line that is no field', () => {
    const mail = bytesOf('From: a@b\nSubject: c\nHello there\nmore: words\n');
    expect(mail.toString('latin1', splitHead(mail).bodyOffset)).toBe('Hello there\nmore: words\n');
  });

  test('a fold gone wrong does not end the head while new fields follow', () => {
    const mail = bytesOf('From: a@b\nSubject: one\ntwo\nDate: x\n\nbody');
    const { head, bodyOffset } = splitHead(mail);
    expect(mail.toString('latin1', bodyOffset)).toBe('body');
    expect(readHeaders(head, { fallbackCharset: 'utf-8' })).toMatchObject({ subject: 'one two', dateRaw: 'x' });
  });

  test('Message-ID stays as written, references are taken apart, raw bytes are kept', () => {
    const headers = read(
      'MESSAGE-ID:  <A.b@C>  \r\nIn-Reply-To: your mail <x@y>\r\nReferences: <a@b>\r\n\t<c@d> junk\r\nX-A: 1\r\nx-a: 2\r\n',
    );
    expect(headers).toMatchObject({ messageId: '<A.b@C>', inReplyTo: '<x@y>', references: ['<a@b>', '<c@d>'] });
    expect(headerValues(headers, 'X-a')).toEqual(['1', '2']);
    expect(headers.fields[2]?.raw.toString('latin1')).toBe('References: <a@b>\r\n\t<c@d> junk\r\n');
  });

  test('is bounded: what lies beyond is said', () => {
    const long = read(`Subject: kept\r\nX: ${'a'.repeat(MAX_HEAD_BYTES)}\r\nCc: lost@x\r\n`);
    expect(long.subject).toBe('kept');
    expect(long.cc).toEqual([]);
    expect(long.notes.map(note => note.code)).toContain('head-cut');
    const many = read(`${'X: y\n'.repeat(20_000)}Subject: kept too\n`);
    expect(many.subject).toBe('kept too');
    expect(many.fields).toHaveLength(10_001);
    expect(many.notes.map(note => note.code)).toContain('too-many-fields');
  });

  test('openings without ends are read in time that grows with their length only', () => {
    expect(read(`Subject: ${'=?a?b?'.repeat(100_000)}?=\n`).subject.length).toBeGreaterThan(599_000);
    expect(read(`To: ${'<'.repeat(100_000)}${'"('.repeat(50_000)}\n`).to.length).toBeLessThan(10);
  });

  test.each(['', '\n', '\r\n\r\n', ':', ': x', '\0\0\0', 'From', ' folded first'])('%j is read without complaint', head => {
    expect(read(head).subject).toBe('');
  });
});

test.each([
  '(',
  '"',
  '<',
  ' ',
  '=?',
  '=?a?B?abc?= ',
  '=?a?B?a?==?a?B?abcd?= ',
  ',',
  ':',
  ';',
  '\t',
  '@',
  'a=',
  "x*0*=a''%",
  '\\',
  '\xff',
  '("',
  '<"',
  ' (',
  '"a" <a@b> ',
])('a head of nothing but %j is read in time that grows with its length only', piece => {
  const value = `x${piece.repeat(Math.floor(200_000 / piece.length))}x`;
  const headers = read(`Subject: ${value}\nTo: ${value}\nContent-Type: text/plain; a=${value}\nDate: ${value}\nReferences: ${value}\n`);
  expect(headers.fields).toHaveLength(5);
});
