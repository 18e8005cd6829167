import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

const allowance = { graceMs: 1_000, bytesPerSecond: 100 };

test('a connection that brings nothing has its grace; one that brings something has longer, byte by byte', () => {
  let now = 0;
  const pace = createPace(allowance, () => now);
  const connection = {};
  pace.begin(connection, 0);
  now = 1_000;
  expect(pace.isTooSlow(connection, 0)).toBe(false);
  now = 1_001;
  expect(pace.isTooSlow(connection, 0)).toBe(true);
  expect(pace.isTooSlow(connection, 1)).toBe(false);
  now = 11_000;
  expect([pace.isTooSlow(connection, 1_000), pace.isTooSlow(connection, 999)]).toEqual([false, true]);
});

test('each letter begins anew, and nobody is shown out while we are the slow one', () => {
  let now = 0;
  const pace = createPace(allowance, () => now);
  const connection = {};
  pace.begin(connection, 0);
  pace.answering(connection);
  now = 50_000;
  expect(pace.isTooSlow(connection, 500)).toBe(false);
  pace.begin(connection, 500);
  now = 51_001;
  expect(pace.isTooSlow(connection, 500)).toBe(true);
  expect(pace.isTooSlow({}, 0)).toBe(false);
});
