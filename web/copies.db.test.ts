import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCertificate, addCopy, copyIdOf } from './test-night.ts';
import { type Browser, type Office, openOffice } from './test-office.ts';

let office: Office;
let auditor: Browser;
let provider: Browser;
const DAY = 86_400_000;
const FOLDER = '/mnt/nas/saraban';
const REMOTE = 'offsite:saraban';

beforeAll(async () => {
  office = await openOffice();
  auditor = await office.signIn('auditor@red');
  provider = await office.signIn('provider');
});
afterAll(() => office.close());

const night = () => office.fresh;
/** 02:14 in Bangkok, so many nights before the morning of the test. */
const nightAt = (nights: number) => new Date(Date.parse('2026-11-21T19:14:00Z') - nights * DAY);

async function proveNight(
  nights: number,
  red: number,
  blue: number,
  outcome: 'proven' | 'partly' | 'failed' = 'proven',
): Promise<Record<'red' | 'blue' | 'all', string>> {
  const at = nightAt(nights);
  const copyId = copyIdOf(at, nights + 100);
  const state = outcome === 'proven' ? 'proven' : outcome === 'partly' ? 'partly-proven' : 'damaged';
  await addCopy(night(), {
    id: copyId,
    beganAt: at,
    entries: red + blue,
    bytes: 9_876_543,
    newBytes: 4_321,
    places: [
      { place: FOLDER, state, restoreMs: 84_000 },
      { place: REMOTE, state: 'sent', problem: outcome === 'failed' ? `blob of blue at ${REMOTE}` : '' },
    ],
  });
  const of = (entries: number) => ({
    copyId,
    place: FOLDER,
    at: new Date(at.getTime() + 60_000),
    outcome,
    summary: {
      copyCutAt: at.toISOString(),
      entries,
      blobs: entries * 3,
      bytes: entries * 1000,
      restoreMs: 84_000,
      fetchedBlobs: 7,
      notProven: outcome === 'partly' ? ['เปิดหนังสือจากไบต์'] : [],
      faults: outcome === 'failed' ? ['ไม่พบไฟล์ 9f2c'] : [],
    },
    series: [
      { series: 'receive', year: 2569, lastNumber: entries, headHash: 'ab'.repeat(32), rows: entries },
      { series: 'receive-classified', year: 2569, lastNumber: 77, headHash: 'cd'.repeat(32), rows: 77 },
      { series: 'act:office', year: 0, lastNumber: 12, headHash: 'ef'.repeat(32), rows: 12 },
    ],
  });
  return {
    red: await addCertificate(night(), office.red.id, of(red)),
    blue: await addCertificate(night(), office.blue.id, of(blue)),
    all: await addCertificate(night(), 0, of(red + blue)),
  };
}

describe('before any copy', () => {
  it('the page says what to do and who does it, and every page that there is none', async () => {
    const page = await office.admin.get('/copies');
    expect(page.status).toBe(200);
    expect(page.html).toContain('ยังไม่มีสำเนานอกสถานที่ ถ้าเครื่องนี้เสียหาย');
    expect(page.html).toContain('SARABAN_BACKUP_PLACES');
    expect((await office.admin.get('/register')).html).toMatch(/href="\/copies">.*class="tag warn">ยังไม่มี</s);
  });

  it('the provider’s page lists every agency and no copy', async () => {
    const page = await provider.get('/provider/copies');
    expect(page.status).toBe(200);
    expect(page.html).toContain('ยังไม่เคยทำสำเนา');
    expect(page.html).toContain('data-id="red"');
    expect(page.html).toContain('data-id="blue"');
  });

  it('a unit officer reads the state at the foot and has no page of it', async () => {
    const unit = await office.signIn('unit@red');
    const page = await unit.get('/in-tray');
    expect(page.html).toContain('สำเนานอกสถานที่');
    expect(page.html).not.toContain('href="/copies"');
    expect((await unit.get('/copies')).status).toBe(403);
  });
});

