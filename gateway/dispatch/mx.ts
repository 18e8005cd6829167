/**
 * Which servers take mail for a domain (RFC 5321 section 5.1, RFC 7505). Used by direct.ts; the resolver is handed in.
 */
import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import { codeOf } from '../../register/failure.ts';

export type MailServers =
  /** Addresses to try, best first. */
  | { outcome: 'found'; servers: { name: string; addresses: string[] }[] }
  /** The domain takes no mail, or does not exist: trying again is pointless. */
  | { outcome: 'none'; reply: string }
  /** DNS did not answer: try again later. */
  | { outcome: 'later'; reply: string };

export interface Names {
  mx(domain: string): Promise<{ exchange: string; priority: number }[]>;
  addresses(name: string): Promise<string[]>;
}

/** @param servers - resolvers as 'address' or 'address:port'; empty: the system's */
export function createNames(servers: string[]): Names {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    mx: domain => resolver.resolveMx(domain),
    async addresses(name) {
      const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      const found = [four, six].flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
      if (found.length > 0) return found;
      // Only when both say that there is nothing is there nothing.
      for (const answer of [four, six]) if (answer.status === 'rejected' && !isNothing(answer.reason)) throw answer.reason;
      return [];
    },
  };
}

// More are never of use, and a stranger's zone may list hundreds.
const SERVERS_AT_MOST = 5;

export async function findMailServers(names: Names, domain: string): Promise<MailServers> {
  const ascii = domainToASCII(domain);
  if (ascii === '' || domain.startsWith('[')) return { outcome: 'none', reply: '550 5.1.2 the domain of the address is not a name' };
  let exchanges: { exchange: string; priority: number }[] = [];
  try {
    exchanges = await names.mx(ascii);
  } catch (error) {
    if (!isNothing(error)) return { outcome: 'later', reply: `451 4.4.3 DNS did not answer for ${ascii}` };
    if (codeOf(error) === 'ENOTFOUND') return { outcome: 'none', reply: `550 5.1.2 the domain ${ascii} does not exist` };
  }
  // RFC 7505: a single MX of "." says that the domain takes no mail.
  if (exchanges.length === 1 && ['', '.'].includes(exchanges[0]?.exchange ?? ''))
    return { outcome: 'none', reply: `556 5.1.10 the domain ${ascii} takes no mail` };
  const ranked = exchanges.filter(one => one.exchange !== '' && one.exchange !== '.').sort((a, b) => a.priority - b.priority);
  // RFC 5321 section 5.1: without MX the domain itself is its mail server.
  const hosts = ranked.length > 0 ? ranked.slice(0, SERVERS_AT_MOST).map(one => one.exchange) : [ascii];
  const servers: { name: string; addresses: string[] }[] = [];
  let silent = false;
  for (const name of hosts) {
    try {
      const addresses = await names.addresses(name);
      if (addresses.length > 0) servers.push({ name, addresses: addresses.slice(0, 4) });
    } catch {
      silent = true;
    }
  }
  if (servers.length > 0) return { outcome: 'found', servers };
  if (silent) return { outcome: 'later', reply: `451 4.4.3 DNS did not answer for the mail servers of ${ascii}` };
  return { outcome: 'none', reply: `550 5.1.2 the mail servers of ${ascii} have no address` };
}

/** The name exists without such a record (ENODATA), or does not exist (ENOTFOUND). */
function isNothing(error: unknown): boolean {
  return ['ENOTFOUND', 'ENODATA'].includes(codeOf(error));
}
