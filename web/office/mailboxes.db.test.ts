/** The page of mailboxes elsewhere: what it takes, what it never shows, and whom it shows nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Office, openOffice } from '../test-office.ts';

let office: Office;
const HERE = '/settings/mailboxes';
const SECRET = 'a secret & "password"';

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office.close());

const form = (change: Record<string, string> = {}) => ({
  name: 'red box',
  address: 'saraban@red.example',
  host: 'imap.mail.example',
  security: 'tls',
  login: 'saraban@red.example',
  auth: 'password',
  password: SECRET,
  doneFolder: 'ลงรับแล้ว',
  ...change,
});
const mailboxes = () => office.fresh.owner`SELECT * FROM mailbox ORDER BY created_at`;

it('adds one; a faulty form comes back with its faults and without the password', async () => {
  expect((await office.admin.get(HERE)).html).toContain('ยังไม่มีกล่องจดหมายภายนอก');
  const refused = await office.admin.post(HERE, form({ host: 'not a host', port: '0', address: 'saraban@blue.example' }));
  expect(refused.status).toBe(422);
  for (const words of ['ไม่ใช่ชื่อหรือหมายเลขของเครื่อง', 'หมายเลขพอร์ต', 'ไม่ใช่ไปรษณีย์อิเล็กทรอนิกส์กลาง', 'value="red box"'])
    expect(refused.html).toContain(words);
  expect(refused.html).not.toContain('a secret');
  expect(await mailboxes()).toHaveLength(0);
  const added = await office.admin.post(HERE, form({ submissionHost: 'smtp.mail.example' }));
  expect([added.status, added.location]).toEqual([303, `${HERE}?said=added`]);
  const [row] = await mailboxes();
  expect(row).toMatchObject({
    port: 993,
    done_folder: 'ลงรับแล้ว',
    submission: { host: 'smtp.mail.example', port: 587, security: 'starttls', nullSender: true },
  });
  expect(row?.take_since).not.toBeNull();
  expect(row?.sealed_secret.toString('latin1')).not.toContain('secret');
  expect((await office.admin.get(added.location)).html).toContain('เพิ่มกล่องจดหมายแล้ว');
});

it('changes it: an empty password keeps the old one, but not for another server', async () => {
  const [before] = await mailboxes();
  const page = await office.admin.get(`${HERE}/${before?.id}`);
  expect(page.html).toContain('value="imap.mail.example"');
  expect(page.html).not.toContain('a secret');
  expect((await office.admin.post(`${HERE}/${before?.id}`, form({ password: '', folder: 'หนังสือเข้า' }))).status).toBe(303);
  const [after] = await mailboxes();
  expect([after?.folder, after?.sealed_secret.equals(before?.sealed_secret), after?.submission]).toEqual(['หนังสือเข้า', true, null]);
  const moved = await office.admin.post(`${HERE}/${before?.id}`, form({ password: '', host: 'imap.evil.example' }));
  expect([moved.status, moved.html.includes('โปรดกรอกรหัสผ่าน')]).toEqual([422, true]);
});

it('shows what went wrong, what was not entered, and the checks of each day', async () => {
  const [row] = await mailboxes();
  const at = office.clock.now;
  await office.fresh.owner`UPDATE mailbox SET last_problem = 'ติดต่อเครื่องไม่ได้ <b>', last_check_at = ${at} WHERE id = ${row?.id}`;
  await office.fresh.owner`INSERT INTO mailbox_check (agency_id, mailbox_id, at, found, taken, problem) VALUES
    (${office.red.id}, ${row?.id}, ${at}, 3, 2, ''), (${office.red.id}, ${row?.id}, ${new Date(at.getTime() - 60_000)}, 0, 0, 'x')`;
  await office.fresh
    .owner`INSERT INTO mailbox_message (agency_id, mailbox_id, uid_validity, uid, state, problem, at) VALUES (${office.red.id}, ${row?.id}, 1, 4711, 'refused', '552 5.3.4 too large', ${at})`;
  const { html } = await office.admin.get(HERE);
  for (const words of ['ติดต่อเครื่องไม่ได้ &lt;b&gt;', '4711', '552 5.3.4 too large', 'หลักฐานการตรวจ']) expect(html).toContain(words);
  expect((await office.admin.post(`${HERE}/${row?.id}/test`, {})).html).toContain('npx saraban imap test');
});

it('nobody else sees or changes it; switched off, and removed with its secret', async () => {
  const [row] = await mailboxes();
  for (const login of ['saraban@red', 'auditor@red', 'unit@red']) {
    const person = await office.signIn(login);
    expect([403, 404]).toContain((await person.get(HERE)).status);
    expect([403, 404]).toContain((await person.post(HERE, form({ name: 'other' }))).status);
  }
  const blue = await office.signIn('administrator@blue');
  expect((await blue.get(HERE)).html).not.toContain('red box');
  for (const path of [`${HERE}/${row?.id}`, `${HERE}/nothing`]) expect((await blue.get(path)).status).toBe(404);
  expect((await blue.post(`${HERE}/${row?.id}`, form())).status).toBe(404);
  expect((await blue.post(`${HERE}/${row?.id}/state`, { state: 'removed' })).status).toBe(404);
  expect((await blue.post(`${HERE}/${row?.id}/test`, {})).status).toBe(404);
  expect((await mailboxes())[0]?.state).toBe('active');
  await office.admin.post(`${HERE}/${row?.id}/state`, { state: 'disabled' });
  expect((await mailboxes())[0]?.state).toBe('disabled');
  await office.admin.post(`${HERE}/${row?.id}/state`, { state: 'removed' });
  expect((await mailboxes())[0]).toMatchObject({ state: 'removed', sealed_secret: null });
  expect((await office.admin.get(`${HERE}/${row?.id}`)).status).toBe(404);
  const acts = await office.fresh.owner`SELECT kind, detail::text AS detail FROM act WHERE kind LIKE 'mailbox-%' ORDER BY ordinal`;
  expect(acts.map(act => act.kind)).toEqual(['mailbox-added', 'mailbox-changed', 'mailbox-state', 'mailbox-state']);
  expect(acts.map(act => act.detail).join()).not.toContain('a secret');
});
