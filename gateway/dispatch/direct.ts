/** The courier that goes to the recipients' own mail servers: MX, best first, TLS where it is offered (RFC 7435). */
import { BlockList, isIP } from 'node:net';
import type { Courier, Delivery } from './courier.ts';
import { deliverBySmtp, PATIENCE, type SmtpPatience } from './mailer.ts';
import { findMailServers, type Names } from './mx.ts';

export interface DirectOptions {
  names: Names;
  /** Our name in EHLO. */
  name: string;
  patience?: SmtpPatience;
  /** For tests: another port than 25, and servers on this machine. */
  port?: number;
  loopback?: boolean;
}

// A recipient's DNS may name any address. Our own machine is no mail server of a stranger: connecting to it would let him reach services that trust loopback.
const OURSELVES = new BlockList();
OURSELVES.addSubnet('127.0.0.0', 8, 'ipv4');
OURSELVES.addSubnet('0.0.0.0', 8, 'ipv4');
OURSELVES.addAddress('::1', 'ipv6');
OURSELVES.addAddress('::', 'ipv6');
OURSELVES.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

export function directCourier(options: DirectOptions): Courier {
  const patience = options.patience ?? PATIENCE;
  return {
    async deliver(mail, gate) {
      const domain = mail.recipient.slice(mail.recipient.lastIndexOf('@') + 1);
      const found = await findMailServers(options.names, domain);
      if (found.outcome === 'none') return { outcome: 'failed', reply: found.reply };
      if (found.outcome === 'later') return { outcome: 'deferred', reply: found.reply };
      let last: Delivery = { outcome: 'failed', reply: `550 5.4.4 the mail servers of ${domain} name no address that can be reached` };
      for (const server of found.servers) {
        for (const address of server.addresses) {
          if (options.loopback !== true && OURSELVES.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')) continue;
          const target = {
            host: address,
            port: options.port ?? 25,
            secure: false,
            name: options.name,
            serverName: server.name,
            checkCertificate: false,
            login: null,
          };
          last = await deliverBySmtp(target, mail, gate, patience);
          // Only a server that surely did not take the mail may be followed by the next.
          if (last.outcome !== 'deferred') return last;
        }
      }
      return last;
    },
    whatBecameOf: async () => 'unknown',
  };
}
