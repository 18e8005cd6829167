/**
 * Before the tests with a database: one PostgreSQL, and in it one migrated template that each test file copies (test/database/fresh.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../cli/postgres/start-postgres.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { prepareDatabase } from '../../register/prepare-database.ts';

export const TEMPLATE = 'saraban_template';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { host: string; port: number; user: string; database: string };
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'saraban-test-'));
  const quiet = { info: () => {}, warn: () => {} };
  const postgres = await startPostgres({ dataFolder, log: quiet });
  const server = openDatabase(postgres.connection, { role: 'owner', max: 1, name: 'test setup' });
  await server.unsafe(`CREATE DATABASE ${TEMPLATE}`);
  await server.end();
  await prepareDatabase({ ...postgres.connection, database: TEMPLATE });
  project.provide('postgres', postgres.connection);
  return async () => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}
