/**
 * A database of its own for a test file, copied from the migrated template; a blob store of its own; an agency to enter letters for.
 * `close()` ends with `verify` over both: no test may leave a register that does not hold.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { inject } from 'vitest';
import { type ConnectionOptions, type Database, openDatabase } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
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

/** Adds an agency with one central address. @returns its id */
export async function addTestAgency(db: Database, code: string, address = `saraban@${code}.example`): Promise<number> {
  return await inAgency(db, 0, THE_APPLIANCE, async tx => {
    const [agency] = await tx<
      { id: number }[]
    >`INSERT INTO agency (code, name_th, name_en) VALUES (${code}, ${`หน่วยงาน ${code}`}, ${`Agency ${code}`}) RETURNING id`;
    if (agency === undefined) throw new Error('no agency');
    await tx`SELECT set_config('saraban.agency', ${String(agency.id)}, true)`;
    await tx`INSERT INTO address (agency_id, address) VALUES (${agency.id}, ${address})`;
    return agency.id;
  });
}

/** Adds a unit. @returns its id */
export async function addTestUnit(db: Database, agencyId: number, code: string): Promise<string> {
  const id = uuidv7();
  await inAgency(
    db,
    agencyId,
    THE_APPLIANCE,
    tx =>
      tx`INSERT INTO unit (agency_id, id, code, name_th, email) VALUES (${agencyId}, ${id}, ${code}, ${`กอง ${code}`}, ${`${code}@unit.example`})`,
  );
  return id;
}
