import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWriter, type Writer } from '../../register/one-writer.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { SmtpClient } from '../../test/smtp-client.ts';
import { type Dialogue, dialogueOf, randomOf } from './fuzz-dialogue.ts';
import { dnsError } from './name-service.ts';
import { createPolicies } from './policies.ts';
import { createDirectory } from './recipients.ts';
import { listen, type SmtpListener } from './smtp.ts';
import { loadTls } from './tls.ts';
import { createTrust } from './trust.ts';

const SEED = 20_261_122;
const SESSIONS = 300;
const AT_ONCE = 30;
// Long beside what a dialogue takes, short beside what the server grants the idle.
const STUCK_MS = 8_000;

let fresh: FreshDatabase;
let writer: Writer;
let smtp: SmtpListener;
let lmtp: SmtpListener;
const logged: { level: string; fields: { number?: number; message?: string }; text: string }[] = [];
const stuck: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase();
  await addTestAgency(fresh.db, 'fuzz');
  const now = () => new Date('2026-11-22T03:00:00Z');
  writer = createWriter(fresh.db, fresh.jobs, now);
  const directory = createDirectory(fresh.db);
  const note = (level: string) => (fields: object, text: string) => void logged.push({ level, fields, text });
  const context = {
    directory,
    store: fresh.store,
    writer,
    trust: createTrust({
      servers: null,
      timeoutMs: 1_000,
      cache: { entries: 100, seconds: 60 },
      resolve: name => Promise.reject(dnsError('ENOTFOUND', name)),
    }),
    now,
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    maxLetter: 700_000,
    bareLf: 'accept' as const,
    ownNetworks: [],
    hostName: 'mx.agency.example',
    addressesOf: (id: number) => directory.addressesOf(id),
    ownReturnPathTag: () => false,
    policies: createPolicies(fresh.db),
  };
  const tls = await loadTls(fresh.folder, null, 'mx.agency.example');
  const common = { host: '127.0.0.1', port: 0, tls, hostName: 'mx.agency.example', diskFloor: 0 };
  smtp = await listen({ ...common, lmtp: false, fronts: [] }, context);
  lmtp = await listen({ ...common, lmtp: true, fronts: ['127.0.0.1/32'] }, context);
});
afterAll(async () => {
  await smtp.stop();
  await lmtp.stop();
  // Ends with `verify`, over the register and the blobs.
  await fresh.close();
});

/** Plays it to its end, or to where the client is gone. @returns everything the server said */
function play(port: number, dialogue: Dialogue): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    let isSpeaking = false;
    let isDone = false;
    // After STARTTLS the server waits for a handshake, as long as any client may think: nothing is stuck.
    const awaitsTls = () => heard.includes('\n220 2.0.0 Ready to start TLS') || heard.includes('\n220 Ready to start TLS');
    const watch = setTimeout(() => {
      stuck.push(`${JSON.stringify(dialogue.bytes.toString('latin1').slice(-300))} heard ${JSON.stringify(heard.slice(-300))}`);
      socket.destroy();
    }, STUCK_MS);
    const speak = async () => {
      if (isSpeaking) return;
      isSpeaking = true;
      const end = dialogue.goneAfter ?? dialogue.bytes.length;
      const places = [...dialogue.cuts.filter(cut => cut < end), end];
      let from = 0;
      for (const to of places) {
        if (socket.destroyed) return;
        await new Promise(done => socket.write(dialogue.bytes.subarray(from, to), done));
        // The other side has its turn, so that the pieces come apart.
        await new Promise(done => setImmediate(done));
        from = to;
      }
      isDone = true;
      if (dialogue.goneAfter !== null && !dialogue.isAbrupt) socket.end();
      else if (dialogue.goneAfter !== null || awaitsTls()) socket.resetAndDestroy();
    };
    socket.setNoDelay(true);
    socket.on('data', chunk => {
      heard += chunk.toString('latin1');
      void speak();
      if (isDone && awaitsTls()) socket.resetAndDestroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(watch);
      resolve(heard);
    });
    if (dialogue.isHasty) socket.on('connect', () => void speak());
  });
}

it(`${SESSIONS} broken dialogues: nothing falls over, nothing is left lying, every number said is in the register`, async () => {
  const random = randomOf(SEED);
  const dialogues = Array.from({ length: SESSIONS }, (_, session) => ({
    port: session % 3 === 0 ? lmtp.port : smtp.port,
    dialogue: dialogueOf(random, session, session % 3 === 0),
  }));
  const heard: string[] = [];
  const waiting = [...dialogues];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) heard.push(await play(next.port, next.dialogue));
    }),
  );
  await expect.poll(() => smtp.connections() + lmtp.connections(), { timeout: 5_000 }).toBe(0);
  await writer.drained();

  expect(stuck).toEqual([]);
  expect(heard).toHaveLength(SESSIONS);
  expect(logged.filter(line => line.level === 'error')).toEqual([]);
  await expect.poll(() => readdir(fresh.store.incoming)).toEqual([]);

  const entries = await fresh.owner<{ message: string; number: number }[]>`
    SELECT m.id AS message, e.number FROM message m JOIN entry e ON e.id = m.entry_id WHERE m.disposition IN ('entered', 'duplicate')`;
  const numberOf = new Map(entries.map(entry => [entry.message, entry.number]));
  const said = heard.flatMap(text => [...text.matchAll(/^250[ -]2\.0\.0 registered (\d+)\/2569 id=([0-9a-f-]{36})\r$/gm)]);
  for (const [, number, id] of said) expect(numberOf.get(id ?? '')).toBe(Number(number));
  const accepted = heard.flatMap(text => [...text.matchAll(/^250 2\.0\.0 accepted id=([0-9a-f-]{36})\r$/gm)]);
  const kept = new Set(
    (await fresh.owner<{ id: string }[]>`SELECT id FROM message WHERE disposition IN ('notice', 'held')`).map(row => row.id),
  );
  for (const [, id] of accepted) expect(kept.has(id ?? '')).toBe(true);
  // What the gateway entered is what the register has, no more and no less; an answer is missing only where nobody stayed to hear it.
  const entered = logged.filter(line => line.text === 'entered' || (line.text === 'came again' && line.fields.number !== undefined));
  expect(entered.map(line => line.fields.message).sort()).toEqual([...numberOf.keys()].sort());
  const unheard = numberOf.size - new Set(said.map(([, , id]) => id)).size;
  expect(unheard).toBeLessThanOrEqual(dialogues.filter(one => one.dialogue.goneAfter !== null).length);
  // The run went through what it was made for.
  expect(said.length).toBeGreaterThan(60);
  expect(accepted.length).toBeGreaterThan(10);
  for (const code of ['221', '250', '354', '500', '501', '503', '550', '552'])
    expect(heard.some(text => text.includes(`\n${code}`))).toBe(true);

  const client = await SmtpClient.open(smtp.port);
  const last = await client.send('a@b.example', ['saraban@fuzz.example'], 'Subject: after all of it\r\n\r\nx\r\n');
  expect(last?.lines[0]).toMatch(new RegExp(`^250 2\\.0\\.0 registered ${Math.max(...numberOf.values()) + 1}/2569 `));
  await client.quit();
}, 30_000);
