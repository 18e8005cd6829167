import { describe, expect, test } from 'vitest';
import { lines, readText, THAI_WORD, THAI_WORD_874, utf8 } from './reading-fixtures.ts';

const PNG = 'iVBORw0KGgo=';

/** A multipart with these parts, each its head and body. */
function multipart(subtype: string, boundary: string, ...parts: string[]): string {
  return lines(
    `Content-Type: multipart/${subtype}; boundary="${boundary}"`,
    '',
    ...parts.map(part => `--${boundary}\r\n${part}`),
    `--${boundary}--`,
    '',
  );
}

const WHOLE_TREE = lines(
  'Subject: whole',
  multipart(
    'mixed',
    'outer',
    multipart(
      'alternative',
      'alt',
      lines('Content-Type: text/plain; charset=utf-8', '', utf8('สวัสดี')),
      lines('Content-Type: text/html', '', '<p>hello</p>'),
    ),
    lines('Content-Type: text/plain; name="notes.txt"', 'Content-Disposition: inline; filename="notes.txt"', '', 'my notes'),
    lines(
      'Content-Type: message/rfc822',
      '',
      'Subject: inner',
      multipart(
        'mixed',
        'inner',
        lines('', 'inner text'),
        lines('Content-Type: image/png; name=i.png', 'Content-Transfer-Encoding: base64', '', PNG),
      ),
    ),
    lines(
      'Content-Type: message/rfc822',
      'Content-Disposition: attachment; filename=fwd.eml',
      '',
      'From: =?utf-8?B?4LiB?= <a@b>',
      'Subject: plain inner',
      '',
      'just text',
    ),
    lines('Content-Type: text/calendar; method=REQUEST', '', 'BEGIN:VCALENDAR'),
    lines(
      'Content-Type: application/pdf',
      `Content-Disposition: attachment; filename="${THAI_WORD_874}.pdf"`,
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERg==',
    ),
  ),
);

