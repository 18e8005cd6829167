/** For tests of the proof: a context over a test's database, with a scratch database in the same server. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FreshDatabase } from '../../test/database/fresh.ts';
import type { CopyFixture } from '../make/copy-fixture.ts';
import type { ProveContext } from './run.ts';

export interface ProofFixture {
  context: ProveContext;
  /** Scratch databases and folders that are open now: none after a proof. */
  open(): number;
}

export function proofFixture(fresh: FreshDatabase, copy: CopyFixture, change: Partial<ProveContext> = {}): ProofFixture {
  let open = 0;
  return {
    open: () => open,
    context: {
      db: fresh.owner,
      app: fresh.db,
      jobs: fresh.jobs,
      store: fresh.store,
      identities: [copy.identity],
      box: copy.context.box,
      now: () => new Date(),
      version: '0.0.0-test',
      log: { info: () => {}, warn: () => {}, error: () => {} },
      data: copy.context.data,
      proof: { bytes: null, letters: 3 },
      printCertificate: null,
      openScratch: async () => {
        const scratch = await testScratch(fresh);
        open++;
        return {
          ...scratch,
          close: async () => {
            await scratch.close();
            open--;
          },
        };
      },
      ...change,
    },
  };
}

/** An empty database of the tests' server, and a folder. */
export async function testScratch(fresh: FreshDatabase) {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`;
  await fresh.admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template0`);
  const folder = join(fresh.folder, name);
  await mkdir(folder);
  const connection = { ...(fresh.connection as { host: string; port: number; user: string; database: string }), database: name };
  return {
    connection,
    folder,
    close: async () => {
      await fresh.admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
