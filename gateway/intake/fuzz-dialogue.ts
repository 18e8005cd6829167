/** For fuzz.db.test.ts: dialogues that begin like a mail server's and go wrong in a way that a seed repeats. Written as bytes, for no client would send them. */

export type Random = (below: number) => number;

/** Numbers that are the same in every run (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export interface Dialogue {
  /** All that the client says, QUIT at its end. */
  bytes: Buffer;
  /** Where the bytes are cut into writes. */
  cuts: number[];
  /** After so many bytes the client is gone without a word; null: it stays to the end. */
  goneAfter: number | null;
  /** True: gone by reset, and what the server has not read is lost; false: hung up in good order, in the middle of things. */
  isAbrupt: boolean;
  /** True: speaks before it is greeted. */
  isHasty: boolean;
}

const pick = <T>(random: Random, ...choices: T[]): T => choices[random(choices.length)] as T;
/** What is right, in most cases: else no dialogue would come as far as a letter. */
const mostly = (random: Random, right: string, ...wrong: string[]): string => (random(8) > 0 ? right : pick(random, ...wrong));

/** @param session - makes every letter of the run another one */
export function dialogueOf(random: Random, session: number, lmtp: boolean): Dialogue {
  const parts: string[] = [`${mostly(random, lmtp ? 'LHLO' : 'EHLO', 'HELO', 'ehlo', 'LHLO')} fuzz.example\r\n`];
  const transactions = 1 + random(4);
  for (let at = 0; at < transactions; at++) parts.push(...transaction(random, `${session}.${at}`, lmtp));
  let bytes: Buffer = Buffer.from(parts.join(''), 'latin1');
  for (let times = pick(random, 0, 0, 0, 1, 2, 5); times > 0; times--) bytes = mutated(random, bytes);
  // Whatever state the server is in by now, this ends a letter, then the dialogue.
  bytes = Buffer.concat([bytes, Buffer.from('\r\n.\r\nRSET\r\nQUIT\r\n')]);
  const cuts = Array.from({ length: random(12) }, () => random(bytes.length)).sort((a, b) => a - b);
  return { bytes, cuts, goneAfter: random(3) === 0 ? random(bytes.length) : null, isAbrupt: random(2) === 0, isHasty: random(25) === 0 };
}

function transaction(random: Random, name: string, lmtp: boolean): string[] {
  const parts: string[] = [];
  const noise = () => {
    if (random(8) === 0) parts.push(`${strange(random)}\r\n`);
  };
  if (lmtp && random(2) === 0)
    parts.push(`XFORWARD ADDR=${pick(random, '192.0.2.7', '127.0.0.1', '[UNAVAILABLE]', 'IPV6:2001:db8::1', 'x')}\r\n`);
  noise();
  const sender = mostly(random, '<a@b.example>', '<>', '<a@b.example> SIZE=100', '<a@b.example> BODY=8BITMIME', '<@>', 'a b');
  parts.push(`MAIL FROM:${sender}\r\n`);
  noise();
  for (let count = pick(random, 1, 1, 1, 1, 2, 0); count > 0; count--) {
    const right = pick(random, '<saraban@fuzz.example>', '<saraban+tag@FUZZ.example>');
    parts.push(`RCPT TO:${mostly(random, right, '<postmaster>', '<nobody@fuzz.example>', '<>', '<a@b> NOTIFY=')}\r\n`);
  }
  noise();
  parts.push(`${mostly(random, 'DATA', 'data', 'DATA x', 'BDAT 5 LAST')}\r\n`);
  parts.push(letter(random, name), mostly(random, '.\r\n', '\n.\n', '.\n', '\r.\r', ''));
  noise();
  return parts;
}

function letter(random: Random, name: string): string {
  const head = pick(
    random,
    `Subject: fuzz ${name}\r\n`,
    `Auto-Submitted: auto-replied\r\nSubject: fuzz ${name}\r\n`,
    `fuzz ${name}\r\n`,
    `Subject: ${'x'.repeat(2_000)}${name}\r\n`,
  );
  const lines = Array.from({ length: random(20) }, () =>
    pick(random, 'line', '..', '.', 'bare\nlf', 'bare\rcr', 'nul\0', '\xff\xfe', 'MAIL FROM:<forged@b.example>', 'y'.repeat(random(9_000))),
  );
  // Large enough to lie on the disk before it is whole, and some too large to be taken.
  if (random(10) === 0) lines.push(`${'z'.repeat(998)}\r\n`.repeat(400 + random(500)));
  return `From: a@b.example\r\n${head}\r\n${lines.map(line => (line === '.' ? '..' : line)).join('\r\n')}\r\n`;
}

function strange(random: Random): string {
  return pick(
    random,
    'NOOP',
    'RSET',
    'VRFY saraban',
    'HELP',
    'EXPN x',
    'AUTH PLAIN AGEAYg==',
    'STARTTLS',
    'QUIT',
    'XCLIENT ADDR=10.0.0.1',
    'XFORWARD ADDR=10.0.0.1 NAME=+0D+0A',
    'EHLO again.example',
    'GET / HTTP/1.1',
    '',
    ' ',
    '\0\0\0',
    '\x16\x03\x01\x02\x00\x01',
    `MAIL FROM:<${'x'.repeat(3_000)}@b.example>`,
    'Z'.repeat(5_000),
  );
}

/** One wound: a byte changed, a stretch dropped, doubled or moved, an end of letter or of line set in. */
function mutated(random: Random, bytes: Buffer): Buffer {
  const [one, other] = [random(bytes.length), random(bytes.length)];
  const [from, to] = [Math.min(one, other), Math.min(Math.max(one, other), Math.min(one, other) + 200)];
  const kind = random(6);
  if (kind === 0) return Buffer.concat([bytes.subarray(0, from), Buffer.from([random(256)]), bytes.subarray(from + 1)]);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind === 2) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  if (kind === 3) return Buffer.concat([bytes.subarray(to), bytes.subarray(0, to)]);
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(kind === 4 ? '\r\n.\r\n' : '\r\n'), bytes.subarray(from)]);
}
