/** The day of an update: the new program is tried on last night's copy beside the one that serves, and an older program refuses a newer database. */
import { execFile } from 'node:child_process';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Appliance, startAppliance, testFolder } from '../appliance.ts';

const run = promisify(execFile);
const ENTRY = fileURLToPath(new URL('../../cli/saraban.js', import.meta.url));
let place: Awaited<ReturnType<typeof testFolder>>;
let data: string;
let copies: string;
let appliance: Appliance;

async function saraban(args: string[], environment: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SARABAN_DATA: data,
    SARABAN_SMTP_PORT: '0',
    SARABAN_WEB_PORT: '0',
    ...environment,
  };
  try {
    const { stdout, stderr } = await run(process.execPath, [ENTRY, ...args], { env, maxBuffer: 16 * 1024 ** 2 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

beforeAll(async () => {
  place = await testFolder();
  data = join(place.folder, 'data');
  copies = join(place.folder, 'copies');
  appliance = await startAppliance(data);
  const transport = createTransport({ host: '127.0.0.1', port: appliance.smtpPort, tls: { rejectUnauthorized: false } });
  await transport.sendMail({ from: 'a@sender.example', to: 'saraban@tambon.example', subject: 'x', text: 'y' });
  transport.close();
}, 60_000);
afterAll(async () => {
  await appliance.stop();
  await place.remove();
});

describe('upgrade-check', () => {
  const at = () => ({ SARABAN_BACKUP_PLACES: copies });

  it('says so when there is no copy to try', async () => {
    const none = await saraban(['upgrade-check', '--json'], at());
    expect([none.code, JSON.parse(none.out).error.code]).toEqual([1, 'no-copy']);
    expect((await saraban(['backup', 'now', '--no-proof'], at())).code).toBe(0);
    const nowhere = await saraban(['upgrade-check', '--json']);
    expect([nowhere.code, JSON.parse(nowhere.out).error.code]).toEqual([1, 'no-copy']);
  });

  it('says go beside the running appliance, and leaves nothing behind', async () => {
    const go = await saraban(['upgrade-check', '--json'], at());
    expect(go.err + go.out).toContain('"go":true');
    expect(go.code).toBe(0);
    expect(JSON.parse(go.out)).toMatchObject({ entries: 1, opened: 1, faults: [], applied: [] });
    expect(await readdir(join(data, 'scratch'))).toEqual([]);
    expect((await appliance.verify()).faults).toEqual([]);
  });

  it('names what is wrong with the copy, and says no', async () => {
    const packs = (await readdir(join(copies, 'packs'), { recursive: true })).filter(file => file.endsWith('.tar.gz.age'));
    for (const file of packs) await truncate(join(copies, 'packs', file), 40);
    const no = await saraban(['upgrade-check'], at());
    expect(no.code).toBe(1);
    expect(no.out).toMatch(/Do not update[\s\S]*! packs\//);
    await rm(copies, { recursive: true });
  });
});

describe('an older program on a newer database', () => {
  const sentence = 'This database was made by a newer Saraban than the one you are starting. Start the newer program.';
  const said = (text: string) => text.split(sentence).length - 1;

  it('refuses in one sentence while the newer program runs, and when it is stopped', async () => {
    await (await appliance.owner())`INSERT INTO migration (name, sha256) VALUES ('9999_newer.sql', 'x')`;
    for (const args of [['verify'], ['backup', 'list'], ['unit', 'list']]) {
      const refused = await saraban(args);
      expect([args, refused.code, said(refused.err), refused.out]).toEqual([args, 1, 1, '']);
    }
    expect(await appliance.stop()).toBe(0);
    for (const args of [['start'], ['verify'], ['backup', 'now'], ['start', '--only', 'web']]) {
      const refused = await saraban(args, { SARABAN_BACKUP_PLACES: copies });
      expect([args, refused.code, said(refused.err)]).toEqual([args, 1, 1]);
    }
  });
});
