import { describe, expect, it } from 'vitest';
import { limitsOf, USUAL_LIMITS } from '../../register/acknowledgement-limits.ts';
import { ACKNOWLEDGEMENT_REASONS } from '../../register/template/reasons.ts';
import { centralAddress } from './central-address.ts';
import { type MayWeInput, mayWe } from './may-we.ts';
import { threadOf } from './raw-head.ts';

function input(change: Partial<MayWeInput> = {}): MayWeInput {
  return {
    envelopeFrom: 'somchai@sender.example',
    fields: [{ name: 'Subject', value: 'ขอเชิญประชุม' }],
    contentType: 'text/plain',
    ownAddresses: ['saraban@agency.example', 'saraban_rangsit@agency.example'],
    entryState: 'entered',
    trust: { envelopeAuthenticated: true, known: false },
    pressed: false,
    lastHour: { toSender: 0, inAll: 0 },
    limits: USUAL_LIMITS,
    ...change,
  };
}
const header = (name: string, value: string) => input({ fields: [{ name, value }] });

describe('may we', () => {
  it('answers a proven sender, and a known one', () => {
    expect(mayWe(input())).toEqual({ outcome: 'send' });
    expect(mayWe(input({ trust: { envelopeAuthenticated: false, known: true } }))).toEqual({ outcome: 'send' });
  });

  it.each([
    ['', 'null-sender'],
    ['<>', 'null-sender'],
    ['no-at-sign', 'bad-sender'],
    ['a@b@', 'bad-sender'],
    ['x@a..b', 'bad-sender'],
    ['a b@sender.example', 'bad-sender'],
    ['a@sender.example>\r\nRCPT TO:<b@c.example', 'bad-sender'],
    [`${'x'.repeat(65)}@sender.example`, 'bad-sender'],
    ['saraban@agency.example', 'own-address'],
    ['Saraban+tag@AGENCY.example', 'own-address'],
    ['saraban+r-00000000000000000000000000@agency.example', 'own-address'],
    ['MAILER-DAEMON@sender.example', 'system-sender'],
    ['postmaster@sender.example', 'system-sender'],
    ['listserv@sender.example', 'system-sender'],
    ['no-reply@sender.example', 'no-reply-sender'],
    ['noreply@sender.example', 'no-reply-sender'],
    ['do_not_reply@sender.example', 'no-reply-sender'],
    ['esarabun-noreply@sender.example', 'no-reply-sender'],
    ['bounce-123-x=y@sender.example', 'no-reply-sender'],
    ['news-bounces@sender.example', 'no-reply-sender'],
    ['x@bounces.sender.example', 'no-reply-sender'],
    ['owner-list@sender.example', 'mailing-list'],
    ['list-request@sender.example', 'mailing-list'],
  ])('never writes to %j, not even when pressed', (envelopeFrom, reason) => {
    expect(mayWe(input({ envelopeFrom }))).toEqual({ outcome: 'refused', reason });
    expect(mayWe(input({ envelopeFrom, pressed: true }))).toEqual({ outcome: 'refused', reason });
  });

  it.each([
    'saraban@sender.go.th',
    'bouncer@sender.example',
    'auto@cars.example',
    'norep@sender.example',
    'rootsy@sender.example',
    'x+y@sender.example',
    'สมชาย@ตัวอย่าง.ไทย',
    "o'hara@sender.example",
    'SRS0=x=y=z=a@forward.example',
  ])('writes to %s', envelopeFrom => {
    expect(mayWe(input({ envelopeFrom }))).toEqual({ outcome: 'send' });
  });

  it('writes to another agency of this appliance: clause 29 asks for the report there too, and it arrives as a notice', () => {
    expect(mayWe(input({ envelopeFrom: 'saraban@neighbour.example' }))).toEqual({ outcome: 'send' });
  });

  it.each([
    ['Auto-Submitted', 'auto-generated', 'automatic-mail'],
    ['auto-submitted', 'AUTO-REPLIED; owner-email="x"', 'automatic-mail'],
    ['Auto-Submitted', '(comment) auto-notified', 'automatic-mail'],
    ['Precedence', 'bulk', 'bulk-mail'],
    ['Precedence', 'Junk', 'bulk-mail'],
    ['Precedence', 'list', 'mailing-list'],
    ['Precedence', 'auto_reply', 'automatic-mail'],
    ['List-Id', '<x.y>', 'mailing-list'],
    ['List-Unsubscribe', '<mailto:a@b>', 'mailing-list'],
    ['Return-Path', '<>', 'null-sender'],
    ['X-Failed-Recipients', 'a@b', 'report-mail'],
    ['X-Loop', 'saraban@agency.example', 'automatic-mail'],
  ])('never answers %s: %s', (name, value, reason) => {
    expect(mayWe(header(name, value))).toEqual({ outcome: 'refused', reason });
    expect(mayWe({ ...header(name, value), pressed: true }).outcome).toBe('refused');
  });

  it.each([
    ['Auto-Submitted', 'no'],
    ['Auto-Submitted', 'No (really)'],
    ['Precedence', 'first-class'],
    ['List-Id', ''],
    ['Return-Path', '<somchai@sender.example>'],
    ['X-Auto-Response-Suppress', 'All'],
  ])('answers %s: %s', (name, value) => {
    expect(mayWe(header(name, value))).toEqual({ outcome: 'send' });
  });

  it.each(['multipart/report', 'message/delivery-status', 'Multipart/Report'])('never answers %s', contentType => {
    expect(mayWe(input({ contentType }))).toEqual({ outcome: 'refused', reason: 'report-mail' });
  });

  it.each(['cancelled', 'returned'] as const)('never acknowledges what was %s', entryState => {
    expect(mayWe(input({ entryState, pressed: true }))).toEqual({ outcome: 'refused', reason: entryState });
  });

  it('holds an unproven sender until an officer presses', () => {
    const unproven = { trust: { envelopeAuthenticated: false, known: false } };
    expect(mayWe(input(unproven))).toEqual({ outcome: 'held', reason: 'sender-unproven' });
    expect(mayWe(input({ ...unproven, pressed: true }))).toEqual({ outcome: 'send' });
  });

  it('breaks the circuit at the limit, for one sender and over all, and lets a press through', () => {
    const limits = { perSender: 2, inAll: 3 };
    expect(mayWe(input({ limits, lastHour: { toSender: 1, inAll: 2 } }))).toEqual({ outcome: 'send' });
    expect(mayWe(input({ limits, lastHour: { toSender: 2, inAll: 2 } }))).toEqual({ outcome: 'held', reason: 'too-many-to-sender' });
    expect(mayWe(input({ limits, lastHour: { toSender: 0, inAll: 3 } }))).toEqual({ outcome: 'held', reason: 'too-many-in-all' });
    expect(mayWe(input({ limits, lastHour: { toSender: 2, inAll: 3 }, pressed: true }))).toEqual({ outcome: 'send' });
    expect(mayWe(input({ limits: { perSender: 0, inAll: 0 } })).outcome).toBe('held');
  });

  it('gives only reasons that have words', () => {
    const reasons = ['', 'x', 'a@b..c', 'saraban@agency.example', 'root@x.example', 'noreply@x.example', 'owner-x@x.example'].map(
      envelopeFrom => mayWe(input({ envelopeFrom })),
    );
    for (const decision of reasons) expect(decision.outcome !== 'send' && decision.reason in ACKNOWLEDGEMENT_REASONS).toBe(true);
  });
});

