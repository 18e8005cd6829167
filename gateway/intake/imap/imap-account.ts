/** An account elsewhere, opened: whom to connect to and with what. Its secret leaves the database here and goes no further than the server it is for. */
import type { Database } from '../../../register/db/connect.ts';
import { inAgency } from '../../../register/db/transaction.ts';
import { Failure } from '../../../register/failure.ts';
import { openMailboxSecret, sealMailboxSecret } from '../../../register/office/mailbox-secret.ts';
import type { SecretBox } from '../../../register/seal/secret-box.ts';
import { THE_GATEWAY } from '../../dispatch/context.ts';
import type { AccessTokens } from './access-token.ts';
import type { ImapTarget } from './imap-client.ts';
import { type AccountRow, updateSecret } from './queries.ts';

export interface AccountContext {
  db: Database;
  /** Null when the key file is wrong: then no secret can be opened. */
  box: SecretBox | null;
  tokens: AccessTokens;
}

const keyOf = (account: AccountRow) => `${account.agencyId}/${account.id}/${account.version}`;

/** @throws Failure `no-secret`, `secrets-key-wrong`, `oauth-away`, `oauth-refused` */
export async function loginOf(context: AccountContext, account: AccountRow): Promise<ImapTarget['login']> {
  const { box, db, tokens } = context;
  if (account.sealedSecret === null || box === null) throw noSecret(account, box === null);
  const secret = openMailboxSecret(box, account.sealedSecret);
  if (secret.kind === 'password') return { user: account.login, password: secret.password };
  const accessToken = await tokens.tokenOf(keyOf(account), secret, async renewed => {
    const sealed = sealMailboxSecret(box, renewed);
    await inAgency(db, account.agencyId, THE_GATEWAY, tx => updateSecret(tx, account.id, account.version, sealed));
  });
  return { user: account.login, accessToken };
}

/** After the server refused the sign-in: a token may have been withdrawn before its time. */
export function forgetToken(context: Pick<AccountContext, 'tokens'>, account: AccountRow): void {
  context.tokens.forget(keyOf(account));
}

function noSecret(account: AccountRow, noKey: boolean): Failure {
  return new Failure({
    code: 'no-secret',
    temporary: false,
    message: `the secret of the mailbox ${account.name} cannot be opened: ${noKey ? 'the key file is wrong' : 'there is none'}`,
    userMessage: noKey
      ? {
          th: 'เปิดรหัสผ่านของกล่องจดหมายไม่ได้ เพราะไฟล์กุญแจของระบบไม่ถูกต้อง',
          en: "The mailbox's password cannot be opened: the appliance's key file is wrong.",
        }
      : { th: 'กล่องจดหมายนี้ยังไม่มีรหัสผ่าน โปรดกรอกใหม่', en: 'This mailbox has no password: please fill it in again.' },
  });
}
