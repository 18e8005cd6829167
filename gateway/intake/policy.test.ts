import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../register/enter.ts';
import { readHeaders } from '../../register/letter/headers.ts';
import { type Policy, USUAL_POLICY } from '../../register/policy/policy.ts';
import { recogniseFromHeaders } from '../notices/recognise.ts';
import { decide, isDenied, type Judged, together, withoutListFields } from './policy.ts';
import { REPLIES } from './replies.ts';

const LETTER: Judgement = { disposition: 'letter' };
const GOOD = { known: false, aligned: true, dmarc: 'pass', policy: 'reject', temporary: false } as const;
const FORGED = { known: false, aligned: false, dmarc: 'fail', policy: 'reject', temporary: false } as const;
const SILENT = { known: false, aligned: false, dmarc: 'temperror', policy: null, temporary: true } as const;

function decided(policy: Partial<Policy>, mail: Partial<Judged>) {
  const judgement = mail.judgement ?? LETTER;
  return decide(
    { ...USUAL_POLICY, ...policy },
    {
      judgement,
      withoutListMarks: () => judgement,
      envelopeFrom: 'a@sender.example',
      headerFrom: 'a@sender.example',
      trust: GOOD,
      ...mail,
    },
  );
}

describe('whom the agency refuses', () => {
  it('refuses by the sender of the envelope and by From', () => {
    expect(decided({ deny: ['sender.example'] }, {})).toEqual({ decision: 'refuse' });
    expect(decided({ deny: ['bulk.example'] }, { envelopeFrom: 'x@mail.bulk.example' })).toEqual({ decision: 'refuse' });
    expect(decided({ deny: ['other.example'] }, {}).decision).toBe('take');
    expect(decided({ deny: ['sender.example'] }, { judgement: { disposition: 'held', why: 'top-secret' } })).toEqual({
      decision: 'refuse',
    });
  });

  it('lets the narrower of two entries decide', () => {
    const policy = {
      ...USUAL_POLICY,
      deny: ['sender.example', 'bad@good.example'],
      allow: ['a@sender.example', 'sub.sender.example', 'good.example'],
    };
    expect(isDenied(policy, 'a@sender.example')).toBe(false);
    expect(isDenied(policy, 'b@sender.example')).toBe(true);
    expect(isDenied(policy, 'b@sub.sender.example')).toBe(false);
    expect(isDenied(policy, 'bad@good.example')).toBe(true);
    expect(isDenied(policy, '')).toBe(false);
  });

  it('keeps a bounce from a refused domain: it may be about a mail of ours', () => {
    const bounce: Judgement = { disposition: 'notice', why: 'null-return-path' };
    const decision = decided(
      { deny: ['sender.example'] },
      { judgement: bounce, envelopeFrom: '', headerFrom: 'mailer-daemon@sender.example' },
    );
    expect(decision).toEqual({ decision: 'take', judgement: bounce, notes: [] });
  });
});

describe('what the agency holds', () => {
  it('holds what the domain asks to reject, and on demand what it asks to quarantine', () => {
    const quarantine = { ...FORGED, policy: 'quarantine' } as const;
    expect(decided({}, { trust: FORGED })).toMatchObject({ judgement: { disposition: 'held', why: 'dmarc-reject' } });
    expect(decided({}, { trust: quarantine })).toMatchObject({ judgement: LETTER });
    expect(decided({ holdDmarc: 'reject-quarantine' }, { trust: quarantine })).toMatchObject({ judgement: { why: 'dmarc-quarantine' } });
    expect(decided({ holdDmarc: 'none' }, { trust: FORGED })).toMatchObject({ judgement: LETTER });
    expect(decided({ holdDmarc: 'reject-quarantine' }, { trust: { ...FORGED, policy: 'none' } })).toMatchObject({ judgement: LETTER });
  });

  it('holds nothing that passed, nothing from own networks, and no notice', () => {
    expect(decided({}, { trust: GOOD })).toMatchObject({ judgement: LETTER });
    expect(decided({}, { trust: { ...FORGED, known: true } })).toMatchObject({ judgement: LETTER });
    expect(decided({}, { trust: FORGED, judgement: { disposition: 'notice', why: 'auto-submitted' } })).toMatchObject({
      judgement: { disposition: 'notice' },
    });
  });

  it('never holds an allowed sender, and says so; but the law stands above the list', () => {
    expect(decided({ allow: ['sender.example'] }, { trust: FORGED })).toMatchObject({
      judgement: LETTER,
      notes: [{ code: 'allowed-despite-dmarc' }],
    });
    const secret: Judgement = { disposition: 'held', why: 'top-secret' };
    expect(decided({ allow: ['sender.example'] }, { judgement: secret })).toMatchObject({ judgement: secret });
  });
});

