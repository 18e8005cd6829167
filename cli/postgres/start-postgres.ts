/**
 * The embedded PostgreSQL: started when it does not run, joined when it does, stopped by the last one who uses it.
 *
 * The server is a process group of its own: Ctrl-C in the terminal must reach the supervisor alone, or the database would be gone before
 * the letters in hand are entered. It outlives a supervisor that was killed, and the next start joins it.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from '../../register/failure.ts';
import { clusterOwner, ensureCluster, SERVER_ENVIRONMENT, SUPERUSER } from './cluster.ts';
import { createFolders, type Layout, layoutOf, PORT, type ServerUser, serverUser } from './layout.ts';
import { takeLease, usersOf } from './lease.ts';
import { lendFolders } from './lend-folder.ts';
import { lookUntil } from './patience.ts';
import { isAlive, isServerOf, readPostmasterFile } from './postmaster-file.ts';
import { type Program, provideProgram } from './program.ts';
import { databaseTrouble } from './trouble.ts';

/** Where a client connects: `host` is the folder of the unix socket, `user` the superuser. No password: the folder is closed to others. */
export type SocketConnection = { host: string; port: number; user: string; database: string };

export type PostgresLog = { info(facts: object, message: string): void; warn(facts: object, message: string): void };

export type RunningPostgres = {
  connection: SocketConnection;
  pid: number;
  /** Whether this call found it running. */
  joined: boolean;
  /** Resolves when the server is gone, whoever stopped it. Does not keep the process alive. */
  exited: Promise<void>;
  /** Gives the server back. It is stopped cleanly (fast shutdown) unless another living process still uses it. Safe to call twice. */
  stop(): Promise<void>;
};

const SETTINGS = {
  listen_addresses: '',
  port: String(PORT),
  // A 250 is a promise: no commit may return before its WAL is on the disk, whatever a configuration file says.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '128MB',
  max_connections: '100',
  // The content of letters must not reach a log: no statements, no values, no details of a violated constraint.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  timezone: 'UTC',
};

