/**
 * Whether an S/MIME signature is good, and whose it is (RFC 5652, RFC 8550). The reading thread asks; the page says it in one sentence.
 * So too the token of a timestamp authority (RFC 3161), for register/seal/timestamp.ts: it is a signature of the same kind.
 * The only file that imports pkijs. What could not be checked is never called good.
 */
import { Certificate, ContentInfo, SignedData, SignedDataVerifyError, type SignedDataVerifyResult, TimeStampResp, TSTInfo } from 'pkijs';

export type SignatureCheck = {
  /**
   * verified: nothing was altered, and an authority that the agency trusts says whose it is. untrusted: nothing was altered, but nobody trusted says so.
   * altered: the content is not what was signed. unknown: it could not be checked.
   */
  state: 'verified' | 'altered' | 'untrusted' | 'unknown';
  reason: '' | 'issuer' | 'expired' | 'purpose' | 'weak' | 'unreadable';
  signer: { name: string; addresses: string[]; issuer: string; validFrom: string; validTo: string } | null;
};

const UNREADABLE: SignatureCheck = { state: 'unknown', reason: 'unreadable', signer: null };
/** Authorities and certificates looked at; a chain of real life has four. */
const MAX_CERTIFICATES = 100;
const MAX_SIGNERS = 5;
/** MD5 and SHA-1: two texts with the same sum can be made. */
const WEAK_DIGESTS = new Set(['1.2.840.113549.2.5', '1.3.14.3.2.26']);
const EXTENDED_KEY_USAGE = '2.5.29.37';
const EMAIL_PROTECTION = ['1.3.6.1.5.5.7.3.4', '2.5.29.37.0'];
const ALTERNATIVE_NAMES = '2.5.29.17';
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
/** SignedDataVerifyError: the digest is not that of the content. */
const DIGEST_DIFFERS = 15;

/**
 * Checks a signature.
 * @param cms the SignedData file
 * @param content what a detached signature is of, with CRLF line ends; null for a content inside `cms`
 * @param authorities PEM texts of the certificates that the agency trusts
 * @param at the time the letter came: a certificate that ran out later was good then
 * @returns of several signers, the worst. Never throws.
 */
