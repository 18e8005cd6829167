/** Holds the database for as long as the appliance runs: started or joined, and started again when it dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config/settings.ts';
import type { ConnectionOptions } from '../../register/db/connect.ts';
import type { Log } from '../log.ts';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.ts';
import { aborted } from './told-to-stop.ts';

export type KeptDatabase = {
  /** Stays the same over restarts. */
  connection: ConnectionOptions;
  stop(): Promise<void>;
};

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Every process of the appliance holds the server itself. So whoever of them is killed, the last one that lives stops it; and whoever sees it
 * die first starts it again, the others join.
 * @throws Failure when it cannot be started now
 */
export async function keepDatabase(settings: Settings, log: Log): Promise<KeptDatabase> {
  if (settings.databaseUrl !== null) return { connection: { url: settings.databaseUrl }, stop: async () => {} };
  const options = { dataFolder: settings.data, log };
  let server: RunningPostgres = await startPostgres(options);
  const { connection } = server;
  const stopping = new AbortController();

  const watch = async () => {
    for (;;) {
      // While others still use the server it lives on after our stop.
      await Promise.race([server.exited, aborted(stopping.signal)]);
      if (stopping.signal.aborted) return;
      log.error({ server: server.pid }, 'database died; starting it again');
      // Gives back the lease of the dead one.
      await server.stop();
      const next = await startAgain(options, stopping.signal);
      if (!next) return;
      server = next;
      if (stopping.signal.aborted) return;
    }
  };
  const watching = watch();

  return {
    connection,
    stop: async () => {
      stopping.abort();
      await server.stop();
      // If it died and was just being started again, that one has to go as well.
      await watching;
      await server.stop();
    },
  };
}

async function startAgain(options: { dataFolder: string; log: Log }, stopping: AbortSignal): Promise<RunningPostgres | undefined> {
  for (let pause = FIRST_PAUSE_MS; !stopping.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await startPostgres(options);
    } catch (error) {
      options.log.error({ error }, 'database cannot be started');
    }
    await sleep(pause, undefined, { signal: stopping }).catch(() => {});
  }
  return undefined;
}
