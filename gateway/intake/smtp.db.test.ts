import { createHash } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { createWriter } from '../../register/one-writer.ts';
import type { Policy } from '../../register/policy/policy.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { SmtpClient } from '../../test/smtp-client.ts';
import { createPolicies } from './policies.ts';
import { createDirectory } from './recipients.ts';
import { listen, type SmtpListener, type SmtpOptions } from './smtp.ts';
import { loadTls } from './tls.ts';
import { createTrust, type Trust } from './trust.ts';

let fresh: FreshDatabase;
let smtp: SmtpListener;
let agency: number;
let tls: { key: string; cert: string };

async function start(
  change: {
    trust?: Parameters<typeof listen>[1]['trust'];
    options?: Partial<SmtpOptions>;
    bareLf?: 'accept' | 'refuse';
    maxLetter?: number;
  } = {},
): Promise<SmtpListener> {
  const directory = createDirectory(fresh.db);
  return await listen(
    { host: '127.0.0.1', port: 0, lmtp: false, tls, hostName: 'mx.agency.example', diskFloor: 0, fronts: [], ...change.options },
    {
      directory,
      store: fresh.store,
      writer: createWriter(fresh.db, fresh.jobs, () => new Date('2026-11-22T03:00:00Z')),
      trust: change.trust ?? createTrust({ servers: ['127.0.0.1:1'], timeoutMs: 200, cache: { entries: 100, seconds: 60 } }),
      now: () => new Date('2026-11-22T03:00:00Z'),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      maxLetter: change.maxLetter ?? 1_000_000,
      bareLf: change.bareLf ?? 'accept',
      ownNetworks: [],
      hostName: 'mx.agency.example',
      addressesOf: id => directory.addressesOf(id),
      ownReturnPathTag: tag => tag.startsWith('r-'),
      policies: createPolicies(fresh.db),
    },
  );
}

const letter = (text: string) =>
  `From: =?utf-8?B?4Liq4Lih4LiK4Liy4Lii?= <somchai@sender.example>\r\nTo: saraban@first.example\r\nSubject: ${text}\r\n\r\n${text}\r\n`;
const one = <T>(rows: T[]): T => {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) throw new Error(`${rows.length} rows`);
  return row;
};
const bySha256 = async (bytes: string | Buffer) =>
  await inAgency(
    fresh.db,
    agency,
    THE_APPLIANCE,
    tx => tx`SELECT * FROM message WHERE sha256 = ${createHash('sha256').update(bytes).digest()} ORDER BY disposition DESC`,
  );

beforeAll(async () => {
  fresh = await freshDatabase();
  agency = await addTestAgency(fresh.db, 'first');
  tls = await loadTls(fresh.folder, null, 'mx.agency.example');
  smtp = await start();
});
afterAll(async () => {
  await smtp.stop();
  await fresh.close();
});

