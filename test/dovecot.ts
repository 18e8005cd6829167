/** Debian's Dovecot for a test: own configuration, own users, mail in a temporary folder, on a free port of loopback. Needs root, for Dovecot gives up its rights itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/sbin/dovecot';
// The user 'mail' of every Debian.
const UID = 8;
const GID = 8;

export interface Dovecot {
  port: number;
  /** The maildir of a user; folders below it are '.Name'. */
  maildir(user: string): string;
  /** Delivers a mail, as another server would. @param at - when it came (INTERNALDATE) */
  deliver(user: string, bytes: string | Buffer, at?: Date): Promise<void>;
  /** Mails of a folder with the flags of their names, 'S' for \Seen. '' is the inbox. */
  mails(user: string, folder?: string): Promise<{ flags: string; bytes: Buffer }[]>;
  /** Forgets how the mails were numbered: the next UIDVALIDITY is another. */
  renumber(user: string): Promise<void>;
  setPassword(user: string, password: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it, and removes its folder. */
  close(): Promise<void>;
}

export const dovecotIsHere = existsSync(PROGRAM) && process.getuid?.() === 0;

export async function startDovecot(users: Record<string, string>): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-dovecot-'));
  const port = await freePort();
  const mail = join(folder, 'mail');
  await mkdir(mail, { mode: 0o755 });
  // Dovecot's parts run as three users.
  await chmod(folder, 0o755);
  await chown(mail, UID, GID);
  const passwords = { ...users };
  const writeUsers = () =>
    writeFile(
      join(folder, 'users'),
      Object.entries(passwords)
        .map(([user, password]) => `${user}:{PLAIN}${password}\n`)
        .join(''),
      { mode: 0o644 },
    );
  await writeUsers();
  await writeFile(join(folder, 'dovecot.conf'), configuration(folder, port));
  let child: ChildProcess | undefined;
  const maildir = (user: string) => join(mail, user);

  const dovecot: Dovecot = {
    port,
    maildir,
    async deliver(user, bytes, at) {
      for (const name of ['', 'tmp', 'new', 'cur']) {
        await mkdir(join(maildir(user), name), { recursive: true, mode: 0o700 });
        await chown(join(maildir(user), name), UID, GID);
      }
      const name = `${Date.now()}.${randomUUID()}.test`;
      await writeFile(join(maildir(user), 'tmp', name), bytes, { mode: 0o600 });
      await chown(join(maildir(user), 'tmp', name), UID, GID);
      if (at !== undefined) await utimes(join(maildir(user), 'tmp', name), at, at);
      await rename(join(maildir(user), 'tmp', name), join(maildir(user), 'new', name));
    },
    async mails(user, box = '') {
      const found: { flags: string; bytes: Buffer }[] = [];
      for (const part of ['new', 'cur']) {
        const at = join(maildir(user), box === '' ? '' : `.${box}`, part);
        for (const name of (await readdir(at).catch(() => [])).sort())
          found.push({ flags: /:2,(\w*)$/.exec(name)?.[1] ?? '', bytes: await readFile(join(at, name)) });
      }
      return found;
    },
    async renumber(user) {
      await dovecot.stop();
      for (const name of await readdir(maildir(user))) if (name.startsWith('dovecot')) await rm(join(maildir(user), name));
      // The number is a time of its own choosing; this one it has surely not chosen before.
      await writeFile(join(maildir(user), 'dovecot-uidlist'), `3 V${Math.floor(Date.now() / 1000) + 5_000} N1\n`);
      await chown(join(maildir(user), 'dovecot-uidlist'), UID, GID);
      await dovecot.start();
    },
    async setPassword(user, password) {
      passwords[user] = password;
      await writeUsers();
      // Dovecot reads the file again when its time is another second.
      const later = new Date(Date.now() + 5_000);
      await utimes(join(folder, 'users'), later, later);
    },
    async start() {
      child = spawn(PROGRAM, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
      for (let tries = 0; !(await listens(port)); tries++) {
        if (child.exitCode !== null || tries > 200)
          throw new Error(`Dovecot does not start:\n${await readFile(join(folder, 'log'), 'utf8').catch(() => '')}`);
        await new Promise(resolve => setTimeout(resolve, 25));
      }
    },
    async stop() {
      if (child === undefined || child.exitCode !== null) return;
      // Its sessions live on for seconds when it ends; a server that stops takes them with it.
      const sessions = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
        .split(' ')
        .map(Number)
        .filter(pid => pid > 1);
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      child = undefined;
      for (const pid of sessions) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself.
        }
      }
    },
    async close() {
      await dovecot.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await dovecot.start();
  return dovecot;
}

function configuration(folder: string, port: number): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
# A wrong password is answered at once.
auth_failure_delay = 0
mail_location = maildir:${folder}/mail/%u
first_valid_uid = 1
namespace inbox {
  inbox = yes
  separator = /
}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${UID} gid=${GID} home=${folder}/mail/%u
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listens(port: number): Promise<boolean> {
  return await new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}
