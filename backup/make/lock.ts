/**
 * One maker at a time: a night, a copy of changes, a removal of old ones. The lock is PostgreSQL's, so it goes with the process that held it, and
 * several machines with one database are kept apart too.
 */
import type { Database } from '../../register/db/connect.ts';
import { Failure } from '../../register/failure.ts';
import { lockMaker, unlockMaker } from './queries.ts';

export type Reserved = Awaited<ReturnType<Database['reserve']>>;

/**
 * Runs `work` under the lock, on a connection of its own that it may use too.
 * @param db - as the owner, with a second connection for whatever `work` does beside
 * @throws Failure `copy-running` (temporary) when another maker is at work
 */
export async function asOnlyMaker<T>(db: Database, work: (connection: Reserved) => Promise<T>): Promise<T> {
  const connection = await db.reserve();
  try {
    if (!(await lockMaker(connection))) throw copyRunning();
    try {
      return await work(connection);
    } finally {
      // A connection that broke has given up its lock by itself.
      await unlockMaker(connection).catch(() => {});
    }
  } finally {
    connection.release();
  }
}

/** Another process is making a copy. */
export function copyRunning(): Failure {
  return new Failure({
    code: 'copy-running',
    temporary: true,
    message: 'another copy is being made',
    userMessage: {
      th: 'กำลังทำสำเนาชุดอื่นอยู่ โปรดรอให้เสร็จแล้วลองอีกครั้ง',
      en: 'Another copy is being made. Wait until it is done, then try again.',
    },
  });
}