describe('after nights that were proven', () => {
  let ids: Record<'red' | 'blue' | 'all', string>;
  beforeAll(async () => {
    for (const nights of [3, 2, 1]) await proveNight(nights, 8_400 - nights, 1_234_567);
    ids = await proveNight(0, 8_412, 1_234_567);
  });

  it('says so at the foot of every page, in the reader’s language', async () => {
    expect((await office.admin.get('/register')).html).toMatch(/class="tag good">พิสูจน์แล้ว<.*เมื่อคืน 02:15 น. · กู้คืนครบ 8,412 ฉบับ/s);
    await office.admin.post('/language', { language: 'en', to: '/register' });
    const english = office.browser(`${await cookieOf('auditor@red')}; language=en`);
    expect((await english.get('/register')).html).toContain('last night 02:15 · all 8,412 letters restored');
  });

  it('shows the certificate with the registers, and the nights', async () => {
    const { html } = await auditor.get('/copies');
    expect(html).toContain('กู้คืนได้จริงครบ 8,412 ฉบับ');
    expect(html).toContain('1 นาที 24 วินาที');
    expect(html).toContain('abababababababab');
    expect(html.match(/<tr data-id="2026/g)).toHaveLength(4);
    expect(html).toContain('โฟลเดอร์ภายนอก');
    expect(html).toContain('rclone offsite');
    expect(html).toContain(`/copies/certificates/${ids.red}.pdf`);
  });

  it('the numbers of a classified register are for appointed persons alone', async () => {
    expect((await auditor.get('/copies')).html).not.toContain('cdcdcdcd');
    expect((await office.admin.get('/copies')).html).toContain('cdcdcdcd');
  });

  it('tells an agency nothing of another: no figure, no path, no certificate (I9)', async () => {
    for (const who of [office.admin, auditor]) {
      const { html } = await who.get('/copies');
      expect(html).not.toMatch(/1,234,567|1,242,979|9\.9 MB|4\.3 kB|\/mnt\/nas/);
      for (const id of [ids.blue, ids.all]) {
        expect(html).not.toContain(id);
        expect((await who.get(`/copies/certificates/${id}.json`)).status).toBe(404);
      }
      expect((await who.get('/provider/copies')).status).toBe(403);
    }
  });

  it('hands out the certificate as it was signed', async () => {
    const json = await auditor.get(`/copies/certificates/${ids.red}.json`);
    expect(JSON.parse(json.html)).toMatchObject({ id: ids.red, agencyId: office.red.id });
    expect(json.headers.get('content-disposition')).toMatch(/^attachment; filename="saraban-certificate-/);
    expect((await auditor.get(`/copies/certificates/${ids.red}.pdf`)).headers.get('content-type')).toBe('application/pdf');
    for (const bad of [`${ids.red}.exe`, `${ids.red}`, 'x.json', '00000000-0000-7000-8000-000000000000.pdf'])
      expect((await auditor.get(`/copies/certificates/${bad}`)).status).toBe(404);
  });

  it('the provider sees every agency and the whole, and no letter', async () => {
    const { html } = await provider.get('/provider/copies');
    for (const figure of ['8,412', '1,234,567', '1,242,979', '+4.3 kB']) expect(html).toContain(figure);
    expect(html).not.toContain('ไฟฟ้าสาธารณะ');
    expect((await provider.get(`/provider/copies/certificates/${ids.all}.json`)).status).toBe(200);
    expect((await provider.get(`/provider/copies/certificates/${ids.red}.json`)).status).toBe(404);
    expect((await provider.get('/copies')).status).toBe(403);
  });
});

describe('a copy now', () => {
  const jobs = async () =>
    (await night().owner<{ jobs: number }[]>`SELECT count(*)::integer AS jobs FROM pgboss.job WHERE name = 'make-copy'`)[0]?.jobs;

  it('is asked for once, whoever presses again', async () => {
    expect((await office.admin.post('/provider/copies', {})).status).toBe(403);
    const [first, second] = await Promise.all([provider.post('/provider/copies', {}), provider.post('/provider/copies', {})]);
    expect([first.status, second.status].sort()).toEqual([303, 409]);
    expect([first, second].find(page => page.status === 409)?.html).toContain('ไม่ต้องสั่งซ้ำ');
    expect(await jobs()).toBe(1);
    const page = await provider.get('/provider/copies');
    expect(page.html).toContain('รอเริ่มทำสำเนา');
    expect(page.html).not.toContain('ทำสำเนาเดี๋ยวนี้');
    const [act] = await night().owner`SELECT kind, actor_name FROM act WHERE agency_id = 0 AND kind = 'copy-requested'`;
    expect(act).toMatchObject({ actor_name: 'ผู้ให้บริการ' });
  });

  it('shows how far it is while it runs, and refuses another', async () => {
    await night().owner`DELETE FROM pgboss.job WHERE name = 'make-copy'`;
    const id = copyIdOf(office.clock.now, 99);
    await addCopy(night(), { id, beganAt: office.clock.now, state: 'running', step: 'send', doneBytes: 2_500_000, totalBytes: 10_000_000 });
    const part = await provider.get('/provider/copies/running');
    expect(part.html).toMatch(/<progress value="2500000" max="10000000"/);
    expect(part.html).toContain('ส่งออก · 2.5 MB จาก 10 MB');
    expect(part.headers.get('hx-refresh')).toBeNull();
    const page = await provider.post('/provider/copies', {});
    expect(page.status).toBe(409);
    expect(page.html).toContain('กำลังทำสำเนาอยู่แล้ว');
    expect(await jobs()).toBe(0);
    await night().owner`DELETE FROM copy WHERE id = ${id}`;
    expect((await provider.get('/provider/copies/running')).headers.get('hx-refresh')).toBe('true');
  });
});

describe('when something is wrong', () => {
  const foot = async () => (await office.admin.get('/register')).html;

  it('a proof that is too old is an alarm', async () => {
    const before = office.clock.now;
    office.clock.now = new Date(before.getTime() + 2 * DAY);
    const again = await office.signIn('administrator@red');
    const { html } = await again.get('/copies');
    expect(html).toContain('สำเนาที่พิสูจน์แล้วเก่าเกินกำหนด');
    expect(html).toMatch(/class="tag alarm">เก่าเกินกำหนด/);
    office.clock.now = before;
  });

  it('a copy that could not be made is an alarm, though the night before was proven', async () => {
    const at = new Date(nightAt(0).getTime() + 3_600_000);
    const id = copyIdOf(at);
    await addCopy(night(), { id, beganAt: at, state: 'failed', problem: 'offsite: no space left, blob 9f2c of blue' });
    expect(await foot()).toMatch(/class="tag alarm">มีปัญหา<.*พิสูจน์ได้ครั้งสุดท้าย เมื่อคืน 02:15 น\./s);
    const mine = (await office.admin.get('/copies')).html;
    expect(mine).toContain('ทำสำเนาคืนล่าสุดไม่สำเร็จ');
    expect(mine).not.toContain('9f2c');
    expect((await provider.get('/provider/copies')).html).toContain('no space left');
    await night().owner`DELETE FROM copy WHERE id = ${id}`;
  });

  it('what the night itself is alarmed about stands on the pages, its particulars on the provider’s alone', async () => {
    for (const [code, place] of [
      ['place-full', REMOTE],
      ['days', ''],
      ['not-known-to-pages', ''],
    ])
      await night().owner`
        INSERT INTO night_alarm (code, place, since, told_at, problem_th, problem_en)
        VALUES (${code ?? ''}, ${place ?? ''}, now(), now(), ${`เหตุ ${code} ของ blue`}, 'x')`;
    const mine = (await office.admin.get('/copies')).html;
    expect(mine).toContain('ที่เก็บสำเนาเต็ม');
    expect(mine).toContain('ระบบกลางคืนแจ้งเหตุ');
    expect(mine).not.toMatch(/ปิดทะเบียนของวันไม่ได้|ของ blue/);
    const theirs = (await provider.get('/provider/copies')).html;
    for (const words of ['ที่เก็บสำเนาเต็ม', 'ปิดทะเบียนของวันไม่ได้', 'เหตุ place-full ของ blue']) expect(theirs).toContain(words);
    await night().owner`DELETE FROM night_alarm`;
    expect((await office.admin.get('/copies')).html).not.toContain('ที่เก็บสำเนาเต็ม');
  });

  it('a proof that failed names what was found, to the agency concerned', async () => {
    office.clock.now = new Date(nightAt(-1).getTime() + 6 * 3_600_000);
    office.admin = await office.signIn('administrator@red');
    await proveNight(-1, 8_500, 1_300_000, 'failed');
    const { html } = await office.admin.get('/copies');
    expect(html).toContain('พิสูจน์สำเนาไม่ผ่าน');
    expect(html).toContain('ไม่พบไฟล์ 9f2c');
    expect(html).not.toContain('blob of blue');
    expect(html).toMatch(/rect class="alarm"/);
  });

  it('a night without the key says what was not proven', async () => {
    office.clock.now = new Date(nightAt(-2).getTime() + 6 * 3_600_000);
    office.admin = await office.signIn('administrator@red');
    await proveNight(-2, 8_600, 1_300_000, 'partly');
    expect(await foot()).toMatch(/class="tag warn">พิสูจน์ได้บางส่วน<.*อยู่ระหว่างรอผู้ถือกุญแจ/s);
    expect((await office.admin.get('/copies')).html).toContain('เปิดหนังสือจากไบต์');
  });
});

async function cookieOf(login: string): Promise<string> {
  return (await office.trySignIn(login)).cookie;
}
