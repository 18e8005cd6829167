/** The embedded PostgreSQL under the accidents it has to live through: killed alone, killed with everything, found again, badly placed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutOf } from '../../cli/postgres/layout.ts';
import { findPostgres, type RunningPostgres, startPostgres } from '../../cli/postgres/start-postgres.ts';

const log = { info: () => {}, warn: () => {} };
const asRoot = process.getuid?.() === 0;
let home: string;
let running: RunningPostgres[];
let helpers: ChildProcess[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'saraban-postgres-'));
  running = [];
  helpers = [];
});

afterEach(async () => {
  for (const helper of helpers) helper.kill('SIGKILL');
  for (const server of running) await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function start(dataFolder = join(home, 'data')): Promise<RunningPostgres> {
  const server = await startPostgres({ dataFolder, log });
  running.push(server);
  return server;
}

async function query<T>(server: RunningPostgres, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres({ ...server.connection, max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Another process that starts the server of `dataFolder` and holds it until it is killed or told to stop by closing its stdin. */
async function startElsewhere(
  dataFolder: string,
  user?: { uid: number; gid: number },
): Promise<{ child: ChildProcess; pid: number; joined: boolean }> {
  const program = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, '../../cli/postgres/start-postgres.ts'))};
    const log = { info() {}, warn() {} };
    const server = await startPostgres({ dataFolder: ${JSON.stringify(dataFolder)}, log });
    console.log(JSON.stringify({ pid: server.pid, joined: server.joined }));
    process.stdin.resume().on('end', () => server.stop());
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...user });
  helpers.push(child);
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), once(child, 'exit').then(() => ['null'])]);
  const told = JSON.parse(String(line));
  if (!told) throw new Error('the other process did not start the server');
  return { child, ...told };
}

function endOf(child: ChildProcess): Promise<unknown> {
  return child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, 'exit');
}

