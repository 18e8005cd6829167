import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { acknowledgeHandler } from '../acknowledge/acknowledge.ts';
import { captureCourier } from './capture.ts';
import type { Courier } from './courier.ts';
import { directCourier } from './direct.ts';
import { notifyRouteHandler } from './notify.ts';
import { relayCourier } from './relay.ts';
import { returnLetterHandler } from './return-letter.ts';
import { sendMailHandler } from './send-mail.ts';
import { acknowledgementOf, actsOf, contextOf, enterLetter, mailsOf, NOW, openSink, press, type Sink } from './test-bench.ts';

let fresh: FreshDatabase;
let agency: number;
let sink: Sink;
let count = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'agency');
  sink = await openSink();
});
afterAll(async () => {
  await sink.close();
  await fresh.close();
});
beforeEach(() => {
  sink.mood = 'accept';
  sink.received.length = 0;
  sink.dots = 0;
});

const IMPATIENT = { connectMs: 2_000, greetingMs: 400, idleMs: 400, totalMs: 2_000 };
const relay = () => relayCourier(sink.url, 'me.example', IMPATIENT);
const send = (mailId: string, courier: Courier = relay(), now = NOW) =>
  sendMailHandler(contextOf(fresh, { now: () => now }), courier)({ agencyId: agency, mailId });

/** A letter whose acknowledgement waits to be sent. */
async function queued(body?: string): Promise<{ entryId: string; mailId: string }> {
  const letter = await enterLetter(fresh, agency, {
    envelopeFrom: `sender${count++}@sender.example`,
    ...(body === undefined ? {} : { body }),
  });
  await acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId: letter.entryId });
  return { entryId: letter.entryId, mailId: (await mailsOf(fresh, letter.entryId))[0]?.id ?? '' };
}
const mailOf = async (entryId: string) => {
  const [mail] = await mailsOf(fresh, entryId);
  if (mail === undefined) throw new Error('no mail');
  return mail;
};

