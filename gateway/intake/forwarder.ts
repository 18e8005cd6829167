/**
 * What a forwarder saw of a sender before it passed the mail on: the authentication results sealed in the newest ARC set (RFC 8617). trust.ts takes
 * them out of what mailauth found; receive.ts lets them count for an agency whose policy trusts the sealer.
 * Which mistake is worse: believing a stranger's seal makes every forgery true, so a sealer counts by his very name, and only for what he wrote himself.
 */
import type { ARCResult } from 'mailauth';
import type { Trust } from './trust.ts';
import { isSameOrganisation, keyword, type TrustResult } from './trust-verdict.ts';

/** The newest set of a chain that holds. */
export type Sealed = {
  /** d= of ARC-Seal and of ARC-Message-Signature, which must be the same. */
  sealer: string;
  /** The domain of the one From that the mail has now; null when it has none or several. */
  from: string | null;
  spf: { result: TrustResult; domain: string | null };
  dkim: { result: TrustResult; domain: string | null }[];
  /** Null when the sealer said nothing of it. */
  dmarc: { result: TrustResult; from: string | null } | null;
};

/** @returns null when there is no chain, the chain does not hold, or text could have been added beneath the seal (l=, RFC 6376 section 8.2) */
export function sealedOf(arc: ARCResult | null, from: string | null): Sealed | null {
  if (arc === null || arc.status.result !== 'pass' || !arc.signature) return null;
  const sealer = nameOf(arc.chain?.at(-1)?.['arc-seal']?.parsed?.d?.value);
  if (sealer === null || sealer !== nameOf(arc.signature.signingDomain) || (arc.signature.status.underSized ?? 0) > 0) return null;
  const said = fieldsOf(arc.authenticationResults);
  const [spf, dmarc] = [fieldsOf(said.spf), fieldsOf(said.dmarc)];
  const dkim = Array.isArray(said.dkim) ? said.dkim.slice(0, 50).map(fieldsOf) : [];
  return {
    sealer,
    from,
    spf: { result: resultOf(spf.result), domain: nameOf(fieldsOf(spf.smtp).mailfrom) },
    dkim: dkim.map(one => ({
      result: resultOf(one.result),
      domain: nameOf(fieldsOf(one.header).d) ?? nameOf(fieldsOf(one.header).i),
    })),
    dmarc: typeof dmarc.result === 'string' ? { result: resultOf(dmarc.result), from: nameOf(fieldsOf(dmarc.header).from) } : null,
  };
}

/**
 * The same judgement with the forwarder's word counted, when he is trusted; else the judgement as it was.
 * @param forwarders - sealing domains that the agency trusts, in lower case
 */
export function throughForwarder(trust: Trust, forwarders: string[], envelopeFrom: string): Trust {
  const { sealed } = trust;
  if (sealed === null || trust.known || !forwarders.includes(sealed.sealer)) return trust;
  const passing = sealed.dkim.flatMap(one => (one.result === 'pass' && one.domain !== null ? [one.domain] : []));
  const sender = sealed.spf.result === 'pass' ? sealed.spf.domain : null;
  const seen = sender === null ? passing : [sender, ...passing];
  const alignedThere = isAlignedThere(sealed, seen);
  const envelopeDomain = nameOf(envelopeFrom);
  const provenThere =
    envelopeDomain !== null &&
    [...seen, ...(alignedThere && sealed.from !== null ? [sealed.from] : [])].some(domain => isSameOrganisation(domain, envelopeDomain));
  const aligned = trust.aligned || alignedThere;
  const envelopeAuthenticated = trust.envelopeAuthenticated || provenThere;
  if (aligned === trust.aligned && envelopeAuthenticated === trust.envelopeAuthenticated) return trust;
  return {
    ...trust,
    aligned,
    envelopeAuthenticated,
    temporary: trust.temporary && !aligned,
    sentence:
      trust.aligned === aligned ? withEnvelope(trust.sentence, sealed.sealer) : sentenceOf(sealed, sender !== null, passing.length > 0),
    evidence: { ...trust.evidence, forwarder: sealed.sealer },
  };
}

/** What the sealer said of DMARC decides; where the domain had no such record then, SPF and DKIM are aligned by hand, as trust.ts does. */
function isAlignedThere({ from, dmarc }: Sealed, seen: string[]): boolean {
  if (from === null) return false;
  if (dmarc !== null && dmarc.result !== 'none') return dmarc.result === 'pass' && dmarc.from === from;
  return seen.some(domain => isSameOrganisation(domain, from));
}

function sentenceOf({ sealer, from }: Sealed, spf: boolean, dkim: boolean): { th: string; en: string } {
  const how = [spf ? 'SPF' : '', dkim ? 'DKIM' : ''].filter(name => name !== '').join(', ') || 'DMARC';
  return {
    th: `ยืนยันได้ว่าส่งมาจากโดเมน ${from} จริง โดยส่งต่อผ่าน ${sealer} ซึ่งเป็นผู้ส่งต่อที่หน่วยงานเชื่อถือและได้ตรวจสอบไว้ (ARC: ${how})`,
    en: `Verified: it really came from the domain ${from}, passed on by ${sealer}, a forwarder the agency trusts, who checked it (ARC: ${how}).`,
  };
}

function withEnvelope(sentence: { th: string; en: string }, sealer: string): { th: string; en: string } {
  return {
    th: `${sentence.th} และ ${sealer} ซึ่งเป็นผู้ส่งต่อที่หน่วยงานเชื่อถือได้ตรวจสอบที่อยู่ผู้ส่งบนซองแล้ว`,
    en: `${sentence.en} The sender on the envelope was checked by ${sealer}, a forwarder the agency trusts.`,
  };
}

function resultOf(value: unknown): TrustResult {
  return keyword(typeof value === 'string' ? value.toLowerCase() : undefined);
}

/** The domain of an address, of '@domain' or of a bare domain; null for anything else. */
function nameOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const name = value
    .slice(value.lastIndexOf('@') + 1)
    .trim()
    .replace(/[>.\s]+$/, '')
    .toLowerCase();
  return /^[^\s@<>"(),;:\\[\]]+\.[^\s@<>"(),;:\\[\]]+$/.test(name) ? name.slice(0, 255) : null;
}

/** A strangers' text was parsed into it: nothing is taken for granted. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
