/** The commands of an operator, run as processes: on a stopped database, beside a running appliance, and on a register that was damaged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookUntil } from '../../cli/postgres/patience.ts';
import { findPostgres } from '../../cli/postgres/start-postgres.ts';

// Each command is a process, and a stopped database starts with it: on a busy machine that adds up.
const LONG = { timeout: 240_000 };
const ENTRY = join(import.meta.dirname, '../../cli/saraban.js');
let home: string;
let data: string;
const started: ChildProcess[] = [];

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'saraban-commands-'));
  data = join(home, 'data');
});
afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await lookUntil(async () => ((await findPostgres(data)) === null ? true : undefined), 30_000);
  rmSync(home, { recursive: true, force: true });
});

function launch(args: string[], extra: Record<string, string> = {}): ChildProcess {
  const settings = {
    SARABAN_DATA: data,
    SARABAN_CONF: '/dev/null',
    SARABAN_SMTP_PORT: '0',
    SARABAN_ADDRESS: 'saraban@tambon.example',
    SARABAN_RELAY: 'capture',
  };
  return spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, ...settings, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return await outcomeOf(launch(args));
}

async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const ended = once(child, 'exit');
  const [out, err] = await Promise.all([child.stdout ? text(child.stdout) : '', child.stderr ? text(child.stderr) : '']);
  const [code] = await ended;
  return { code, out, err };
}

/** A command that is done, and its answer as a program reads it. */
async function answer(...args: string[]): Promise<Record<string, unknown> & { items: Record<string, unknown>[] }> {
  const { code, out, err } = await run(...args, '--json');
  expect({ args, code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out);
}

test('before the first start: no agency, said so; then one is made, with units, people and a token', LONG, async () => {
  const none = await run('unit', 'list');
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('There is no agency yet') });
  const agency = ['agency', 'add', '--code', 'tambon', '--name', 'เทศบาลตำบลตัวอย่าง', '--address', 'Saraban@Tambon.example'];
  const added = await run(...agency);
  expect(added.out).toMatch(/sign in as: admin \/ (\w{5}-){3}\w{5}\n/);
  expect(await run(...agency)).toMatchObject({ code: 2, err: expect.stringContaining('--code: ') });

  await answer('unit', 'add', '--code', 'office', '--name', 'สำนักปลัด');
  await answer('unit', 'add', '--code', 'works', '--name', 'กองช่าง', '--name-en', 'Works', '--parent', 'office');
  const units = await answer('unit', 'list');
  const office = units.items.find(unit => unit.code === 'office');
  expect(units.items.find(unit => unit.code === 'works')).toMatchObject({ nameEn: 'Works', parentId: office?.id });
  expect(await run('unit', 'add', '--code', 'x', '--name', 'x', '--parent', 'ofice')).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean office?'),
  });

  const user = await answer(
    'user',
    'add',
    '--login',
    'Somsri',
    '--name',
    'สมศรี',
    '--role',
    'unit',
    '--units',
    'works,office',
    '--appointed',
  );
  const again = await answer('user', 'password', 'SOMSRI');
  expect(again.password).toMatch(/^(\w{5}-){3}\w{5}$/);
  expect(again.password).not.toBe(user.password);
  expect((await answer('user', 'list')).items.find(one => one.login === 'somsri')).toMatchObject({
    units: expect.arrayContaining(['works', 'office']),
    appointed: true,
  });
  expect(await run('user', 'password', 'nobody')).toMatchObject({ code: 1 });
  expect(await run('user', 'add', '--login', 'x', '--name', 'x', '--role', 'provider')).toMatchObject({ code: 2 });

  const token = await answer('token', 'create', '--name', 'scanner', '--role', 'saraban', '--expires', '30d');
  expect(token.token).toMatch(/^\S{30,}$/);
  expect(JSON.stringify(await answer('token', 'list'))).not.toContain(String(token.token));
  await answer('token', 'revoke', 'scanner');
  expect(await run('token', 'revoke', 'scanner')).toMatchObject({ code: 1 });
  expect(await findPostgres(data)).toBeNull();
});