describe('an acknowledgement through a relay', () => {
  it('goes out once, byte for byte, with the null return path', async () => {
    const { entryId, mailId } = await queued();
    await send(mailId);
    await send(mailId);
    const mail = await mailOf(entryId);
    expect(sink.received).toHaveLength(1);
    expect(sink.received[0]).toMatchObject({ from: '', to: [mail.recipient] });
    expect(sink.received[0]?.bytes).toEqual(await fresh.store.read(mail.sha256));
    expect(mail).toMatchObject({ state: 'sent', attempts: 1, reply: expect.stringContaining('250') });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'sent', reason: '', sentAt: NOW });
    expect(await actsOf(fresh, entryId)).toEqual(['acknowledgement-queued', 'acknowledged']);
  });

  it('passes the gate when every byte is out, and before the dot', async () => {
    const { entryId, mailId } = await queued();
    const seen: object[] = [];
    const real = relay();
    const watching: Courier = {
      ...real,
      deliver: (mail, gate) =>
        real.deliver(mail, async () => {
          const before = (await mailOf(entryId)).state;
          const open = await gate();
          seen.push({ before, after: (await mailOf(entryId)).state, dots: sink.dots });
          return open;
        }),
    };
    await send(mailId, watching);
    expect(seen).toEqual([{ before: 'queued', after: 'sending', dots: 0 }]);
    expect(sink.dots).toBe(1);
  });

  it.each([{ atRecipient: 451 }, { atData: 452 }])('waits after a temporary refusal %j, and goes out with the next try', async mood => {
    const { entryId, mailId } = await queued();
    sink.mood = mood;
    await expect(send(mailId)).rejects.toMatchObject({ code: 'mail-deferred', temporary: true });
    expect(await mailOf(entryId)).toMatchObject({ state: 'queued', attempts: 1, reply: expect.stringMatching(/^45[12]/) });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'queued' });
    sink.mood = 'accept';
    await send(mailId);
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent', attempts: 2 });
    expect(sink.received).toHaveLength(1);
  });

  it('is given up after five days of temporary refusals', async () => {
    const { entryId, mailId } = await queued();
    sink.mood = { atData: 452 };
    await send(mailId, relay(), new Date(NOW.getTime() + 5 * 86_400_000 + 1));
    expect(await mailOf(entryId)).toMatchObject({ state: 'failed' });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'failed', reason: 'gave-up' });
  });

  it.each([{ atRecipient: 550 }, { atData: 554 }])('fails for good at %j, and keeps the reply', async mood => {
    const { entryId, mailId } = await queued();
    sink.mood = mood;
    await send(mailId);
    await send(mailId);
    expect(await mailOf(entryId)).toMatchObject({ state: 'failed', attempts: 1, reply: expect.stringMatching(/^55[04] 5\.1\.1/) });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'failed', reason: 'relay-refused', sentAt: null });
    expect((await actsOf(fresh, entryId)).at(-1)).toBe('acknowledgement-failed');
  });

  it.each(['hang-up-after-dot', 'silent-after-dot'] as const)(
    'becomes uncertain when the relay is %s, and is not sent again by itself',
    async mood => {
      const { entryId, mailId } = await queued();
      sink.mood = mood;
      await send(mailId);
      expect(sink.dots).toBe(1);
      expect(await mailOf(entryId)).toMatchObject({ state: 'uncertain' });
      expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'uncertain', reason: 'interrupted' });
      sink.mood = 'accept';
      await send(mailId);
      expect(sink.received).toEqual([]);
      expect((await actsOf(fresh, entryId)).at(-1)).toBe('acknowledgement-uncertain');
    },
  );

  it('goes out again, the same mail, when an officer presses', async () => {
    const { entryId, mailId } = await queued();
    sink.mood = 'hang-up-after-dot';
    await send(mailId);
    sink.mood = 'accept';
    await press(fresh, agency, entryId);
    await acknowledgeHandler(contextOf(fresh))({ agencyId: agency, entryId });
    expect(await mailOf(entryId)).toMatchObject({ id: mailId, state: 'queued' });
    await send(mailId);
    const mail = await mailOf(entryId);
    expect(await mailsOf(fresh, entryId)).toHaveLength(1);
    expect(sink.received.map(one => one.bytes)).toEqual([await fresh.store.read(mail.sha256)]);
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'sent', reason: 'officer' });
  });

  it('waits while nobody listens, or nobody greets', async () => {
    const { entryId, mailId } = await queued();
    await expect(send(mailId, relayCourier('smtp://127.0.0.1:1', 'me.example', IMPATIENT))).rejects.toMatchObject({
      code: 'mail-deferred',
    });
    sink.mood = 'silent-greeting';
    await expect(send(mailId)).rejects.toMatchObject({ code: 'mail-deferred' });
    expect(await mailOf(entryId)).toMatchObject({ state: 'queued', attempts: 2 });
  });

  it('waits while the relay does not know our password, for that is our fault', async () => {
    const { entryId, mailId } = await queued();
    await expect(send(mailId, relayCourier(`smtp://user:wrong@127.0.0.1:${sink.port}`, 'me.example', IMPATIENT))).rejects.toMatchObject({
      code: 'mail-deferred',
    });
    expect(await mailOf(entryId)).toMatchObject({ state: 'queued' });
    expect(sink.dots).toBe(0);
  });
});

/** A courier that dies where it is told, as a process would. */
function dying(where: 'before the gate' | 'after the gate', courier: Courier): Courier {
  return {
    ...courier,
    async deliver(mail, gate) {
      if (where === 'before the gate') throw new Error('killed');
      return await courier.deliver(mail, async () => {
        await gate();
        throw new Error('killed');
      });
    },
  };
}

