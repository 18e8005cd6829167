/**
 * How letters should be numbered: one transaction a letter, or one writer that takes whatever waits (register/one-writer.ts)?
 * Both do the whole of register/enter.ts - message, number, hash chain, job - on the same database, side by side in one run.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { openDatabase } from '../register/db/connect.ts';
import { inTransaction } from '../register/db/transaction.ts';
import { enterMessages, type InboundMessage } from '../register/enter.ts';
import { openJobs } from '../register/jobs/jobs.ts';
import { createWriter } from '../register/one-writer.ts';
import { type Bench, median, withBench } from './setting.ts';

export interface NumberingFigure {
  clients: number;
  /** Letters a second, median of the rounds. */
  oneEach: number;
  oneWriter: number;
}

const ROUNDS = 3;

function letter(agencyId: number): InboundMessage {
  return {
    id: randomUUID(),
    sha256: randomBytes(32).toString('hex'),
    size: 4096,
    receivedAt: new Date(),
    envelopeFrom: 'sender@load.example',
    peer: { address: '127.0.0.1', name: '', helo: 'load.example', protocol: 'ESMTP', tls: null },
    headerMessageId: `<${randomUUID()}@load.example>`,
    subject: 'ขอเชิญประชุมคณะกรรมการ',
    fromName: 'ผู้ส่ง',
    fromAddress: 'sender@load.example',
    urgency: 'normal',
    secrecy: 'normal',
    notes: [],
    trust: {},
    addressees: [{ agencyId, addresses: ['saraban@bench.example'], judgement: { disposition: 'letter' } }],
  };
}

async function rate(
  clients: number,
  letters: number,
  enter: (message: InboundMessage) => Promise<unknown>,
  agencyId: number,
): Promise<number> {
  let left = letters;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left-- > 0) await enter(letter(agencyId));
    }),
  );
  return letters / ((performance.now() - start) / 1000);
}

export async function measureNumbering(bench: Bench, clientCounts = [1, 2, 4, 8, 16, 32, 64]): Promise<NumberingFigure[]> {
  const db = openDatabase(bench.connection, { role: 'app', max: 64, name: 'bench' });
  const jobs = await openJobs(bench.connection, { works: false, name: 'bench', log: { error: console.error, warn: () => {} } });
  const now = () => new Date();
  const writer = createWriter(db, jobs, now);
  const each = (message: InboundMessage) => inTransaction(db, tx => enterMessages(tx, jobs, now(), [message]));
  const figures: NumberingFigure[] = [];
  for (const clients of clientCounts) {
    const letters = Math.min(600, 100 * clients);
    const rounds: { each: number; writer: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        each: await rate(clients, letters, each, bench.agencyId),
        writer: await rate(clients, letters, message => writer.enter(message), bench.agencyId),
      });
    }
    figures.push({ clients, oneEach: median(rounds.map(one => one.each)), oneWriter: median(rounds.map(one => one.writer)) });
  }
  await jobs.stop();
  await db.end();
  return figures;
}

if (import.meta.main) console.table(await withBench(bench => measureNumbering(bench)));