describe('the tree', () => {
  test.each([[1_000_000], [1], [7], [1000]])('whole, in pieces of %i bytes', async piece => {
    const { message, paths, part, bytes } = await readText(WHOLE_TREE, { piece });
    expect(paths).toEqual(['1.1', '1.2', '2', '3', '3.1', '3.2', '4', '4.1', '5', '6']);
    expect(message.text).toBe('สวัสดี');
    expect(message.html).toBe('<p>hello</p>');
    expect(part('2')).toMatchObject({ role: 'attachment', name: 'notes.txt', disposition: 'inline', size: 8 });
    expect(part('3')).toMatchObject({ role: 'container', contentType: 'message/rfc822', origin: 'message', parent: null, depth: 0 });
    expect(bytes('3')).toMatch(/^Subject: inner\r\n[\s\S]*--inner--\r\n$/);
    expect(part('3.2')).toMatchObject({ role: 'attachment', name: 'i.png', parent: '3', depth: 1, size: 8 });
    expect(bytes('4')).toBe('From: =?utf-8?B?4LiB?= <a@b>\r\nSubject: plain inner\r\n\r\njust text');
    expect(part('4.1')).toMatchObject({ role: 'body', parent: '4' });
    expect(part('5').role).toBe('attachment');
    expect(part('6')).toMatchObject({ name: `${THAI_WORD}.pdf`, nameGuessed: true, size: 4 });
    expect(bytes('6')).toBe('%PDF');
    expect(message.inner.map(each => [each.path, each.subject, each.from?.name ?? null, each.text])).toEqual([
      ['3', 'inner', null, 'inner text'],
      ['4', 'plain inner', 'ก', 'just text'],
    ]);
  });

  test('a message that is no multipart is part 1', async () => {
    const { paths, message, bytes } = await readText('Subject: s\n\nbody\n');
    expect([paths, message.text, bytes('1')]).toEqual([['1'], 'body\n', 'body\n']);
  });

  test('a digest holds messages without saying so', async () => {
    const { paths } = await readText(
      multipart('digest', 'd', lines('', 'Subject: one', '', 'text one'), lines('', 'Subject: two', '', 'text two')),
    );
    expect(paths).toEqual(['1', '1.1', '2', '2.1']);
  });

  test('a message inside a message inside a message', async () => {
    const { paths, message } = await readText(
      lines('Content-Type: message/rfc822', '', 'Content-Type: message/rfc822', '', 'Subject: deep', '', 'x'),
    );
    expect(paths).toEqual(['1', '1.1', '1.1.1']);
    expect(message.inner.map(each => each.subject)).toEqual(['', 'deep']);
  });

  test('a message in base64 is read, and one that only says so too', async () => {
    const encoded = Buffer.from('Subject: hidden\r\n\r\nx').toString('base64');
    const { message } = await readText(lines('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', encoded));
    expect(message.inner[0]).toMatchObject({ subject: 'hidden', text: 'x' });
    const plain = await readText(
      lines('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', 'Subject: not hidden at all', '', 'x'),
    );
    expect(plain.message.inner[0]).toMatchObject({ subject: 'not hidden at all' });
    expect(plain.codes).toContain('not-base64 1');
  });

  test.each([
    'message/delivery-status',
    'message/partial',
    'message/external-body',
    'application/pkcs7-mime',
    'application/pgp-encrypted',
    'application/mac-binhex40',
    'text/rfc822-headers',
  ])('%s is kept as what it is', async type => {
    const { part, bytes } = await readText(
      multipart('mixed', 'b', lines('', 'text'), lines(`Content-Type: ${type}`, '', 'Some: thing', '', 'inside')),
    );
    expect(part('2')).toMatchObject({ contentType: type, role: 'attachment' });
    expect(bytes('2')).toBe('Some: thing\r\n\r\ninside');
  });

  test('related images are inline, named texts are files, and a lone named text is the letter', async () => {
    const related = await readText(
      multipart(
        'related',
        'r',
        lines('Content-Type: text/html', '', '<img src="cid:i">'),
        lines('Content-Type: image/png', 'Content-ID: <i@x>', '', 'png'),
      ),
    );
    expect(related.part('2')).toMatchObject({ role: 'inline', contentId: 'i@x' });
    const only = await readText(multipart('mixed', 'b', lines('Content-Type: text/plain; name=a.txt', '', 'said in a file')));
    expect([only.part('1').role, only.message.text]).toEqual(['attachment', 'said in a file']);
    const lone = await readText(lines('Content-Type: text/plain; name=a.txt', '', 'letter'));
    expect([lone.part('1').role, lone.message.text]).toEqual(['body', 'letter']);
    const file = await readText(lines('Content-Type: text/plain', 'Content-Disposition: attachment; filename=a.txt', '', 'file'));
    expect([file.part('1').role, file.message.text]).toEqual(['attachment', '']);
  });
});

