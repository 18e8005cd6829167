/** The supervisor under the accidents it has to live through: roles, database and itself killed, started twice, started where it cannot. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookUntil } from '../../cli/postgres/patience.ts';
import { findPostgres } from '../../cli/postgres/start-postgres.ts';

const ENTRY = join(import.meta.dirname, 'appliance/entry.ts');
const PATIENCE_MS = 30_000;

type Appliance = {
  process: ChildProcess;
  ended: Promise<{ code: number | null; out: string; err: string }>;
  smtpPort: number;
  webPort: number;
  banner: string;
};

let home: string;
let data: string;
let started: ChildProcess[];
let servers: Server[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'saraban-appliance-'));
  data = join(home, 'data');
  started = [];
  servers = [];
});

afterEach(async () => {
  for (const child of started) child.kill('SIGTERM');
  await eventually(async () => (started.every(child => child.exitCode !== null || child.signalCode !== null) ? true : undefined));
  await eventually(async () => ((await findPostgres(data)) ? undefined : true));
  for (const server of servers) server.close();
  rmSync(home, { recursive: true, force: true });
});

/** Looks until it is so; a test that never sees it fails with the name of what it waited for. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const seen = await lookUntil(look, PATIENCE_MS);
  if (seen === undefined) throw new Error(`never came true: ${look}`);
  return seen;
}

function launch(extra: Record<string, string> = {}, channel: 'ipc'[] = []) {
  const settings = {
    SARABAN_DATA: data,
    SARABAN_SMTP_PORT: '0',
    SARABAN_WEB_PORT: '0',
    SARABAN_LOG_LEVEL: 'info',
    SARABAN_CONF: '/dev/null',
  };
  const env = { ...process.env, ...settings, ...extra };
  const child: ChildProcess = spawn(process.execPath, [ENTRY, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe', ...channel] });
  started.push(child);
  const read = (stream: Readable | null) => (stream ? text(stream) : '');
  const ended = Promise.all([read(child.stdout), read(child.stderr), once(child, 'exit')]).then(([out, err, [code]]) => ({
    code,
    out,
    err,
  }));
  return { child, ended };
}

async function startAppliance(extra: Record<string, string> = {}, channel: 'ipc'[] = []): Promise<Appliance> {
  const { child, ended } = launch(extra, channel);
  let said = '';
  child.stdout?.on('data', chunk => {
    said += chunk;
  });
  await Promise.race([
    eventually(async () => (said.includes('Ctrl-C') ? true : undefined)),
    ended.then(({ code, err }) => {
      throw new Error(`ended with ${code} instead of starting: ${err}`);
    }),
  ]);
  const smtpPort = Number(/SMTP [^ ]*:(\d+)/.exec(said)?.[1]);
  const webPort = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  return { process: child, ended, smtpPort, webPort, banner: said };
}

/** What the role behind the port says of itself; `undefined` while nobody answers rightly. */
async function ask(port: number): Promise<{ role: string; pid: number; webUrl: string; clock: Date } | undefined> {
  const socket = connect({ host: '127.0.0.1', port });
  const words = await text(socket).then(
    said => said.split(' '),
    () => [],
  );
  const [role = 'error', pid, webUrl = '', clock = ''] = words;
  return role === 'error' ? undefined : { role, pid: Number(pid), webUrl, clock: new Date(clock) };
}

function events(): string[] {
  return readFileSync(join(data, 'events'), 'utf8').trim().split('\n');
}

async function nothingLeft(): Promise<void> {
  expect(await findPostgres(data)).toBeNull();
}

test('says where to write and look, stops in order, leaves nothing running, and keeps the first password to the first time', async () => {
  const first = await startAppliance();
  expect(first.banner).toContain('saraban@agency.example');
  expect(first.banner).toContain('first-user / first-password');
  expect(first.banner).toContain(data);
  // The gateway puts links into acknowledgements: it has to know the port the web chose.
  expect(await ask(first.smtpPort)).toMatchObject({ role: 'gateway', webUrl: `http://127.0.0.1:${first.webPort}` });
  first.process.kill('SIGTERM');
  const { code, out } = await first.ended;
  expect(code).toBe(0);
  expect(out).toContain('Stopped.');
  // The night begins when the others are ready, which may be after the banner, or not before the end.
  expect(
    events()
      .filter(event => !event.startsWith('night'))
      .slice(3),
  ).toEqual(['gateway stopped', 'worker stopped', 'web stopped']);
  expect(events().includes('night stopped')).toBe(events().includes('night started'));
  await nothingLeft();

  const second = await startAppliance();
  expect(second.banner).not.toContain('first-password');
  // Ctrl-C comes several times: from the terminal, from npm, from the process before.
  for (let time = 0; time < 3; time += 1) second.process.kill('SIGINT');
  expect((await second.ended).code).toBe(0);
  await nothingLeft();
});

test('a role that is killed is back on the same port, and the others have not moved', async () => {
  const { smtpPort, webPort } = await startAppliance();
  const [gateway, web] = [await ask(smtpPort), await ask(webPort)];
  process.kill(gateway?.pid ?? 0, 'SIGKILL');
  const again = await eventually(async () => {
    const seen = await ask(smtpPort);
    return seen && seen.pid !== gateway?.pid ? seen : undefined;
  });
  expect(again.role).toBe('gateway');
  expect((await ask(webPort))?.pid).toBe(web?.pid);
});

