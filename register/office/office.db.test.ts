import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { routeEntry } from '../act/route.ts';
import { saveTemplate } from '../act/templates.ts';
import { listActs } from '../look/acts.ts';
import { currentTemplates, getAgency, listAccounts, listAgencies, listTokens, listUnits } from '../look/office.ts';
import { findAccount, officerOf, officerOfToken } from '../look/sign-in.ts';
import type { ActOutcome, Officer, RegisterContext } from '../officer.ts';
import { addAccount, changeAccount, setPassword } from './accounts.ts';
import { addAddress, changeAgency, removeAddress } from './agency.ts';
import { addAgency, ensureFirstAgency } from './new-agency.ts';
import { passwordMatches, pretendToMatch } from './password.ts';
import { addToken, revokeToken } from './tokens.ts';
import { addUnit, changeUnit } from './units.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let agency: number;
let other: number;
let admin: Officer;

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  const settings = {
    agencyName: 'เทศบาลตำบลบางบัวทอง',
    address: 'saraban@bangbuathong.go.th',
    timeZone: 'Asia/Bangkok',
    adminPassword: null,
  };
  const [a, b] = await Promise.all([ensureFirstAgency(fresh.db, settings), ensureFirstAgency(fresh.db, settings)]);
  const made = [a, b].filter(one => one.created);
  expect(made).toEqual([{ created: true, login: 'admin', password: expect.stringMatching(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/) }]);
  const account = await findAccount(fresh.db, ' ADMIN ');
  if (account === null) throw new Error('no administrator');
  expect(await passwordMatches(account.passwordHash, made[0]?.password ?? '')).toBe(true);
  agency = account.agencyId;
  admin = (await officerOf(fresh.db, agency, account.accountId, '127.0.0.1', account.stamp)) as Officer;
  other = await addTestAgency(fresh.db, 'other');
});
afterAll(() => fresh.close());

function fields(outcome: ActOutcome<unknown>): string[] {
  return outcome.outcome === 'invalid' ? outcome.faults.map(fault => fault.field) : [outcome.outcome];
}

async function unit(code: string): Promise<string> {
  const added = await addUnit(context, admin, { code, nameTh: `กอง ${code}` });
  if (added.outcome !== 'done') throw new Error(JSON.stringify(added));
  return added.unitId;
}

async function account(login: string, change: object = {}): Promise<string> {
  const added = await addAccount(context, admin, { login, name: login, role: 'saraban', password: 'a good password', ...change });
  if (added.outcome !== 'done') throw new Error(JSON.stringify(added));
  return added.accountId;
}

describe('agencies', () => {
  it('the first is what the settings name; its administrator is appointed', async () => {
    expect(admin).toMatchObject({ role: 'administrator', appointed: true, name: 'ผู้ดูแลระบบ เทศบาลตำบลบางบัวทอง' });
    expect(await getAgency(fresh.db, admin)).toMatchObject({
      code: 'bangbuathong',
      nameTh: 'เทศบาลตำบลบางบัวทอง',
      addresses: ['saraban@bangbuathong.go.th'],
      calendar: 'buddhist',
    });
  });

  it('another is added whole or not at all', async () => {
    const base = { code: 'whole', nameTh: 'ทดสอบ', address: 'saraban@whole.example', password: 'a good password' };
    expect(fields((await addAgency(fresh.db, { ...base, address: 'saraban@other.example' })) as ActOutcome)).toEqual(['address']);
    expect(fields((await addAgency(fresh.db, { ...base, login: 'admin' })) as ActOutcome)).toEqual(['login']);
    expect(fields((await addAgency(fresh.db, { ...base, code: 'other' })) as ActOutcome)).toEqual(['code']);
    const wrong = { code: 'No Code', nameTh: '', address: 'a+b@c', timeZone: 'Mars/Base', login: 'a b', password: 'short' };
    expect(fields((await addAgency(fresh.db, wrong)) as ActOutcome)).toEqual([
      'code',
      'nameTh',
      'timeZone',
      'address',
      'login',
      'password',
    ]);
    expect(await fresh.owner`SELECT id FROM agency WHERE code IN ('whole', 'No Code')`).toHaveLength(0);
    expect(await addAgency(fresh.db, base)).toMatchObject({ outcome: 'done', login: 'admin@whole', password: null });
    expect(await fresh.owner`SELECT id FROM account WHERE login = 'admin@whole' AND appointed AND role = 'administrator'`).toHaveLength(1);
  });

  it('the provider counts them and reads nothing; nobody else counts', async () => {
    await enterLetter(fresh, agency, 'counted');
    const all = await listAgencies(fresh.db, testOfficer(0, 'provider'), TEST_TIME);
    expect(all.find(one => one.id === agency)).toMatchObject({ entries: 1, bytes: 7 });
    expect(await listAgencies(fresh.db, admin, TEST_TIME)).toEqual([]);
  });

  it('its habits change, but not the era once letters are entered', async () => {
    await enterLetter(fresh, agency, 'era');
    expect(
      fields(
        await changeAgency(context, admin, {
          calendar: 'gregory',
          timeZone: 'x',
          language: 'fr' as never,
          nameTh: '',
          settings: [] as never,
        }),
      ),
    ).toEqual(['nameTh', 'timeZone', 'language', 'settings', 'calendar']);
    expect(await changeAgency(context, admin, { phone: '0 2141 0000', numerals: 'thai', settings: { hold: true, empty: null } })).toEqual({
      outcome: 'done',
    });
    await changeAgency(context, admin, { settings: { other: 'x' } });
    expect(await getAgency(fresh.db, admin)).toMatchObject({
      phone: '0 2141 0000',
      numerals: 'thai',
      nameTh: 'เทศบาลตำบลบางบัวทอง',
      settings: { hold: true, other: 'x' },
    });
    expect(await changeAgency(context, testOfficer(agency, 'saraban'), { phone: 'x' })).toEqual({ outcome: 'forbidden' });
  });

  it('addresses: one belongs to one agency, the last stays', async () => {
    expect(fields(await addAddress(context, admin, { address: 'SARABAN@other.example' }))).toEqual(['address']);
    for (const address of ['', 'x', 'a@b@c', 'a b@c', 'saraban+x@c.example', null])
      expect(fields(await addAddress(context, admin, { address: address as never }))[0]).toBe('address');
    expect(await addAddress(context, admin, { address: 'Saraban_Rangsit@bangbuathong.go.th' })).toEqual({ outcome: 'done' });
    const gone = await Promise.all(
      ['saraban@bangbuathong.go.th', 'saraban_rangsit@bangbuathong.go.th'].map(address => removeAddress(context, admin, { address })),
    );
    expect(gone.map(one => one.outcome).sort()).toEqual(['done', 'invalid']);
    expect(await removeAddress(context, admin, { address: 'saraban@other.example' })).toEqual({ outcome: 'not-found' });
  });
});

