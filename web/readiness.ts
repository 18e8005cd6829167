/** Whether the appliance can take and show letters now: what /healthz answers, part by part. */
import { access, constants } from 'node:fs/promises';
import type { Database } from '../register/db/connect.ts';
import type { Store } from '../register/store/folder.ts';
import type { Readiness } from './context.ts';
import { selectNothing } from './queries.ts';

/** Never throws: a part that cannot be asked is a part that is not ready. */
export async function readinessOf(of: { db: Database; store: Store; diskFloor: number }): Promise<Readiness> {
  const parts: Readiness['parts'] = {
    database: await partOf(async () => {
      await selectNothing(of.db);
      return { ready: true, detail: 'answers' };
    }),
    disk: await partOf(async () => {
      const free = await of.store.free();
      // A disk that the system has made read-only, as it does after an error, has all its room.
      await access(of.store.incoming, constants.W_OK);
      return { ready: free >= of.diskFloor, detail: `${Math.floor(free / 1024 ** 2)} MiB free` };
    }),
  };
  return { ready: Object.values(parts).every(part => part.ready), parts };
}

// A monitor waits seconds, not minutes: no answer is an answer.
const PATIENCE_MS = 3_000;

async function partOf(look: () => Promise<{ ready: boolean; detail: string }>): Promise<{ ready: boolean; detail: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ready: boolean; detail: string }>(resolve => {
    timer = setTimeout(() => resolve({ ready: false, detail: 'no answer' }), PATIENCE_MS);
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    // The code alone: anybody may ask, and messages name folders and machines.
    return { ready: false, detail: error instanceof Error && 'code' in error ? String(error.code) : 'not reachable' };
  } finally {
    clearTimeout(timer);
  }
}
