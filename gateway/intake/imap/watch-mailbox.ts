/**
 * One mailbox elsewhere, for as long as it is ours to watch: connect, look, wait for mail (IDLE where the server has it), look again at the latest after the usual
 * pause. Whatever goes wrong ends the session, is written down, and is tried again. keep-mailboxes.ts starts one of these a mailbox.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { inAgency } from '../../../register/db/transaction.ts';
import { Failure } from '../../../register/failure.ts';
import type { Jobs } from '../../../register/jobs/jobs.ts';
import { THE_GATEWAY } from '../../dispatch/context.ts';
import type { Recipient } from '../recipients.ts';
import { pauseAfterTrouble } from './decide.ts';
import { type FetchContext, fetchMailbox, type Looked } from './fetch-mailbox.ts';
import { type AccountContext, forgetToken, loginOf } from './imap-account.ts';
import { type ImapPatience, type ImapSession, openImap } from './imap-client.ts';
import { type AccountRow, claimAlarm, selectAccount, selectLastGood, writeCheck } from './queries.ts';

export interface WatchContext extends FetchContext, AccountContext {
  jobs: Pick<Jobs, 'enqueue'>;
  find(address: string): Promise<Recipient>;
  /** Between two looks at most. */
  everyMs: number;
  patience?: ImapPatience;
  /** Runs when there is room: not all mailboxes at the same moment. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

// A quiet look leaves evidence once in half an hour: the regulation asks for two a day, and every row is kept for ever.
const QUIET_EVIDENCE_MS = 30 * 60_000;
// Two checks a working day: whoever looks after the mailbox must hear of trouble while the day still lasts.
const ALARM_AFTER_MS = 4 * 3_600_000;

/** Resolves when the signal is given, or the mailbox is not to be watched any more (switched off, or its settings changed). Never rejects. */
export async function watchMailbox(
  context: WatchContext,
  mailbox: { agencyId: number; id: string; version: number },
  signal: AbortSignal,
): Promise<void> {
  let trouble = 0;
  while (!signal.aborted) {
    let account: AccountRow | null = null;
    try {
      account = await accountNow(context, mailbox);
      if (account === null) return;
      await session(context, account, signal, () => {
        trouble = 0;
      });
      if (signal.aborted) return;
    } catch (error) {
      trouble++;
      await tellTrouble(context, mailbox, account, error);
      await pause(pauseAfterTrouble(trouble, context.everyMs), signal);
    }
  }
}

/** Looks until the signal is given. Without IDLE the connection is not held while nothing is to do: one look, a pause, and a new session. */
async function session(context: WatchContext, first: AccountRow, signal: AbortSignal, onGood: () => void): Promise<void> {
  let account = first;
  const open = await context.inTurn(() => connect(context, account));
  let waitMs = context.everyMs;
  try {
    for (;;) {
      const looked = await context.inTurn(() => fetchMailbox(context, account, open, signal));
      await record(context, account, looked);
      if (looked.problem === '') onGood();
      waitMs = pauseBefore(context, looked);
      if (signal.aborted) break;
      if (!looked.more) {
        if (!open.canIdle) break;
        await open.waitForMail(waitMs, signal);
        if (signal.aborted) break;
      }
      const now = await accountNow(context, account);
      if (now === null) return;
      account = now;
    }
  } finally {
    await open.close();
  }
  if (!signal.aborted) await pause(waitMs, signal);
}

async function connect(context: WatchContext, account: AccountRow): Promise<ImapSession> {
  const found = await context.find(account.address);
  if (found.outcome !== 'agency' || found.agencyId !== account.agencyId) throw notOurs(account);
  const login = await loginOf(context, account);
  try {
    return await openImap({ ...account, login, maxLetter: context.maxLetter }, context.patience);
  } catch (error) {
    if (error instanceof Failure && error.code === 'imap-login') forgetToken(context, account);
    throw error;
  }
}

