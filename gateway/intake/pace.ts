/**
 * Which connections hold a place and bring nothing: a byte now and then keeps the idle time-out away for ever, and a few hundred such senders would
 * shut out all others. smtp.ts asks now and then, and shows them out.
 */

export interface Allowance {
  /** Milliseconds that every connection has, from its greeting and again from each letter. */
  graceMs: number;
  /** Whoever brings so much may stay longer: a second more for each. A slow line is no attack. */
  bytesPerSecond: number;
}

// An 8 KiB a second is a tenth of the slowest line in use; five hundred places held at that pace cost the holder 4 MiB a second.
export const ALLOWANCE: Allowance = { graceMs: 600_000, bytesPerSecond: 8 * 1024 };

export interface Pace<T extends object> {
  /** A greeting, or the end of a letter: the time begins anew. @param bytes - read from the connection so far */
  begin(connection: T, bytes: number): void;
  /** The final dot has come: from now on we are the one who is waited for. */
  answering(connection: T): void;
  isTooSlow(connection: T, bytes: number): boolean;
}

export function createPace<T extends object>(allowance: Allowance, now: () => number = Date.now): Pace<T> {
  const since = new WeakMap<T, { at: number; bytes: number }>();
  return {
    begin(connection, bytes) {
      since.set(connection, { at: now(), bytes });
    },
    answering(connection) {
      since.delete(connection);
    },
    isTooSlow(connection, bytes) {
      const start = since.get(connection);
      if (start === undefined) return false;
      const brought = Math.max(0, bytes - start.bytes);
      return now() - start.at > allowance.graceMs + (brought / allowance.bytesPerSecond) * 1000;
    },
  };
}
