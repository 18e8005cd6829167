import { generateKeyPairSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { dnsError, type Resolve } from './name-service.ts';
import { isOwnNetwork, plainAddress } from './networks.ts';
import { createTrust, type JudgeInput } from './trust.ts';
import { isSameOrganisation } from './trust-verdict.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkimRecord = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;

/** A world of names: what is not in it does not exist. `asked` counts. */
function world(names: Record<string, string[][] | string[] | 'silent' | 'broken'>): { resolve: Resolve; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve: (name, type) => {
      const key = `${type} ${name.toLowerCase()}`;
      asked.push(key);
      const answer = names[key] ?? names[`* ${name.toLowerCase()}`] ?? names['*'];
      if (answer === 'silent') return new Promise(() => undefined);
      if (answer === 'broken') return Promise.reject(dnsError('ESERVFAIL', 'broken'));
      return answer ? Promise.resolve(answer) : Promise.reject(dnsError('ENOTFOUND', `no ${key}`));
    },
  };
}

const spf = { 'TXT ministry.go.th': [['v=spf1 ip4:192.0.2.0/24 -all']] };
const dmarc = { 'TXT _dmarc.ministry.go.th': [['v=DMARC1; p=reject']] };
const dkim = { 'TXT s1._domainkey.ministry.go.th': [[dkimRecord]] };

async function signed(more: { from?: string; domainName?: string; html?: string } = {}): Promise<Buffer> {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    dkim: {
      domainName: more.domainName ?? 'ministry.go.th',
      keySelector: 's1',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  });
  const sent = await transport.sendMail({
    from: more.from ?? 'saraban@ministry.go.th',
    to: 'saraban@agency.go.th',
    subject: 'ขอเชิญประชุม',
    text: 'เรียน ผู้อำนวยการ',
  });
  return sent.message as Buffer;
}

const unsigned = Buffer.from('From: saraban@ministry.go.th\r\nTo: saraban@agency.go.th\r\nSubject: x\r\n\r\nbody\r\n');
const settings = { servers: null, timeoutMs: 200, cache: { entries: 500, seconds: 60 } };

function input(more: Partial<JudgeInput> = {}): JudgeInput {
  return {
    remoteAddress: '192.0.2.7',
    front: null,
    helo: 'mx.ministry.go.th',
    envelopeFrom: 'saraban@ministry.go.th',
    headersAndBody: unsigned,
    mta: 'mx.agency.go.th',
    ownNetworks: ['10.0.0.0/8', '2001:db8:5::/48'],
    ...more,
  };
}

