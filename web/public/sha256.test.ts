import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256 } from '../static/sha256.js';

describe('the hash of the public page', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('is that of FIPS 180-4 for %j', (text, hash) => {
    expect(new Sha256().update(new TextEncoder().encode(text)).hex()).toBe(hash);
  });

  it('is that of the platform for every length around the blocks, in pieces of any size', () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = randomBytes(length);
      const hash = new Sha256();
      for (let at = 0; at < length; ) {
        const piece = 1 + Math.floor(Math.random() * 130);
        hash.update(bytes.subarray(at, at + piece));
        at += piece;
      }
      expect(hash.hex()).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  it('is that of the platform for a few megabytes', () => {
    const bytes = randomBytes(3_000_001);
    expect(new Sha256().update(bytes).hex()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
