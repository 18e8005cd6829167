/**
 * The load: a process of its own that sends letters by SMTP over many connections and times each from its final dot to the reply.
 *   node bench/load.ts '{"port":2525,"address":"saraban@a.example","connections":8,"letters":400,"size":4096}'
 * Prints one JSON line: { letters, seconds, rate, p50, p99, refused } (times in milliseconds).
 */
import { randomBytes } from 'node:crypto';
import { SmtpClient } from '../test/smtp-client.ts';

export interface LoadPlan {
  port: number;
  address: string;
  connections: number;
  letters: number;
  /** Bytes of one letter, about. */
  size: number;
}

export interface LoadResult {
  letters: number;
  seconds: number;
  rate: number;
  p50: number;
  p99: number;
  refused: number;
}

const LETTERS_A_CONNECTION = 50;

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan;
const line = `${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3'.slice(0, 76)}\r\n`;
const body = Buffer.from(line.repeat(Math.max(1, Math.round((plan.size - 400) / line.length))));
const times: number[] = [];
let left = plan.letters;
let refused = 0;

async function connection(): Promise<void> {
  while (left > 0) {
    const client = await SmtpClient.open(plan.port);
    for (let sent = 0; sent < LETTERS_A_CONNECTION && left > 0; sent++) {
      left--;
      await client.say('MAIL FROM:<sender@load.example>');
      await client.say(`RCPT TO:<${plan.address}>`);
      await client.say('DATA');
      const id = randomBytes(12).toString('hex');
      const head = `From: Sender <sender@load.example>\r\nTo: <${plan.address}>\r\nSubject: Load ${id}\r\nMessage-ID: <${id}@load.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
      await client.write(Buffer.concat([Buffer.from(head), body]));
      const dot = performance.now();
      const reply = await client.say('.');
      times.push(performance.now() - dot);
      if (reply?.code !== 250) refused++;
    }
    await client.quit();
  }
}

const start = performance.now();
await Promise.all(Array.from({ length: plan.connections }, connection));
const seconds = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const result: LoadResult = { letters: times.length, seconds, rate: times.length / seconds, p50: at(0.5), p99: at(0.99), refused };
console.log(JSON.stringify(result));