describe('strangers', () => {
  it('SPF and DKIM pass and are aligned', async () => {
    const names = world({ ...spf, ...dmarc, ...dkim, 'PTR 192.0.2.7': ['mx.ministry.go.th'], 'A mx.ministry.go.th': ['192.0.2.7'] });
    const trust = await createTrust({ ...settings, resolve: names.resolve }).judge(
      input({ headersAndBody: Readable.from([await signed()]) }),
    );
    expect(trust).toMatchObject({
      spf: 'pass',
      dkim: 'pass',
      dmarc: 'pass',
      arc: null,
      policy: 'reject',
      aligned: true,
      envelopeAuthenticated: true,
    });
    expect(trust).toMatchObject({ known: false, domain: 'ministry.go.th', temporary: false });
    expect(trust.evidence).toMatchObject({ reverse: { name: 'mx.ministry.go.th', confirmed: true } });
    expect(trust.sentence.en).toContain('really came from the domain ministry.go.th (SPF, DKIM)');
    expect(trust.sentence.th).toContain('ministry.go.th');
    expect(() => JSON.stringify(trust.evidence)).not.toThrow();
  });

  it('a forged sender fails, and the domain asks for rejection', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...spf, ...dmarc }).resolve }).judge(
      input({ remoteAddress: '198.51.100.9' }),
    );
    expect(trust).toMatchObject({
      spf: 'fail',
      dkim: 'none',
      dmarc: 'fail',
      policy: 'reject',
      aligned: false,
      envelopeAuthenticated: false,
    });
    expect(trust.sentence.en).toMatch(/Possibly forged/);
  });

  it('a forwarder breaks SPF and DKIM carries it', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...spf, ...dmarc, ...dkim }).resolve }).judge(
      input({ remoteAddress: '198.51.100.9', headersAndBody: await signed() }),
    );
    expect(trust).toMatchObject({ spf: 'fail', dkim: 'pass', dmarc: 'pass', aligned: true, envelopeAuthenticated: true });
  });

  it('a body changed after signing is a failure, not neutral', async () => {
    const changed = Buffer.concat([await signed(), Buffer.from('added\r\n')]);
    const trust = await createTrust({ ...settings, resolve: world({ ...dkim, ...dmarc }).resolve }).judge(
      input({ headersAndBody: changed }),
    );
    expect(trust).toMatchObject({ dkim: 'fail', dmarc: 'fail', aligned: false });
  });

  it('a signature of another domain says nothing of From', async () => {
    const mail = await signed({ from: 'saraban@victim.go.th' });
    const trust = await createTrust({
      ...settings,
      resolve: world({ ...spf, ...dkim, 'TXT _dmarc.victim.go.th': [['v=DMARC1; p=none']] }).resolve,
    }).judge(input({ headersAndBody: mail }));
    expect(trust).toMatchObject({ spf: 'pass', dkim: 'pass', dmarc: 'fail', policy: 'none', aligned: false, domain: 'victim.go.th' });
  });

  it('signed by the writer, sent in the name of a victim: an answer must not go to the victim', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...dkim, ...dmarc }).resolve }).judge(
      input({ headersAndBody: await signed(), envelopeFrom: 'someone@victim.example', remoteAddress: '198.51.100.9' }),
    );
    expect(trust).toMatchObject({ aligned: true, envelopeAuthenticated: false });
  });

  it('without any DMARC record, relaxed alignment is found by hand', async () => {
    const resolve = world({ 'TXT mail.ministry.go.th': [['v=spf1 ip4:192.0.2.7 ~all']] }).resolve;
    const trust = await createTrust({ ...settings, resolve }).judge(input({ envelopeFrom: 'bounce@mail.ministry.go.th' }));
    expect(trust).toMatchObject({ spf: 'pass', dkim: 'none', dmarc: 'none', policy: null, aligned: true, envelopeAuthenticated: true });
  });

  it('strict alignment (aspf=s) is obeyed', async () => {
    const resolve = world({
      'TXT mail.ministry.go.th': [['v=spf1 ip4:192.0.2.7 ~all']],
      'TXT _dmarc.ministry.go.th': [['v=DMARC1; p=quarantine; aspf=s']],
    }).resolve;
    const trust = await createTrust({ ...settings, resolve }).judge(input({ envelopeFrom: 'bounce@mail.ministry.go.th' }));
    expect(trust).toMatchObject({ spf: 'pass', dmarc: 'fail', policy: 'quarantine', aligned: false });
  });

  it('a null return path is judged by its HELO name and answers to nobody', async () => {
    const resolve = world({ 'TXT mx.ministry.go.th': [['v=spf1 ip4:192.0.2.7 -all']] }).resolve;
    const trust = await createTrust({ ...settings, resolve }).judge(input({ envelopeFrom: '' }));
    expect(trust).toMatchObject({ spf: 'pass', aligned: false, envelopeAuthenticated: false, domain: 'ministry.go.th' });
  });

  it('nothing published', async () => {
    const trust = await createTrust({ ...settings, resolve: world({}).resolve }).judge(input());
    expect(trust).toMatchObject({ spf: 'none', dkim: 'none', dmarc: 'none', policy: null, aligned: false, temporary: false });
    expect(trust.sentence.en).toMatch(/publishes nothing/);
  });

  it('two From fields are nobody’s', async () => {
    const mail = Buffer.from('From: a@ministry.go.th\r\nFrom: b@evil.example\r\nSubject: x\r\n\r\nbody\r\n');
    const trust = await createTrust({ ...settings, resolve: world({ ...spf, ...dmarc }).resolve }).judge(input({ headersAndBody: mail }));
    expect(trust).toMatchObject({ dmarc: 'permerror', aligned: false });
    expect(trust.sentence.en).toMatch(/exactly one valid sender/);
  });

  it('softfail and permerror are kept as such', async () => {
    const soft = await createTrust({ ...settings, resolve: world({ 'TXT ministry.go.th': [['v=spf1 ~all']] }).resolve }).judge(input());
    expect(soft.spf).toBe('softfail');
    const broken = await createTrust({
      ...settings,
      resolve: world({ 'TXT ministry.go.th': [['v=spf1 ip4:nonsense -all']] }).resolve,
    }).judge(input());
    expect(broken.spf).toBe('permerror');
  });
});

