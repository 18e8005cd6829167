import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listActs } from '../register/look/acts.ts';
import { getAgency, listAccounts, listTokens, listUnits } from '../register/look/office.ts';
import { asTree } from './office/units.ts';
import { type Office, openOffice, secret } from './test-office.ts';

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(async () => {
  await office.close();
});
beforeEach(() => {
  expect(office.errors).toEqual([]);
});

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
      const page = await office.admin.get(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    const english = await fetch(`${office.base}/settings`, {
      headers: { cookie: `${(await office.trySignIn('administrator@red')).cookie}; language=en` },
    });
    expect(await english.text()).toContain('Routing rules');
  });

  it('shows an auditor the acts alone, and others nothing', async () => {
    for (const [login, seen] of [
      ['auditor@red', ['/settings', '/settings/acts']],
      ['saraban@red', ['/settings']],
      ['unit@red', []],
      // The provider's own people.
      ['provider', ['/settings', '/settings/people']],
    ] as const) {
      const them = await office.signIn(login);
      for (const path of PAGES) {
        const { status } = await them.get(path);
        if ((seen as readonly string[]).includes(path)) expect([login, path, status]).toEqual([login, path, 200]);
        else expect([403, 404], `${login} ${path}`).toContain(status);
      }
      const refused = await them.post('/settings/units', { code: 'mine', nameTh: 'ของฉัน' });
      expect([403, 404]).toContain(refused.status);
    }
    expect((await listUnits(office.context.db, office.red.administrator)).map(unit => unit.code)).not.toContain('mine');
  });

  it('sends strangers to the sign-in page, and refuses other sites', async () => {
    const stranger = office.browser('');
    for (const path of [...PAGES, '/provider']) expect((await stranger.get(path)).location, path).toMatch(/^\/sign-in/);
    expect((await stranger.post('/settings/units', { code: 'x', nameTh: 'x' })).location).toMatch(/^\/sign-in/);
    expect((await office.admin.post('/settings/units', { code: 'x', nameTh: 'x' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('has nothing for identifiers of another agency', async () => {
    const unit = office.blue.unitIds.finance;
    const [account] = await listAccounts(office.context.db, office.blue.administrator);
    expect((await office.admin.get(`/settings/units/${unit}`)).status).toBe(404);
    expect((await office.admin.post(`/settings/units/${unit}`, { nameTh: 'stolen' })).status).toBe(404);
    expect((await office.admin.get(`/settings/people/${account?.id}`)).status).toBe(404);
    expect((await office.admin.post(`/settings/people/${account?.id}`, { name: 'stolen', role: 'auditor' })).status).toBe(404);
    expect((await office.admin.post(`/settings/people/${account?.id}/password`, {})).status).toBe(404);
    await office.token(office.blue, 'auditor');
    const [token] = await listTokens(office.context.db, office.blue.administrator);
    expect((await office.admin.post(`/settings/tokens/${token?.id}/revoke`, {})).status).toBe(404);
    expect((await listTokens(office.context.db, office.blue.administrator))[0]?.revokedAt).toBeNull();
    expect((await office.admin.post('/settings/rules', { do: 'test', text: 'rules: []', entry: '2/2569' })).html).toContain('ไม่มีหนังสือเลขนี้');
    for (const path of [
      '/settings/units/x',
      "/settings/people/'",
      '/settings/templates/none',
      '/settings/templates/__proto__',
      '/settings/nothing',
    ])
      expect((await office.admin.get(path)).status, path).toBe(404);
  });
});

describe('units', () => {
  it('are added below one another, changed and closed', async () => {
    const added = await office.admin.post('/settings/units', {
      code: 'Tax',
      nameTh: 'ฝ่ายจัดเก็บรายได้',
      nameEn: '',
      email: '',
      parentId: office.red.unitIds.finance,
    });
    expect([added.status, added.location]).toEqual([303, '/settings/units?done=unit-added']);
    const page = await office.admin.get(added.location);
    expect(page.html).toContain('เพิ่มหน่วยงานแล้ว');
    expect(page.html.indexOf('กอง finance')).toBeLessThan(page.html.indexOf('ฝ่ายจัดเก็บรายได้'));
    expect(page.html).toContain('class="depth-1"');
    const tax = (await listUnits(office.context.db, office.red.administrator)).find(unit => unit.code === 'tax');
    const fields = { nameTh: 'ฝ่ายรายได้', nameEn: 'Revenue', email: 'tax@red.example', parentId: '', state: 'closed' };
    expect((await office.admin.post(`/settings/units/${tax?.id}`, fields)).location).toBe('/settings/units?done=unit-changed');
    expect((await listUnits(office.context.db, office.red.administrator)).find(unit => unit.code === 'tax')).toMatchObject({
      nameTh: 'ฝ่ายรายได้',
      nameEn: 'Revenue',
      parentId: null,
      state: 'closed',
    });
  });

  it('show a form with faults again as it was, and save nothing', async () => {
    const before = (await listUnits(office.context.db, office.red.administrator)).length;
    const page = await office.admin.post('/settings/units', {
      code: 'Not a code!',
      nameTh: '',
      nameEn: '<b>"kept"</b>',
      email: 'no mail',
      parentId: 'x',
    });
    expect(page.status).toBe(422);
    expect(page.html.match(/aria-invalid="true"/g)?.length).toBeGreaterThanOrEqual(3);
    expect(page.html).toContain('value="&lt;b&gt;&quot;kept&quot;&lt;/b&gt;"');
    expect((await listUnits(office.context.db, office.red.administrator)).length).toBe(before);
    expect((await office.admin.get('/settings/units?done=%3Cscript%3E')).html).not.toContain('<script>');
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
    const made = await office.admin.post('/settings/people', {
      ...fields,
      unitIds: [office.red.unitIds.finance, office.red.unitIds.works],
    });
    expect(made.status).toBe(200);
    const password = secret(made.html, 1);
    expect((await office.trySignIn('wanna@red', password)).status).toBe(303);
    expect((await listAccounts(office.context.db, office.red.administrator)).find(one => one.login === 'wanna@red')).toMatchObject({
      role: 'unit',
      appointed: true,
      unitIds: expect.arrayContaining([office.red.unitIds.finance, office.red.unitIds.works]),
    });
    expect((await office.admin.get('/settings/people')).html).not.toContain(password);
    const acts = await listActs(office.context.db, office.red.administrator, { register: 'office', limit: 50 });
    expect(JSON.stringify(acts)).not.toContain(password);
  });

  it('cannot be added twice, nor with a role there is not', async () => {
    const again = await office.admin.post('/settings/people', { ...fields, unitIds: [office.red.unitIds.finance] });
    expect([again.status, again.html.includes('value="wanna@red"')]).toEqual([422, true]);
    expect((await office.admin.post('/settings/people', { ...fields, login: 'boss@red', role: 'provider' })).status).toBe(422);
    expect(
      (
        await office.admin.post('/settings/people', {
          ...fields,
          login: 'boss@red',
          role: 'saraban',
          unitIds: [office.blue.unitIds.finance],
        })
      ).status,
    ).toBe(422);
    expect((await office.trySignIn('boss@red')).status).toBe(401);
  });

  it('get a new password, and are shut out when disabled', async () => {
    const wanna = (await listAccounts(office.context.db, office.red.administrator)).find(one => one.login === 'wanna@red');
    const reset = await office.admin.post(`/settings/people/${wanna?.id}/password`, {});
    const password = secret(reset.html, 1);
    const session = await office.signIn('wanna@red', password);
    expect((await session.get('/in-tray')).status).toBe(200);
    const disabled = { ...fields, unitIds: [office.red.unitIds.finance], state: 'disabled' };
    expect((await office.admin.post(`/settings/people/${wanna?.id}`, disabled)).location).toBe('/settings/people?done=person-changed');
    expect((await session.get('/in-tray')).location).toMatch(/^\/sign-in/);
    expect((await office.trySignIn('wanna@red', password)).status).toBe(401);
  });
});

describe('tokens', () => {
  it('are shown once, work, and end when revoked', async () => {
    const made = await office.admin.post('/settings/tokens', { name: 'ระบบงบประมาณ', role: 'saraban', expiresOn: '2027-12-31' });
    expect(made.status).toBe(200);
    const token = secret(made.html, 0);
    const ask = () => fetch(`${office.base}/api/v1/notices`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    const listed = await office.admin.get('/settings/tokens');
    expect(listed.html).toContain('ระบบงบประมาณ');
    expect(listed.html).not.toContain(token);
    const row = (await listTokens(office.context.db, office.red.administrator)).find(one => one.name === 'ระบบงบประมาณ');
    // To the end of the day where the agency is.
    expect(row?.expiresAt?.toISOString()).toBe('2027-12-31T17:00:00.000Z');
    expect((await office.admin.post(`/settings/tokens/${row?.id}/revoke`, {})).location).toBe('/settings/tokens?done=token-revoked');
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
    const before = (await listTokens(office.context.db, office.red.administrator)).length;
    expect((await office.admin.post('/settings/tokens', { name, role, expiresOn })).status).toBe(422);
    expect((await listTokens(office.context.db, office.red.administrator)).length).toBe(before);
  });
});

describe('the agency', () => {
  const now = () => getAgency(office.context.db, { agencyId: office.red.id });
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
    expect((await office.admin.post('/settings/agency', fields)).location).toBe('/settings/agency?done=agency-changed');
    expect(await now()).toMatchObject({
      nameTh: 'เทศบาลแดง',
      nameEn: 'Red Town',
      phone: '0 2123 4567',
      numerals: 'thai',
      settings: { acknowledgementsPerSender: 5 },
    });
    await office.admin.post('/settings/agency', { ...fields, acknowledgementsPerSender: '' });
    expect((await now())?.settings).toEqual({});
    await office.admin.post('/settings/agency', { ...fields, acknowledgementsPerSender: '', classifiedRegister: 'shared' });
    expect((await now())?.settings).toEqual({ classifiedRegister: 'shared' });
    expect((await office.admin.get('/settings/agency')).html).toContain('<option value="shared" selected>');
    for (const classifiedRegister of ['own', 'open']) {
      await office.admin.post('/settings/agency', { ...fields, acknowledgementsPerSender: '', classifiedRegister });
      expect((await now())?.settings).toEqual({});
    }
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
    const page = await office.admin.post('/settings/agency', { ...fields, nameEn: 'Changed', ...change });
    expect(page.status).toBe(422);
    expect(page.html).toContain(`id="e-f-settings-agency-${field}"`);
    expect(page.html).toContain('value="Changed"');
    expect(await now()).toEqual(before);
  });

  it('adds and removes addresses, and keeps the last', async () => {
    expect((await office.admin.post('/settings/agency/addresses', { address: 'Saraban_2@red.example' })).location).toBe(
      '/settings/agency?done=address-added',
    );
    expect((await now())?.addresses).toContain('saraban_2@red.example');
    expect((await office.admin.post('/settings/agency/addresses', { address: 'saraban@blue.example' })).status).toBe(422);
    expect((await office.admin.post('/settings/agency/addresses', { address: 'nonsense' })).status).toBe(422);
    expect((await office.admin.post('/settings/agency/addresses/remove', { address: 'saraban_2@red.example' })).location).toBe(
      '/settings/agency?done=address-removed',
    );
    expect(
      (await office.admin.post('/settings/agency/addresses/remove', { address: 'saraban@red.example' })).status,
    ).toBeGreaterThanOrEqual(400);
    expect(
      (await office.admin.post('/settings/agency/addresses/remove', { address: 'saraban@blue.example' })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await now())?.addresses).toEqual(['saraban@red.example']);
    expect((await getAgency(office.context.db, { agencyId: office.blue.id }))?.addresses).toEqual(['saraban@blue.example']);
  });
});

describe('the provider', () => {
  it('sees counts, adds an agency, and reads no letter', async () => {
    const provider = await office.signIn('provider');
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
    expect((await office.trySignIn('admin@green', secret(made.html, 1))).status).toBe(303);
    const again = await provider.post('/provider/agencies', { ...fields, nameTh: 'ซ้ำ' });
    expect([again.status, again.html.includes('value="ซ้ำ"')]).toEqual([422, true]);
    expect((await provider.post('/provider/agencies', { ...fields, code: 'brown', address: 'saraban@red.example' })).status).toBe(422);
    expect((await provider.get('/provider')).html).not.toContain('brown');
    const colleague = { login: 'night@provider', name: 'เวรดึก', email: '', role: 'provider', language: 'th' };
    expect((await office.trySignIn('night@provider', secret((await provider.post('/settings/people', colleague)).html, 1))).status).toBe(
      303,
    );
    expect((await provider.post('/settings/people', { ...colleague, login: 'spy@red', role: 'administrator' })).status).toBe(422);
    expect((await provider.get('/settings/people')).html).not.toContain('@red');
    for (const path of ['/register', '/in-tray', '/held', '/outbox', '/notices']) expect((await provider.get(path)).status, path).toBe(403);
    expect((await office.admin.get('/provider')).status).toBe(403);
    expect((await office.admin.post('/provider/agencies', { ...fields, code: 'mine' })).status).toBe(403);
  });
});
