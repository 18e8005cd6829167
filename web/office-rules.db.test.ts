import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listActs } from '../register/look/acts.ts';
import { currentRules, currentTemplates } from '../register/look/office.ts';
import { type Office, openOffice } from './test-office.ts';

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
    const page = await office.admin.post('/settings/rules', {
      do: 'save',
      text: RULES.replace('for: action', 'for: fun').replace('dueInDays: 7', 'dueInDays: soon'),
    });
    expect(page.status).toBe(422);
    for (const place of ['บรรทัด 5', 'บรรทัด 7']) expect(page.html).toContain(place);
    expect(page.html).toContain('dueInDays: soon');
    expect(
      (await office.admin.post('/settings/rules', { do: 'save', text: RULES.replace('unit: works', 'unit: nowhere') })).html,
    ).toContain('บรรทัด 5');
    expect((await office.admin.post('/settings/rules', { do: 'save', text: 'rules: [' })).status).toBe(422);
    expect(await currentRules(office.context.db, office.red.administrator)).toBeNull();
  });

  it('are tried on typed fields, and say which rule decided and why', async () => {
    const page = await office.admin.post('/settings/rules', {
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
    const other = (await office.admin.post('/settings/rules', { do: 'test', text: RULES, subject: 'อื่น ๆ' })).html;
    expect(other.slice(other.indexOf('id="result"'))).toContain('<b>กอง finance</b>');
    expect((await office.admin.post('/settings/rules', { do: 'test', text: 'rules: []', subject: 'x' })).html).toContain(
      'จะรอเจ้าหน้าที่สารบรรณ',
    );
    expect((await office.admin.post('/settings/rules', { do: 'test', text: 'rules: 5', subject: 'x' })).status).toBe(422);
    expect(await currentRules(office.context.db, office.red.administrator)).toBeNull();
  });

  it('are tried on a letter of the register, Thai digits too', async () => {
    for (const entry of ['1/2569', '๑/๒๕๖๙', ' 1 / 2569 ']) {
      const page = await office.admin.post('/settings/rules', { do: 'test', text: RULES, entry });
      expect([entry, page.status]).toEqual([entry, 200]);
      expect(page.html.slice(page.html.indexOf('id="result"'))).toContain('<b>กอง works</b>');
    }
    for (const entry of ['99/2569', 'x', '1', "1/2569'"])
      expect((await office.admin.post('/settings/rules', { do: 'test', text: RULES, entry })).status, entry).toBe(422);
  });

  it('are saved in versions, and an old one can be looked at', async () => {
    expect((await office.admin.post('/settings/rules', { do: 'save', text: RULES })).location).toBe('/settings/rules?done=rules-saved');
    await office.admin.post('/settings/rules', { do: 'save', text: 'rules: []\n' });
    expect(await currentRules(office.context.db, office.red.administrator)).toMatchObject({ version: 2, text: 'rules: []\n' });
    const old = await office.admin.get('/settings/rules?version=1');
    expect(old.html).toContain('name: ไฟฟ้าสาธารณะ');
    expect(old.html).toContain('กำลังดูรุ่นเก่า');
    for (const version of ['9', 'x', '-1', '99999999999'])
      expect((await office.admin.get(`/settings/rules?version=${version}`)).status, version).toBe(200);
  });
});

describe('templates', () => {
  const template = {
    subject: 'แจ้งผลการรับ {{number}}',
    bodyText: 'รับแล้ว {{number}}\n',
    bodyHtml: '<p>รับแล้ว {{number}}</p><script>alert(1)</script>\n',
  };

  it('with faults are not saved; each fault names its part and line', async () => {
    const page = await office.admin.post('/settings/templates/acknowledgement', {
      ...template,
      bodyText: 'one\n{{nothing}}',
      bodyHtml: '<p>\n\n{{#if}}',
    });
    expect(page.status).toBe(422);
    expect(page.html).toContain('ข้อความล้วน, บรรทัด 2');
    expect(page.html).toContain('HTML, บรรทัด 3');
    expect(page.html).toContain('{{nothing}}');
    expect(await currentTemplates(office.context.db, office.red.administrator)).toEqual([]);
  });

  it('are shown filled in a frame that can run nothing', async () => {
    const page = await office.admin.post('/settings/templates/acknowledgement/preview', template);
    expect([page.status, page.headers.get('content-security-policy'), page.headers.get('x-frame-options')]).toEqual([
      200,
      // No script-src, no connect-src, no allow-scripts, no allow-forms: our style and font may be fetched, and nothing else.
      "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin",
      'SAMEORIGIN',
    ]);
    expect(page.html).toContain('<p>รับแล้ว 1284/2569</p>');
    expect(
      (await office.admin.post('/settings/templates/acknowledgement/preview', { ...template, subject: '{{nothing}}' })).html,
    ).toContain('nothing');
    expect((await office.admin.get('/settings/templates/acknowledgement')).html).toMatch(/<iframe [^>]*sandbox="allow-same-origin" /);
    for (const name of ['acknowledgement', 'return', 'notification'])
      expect((await office.admin.get(`/settings/templates/${name}/preview`)).status, name).toBe(200);
  });

  it('are saved, and the standard one comes back into the fields', async () => {
    expect((await office.admin.post('/settings/templates/acknowledgement', template)).location).toBe(
      '/settings/templates/acknowledgement?done=template-saved',
    );
    expect(await currentTemplates(office.context.db, office.red.administrator)).toMatchObject([
      { name: 'acknowledgement', version: 1, subject: template.subject },
    ]);
    expect((await office.admin.get('/settings/templates/acknowledgement')).html).toContain('แจ้งผลการรับ {{number}}');
    expect((await office.admin.get('/settings/templates/acknowledgement?standard=yes')).html).not.toContain('รับแล้ว {{number}}\n');
    expect(await currentTemplates(office.context.db, office.blue.administrator)).toEqual([]);
  });
});

describe('the log of acts', () => {
  it('is filtered by chain, person, kind and day, and shows the head of the chain', async () => {
    const all = await office.admin.get('/settings/acts?register=office');
    expect(all.html).toContain('บันทึกกฎการส่งต่อ');
    const [newest] = (await listActs(office.context.db, office.red.administrator, { register: 'office', limit: 1 })).items;
    expect(all.html).toContain(newest?.hash);
    const rows = (html: string) => (html.match(/<td class="number">/g) ?? []).length;
    const rules = await office.admin.get('/settings/acts?register=office&kind=rules-saved');
    expect(rows(rules.html)).toBe(2);
    expect(rows((await office.admin.get('/settings/acts?register=office&since=2026-11-22&until=2026-11-22')).html)).toBe(rows(all.html));
    for (const none of ['since=2026-11-23', 'until=2026-11-21', 'person=01900000-0000-7000-8000-000000000000'])
      expect(rows((await office.admin.get(`/settings/acts?register=office&${none}`)).html), none).toBe(0);
    const auditor = await office.signIn('auditor@red');
    expect(rows((await auditor.get('/settings/acts?register=office')).html)).toBe(rows(all.html));
    const blue = await office.signIn('administrator@blue');
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
    expect((await office.admin.get(`/settings/acts?${query}`)).status).toBe(200);
  });
});
