/** What servers really answer, and what it means for whoever wrote the letter. */
import { describe, expect, it } from 'vitest';
import { enhancedStatus, isHard, judgeFinding, replyCode } from './status.ts';

describe('answers of servers', () => {
  it.each([
    ['550 5.4.1 Recipient address rejected: Access denied. AS(201806281)', '5.4.1', 'no-such-user', true],
    ['554 5.7.1 <a@b>: Relay access denied', '5.7.1', 'policy', true],
    ['550 5.7.1 Unable to relay for a@b', '5.7.1', 'policy', true],
    ['450 4.1.8 <x@y>: Sender address rejected: Domain not found', '4.1.8', 'policy', false],
    ['450-4.2.1 The user you are trying to contact is receiving mail too quickly', '4.2.1', 'blocked', false],
    ['550 5.2.1 The email account that you tried to reach is disabled', '5.2.1', 'disabled', true],
    ['554 delivery error: dd This account has been disabled or discontinued [#102]', '5.2.1', 'disabled', true],
    ['550 Requested action not taken: mailbox unavailable', '5.1.1', 'no-such-user', true],
    ['552-5.2.2 The email account that you tried to reach is over quota', '5.2.2', 'mailbox-full', false],
    ['452 4.2.2 The email account that you tried to reach is over quota', '4.2.2', 'mailbox-full', false],
    ['552 5.3.4 Message size exceeds fixed limit', '5.3.4', 'too-large', true],
    ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org', '5.7.1', 'blocked', true],
    ['550 5.7.1 Message content rejected, UBE, id=1', '5.7.1', 'spam', true],
    ['550 JunkMail rejected', '5.7.1', 'spam', true],
    ['550 Administrative prohibition', '5.7.1', 'policy', true],
    ['554 5.6.1 Body type not supported', '5.6.1', 'content', true],
    ['554 Message contains a virus: Eicar', '5.6.0', 'content', true],
    ['550 5.7.23 The message was rejected because of Sender Policy Framework violation', '5.7.23', 'authentication', true],
    ['550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification', '5.7.509', 'authentication', true],
    ['550 5.7.25 The IP address sending this message does not have a PTR record', '5.7.25', 'blocked', true],
    ['554 5.4.6 Too many hops', '5.4.6', 'loop', true],
    ['mail for example.net loops back to myself', '5.4.6', 'loop', true],
    ['Host or domain name not found. Name service error for name=example.net type=A: Host not found', '5.1.2', 'no-such-domain', true],
    ['connect to mail.example.net[192.0.2.1]:25: Connection refused', '4.4.1', 'network', false],
    ['delivery temporarily suspended: connect to mail.example.net[192.0.2.1]: No route to host', '4.4.1', 'network', false],
    ['retry timeout exceeded', '4.4.7', 'timeout', false],
    ['451 4.7.1 Greylisted, please try again in 300 seconds', '4.7.1', 'greylisted', false],
    ['550 #5.1.0 Address rejected.', '5.1.0', 'no-such-user', true],
    ['450 4.1.1 <a@b>: Recipient address rejected: unverified address', '4.1.1', 'no-such-user', false],
    ['550 User unknown in virtual mailbox table', '5.1.1', 'no-such-user', true],
    ['452 4.3.1 Insufficient system storage', '4.3.1', 'system', false],
    ['550 ไม่พบผู้ใช้ในระบบ', '5.1.1', 'no-such-user', true],
    ['550 กล่องจดหมายของผู้รับเต็ม', '5.2.2', 'mailbox-full', false],
    ['something odd happened', null, 'unknown', null],
    ['', null, 'unknown', null],
  ])('%s', (diagnostic, status, reason, hard) => {
    const { recipient } = judgeFinding({ address: 'a@b', action: 'failed', status: null, diagnostic });
    expect([recipient.status, recipient.reason, recipient.hard]).toEqual([status, reason, hard]);
  });
});

it.each([
  ['550 5.1.1 x', '5.1.1'],
  ['550-5.1.1 x', '5.1.1'],
  ['(#5.7.1)', '5.7.1'],
  ['#5.1.1 smtp;550 5.2.2 y', '5.2.2'],
  ['host 5.1.1.5 x', null],
  ['version 5.5.2653.13', null],
  ['Release 5.0.11a', null],
  ['[192.0.2.5]', null],
  ['5.9.1', null],
  ['at 4.5', null],
])('enhanced status in %s', (text, expected) => {
  expect(enhancedStatus(text)).toBe(expected);
});

it.each([
  ['550 x', 550],
  ['said: 451 x', 451],
  ['<<< 554 y', 554],
  ['in 450 bytes', null],
  ['after 500 hours', null],
  ['[192.0.2.550]', null],
  ['250 ok', null],
  ['port 4501', null],
])('reply code in %s', (text, expected) => {
  expect(replyCode(text)).toBe(expected);
});

it('hard and soft', () => {
  expect(isHard('delayed', '5.1.1', 'no-such-user')).toBe(false);
  expect(isHard('failed', '5.1.1', 'no-such-user')).toBe(true);
  expect(isHard('failed', '5.2.2', 'mailbox-full')).toBe(false);
  expect(isHard('failed', '4.1.1', 'no-such-user')).toBe(false);
  expect(isHard('failed', null, 'no-such-user')).toBe(true);
  expect(isHard('failed', null, 'unknown')).toBe(null);
  expect(isHard('delivered', '2.0.0', 'unknown')).toBe(null);
});

it('a delivered recipient is given no reason, whatever the diagnostic says', () => {
  const { recipient } = judgeFinding({ address: 'a@b', action: 'delivered', status: '2.1.5', diagnostic: '250 2.1.5 mailbox full of joy' });
  expect(recipient).toMatchObject({ status: '2.1.5', reason: 'unknown', hard: null });
});
