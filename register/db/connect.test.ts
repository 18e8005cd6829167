import { expect, test } from 'vitest';
import { openDatabase } from './connect.ts';

test('tries again soon after a long outage: pauses between connections stay within a second', async () => {
  const db = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' }, { role: 'app', max: 1, name: 'test' });
  const pauses = [1, 2, 5, 50, 2_000].map(tries => (db.options.backoff as (tries: number) => number)(tries));
  expect(pauses.every(pause => pause > 0 && pause <= 1)).toBe(true);
  expect(pauses.at(-1)).toBe(1);
  await db.end();
});
