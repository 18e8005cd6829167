/**
 * The real appliance for a test: `saraban start` in a data folder of its own, on free ports, with its own PostgreSQL and processes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPostgres } from '../cli/postgres/start-postgres.ts';
import { type Database, openDatabase } from '../register/db/connect.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { type VerifyReport, verify } from '../register/verify.ts';

export const ADMIN_PASSWORD = 'a password for tests';
const ENTRY = fileURLToPath(new URL('../cli/saraban.js', import.meta.url));

export interface Appliance {
  folder: string;
  smtpPort: number;
  webUrl: string;
  /** Everything it printed. */
  output(): string;
  /** SIGTERM, and waits for the orderly end. @returns the exit code */
  stop(): Promise<number | null>;
  /** Process ids by what they are. */
  pids(): { supervisor: number; gateway: number[]; worker: number[]; web: number[]; night: number[]; postgres: number[] };
  /** Looks at the database as its owner. */
  owner(): Promise<Database>;
  verify(): Promise<VerifyReport>;
}

/** Starts it and waits for the banner. @throws with what it printed when it ends before that */
export async function startAppliance(folder: string, environment: Record<string, string> = {}): Promise<Appliance> {
  const child = spawn(process.execPath, [ENTRY, 'start'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SARABAN_DATA: folder,
      SARABAN_SMTP_PORT: '0',
      SARABAN_WEB_PORT: '0',
      SARABAN_AGENCY: 'เทศบาลตำบลตัวอย่าง',
      SARABAN_ADDRESS: 'saraban@tambon.example',
      SARABAN_ADMIN_PASSWORD: ADMIN_PASSWORD,
      SARABAN_DISK_FLOOR: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      if (/Ctrl-C/.test(output)) resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    ended.then(code => reject(new Error(`saraban start ended with ${code}:\n${output}`)));
  });
  const smtpPort = Number(/SMTP [^:]+:(\d+)/.exec(output)?.[1]);
  const webUrl = /http:\/\/[\w.]+:\d+/.exec(output)?.[0] ?? '';
  const owners: Database[] = [];
  const owner = async () => {
    const server = await findPostgres(folder);
    if (server === null) throw new Error('no database runs');
    const db = openDatabase(server.connection, { role: 'owner', max: 2, name: 'test' });
    owners.push(db);
    return db;
  };
  return {
    folder,
    smtpPort,
    webUrl,
    output: () => output,
    async stop() {
      await Promise.all(owners.splice(0).map(db => db.end({ timeout: 2 }).catch(() => {})));
      child.kill('SIGTERM');
      return await ended;
    },
    pids: () => pidsOf(child, folder),
    owner,
    async verify() {
      return await verify({ db: await owner(), store: await openFolderStore(join(folder, 'blobs')) });
    },
  };
}

/** Kills processes at once, as a power cut would. */
export function kill(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}

/** Resolves when none of the processes lives any more. */
export async function gone(pids: number[]): Promise<void> {
  const lives = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
    } catch {
      return false;
    }
  };
  while (pids.some(lives)) await new Promise(resolve => setImmediate(resolve));
}

export async function testFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-appliance-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function pidsOf(supervisor: ChildProcess, folder: string): ReturnType<Appliance['pids']> {
  const found: ReturnType<Appliance['pids']> = {
    supervisor: supervisor.pid ?? 0,
    gateway: [],
    worker: [],
    web: [],
    night: [],
    postgres: [],
  };
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
      for (const role of ['gateway', 'worker', 'web', 'night'] as const)
        if (parent === supervisor.pid && command.includes(role)) found[role].push(pid);
      if (command[0]?.includes('postgres') && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) found.postgres.push(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