describe('limits', () => {
  it('are the agency’s where they are whole numbers, else the defaults', () => {
    expect(limitsOf({ acknowledgementsPerSender: 3, acknowledgementsPerHour: 0 })).toEqual({ perSender: 3, inAll: 0 });
    expect(limitsOf({ acknowledgementsPerSender: '3', acknowledgementsPerHour: -1 })).toEqual(USUAL_LIMITS);
    expect(limitsOf({})).toEqual(USUAL_LIMITS);
  });
});

describe('the address we answer from', () => {
  const own = ['saraban@agency.example', 'saraban_rangsit@agency.example'];
  it('is the one written to, tags aside, else the first', () => {
    expect(centralAddress(own, ['x@y.example', 'Saraban_Rangsit+tax@agency.EXAMPLE'])).toBe('saraban_rangsit@agency.example');
    expect(centralAddress(own, ['postmaster@agency.example'])).toBe('saraban@agency.example');
    expect(centralAddress([], ['a@b.example'])).toBeNull();
  });
});

describe('the thread', () => {
  it('is the references so far and the letter itself', () => {
    expect(threadOf({ messageId: '<c@x>', references: ['<a@x>', '<b@x>', '<c@x>'] })).toEqual({
      inReplyTo: '<c@x>',
      references: ['<a@x>', '<b@x>', '<c@x>'],
    });
    expect(threadOf({ messageId: null, references: ['<a@x>'] })).toEqual({ inReplyTo: null, references: [] });
  });
  it('keeps the first and the last of a very long one', () => {
    const references = Array.from({ length: 50 }, (_, index) => `<${index}@x>`);
    const thread = threadOf({ messageId: '<me@x>', references });
    expect(thread.references).toHaveLength(21);
    expect([thread.references[0], thread.references[1], thread.references.at(-2), thread.references.at(-1)]).toEqual([
      '<0@x>',
      '<31@x>',
      '<49@x>',
      '<me@x>',
    ]);
  });
});
