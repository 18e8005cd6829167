import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askForTimestamp, timestampRequest } from './timestamp.ts';
import { startTestAuthority, type TestAuthority } from './timestamp-fixtures.ts';

let tsa: TestAuthority;
const data = Buffer.from('{"format":"saraban seal 1"}');
const sha256 = createHash('sha256').update(data).digest();

beforeAll(async () => {
  tsa = await startTestAuthority();
});
afterAll(() => tsa.close());
afterEach(() => {
  tsa.answers = null;
});

const ask = (milliseconds = 10_000) => askForTimestamp(tsa.url, data, { milliseconds });
/** Its answer to another query: bytes or nonce of somebody else. */
const answeringTo = (query: Buffer) => {
  tsa.answers = () => ({ body: tsa.stamp(query) });
};

it('gets a token that OpenSSL verifies over the same bytes', async () => {
  const before = Date.now();
  const { token, time, authority } = await ask();
  expect(authority).toBe('หน่วยประทับเวลาทดสอบ');
  expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000);
  expect(tsa.queries.at(-1)?.type).toBe('application/timestamp-query');
  writeFileSync(join(tsa.folder, 'data'), data);
  writeFileSync(join(tsa.folder, 'token.tsr'), token);
  const verify = ['ts', '-verify', '-data', 'data', '-in', 'token.tsr', '-CAfile', 'ca.pem'];
  expect(execFileSync('openssl', verify, { cwd: tsa.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toContain(
    'Verification: OK',
  );
});

it('asks as RFC 3161 says, with a new nonce each time', async () => {
  await ask();
  await ask();
  const [one, two] = tsa.queries.slice(-2).map(query => query.body);
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(false);
  writeFileSync(join(tsa.folder, 'q'), one ?? '');
  const text = execFileSync('openssl', ['ts', '-query', '-in', 'q', '-text'], {
    cwd: tsa.folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(text).toMatch(/Version: 1\nHash Algorithm: sha256/);
  expect(text).toMatch(/Nonce: 0x[0-9A-F]+\nCertificate required: yes/);
});

it.each([0n, 1n, 0x7fn, 0x80n, 0x7fffffffffffffffn])('writes the nonce %s as OpenSSL reads it', nonce => {
  writeFileSync(join(tsa.folder, 'n'), timestampRequest(sha256, nonce));
  const text = execFileSync('openssl', ['ts', '-query', '-in', 'n', '-text'], {
    cwd: tsa.folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(BigInt(/Nonce: (\S+)/.exec(text)?.[1] ?? '-1')).toBe(nonce);
});

describe('keeps nothing that does not hold', () => {
  const wrong = (message: string) =>
    expect.objectContaining({ code: 'timestamp-wrong', temporary: true, message: expect.stringContaining(message) });
  const away = (message: string) =>
    expect.objectContaining({ code: 'timestamp-away', temporary: true, message: expect.stringContaining(message) });

  it('the answer to another question: another nonce', async () => {
    answeringTo(timestampRequest(sha256, 12345n));
    await expect(ask()).rejects.toEqual(wrong('nonce'));
  });

  it('a token over other bytes', async () => {
    answeringTo(timestampRequest(createHash('sha256').update('other').digest(), 12345n));
    await expect(ask()).rejects.toEqual(wrong('it stamped other bytes'));
  });

  it('a token whose signature was altered', async () => {
    tsa.answers = query => {
      const body = tsa.stamp(query);
      // The signature of the authority is the last value of the token.
      body[body.length - 5] = (body[body.length - 5] ?? 0) ^ 1;
      return { body };
    };
    await expect(ask()).rejects.toEqual(wrong('its signature does not hold'));
  });

  it('a token whose time was altered', async () => {
    tsa.answers = query => {
      const body = tsa.stamp(query);
      const year = body.indexOf('20', body.indexOf('Z') - 15, 'latin1');
      body.write('19', year, 'latin1');
      return { body };
    };
    await expect(ask()).rejects.toMatchObject({ code: 'timestamp-wrong' });
  });

  it('a refusal, with the authority’s words', async () => {
    // SHA-1 is not among the hashes this authority takes: it answers "rejection".
    tsa.answers = () => ({ body: tsa.stamp(Buffer.from(`3029020101302130090605${'2b0e03021a'}05000414${'00'.repeat(20)}0101ff`, 'hex')) });
    await expect(ask()).rejects.toEqual(away('it refused with status 2'));
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<html>')],
    ['half a token', null],
    ['granted without a token', Buffer.from('30053003020100', 'hex')],
  ])('garbage: %s', async (_, body) => {
    tsa.answers = query => ({ body: body ?? tsa.stamp(query).subarray(0, 300) });
    await expect(ask()).rejects.toEqual(wrong('its answer is no timestamp'));
  });

  it('an answer without end', async () => {
    tsa.answers = () => ({ body: Buffer.alloc(1_100_000) });
    await expect(ask()).rejects.toEqual(wrong('too long'));
  });

  it('an error of its web server', async () => {
    tsa.answers = () => ({ status: 503, body: Buffer.from('later') });
    await expect(ask()).rejects.toEqual(away('it answered 503'));
  });

  it('silence', async () => {
    tsa.answers = () => 'silence';
    await expect(ask(150)).rejects.toEqual(away('it did not answer within 150 ms'));
  });

  it('nobody there; the address’s password is not told', async () => {
    const gone = askForTimestamp('http://127.0.0.1:1/tsr?key=secret', data);
    await expect(gone).rejects.toMatchObject({ code: 'timestamp-away' });
    await gone.catch((error: Error) => expect(error.message).not.toContain('secret'));
  });

  it('a certificate that is not for timestamps', async () => {
    // OpenSSL itself refuses to stamp with one: the token is signed as a mail would be.
    tsa.answers = query => {
      const token = tsa.stamp(query);
      return { body: resigned(token) };
    };
    await expect(ask()).rejects.toEqual(wrong('not one for timestamps'));
  });
});

/** The same TSTInfo, signed by a certificate that says nothing of timestamps. */
function resigned(reply: Buffer): Buffer {
  const at = (name: string) => join(tsa.folder, name);
  const openssl = (...options: string[]) => execFileSync('openssl', options, { cwd: tsa.folder, stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(at('r.tsr'), reply);
  openssl('ts', '-reply', '-in', 'r.tsr', '-token_out', '-out', 'r.token');
  openssl('cms', '-verify', '-noverify', '-in', 'r.token', '-inform', 'DER', '-binary', '-out', 'r.info', '-purpose', 'any');
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    'x.key',
    '-out',
    'x.pem',
    '-days',
    '9',
    '-subj',
    '/CN=x',
  );
  openssl(
    'cms',
    '-sign',
    '-nodetach',
    '-binary',
    '-in',
    'r.info',
    '-econtent_type',
    '1.2.840.113549.1.9.16.1.4',
    '-signer',
    'x.pem',
    '-inkey',
    'x.key',
    '-outform',
    'DER',
    '-out',
    'x.token',
  );
  const token = execFileSync('cat', [at('x.token')]);
  const body = Buffer.concat([Buffer.from('3003020100', 'hex'), token]);
  return Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]), body]);
}
