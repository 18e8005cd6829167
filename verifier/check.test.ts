/** What strangers may hand in: hostile ZIPs, odd mails, JSON of any shape. The verifier never throws, never grows, and never says "it holds" without a signature. */
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { genesisHash, actHash as ledgerActHash, entryHash as ledgerEntryHash } from '../register/ledger.ts';
import { actHash, entryHash, startHash } from './chain.js';
import { isMail, partsOfMail } from './mail.js';
import { asBytes, verdictOf } from './test-packs.ts';
import { unzip } from './zip.js';

const text = (value: string) => new Uint8Array(Buffer.from(value, 'utf8'));

describe('links', () => {
  it("are the register's own, for any text", async () => {
    const hash = Buffer.alloc(32, 7);
    for (const odd of ['', 'สมชาย "ใจดี"', '\\ \n \t \u0001 \u2028 \u007f', '😀']) {
      const at = new Date('2026-11-22T03:00:00.123Z');
      const entry = {
        previousHash: hash,
        register: 'receive',
        year: 2569,
        number: 1,
        id: 'i',
        rawSha256: null,
        receivedAt: at,
        enteredAt: at,
        envelopeFrom: odd,
        fromName: odd,
        fromAddress: odd,
      };
      const shown = { ...entry, previousHash: hash.toString('hex'), receivedAt: at.toISOString(), enteredAt: at.toISOString() };
      expect(await entryHash(shown)).toBe(ledgerEntryHash(entry).toString('hex'));
      const act = {
        previousHash: hash,
        register: 'receive',
        ordinal: 1,
        entryId: null,
        routeId: null,
        kind: 'x',
        actorId: null,
        actorName: odd,
        peer: odd,
        at,
        detail: JSON.stringify({ odd }),
      };
      expect(await actHash({ ...act, previousHash: hash.toString('hex'), at: at.toISOString() })).toBe(ledgerActHash(act).toString('hex'));
    }
    expect(await startHash('red', 'act:receive', 0)).toBe(genesisHash('red', 'act:receive', 0).toString('hex'));
  });
});

