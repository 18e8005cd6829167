import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWriter } from '../../register/one-writer.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { SmtpClient } from '../../test/smtp-client.ts';
import { dnsError } from './name-service.ts';
import { createPolicies } from './policies.ts';
import { createDirectory } from './recipients.ts';
import { listen, type SmtpListener } from './smtp.ts';
import { loadTls } from './tls.ts';
import { createTrust } from './trust.ts';

let fresh: FreshDatabase;
let tls: { key: string; cert: string };
const listeners: SmtpListener[] = [];

const NAMES: Record<string, string[][]> = {
  'TXT ministry.example': [['v=spf1 ip4:192.0.2.7 -all']],
  'TXT _dmarc.ministry.example': [['v=DMARC1; p=reject']],
};
const NOW = () => new Date('2026-11-22T03:00:00Z');

async function start(lmtp: boolean, fronts: string[]): Promise<number> {
  const directory = createDirectory(fresh.db);
  const listener = await listen(
    { host: '127.0.0.1', port: 0, lmtp, tls, hostName: 'mx.agency.example', diskFloor: 0, fronts },
    {
      directory,
      store: fresh.store,
      writer: createWriter(fresh.db, fresh.jobs, NOW),
      trust: createTrust({
        servers: null,
        timeoutMs: 1_000,
        cache: { entries: 100, seconds: 60 },
        resolve: async (name, type) => {
          const answer = NAMES[`${type} ${name.toLowerCase()}`];
          if (answer === undefined) throw dnsError('ENOTFOUND', name);
          return answer;
        },
      }),
      now: NOW,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      maxLetter: 100_000,
      bareLf: 'accept',
      ownNetworks: ['10.0.0.0/8'],
      hostName: 'mx.agency.example',
      addressesOf: id => directory.addressesOf(id),
      ownReturnPathTag: () => false,
      policies: createPolicies(fresh.db),
    },
  );
  listeners.push(listener);
  return listener.port;
}

beforeAll(async () => {
  fresh = await freshDatabase();
  await addTestAgency(fresh.db, 'first');
  tls = await loadTls(fresh.folder, null, 'mx.agency.example');
});
afterAll(async () => {
  for (const listener of listeners) await listener.stop();
  await fresh.close();
});

const letter = (text: string) => `From: saraban@ministry.example\r\nSubject: ${text}\r\n\r\n${text}\r\n`;
const send = async (client: SmtpClient, text: string) =>
  (await client.send('saraban@ministry.example', ['saraban@first.example'], letter(text)))?.lines[0] ?? '';
async function kept(text: string) {
  const [row] = await fresh.owner`
    SELECT disposition, reason, peer, trust->>'known' AS known, trust->>'envelopeAuthenticated' AS proven, trust->>'spf' AS spf, trust->>'dmarc' AS dmarc,
           trust->'sentence'->>'en' AS sentence
    FROM message WHERE sha256 = ${createHash('sha256').update(letter(text)).digest()}`;
  return row;
}

