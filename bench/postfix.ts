/**
 * The peer: Debian's Postfix in an instance of its own under a temporary folder, on loopback, accepting the same letters and delivering them to a Maildir.
 * Needs root and `apt-get install postfix`; without them the bench says so and goes on without the peer.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

const POSTFIX = '/usr/sbin/postfix';

export function postfixIsThere(): boolean {
  return existsSync(POSTFIX) && process.getuid?.() === 0;
}

/** Starts it. `folder` must be reachable by the user postfix. @returns its port and how to stop it */
export async function startPostfix(folder: string, domain: string): Promise<{ port: number; stop(): void }> {
  const port = await freePort();
  const config = join(folder, 'postfix');
  const mail = join(folder, 'postfix-mail');
  for (const path of [config, mail, join(folder, 'postfix-data'), join(folder, 'postfix-queue')]) mkdirSync(path, { recursive: true });
  chmodSync(folder, 0o755);
  execFileSync('chown', ['postfix', join(folder, 'postfix-data'), mail]);
  const [uid, gid] = ['-u', '-g'].map(flag => execFileSync('id', [flag, 'postfix']).toString().trim());
  writeFileSync(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${folder}/postfix-queue
data_directory = ${folder}/postfix-data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.${domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = static:box/
virtual_mailbox_base = ${mail}
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
virtual_mailbox_limit = 0
message_size_limit = 104857600
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
maillog_file = ${folder}/postfix-data/log
maillog_file_prefixes = ${folder}
alias_maps =
alias_database =
`,
  );
  writeFileSync(
    join(config, 'master.cf'),
    `127.0.0.1:${port} inet n - n - 100 smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`,
  );
  execFileSync(POSTFIX, ['-c', config, 'start'], { stdio: 'pipe' });
  return { port, stop: () => void execFileSync(POSTFIX, ['-c', config, 'stop'], { stdio: 'pipe' }) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
