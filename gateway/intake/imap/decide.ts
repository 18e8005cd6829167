/** What a reply of receive.ts means for a mail that lies in a mailbox elsewhere. Pure; fetch-mailbox.ts does it. */
import type { Reply } from '../replies.ts';

export type Settled =
  /** The register has it. */
  | { state: 'entered'; messageId: string }
  /** Not taken, for good. `loud`: nobody wanted that, so officers are told; otherwise the agency's own policy refuses the sender. */
  | { state: 'refused'; problem: string; loud: boolean }
  /** This mail is tried again later; the others go on. */
  | { state: 'later'; problem: string }
  /** It is our own house that cannot take mail just now: no mail is to blame, and none can go on. */
  | { state: 'stop'; problem: string };

/** A mail that failed so often is called failing: somebody should look at it. It is tried still, at the longest pause. */
export const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

export function settledBy(reply: Reply): Settled {
  const problem = `${reply.code} ${reply.text}`.slice(0, 500);
  if (reply.code >= 200 && reply.code < 300) {
    const messageId = /\bid=([0-9a-f-]{36})\b/.exec(reply.text)?.[1];
    return messageId === undefined ? { state: 'later', problem } : { state: 'entered', messageId };
  }
  if (reply.code >= 500) return { state: 'refused', problem, loud: !reply.text.startsWith('5.7.1') };
  // 4.3.1: no room on the disk. 4.3.0 with the register's words: no database.
  if (reply.text.startsWith('4.3.1') || /^4\.3\.0 the register/.test(reply.text)) return { state: 'stop', problem };
  return { state: 'later', problem };
}

/** How long a mail waits after its n-th try in vain: a minute, doubling up to six hours. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, Math.max(0, tries - 1)));
}

/** How long a mailbox waits that could not be looked into: five seconds, doubling up to the usual pause between two looks. */
export function pauseAfterTrouble(times: number, everyMs: number): number {
  return Math.min(everyMs, 5_000 * 2 ** Math.min(20, Math.max(0, times - 1)));
}
