/**
 * Everything a database needs before the appliance works on it: our tables, then the job queue's. Run at every start, and once for the tests' template.
 */
import { type ConnectionOptions, openDatabase } from './db/connect.ts';
import { hearsThai, migrate } from './db/migrate.ts';
import { Failure } from './failure.ts';
import { installQueues } from './jobs/jobs.ts';

/**
 * @returns the migrations applied now, in order; none when the database was up to date.
 * @throws Failure `newer-database`, `changed-migration`, `database-away`, `database-locale`
 */
export async function prepareDatabase(connection: ConnectionOptions): Promise<{ applied: string[] }> {
  const result = await migrate(connection);
  await installQueues(connection);
  await refuseDeafSearch(connection);
  return result;
}

/** Under LC_CTYPE C a trigram index sees nothing of Thai, and every search would come back empty without a word. Better no start. */
async function refuseDeafSearch(connection: ConnectionOptions): Promise<void> {
  const db = openDatabase(connection, { role: 'owner', max: 1, name: 'check' });
  try {
    if (await hearsThai(db)) return;
  } finally {
    await db.end({ timeout: 5 });
  }
  throw new Failure({
    code: 'database-locale',
    temporary: false,
    message: "show_trgm('สำนักงาน') is empty: the database's LC_CTYPE is C",
    userMessage: {
      th: 'ฐานข้อมูลนี้สร้างด้วย LC_CTYPE=C ซึ่งค้นหาภาษาไทยไม่ได้ โปรดสร้างฐานข้อมูลใหม่ด้วย LC_CTYPE เช่น C.UTF-8',
      en: 'This database was made with LC_CTYPE=C, which finds nothing in Thai. Make it anew with an LC_CTYPE such as C.UTF-8.',
    },
  });
}
