import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadTls } from '../intake/tls.ts';
import type { Outgoing } from './courier.ts';
import { composeMail, deliverBySmtp, type MailToCompose, PATIENCE, type SmtpTarget } from './mailer.ts';
import { openSink, type Sink } from './test-bench.ts';

let sink: Sink;
let target: SmtpTarget;
const IMPATIENT = { connectMs: 2_000, greetingMs: 400, idleMs: 600, totalMs: 3_000 };

beforeAll(async () => {
  sink = await openSink();
  target = { host: '127.0.0.1', port: sink.port, secure: false, name: 'me.example', serverName: '', checkCertificate: false, login: null };
});
afterAll(() => sink.close());
beforeEach(() => {
  sink.mood = 'accept';
  sink.received.length = 0;
  sink.dots = 0;
});

function outgoing(bytes: Buffer, change: Partial<Outgoing> = {}): Outgoing {
  const open = () =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) => bytes.subarray(index * 65_536, (index + 1) * 65_536)),
    );
  return { id: 'm', agencyId: 1, envelopeFrom: '', recipient: 'a@b.example', size: bytes.length, dsn: null, open, ...change };
}

describe('one delivery', () => {
  it('carries megabytes byte for byte, lines that begin with dots among them', async () => {
    const line = randomBytes(45).toString('base64');
    const bytes = Buffer.from(`Subject: x\r\n\r\n${`.${line}\r\n..\r\n.\r\n`.repeat(40_000)}`);
    const delivery = await deliverBySmtp(target, outgoing(bytes), async () => true, PATIENCE);
    expect(delivery).toMatchObject({ outcome: 'sent' });
    expect(sink.received[0]?.bytes.equals(bytes)).toBe(true);
  });

  it('writes no dot when the gate stays shut, fails, or opens too late', async () => {
    const mail = outgoing(Buffer.from('Subject: x\r\n\r\ntext\r\n'));
    expect(await deliverBySmtp(target, mail, async () => false, IMPATIENT)).toEqual({ outcome: 'shut' });
    await expect(deliverBySmtp(target, mail, () => Promise.reject(new Error('database away')), IMPATIENT)).rejects.toThrow('database away');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    try {
      const asked = Promise.withResolvers<void>();
      const opening = Promise.withResolvers<boolean>();
      const gate = () => {
        asked.resolve();
        return opening.promise;
      };
      const late = deliverBySmtp(target, mail, gate, { ...IMPATIENT, idleMs: 60_000, totalMs: 30_000 });
      await asked.promise;
      await vi.advanceTimersByTimeAsync(30_000);
      opening.resolve(true);
      expect(await late).toMatchObject({ outcome: 'deferred', reply: expect.stringContaining('no answer within 30 s') });
    } finally {
      vi.useRealTimers();
    }
    expect(sink.dots).toBe(0);
    expect(sink.received).toEqual([]);
  });

  it('takes no answer for doubt after the gate, and for a delay before it', async () => {
    const mail = outgoing(Buffer.from('Subject: x\r\n\r\ntext\r\n'));
    sink.mood = 'silent-after-dot';
    expect(await deliverBySmtp(target, mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'unknown' });
    sink.mood = 'silent-greeting';
    expect(await deliverBySmtp(target, mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'deferred' });
  });

  it('takes an address that no envelope can hold for a refusal', async () => {
    const mail = outgoing(Buffer.from('x\r\n'), { recipient: 'a@b.example>\r\nDATA' });
    expect(await deliverBySmtp(target, mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'failed' });
    expect(sink.received).toEqual([]);
  });

  it('takes bytes that cannot be read for a delay', async () => {
    const mail = outgoing(Buffer.from('x'), {
      open: () =>
        new Readable({
          read() {
            this.destroy(new Error('disk'));
          },
        }),
    });
    expect(await deliverBySmtp(target, mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'deferred' });
    expect(sink.dots).toBe(0);
  });
});

describe('a server with TLS and AUTH', () => {
  let guarded: Sink;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'saraban-tls-'));
    guarded = await openSink({
      tls: await loadTls(folder, null, 'mx.sender.example'),
      login: { user: 'saraban@agency', password: 'pass word' },
    });
  });
  afterAll(async () => {
    await guarded.close();
    await rm(folder, { recursive: true, force: true });
  });
  const mail = outgoing(Buffer.from('Subject: x\r\n\r\ntext\r\n'));
  const at = (change: Partial<SmtpTarget>): SmtpTarget => ({
    ...target,
    port: guarded.port,
    login: { user: 'saraban@agency', password: 'pass word' },
    ...change,
  });

  it('is spoken to in TLS, by our user', async () => {
    expect(await deliverBySmtp(at({}), mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'sent' });
    expect(guarded.received.at(-1)).toMatchObject({ secure: true, user: 'saraban@agency' });
  });
  it('gets nothing while the password is wrong, or its certificate is one that we must not trust', async () => {
    guarded.received.length = 0;
    expect(
      await deliverBySmtp(at({ login: { user: 'saraban@agency', password: 'wrong' } }), mail, async () => true, IMPATIENT),
    ).toMatchObject({ outcome: 'deferred', reply: expect.stringMatching(/^535/) });
    expect(await deliverBySmtp(at({ login: null }), mail, async () => true, IMPATIENT)).toMatchObject({
      outcome: 'deferred',
      reply: expect.stringMatching(/^530/),
    });
    expect(await deliverBySmtp(at({ checkCertificate: true }), mail, async () => true, IMPATIENT)).toMatchObject({ outcome: 'deferred' });
    expect(guarded.received).toEqual([]);
  });
});

describe('composing', () => {
  const mail: MailToCompose = {
    from: { name: 'กรม "ก" <x@evil.example>', address: 'saraban@agency.example' },
    to: { name: '', address: 'a@b.example' },
    subject: 'ก\r\nBcc: victim@x.example',
    text: 't',
    html: '<p>t</p>',
    images: [],
    parts: [],
    messageId: '<1@x>',
    date: new Date('2026-11-22T03:00:00Z'),
    inReplyTo: null,
    references: [],
    headers: { 'Auto-Submitted': 'auto-replied' },
    seed: 's',
  };
  it('gives the same bytes for the same mail', async () => {
    expect(await composeMail(mail)).toEqual(await composeMail(mail));
  });
  it('lets nobody add a header or a sender', async () => {
    const head = (await composeMail(mail)).toString('latin1').split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^Bcc:/im);
    expect(head.match(/^From:.*(?:\r\n .*)*/m)?.[0]).not.toContain('x@evil.example');
  });
});
