import { describe, expect, it } from 'vitest';
import { checkSignature } from './smime.ts';
import { createSigner, SIGNED_PART } from './smime-fixtures.ts';

const signer = createSigner();
const detached = signer.sign(SIGNED_PART);
const opaque = signer.sign(SIGNED_PART, '-nodetach', '-stream');
const content = Buffer.from(SIGNED_PART);
const now = new Date();
const later = new Date(now.getTime() + 400 * 86_400_000);

describe('checkSignature', () => {
  it('says whose it is when a trusted authority says so', async () => {
    for (const check of [
      await checkSignature(detached, content, [signer.authority], now),
      await checkSignature(opaque, null, [signer.authority], now),
    ]) {
      expect(check).toMatchObject({
        state: 'verified',
        reason: '',
        signer: { name: 'สมชาย ใจดี', addresses: ['somchai@sender.example'], issuer: 'กรมทดสอบ CA' },
      });
      expect(Date.parse(check.signer?.validTo ?? '')).toBeGreaterThan(now.getTime());
    }
  });

  it('finds what was altered, trusted or not', async () => {
    const other = Buffer.from(SIGNED_PART.replace('lion', 'lamb'));
    expect(await checkSignature(detached, other, [signer.authority], now)).toMatchObject({ state: 'altered' });
    const changed = Buffer.from(opaque);
    changed.set(Buffer.from('lamb'), changed.indexOf('lion'));
    expect(await checkSignature(changed, null, [], now)).toMatchObject({ state: 'altered' });
    const forged = Buffer.from(detached);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await checkSignature(forged, content, [signer.authority], now)).toMatchObject({ state: 'altered' });
  });

  it('trusts nobody unasked: no authority, another of the same name, one that is no PEM', async () => {
    for (const authorities of [[], [createSigner().authority], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'x']])
      expect(await checkSignature(detached, content, authorities, now)).toMatchObject({ state: 'untrusted', reason: 'issuer' });
  });

  it('takes neither a certificate that ran out before the letter came nor one of a web server', async () => {
    expect(await checkSignature(detached, content, [signer.authority], later)).toMatchObject({ state: 'untrusted', reason: 'expired' });
    const server = createSigner('serverAuth');
    expect(await checkSignature(server.sign(SIGNED_PART), content, [server.authority], now)).toMatchObject({
      state: 'untrusted',
      reason: 'purpose',
    });
  });

  it('does not call good what a weak digest says', async () => {
    expect(await checkSignature(signer.sign(SIGNED_PART, '-md', 'sha1'), content, [signer.authority], now)).toMatchObject({
      state: 'unknown',
      reason: 'weak',
    });
  });

  it('of certificates alone, of what is encrypted, of rubbish and of a signature without its content knows nothing', async () => {
    for (const bytes of [signer.certificates(), signer.encrypt(SIGNED_PART), Buffer.from('rubbish'), Buffer.alloc(0)])
      expect(await checkSignature(bytes, content, [signer.authority], now)).toEqual({
        state: 'unknown',
        reason: 'unreadable',
        signer: null,
      });
    expect((await checkSignature(detached, null, [signer.authority], now)).state).toBe('unknown');
  });

  it('never calls a damaged signature good', async () => {
    for (let at = 0; at < detached.length; at += 40) {
      const changed = Buffer.from(detached.subarray(0, at));
      expect((await checkSignature(changed, content, [signer.authority], now)).state).not.toBe('verified');
    }
  });
});