describe('units', () => {
  it('have a code of their own and make a tree without rings', async () => {
    const top = await unit('top');
    const middle = await addUnit(context, admin, { code: 'middle', nameTh: 'กลาง', parentId: top, email: 'middle@x.example' });
    const middleId = middle.outcome === 'done' ? middle.unitId : '';
    expect(fields(await addUnit(context, admin, { code: 'top', nameTh: 'ซ้ำ' }))).toEqual(['code']);
    expect(fields(await addUnit(context, admin, { code: 'A B', nameTh: '', email: 'x', parentId: 'y' }))).toEqual([
      'code',
      'nameTh',
      'email',
      'parentId',
    ]);
    expect(fields(await changeUnit(context, admin, { unitId: top, parentId: middleId }))).toEqual(['parentId']);
    expect(fields(await changeUnit(context, admin, { unitId: top, parentId: top }))).toEqual(['parentId']);
    expect(await changeUnit(context, admin, { unitId: middleId, nameEn: 'Middle', parentId: null })).toEqual({ outcome: 'done' });
    expect((await listUnits(fresh.db, admin)).find(one => one.code === 'middle')).toMatchObject({
      nameTh: 'กลาง',
      nameEn: 'Middle',
      parentId: null,
      email: 'middle@x.example',
    });
    expect(await changeUnit(context, testOfficer(other, 'administrator'), { unitId: top, nameTh: 'x' })).toEqual({ outcome: 'not-found' });
  });

  it('with open letters are not closed', async () => {
    const unitId = await unit('closing');
    const entryId = await enterLetter(fresh, agency, 'keeps it open');
    await routeEntry(context, admin, { entryId, recipients: [{ unitId, purpose: 'action' }] });
    expect(fields(await changeUnit(context, admin, { unitId, state: 'closed' }))).toEqual(['state']);
  });
});

