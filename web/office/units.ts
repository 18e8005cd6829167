/** Units of the agency, as a tree: add, change, close. */
import { type AccountRow, listAccounts, listUnits, type UnitRow } from '../../register/look/office.ts';
import { addUnit, changeUnit } from '../../register/office/units.ts';
import type { Fault } from '../../register/officer.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { goTo } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, type Option, optionsOf, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

export function unitRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/units',
    pageFor(context, 'manage-units', (request, response, visit) => showUnits(context, request, response, visit, {})),
  );
  router.post(
    '/settings/units',
    pageFor(context, 'manage-units', async (request, response, visit) => {
      const values = valuesOf(request);
      const outcome = await addUnit(context, visit.officer, { ...values, parentId: values.parentId || null });
      if (outcome.outcome === 'done') goTo(request, response, '/settings/units?done=unit-added');
      else await showUnits(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.get(
    '/settings/units/:id',
    pageFor(context, 'manage-units', (request, response, visit) => showUnit(context, request, response, visit, {})),
  );
  router.post(
    '/settings/units/:id',
    pageFor(context, 'manage-units', async (request, response, visit) => {
      const { nameTh, nameEn, email, parentId } = valuesOf(request);
      const state = textField(request.body, 'state') === 'closed' ? ('closed' as const) : ('active' as const);
      const input = { unitId: textField(request.params, 'id'), nameTh, nameEn, email, parentId: parentId || null, state };
      const outcome = await changeUnit(context, visit.officer, input);
      if (outcome.outcome === 'done') goTo(request, response, '/settings/units?done=unit-changed');
      else
        await showUnit(context, request, response, visit, {
          values: { ...valuesOf(request), state },
          ...refusal(outcome, officeText(visit.language)),
        });
    }),
  );
}

interface Values {
  code: string;
  nameTh: string;
  nameEn: string;
  email: string;
  parentId: string;
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
    code: field('code').toLowerCase(),
    nameTh: field('nameTh'),
    nameEn: field('nameEn'),
    email: field('email'),
    parentId: field('parentId'),
  };
}

async function showUnits(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const units = await listUnits(context.db, visit.officer);
  const people = await listAccounts(context.db, visit.officer);
  const values = again.values ?? { code: '', nameTh: '', nameEn: '', email: '', parentId: '' };
  const fields: FieldInput[] = [
    { name: 'code', label: o.units.code, value: values.code, hint: o.units.codeHelp, required: true },
    ...nameFields(o, values),
    { name: 'parentId', label: o.units.parentId, kind: 'select', options: parentOptions(o, units, values.parentId, null) },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'units',
    { title: o.units.title, ...pageOf(again) },
    {
      units: asTree(units).map(({ unit, depth }) => ({
        id: unit.id,
        nameTh: unit.nameTh,
        nameEn: unit.nameEn,
        code: unit.code,
        email: unit.email,
        people: membersOf(people, unit.id),
        closed: unit.state === 'closed',
        state: o.units.states[unit.state],
        depth: Math.min(depth, 4),
      })),
      form: formData(visit, { action: '/settings/units', submit: o.add, fields, two: true, faults: again.faults ?? [] }),
    },
  );
}

async function showUnit(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const units = await listUnits(context.db, visit.officer);
  const unit = units.find(one => one.id === textField(request.params, 'id').toLowerCase());
  if (unit === undefined) {
    sendNotFound(context, request, response);
    return;
  }
  const values = again.values ?? { ...unit, parentId: unit.parentId ?? '' };
  const fields: FieldInput[] = [
    { name: 'code', label: o.units.code, value: unit.code, hint: o.units.codeHelp, fixed: true },
    ...nameFields(o, values),
    { name: 'parentId', label: o.units.parentId, kind: 'select', options: parentOptions(o, units, values.parentId, unit.id) },
    {
      name: 'state',
      label: o.units.state,
      kind: 'select',
      hint: o.units.closeHelp,
      options: optionsOf(o.units.states, values.state ?? unit.state),
    },
  ];
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    { title: `${o.units.edit}: ${unit.nameTh}`, ...pageOf(again) },
    {
      backTo: '/settings/units',
      forms: [formData(visit, { action: `/settings/units/${unit.id}`, submit: o.save, fields, two: true, faults: again.faults ?? [] })],
    },
  );
}

function pageOf(again: Again): { problem: string; status: number } {
  return { problem: again.problem ?? '', status: again.status ?? 200 };
}

function nameFields(o: OfficeText, values: Values): FieldInput[] {
  return [
    { name: 'nameTh', label: o.units.nameTh, value: values.nameTh, required: true },
    { name: 'nameEn', label: o.units.nameEn, value: values.nameEn, optional: true },
    { name: 'email', label: o.units.email, kind: 'email', value: values.email, optional: true },
  ];
}

function membersOf(people: AccountRow[], unitId: string): string {
  return people
    .filter(person => person.state === 'active' && person.unitIds.includes(unitId))
    .map(person => person.name)
    .join(', ');
}

/** Units one below the other, each after the one it belongs to. A unit whose parent is missing, or stands below it, is at the top. */
export function asTree(units: UnitRow[]): { unit: UnitRow; depth: number }[] {
  const children = Map.groupBy(units, unit => unit.parentId);
  const seen = new Set<string>();
  const rows: { unit: UnitRow; depth: number }[] = [];
  const walk = (unit: UnitRow, depth: number): void => {
    if (seen.has(unit.id)) return;
    seen.add(unit.id);
    rows.push({ unit, depth });
    for (const child of children.get(unit.id) ?? []) walk(child, depth + 1);
  };
  for (const unit of units) if (unit.parentId === null || !units.some(one => one.id === unit.parentId)) walk(unit, 0);
  for (const unit of units) walk(unit, 0);
  return rows;
}

/** Where a unit may belong: anywhere but below itself. */
function parentOptions(o: OfficeText, units: UnitRow[], chosen: string, self: string | null): Option[] {
  const below = new Set<string>();
  if (self !== null) {
    below.add(self);
    for (const { unit } of asTree(units)) if (unit.parentId !== null && below.has(unit.parentId)) below.add(unit.id);
  }
  const rows = asTree(units).filter(({ unit }) => !below.has(unit.id) && (unit.state === 'active' || unit.id === chosen));
  return [
    { value: '', label: o.units.top, chosen: chosen === '' },
    ...rows.map(({ unit, depth }) => ({ value: unit.id, label: `${'– '.repeat(depth)}${unit.nameTh}`, chosen: unit.id === chosen })),
  ];
}
