/** The classified register on the officers' pages: whole for the appointed, and no trace of it for the others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amendEntry } from '../register/act/amend.ts';
import { routeEntry } from '../register/act/route.ts';
import { addAccount } from '../register/office/accounts.ts';
import type { Role } from '../register/officer.ts';
import { type Browser, openRegister, PASSWORD, type Register } from './test-browser.ts';
import type { Entered } from './test-world.ts';

let register: Register;
let secrets: Entered[];
let appointed: Browser;

async function appoint(name: string, role: Role, unitIds: string[] = []): Promise<Browser> {
  const { world } = register;
  const login = `${name}@red`;
  const account = { login, name, role, unitIds, password: PASSWORD, appointed: true };
  const outcome = await addAccount(world.context, world.red.administrator, account);
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return await register.signIn(login);
}

beforeAll(async () => {
  register = await openRegister();
  secrets = [];
  for (const [index, secrecy] of ['confidential', 'secret', 'secret'].entries())
    secrets.push(
      await register.world.enter(register.world.red, `Subject: s${index}\r\n\r\nCLASSIFIED BODY ${index}`, {
        subject: `CLASSIFIED ${index}`,
        secrecy,
        headerMessageId: `<s${index}@x>`,
      }),
    );
  appointed = await appoint('keeper', 'saraban');
});
afterAll(() => register.close());

const BOOK = '/register?book=classified';

/** A page with its addresses as a browser reads them. */
async function look(officer: Browser, path: string, headers: Record<string, string> = {}): ReturnType<Browser['get']> {
  const page = await officer.get(path, headers);
  return { ...page, html: page.html.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&') };
}

describe('the classified register', () => {
  it('lists its letters to an appointed officer, numbered apart, and the ordinary one does not', async () => {
    expect(secrets.map(secret => secret.number)).toEqual([1, 2, 3]);
    const { status, html } = await look(appointed, BOOK);
    expect(status).toBe(200);
    expect(html).toContain('ทะเบียนหนังสือรับ (ลับ) 2569');
    for (const secret of secrets) expect(html).toContain(secret.entryId);
    expect(html).not.toContain(register.letter.entryId);
    expect(html).toContain('<input type="hidden" name="book" value="classified">');
    expect(html).toMatch(
      /href="\/register\?book=classified" aria-current="page"><span>ทะเบียนลับ<\/span><span class="count" data-count="classified"[^>]*>3</,
    );
    expect(html).toContain('data-count="classified-overdue"');
    const ordinary = await look(appointed, '/register');
    expect(ordinary.html).toContain(register.letter.entryId);
    expect(ordinary.html).not.toContain(secrets[0]?.entryId);
    expect(ordinary.html).not.toContain('name="book"');
  });

  it('keeps to the register when it is searched, filtered and cleared', async () => {
    const number = await look(appointed, `${BOOK}&q=2`);
    expect(number.html).toContain(secrets[1]?.entryId);
    const part = await look(appointed, `${BOOK}&state=unconfirmed`, { 'hx-request': 'true', 'hx-target': 'list' });
    expect(part.headers.get('hx-push-url')).toBe('/register?book=classified&year=2569&state=unconfirmed');
    const none = await look(appointed, `${BOOK}&q=no-such-word`);
    expect(none.html).toContain('href="/register?book=classified&year=2569"');
    const empty = await look(appointed, `${BOOK}&year=2500`);
    expect(empty.html).toContain('เฉพาะผู้ได้รับแต่งตั้งเท่านั้น');
  });

  it('is where the letter’s page says it stands, and its address by number', async () => {
    const [first, second] = secrets;
    const { html } = await look(appointed, `/entries/${second?.entryId}`);
    expect(html).toContain('<a href="/register?book=classified&year=2569" data-key="back">ทะเบียนลับ 2569</a> › ลับ 2/2569');
    expect(html).toContain(`href="/entries/${first?.entryId}"`);
    expect(html).toMatch(/href="\/register\?book=classified" aria-current="page"/);
    const ordinary = await look(appointed, `/entries/${register.letter.entryId}`);
    expect(ordinary.html).toContain('<a href="/register?year=2569" data-key="back">หนังสือรับ 2569</a> › 1/2569');
    expect((await look(appointed, '/receive-classified/2569/1')).location).toBe(`/entries/${first?.entryId}`);
    expect((await look(appointed, '/receive/2569/1')).location).toBe(`/entries/${register.letter.entryId}`);
  });

  it('is no register at all to whoever is not appointed, whatever the role', async () => {
    const answers = new Set<string>();
    for (const login of ['administrator@red', 'saraban@red', 'auditor@red', 'finance@red']) {
      const officer = await register.signIn(login);
      for (const path of [
        BOOK,
        `${BOOK}&year=2500`,
        `${BOOK}&q=CLASSIFIED`,
        '/receive-classified/2569/1',
        `/entries/${secrets[0]?.entryId}`,
      ])
        expect([login, path, (await officer.get(path)).status]).toEqual([login, path, 404]);
      const page = await officer.get('/register?q=CLASSIFIED');
      expect(page.html).not.toContain('ทะเบียนลับ');
      expect(page.html).not.toContain(secrets[0]?.entryId);
      const counts = JSON.parse((await officer.get('/counts')).html) as Record<string, { text: string }>;
      answers.add(`${counts.classified?.text}${counts['classified-overdue']?.text}`);
    }
    expect([...answers]).toEqual(['']);
  });

  it('keeps its log of acts to the appointed, its head and the names in it too', async () => {
    const auditor = await register.signIn('auditor@red');
    const path = '/settings/acts?register=receive-classified';
    const theirs = await auditor.get(path);
    expect(theirs.status).toBe(200);
    expect(theirs.html).not.toContain('<option value="receive-classified"');
    expect(theirs.html).toContain('<option value="receive" selected>');
    const cleared = await appoint('inspector', 'auditor');
    const { html } = await cleared.get(path);
    expect(html).toContain('<option value="receive-classified" selected>');
    expect(html).toContain('keeper');
  });

  it('comes into the in-tray of an appointed person of the unit, and of nobody else', async () => {
    const { world } = register;
    const finance = world.red.unitIds.finance;
    const entryId = secrets[2]?.entryId ?? '';
    const routed = await routeEntry(world.context, world.red.administrator, {
      entryId,
      recipients: [{ unitId: finance, purpose: 'action' }],
    });
    expect(routed.outcome).toBe('done');
    const plain = await (await register.signIn('finance@red')).get('/in-tray');
    expect(plain.html).not.toContain(entryId);
    const cleared = await (await appoint('treasurer', 'unit', [finance])).get('/in-tray');
    expect(cleared.html).toContain(entryId);
    expect(cleared.html).toContain('ลับ 3/2569');
  });

  it('takes over a letter whose class came to light late, by the appointed officer’s press', async () => {
    const { world } = register;
    const late = await world.enter(world.red, 'Subject: late\r\n\r\nLATE', { subject: 'LATE', headerMessageId: '<late@x>' });
    expect((await look(appointed, `/entries/${late.entryId}`)).html).not.toContain('/move"');
    expect(
      (await amendEntry(world.context, world.red.administrator, { entryId: late.entryId, facts: { secrecy: 'confidential' } })).outcome,
    ).toBe('done');
    expect((await look(appointed, `/entries/${late.entryId}`)).html).toContain(`href="/entries/${late.entryId}/move"`);
    expect((await register.saraban.post(`/entries/${late.entryId}/move`)).status).toBe(404);
    expect((await look(appointed, `/entries/${late.entryId}/move`)).html).toContain('ย้ายไปทะเบียนหนังสือรับ (ลับ)');
    const moved = await appointed.post(`/entries/${late.entryId}/move`);
    expect(moved.location).toMatch(/^\/entries\/[0-9a-f-]{36}$/);
    const { html } = await look(appointed, moved.location);
    expect(html).toContain('ย้ายไปทะเบียนลับแล้ว เลขใหม่ ลับ 4/2569');
    expect(html).toContain(`ย้ายมาจากทะเบียนหนังสือรับ เลขรับ ${late.number}/2569`);
    expect((await look(appointed, `/entries/${late.entryId}`)).html).toContain('ย้ายไปทะเบียนลับ');
    expect((await appointed.post(`/entries/${late.entryId}/move`)).status).toBe(409);
  });

  it('has a public page like any other, which tells neither register nor subject', async () => {
    const [row] = await register.world.fresh.owner<
      { code: string }[]
    >`SELECT public_code AS code FROM entry WHERE id = ${secrets[0]?.entryId ?? ''}`;
    const response = await fetch(`${register.base}/v/${row?.code}`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('1/2569');
    expect(html).not.toMatch(/ลับ|CLASSIFIED/);
  });
});
