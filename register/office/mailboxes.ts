/**
 * Mailboxes elsewhere, as administrators set them up on the page or the command line: added, changed, switched off, removed. gateway/intake/imap fetches from them;
 * it hears of a change by 'saraban_mailbox' and ends the session that worked by the old settings.
 * Nothing here shows a secret, and none goes on to another server than it was given for: a changed host or login wants it typed again.
 */
import { v7 as uuidv7 } from 'uuid';
import { may } from '../access.ts';
import { insertAct } from '../act/queries.ts';
import { actInOffice } from '../act/run.ts';
import { Checks, isId } from '../checks.ts';
import type { Database } from '../db/connect.ts';
import { inAgency } from '../db/transaction.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import type { SecretBox } from '../seal/secret-box.ts';
import {
  type CheckDayRow,
  insertMailbox,
  lockMailbox,
  type MailboxRow,
  type MailboxSecurity,
  type MailboxToSave,
  notifyMailboxes,
  type Submission,
  selectCheckDays,
  selectHasAddress,
  selectMailboxes,
  selectMailboxTrouble,
  type TroubleRow,
  updateMailbox,
  updateMailboxState,
} from './mailbox-queries.ts';
import { type MailboxSecret, openMailboxSecret, sealMailboxSecret } from './mailbox-secret.ts';

/** As a form has it: texts, whatever they mean. */
export interface MailboxInput {
  name: unknown;
  address: unknown;
  host: unknown;
  port?: unknown;
  security?: unknown;
  login: unknown;
  auth?: unknown;
  password?: unknown;
  tokenEndpoint?: unknown;
  clientId?: unknown;
  clientSecret?: unknown;
  refreshToken?: unknown;
  scope?: unknown;
  folder?: unknown;
  doneFolder?: unknown;
  failedFolder?: unknown;
  submissionHost?: unknown;
  submissionPort?: unknown;
  submissionSecurity?: unknown;
  nullSender?: unknown;
}

const SECURITIES = ['tls', 'starttls', 'none'] as const;
const IMAP_PORTS: Record<MailboxSecurity, number> = { tls: 993, starttls: 143, none: 143 };
const SUBMISSION_PORTS: Record<MailboxSecurity, number> = { tls: 465, starttls: 587, none: 587 };

/** @param existing - whether what lies in the folder already is entered too; otherwise it is left alone */
export async function addMailbox(
  context: RegisterContext,
  officer: Officer,
  box: SecretBox,
  input: MailboxInput,
  existing: boolean,
): Promise<ActOutcome<{ mailboxId: string }>> {
  return await actInOffice<{ mailboxId: string }>(context, officer, 'manage-agency', async (tx, at) => {
    const checks = new Checks();
    const mailbox = readMailbox(checks, input);
    const secret = readSecret(checks, mailbox.auth, input, null);
    if (mailbox.address !== '' && !(await selectHasAddress(tx, officer.agencyId, mailbox.address))) noAddress(checks);
    if (checks.invalid !== null || secret === null) return checks.invalid ?? { outcome: 'not-found' };
    const mailboxId = uuidv7();
    const made = { sealed: sealMailboxSecret(box, secret), takeSince: existing ? null : at, at };
    if (!(await insertMailbox(tx, officer.agencyId, mailboxId, mailbox, made))) {
      nameTaken(checks);
      return checks.invalid ?? { outcome: 'not-found' };
    }
    await notifyMailboxes(tx);
    await insertAct(tx, officer, at, { register: 'office', kind: 'mailbox-added', detail: { mailboxId, ...mailbox, existing } });
    return { outcome: 'done', mailboxId };
  });
}

/** An empty secret keeps the one there is. */
export async function changeMailbox(
  context: RegisterContext,
  officer: Officer,
  box: SecretBox,
  input: MailboxInput & { mailboxId: string },
): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-agency', async (tx, at) => {
    const before = isId(input.mailboxId) ? await lockMailbox(tx, input.mailboxId) : null;
    if (before === null) return { outcome: 'not-found' };
    const checks = new Checks();
    const mailbox = readMailbox(checks, input);
    const kept = before.sealedSecret !== null && isForTheSame(before, mailbox) ? openMailboxSecret(box, before.sealedSecret) : null;
    const secret = readSecret(checks, mailbox.auth, input, kept);
    if (mailbox.address !== '' && !(await selectHasAddress(tx, officer.agencyId, mailbox.address))) noAddress(checks);
    if (checks.invalid !== null || secret === null) return checks.invalid ?? { outcome: 'not-found' };
    if (!(await updateMailbox(tx, before.id, mailbox, secret === kept ? null : sealMailboxSecret(box, secret)))) {
      nameTaken(checks);
      return checks.invalid ?? { outcome: 'not-found' };
    }
    await notifyMailboxes(tx);
    const detail = { mailboxId: before.id, ...mailbox, secret: secret === kept ? 'kept' : 'new' };
    await insertAct(tx, officer, at, { register: 'office', kind: 'mailbox-changed', detail });
    return { outcome: 'done' };
  });
}

