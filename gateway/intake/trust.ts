/**
 * Who sent it: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489, 9989), ARC (RFC 8617) and the reverse name, through mailauth, of
 * which this is the only door. receive.ts hands in the spooled mail after DATA; the register keeps the result as evidence, the page
 * shows its sentence, and the acknowledgement asks `known` or `envelopeAuthenticated` before it answers at once.
 * Which mistake is worse: trusting a forged sender makes us answer somebody who wrote nothing; not trusting a real one costs an officer one press.
 */
import type { Readable } from 'node:stream';
import { authenticate } from 'mailauth';
import { type Sealed, sealedOf } from './forwarder.ts';
import { createNameService, dnsError, type NameServiceSettings, type Resolve } from './name-service.ts';
import { isOwnNetwork, plainAddress } from './networks.ts';
import { trustSentence } from './trust-sentence.ts';
import { arcVerdict, dkimVerdict, isSameOrganisation, keyword, type TrustResult } from './trust-verdict.ts';

export type TrustSettings = NameServiceSettings & {
  /** Milliseconds one mail's whole judgement may take; the default is three questions' time. */
  judgeMs?: number;
};

export type JudgeInput = {
  /** '' when a front server did not say from where it had the mail: SPF is not asked then, and DMARC without it proves no forgery. */
  remoteAddress: string;
  /** The front server that handed it on, else null. */
  front: string | null;
  helo: string;
  /** '' for the null return path. */
  envelopeFrom: string;
  /** The whole mail. A stream is read to its end, or destroyed when reading it is not needed. */
  headersAndBody: Readable | Buffer;
  /** Our host name, the authserv-id of the results (RFC 8601 2.5). */
  mta: string;
  /** CIDR networks that the agency calls its own; loopback always is. */
  ownNetworks: string[];
};

export type Trust = {
  spf: TrustResult;
  dkim: TrustResult;
  dmarc: TrustResult;
  /** Null when the mail carries no ARC chain. */
  arc: TrustResult | null;
  /** What its newest sealer saw; null when there is no chain or it does not hold. It counts for who trusts him: forwarder.ts. */
  sealed: Sealed | null;
  /** What the domain of From asks to be done with mail that fails DMARC; null when it says nothing. */
  policy: 'none' | 'quarantine' | 'reject' | null;
  /** SPF or DKIM passed for a domain that is aligned with From (RFC 7489 3.1). */
  aligned: boolean;
  /** SPF passed for MAIL FROM, or a passing DKIM domain is aligned with it: an answer to MAIL FROM reaches whoever sent this. */
  envelopeAuthenticated: boolean;
  /** Came over loopback or one of the agency's own networks. */
  known: boolean;
  /** The domain the rest is about: that of From, else of MAIL FROM. */
  domain: string | null;
  /** Plain JSON, for the record. */
  evidence: Record<string, unknown>;
  sentence: { th: string; en: string };
  /** Something was not answered in time and a later try may tell more. */
  temporary: boolean;
};

/** One judge for the process; it shares the DNS cache. `judge` never rejects and asks no DNS for own networks. */
export function createTrust(settings: TrustSettings): { judge(input: JudgeInput): Promise<Trust> } {
  const resolve = createNameService(settings);
  const judgeMs = settings.judgeMs ?? settings.timeoutMs * 3;
  return {
    judge: async input => {
      if (isOwnNetwork(input.remoteAddress, input.ownNetworks)) {
        if (!Buffer.isBuffer(input.headersAndBody)) input.headersAndBody.destroy();
        return unasked(input, true, false, { skipped: 'own-network' });
      }
      const deadline = new Promise<'late'>(done => {
        // unref: a judgement under way must not hold up the end of the process.
        setTimeout(() => done('late'), judgeMs).unref();
      });
      const inTime = untilDeadline(resolve, Date.now() + judgeMs);
      const work = judgeStranger(input, inTime).catch((error: unknown) =>
        unasked(input, false, true, { error: error instanceof Error ? error.message.slice(0, 200) : 'unknown' }),
      );
      const first = await Promise.race([work, deadline]);
      if (first !== 'late') return first;
      if (!Buffer.isBuffer(input.headersAndBody)) input.headersAndBody.destroy();
      return unasked(input, false, true, { error: `not judged within ${judgeMs} ms` });
    },
  };
}

