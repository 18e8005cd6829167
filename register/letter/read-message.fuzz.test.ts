import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, readMessage } from './read-message.ts';
import { bytesOf, lines, readText, THAI_WORD_874, utf8 } from './reading-fixtures.ts';

/** Numbers that are the same in every run (a linear congruential generator, Numerical Recipes' constants). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SEED_MAIL = lines(
  'Received: from a by b; Thu, 1 Jan 2026 10:00:00 +0700',
  'From: =?utf-8?B?4LiB4LiC?= <a@b.go.th>, "C, D" <c@d> (x)',
  `Subject: ${THAI_WORD_874} =?tis-620?Q?=CB=B9?= =?utf-8?Q?=E0=B8=81?=`,
  'Date: Thu, 1 Jan 2569 10:00:00 +0700',
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  '--outer',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=utf-8; format=flowed',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '=E0=B8=81 soft =',
  'line',
  '--inner',
  'Content-Type: text/html',
  '',
  `<meta charset=utf-8><p>${utf8('ก')}&amp;</p>`,
  '--inner--',
  '--outer',
  'Content-Type: message/rfc822',
  '',
  'Subject: in',
  'Content-Type: multipart/mixed; boundary=deep',
  '',
  '--deep',
  "Content-Type: application/pdf; name*0*=utf-8''%E0%B8; name*1*=%81.pdf",
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQK',
  'AAECAwQFBgc=',
  '--deep--',
  '--outer',
  'Content-Type: application/ms-tnef',
  'Content-Transfer-Encoding: base64',
  '',
  'eJ8+IgEAAQIAkAYADgAAAAAAAAAAAAAAAAAAAAAAAA==',
  '--outer',
  '',
  'begin 644 a.txt',
  '#0V%T',
  '`',
  'end',
  '=ybegin line=128 size=3 name=x',
  'mkz',
  '=yend size=3',
  '--outer--',
  '',
);

const PIECES = [
  '\r\n',
  '\n',
  '\r',
  '--',
  '--outer',
  '--inner--\r\n',
  '=',
  '=?',
  '?=',
  '"',
  ';',
  ':',
  '(',
  '<',
  '\0',
  '\xff',
  '\xe0\xb8',
  'boundary=',
  'Content-Type: multipart/mixed',
  'Content-Type: message/rfc822\r\n\r\n',
  'begin 644 x\r\n',
  '\x1b$B',
  "*0*=''%",
  'base64',
];

function mutate(mail: string, next: (below: number) => number): string {
  let text = mail;
  for (let change = 1 + next(6); change > 0; change--) {
    const at = next(text.length);
    const length = next(40);
    const kind = next(5);
    if (kind === 0) text = text.slice(0, at) + text.slice(at + length);
    else if (kind === 1) text = text.slice(0, at) + PIECES[next(PIECES.length)] + text.slice(at);
    else if (kind === 2) text = text.slice(0, at) + String.fromCharCode(next(256)) + text.slice(at + 1);
    else if (kind === 3) text = text.slice(0, at) + text.slice(at, at + length * 10) + text.slice(at);
    else text = next(4) === 0 ? text.slice(0, at) : text.replaceAll(PIECES[next(3)] ?? '', PIECES[next(3)] ?? '');
  }
  return text;
}

test('six hundred broken mails are read, the same in one piece and in crumbs, and every listed part was kept', async () => {
  const next = numbers(20260101);
  for (let round = 0; round < 600; round++) {
    const mail = mutate(SEED_MAIL, next);
    const whole = await readText(mail);
    const crumbs = await readText(mail, { piece: 1 + next(50) });
    const seen = (read: typeof whole) => [
      read.message.text,
      read.message.html,
      read.message.parts.map(part => [part.path, part.contentType, part.name, part.role, part.sha256]),
    ];
    expect(seen(crumbs), JSON.stringify(mail)).toEqual(seen(whole));
    expect(new Set(whole.paths).size, JSON.stringify(mail)).toBe(whole.paths.length);
    for (const part of whole.message.parts) {
      expect(part.sha256, JSON.stringify(mail)).toMatch(/^[0-9a-f]{64}$/);
      if (part.parent !== null) expect(whole.paths).toContain(part.parent);
    }
    expect(JSON.stringify([whole.message.text, whole.message.headers.subject])).not.toContain('\\u0000');
  }
});

test('pure noise is read', async () => {
  const next = numbers(7);
  for (let round = 0; round < 100; round++) {
    const noise = Buffer.from(Array.from({ length: next(2000) }, () => next(256)));
    const read = await readText(noise);
    expect(read.message.parts.length).toBeGreaterThanOrEqual(0);
  }
});

test('what the source or the keeper throws reaches the caller', async () => {
  async function* broken() {
    yield bytesOf('Subject: x\r\n\r\n');
    throw new Error('disk');
  }
  const openPart = () => ({ write: () => {}, end: () => ({ sha256: '', size: 0 }) });
  await expect(readMessage(broken(), { fallbackCharset: 'windows-874', limits: DEFAULT_LIMITS, openPart })).rejects.toThrow('disk');
});
