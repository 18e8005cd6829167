/** A mailbox on Debian's Dovecot, fetched by the real appliance: set up from the command line, a letter within seconds, killed in between, acknowledged through the account's own server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_PASSWORD, type Appliance, kill, startAppliance, testFolder } from '../appliance.ts';
import { type Dovecot, dovecotIsHere, startDovecot } from '../dovecot.ts';

const ENTRY = fileURLToPath(new URL('../../cli/saraban.js', import.meta.url));
const ADDRESS = 'saraban@tambon.example';

describe.skipIf(!dovecotIsHere)('a mailbox elsewhere', { timeout: 120_000 }, () => {
  let at: Awaited<ReturnType<typeof testFolder>>;
  let appliance: Appliance;
  let dovecot: Dovecot;
  let sending: SMTPServer;
  const sent: { user: string; from: string; to: string; bytes: string }[] = [];

  beforeAll(async () => {
    at = await testFolder();
    dovecot = await startDovecot({ saraban: 'right password' });
    sending = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, callback) =>
        auth.password === 'right password' ? callback(null, { user: auth.username ?? '' }) : callback(new Error('wrong')),
      onData(stream, session, callback) {
        text(stream).then(bytes => {
          const { mailFrom, rcptTo } = session.envelope;
          sent.push({
            user: String(session.user),
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(one => one.address).join(),
            bytes,
          });
          callback();
        }, callback);
      },
    });
    sending.listen(0, '127.0.0.1');
    await once(sending.server, 'listening');
    // No resolver: a test has no internet.
    appliance = await startAppliance(join(at.folder, 'data'), { SARABAN_DNS: '127.0.0.1:1' });
  });
  afterAll(async () => {
    await appliance?.stop();
    await dovecot?.close();
    await new Promise<void>(resolve => (sending === undefined ? resolve() : sending.close(() => resolve())));
    await at?.remove();
  });

  const letter = (subject: string) =>
    `Return-Path: <a@sender.example>\r\nDelivered-To: saraban+works@tambon.example\r\nFrom: a@sender.example\r\nTo: ${ADDRESS}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@sender.example>\r\n\r\nเรียน นายก\r\n`;
  const subjects = async () => (await (await appliance.owner())`SELECT subject FROM entry ORDER BY number`).map(row => row.subject);
  const until = (check: () => Promise<void>, seconds = 20) => vi.waitFor(check, { timeout: seconds * 1000, interval: 100 });

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, SARABAN_DATA: appliance.folder, SARABAN_CONF: '/dev/null' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: Number((await ended)[0]), out, err };
  }

  it('is added with a password from a file, and tried; a letter is entered, byte for byte, and moved', async () => {
    const file = join(at.folder, 'password');
    await writeFile(file, 'right password\n');
    await dovecot.deliver('saraban', letter('one'));
    const settings = [
      '--name',
      'elsewhere',
      '--host',
      '127.0.0.1',
      '--port',
      String(dovecot.port),
      '--security',
      'none',
      '--login',
      'saraban',
    ];
    const { port } = sending.server.address() as AddressInfo;
    const more = [
      '--done-folder',
      'Done',
      '--existing',
      '--submission-host',
      '127.0.0.1',
      '--submission-port',
      String(port),
      '--submission-security',
      'none',
    ];
    expect(await run('imap', 'add', ...settings, ...more)).toMatchObject({ code: 2 });
    expect(await run('imap', 'test')).toMatchObject({ code: 2 });
    const added = await run('imap', 'add', ...settings, ...more, '--password-file', file);
    expect(added).toMatchObject({ code: 0, err: '' });
    await until(async () => expect(await subjects()).toEqual(['one']));
    await until(async () => expect(await dovecot.mails('saraban', 'Done')).toHaveLength(1));
    expect((await dovecot.mails('saraban', 'Done'))[0]?.bytes.toString()).toBe(letter('one'));
    const tried = await run('imap', 'test', '--json');
    expect({ code: tried.code, ...JSON.parse(tried.out).items[0] }).toMatchObject({
      code: 0,
      problem: null,
      idle: true,
      mails: 0,
      sending: '',
    });
    expect(JSON.parse(tried.out).items[0].folders).toContain('Done');
    expect((await run('imap', 'list')).out + tried.out + added.out).not.toContain('right password');
  });

  it('the next comes by the server’s word, within seconds', async () => {
    // The usual pause is five minutes: longer than this waits.
    await dovecot.deliver('saraban', letter('two'));
    await until(async () => expect(await subjects()).toEqual(['one', 'two']));
  });

  it('the gateway killed with letters on their way: each is entered once', async () => {
    for (let one = 0; one < 40; one++) await dovecot.deliver('saraban', letter(`many ${one}`));
    await until(async () => expect((await subjects()).length).toBeGreaterThan(3));
    kill(appliance.pids().gateway);
    await until(async () => expect(await dovecot.mails('saraban')).toEqual([]), 60);
    const found = await subjects();
    expect([found.length, new Set(found).size]).toEqual([42, 42]);
    expect(await dovecot.mails('saraban', 'Done')).toHaveLength(42);
  });

  it('the acknowledgement leaves by the account’s own server, signed in', async () => {
    const jar = await signIn();
    const [entry] = await (await appliance.owner())`SELECT id FROM entry WHERE number = 1`;
    await until(async () => {
      const [row] = await (await appliance.owner())`SELECT state FROM acknowledgement WHERE entry_id = ${entry?.id}`;
      expect(row?.state).toBe('held');
    });
    // The sender is not proven (no DNS, no signature), so an officer presses.
    const pressed = await fetch(`${appliance.webUrl}/entries/${entry?.id}/acknowledge`, {
      method: 'POST',
      headers: { cookie: jar },
      body: new URLSearchParams(),
      redirect: 'manual',
    });
    expect([200, 303]).toContain(pressed.status);
    await until(async () => expect(sent.map(one => one.to)).toContain('a@sender.example'));
    expect(sent[0]).toMatchObject({ user: 'saraban', from: '' });
    expect(sent[0]?.bytes).toContain(`<${ADDRESS}>`);
  });

  it('the server away: said, tried again, and what came meanwhile is fetched', async () => {
    await dovecot.stop();
    expect(await run('imap', 'test')).toMatchObject({ code: 75 });
    await dovecot.deliver('saraban', letter('meanwhile'));
    await dovecot.start();
    await until(async () => expect(await subjects()).toContain('meanwhile'), 60);
    await dovecot.setPassword('saraban', 'another');
    // Dovecot looks at its file once a second at most: somebody signed in just now.
    const refused = { code: 1, err: '', out: expect.stringContaining('รหัสผ่าน') };
    await until(async () => expect(await run('imap', 'test')).toMatchObject(refused), 20);
    expect(await run('imap', 'remove', 'Elsewhere')).toMatchObject({ code: 0 });
    expect(await run('imap', 'remove', 'Elsewhere')).toMatchObject({ code: 1 });
    expect((await appliance.verify()).faults).toEqual([]);
  });

  async function signIn(): Promise<string> {
    const response = await fetch(`${appliance.webUrl}/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ login: 'admin', password: ADMIN_PASSWORD }),
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    return response.headers
      .getSetCookie()
      .map(cookie => cookie.split(';')[0])
      .join('; ');
  }
});
