/**
 * The full cycle, in a fresh folder: letters in by SMTP, `saraban backup now` (with its proof), everything but the copies and the key destroyed,
 * `saraban restore`, and the next letter gets the next number. Prints how long each step took. Not part of the suite: a thousand letters take a minute.
 *
 *   node bench/full-cycle.ts [--letters 1000]
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { type Appliance, startAppliance } from '../test/appliance.ts';

const run = promisify(execFile);
const ENTRY = fileURLToPath(new URL('../cli/saraban.js', import.meta.url));
const { values } = parseArgs({ options: { letters: { type: 'string', default: '1000' } } });
const LETTERS = Number(values.letters);

const root = await mkdtemp(join(tmpdir(), 'saraban-cycle-'));
const copies = join(root, 'elsewhere');
const key = join(root, 'escrow.txt');
const settings = { SARABAN_BACKUP_PLACES: copies };

async function saraban(data: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, SARABAN_DATA: data, ...settings };
  const { stdout } = await run(process.execPath, [ENTRY, ...args], { env, maxBuffer: 64 * 1024 ** 2 });
  return stdout.trim();
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  console.log(`${what.padEnd(46)} ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return result;
}

const ATTACHMENT = Buffer.alloc(60_000, 'แผนที่แนบท้ายหนังสือ ');

async function send(appliance: Appliance, from: number, to: number): Promise<string> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: appliance.smtpPort,
    pool: true,
    maxConnections: 8,
    tls: { rejectUnauthorized: false },
  });
  const sending: Promise<{ response: string }>[] = [];
  for (let number = from; number <= to; number++) {
    sending.push(
      transport.sendMail({
        from: `clerk-${number % 50}@sender.example`,
        to: 'saraban@tambon.example',
        subject: `หนังสือฉบับที่ ${number}`,
        text: `เรียน นายกเทศมนตรี\n\nฉบับที่ ${number}`,
        attachments: [{ filename: `แผนที่ ${number}.txt`, content: Buffer.concat([Buffer.from(`${number}\n`), ATTACHMENT]) }],
      }),
    );
  }
  const answers = await Promise.all(sending);
  transport.close();
  return answers.at(-1)?.response ?? '';
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size;
  return bytes;
}

try {
  const first = join(root, 'first');
  const appliance = await timed('start', () => startAppliance(first, settings));
  await timed(`${LETTERS} letters in`, () => send(appliance, 1, LETTERS));
  const db = await appliance.owner();
  await timed('read by the worker', async () => {
    for (;;) {
      const [row] = await db<{ n: number }[]>`SELECT count(*)::integer AS n FROM message WHERE reading = 'waiting'`;
      if (row?.n === 0) return;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  });
  console.log(await timed('backup now, with its proof', () => saraban(first, 'backup', 'now')));
  console.log(`copies: ${((await sizeOf(copies)) / 1024 ** 2).toFixed(1)} MiB`);
  await appliance.stop();
  await copyFile(join(first, 'keys', 'copy.agekey'), key);
  await rm(first, { recursive: true });

  const second = join(root, 'second');
  console.log(await timed('restore, with verify', () => saraban(second, 'restore', '--from', copies, '--identity', key, '--yes')));
  const again = await timed('start', () => startAppliance(second, settings));
  const answer = await send(again, LETTERS + 1, LETTERS + 1);
  console.log(answer);
  const { faults } = await timed('verify', () => again.verify());
  await again.stop();
  const good = answer.includes(`registered ${LETTERS + 1}/`) && faults.length === 0;
  console.log(good ? 'The register goes on with the next number, and holds.' : `It does not: ${JSON.stringify(faults.slice(0, 5))}`);
  process.exitCode = good ? 0 : 1;
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
