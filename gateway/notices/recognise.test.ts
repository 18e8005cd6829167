import { describe, expect, it } from 'vitest';
import type { MessageHeaders } from '../../register/letter/message.ts';
import { recogniseFromHeaders } from './recognise.ts';
import { headersOf } from './test-message.ts';

const own = { recipientTags: [], ownAddresses: ['saraban@agency.go.th'], envelopeFrom: 'somsri@example.go.th' };
const person = { from: 'Somsri <somsri@example.go.th>', to: 'saraban@agency.go.th' };

function judge(fields: Record<string, string>, more: Partial<Parameters<typeof recogniseFromHeaders>[0]> = {}) {
  return recogniseFromHeaders({ ...own, ...more, headers: headersOf({ ...person, ...fields }) });
}

describe('letters, though they look like notices', () => {
  const letters: [string, Record<string, string>][] = [
    ['a plain letter', { subject: 'ขอความอนุเคราะห์ข้อมูล' }],
    ['no subject at all', {}],
    ['a forwarded bounce', { subject: 'Fwd: Undelivered Mail Returned to Sender', 'content-type': 'multipart/mixed; boundary=x' }],
    ['a person quoting a bounce in the subject', { subject: 'Mail delivery failed: returning message to sender' }],
    ['a reply to an automatic reply', { subject: 'Re: Automatic reply: ประชุม', 'in-reply-to': '<a@b>' }],
    ['a subject about leave', { subject: 'Out of office policy for 2569' }],
    ['Exchange marks people’s mail', { subject: 'ส่งเอกสาร', 'x-auto-response-suppress': 'DR, OOF, AutoReply' }],
    ['Auto-Submitted: no', { subject: 'x', 'auto-submitted': 'no' }],
    ['Auto-Submitted: no with a comment', { subject: 'x', 'auto-submitted': 'No (a person wrote it)' }],
    ['Precedence of ordinary mail', { subject: 'x', precedence: 'first-class' }],
    ['a document system writing from no-reply', { from: 'e-Saraban <no-reply@example.go.th>', subject: 'ที่ นว 71001/123 ขอเชิญประชุม' }],
    ['a postmaster who writes himself', { from: 'postmaster@example.go.th', subject: 'Change of our MX' }],
    ['a reply to our mail', { subject: 'Re: แจ้งผลการรับ', 'in-reply-to': '<ours@agency.go.th>' }],
    [
      'a redirected bounce',
      { 'resent-from': 'boss@example.go.th', 'content-type': 'multipart/report; report-type=delivery-status', subject: 'Undelivered' },
    ],
    [
      'our own central address as a group',
      { subject: 'หนังสือ', 'list-id': '<saraban.agency.go.th>', precedence: 'list', 'list-unsubscribe': '<mailto:u@x>' },
    ],
    ['our own group by List-Post', { subject: 'หนังสือ', 'list-post': '<mailto:saraban@agency.go.th>', precedence: 'list' }],
    ['X-Autoreply: no', { subject: 'x', 'x-autoreply': 'no' }],
    ['a person called Daemon', { from: 'Daemon Mailer <mailer.d@example.go.th>', subject: 'hello' }],
  ];
  it.each(letters)('%s', (_name, fields) => {
    const result = judge(fields, { ownMessageIds: id => id === '<ours@agency.go.th>' });
    expect(result).toEqual({ disposition: 'letter' });
  });
});