describe('the SMTP dialogue', () => {
  it('announces what the public surface promises', async () => {
    const client = await SmtpClient.open(smtp.port);
    const hello = await client.say('EHLO again.example');
    const words = hello?.lines.map(line => line.slice(4).split(' ')[0]);
    for (const word of ['SIZE', '8BITMIME', 'SMTPUTF8', 'PIPELINING', 'STARTTLS', 'ENHANCEDSTATUSCODES']) expect(words).toContain(word);
    await client.quit();
  });

  it('registers a letter and says its number, then the next, and the same again for the same bytes', async () => {
    const client = await SmtpClient.open(smtp.port);
    const first = await client.send('somchai@sender.example', ['saraban@first.example'], letter('one'));
    expect(first?.lines[0]).toMatch(/^250 2\.0\.0 registered 1\/2569 id=[0-9a-f-]{36}$/);
    expect((await client.send('somchai@sender.example', ['Saraban+Finance@FIRST.example'], letter('two')))?.lines[0]).toMatch(
      /^250 2\.0\.0 registered 2\/2569 id=/,
    );
    expect((await client.send('somchai@sender.example', ['saraban@first.example'], letter('one')))?.lines[0]).toMatch(
      /^250 2\.0\.0 registered 1\/2569 id=/,
    );
    await client.quit();
    expect((await bySha256(letter('one'))).map(row => row.disposition)).toEqual(['entered', 'duplicate']);
    expect(one(await bySha256(letter('two')))).toMatchObject({ envelope_to: ['Saraban+Finance@FIRST.example'], from_name: 'สมชาย' });
  });

  it('keeps every byte: dots, 8-bit TIS-620, bare line ends, no final line end of its own', async () => {
    const client = await SmtpClient.open(smtp.port);
    const raw = Buffer.concat([
      Buffer.from('From: a@b.example\r\nSubject: '),
      Buffer.from([0xa1, 0xd2, 0xc3]),
      Buffer.from('\r\n\r\n.dot\r\n..two\r\nbare\nlf\rcr\x00nul\r\n.\n.\r\n \r\n'),
    ]);
    expect((await client.send('a@b.example', ['saraban@first.example'], raw))?.code).toBe(250);
    await client.quit();
    const row = one(await bySha256(raw));
    expect(await fresh.store.read(createHash('sha256').update(raw).digest('hex'))).toEqual(raw);
    expect(row).toMatchObject({ subject: 'การ' });
    expect(row.intake_notes.map((note: { code: string }) => note.code)).toEqual(expect.arrayContaining(['bare-lf', 'bare-cr', 'nul']));
  });

  it('serves several agencies in one transaction and names each number', async () => {
    await addTestAgency(fresh.db, 'second');
    const client = await SmtpClient.open((await restarted()).port);
    const reply = await client.send('a@b.example', ['saraban@first.example', 'saraban@second.example'], letter('for both'));
    expect(reply?.lines[0]).toMatch(/^250 2\.0\.0 registered \d+\/2569 <saraban@first\.example>, 1\/2569 <saraban@second\.example> id=/);
    await client.quit();
  });

  it('answers LMTP recipient by recipient', async () => {
    const lmtp = await start({ options: { lmtp: true } });
    const client = await SmtpClient.open(lmtp.port, 'LHLO front.example');
    await client.say('MAIL FROM:<a@b.example>');
    await client.say('RCPT TO:<saraban@first.example>');
    expect((await client.say('RCPT TO:<nobody@first.example>'))?.code).toBe(550);
    await client.say('RCPT TO:<saraban+x@first.example>');
    await client.say('DATA');
    await client.write(`${letter('by lmtp')}.\r\n`);
    const [first, second] = [await client.reply(), await client.reply()];
    expect(first?.lines[0]).toMatch(/^250 2\.0\.0 registered \d+\/2569 id=/);
    expect(second?.lines).toEqual(first?.lines);
    await client.quit();
    await lmtp.stop();
  });

  it('takes letters from a real client over STARTTLS', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: smtp.port, requireTLS: true, tls: { rejectUnauthorized: false } });
    const sent = await transport.sendMail({ from: 'x@y.example', to: 'saraban@first.example', subject: 'ผ่าน TLS', text: 'เนื้อความ' });
    expect(sent.response).toMatch(/^250 2\.0\.0 registered/);
    transport.close();
  });
});

