/** What a measurement stands on: a data folder of its own with the embedded PostgreSQL (durable as in production), migrated, with one agency. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../cli/postgres/start-postgres.ts';
import { type ConnectionOptions, openDatabase } from '../register/db/connect.ts';
import { prepareDatabase } from '../register/prepare-database.ts';
import { addTestAgency } from '../test/database/agency.ts';

export interface Bench {
  folder: string;
  connection: ConnectionOptions;
  agencyId: number;
  address: string;
}

export async function withBench<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-bench-'));
  const postgres = await startPostgres({ dataFolder: folder, log: { info: () => {}, warn: () => {} } });
  try {
    await prepareDatabase(postgres.connection);
    const db = openDatabase(postgres.connection, { role: 'app', max: 1, name: 'bench' });
    const address = 'saraban@bench.example';
    const agencyId = await addTestAgency(db, 'bench', address);
    await db.end();
    return await work({ folder, connection: postgres.connection, agencyId, address });
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
