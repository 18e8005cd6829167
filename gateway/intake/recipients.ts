/**
 * Step 1 of the path: whose address is it? The central address with any +tag, and postmaster@ of its domain (RFC 5321 section 4.5.1).
 */
import type { Database } from '../../register/db/connect.ts';
import { type AddressRow, selectAddresses } from './queries.ts';

export type Recipient =
  | { outcome: 'agency'; agencyId: number; tag: string /** The central address without tag, lower case. */; central: string }
  | { outcome: 'unknown' }
  | { outcome: 'suspended' }
  | { outcome: 'left' };

export interface Directory {
  /** @throws Failure `database-away` */
  find(address: string): Promise<Recipient>;
  /** All central addresses of an agency. */
  addressesOf(agencyId: number): Promise<string[]>;
}

// Long enough that a flood of RCPT costs no query each, short enough that a new agency receives at once.
const KEEP_MS = 2_000;

/** Reads all central addresses at once (a provider has thousands, not millions) and keeps them for a moment. */
export function createDirectory(db: Database, now: () => number = Date.now): Directory {
  let rows: Promise<Map<string, AddressRow>> | null = null;
  let readAt = 0;

  async function read(): Promise<Map<string, AddressRow>> {
    if (rows === null || now() - readAt > KEEP_MS) {
      readAt = now();
      const reading = selectAddresses(db).then(found => new Map(found.map(row => [row.address, row])));
      reading.catch(() => {
        if (rows === reading) rows = null;
      });
      rows = reading;
    }
    return await rows;
  }

  return {
    async find(address) {
      const { local, tag, domain } = splitAddress(address);
      const addresses = await read();
      const row = addresses.get(`${local}@${domain}`) ?? (local === 'postmaster' ? postmasterOf(addresses, domain) : undefined);
      if (row === undefined) return { outcome: 'unknown' };
      if (row.state === 'suspended') return { outcome: 'suspended' };
      if (row.state === 'left') return { outcome: 'left' };
      return { outcome: 'agency', agencyId: row.agencyId, tag, central: row.address };
    },
    async addressesOf(agencyId) {
      return [...(await read()).values()].filter(row => row.agencyId === agencyId).map(row => row.address);
    },
  };
}

/** 'Saraban+Finance@Agency.go.th' → saraban, finance, agency.go.th. Local parts of central addresses compare without case. */
export function splitAddress(address: string): { local: string; tag: string; domain: string } {
  const at = address.lastIndexOf('@');
  const whole = unquoted(at === -1 ? address : address.slice(0, at)).toLowerCase();
  const domain =
    at === -1
      ? ''
      : address
          .slice(at + 1)
          .toLowerCase()
          .replace(/\.$/, '');
  const plus = whole.indexOf('+');
  return plus === -1 ? { local: whole, tag: '', domain } : { local: whole.slice(0, plus), tag: whole.slice(plus + 1), domain };
}

/** '"saraban"' and 'saraban' are one mailbox (RFC 5321 section 4.1.2). */
function unquoted(local: string): string {
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(local)?.[1];
  return inner === undefined ? local : inner.replace(/\\(.)/g, '$1');
}

/** The agency that answers for a domain: the one with saraban@ there, else the one that came first. A bare <postmaster> goes to the first of all. */
function postmasterOf(addresses: Map<string, AddressRow>, domain: string): AddressRow | undefined {
  const there = [...addresses.values()].filter(row => domain === '' || row.address.endsWith(`@${domain}`));
  return there.find(row => row.address === `saraban@${domain}`) ?? there.sort((a, b) => a.agencyId - b.agencyId)[0];
}
