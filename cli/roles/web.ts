/** The web's process: the register on a screen, the JSON API and the public page. */
import { join } from 'node:path';
import { openPlaces } from '../../backup/place/open-places.ts';
import type { Settings } from '../../config/settings.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { openJobs } from '../../register/jobs/jobs.ts';
import type { Officer } from '../../register/officer.ts';
import { createPrinter } from '../../register/print/print.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import type { CopyPlace } from '../../web/context.ts';
import { readinessOf } from '../../web/readiness.ts';
import { startWeb } from '../../web/server.ts';
import { openBox } from './open-box.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** @throws Failure `port-taken`, `database-away`, `store-unwritable` */
export async function run(context: RoleContext): Promise<RunningRole> {
  const { settings, log, clock } = context;
  const db = openDatabase(context.database, { role: 'app', max: 10, name: 'web' });
  const jobs = await openJobs(context.database, { works: false, name: 'web', log });
  const store = await openFolderStore(join(settings.data, 'blobs'));
  const printer = createPrinter();
  const box = await openBox(settings.data, log);
  // Loaded when an administrator presses: pages must not wait for a mail library.
  const tryMailbox = async (officer: Officer, mailboxId: string) =>
    await (await import('../try-mailbox.ts')).tryMailbox({ db, box, webUrl: settings.webUrl }, officer, mailboxId);
  const web = await startWeb({
    db,
    jobs,
    store,
    now: clock,
    settings,
    log,
    printer,
    box,
    readiness: () => readinessOf({ db, store, diskFloor: settings.diskFloor }),
    copyPlaces: () => placesOf(settings),
    tryMailbox: (officer, mailboxId) => tryMailbox(officer, mailboxId),
  });
  return {
    ready: { webPort: web.port },
    async stop() {
      await web.stop();
      await printer.close();
      await jobs.stop();
      await db.end({ timeout: 5 });
    },
  };
}

/** The places of copies as the pages name them. One that cannot be asked is believed to be elsewhere: the proof tells whether it is any good. */
async function placesOf(settings: Pick<Settings, 'backup' | 'data'>): Promise<CopyPlace[]> {
  return await Promise.all(
    openPlaces(settings.backup, settings.data).map(async place => ({
      name: place.name,
      elsewhere: await place.isElsewhere().then(
        said => said.elsewhere,
        () => true,
      ),
    })),
  );
}
