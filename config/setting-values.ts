/** What the text of a setting means. Each reader gives `undefined` for text it does not understand; the schema says it in words. */
import { isIP } from 'node:net';

/** Where outgoing mail goes: kept on this machine, to a relay, or to the recipients' own mail servers. */
export type Relay = { kind: 'capture' } | { kind: 'direct' } | { kind: 'smtp'; url: string };

const UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1000,
  kib: 1024,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
  tb: 1000 ** 4,
  tib: 1024 ** 4,
};

/** `50MiB`, `1.5 GB`, `1048576` → whole bytes. */
export function readSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? 'none'];
  if (digits === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** 0 (any free port) to 65535. */
export function readPort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

/** Where clamd listens: `127.0.0.1:3310`, `clamd.agency.go.th:3310`, `[::1]:3310`, or its socket's absolute path. */
export function readClamd(text: string): { host: string; port: number } | { path: string } | undefined {
  if (text.startsWith('/')) return { path: text };
  const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d+)$/.exec(text) ?? [];
  const host = inBrackets ?? readHost(plain ?? '') ?? '';
  const number = readPort(port ?? '') ?? 0;
  return host === '' || number === 0 || (inBrackets !== undefined && isIP(inBrackets) !== 6) ? undefined : { host, port: number };
}

export function readRelay(text: string): Relay | undefined {
  if (text === 'capture' || text === 'direct') return { kind: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '' || (url.pathname !== '' && url.pathname !== '/')) return undefined;
  return { kind: 'smtp', url: text };
}

/** An http(s) address without query; a slash at its end is taken off, so that links can be put together by appending. */
export function readWebUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

/** The address of a service asked over http(s), kept as it is: its path and query may hold what it knows us by. */
export function readServiceUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.hash === '' ? text : undefined;
}

export function readDatabaseUrl(text: string): string | undefined {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol) ? text : undefined;
}

/** A name or address to listen on. */
export function readHost(text: string): string | undefined {
  const name = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*\.?$/i;
  // What looks like an IPv4 address but is none (127.0.0.256) is not a name either.
  return isIP(text) !== 0 || (name.test(text) && !/^[\d.]+$/.test(text)) ? text : undefined;
}

/** A central address: one mailbox, no `+`, since what follows a `+` is a tag. The domain comes back in lower case. */
export function readAddress(text: string): string | undefined {
  const [, local, domain] = /^([^\s@<>()[\],;:"\\+]{1,64})@([^\s@<>()[\],;:"\\]{1,253})$/.exec(text) ?? [];
  return local !== undefined && domain !== undefined && !/^[.-]|[.-]$|\.\./.test(domain) ? `${local}@${domain.toLowerCase()}` : undefined;
}

export function readTimeZone(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Resolvers, separated by commas or spaces: `192.0.2.53`, `127.0.0.1:5353`, `[::1]:53`. */
export function readResolvers(text: string): string[] | undefined {
  const servers = readList(text);
  const sound = servers.every(server => {
    const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(server) ?? [];
    if (isIP(server) !== 0) return true;
    const host = inBrackets ?? plain ?? '';
    return isIP(host) === (inBrackets === undefined ? 4 : 6) && (port === undefined || (readPort(port) ?? 0) > 0);
  });
  return sound ? servers : undefined;
}

/** Networks, separated by commas or spaces: `10.0.0.0/8`, `2001:db8::/32`; a bare address is a network of one. */
export function readNetworks(text: string): string[] | undefined {
  const networks: string[] = [];
  for (const item of readList(text)) {
    const [address = '', prefix, ...rest] = item.split('/');
    const longest = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : undefined;
    if (longest === undefined || rest.length > 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest)))
      return undefined;
    networks.push(`${address}/${prefix ?? longest}`);
  }
  return networks;
}

/** An instant with its offset: `2026-12-31T23:59:50+07:00`. Without one it would mean another moment on another machine. */
export function readInstant(text: string): Date | undefined {
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? new Date(text) : undefined;
  return instant && !Number.isNaN(instant.getTime()) ? instant : undefined;
}

function readList(text: string): string[] {
  return text.split(/[\s,]+/).filter(item => item !== '');
}