test('the database that is killed is back, and the roles find it', async () => {
  const { smtpPort, process: appliance, ended } = await startAppliance();
  const before = await findPostgres(data);
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const after = await eventually(async () => {
    const seen = await findPostgres(data);
    return seen && seen.pid !== before?.pid ? seen : undefined;
  });
  expect(after.connection).toEqual(before?.connection);
  await eventually(() => ask(smtpPort));
  appliance.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  await nothingLeft();
});

test('when the supervisor is killed its roles end in order and the last one stops the database; then it starts again', async () => {
  const first = await startAppliance();
  first.process.kill('SIGKILL');
  const second = await startAppliance();
  expect(events().filter(event => event.endsWith('stopped'))).toHaveLength(4);
  expect(await ask(second.smtpPort)).toMatchObject({ role: 'gateway' });
});

test('when the older Node that started it is killed, it stops in order', async () => {
  const { process: appliance, ended } = await startAppliance({}, ['ipc']);
  appliance.disconnect();
  expect((await ended).code).toBe(0);
  await nothingLeft();
});

test('starts again after everything was killed at once', async () => {
  const first = await startAppliance();
  const pids = [first.process.pid, (await ask(first.smtpPort))?.pid, (await ask(first.webPort))?.pid, (await findPostgres(data))?.pid];
  for (const pid of pids) process.kill(pid ?? 0, 'SIGKILL');
  const second = await startAppliance();
  expect(await ask(second.smtpPort)).toMatchObject({ role: 'gateway' });
});

test('a second one on the same folder is refused in one sentence that names the first', async () => {
  const first = await startAppliance();
  const { ended } = launch();
  const { code, err } = await ended;
  expect(code).toBe(1);
  expect(err).toContain(`Saraban already runs on this data folder (process ${first.process.pid})`);
  expect(await ask(first.smtpPort)).toMatchObject({ role: 'gateway' });
});

test('a role process is out of reach of the terminal’s Ctrl-C', async () => {
  const first = await startAppliance();
  const groupOf = (pid = 0) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
  expect(groupOf((await ask(first.smtpPort))?.pid)).not.toBe(groupOf(first.process.pid));
});

test('a port that is taken: one sentence, exit 1, nothing left behind', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  servers.push(taken);
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, err } = await launch({ SARABAN_SMTP_PORT: String(port) }).ended;
  expect(code).toBe(1);
  expect(err).toContain(`127.0.0.1:${port} is taken by another program`);
  await nothingLeft();
});

test('a role that may start later: its own sentence, exit 75', async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'worker-refuses'), '');
  const { code, err } = await launch().ended;
  expect(code).toBe(75);
  expect(err).toContain('I would rather not.');
  await nothingLeft();
});

test('of ports that are not chosen freely all roles start at once, and one that fails stops the others', async () => {
  const fixed = { SARABAN_WEB_URL: 'https://saraban.agency.go.th' };
  mkdirSync(data);
  writeFileSync(join(data, 'gateway-refuses'), '');
  expect((await launch(fixed).ended).code).toBe(75);
  await nothingLeft();
  rmSync(join(data, 'gateway-refuses'));
  const { smtpPort } = await startAppliance(fixed);
  expect(await ask(smtpPort)).toMatchObject({ role: 'gateway', webUrl: 'https://saraban.agency.go.th' });
});

test('a data folder that cannot be one: one sentence, exit 1', async () => {
  writeFileSync(data, 'a file');
  const { code, err } = await launch().ended;
  expect(code).toBe(1);
  expect(err).toMatch(/cannot be written \((EEXIST|ENOTDIR)\): give this user the right to, or choose another SARABAN_DATA/);
  rmSync(data);
});

test('wrong settings: every fault in one message, exit 2', async () => {
  const { code, err } = await launch({ SARABAN_SMTP_PORT: 'x', SARABAN_WEB_PROT: '1' }).ended;
  expect(code).toBe(2);
  expect(err).toContain('SARABAN_SMTP_PORT=x');
  expect(err).toContain('did you mean SARABAN_WEB_PORT?');
});

test('told to stop while it is still starting, it does', async () => {
  mkdirSync(data);
  writeFileSync(join(data, 'web-hangs'), '');
  const { child, ended } = launch();
  await eventually(async () => (lookInto('events').includes('web hangs') ? true : undefined));
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  await nothingLeft();
});

test('a clock that was set for a test runs on over the restart of a role', async () => {
  const { smtpPort } = await startAppliance({ SARABAN_TEST: '1', SARABAN_CLOCK: '2026-12-31T23:59:50+07:00' });
  const before = await ask(smtpPort);
  expect(before?.clock.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-12-31T16:59:50Z'));
  expect(before?.clock.getTime()).toBeLessThan(Date.parse('2026-12-31T17:30:00Z'));
  process.kill(before?.pid ?? 0, 'SIGKILL');
  const after = await eventually(async () => {
    const seen = await ask(smtpPort);
    return seen && seen.pid !== before?.pid ? seen : undefined;
  });
  expect(after.clock.getTime()).toBeGreaterThanOrEqual(before?.clock.getTime() ?? 0);
});

function lookInto(name: string): string {
  try {
    return readFileSync(join(data, name), 'utf8');
  } catch {
    return '';
  }
}
