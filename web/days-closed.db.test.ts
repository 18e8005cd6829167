/** The pages over days that the register really closed: names, numbers and kinds of files as register/close-day.ts writes them. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeDueDays } from '../register/close-day.ts';
import { openSecretBox, secretsKeyFile } from '../register/seal/secret-box.ts';
import { type Office, openOffice } from './test-office.ts';

const VERIFIER = join(import.meta.dirname, '..', 'verifier', 'saraban-verify.mjs');

let office: Office;

beforeAll(async () => {
  office = await openOffice();
  const { fresh, red, clock } = office;
  await fresh.owner`UPDATE agency SET created_at = '2026-11-21T01:00:00Z' WHERE id = ${red.id}`;
  clock.now = new Date('2026-11-22T17:30:00.000Z');
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const form = async () => Buffer.from('%PDF-1.7');
  const closed = await closeDueDays(
    {
      db: fresh.db,
      jobs: fresh.jobs,
      store: fresh.store,
      box: await openSecretBox(secretsKeyFile(fresh.folder)),
      now: () => clock.now,
      printer: { form13: form, form14: form },
      sheet: { form13: form, form14: form },
      timestamp: null,
      log,
    },
    red.id,
  );
  expect(closed.map(day => day.day)).toEqual(['2026-11-21', '2026-11-22']);
});
afterAll(() => office.close());

it('are listed, opened and handed out whole, each file with a word for it', async () => {
  const admin = await office.signIn('administrator@red');
  const list = (await admin.get('/days')).html;
  expect(list).toContain('/days/2026-11-22');
  const { html } = await admin.get('/days/2026-11-22');
  expect(html).toContain('หนังสือรับ');
  expect(html).toContain('1 ฉบับ');
  expect(html).toContain('ต่อจากวันที่ 21 พฤศจิกายน 2569 ตราประทับ');
  // A file without a word of ours would show its bare name in bold.
  expect(html).not.toMatch(/<b class="breaks">/);
  const files = await office.fresh.owner<{ name: string }[]>`
    SELECT name FROM closed_file WHERE agency_id = ${office.red.id} AND ordinal = 2 AND NOT classified`;
  const { cookie } = await office.trySignIn('auditor@red');
  const response = await fetch(`${office.base}/days/2026-11-22.zip`, { headers: { cookie } });
  const names = Object.keys(unzipSync(new Uint8Array(await response.arrayBuffer())));
  for (const { name } of files) expect(names).toContain(name);
  expect(names).toContain('seal.json');
  expect(names).toContain('seal.sig.json');
});

it.each([
  ['2026-11-22', ['Closed day 2026-11-22']],
  ['2026-11', ['Closed day 2026-11-21', 'Closed day 2026-11-22']],
])('the ZIP of %s stands before the offline verifier', async (what, said) => {
  const { cookie } = await office.trySignIn('auditor@red');
  const file = join(office.fresh.folder, `${what}.zip`);
  await writeFile(file, new Uint8Array(await (await fetch(`${office.base}/days/${what}.zip`, { headers: { cookie } })).arrayBuffer()));
  // Exit code 0: everything that could be checked agrees.
  const { stdout } = await promisify(execFile)(process.execPath, [VERIFIER, file]);
  for (const words of said) expect(stdout).toContain(words);
  const [act] = await office.fresh.owner`SELECT detail FROM act WHERE kind = 'day-opened' ORDER BY ordinal DESC LIMIT 1`;
  expect(act?.detail).toMatchObject(what.length === 7 ? { month: what, days: ['2026-11-21', '2026-11-22'] } : { day: what });
});

it('a month without a closed day has no ZIP', async () => {
  const admin = await office.signIn('administrator@red');
  for (const month of ['2026-10', '2026-13', '2026-00']) expect((await admin.get(`/days/${month}.zip`)).status).toBe(404);
});