describe('what is no letter', () => {
  it('accepts notices without a number: null return path, auto-replies, reports', async () => {
    const client = await SmtpClient.open(smtp.port);
    for (const [from, head] of [
      ['', 'Subject: Undelivered'],
      ['x@y.example', 'Auto-Submitted: auto-replied\r\nSubject: Out of office'],
      ['x@y.example', 'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\nSubject: Report'],
    ] as const) {
      expect((await client.send(from, ['saraban@first.example'], `From: x@y.example\r\n${head}\r\n\r\nx\r\n`))?.lines[0]).toMatch(
        /^250 2\.0\.0 accepted id=/,
      );
    }
    await client.quit();
  });

  it('gives ลับ and ลับมาก numbers of their own register, in the same words as any other', async () => {
    const agency = await addTestAgency(fresh.db, 'classified');
    const client = await SmtpClient.open((await restarted()).port);
    const send = async (subject: string, text: string) => {
      const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
      const reply = await client.send(
        'x@y.example',
        ['saraban@classified.example'],
        `From: x@y.example\r\nSubject: ${encoded}\r\n\r\n${text}\r\n`,
      );
      return /^250 2\.0\.0 (registered \d+\/2569) id=/.exec(reply?.lines[0] ?? '')?.[1];
    };
    // The third only looks like one: 'ลับ' inside a word is no class.
    const replies = [
      await send('เรื่องธรรมดา', 'a'),
      await send('ลับ เรื่องหนึ่ง', 'b'),
      await send('เดินทางกลับ', 'c'),
      await send('ลับมาก อีกเรื่อง', 'd'),
    ];
    expect(replies).toEqual(['registered 1/2569', 'registered 1/2569', 'registered 2/2569', 'registered 2/2569']);
    await client.quit();
    const rows = await inAgency(
      fresh.db,
      agency,
      THE_APPLIANCE,
      tx => tx`SELECT register, number, secrecy FROM entry ORDER BY register, number`,
    );
    expect([...rows]).toEqual([
      { register: 'receive', number: 1, secrecy: 'normal' },
      { register: 'receive', number: 2, secrecy: 'normal' },
      { register: 'receive-classified', number: 1, secrecy: 'confidential' },
      { register: 'receive-classified', number: 2, secrecy: 'secret' },
    ]);
  });

  it('holds ลับที่สุด without a number (clause 29)', async () => {
    const client = await SmtpClient.open(smtp.port);
    const raw = 'From: x@y.example\r\nSubject: =?utf-8?B?4Lil4Lix4Lia4LiX4Li14LmI4Liq4Li44LiU?= x\r\n\r\nx\r\n';
    expect((await client.send('x@y.example', ['saraban@first.example'], raw))?.lines[0]).toMatch(/^250 2\.0\.0 accepted id=/);
    await client.quit();
    expect(one(await bySha256(raw))).toMatchObject({ disposition: 'held', reason: 'top-secret', held_state: 'waiting' });
  });
});