describe('after a crash', () => {
  it('before the gate, an acknowledgement is sent by the next try', async () => {
    const { entryId, mailId } = await queued();
    await expect(send(mailId, dying('before the gate', relay()))).rejects.toThrow('killed');
    expect(await mailOf(entryId)).toMatchObject({ state: 'queued' });
    await send(mailId);
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent', attempts: 2 });
    expect(sink.received).toHaveLength(1);
  });

  it('between the gate and the answer, it becomes uncertain', async () => {
    const { entryId, mailId } = await queued();
    await expect(send(mailId, dying('after the gate', relay()))).rejects.toThrow('killed');
    expect(await mailOf(entryId)).toMatchObject({ state: 'sending' });
    expect(sink.dots).toBe(0);
    await send(mailId);
    expect(await mailOf(entryId)).toMatchObject({ state: 'uncertain', attempts: 1 });
    expect(await acknowledgementOf(fresh, entryId)).toMatchObject({ state: 'uncertain', reason: 'interrupted' });
    expect(sink.received).toEqual([]);
  });

  it('a captured one is settled by looking: sent when its file is there, sent now when it is not', async () => {
    const outbox = join(fresh.folder, 'outbox', String(agency));
    const capture = captureCourier(fresh.folder);
    const lost = await queued();
    await expect(send(lost.mailId, dying('after the gate', capture))).rejects.toThrow('killed');
    expect((await readdir(outbox)).filter(name => name === `${lost.mailId}.eml`)).toEqual([]);
    await send(lost.mailId, capture);
    expect(await mailOf(lost.entryId)).toMatchObject({ state: 'sent', attempts: 2 });

    const kept = await queued();
    const deaf: Courier = {
      ...capture,
      async deliver(mail, gate) {
        await capture.deliver(mail, gate);
        throw new Error('killed');
      },
    };
    await expect(send(kept.mailId, deaf)).rejects.toThrow('killed');
    await send(kept.mailId, capture);
    expect(await mailOf(kept.entryId)).toMatchObject({ state: 'sent', attempts: 1 });
    expect((await readdir(outbox)).filter(name => name.startsWith(kept.mailId))).toEqual([`${kept.mailId}.eml`]);
  });

  it('two workers with the same mail send it once', async () => {
    const { entryId, mailId } = await queued();
    const results = await Promise.allSettled([send(mailId), send(mailId), send(mailId)]);
    expect(results.every(result => result.status === 'fulfilled')).toBe(true);
    expect(sink.dots).toBe(1);
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent' });
  });

  it('a worker that was taken for dead does not get past the gate', async () => {
    const { entryId, mailId } = await queued();
    let wake = () => {};
    const sleep = new Promise<void>(resolve => {
      wake = resolve;
    });
    const real = relay();
    const sleeper: Courier = {
      ...real,
      deliver: (mail, gate) =>
        real.deliver(mail, async () => {
          await sleep;
          return await gate();
        }),
    };
    const slow = send(mailId, { ...sleeper, deliver: (mail, gate) => sleeper.deliver(mail, gate) });
    await expect.poll(async () => (await mailOf(entryId)).attempts).toBe(1);
    await send(mailId);
    wake();
    await slow.catch(() => {});
    expect(sink.received).toHaveLength(1);
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent', attempts: 2 });
  });
});

describe('direct delivery', () => {
  const names = {
    mx: async () => [
      { exchange: 'dead.example', priority: 1 },
      { exchange: 'mx.example', priority: 2 },
    ],
    addresses: async (name: string) => (name === 'dead.example' ? ['127.0.0.9'] : ['127.0.0.1']),
  };
  it('goes to the next server when the best is away', async () => {
    const { entryId, mailId } = await queued();
    await send(mailId, directCourier({ names, name: 'me.example', patience: IMPATIENT, port: sink.port, loopback: true }));
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent' });
    expect(sink.received).toHaveLength(1);
  });
  it('never goes to this machine because a stranger’s DNS says so', async () => {
    const { entryId, mailId } = await queued();
    await send(mailId, directCourier({ names, name: 'me.example', patience: IMPATIENT, port: sink.port }));
    expect(await mailOf(entryId)).toMatchObject({ state: 'failed', reply: expect.stringContaining('5.4.4') });
    expect(sink.dots).toBe(0);
  });
  it('asks no second server after doubt', async () => {
    const { entryId, mailId } = await queued();
    sink.mood = 'hang-up-after-dot';
    const twice = { mx: names.mx, addresses: async () => ['127.0.0.1'] };
    await send(mailId, directCourier({ names: twice, name: 'me.example', patience: IMPATIENT, port: sink.port, loopback: true }));
    expect(sink.dots).toBe(1);
    expect(await mailOf(entryId)).toMatchObject({ state: 'uncertain' });
  });
});