// For a scratch database that is thrown away whatever happens: nothing of it needs to survive a power cut.
const RELAXED = { ...SETTINGS, fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off', max_wal_size: '4GB' };

const LARGEST_LOG_BYTES = 8 * 1024 * 1024;
const FAST_SHUTDOWN_MS = 60_000;
const ORPHANS_MS = 60_000;

/**
 * Starts or joins the server of `dataFolder` (created when missing) and waits until it takes connections, however long its recovery takes.
 * @param options.relaxed - without a flush to the disk: only for what is thrown away (cli/scratch-database.ts)
 * @throws Failure with one sentence that says what to do
 */
export async function startPostgres(options: { dataFolder: string; log: PostgresLog; relaxed?: boolean }): Promise<RunningPostgres> {
  const { dataFolder, log } = options;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const layout = layoutOf(dataFolder);
  const user = await userFor(layout);
  createFolders(layout, user);
  const giveBack = takeLease(layout.leases);
  try {
    const { pid, joined } = await joinOrLaunch(layout, user, log, options.relaxed === true);
    return handle(layout, pid, joined, giveBack, log);
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** The server of `dataFolder` if it takes connections right now; nothing is started, no use is noted. */
export async function findPostgres(dataFolder: string): Promise<{ connection: SocketConnection; pid: number; users: number[] } | null> {
  if (!statSync(dataFolder, { throwIfNoEntry: false })) return null;
  const layout = layoutOf(dataFolder);
  const state = await readPostmasterFile(layout.cluster);
  if (state?.status !== 'ready' || !isServerOf(state.pid, layout.name)) return null;
  return { connection: connectionOf(layout), pid: state.pid, users: usersOf(layout.leases) };
}

function connectionOf(layout: Layout): SocketConnection {
  return { host: layout.socketFolder, port: PORT, user: SUPERUSER, database: 'postgres' };
}

async function userFor(layout: Layout): Promise<ServerUser> {
  const owner = await clusterOwner(layout);
  if (!owner) return serverUser();
  const mine = process.getuid?.();
  if (mine === 0) return owner.uid === 0 ? serverUser() : owner;
  if (owner.uid === mine) return null;
  throw databaseTrouble('other-owner', {
    th: `ฐานข้อมูลใน ${layout.cluster} เป็นของผู้ใช้หมายเลข ${owner.uid} โปรดใช้ Saraban ด้วยผู้ใช้ที่เริ่มใช้งานครั้งแรก (หรือ root)`,
    en: `The database in ${layout.cluster} belongs to user number ${owner.uid}: run Saraban as the user who started it first (or as root).`,
  });
}

async function joinOrLaunch(
  layout: Layout,
  user: ServerUser,
  log: PostgresLog,
  relaxed: boolean,
): Promise<{ pid: number; joined: boolean }> {
  const orphansEnd = performance.now() + ORPHANS_MS;
  let program: Program | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const state = await readPostmasterFile(layout.cluster);
    if (state && isServerOf(state.pid, layout.name)) {
      const pid = await waitWhileItLives(layout, state.pid, log);
      if (pid) return { pid, joined: true };
      continue;
    }
    program ??= await provideProgram(layout.home, user);
    await ensureCluster(layout, program, user);
    const launched = await launch(layout, program, user, { stalePid: state?.pid, relaxed, log });
    if ('pid' in launched) return { pid: launched.pid, joined: false };
    // Another process was quicker: join its server. Or back ends of a killed server still hold its memory: they notice and go.
    const another = /lock file ".*" already exists/.test(launched.said);
    const orphans = /pre-existing shared memory block/.test(launched.said);
    if ((!another || attempt > 50) && !orphans) throw notStarted(launched.said, layout);
    if (performance.now() > orphansEnd) throw notStarted(launched.said, layout, true);
    await sleep(Math.min(20 * (attempt + 1), 500));
  }
}

function notStarted(said: string, layout: Layout, temporary = false): Failure {
  const reason = said.split('\n').findLast(line => /FATAL|PANIC/.test(line)) ?? said.trim().split('\n').at(-1) ?? '';
  const short = reason.replace(/^.*?(FATAL|PANIC):\s*/, '').trim() || 'it said nothing';
  if (/No space left/.test(said)) {
    const th = 'ฐานข้อมูลเริ่มทำงานไม่ได้เพราะพื้นที่ดิสก์เต็ม โปรดเพิ่มพื้นที่ว่างแล้วเริ่มใหม่';
    return databaseTrouble(
      'disk-full',
      { th, en: 'The database did not start because the disk is full: free some space on it and start again.' },
      true,
    );
  }
  return databaseTrouble(
    'not-started',
    {
      th: `ฐานข้อมูลเริ่มทำงานไม่ได้: ${short} (ดูรายละเอียดใน ${layout.serverLog})`,
      en: `The database did not start: ${short}. Its own words are in ${layout.serverLog}.`,
    },
    temporary,
  );
}

/** @returns the number once it takes connections, `undefined` when it went away instead. */
async function waitWhileItLives(layout: Layout, pid: number, log: PostgresLog): Promise<number | undefined> {
  for (;;) {
    const seen = await lookUntil(async () => {
      if (!isAlive(pid)) return 'gone';
      const state = await readPostmasterFile(layout.cluster);
      return state?.pid === pid && state.status === 'ready' ? 'ready' : undefined;
    }, 10_000);
    if (seen) return seen === 'ready' ? pid : undefined;
    log.info({ server: pid }, 'database is still starting or stopping (recovery after a crash can take a while)');
  }
}

async function launch(
  layout: Layout,
  program: Program,
  user: ServerUser,
  { stalePid, relaxed, log }: { stalePid: number | undefined; relaxed: boolean; log: PostgresLog },
): Promise<{ pid: number } | { said: string }> {
  if ((statSync(layout.serverLog, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG_BYTES) {
    await rename(layout.serverLog, `${layout.serverLog}.1`);
  }
  const output = openSync(layout.serverLog, 'a', 0o600);
  const said = statSync(layout.serverLog).size;
  const lent = lendFolders([layout.cluster, layout.socketFolder], user);
  const args = ['-D', lent.paths[0] ?? '', '-k', lent.paths[1] ?? '', '-c', `cluster_name=${layout.name}`];
  for (const [name, value] of Object.entries(relaxed ? RELAXED : SETTINGS)) args.push('-c', `${name}=${value}`);
  const child = spawn(program.postgres, args, {
    ...user,
    cwd: '/',
    // A number in postmaster.pid that now belongs to a stranger would make the server refuse to start. This variable names a process
    // that may carry that number without being a server; the check of the shared memory behind it stays, and must: deleting the file
    // would take that one away too, and two servers on one cluster destroy it.
    env: stalePid ? { ...SERVER_ENVIRONMENT, PG_GRANDPARENT_PID: String(stalePid) } : SERVER_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', output, output, ...lent.descriptors],
  });
  lent.close();
  closeSync(output);
  const failed = new Promise<string>(resolve => child.once('error', error => resolve(error.message)));
  if (child.pid === undefined) return { said: await failed };
  child.unref();
  const pid = await waitWhileItLives(layout, child.pid, log);
  if (pid) return { pid };
  return { said: readFileSync(layout.serverLog).subarray(said).toString('utf8') };
}

function handle(layout: Layout, pid: number, joined: boolean, giveBack: () => boolean, log: PostgresLog): RunningPostgres {
  log.info({ server: pid, joined, folder: layout.cluster }, 'database is ready');
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    if (!giveBack()) return log.info({ server: pid }, 'database is left running: another process uses it');
    await stopServer(pid, layout, log);
  };
  return {
    connection: connectionOf(layout),
    pid,
    joined,
    exited: untilGone(pid, layout),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function untilGone(pid: number, layout: Layout): Promise<void> {
  while (isServerOf(pid, layout.name)) await sleep(200, undefined, { ref: false });
}

async function stopServer(pid: number, layout: Layout, log: PostgresLog): Promise<void> {
  const gone = () => (isServerOf(pid, layout.name) ? undefined : true);
  // SIGINT is PostgreSQL's fast shutdown: clients are cut off, everything committed is written down. SIGQUIT leaves that to recovery.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (gone()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    if (await lookUntil(gone, FAST_SHUTDOWN_MS)) {
      log.info({ server: pid }, 'database has stopped');
      return;
    }
    log.warn({ server: pid, signal }, 'database does not stop');
  }
  throw databaseTrouble('not-stopped', {
    th: `ฐานข้อมูล (โพรเซส ${pid}) ไม่ยอมหยุด โปรดตรวจดูแล้วสั่งหยุดเอง`,
    en: `The database (process ${pid}) does not stop: look at it, then end it yourself.`,
  });
}
