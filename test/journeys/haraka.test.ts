/** Haraka from npm in front of the real appliance, with the configuration of deploy/haraka: its 250 is our 250, with our number. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openFolderStore } from '../../register/store/folder.ts';
import { type Appliance, startAppliance, testFolder } from '../appliance.ts';
import { SmtpClient } from '../smtp-client.ts';

const SAMPLE = fileURLToPath(new URL('../../deploy/haraka', import.meta.url));
const HARAKA = fileURLToPath(new URL('../../node_modules/Haraka/haraka.js', import.meta.url));

let at: { folder: string; remove(): Promise<void> };
let appliance: Appliance;
let haraka: ChildProcess;
let port: number;
let settings: Record<string, string>;
let said = '';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  at = await testFolder();
  const lmtp = await freePort();
  settings = { SARABAN_LMTP_PORT: String(lmtp), SARABAN_FRONT: '127.0.0.1, ::1', SARABAN_DNS: '127.0.0.1:1' };
  appliance = await startAppliance(join(at.folder, 'data'), settings);
  port = await freePort();
  const folder = join(at.folder, 'haraka');
  await cp(SAMPLE, folder, { recursive: true });
  const edit = async (name: string, change: (text: string) => string) => {
    const file = join(folder, 'config', name);
    await writeFile(file, change(await readFile(file, 'utf8')));
  };
  await edit('smtp.ini', text => text.replace(/^listen=.*/m, `listen=127.0.0.1:${port}`).replace(/^(user|group)=.*\n/gm, ''));
  await edit('saraban.ini', text => text.replace(/^port=.*/m, `port=${lmtp}`));
  // The names of senders are asked of nobody: a test has no internet.
  await edit('plugins', text => text.replace(/^(fcrdns|spf)$/gm, '# $1'));
  haraka = spawn(process.execPath, [HARAKA], {
    env: { PATH: process.env.PATH, HARAKA: folder },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [haraka.stdout, haraka.stderr])
    stream?.on('data', chunk => {
      said += chunk.toString();
    });
  await vi.waitFor(
    async () => {
      if (haraka.exitCode !== null) throw new Error(`Haraka ended:\n${said}`);
      const client = await SmtpClient.open(port);
      expect((await client.say('NOOP'))?.code).toBe(250);
      client.destroy();
    },
    { timeout: 30_000, interval: 200 },
  );
});
afterAll(async () => {
  if (haraka?.exitCode === null) {
    const ended = once(haraka, 'exit');
    haraka.kill('SIGKILL');
    await ended;
  }
  await appliance?.stop();
  await at?.remove();
});

const letter = (id: string, body = 'hello') =>
  `From: a@b.example\r\nTo: saraban@tambon.example\r\nSubject: ${id}\r\nMessage-ID: <${id}@b.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n\r\n${body}\r\n`;

async function send(bytes: string, to = ['saraban+plan@tambon.example']): Promise<string> {
  const client = await SmtpClient.open(port, 'EHLO client.sender.example');
  const reply = await client.send('a@b.example', to, bytes);
  client.destroy();
  return `${reply?.code} ${reply?.lines.map(line => line.slice(4)).join(' ')}`;
}

it('says 250 with the number of the register, and the bytes are the sender’s own', async () => {
  const bytes = letter('one', `.a dot at the beginning\r\n..two\r\n${'x'.repeat(5_000)}\r\nเรื่อง ${'ก'.repeat(400)}`);
  const reply = await send(bytes);
  expect(reply).toMatch(/^250 2\.0\.0 registered 1\/2569 id=[0-9a-f-]{36} /);
  const owner = await appliance.owner();
  const [message] = await owner`SELECT encode(sha256, 'hex') AS sha256, peer FROM message`;
  const store = await openFolderStore(join(appliance.folder, 'blobs'));
  expect((await store.read(message?.sha256)).toString('utf8')).toBe(bytes);
  expect(message?.peer).toMatchObject({ address: '127.0.0.1', helo: 'client.sender.example' });
  expect(message?.peer.protocol).toContain('ESMTP via');
});

it('sent again, the same letter hears the same number', async () => {
  const first = await send(letter('two'));
  const again = await send(letter('two'));
  expect(first).toContain('registered 2/2569');
  expect(again.replace(/id=.*/, '')).toBe(first.replace(/id=.*/, ''));
});

it('an address that is none of ours is refused at RCPT, in our words', async () => {
  const client = await SmtpClient.open(port);
  await client.say('MAIL FROM:<a@b.example>');
  const reply = await client.say('RCPT TO:<nobody@tambon.example>');
  expect(reply?.code).toBe(550);
  expect(reply?.lines.join()).toContain('5.1.1');
  // And a good one after it is taken in the same transaction.
  expect((await client.say('RCPT TO:<saraban@tambon.example>'))?.code).toBe(250);
  client.destroy();
});

it('while the register is away a letter stays with its sender, and gets its number when it is back', async () => {
  await appliance.stop();
  expect(await away()).toContain('cannot be reached');
  appliance = await startAppliance(join(at.folder, 'data'), settings);
  expect(await send(letter('three'))).toContain('registered 3/2569');
});

async function away(): Promise<string> {
  const client = await SmtpClient.open(port);
  await client.say('MAIL FROM:<a@b.example>');
  const reply = await client.say('RCPT TO:<saraban@tambon.example>');
  expect(reply?.code).toBe(450);
  client.destroy();
  return reply?.lines.join() ?? '';
}