describe('a ZIP', () => {
  const limits = { entries: 10, entryBytes: 5_000_000, totalBytes: 8_000_000, ratio: 100 };
  const open = (bytes: Uint8Array) => unzip(bytes, { bytes: limits.totalBytes }, limits);

  it('gives its files, stored and deflated', async () => {
    const files = { 'a/ก.txt': text('สวัสดี'), b: new Uint8Array(70_000).fill(1) };
    for (const level of [0, 9] as const) {
      const { files: found, faults } = await open(zipSync(files, { level }));
      expect(faults).toEqual([]);
      expect(found.map(file => [file.name, Buffer.from(file.bytes).equals(Buffer.from(files[file.name as keyof typeof files]))])).toEqual([
        ['a/ก.txt', true],
        ['b', true],
      ]);
    }
  });

  it('that is a bomb is not unpacked, however it is wrapped', async () => {
    const bomb = zipSync({ bomb: new Uint8Array(4_000_000) }, { level: 9 });
    expect((await open(bomb)).faults).toEqual([{ name: 'bomb', why: 'too-large' }]);
    // It says that it is small.
    const liar = Uint8Array.from(bomb);
    const view = new DataView(liar.buffer);
    for (let at = 0; at < liar.length - 4; at++) if (view.getUint32(at, true) === 4_000_000) view.setUint32(at, 10_000, true);
    expect((await open(liar)).faults).toEqual([{ name: 'bomb', why: 'broken' }]);
    const many = zipSync(
      Object.fromEntries(
        Array.from({ length: 5 }, (_, index) => [`f${index}`, new Uint8Array(2_000_000).map((_, at) => (at * 2_654_435_761) >> 13)]),
      ),
      { level: 0 },
    );
    expect((await open(many)).faults.filter(fault => fault.why === 'too-large')).toHaveLength(1);
    expect(
      (await open(zipSync(Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${index}`, text('x')]))))).faults[0]?.why,
    ).toBe('too-large');
  });

  it('that holds one name twice is told', async () => {
    const twice = Buffer.from(zipSync({ aa: text('1'), bb: text('2') }, { level: 0 }));
    for (let at = twice.indexOf('bb'); at >= 0; at = twice.indexOf('bb')) twice.write('aa', at);
    expect((await open(new Uint8Array(twice))).faults).toEqual([{ name: 'aa', why: 'twice' }]);
  });

  it('cut anywhere or of random bytes never throws', async () => {
    const whole = zipSync({ a: text('abc'), b: text('def'.repeat(1_000)) });
    for (let length = 0; length < whole.length; length++) await open(whole.subarray(0, length));
    for (let at = 0; at < whole.length; at++) {
      const copy = Uint8Array.from(whole);
      copy[at] = 255 - (copy[at] ?? 0);
      await open(copy);
    }
  });

  it('of somebody else is a file like another', async () => {
    const { verdict, codes } = await verdictOf([{ name: 'photos.zip', bytes: zipSync({ 'a.jpg': text('x') }) }]);
    expect([verdict, codes]).toEqual(['unproven', ['open nothing-known', 'unproven nothing-to-check']]);
  });
});

describe('a mail', () => {
  const mail = [
    'From: a@b.example',
    'Content-Type: multipart/mixed;',
    ' boundary="x y"',
    '',
    'preamble',
    '--x y',
    'Content-Type: application/pdf; name="a;b.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBE',
    'Rg==',
    '--x y',
    'Content-Type: text/plain',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'a=3Db=',
    'c  ',
    '--x y--',
    'epilogue',
  ];

  it.each(['\r\n', '\n'])('gives its parts, lines ended by %j', end => {
    const bytes = text(mail.join(end));
    expect(isMail(bytes)).toBe(true);
    expect(partsOfMail(bytes).map(part => [part.type, part.name, Buffer.from(part.bytes).toString()])).toEqual([
      ['application/pdf', 'a;b.pdf', '%PDF'],
      ['text/plain', '', 'a=bc'],
    ]);
  });

  it('nested without end, unclosed or empty is borne', () => {
    expect(partsOfMail(text(''))).toHaveLength(1);
    expect(partsOfMail(text('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nopen'))).toHaveLength(1);
    const deep = `${'Content-Type: multipart/mixed; boundary=b\n\n--b\n'.repeat(500)}\n`;
    expect(partsOfMail(text(deep)).length).toBeLessThanOrEqual(1);
    expect(isMail(text('{"a": 1}'))).toBe(false);
    expect(isMail(new Uint8Array([0, 1, 2]))).toBe(false);
  });
});

describe('JSON of any shape', () => {
  const formats = [
    'saraban signature 1',
    'saraban seal 1',
    'saraban day 1',
    'saraban certificate 1',
    'saraban evidence 1',
    'saraban evidence entry 1',
    'saraban.acknowledgement/1',
    'saraban copy',
    'x',
  ];
  const values = [
    null,
    0,
    -1,
    1.5,
    '',
    'x',
    'a'.repeat(64),
    [],
    {},
    [null],
    [{}],
    [[1]],
    { code: 'red' },
    true,
    { rows: [null] },
    '2026-11-22',
  ];
  const names =
    'agency name sha256 size at key signature ordinal day previous files missing books certificates register year first last head firstAct lastAct actHead entries acts rows entry attachments closedDay number messageSha256 entryHash ended previousSeal format'.split(
      ' ',
    );

  it('is judged, never thrown at, and never held for proof', async () => {
    let seed = 42;
    const random = (most: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % most;
    };
    const make = (depth: number): unknown => {
      if (depth === 0 || random(3) === 0) return values[random(values.length)];
      if (random(4) === 0) return Array.from({ length: random(3) }, () => make(depth - 1));
      return Object.fromEntries(Array.from({ length: random(12) }, () => [names[random(names.length)] ?? '', make(depth - 1)]));
    };
    for (let round = 0; round < 600; round++) {
      const files = Array.from({ length: 1 + random(3) }, (_, index) => ({
        name: ['seal.json', 'manifest.json', 'd/entry.json', 'day.json', 'x.sig.json'][random(5)] ?? `${index}`,
        bytes: asBytes({ ...(make(4) as object), format: formats[random(formats.length)] }),
      }));
      expect((await verdictOf(files)).verdict).not.toBe('holds');
    }
  });

  it('cannot bend what is shown', async () => {
    const { report } = await verdictOf([{ name: 'a\u202etxt.exe\n\u001b[31m', bytes: text('x') }]);
    expect(report.sections[0]?.findings[0]?.en).not.toMatch(/[\u202e\n\u001b]/);
  });
});
