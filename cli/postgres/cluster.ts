/** Creates the database cluster on the first start, whole or not at all. */
import { spawn } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Layout, ServerUser } from './layout.ts';
import { lendFolders } from './lend-folder.ts';
import { isAlive } from './postmaster-file.ts';
import type { Program } from './program.ts';
import { databaseTrouble } from './trouble.ts';

/** The name of the database superuser; only the supervisor and the migrations speak as it. */
export const SUPERUSER = 'saraban';

// The rest of the environment (PGDATA, PGOPTIONS, LD_PRELOAD, a shell's locale) must not decide how the register is stored.
export const SERVER_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C.UTF-8' };

/** Who owns the cluster: a later start, even by root, runs the server as the same user. `undefined` while there is none. */
export async function clusterOwner(layout: Layout): Promise<{ uid: number; gid: number } | undefined> {
  const facts = await stat(layout.cluster).catch(() => undefined);
  return facts && { uid: facts.uid, gid: facts.gid };
}

/** Makes sure there is a cluster that `program` can serve. Killed half-way, the next call begins anew. */
export async function ensureCluster(layout: Layout, program: Program, user: ServerUser): Promise<void> {
  if (existsSync(layout.cluster)) {
    const major = (await readFile(join(layout.cluster, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
    if (major === program.major) return;
    throw databaseTrouble('other-version', {
      th: `ฐานข้อมูลใน ${layout.cluster} สร้างด้วย PostgreSQL ${major || 'ไม่ทราบรุ่น'} แต่ Saraban นี้ใช้รุ่น ${program.major} โปรดใช้ Saraban รุ่นที่สร้างฐานข้อมูล หรือกู้คืนจากสำเนา`,
      en: `The database in ${layout.cluster} was made by PostgreSQL ${major || 'of unknown version'}, and this Saraban brings ${program.major}: run the Saraban that made it, or restore a copy.`,
    });
  }
  await sweepDrafts(layout);
  const draft = `${layout.cluster}.${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  if (user) chownSync(draft, user.uid, user.gid);
  await initdb(draft, program, user);
  // initdb has flushed what is inside; the name is flushed here.
  await rename(draft, layout.cluster).catch(async error => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(layout.cluster)) throw error;
  });
  const home = await open(dirname(layout.cluster), 'r');
  await home.sync().finally(() => home.close());
}

async function sweepDrafts(layout: Layout): Promise<void> {
  const stem = `${basename(layout.cluster)}.`;
  for (const name of await readdir(layout.home)) {
    if (name.startsWith(stem) && !isAlive(Number(name.slice(stem.length))))
      await rm(join(layout.home, name), { recursive: true, force: true });
  }
}

async function initdb(folder: string, program: Program, user: ServerUser): Promise<void> {
  const lent = lendFolders([folder], user);
  // LC_CTYPE must not be C: with it pg_trgm takes no Thai character for a letter, and no search would find anything.
  const args = ['-D', lent.paths[0] ?? folder, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--data-checksums', '--no-instructions'];
  args.push('--locale-provider=builtin', '--locale=C.UTF-8');
  const child = spawn(program.initdb, args, {
    ...user,
    cwd: '/',
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', ...lent.descriptors],
  });
  lent.close();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', text => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code === 0) return;
  const reason = said.trim().split('\n').join(' ');
  throw databaseTrouble(
    'initdb',
    { th: `สร้างฐานข้อมูลใน ${folder} ไม่สำเร็จ: ${reason}`, en: `The database could not be created in ${folder}: ${reason}` },
    /No space left/.test(said),
  );
}
