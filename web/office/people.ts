/** People of the agency: accounts, roles, units, appointment; a password is made by the register and shown once. */
import { type AccountRow, listAccounts, listUnits, type UnitRow } from '../../register/look/office.ts';
import { addAccount, changeAccount, setPassword } from '../../register/office/accounts.ts';
import type { Fault, Role } from '../../register/officer.ts';
import { sendNotFound } from '../errors.ts';
import { listField, type Request, type Response, type Router, textField } from '../http.ts';
import { goTo } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

/** The provider's own people are providers, and nobody else is (register/office/accounts.ts). */
function rolesFor(visit: SignedIn): Role[] {
  return visit.officer.role === 'provider' ? ['provider'] : ['administrator', 'saraban', 'unit', 'auditor'];
}

export function peopleRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/people',
    pageFor(context, 'manage-users', (request, response, visit) => showPeople(context, request, response, visit, {})),
  );
  router.post(
    '/settings/people',
    pageFor(context, 'manage-users', async (request, response, visit) => {
      const values = valuesOf(request);
      const outcome = await addAccount(context, visit.officer, values);
      if (outcome.outcome !== 'done')
        await showPeople(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
      else await showPassword(context, request, response, visit, { login: values.login, name: values.name }, outcome.password);
    }),
  );
  router.get(
    '/settings/people/:id',
    pageFor(context, 'manage-users', (request, response, visit) => showPerson(context, request, response, visit, {})),
  );
  router.post(
    '/settings/people/:id',
    pageFor(context, 'manage-users', async (request, response, visit) => {
      const { login: _, ...values } = valuesOf(request);
      const state = textField(request.body, 'state') === 'disabled' ? ('disabled' as const) : ('active' as const);
      const outcome = await changeAccount(context, visit.officer, { accountId: textField(request.params, 'id'), ...values, state });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/people?done=person-changed');
      else
        await showPerson(context, request, response, visit, {
          values: { ...valuesOf(request), state },
          ...refusal(outcome, officeText(visit.language)),
        });
    }),
  );
  router.post(
    '/settings/people/:id/password',
    pageFor(context, 'manage-users', async (request, response, visit) => {
      const person = await personOf(context, visit, request);
      const outcome = person === undefined ? null : await setPassword(context, visit.officer, { accountId: person.id });
      if (person === undefined || outcome === null) sendNotFound(context, request, response);
      else if (outcome.outcome === 'done') await showPassword(context, request, response, visit, person, outcome.password);
      else await showPerson(context, request, response, visit, refusal(outcome, officeText(visit.language)));
    }),
  );
}

interface Values {
  login: string;
  name: string;
  email: string;
  role: Role;
  unitIds: string[];
  appointed: boolean;
  language: 'th' | 'en';
  state?: string;
}

interface Again {
  values?: Values;
  faults?: Fault[];
  problem?: string;
  status?: number;
}

function valuesOf(request: Request): Values {
  const field = (name: string) => textField(request.body, name).trim();
  return {
    login: field('login').toLowerCase(),
    name: field('name'),
    email: field('email'),
    // An unknown role stays what it is, so that the act refuses it at its field.
    role: field('role') as Role,
    unitIds: listField(request.body, 'unitIds'),
    appointed: field('appointed') === 'yes',
    language: field('language') === 'en' ? 'en' : 'th',
  };
}

async function personOf(context: OfficeContext, visit: SignedIn, request: Request): Promise<AccountRow | undefined> {
  const id = textField(request.params, 'id').toLowerCase();
  return (await listAccounts(context.db, visit.officer)).find(one => one.id === id);
}

async function showPeople(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const people = await listAccounts(context.db, visit.officer);
  const units = await listUnits(context.db, visit.officer);
  const values = again.values ?? {
    login: '',
    name: '',
    email: '',
    role: visit.officer.role === 'provider' ? 'provider' : 'saraban',
    unitIds: [],
    appointed: false,
    language: visit.agency.language,
  };
  const fields: FieldInput[] = [
    { name: 'login', label: o.people.login, value: values.login, hint: o.people.loginHelp, required: true },
    ...personFields(visit, o, units, values),
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'people',
    { title: o.people.title, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      people: people.map(person => ({
        id: person.id,
        name: person.name,
        email: person.email,
        login: person.login,
        role: o.people.roles[person.role],
        appointed: person.appointed,
        units: units
          .filter(unit => person.unitIds.includes(unit.id))
          .map(unit => unit.nameTh)
          .join(', '),
        disabled: person.state === 'disabled',
        state: o.people.states[person.state],
      })),
      form: formData(visit, { action: '/settings/people', submit: o.add, fields, two: true, faults: again.faults ?? [] }),
    },
  );
}

async function showPerson(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const person = await personOf(context, visit, request);
  if (person === undefined) {
    sendNotFound(context, request, response);
    return;
  }
  const units = await listUnits(context.db, visit.officer);
  const values = again.values ?? person;
  const fields: FieldInput[] = [
    { name: 'login', label: o.people.login, value: person.login, fixed: true },
    ...personFields(visit, o, units, values),
    { name: 'state', label: o.people.state, kind: 'select', options: optionsOf(o.people.states, values.state ?? person.state) },
  ];
  const action = `/settings/people/${person.id}`;
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    { title: `${o.people.edit}: ${person.name}`, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      backTo: '/settings/people',
      forms: [
        formData(visit, { action, submit: o.save, fields, two: true, faults: again.faults ?? [] }),
        formData(visit, {
          action: `${action}/password`,
          submit: o.people.passwordButton,
          fields: [],
          heading: o.people.password,
          lead: o.people.passwordLead,
          danger: true,
        }),
      ],
    },
  );
}

function personFields(visit: SignedIn, o: OfficeText, units: UnitRow[], values: Omit<Values, 'login'>): FieldInput[] {
  return [
    { name: 'name', label: o.people.name, value: values.name, required: true },
    { name: 'email', label: o.people.email, kind: 'email', value: values.email, optional: true },
    { name: 'role', label: o.people.role, kind: 'select', options: optionsOf(o.people.roles, values.role, rolesFor(visit)) },
    { name: 'language', label: o.people.language, kind: 'select', options: optionsOf(o.people.languages, values.language) },
    ...(visit.officer.role === 'provider' ? [] : letterFields(o, units, values)),
  ];
}

/** Which letters somebody sees: the units, and the appointment (I10). */
function letterFields(o: OfficeText, units: UnitRow[], values: Omit<Values, 'login'>): FieldInput[] {
  const offered = units.filter(unit => unit.state === 'active' || values.unitIds.includes(unit.id));
  return [
    {
      name: 'unitIds',
      label: o.people.unitIds,
      kind: 'checks',
      wide: true,
      hint: o.people.noUnits,
      options: offered.map(unit => ({ value: unit.id, label: unit.nameTh, chosen: values.unitIds.includes(unit.id) })),
    },
    { name: 'appointed', label: o.people.appointed, kind: 'check', checked: values.appointed, wide: true },
  ];
}

/** The answer to the form itself, never a page with an address: going back or forth does not show the password again. */
async function showPassword(
  context: OfficeContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  person: { login: string; name: string },
  password: string | null,
): Promise<void> {
  const o = officeText(visit.language);
  await sendOffice(
    context,
    request,
    response,
    visit,
    'secret',
    { title: o.people.title },
    {
      heading: `${o.people.newPasswordTitle} ${person.name}`,
      secrets: [
        { label: o.people.login, value: person.login },
        { label: o.people.newPassword, value: password ?? '' },
      ],
      use: '',
      backTo: '/settings/people',
    },
  );
}
