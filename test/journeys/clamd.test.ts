/** Debian's own clamd with one hand-made signature: what register/scan/clamd.ts says to the real daemon, and how it is understood. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Scanned, scanStream } from '../../register/scan/clamd.ts';
import { startAppliance } from '../appliance.ts';
import { SmtpClient } from '../smtp-client.ts';

const SIGNATURE = 'SARABAN HAND-MADE TEST SIGNATURE';
let folder: string;
let socket: string;
let daemon: ChildProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-clamd-'));
  socket = join(folder, 'clamd.sock');
  await mkdir(join(folder, 'signatures'));
  // Extended signature format: name, any type of file, anywhere, the bytes in hex.
  await writeFile(join(folder, 'signatures', 'test.ndb'), `Saraban.Test.HandMade:0:*:${Buffer.from(SIGNATURE).toString('hex')}\n`);
  const settings = [
    `LocalSocket ${socket}`,
    `DatabaseDirectory ${join(folder, 'signatures')}`,
    `TemporaryDirectory ${folder}`,
    'Foreground yes',
    'StreamMaxLength 1M',
  ];
  await writeFile(join(folder, 'clamd.conf'), `${settings.join('\n')}\n`);
  daemon = spawn('/usr/sbin/clamd', ['--config-file', join(folder, 'clamd.conf')], { stdio: 'ignore' });
  let trouble = '';
  daemon.once('error', error => {
    trouble = `clamd cannot be started (apt-get install clamav-daemon): ${error.message}`;
  });
  const ready = async () => expect(trouble || (await scan('ready?')).outcome).toBe('clean');
  await vi.waitFor(ready, { timeout: 60_000, interval: 200 });
});
afterAll(async () => {
  if (daemon?.pid !== undefined && daemon.exitCode === null) {
    const ended = once(daemon, 'exit');
    daemon.kill();
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

async function scan(...pieces: (string | Buffer)[]): Promise<Scanned> {
  async function* bytes() {
    for (const piece of pieces) yield Buffer.from(piece);
  }
  return await scanStream({ path: socket }, bytes(), 30_000);
}

const letter = (attachment: string) =>
  `From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(attachment).toString('base64')}\r\n--b--\r\n`;

it('passes a clean letter, in one piece and in many', async () => {
  const clean = letter('nothing in it');
  expect(await scan(clean)).toEqual({ outcome: 'clean' });
  expect(await scan(...clean)).toEqual({ outcome: 'clean' });
});

it('finds the signature in plain bytes, and inside a base64 attachment', async () => {
  const found = { outcome: 'infected', name: 'Saraban.Test.HandMade.UNOFFICIAL' };
  expect(await scan(`x ${SIGNATURE} y`)).toEqual(found);
  expect(await scan(letter(`x ${SIGNATURE} y`))).toEqual(found);
});

it('is told when a letter is larger than the scanner takes', async () => {
  const pieces = Array.from({ length: 100 }, () => Buffer.alloc(100_000, 'x'));
  expect(await scan(...pieces)).toEqual({ outcome: 'not-scanned', why: 'INSTREAM size limit exceeded. ERROR', again: false });
});

it('looks at every letter that the appliance registers: the number stays, the letter is marked', async () => {
  const appliance = await startAppliance(join(folder, 'data'), { SARABAN_CLAMD: socket });
  try {
    const client = await SmtpClient.open(appliance.smtpPort);
    const replies = [];
    for (const attachment of ['nothing in it', SIGNATURE]) {
      replies.push((await client.send('a@b.example', ['saraban@tambon.example'], letter(attachment)))?.lines[0]);
    }
    await client.quit();
    expect(replies).toEqual([expect.stringMatching(/^250 2\.0\.0 registered 1\//), expect.stringMatching(/^250 2\.0\.0 registered 2\//)]);
    const db = await appliance.owner();
    const scans = async () =>
      (await db`SELECT e.number, m.scan, m.attention FROM message m JOIN entry e ON e.id = m.entry_id ORDER BY e.number`).map(row => ({
        ...row,
      }));
    await expect.poll(scans, { timeout: 30_000, interval: 200 }).toEqual([
      { number: 1, scan: 'clean', attention: false },
      { number: 2, scan: 'infected', attention: true },
    ]);
    await expect.poll(async () => (await db`SELECT 1 FROM act WHERE kind = 'found-infected'`).length).toBe(1);
    expect((await appliance.verify()).faults).toEqual([]);
  } finally {
    await appliance.stop();
  }
}, 90_000);
