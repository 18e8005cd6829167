import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { listActs } from '../register/look/acts.ts';
import { currentRules, currentTemplates, getAgency, listAccounts, listTokens, listUnits } from '../register/look/office.ts';
import { addAccount } from '../register/office/accounts.ts';
import { hashPassword } from '../register/office/password.ts';
import type { Officer, Role } from '../register/officer.ts';
import { asTree } from './office/units.ts';
import { type RunningWeb, startWeb } from './server.ts';
import { letterWithFiles, openWorld, type TestAgency, type World } from './test-world.ts';

const PASSWORD = 'a long password for tests';

let world: World;
let web: RunningWeb;
let base: string;
let admin: Browser;

beforeAll(async () => {
  world = await openWorld();
  web = await startWeb(world.context);
  base = `http://127.0.0.1:${web.port}`;
  for (const agency of [world.red, world.blue]) {
    for (const role of ['administrator', 'saraban', 'auditor'] as const) await person(agency, role);
    await person(agency, 'unit', [agency.unitIds.finance]);
  }
  await inAgency(world.context.db, 0, THE_APPLIANCE, async tx => {
    await tx`INSERT INTO account (agency_id, id, login, name, role, password_hash) VALUES (0, gen_random_uuid(), 'provider', 'ผู้ให้บริการ', 'provider', ${await hashPassword(PASSWORD)})`;
  });
  await world.enter(world.red, letterWithFiles('one'), { subject: 'ไฟฟ้าสาธารณะ หมู่ 4' });
  await world.enter(world.blue, letterWithFiles('blue'), { subject: 'BLUE SUBJECT' });
  admin = await signIn('administrator@red');
});
afterAll(async () => {
  await web.stop();
  await world.close();
});
beforeEach(() => {
  expect(world.errors).toEqual([]);
});

async function person(agency: TestAgency, role: Role, unitIds: string[] = []): Promise<void> {
  const login = `${role}@${agency.code}`;
  const outcome = await addAccount(world.context, agency.administrator, {
    login,
    name: login,
    role,
    unitIds,
    password: PASSWORD,
    appointed: role === 'administrator',
  });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
}

interface Page {
  status: number;
  html: string;
  headers: Headers;
  location: string;
}

interface Browser {
  get(path: string): Promise<Page>;
  post(path: string, fields: Record<string, string | string[]>, headers?: Record<string, string>): Promise<Page>;
}

