/**
 * A database and a folder for a proof or a look into a copy: made for it, thrown away afterwards. An embedded PostgreSQL of its own where its programs
 * are there, so that a proof never weighs on the live database; else a database beside the live one. What a killed process left is swept by the next.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, openDatabase } from '../register/db/connect.ts';
import { Failure } from '../register/failure.ts';
import { type Log, SILENT } from './log.ts';
import { layoutOf } from './postgres/layout.ts';
import { isAlive, startMark } from './postgres/postmaster-file.ts';
import { findPostgres, startPostgres } from './postgres/start-postgres.ts';

export interface Scratch {
  /** As the owner of an empty database. */
  connection: ConnectionOptions;
  /** An empty folder, 0700. */
  folder: string;
  /** Removes both. Safe to call twice. */
  close(): Promise<void>;
}

const JUST_MADE_MS = 60_000;
const NAME = /^saraban_scratch_(\d+)_[0-9a-f]{8}$/;

/** Where scratch folders lie: on the disk of the data folder, for a copy is as large as the register. */
export const scratchHome = (data: string) => join(data, 'scratch');

/**
 * Opens a scratch database and folder below `data`.
 * @param live - of SARABAN_DATABASE_URL, for machines without the embedded PostgreSQL; null: there is only the embedded one
 * @throws Failure when neither can be had
 */
export async function openScratch(data: string, live: { url: string } | null, log: Log = SILENT): Promise<Scratch> {
  const home = scratchHome(data);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await sweepScratch(data, live);
  const root = join(home, `${process.pid}-${randomBytes(4).toString('hex')}`);
  const folder = join(root, 'copy');
  await mkdir(root, { mode: 0o700 });
  await writeFile(join(root, 'owner'), JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }), { mode: 0o600 });
  await mkdir(folder, { mode: 0o700 });
  try {
    await lendPrograms(data, root);
    const database = await openDatabaseOf(root, live, log);
    let closing: Promise<void> | undefined;
    const close = async () => {
      await database.close();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    };
    return {
      connection: database.connection,
      folder,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/** The live database's copy of the programs serves the scratch one too: making another every night would cost more than the proof. */
async function lendPrograms(data: string, root: string): Promise<void> {
  const [live, mine] = [layoutOf(data).home, join(root, 'postgres')];
  const programs = (await readdir(live).catch(() => [])).filter(name => name.startsWith('postgresql-'));
  if (programs.length === 0) return;
  await mkdir(mine, { mode: 0o755 });
  for (const name of programs) await symlink(join(live, name), join(mine, name));
}

async function openDatabaseOf(
  root: string,
  live: { url: string } | null,
  log: Log,
): Promise<{ connection: ConnectionOptions; close(): Promise<void> }> {
  try {
    const server = await startPostgres({ dataFolder: root, log, relaxed: true });
    const database = 'scratch';
    const db = openDatabase(server.connection, { role: 'owner', max: 1, name: 'scratch' });
    await db.unsafe(`CREATE DATABASE ${database}`).finally(() => db.end({ timeout: 5 }));
    return {
      connection: { ...server.connection, database },
      close: async () => {
        await server.stop();
        await rmSocketFolder(root);
      },
    };
  } catch (error) {
    if (live === null || !(error instanceof Failure) || error.temporary) throw error;
    return await openBeside(live);
  }
}

/** A long path puts the socket's folder elsewhere (cli/postgres/layout.ts); it is ours to take away. */
async function rmSocketFolder(root: string): Promise<void> {
  const { socketFolder } = layoutOf(root);
  if (!socketFolder.startsWith(root)) await rm(socketFolder, { recursive: true, force: true });
}

async function openBeside(live: { url: string }): Promise<{ connection: ConnectionOptions; close(): Promise<void> }> {
  const name = `saraban_scratch_${process.pid}_${randomBytes(4).toString('hex')}`;
  const admin = openDatabase(live, { role: 'owner', max: 1, name: 'scratch' });
  try {
    await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (error) {
    throw new Failure({
      code: 'no-scratch-database',
      temporary: false,
      message: `no scratch database: ${error instanceof Error ? error.message : String(error)}`,
      userMessage: {
        th: 'สร้างฐานข้อมูลชั่วคราวสำหรับพิสูจน์สำเนาไม่ได้ โปรดให้สิทธิ์ CREATEDB แก่ผู้ใช้ของ SARABAN_DATABASE_URL',
        en: 'No scratch database could be made to prove the copy in: give the user of SARABAN_DATABASE_URL the right CREATEDB.',
      },
      cause: error,
    });
  } finally {
    await admin.end({ timeout: 5 });
  }
  const url = new URL(live.url);
  url.pathname = `/${name}`;
  return { connection: { url: url.href }, close: () => dropBeside(live, name) };
}

async function dropBeside(live: { url: string }, name: string): Promise<void> {
  const admin = openDatabase(live, { role: 'owner', max: 1, name: 'scratch' });
  await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).finally(() => admin.end({ timeout: 5 }));
}

/** Takes away what killed processes left: their servers, folders and databases. */
export async function sweepScratch(data: string, live: { url: string } | null): Promise<void> {
  const home = scratchHome(data);
  for (const name of await readdir(home).catch(() => [])) {
    const root = join(home, name);
    if (await isHeld(root)) continue;
    if ((await findPostgres(root)) !== null) {
      const server = await startPostgres({ dataFolder: root, log: SILENT, relaxed: true });
      await server.stop();
    }
    await rmSocketFolder(root);
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
  if (live === null) return;
  const admin = openDatabase(live, { role: 'owner', max: 1, name: 'scratch' });
  try {
    const rows = await admin<{ name: string }[]>`SELECT datname AS name FROM pg_database WHERE datname LIKE 'saraban_scratch_%'
      AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = pg_database.datname)`;
    for (const { name } of rows) {
      const pid = Number(NAME.exec(name)?.[1] ?? 0);
      if (pid > 0 && !isAlive(pid)) await admin.unsafe(`DROP DATABASE IF EXISTS ${name}`);
    }
  } finally {
    await admin.end({ timeout: 5 });
  }
}

async function isHeld(root: string): Promise<boolean> {
  try {
    const { pid, mark } = JSON.parse(await readFile(join(root, 'owner'), 'utf8')) as { pid: number; mark: string };
    return isAlive(pid) && startMark(pid) === mark;
  } catch {
    // Just being made by another process, or killed before it could say whose it is.
    const facts = await stat(root).catch(() => null);
    return facts !== null && Date.now() - facts.mtimeMs < JUST_MADE_MS;
  }
}
