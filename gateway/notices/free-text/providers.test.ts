/** The words of each mail system as its documentation and habit show them; expectations by hand from RFC 3463 and from what the text says. */
import { it } from 'vitest';
import { copy, type SystemCase, trySystem } from './system-case.ts';

const systems: SystemCase[] = [
  [
    'aol',
    'Returned mail: User unknown',
    `The original message was received at Mon, 2 Nov 2026 10:00:00 -0500 (EST)

----- The following addresses had permanent fatal errors -----
<somchai@aol.example>

----- Transcript of session follows -----
... while talking to air-xb01.mail.aol.example.:
>>> RCPT To:<somchai@aol.example>
<<< 550 MAILBOX NOT FOUND
550 <somchai@aol.example>... User unknown
`,
    { all: [['somchai@aol.example', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'docomo, two dots in a row',
    'Returned mail: User unknown',
    `   ----- The following addresses had permanent fatal errors -----
<som..chai.@docomo.example.jp>
    (reason: 550 Unknown user som..chai.@docomo.example.jp)
`,
    { all: [['som..chai.@docomo.example.jp', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'yahoo',
    'Failure Notice',
    `Sorry, we were unable to deliver your message to the following address.

<somchai@example.net>:
554: delivery error: dd This user doesn't have a yahoo.com account (somchai@example.net) [0] - mta1.mail.example

--- Below this line is a copy of the message.
${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'gmx',
    'Mail delivery failed: returning message to sender',
    `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following addresses failed:

<somchai@example.net>

SMTP error from remote server after RCPT command:
host: mail.example.net
5.1.1 <somchai@example.net>... User is unknown

--- The header of the original message is following. ---
${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'gmail, old',
    'Delivery Status Notification (Failure)',
    `This is an automatically generated Delivery Status Notification

Delivery to the following recipient failed permanently:

     somchai@example.net

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.1.1 <somchai@example.net>: Recipient address rejected: User unknown (state 14).

   ----- Original message -----
${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'gmail, a delay',
    'Delivery Status Notification (Delay)',
    `This is an automatically generated Delivery Status Notification

THIS IS A WARNING MESSAGE ONLY.

YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipient has been delayed:

     somchai@example.net

Message will be retried for 2 more day(s)

Technical details of temporary failure:
The recipient server did not accept our requests to connect. Connection timed out
`,
    { kind: 'delay', all: [['somchai@example.net', '4.4.7', 'timeout', false]] },
  ],
  [
    'gmail, new',
    'Delivery Status Notification (Failure)',
    `
** Address not found **

Your message wasn't delivered to somchai@example.net because the address couldn't be found, or is unable to receive mail.

The response from the remote server was:
550 5.1.1 <somchai@example.net>: Recipient address rejected: User unknown
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'hotmail',
    'Delivery Status Notification (Failure)',
    `This is an automatically generated Delivery Status Notification.

Delivery to the following recipients failed.

       somchai@hotmail.example

`,
    { all: [['somchai@hotmail.example', null, 'unknown', null]] },
  ],
  [
    'amazon ses',
    'Delivery Status Notification (Failure)',
    `An error occurred while trying to deliver the mail to the following recipients:
somchai@example.net
550 5.1.1 The email account that you tried to reach does not exist
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'zoho',
    'Undelivered Mail Returned to Sender',
    `This message was created automatically by mail delivery software.
 A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

somchai@example.net Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <somchai@example.net>... User Unknown
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'zoho, no host',
    'Undelivered Mail',
    `This message was created automatically by mail delivery software.

[Status: Error, Address: <somchai@example.net>, ResponseCode 421, , Host not reachable.]
`,
    { all: [['somchai@example.net', '4.4.1', 'network', false]] },
  ],
  [
    'mimecast',
    'Mail Delivery Problem',
    `Could not deliver message to the following recipient(s):

Failed Recipient: somchai@example.net
Reason: Remote host said: 550 5.1.1 User unknown

   -- The header and top 20 lines of the message follows --
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'barracuda',
    '**Message you sent blocked by our bulk email filter**',
    `Your message to: somchai@example.net
was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

Subject: ขอเชิญประชุม
`,
    { all: [['somchai@example.net', '5.7.1', 'blocked', true]] },
  ],
  [
    'surfcontrol',
    'Message could not be delivered',
    `Your message could not be sent.
A transcript of the attempts to send the message follows.
The number of attempts made: 1
Addressed To: somchai@example.net

Mon 2 Nov 2009 10:00:00 +0700
Failed to send to identified host,
somchai@example.net: [192.0.2.5], 550 somchai@example.net... No such user

--- Message non-deliverable.
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'mailfoundry',
    'Message delivery has failed',
    `This is a mail delivery report.

Unable to deliver message to: <somchai@example.net>
Delivery failed for the following reason:
Server mail.example.net[192.0.2.222] failed with: 550 <somchai@example.net> No such user here

This has been a permanent failure.  No further delivery attempts will be made.
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'intermail',
    'Mail System Error - Returned Mail',
    `This Message was undeliverable due to the following reason:

Each of the following recipients was rejected by a remote mail server.
The reasons given by the server are included to help you determine why
each recipient was rejected.

    Recipient: <somchai@example.net>
    Reason:    5.1.1 <somchai@example.net>... User unknown

Please reply to <postmaster@mx.example.net>
if you feel this message to be in error.
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'ezweb',
    'Mail System Error - Returned Mail',
    `The user(s) account is temporarily over quota.

<somchai@ezweb.example.jp>

Please reply to <Postmaster@ezweb.example.jp>
if you feel this message to be in error.
`,
    { all: [['somchai@ezweb.example.jp', '4.2.2', 'mailbox-full', false]] },
  ],
  [
    'kddi',
    'Mail could not be delivered',
    `Your mail sent on: Mon, 2 Nov 2026 10:00:00 +0900

Could not be delivered to: <somchai@au.example.jp>
As their mailbox is full.
`,
    { all: [['somchai@au.example.jp', '4.2.2', 'mailbox-full', false]] },
  ],
  [
    'verizon',
    'Undeliverable Message',
    `Message could not be delivered to mobile.
Error: No valid recipients for this MM
RCPT TO: 6660000000@vzwpix.example
`,
    { all: [['6660000000@vzwpix.example', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'qq mail',
    '系统退信',
    `您好，您的邮件被退回到您的收件箱：

无法发送到 somchai@qq.example

退信原因：
550 5.1.1 Mailbox not found
`,
    { all: [['somchai@qq.example', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'thai words',
    'ไม่สามารถจัดส่งข้อความได้',
    `ไม่สามารถส่งข้อความถึงผู้รับ: somchai@example.net
เนื่องจากไม่พบที่อยู่อีเมลนี้ในระบบ
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'nobody’s format',
    'Delivery failure',
    `Sorry, your mail to <somchai@example.net> was rejected.
The server answered: 554 Denied by policy
`,
    { all: [['somchai@example.net', '5.7.1', 'policy', true]] },
  ],
  [
    'names nobody, but the returned mail went to one',
    'Undeliverable',
    `Your mail could not be delivered. The mailbox is full.

----- Original message -----
${copy}`,
    { all: [['somchai@example.net', '4.2.2', 'mailbox-full', false]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'X-Failed-Recipients',
    'Mail failure',
    'Something went wrong.',
    { all: [['somchai@example.net', null, 'unknown', null]] },
    'X-Failed-Recipients: somchai@example.net\n',
  ],
  [
    'ironport',
    'Delivery Status Notification (Failure)',
    `The following message to <somchai@example.net> was undeliverable.
The reason for the problem:
5.1.0 - Unknown address error 550-'User unknown'
`,
    { all: [['somchai@example.net', '5.1.0', 'no-such-user', true]] },
  ],
  [
    'intermail, no host',
    'Mail System Error - Returned Mail',
    `This Message was undeliverable due to the following reason:

Your message was not delivered because the destination computer was
not found.  Carefully check that it was spelled correctly and try
sending it again if there were any mistakes.

     Host nowhere.example not found

The following recipients did not receive this message:

     <somchai@nowhere.example>

Please reply to Postmaster@mx.example.net
`,
    { all: [['somchai@nowhere.example', '5.1.2', 'no-such-domain', true]] },
  ],
  [
    'sendgrid',
    'Undelivered Mail',
    `Hello, this is an automatically generated message from SendGrid.

I'm sorry to have to tell you that your message was not able to be delivered to one of its intended recipients.

If you require assistance with this, please contact SendGrid support.

somchai@example.net:
550 5.1.1 user unknown
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'japanese words',
    'メール配送エラー',
    `送信できませんでした。
宛先: somchai@example.jp
理由: ユーザーが存在しない
`,
    { all: [['somchai@example.jp', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'wanadoo',
    'Undelivered mail',
    `This is the mail system at host mx.example.net.

<somchai@wanadoo.example>: host smtp.wanadoo.example[192.0.2.1] said: 550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416] (in reply to RCPT TO command)
`,
    { all: [['somchai@wanadoo.example', '5.1.1', 'no-such-user', true]] },
  ],
];

it.each(systems)('%s', trySystem);
