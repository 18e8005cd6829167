/**
 * The day the machine is lost: letters come in by mail, a night and the minutes after it go to another folder, everything else is destroyed, and on an empty
 * data folder the register goes on with the next number.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCopyKeys } from '../../backup/keys.ts';
import { makeChanges } from '../../backup/minutes/make-changes.ts';
import { openFolderPlace } from '../../backup/place/folder.ts';
import { SILENT } from '../../cli/log.ts';
import { startPostgres } from '../../cli/postgres/start-postgres.ts';
import { type Database, openDatabase } from '../../register/db/connect.ts';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { startAppliance, testFolder } from '../appliance.ts';

const run = promisify(execFile);
const ENTRY = fileURLToPath(new URL('../../cli/saraban.js', import.meta.url));
const LETTERS = 3;
let place: Awaited<ReturnType<typeof testFolder>>;
let copies: string;
let key: string;
let raw: string;

/** `saraban …` on a data folder. @returns what it said, and its exit code */
async function saraban(
  data: string,
  settings: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, SARABAN_DATA: data, ...settings };
  try {
    const { stdout, stderr } = await run(process.execPath, [ENTRY, ...args], { env, maxBuffer: 16 * 1024 ** 2 });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function send(port: number, subject: string): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
  const sent = await transport.sendMail({
    from: 'somchai@sender.example',
    to: 'saraban@tambon.example',
    subject,
    text: 'เรียน นายกเทศมนตรี',
    attachments: [{ filename: 'แผนที่.txt', content: `map of ${subject}` }],
  });
  transport.close();
  return sent.response;
}

/** What the night's process does every few minutes, on the stopped appliance. @returns the hash of letter 2 */
async function copyMinutes(data: string): Promise<string> {
  const server = await startPostgres({ dataFolder: data, log: SILENT });
  const db = openDatabase(server.connection, { role: 'owner', max: 3, name: 'test' });
  try {
    const made = await makeChanges({
      db,
      store: await openFolderStore(join(data, 'blobs')),
      places: [openFolderPlace(copies, { data, bandwidth: null })],
      keys: await openCopyKeys({ data, backup: { recipients: [], identity: null } }),
      box: await openSecretBox(secretsKeyFile(data)),
      data,
      now: () => new Date(),
      version: '0.0.0-test',
      log: SILENT,
    });
    // The appliance's own process may have been quicker.
    expect(['made', 'nothing']).toContain(made.outcome);
    return (await db<{ sha256: string }[]>`SELECT encode(raw_sha256, 'hex') AS sha256 FROM entry WHERE number = 2`)[0]?.sha256 ?? '';
  } finally {
    await db.end();
    await server.stop();
  }
}

/** Waits until the worker has read so many letters: their files are in the register then. */
async function read(db: Database, letters: number): Promise<void> {
  for (;;) {
    const [row] = await db<{ n: number }[]>`SELECT count(*)::integer AS n FROM message WHERE reading = 'done'`;
    if (row?.n === letters) return;
  }
}

beforeAll(async () => {
  place = await testFolder();
  copies = join(place.folder, 'copies-elsewhere');
  key = join(place.folder, 'escrow.txt');
  const data = join(place.folder, 'first');
  const backup = { SARABAN_BACKUP_PLACES: copies, SARABAN_BACKUP_EVERY: '1440' };
  const first = await startAppliance(data);
  for (let number = 1; number <= LETTERS; number++)
    expect(await send(first.smtpPort, `letter ${number}`)).toContain(`registered ${number}/`);
  await read(await first.owner(), LETTERS);
  await first.stop();
  // While nothing runs: the appliance's own night would begin at once, there being no copy yet.
  expect(await saraban(data, backup, 'backup', 'now')).toMatchObject({ code: 0, out: expect.stringContaining('พิสูจน์แล้ว') });
  const second = await startAppliance(data, backup);
  expect(await send(second.smtpPort, 'after the night')).toContain(`registered ${LETTERS + 1}/`);
  await read(await second.owner(), LETTERS + 1);
  await second.stop();
  raw = await copyMinutes(data);
  await copyFile(join(data, 'keys', 'copy.agekey'), key);
  await rm(data, { recursive: true });
}, 90_000);
afterAll(() => place.remove());