test('with two agencies one has to be named', async () => {
  await answer('agency', 'add', '--code', 'other', '--name', 'อื่น', '--address', 'saraban@other.example');
  expect(await run('unit', 'list')).toMatchObject({ code: 2, err: expect.stringContaining('say which with --agency') });
  expect(await run('unit', 'list', '--agency', 'tamboon')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean tambon?') });
  expect((await answer('unit', 'list', '--agency', 'other')).items).toEqual([]);
  expect((await answer('agency', 'list')).items.map(agency => agency.code)).toEqual(['tambon', 'other']);
});

test('the demo without an appliance is refused in one sentence', async () => {
  const { code, err } = await run('demo', '--port', '1');
  expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 1, lines: 2 });
  expect(err).toContain('Nothing listens on 127.0.0.1:1');
});

test('beside the running appliance: the demo twice, commands, and verify before and after a file was damaged', LONG, async () => {
  const appliance = launch(['start', '--only', 'gateway,worker']);
  started.push(appliance);
  let log = '';
  appliance.stderr?.on('data', chunk => {
    log += chunk;
  });
  const port = await lookUntil(() => /"smtpPort":(\d+),.*"ready"/.exec(log)?.[1], 60_000);
  expect(port, log).toBeDefined();

  const first = await answer('demo', '--agency', 'other', '--port', String(port));
  expect(first).toMatchObject({
    unfinished: 0,
    added: [expect.stringContaining('กองช่าง'), expect.stringContaining('rules'), expect.stringContaining('demo-')],
  });
  const letters = first.letters as { reply: string; to: string }[];
  expect(letters.filter(letter => /^250 2\.0\.0 registered \d+\//.test(letter.reply)).length).toBeGreaterThanOrEqual(10);
  expect(letters.every(letter => letter.reply.startsWith('250 '))).toBe(true);
  expect(letters.some(letter => letter.to === 'saraban+finance@other.example')).toBe(true);
  const acts = (first.acts as string[]).join('\n');
  for (const word of ['confirmed', 'facts confirmed', 'routed →', 'closed by the unit', 'cancelled as a duplicate'])
    expect(acts).toContain(word);
  expect(acts).not.toContain('passed over');

  const second = await answer('demo', '--agency', 'other', '--port', String(port));
  expect(second).toMatchObject({ unfinished: 0, added: [] });
  expect((second.letters as { reply: string }[])[0]?.reply).not.toBe(letters[0]?.reply);
  expect((await answer('unit', 'list', '--agency', 'other')).items).toHaveLength(4);
  // An agency that has units of its own keeps them, and gets no rules that name others.
  const own = await answer('demo', '--agency', 'tambon', '--port', String(port));
  expect((own.added as string[]).join()).not.toMatch(/กองคลัง|rules/);
  expect((await answer('unit', 'list', '--agency', 'tambon')).items).toHaveLength(2);

  const good = await answer('verify');
  expect(good).toMatchObject({ ok: true, agencies: 2, faults: [] });
  const blobs = join(data, 'blobs');
  const folder = readdirSync(blobs).find(name => name.length === 2 && readdirSync(join(blobs, name)).length > 0) ?? '';
  const [hash] = readdirSync(join(blobs, folder));
  appendFileSync(join(blobs, folder, hash ?? ''), 'x');
  for (const args of [['verify'], ['verify', '--fast']]) {
    const bad = await run(...args);
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining(`blob ${hash}: its file has`) });
  }
  appliance.kill('SIGTERM');
  expect(await once(appliance, 'exit')).toEqual([0, null]);
});

test('a first start that fails behind the first password still shows it; the next start does not make another', LONG, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const fresh = { SARABAN_DATA: join(home, 'fresh'), SARABAN_WEB_PORT: port };
  const first = await outcomeOf(launch(['start'], fresh));
  expect(first).toMatchObject({ code: 1, err: expect.stringContaining(`127.0.0.1:${port}`) });
  expect(first.out).toMatch(/sign in as: admin \/ (\w{5}-){3}\w{5}\n/);
  const second = await outcomeOf(launch(['start'], fresh));
  expect(second).toMatchObject({ code: 1, out: expect.not.stringContaining('sign in as') });
  taken.close();
});