describe.each([
  ['SMTP', false, 'EHLO'],
  ['LMTP', true, 'LHLO'],
] as const)('behind a named front server, over %s', (protocol, lmtp, hello) => {
  const open = async () => await SmtpClient.open(await start(lmtp, ['127.0.0.1/32']), `${hello} front.example`);
  const named = (what: string) => `${what} by ${protocol}`;

  it('judges the client that the front names', async () => {
    const client = await open();
    expect((await client.say(`${hello} front.example`))?.lines.some(line => line.slice(4).startsWith('XFORWARD NAME ADDR '))).toBe(true);
    expect((await client.say('XFORWARD NAME=mx.ministry.example ADDR=192.0.2.7 PROTO=ESMTP'))?.code).toBe(250);
    expect((await client.say('XFORWARD HELO=mx.ministry.example SOURCE=REMOTE'))?.code).toBe(250);
    expect(await send(client, named('real'))).toMatch(/^250 2\.0\.0 registered/);
    expect(await kept(named('real'))).toMatchObject({
      disposition: 'entered',
      known: 'false',
      proven: 'true',
      spf: 'pass',
      dmarc: 'pass',
      peer: { address: '192.0.2.7', name: 'mx.ministry.example', helo: 'mx.ministry.example' },
    });
    await client.say('XFORWARD NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::66 HELO=evil.example');
    expect(await send(client, named('forged'))).toMatch(/^250 2\.0\.0 accepted/);
    expect(await kept(named('forged'))).toMatchObject({
      disposition: 'held',
      reason: 'dmarc-reject',
      spf: 'fail',
      peer: { address: '2001:db8::66' },
    });
    await client.quit();
  });

  it('knows nobody when the front says nothing, holds nothing for it, and lets no word stand for the next letter', async () => {
    const client = await open();
    expect(await send(client, named('silent'))).toMatch(/^250 2\.0\.0 registered/);
    expect(await kept(named('silent'))).toMatchObject({
      known: 'false',
      proven: 'false',
      spf: 'none',
      dmarc: 'none',
      peer: { address: '127.0.0.1' },
    });
    expect((await kept(named('silent')))?.sentence).toMatch(/^The front server \(127\.0\.0\.1\) did not say/);
    await client.say('XFORWARD ADDR=192.0.2.7 NAME=mx.ministry.example HELO=mx.ministry.example');
    await send(client, named('said'));
    await send(client, named('after'));
    expect(await kept(named('said'))).toMatchObject({ proven: 'true' });
    expect(await kept(named('after'))).toMatchObject({
      known: 'false',
      proven: 'false',
      peer: { address: '127.0.0.1', name: '', helo: '' },
    });
    await client.quit();
  });

  it('knows an own network by its client, never by loopback', async () => {
    const client = await open();
    await client.say('XFORWARD ADDR=10.1.2.3');
    await send(client, named('own'));
    expect(await kept(named('own'))).toMatchObject({ known: 'true', peer: { address: '10.1.2.3' } });
    for (const address of ['127.0.0.1', '[UNAVAILABLE]', 'IPV6:::1']) {
      expect((await client.say(`XFORWARD ADDR=${address} SOURCE=LOCAL`))?.code).toBe(250);
      await send(client, named(`local ${address}`));
      expect(await kept(named(`local ${address}`))).toMatchObject({ known: 'false', proven: 'false' });
    }
    await client.quit();
  });
});

it('hears XCLIENT of a named front for the whole connection', async () => {
  const client = await SmtpClient.open(await start(false, ['127.0.0.0/8']));
  expect((await client.say('XCLIENT ADDR=192.0.2.7 NAME=mx.ministry.example'))?.code).toBe(220);
  await client.say('EHLO mx.ministry.example');
  await send(client, 'handed over 1');
  expect((await client.say('XFORWARD ADDR=10.1.2.3'))?.code).toBe(550);
  await send(client, 'handed over 2');
  for (const text of ['handed over 1', 'handed over 2']) {
    expect(await kept(text)).toMatchObject({
      known: 'false',
      proven: 'true',
      spf: 'pass',
      peer: { address: '192.0.2.7', helo: 'mx.ministry.example' },
    });
  }
  await client.quit();
});

it('does not hear a peer that is not named: no word of it is offered, taken or believed', async () => {
  const client = await SmtpClient.open(await start(false, ['192.0.2.0/24']));
  const hello = await client.say('EHLO client.example');
  expect(hello?.lines.filter(line => /XFORWARD|XCLIENT/.test(line))).toEqual([]);
  expect((await client.say('XFORWARD ADDR=198.51.100.9'))?.code).toBe(550);
  expect((await client.say('XCLIENT ADDR=198.51.100.9'))?.code).toBe(550);
  await send(client, 'not named');
  expect(await kept('not named')).toMatchObject({ known: 'true', peer: { address: '127.0.0.1' } });
  await client.quit();
});
