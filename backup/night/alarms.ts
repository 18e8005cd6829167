/**
 * What is the matter with the night, said loudly and not ceaselessly: each code (of a place) is mailed to the provider once a day while it lasts, logged
 * with it, and stands in the table night_alarm until it is over. gateway/dispatch/send-report.ts mails; /healthz/backup and pages show.
 */
import type { Database } from '../../register/db/connect.ts';
import { inTransaction } from '../../register/db/transaction.ts';
import type { UserMessage } from '../../register/failure.ts';
import type { Jobs } from '../../register/jobs/jobs.ts';
import { deleteAlarm, lockAlarm, saveAlarm, selectAlarms } from './queries.ts';

/**
 * not-made: no copy could be made. not-proven: what came back is not what was sent, or counts differ. too-old: no proven copy within the age allowed.
 * too-slow: a night longer than a day. changes-slow: a copy of changes longer than its interval. place-*, rclone-missing: a place's own trouble. changes-late: a place
 * lacks an hour of changes. key: the identity for the proof cannot be read or fits nothing. clock: the clock is off. blobs: stored files are missing.
 * days: a day could not be closed. prune: retention refused.
 */
export type AlarmCode =
  | 'not-made'
  | 'not-proven'
  | 'too-old'
  | 'too-slow'
  | 'place-away'
  | 'place-full'
  | 'place-refuses'
  | 'rclone-missing'
  | 'changes-late'
  | 'changes-slow'
  | 'key'
  | 'clock'
  | 'blobs'
  | 'days'
  | 'prune';

export interface Problem {
  code: AlarmCode;
  /** The place's name; '' for none. */
  place: string;
  text: UserMessage;
}

export interface AlarmContext {
  /** As the owner. */
  db: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  now: () => Date;
  log: { info(facts: object, text: string): void; error(facts: object, text: string): void };
}

const DAY_MS = 86_400_000;

/**
 * The problems of one kind of look, as it found them now: new ones are told, lasting ones once a day, and those of `codes` that are not among them are over.
 * @param codes - what this look can find; others are left as they are
 */
export async function settleAlarms(context: AlarmContext, codes: AlarmCode[], problems: Problem[]): Promise<void> {
  for (const problem of problems) await raise(context, problem);
  const lasting = new Set(problems.map(problem => `${problem.code} ${problem.place}`));
  for (const { code, place } of await selectAlarms(context.db)) {
    if (!codes.some(one => one === code) || lasting.has(`${code} ${place}`)) continue;
    await deleteAlarm(context.db, code, place);
    context.log.info({ alarm: code, place }, 'alarm is over');
  }
}

async function raise(context: AlarmContext, problem: Problem): Promise<void> {
  const { code, place, text } = problem;
  const now = context.now();
  await inTransaction(context.db, async tx => {
    const before = await lockAlarm(tx, code, place);
    // A told time in the future is a clock that was put back: told again rather than never.
    const tell = before === null || Math.abs(now.getTime() - before.toldAt.getTime()) >= DAY_MS;
    await saveAlarm(tx, { code, place, since: before?.since ?? now, toldAt: tell ? now : before.toldAt, ...text });
    if (!tell) return;
    context.log.error({ alarm: code, place, problem: text.en }, 'alarm of the night');
    await context.jobs.enqueue(tx, 'send-report', [{ report: 'alarm', agencyId: 0, code, problem: text, at: now.toISOString() }]);
  });
}
