import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import type { InboundMessage, Judgement } from './enter.ts';
import { createWriter, type Writer } from './one-writer.ts';

let fresh: FreshDatabase;
let now: Date;
let writer: Writer;

beforeAll(async () => {
  fresh = await freshDatabase();
  now = new Date('2026-11-22T03:00:00.000Z');
  writer = createWriter(fresh.db, fresh.jobs, () => now);
});
afterAll(() => fresh.close());

async function letter(
  agencyId: number | number[],
  text: string,
  change: Partial<InboundMessage> = {},
  judgement: Judgement = { disposition: 'letter' },
): Promise<InboundMessage> {
  const { sha256, size } = await fresh.store.put(Buffer.from(text));
  const agencies = Array.isArray(agencyId) ? agencyId : [agencyId];
  return {
    id: randomUUID(),
    sha256,
    size,
    receivedAt: now,
    envelopeFrom: 'somchai@sender.example',
    peer: { address: '127.0.0.1', name: '', helo: 'sender.example', protocol: 'ESMTP', tls: null },
    headerMessageId: null,
    subject: 'ขอเชิญประชุม',
    fromName: 'สมชาย "ใจดี" \u2028 \\ \u0001',
    fromAddress: 'somchai@sender.example',
    urgency: 'normal',
    secrecy: 'normal',
    notes: [],
    trust: {},
    addressees: agencies.map(id => ({ agencyId: id, addresses: ['saraban@agency.example'], judgement })),
    ...change,
  };
}