describe('notices', () => {
  const notices: [string, Record<string, string>, string, string][] = [
    ['DSN', { 'content-type': 'multipart/report; report-type="delivery-status"; boundary=b' }, 'report-content-type', 'bounce'],
    [
      'DSN about a delay',
      { 'content-type': 'multipart/report; report-type=delivery-status', subject: 'Delivery Status Notification (Delay)' },
      'report-content-type',
      'delay',
    ],
    [
      'DSN of success',
      { 'content-type': 'multipart/report; report-type=delivery-status', subject: 'Successful Mail Delivery Report' },
      'report-content-type',
      'delivered',
    ],
    ['MDN', { 'content-type': 'multipart/report; report-type=disposition-notification' }, 'report-content-type', 'read'],
    ['ARF', { 'content-type': 'multipart/report; report-type=feedback-report' }, 'report-content-type', 'feedback'],
    ['TLS report', { 'content-type': 'multipart/report; report-type=tlsrpt' }, 'report-content-type', 'other'],
    ['vacation', { 'auto-submitted': 'auto-replied (vacation)', subject: 'Re: x' }, 'auto-submitted', 'auto-reply'],
    ['auto-generated', { 'auto-submitted': 'auto-generated; owner-email="a@b"', subject: 'nightly' }, 'auto-submitted', 'other'],
    [
      'another Saraban',
      { 'auto-submitted': 'auto-replied', subject: 'แจ้งผลการรับหนังสือ เลขทะเบียนรับ 12/2569' },
      'auto-submitted',
      'acknowledgement',
    ],
    [
      'exim',
      { from: 'Mail Delivery System <Mailer-Daemon@mx.example>', 'x-failed-recipients': 'a@b.example' },
      'failed-recipients-field',
      'bounce',
    ],
    ['qmail by IMAP', { from: 'MAILER-DAEMON@mx.example', subject: 'failure notice' }, 'daemon-sender', 'bounce'],
    [
      'sendmail warning',
      { from: 'Mail Delivery Subsystem <MAILER-DAEMON@mx.example>', subject: 'Warning: could not send message for past 4 hours' },
      'daemon-sender',
      'delay',
    ],
    [
      'old exchange',
      { from: 'System Administrator <postmaster@corp.example>', subject: 'Undeliverable: test' },
      'mail-system-sender',
      'bounce',
    ],
    [
      'exchange system mailbox',
      { from: 'Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>', subject: 'x' },
      'daemon-sender',
      'bounce',
    ],
    ['newsletter', { 'list-unsubscribe': '<https://x/u>', subject: 'ข่าวประชาสัมพันธ์' }, 'list-fields', 'other'],
    ['list', { 'list-id': 'Some list <some.example.org>' }, 'list-fields', 'other'],
    ['bulk', { precedence: 'Bulk' }, 'precedence-bulk', 'other'],
    ['auto_reply', { precedence: 'auto_reply' }, 'precedence-auto-reply', 'auto-reply'],
    ['X-Autoreply', { 'x-autoreply': 'yes' }, 'auto-responder-field', 'auto-reply'],
    ['cPanel', { 'x-autorespond': '', 'x-autoreply-from': 'a@b.example' }, 'auto-responder-field', 'auto-reply'],
    ['Delivered-To', { 'delivered-to': 'Autoresponder' }, 'auto-responder-field', 'auto-reply'],
    [
      'out of office answering something',
      { subject: 'Automatic reply: ที่ นว 1/2', 'in-reply-to': '<x@y>' },
      'auto-reply-subject',
      'auto-reply',
    ],
    [
      'Thai out of office of Exchange',
      { subject: 'การตอบกลับอัตโนมัติ: หนังสือ', 'x-auto-response-suppress': 'All' },
      'auto-reply-subject',
      'auto-reply',
    ],
    ['Outlook read receipt', { subject: 'Read: หนังสือ', 'in-reply-to': '<ours@agency.go.th>' }, 'read-receipt-subject', 'read'],
    ['null return path kept as a field', { 'return-path': '<>', subject: 'x' }, 'null-return-path-field', 'bounce'],
  ];
  it.each(notices)('%s', (_name, fields, why, kindHint) => {
    const result = judge(fields, { ownMessageIds: id => id === '<ours@agency.go.th>' });
    expect(result).toEqual({ disposition: 'notice', why, kindHint });
  });

  it('the null return path alone', () => {
    expect(judge({ subject: 'anything' }, { envelopeFrom: '' })).toMatchObject({ why: 'null-return-path', kindHint: 'bounce' });
    expect(judge({ subject: 'x', 'auto-submitted': 'auto-replied' }, { envelopeFrom: '<>' })).toMatchObject({ kindHint: 'auto-reply' });
  });

  it('our own return path, and no other tag', () => {
    const ownReturnPathTag = (tag: string) => tag === 'r-abc';
    expect(judge({ subject: 'x' }, { recipientTags: ['r-abc'], ownReturnPathTag })).toMatchObject({
      disposition: 'notice',
      why: 'own-return-path',
    });
    expect(judge({ subject: 'x' }, { recipientTags: ['finance'], ownReturnPathTag })).toEqual({ disposition: 'letter' });
  });

  it('mailer-daemon in the envelope', () => {
    expect(judge({ subject: 'x' }, { envelopeFrom: 'MAILER-DAEMON@mx.example' })).toMatchObject({ why: 'daemon-return-path' });
  });
});

it('never throws, whatever the fields hold', () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % n;
  };
  const names = [
    'subject',
    'from',
    'list-id',
    'auto-submitted',
    'precedence',
    'content-type',
    'return-path',
    'in-reply-to',
    'resent-from',
    'sender',
  ];
  const bits = [
    '<',
    '>',
    '@',
    '(',
    ')',
    ':',
    ';',
    '"',
    '\u0000',
    'ก',
    'MAILER-DAEMON',
    'multipart/report',
    'auto-replied',
    ' ',
    '\n',
    '��',
    'Re:',
  ];
  for (let i = 0; i < 3000; i++) {
    const fields: Record<string, string> = {};
    for (let f = 0; f < random(6); f++) {
      let value = '';
      for (let v = 0; v < random(12); v++) value += bits[random(bits.length)];
      fields[names[random(names.length)]!] = value;
    }
    const headers: MessageHeaders = headersOf(fields);
    const result = recogniseFromHeaders({ ...own, headers, envelopeFrom: random(2) ? '' : 'a@b' });
    expect(['letter', 'notice']).toContain(result.disposition);
  }
});
