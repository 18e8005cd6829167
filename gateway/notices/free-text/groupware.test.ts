/** The words of each mail system as its documentation and habit show them; expectations by hand from RFC 3463 and from what the text says. */
import { it } from 'vitest';
import { copy, type SystemCase, trySystem } from './system-case.ts';

const systems: SystemCase[] = [
  [
    'exchange 5.5',
    'Undeliverable: test',
    `Your message

  To:      somchai@example.net
  Subject: test
  Sent:    Mon, 2 Nov 1998 10:00:00 +0700

did not reach the following recipient(s):

somchai@example.net on Mon, 2 Nov 1998 10:00:00 +0700
    The recipient name is not recognized
	The MTS-ID of the original message is: c=th;a= ;p=org;l=SRV9811020300ABC
    MSEXCH:IMS:ORG:SITE:SERVER 0 (000C05A6) Unknown Recipient
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'exchange 5.5, X.400 name',
    'Undeliverable: test',
    `Your message

  To:      'somchai@example.net'
  Subject: test

did not reach the following recipient(s):

c=TH;a= ;p=Org;o=Site;dda:SMTP=somchai(a)example.net; on Mon, 2 Nov 1998
10:00:00 +0700
    The recipient name is not recognized
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'exchange 2003',
    'Undeliverable: test',
    `Your message did not reach some or all of the intended recipients.

      Subject:	test
      Sent:	2/11/2003 10:00

The following recipient(s) could not be reached:

      somchai@example.net on 2/11/2003 10:00
            The e-mail account does not exist at the organization this message was sent to.
            <mx.example.net #5.1.1 smtp;550 5.1.1 User unknown>
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'exchange 2007',
    'Undeliverable: test',
    `Delivery has failed to these recipients or distribution lists:

somchai@example.net<mailto:somchai@example.net>
The recipient's mailbox is full. Microsoft Exchange will not try to redeliver this message for you.

________________________________
Sent by Microsoft Exchange Server 2007

Diagnostic information for administrators:

Generating server: mx.example.net

somchai@example.net
#552 5.2.2 STOREDRV.Deliver; mailbox full ##

Original message headers:
Received: from mx.agency.go.th
Message-ID: <orig-1@agency.go.th>
`,
    { all: [['somchai@example.net', '5.2.2', 'mailbox-full', false]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'exchange online',
    'Undeliverable: test',
    `Delivery has failed to these recipients or groups:

somchai@example.net (somchai@example.net)
Your message couldn't be delivered. The email address wasn't found.

Diagnostic information for administrators:

Generating server: SG2PR01.apcprd01.prod.outlook.example

somchai@example.net
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'

Original message headers:
`,
    { all: [['somchai@example.net', '5.1.10', 'no-such-user', true]] },
  ],
  [
    'notes 4',
    'Returned mail',
    `------- Failure Reasons  --------

User not listed in public Name & Address Book
somchai@example.net

------- Returned Message --------
${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'domino',
    'DELIVERY FAILURE: User somchai not listed in Domino Directory',
    `Your message

  Subject: test

was not delivered to:

  somchai@example.net

because:

  User somchai (somchai@example.net) not listed in Domino Directory
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'groupwise',
    'Message status - undeliverable',
    `The message that you sent was undeliverable to the following:
	somchai@example.net (user not found)

Possibly truncated original message follows:

${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'groupwise, a name alone',
    'Message status - undeliverable',
    `The message that you sent was undeliverable to the following:
	somchai (The mailbox is full)
`,
    { all: [[null, '4.2.2', 'mailbox-full', false]] },
  ],
  [
    'imail',
    'Undeliverable Mail',
    `User mailbox exceeds allowed size: somchai@example.net

Original message follows.

${copy}`,
    { all: [['somchai@example.net', '4.2.2', 'mailbox-full', false]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'imail, unknown user',
    'Undeliverable Mail',
    `Unknown user: somchai@example.net
undeliverable to somchai@example.net
Original message follows.
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'imail, tried long',
    'Undeliverable Mail',
    `Delivery failed 20 attempts: somchai@example.net
`,
    { all: [['somchai@example.net', '4.4.7', 'timeout', false]] },
  ],
  [
    'mdaemon',
    'Permanent Delivery Failure',
    `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

Failed address: somchai@example.net

--- Session Transcript ---
 Mon 2026-11-02 10:00:00: --> RCPT To:<somchai@example.net>
 Mon 2026-11-02 10:00:00: <-- 550 5.1.1 Recipient unknown
--- End Transcript ---
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'mailenable',
    'Message Delivery Failure',
    `MailEnable: Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

	Recipient: [SMTP:somchai@example.net]
	Reason: Remote SMTP Server Returned: 550 5.1.1 User unknown

Message contents follow:
${copy}`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]] },
  ],
  [
    'mercury',
    'Undeliverable mail',
    `The local mail transport system has reported the following problems it
encountered while trying to deliver your message:

-------------------------------------------------------------------------
*** somchai@example.net
    Temporary problem resolving 'example.net'; DNS timed out
-------------------------------------------------------------------------
`,
    { all: [['somchai@example.net', '4.4.7', 'timeout', false]] },
  ],
  [
    'communigate',
    'Undeliverable mail',
    `Failed to deliver to '<somchai@example.net>'
SMTP module(domain example.net) reports:
 host mail.example.net says:
 550 5.7.1 message refused: looks like spam
`,
    { all: [['somchai@example.net', '5.7.1', 'spam', true]] },
  ],
  [
    'iplanet',
    'Delivery Notification: Delivery has failed',
    `This report relates to a message you sent with the following header fields:

  Message-id: <orig-1@agency.go.th>
  Date: Mon, 2 Nov 2026 10:00:00 +0700
  From: saraban@agency.go.th
  To: somchai@example.net
  Subject: test

Your message cannot be delivered to the following recipients:

  Recipient address: somchai@mail.example.net
  Original address: somchai@example.net
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp;550 5.1.1 unknown or illegal alias: somchai@mail.example.net
  Remote system: dns;mail.example.net (TCP|192.0.2.1|25)
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'x.400',
    'Delivery Report (failure) for somchai@example.net',
    `This report relates to your message: Subject: test,
	Message-ID: <orig-1@agency.go.th>,
	To: somchai@example.net
	of Mon, 2 Nov 2026 10:00:00 +0700

Your message was not delivered to   somchai@example.net
	for the following reason:
	Recipient's Mailbox unavailable
	  MTA 'mx.example.net' gives error message  <somchai@example.net>... User Unknown
`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
  ],
  [
    'exchange 2007, HTML alone',
    'Undeliverable: x',
    `<html><body><p><b>Delivery has failed to these recipients or groups:</b></p><p><a href="mailto:somchai@example.net">somchai@example.net</a><br>The email address couldn't be found.</p><p>Diagnostic information for administrators:</p><p>Generating server: mx.example.net</p><p>somchai@example.net<br>#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##rfc822;somchai@example.net</p><p>Original message headers:</p><pre>Received: from a by b
Message-ID: &lt;orig-1@agency.go.th&gt;
</pre></body></html>`,
    { all: [['somchai@example.net', '5.1.1', 'no-such-user', true]], id: '<orig-1@agency.go.th>' },
    'Content-Type: text/html; charset=utf-8\n',
  ],
  [
    'exchange online, HTML alone',
    'Undeliverable: x',
    `<html><body><table><tr><td>Your message to somchai@example.net couldn't be delivered.</td></tr></table><p>Original Message Details</p><p>Sender Address: saraban@agency.go.th</p><p>Recipient Address: somchai@example.net</p><p>Subject: x</p><p>Error Details</p><p>Reported error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient somchai@example.net not found by SMTP address lookup</p></body></html>`,
    { all: [['somchai@example.net', '5.1.10', 'no-such-user', true]] },
    'Content-Type: text/html; charset=utf-8\n',
  ],
];

it.each(systems)('%s', trySystem);
