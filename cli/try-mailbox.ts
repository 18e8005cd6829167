/** Tries a mailbox elsewhere for the page: the one wire between the web and the gateway's IMAP client. */
import { ownName } from '../gateway/dispatch/choose-courier.ts';
import { createAccessTokens } from '../gateway/intake/imap/access-token.ts';
import { selectAccount } from '../gateway/intake/imap/queries.ts';
import { type MailboxTrial, testMailbox } from '../gateway/intake/imap/test-mailbox.ts';
import type { Database } from '../register/db/connect.ts';
import { inAgency } from '../register/db/transaction.ts';
import type { Officer } from '../register/officer.ts';
import type { SecretBox } from '../register/seal/secret-box.ts';

/** @returns null when the officer's agency has no mailbox of this id */
export async function tryMailbox(
  context: { db: Database; box: SecretBox | null; webUrl: string },
  officer: Officer,
  mailboxId: string,
): Promise<MailboxTrial | null> {
  const account = await inAgency(context.db, officer.agencyId, officer, tx => selectAccount(tx, mailboxId));
  if (account === null) return null;
  return await testMailbox({ db: context.db, box: context.box, tokens: createAccessTokens() }, account, ownName(context.webUrl));
}
