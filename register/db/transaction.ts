/**
 * Transactions of one agency. Row-level security (I9) lets through only the rows of the agency named here,
 * and the triggers that keep history read the actor from here.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Database, Transaction } from './connect.ts';

/** Who acts. `id` is null for the appliance itself. `peer` tells from where: an IP address, 'cli', 'gateway'. */
export interface Actor {
  id: string | null;
  name: string;
  peer: string;
}

export const THE_APPLIANCE: Actor = { id: null, name: 'Saraban', peer: 'appliance' };

// Serialization failure, deadlock, and the unique violation two gateways can cause by taking the same mail at once: running the whole
// transaction again is right for all three. Three times is plenty for a queue of one writer a process; more would hide a real fault.
const TRY_AGAIN = new Set(['40001', '40P01']);
const TRIES = 4;

/**
 * Runs `work` in one transaction that sees and writes only the rows of `agencyId`. Runs it again after a deadlock or a serialization failure,
 * so `work` must not have effects outside the database.
 * @throws Failure `database-away` (temporary) when PostgreSQL cannot be reached; whatever `work` throws otherwise.
 */
export async function inAgency<T>(db: Database, agencyId: number, actor: Actor, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return await inTransaction(db, async tx => {
    await useAgency(tx, agencyId, actor);
    return await work(tx);
  });
}

/** Names the agency and the actor for the rest of the transaction. The letters of several agencies can so be entered in one. */
export async function useAgency(tx: Transaction, agencyId: number, actor: Actor): Promise<void> {
  await tx`SELECT set_config('saraban.agency', ${String(agencyId)}, true),
                  set_config('saraban.actor', ${JSON.stringify({ id: actor.id, name: actor.name })}, true)`;
}

/** One transaction with no agency named yet; otherwise as inAgency. `alsoRetry` names further SQLSTATEs after which all is run again. */
export async function inTransaction<T>(db: Database, work: (tx: Transaction) => Promise<T>, alsoRetry: string[] = []): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await db.begin(work)) as T;
    } catch (error) {
      const code = sqlState(error);
      if (code !== null && attempt < TRIES && (TRY_AGAIN.has(code) || alsoRetry.includes(code))) {
        await wait(attempt * 5);
        continue;
      }
      throw asFailure(error);
    }
  }
}

/** The SQLSTATE of an error of the database client, or null. */
export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

// Connection exceptions (class 08), shutdown and start-up of the server (57P0x), too many connections, and the client's own words.
const AWAY = /^(08...|57P0[1-5]|53300|CONNECTION_.*|CONNECT_TIMEOUT|ECONN.*|ENOENT|EPIPE)$/;
// Out of disk, out of memory.
const FULL = /^(53100|53200|53400|ENOSPC)$/;

/** Turns what the client throws when the database is away or full into a temporary Failure; anything else is given back as it is. */
export function asFailure(error: unknown): unknown {
  const code = sqlState(error);
  if (code === null || error instanceof Failure) return error;
  if (AWAY.test(code)) {
    return new Failure({
      code: 'database-away',
      temporary: true,
      message: `the database cannot be reached (${code})`,
      userMessage: { th: 'ฐานข้อมูลไม่พร้อมใช้งานชั่วคราว โปรดลองอีกครั้ง', en: 'The database cannot be reached just now. Please try again.' },
      cause: error,
    });
  }
  if (FULL.test(code)) {
    return new Failure({
      code: 'database-full',
      temporary: true,
      message: `the database has no room (${code})`,
      userMessage: { th: 'พื้นที่จัดเก็บเต็ม โปรดแจ้งผู้ดูแลระบบ', en: 'The storage is full. Please tell the operator.' },
      cause: error,
    });
  }
  return error;
}
