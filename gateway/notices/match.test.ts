import { expect, it } from 'vitest';
import { matchNotice, type SentMail } from './match.ts';
import type { Notice } from './notice.ts';

const sent: SentMail[] = [
  { id: 'a', token: 't1', messageId: '<m1@agency>', recipient: 'Somchai@example.net' },
  { id: 'b', token: 't2', messageId: '<m1@agency>', recipient: 'somying@example.net' },
  { id: 'c', token: null, messageId: '<m2@agency>', recipient: 'somsak@example.net' },
];

function notice(original: Partial<Notice['original']>, addresses: (string | null)[] = []): Notice {
  const recipients = addresses.map(address => ({
    address,
    action: null,
    status: null,
    hard: null,
    reason: 'unknown' as const,
    diagnostic: null,
  }));
  return { kind: 'bounce', recipients, original: { messageId: null, envelopeId: null, token: null, ...original }, notes: [] };
}

it.each([
  ['our token', notice({ token: 't2' }, ['whoever@example.net']), { id: 'b', certainty: 'certain' }],
  ['our token, folded to capitals', notice({ token: 'T2' }), { id: 'b', certainty: 'certain' }],
  ['the token as envelope id', notice({ envelopeId: 't1' }), { id: 'a', certainty: 'certain' }],
  ['Message-ID and recipient', notice({ messageId: '<m1@agency>' }, ['SOMCHAI@example.net']), { id: 'a', certainty: 'certain' }],
  ['Message-ID without brackets', notice({ messageId: 'm2@agency' }), { id: 'c', certainty: 'likely' }],
  ['Message-ID alone, two choices', notice({ messageId: '<m1@agency>' }), null],
  ['Message-ID, a forwarded recipient', notice({ messageId: '<m2@agency>' }, ['other@example.org']), { id: 'c', certainty: 'likely' }],
  ['recipient alone', notice({}, ['somsak@example.net']), { id: 'c', certainty: 'guess' }],
  ['recipient of the returned mail', notice({ recipients: ['somsak@example.net'] }), { id: 'c', certainty: 'guess' }],
  ['a recipient, but another mail', notice({ messageId: '<other@elsewhere>' }, ['somsak@example.net']), null],
  ['a token of nobody', notice({ token: 'forged' }, ['somsak@example.net']), null],
  ['empty values match nothing', notice({ token: '', messageId: '' }, ['', null]), null],
])('%s', (_name, about, expected) => {
  expect(matchNotice(about, sent)).toEqual(expected);
});

it('an empty token in our own rows matches nothing', () => {
  expect(matchNotice(notice({ token: '' }), [{ id: 'x', token: '', messageId: '', recipient: '' }])).toBeNull();
});

it('two mails to one address: no guess', () => {
  const twice = [...sent, { id: 'd', token: null, messageId: '<m3@agency>', recipient: 'somsak@example.net' }];
  expect(matchNotice(notice({}, ['somsak@example.net']), twice)).toBeNull();
});