describe('what is refused, and how', () => {
  it('550 for unknown recipients, 450 for a suspended agency, and postmaster is heard', async () => {
    const suspended = await addTestAgency(fresh.db, 'suspended');
    await inAgency(fresh.db, suspended, THE_APPLIANCE, tx => tx`UPDATE agency SET state = 'suspended' WHERE id = ${suspended}`);
    const client = await SmtpClient.open((await restarted()).port);
    await client.say('MAIL FROM:<a@b.example>');
    expect((await client.say('RCPT TO:<nobody@first.example>'))?.lines[0]).toMatch(/^550 5\.1\.1 /);
    expect((await client.say('RCPT TO:<saraban@elsewhere.example>'))?.lines[0]).toMatch(/^550 5\.1\.1 /);
    expect((await client.say('RCPT TO:<saraban@suspended.example>'))?.lines[0]).toMatch(/^450 4\.2\.1 /);
    expect((await client.say('RCPT TO:<postmaster@first.example>'))?.code).toBe(250);
    expect((await client.say('RCPT TO:<Postmaster>'))?.code).toBe(250);
    await client.quit();
  });

  it('holds the size limit at MAIL FROM and in mid-stream, and keeps nothing', async () => {
    const client = await SmtpClient.open(smtp.port);
    expect((await client.say('MAIL FROM:<a@b.example> SIZE=1000001'))?.lines[0]).toMatch(/^552 5\.3\.4 /);
    const big = `Subject: big\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(1_100)}`;
    expect((await client.send('a@b.example', ['saraban@first.example'], big))?.lines[0]).toMatch(/^552 5\.3\.4 /);
    expect((await client.send('a@b.example', ['saraban@first.example'], letter('after the big one')))?.code).toBe(250);
    await client.quit();
    expect(await bySha256(big)).toHaveLength(0);
    expect(await readdir(fresh.store.incoming)).toEqual([]);
  });

  it('asks to wait below the disk floor, and when the disk fails', async () => {
    const full = await start({ options: { diskFloor: Number.MAX_SAFE_INTEGER } });
    const client = await SmtpClient.open(full.port);
    expect((await client.say('MAIL FROM:<a@b.example>'))?.lines[0]).toMatch(/^452 4\.3\.1 /);
    await client.quit();
    await full.stop();
    const broken = await start();
    const other = await SmtpClient.open(broken.port);
    await rename(fresh.store.incoming, `${fresh.store.incoming}.away`);
    expect((await other.send('a@b.example', ['saraban@first.example'], letter('no disk')))?.lines[0]).toMatch(/^45[12] 4\.3\.[01] /);
    await rename(`${fresh.store.incoming}.away`, fresh.store.incoming);
    expect((await other.send('a@b.example', ['saraban@first.example'], letter('disk again')))?.code).toBe(250);
    await other.quit();
    await broken.stop();
  });

  it('refuses bare line ends where the agency asks for it', async () => {
    const strict = await start({ bareLf: 'refuse' });
    const client = await SmtpClient.open(strict.port);
    expect((await client.send('a@b.example', ['saraban@first.example'], 'Subject: x\r\n\r\nbare\nlf\r\n'))?.lines[0]).toMatch(
      /^554 5\.6\.0 /,
    );
    await client.quit();
    await strict.stop();
  });

  it('shows out whoever holds a connection and brings nothing, and keeps those who bring their letters', async () => {
    const listener = await start({ options: { pace: { graceMs: 1_000, bytesPerSecond: 1_000_000, lookMs: 10 } } });
    others.push(listener);
    const silent = await SmtpClient.open(listener.port);
    const dripping = await SmtpClient.open(listener.port);
    for (const line of ['MAIL FROM:<a@b.example>', 'RCPT TO:<saraban@first.example>', 'DATA']) await dripping.say(line);
    const drip = setInterval(() => void dripping.write('x'), 5);
    const shown = await Promise.all([silent.reply(), dripping.reply()]);
    clearInterval(drip);
    expect(shown.map(reply => reply?.lines[0]?.slice(0, 9))).toEqual(['421 4.4.2', '421 4.4.2']);
    expect(await silent.reply()).toBeNull();
    const quick = await SmtpClient.open(listener.port);
    expect((await quick.send('a@b.example', ['saraban@first.example'], letter('beside slow ones')))?.code).toBe(250);
    quick.destroy();
  });

  it('leaves a letter that was broken off with its sender', async () => {
    const before = one(await fresh.owner`SELECT count(*)::integer AS count FROM message`);
    const client = await SmtpClient.open(smtp.port);
    await client.say('MAIL FROM:<a@b.example>');
    await client.say('RCPT TO:<saraban@first.example>');
    await client.say('DATA');
    await client.write(`Subject: half\r\n\r\n${'x'.repeat(400_000)}`);
    client.destroy();
    const next = await SmtpClient.open(smtp.port);
    await next.send('a@b.example', ['saraban@first.example'], letter('the one after'));
    await next.quit();
    expect(one(await fresh.owner`SELECT count(*)::integer AS count FROM message`).count).toBe(before.count + 1);
    await expect.poll(() => readdir(fresh.store.incoming)).toEqual([]);
  });

  it('answers malformed commands with the code of the RFC', async () => {
    const client = await SmtpClient.open(smtp.port);
    expect((await client.say('NONSENSE'))?.lines[0]).toMatch(/^500 5\.5\.2 /);
    expect((await client.say('RCPT TO:<saraban@first.example>'))?.lines[0]).toMatch(/^503 5\.5\.1 /);
    expect((await client.say('MAIL FROM:'))?.lines[0]).toMatch(/^501 /);
    expect((await client.say('DATA'))?.lines[0]).toMatch(/^503 /);
    expect((await client.say('VRFY saraban'))?.code).toBe(252);
    await client.quit();
  });

  it('ends DATA only at CRLF.CRLF', async () => {
    for (const trick of ['\n.\r\n', '\r\n.\n', '\n.\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\n.\r']) {
      const client = await SmtpClient.open(smtp.port);
      await client.say('MAIL FROM:<a@b.example>');
      await client.say('RCPT TO:<saraban@first.example>');
      await client.say('DATA');
      const smuggled = `MAIL FROM:<forged@b.example>\r\nRCPT TO:<saraban@first.example>\r\nDATA\r\nSubject: forged\r\n\r\nx\r\n`;
      await client.write(`Subject: smuggler ${JSON.stringify(trick)}\r\n\r\nbody${trick}${smuggled}.\r\n`);
      expect((await client.reply())?.code).toBe(250);
      expect((await client.say('NOOP'))?.code).toBe(250);
      await client.quit();
    }
    expect(await fresh.owner`SELECT 1 FROM message WHERE envelope_from = 'forged@b.example'`).toHaveLength(0);
  });
});