describe('a notification', () => {
  async function routed(change: { secrecy?: string; state?: string } = {}): Promise<{ entryId: string; routeId: string }> {
    const letter = await enterLetter(fresh, agency);
    const unitId = await addTestUnit(fresh.db, agency, `u${count++}`);
    const routeId = randomUUID();
    await inAgency(fresh.db, agency, THE_APPLIANCE, async tx => {
      await tx`UPDATE entry SET secrecy = ${change.secrecy ?? 'normal'}, urgency = 'most-urgent' WHERE id = ${letter.entryId}`;
      await tx`INSERT INTO route (agency_id, id, entry_id, unit_id, purpose, instruction, due_on, routed_by, routed_at)
        VALUES (${agency}, ${routeId}, ${letter.entryId}, ${unitId}, 'action', 'ด่วน', '2026-11-27', 'test', ${NOW})`;
      if (change.state !== undefined) await tx`UPDATE route SET state = ${change.state} WHERE id = ${routeId}`;
    });
    return { entryId: letter.entryId, routeId };
  }
  const notify = (routeId: string) => notifyRouteHandler(contextOf(fresh))({ agencyId: agency, routeId });

  it('goes to the unit once, with a return path of its own', async () => {
    const { entryId, routeId } = await routed();
    await Promise.all([notify(routeId), notify(routeId)]);
    await notify(routeId);
    const mails = await mailsOf(fresh, entryId);
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({
      kind: 'notification',
      recipient: expect.stringMatching(/@unit\.example$/),
      envelopeFrom: `saraban+r-${mail?.token}@agency.example`,
    });
    const parsed = await simpleParser(await fresh.store.read(mail?.sha256 ?? ''));
    expect(parsed.subject).toMatch(/^\[ด่วนที่สุด\] หนังสือรับ \d+\/2569: ขอเชิญประชุม$/);
    expect(parsed.text).toContain(`https://saraban.agency.example/entries/${entryId}`);
    expect(parsed.text).toContain('27 พฤศจิกายน 2569');
    await send(mail?.id ?? '');
    expect(sink.received[0]).toMatchObject({ from: mail?.envelopeFrom });
    expect((await actsOf(fresh, entryId)).slice(-2)).toEqual(['notification-queued', 'notification-sent']);
  });

  it('tells nothing of a classified letter', async () => {
    const { entryId, routeId } = await routed({ secrecy: 'secret' });
    await notify(routeId);
    const mail = await mailOf(entryId);
    const parsed = await simpleParser(await fresh.store.read(mail.sha256));
    expect(`${parsed.subject} ${parsed.text} ${String(parsed.html)}`).not.toMatch(/ขอเชิญประชุม|สมชาย|somchai/);
  });

  it('is not made for a route that was withdrawn', async () => {
    const { entryId, routeId } = await routed({ state: 'withdrawn' });
    await notify(routeId);
    expect(await mailsOf(fresh, entryId)).toEqual([]);
  });

  it('is sent again after doubt, for one that never comes is worse', async () => {
    const { entryId, routeId } = await routed();
    await notify(routeId);
    const { id } = await mailOf(entryId);
    sink.mood = 'hang-up-after-dot';
    await expect(send(id)).rejects.toMatchObject({ code: 'mail-deferred' });
    sink.mood = 'accept';
    await expect(send(id, dying('after the gate', relay()))).rejects.toThrow('killed');
    await send(id);
    expect(await mailOf(entryId)).toMatchObject({ state: 'sent' });
    expect(sink.received).toHaveLength(1);
  });
});

describe('a return', () => {
  const returned = async (envelopeFrom: string) => {
    const letter = await enterLetter(fresh, agency, { envelopeFrom, headerMessageId: `<m${count++}@sender.example>` });
    await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx`UPDATE entry SET state = 'returned', state_reason = 'r' WHERE id = ${letter.entryId}`,
    );
    const run = (reason = 'ไม่พบสิ่งที่ส่งมาด้วย') => returnLetterHandler(contextOf(fresh))({ agencyId: agency, entryId: letter.entryId, reason });
    return { ...letter, run };
  };

  it('tells the sender the reason, in the thread, once a reason', async () => {
    const letter = await returned('somchai@sender.example');
    await Promise.all([letter.run(), letter.run()]);
    const mails = await mailsOf(fresh, letter.entryId);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      kind: 'return',
      recipient: 'somchai@sender.example',
      envelopeFrom: `saraban+r-${mails[0]?.token}@agency.example`,
    });
    const parsed = await simpleParser(await fresh.store.read(mails[0]?.sha256 ?? ''));
    expect(parsed.inReplyTo).toMatch(/^<m\d+@sender\.example>$/);
    expect(parsed.text).toContain('ไม่พบสิ่งที่ส่งมาด้วย');
    await letter.run('เหตุผลอื่น');
    expect(await mailsOf(fresh, letter.entryId)).toHaveLength(2);
  });

  it('goes to no null sender and not to ourselves, and says so in the history', async () => {
    for (const sender of ['', 'saraban@agency.example']) {
      const letter = await returned(sender);
      await letter.run();
      expect(await mailsOf(fresh, letter.entryId)).toEqual([]);
      expect((await actsOf(fresh, letter.entryId)).at(-1)).toBe('return-refused');
    }
  });
});