export async function checkSignature(cms: Buffer, content: Buffer | null, authorities: string[], at: Date): Promise<SignatureCheck> {
  try {
    const signed = new SignedData({ schema: ContentInfo.fromBER(bufferOf(cms)).content });
    const count = signed.signerInfos.length;
    const embedded = signed.certificates?.length ?? 0;
    if (count === 0 || count > MAX_SIGNERS || embedded > MAX_CERTIFICATES) return UNREADABLE;
    const trusted = authorities.flatMap(certificatesOf).slice(0, MAX_CERTIFICATES);
    const checks: SignatureCheck[] = [];
    for (let signer = 0; signer < count; signer++) checks.push(await checkSigner(signed, signer, content, trusted, at));
    return ORDER.flatMap(state => checks.filter(check => check.state === state))[0] ?? UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

const ORDER = ['altered', 'unknown', 'untrusted', 'verified'] as const;

async function checkSigner(
  signed: SignedData,
  signer: number,
  content: Buffer | null,
  trustedCerts: Certificate[],
  checkDate: Date,
): Promise<SignatureCheck> {
  const given = { signer, ...(content === null ? {} : { data: bufferOf(content) }), extendedMode: true as const };
  const sealed = await verify(signed, { ...given, checkChain: false });
  const certificate = sealed.signerCertificate ?? null;
  const about = certificate === null ? null : describe(certificate);
  if (sealed.code === DIGEST_DIFFERS || sealed.signatureVerified === false) return { state: 'altered', reason: '', signer: about };
  if (sealed.signatureVerified !== true || certificate === null) return { state: 'unknown', reason: 'unreadable', signer: about };
  if (WEAK_DIGESTS.has(signed.signerInfos[signer]?.digestAlgorithm.algorithmId ?? ''))
    return { state: 'unknown', reason: 'weak', signer: about };
  if (!isForMail(certificate)) return { state: 'untrusted', reason: 'purpose', signer: about };
  if (certificate.notBefore.value > checkDate || certificate.notAfter.value < checkDate)
    return { state: 'untrusted', reason: 'expired', signer: about };
  if (trustedCerts.length === 0) return { state: 'untrusted', reason: 'issuer', signer: about };
  const chained = await verify(signed, { ...given, checkChain: true, trustedCerts, checkDate });
  return chained.signatureVerified === true && chained.signerCertificateVerified === true
    ? { state: 'verified', reason: '', signer: about }
    : { state: 'untrusted', reason: 'issuer', signer: about };
}

type Verified = Pick<SignedDataVerifyResult, 'code' | 'signatureVerified' | 'signerCertificate' | 'signerCertificateVerified'>;

async function verify(signed: SignedData, parameters: Parameters<SignedData['verify']>[0] & { extendedMode: true }): Promise<Verified> {
  try {
    return await signed.verify(parameters);
  } catch (error) {
    if (error instanceof SignedDataVerifyError) return error;
    throw error;
  }
}

/** A certificate of a web server or a program proves nothing about who writes mails (RFC 8550 4.4.4). */
function isForMail(certificate: Certificate): boolean {
  const purposes = purposesOf(certificate);
  return purposes === null || purposes.some(purpose => EMAIL_PROTECTION.includes(purpose));
}

/** Null when the certificate does not say what it is for. */
function purposesOf(certificate: Certificate): string[] | null {
  const usage: unknown = certificate.extensions?.find(one => one.extnID === EXTENDED_KEY_USAGE)?.parsedValue;
  if (usage === undefined) return null;
  const purposes = typeof usage === 'object' && usage !== null && 'keyPurposes' in usage ? usage.keyPurposes : [];
  return Array.isArray(purposes) ? purposes.map(String) : [];
}

function describe(certificate: Certificate): NonNullable<SignatureCheck['signer']> {
  const names: unknown = certificate.extensions?.find(one => one.extnID === ALTERNATIVE_NAMES)?.parsedValue;
  const alternatives =
    typeof names === 'object' && names !== null && 'altNames' in names && Array.isArray(names.altNames) ? names.altNames : [];
  const mails = alternatives.flatMap((one: { type?: unknown; value?: unknown }) =>
    one.type === 1 && typeof one.value === 'string' ? [one.value] : [],
  );
  const old = nameIn(certificate.subject, EMAIL_ADDRESS);
  return {
    name: nameIn(certificate.subject, COMMON_NAME) || nameIn(certificate.subject, ORGANISATION),
    addresses: [...new Set([...mails, ...(old === '' ? [] : [old])])].slice(0, 10),
    issuer: nameIn(certificate.issuer, COMMON_NAME) || nameIn(certificate.issuer, ORGANISATION),
    validFrom: certificate.notBefore.value.toISOString(),
    validTo: certificate.notAfter.value.toISOString(),
  };
}

function nameIn(name: Certificate['subject'], type: string): string {
  const value: unknown = name.typesAndValues.find(one => one.type === type)?.value.valueBlock.value;
  return typeof value === 'string' ? value.slice(0, 300) : '';
}

/** The certificates in a PEM text; one that cannot be read is left out, so that it makes nothing trusted. */
function certificatesOf(pem: string): Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap(block => {
    try {
      return [Certificate.fromBER(bufferOf(Buffer.from(block.replace(/-----[A-Z ]+-----/g, ''), 'base64')))];
    } catch {
      return [];
    }
  });
}

export type TimestampReply =
  /** A token whose signature is good and covers these bytes. Whether the authority is to be trusted is not said: its certificate lies in the token. */
  | { outcome: 'granted'; time: Date; nonce: bigint | null; authority: string }
  /** The authority said no: PKIStatus of RFC 3161 2.4.2, and its words. */
  | { outcome: 'refused'; status: number; words: string }
  /** A token of other bytes, or one that was altered, or made by a certificate that is none of an authority. */
  | { outcome: 'wrong'; why: 'imprint' | 'signature' | 'purpose' | 'weak' }
  | { outcome: 'unreadable' };

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const SHA_256 = '2.16.840.1.101.3.4.2.1';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

/**
 * Reads the answer of a timestamp authority (TimeStampResp, DER) and checks its token.
 * @param data the bytes that were to be stamped; their SHA-256 must be the imprint
 * @returns Never throws.
 */
export async function readTimestampReply(reply: Buffer, data: Buffer): Promise<TimestampReply> {
  try {
    const { status, timeStampToken } = TimeStampResp.fromBER(bufferOf(reply));
    // 0 granted, 1 granted with modifications: everything else comes without a token.
    if (status.status > 1)
      return {
        outcome: 'refused',
        status: status.status,
        words: (status.statusStrings ?? [])
          .map(one => one.valueBlock.value)
          .join(' ')
          .slice(0, 300),
      };
    if (timeStampToken === undefined) return { outcome: 'unreadable' };
    const signed = new SignedData({ schema: timeStampToken.content });
    const content = signed.encapContentInfo.eContent;
    if (signed.encapContentInfo.eContentType !== TST_INFO || content === undefined || signed.signerInfos.length !== 1)
      return { outcome: 'unreadable' };
    const info = TSTInfo.fromBER(content.getValue());
    const { hashAlgorithm, hashedMessage } = info.messageImprint;
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bufferOf(data)));
    if (hashAlgorithm.algorithmId !== SHA_256 || !digest.equals(hashedMessage.valueBlock.valueHexView))
      return { outcome: 'wrong', why: 'imprint' };
    const sealed = await verify(signed, { signer: 0, data: bufferOf(data), extendedMode: true, checkChain: false });
    const certificate = sealed.signerCertificate ?? null;
    if (sealed.signatureVerified !== true || certificate === null) return { outcome: 'wrong', why: 'signature' };
    if (WEAK_DIGESTS.has(signed.signerInfos[0]?.digestAlgorithm.algorithmId ?? '')) return { outcome: 'wrong', why: 'weak' };
    // RFC 3161 2.3: a key that stamps time does nothing else.
    if (!purposesOf(certificate)?.includes(TIME_STAMPING)) return { outcome: 'wrong', why: 'purpose' };
    const authority = nameIn(certificate.subject, COMMON_NAME) || nameIn(certificate.subject, ORGANISATION);
    const nonce = info.nonce === undefined ? null : BigInt(`0x${Buffer.from(info.nonce.valueBlock.valueHexView).toString('hex')}`);
    return { outcome: 'granted', time: info.genTime, nonce, authority };
  } catch {
    return { outcome: 'unreadable' };
  }
}

function bufferOf(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
