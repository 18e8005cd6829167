/** The provider's page: the agencies on this appliance in counts and sizes, and a new one. No letter can be read from here. */
import { listAgencies } from '../../register/look/office.ts';
import { addAgency } from '../../register/office/new-agency.ts';
import type { Fault } from '../../register/officer.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf } from '../page.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

export function providerRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/provider',
    pageFor(context, 'provider', (request, response, visit) => showAgencies(context, request, response, visit, {})),
  );
  router.post(
    '/provider/agencies',
    pageFor(context, 'provider', (request, response, visit) => newAgency(context, request, response, visit)),
  );
}

const NAMES = ['code', 'nameTh', 'nameEn', 'phone', 'timeZone', 'address', 'login'] as const;
type Values = Record<(typeof NAMES)[number], string>;

async function newAgency(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const values = Object.fromEntries(NAMES.map(name => [name, textField(request.body, name).trim()])) as Values;
  const { login, ...agency } = { ...values, code: values.code.toLowerCase(), address: values.address.toLowerCase() };
  const outcome = await addAgency(context.db, login === '' ? agency : { ...agency, login: login.toLowerCase() }, visit.officer, visit.now);
  if (outcome.outcome !== 'done') {
    await showAgencies(context, request, response, visit, { values, faults: outcome.faults, status: 422 });
    return;
  }
  context.log.info({ requestId: visit.requestId, agencyId: outcome.agencyId, by: visit.officer.id }, 'agency added');
  await sendOffice(
    context,
    request,
    response,
    visit,
    'secret',
    { title: o.agencies.title, current: 'provider' },
    {
      heading: `${o.agencies.newTitle}: ${values.nameTh}`,
      secrets: [
        { label: o.agencies.login, value: outcome.login },
        { label: o.agencies.password, value: outcome.password ?? '' },
      ],
      use: '',
      backTo: '/provider',
    },
  );
}

async function showAgencies(
  context: OfficeContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  again: { values?: Values; faults?: Fault[]; status?: number },
): Promise<void> {
  const o = officeText(visit.language);
  const format = formatOf(visit);
  const agencies = await listAgencies(context.db, visit.officer, visit.now);
  const waiting = Object.entries(await context.jobs.waiting()).filter(([, count]) => count > 0);
  const free = await context.store.free();
  const value = (name: (typeof NAMES)[number]) => again.values?.[name] ?? (name === 'timeZone' ? 'Asia/Bangkok' : '');
  const fields: FieldInput[] = [
    { name: 'code', label: o.agencies.code, value: value('code'), hint: o.agencies.codeHelp, required: true },
    { name: 'address', label: o.agencies.address, kind: 'email', value: value('address'), required: true },
    { name: 'nameTh', label: o.agencies.nameTh, value: value('nameTh'), required: true },
    { name: 'nameEn', label: o.agencies.nameEn, value: value('nameEn'), optional: true },
    { name: 'phone', label: o.agencies.phone, value: value('phone'), optional: true },
    { name: 'timeZone', label: o.agencies.timeZone, value: value('timeZone'), required: true },
    { name: 'login', label: o.agencies.login, value: value('login'), hint: o.agencies.loginHelp, optional: true },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'agencies',
    { title: o.agencies.title, current: 'provider', status: again.status ?? 200 },
    {
      queue: waiting.length === 0 ? o.agencies.queueNone : waiting.map(([name, count]) => `${name} ${format.number(count)}`).join(' · '),
      free: format.size(free),
      agencies: agencies.map(agency => ({
        nameTh: agency.nameTh,
        nameEn: agency.nameEn,
        code: agency.code,
        addresses: agency.addresses.join(', '),
        entries: format.number(agency.entries),
        accounts: format.number(agency.accounts),
        bytes: format.size(agency.bytes),
        createdAt: format.date(agency.createdAt),
        state: o.agencies.states[agency.state],
        tone: agency.state === 'active' ? 'good' : 'plain',
      })),
      form: formData(visit, { action: '/provider/agencies', submit: o.add, fields, two: true, faults: again.faults ?? [] }),
    },
  );
}
