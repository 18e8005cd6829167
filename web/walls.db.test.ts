/**
 * I9, over everything the web has: every page and every operation of the API, taken from the router and the table themselves, is asked by people and programs of
 * one agency with the identifiers of another. A route that comes new and names something by a parameter has no case here, and fails.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBook } from '../register/paper/book.ts';
import { apiRoutes } from './api/dispatch.ts';
import { OPERATIONS } from './api/operations.ts';
import { loadAssets } from './assets.ts';
import type { Router } from './http.ts';
import { officerPages } from './pages/routes.ts';
import { addCertificate, addDays, copyIdOf, forgetDays, keepBlob } from './test-night.ts';
import { type Browser, type Office, openOffice } from './test-office.ts';
import { letterWithFiles } from './test-world.ts';
import { loadViews } from './views.ts';

/** In every word that the red agency wrote or got. Blue sends it nowhere, so that it can't come back as an echo. */
const NAME = /redmark|@red\b|หน่วยงาน red|Agency red/i;
const NOTHING = '01900000-0000-7000-8000-000000000000';
const ROLES = ['administrator', 'saraban', 'auditor', 'unit'] as const;

interface Route {
  method: string;
  path: string;
}
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle?: { stack?: Layer[] };
}

/** What express keeps of a router and of those mounted in it. */
function routesOf(stack: Layer[]): Route[] {
  return stack.flatMap(({ route, handle }) => {
    if (route) return Object.keys(route.methods).map(method => ({ method: method.toUpperCase(), path: route.path }));
    return handle?.stack ? routesOf(handle.stack) : [];
  });
}