describe('broken structure', () => {
  test.each([
    [
      'no boundary is declared',
      'Content-Type: multipart/mixed\n\n--x\nContent-Type: text/plain\n\none\n--x\n\ntwo\n--x--\n',
      ['1', '2'],
      'one\ntwo',
      'boundary-guessed',
    ],
    ['the boundary is empty', 'Content-Type: multipart/mixed; boundary=""\n\n--x\n\none\n--x--\n', ['1'], 'one', 'boundary-guessed'],
    [
      'another boundary is used',
      'Content-Type: multipart/mixed; boundary=y\n\n--x\nContent-Type: text/plain\n\none\n--x--\n',
      ['1'],
      'one',
      'boundary-guessed',
    ],
    [
      'there is no boundary at all',
      'Content-Type: multipart/mixed; boundary=y\n\njust text\n',
      ['1'],
      'just text\n',
      'multipart-without-parts',
    ],
    ['nothing follows', 'Content-Type: multipart/mixed; boundary=y\n\n', [], '', 'multipart-empty'],
    [
      'the mail is cut',
      'Content-Type: multipart/mixed; boundary=y\n\n--y\n\none\n--y\nContent-Type: te',
      ['1', '2'],
      'one',
      'multipart-not-closed',
    ],
    [
      'the blank line of the head is missing',
      'Subject: s\nContent-Type: multipart/mixed; boundary=y\n--y\n\none\n--y--\n',
      ['1'],
      'one',
      'blank-line-missing',
    ],
    [
      'the blank line of a part is missing',
      'Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: text/plain\none two\n--y--\n',
      ['1'],
      'one two',
      'blank-line-missing 1',
    ],
    [
      'inner and outer share a boundary',
      'Content-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: multipart/alternative; boundary=y\n\n--y\n\none\n--y--\n\n--y\nContent-Type: text/html\n\ntwo\n--y--\n',
      ['1.1', '2'],
      'one\ntwo',
      null,
    ],
    [
      'the outer boundary ends the inner one',
      'Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--\n',
      ['1.1', '2'],
      'one\ntwo',
      'multipart-not-closed 1',
    ],
    ['boundaries stand side by side', 'Content-Type: multipart/mixed; boundary=y\n\n--y\n--y\n\none\n--y\n--y--\n', ['1'], 'one', null],
    ['lines end in bare CR', 'Content-Type: multipart/mixed; boundary=y\r\r--y\r\rone\r--y--\r', ['1'], 'one', 'bare-cr'],
    ['blank lines come first', '\r\n\r\nSubject: s\r\n\r\none', ['1'], 'one', null],
    ['the first line is an mbox separator', 'From x@y Mon Jan  1 00:00:00 2026\nSubject: s\n\none', ['1'], 'one', null],
    ['there is no head', '\nSome words: then more\nand more', ['1'], 'Some words: then more\nand more', null],
    ['there are no bytes', '', ['1'], '', null],
  ])('%s', async (_, mail, paths, text, code) => {
    for (const piece of [100_000, 1]) {
      const read = await readText(mail, { piece });
      expect(read.paths).toEqual(paths);
      expect(read.message.text).toBe(text);
      if (code !== null) expect(read.codes).toContain(code);
    }
  });

  test('a line that only looks like the boundary is text', async () => {
    const { message } = await readText(
      'Content-Type: multipart/mixed; boundary=abc\n\n--abc\n\n--abcd\n--ab\n --abc\n--abc--x\n--\n--abc  \n\nnext\n--abc--\n',
    );
    expect(message.text).toBe('--abcd\n--ab\n --abc\n--abc--x\n--\nnext');
  });

  test('many parts and deep trees are bounded, and said to be', async () => {
    const many = await readText(multipart('mixed', 'b', ...Array.from({ length: 30 }, () => lines('', 'x'))), { limits: { maxParts: 10 } });
    expect(many.paths).toHaveLength(10);
    expect(many.message.notes.find(note => note.code === 'too-many-parts')?.detail).toContain('20 parts');
    let deep = lines('', 'bottom');
    for (let level = 0; level < 30; level++) deep = multipart('mixed', `level-${level}`, deep);
    const nested = await readText(deep, { limits: { maxDepth: 10 } });
    expect(nested.paths).toEqual(['1.1.1.1.1.1.1.1.1.1']);
    expect(nested.codes).toContain('too-deep 1.1.1.1.1.1.1.1.1.1');
    expect(nested.bytes(nested.paths[0] ?? '')).toContain('bottom');
    const messages = await readText(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(30)}Subject: x\r\n\r\ny`, {
      limits: { maxDepth: 10 },
    });
    expect(messages.paths).toHaveLength(10);
    expect(messages.part(messages.paths[9] ?? '').role).toBe('attachment');
  });

  test('what is kept is bounded over all parts together', async () => {
    const read = await readText(multipart('mixed', 'b', lines('', 'a'.repeat(60)), lines('', 'b'.repeat(60))), {
      limits: { maxKeptBytes: 100 },
    });
    expect([read.part('1').truncated, read.part('2').truncated, read.part('2').size]).toEqual([false, true, 40]);
    expect(read.codes).toContain('kept-bytes-limit 2');
  });

  test('a long text is cut for the page and whole in its file', async () => {
    const read = await readText(`Content-Type: text/plain; charset=utf-8\n\n${utf8('ก'.repeat(1000))}`, { limits: { maxTextBytes: 100 } });
    expect(read.message.text).toBe('ก'.repeat(33));
    expect(read.part('1').size).toBe(3000);
    expect(read.codes).toContain('text-cut 1');
  });

  test('an endless head line hides neither the fields after it nor the body', async () => {
    const read = await readText(`X: ${'a'.repeat(3_000_000)}\r\nSubject: seen\r\n\r\nbody`, { piece: 65_536 });
    expect([read.message.headers.subject, read.message.text]).toEqual(['seen', 'body']);
    expect(read.codes.some(code => code.startsWith('head-cut'))).toBe(true);
  });
});

describe('text', () => {
  test.each([
    [
      'flowed',
      'Content-Type: text/plain; format=flowed\r\n\r\nHello \r\nworld\r\n> a \r\n> b\r\n  stuffed\r\n-- \r\nsig',
      'Hello world\n> a b\n stuffed\n-- \nsig',
    ],
    ['flowed with DelSp', 'Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nhel \r\nlo', 'hello'],
    [
      'html alone',
      'Content-Type: text/html; charset=utf-8\r\n\r\n<title>t</title><p>one<br>two</p><p>three&nbsp;&amp;&#3585;</p>',
      'one\ntwo\n\nthree\u00a0&ก',
    ],
    ['undeclared Thai', `\r\n${THAI_WORD_874}`, THAI_WORD],
    ['utf-8 called us-ascii', `Content-Type: text/plain; charset=us-ascii\r\n\r\n${utf8('ก')}`, 'ก'],
    ['a charset in <meta> only', `Content-Type: text/html\r\n\r\n<meta charset="tis-620"><b>${THAI_WORD_874}</b>`, THAI_WORD],
    ['text/enriched', 'Content-Type: text/enriched\r\n\r\n<bold>hi</bold> there', 'hi there'],
  ])('%s', async (_, mail, text) => {
    expect((await readText(mail)).message.text).toBe(text);
  });

  test('a charset that was guessed is marked', async () => {
    const { part } = await readText(`\r\n${THAI_WORD_874}`);
    expect(part('1')).toMatchObject({ charset: 'windows-874', charsetGuessed: true });
    expect(part('1').notes.map(note => note.code)).toEqual(['charset-guessed']);
  });

  test('an empty plain alternative gives way to the HTML', async () => {
    const { message } = await readText(multipart('alternative', 'a', lines('', '  '), lines('Content-Type: text/html', '', '<p>said</p>')));
    expect(message.text).toBe('said');
  });
});

describe('encodings', () => {
  const body = async (encoding: string, text: string) => {
    const results = [];
    for (const piece of [100_000, 1, 3]) {
      const { bytes, codes } = await readText(`Content-Type: application/x\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}`, {
        piece,
      });
      results.push([bytes('1'), codes.map(code => code.split(' ')[0])]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    return results[0];
  };
  test.each([
    ['base64', 'aGVs\r\nbG8=\r\n', 'hello', []],
    ['BASE64 (yes)', 'aGVsbG8', 'hello', ['base64-not-padded']],
    ['base64', 'aG*Vs!bG8=', 'hello', ['base64-bad-characters']],
    ['base64', 'a GVs\tbG8=', 'hello', []],
    ['base64', 'aGVsbG8=\r\n____\r\na list footer\r\n', 'hello', ['base64-after-end']],
    ['base64', 'aGVsbG8=\r\naGVsbG8h\r\n', 'hellohello!', []],
    ['base64', '', '', []],
    ['quoted-printable', 'a=3Db =\r\nc  \r\nd=e9', 'a=b c\r\nd\xe9', []],
    ['quoted-printable', 'a=ZZ=\r\nb=', 'a=ZZb', ['quoted-printable-broken']],
    ['quoted-printable', 'a= \t\r\nb', 'ab', []],
    ['quoted-printable', 'tab\there', 'tab\there', []],
    ['8bit', '\xe0\xff', '\xe0\xff', []],
    ['x-uuencode', 'begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nafter', 'Cat', []],
    ['x-uue', 'begin 644 a.txt\r\n#0V%T\r\n', 'Cat', ['uuencode-not-ended']],
    ['nonsense', 'as it is', 'as it is', ['encoding-unknown']],
  ])('%s %j', async (encoding, text, expected, codes) => {
    expect(await body(encoding, text)).toEqual([expected, codes]);
  });
});

describe('files in text', () => {
  test('uuencoded blocks are taken out and listed beneath the text', async () => {
    const mail = '\r\nbefore\r\nbegin 644 a b.txt\r\n#0V%T\r\n`\r\nend\r\nafter\r\nbegin 644 is how it starts\r\nordinary words here\r\n';
    for (const piece of [100_000, 1]) {
      const { message, paths, part, bytes } = await readText(mail, { piece });
      expect(paths).toEqual(['1', '1.1']);
      expect(message.text).toBe('before\nafter\nbegin 644 is how it starts\nordinary words here\n');
      expect(part('1.1')).toMatchObject({
        name: 'a b.txt',
        origin: 'uuencode',
        parent: '1',
        depth: 1,
        role: 'attachment',
        contentType: 'text/plain',
      });
      expect(bytes('1.1')).toBe('Cat');
      expect(part('1').size).toBe(mail.length - 2);
    }
  });

  test('a uuencoded file that is cut is kept as far as it goes', async () => {
    const { part, bytes, codes } = await readText('\r\nbegin 644 a.bin\r\n#0V%T\r\n#0V%T\r\n');
    expect([bytes('1.1'), part('1.1').truncated]).toEqual(['CatCat', true]);
    expect(codes).toContain('block-not-ended 1.1');
  });

  test('yEnc', async () => {
    const encoded = [...'Cat='].map(char => String.fromCharCode((char.charCodeAt(0) + 42) & 0xff)).join('');
    const { message, part, bytes } = await readText(
      `\r\nsee:\r\n=ybegin line=128 size=5 name=c.bin\r\n${encoded}=\x6a\r\n=yend size=5\r\nbye\r\n`,
    );
    expect([message.text, bytes('1.1')]).toEqual(['see:\nbye\n', 'Cat=\x00']);
    expect(part('1.1')).toMatchObject({ name: 'c.bin', origin: 'yenc', truncated: false });
  });
});