describe('accounts', () => {
  it('sign in, and stop at once when they are disabled or their password changes', async () => {
    const id = await account('Somchai', { role: 'auditor' });
    const found = await findAccount(fresh.db, 'somchai');
    expect(found).toMatchObject({ accountId: id, agencyId: agency, active: true });
    expect(await passwordMatches(found?.passwordHash ?? '', 'a good password')).toBe(true);
    expect(await passwordMatches(found?.passwordHash ?? '', 'a good passwore')).toBe(false);
    expect(await passwordMatches('no hash', 'a good password')).toBe(false);
    expect(await pretendToMatch('a login that does not exist')).toBe(false);
    expect(await officerOf(fresh.db, agency, id, 'peer', found?.stamp)).toMatchObject({ role: 'auditor', appointed: false, peer: 'peer' });
    expect(await officerOf(fresh.db, other, id, 'peer')).toBeNull();
    await setPassword(context, admin, { accountId: id, password: 'another password' });
    expect(await officerOf(fresh.db, agency, id, 'peer', found?.stamp)).toBeNull();
    await changeAccount(context, admin, { accountId: id, state: 'disabled' });
    expect(await officerOf(fresh.db, agency, id, 'peer')).toBeNull();
    expect(await findAccount(fresh.db, 'somchai')).toMatchObject({ active: false });
    for (const login of ['', '%', 'somcha_', '\u0000', 'x'.repeat(9_999)]) expect(await findAccount(fresh.db, login)).toBeNull();
  });

  it('refuse what is wrong, field by field, and a login that is taken anywhere', async () => {
    const wrong = {
      login: 'a',
      name: ' ',
      email: 'x',
      role: 'king' as never,
      unitIds: ['x'],
      appointed: 'yes' as never,
      language: 'fr' as never,
      password: 'short',
    };
    expect(fields(await addAccount(context, admin, wrong))).toEqual([
      'login',
      'role',
      'name',
      'email',
      'language',
      'appointed',
      'unitIds',
      'password',
    ]);
    expect(fields(await addAccount(context, admin, { login: 'nounit', name: 'x', role: 'unit' }))).toEqual(['unitIds']);
    expect(fields(await addAccount(context, admin, { login: 'imposter', name: 'x', role: 'provider' }))).toEqual(['role']);
    expect(fields(await addAccount(context, admin, { login: 'samesame12', name: 'x', role: 'auditor', password: 'SameSame12' }))).toEqual([
      'password',
    ]);
    await account('taken');
    const elsewhere = testOfficer(other, 'administrator');
    expect(fields(await addAccount(context, elsewhere, { login: 'TAKEN', name: 'x', role: 'auditor' }))).toEqual(['login']);
    for (const role of ['saraban', 'unit', 'auditor'] as const) {
      expect(await addAccount(context, testOfficer(agency, role), { login: 'nope', name: 'x', role: 'auditor' })).toEqual({
        outcome: 'forbidden',
      });
    }
  });

  it('the provider keeps its own people, and no agency’s', async () => {
    const provider = testOfficer(0, 'provider');
    expect(await addAccount(context, provider, { login: 'host', name: 'Host', role: 'provider' })).toMatchObject({
      outcome: 'done',
      password: expect.any(String),
    });
    expect(fields(await addAccount(context, provider, { login: 'host2', name: 'Host', role: 'administrator' }))).toEqual(['role']);
    const found = await findAccount(fresh.db, 'host');
    expect(await officerOf(fresh.db, 0, found?.accountId ?? '', 'peer')).toMatchObject({ role: 'provider', agencyId: 0 });
  });

  it('the last administrator stays one, also when two leave at once', async () => {
    const second = await account('second-admin', { role: 'administrator' });
    const leaving = [admin.id as string, second].map(accountId => changeAccount(context, admin, { accountId, role: 'auditor' }));
    expect((await Promise.all(leaving)).map(one => one.outcome).sort()).toEqual(['done', 'invalid']);
    const left = (await listAccounts(fresh.db, admin)).filter(one => one.role === 'administrator' && one.state === 'active');
    expect(left).toHaveLength(1);
    expect(fields(await changeAccount(context, admin, { accountId: left[0]?.id ?? '', state: 'disabled' }))).toEqual(['state']);
    await fresh.owner`UPDATE account SET role = 'administrator' WHERE id = ${admin.id}`;
  });

  it('one’s own password needs the old one; another’s needs an administrator', async () => {
    const id = await account('ownpass');
    const self = testOfficer(agency, 'saraban', { id });
    expect(fields(await setPassword(context, self, { accountId: id, password: 'a new password' }))).toEqual(['oldPassword']);
    expect(fields(await setPassword(context, self, { accountId: id, password: 'short', oldPassword: 'wrong' }))).toEqual([
      'oldPassword',
      'password',
    ]);
    expect(await setPassword(context, self, { accountId: id, password: 'a new password', oldPassword: 'a good password' })).toEqual({
      outcome: 'done',
      password: null,
    });
    expect(await setPassword(context, self, { accountId: admin.id as string, password: 'a new password' })).toEqual({
      outcome: 'forbidden',
    });
    expect(await setPassword(context, testOfficer(other, 'administrator'), { accountId: id })).toEqual({ outcome: 'not-found' });
    expect(await setPassword(context, admin, { accountId: id })).toMatchObject({ outcome: 'done', password: expect.any(String) });
  });

  it('are shown whole to administrators, by name alone to those who choose a recipient', async () => {
    const unitId = await unit('members');
    const id = await account('member', { role: 'unit', unitIds: [unitId], email: 'm@x.example' });
    expect((await listAccounts(fresh.db, admin, { unitId })).map(one => [one.id, one.login, one.unitIds])).toEqual([
      [id, 'member', [unitId]],
    ]);
    expect(await listAccounts(fresh.db, testOfficer(agency, 'saraban'), { unitId })).toMatchObject([
      { id, name: 'member', login: '', email: '' },
    ]);
    await changeAccount(context, admin, { accountId: id, role: 'auditor', unitIds: [] });
    expect(await listAccounts(fresh.db, admin, { unitId })).toEqual([]);
  });
});

