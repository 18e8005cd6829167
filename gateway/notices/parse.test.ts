/** Reports in the standards' own forms; the examples follow the RFCs' grammar, the expectations are theirs. */
import { describe, expect, it } from 'vitest';
import { parseNotice } from './parse.ts';
import { messageOf } from './test-message.ts';

const to = ['saraban+r-tok42@agency.go.th'];
const parse = async (source: string, more: { envelopeFrom?: string; envelopeTo?: string[] } = {}) =>
  parseNotice({ ...(await messageOf(source)), envelopeFrom: more.envelopeFrom ?? '', envelopeTo: more.envelopeTo ?? to, now: new Date(0) });

/** A multipart/report of RFC 6522. */
function report(type: string, words: string, machine: string, returned = '', media = `message/${type}`): string {
  return `From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: saraban@agency.go.th
Subject: Delivery report
Content-Type: multipart/report; report-type=${type}; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

${words}
--b1
Content-Type: ${media}

${machine}
${returned === '' ? '' : `--b1\nContent-Type: message/rfc822\n\n${returned}\n`}--b1--
`;
}

const ours = `Return-Path: <saraban+r-tok42@agency.go.th>
Message-ID: <letter-7@agency.go.th>
From: saraban@agency.go.th
To: somchai@example.net, somying@example.net
Subject: ขอเชิญประชุม

text
`;

