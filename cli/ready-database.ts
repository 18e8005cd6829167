/** Brings the tables up to date before anything works on them, and says in words of the settings what stands in the way. */
import type { ConnectionOptions } from '../register/db/connect.ts';
import { asFailure, sqlState } from '../register/db/transaction.ts';
import { Failure, type UserMessage } from '../register/failure.ts';
import { prepareDatabase } from '../register/prepare-database.ts';

// Codes of PostgreSQL and of the resolver that a wrong SARABAN_DATABASE_URL brings about.
const REFUSED = new Set(['28P01', '28000']);
const NO_SUCH_DATABASE = '3D000';
const NO_RIGHTS = '42501';
const NO_SUCH_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);

/**
 * Applies the migrations that are missing.
 * @throws Failure in one sentence: `database-away` (temporary), `database-refused`, or what the migrations say
 */
export async function readyDatabase(connection: ConnectionOptions): Promise<void> {
  try {
    await prepareDatabase(connection);
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): unknown {
  const code = sqlState(error) ?? '';
  if (error instanceof Failure && error.code !== 'database-away') return error;
  if (REFUSED.has(code) || code === NO_SUCH_DATABASE || code === NO_RIGHTS) {
    return failure('database-refused', false, code, error, {
      th: 'ฐานข้อมูลปฏิเสธการเชื่อมต่อ โปรดตรวจชื่อผู้ใช้ รหัสผ่าน สิทธิ์ และชื่อฐานข้อมูลใน SARABAN_DATABASE_URL',
      en: 'The database refused us: check user, password, rights and database name in SARABAN_DATABASE_URL.',
    });
  }
  const away = asFailure(error);
  if (!NO_SUCH_HOST.has(code) && !(away instanceof Failure && away.code === 'database-away')) return away;
  return failure('database-away', true, code, error, {
    th: 'ติดต่อฐานข้อมูลไม่ได้ โปรดตรวจว่าเครื่องฐานข้อมูลเปิดอยู่และ SARABAN_DATABASE_URL ถูกต้อง แล้วลองใหม่',
    en: 'The database cannot be reached: check that it runs and that SARABAN_DATABASE_URL is right, then try again.',
  });
}

function failure(code: string, temporary: boolean, state: string, cause: unknown, userMessage: UserMessage): Failure {
  return new Failure({ code, temporary, message: `the database cannot be used (${state})`, userMessage, cause });
}
