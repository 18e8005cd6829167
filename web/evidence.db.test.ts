import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import { retireKey, signingKey } from '../register/seal/keys.ts';
import type { SecretBox } from '../register/seal/secret-box.ts';
import { apiRoutes } from './api/dispatch.ts';
import { publicRoutes } from './public/routes.ts';
import { openRegister } from './test-browser.ts';
import { type Entered, letterWithFiles, openWorld, type World } from './test-world.ts';

let world: World;
let box: SecretBox;
let base: string;
let letter: Entered;
let token: string;

beforeAll(async () => {
  world = await openWorld();
  const { context } = world;
  if (context.box == null) throw new Error('no box');
  box = context.box;
  base = await world.serve(app => {
    app.use('/api/v1', apiRoutes(context));
    app.use(publicRoutes(context, { pages: { perSecond: 1, burst: 8 } }));
  });
  letter = await world.enter(world.red, letterWithFiles('one'));
  token = await world.token(world.red, 'saraban');
});
afterAll(() => world.close());

const evidence = (id: string, of = token, from = base) =>
  fetch(`${from}/api/v1/entries/${id}/evidence.zip`, { headers: { authorization: `Bearer ${of}` } });

describe('the evidence over the API', () => {
  it('is a ZIP of the announced length, signed, and not closed yet', async () => {
    const response = await evidence(letter.entryId);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toContain(`evidence-${letter.number}-2569.zip`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    const files = unzipSync(bytes);
    expect(createHash('sha256').update(files['message.eml']!).digest('hex')).toBe(letter.sha256);
    expect(JSON.parse(Buffer.from(files['manifest.json']!).toString())).toMatchObject({
      number: letter.number,
      year: 2569,
      closedDay: null,
    });
    expect(Object.keys(files)).toContain('manifest.sig.json');
  });

  it('is not found for another agency, for what is no letter, and for a classified one by a program', async () => {
    const classified = await world.enter(world.red, 'Subject: s\r\n\r\nsecret', { secrecy: 'secret', subject: 'ลับมาก' });
    expect((await evidence(letter.entryId, await world.token(world.blue, 'saraban'))).status).toBe(404);
    expect((await evidence(classified.entryId)).status).toBe(404);
    for (const id of ['x', '00000000-0000-7000-8000-000000000000']) expect((await evidence(id)).status).toBe(404);
    expect((await evidence(letter.entryId, 'nobody')).status).toBe(401);
  });

  it('is refused for the moment when nothing can be signed', async () => {
    const without = await world.serve(app => void app.use('/api/v1', apiRoutes({ ...world.context, box: null })));
    const response = await evidence(letter.entryId, token, without);
    expect(response.status).toBe(503);
    expect(JSON.stringify(await response.json())).toContain('key file');
  });

  it('is not begun when a blob is missing', async () => {
    const other = await world.enter(world.red, letterWithFiles('gone'));
    const bytes = await world.fresh.store.read(other.sha256);
    await world.fresh.store.remove(other.sha256, new Date(Date.now() + 1_000_000));
    expect((await evidence(other.entryId)).status).toBe(500);
    await world.fresh.store.put(bytes);
    expect((await evidence(other.entryId)).status).toBe(200);
  });
});

describe('the evidence on the page of a letter', () => {
  it('is a button, and a download for whoever may open the letter', async () => {
    const register = await openRegister();
    try {
      const { entryId } = register.letter;
      expect((await register.saraban.get(`/entries/${entryId}`)).html).toContain(`href="/entries/${entryId}/evidence.zip"`);
      const { status, headers } = await register.saraban.get(`/entries/${entryId}/evidence.zip`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/zip']);
      expect(headers.get('content-disposition')).toContain('attachment; filename="evidence-');
      expect((await register.saraban.get(`/entries/${register.theirs.entryId}/evidence.zip`)).status).toBe(404);
      expect((await (await register.signIn('works@red')).get(`/entries/${entryId}/evidence.zip`)).status).toBe(404);
    } finally {
      await register.close();
    }
  });
});

describe('/verify', () => {
  it('gives the two files with their hashes, and the fingerprints of the keys, retired ones too', async () => {
    const { red, fresh, clock } = world;
    const now = () => inAgency(fresh.db, red.id, THE_APPLIANCE, async tx => (await signingKey(tx, red.id, box, clock.now)).fingerprint);
    const first = await now();
    clock.now = new Date(clock.now.getTime() + 86_400_000);
    await inAgency(fresh.db, red.id, THE_APPLIANCE, tx => retireKey(tx, red.id, clock.now));
    const second = await now();
    clock.now = new Date(clock.now.getTime() + 60_000);
    const response = await fetch(`${base}/verify`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toBeNull();
    const plain = html.replaceAll(' ', '');
    for (const fingerprint of [first, second]) expect(plain).toContain(fingerprint);
    expect(plain.indexOf(second)).toBeLessThan(plain.indexOf(first));
    for (const shown of ['หน่วยงาน red', 'Agency red', 'เลิกใช้', '23 พฤศจิกายน 2569']) expect(html).toContain(shown);
    expect(html).not.toContain('หน่วยงาน blue');
    for (const name of ['saraban-verify.html', 'saraban-verify.mjs']) {
      const file = await fetch(`${base}/verify/${name}`);
      const bytes = Buffer.from(await file.arrayBuffer());
      expect(bytes.equals(readFileSync(new URL(`../verifier/${name}`, import.meta.url)))).toBe(true);
      expect(html).toContain(createHash('sha256').update(bytes).digest('hex'));
      expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
    }
  });

  it('is linked from the page of a letter, and has the brake of the public pages', async () => {
    const [row] = await world.fresh.owner<{ code: string }[]>`SELECT public_code AS code FROM entry WHERE id = ${letter.entryId}`;
    expect(await (await fetch(`${base}/v/${row?.code}`)).text()).toContain('<a href="/verify">ตรวจสอบแบบออฟไลน์');
    const statuses = [];
    for (let call = 0; call < 10; call++) statuses.push((await fetch(`${base}/verify`)).status);
    expect(statuses).toContain(429);
  });
});