describe('delivery reports, RFC 3464', () => {
  it('one recipient failed', async () => {
    const notice = await parse(
      report(
        'delivery-status',
        'Sorry.',
        `Reporting-MTA: dns; mx.example.net
Original-Envelope-Id: QQ+2B314159
Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0700

Original-Recipient: rfc822;somchai@example.net
Final-Recipient: rfc822;somchai.s@mail.example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 5.1.1 <somchai.s@mail.example.net>: Recipient
    address rejected: User unknown`,
        ours,
      ),
    );
    expect(notice.kind).toBe('bounce');
    expect(notice.recipients).toEqual([
      {
        address: 'somchai@example.net',
        action: 'failed',
        status: '5.1.1',
        hard: true,
        reason: 'no-such-user',
        diagnostic: '550 5.1.1 <somchai.s@mail.example.net>: Recipient address rejected: User unknown',
      },
    ]);
    expect(notice.original).toEqual({
      messageId: '<letter-7@agency.go.th>',
      envelopeId: 'QQ+314159',
      token: 'tok42',
      recipients: ['somchai@example.net', 'somying@example.net'],
    });
  });

  it('several recipients, several fates: each listed, the gravest names the notice', async () => {
    const notice = await parse(
      report(
        'delivery-status',
        'See below.',
        `Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; a@example.net
Action: delivered
Status: 2.1.5
Diagnostic-Code: smtp; 250 2.1.5 Ok

Final-Recipient: rfc822; b@example.net
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Over quota

Final-Recipient: rfc822; c@example.net
Action: delayed
Status: 4.4.1
Will-Retry-Until: Thu, 5 Nov 2026 10:00:00 +0700

Final-Recipient: rfc822; d@example.net
Action: expanded
Status: 2.1.5

Final-Recipient: rfc822; e@example.net
Action: relayed
Status: 2.0.0`,
      ),
    );
    expect(notice.kind).toBe('bounce');
    expect(notice.recipients.map(r => [r.address, r.action, r.status, r.hard, r.reason])).toEqual([
      ['a@example.net', 'delivered', '2.1.5', null, 'unknown'],
      ['b@example.net', 'failed', '5.2.2', false, 'mailbox-full'],
      ['c@example.net', 'delayed', '4.4.1', false, 'network'],
      ['d@example.net', 'expanded', '2.1.5', null, 'unknown'],
      ['e@example.net', 'relayed', '2.0.0', null, 'unknown'],
    ]);
  });

  const one = (fields: string, words = 'See below.') =>
    parse(report('delivery-status', words, `Reporting-MTA: dns; mx.example.net\n\n${fields}`));

  it.each([
    ['delayed', 'Action: delayed\nStatus: 4.4.7', 'delay', 'delayed', false],
    ['delivered', 'Action: delivered\nStatus: 2.0.0', 'delivered', 'delivered', null],
    ['relayed', 'Action: relayed\nStatus: 2.0.0', 'relayed', 'relayed', null],
    ['expanded', 'Action: expanded\nStatus: 2.0.0', 'relayed', 'expanded', null],
    ['failed with a comment', 'Action: failed (bad destination)\nStatus: 5.1.1 (user unknown)', 'bounce', 'failed', true],
    ['in capitals', 'Action: FAILED\nStatus: 5.1.1', 'bounce', 'failed', true],
    ['given up after days', 'Action: failed\nStatus: 4.4.7', 'bounce', 'failed', false],
    ['no Action, class 5', 'Status: 5.1.1', 'bounce', 'failed', true],
    ['no Action, class 2', 'Status: 2.0.0', 'delivered', 'delivered', null],
  ])('%s', async (_name, fields, kind, action, hard) => {
    const notice = await one(`Final-Recipient: rfc822; a@example.net\n${fields}`);
    expect([notice.kind, notice.recipients[0]?.action, notice.recipients[0]?.hard]).toEqual([kind, action, hard]);
  });

  it.each([
    [
      'a vague Status is made exact by the diagnostic',
      'Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 User unknown',
      '5.1.1',
      'no-such-user',
    ],
    ['a vague Status and a bare code', 'Status: 5.0.0\nDiagnostic-Code: smtp; 550 No such user here', '5.1.1', 'no-such-user'],
    [
      'no Status, an enhanced code',
      'Diagnostic-Code: smtp; 554 5.7.1 Service unavailable; blocked using zen.spamhaus.org',
      '5.7.1',
      'blocked',
    ],
    ['no Status, a bare code', 'Diagnostic-Code: smtp; 552 message size exceeds limit', '5.3.4', 'too-large'],
    ['an address of numbers is no code', 'Status: 5.0.0\nDiagnostic-Code: smtp; host 5.1.1.9 said nothing', '5.0.0', 'unknown'],
    ['DMARC', 'Status: 5.7.26\nDiagnostic-Code: smtp; 550 5.7.26 Unauthenticated email is not accepted', '5.7.26', 'authentication'],
    ['spam', 'Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 This message looks like spam', '5.7.1', 'spam'],
    ['policy', 'Status: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Delivery not authorized', '5.7.1', 'policy'],
    ['loop', 'Status: 5.4.6\nDiagnostic-Code: smtp; 554 too many hops', '5.4.6', 'loop'],
    ['disabled', 'Status: 5.2.1\nDiagnostic-Code: smtp; 550 5.2.1 The email account is inactive', '5.2.1', 'disabled'],
    ['greylisted', 'Status: 4.7.1\nDiagnostic-Code: smtp; 451 4.7.1 Greylisted, try again', '4.7.1', 'greylisted'],
    ['content', 'Status: 5.6.0', '5.6.0', 'content'],
    [
      'null MX',
      'Status: 5.1.10\nDiagnostic-Code: smtp; 556 5.1.10 Domain example.net does not accept mail (nullMX)',
      '5.1.10',
      'no-such-domain',
    ],
    ['system', 'Status: 5.3.5\nDiagnostic-Code: X-Unix; 75', '5.3.5', 'system'],
  ])('%s', async (_name, fields, status, reason) => {
    const notice = await one(`Final-Recipient: rfc822; a@example.net\nAction: failed\n${fields}`);
    expect([notice.recipients[0]?.status, notice.recipients[0]?.reason]).toEqual([status, reason]);
  });

  it.each([
    ['rfc822;<a@example.net>', 'a@example.net'],
    ['RFC822; "a b"@example.net', '"a b"@example.net'],
    ['a@example.net', 'a@example.net'],
    ['rfc822; a+2Btag@example.net', 'a+tag@example.net'],
    ['rfc822; saraban+r-x@example.net', 'saraban+r-x@example.net'],
    ['utf-8; \\x{0E2A}@example.net', 'ส@example.net'],
    ['X400; /DDA:SMTP=a(a)example.net/C=TH', 'a@example.net'],
    ['LOCAL;somchai', 'somchai'],
    ['rfc822; a@example.net (Somchai)', 'a@example.net'],
  ])('recipient written as %s', async (written, address) => {
    const notice = await one(`Final-Recipient: ${written}\nAction: failed\nStatus: 5.1.1`);
    expect(notice.recipients[0]?.address).toBe(address);
  });

  it('no empty line between the recipients', async () => {
    const notice = await parse(
      report(
        'delivery-status',
        'x',
        'Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; b@example.net\nAction: delayed\nStatus: 4.2.2',
      ),
    );
    expect(notice.recipients.map(r => [r.address, r.action, r.status])).toEqual([
      ['a@example.net', 'failed', '5.1.1'],
      ['b@example.net', 'delayed', '4.2.2'],
    ]);
  });

  it('what the fields leave out, the words beside them say', async () => {
    const notice = await one('Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.0.0', '<a@example.net>: mailbox is full\n');
    expect(notice.recipients[0]).toMatchObject({ status: '5.2.2', reason: 'mailbox-full', hard: false });
    expect(notice.notes).toContain('status-derived');
  });

  it('the fields pasted into the text', async () => {
    const notice = await parse(
      'From: postmaster@example.net\nSubject: Undeliverable\n\nFailed.\n\nFinal-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n',
    );
    expect(notice).toMatchObject({ kind: 'bounce', recipients: [{ address: 'a@example.net', status: '5.1.1' }] });
  });

  it('headers alone returned (RFC 6522 4)', async () => {
    const source = report('delivery-status', 'x', 'Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1', ours).replace(
      'message/rfc822',
      'text/rfc822-headers',
    );
    expect((await parse(source)).original.messageId).toBe('<letter-7@agency.go.th>');
  });

  it('internationalised (RFC 6533)', async () => {
    const source = report(
      'global-delivery-status',
      'x',
      'Final-Recipient: utf-8; สมชาย@ตัวอย่าง.ไทย\nAction: failed\nStatus: 5.1.1',
      '',
      'message/global-delivery-status',
    );
    expect((await parse(source)).recipients[0]).toMatchObject({ address: 'สมชาย@ตัวอย่าง.ไทย', reason: 'no-such-user' });
  });

  it('a bounce of a bounce is about the outer one', async () => {
    const inner = report('delivery-status', 'x', 'Final-Recipient: rfc822; inner@example.net\nAction: failed\nStatus: 5.1.1');
    const words = 'This is the mail system at host mx.example.net.\n\n<outer@example.net>: 550 5.1.1 User unknown\n';
    const source = `From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered\nContent-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain\n\n${words}\n--out\nContent-Type: message/rfc822\n\n${inner}\n--out--\n`;
    expect((await parse(source)).recipients.map(r => r.address)).toEqual(['outer@example.net']);
  });

  it('the token also from the returned mail, when the report came to the bare address', async () => {
    const notice = await parse(
      report('delivery-status', 'x', 'Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1', ours),
      { envelopeTo: ['saraban@agency.go.th'] },
    );
    expect(notice.original.token).toBe('tok42');
  });
});