async function judgeStranger(input: JudgeInput, resolve: Resolve): Promise<Trust> {
  const ip = plainAddress(input.remoteAddress);
  const reverse = reverseName(ip, resolve);
  const found = await authenticate(input.headersAndBody, {
    ip,
    helo: input.helo,
    sender: input.envelopeFrom,
    mta: input.mta,
    resolver: resolve,
    disableBimi: true,
  });
  const envelopeDomain = domainOf(input.envelopeFrom);
  const spfStatus = found.spf ? found.spf.status : undefined;
  const isBlind = ip === '';
  const spf = isBlind ? 'none' : keyword(spfStatus?.result);
  const spfDomain = found.spf ? (found.spf.domain ?? null) : null;
  const dmarcFound = found.dmarc || null;
  const fromDomain = dmarcFound?.status.header?.from?.toLowerCase() ?? domainOf(found.dkim.headerFrom[0] ?? '');
  const signatures = dkimVerdict(found.dkim.results);
  const arc = arcVerdict(found.arc || null);

  // More than one From, or none: RFC 7489 6.6.1 leaves it to us, and no sender can be aligned with it.
  const dmarc: TrustResult = dmarcFound ? keyword(dmarcFound.status.result) : 'permerror';
  const passing = signatures.signatures.filter(signature => signature.result === 'pass');
  const alignedByHand =
    fromDomain !== null &&
    ((spf === 'pass' && spfDomain !== null && input.envelopeFrom !== '' && isSameOrganisation(spfDomain, fromDomain)) ||
      passing.some(signature => signature.alignedWithFrom || isSameOrganisation(signature.domain, fromDomain)));
  // An l= tag leaves text unsigned: whoever passed the mail on may have written it (RFC 6376 8.2).
  const alignedBySigned =
    dmarc === 'pass' && ((dmarcFound?.alignment?.spf.result ?? null) !== null || passing.some(signature => signature.alignedWithFrom));
  const aligned = dmarcFound !== null && (dmarc === 'none' ? alignedByHand : alignedBySigned);
  const envelopeAuthenticated =
    envelopeDomain !== null && (spf === 'pass' || passing.some(signature => isSameOrganisation(signature.domain, envelopeDomain)));
  const temporary = !aligned && [spf, signatures.result, dmarc, arc].includes('temperror');
  const shownDmarc = isBlind && dmarc === 'fail' ? 'none' : dmarc;
  const policy = shownDmarc === 'none' || shownDmarc === 'permerror' ? null : policyOf(dmarcFound?.policy);
  const domain = fromDomain ?? envelopeDomain;

  return {
    spf,
    dkim: signatures.result,
    dmarc: shownDmarc,
    arc,
    sealed: sealedOf(found.arc || null, dmarcFound === null ? null : fromDomain),
    policy,
    aligned,
    envelopeAuthenticated,
    known: false,
    domain,
    temporary,
    sentence: trustSentence({
      known: false,
      temporary,
      aligned,
      spf,
      dkim: signatures.result,
      dmarc: shownDmarc,
      policy,
      domain,
      remoteAddress: ip,
      front: input.front,
      fields: found.dkim.fromFields,
    }),
    evidence: {
      remoteAddress: ip || input.remoteAddress,
      front: input.front,
      helo: input.helo,
      reverse: await reverse,
      spf: { result: spf, domain: spfDomain, comment: spfStatus?.comment ?? null, record: (found.spf ? found.spf.rr : null) ?? null },
      dkim: signatures.signatures,
      dmarc: { result: dmarc, from: fromDomain, policy, policyDomain: dmarcFound?.policyDomain ?? null, record: dmarcFound?.rr ?? null },
      arc: found.arc ? { result: arc, instance: found.arc.i, comment: found.arc.status.comment ?? null } : null,
      skipped: 'dmarcSkipReason' in found ? (found.dmarcSkipReason ?? null) : null,
      results: found.headers.trim().slice(0, 8000),
    },
  };
}

/** What is said when nothing was asked, or no answer came. */
function unasked(input: JudgeInput, known: boolean, temporary: boolean, evidence: Record<string, unknown>): Trust {
  const result: TrustResult = temporary ? 'temperror' : 'none';
  const domain = domainOf(input.envelopeFrom);
  const remoteAddress = plainAddress(input.remoteAddress) || input.remoteAddress;
  const facts = {
    known,
    temporary,
    aligned: false,
    spf: result,
    dkim: result,
    dmarc: result,
    policy: null,
    domain,
    remoteAddress,
    front: input.front,
    fields: 1,
  };
  return {
    spf: result,
    dkim: result,
    dmarc: result,
    arc: null,
    sealed: null,
    policy: null,
    aligned: false,
    envelopeAuthenticated: false,
    known,
    domain,
    temporary,
    sentence: trustSentence(facts),
    evidence: { remoteAddress, front: input.front, helo: input.helo, ...evidence },
  };
}

/** The reverse name, and whether it leads back to the address (RFC 8601 3, "iprev"). Evidence only. */
async function reverseName(ip: string, resolve: Resolve): Promise<{ name: string | null; confirmed: boolean }> {
  if (ip === '') return { name: null, confirmed: false };
  try {
    const names = (await resolve(ip, 'PTR')).flat();
    const name = names[0];
    if (name === undefined) return { name: null, confirmed: false };
    const addresses = (await resolve(name, ip.includes(':') ? 'AAAA' : 'A')).flat();
    return { name, confirmed: addresses.some(address => plainAddress(address) === ip) };
  } catch {
    return { name: null, confirmed: false };
  }
}

/** After the deadline every question fails at once, so that mailauth comes to its end instead of asking on in the background. */
function untilDeadline(resolve: Resolve, deadline: number): Resolve {
  return (name, type) => (Date.now() >= deadline ? Promise.reject(dnsError('ETIMEOUT', 'no time left')) : resolve(name, type));
}

function domainOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  const domain =
    at < 0
      ? ''
      : address
          .slice(at + 1)
          .trim()
          .replace(/[>.\s]+$/, '')
          .toLowerCase();
  return domain === '' ? null : domain;
}

function policyOf(policy: string | undefined): 'none' | 'quarantine' | 'reject' | null {
  return policy === 'none' || policy === 'quarantine' || policy === 'reject' ? policy : null;
}