function browser(cookie: string): Browser {
  const ask = async (path: string, init: RequestInit): Promise<Page> => {
    const response = await fetch(`${base}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { cookie, accept: 'text/html', ...init.headers },
    });
    const html = await response.text();
    // No page of ours may need what the policy forbids.
    if (!path.includes('/preview')) expect(html).not.toMatch(/<[a-z][^>]* (?:style|on[a-z]+)=|<style|<script(?![^>]* src=)/i);
    return { status: response.status, html, headers: response.headers, location: response.headers.get('location') ?? '' };
  };
  return {
    get: path => ask(path, {}),
    post: (path, fields, headers = {}) => {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
      return ask(path, { method: 'POST', body, headers });
    },
  };
}

async function trySignIn(login: string, password = PASSWORD): Promise<{ status: number; cookie: string }> {
  const response = await fetch(`${base}/sign-in`, { method: 'POST', body: new URLSearchParams({ login, password }), redirect: 'manual' });
  return {
    status: response.status,
    cookie: response.headers
      .getSetCookie()
      .map(cookie => cookie.split(';')[0])
      .join('; '),
  };
}

async function signIn(login: string, password = PASSWORD): Promise<Browser> {
  const { status, cookie } = await trySignIn(login, password);
  if (status !== 303) throw new Error(`sign-in of ${login}: ${status}`);
  return browser(cookie);
}

const red = (): Officer => world.red.administrator;

const PAGES = [
  '/settings',
  '/settings/units',
  '/settings/people',
  '/settings/rules',
  '/settings/templates',
  '/settings/templates/acknowledgement',
  '/settings/agency',
  '/settings/tokens',
  '/settings/acts',
];

describe('the wall', () => {
  it('shows every page to an administrator, in both languages', async () => {
    for (const path of PAGES) {
      const page = await admin.get(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    const english = await fetch(`${base}/settings`, {
      headers: { cookie: `${(await trySignIn('administrator@red')).cookie}; language=en` },
    });
    expect(await english.text()).toContain('Routing rules');
  });

  it('shows an auditor the acts alone, and others nothing', async () => {
    for (const [login, seen] of [
      ['auditor@red', ['/settings', '/settings/acts']],
      ['saraban@red', []],
      ['unit@red', []],
      // The provider's own people.
      ['provider', ['/settings', '/settings/people']],
    ] as const) {
      const them = await signIn(login);
      for (const path of PAGES) {
        const { status } = await them.get(path);
        if ((seen as readonly string[]).includes(path)) expect([login, path, status]).toEqual([login, path, 200]);
        else expect([403, 404], `${login} ${path}`).toContain(status);
      }
      const refused = await them.post('/settings/units', { code: 'mine', nameTh: 'ของฉัน' });
      expect([403, 404]).toContain(refused.status);
    }
    expect((await listUnits(world.context.db, red())).map(unit => unit.code)).not.toContain('mine');
  });

  it('sends strangers to the sign-in page, and refuses other sites', async () => {
    const stranger = browser('');
    for (const path of [...PAGES, '/provider']) expect((await stranger.get(path)).location, path).toMatch(/^\/sign-in/);
    expect((await stranger.post('/settings/units', { code: 'x', nameTh: 'x' })).location).toMatch(/^\/sign-in/);
    expect((await admin.post('/settings/units', { code: 'x', nameTh: 'x' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('has nothing for identifiers of another agency', async () => {
    const unit = world.blue.unitIds.finance;
    const [account] = await listAccounts(world.context.db, world.blue.administrator);
    expect((await admin.get(`/settings/units/${unit}`)).status).toBe(404);
    expect((await admin.post(`/settings/units/${unit}`, { nameTh: 'stolen' })).status).toBe(404);
    expect((await admin.get(`/settings/people/${account?.id}`)).status).toBe(404);
    expect((await admin.post(`/settings/people/${account?.id}`, { name: 'stolen', role: 'auditor' })).status).toBe(404);
    expect((await admin.post(`/settings/people/${account?.id}/password`, {})).status).toBe(404);
    await world.token(world.blue, 'auditor');
    const [token] = await listTokens(world.context.db, world.blue.administrator);
    expect((await admin.post(`/settings/tokens/${token?.id}/revoke`, {})).status).toBe(404);
    expect((await listTokens(world.context.db, world.blue.administrator))[0]?.revokedAt).toBeNull();
    expect((await admin.post('/settings/rules', { do: 'test', text: 'rules: []', entry: '2/2569' })).html).toContain('ไม่มีหนังสือเลขนี้');
    for (const path of [
      '/settings/units/x',
      "/settings/people/'",
      '/settings/templates/none',
      '/settings/templates/__proto__',
      '/settings/nothing',
    ])
      expect((await admin.get(path)).status, path).toBe(404);
  });
});

describe('units', () => {
  it('are added below one another, changed and closed', async () => {
    const added = await admin.post('/settings/units', {
      code: 'Tax',
      nameTh: 'ฝ่ายจัดเก็บรายได้',
      nameEn: '',
      email: '',
      parentId: world.red.unitIds.finance,
    });
    expect([added.status, added.location]).toEqual([303, '/settings/units?done=unit-added']);
    const page = await admin.get(added.location);
    expect(page.html).toContain('เพิ่มหน่วยงานแล้ว');
    expect(page.html.indexOf('กอง finance')).toBeLessThan(page.html.indexOf('ฝ่ายจัดเก็บรายได้'));
    expect(page.html).toContain('class="depth-1"');
    const tax = (await listUnits(world.context.db, red())).find(unit => unit.code === 'tax');
    const fields = { nameTh: 'ฝ่ายรายได้', nameEn: 'Revenue', email: 'tax@red.example', parentId: '', state: 'closed' };
    expect((await admin.post(`/settings/units/${tax?.id}`, fields)).location).toBe('/settings/units?done=unit-changed');
    expect((await listUnits(world.context.db, red())).find(unit => unit.code === 'tax')).toMatchObject({
      nameTh: 'ฝ่ายรายได้',
      nameEn: 'Revenue',
      parentId: null,
      state: 'closed',
    });
  });

  it('show a form with faults again as it was, and save nothing', async () => {
    const before = (await listUnits(world.context.db, red())).length;
    const page = await admin.post('/settings/units', {
      code: 'Not a code!',
      nameTh: '',
      nameEn: '<b>"kept"</b>',
      email: 'no mail',
      parentId: 'x',
    });
    expect(page.status).toBe(422);
    expect(page.html.match(/aria-invalid="true"/g)?.length).toBeGreaterThanOrEqual(3);
    expect(page.html).toContain('value="&lt;b&gt;&quot;kept&quot;&lt;/b&gt;"');
    expect((await listUnits(world.context.db, red())).length).toBe(before);
    expect((await admin.get('/settings/units?done=%3Cscript%3E')).html).not.toContain('<script>');
  });

  it('stand as a tree also when they go in a circle', () => {
    const unit = (id: string, parentId: string | null) => ({
      id,
      parentId,
      code: id,
      nameTh: id,
      nameEn: '',
      email: '',
      state: 'active' as const,
    });
    const rows = asTree([unit('c', 'b'), unit('a', null), unit('b', 'a'), unit('x', 'y'), unit('y', 'x'), unit('z', 'gone')]);
    expect(rows.map(({ unit: one, depth }) => `${one.id}${depth}`)).toEqual(['a0', 'b1', 'c2', 'z0', 'x0', 'y1']);
  });
});

describe('people', () => {
  const fields = {
    login: 'Wanna@red',
    name: 'นางวรรณา',
    email: '',
    role: 'unit',
    language: 'th',
    unitIds: [] as string[],
    appointed: 'yes',
  };

  it('get a password that is shown once, and works', async () => {
    const made = await admin.post('/settings/people', { ...fields, unitIds: [world.red.unitIds.finance, world.red.unitIds.works] });
    expect(made.status).toBe(200);
    const password = secret(made.html, 1);
    expect((await trySignIn('wanna@red', password)).status).toBe(303);
    expect((await listAccounts(world.context.db, red())).find(one => one.login === 'wanna@red')).toMatchObject({
      role: 'unit',
      appointed: true,
      unitIds: expect.arrayContaining([world.red.unitIds.finance, world.red.unitIds.works]),
    });
    expect((await admin.get('/settings/people')).html).not.toContain(password);
    const acts = await listActs(world.context.db, red(), { register: 'office', limit: 50 });
    expect(JSON.stringify(acts)).not.toContain(password);
  });

  it('cannot be added twice, nor with a role there is not', async () => {
    const again = await admin.post('/settings/people', { ...fields, unitIds: [world.red.unitIds.finance] });
    expect([again.status, again.html.includes('value="wanna@red"')]).toEqual([422, true]);
    expect((await admin.post('/settings/people', { ...fields, login: 'boss@red', role: 'provider' })).status).toBe(422);
    expect(
      (await admin.post('/settings/people', { ...fields, login: 'boss@red', role: 'saraban', unitIds: [world.blue.unitIds.finance] }))
        .status,
    ).toBe(422);
    expect((await trySignIn('boss@red')).status).toBe(401);
  });

  it('get a new password, and are shut out when disabled', async () => {
    const wanna = (await listAccounts(world.context.db, red())).find(one => one.login === 'wanna@red');
    const reset = await admin.post(`/settings/people/${wanna?.id}/password`, {});
    const password = secret(reset.html, 1);
    const session = await signIn('wanna@red', password);
    expect((await session.get('/in-tray')).status).toBe(200);
    const disabled = { ...fields, unitIds: [world.red.unitIds.finance], state: 'disabled' };
    expect((await admin.post(`/settings/people/${wanna?.id}`, disabled)).location).toBe('/settings/people?done=person-changed');
    expect((await session.get('/in-tray')).location).toMatch(/^\/sign-in/);
    expect((await trySignIn('wanna@red', password)).status).toBe(401);
  });
});

describe('tokens', () => {
  it('are shown once, work, and end when revoked', async () => {
    const made = await admin.post('/settings/tokens', { name: 'ระบบงบประมาณ', role: 'saraban', expiresOn: '2027-12-31' });
    expect(made.status).toBe(200);
    const token = secret(made.html, 0);
    const ask = () => fetch(`${base}/api/v1/notices`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    const listed = await admin.get('/settings/tokens');
    expect(listed.html).toContain('ระบบงบประมาณ');
    expect(listed.html).not.toContain(token);
    const row = (await listTokens(world.context.db, red())).find(one => one.name === 'ระบบงบประมาณ');
    // To the end of the day where the agency is.
    expect(row?.expiresAt?.toISOString()).toBe('2027-12-31T17:00:00.000Z');
    expect((await admin.post(`/settings/tokens/${row?.id}/revoke`, {})).location).toBe('/settings/tokens?done=token-revoked');
    expect((await ask()).status).toBe(401);
  });

  it.each([
    ['', 'saraban', ''],
    ['x', 'provider', ''],
    ['x', 'unit', ''],
    ['x', 'saraban', '2026-02-30'],
    ['x', 'saraban', '2020-01-01'],
    ['x', 'saraban', "' OR 1=1"],
  ])('are not made of %j, %s, %j', async (name, role, expiresOn) => {
    const before = (await listTokens(world.context.db, red())).length;
    expect((await admin.post('/settings/tokens', { name, role, expiresOn })).status).toBe(422);
    expect((await listTokens(world.context.db, red())).length).toBe(before);
  });
});

describe('the agency', () => {
  const now = () => getAgency(world.context.db, { agencyId: world.red.id });
  const fields = {
    nameTh: 'เทศบาลแดง',
    nameEn: 'Red Town',
    phone: '0 2123 4567',
    timeZone: 'Asia/Bangkok',
    calendar: 'buddhist',
    numerals: 'thai',
    language: 'th',
    acknowledgementsPerSender: '5',
    acknowledgementsPerHour: '',
  };

  it('changes its names, habits and limits', async () => {
    expect((await admin.post('/settings/agency', fields)).location).toBe('/settings/agency?done=agency-changed');
    expect(await now()).toMatchObject({
      nameTh: 'เทศบาลแดง',
      nameEn: 'Red Town',
      phone: '0 2123 4567',
      numerals: 'thai',
      settings: { acknowledgementsPerSender: 5 },
    });
    await admin.post('/settings/agency', { ...fields, acknowledgementsPerSender: '' });
    expect((await now())?.settings).toEqual({});
  });

  it.each([
    [{ nameTh: '' }, 'nameTh'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ numerals: 'roman' }, 'numerals'],
    [{ acknowledgementsPerHour: '-1' }, 'acknowledgementsPerHour'],
    [{ acknowledgementsPerSender: '1e9' }, 'acknowledgementsPerSender'],
    // Letters are entered: another era would begin a second series of this year.
    [{ calendar: 'gregory' }, 'calendar'],
  ])('refuses %j at its field', async (change, field) => {
    const before = await now();
    const page = await admin.post('/settings/agency', { ...fields, nameEn: 'Changed', ...change });
    expect(page.status).toBe(422);
    expect(page.html).toContain(`id="e-f-settings-agency-${field}"`);
    expect(page.html).toContain('value="Changed"');
    expect(await now()).toEqual(before);
  });

  it('adds and removes addresses, and keeps the last', async () => {
    expect((await admin.post('/settings/agency/addresses', { address: 'Saraban_2@red.example' })).location).toBe(
      '/settings/agency?done=address-added',
    );
    expect((await now())?.addresses).toContain('saraban_2@red.example');
    expect((await admin.post('/settings/agency/addresses', { address: 'saraban@blue.example' })).status).toBe(422);
    expect((await admin.post('/settings/agency/addresses', { address: 'nonsense' })).status).toBe(422);
    expect((await admin.post('/settings/agency/addresses/remove', { address: 'saraban_2@red.example' })).location).toBe(
      '/settings/agency?done=address-removed',
    );
    expect((await admin.post('/settings/agency/addresses/remove', { address: 'saraban@red.example' })).status).toBeGreaterThanOrEqual(400);
    expect((await admin.post('/settings/agency/addresses/remove', { address: 'saraban@blue.example' })).status).toBeGreaterThanOrEqual(400);
    expect((await now())?.addresses).toEqual(['saraban@red.example']);
    expect((await getAgency(world.context.db, { agencyId: world.blue.id }))?.addresses).toEqual(['saraban@blue.example']);
  });
});

describe('rules', () => {
  const RULES = `match: first
rules:
  - name: ไฟฟ้าสาธารณะ
    when: { subject: [ไฟฟ้า] }
    to: [{ unit: works, for: action }]
    instruction: โปรดตรวจสอบ
    dueInDays: 7
  - name: ที่เหลือ
    to: [{ unit: finance, for: information }]
`;

  it('with faults are not saved; each fault names its line', async () => {
    const page = await admin.post('/settings/rules', {
      do: 'save',
      text: RULES.replace('for: action', 'for: fun').replace('dueInDays: 7', 'dueInDays: soon'),
    });
    expect(page.status).toBe(422);
    for (const place of ['บรรทัด 5', 'บรรทัด 7']) expect(page.html).toContain(place);
    expect(page.html).toContain('dueInDays: soon');
    expect((await admin.post('/settings/rules', { do: 'save', text: RULES.replace('unit: works', 'unit: nowhere') })).html).toContain(
      'บรรทัด 5',
    );
    expect((await admin.post('/settings/rules', { do: 'save', text: 'rules: [' })).status).toBe(422);
    expect(await currentRules(world.context.db, red())).toBeNull();
  });

  it('are tried on typed fields, and say which rule decided and why', async () => {
    const page = await admin.post('/settings/rules', {
      do: 'test',
      text: RULES,
      subject: 'ขอให้ซ่อมไฟฟ้า',
      fromAddress: 'a@b.example',
      attachments: 'a.pdf\nb.jpg',
      urgency: 'urgent',
    });
    expect(page.status).toBe(200);
    const result = page.html.slice(page.html.indexOf('id="result"'));
    for (const said of ['<b>กอง works</b>', 'เพื่อดำเนินการ', 'ภายใน 7 วัน', '“ไฟฟ้าสาธารณะ”', 'พบคำ &quot;ไฟฟ้า&quot;', 'โปรดตรวจสอบ'])
      expect(result).toContain(said);
    const other = (await admin.post('/settings/rules', { do: 'test', text: RULES, subject: 'อื่น ๆ' })).html;
    expect(other.slice(other.indexOf('id="result"'))).toContain('<b>กอง finance</b>');
    expect((await admin.post('/settings/rules', { do: 'test', text: 'rules: []', subject: 'x' })).html).toContain('จะรอเจ้าหน้าที่สารบรรณ');
    expect((await admin.post('/settings/rules', { do: 'test', text: 'rules: 5', subject: 'x' })).status).toBe(422);
    expect(await currentRules(world.context.db, red())).toBeNull();
  });

  it('are tried on a letter of the register, Thai digits too', async () => {
    for (const entry of ['1/2569', '๑/๒๕๖๙', ' 1 / 2569 ']) {
      const page = await admin.post('/settings/rules', { do: 'test', text: RULES, entry });
      expect([entry, page.status]).toEqual([entry, 200]);
      expect(page.html.slice(page.html.indexOf('id="result"'))).toContain('<b>กอง works</b>');
    }
    for (const entry of ['99/2569', 'x', '1', "1/2569'"])
      expect((await admin.post('/settings/rules', { do: 'test', text: RULES, entry })).status, entry).toBe(422);
  });

  it('are saved in versions, and an old one can be looked at', async () => {
    expect((await admin.post('/settings/rules', { do: 'save', text: RULES })).location).toBe('/settings/rules?done=rules-saved');
    await admin.post('/settings/rules', { do: 'save', text: 'rules: []\n' });
    expect(await currentRules(world.context.db, red())).toMatchObject({ version: 2, text: 'rules: []\n' });
    const old = await admin.get('/settings/rules?version=1');
    expect(old.html).toContain('name: ไฟฟ้าสาธารณะ');
    expect(old.html).toContain('กำลังดูรุ่นเก่า');
    for (const version of ['9', 'x', '-1', '99999999999'])
      expect((await admin.get(`/settings/rules?version=${version}`)).status, version).toBe(200);
  });
});

describe('templates', () => {
  const template = {
    subject: 'แจ้งผลการรับ {{number}}',
    bodyText: 'รับแล้ว {{number}}\n',
    bodyHtml: '<p>รับแล้ว {{number}}</p><script>alert(1)</script>\n',
  };

  it('with faults are not saved; each fault names its part and line', async () => {
    const page = await admin.post('/settings/templates/acknowledgement', {
      ...template,
      bodyText: 'one\n{{nothing}}',
      bodyHtml: '<p>\n\n{{#if}}',
    });
    expect(page.status).toBe(422);
    expect(page.html).toContain('ข้อความล้วน, บรรทัด 2');
    expect(page.html).toContain('HTML, บรรทัด 3');
    expect(page.html).toContain('{{nothing}}');
    expect(await currentTemplates(world.context.db, red())).toEqual([]);
  });

  it('are shown filled in a frame that can run nothing', async () => {
    const page = await admin.post('/settings/templates/acknowledgement/preview', template);
    expect([page.status, page.headers.get('content-security-policy'), page.headers.get('x-frame-options')]).toEqual([
      200,
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox",
      'SAMEORIGIN',
    ]);
    expect(page.html).toContain('<p>รับแล้ว 1284/2569</p>');
    expect((await admin.post('/settings/templates/acknowledgement/preview', { ...template, subject: '{{nothing}}' })).html).toContain(
      'nothing',
    );
    expect((await admin.get('/settings/templates/acknowledgement')).html).toMatch(/<iframe [^>]*sandbox /);
    for (const name of ['acknowledgement', 'return', 'notification'])
      expect((await admin.get(`/settings/templates/${name}/preview`)).status, name).toBe(200);
  });

  it('are saved, and the standard one comes back into the fields', async () => {
    expect((await admin.post('/settings/templates/acknowledgement', template)).location).toBe(
      '/settings/templates/acknowledgement?done=template-saved',
    );
    expect(await currentTemplates(world.context.db, red())).toMatchObject([
      { name: 'acknowledgement', version: 1, subject: template.subject },
    ]);
    expect((await admin.get('/settings/templates/acknowledgement')).html).toContain('แจ้งผลการรับ {{number}}');
    expect((await admin.get('/settings/templates/acknowledgement?standard=yes')).html).not.toContain('รับแล้ว {{number}}\n');
    expect(await currentTemplates(world.context.db, world.blue.administrator)).toEqual([]);
  });
});

describe('the log of acts', () => {
  it('is filtered by chain, person, kind and day, and shows the head of the chain', async () => {
    const all = await admin.get('/settings/acts?register=office');
    expect(all.html).toContain('บันทึกกฎการส่งต่อ');
    const [newest] = (await listActs(world.context.db, red(), { register: 'office', limit: 1 })).items;
    expect(all.html).toContain(newest?.hash);
    const rows = (html: string) => (html.match(/<td class="number">/g) ?? []).length;
    const rules = await admin.get('/settings/acts?register=office&kind=rules-saved');
    expect(rows(rules.html)).toBe(2);
    expect(rows((await admin.get('/settings/acts?register=office&since=2026-11-22&until=2026-11-22')).html)).toBe(rows(all.html));
    for (const none of ['since=2026-11-23', 'until=2026-11-21', 'person=01900000-0000-7000-8000-000000000000'])
      expect(rows((await admin.get(`/settings/acts?register=office&${none}`)).html), none).toBe(0);
    const auditor = await signIn('auditor@red');
    expect(rows((await auditor.get('/settings/acts?register=office')).html)).toBe(rows(all.html));
    const blue = await signIn('administrator@blue');
    expect((await blue.get('/settings/acts?register=office')).html).not.toContain('เทศบาลแดง');
  });

  it.each([
    'register=x',
    'kind=%27',
    'person=x',
    'since=x',
    'until=2026-99-99',
    'before=x',
    'before=0',
    'before=-5',
    'before=999999999',
    'register=send',
  ])('bears %s', async query => {
    expect((await admin.get(`/settings/acts?${query}`)).status).toBe(200);
  });
});

describe('the provider', () => {
  it('sees counts, adds an agency, and reads no letter', async () => {
    const provider = await signIn('provider');
    const page = await provider.get('/provider');
    expect(page.status).toBe(200);
    for (const shown of ['saraban@red.example', 'saraban@blue.example', 'คิว']) expect(page.html).toContain(shown);
    for (const hidden of ['BLUE SUBJECT', 'ไฟฟ้าสาธารณะ', 'somchai']) expect(page.html).not.toContain(hidden);
    const fields = {
      code: 'green',
      nameTh: 'เทศบาลเขียว',
      nameEn: '',
      phone: '',
      timeZone: 'Asia/Bangkok',
      address: 'saraban@green.example',
      login: '',
    };
    const made = await provider.post('/provider/agencies', fields);
    expect(made.status).toBe(200);
    expect((await trySignIn('admin@green', secret(made.html, 1))).status).toBe(303);
    const again = await provider.post('/provider/agencies', { ...fields, nameTh: 'ซ้ำ' });
    expect([again.status, again.html.includes('value="ซ้ำ"')]).toEqual([422, true]);
    expect((await provider.post('/provider/agencies', { ...fields, code: 'brown', address: 'saraban@red.example' })).status).toBe(422);
    expect((await provider.get('/provider')).html).not.toContain('brown');
    const colleague = { login: 'night@provider', name: 'เวรดึก', email: '', role: 'provider', language: 'th' };
    expect((await trySignIn('night@provider', secret((await provider.post('/settings/people', colleague)).html, 1))).status).toBe(303);
    expect((await provider.post('/settings/people', { ...colleague, login: 'spy@red', role: 'administrator' })).status).toBe(422);
    expect((await provider.get('/settings/people')).html).not.toContain('@red');
    for (const path of ['/register', '/in-tray', '/held', '/outbox', '/notices']) expect((await provider.get(path)).status, path).toBe(403);
    expect((await admin.get('/provider')).status).toBe(403);
    expect((await admin.post('/provider/agencies', { ...fields, code: 'mine' })).status).toBe(403);
  });
});

/** The values of the page that shows a secret once, in their order. */
function secret(html: string, index: number): string {
  return [...html.matchAll(/<dd><code>([^<]*)<\/code>/g)][index]?.[1] ?? '';
}
