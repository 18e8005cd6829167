/** The address book of agencies that write: look up, add, change, remove; CSV in and out. */
import type { CorrespondentFields } from '../../register/correspondent/correspondent.ts';
import { exportBook, importBook } from '../../register/correspondent/import.ts';
import {
  addCorrespondent,
  changeCorrespondent,
  getCorrespondent,
  listCorrespondents,
  removeCorrespondent,
} from '../../register/correspondent/keep.ts';
import type { Fault } from '../../register/officer.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import { fileBody, uploadOf } from '../upload.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { type FieldInput, formData, refusal } from './forms.ts';
import { type OfficeContext, sendOffice } from './page.ts';

const BASE = '/settings/correspondents';
const LARGEST_FILE = 5_000_000;
const ROWS = 100;

export function correspondentRoutes(router: Router, context: OfficeContext): void {
  const page = (handler: (request: Request, response: Response, visit: SignedIn) => Promise<void>) =>
    pageFor(context, 'manage-correspondents', handler);
  router.get(
    BASE,
    page((request, response, visit) => showList(context, request, response, visit, {})),
  );
  router.post(
    BASE,
    page(async (request, response, visit) => {
      const values = valuesOf(request);
      const outcome = await addCorrespondent(context, visit.officer, values);
      if (outcome.outcome === 'done') goTo(request, response, `${BASE}?done=correspondent-added`);
      else await showList(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.get(
    `${BASE}.csv`,
    page(async (_request, response, visit) => {
      const csv = await exportBook(context.db, visit.officer);
      response.setHeader('Content-Disposition', `attachment; filename="${visit.agency.code}-correspondents.csv"`);
      response.setHeader('Cache-Control', 'no-store');
      response.type('text/csv; charset=utf-8').end(csv ?? '');
    }),
  );
  router.post(
    `${BASE}/import`,
    fileBody('file', LARGEST_FILE),
    page((request, response, visit) => importFile(context, request, response, visit)),
  );
  router.get(
    `${BASE}/:id`,
    page((request, response, visit) => showOne(context, request, response, visit, {})),
  );
  router.post(
    `${BASE}/:id`,
    page(async (request, response, visit) => {
      const values = valuesOf(request);
      const version = /^\d{1,9}$/.exec(textField(request.body, 'version'));
      const input = { ...values, id: textField(request.params, 'id'), version: version === null ? undefined : Number(version[0]) };
      const outcome = await changeCorrespondent(context, visit.officer, input);
      if (outcome.outcome === 'done') goTo(request, response, `${BASE}?done=correspondent-changed`);
      else await showOne(context, request, response, visit, { values, ...refusal(outcome, officeText(visit.language)) });
    }),
  );
  router.post(
    `${BASE}/:id/remove`,
    page(async (request, response, visit) => {
      const outcome = await removeCorrespondent(context, visit.officer, { id: textField(request.params, 'id') });
      if (outcome.outcome === 'done') goTo(request, response, `${BASE}?done=correspondent-removed`);
      else await showList(context, request, response, visit, refusal(outcome, officeText(visit.language)));
    }),
  );
}

interface Again {
  values?: CorrespondentFields;
  faults?: Fault[];
  importFaults?: Fault[];
  problem?: string;
  status?: number;
}

const EMPTY: CorrespondentFields = { nameTh: '', nameEn: '', code: '', domain: '', addresses: [], phone: '', officer: '' };

function valuesOf(request: Request): CorrespondentFields {
  const field = (name: string) => textField(request.body, name).trim();
  return {
    nameTh: field('nameTh'),
    nameEn: field('nameEn'),
    code: field('code'),
    domain: field('domain'),
    addresses: field('addresses')
      .split(/[\s,;]+/)
      .filter(address => address !== ''),
    phone: field('phone'),
    officer: field('officer'),
  };
}

async function importFile(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const upload = uploadOf(request, response);
  if (typeof upload === 'string') {
    const problem = upload === 'none' ? o.correspondents.noFile : o.correspondents.tooLarge(String(LARGEST_FILE / 1_000_000));
    await showList(context, request, response, visit, { problem, status: 422 });
    return;
  }
  const outcome = await importBook(context, visit.officer, upload.bytes);
  if (outcome.outcome === 'done') {
    goTo(request, response, `${BASE}?done=correspondents-imported&added=${outcome.added}&changed=${outcome.changed}&same=${outcome.same}`);
    return;
  }
  const { faults, problem, status } = refusal(outcome, o);
  await showList(context, request, response, visit, { importFaults: faults, problem: problem || o.correspondents.notImported, status });
}

async function showList(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const words = o.correspondents;
  const q = textField(request.query, 'q').trim().slice(0, 200);
  const after = textField(request.query, 'after').slice(0, 400);
  const { items, next, total } = await listCorrespondents(context.db, visit.officer, { q, after: after || undefined, limit: ROWS });
  const figure = (name: string) =>
    /^\d{1,9}$/.test(textField(request.query, name)) ? formatOf(visit).number(Number(textField(request.query, name))) : '';
  const counts = textField(request.query, 'done') === 'correspondents-imported';
  await sendOffice(
    context,
    request,
    response,
    visit,
    'correspondents',
    { title: words.title, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      q,
      counted: counts ? words.counted(figure('added'), figure('changed'), figure('same')) : '',
      importFaults: (again.importFaults ?? []).map(fault => ({
        place: /^line \d+$/.test(fault.field) ? `${words.line} ${fault.field.slice(5)}` : '',
        message: visit.language === 'th' ? fault.message.th : fault.message.en,
      })),
      empty: total === 0 ? words.empty : words.nothingFound,
      rows: items.map(row => ({
        id: row.id,
        nameTh: row.nameTh,
        nameEn: row.nameEn,
        code: row.code,
        reach: [...(row.domain === '' ? [] : [`@${row.domain}`]), ...row.addresses].slice(0, 4).map(text => ({ text })),
        more: row.addresses.length > 4 ? words.more(String(row.addresses.length - 4)) : '',
        phone: row.phone,
        officer: row.officer,
        source: words.sources[row.source],
        tone: row.source === 'learned' ? 'plain' : 'good',
      })),
      older: next === null ? '' : `${BASE}?${new URLSearchParams({ ...(q === '' ? {} : { q }), after: next })}`,
      form: formData(visit, {
        action: BASE,
        submit: o.add,
        fields: fieldsOf(o, again.values ?? EMPTY),
        two: true,
        faults: again.faults ?? [],
      }),
    },
  );
}

async function showOne(context: OfficeContext, request: Request, response: Response, visit: SignedIn, again: Again): Promise<void> {
  const o = officeText(visit.language);
  const row = await getCorrespondent(context.db, visit.officer, textField(request.params, 'id'));
  if (row === null) {
    sendNotFound(context, request, response);
    return;
  }
  const confirmed =
    row.confirmedAt === null ? '' : ` · ${o.correspondents.confirmed(row.confirmedBy, formatOf(visit).moment(row.confirmedAt))}`;
  const version: FieldInput = { name: 'version', label: o.correspondents.version, value: String(row.version), fixed: true };
  await sendOffice(
    context,
    request,
    response,
    visit,
    'edit',
    { title: `${o.correspondents.edit}: ${row.nameTh}`, problem: again.problem ?? '', status: again.status ?? 200 },
    {
      backTo: BASE,
      forms: [
        formData(visit, {
          action: `${BASE}/${row.id}`,
          submit: o.save,
          lead: `${o.correspondents.sources[row.source]}${confirmed}`,
          fields: [...fieldsOf(o, again.values ?? row), version],
          two: true,
          faults: again.faults ?? [],
        }),
        formData(visit, {
          action: `${BASE}/${row.id}/remove`,
          submit: o.correspondents.remove,
          lead: o.correspondents.removeLead,
          fields: [],
          danger: true,
        }),
      ],
    },
  );
}

function fieldsOf(o: OfficeText, values: CorrespondentFields): FieldInput[] {
  const words = o.correspondents;
  return [
    { name: 'nameTh', label: words.nameTh, value: values.nameTh, required: true, wide: true },
    { name: 'nameEn', label: words.nameEn, value: values.nameEn, optional: true, wide: true },
    { name: 'code', label: words.code, value: values.code, hint: words.codeHelp, optional: true },
    { name: 'domain', label: words.domain, value: values.domain, hint: words.domainHelp, optional: true },
    {
      name: 'addresses',
      label: words.addresses,
      kind: 'area',
      value: values.addresses.join('\n'),
      hint: words.addressesHelp,
      optional: true,
      wide: true,
    },
    { name: 'phone', label: words.phone, value: values.phone, optional: true },
    { name: 'officer', label: words.officer, value: values.officer, optional: true },
  ];
}