describe('tokens', () => {
  it('work until they expire or are revoked, and see no classified letters', async () => {
    const unitId = await unit('robots');
    const added = await addToken(context, admin, {
      name: 'robot',
      role: 'unit',
      unitIds: [unitId],
      expiresAt: new Date('2026-12-01T00:00:00Z'),
    });
    if (added.outcome !== 'done') throw new Error(JSON.stringify(added));
    const officer = await officerOfToken(fresh.db, added.token, TEST_TIME, 'peer');
    expect(officer).toEqual({
      id: added.tokenId,
      name: 'API: robot',
      peer: 'peer',
      agencyId: agency,
      role: 'unit',
      appointed: false,
      unitIds: [unitId],
    });
    expect(await officerOfToken(fresh.db, added.token, new Date('2026-12-01T00:00:00Z'), 'peer')).toBeNull();
    for (const wrong of ['', 'x', `${added.token}x`, added.token.slice(0, -1), added.token.toUpperCase(), '%'])
      expect(await officerOfToken(fresh.db, wrong, TEST_TIME, 'peer')).toBeNull();
    expect(await fresh.owner`SELECT id FROM token WHERE token::text LIKE ${`%${added.token.slice(8)}%`}`).toHaveLength(0);
    expect(await listTokens(fresh.db, testOfficer(agency, 'auditor'))).toEqual([]);
    expect(await revokeToken(context, testOfficer(other, 'administrator'), { tokenId: added.tokenId })).toEqual({ outcome: 'not-found' });
    expect(await revokeToken(context, admin, { tokenId: added.tokenId })).toEqual({ outcome: 'done' });
    expect(await revokeToken(context, admin, { tokenId: added.tokenId })).toEqual({ outcome: 'not-found' });
    expect(await officerOfToken(fresh.db, added.token, TEST_TIME, 'peer')).toBeNull();
  });

  it('refuse what is wrong', async () => {
    const wrong = { name: '', role: 'provider' as never, unitIds: 'x' as never, expiresAt: TEST_TIME };
    expect(fields(await addToken(context, admin, wrong))).toEqual(['name', 'role', 'unitIds', 'expiresAt']);
    expect(fields(await addToken(context, admin, { name: 'x', role: 'unit' }))).toEqual(['unitIds']);
  });
});

describe('templates', () => {
  it('are saved when all of them compile; a fault names its line', async () => {
    const good = { name: 'return', subject: 'ส่งคืน', bodyText: 'เรียน', bodyHtml: '<p>เรียน</p>' };
    expect(
      fields(await saveTemplate(context, admin, { ...good, name: 'x', subject: '', bodyText: 'a\n{{#if}}', bodyHtml: '{{{' })),
    ).toEqual(['name', 'subject', expect.stringMatching(/^bodyText/), expect.stringMatching(/^bodyHtml/)]);
    expect(fields(await saveTemplate(context, admin, { ...good, subject: 'a\nBcc: everybody@x.example' }))).toEqual(['subject']);
    expect(await saveTemplate(context, admin, good)).toEqual({ outcome: 'done', version: 1 });
    expect(await saveTemplate(context, admin, { ...good, subject: 'ส่งคืนหนังสือ' })).toEqual({ outcome: 'done', version: 2 });
    expect(await currentTemplates(fresh.db, admin)).toMatchObject([{ name: 'return', version: 2, subject: 'ส่งคืนหนังสือ' }]);
  });
});

it('everything done in the office stands in its chain, and no secret does', async () => {
  const { items } = await listActs(fresh.db, admin, { register: 'office', limit: 500 });
  const kinds = new Set(items.map(item => item.kind));
  for (const kind of [
    'agency-added',
    'unit-added',
    'unit-changed',
    'account-added',
    'account-changed',
    'password-set',
    'token-added',
    'token-revoked',
    'template-saved',
    'address-added',
  ]) {
    expect(kinds).toContain(kind);
  }
  expect(JSON.stringify(items)).not.toMatch(/good password|new password|saraban_[A-Za-z0-9_-]{43}|argon2/);
  expect(await listActs(fresh.db, testOfficer(agency, 'saraban'), { register: 'office', limit: 10 })).toEqual({ items: [], next: null });
});
