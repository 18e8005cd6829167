import { generateKeyPairSync } from 'node:crypto';
import { authenticate, sealMessage } from 'mailauth';
import { describe, expect, it } from 'vitest';
import { USUAL_POLICY } from '../../register/policy/policy.ts';
import { throughForwarder } from './forwarder.ts';
import { dnsError, type Resolve } from './name-service.ts';
import { decide } from './policy.ts';
import { createTrust, type Trust } from './trust.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const key = [[`v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`]];

const NAMES: Record<string, string[][]> = {
  'TXT ministry.go.th': [['v=spf1 ip4:192.0.2.7 -all']],
  'TXT _dmarc.ministry.go.th': [['v=DMARC1; p=reject']],
  'TXT arc._domainkey.lists.example': key,
  'TXT arc._domainkey.other.example': key,
  'TXT arc._domainkey.evil.example': key,
};
const resolve: Resolve = (name, type) => {
  const answer = NAMES[`${type} ${name.toLowerCase()}`];
  return answer ? Promise.resolve(answer) : Promise.reject(dnsError('ENOTFOUND', name));
};
const LETTER = 'From: saraban@ministry.go.th\r\nTo: saraban@agency.go.th\r\nSubject: x\r\n\r\nbody\r\n';

/** What a forwarder does: judges the mail as it came from `ip`, seals what he saw, and changes the subject before or after. */
async function sealed(mail: string, domain: string, ip = '192.0.2.7', sender = 'saraban@ministry.go.th'): Promise<string> {
  const found = await authenticate(Buffer.from(mail), {
    ip,
    helo: 'mx.ministry.go.th',
    sender,
    mta: `mx.${domain}`,
    resolver: resolve,
    disableBimi: true,
    seal: { signingDomain: domain, selector: 'arc', privateKey: pem },
  });
  return found.headers + mail;
}

/** Sealed with results of the test's own choice. */
async function sealedSaying(authResults: string, domain = 'lists.example', mail = LETTER): Promise<string> {
  const headers = await sealMessage(Buffer.from(mail), {
    signingDomain: domain,
    selector: 'arc',
    privateKey: pem,
    authResults,
    cv: 'none',
  });
  return headers.toString() + mail;
}

async function judged(mail: string, envelopeFrom = 'saraban@ministry.go.th', remoteAddress = '198.51.100.9'): Promise<Trust> {
  const trust = createTrust({ servers: null, timeoutMs: 500, cache: { entries: 100, seconds: 60 }, resolve });
  return await trust.judge({
    remoteAddress,
    front: null,
    helo: 'out.lists.example',
    envelopeFrom,
    headersAndBody: Buffer.from(mail),
    mta: 'mx.agency.go.th',
    ownNetworks: [],
  });
}

const decided = (trust: Trust) =>
  decide(USUAL_POLICY, {
    judgement: { disposition: 'letter' },
    withoutListMarks: () => ({ disposition: 'letter' }),
    envelopeFrom: 'saraban@ministry.go.th',
    headerFrom: 'saraban@ministry.go.th',
    trust,
  });

