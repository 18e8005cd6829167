import { describe, expect, it } from 'vitest';
import { createLanes } from './lanes.ts';
import { findMailServers, type Names } from './mx.ts';
import { relayTarget } from './relay.ts';
import { newToken, ownReturnPathTag, returnPath, tokenOfAddress } from './token.ts';

describe('return paths', () => {
  it('are made and recognised, also when a system changed their case', () => {
    const token = newToken();
    const path = returnPath('saraban@agency.example', token);
    expect(path).toBe(`saraban+r-${token}@agency.example`);
    expect(tokenOfAddress(path)).toBe(token);
    expect(tokenOfAddress(path.toUpperCase())).toBe(token);
    expect(ownReturnPathTag(`r-${token}`)).toBe(true);
  });
  it.each([
    'saraban@agency.example',
    'saraban+tax@agency.example',
    'saraban+r-short@agency.example',
    'saraban+r-0000000000000000000000000u@agency.example',
    'r-00000000000000000000000000@x',
    '',
  ])('does not take %j for one', address => {
    expect(tokenOfAddress(address)).toBeNull();
    expect(ownReturnPathTag(address.split('@')[0]?.split('+')[1] ?? '')).toBe(false);
  });
});

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}
function names(mx: Record<string, { exchange: string; priority: number }[] | string>, addresses: Record<string, string[] | string>): Names {
  const answer = async <T>(table: Record<string, T | string>, name: string): Promise<T> => {
    const found = table[name] ?? 'ENOTFOUND';
    if (typeof found === 'string') throw fault(found);
    return found;
  };
  return {
    mx: domain => answer(mx, domain),
    addresses: async name => (addresses[name] === undefined ? [] : await answer(addresses, name)),
  };
}

describe('mail servers of a domain', () => {
  it('come best first', async () => {
    const found = await findMailServers(
      names(
        {
          'a.example': [
            { exchange: 'slow.example', priority: 20 },
            { exchange: 'fast.example', priority: 5 },
          ],
        },
        { 'slow.example': ['192.0.2.2'], 'fast.example': ['192.0.2.1', '2001:db8::1'] },
      ),
      'a.example',
    );
    expect(found).toEqual({
      outcome: 'found',
      servers: [
        { name: 'fast.example', addresses: ['192.0.2.1', '2001:db8::1'] },
        { name: 'slow.example', addresses: ['192.0.2.2'] },
      ],
    });
  });
  it('are the domain itself when it has no MX (RFC 5321 5.1)', async () => {
    expect(await findMailServers(names({ 'a.example': 'ENODATA' }, { 'a.example': ['192.0.2.1'] }), 'a.example')).toMatchObject({
      outcome: 'found',
      servers: [{ name: 'a.example' }],
    });
  });
  it('are none for a null MX (RFC 7505), a domain that does not exist, and names without address', async () => {
    expect(
      await findMailServers(names({ 'a.example': [{ exchange: '', priority: 0 }] }, { 'a.example': ['192.0.2.1'] }), 'a.example'),
    ).toMatchObject({ outcome: 'none', reply: expect.stringMatching(/^556 5\.1\.10/) });
    expect(await findMailServers(names({}, {}), 'gone.example')).toMatchObject({
      outcome: 'none',
      reply: expect.stringMatching(/^550 5\.1\.2/),
    });
    expect(await findMailServers(names({ 'a.example': [{ exchange: 'm.example', priority: 1 }] }, {}), 'a.example')).toMatchObject({
      outcome: 'none',
    });
    expect(await findMailServers(names({}, {}), '[192.0.2.1]')).toMatchObject({ outcome: 'none' });
  });
  it('are asked for later when DNS is silent', async () => {
    expect(await findMailServers(names({ 'a.example': 'ESERVFAIL' }, {}), 'a.example')).toMatchObject({ outcome: 'later' });
    expect(
      await findMailServers(names({ 'a.example': [{ exchange: 'm.example', priority: 1 }] }, { 'm.example': 'ETIMEOUT' }), 'a.example'),
    ).toMatchObject({ outcome: 'later' });
  });
  it('of a Thai domain are asked for in its ASCII form', async () => {
    expect(
      await findMailServers(
        names({ 'xn--72c1a1bt4awk9o.xn--o3cw4h': [{ exchange: 'm.example', priority: 1 }] }, { 'm.example': ['192.0.2.1'] }),
        'ตัวอย่าง.ไทย',
      ),
    ).toMatchObject({ outcome: 'found' });
  });
});

describe('the relay’s address', () => {
  it.each([
    ['smtp://relay.example', { port: 25, secure: false, login: null, checkCertificate: false, serverName: 'relay.example' }],
    ['smtp://u%40x:p%3Aw@relay.example', { port: 587, login: { user: 'u@x', password: 'p:w' }, checkCertificate: true }],
    ['smtps://u:p@relay.example', { port: 465, secure: true, checkCertificate: true }],
    ['smtp://[2001:db8::1]:2500', { host: '2001:db8::1', port: 2500, serverName: '' }],
    ['smtp://u:p@127.0.0.1:2500', { host: '127.0.0.1', checkCertificate: false }],
  ])('%s', (url, target) => {
    expect(relayTarget(url, 'me.example')).toMatchObject(target);
  });
});

describe('lanes', () => {
  it('give so many places to each key, and take each back once', () => {
    const lanes = createLanes(2);
    const first = lanes.take('a');
    expect(lanes.take('a')).not.toBeNull();
    expect(lanes.take('a')).toBeNull();
    expect(lanes.take('b')).not.toBeNull();
    first?.();
    first?.();
    expect(lanes.take('a')).not.toBeNull();
    expect(lanes.take('a')).toBeNull();
  });
});