describe("the agency's own policy", () => {
  const judged = (change: Partial<Trust>): Trust => ({
    spf: 'none',
    dkim: 'none',
    dmarc: 'none',
    arc: null,
    sealed: null,
    policy: null,
    aligned: false,
    envelopeAuthenticated: false,
    known: false,
    domain: 'sender.example',
    evidence: {},
    sentence: { th: '', en: '' },
    temporary: false,
    ...change,
  });
  async function withPolicy(
    code: string,
    policy: Partial<Policy>,
    trust: Partial<Trust>,
    work: (client: SmtpClient, agencyId: number) => Promise<void>,
  ) {
    const id = await addTestAgency(fresh.db, code);
    await fresh.owner`UPDATE agency SET phone = '0 2123 4567', settings = ${fresh.owner.json({ policy })} WHERE id = ${id}`;
    const listener = await start({
      trust: {
        async judge(input) {
          if (!Buffer.isBuffer(input.headersAndBody)) input.headersAndBody.destroy();
          return judged(trust);
        },
      },
    });
    const client = await SmtpClient.open(listener.port);
    try {
      await work(client, id);
    } finally {
      await client.quit();
      await listener.stop();
    }
  }
  const kept = async (id: number) =>
    await fresh.owner`SELECT disposition, reason, intake_notes AS notes FROM message WHERE agency_id = ${id} ORDER BY received_at, id`;

  it('refuses a denied sender before the letter is sent, and by From after it; nothing is kept', async () => {
    await withPolicy('denies', { deny: ['sender.example'] }, {}, async (client, id) => {
      await client.say('MAIL FROM:<a@mail.sender.example>');
      expect((await client.say('RCPT TO:<saraban@denies.example>'))?.lines[0]).toMatch(
        /^550 5\.7\.1 mail from this sender is not accepted by Agency denies \/ .*please phone 0 2123 4567 /,
      );
      await client.say('RSET');
      expect((await client.send('a@else.example', ['saraban@denies.example'], letter('denied')))?.lines[0]).toMatch(
        /^550 5\.7\.1 .*0 2123 4567/,
      );
      expect(await kept(id)).toEqual([]);
      const bounce = 'From: mailer-daemon@sender.example\r\nSubject: Undeliverable\r\n\r\nx\r\n';
      expect((await client.send('', ['saraban@denies.example'], bounce))?.code).toBe(250);
      expect(await kept(id)).toMatchObject([{ disposition: 'notice' }]);
    });
  });

  it('holds for the agency that denies what another agency takes', async () => {
    await withPolicy('denies-too', { deny: ['sender.example'] }, {}, async (client, id) => {
      const reply = await client.send('a@else.example', ['saraban@denies-too.example', 'saraban@first.example'], letter('for two'));
      expect(reply?.lines[0]).toMatch(/^250 2\.0\.0 registered \d+\/2569 <saraban@first\.example> id=/);
      expect(await kept(id)).toMatchObject([{ disposition: 'held', reason: 'deny-list' }]);
    });
  });

  it('holds what DMARC tells to reject, and takes it from an allowed sender with a note', async () => {
    const forged = { dmarc: 'fail', policy: 'reject' } as const;
    await withPolicy('careful', {}, forged, async (client, id) => {
      expect((await client.send('a@else.example', ['saraban@careful.example'], letter('forged')))?.lines[0]).toMatch(
        /^250 2\.0\.0 accepted id=/,
      );
      expect(await kept(id)).toMatchObject([{ disposition: 'held', reason: 'dmarc-reject' }]);
    });
    await withPolicy('trusting', { allow: ['somchai@sender.example'] }, forged, async (client, id) => {
      expect((await client.send('a@else.example', ['saraban@trusting.example'], letter('known')))?.lines[0]).toMatch(
        /^250 2\.0\.0 registered 1\/2569 /,
      );
      expect(await kept(id)).toMatchObject([{ disposition: 'entered', notes: [{ code: 'allowed-despite-dmarc' }] }]);
    });
  });

  it("registers an allowed sender's list mail", async () => {
    await withPolicy('reads-news', { allow: ['sender.example'] }, {}, async (client, id) => {
      const news = `List-Id: <news.sender.example>\r\nPrecedence: bulk\r\n${letter('news')}`;
      expect((await client.send('bounce@sender.example', ['saraban@reads-news.example'], news))?.lines[0]).toMatch(
        /^250 2\.0\.0 registered 1\//,
      );
      expect(
        (await client.send('bounce@else.example', ['saraban@reads-news.example'], news.replace('somchai@sender', 'x@else')))?.lines[0],
      ).toMatch(/^250 2\.0\.0 accepted /);
      expect(await kept(id)).toMatchObject([{ disposition: 'entered', notes: [{ code: 'allowed-list-mail' }] }, { disposition: 'notice' }]);
    });
  });

  it("lets a forwarder's word count for the agency that trusts him, and for no other", async () => {
    const forged: Partial<Trust> = {
      dmarc: 'fail',
      policy: 'reject',
      sealed: {
        sealer: 'lists.example',
        from: 'sender.example',
        spf: { result: 'pass', domain: 'sender.example' },
        dkim: [],
        dmarc: { result: 'pass', from: 'sender.example' },
      },
    };
    await withPolicy('trusts-lists', { forwarders: ['lists.example'] }, forged, async (client, id) => {
      const other = await addTestAgency(fresh.db, 'no-lists');
      const to = ['saraban@no-lists.example', 'saraban@trusts-lists.example'];
      expect((await client.send('somchai@sender.example', to, letter('passed on')))?.code).toBe(250);
      const stored = async (agencyId: number) =>
        await fresh.owner`SELECT disposition, trust->>'envelopeAuthenticated' AS proven, trust->'evidence'->>'forwarder' AS forwarder
                          FROM message WHERE agency_id = ${agencyId}`;
      expect(await stored(id)).toEqual([{ disposition: 'entered', proven: 'true', forwarder: 'lists.example' }]);
      expect(await stored(other)).toEqual([{ disposition: 'held', proven: 'false', forwarder: null }]);
    });
  });

  it('451 while DNS is silent, where the agency rather waits', async () => {
    await withPolicy('waits', { noDns: 'try-again' }, { temporary: true }, async (client, id) => {
      expect((await client.send('a@b.example', ['saraban@waits.example'], letter('later')))?.lines[0]).toMatch(/^451 4\.4\.3 /);
      expect(await kept(id)).toEqual([]);
    });
    await withPolicy('goes-on', {}, { temporary: true }, async (client, id) => {
      expect((await client.send('a@b.example', ['saraban@goes-on.example'], letter('now')))?.code).toBe(250);
      expect(await kept(id)).toMatchObject([{ disposition: 'entered' }]);
    });
  });

  it('takes everything under the usual policy when the stored one is broken', async () => {
    await withPolicy('broken', { deny: 'sender.example' } as never, {}, async (client, id) => {
      expect((await client.send('a@sender.example', ['saraban@broken.example'], letter('taken')))?.code).toBe(250);
      expect(await kept(id)).toMatchObject([{ disposition: 'entered' }]);
    });
  });
});