describe('feedback, RFC 5965', () => {
  it('abuse', async () => {
    const notice = await parse(
      report(
        'feedback-report',
        'This is an email abuse report.',
        'Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Mail-From: <saraban+r-tok43@agency.go.th>\nOriginal-Rcpt-To: <somchai@example.net>\nOriginal-Envelope-Id: env9\nSource-IP: 192.0.2.1',
        ours,
      ),
      { envelopeTo: ['saraban@agency.go.th'] },
    );
    expect(notice).toMatchObject({
      kind: 'feedback',
      recipients: [{ address: 'somchai@example.net', action: null, status: null, hard: null, reason: 'spam' }],
      original: { messageId: '<letter-7@agency.go.th>', envelopeId: 'env9' },
      notes: ['feedback-type:abuse'],
    });
  });

  it('a failed check (RFC 6591) is not spam', async () => {
    const notice = await parse(
      report(
        'feedback-report',
        'x',
        'Feedback-Type: auth-failure\nVersion: 1\nUser-Agent: x\nAuth-Failure: dkim\nOriginal-Rcpt-To: a@example.net',
      ),
    );
    expect(notice.recipients[0]).toMatchObject({ address: 'a@example.net', reason: 'authentication' });
  });

  it('without a recipient, those of the returned mail', async () => {
    const notice = await parse(report('feedback-report', 'x', 'Feedback-Type: abuse\nVersion: 1\nUser-Agent: x', ours));
    expect(notice.recipients.map(r => r.address)).toEqual(['somchai@example.net', 'somying@example.net']);
  });
});