describe('a machine is lost', () => {
  it('says what it would do and does nothing when nobody can answer', async () => {
    const data = join(place.folder, 'asked');
    const asked = await saraban(data, {}, 'restore', '--from', copies, '--identity', key);
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('letters 3');
    expect(asked.err).toContain(`receive: เลขล่าสุด last number ${LETTERS}/`);
    expect(asked.err).toMatch(/[0-9a-f]{64}/);
    expect(await readdir(data)).not.toContain('restoring.json');
    await rm(data, { recursive: true });
  });

  it('the restored register holds, is not written over, and goes on with the next number', async () => {
    const data = join(place.folder, 'second');
    const restored = await saraban(data, {}, 'restore', '--from', copies, '--identity', key, '--yes', '--json');
    expect(restored.err + restored.out).toContain('"restored":true');
    expect(restored.code).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({ verify: { entries: LETTERS + 1, faults: [] }, copyFaults: [] });
    expect((await stat(join(data, 'keys', 'secrets.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(data)).not.toContain('restoring.json');

    const again = await saraban(data, {}, 'restore', '--from', copies, '--identity', key, '--yes');
    expect(again.code).toBe(1);
    expect(again.err).toContain('writes over nothing');

    // Number 5 was given to somebody after the last copy, perhaps.
    const passed = await saraban(data, {}, 'restore', 'numbers', `receive=${LETTERS + 3}`);
    expect(passed).toMatchObject({ code: 0 });
    const appliance = await startAppliance(data);
    expect(await send(appliance.smtpPort, 'the first after the restore')).toContain(`registered ${LETTERS + 3}/`);
    const db = await appliance.owner();
    expect(await db`SELECT number, state FROM entry WHERE state = 'cancelled'`).toEqual([{ number: LETTERS + 2, state: 'cancelled' }]);
    // I6: what the lost machine may have answered is not answered again.
    const answered =
      await db`SELECT number FROM entry e JOIN acknowledgement k ON k.entry_id = e.id JOIN mail m ON m.id = k.mail_id WHERE m.queued_at > now() - interval '1 hour' AND k.state = 'queued' AND number <= ${LETTERS + 1}`;
    expect(answered).toEqual([]);
    expect(await db`SELECT kind FROM act WHERE kind = 'restored' AND register = 'office'`).toHaveLength(2);
    expect((await appliance.verify()).faults).toEqual([]);
    await appliance.stop();
  });

  it('one letter comes back, into a folder and into the store', async () => {
    const data = join(place.folder, 'second');
    const blob = join(data, 'blobs', raw.slice(0, 2), raw);
    await writeFile(blob, 'damaged');
    const to = join(place.folder, 'one-letter');
    const year = new Date().getFullYear() + 543;
    const found = await saraban(
      data,
      {},
      'restore',
      '--from',
      copies,
      '--identity',
      key,
      '--letter',
      `receive/2/${year}`,
      '--to',
      to,
      '--into-store',
    );
    expect(found).toMatchObject({ code: 0 });
    expect(await readFile(join(to, 'raw.eml'), 'latin1')).toContain('Subject: letter 2');
    expect((await readdir(join(to, 'attachments'))).join()).toContain('แผนที่.txt');
    expect(JSON.parse(await readFile(join(to, 'entry.json'), 'utf8'))).toMatchObject({ number: 2 });
    expect(await readFile(blob, 'latin1')).toContain('Subject: letter 2');
    expect((await saraban(data, {}, 'verify')).code).toBe(0);
    expect(await readdir(join(data, 'scratch'))).toEqual([]);
  });

  it('a restore that was killed is taken up, and nothing starts on it meanwhile', async () => {
    const data = join(place.folder, 'third');
    await mkdir(data);
    const child = execFile(process.execPath, [ENTRY, 'restore', '--from', copies, '--identity', key, '--yes'], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, SARABAN_DATA: data },
    });
    await new Promise<void>(resolve => child.stderr?.on('data', text => /Restoring letters/.test(String(text)) && resolve()));
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('close', resolve));
    expect(await readdir(data)).toContain('restoring.json');
    const started = await saraban(data, {}, 'start');
    expect(started.code).toBe(1);
    expect(started.err).toContain('is not finished');
    const again = await saraban(data, {}, 'restore', '--from', copies, '--identity', key, '--yes', '--json');
    expect(again.err).toContain('Found an unfinished restore');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ restored: true, verify: { entries: LETTERS + 1, faults: [] } });
  });
});
