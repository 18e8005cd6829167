/**
 * A time-stamp token of RFC 3161: what it was made of, when, by whom, and whether its signature is that certificate's.
 * Whether the authority is to be trusted is not decided here; its chain is only named.
 */
import { digest, hexOf, joinBytes, sameBytes } from './bytes.js';
import { nameOfDer, oidOf, readCertificate, readDer, timeOf } from './der.js';

const HASHES = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
  '1.3.14.3.2.26': 'SHA-1',
};
const CURVES = { '1.2.840.10045.3.1.7': ['P-256', 32], '1.3.132.0.34': ['P-384', 48], '1.3.132.0.35': ['P-521', 66] };
const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';

/**
 * @returns { imprint: { algorithm, hash }, time, authority, certificate, chain, signature: 'holds'|'broken'|'not-judged', why }, or { refused } for a response without a token
 * @throws Error for what is no token
 */
export async function readTimestamp(bytes) {
  const token = tokenOf(readDer(bytes));
  if (token === null) return { refused: true };
  const signed = token.children[1].children[0].children;
  const content = signed[2];
  if (oidOf(content.children[0]) !== TST_INFO) throw new Error('not a time stamp');
  const infoBytes = content.children[1].children[0].content;
  const info = readDer(infoBytes).children;
  const certificates = (signed.find(part => part.tag === 0xa0)?.children ?? []).filter(part => part.tag === 0x30).map(readCertificate);
  const signer = signed.at(-1).children[0].children;
  const certificate = certificates.find(one => isSigner(signer[1], one)) ?? null;
  const named = info.find(part => part.tag === 0xa0)?.children[0];
  const directory = named?.tag === 0xa4 ? nameOfDer(named.children[0]) : '';
  return {
    imprint: { algorithm: HASHES[oidOf(info[2].children[0].children[0])] ?? '', hash: hexOf(info[2].children[1].content) },
    time: timeOf(info.find(part => part.tag === 0x18)),
    authority: certificate?.subjectName || directory,
    certificate,
    chain: certificates.map(one => ({ subject: one.subjectName, issuer: one.issuerName, until: one.until })),
    ...(await judge(signer, certificate, infoBytes)),
  };
}

/** A response holds the token after its status (RFC 3161 2.4.2); the token may also lie alone in the file. */
function tokenOf(root) {
  if (oidOf(root.children[0]) === SIGNED_DATA) return root;
  const [, token] = root.children;
  if (token === undefined) return null;
  if (oidOf(token.children[0]) !== SIGNED_DATA) throw new Error('not a time stamp');
  return token;
}

/** By issuer and number, or by the key's identifier (RFC 5652 5.3). */
function isSigner(sid, certificate) {
  if (sid.tag === 0x80) return hexOf(sid.content) === certificate.keyId;
  return sameBytes(sid.children[0].bytes, certificate.issuer) && hexOf(sid.children[1].content) === certificate.serial;
}

async function judge(signer, certificate, infoBytes) {
  const broken = why => ({ signature: 'broken', why });
  if (certificate === null) return { signature: 'not-judged', why: 'no-certificate' };
  const hash = HASHES[oidOf(signer[2].children[0])];
  if (hash === undefined || hash === 'SHA-1') return { signature: 'not-judged', why: 'algorithm' };
  const attributes = signer.find(part => part.tag === 0xa0);
  if (attributes === undefined) return broken('no-attributes');
  const value = id => attributes.children.find(attribute => oidOf(attribute.children[0]) === id)?.children[1].children[0];
  if (oidOf(value('1.2.840.113549.1.9.3')) !== TST_INFO) return broken('attributes');
  const imprint = value('1.2.840.113549.1.9.4');
  if (imprint === undefined || !sameBytes(imprint.content, await digest(hash, infoBytes))) return broken('content');
  if (!(await namesCertificate(value, certificate))) return broken('certificate');
  // Signed is the attributes' DER as a SET, not as the [0] it stands under (RFC 5652 5.4).
  const signedBytes = joinBytes([new Uint8Array([0x31]), attributes.bytes.subarray(1)]);
  const [algorithm, signature] = [signer[4], signer[5]];
  const holds = await verifySignature(algorithm, hash, certificate, signature.content, signedBytes);
  if (holds === null) return { signature: 'not-judged', why: 'algorithm' };
  return holds ? { signature: 'holds', why: '' } : broken('signature');
}

