/** What the check of a domain asks DNS, each answer told apart: there, not there, nobody answered. The only place here that touches the network. */
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { codeOf } from '../../register/failure.ts';
import { isAbsence } from '../intake/name-service.ts';

export type Answer<T> = { outcome: 'found'; value: T } | { outcome: 'none' } | { outcome: 'silent'; code: string };

export interface Questions {
  mx(domain: string): Promise<Answer<{ exchange: string; priority: number }[]>>;
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<Answer<string[]>>;
  /** Each record's strings joined. */
  texts(name: string): Promise<Answer<string[]>>;
  reverse(address: string): Promise<Answer<string[]>>;
  caa(domain: string): Promise<Answer<{ tag: string; value: string }[]>>;
  /** The greeting line of the mail server at port 25. */
  greeting(address: string): Promise<Answer<string>>;
  /** The body of an https address; none for anything but 200. */
  page(url: string): Promise<Answer<string>>;
}

const DNS_TIMEOUT_MS = 5_000;
// smtp-servers may wait some seconds before they greet, to see who cannot.
const GREETING_TIMEOUT_MS = 15_000;
const PAGE_TIMEOUT_MS = 10_000;
const MOST_PAGE = 64 * 1024;
const MOST_LINE = 1_000;

/**
 * @param servers - resolvers as 'address' or 'address:port'; empty: the system's
 * @param mailPort - 25, and something else in tests alone
 */
export function createQuestions(servers: string[], mailPort = 25): Questions {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    mx: domain => asked(async () => (await resolver.resolveMx(domain)).map(({ exchange, priority }) => ({ exchange, priority }))),
    async addresses(name) {
      const both = await Promise.all([asked(() => resolver.resolve4(name)), asked(() => resolver.resolve6(name))]);
      const found = both.flatMap(answer => (answer.outcome === 'found' ? answer.value : []));
      if (found.length > 0) return { outcome: 'found', value: found };
      return both.find(answer => answer.outcome === 'silent') ?? { outcome: 'none' };
    },
    texts: name => asked(async () => (await resolver.resolveTxt(name)).map(strings => strings.join(''))),
    reverse: address => asked(() => resolver.reverse(address)),
    caa: domain =>
      asked(async () =>
        (await resolver.resolveCaa(domain)).flatMap(record =>
          CAA_TAGS.flatMap(tag => (record[tag] === undefined ? [] : [{ tag, value: record[tag] }])),
        ),
      ),
    greeting: address => greetingOf(address, mailPort),
    page: url => asked(() => pageOf(url)),
  };
}

const CAA_TAGS = ['issue', 'issuewild', 'iodef', 'contactemail', 'contactphone'] as const;

async function asked<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { outcome: 'found', value: await ask() };
  } catch (error) {
    return isAbsence(error) ? { outcome: 'none' } : { outcome: 'silent', code: codeOf(error) };
  }
}

function greetingOf(address: string, port: number): Promise<Answer<string>> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port, timeout: GREETING_TIMEOUT_MS });
    let heard = '';
    const done = (answer: Answer<string>) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', bytes => {
      heard += bytes.toString('latin1');
      const end = heard.indexOf('\n');
      if (end >= 0 || heard.length > MOST_LINE) done({ outcome: 'found', value: heard.slice(0, end < 0 ? MOST_LINE : end).trim() });
    });
    socket.once('timeout', () => done({ outcome: 'silent', code: 'ETIMEDOUT' }));
    socket.once('end', () => done({ outcome: 'silent', code: 'closed without a greeting' }));
    socket.once('error', error => {
      const code = 'code' in error ? String(error.code) : error.message;
      done(code === 'ECONNREFUSED' ? { outcome: 'none' } : { outcome: 'silent', code });
    });
  });
}

async function pageOf(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) }).catch(error => {
    const cause =
      error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : 'unreachable';
    throw Object.assign(new Error(url), { code: cause === 'ENOTFOUND' ? 'ENOTFOUND' : cause });
  });
  if (response.status !== 200) throw Object.assign(new Error(url), { code: 'ENODATA' });
  return (await response.text()).slice(0, MOST_PAGE);
}
