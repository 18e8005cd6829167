/** Mails of an address whose mailbox lies elsewhere leave by that account's server, with its password or a token; all others as ever. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addMailbox, type MailboxInput, setMailboxState } from '../../register/office/mailboxes.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { createAccessTokens } from '../intake/imap/access-token.ts';
import { accountCourier } from './account-courier.ts';
import type { Courier, Delivery, Outgoing } from './courier.ts';
import { contextOf } from './test-bench.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agencyId: number;
let server: SMTPServer;
let tokens: Server;
const taken: { user: string; from: string; to: string; bytes: string }[] = [];
const asked: URLSearchParams[] = [];
let elsewhere: Outgoing[] = [];
let answer: { status: number; body: object } = { status: 200, body: {} };

const others: Courier = {
  async deliver(mail) {
    elsewhere.push(mail);
    return { outcome: 'sent', reply: 'by the appliance' };
  },
  whatBecameOf: async () => 'not-sent',
};
const portOf = (one: { address(): unknown }) => (one.address() as AddressInfo).port;

beforeAll(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(join(fresh.folder, 'keys', 'secrets.key'));
  agencyId = await addTestAgency(fresh.db, 'tambon');
  server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authMethods: ['PLAIN', 'XOAUTH2'],
    onAuth(auth, _session, callback) {
      if (auth.password === 'right' || auth.accessToken === 'token 1') callback(null, { user: auth.username ?? '' });
      else callback(new Error('who are you'));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', chunk => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          user: String(session.user),
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(one => one.address).join(),
          bytes: Buffer.concat(chunks).toString(),
        });
        callback();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  tokens = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1');
  await Promise.all([once(server.server, 'listening'), once(tokens, 'listening')]);
});
afterAll(async () => {
  await new Promise<void>(resolve => server.close(() => resolve()));
  tokens.close();
  await fresh.close();
});
beforeEach(async () => {
  taken.length = 0;
  asked.length = 0;
  elsewhere = [];
  await fresh.owner`UPDATE mailbox SET state = 'disabled' WHERE state = 'active'`;
});

const context = () => ({ ...contextOf(fresh), box });
const office = () => ({ db: fresh.db, jobs: fresh.jobs, store: fresh.store, now: () => new Date() });
const officer = () => ({ id: null, name: 'test', peer: 'test', agencyId, role: 'administrator' as const, unitIds: [], appointed: false });
let names = 0;

async function add(change: Partial<MailboxInput> = {}): Promise<string> {
  const input: MailboxInput = {
    name: `box ${++names}`,
    address: 'saraban@tambon.example',
    host: '127.0.0.1',
    security: 'none',
    login: 'saraban',
    password: 'right',
    submissionHost: '127.0.0.1',
    submissionPort: String(portOf(server.server)),
    submissionSecurity: 'none',
    ...change,
  };
  const outcome = await addMailbox(office(), officer(), box, input, true);
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.mailboxId;
}

async function send(from: string, envelopeFrom = '', courier = accountCourier(context(), others)): Promise<Delivery> {
  const bytes = `From: =?utf-8?B?4Liq4Liy4Lij4Lia4Lij4Lij4LiT?= <${from}>\r\nTo: a@b.example\r\nSubject: x\r\n\r\nhello\r\n`;
  const mail = {
    id: 'one',
    agencyId,
    envelopeFrom,
    recipient: 'a@b.example',
    size: bytes.length,
    dsn: null,
    open: () => Readable.from([Buffer.from(bytes)]),
  };
  return await courier.deliver(mail, async () => true);
}

it('goes by the account of its From, signed in, with the null return path; without one, or of another address, as ever', async () => {
  expect(await send('saraban@tambon.example')).toMatchObject({ reply: 'by the appliance' });
  const mailboxId = await add();
  expect(await send('saraban@tambon.example')).toMatchObject({ outcome: 'sent' });
  expect(taken).toMatchObject([{ user: 'saraban', from: '', to: 'a@b.example' }]);
  expect(await send('second@tambon.example')).toMatchObject({ reply: 'by the appliance' });
  await setMailboxState(office(), officer(), { mailboxId, state: 'disabled' });
  expect(await send('saraban@tambon.example')).toMatchObject({ reply: 'by the appliance' });
  expect([taken.length, elsewhere.length]).toEqual([1, 3]);
});

it('stands in the envelope with its own address where the provider wants that', async () => {
  await add({ nullSender: false });
  await send('saraban@tambon.example');
  await send('saraban@tambon.example', 'saraban+r-token@tambon.example');
  expect(taken.map(one => one.from)).toEqual(['saraban@tambon.example', 'saraban@tambon.example']);
});

it('waits while its password is wrong, and never goes another way meanwhile', async () => {
  await add({ password: 'wrong' });
  expect(await send('saraban@tambon.example')).toMatchObject({ outcome: 'deferred' });
  expect([taken.length, elsewhere.length]).toEqual([0, 0]);
  expect(await accountCourier(context(), others).whatBecameOf({ id: 'one', agencyId })).toBe('unknown');
});

it('does not send a password in clear where STARTTLS was asked for', async () => {
  await add({ submissionSecurity: 'starttls' });
  expect(await send('saraban@tambon.example')).toMatchObject({ outcome: 'deferred' });
  expect(taken).toEqual([]);
});

it('asks for an access token by the refresh token, once while it holds; a new refresh token is kept, a refusal says its name alone', async () => {
  const url = `http://127.0.0.1:${portOf(tokens)}/token`;
  const mailboxId = await add({
    auth: 'oauth2',
    tokenEndpoint: url,
    clientId: 'id',
    clientSecret: 'cs',
    refreshToken: 'refresh 1',
    scope: 'mail',
  });
  answer = { status: 200, body: { access_token: 'token 1', expires_in: 3600, refresh_token: 'refresh 2' } };
  const courier = accountCourier(context(), others, undefined, createAccessTokens());
  expect([await send('saraban@tambon.example', '', courier), await send('saraban@tambon.example', '', courier)]).toMatchObject([
    { outcome: 'sent' },
    { outcome: 'sent' },
  ]);
  expect(asked.map(one => Object.fromEntries(one))).toEqual([
    { grant_type: 'refresh_token', refresh_token: 'refresh 1', client_id: 'id', client_secret: 'cs', scope: 'mail' },
  ]);
  expect(await send('saraban@tambon.example')).toMatchObject({ outcome: 'sent' });
  expect(asked[1]?.get('refresh_token')).toBe('refresh 2');
  for (const [status, body, word] of [
    [400, { error: 'invalid_grant', error_description: 'refresh 2' }, 'invalid_grant'],
    [503, {}, 'HTTP 503'],
    [200, {}, 'HTTP 200'],
  ] as const) {
    answer = { status, body };
    const delivery = await send('saraban@tambon.example');
    expect(delivery.outcome).toBe('deferred');
    expect('reply' in delivery ? delivery.reply : '').toContain(word);
    expect('reply' in delivery ? delivery.reply : '').not.toContain('refresh 2');
  }
  await setMailboxState(office(), officer(), { mailboxId, state: 'removed' });
});
