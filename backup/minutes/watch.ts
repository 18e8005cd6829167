/**
 * Switches the notes of changes on and off (migration 0013). They cost every statement a little, so they are kept only while copies between nights are made:
 * the process of the night calls this at its start, `saraban backup now` before its copy.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../register/db/connect.ts';
import { deleteWatch, insertWatch, markSince, selectAllEnded, selectWatch } from './queries.ts';

// A transaction that was open while the notes were switched on may have changed rows without a note; most last milliseconds.
const LOOKS = 20;
const BETWEEN_LOOKS_MS = 100;

/**
 * Idempotent. After switching on it waits (seconds at most) for transactions that began before: a whole copy cut then is a base for copies of changes.
 * One that is cut while such a transaction still lasts is no base; makeChanges finds out and waits for the next night.
 * @param db - as the owner
 */
export async function watchChanges(db: Database, on: boolean): Promise<void> {
  if (!on) {
    await db.begin(tx => deleteWatch(tx));
    return;
  }
  if ((await selectWatch(db))?.since != null) return;
  // Two transactions: the number of the second is given after the first was seen by all.
  await insertWatch(db);
  await markSince(db);
  for (let look = 0; look < LOOKS && !(await selectAllEnded(db)); look++) await wait(BETWEEN_LOOKS_MS);
}
