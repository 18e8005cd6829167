/** `saraban imap`: mailboxes elsewhere: added, listed, removed, and tried from here. Their secrets are asked for or read from files, and never shown. */
import { ownName } from '../gateway/dispatch/choose-courier.ts';
import { createAccessTokens } from '../gateway/intake/imap/access-token.ts';
import { type AccountRow, selectAccounts } from '../gateway/intake/imap/queries.ts';
import { type MailboxTrial, testMailbox } from '../gateway/intake/imap/test-mailbox.ts';
import { inAgency } from '../register/db/transaction.ts';
import { addMailbox, lookAtMailboxes, setMailboxState } from '../register/office/mailboxes.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { done } from './act-outcome.ts';
import { given, readArguments, runPart, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE, FAILED, TRY_AGAIN } from './command.ts';
import { readSecretOf } from './read-secret.ts';
import { table } from './table.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

const text = { type: 'string' } as const;

export async function imap(args: string[], context: CommandContext): Promise<number> {
  return await runPart('imap', { test, add, list, remove }, args, context);
}

const OPTIONS = {
  name: 'name',
  address: 'address',
  host: 'host',
  port: 'port',
  security: 'security',
  login: 'login',
  auth: 'auth',
  'token-endpoint': 'tokenEndpoint',
  'client-id': 'clientId',
  scope: 'scope',
  folder: 'folder',
  'done-folder': 'doneFolder',
  'failed-folder': 'failedFolder',
  'submission-host': 'submissionHost',
  'submission-port': 'submissionPort',
  'submission-security': 'submissionSecurity',
} as const;

async function add(args: string[], context: CommandContext): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const files = { 'password-file': text, 'client-secret-file': text, 'refresh-token-file': text };
  const said = Object.fromEntries(Object.keys(OPTIONS).map(name => [name, text]));
  const options = { agency: text, ...said, ...files, existing: flag, 'own-sender': flag };
  const { values } = readArguments(args, options, { required: ['name', 'host', 'login'] });
  const settings = context.settings();
  const oauth = textOf(values, 'auth') === 'oauth2';
  const secrets = oauth
    ? {
        refreshToken: await readSecretOf(context, textOf(values, 'refresh-token-file'), 'refresh token'),
        clientSecret:
          textOf(values, 'client-secret-file') === undefined
            ? ''
            : await readSecretOf(context, textOf(values, 'client-secret-file'), 'client secret'),
      }
    : { password: await readSecretOf(context, textOf(values, 'password-file'), 'รหัสผ่าน password') };
  const name = textOf(values, 'name') ?? '';
  const made = await withRegister(settings, async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    const box = await openSecretBox(secretsKeyFile(settings.data));
    const input = {
      name,
      host: textOf(values, 'host'),
      login: textOf(values, 'login'),
      address: agency.addresses[0],
      ...given(values, OPTIONS),
      ...secrets,
      nullSender: values['own-sender'] !== true,
    };
    const outcome = await addMailbox(register, officerAtTerminal(agency.id), box, input, values.existing === true);
    const fields = Object.fromEntries(Object.entries(OPTIONS).map(([option, field]) => [field, option]));
    const { mailboxId } = done({ th: `กล่องจดหมาย ${name}`, en: `Mailbox ${name}` }, outcome, fields);
    return { agency: agency.code, mailboxId };
  });
  const lines = [
    `เพิ่มกล่องจดหมาย ${name} แล้ว · Mailbox ${name} added`,
    `  ทดสอบได้ด้วย · try it with: npx saraban imap test --mailbox ${JSON.stringify(name)}`,
  ];
  context.answer(lines.join('\n'), { agency: made.agency, name, id: made.mailboxId });
  return DONE;
}

async function list(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: text });
  const { mailboxes } = await withRegister(context.settings(), async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    return await lookAtMailboxes(register.db, officerAtTerminal(agency.id), 'UTC', register.now());
  });
  const rows = mailboxes.map(one => [
    one.name,
    one.address,
    `${one.login}@${one.host}:${one.port}`,
    one.hasSecret ? one.state : 'no password',
    one.lastCheckAt?.toISOString() ?? '',
    one.lastProblem,
  ]);
  const head = ['ชื่อ name', 'ที่อยู่กลาง address', 'เครื่อง server', 'สถานะ state', 'ตรวจล่าสุด last check', 'ปัญหา problem'];
  context.answer(table(head, rows, 'ยังไม่มีกล่องจดหมายภายนอก · No mailbox elsewhere yet'), { items: mailboxes });
  return DONE;
}

