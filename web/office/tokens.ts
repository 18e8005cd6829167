/** API tokens: made here, shown once, revoked here. */
import { isDay } from '../../register/checks.ts';
import { listTokens, listUnits, type TokenRow } from '../../register/look/office.ts';
import { addToken, revokeToken } from '../../register/office/tokens.ts';
import type { Fault, Role } from '../../register/officer.ts';
import { listField, type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo } from '../page.ts';
import { officeEn } from '../text/office.en.ts';
import { officeTh } from '../text/office.th.ts';
import { officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';
import { selectBeginOfDay } from './queries.ts';

type TokenRole = Exclude<Role, 'provider'>;
const ROLES: TokenRole[] = ['saraban', 'unit', 'auditor', 'administrator'];

export function tokenRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/tokens',
    pageFor(context, 'manage-tokens', (request, response, visit) => showTokens(context, request, response, visit, {})),
  );
  router.post(
    '/settings/tokens',
    pageFor(context, 'manage-tokens', (request, response, visit) => makeToken(context, request, response, visit)),
  );
  router.post(
    '/settings/tokens/:id/revoke',
    pageFor(context, 'manage-tokens', async (request, response, visit) => {
      const outcome = await revokeToken(context, visit.officer, { tokenId: textField(request.params, 'id') });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/tokens?done=token-revoked');
      else await showTokens(context, request, response, visit, refusal(outcome, officeText(visit.language)));
    }),
  );
}

interface Values {
  name: string;
  role: TokenRole;
  unitIds: string[];
  expiresOn: string;
}

interface Again {
  values?: Values;
  faults?: Fault[];
  problem?: string;
  status?: number;
}

async function makeToken(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const field = (name: string) => textField(request.body, name).trim();
  // An unknown role stays what it is, so that the act refuses it at its field.
  const values: Values = {
    name: field('name'),
    role: field('role') as TokenRole,
    unitIds: listField(request.body, 'unitIds'),
    expiresOn: field('expiresOn'),
  };
  const expiresAt =
    values.expiresOn === ''
      ? null
      : isDay(values.expiresOn)
        ? await selectBeginOfDay(context.db, values.expiresOn, visit.agency.timeZone, 1)
        : undefined;
  if (expiresAt === undefined || (expiresAt !== null && expiresAt <= visit.now)) {
    const faults = [{ field: 'expiresOn', message: { th: officeTh.tokens.badDay, en: officeEn.tokens.badDay } }];
    await showTokens(context, request, response, visit, { values, faults, status: 422 });
    return;
  }
  const { name, role } = values;
  const outcome = await addToken(context, visit.officer, { name, role, unitIds: role === 'unit' ? values.unitIds : [], expiresAt });
  if (outcome.outcome !== 'done') {
    await showTokens(context, request, response, visit, { values, ...refusal(outcome, o) });
    return;
  }
  await sendOffice(
    context,
    request,
    response,
    visit,
    'secret',
    { title: o.tokens.title },
    {
      heading: `${o.tokens.newTitle}: ${values.name}`,
      secrets: [{ label: o.tokens.token, value: outcome.token }],
      use: `curl -H 'Authorization: Bearer ${outcome.token}' '${context.settings.webUrl}/api/v1/entries?limit=1'`,
      backTo: '/settings/tokens',
    },
  );
}

async function showTokens(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const format = formatOf(visit);
  const units = await listUnits(context.db, visit.officer);
  const tokens = await listTokens(context.db, visit.officer);
  const values = again.values ?? { name: '', role: 'saraban', unitIds: [], expiresOn: '' };
  const fields: FieldInput[] = [
    { name: 'name', label: o.tokens.name, value: values.name, hint: o.tokens.nameHelp, required: true },
    { name: 'role', label: o.tokens.role, kind: 'select', options: optionsOf(o.people.roles, values.role, ROLES) },
    { name: 'expiresOn', label: o.tokens.expiresAt, kind: 'date', value: values.expiresOn, hint: o.tokens.expiresHelp, optional: true },
    {
      name: 'unitIds',
      label: o.tokens.unitIds,
      kind: 'checks',
      wide: true,
      hint: o.people.noUnits,
      options: units
        .filter(unit => unit.state === 'active')
        .map(unit => ({ value: unit.id, label: unit.nameTh, chosen: values.unitIds.includes(unit.id) })),
    },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'tokens',
    { title: o.tokens.title, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      tokens: tokens.map(token => {
        const state = stateOf(token, visit.now);
        return {
          id: token.id,
          name: token.name,
          role: o.people.roles[token.role],
          units: units
            .filter(unit => token.unitIds.includes(unit.id))
            .map(unit => unit.nameTh)
            .join(', '),
          createdAt: format.moment(token.createdAt),
          expiresAt: token.expiresAt === null ? o.tokens.never : format.moment(token.expiresAt),
          state: o.tokens.states[state],
          tone: state === 'active' ? 'good' : state === 'expired' ? 'warn' : 'plain',
          live: state !== 'revoked',
        };
      }),
      form: formData(visit, { action: '/settings/tokens', submit: o.add, fields, two: true, faults: again.faults ?? [] }),
    },
  );
}

function stateOf(token: TokenRow, now: Date): 'active' | 'expired' | 'revoked' {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && token.expiresAt <= now ? 'expired' : 'active';
}
