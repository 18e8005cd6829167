/** Fetching from Debian's Dovecot, into a real register: whatever breaks in between, every letter gets one number. */
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../../register/db/connect.ts';
import { inAgency } from '../../../register/db/transaction.ts';
import { addMailbox, changeMailbox, type MailboxInput, setMailboxState } from '../../../register/office/mailboxes.ts';
import type { Officer, RegisterContext } from '../../../register/officer.ts';
import { createWriter } from '../../../register/one-writer.ts';
import { openSecretBox, type SecretBox } from '../../../register/seal/secret-box.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../../test/database/fresh.ts';
import { type Dovecot, dovecotIsHere, startDovecot } from '../../../test/dovecot.ts';
import { THE_GATEWAY } from '../../dispatch/context.ts';
import { createPolicies } from '../policies.ts';
import { type Envelope, type ReceiveContext, type Received, receive } from '../receive.ts';
import { createDirectory, type Directory } from '../recipients.ts';
import { REPLIES } from '../replies.ts';
import { createTrust } from '../trust.ts';
import { createAccessTokens } from './access-token.ts';
import { fetchMailbox, type Looked } from './fetch-mailbox.ts';
import { openImap } from './imap-client.ts';
import { type KeepContext, keepMailboxes, type MailboxKeeper } from './keep-mailboxes.ts';
import { selectAccounts, writeCheck } from './queries.ts';