describe('read receipts, RFC 8098', () => {
  it.each([
    ['manual-action/MDN-sent-manually; displayed', 'disposition:displayed'],
    ['automatic-action/MDN-sent-automatically; deleted', 'disposition:deleted'],
    ['automatic-action/MDN-sent-automatically;dispatched/error', 'disposition:dispatched'],
  ])('%s', async (disposition, note) => {
    const notice = await parse(
      report(
        'disposition-notification',
        'Read.',
        `Reporting-UA: pc.example.net; Foomail\nOriginal-Recipient: rfc822;somchai@example.net\nFinal-Recipient: rfc822;sc@example.net\nOriginal-Message-ID: <letter-8@agency.go.th>\nDisposition: ${disposition}`,
      ),
    );
    expect(notice).toMatchObject({
      kind: 'read',
      recipients: [{ address: 'somchai@example.net', hard: null }],
      original: { messageId: '<letter-8@agency.go.th>' },
    });
    expect(notice.notes).toContain(note);
  });
});

describe('automatic replies, RFC 3834', () => {
  it.each([
    ['Auto-Submitted: auto-replied', 'Re: ที่ นว 1/2'],
    ['X-Autoreply: yes', 'Away'],
    ['Precedence: auto_reply', 'Away'],
    ['X-Auto-Response-Suppress: All', 'การตอบกลับอัตโนมัติ: หนังสือ'],
    ['X-Mailer: vacation 1.2', 'away'],
  ])('%s', async (field, subject) => {
    const notice = await parse(
      `From: Somchai <somchai@example.net>\nSubject: ${subject}\n${field}\nIn-Reply-To: <letter-9@agency.go.th>\n\nI am away until Monday. If it is urgent, mail deputy@example.net.\n`,
    );
    expect(notice).toMatchObject({
      kind: 'auto-reply',
      recipients: [{ address: 'somchai@example.net', action: null, hard: null }],
      original: { messageId: '<letter-9@agency.go.th>', token: 'tok42' },
    });
  });

  it('Exim marks its bounces auto-replied; they stay bounces', async () => {
    const notice = await parse(
      'From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nAuto-Submitted: auto-replied\nX-Failed-Recipients: a@example.net\nSubject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  a@example.net\n    mailbox is full\n',
    );
    expect(notice).toMatchObject({ kind: 'bounce', recipients: [{ address: 'a@example.net', reason: 'mailbox-full' }] });
    expect(notice.recipients).toHaveLength(1);
  });
});

it('what nothing fits is other, with a note', async () => {
  const notice = await parse('From: news@example.net\nSubject: News\nPrecedence: bulk\n\nHello, reader@example.org!\n', {
    envelopeFrom: 'news@example.net',
    envelopeTo: ['saraban@agency.go.th'],
  });
  expect(notice).toMatchObject({ kind: 'other', recipients: [], original: { token: null }, notes: ['nothing-recognised'] });
});

it('a part that can’t be read is no reason to fail', async () => {
  const { message } = await messageOf(report('delivery-status', 'x', 'Final-Recipient: rfc822; a@example.net\nAction: failed'));
  const gone = await parseNotice({ message, partText: async () => null, envelopeFrom: '', envelopeTo: to, now: new Date(0) });
  expect(gone.original.token).toBe('tok42');
  const broken = await parseNotice({
    message,
    partText: () => Promise.reject(new Error('gone')),
    envelopeFrom: '',
    envelopeTo: to,
    now: new Date(0),
  });
  expect(broken).toEqual({
    kind: 'other',
    recipients: [],
    original: { messageId: null, envelopeId: null, token: 'tok42' },
    notes: ['unreadable'],
  });
});
