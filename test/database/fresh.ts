/**
 * A database of its own for a test file, copied from the migrated template; a blob store of its own; an agency to enter letters for.
 * `close()` ends with `verify` over both: no test may leave a register that does not hold.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type ConnectionOptions, type Database, openDatabase } from '../../register/db/connect.ts';
import { type Jobs, openJobs } from '../../register/jobs/jobs.ts';
import { openFolderStore, type Store } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { TEMPLATE } from './global-setup.ts';

export interface FreshDatabase {
  connection: ConnectionOptions;
  /** As the application: saraban_app, held by row-level security. */
  db: Database;
  /** As the owner: sees everything, for looking and for breaking things on purpose. */
  owner: Database;
  /** On another database of the same server: can cut this one off. */
  admin: Database;
  name: string;
  jobs: Jobs;
  store: Store;
  folder: string;
  /** @param expectWhole - false in a test that damaged the register on purpose */
  close(expectWhole?: boolean): Promise<void>;
}

export async function freshDatabase(options: { works?: boolean } = {}): Promise<FreshDatabase> {
  const server = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = openDatabase(server, { role: 'owner', max: 1, name: 'test' });
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const connection = { ...server, database: name };
  const db = openDatabase(connection, { role: 'app', max: 8, name: 'test' });
  const owner = openDatabase(connection, { role: 'owner', max: 2, name: 'test' });
  const log = { error: () => {}, warn: () => {} };
  const jobs = await openJobs(connection, { works: options.works === true, name: 'test', log });
  const folder = await mkdtemp(join(tmpdir(), 'saraban-store-'));
  const store = await openFolderStore(join(folder, 'blobs'));
  return {
    connection,
    db,
    owner,
    admin,
    name,
    jobs,
    store,
    folder,
    async close(expectWhole = true) {
      await jobs.stop();
      const report = await verify({ db: owner, store });
      await db.end({ timeout: 5 });
      await owner.end({ timeout: 5 });
      await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end({ timeout: 5 });
      await rm(folder, { recursive: true, force: true });
      if (expectWhole && report.faults.length > 0) throw new Error(`verify: ${JSON.stringify(report.faults.slice(0, 5))}`);
    },
  };
}

// biome-ignore lint/performance/noBarrelFile: the two come together in nearly every test
export { addTestAgency, addTestUnit } from './agency.ts';
