/** The agency's policy about mail that is not entered yet: whom it refuses, whom it always takes, what it holds. gateway/intake/policy.ts obeys it. */
import { changeAgency } from '../../register/office/agency.ts';
import type { Fault } from '../../register/officer.ts';
import { type PolicyInput, policyOf, readPolicy } from '../../register/policy/policy.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { goTo } from '../page.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

export function policyRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/policy',
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const policy = policyOf(visit.agency.settings);
      const values = { ...policy, deny: policy.deny.join('\n'), allow: policy.allow.join('\n'), forwarders: policy.forwarders.join('\n') };
      await showPolicy(context, request, response, visit, { values });
    }),
  );
  router.post(
    '/settings/policy',
    pageFor(context, 'manage-agency', async (request, response, visit) => {
      const field = (name: string) => textField(request.body, name);
      const values = {
        deny: field('deny'),
        allow: field('allow'),
        holdDmarc: field('holdDmarc'),
        noDns: field('noDns'),
        forwarders: field('forwarders'),
      };
      const read = readPolicy(values);
      if (read.outcome === 'invalid') {
        await showPolicy(context, request, response, visit, { values, faults: read.faults, status: 422 });
        return;
      }
      const outcome = await changeAgency(context, visit.officer, { settings: { policy: read.policy } });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/policy?done=policy-saved');
      else await showPolicy(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
}

interface Shown {
  values: PolicyInput;
  faults?: Fault[];
  problem?: string;
  status?: number;
}

async function showPolicy(context: OfficeContext, request: Request, response: Response, visit: SignedIn, shown: Shown): Promise<void> {
  const o = officeText(visit.language);
  const { values } = shown;
  const fields: FieldInput[] = [
    { name: 'deny', label: o.policy.deny, kind: 'area', value: values.deny, hint: o.policy.denyHelp, optional: true, wide: true },
    { name: 'allow', label: o.policy.allow, kind: 'area', value: values.allow, hint: o.policy.allowHelp, optional: true, wide: true },
    {
      name: 'holdDmarc',
      label: o.policy.holdDmarc,
      kind: 'select',
      hint: o.policy.holdDmarcHelp,
      options: optionsOf(o.policy.holdDmarcKinds, values.holdDmarc),
      wide: true,
    },
    {
      name: 'noDns',
      label: o.policy.noDns,
      kind: 'select',
      hint: o.policy.noDnsHelp,
      options: optionsOf(o.policy.noDnsKinds, values.noDns),
      wide: true,
    },
    {
      name: 'forwarders',
      label: o.policy.forwarders,
      kind: 'area',
      value: values.forwarders,
      hint: o.policy.forwardersHelp,
      optional: true,
      wide: true,
    },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    { title: o.policy.title, problem: shown.problem ?? '', status: shown.status ?? 200 },
    {
      backTo: '/settings',
      forms: [
        formData(visit, { action: '/settings/policy', submit: o.save, lead: o.policy.lead, fields, two: true, faults: shown.faults ?? [] }),
      ],
    },
  );
}