/** @returns null when it is not the one any more that was to be watched */
async function accountNow(context: WatchContext, mailbox: { agencyId: number; id: string; version: number }): Promise<AccountRow | null> {
  const account = await inAgency(context.db, mailbox.agencyId, THE_GATEWAY, tx => selectAccount(tx, mailbox.id));
  return account !== null && account.version === mailbox.version ? account : null;
}

function pauseBefore(context: WatchContext, looked: Looked): number {
  if (looked.nextTryAt === null) return context.everyMs;
  return Math.max(1_000, Math.min(context.everyMs, looked.nextTryAt.getTime() - context.now().getTime()));
}

async function record(context: WatchContext, account: AccountRow, looked: Looked): Promise<void> {
  const at = context.now();
  await inAgency(context.db, account.agencyId, THE_GATEWAY, async tx => {
    await writeCheck(tx, account.agencyId, account.id, looked, at, QUIET_EVIDENCE_MS);
    if (!looked.loud || !(await claimAlarm(tx, account.id, at))) return;
    await context.jobs.enqueue(tx, 'send-report', [
      {
        report: 'alarm',
        agencyId: account.agencyId,
        code: 'mailbox',
        at: at.toISOString(),
        problem: {
          th: `มีจดหมายในกล่อง “${account.name}” ที่ลงรับไม่ได้ โปรดดูที่หน้า งานบริหาร > กล่องจดหมายภายนอก`,
          en: `There is mail in the mailbox "${account.name}" that could not be entered: see Administration > Mailboxes elsewhere.`,
        },
      },
    ]);
  });
}

/** What stood in the way, on the page and in the log; and to people by mail when it has lasted. */
async function tellTrouble(
  context: WatchContext,
  mailbox: { agencyId: number; id: string },
  account: AccountRow | null,
  error: unknown,
): Promise<void> {
  const code = error instanceof Failure ? error.code : 'fault';
  const problem = error instanceof Failure ? error.userMessage.th : 'ระบบขัดข้องระหว่างรับจดหมาย';
  const words = error instanceof Error ? error.message : String(error);
  context.log.warn({ mailbox: mailbox.id, agency: mailbox.agencyId, code, problem: words }, 'mailbox not looked into');
  const at = context.now();
  try {
    await inAgency(context.db, mailbox.agencyId, THE_GATEWAY, async tx => {
      await writeCheck(tx, mailbox.agencyId, mailbox.id, { found: 0, taken: 0, problem, seen: null }, at, QUIET_EVIDENCE_MS);
      const good = await selectLastGood(tx, mailbox.id);
      if (good === null || at.getTime() - good.getTime() < ALARM_AFTER_MS || !(await claimAlarm(tx, mailbox.id, at))) return;
      const name = account?.name ?? '';
      await context.jobs.enqueue(tx, 'send-report', [
        {
          report: 'alarm',
          agencyId: mailbox.agencyId,
          code: 'mailbox',
          at: at.toISOString(),
          problem: {
            th: `ตรวจกล่องจดหมาย “${name}” ไม่ได้มาหลายชั่วโมงแล้ว: ${problem}`,
            en: `The mailbox "${name}" could not be looked into for hours: ${error instanceof Failure ? error.userMessage.en : 'a fault of the appliance'}`,
          },
        },
      ]);
    });
  } catch (failure) {
    // The database is away too: the log has it.
    context.log.warn(
      { mailbox: mailbox.id, problem: failure instanceof Error ? failure.message : String(failure) },
      'trouble not written down',
    );
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => {});
}

function notOurs(account: AccountRow): Failure {
  return new Failure({
    code: 'no-address',
    temporary: false,
    message: `${account.address} is no central address of the agency any more`,
    userMessage: {
      th: `${account.address} ไม่ใช่ไปรษณีย์อิเล็กทรอนิกส์กลางของส่วนราชการแล้ว โปรดแก้ไขกล่องจดหมายนี้`,
      en: `${account.address} is no central address of the agency any more: change this mailbox.`,
    },
  });
}