/** Switches it off or on, or removes it for good: then its secret is gone, and its checks stay as evidence. */
export async function setMailboxState(
  context: RegisterContext,
  officer: Officer,
  input: { mailboxId: string; state: 'active' | 'disabled' | 'removed' },
): Promise<ActOutcome> {
  return await actInOffice(context, officer, 'manage-agency', async (tx, at) => {
    const before = isId(input.mailboxId) ? await lockMailbox(tx, input.mailboxId) : null;
    if (before === null) return { outcome: 'not-found' };
    if (before.state === input.state) return { outcome: 'done' };
    await updateMailboxState(tx, before.id, input.state);
    await notifyMailboxes(tx);
    const detail = { mailboxId: before.id, name: before.name, state: input.state };
    await insertAct(tx, officer, at, { register: 'office', kind: 'mailbox-state', detail });
    return { outcome: 'done' };
  });
}

export interface MailboxesSeen {
  mailboxes: MailboxRow[];
  trouble: TroubleRow[];
  days: CheckDayRow[];
}

const DAYS_SHOWN = 14;
const TROUBLE_SHOWN = 100;

/** Everything about the agency's mailboxes but their secrets; nothing for whoever may not manage the agency. */
export async function lookAtMailboxes(db: Database, officer: Officer, timeZone: string, now: Date): Promise<MailboxesSeen> {
  if (!may(officer, 'manage-agency')) return { mailboxes: [], trouble: [], days: [] };
  return await inAgency(db, officer.agencyId, officer, async tx => ({
    mailboxes: await selectMailboxes(tx),
    trouble: await selectMailboxTrouble(tx, TROUBLE_SHOWN),
    days: await selectCheckDays(tx, timeZone, new Date(now.getTime() - DAYS_SHOWN * 86_400_000)),
  }));
}

/** What was not said. */
function or(value: unknown, usual: string): unknown {
  return value === undefined || value === null || value === '' ? usual : value;
}

function readMailbox(checks: Checks, input: MailboxInput): MailboxToSave {
  const security = checks.oneOf('security', or(input.security, 'tls'), SECURITIES) ?? 'tls';
  const host = readHost(checks, 'host', input.host, security, true);
  return {
    name: checks.text('name', input.name, { most: 100, required: true }),
    address: checks.email('address', input.address, true).toLowerCase(),
    host,
    port: readPort(checks, 'port', input.port, IMAP_PORTS[security]),
    security,
    login: checks.text('login', input.login, { most: 300, required: true }),
    auth: checks.oneOf('auth', or(input.auth, 'password'), ['password', 'oauth2'] as const) ?? 'password',
    folder: checks.text('folder', input.folder, { most: 200 }) || 'INBOX',
    ...readFolders(checks, input),
    submission: readSubmission(checks, input),
  };
}

/** Letters moved into the folder they are fetched from would be found there again. */
function readFolders(checks: Checks, input: MailboxInput): { doneFolder: string; failedFolder: string } {
  const folder = checks.text('folder', input.folder, { most: 200 }) || 'INBOX';
  const other = (field: 'doneFolder' | 'failedFolder') => {
    const name = checks.text(field, input[field], { most: 200 });
    if (name !== '' && name.toLowerCase() === folder.toLowerCase())
      checks.fault(field, 'ต้องไม่ใช่โฟลเดอร์ที่รับหนังสือเข้า', 'Must not be the folder that letters are fetched from.');
    return name;
  };
  return { doneFolder: other('doneFolder'), failedFolder: other('failedFolder') };
}

function readSubmission(checks: Checks, input: MailboxInput): Submission | null {
  if (input.submissionHost === undefined || input.submissionHost === null || input.submissionHost === '') return null;
  const security = checks.oneOf('submissionSecurity', or(input.submissionSecurity, 'starttls'), SECURITIES) ?? 'starttls';
  return {
    host: readHost(checks, 'submissionHost', input.submissionHost, security, false),
    port: readPort(checks, 'submissionPort', input.submissionPort, SUBMISSION_PORTS[security]),
    security,
    nullSender: input.nullSender !== false,
  };
}

// Loopback, and the networks that no letter or password leaves a house by (RFC 1918, RFC 4193).
const IN_THE_HOUSE =
  /^(localhost|127\.[\d.]+|::1|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|f[cd][0-9a-f]{2}:[0-9a-f:]*)$/i;

