/** The agency itself: names, phone, habits, limits of its acknowledgements, central addresses. */

import { addAddress, changeAgency, removeAddress } from '../../register/office/agency.ts';
import type { Fault } from '../../register/officer.ts';
import { classifiedRegisterOf } from '../../register/registers.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { goTo } from '../page.ts';
import { officeEn } from '../text/office.en.ts';
import { officeTh } from '../text/office.th.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { LIMITS, limitChanges, limitsOf } from './agency-limits.ts';
import { type FieldInput, formData, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

export function agencyRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/agency',
    pageFor(context, 'manage-agency', (request, response, visit) => showAgency(context, request, response, visit, {})),
  );
  router.post(
    '/settings/agency',
    pageFor(context, 'manage-agency', (request, response, visit) => saveAgency(context, request, response, visit)),
  );
  router.post(
    '/settings/agency/addresses',
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const address = textField(request.body, 'address').trim().toLowerCase();
      const outcome = await addAddress(context, visit.officer, { address });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/agency?done=address-added');
      else await showAgency(context, request, response, visit, addressAgain(refusal(outcome, officeText(visit.language)), address));
    }),
  );
  router.post(
    '/settings/agency/addresses/remove',
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const outcome = await removeAddress(context, visit.officer, { address: textField(request.body, 'address') });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/agency?done=address-removed');
      else await showAgency(context, request, response, visit, addressAgain(refusal(outcome, officeText(visit.language)), ''));
    }),
  );
}

interface Again {
  values?: Record<string, string>;
  faults?: Fault[];
  addressFaults?: Fault[];
  address?: string;
  problem?: string;
  status?: number;
}

function addressAgain(refused: { faults: Fault[]; problem: string; status: number }, address: string): Again {
  return { addressFaults: refused.faults, address, problem: refused.problem, status: refused.status };
}

const NAMES = ['nameTh', 'nameEn', 'phone', 'timeZone', 'calendar', 'numerals', 'language'] as const;

async function saveAgency(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const values: Record<string, string> = {};
  for (const name of [...NAMES, 'classifiedRegister', ...LIMITS.map(limit => limit.name)])
    values[name] = textField(request.body, name).trim();
  const { settings, wrong } = limitChanges(values);
  if (wrong.length > 0) {
    const faults = wrong.map(({ name, least, most }) => ({
      field: name,
      message: { th: officeTh.agency.badNumber(String(least), String(most)), en: officeEn.agency.badNumber(String(least), String(most)) },
    }));
    await showAgency(context, request, response, visit, { values, faults, status: 422 });
    return;
  }
  const outcome = await changeAgency(context, visit.officer, {
    nameTh: values.nameTh ?? '',
    nameEn: values.nameEn ?? '',
    phone: values.phone ?? '',
    timeZone: values.timeZone ?? '',
    // What is none of the words stays what it is, so that the act refuses it at its field.
    calendar: values.calendar as 'buddhist' | 'gregory',
    numerals: values.numerals as 'arabic' | 'thai',
    language: values.language as 'th' | 'en',
    // 'own' is the usual, and what is no word of ours counts as that: nothing of it is written down.
    settings: { ...settings, classifiedRegister: values.classifiedRegister === 'shared' ? 'shared' : null },
  });
  if (outcome.outcome === 'done') goTo(request, response, '/settings/agency?done=agency-changed');
  else await showAgency(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
}

async function showAgency(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const { agency } = visit;
  const now: Record<string, string> = { ...agency, ...limitsOf(agency.settings), settings: '', addresses: '', createdAt: '', id: '' };
  now.classifiedRegister = classifiedRegisterOf(agency.settings.classifiedRegister);
  const value = (name: string) => again.values?.[name] ?? now[name] ?? '';
  const fields: FieldInput[] = [
    { name: 'nameTh', label: o.agency.nameTh, value: value('nameTh'), required: true, wide: true },
    { name: 'nameEn', label: o.agency.nameEn, value: value('nameEn'), optional: true, wide: true },
    { name: 'phone', label: o.agency.phone, value: value('phone'), optional: true },
    { name: 'code', label: o.agency.code, value: agency.code, hint: o.agency.codeHelp, fixed: true },
    { name: 'timeZone', label: o.agency.timeZone, kind: 'select', options: zones(value('timeZone')) },
    {
      name: 'calendar',
      label: o.agency.calendar,
      kind: 'select',
      hint: o.agency.calendarHelp,
      options: optionsOf(o.agency.calendars, value('calendar')),
    },
    { name: 'numerals', label: o.agency.numerals, kind: 'select', options: optionsOf(o.agency.numeralKinds, value('numerals')) },
    { name: 'language', label: o.agency.language, kind: 'select', options: optionsOf(o.agency.languages, value('language')) },
    {
      name: 'classifiedRegister',
      label: o.agency.classifiedRegister,
      kind: 'select',
      hint: o.agency.classifiedRegisterHelp,
      options: optionsOf(o.agency.classifiedRegisters, value('classifiedRegister')),
    },
    ...LIMITS.map(limit => ({
      name: limit.name,
      label: limit.label[visit.language],
      value: value(limit.name),
      hint: `${o.agency.limitHelp} (${limit.usual})`,
      optional: true,
    })),
  ];
  const addressField: FieldInput = { name: 'address', label: o.agency.address, kind: 'email', value: again.address ?? '', required: true };
  await sendOffice(
    context,
    request,
    response,
    visit,
    'agency',
    { title: o.agency.title, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      form: formData(visit, { action: '/settings/agency', submit: o.save, fields, two: true, faults: again.faults ?? [] }),
      addresses: agency.addresses.map(address => ({ address })),
      // The last one stays: an agency without an address gets no letters.
      removable: agency.addresses.length > 1,
      addressForm: formData(visit, {
        action: '/settings/agency/addresses',
        submit: o.agency.addAddress,
        fields: [addressField],
        faults: again.addressFaults ?? [],
      }),
    },
  );
}

function zones(chosen: string): { value: string; label: string; chosen: boolean }[] {
  const all = Intl.supportedValuesOf('timeZone');
  return [...new Set(['Asia/Bangkok', chosen, ...all])]
    .filter(zone => zone !== '')
    .map(zone => ({ value: zone, label: zone, chosen: zone === chosen }));
}
