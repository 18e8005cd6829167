import { describe, expect, it } from 'vitest';
import { checkDomain, type DomainToCheck } from './check-domain.ts';
import { quoted } from './check-senders.ts';
import type { Finding, RecordName } from './finding.ts';
import type { Answer, Questions } from './questions.ts';

const HOST = 'mail.agency.go.th';
const KEY = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A';

interface Zone {
  mx?: Record<string, { exchange: string; priority: number }[]>;
  a?: Record<string, string[]>;
  txt?: Record<string, string[]>;
  ptr?: Record<string, string[]>;
  caa?: Record<string, { tag: string; value: string }[]>;
  port25?: Record<string, string>;
  pages?: Record<string, string>;
  silent?: string[];
}

const GOOD: Zone = {
  mx: { 'agency.go.th': [{ exchange: HOST, priority: 10 }] },
  a: { [HOST]: ['192.0.2.25'] },
  ptr: { '192.0.2.25': ['Mail.Agency.go.th.'] },
  port25: { '192.0.2.25': `220 ${HOST} ESMTP` },
  txt: {
    'agency.go.th': ['google-site-verification=x', 'v=spf1 mx -all'],
    'saraban1._domainkey.agency.go.th': [`v=DKIM1; k=rsa; p=${KEY.slice(0, 10)} ${KEY.slice(10)}`],
    '_dmarc.agency.go.th': ['v=DMARC1; p=reject'],
    '_mta-sts.agency.go.th': ['v=STSv1; id=1;'],
    '_smtp._tls.agency.go.th': ['v=TLSRPTv1; rua=mailto:postmaster@agency.go.th'],
  },
  caa: { 'agency.go.th': [{ tag: 'issue', value: 'letsencrypt.org' }] },
  pages: {
    'https://mta-sts.agency.go.th/.well-known/mta-sts.txt':
      'version: STSv1\r\nmode: enforce\r\nmx: mail.agency.go.th\r\nmax_age: 604800\r\n',
  },
};

function zone(of: Zone): Questions {
  const look = async <T>(table: Record<string, T> | undefined, name: string): Promise<Answer<T>> => {
    if (of.silent?.includes(name)) return { outcome: 'silent', code: 'ETIMEOUT' };
    const value = table?.[name];
    return value === undefined ? { outcome: 'none' } : { outcome: 'found', value };
  };
  return {
    mx: name => look(of.mx, name),
    addresses: name => look(of.a, name),
    texts: name => look(of.txt, name),
    reverse: name => look(of.ptr, name),
    caa: name => look(of.caa, name),
    greeting: name => look(of.port25, name),
    page: url => look(of.pages, url),
  };
}

const INPUT: DomainToCheck = {
  address: 'saraban@agency.go.th',
  host: HOST,
  sendsThrough: { kind: 'direct' },
  dkim: { selector: 'saraban1', publicKey: KEY },
  addressPrefix: 'saraban',
};

async function look(change: Partial<Zone>, input: Partial<DomainToCheck> = {}): Promise<(record: RecordName) => Finding> {
  const findings = await checkDomain(zone({ ...GOOD, ...change }), { ...INPUT, ...input });
  return record => {
    const found = findings.find(one => one.record === record);
    if (found === undefined) throw new Error(`nothing about ${record}`);
    return found;
  };
}

const withText = (name: string, ...texts: string[]) => ({ txt: { ...GOOD.txt, [name]: texts } });

