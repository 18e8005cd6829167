/** Waiting for something another process does, where the system offers no event: look, and look again less and less often. */
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 2;
const LONGEST_MS = 100;

/**
 * Looks until `look` gives something other than `undefined`.
 * @param patienceMs how long to go on; then `undefined` comes back.
 */
export async function lookUntil<T>(look: () => T | undefined | Promise<T | undefined>, patienceMs: number): Promise<T | undefined> {
  const end = performance.now() + patienceMs;
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 2, LONGEST_MS)) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() >= end) return undefined;
    await sleep(pause);
  }
}