describe('while DNS gives no answer', () => {
  it('accepts, or asks to try again, as the agency chose', () => {
    expect(decided({}, { trust: SILENT })).toMatchObject({ decision: 'take', judgement: LETTER });
    expect(decided({ noDns: 'try-again' }, { trust: SILENT })).toEqual({ decision: 'try-again' });
    expect(decided({ noDns: 'try-again' }, { trust: GOOD })).toMatchObject({ decision: 'take' });
    expect(decided({ noDns: 'try-again', allow: ['sender.example'] }, { trust: SILENT })).toMatchObject({ decision: 'take' });
    expect(decided({ noDns: 'try-again' }, { trust: SILENT, judgement: { disposition: 'notice', why: 'null-return-path' } })).toMatchObject(
      { decision: 'take' },
    );
  });
});

describe('list mail of an allowed sender', () => {
  const head = (more: string) =>
    readHeaders(Buffer.from(`From: news@ministry.example\r\nSubject: x\r\n${more}`), { fallbackCharset: 'windows-874' });
  const judge = (more: string, envelopeFrom: string, allow: string[]) => {
    const ask = (headers: ReturnType<typeof head>): Judgement =>
      recogniseFromHeaders({ headers, envelopeFrom, recipientTags: [], ownAddresses: [] });
    const headers = head(more);
    const mail = {
      envelopeFrom,
      headerFrom: 'news@ministry.example',
      judgement: ask(headers),
      withoutListMarks: () => ask(withoutListFields(headers)),
    };
    return decided({ allow }, mail);
  };
  const allow = ['ministry.example'];

  it.each([
    'List-Id: <a.ministry.example>',
    'Precedence: bulk',
    'List-Unsubscribe: <mailto:x@y.example>',
    'Auto-Submitted: auto-generated',
    'X-BeenThere: a@b.example\r\nPrecedence: list',
  ])('%s: a letter, with a note; from others a notice', more => {
    expect(judge(more, 'bounces@ministry.example', allow)).toMatchObject({ judgement: LETTER, notes: [{ code: 'allowed-list-mail' }] });
    expect(judge(more, 'bounces@ministry.example', [])).toMatchObject({ judgement: { disposition: 'notice' }, notes: [] });
  });

  it.each([
    'Auto-Submitted: auto-replied\r\nPrecedence: bulk',
    'Precedence: auto_reply',
    'Content-Type: multipart/report; report-type=delivery-status\r\nList-Id: <x.y>',
    'X-Autoreply: yes\r\nPrecedence: bulk',
  ])('%s stays a notice', more => {
    expect(judge(more, 'bounces@ministry.example', allow)).toMatchObject({ judgement: { disposition: 'notice' } });
  });

  it('with the null return path stays a notice, whoever it is', () => {
    expect(judge('Precedence: bulk', '', allow)).toMatchObject({ judgement: { disposition: 'notice', why: 'null-return-path' } });
  });
});

describe('one mail to several agencies', () => {
  const takes = { agency: 'one', decision: { decision: 'take' as const, judgement: LETTER, notes: [] } };
  const refuses = { agency: 'two', decision: { decision: 'refuse' as const } };
  const waits = { agency: 'three', decision: { decision: 'try-again' as const } };

  it('is turned away only when none takes it; then waiting is milder than refusing', () => {
    expect(together([refuses], () => LETTER)).toEqual({ answer: 'refuse' });
    expect(together([waits, refuses], () => LETTER)).toEqual({ answer: 'try-again' });
    expect(together([takes, refuses, waits], () => LETTER)).toEqual({
      answer: 'take',
      judgements: [
        { agency: 'one', judgement: LETTER, notes: [] },
        { agency: 'two', judgement: { disposition: 'held', why: 'deny-list' }, notes: [] },
        { agency: 'three', judgement: LETTER, notes: [] },
      ],
    });
  });
});

it('says in one ASCII line who refuses and whom to phone', () => {
  expect(REPLIES.senderRefused('Agency One', '0 2123 4567 ต่อ 8')).toEqual({
    code: 550,
    text: '5.7.1 mail from this sender is not accepted by Agency One / mai rap chotmai chak phu song ni; please phone 0 2123 4567 ??? 8 (prot tho 0 2123 4567 ??? 8)',
  });
  expect(REPLIES.senderRefused('x\r\n250 y'.repeat(100), '9'.repeat(500)).text).toMatch(/^[\x20-\x7e]{1,480}$/);
});
