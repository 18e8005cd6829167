/** The worker's process: everything that follows the 250. Reads letters, acknowledges, routes, notifies, sends, and sweeps for what was missed. */
import { join } from 'node:path';
import { registerGatewayWork } from '../../gateway/dispatch/work.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { readingFolder } from '../../register/finish-reading.ts';
import { openJobs } from '../../register/jobs/jobs.ts';
import { findOcrPrograms } from '../../register/ocr/programs.ts';
import { createRecogniser } from '../../register/ocr/recogniser.ts';
import { createReader } from '../../register/reading/reader.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { registerRegisterWork } from '../../register/work.ts';
import { openBox } from './open-box.ts';
import type { RoleContext, RunningRole } from './role.ts';

// One thread for the letter at hand and one that is free when it is a slow one.
const READING_THREADS = 2;

/** @throws Failure `database-away`, `store-unwritable` */
export async function run(context: RoleContext): Promise<RunningRole> {
  const { settings, log, clock } = context;
  const db = openDatabase(context.database, { role: 'app', max: 10, name: 'worker' });
  const jobs = await openJobs(context.database, { works: true, name: 'worker', log });
  const store = await openFolderStore(join(settings.data, 'blobs'));
  const reader = createReader({ threads: READING_THREADS, authorities: join(settings.data, 'ca') });
  const recogniser = createRecogniser(await findOcrPrograms(), readingFolder(store));
  const timestamp = settings.timestampUrl === null ? null : { url: settings.timestampUrl };
  await registerRegisterWork({ db, jobs, store, now: clock, reader, log, clamd: settings.clamd, recogniser, timestamp });
  const gateway = await registerGatewayWork({ db, jobs, store, now: clock, settings, log, box: await openBox(settings.data, log) });
  return {
    ready: {},
    async stop() {
      gateway.stop();
      recogniser?.stop();
      await jobs.stop();
      await reader.close();
      await db.end({ timeout: 5 });
    },
  };
}
