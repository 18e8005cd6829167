/** Turns what mailauth says of SPF, DKIM and ARC into the results the register keeps (RFC 8601 2.7), for trust.ts. */
import type { ARCResult, DKIMResult } from 'mailauth';

export type TrustResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'none' | 'temperror' | 'permerror';

export type SignatureEvidence = {
  domain: string;
  selector: string;
  algorithm: string;
  result: TrustResult;
  comment: string | null;
  /** mailauth's reading of relaxed alignment with From. */
  alignedWithFrom: boolean;
  /** Bytes of the body that an l= tag leaves unsigned. */
  unsignedBytes: number;
};

/** A result keyword of RFC 8601; what mailauth calls otherwise ('policy': a weak key or algorithm) counts as neutral: seen, not believed. */
export function keyword(result: string | undefined): TrustResult {
  switch (result) {
    case 'pass':
    case 'fail':
    case 'softfail':
    case 'neutral':
    case 'none':
    case 'temperror':
    case 'permerror':
      return result;
    case 'temperr':
      return 'temperror';
    case undefined:
      return 'none';
    default:
      return 'neutral';
  }
}

/**
 * All signatures, and one word over them: the best that was found, because a signature that does not hold is to be treated as absent
 * (RFC 6376 6.1); only when none holds does the reason of the others matter.
 */
export function dkimVerdict(results: DKIMResult[]): { result: TrustResult; signatures: SignatureEvidence[] } {
  const signatures = results
    .filter(row => row.status.result !== 'none')
    .map(row => ({
      domain: (row.signingDomain ?? '').toLowerCase(),
      selector: row.selector ?? '',
      algorithm: row.algo ?? '',
      result: signatureResult(row),
      comment: row.status.comment || null,
      alignedWithFrom: Boolean(row.status.aligned),
      unsignedBytes: row.status.underSized ?? 0,
    }));
  const order: TrustResult[] = ['pass', 'temperror', 'fail', 'permerror', 'neutral'];
  return { result: order.find(result => signatures.some(signature => signature.result === result)) ?? 'none', signatures };
}

function signatureResult(row: DKIMResult): TrustResult {
  // mailauth calls it neutral outside its strict mode; the text was changed after signing, and that is a failure (RFC 6376 6.1.3).
  if (row.status.result === 'neutral' && /body hash did not verify/i.test(row.status.comment || '')) return 'fail';
  if (row.status.result === 'pass' && (row.status.underSized ?? 0) > 0) return 'neutral';
  return keyword(row.status.result);
}

/** Null when the mail carries no chain. */
export function arcVerdict(arc: ARCResult | null): TrustResult | null {
  const result = keyword(arc?.status.result);
  return result === 'none' ? null : result;
}

/**
 * Relaxed alignment (RFC 7489 3.1) without a list of public suffixes: one name is the other or lies under it, and the shorter has two
 * labels at least. Stricter than the standard for sister domains (a.example.go.th, b.example.go.th), never laxer for those.
 */
export function isSameOrganisation(one: string, other: string): boolean {
  const [short, long] = [one, other].map(name => name.toLowerCase().replace(/\.$/, '')).sort((a, b) => a.length - b.length) as [
    string,
    string,
  ];
  if (short === '' || !short.includes('.') || publicSuffix.test(short)) return false;
  return short === long || long.endsWith(`.${short}`);
}

/** Second levels under which registries sell names: a signature by one of them would speak for everybody beneath. */
const publicSuffix = /^(?:ac|co|com|edu|gob|gouv|go|gov|gv|in|ltd|mi|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/;