// Drawn by the same function that web/server.ts calls; nothing of it is asked here but its table.
const pages = routesOf((officerPages({ views: loadViews(), assets: loadAssets() } as never, {} as never) as Router).stack as Layer[]);
const named = (routes: Route[]) => routes.filter(({ path }) => /[:{]/.test(path));

/** What stands in the places of a path, by how the path begins: always something of red that blue has nothing like. */
const IDENTIFIERS: Record<string, string> = {
  '/entries/:id': 'entry',
  '/notices/:id': 'notice',
  '/held/:id': 'held',
  '/outbox/:id': 'mail',
  '/routes/:id': 'route',
  '/receive/:year/:number': 'number',
  '/receive-classified/:year/:number': 'number',
  '/copies/certificates/:file': 'certificate',
  '/days/:day': 'day',
  '/settings/units/:id': 'unit',
  '/settings/people/:id': 'account',
  '/settings/tokens/:id': 'token',
  '/settings/correspondents/:id': 'correspondent',
  '/settings/books/:id': 'book',
  '/settings/mailboxes/:id': 'mailbox',
  '/provider/copies/certificates/:file': 'certificate',
  '/entries/{id}': 'entry',
  '/messages/{id}': 'message',
  '/held/{id}': 'held',
  '/backups/certificates/{id}': 'certificate',
  '/days/{date}': 'day',
};
/** Their places name nothing that another agency could have: a year of one's own register, a template of one's own. They are asked, and must tell nothing. */
const OWN = [
  'GET /registers/:register/:file',
  'GET /settings/templates/:name',
  'POST /settings/templates/:name',
  'GET /settings/templates/:name/preview',
  'POST /settings/templates/:name/preview',
  'GET /registers/{register}/{year}.csv',
  'GET /registers/{register}/{year}.xlsx',
  'GET /registers/{register}/{year}.pdf',
];
/** Forms that are drawn before anybody looks for what they are about: the same for what is another's as for what is nowhere. Sending them finds nothing. */
const BLANK_FORMS = [
  'GET /notices/:id/enter',
  'GET /routes/:id/note',
  'GET /routes/:id/close',
  'GET /routes/:id/withdraw',
  'GET /routes/:id/pass-on',
  'GET /held/:id/dismiss',
  'GET /held/:id/enter',
];
/** The evidence needs the keys of a whole appliance; the frame of a mail one with HTML (pages.db.test.ts looks at it). */
const NEEDS_MORE = [
  'GET /entries/:id/evidence.zip',
  'GET /outbox/:id/mail',
  'GET /notices/:id/mail',
  'GET /held/:id/mail',
  'GET /entries/:id/mail',
];
/** A stream without an end: live.ts sends ids of one's own agency alone, and inside.db.test.ts listens to it. */
const NOT_ASKED = ['GET /live'];

let office: Office;
let red: Record<string, string>;
let api: string;
/** A token of red's own. */
let own: string;

beforeAll(async () => {
  office = await openOffice();
  const { context, fresh } = office;
  const mark = {
    subject: 'REDMARK เรื่อง',
    fromName: 'REDMARK ผู้ส่ง',
    fromAddress: 'redmark@sender.example',
    envelopeFrom: 'redmark@sender.example',
  };
  const letter = await office.enter(office.red, letterWithFiles('REDMARK two'), mark);
  const third = await office.enter(office.red, letterWithFiles('REDMARK three'), mark);
  const secret = await office.enter(office.red, letterWithFiles('REDMARK secret'), { ...mark, secrecy: 'secret' });
  const held = await office.enter(office.red, letterWithFiles('REDMARK held'), mark, { disposition: 'held', why: 'infected' });
  const notice = await office.enter(office.red, letterWithFiles('REDMARK notice'), mark, { disposition: 'notice', why: 'auto-submitted' });
  await office.admin.post('/settings/units', { code: 'redmark', nameTh: 'REDMARK กอง', nameEn: 'REDMARK', email: 'redmark@red.example' });
  await office.admin.post('/settings/correspondents', { nameTh: 'REDMARK กรม', nameEn: 'REDMARK', addresses: 'redmark@dept.example' });
  await office.admin.post(`/entries/${letter.entryId}/route`, { unit: office.red.unitIds.finance, instruction: 'REDMARK' });
  own = await office.token(office.red, 'administrator');
  const book = await makeBook(context, office.red.administrator, { slips: 3 }, async () => Buffer.from('%PDF-1.7'));
  const { sha256, size } = await keepBlob(fresh, office.red.id, 'Subject: REDMARK\r\n\r\nREDMARK');
  const mail = randomUUID();
  await fresh.owner`
    INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
    VALUES (${office.red.id}, ${mail}, 'acknowledgement', ${letter.entryId}, '', 'redmark@sender.example', '<redmark@red.example>', 'redmark', decode(${sha256}, 'hex'), ${size}, now())`;
  const mailbox = randomUUID();
  await fresh.owner`
    INSERT INTO mailbox (agency_id, id, name, address, host, port, security, login, auth, state, created_at)
    VALUES (${office.red.id}, ${mailbox}, 'REDMARK', 'saraban@red.example', 'imap.redmark.example', 993, 'tls', 'redmark', 'password', 'disabled', now())`;
  const certificate = await addCertificate(fresh, office.red.id, {
    copyId: copyIdOf(new Date('2026-11-21T19:00:00Z')),
    place: '/redmark',
    at: new Date('2026-11-21T19:30:00Z'),
  });
  await addDays(fresh, office.red.id, [
    { day: '2026-11-21', closedAt: new Date('2026-11-21T17:00:00Z'), books: [], files: [{ name: 'day.json', text: '{"name":"REDMARK"}' }] },
  ]);
  const one = async (table: string, where = '') =>
    (await fresh.owner.unsafe<{ id: string }[]>(`SELECT id FROM ${table} WHERE agency_id = ${office.red.id} ${where} LIMIT 1`))[0]?.id ??
    expect.fail(table);
  red = {
    entry: letter.entryId,
    message: letter.messageId,
    notice: notice.messageId,
    held: held.messageId,
    mail,
    route: await one('route'),
    unit: await one('unit', "AND code = 'redmark'"),
    account: await one('account', "AND role = 'saraban'"),
    token: await one('token'),
    correspondent: await one('correspondent'),
    book: await one('number_book'),
    certificate,
    mailbox,
    attachment: await one('attachment', `AND message_id = '${letter.messageId}'`),
    heldAttachment: await one('attachment', `AND message_id = '${held.messageId}'`),
    noticeAttachment: await one('attachment', `AND message_id = '${notice.messageId}'`),
    receive: `${third.year}/${third.number}`,
    classified: `${secret.year}/${secret.number}`,
  };
  expect(book).toMatchObject({ outcome: 'done' });
  api = await office.serve(app => void app.use('/api/v1', apiRoutes(context)));
});
afterAll(async () => {
  await forgetDays(office.fresh);
  await office.close();
});

const keyOf = ({ method, path }: Route) => `${method} ${path}`;
const caseOf = (path: string) =>
  Object.keys(IDENTIFIERS).find(prefix => path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}.`));

/** A route with red's identifiers in its places. */
function filled({ path }: Route): string {
  const of = (kind: string) => red[kind] ?? expect.fail(`nothing of kind ${kind}`);
  const attachment = path.startsWith('/held') ? 'heldAttachment' : path.startsWith('/notices') ? 'noticeAttachment' : 'attachment';
  const kind = IDENTIFIERS[caseOf(path) ?? ''] ?? expect.fail(`no case for ${path}`);
  return path
    .replace(/(:attachment|\{attachmentId\})/, of(attachment))
    .replace(/:year\/:number/, () => of(path.startsWith('/receive-classified') ? 'classified' : 'receive'))
    .replace(/:file/, () => `${of('certificate')}.json`)
    .replace(/(:day|\{date\})/, '2026-11-21')
    .replace(/(:name|\{name\})/, 'day.json')
    .replace(/(:id|\{id\})/, () => of(kind));
}

const FIELDS = () => ({
  reason: 'x',
  text: 'x',
  note: 'x',
  version: '1',
  units: red.unit ?? '',
  unit: red.unit ?? '',
  recipients: red.unit ?? '',
  unitId: red.unit ?? '',
  parentId: red.unit ?? '',
  unitIds: red.unit ?? '',
  name: 'x',
  nameTh: 'x',
  role: 'unit',
  login: 'x',
  slip: '1',
});

/** How much there is of red, in every table: whatever is written changes it. */
async function rowsOfRed(): Promise<Record<string, string>> {
  const { owner } = office.fresh;
  const tables = await owner<{ name: string }[]>`
    SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND c.column_name = 'agency_id' AND t.table_type = 'BASE TABLE' ORDER BY 1`;
  const rows: Record<string, string> = {};
  for (const { name } of tables)
    rows[name] =
      (
        await owner.unsafe<{ hash: string }[]>(
          `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS hash FROM "${name}" t WHERE agency_id = ${office.red.id}`,
        )
      )[0]?.hash ?? '';
  return rows;
}

describe('pages', () => {
  it('have a case each', () => {
    expect(pages.length).toBeGreaterThan(80);
    const without = named(pages).filter(route => caseOf(route.path) === undefined && !OWN.includes(keyOf(route)));
    expect(without.map(keyOf)).toEqual([]);
    const known = [...pages, ...OPERATIONS].map(keyOf);
    expect([...OWN, ...NOT_ASKED].filter(key => !known.includes(key))).toEqual([]);
  });

  it('are there for those they belong to, with the same identifiers', async () => {
    const { cookie } = await office.trySignIn('administrator@red');
    let told = 0;
    for (const route of named(pages)) {
      if (route.method !== 'GET' || OWN.includes(keyOf(route)) || route.path.startsWith('/provider')) continue;
      // Forms for what cannot be done with this one now (a letter that is not closed can't be opened again) send back to it.
      const response = await fetch(`${office.base}${filled(route)}`, { headers: { cookie }, redirect: 'manual' });
      const page = { status: response.status, html: await response.text() };
      if (!NEEDS_MORE.includes(keyOf(route)))
        expect([keyOf(route), page.status < 400 || page.status === 409 ? 'there' : page.status]).toEqual([keyOf(route), 'there']);
      if (NAME.test(page.html)) told++;
    }
    // So that "tells no name" below means something.
    expect(told).toBeGreaterThan(20);
  });

  it.each(ROLES)('hide everything of another agency from its %s, and take nothing', async role => {
    const before = await rowsOfRed();
    const blue = await office.signIn(`${role}@blue`);
    let tried = 0;
    for (const route of named(pages)) {
      if (OWN.includes(keyOf(route))) continue;
      const page = await ask(blue, route.method, filled(route));
      if (BLANK_FORMS.includes(keyOf(route)) && page.status === 200) {
        const nowhere = await blue.get(route.path.replace(':id', NOTHING));
        const id = red[IDENTIFIERS[caseOf(route.path) ?? ''] ?? ''] ?? expect.fail(keyOf(route));
        expect(page.html.replaceAll(id, 'ID'), keyOf(route)).toBe(nowhere.html.replaceAll(NOTHING, 'ID'));
      } else expect([404, 403], `${keyOf(route)}: ${page.status}`).toContain(page.status);
      expect(NAME.test(page.html), keyOf(route)).toBe(false);
      tried++;
    }
    expect(tried).toBeGreaterThan(60);
    expect(await rowsOfRed()).toEqual(before);
  });

  it.each([...ROLES, 'provider'] as const)('without a place in their path tell %s of blue no name of red', async role => {
    const blue = await office.signIn(role === 'provider' ? 'provider' : `${role}@blue`);
    const before = await rowsOfRed();
    for (const route of pages.filter(one => !/[:{]/.test(one.path) || OWN.includes(keyOf(one)))) {
      if (NOT_ASKED.includes(keyOf(route))) continue;
      // The provider's acts on its own agencies are its own.
      if (role === 'provider' && (route.method !== 'GET' || route.path.startsWith('/provider'))) continue;
      // Ends the session, or stays one's own account.
      if (route.path.startsWith('/account')) continue;
      const path = route.path.replace(':register/:file', 'receive/2569.csv').replace(':name', 'acknowledgement');
      const page = await ask(blue, route.method, path);
      expect(page.status, keyOf(route)).toBeLessThan(500);
      // The provider knows its agencies by name.
      expect((role === 'provider' ? /redmark/i : NAME).test(page.html), `${keyOf(route)} as ${role}`).toBe(false);
    }
    for (const query of ['?unit=', '?officer=', '?from=', '?q=', '?before=', '?cursor='])
      for (const path of ['/register', '/in-tray', '/outbox', '/notices', '/held', '/settings/acts']) {
        const page = await blue.get(`${path}${query}${red.unit}`);
        expect(NAME.test(page.html), `${path}${query}`).toBe(false);
      }
    expect(await rowsOfRed()).toEqual(before);
  });
});

describe('operations of the API', () => {
  it('have a case each', () => {
    const without = named(OPERATIONS).filter(one => caseOf(one.path) === undefined && !OWN.includes(keyOf(one)));
    expect(without.map(keyOf)).toEqual([]);
  });

  it.each(['administrator', 'saraban', 'auditor', 'unit'] as const)(
    'hide everything of another agency from a program with the role %s',
    async role => {
      const before = await rowsOfRed();
      const token = await office.token(office.blue, role, role === 'unit' ? { unitIds: [office.blue.unitIds.finance] } : {});
      for (const operation of OPERATIONS) {
        const key = keyOf(operation);
        const isNamed = /\{/.test(operation.path) && !OWN.includes(key);
        const path = isNamed ? filled(operation) : operation.path.replace('{register}', 'receive').replace('{year}', '2569');
        const answer = await call(token, operation.method, path);
        if (isNamed) expect([404, 403], `${key}: ${answer.status}`).toContain(answer.status);
        else expect(answer.status, key).toBeLessThan(500);
        expect(NAME.test(answer.text), key).toBe(false);
        // As with nothing: nobody learns from the answer that it is there.
        if (isNamed && !operation.path.includes('{date}'))
          expect(
            (await call(token, operation.method, operation.path.replace('{id}', NOTHING).replace('{attachmentId}', NOTHING))).status,
            key,
          ).toBe(answer.status);
        if (isNamed && operation.method === 'GET' && role === 'administrator' && !operation.path.endsWith('evidence.zip'))
          expect((await call(own, 'GET', path)).status, `${key} of one's own`).toBe(200);
      }
      const { opened: _, ...after } = { opened: null, ...(await rowsOfRed()) };
      if (role !== 'administrator') expect(after).toEqual(before);
    },
  );
});

async function ask(browser: Browser, method: string, path: string) {
  return method === 'GET' ? await browser.get(path) : await browser.post(path, FIELDS());
}

async function call(token: string, method: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${api}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
    ...(method === 'POST' ? { body: JSON.stringify(bodyFor(path)) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

function bodyFor(path: string): object {
  if (path.endsWith('/route')) return { recipients: [{ unit: 'finance' }] };
  if (/\/(?:return|cancel|dismiss)$/.test(path)) return { reason: 'x' };
  if (path.endsWith('/amend')) return { facts: { subject: 'x' } };
  return {};
}