describe('behind a front server that does not say from where it had the mail', () => {
  const blind = { remoteAddress: '', front: '127.0.0.1' };

  it('a signature still proves its domain', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...spf, ...dmarc, ...dkim }).resolve }).judge(
      input({ ...blind, headersAndBody: await signed() }),
    );
    expect(trust).toMatchObject({ spf: 'none', dkim: 'pass', dmarc: 'pass', aligned: true, envelopeAuthenticated: true, known: false });
    expect(trust.sentence.en).toContain('really came from the domain ministry.go.th (DKIM)');
  });

  it('without one nothing is proven: neither the sender nor a forgery, and trying again would tell no more', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...spf, ...dmarc }).resolve }).judge(input(blind));
    expect(trust).toMatchObject({ spf: 'none', dmarc: 'none', policy: null, aligned: false, envelopeAuthenticated: false, known: false });
    expect(trust.temporary).toBe(false);
    expect(trust.evidence).toMatchObject({ front: '127.0.0.1' });
    expect(trust.sentence.th).toContain('เครื่องแม่ข่ายด่านหน้า (127.0.0.1) ไม่ได้แจ้ง');
  });

  it('a record that asks for strict alignment is obeyed', async () => {
    const names = world({ ...dkim, 'TXT _dmarc.sub.ministry.go.th': [['v=DMARC1; p=reject; adkim=s']] });
    const mail = await signed({ from: 'x@sub.ministry.go.th' });
    const trust = await createTrust({ ...settings, resolve: names.resolve }).judge(input({ ...blind, headersAndBody: mail }));
    expect(trust).toMatchObject({ dkim: 'pass', dmarc: 'none', aligned: false });
  });
});

describe('DNS that does not answer', () => {
  it('is temporary, ends in time, and never throws', async () => {
    const trust = await createTrust({ ...settings, timeoutMs: 30, judgeMs: 60, resolve: world({ '*': 'silent' }).resolve }).judge(
      input({ headersAndBody: await signed() }),
    );
    expect(trust).toMatchObject({ temporary: true, aligned: false, known: false, envelopeAuthenticated: false });
    expect(trust.sentence.en).toMatch(/no answer in time/);
  });

  it('broken servers are temporary', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ '*': 'broken' }).resolve }).judge(input());
    expect(trust).toMatchObject({ spf: 'temperror', dmarc: 'temperror', temporary: true });
  });

  it('a stream that breaks is temporary', async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error('disk gone'));
      },
    });
    const trust = await createTrust({ ...settings, resolve: world({}).resolve }).judge(input({ headersAndBody: stream }));
    expect(trust.temporary).toBe(true);
  });

  it('a stream that never ends is given up', async () => {
    const stream = new Readable({ read() {} });
    const trust = await createTrust({ ...settings, judgeMs: 40, resolve: world({}).resolve }).judge(input({ headersAndBody: stream }));
    expect(trust).toMatchObject({ temporary: true });
    expect(stream.destroyed).toBe(true);
  });

  it('one aligned pass outweighs a check that got no answer', async () => {
    const trust = await createTrust({ ...settings, resolve: world({ ...dkim, ...dmarc, 'TXT ministry.go.th': 'broken' }).resolve }).judge(
      input({ headersAndBody: await signed() }),
    );
    expect(trust).toMatchObject({ spf: 'temperror', dkim: 'pass', dmarc: 'pass', aligned: true, temporary: false });
  });
});

describe('own networks', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.20.30.40', '2001:db8:5:1::9', '127.9.9.9'])(
    '%s asks no DNS',
    async remoteAddress => {
      const names = world({ '*': 'silent' });
      const trust = await createTrust({ ...settings, resolve: names.resolve }).judge(input({ remoteAddress }));
      expect(trust).toMatchObject({ known: true, spf: 'none', temporary: false, domain: 'ministry.go.th' });
      expect(names.asked).toEqual([]);
      expect(trust.sentence.th).toContain('เครือข่ายของหน่วยงานเอง');
    },
  );

  it.each([
    ['192.0.2.1', ['192.0.2.1'], true],
    ['192.0.2.2', ['192.0.2.1'], false],
    ['11.0.0.1', ['10.0.0.0/8'], false],
    ['192.0.2.1', ['0.0.0.0/0'], true],
    ['192.0.2.1', ['rubbish', '10.0.0.0/99', '10.0.0.0/', '/8', ''], false],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['not an address', ['0.0.0.0/0'], false],
    ['', [], false],
  ] as [string, string[], boolean][])('%s in %j is %s', (address, networks, expected) => {
    expect(isOwnNetwork(address, networks)).toBe(expected);
  });

  it('reads addresses as sockets and clients write them', () => {
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(plainAddress('[IPv6:2001:db8::1]')).toBe('2001:db8::1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(plainAddress('host.example')).toBe('');
  });
});

it('the cache asks once, and remembers absence', async () => {
  const names = world({ ...spf, ...dmarc });
  const judge = createTrust({ ...settings, resolve: names.resolve }).judge;
  await judge(input());
  const first = names.asked.length;
  await judge(input());
  expect(names.asked.length).toBe(first);
});

it('relaxed alignment without a list of suffixes', () => {
  expect(isSameOrganisation('mail.example.go.th', 'example.go.th')).toBe(true);
  expect(isSameOrganisation('example.go.th', 'EXAMPLE.go.th.')).toBe(true);
  expect(isSameOrganisation('go.th', 'example.go.th')).toBe(false);
  expect(isSameOrganisation('th', 'example.go.th')).toBe(false);
  expect(isSameOrganisation('badexample.go.th', 'example.go.th')).toBe(false);
});
