import { expect, test } from 'vitest';
import { bytesPerSecond, Limiter } from './bandwidth.ts';

test.each([
  [null, null],
  ['4M', 4 * 1024 ** 2],
  ['1.5M', 1.5 * 1024 ** 2],
  ['512K', 512 * 1024],
  ['512', 512 * 1024],
  ['100B', 100],
  ['1g', 1024 ** 3],
])('%s', (text, bytes) => {
  expect(bytesPerSecond(text)).toBe(bytes);
});

test.each(['', '0', '-1M', 'fast', '4M:1M', '4MB/s'])('%s is none', text => {
  expect(() => bytesPerSecond(text)).toThrow('not a bandwidth');
});

test('lets through what the rate allows, and waits for the rest', async () => {
  let now = 0;
  const waits: number[] = [];
  const limiter = new Limiter(
    1000,
    () => now,
    async ms => {
      waits.push(ms);
      now += ms;
    },
  );
  await limiter.take(500);
  await limiter.take(500);
  await limiter.take(2_000);
  expect(now).toBe(1_000);
  now = 10_000;
  await limiter.take(1);
  expect(waits).toEqual([500, 500]);
});

test('no limit, no waiting', async () => {
  const limiter = new Limiter(
    null,
    () => 0,
    () => Promise.reject(new Error('waited')),
  );
  await limiter.take(1e12);
  await limiter.take(1e12);
});
