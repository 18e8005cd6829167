/**
 * Works 'timestamp-day': asks the authority for a timestamp over the seal of a closed day and adds it to the day's files as seal.tsr. Queued by register/close-day.ts;
 * the queue asks again for days when the authority is away. A late timestamp proves less, but still that the day was not written after it.
 */
import { insertAct } from '../act/queries.ts';
import type { CloseLog } from '../close/context.ts';
import { SEAL_TIMESTAMP } from '../close/day-format.ts';
import { insertBlob, insertFile, selectSeal } from '../close/queries.ts';
import type { Database } from '../db/connect.ts';
import { type Actor, inAgency } from '../db/transaction.ts';
import type { Payloads } from '../jobs/queues.ts';
import type { Store } from '../store/folder.ts';
import { askForTimestamp } from './timestamp.ts';

export interface TimestampContext {
  db: Database;
  store: Store;
  now: () => Date;
  timestamp: { url: string };
  log: Pick<CloseLog, 'info' | 'warn'>;
}

const THE_STAMPING: Actor = { id: null, name: 'Saraban', peer: 'timestamp' };
const TIMESTAMP_TYPE = 'application/timestamp-reply';
/** More than this between the authority's clock and ours is said aloud: one of the two is wrong, and it is seldom the authority's. */
const CLOCKS_APART_MS = 300_000;

/** A day that has its timestamp, or that is not there, needs nothing. @throws Failure `timestamp-away`, `timestamp-wrong`: the job is tried again */
export async function timestampDay(
  context: TimestampContext,
  { agencyId, ordinal }: Payloads['timestamp-day'],
): Promise<'stamped' | 'already' | 'no-such-day'> {
  const seal = await inAgency(context.db, agencyId, THE_STAMPING, tx => selectSeal(tx, ordinal));
  if (seal === null) return 'no-such-day';
  if (seal.stamped) return 'already';
  const { token, time, authority } = await askForTimestamp(context.timestamp.url, await context.store.read(seal.sha256));
  const now = context.now();
  if (Math.abs(now.getTime() - time.getTime()) > CLOCKS_APART_MS)
    context.log.warn(
      { agency: agencyId, day: seal.day, authority: time.toISOString(), here: now.toISOString() },
      'the clock and the timestamp disagree',
    );
  const stored = await context.store.put(token);
  return await inAgency(context.db, agencyId, THE_STAMPING, async tx => {
    await insertBlob(tx, stored);
    const file = { name: SEAL_TIMESTAMP, contentType: TIMESTAMP_TYPE, ...stored, classified: false };
    if (!(await insertFile(tx, ordinal, file, now))) return 'already';
    await insertAct(tx, { agencyId, ...THE_STAMPING }, now, {
      register: 'office',
      kind: 'day-timestamped',
      detail: { day: seal.day, ordinal, authority, time: time.toISOString(), sha256: stored.sha256 },
    });
    return 'stamped';
  });
}
