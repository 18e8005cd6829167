/**
 * All mailboxes elsewhere, of all agencies: started by cli/roles/gateway.ts. Which there are is asked every minute and whenever an administrator changed one.
 * Of several gateways one watches a mailbox and the others wait: each holds an advisory lock a mailbox, all of a process on one connection. Should that connection be
 * lost for a moment, two may look at once; then I2 keeps a letter from being entered twice, and the second one leaves as soon as it notices.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../../register/db/connect.ts';
import { type MailboxToWatch, selectBackend, selectMailboxesToWatch, tryLock, unlock } from './queries.ts';
import { type WatchContext, watchMailbox } from './watch-mailbox.ts';

export interface KeepContext extends Omit<WatchContext, 'inTurn'> {
  /** A pool of one connection, for the locks alone. */
  locks: Database;
  /** For tests: how often the list is asked for. */
  lookMs?: number;
}

export interface MailboxKeeper {
  /** Asks for the list now. */
  look(): Promise<void>;
  /** Mailboxes watched by this process. */
  watching(): string[];
  /** The letter in hand is finished; connections are closed. */
  stop(): Promise<void>;
}

const LOOK_MS = 60_000;
/** Sessions that fetch or connect at the same moment; those that wait for mail are not counted. */
const AT_ONCE = 16;
const STOP_MS = 15_000;
const CHANNEL = 'saraban_mailbox';

interface Watched extends MailboxToWatch {
  stop: AbortController;
  ended: Promise<void>;
}

export async function keepMailboxes(context: KeepContext): Promise<MailboxKeeper> {
  const watched = new Map<string, Watched>();
  const inTurn = createTurns(AT_ONCE);
  let backend = 0;
  let stopped = false;
  let looking: Promise<void> | null = null;
  let again = false;

  async function lookOnce(): Promise<void> {
    const wanted = new Map((await selectMailboxesToWatch(context.db)).map(one => [one.id, one]));
    await checkLocks();
    for (const one of [...watched.values()]) {
      // It finishes the letter in hand; its end is followed by another look, which begins it anew by its new settings.
      if (wanted.get(one.id)?.version !== one.version) one.stop.abort();
    }
    for (const one of wanted.values()) {
      if (stopped || watched.has(one.id)) continue;
      const { locked, pid } = await tryLock(context.locks, one.id);
      backend = pid;
      if (locked) begin(one);
    }
  }

  /** After the connection of the locks was lost they are asked for again; what another process holds now is left to it. */
  async function checkLocks(): Promise<void> {
    if (watched.size === 0) return;
    const pid = await selectBackend(context.locks);
    if (pid === backend) return;
    backend = pid;
    for (const one of [...watched.values()]) {
      if (!(await tryLock(context.locks, one.id)).locked) one.stop.abort();
    }
  }

  function begin(mailbox: MailboxToWatch): void {
    const stop = new AbortController();
    const ended = watchMailbox({ ...context, inTurn }, mailbox, stop.signal)
      .catch(error =>
        context.log.error({ mailbox: mailbox.id, error: error instanceof Error ? error.message : String(error) }, 'mailbox watch ended'),
      )
      .then(async () => {
        await unlock(context.locks, mailbox.id).catch(() => {});
        watched.delete(mailbox.id);
        if (!stopped) void look();
      });
    watched.set(mailbox.id, { ...mailbox, stop, ended });
  }

  async function look(): Promise<void> {
    if (looking !== null) {
      again = true;
      return await looking;
    }
    looking = (async () => {
      do {
        again = false;
        await lookOnce().catch(error =>
          context.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'mailboxes could not be asked for'),
        );
      } while (again && !stopped);
    })();
    await looking;
    looking = null;
  }

  const timer = setInterval(() => void look(), context.lookMs ?? LOOK_MS).unref();
  // Without the listener the minute's look finds every change.
  const listener = await context.db.listen(CHANNEL, () => void look()).catch(() => null);
  void look();

  return {
    look,
    watching: () => [...watched.keys()],
    async stop() {
      stopped = true;
      clearInterval(timer);
      await listener?.unlisten().catch(() => {});
      await looking;
      const all = [...watched.values()];
      for (const one of all) one.stop.abort();
      // A server that hangs just now is not waited for: what it had in hand is taken up by the next start.
      await Promise.race([Promise.all(all.map(one => one.ended)), wait(STOP_MS, undefined, { ref: false })]);
    },
  };
}

/** Lets through so many at once, the others in the order they came. */
export function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async work => {
    if (busy >= most) await new Promise<void>(resolve => waiting.push(resolve));
    else busy++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) busy--;
      else next();
    }
  };
}
