/** Mailboxes elsewhere: add, change, try, switch off; what they last did, what they could not take, and how often they were looked into, as evidence. */

import type { MailboxRow } from '../../register/office/mailbox-queries.ts';
import {
  addMailbox,
  changeMailbox,
  lookAtMailboxes,
  type MailboxesSeen,
  type MailboxInput,
  setMailboxState,
} from '../../register/office/mailboxes.ts';
import type { Fault } from '../../register/officer.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo, message } from '../page.ts';
import { mailboxesEn } from '../text/mailboxes.en.ts';
import { mailboxesTh } from '../text/mailboxes.th.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

const HERE = '/settings/mailboxes';
const words = (visit: SignedIn) => (visit.language === 'en' ? mailboxesEn : mailboxesTh);

interface Again {
  values?: MailboxInput;
  existing?: boolean;
  faults?: Fault[];
  problem?: string;
  status?: number;
  trial?: { name: string; lines: { words: string; tone: string }[] };
}

export function mailboxRoutes(router: Router, context: OfficeContext): void {
  router.get(
    HERE,
    pageFor(context, 'manage-agency', (request, response, visit) => showMailboxes(context, request, response, visit, {})),
  );
  router.post(
    HERE,
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const values = typed(request);
      const existing = textField(request.body, 'existing') === 'yes';
      const { box } = context;
      if (!box) return await showMailboxes(context, request, response, visit, { values, existing, problem: noKey(visit), status: 503 });
      const outcome = await addMailbox(context, visit.officer, box, values, existing);
      if (outcome.outcome === 'done') goTo(request, response, `${HERE}?said=added`);
      else await showMailboxes(context, request, response, visit, { values, existing, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.get(
    `${HERE}/:id`,
    pageFor(context, 'manage-agency', (request, response, visit) => showMailbox(context, request, response, visit, {})),
  );
  router.post(
    `${HERE}/:id`,
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const values = typed(request);
      const { box } = context;
      if (!box) return await showMailbox(context, request, response, visit, { values, problem: noKey(visit), status: 503 });
      const outcome = await changeMailbox(context, visit.officer, box, { ...values, mailboxId: textField(request.params, 'id') });
      if (outcome.outcome === 'done') goTo(request, response, `${HERE}?said=changed`);
      else await showMailbox(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.post(
    `${HERE}/:id/state`,
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const wanted = textField(request.body, 'state');
      const state = wanted === 'active' || wanted === 'removed' ? wanted : 'disabled';
      const outcome = await setMailboxState(context, visit.officer, { mailboxId: textField(request.params, 'id'), state });
      if (outcome.outcome === 'done') goTo(request, response, `${HERE}?said=${state}`);
      else sendNotFound(context, request, response);
    }),
  );
  router.post(
    `${HERE}/:id/test`,
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const seen = await look(context, visit);
      const mailbox = seen.mailboxes.find(one => one.id === textField(request.params, 'id'));
      if (mailbox === undefined) sendNotFound(context, request, response);
      else
        await showMailboxes(context, request, response, visit, {
          trial: { name: mailbox.name, lines: await tryIt(context, visit, mailbox) },
        });
    }),
  );
}

async function tryIt(context: OfficeContext, visit: SignedIn, mailbox: MailboxRow): Promise<{ words: string; tone: string }[]> {
  const m = words(visit);
  if (context.tryMailbox === undefined) return [{ words: m.noTest, tone: 'warn' }];
  const trial = await context.tryMailbox(visit.officer, mailbox.id);
  if (trial === null) return [{ words: m.noTest, tone: 'warn' }];
  if (trial.problem !== null) return [{ words: message(visit, trial.problem), tone: 'alarm' }];
  const lines = [
    { words: m.trialGood(formatOf(visit).number(trial.mails)), tone: 'good' },
    { words: trial.idle ? m.idle : m.noIdle, tone: trial.idle ? 'good' : 'plain' },
  ];
  if (trial.missing.length > 0) lines.push({ words: m.missing(trial.missing.join(', ')), tone: 'plain' });
  if (trial.sending === '') lines.push({ words: m.canSend, tone: 'good' });
  else if (trial.sending !== null) lines.push({ words: m.cannotSend(trial.sending), tone: 'alarm' });
  return lines;
}

const FIELDS = [
  'name',
  'address',
  'host',
  'port',
  'security',
  'login',
  'auth',
  'password',
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'refreshToken',
  'scope',
  'folder',
  'doneFolder',
  'failedFolder',
  'submissionHost',
  'submissionPort',
  'submissionSecurity',
] as const;

function typed(request: Request): MailboxInput {
  const values = Object.fromEntries(FIELDS.map(name => [name, textField(request.body, name)]));
  return { ...values, nullSender: textField(request.body, 'ownSender') !== 'yes' } as unknown as MailboxInput;
}

/** A form that comes back never holds a secret: it is typed again. */
function fieldsOf(visit: SignedIn, values: Partial<MailboxInput>, kept: boolean): FieldInput[] {
  const m = words(visit);
  const value = (name: (typeof FIELDS)[number]) => String(values[name] ?? '');
  const secret = (name: 'password' | 'clientSecret' | 'refreshToken', optional = true): FieldInput => ({
    name,
    label: m[name],
    kind: 'password',
    hint: kept ? m.kept : '',
    optional,
  });
  return [
    { name: 'name', label: m.name, value: value('name'), hint: m.nameHelp, required: true },
    {
      name: 'address',
      label: m.address,
      kind: 'select',
      options: visit.agency.addresses.map(address => ({ value: address, label: address, chosen: address === value('address') })),
    },
    { name: 'host', label: m.host, value: value('host'), required: true },
    { name: 'port', label: m.port, value: value('port'), hint: m.portHelp, optional: true },
    { name: 'security', label: m.security, kind: 'select', options: optionsOf(m.securities, value('security') || 'tls') },
    { name: 'login', label: m.login, value: value('login'), required: true },
    { name: 'auth', label: m.auth, kind: 'select', options: optionsOf(m.auths, value('auth') || 'password') },
    secret('password'),
    { name: 'tokenEndpoint', label: m.tokenEndpoint, value: value('tokenEndpoint'), optional: true },
    { name: 'clientId', label: m.clientId, value: value('clientId'), optional: true },
    secret('clientSecret'),
    secret('refreshToken'),
    { name: 'scope', label: m.scope, value: value('scope'), optional: true },
    { name: 'folder', label: m.folder, value: value('folder') || 'INBOX' },
    { name: 'doneFolder', label: m.doneFolder, value: value('doneFolder'), hint: m.doneHelp, optional: true },
    { name: 'failedFolder', label: m.failedFolder, value: value('failedFolder'), hint: m.doneHelp, optional: true },
    { name: 'submissionHost', label: m.submissionHost, value: value('submissionHost'), hint: m.submissionHelp, optional: true },
    { name: 'submissionPort', label: m.submissionPort, value: value('submissionPort'), hint: m.portHelp, optional: true },
    {
      name: 'submissionSecurity',
      label: m.submissionSecurity,
      kind: 'select',
      options: optionsOf(m.securities, value('submissionSecurity') || 'starttls'),
    },
    { name: 'ownSender', label: m.ownSender, kind: 'check', checked: values.nullSender === false, wide: true },
  ];
}

async function look(context: OfficeContext, visit: SignedIn): Promise<MailboxesSeen> {
  return await lookAtMailboxes(context.db, visit.officer, visit.agency.timeZone, visit.now);
}

async function showMailboxes(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const m = words(visit);
  const format = formatOf(visit);
  const { mailboxes, trouble, days } = await look(context, visit);
  const nameOf = (id: string) => mailboxes.find(one => one.id === id)?.name ?? officeText(visit.language).none;
  const fields: FieldInput[] = [
    ...fieldsOf(visit, again.values ?? { address: visit.agency.addresses[0] }, false),
    { name: 'existing', label: m.existing, kind: 'check', checked: again.existing ?? false, wide: true },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'mailboxes',
    { title: m.title, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      m,
      said: again.faults === undefined && again.trial === undefined ? saidWords(m, textField(request.query, 'said')) : '',
      trial: again.trial ?? null,
      mailboxes: mailboxes.map(one => ({
        href: `${HERE}/${one.id}`,
        name: one.name,
        address: one.address,
        server: `${one.login} @ ${one.host}:${one.port}`,
        active: one.state === 'active',
        state: one.hasSecret ? m.states[one.state] : m.noSecret,
        tone: !one.hasSecret || (one.state === 'active' && one.lastProblem !== '') ? 'alarm' : one.state === 'active' ? 'good' : 'plain',
        checked: one.lastCheckAt === null ? m.never : format.moment(one.lastCheckAt),
        problem: one.lastProblem,
      })),
      trouble: trouble.map(one => ({
        name: nameOf(one.mailboxId),
        uid: String(one.uid),
        state: m.troubleStates[one.state],
        tone: one.state === 'later' ? 'warn' : 'alarm',
        reply: one.problem,
        tries: format.number(one.tries),
        next: one.nextTryAt === null ? '' : format.moment(one.nextTryAt),
      })),
      days: days.map(one => ({
        day: format.day(one.day),
        name: nameOf(one.mailboxId),
        checks: format.number(one.checks),
        failed: format.number(one.failed),
        found: format.number(one.found),
        taken: format.number(one.taken),
        between: `${format.time(one.first)} – ${format.time(one.last)}`,
      })),
      form: formData(visit, { action: HERE, submit: m.add, heading: m.add, fields, two: true, faults: again.faults ?? [] }),
    },
  );
}

async function showMailbox(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const m = words(visit);
  const { mailboxes } = await look(context, visit);
  const mailbox = mailboxes.find(one => one.id === textField(request.params, 'id'));
  if (mailbox === undefined) {
    sendNotFound(context, request, response);
    return;
  }
  const here = `${HERE}/${mailbox.id}`;
  const change = formData(visit, {
    action: here,
    submit: officeText(visit.language).save,
    heading: mailbox.name,
    fields: fieldsOf(visit, again.values ?? valuesOf(mailbox), true),
    two: true,
    faults: again.faults ?? [],
  });
  const state = mailbox.state === 'active' ? ('disabled' as const) : ('active' as const);
  const choice = (value: 'active' | 'disabled' | 'removed', label: string): FieldInput => ({
    name: 'state',
    label,
    kind: 'select',
    options: [{ value, label, chosen: true }],
  });
  const off = state === 'disabled' ? m.disable : m.enable;
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    { title: m.edit, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      backTo: HERE,
      forms: [
        change,
        formData(visit, { action: `${here}/state`, submit: off, heading: off, fields: [choice(state, off)] }),
        formData(visit, {
          action: `${here}/state`,
          submit: m.remove,
          heading: m.remove,
          lead: m.removeLead,
          danger: true,
          fields: [choice('removed', m.remove)],
        }),
      ],
    },
  );
}

function valuesOf(mailbox: MailboxRow): Partial<MailboxInput> {
  const { submission, port, ...others } = mailbox;
  const { name, address, host, security, login, auth, folder, doneFolder, failedFolder } = others;
  return {
    ...{ name, address, host, security, login, auth, folder, doneFolder, failedFolder },
    port: String(port),
    submissionHost: submission?.host ?? '',
    submissionPort: submission === null ? '' : String(submission.port),
    submissionSecurity: submission?.security ?? 'starttls',
    nullSender: submission?.nullSender ?? true,
  };
}

function saidWords(m: typeof mailboxesTh, code: string): string {
  return Object.hasOwn(m.done, code) ? (m.done[code] ?? '') : '';
}

function noKey(visit: SignedIn): string {
  return message(visit, {
    th: 'ไฟล์กุญแจของระบบไม่ถูกต้อง จึงเก็บรหัสผ่านไม่ได้ โปรดแจ้งผู้ดูแลระบบ',
    en: "The appliance's key file is wrong, so no password can be kept: please tell the operator.",
  });
}