test('starts with durability, checksums and Thai searchable, leaves nothing running when stopped, and finds its rows again', async () => {
  const first = await start();
  expect(first.joined).toBe(false);
  await query(first, async sql => {
    const [settings] = await sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
      current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums, current_setting('listen_addresses') as tcp,
      current_setting('server_encoding') as encoding, current_setting('timezone') as zone`;
    expect(settings).toEqual({ fsync: 'on', commits: 'on', pages: 'on', checksums: 'on', tcp: '', encoding: 'UTF8', zone: 'UTC' });
    await sql`create extension pg_trgm`;
    const [thai] = await sql`select cardinality(show_trgm('หนังสือ')) as trigrams, 'หนังสือราชการ' ilike '%ราชการ%' as found`;
    expect(thai?.trigrams).toBeGreaterThan(5);
    expect(thai?.found).toBe(true);
    await sql`create table kept (id int)`;
    await sql`insert into kept values (1)`;
  });
  await first.stop();
  await first.exited;
  expect(await findPostgres(join(home, 'data'))).toBeNull();
  expect(existsSync(join(home, 'data/postgres/cluster/postmaster.pid'))).toBe(false);
  const second = await start();
  expect(await query(second, sql => sql`select id from kept`)).toEqual([{ id: 1 }]);
});

test('recovers every committed row after kill -9 of the server', async () => {
  const first = await start();
  await query(first, async sql => {
    await sql`create table kept (id int)`;
    await sql`insert into kept select generate_series(1, 1000)`;
  });
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = await start();
  expect(second.joined).toBe(false);
  expect(await query(second, sql => sql`select count(*)::int as n from kept`)).toEqual([{ n: 1000 }]);
  // The first handle is stale: giving it back must not stop the server somebody uses now.
  await first.stop();
  expect(await query(second, sql => sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test('joins the server that a killed process left behind, and can stop it', async () => {
  const data = join(home, 'data');
  const other = await startElsewhere(data);
  other.child.kill('SIGKILL');
  await endOf(other.child);
  const mine = await start();
  expect({ pid: mine.pid, joined: mine.joined }).toEqual({ pid: other.pid, joined: true });
  await mine.stop();
  expect(await findPostgres(data)).toBeNull();
});

test('is not stopped under another process that still uses it', async () => {
  const data = join(home, 'data');
  const mine = await start();
  const other = await startElsewhere(data);
  expect(other).toMatchObject({ pid: mine.pid, joined: true });
  await mine.stop();
  expect((await findPostgres(data))?.pid).toBe(mine.pid);
  other.child.stdin?.end();
  await endOf(other.child);
  expect(await findPostgres(data)).toBeNull();
});

test('two processes that start at the same moment on an empty folder share one server', async () => {
  const data = join(home, 'data');
  const [one, two] = await Promise.all([startElsewhere(data), startElsewhere(data)]);
  expect(one.pid).toBe(two.pid);
  expect([one.joined, two.joined].sort()).toEqual([false, true]);
  for (const { child } of [one, two]) child.stdin?.end();
  await Promise.all([endOf(one.child), endOf(two.child)]);
  expect(await findPostgres(data)).toBeNull();
});

test('starts although the number in a stale postmaster.pid now belongs to a living stranger', async () => {
  const first = await start();
  const file = join(layoutOf(join(home, 'data')).cluster, 'postmaster.pid');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  // A stranger of the same user, so that the server may not take the failing kill(2) for proof.
  const user = statSync(file);
  const stranger = spawn('sleep', ['1000'], { uid: user.uid, gid: user.gid });
  helpers.push(stranger);
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)));
  const second = await start();
  expect(second.joined).toBe(false);
  expect(await query(second, sql => sql`select 1 as one`)).toEqual([{ one: 1 }]);
});

test('works on a path too long for a socket, below a folder that only its owner may enter', async () => {
  const closed = join(home, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  chmodSync(closed, 0o700);
  const data = join(closed, 'ก'.repeat(60), 'data');
  const server = await start(data);
  expect(server.connection.host).toMatch(/^\/tmp\/saraban-/);
  expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
  expect(await query(server, sql => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await server.stop();
  rmSync(server.connection.host, { recursive: true });
});

test('finds the rows again after the data folder was moved', async () => {
  const first = await start();
  await query(first, sql => sql`create table kept (id int)`);
  await first.stop();
  renameSync(join(home, 'data'), join(home, 'moved'));
  const second = await start(join(home, 'moved'));
  expect(await query(second, sql => sql`select count(*)::int as n from kept`)).toEqual([{ n: 0 }]);
});

test('begins the cluster anew when its creation was killed half-way', async () => {
  const gone = spawn('true');
  await once(gone, 'exit');
  const draft = join(home, 'data/postgres', `cluster.${gone.pid}`);
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'PG_VERSION'), '18\n');
  const server = await start();
  expect(await query(server, sql => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  expect(existsSync(draft)).toBe(false);
});

test('says which version a foreign cluster has, and touches nothing', async () => {
  const first = await start();
  await first.stop();
  const version = join(layoutOf(join(home, 'data')).cluster, 'PG_VERSION');
  writeFileSync(version, '17\n');
  await expect(start()).rejects.toMatchObject({ code: 'other-version', message: expect.stringContaining('PostgreSQL 17') });
});

test('says in one sentence what the server had against starting', async () => {
  const first = await start();
  await first.stop();
  rmSync(join(layoutOf(join(home, 'data')).cluster, 'global/pg_control'));
  await expect(start()).rejects.toMatchObject({ code: 'not-started', message: expect.stringContaining('server.log') });
});

test.runIf(asRoot)('root joins and starts the server of an ordinary user as that user', async () => {
  const user = { uid: 65534, gid: 65534 };
  chmodSync(home, 0o711);
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  const { chownSync } = await import('node:fs');
  chownSync(data, user.uid, user.gid);
  const other = await startElsewhere(data, user);
  const mine = await start();
  expect(mine.pid).toBe(other.pid);
  await mine.stop();
  other.child.stdin?.end();
  await endOf(other.child);
  expect(await findPostgres(data)).toBeNull();
  const again = await start();
  expect(again.joined).toBe(false);
  await again.stop();
  const back = await startElsewhere(data, user);
  expect(back.joined).toBe(false);
  back.child.stdin?.end();
  await endOf(back.child);
});
