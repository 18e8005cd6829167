/** Tries an account elsewhere as an administrator asks for it, on the page or by `saraban imap test`: signs in, lists folders, counts, tries the server for sending. Nothing is changed. */

import { Failure, type UserMessage } from '../../../register/failure.ts';
import { submissionTarget } from '../../dispatch/account-courier.ts';
import { trySmtp } from '../../dispatch/mailer.ts';
import { type AccountContext, forgetToken, loginOf } from './imap-account.ts';
import { type ImapPatience, openImap } from './imap-client.ts';
import type { AccountRow } from './queries.ts';

export interface MailboxTrial {
  /** Null when letters can be fetched; else what stands in the way. */
  problem: UserMessage | null;
  /** Whether trying again later may help. */
  temporary: boolean;
  tls: string | null;
  idle: boolean;
  folders: string[];
  /** Mails in the folder that letters are fetched from. */
  mails: number;
  /** Folders of the settings that are not there yet; they are made with the first mail. */
  missing: string[];
  /** Null when there is no server for sending; '' when it can be used; else its words. */
  sending: string | null;
}

const PATIENCE: ImapPatience = { connectMs: 15_000, commandMs: 20_000 };
const SMTP_PATIENCE = { connectMs: 10_000, greetingMs: 15_000, idleMs: 15_000, totalMs: 30_000 };

/** Never throws for what the network or the server does. */
export async function testMailbox(context: AccountContext, account: AccountRow, ownName: string): Promise<MailboxTrial> {
  const trial: MailboxTrial = {
    problem: null,
    temporary: false,
    tls: null,
    idle: false,
    folders: [],
    mails: 0,
    missing: [],
    sending: null,
  };
  try {
    const login = await loginOf(context, account);
    // Nothing large is asked for.
    const session = await openImap({ ...account, login, maxLetter: 1024 * 1024 }, PATIENCE);
    try {
      trial.tls = session.tls;
      trial.idle = session.canIdle;
      trial.folders = await session.folders();
      trial.missing = [account.doneFolder, account.failedFolder].filter(folder => folder !== '' && !trial.folders.includes(folder));
      trial.mails = (await session.open(account.folder, true)).exists;
    } finally {
      await session.close();
    }
    if (account.submission !== null)
      trial.sending = (await trySmtp(submissionTarget(account.submission, login, ownName), SMTP_PATIENCE)) ?? '';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'imap-login') forgetToken(context, account);
    trial.problem = error.userMessage;
    trial.temporary = error.temporary;
  }
  return trial;
}