describe('faults of ours', () => {
  it('451 when the database is away, and the letter is taken when it is back', async () => {
    const client = await SmtpClient.open(smtp.port);
    expect((await client.send('a@b.example', ['saraban@first.example'], letter('before')))?.code).toBe(250);
    await fresh.admin.unsafe(`ALTER DATABASE ${fresh.name} ALLOW_CONNECTIONS false`);
    await fresh.admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${fresh.name}`;
    const raw = letter('while away');
    await client.say('MAIL FROM:<a@b.example>');
    const recipient = await client.say('RCPT TO:<saraban@first.example>');
    if (recipient?.code === 250) {
      await client.say('DATA');
      await client.write(`${raw}.\r\n`);
      expect((await client.reply())?.lines[0]).toMatch(/^451 4\.3\.0 /);
    } else {
      expect(recipient?.lines[0]).toMatch(/^451 4\.3\.0 /);
    }
    await client.say('RSET');
    await fresh.admin.unsafe(`ALTER DATABASE ${fresh.name} ALLOW_CONNECTIONS true`);
    await expect.poll(async () => (await client.send('a@b.example', ['saraban@first.example'], raw))?.code).toBe(250);
    await client.quit();
    expect(await bySha256(raw)).not.toHaveLength(0);
  });
});

/** The directory keeps addresses for two seconds; a listener of its own sees a new agency at once. */
const others: SmtpListener[] = [];
async function restarted(): Promise<SmtpListener> {
  const listener = await start();
  others.push(listener);
  return listener;
}
afterAll(async () => {
  for (const listener of others) await listener.stop();
});
