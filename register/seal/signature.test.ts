import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, type SigningKey } from './keys.ts';
import { checkSignature, readSignature, type SignatureFile, signedBytes, signFile, thingOf, writeSignature } from './signature.ts';

function testKey(): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    id: 'key',
    publicKey: spki,
    fingerprint: fingerprintOf(spki),
    sign: bytes => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}

const key = testKey();
const bytes = Buffer.from('{"day":"2026-11-22"}');
const thing = { agencyCode: 'tambon', ...thingOf('seal.json', bytes) };
const at = new Date('2026-11-22T17:00:00.000Z');
const made = signFile(key, thing, at);
const known = [key.fingerprint];

it('signs the statement that the format names', () => {
  expect(signedBytes(made).toString()).toBe(
    `saraban signature 1\ntambon\nseal.json\n${createHash('sha256').update(bytes).digest('hex')}\n20\n2026-11-22T17:00:00.000Z\n`,
  );
});

it('holds, read back from its file', () => {
  expect(checkSignature(readSignature(writeSignature(made)), thing, known)).toEqual({
    outcome: 'holds',
    agency: 'tambon',
    name: 'seal.json',
    at: '2026-11-22T17:00:00.000Z',
    fingerprint: key.fingerprint,
  });
});

it('is checked by WebCrypto as it is', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const spki = new Uint8Array(Buffer.from(made.key.publicKey, 'base64'));
  const imported = await webcrypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  const check = (over: Buffer) =>
    webcrypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, Buffer.from(made.signature, 'base64'), over);
  expect(await check(signedBytes(made))).toBe(true);
  expect(await check(signedBytes({ ...made, size: 21 }))).toBe(false);
});

it('is checked by OpenSSL, by the steps of docs/data-model.md', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-openssl-'));
  try {
    await writeFile(join(folder, 'seal.sig.json'), writeSignature(made));
    await writeFile(join(folder, 'statement'), signedBytes(made));
    const script = `set -e; cd ${folder}
      field() { sed -n "s/.*\\"$1\\": \\"\\(.*\\)\\".*/\\1/p" seal.sig.json; }
      field publicKey | base64 -d > key.der
      rs=$(sed -n 's/^  "signature": "\\(.*\\)"$/\\1/p' seal.sig.json | base64 -d | od -An -v -tx1 | tr -d ' \\n')
      printf 'asn1=SEQUENCE:rs\\n[rs]\\nr=INTEGER:0x%s\\ns=INTEGER:0x%s\\n' "$(echo $rs | cut -c1-64)" "$(echo $rs | cut -c65-128)" > rs.cnf
      openssl asn1parse -genconf rs.cnf -noout -out signature.der
      openssl dgst -sha256 -keyform DER -verify key.der -signature signature.der statement`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('Verified OK\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('tells apart', () => {
  it.each([
    ['sha256', { ...thing, ...thingOf('seal.json', Buffer.from('{"day":"2026-11-23"}')) }],
    ['size', { ...thing, size: 21 }],
    ['name', { ...thing, name: 'day.json' }],
    ['agency', { ...thing, agencyCode: 'changwat' }],
  ])('a file whose %s is another', (what, other) => {
    expect(checkSignature(made, other, known)).toMatchObject({ outcome: 'changed', what });
  });

  it('another key, which says who signed', () => {
    const other = testKey();
    expect(checkSignature(signFile(other, thing, at), thing, known)).toEqual({ outcome: 'another-key', fingerprint: other.fingerprint });
    expect(checkSignature(signFile(other, thing, at), thing, null)).toMatchObject({ outcome: 'holds', fingerprint: other.fingerprint });
  });

  it.each<[string, Partial<SignatureFile>]>([
    ['another time', { at: '2026-11-21T17:00:00.000Z' }],
    ['another hash', { sha256: '0'.repeat(64) }],
    ['a signature of other bytes', { signature: key.sign(Buffer.from('x')).toString('base64') }],
    ['a signature cut short', { signature: made.signature.slice(0, 40) }],
    ['no key at all', { key: { ...made.key, publicKey: '' } }],
    ['the fingerprint of the right key over another', { key: { ...signFile(testKey(), thing, at).key, fingerprint: key.fingerprint } }],
  ])('a statement with %s', (_, change) => {
    expect(checkSignature({ ...made, ...change }, thing, known)).toEqual({ outcome: 'forged' });
  });

  it('a key on another curve', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const other = signFile(
      {
        ...key,
        publicKey: spki,
        fingerprint: fingerprintOf(spki),
        sign: over => sign('sha256', over, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      },
      thing,
      at,
    );
    expect(checkSignature(other, thing, null)).toEqual({ outcome: 'forged' });
  });

  it.each<[unknown]>([
    [undefined],
    [null],
    ['text'],
    [{}],
    [{ ...made, format: 'saraban signature 2' }],
    [{ ...made, name: 'a\nb' }],
    [{ ...made, size: '20' }],
    [{ ...made, at: 'today' }],
    [{ ...made, key: null }],
    [{ ...made, key: { ...made.key, algorithm: 'none' } }],
    [{ ...made, signature: 7 }],
  ])('what is no signature: %j', file => {
    expect(checkSignature(file, thing, known)).toMatchObject({ outcome: 'not-a-signature' });
  });
});

it('signs no name that could pass for another statement', () => {
  expect(() => signFile(key, { ...thing, name: 'seal.json\nx' }, at)).toThrow('name');
});

it('reads bytes that are no JSON as nothing', () => {
  expect(readSignature(Buffer.from('PK\u0003'))).toBeUndefined();
});