const MAX_LETTER = 3_000_000;
const HOURS = 6 * 3_600_000;
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe.skipIf(!dovecotIsHere)('a mailbox elsewhere', () => {
  let fresh: FreshDatabase;
  let dovecot: Dovecot;
  let directory: Directory;
  let box: SecretBox;
  let office: RegisterContext;
  let receiving: ReceiveContext;
  /** An agency, an address and a mailbox for each test. */
  let agencyId: number;
  let user: string;
  let officer: Officer;
  let ordinal = 0;
  const keepers: MailboxKeeper[] = [];
  const pools: Database[] = [];
  let clock = () => new Date();

  beforeAll(async () => {
    fresh = await freshDatabase();
    dovecot = await startDovecot(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`user${index + 1}`, 'right'])));
    directory = createDirectory(fresh.db);
    box = await openSecretBox(join(fresh.folder, 'keys', 'secrets.key'));
    office = { db: fresh.db, jobs: fresh.jobs, store: fresh.store, now: () => new Date() };
    receiving = {
      store: fresh.store,
      writer: createWriter(fresh.db, fresh.jobs, () => new Date()),
      trust: createTrust({ servers: ['127.0.0.1:1'], timeoutMs: 50, cache: { entries: 10, seconds: 60 } }),
      now: () => new Date(),
      log: quiet,
      maxLetter: MAX_LETTER,
      bareLf: 'accept',
      ownNetworks: [],
      hostName: 'mx.agency.example',
      addressesOf: id => directory.addressesOf(id),
      ownReturnPathTag: tag => tag === 'r-own',
      policies: createPolicies(fresh.db),
    };
  });
  afterAll(async () => {
    await dovecot?.close();
    for (const pool of pools) await pool.end({ timeout: 2 });
    await fresh?.close();
  });
  beforeEach(async () => {
    user = `user${++ordinal}`;
    agencyId = await addTestAgency(fresh.db, user);
    officer = { id: null, name: 'test', peer: 'test', agencyId, role: 'administrator', unitIds: [], appointed: false };
    directory = createDirectory(fresh.db);
    clock = () => new Date();
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.stop();
    // What one test leaves must not be watched by the keeper of the next.
    await fresh.owner`UPDATE mailbox SET state = 'disabled' WHERE state = 'active'`;
  });

  const letter = (subject: string, head = 'Return-Path: <a@b.example>\r\n', body = 'hello') =>
    `${head}From: a@b.example\r\nTo: saraban@${user}.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@${user}>\r\n\r\n${body}\r\n`;

  function input(change: Partial<MailboxInput> = {}): MailboxInput {
    return {
      name: 'box',
      address: `saraban@${user}.example`,
      host: '127.0.0.1',
      port: String(dovecot.port),
      security: 'none',
      login: user,
      auth: 'password',
      password: 'right',
      doneFolder: 'Done',
      failedFolder: 'Failed',
      ...change,
    };
  }
  async function add(change: Partial<MailboxInput> = {}, existing = true): Promise<string> {
    const added = await addMailbox(office, officer, box, input(change), existing);
    if (added.outcome !== 'done') throw new Error(JSON.stringify(added));
    return added.mailboxId;
  }
  async function keep(change: Partial<KeepContext> = {}): Promise<MailboxKeeper> {
    const locks = openDatabase(fresh.connection, { role: 'app', max: 1, name: 'locks' });
    pools.push(locks);
    const keeper = await keepMailboxes({
      db: fresh.db,
      locks,
      jobs: fresh.jobs,
      now: () => new Date(),
      log: quiet,
      maxLetter: MAX_LETTER,
      receive: (envelope, stream) => receive(receiving, envelope, stream),
      find: address => directory.find(address),
      box,
      tokens: createAccessTokens(),
      everyMs: HOURS,
      lookMs: 200,
      ...change,
    });
    keepers.push(keeper);
    return keeper;
  }
  /** One look, as a process would that is killed afterwards. */
  async function look(
    change: { receive?: (envelope: Envelope, stream: AsyncIterable<Buffer>) => Promise<Received>; noFiling?: boolean } = {},
  ): Promise<Looked> {
    const [account] = await inAgency(fresh.db, agencyId, THE_GATEWAY, selectAccounts);
    if (account === undefined) throw new Error('no mailbox');
    const session = await openImap({ ...account, login: { user, password: 'right' }, maxLetter: MAX_LETTER });
    if (change.noFiling === true) session.mark = () => Promise.reject(new Error('killed'));
    try {
      const looked = await fetchMailbox(
        {
          db: fresh.db,
          now: () => clock(),
          log: quiet,
          maxLetter: MAX_LETTER,
          receive: change.receive ?? ((envelope, stream) => receive(receiving, envelope, stream)),
        },
        account,
        session,
        new AbortController().signal,
      );
      await inAgency(fresh.db, agencyId, THE_GATEWAY, tx => writeCheck(tx, agencyId, account.id, looked, clock(), 0));
      return looked;
    } finally {
      await session.close();
    }
  }
  const entries = () =>
    fresh.owner`SELECT e.number, e.subject, encode(m.sha256, 'hex') AS sha256, m.envelope_from, m.envelope_to, m.peer FROM entry e JOIN message m ON m.id = e.message_id
                WHERE e.agency_id = ${agencyId} ORDER BY e.number`;
  const messages = async () =>
    (await fresh.owner`SELECT disposition FROM message WHERE agency_id = ${agencyId} ORDER BY id`).map(row => row.disposition);
  const rows = async () =>
    (
      await fresh.owner`SELECT uid, state, tries, filed, problem FROM mailbox_message WHERE agency_id = ${agencyId} ORDER BY uid_validity, uid`
    ).map(row => ({ ...row }));
  const mailbox = async () => (await fresh.owner`SELECT * FROM mailbox WHERE agency_id = ${agencyId}`)[0];
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 50 });

  it('enters a letter byte for byte, by the envelope that is left of it, marks it and moves it; the next comes by IDLE', async () => {
    const first = letter(
      'one',
      `Return-Path: <a@b.example>\r\nDelivered-To: saraban+works@${user}.example\r\n`,
      `.\r\n..\r\n\tเรื่อง ${'ก'.repeat(500)} \r\n`,
    );
    await dovecot.deliver(user, first);
    await add();
    await keep();
    await until(async () => expect(await dovecot.mails(user, 'Done')).toHaveLength(1));
    const [entry] = await entries();
    expect(entry).toMatchObject({
      number: 1,
      envelope_from: 'a@b.example',
      envelope_to: [`saraban+works@${user}.example`],
      peer: { protocol: 'IMAP', name: '127.0.0.1' },
    });
    expect((await fresh.store.read(entry?.sha256)).toString()).toBe(first);
    expect(await dovecot.mails(user)).toEqual([]);
    const [moved] = await dovecot.mails(user, 'Done');
    expect([moved?.bytes.toString() === first, moved?.flags.includes('S')]).toEqual([true, true]);
    // The pause between two looks is six hours: only the server's word can bring it.
    await dovecot.deliver(user, letter('two'));
    await until(async () => expect((await entries()).map(one => one.subject)).toEqual(['one', 'two']));
    await until(async () => expect(await dovecot.mails(user, 'Done')).toHaveLength(2));
    await until(async () =>
      expect(await fresh.owner`SELECT found, taken, problem FROM mailbox_check WHERE agency_id = ${agencyId} ORDER BY at`).toEqual([
        { found: 1, taken: 1, problem: '' },
        { found: 1, taken: 1, problem: '' },
      ]),
    );
  });

  it('a letter of several parts, and one whose end falls on a part’s; nothing is changed by looking', async () => {
    const long = letter('long', undefined, `${'x'.repeat(98)}\r\n`).replace(
      /x+\r\n/,
      `${'0123456789'.repeat(9)}abcdefgh\r\n`.repeat(25_000),
    );
    const head = letter('even', undefined, '');
    const even = head + 'y'.repeat(1024 * 1024 - head.length);
    for (const one of [long, even]) await dovecot.deliver(user, one);
    await add({ doneFolder: '' });
    await look({ receive: async () => ({ reply: REPLIES.ourFault, byRecipient: [] }) });
    expect((await dovecot.mails(user)).map(one => one.flags)).toEqual(['', '']);
    clock = () => new Date(Date.now() + HOURS);
    await look();
    const found = await Promise.all((await entries()).map(async one => (await fresh.store.read(one.sha256)).toString()));
    expect(found.map(one => one.length).sort()).toEqual([long, even].map(one => one.length).sort());
    expect(new Set(found)).toEqual(new Set([long, even]));
  });

  it('what lay there before the mailbox was added is left alone, unless it is asked for', async () => {
    await dovecot.deliver(user, letter('old'), new Date(Date.now() - 40 * 86_400_000));
    await add({ doneFolder: '' }, false);
    await dovecot.deliver(user, letter('new'));
    expect(await look()).toMatchObject({ found: 1, taken: 1 });
    expect((await entries()).map(one => one.subject)).toEqual(['new']);
    expect((await rows()).map(row => row.state).sort()).toEqual(['entered', 'left']);
    expect(await look()).toMatchObject({ found: 0, taken: 0 });
    // Numbered anew, the old one is still old, and the new one is known by its bytes.
    await dovecot.renumber(user);
    expect(await look()).toMatchObject({ found: 1, taken: 1 });
    expect((await entries()).map(one => one.subject)).toEqual(['new']);
    expect(await messages()).toEqual(['entered', 'duplicate']);
  });

  it('killed before its row was written, and before it was marked: one entry, and the filing is made up for', async () => {
    await dovecot.deliver(user, letter('one'));
    await add();
    await expect(
      look({
        receive: async (envelope, stream) => {
          await receive(receiving, envelope, stream);
          throw new Error('killed');
        },
      }),
    ).rejects.toThrow('killed');
    expect([(await entries()).length, await rows()]).toEqual([1, []]);
    await expect(look({ noFiling: true })).rejects.toThrow('killed');
    expect(await rows()).toMatchObject([{ state: 'entered', filed: false }]);
    expect(await messages()).toEqual(['entered', 'duplicate']);
    expect((await dovecot.mails(user))[0]?.flags).toBe('');
    expect(await look()).toMatchObject({ found: 0, taken: 0, problem: '' });
    expect(await dovecot.mails(user, 'Done')).toHaveLength(1);
    expect([(await entries()).length, (await messages()).length]).toEqual([1, 2]);
    expect(await rows()).toMatchObject([{ state: 'entered', filed: true }]);
  });

  it('a notice is taken without a number; one too large is moved aside, said, and never tried again; one that fails stops nobody', async () => {
    await dovecot.deliver(user, letter('bounce', 'Return-Path: <>\r\n'));
    await dovecot.deliver(user, letter('large', undefined, 'z'.repeat(MAX_LETTER)));
    await dovecot.deliver(user, letter('bad'));
    await dovecot.deliver(user, letter('good'));
    await add();
    const failsOnBad = async (envelope: Envelope, stream: AsyncIterable<Buffer>): Promise<Received> => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.includes('Subject: bad')) return { reply: REPLIES.ourFault, byRecipient: [] };
      return await receive(
        receiving,
        envelope,
        (async function* () {
          yield bytes;
        })(),
      );
    };
    expect(await look({ receive: failsOnBad })).toMatchObject({ found: 4, taken: 2, loud: true });
    expect((await entries()).map(one => one.subject)).toEqual(['good']);
    expect((await messages()).sort()).toEqual(['entered', 'notice']);
    expect((await dovecot.mails(user, 'Failed')).map(one => one.flags.includes('F'))).toEqual([true]);
    expect((await dovecot.mails(user)).map(one => one.bytes.includes('Subject: bad'))).toEqual([true]);
    // Not before its time; then with growing pauses, called failing, and tried still.
    expect(await look({ receive: failsOnBad })).toMatchObject({ found: 0, taken: 0, loud: false });
    const start = Date.now();
    let loud = 0;
    for (let hour = 1; hour <= 12; hour++) {
      clock = () => new Date(start + hour * 7 * 3_600_000);
      if ((await look({ receive: failsOnBad })).loud) loud++;
    }
    expect(loud).toBe(1);
    expect((await rows()).filter(row => row.state === 'failing')).toMatchObject([{ tries: 13, filed: false }]);
    clock = () => new Date(start + 100 * 3_600_000);
    expect(await look()).toMatchObject({ taken: 1 });
    expect((await entries()).map(one => one.subject)).toEqual(['good', 'bad']);
    expect((await rows()).map(row => row.state).sort()).toEqual(['entered', 'entered', 'entered', 'refused']);
  });

  it('no room in our own house stops the look and is held against no mail', async () => {
    await dovecot.deliver(user, letter('one'));
    await dovecot.deliver(user, letter('two'));
    await add();
    const looked = await look({ receive: async () => ({ reply: REPLIES.diskFloor, byRecipient: [] }) });
    expect(looked).toMatchObject({ found: 2, taken: 0, nextTryAt: null });
    expect(looked.problem).toContain('4.3.1');
    expect(await rows()).toEqual([]);
    expect(await look()).toMatchObject({ found: 2, taken: 2, problem: '' });
  });

  it('a folder that cannot take it (a full mailbox): entered once, marked, said, and moved when there is room', async () => {
    await dovecot.deliver(user, letter('one'));
    await mkdir(join(dovecot.maildir(user), '.Done'), { mode: 0o500 });
    await chmod(join(dovecot.maildir(user), '.Done'), 0o500);
    await add();
    const looked = await look();
    expect(looked).toMatchObject({ taken: 1 });
    expect(looked.problem).toContain('127.0.0.1');
    expect((await dovecot.mails(user)).map(one => one.flags.includes('S'))).toEqual([true]);
    expect((await look()).problem).not.toBe('');
    expect((await messages()).length).toBe(1);
    const { chown } = await import('node:fs/promises');
    await chown(join(dovecot.maildir(user), '.Done'), 8, 8);
    await chmod(join(dovecot.maildir(user), '.Done'), 0o700);
    expect((await look()).problem).toBe('');
    expect(await dovecot.mails(user, 'Done')).toHaveLength(1);
    expect((await messages()).length).toBe(1);
  });

  it('a flood is taken in turns, all of it; of a mail that cannot be taken somebody is told, once', async () => {
    for (let one = 0; one < 7; one++) await dovecot.deliver(user, letter(`flood ${one}`, undefined, one < 2 ? 'z'.repeat(MAX_LETTER) : ''));
    await add();
    await keep({ mostALook: 2 });
    await until(async () => expect(await dovecot.mails(user)).toEqual([]));
    expect([await entries(), await dovecot.mails(user, 'Failed')].map(all => all.length)).toEqual([5, 2]);
    await until(async () => expect((await mailbox())?.alarmed_at).not.toBeNull());
    const told = await fresh.owner`SELECT data FROM pgboss.job WHERE name = 'send-report' AND (data->>'agencyId')::integer = ${agencyId}`;
    expect(told.map(job => [job.data.report, job.data.code])).toEqual([['alarm', 'mailbox']]);
  });

  it('of two processes one watches and the other waits; it takes over when the first has gone', async () => {
    await dovecot.deliver(user, letter('one'));
    await add();
    const [one, two] = [await keep(), await keep()];
    await until(async () => expect(await entries()).toHaveLength(1));
    await Promise.all([one.look(), two.look()]);
    expect(one.watching().length + two.watching().length).toBe(1);
    const [first, second] = one.watching().length === 1 ? [one, two] : [two, one];
    await first.stop();
    await dovecot.deliver(user, letter('two'));
    await until(async () => expect((await entries()).map(entry => entry.subject)).toEqual(['one', 'two']));
    expect(second.watching()).toHaveLength(1);
    expect(await messages()).toEqual(['entered', 'entered']);
  });

  it('two that look at the same moment all the same enter it once', async () => {
    await dovecot.deliver(user, letter('one'));
    await add({ doneFolder: '' });
    await Promise.all([look(), look(), look()]);
    expect(await entries()).toHaveLength(1);
    expect(await rows()).toMatchObject([{ state: 'entered', filed: true }]);
  });

  it('a wrong password is said and kept from nobody else; put right, the letters come', async () => {
    await dovecot.deliver(user, letter('one'));
    const mailboxId = await add({ password: 'wrong' });
    await keep();
    await until(async () => expect((await mailbox())?.last_problem).toContain('ชื่อผู้ใช้และรหัสผ่าน'));
    expect(await fresh.owner`SELECT found FROM mailbox_check WHERE agency_id = ${agencyId} AND problem <> ''`).toHaveLength(1);
    expect(await changeMailbox(office, officer, box, { ...input(), mailboxId })).toEqual({ outcome: 'done' });
    await until(async () => expect(await entries()).toHaveLength(1));
    expect((await mailbox())?.last_problem).toBe('');
    // Switched off, nothing is fetched any more.
    await setMailboxState(office, officer, { mailboxId, state: 'disabled' });
    await until(async () => expect(keepers[0]?.watching()).toEqual([]));
  });

  it('a server that stops and comes back', async () => {
    await add();
    await keep({ everyMs: 500 });
    await until(async () => expect((await mailbox())?.last_good_at).not.toBeNull());
    await dovecot.stop();
    await until(async () => expect((await mailbox())?.last_problem).not.toBe(''));
    await dovecot.deliver(user, letter('one'));
    await dovecot.start();
    await until(async () => expect(await entries()).toHaveLength(1));
    await until(async () => expect((await mailbox())?.last_problem).toBe(''));
  });

  it('a server that hangs is left, at its greeting or in the midst of a letter', async () => {
    const login = { user, password: 'right' };
    const target = { host: '127.0.0.1', security: 'none' as const, login, maxLetter: MAX_LETTER };
    const patience = { connectMs: 300, commandMs: 300 };
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    const mute = createServer(socket => {
      socket.on('error', () => {});
      socket.write('* OK [CAPABILITY IMAP4rev1] hello\r\n');
      socket.on('data', chunk => {
        for (const [, tag, command] of chunk.toString().matchAll(/^(\S+) (\S+)/gm))
          if (command !== 'SELECT') socket.write(`${tag} OK done\r\n`);
      });
    }).listen(0, '127.0.0.1');
    for (const server of [silent, mute]) if (!server.listening) await once(server, 'listening');
    const portOf = (server: typeof silent) => (server.address() as { port: number }).port;
    await expect(openImap({ ...target, port: portOf(silent) }, patience)).rejects.toMatchObject({ code: 'imap-away', temporary: true });
    const session = await openImap({ ...target, port: portOf(mute) }, patience);
    await expect(session.open('INBOX')).rejects.toMatchObject({ code: 'imap-away' });
    silent.close();
    mute.close();
  });

  it('settings that cannot be: another address, a password in clear over the internet, the inbox as the folder for what is done', async () => {
    const faults = async (change: Partial<MailboxInput>) => {
      const outcome = await addMailbox(office, officer, box, input(change), true);
      return outcome.outcome === 'invalid' ? outcome.faults.map(fault => fault.field) : outcome.outcome;
    };
    expect(await faults({ address: 'saraban@elsewhere.example' })).toEqual(['address']);
    expect(await faults({ host: 'imap.example.com' })).toEqual(['host']);
    expect(await faults({ submissionHost: 'smtp.example.com', submissionSecurity: 'none' })).toEqual(['submissionHost']);
    expect(await faults({ doneFolder: 'inbox' })).toEqual(['doneFolder']);
    expect(await faults({ port: '99999', password: '' })).toEqual(['port', 'password']);
    expect(await faults({ auth: 'oauth2' })).toEqual(['tokenEndpoint', 'clientId', 'refreshToken']);
    expect(await addMailbox(office, { ...officer, role: 'auditor' }, box, input(), true)).toEqual({ outcome: 'forbidden' });
    const mailboxId = await add();
    expect(await faults({})).toEqual(['name']);
    // A password goes to no other server than it was given for.
    const moved = await changeMailbox(office, officer, box, { ...input({ host: 'localhost', password: '' }), mailboxId });
    expect(moved).toMatchObject({ outcome: 'invalid', faults: [{ field: 'password' }] });
    expect(await changeMailbox(office, officer, box, { ...input({ doneFolder: '', password: '' }), mailboxId })).toEqual({
      outcome: 'done',
    });
    const acts = await fresh.owner`SELECT detail::text AS detail FROM act WHERE agency_id = ${agencyId}`;
    expect(acts.map(act => act.detail).join()).not.toContain('right');
    await setMailboxState(office, officer, { mailboxId, state: 'removed' });
    expect((await mailbox())?.sealed_secret).toBeNull();
  });
});
