/** The doctor's look at the database: can it be reached, or is it there to be started? */
import type { Settings } from '../../config/settings.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { findPostgres } from '../postgres/start-postgres.ts';
import type { Check } from './check.ts';

const NAME = 'Database';

/** Asks the database for its version. A stopped embedded server is good news too: it is not started for this. */
export async function checkDatabase(settings: Settings): Promise<Check> {
  const running = settings.databaseUrl === null ? await findPostgres(settings.data) : null;
  if (settings.databaseUrl === null && !running)
    return { name: NAME, state: 'good', th: 'ในตัว ขณะนี้หยุดอยู่', en: 'the built-in PostgreSQL, stopped just now' };
  const db = openDatabase(running?.connection ?? { url: settings.databaseUrl ?? '' }, { role: 'owner', max: 1, name: 'doctor' });
  try {
    const [row] = await db<{ number: number; text: string }[]>`
      SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`;
    const facts = { name: NAME, th: `PostgreSQL ${row?.text}`, en: `PostgreSQL ${row?.text}` };
    if ((row?.number ?? 0) >= 150_000) return { ...facts, state: 'good' };
    return { ...facts, state: 'fault', remedy: { th: 'ต้องใช้ PostgreSQL 15 ขึ้นไป', en: 'PostgreSQL 15 or later is needed' } };
  } catch (error) {
    const reason = (error as Error).message || String((error as NodeJS.ErrnoException).code);
    const remedy = {
      th: 'ตรวจว่าเครื่องฐานข้อมูลเปิดอยู่ และ SARABAN_DATABASE_URL ถูกต้อง',
      en: 'check that it runs and that SARABAN_DATABASE_URL is right',
    };
    return { name: NAME, state: 'fault', th: `ติดต่อไม่ได้ (${reason})`, en: `cannot be reached (${reason})`, remedy };
  } finally {
    await db.end({ timeout: 1 });
  }
}
