/**
 * Where the embedded PostgreSQL lives inside the data folder, and who runs it there.
 *
 * PostgreSQL refuses to run as root. So root lends it a user who has no rights, and a data folder below a 0700 home is then out of that
 * user's reach. Opening up the parents of somebody's data would be the worse mistake; instead root opens the two folders the server needs
 * and hands them over as inherited file descriptors (`/proc/self/fd/3`), which need no walk through the parents.
 */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseTrouble } from './trouble.ts';

/** The user who owns the cluster and runs the server; `null` when that is simply whoever runs this process. */
export type ServerUser = { uid: number; gid: number } | null;

export type Layout = {
  /** `<data>/postgres`: everything of this file. */
  home: string;
  /** The cluster ("PGDATA"). */
  cluster: string;
  /** 0700 folder of the unix socket, as clients name it. */
  socketFolder: string;
  /** What the server itself writes; never contains statements or values. */
  serverLog: string;
  /** One file a process that uses the server: the last one out stops it. */
  leases: string;
  /** Stands on the server's command line, so that a living server is known as ours without trusting a process number. */
  name: string;
};

/** Always this: the folder tells clusters apart, not the port. */
export const PORT = 5432;

// sizeof(sockaddr_un.sun_path) less its end mark: 107 on Linux, 103 on macOS. The smaller one serves both.
const LONGEST_SOCKET_PATH = 103;

/** Names the folders below `dataFolder` (which must exist), without creating them. The same data folder always gives the same layout. */
export function layoutOf(dataFolder: string): Layout {
  const home = join(realpathSync(dataFolder), 'postgres');
  const mark = createHash('sha256').update(home).digest('hex').slice(0, 16);
  const near = join(home, 'run');
  const fits = Buffer.byteLength(join(near, `.s.PGSQL.${PORT}`)) <= LONGEST_SOCKET_PATH;
  return {
    home,
    cluster: join(home, 'cluster'),
    // Not os.tmpdir(): a command run later with another TMPDIR has to find the same folder.
    socketFolder: fits ? near : `/tmp/saraban-${mark}`,
    serverLog: join(home, 'server.log'),
    leases: join(home, 'leases'),
    name: `saraban-${mark}`,
  };
}

/** Whom root lends to the server: a user `saraban` where the machine has one, else `nobody`. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return null;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map(line => line.split(':'));
  for (const wanted of ['saraban', 'nobody']) {
    const found = users.find(([name]) => name === wanted);
    if (found && Number(found[2]) > 0) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw databaseTrouble('no-user', {
    th: 'PostgreSQL ไม่ทำงานด้วยสิทธิ์ root และเครื่องนี้ไม่มีผู้ใช้ saraban หรือ nobody โปรดสร้าง (useradd --system saraban) หรือเริ่มโปรแกรมด้วยผู้ใช้อื่น',
    en: 'PostgreSQL does not run as root, and this machine has neither a user "saraban" nor "nobody": create one (useradd --system saraban), or start as another user.',
  });
}

/** Creates the folders of the layout with the owners and modes the server insists on. Safe to repeat. */
export function createFolders(layout: Layout, user: ServerUser): void {
  mkdirSync(layout.home, { recursive: true, mode: 0o755 });
  mkdirSync(layout.leases, { recursive: true, mode: 0o700 });
  // /tmp is everybody's: a folder somebody else made there first could show our clients a server that is not ours.
  mkdirPrivate(layout.socketFolder, user);
}

function mkdirPrivate(folder: string, user: ServerUser): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    if (user) chownSync(folder, user.uid, user.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const found = lstatSync(folder);
    const mine = process.getuid?.();
    if (!found.isDirectory() || (found.uid !== mine && found.uid !== user?.uid)) {
      throw databaseTrouble('foreign-folder', {
        th: `โฟลเดอร์ ${folder} เป็นของผู้ใช้อื่น โปรดลบโฟลเดอร์นั้น หรือเลือก SARABAN_DATA อื่น`,
        en: `The folder ${folder} belongs to somebody else: remove it, or choose another SARABAN_DATA.`,
      });
    }
    if (user && found.uid !== user.uid) chownSync(folder, user.uid, user.gid);
    if ((found.mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
  }
}
