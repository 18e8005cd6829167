/** One's own account: who one is here, and a new password. */

import { inAgency } from '../../register/db/transaction.ts';
import { listUnits } from '../../register/look/office.ts';
import { findAccount } from '../../register/look/sign-in.ts';
import { setPassword } from '../../register/office/accounts.ts';
import type { Fault } from '../../register/officer.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import { goTo, inLanguage, type PageContext, sendPage } from '../page.ts';
import { selectLogin } from '../queries.ts';
import { startSession } from '../session.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';
import { type Field, field } from './act-form.ts';

export async function accountPage(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  await show(context, request, response, visit, []);
}

export async function changePassword(context: PageContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const [oldPassword, password, repeat] = ['oldPassword', 'password', 'repeat'].map(name => textField(request.body, name));
  const { officer } = visit;
  if (password !== repeat) {
    const fault = { field: 'repeat', message: { th: 'รหัสผ่านใหม่ทั้งสองช่องไม่เหมือนกัน', en: 'The two new passwords are not the same.' } };
    await show(context, request, response, visit, [fault]);
    return;
  }
  const outcome =
    officer.id === null
      ? ({ outcome: 'not-found' } as const)
      : await setPassword(context, officer, { accountId: officer.id, password: password ?? '', oldPassword: oldPassword ?? '' });
  if (outcome.outcome === 'invalid') await show(context, request, response, visit, outcome.faults);
  else if (outcome.outcome !== 'done') sendNotFound(context, request, response);
  else {
    await stayHere(context, request, visit);
    goTo(request, response, '/account', { kind: 'password', detail: '' });
  }
}

/** A new password ends every session; this one goes on under a new id. */
async function stayHere(context: PageContext, request: Request, visit: SignedIn): Promise<void> {
  const { officer } = visit;
  const login = officer.id === null ? null : await inAgency(context.db, officer.agencyId, officer, tx => selectLogin(tx, officer.id ?? ''));
  const account = login === null ? null : await findAccount(context.db, login);
  if (account !== null) await startSession(request, account);
}

async function show(context: PageContext, request: Request, response: Response, visit: SignedIn, faults: Fault[]): Promise<void> {
  const { text, officer } = visit;
  const words = text.account;
  const units = (await listUnits(context.db, officer)).filter(unit => officer.unitIds.includes(unit.id));
  const fault = (name: string) => {
    const found = faults.find(one => one.field === name);
    return found === undefined ? '' : inLanguage(visit, found.message.th, found.message.en);
  };
  const password = (name: string, label: string, autocomplete: string, hint = ''): Field =>
    field(name, label, { type: 'password', autocomplete, hint, fault: fault(name) });
  const form = {
    title: words.change,
    about: '',
    lead: '',
    action: '/account/password',
    submit: words.submit,
    danger: false,
    two: false,
    version: '',
    to: '/account',
    target: '',
    conflict: '',
    faults: [],
    fields: [
      password('oldPassword', words.old, 'current-password'),
      password('password', words.fresh, 'new-password', words.freshHelp),
      password('repeat', words.repeat, 'new-password'),
    ],
  };
  const data = {
    unitNames: units.map(unit => inLanguage(visit, unit.nameTh, unit.nameEn)).join(', '),
    appointed: officer.appointed,
    roleWord: wordOf(text.code.role, officer.role),
    form,
  };
  await sendPage(
    context,
    request,
    response,
    visit,
    'account',
    { title: words.title, current: 'account', status: faults.length > 0 ? 422 : 200 },
    data,
  );
}