describe('entering', () => {
  it('gives 1..n in the order handed in, to 200 at once (I3)', async () => {
    const agency = await addTestAgency(fresh.db, 'many');
    const messages = await Promise.all(Array.from({ length: 200 }, (_, index) => letter(agency, `letter ${index}`)));
    const entered = await Promise.all(messages.map(message => writer.enter(message)));
    expect(entered.map(([one]) => one?.outcome === 'entered' && one.number)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('gives no number twice when two writers of two processes work at once', async () => {
    const agency = await addTestAgency(fresh.db, 'rivals');
    const rival = createWriter(fresh.db, fresh.jobs, () => now);
    const messages = await Promise.all(Array.from({ length: 60 }, (_, index) => letter(agency, `rival ${index}`)));
    const entered = await Promise.all(messages.map((message, index) => (index % 2 === 0 ? writer : rival).enter(message)));
    const numbers = entered.map(([one]) => (one?.outcome === 'entered' ? one.number : 0)).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  it('gives the same number again to the same bytes under the same envelope, also at once and from two writers (I2)', async () => {
    const agency = await addTestAgency(fresh.db, 'again');
    const rival = createWriter(fresh.db, fresh.jobs, () => now);
    const first = await letter(agency, 'same bytes');
    const copies = await Promise.all(Array.from({ length: 8 }, () => letter(agency, 'same bytes')));
    const outcomes = await Promise.all([first, ...copies].map((message, index) => (index % 2 === 0 ? writer : rival).enter(message)));
    expect(new Set(outcomes.map(([one]) => one?.outcome === 'entered' && one.number))).toEqual(new Set([1]));
    expect(outcomes.filter(([one]) => one?.again === false)).toHaveLength(1);
    const other = await writer.enter(await letter(agency, 'same bytes', { envelopeFrom: 'other@sender.example' }));
    expect(other[0]).toMatchObject({ outcome: 'entered', number: 2, again: false });
  });

  it('enters other bytes with the same Message-ID and flags them (I2)', async () => {
    const agency = await addTestAgency(fresh.db, 'flagged');
    const [first] = await writer.enter(await letter(agency, 'a', { headerMessageId: '<x@y>' }));
    const [second] = await writer.enter(await letter(agency, 'b', { headerMessageId: '<x@y>' }));
    expect(second).toMatchObject({ outcome: 'entered', number: 2 });
    const rows = await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx`SELECT possible_duplicate_of, duplicate_state FROM entry WHERE number = 2`,
    );
    expect(rows[0]).toEqual({ possible_duplicate_of: first?.outcome === 'entered' && first.entryId, duplicate_state: 'flagged' });
  });

  it('begins again with 1 after midnight of 1 January in the zone of the agency', async () => {
    const agency = await addTestAgency(fresh.db, 'midnight');
    now = new Date('2026-12-31T16:59:59.999Z');
    const [last] = await writer.enter(await letter(agency, 'last of 2569'));
    now = new Date('2026-12-31T17:00:00.000Z');
    const [first] = await writer.enter(await letter(agency, 'first of 2570'));
    now = new Date('2026-11-22T03:00:00.000Z');
    expect([last, first]).toMatchObject([
      { number: 1, year: 2569 },
      { number: 1, year: 2570 },
    ]);
  });

  it('serves several agencies in one transaction, each with its own number', async () => {
    const [a, b] = [await addTestAgency(fresh.db, 'both-a'), await addTestAgency(fresh.db, 'both-b')];
    await writer.enter(await letter(b, 'only b'));
    const entered = await writer.enter(await letter([b, a], 'both'));
    expect(entered).toMatchObject([
      { agencyId: a, number: 1 },
      { agencyId: b, number: 2 },
    ]);
  });

  it('gives no number to notices and held messages', async () => {
    const agency = await addTestAgency(fresh.db, 'quiet');
    expect((await writer.enter(await letter(agency, 'bounce', {}, { disposition: 'notice', why: 'null-return-path' })))[0]).toMatchObject({
      outcome: 'notice',
    });
    expect((await writer.enter(await letter(agency, 'secret', {}, { disposition: 'held', why: 'top-secret' })))[0]).toMatchObject({
      outcome: 'held',
    });
    expect((await writer.enter(await letter(agency, 'letter')))[0]).toMatchObject({ outcome: 'entered', number: 1 });
  });

  it('enters ลับ and ลับมาก in a register of their own: two series side by side, each 1..n, whatever comes at once and from two writers (I3)', async () => {
    const agency = await addTestAgency(fresh.db, 'classified');
    const rival = createWriter(fresh.db, fresh.jobs, () => now);
    const classes = ['normal', 'confidential', 'secret'];
    const messages = await Promise.all(
      Array.from({ length: 90 }, (_, index) => letter(agency, `classified ${index}`, { secrecy: classes[index % 3] as string })),
    );
    // Backwards for the rival, so that the two would take the two series in opposite orders if they took them as the letters come.
    const [one, two] = [messages.slice(0, 45), messages.slice(45).reverse()];
    const outcomes = await Promise.all([...one.map(each => writer.enter(each)), ...two.map(each => rival.enter(each))]);
    expect(outcomes.every(([each]) => each?.outcome === 'entered')).toBe(true);
    const rows = await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx<{ register: string; numbers: number[]; classes: string[] }[]>`
        SELECT register, array_agg(number ORDER BY number) AS numbers, array_agg(DISTINCT secrecy ORDER BY secrecy) AS classes FROM entry GROUP BY register ORDER BY register`,
    );
    const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);
    expect([...rows]).toEqual([
      { register: 'receive', numbers: upTo(30), classes: ['normal'] },
      { register: 'receive-classified', numbers: upTo(60), classes: ['confidential', 'secret'] },
    ]);
  });

  it('gives a classified letter that comes again its own number, and begins that series anew each year', async () => {
    const agency = await addTestAgency(fresh.db, 'classified-again');
    await writer.enter(await letter(agency, 'plain'));
    await writer.enter(await letter(agency, 'plain too'));
    const first = await writer.enter(await letter(agency, 'hush', { secrecy: 'secret' }));
    const again = await writer.enter(await letter(agency, 'hush', { secrecy: 'secret' }));
    expect([first, again]).toMatchObject([[{ number: 1, year: 2569, again: false }], [{ number: 1, year: 2569, again: true }]]);
    now = new Date('2026-12-31T17:00:00.000Z');
    const next = await writer.enter(await letter(agency, 'hush hush', { secrecy: 'secret' }));
    now = new Date('2026-11-22T03:00:00.000Z');
    expect(next).toMatchObject([{ number: 1, year: 2570 }]);
  });

  it.each([
    ['shared', 2, 'receive'],
    ['own', 1, 'receive-classified'],
    ['nonsense', 1, 'receive-classified'],
    [7, 1, 'receive-classified'],
  ])('obeys the agency that keeps its classified register %j', async (setting, number, register) => {
    const agency = await addTestAgency(fresh.db, `classified-${setting}`);
    await fresh.owner`UPDATE agency SET settings = ${fresh.owner.json({ classifiedRegister: setting })} WHERE id = ${agency}`;
    await writer.enter(await letter(agency, `plain ${setting}`));
    expect(await writer.enter(await letter(agency, `hush ${setting}`, { secrecy: 'confidential' }))).toMatchObject([{ number }]);
    const rows = await inAgency(fresh.db, agency, THE_APPLIANCE, tx => tx`SELECT register FROM entry WHERE secrecy <> 'normal'`);
    expect([...rows]).toEqual([{ register }]);
  });

  it('takes whatever a header may hold: NUL, half surrogates, megabytes (I7)', async () => {
    const agency = await addTestAgency(fresh.db, 'hostile');
    const nasty = `a\u0000b\ud800c${'x'.repeat(1_000_000)}`;
    const [one] = await writer.enter(
      await letter(agency, 'hostile', { subject: nasty, fromName: nasty, fromAddress: nasty, headerMessageId: nasty }),
    );
    expect(one).toMatchObject({ outcome: 'entered', number: 1 });
  });

  it('queues reading in the same transaction, and nothing for what came again', async () => {
    const agency = await addTestAgency(fresh.db, 'queued');
    await writer.enter(await letter(agency, 'queue me'));
    await writer.enter(await letter(agency, 'queue me'));
    const jobs = await fresh.owner`SELECT data FROM pgboss.job WHERE name = 'read-message' AND (data->>'agencyId')::integer = ${agency}`;
    expect(jobs).toHaveLength(1);
  });

  it('has queued nothing when the letter is refused, however late the queue is', async () => {
    const agency = await addTestAgency(fresh.db, 'late-queue');
    const ended = Promise.withResolvers<void>();
    const late: Pick<typeof fresh.jobs, 'enqueue'> = {
      async enqueue(tx, queue, payloads) {
        await fresh.owner`SELECT pg_sleep(0.05)`;
        await fresh.jobs.enqueue(tx, queue, payloads).finally(() => ended.resolve());
      },
    };
    const bad = { ...(await letter(agency, 'refused')), urgency: 'no such urgency' };
    await expect(createWriter(fresh.db, late, () => now).enter(bad)).rejects.toThrow();
    await ended.promise;
    expect(await fresh.owner`SELECT 1 FROM pgboss.job WHERE (data->>'agencyId')::integer = ${agency}`).toHaveLength(0);
  });

  it('turns away only the letter the database will not take', async () => {
    const agency = await addTestAgency(fresh.db, 'broken-one');
    const good = await letter(agency, 'good one');
    const bad = { ...(await letter(agency, 'bad one')), id: 'not a uuid' };
    const also = await letter(agency, 'good two');
    const outcomes = await Promise.allSettled([writer.enter(good), writer.enter(bad), writer.enter(also)]);
    expect(outcomes.map(one => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const numbers = outcomes.flatMap(one =>
      one.status === 'fulfilled' && one.value[0]?.outcome === 'entered' ? [one.value[0].number] : [],
    );
    expect(numbers).toEqual([1, 2]);
  });
});