describe('the check of a domain', () => {
  it('finds nothing wrong where nothing is', async () => {
    const findings = await checkDomain(zone(GOOD), INPUT);
    expect(findings.map(one => one.record)).toEqual([
      'address',
      'MX',
      'A',
      'PTR',
      'port 25',
      'SPF',
      'DKIM',
      'DMARC',
      'MTA-STS',
      'TLSRPT',
      'CAA',
    ]);
    expect(findings.filter(one => one.state !== 'good')).toEqual([]);
    expect(findings.every(one => one.publish === null)).toBe(true);
  });

  it('names what to publish where there is nothing at all', async () => {
    const findings = await checkDomain(zone({}), INPUT);
    const publish = Object.fromEntries(findings.map(one => [one.record, one.publish?.value]));
    expect(publish).toMatchObject({
      MX: `10 ${HOST}.`,
      SPF: '"v=spf1 mx -all"',
      DKIM: `"v=DKIM1; k=rsa; p=${KEY}"`,
      DMARC: '"v=DMARC1; p=quarantine; rua=mailto:saraban@agency.go.th"',
      TLSRPT: '"v=TLSRPTv1; rua=mailto:postmaster@agency.go.th"',
    });
    expect(findings.filter(one => one.state === 'fault').map(one => one.record)).toEqual(['MX', 'SPF', 'DKIM', 'DMARC']);
  });

  it('never calls silence a fault', async () => {
    const names = ['agency.go.th', ...Object.keys(GOOD.txt ?? {}), HOST, '192.0.2.25'];
    const findings = await checkDomain(zone({ ...GOOD, silent: names }), INPUT);
    expect(findings.filter(one => one.record !== 'address').map(one => one.state)).toEqual(findings.slice(1).map(() => 'unknown'));
  });

  it.each([
    ['saraban', 'good'],
    ['saraban_rangsit', 'good'],
    ['saraban_04123456', 'good'],
    ['sarabanx', 'warning'],
    ['info', 'warning'],
  ])('the address %s@: %s', async (local, state) => {
    expect((await look({}, { address: `${local}@agency.go.th` }))('address').state).toBe(state);
  });

  it('a domain that takes no mail, an MX that is an address, a server in front', async () => {
    expect((await look({ mx: { 'agency.go.th': [{ exchange: '', priority: 0 }] } }))('MX')).toMatchObject({
      state: 'fault',
      found: ['0 .'],
    });
    expect((await look({ mx: { 'agency.go.th': [{ exchange: '192.0.2.1', priority: 0 }] } }))('A').state).toBe('fault');
    const front = await look({ mx: { 'agency.go.th': [{ exchange: 'front.agency.go.th', priority: 5 }] } });
    expect(front('MX')).toMatchObject({ state: 'good', en: expect.stringContaining('another server first') });
    expect(front('A')).toMatchObject({ state: 'fault', publish: { name: 'front.agency.go.th.', type: 'A' } });
  });

  it('the reverse name and port 25', async () => {
    expect((await look({ ptr: {} }))('PTR')).toMatchObject({ state: 'fault', publish: { value: `${HOST}.` } });
    expect((await look({ ptr: { '192.0.2.25': ['dsl-25.isp.example'] } }))('PTR').state).toBe('warning');
    expect((await look({ port25: {} }))('port 25').state).toBe('fault');
    expect((await look({ silent: ['192.0.2.25'] }))('port 25').state).toBe('unknown');
    expect((await look({ port25: { '192.0.2.25': '554 go away' } }))('port 25').state).toBe('unknown');
  });

  it.each([
    [['v=spf1 mx ~all'], 'good'],
    [['v=spf1 include:_spf.example redirect=x.example'], 'good'],
    [['v=spf1 mx +all'], 'warning'],
    [['v=spf1 mx all'], 'warning'],
    [['v=spf1 mx ?all'], 'warning'],
    [['v=spf1 mx'], 'warning'],
    [['v=spf1 -all', 'v=spf1 mx -all'], 'fault'],
    [['v=spf10 -all'], 'fault'],
  ])('SPF %j: %s', async (texts, state) => {
    expect((await look(withText('agency.go.th', ...texts)))('SPF').state).toBe(state);
  });

  it('SPF names the relay where mail leaves through one', async () => {
    const found = await look({ txt: {} }, { sendsThrough: { kind: 'relay', host: 'relay.agency.go.th' } });
    expect(found('SPF').publish?.value).toBe('"v=spf1 a:relay.agency.go.th -all"');
  });

  it('DKIM: another key, none, and nothing signed here', async () => {
    const name = 'saraban1._domainkey.agency.go.th';
    expect((await look(withText(name, 'v=DKIM1; p=AAAA')))('DKIM')).toMatchObject({
      state: 'fault',
      en: expect.stringContaining('not the one'),
    });
    expect((await look(withText(name, 'v=DKIM1; p=')))('DKIM').state).toBe('fault');
    expect((await look({}, { dkim: null }))('DKIM').state).toBe('warning');
    expect((await look({}, { dkim: null, sendsThrough: { kind: 'relay', host: 'r' } }))('DKIM').state).toBe('unknown');
  });

  it.each([
    [['v=DMARC1; p=none'], 'warning'],
    [['v=DMARC1;p=quarantine'], 'good'],
    [['v=DMARC1; p=reject', 'v=DMARC1; p=none'], 'fault'],
    [['v=DMARC1; sp=reject'], 'fault'],
    [['v=spf1'], 'fault'],
  ])('DMARC %j: %s', async (texts, state) => {
    expect((await look(withText('_dmarc.agency.go.th', ...texts)))('DMARC').state).toBe(state);
  });

  it('MTA-STS: tested only, announced without a policy, not announced', async () => {
    const url = 'https://mta-sts.agency.go.th/.well-known/mta-sts.txt';
    expect((await look({ pages: { [url]: 'version: STSv1\nmode: testing\nmx: a\n' } }))('MTA-STS').state).toBe('warning');
    expect((await look({ pages: {} }))('MTA-STS').state).toBe('fault');
    expect((await look({ silent: [url] }))('MTA-STS').state).toBe('unknown');
    expect((await look(withText('_mta-sts.agency.go.th')))('MTA-STS').state).toBe('warning');
  });

  it('CAA of a parent counts', async () => {
    expect((await look({ caa: { 'go.th': [{ tag: 'issue', value: 'x' }] } }))('CAA')).toMatchObject({
      state: 'good',
      found: ['go.th issue x'],
    });
    expect((await look({ caa: {} }))('CAA').state).toBe('warning');
  });

  it('a long TXT is written as strings of 255 bytes', () => {
    expect(quoted('a'.repeat(300))).toBe(`"${'a'.repeat(255)}" "${'a'.repeat(45)}"`);
  });
});
