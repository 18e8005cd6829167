/** The gateway's process: takes mail by SMTP (and LMTP where a port is set), fetches it from mailboxes elsewhere, and enters it. Only what stands between a sender and a 250 runs here. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ownReturnPathTag } from '../../gateway/dispatch/token.ts';
import { createAccessTokens } from '../../gateway/intake/imap/access-token.ts';
import { keepMailboxes } from '../../gateway/intake/imap/keep-mailboxes.ts';
import { createPolicies } from '../../gateway/intake/policies.ts';
import { receive } from '../../gateway/intake/receive.ts';
import { createDirectory } from '../../gateway/intake/recipients.ts';
import { REPLIES } from '../../gateway/intake/replies.ts';
import { listen } from '../../gateway/intake/smtp.ts';
import { loadTls } from '../../gateway/intake/tls.ts';
import { createTrust } from '../../gateway/intake/trust.ts';
import { openDatabase } from '../../register/db/connect.ts';
import { openJobs } from '../../register/jobs/jobs.ts';
import { createWriter } from '../../register/one-writer.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { openBox } from './open-box.ts';
import type { RoleContext, RunningRole } from './role.ts';

// DNS questions of one mail; three of them must fit well into the five minutes a sender waits for its 250 (RFC 5321 section 4.5.3.2.6).
const DNS_TIMEOUT_MS = 5_000;
const DNS_CACHE = { entries: 10_000, seconds: 300 };

/** @throws Failure `port-taken`, `database-away`, `store-unwritable`, `tls-unreadable` */
export async function run(context: RoleContext): Promise<RunningRole> {
  const { settings, log, clock } = context;
  const db = openDatabase(context.database, { role: 'app', max: 6, name: 'gateway' });
  const jobs = await openJobs(context.database, { works: false, name: 'gateway', log });
  const store = await openFolderStore(join(settings.data, 'blobs'));
  const writer = createWriter(db, jobs, clock);
  const directory = createDirectory(db);
  const hostName = mailHostName(settings.address);
  const files = settings.tlsKey !== null && settings.tlsCert !== null ? { key: settings.tlsKey, cert: settings.tlsCert } : null;
  const tls = await loadTls(settings.data, files, hostName);
  const receiving = {
    store,
    writer,
    directory,
    trust: createTrust({ servers: settings.dns.length > 0 ? settings.dns : null, timeoutMs: DNS_TIMEOUT_MS, cache: DNS_CACHE }),
    now: clock,
    log,
    maxLetter: settings.maxLetter,
    bareLf: settings.bareLf,
    ownNetworks: settings.ownNetworks,
    hostName,
    addressesOf: (agencyId: number) => directory.addressesOf(agencyId),
    ownReturnPathTag,
    policies: createPolicies(db),
  };
  const common = { host: settings.host, tls, hostName, fronts: settings.front, diskFloor: settings.diskFloor };
  if (settings.lmtpPort !== null && settings.front.length === 0) {
    log.warn({ setting: 'SARABAN_FRONT' }, 'LMTP without a named front server: what comes over loopback counts as known, whoever sent it');
  }
  const smtp = await listen({ ...common, port: settings.smtpPort, lmtp: false }, receiving);
  const lmtp = settings.lmtpPort === null ? null : await listen({ ...common, port: settings.lmtpPort, lmtp: true }, receiving);
  const locks = openDatabase(context.database, { role: 'app', max: 1, name: 'gateway mailboxes' });
  const mailboxes = await keepMailboxes({
    db,
    locks,
    jobs,
    now: clock,
    log,
    maxLetter: settings.maxLetter,
    // As at MAIL FROM: what there is no room for stays where it is.
    receive: async (envelope, stream) =>
      (await store.free()) < settings.diskFloor
        ? { reply: REPLIES.diskFloor, byRecipient: [REPLIES.diskFloor] }
        : await receive(receiving, envelope, stream),
    find: address => directory.find(address),
    box: await openBox(settings.data, log),
    tokens: createAccessTokens(),
    everyMs: settings.imapEveryMinutes * 60_000,
  });
  // A renewed certificate is taken without a restart.
  const renewing = setInterval(() => {
    loadTls(settings.data, files, hostName).then(
      fresh => {
        smtp.renewTls(fresh);
        lmtp?.renewTls(fresh);
      },
      error => log.warn({ error: String(error) }, 'certificate not renewed'),
    );
  }, 3_600_000);

  return {
    ready: { smtpPort: smtp.port, ...(lmtp === null ? {} : { lmtpPort: lmtp.port }) },
    async stop() {
      clearInterval(renewing);
      await Promise.all([smtp.stop(), lmtp?.stop(), mailboxes.stop()]);
      await writer.drained();
      await jobs.stop();
      await locks.end({ timeout: 5 });
      await db.end({ timeout: 5 });
    },
  };
}

/** The name we greet with: the machine's, when it is a whole one; else that of the central address's domain. */
function mailHostName(address: string): string {
  const name = hostname();
  return name.includes('.') ? name : (address.split('@')[1] ?? name);
}
