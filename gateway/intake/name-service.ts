/**
 * DNS for judging senders: bounded in time, in questions under way and in memory. trust.ts asks it through mailauth, whose
 * resolver contract is that of node:dns (an Error whose `code` is ENOTFOUND, ENODATA, ETIMEOUT …).
 */
import { Resolver } from 'node:dns/promises';

export type Resolve = (name: string, type: string) => Promise<string[] | string[][]>;

export type NameServiceSettings = {
  /** Resolvers as '192.0.2.1' or '[2001:db8::1]:53'; null: those of the machine. */
  servers: string[] | null;
  /** Milliseconds one question may take. */
  timeoutMs: number;
  cache: { entries: number; seconds: number };
  /** What asks instead of the network, for tests. */
  resolve?: Resolve;
};

/** A failing resolver is asked again soon: a long memory of an outage would leave letters unverified after it ended. */
const failureSeconds = 5;
/** Questions under way at once. More would be a flood that the agency's resolver answers with silence. */
const maxUnderWay = 128;

type Kept = { until: number; answer: Promise<string[] | string[][]> };

/** A resolver with cache. The same question asked twice at once is sent once. Errors carry the `code` of node:dns. */
export function createNameService(settings: NameServiceSettings): Resolve {
  const ask = settings.resolve ?? networkResolve(settings);
  const kept = new Map<string, Kept>();
  let underWay = 0;

  return (name, type) => {
    const key = `${type} ${name.toLowerCase().replace(/\.$/, '')}`;
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.answer.then(copy);
    if (underWay >= maxUnderWay) return Promise.reject(dnsError('ETIMEOUT', `too many questions under way, ${key} was not asked`));
    underWay++;
    const entry: Kept = { until: Number.POSITIVE_INFINITY, answer: bounded(() => ask(name, type), settings.timeoutMs, key) };
    entry.answer
      .then(
        () => settings.cache.seconds,
        error => (isAbsence(error) ? settings.cache.seconds : Math.min(failureSeconds, settings.cache.seconds)),
      )
      .then(seconds => {
        underWay--;
        entry.until = Date.now() + seconds * 1000;
      });
    kept.delete(key);
    kept.set(key, entry);
    // A Map keeps the order of insertion, so the first key is the oldest question.
    while (kept.size > settings.cache.entries) kept.delete(kept.keys().next().value!);
    return entry.answer.then(copy);
  };
}

/** mailauth sorts lists in place. */
function copy(answer: string[] | string[][]): string[] | string[][] {
  return [...answer] as string[] | string[][];
}

/** An Error as node:dns makes them. */
export function dnsError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** True for the answers "no such name" and "no such record", which are knowledge and not failure. */
export function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/** Runs it, and rejects with ETIMEOUT after so many milliseconds whatever it does. */
export function bounded<T>(work: () => Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(dnsError('ETIMEOUT', `no answer within ${timeoutMs} ms: ${what}`)), timeoutMs);
    Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

function networkResolve(settings: NameServiceSettings): Resolve {
  const resolver = new Resolver({ timeout: settings.timeoutMs, tries: 1 });
  if (settings.servers && settings.servers.length > 0) resolver.setServers(settings.servers);
  return async (name, type) => {
    if (type === 'PTR' && /^[\d.]+$|:/.test(name)) return resolver.reverse(name);
    return (await resolver.resolve(name, type)) as unknown as string[];
  };
}
