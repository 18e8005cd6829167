/** Opens the register's database for a command, whether the appliance runs or not. */
import type { Settings } from '../config/settings.ts';
import type { ConnectionOptions } from '../register/db/connect.ts';
import { refuseNewerDatabase } from '../register/db/migrate.ts';
import { type Log, SILENT } from './log.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { readyDatabase } from './ready-database.ts';

/**
 * Runs `work` with the way to the database. The embedded server is joined when it runs; else it is started, and stopped afterwards unless
 * somebody else has come to use it meanwhile. The tables are brought up to date first, so that a command works before the first start too.
 * @throws Failure when the database cannot be started or reached; whatever `work` throws otherwise
 */
export async function withDatabase<T>(
  settings: Settings,
  work: (connection: ConnectionOptions) => Promise<T>,
  log: Log = SILENT,
): Promise<T> {
  if (settings.databaseUrl !== null) {
    const connection = { url: settings.databaseUrl };
    await readyDatabase(connection);
    return await work(connection);
  }
  const server = await startPostgres({ dataFolder: settings.data, log });
  try {
    // A running appliance has prepared it; doing it again would only cost every command its time. It may be a newer program than this one.
    if (server.joined) await refuseNewerDatabase(server.connection);
    else await readyDatabase(server.connection);
    return await work(server.connection);
  } finally {
    await server.stop();
  }
}