describe('a letter that a forwarder passed on', () => {
  it('counts as the trusted forwarder saw it: no longer held, acknowledged at once, and the sentence says through whom', async () => {
    const trust = await judged(await sealed(LETTER, 'lists.example'));
    expect(trust).toMatchObject({
      spf: 'fail',
      dmarc: 'fail',
      arc: 'pass',
      policy: 'reject',
      aligned: false,
      envelopeAuthenticated: false,
    });
    expect(trust.sealed).toEqual({
      sealer: 'lists.example',
      from: 'ministry.go.th',
      spf: { result: 'pass', domain: 'ministry.go.th' },
      dkim: [{ result: 'none', domain: null }],
      dmarc: { result: 'pass', from: 'ministry.go.th' },
    });
    expect(decided(trust)).toMatchObject({ judgement: { disposition: 'held', why: 'dmarc-reject' } });

    const counted = throughForwarder(trust, ['else.example', 'lists.example'], 'saraban@ministry.go.th');
    expect(counted).toMatchObject({ aligned: true, envelopeAuthenticated: true, temporary: false, dmarc: 'fail' });
    expect(counted.evidence).toMatchObject({ forwarder: 'lists.example' });
    expect(decided(counted)).toMatchObject({ judgement: { disposition: 'letter' } });
    expect(counted.sentence.en).toBe(
      'Verified: it really came from the domain ministry.go.th, passed on by lists.example, a forwarder the agency trusts, who checked it (ARC: SPF).',
    );
    expect(counted.sentence.th).toContain('ส่งต่อผ่าน lists.example ซึ่งเป็นผู้ส่งต่อที่หน่วยงานเชื่อถือ');
  });

  it('stays as it was without trust: nobody named, another named, a name above or beneath the sealer', async () => {
    const trust = await judged(await sealed(LETTER, 'lists.example'));
    for (const forwarders of [[], ['other.example'], ['example'], ['sub.lists.example'], ['xlists.example']]) {
      expect(throughForwarder(trust, forwarders, 'saraban@ministry.go.th')).toBe(trust);
    }
  });

  it('takes nothing from a seal that does not hold', async () => {
    const mail = await sealed(LETTER, 'lists.example');
    const forgedResults = mail.replace(/spf=pass/g, 'spf=fail');
    const twice = mail.replace(/^(ARC-Seal:[\s\S]*?\r\n)(?=[A-Z])/m, '$1$1');
    const broken = [
      `${mail}added\r\n`,
      mail.replace('Subject: x', 'Subject: y'),
      forgedResults,
      twice,
      mail.replace('d=lists', 'd=nolists'),
    ];
    for (const changed of broken) {
      expect(changed).not.toBe(mail);
      const trust = await judged(changed);
      expect(trust).toMatchObject({ arc: 'fail', sealed: null });
      expect(throughForwarder(trust, ['lists.example', 'nolists.example'], 'saraban@ministry.go.th')).toBe(trust);
    }
  });

  it('believes only what the trusted one saw himself, not whom he had it from', async () => {
    // A stranger seals a lie; the trusted forwarder, after him, sees that SPF fails and seals that.
    const lie = await sealedSaying(
      'mx.evil.example; spf=pass smtp.mailfrom=saraban@ministry.go.th; dmarc=pass header.from=ministry.go.th',
      'evil.example',
    );
    const trust = await judged(await sealed(lie, 'lists.example', '203.0.113.66'));
    expect(trust).toMatchObject({ arc: 'pass', sealed: { sealer: 'lists.example', dmarc: { result: 'fail' } } });
    expect(throughForwarder(trust, ['lists.example'], 'saraban@ministry.go.th')).toBe(trust);
  });

  it('does not let a stranger who passed it on last speak for a trusted one before him', async () => {
    const trust = await judged(await sealed(await sealed(LETTER, 'lists.example'), 'evil.example', '203.0.113.66'));
    expect(trust).toMatchObject({ arc: 'pass', sealed: { sealer: 'evil.example' } });
    expect(throughForwarder(trust, ['lists.example'], 'saraban@ministry.go.th')).toBe(trust);
  });
});

describe('what the sealer says, with care', () => {
  const through = async (said: string, mail = LETTER, envelopeFrom = 'saraban@ministry.go.th') =>
    throughForwarder(await judged(await sealedSaying(said, 'lists.example', mail), envelopeFrom), ['lists.example'], envelopeFrom);

  it.each([
    ['dmarc=pass of another domain', 'mx; dmarc=pass header.from=evil.example', false, false],
    ['dmarc=pass of nobody', 'mx; dmarc=pass', false, false],
    ['dmarc=fail outweighs SPF', 'mx; spf=pass smtp.mailfrom=ministry.go.th; dmarc=fail header.from=ministry.go.th', false, true],
    ['no DMARC: SPF by hand', 'mx; spf=pass smtp.mailfrom=a@ministry.go.th', true, true],
    ['no DMARC: DKIM by hand', 'mx; dkim=pass header.i=@ministry.go.th header.s=a; dmarc=none', true, true],
    ['DKIM of another domain', 'mx; dkim=pass header.d=bulk.example', false, false],
    ['a failed DKIM', 'mx; dkim=fail header.d=ministry.go.th', false, false],
    ['SPF of the HELO name', 'mx; spf=pass smtp.helo=ministry.go.th', false, false],
    ['nothing', 'mx; none', false, false],
    ['quoted cunning', 'mx; spf=fail smtp.mailfrom="a; dmarc=pass header.from=ministry.go.th"@evil.example', false, false],
    ['a comment', 'mx; spf=fail (dmarc=pass header.from=ministry.go.th) smtp.mailfrom=x@evil.example', false, false],
    ['rubbish', 'mx; spf; dkim=; dmarc.x.y=pass; =;;', false, false],
  ])('%s', async (_what, said, aligned, envelopeAuthenticated) => {
    expect(await through(said)).toMatchObject({ arc: 'pass', aligned, envelopeAuthenticated });
  });

  it('says of the envelope alone what is true of the envelope alone', async () => {
    const counted = await through('mx; spf=pass smtp.mailfrom=ministry.go.th; dmarc=fail header.from=ministry.go.th');
    expect(counted.sentence.en).toMatch(/^Possibly forged.*The sender on the envelope was checked by lists\.example/);
  });

  it('does not answer a victim on the envelope for a sender in From', async () => {
    const counted = await through('mx; dmarc=pass header.from=ministry.go.th', LETTER, 'someone@victim.example');
    expect(counted).toMatchObject({ aligned: true, envelopeAuthenticated: false });
  });

  it('a mail with two From fields is nobody’s, whoever sealed it', async () => {
    const counted = await through('mx; dmarc=pass header.from=ministry.go.th', `From: x@evil.example\r\n${LETTER}`);
    expect(counted).toMatchObject({ aligned: false });
  });
});
