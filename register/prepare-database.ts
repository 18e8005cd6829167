/**
 * Everything a database needs before the appliance works on it: our tables, then the job queue's. Run at every start, and once for the tests' template.
 */
import type { ConnectionOptions } from './db/connect.ts';
import { migrate } from './db/migrate.ts';
import { installQueues } from './jobs/jobs.ts';

/**
 * @returns the migrations applied now, in order; none when the database was up to date.
 * @throws Failure `newer-database`, `changed-migration`, `database-away`
 */
export async function prepareDatabase(connection: ConnectionOptions): Promise<{ applied: string[] }> {
  const result = await migrate(connection);
  await installQueues(connection);
  return result;
}