/** Without encryption a password would be read by whoever is on the way. */
function readHost(checks: Checks, field: string, value: unknown, security: MailboxSecurity, required: boolean): string {
  const host = checks.text(field, value, { most: 253, required }).replace(/^\[|\]$/g, '');
  if (host !== '' && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^[0-9a-f:.]+$/i.test(host))
    checks.fault(field, 'ไม่ใช่ชื่อหรือหมายเลขของเครื่อง', 'Not the name or address of a machine.');
  else if (host !== '' && security === 'none' && !IN_THE_HOUSE.test(host))
    checks.fault(
      field,
      'การเชื่อมต่อที่ไม่เข้ารหัสใช้ได้เฉพาะเครื่องในเครือข่ายภายใน',
      'Only a machine of the inner network may be reached without encryption.',
    );
  return host;
}

function readPort(checks: Checks, field: string, value: unknown, usual: number): number {
  if (value === undefined || value === null || value === '') return usual;
  const port = /^\d{1,5}$/.test(String(value).trim()) ? Number(String(value).trim()) : 0;
  if (port < 1 || port > 65_535) checks.fault(field, 'ต้องเป็นหมายเลขพอร์ต 1 ถึง 65535', 'Must be a port number, 1 to 65535.');
  return port;
}

function readSecret(checks: Checks, auth: 'password' | 'oauth2', input: MailboxInput, kept: MailboxSecret | null): MailboxSecret | null {
  if (auth === 'password') {
    // As it was typed: a password may begin with a blank.
    const password = typeof input.password === 'string' ? input.password : '';
    if (password.length > 1_000 || /[\r\n\0]/.test(password)) checks.fault('password', 'รหัสผ่านใช้ไม่ได้', 'Not a password.');
    if (password !== '') return { kind: 'password', password };
    if (kept?.kind === 'password') return kept;
    checks.fault('password', 'โปรดกรอกรหัสผ่าน', 'Please fill in the password.');
    return null;
  }
  const before = kept?.kind === 'oauth2' ? kept : null;
  const text = (field: 'tokenEndpoint' | 'clientId' | 'clientSecret' | 'refreshToken' | 'scope', most: number, required: boolean) =>
    checks.text(field, input[field], { most, required: required && before === null }) || (before?.[field] ?? '');
  const secret: MailboxSecret = {
    kind: 'oauth2',
    tokenEndpoint: text('tokenEndpoint', 500, true),
    clientId: text('clientId', 500, true),
    clientSecret: text('clientSecret', 1_000, false),
    refreshToken: text('refreshToken', 8_000, true),
    scope: text('scope', 1_000, false),
  };
  if (secret.tokenEndpoint !== '' && !isTokenEndpoint(secret.tokenEndpoint))
    checks.fault('tokenEndpoint', 'ต้องเป็นที่อยู่ที่ขึ้นต้นด้วย https://', 'Must be an address that begins with https://.');
  // The refresh token goes to the end point: another one must not be sent it unseen.
  if (before !== null && secret.tokenEndpoint !== before.tokenEndpoint && !input.refreshToken)
    checks.fault('refreshToken', 'โปรดกรอกใหม่เมื่อเปลี่ยนที่อยู่ขอโทเคน', 'Please fill it in again when the end point changes.');
  const same = before !== null && JSON.stringify(secret) === JSON.stringify(before);
  return same ? kept : secret;
}

function isTokenEndpoint(text: string): boolean {
  try {
    const { protocol, hostname } = new URL(text);
    return protocol === 'https:' || (protocol === 'http:' && IN_THE_HOUSE.test(hostname.replace(/^\[|\]$/g, '')));
  } catch {
    return false;
  }
}

/** Whether the secret goes to the servers it was given for, as the same person. */
function isForTheSame(before: MailboxRow, after: MailboxToSave): boolean {
  const one = (mailbox: MailboxToSave) => [mailbox.host, mailbox.login, mailbox.auth, mailbox.security === 'none'];
  const [a, b] = [before.submission, after.submission];
  const submission =
    b === null || (a !== null && a.host === b.host && (a.security === 'none') === (b.security === 'none')) || b.host === before.host;
  return JSON.stringify(one(before)) === JSON.stringify(one(after)) && submission;
}

function noAddress(checks: Checks): void {
  checks.fault('address', 'ไม่ใช่ไปรษณีย์อิเล็กทรอนิกส์กลางของส่วนราชการ', 'Not a central address of the agency.');
}

function nameTaken(checks: Checks): void {
  checks.fault('name', 'มีกล่องจดหมายชื่อนี้แล้ว', 'There is a mailbox of this name already.');
}
