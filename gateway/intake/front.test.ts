import { describe, expect, it } from 'vitest';
import { clientOf, type Said } from './front.ts';

const FRONTS = ['127.0.0.1/32', '10.0.0.0/24', '2001:db8:1::/64'];
const socket = (address: string) => ({ address, name: 'left.over.example', helo: 'front.agency.example', protocol: 'LMTP', tls: null });
const said = (attributes: Record<string, string | false> = {}): Said => new Map(Object.entries(attributes));
const client = (address: string, forwarded: Said, handedOver: Said = said()) => clientOf(socket(address), FRONTS, forwarded, handedOver);
const STRANGER = said({ ADDR: '203.0.113.5', NAME: 'mx.sender.example', HELO: 'Sender', PROTO: 'ESMTP', SOURCE: 'REMOTE' });

describe('whom a letter came from', () => {
  it('is the client that a named front says', () => {
    expect(client('::ffff:127.0.0.1', STRANGER)).toEqual({
      peer: { address: '203.0.113.5', name: 'mx.sender.example', helo: 'Sender', protocol: 'ESMTP via LMTP from 127.0.0.1', tls: null },
      judged: '203.0.113.5',
      front: '127.0.0.1',
    });
    expect(client('2001:db8:1::9', said({ ADDR: '2001:db8:2::7' }))).toMatchObject({ judged: '2001:db8:2::7', front: '2001:db8:1::9' });
  });

  it('is the peer itself when it is no named front, whatever it says', () => {
    for (const address of ['127.0.0.2', '10.0.1.1', '203.0.113.9', '', 'rubbish']) {
      expect(client(address, STRANGER, STRANGER)).toEqual({ peer: socket(address), judged: address, front: null });
    }
    expect(clientOf(socket('127.0.0.1'), [], STRANGER, STRANGER).front).toBeNull();
  });

  it.each([
    ['nothing', {}],
    ['that it does not know', { ADDR: false, NAME: false, HELO: 'x' }],
    ['all but the address', { NAME: 'mx.sender.example', HELO: 'Sender', PROTO: 'ESMTP' }],
    ['no address', { ADDR: 'mx.sender.example' }],
  ] as [string, Record<string, string | false>][])('is not known when the front says %s', (_what, attributes) => {
    expect(client('127.0.0.1', said(attributes))).toEqual({
      peer: { address: '127.0.0.1', name: '', helo: '', protocol: 'LMTP from 127.0.0.1', tls: null },
      judged: '',
      front: '127.0.0.1',
    });
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', '10.0.0.77'])(
    'is not known when the front names %s, loopback or a front: a filter hands back so',
    address => {
      expect(client('127.0.0.1', said({ ADDR: address }))).toMatchObject({ peer: { address }, judged: '', front: '127.0.0.1' });
    },
  );

  it('is, after XCLIENT, the client for the whole connection, and XFORWARD says nothing more', () => {
    expect(client('10.0.0.5', said({ ADDR: '192.0.2.1' }), STRANGER)).toMatchObject({
      judged: '203.0.113.5',
      peer: { helo: 'front.agency.example' },
    });
    expect(client('10.0.0.5', STRANGER, said({ ADDR: false }))).toMatchObject({ judged: '' });
  });
});