describe('names', () => {
  test.each([
    ['filename="=?utf-8?B?4LiB?=.pdf"', 'ก.pdf', false],
    ["filename*0*=utf-8''%E0%B8; filename*1*=%81.pdf", 'ก.pdf', false],
    [`filename="${utf8('กข')}.pdf"`, 'กข.pdf', false],
    [`filename="${THAI_WORD_874}.pdf"`, `${THAI_WORD}.pdf`, true],
    [`filename*=iso-8859-1''%CB%B9%D1%A7%CA%D7%CD.pdf`, `${THAI_WORD}.pdf`, true],
    [`filename="${utf8('Ë¹Ñ§Ê×Í')}.pdf"`, `${THAI_WORD}.pdf`, true],
    ['filename="C:\\folder\\a.pdf"', 'a.pdf', false],
    ['filename="../../etc/passwd"', 'passwd', false],
    ['filename="a/b.pdf"', 'a/b.pdf', false],
    [`filename="${utf8('a\u202efdp.exe')}"`, 'afdp.exe', false],
    ['filename="a\tb"', 'a b', false],
    ['filename=""', null, false],
  ])('%s', async (parameter, name, guessed) => {
    const { part } = await readText(`Content-Type: application/pdf\r\nContent-Disposition: attachment; ${parameter}\r\n\r\nx`);
    expect([part('1').name, part('1').nameGuessed]).toEqual([name, guessed]);
    expect(part('1').nameRaw).not.toBeNull();
  });
});
