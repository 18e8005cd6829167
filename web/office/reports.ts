/** The closing hour of the agency's day and who gets the reports; for the provider, who gets alarms and certificates of the whole appliance. */
import { closingHourOf, USUAL_CLOSING_HOUR } from '../../register/close/due-days.ts';
import { changeReports, reportsOf } from '../../register/office/reports.ts';
import type { Fault } from '../../register/officer.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { goTo } from '../page.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

/** Two doors to one form: which fields it has, and where it lies. */
const DOORS = {
  agency: { path: '/settings/reports', backTo: '/settings', action: 'manage-agency', kinds: ['head', 'auditor', 'backup'] },
  provider: { path: '/provider/reports', backTo: '/provider/copies', action: 'provider', kinds: ['alarm', 'backup'] },
} as const;
type Door = (typeof DOORS)[keyof typeof DOORS];

interface Shown {
  values?: Record<string, string>;
  faults?: Fault[];
  problem?: string;
  status?: number;
}

export function reportRoutes(router: Router, context: OfficeContext): void {
  for (const door of Object.values(DOORS)) {
    router.get(
      door.path,
      pageFor(context, door.action, (request, response, visit) => showReports(context, request, response, visit, door, {})),
    );
    router.post(
      door.path,
      pageFor(context, door.action, async (request, response, visit) => {
        const names = ['closingHour', ...door.kinds];
        const values = Object.fromEntries(names.map(name => [name, textField(request.body, name)]));
        const outcome = await changeReports(context, visit.officer, values);
        if (outcome.outcome === 'done') goTo(request, response, `${door.path}?done=reports-saved`);
        else await showReports(context, request, response, visit, door, { values, ...refusal(outcome, officeText(visit.language)) });
      }),
    );
  }
}

async function showReports(
  context: OfficeContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  door: Door,
  shown: Shown,
): Promise<void> {
  const o = officeText(visit.language);
  const words = visit.text.night.reports;
  const { settings } = visit.agency;
  const stored = reportsOf(settings.reports);
  const hour: FieldInput = {
    name: 'closingHour',
    label: words.closingHour,
    value: shown.values?.closingHour ?? (settings.closingHour === undefined ? '' : closingHourOf(settings.closingHour)),
    hint: words.closingHourHelp(USUAL_CLOSING_HOUR),
    optional: true,
  };
  const provider = door === DOORS.provider;
  const fields: FieldInput[] = [
    ...(provider ? [] : [hour]),
    ...door.kinds.map(kind => ({
      name: kind,
      label: words.kinds[kind],
      kind: 'area' as const,
      value: shown.values?.[kind] ?? stored[kind].join('\n'),
      hint: words.help[kind],
      optional: true,
      wide: true,
    })),
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    {
      title: provider ? words.providerTitle : words.title,
      problem: shown.problem ?? '',
      status: shown.status ?? 200,
      current: provider ? 'copies' : 'settings',
    },
    {
      backTo: door.backTo,
      forms: [
        formData(visit, {
          action: door.path,
          submit: o.save,
          lead: provider ? words.providerLead : words.lead,
          fields,
          faults: shown.faults ?? [],
        }),
      ],
    },
  );
}
