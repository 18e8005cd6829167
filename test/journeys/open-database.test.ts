/** Commands reach the database whether the appliance runs or not, and leave it as they found it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SILENT } from '../../cli/log.ts';
import { withDatabase } from '../../cli/open-database.ts';
import { findPostgres, startPostgres } from '../../cli/postgres/start-postgres.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { type ConnectionOptions, openDatabase } from '../../register/db/connect.ts';

let settings: Settings;

beforeEach(() => {
  const loaded = loadSettings({ SARABAN_DATA: mkdtempSync(join(tmpdir(), 'saraban-command-')) }, null, '/');
  if (loaded.outcome === 'faults') throw new Error(loaded.faults.join());
  settings = loaded.settings;
});
afterEach(() => rmSync(settings.data, { recursive: true, force: true }));

async function migrations(connection: ConnectionOptions): Promise<number> {
  const db = openDatabase(connection, { role: 'owner', max: 1, name: 'test' });
  try {
    const [row] = await db<{ n: number }[]>`SELECT count(*)::int AS n FROM migration`;
    return row?.n ?? 0;
  } finally {
    await db.end();
  }
}

test('while nothing runs, the database is started with its tables in place, and stopped afterwards, also after a failure', async () => {
  expect(await withDatabase(settings, migrations)).toBeGreaterThan(0);
  expect(await findPostgres(settings.data)).toBeNull();
  const failing = withDatabase(settings, async () => {
    throw new Error('the command failed');
  });
  await expect(failing).rejects.toThrow('the command failed');
  expect(await findPostgres(settings.data)).toBeNull();
});

test('while it runs, it is joined and left running', async () => {
  await withDatabase(settings, migrations);
  const appliance = await startPostgres({ dataFolder: settings.data, log: SILENT });
  expect(await withDatabase(settings, migrations)).toBeGreaterThan(0);
  expect((await findPostgres(settings.data))?.pid).toBe(appliance.pid);
  await appliance.stop();
});

test('another database that cannot be reached is a temporary failure that says so and tells no password', async () => {
  const elsewhere = { ...settings, databaseUrl: 'postgres://saraban:hunter2@127.0.0.1:1/saraban' };
  const error = await withDatabase(elsewhere, migrations).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: 'database-away', temporary: true });
  expect(JSON.stringify(error)).not.toContain('hunter2');
});
