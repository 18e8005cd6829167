/**
 * `npm run schema`: migrates an empty database of a temporary server and writes its shape to schema.sql, which stands beside the migrations for
 * readers. schema.db.test.ts fails while the two differ.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// biome-ignore lint/style/noRestrictedImports: a tool of developers, which needs a server of its own; nothing of the register imports it
import { startPostgres } from '../../cli/postgres/start-postgres.ts';
import { openDatabase } from './connect.ts';
import { migrate } from './migrate.ts';
import { schemaText } from './schema-text.ts';

const FILE = new URL('./schema.sql', import.meta.url);

const folder = await mkdtemp(join(tmpdir(), 'saraban-schema-'));
const server = await startPostgres({ dataFolder: folder, log: { info: () => {}, warn: () => {} } });
try {
  await migrate(server.connection);
  const db = openDatabase(server.connection, { role: 'owner', max: 1, name: 'schema' });
  try {
    const text = await schemaText(db);
    await writeFile(FILE, text);
    console.log(`register/db/schema.sql: ${text.split('\n').length - 1} lines`);
  } finally {
    await db.end({ timeout: 5 });
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