/** The token must name the certificate it was signed with (RFC 2634 5.4, RFC 5035), else another of the same key could be put in its place. */
async function namesCertificate(value, certificate) {
  const [first, second] = [value('1.2.840.113549.1.9.16.2.12'), value('1.2.840.113549.1.9.16.2.47')];
  const named = (second ?? first)?.children[0]?.children[0]?.children;
  if (named === undefined) return false;
  if (second === undefined) return sameBytes(named[0].content, await digest('SHA-1', certificate.bytes));
  const hash = named[0].tag === 0x30 ? HASHES[oidOf(named[0].children[0])] : 'SHA-256';
  const given = named.find(part => part.tag === 0x04);
  return hash !== undefined && given !== undefined && sameBytes(given.content, await digest(hash, certificate.bytes));
}

/** @returns true or false, or null for an algorithm that is not known here */
export async function verifySignature(algorithm, hash, certificate, signature, bytes) {
  const id = oidOf(algorithm.children[0]);
  const verify = async (parameters, bytesOfSignature, how = parameters) =>
    await crypto.subtle.verify(
      how,
      await crypto.subtle.importKey('spki', certificate.publicKey, parameters, false, ['verify']),
      bytesOfSignature,
      bytes,
    );
  try {
    const rsa = {
      '1.2.840.113549.1.1.1': hash,
      '1.2.840.113549.1.1.11': 'SHA-256',
      '1.2.840.113549.1.1.12': 'SHA-384',
      '1.2.840.113549.1.1.13': 'SHA-512',
    }[id];
    if (rsa !== undefined) return await verify({ name: 'RSASSA-PKCS1-v1_5', hash: rsa }, signature);
    if (id === '1.2.840.113549.1.1.10') return await verifyPss(algorithm, verify, signature);
    const ecdsa = { '1.2.840.10045.4.3.2': 'SHA-256', '1.2.840.10045.4.3.3': 'SHA-384', '1.2.840.10045.4.3.4': 'SHA-512' }[id];
    const curve = CURVES[oidOf(certificate.keyAlgorithm.children[1])];
    if (ecdsa === undefined || curve === undefined) return null;
    const raw = rawSignature(signature, curve[1]);
    return raw === null ? false : await verify({ name: 'ECDSA', namedCurve: curve[0] }, raw, { name: 'ECDSA', hash: ecdsa });
  } catch {
    return null;
  }
}

/** RFC 4055 3.1: hash and length of the salt are parameters; the defaults (SHA-1) are not accepted. */
async function verifyPss(algorithm, verify, signature) {
  const parameters = algorithm.children[1]?.children ?? [];
  const hash = HASHES[oidOf(parameters.find(part => part.tag === 0xa0)?.children[0]?.children[0])];
  const salt = parameters.find(part => part.tag === 0xa2)?.children[0];
  if (hash === undefined || hash === 'SHA-1' || salt === undefined) return null;
  const saltLength = salt.content.reduce((sum, byte) => sum * 256 + byte, 0);
  return await verify({ name: 'RSA-PSS', hash }, signature, { name: 'RSA-PSS', saltLength });
}

/** ECDSA's two numbers out of DER, side by side as WebCrypto wants them. */
function rawSignature(der, size) {
  const numbers = readDer(der).children.map(part => part.content);
  if (numbers.length !== 2) return null;
  const raw = new Uint8Array(size * 2);
  for (const [index, number] of numbers.entries()) {
    const plain = number[0] === 0 ? number.subarray(1) : number;
    if (plain.length > size) return null;
    raw.set(plain, size * (index + 1) - plain.length);
  }
  return raw;
}