async function remove(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: text }, { words: ['NAME'] });
  const name = words[0] ?? '';
  await withRegister(context.settings(), async register => {
    const officer = officerAtTerminal((await chooseAgency(register.db, textOf(values, 'agency'))).id);
    const { mailboxes } = await lookAtMailboxes(register.db, officer, 'UTC', register.now());
    const mailboxId = mailboxes.find(one => one.name.toLowerCase() === name.toLowerCase())?.id ?? '';
    const outcome = await setMailboxState(register, officer, { mailboxId, state: 'removed' });
    done({ th: `กล่องจดหมาย ${name}`, en: `Mailbox ${name}` }, outcome);
  });
  context.answer(`ยกเลิกกล่องจดหมาย ${name} แล้ว จดหมายในกล่องยังอยู่ที่เดิม · Mailbox ${name} removed; its mails stay where they are`, { name });
  return DONE;
}

/** @returns 0 when letters can be fetched (and sent, where a server for sending is set), 75 when trying again may help, else 1 */
async function test(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: text, mailbox: text });
  const settings = context.settings();
  const wanted = textOf(values, 'mailbox');
  const tried = await withRegister(settings, async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = officerAtTerminal(agency.id);
    const all = await inAgency(register.db, agency.id, officer, selectAccounts);
    const accounts = wanted === undefined ? all : all.filter(one => one.name.toLowerCase() === wanted.toLowerCase());
    if (accounts.length === 0)
      throw wanted === undefined
        ? usage(`ส่วนราชการ ${agency.code} ยังไม่มีกล่องจดหมายภายนอก`, 'there is no mailbox elsewhere: add one with npx saraban imap add')
        : usage(`--mailbox ${wanted}: ไม่มีกล่องจดหมายนี้`, `there are: ${all.map(one => one.name).join(', ') || 'none'}`);
    const box = await openSecretBox(secretsKeyFile(settings.data));
    const tokens = createAccessTokens();
    const trials: { account: AccountRow; trial: MailboxTrial }[] = [];
    for (const account of accounts)
      trials.push({ account, trial: await testMailbox({ db: register.db, box, tokens }, account, ownName(settings.webUrl)) });
    return trials;
  });
  const items = tried.map(({ account, trial }) => ({ mailbox: account.name, host: account.host, port: account.port, ...trial }));
  context.answer(tried.flatMap(({ account, trial }) => linesOf(account, trial)).join('\n'), { items });
  const bad = items.filter(item => item.problem !== null || (item.sending !== null && item.sending !== ''));
  if (bad.length === 0) return DONE;
  return bad.every(item => item.problem !== null && item.temporary) ? TRY_AGAIN : FAILED;
}

function linesOf(account: AccountRow, trial: MailboxTrial): string[] {
  const lines = [`${account.name} · ${account.login} @ ${account.host}:${account.port}`];
  if (trial.problem !== null) return [...lines, `  ✗ ${trial.problem.th}`, `    ${trial.problem.en}`];
  lines.push(
    `  ✓ เข้าใช้ได้ signed in (${trial.tls ?? 'ไม่เข้ารหัส in clear'}), ${account.folder}: ${trial.mails} ฉบับ mails`,
    `  ${trial.idle ? '✓ IDLE: จดหมายเข้าภายในไม่กี่วินาที mail comes within seconds' : '– ไม่มี IDLE: ตรวจตามรอบ no IDLE: looked into at intervals'}`,
    `  โฟลเดอร์ folders: ${trial.folders.slice(0, 30).join(', ')}`,
  );
  if (trial.missing.length > 0) lines.push(`  จะสร้างให้ will be made: ${trial.missing.join(', ')}`);
  if (trial.sending === '') lines.push(`  ✓ ส่งออกได้ can send: ${account.submission?.host}:${account.submission?.port}`);
  else if (trial.sending !== null)
    lines.push(`  ✗ ส่งออกไม่ได้ cannot send: ${account.submission?.host}:${account.submission?.port}: ${trial.sending}`);
  return lines;
}
