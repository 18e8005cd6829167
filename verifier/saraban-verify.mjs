#!/usr/bin/env node
// Checks what a Saraban register hands out (closed days, evidence packs, acknowledgements, certificates), without a network and without anything but
// Node 22 or later: node saraban-verify.mjs FILE…   The same check as a page for browsers: saraban-verify.html.
// biome-ignore-all format: made by build.ts out of formatted sources
// biome-ignore-all lint: made by build.ts out of checked sources
// biome-ignore-all assist: made by build.ts out of checked sources
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

// bytes.js
/**
 * Bytes, hashes and texts, with nothing but Web standards that Node and browsers share.
 * First in the order of verifier/build.ts: every other file of the verifier stands on it.
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns {string | null} null for what is not UTF-8 */
function textOf(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function bytesOfText(text) {
  return new TextEncoder().encode(text);
}

/** Bytes as characters 0-255: for searching structure in what may be anything. */
function latin1(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return text;
}

function hexOf(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** @returns {Uint8Array | null} */
function bytesOfBase64(text) {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), character => character.charCodeAt(0));
  } catch {
    return null;
  }
}

async function digest(algorithm, bytes) {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

/** SHA-256 in lower-case hex, as every file of the register writes it. */
async function sha256(bytes) {
  return hexOf(await digest('SHA-256', bytes));
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function joinBytes(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @returns the object that stands in the bytes as JSON, or null */
function objectOf(bytes) {
  const text = textOf(bytes);
  if (text === null || !text.trimStart().startsWith('{')) return null;
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What came from outside is taken only in the shape that is expected. */
function recordOf(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

function listOf(value) {
  return Array.isArray(value) ? value : [];
}

function stringOf(value) {
  return typeof value === 'string' ? value : '';
}

function isHash(value) {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** A stranger's name as it may be shown: no control characters, no marks that turn the line around, and an end. */
function shown(value, most = 120) {
  const text = String(value ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** '2026-11-24T17:05:00.000Z' as '2026-11-24 17:05:00 UTC'. */
function shownTime(value) {
  return shown(value).replace(
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+|(\.\d+))?Z$/,
    (_, day, time, rest) => `${day} ${time}${rest ?? ''} UTC`,
  );
}

/** As Map.groupBy, which Node 20 and older browsers lack. @returns {Map<string, any[]>} */
function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

// zip.js
/**
 * The files in a ZIP, stored or deflated, under limits. Names from inside are only shown, never written anywhere.
 * APPNOTE.TXT 4.3: the directory at the end is the list that counts.
 */

const ZIP_LIMITS = { entries: 20_000, entryBytes: 300 * 2 ** 20, totalBytes: 700 * 2 ** 20, ratio: 1_000 };

function isZip(bytes) {
  return (
    bytes.length > 21 &&
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  );
}

/**
 * @param budget - { bytes }: what may still be unpacked, counted down, so that many small bombs are one big one
 * @returns { files: [{ name, bytes }], faults: [{ name, why: 'too-large'|'broken'|'crc'|'method'|'encrypted' }] }; `why` of the whole has the name ''
 */
async function unzip(bytes, budget = { bytes: ZIP_LIMITS.totalBytes }, limits = ZIP_LIMITS) {
  const files = [];
  const faults = [];
  const whole = why => ({ files: [], faults: [{ name: '', why }] });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  if (end < 0) return whole('broken');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) return whole('method');
  if (count > limits.entries) return whole('too-large');
  const names = new Set();
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return whole('broken');
    const [flags, method, crc, packed, size] = [
      view.getUint16(at + 8, true),
      view.getUint16(at + 10, true),
      view.getUint32(at + 16, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 24, true),
    ];
    const nameLength = view.getUint16(at + 28, true);
    const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
    const name = textOf(nameBytes) ?? latin1(nameBytes);
    const local = view.getUint32(at + 42, true);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith('/')) continue;
    // Two files of one name would let one program check the first and another show the second.
    if (names.has(name)) faults.push({ name, why: 'twice' });
    names.add(name);
    if (flags & 1) faults.push({ name, why: 'encrypted' });
    else if (method !== 0 && method !== 8) faults.push({ name, why: 'method' });
    else if (size > limits.entryBytes || size > budget.bytes || (size > 2 ** 20 && size > packed * limits.ratio))
      faults.push({ name, why: 'too-large' });
    else if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) faults.push({ name, why: 'broken' });
    else {
      const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      budget.bytes -= size;
      const raw = bytes.subarray(from, from + packed);
      const content = raw.length < packed ? null : method === 0 ? raw : await inflate(raw, size);
      if (content === null || content.length !== size) faults.push({ name, why: 'broken' });
      else {
        // A wrong check sum is told, and the bytes are still judged by what was signed.
        if (crc32(content) !== crc) faults.push({ name, why: 'crc' });
        files.push({ name, bytes: content });
      }
    }
  }
  return { files, faults };
}

function endOfDirectory(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65_535); at--)
    if (view.getUint32(at, true) === 0x06054b50) return at;
  return -1;
}

/** Stops as soon as more comes out than the directory said. */
async function inflate(raw, size) {
  const out = new Uint8Array(size);
  let at = 0;
  try {
    const reader = new Blob([raw]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return at === size ? out : null;
      if (at + value.length > size) {
        await reader.cancel().catch(() => {});
        return null;
      }
      out.set(value, at);
      at += value.length;
    }
  } catch {
    return null;
  }
}

let table = null;

function crc32(bytes) {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) crc = table[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// der.js
/** A reader of DER (X.690), just enough for time-stamp tokens: definite lengths, bounded depth, nothing is believed beyond the bytes that are there. */

const DEEPEST_DER = 40;

/**
 * @returns { tag, bytes (with its head), content, children }; children are there for constructed ones
 * @throws Error for what is no DER
 */
function readDer(bytes, depth = 0) {
  const { node, next } = readOne(bytes, 0, depth);
  if (next > bytes.length) throw new Error('DER: cut off');
  return node;
}

function readOne(bytes, at, depth) {
  if (depth > DEEPEST_DER || at + 2 > bytes.length) throw new Error('DER: too deep or cut off');
  const tag = bytes[at];
  if ((tag & 0x1f) === 0x1f) throw new Error('DER: a tag of more than one byte');
  let length = bytes[at + 1];
  let from = at + 2;
  if (length >= 0x80) {
    const size = length & 0x7f;
    if (size === 0 || size > 4 || from + size > bytes.length) throw new Error('DER: a length that is none');
    length = 0;
    for (let index = 0; index < size; index++) length = length * 256 + bytes[from + index];
    from += size;
  }
  const next = from + length;
  if (next > bytes.length) throw new Error('DER: cut off');
  const content = bytes.subarray(from, next);
  const children = [];
  if (tag & 0x20)
    for (let inner = 0; inner < content.length; ) {
      const child = readOne(content, inner, depth + 1);
      children.push(child.node);
      inner = child.next;
    }
  return { node: { tag, bytes: bytes.subarray(at, next), content, children }, next };
}

/** An object identifier as text with dots. */
function oidOf(node) {
  if (node?.tag !== 0x06) return '';
  const arcs = [];
  let value = 0;
  for (const byte of node.content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else arcs.push(value);
    value = 0;
  }
  return arcs.join('.');
}

/** UTCTime or GeneralizedTime as ISO 8601 in UTC; '' for anything else (RFC 5280 4.1.2.5, RFC 3161 2.4.2). */
function timeOf(node) {
  const text = latin1(node?.content ?? new Uint8Array());
  const found =
    node?.tag === 0x17
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text);
  if (!found) return '';
  const year = found[1].length === 4 ? found[1] : `${Number(found[1]) >= 50 ? 19 : 20}${found[1]}`;
  const fraction = /\.(\d+)Z$/.exec(text)?.[1];
  return `${year}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}${fraction === undefined ? '' : `.${fraction}`}Z`;
}

function textOfDer(node) {
  if (node.tag === 0x1e)
    return Array.from({ length: node.content.length >> 1 }, (_, at) =>
      String.fromCharCode(node.content[2 * at] * 256 + node.content[2 * at + 1]),
    ).join('');
  return textOf(node.content) ?? latin1(node.content);
}

const NAMES = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C' };

/** A distinguished name for people: 'CN=…, O=…'; other attributes are left out. */
function nameOfDer(node) {
  return node.children
    .flatMap(set => set.children)
    .flatMap(pair =>
      NAMES[oidOf(pair.children[0])] === undefined || pair.children[1] === undefined
        ? []
        : [`${NAMES[oidOf(pair.children[0])]}=${textOfDer(pair.children[1])}`],
    )
    .join(', ');
}

/** A certificate's parts (RFC 5280 4.1). */
function readCertificate(node) {
  const body = node.children[0].children;
  const fields = body[0]?.tag === 0xa0 ? body.slice(1) : body;
  const [serial, , issuer, validity, subject, key] = fields;
  const extensions = (fields.find(field => field.tag === 0xa3)?.children[0]?.children ?? []).map(extension => ({
    id: oidOf(extension.children[0]),
    value: readDer(extension.children.at(-1).content),
  }));
  const usage = extensions.find(extension => extension.id === '2.5.29.37');
  return {
    bytes: node.bytes,
    serial: hexOf(serial.content),
    issuer: issuer.bytes,
    issuerName: nameOfDer(issuer),
    subjectName: nameOfDer(subject),
    from: timeOf(validity.children[0]),
    until: timeOf(validity.children[1]),
    publicKey: key.bytes,
    keyAlgorithm: key.children[0],
    keyId: hexOf(extensions.find(extension => extension.id === '2.5.29.14')?.value.content ?? new Uint8Array()),
    stampsTime: usage?.value.children.some(purpose => oidOf(purpose) === '1.3.6.1.5.5.7.3.8') ?? false,
  };
}

// timestamp.js
/**
 * A time-stamp token of RFC 3161: what it was made of, when, by whom, and whether its signature is that certificate's.
 * Whether the authority is to be trusted is not decided here; its chain is only named.
 */

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
async function readTimestamp(bytes) {
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
async function verifySignature(algorithm, hash, certificate, signature, bytes) {
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

// mail.js
/**
 * The parts of a mail, just enough to find an acknowledgement's JSON and to hash what a letter carries: multiparts, base64, quoted-printable.
 * What it cannot take apart stays a part as it is. It decides nothing: hashes do.
 */

const DEEPEST_PART = 20;
const MOST_PARTS = 2_000;

/** Whether bytes begin like a mail: a few header lines, one of them From or Received or the like. */
function isMail(bytes) {
  const head = latin1(bytes.subarray(0, 16_384));
  return (
    /^(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}/.test(head) &&
    /^(?:from|received|return-path|message-id|date|subject|mime-version)[ \t]*:/im.test(head)
  );
}

/** @returns the leaves of the tree: { type, name, bytes } with the transfer encoding undone; a message within is a leaf and is taken apart as well */
function partsOfMail(bytes) {
  const found = [];
  walkPart(bytes, 0, found);
  return found;
}

function walkPart(bytes, depth, found) {
  if (depth > DEEPEST_PART || found.length >= MOST_PARTS) return;
  const split = endOfHead(bytes);
  const fields = fieldsOf(latin1(bytes.subarray(0, split.head)));
  const body = bytes.subarray(split.body);
  const type = /^[^;\s]+/.exec(fields['content-type'] ?? '')?.[0]?.toLowerCase() ?? 'text/plain';
  const boundary = parameter(fields['content-type'] ?? '', 'boundary');
  if (type.startsWith('multipart/') && boundary !== '') {
    for (const part of partsBetween(body, boundary)) walkPart(part, depth + 1, found);
    return;
  }
  const content = decoded(body, (fields['content-transfer-encoding'] ?? '').trim().toLowerCase());
  found.push({
    type,
    name: parameter(fields['content-disposition'] ?? '', 'filename') || parameter(fields['content-type'] ?? '', 'name'),
    bytes: content,
  });
  if (type === 'message/rfc822' || type === 'message/global') walkPart(content, depth + 1, found);
}

function endOfHead(bytes) {
  if (bytes[0] === 10) return { head: 0, body: 1 };
  if (bytes[0] === 13 && bytes[1] === 10) return { head: 0, body: 2 };
  for (let at = 0; at < bytes.length - 1; at++) {
    if (bytes[at] !== 10) continue;
    if (bytes[at + 1] === 10) return { head: at + 1, body: at + 2 };
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return { head: at + 1, body: at + 3 };
  }
  return { head: bytes.length, body: bytes.length };
}

function fieldsOf(head) {
  const fields = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    if (at > 0 && fields[name] === undefined) fields[name] = line.slice(at + 1).trim();
  }
  return fields;
}

function parameter(field, name) {
  return (
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i')
      .exec(field)
      ?.slice(1)
      .find(value => value !== undefined) ?? ''
  );
}

/** RFC 2046 5.1.1: the line break before a delimiter belongs to the delimiter. */
function partsBetween(body, boundary) {
  const text = latin1(body);
  const parts = [];
  let from = -1;
  for (let at = text.indexOf(`--${boundary}`); at >= 0 && parts.length < MOST_PARTS; at = text.indexOf(`--${boundary}`, at + 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const after = text.slice(at + boundary.length + 2, at + boundary.length + 202);
    const rest = /^(--)?[ \t]*(?:\r?\n|$)/.exec(after);
    if (rest === null) continue;
    if (from >= 0) parts.push(body.subarray(from, Math.max(from, at - (text[at - 2] === '\r' ? 2 : 1))));
    if (rest[1] === '--') return parts;
    from = at + boundary.length + 2 + rest[0].length;
  }
  // Not closed: what there is counts.
  if (from >= 0) parts.push(body.subarray(from));
  return parts;
}

function decoded(body, encoding) {
  if (encoding === 'base64') return bytesOfBase64(latin1(body).replace(/[^A-Za-z0-9+/=]/g, '')) ?? body;
  if (encoding !== 'quoted-printable') return body;
  const text = latin1(body)
    .replace(/[ \t]+(?=\r?\n|$)/g, '')
    .replace(/=\r?\n/g, '');
  return Uint8Array.from(
    text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    character => character.charCodeAt(0),
  );
}

// chain.js
/**
 * The links of the register's chains, made anew (docs/data-model.md, "The chains"): SHA-256 over a JSON array in UTF-8 whose items are
 * separated by a comma and a blank.
 */

async function link(items) {
  return await sha256(bytesOfText(`[${items.map(item => JSON.stringify(item ?? null)).join(', ')}]`));
}

/** The chain's start names the agency and the series. */
async function startHash(agencyCode, series, year) {
  return await link(['saraban series 1', agencyCode, series, year]);
}

async function entryHash(entry) {
  return await link([
    'saraban entry 1',
    entry.previousHash,
    entry.register,
    entry.year,
    entry.number,
    entry.id,
    entry.rawSha256,
    entry.receivedAt,
    entry.enteredAt,
    entry.envelopeFrom,
    entry.fromName,
    entry.fromAddress,
  ]);
}

async function actHash(act) {
  return await link([
    'saraban act 1',
    act.previousHash,
    act.register,
    act.ordinal,
    act.entryId,
    act.routeId,
    act.kind,
    act.actorId,
    act.actorName,
    act.peer,
    act.at,
    act.detail,
  ]);
}

/**
 * Follows a chain from `head`.
 * @param items - each { place, previousHash, hash, … }; an item without its fields (`withheld`) is taken at its hash
 * @returns { faults: [{ kind: 'gap'|'linked'|'altered', place, expected }], head, withheld }
 */
async function followChain(items, first, head, hashOf) {
  const faults = [];
  let withheld = 0;
  let expected = first;
  for (const item of items) {
    if (item.place !== expected) faults.push({ kind: 'gap', place: item.place, expected });
    if (item.previousHash !== head) faults.push({ kind: 'linked', place: item.place, expected });
    if (item.withheld === true) withheld++;
    else if ((await hashOf(item)) !== item.hash) faults.push({ kind: 'altered', place: item.place, expected });
    head = item.hash;
    expected = item.place + 1;
  }
  return { faults, head, withheld, next: expected };
}

// words-days.js
/** Sentences about closed days and time stamps; words.js has the others and says how they are made. */

const DAYS = {
  'seal-shape': [d => `${d.name} ไม่ใช่ตราปิดประจำวันที่สมบูรณ์: ${d.what}`, d => `${d.name} is not a well-formed seal: ${d.what}.`],
  'seal-file-same': [d => `${d.name} คือไฟล์ที่ปิดตราไว้`, d => `${d.name} is the file that was sealed.`],
  'seal-file-differs': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ปิดตราไว้: ถูกแก้ไขหลังปิดวัน`,
    d => `${d.name} is not the file that was sealed: it was changed after the day was closed.`,
  ],
  'seal-file-of-other-day': [
    d => `${d.name} เป็นของวันที่ ${d.day} ไม่ใช่ของวันนี้: ไฟล์ถูกสลับกัน`,
    d => `${d.name} belongs to ${d.day}, not to this day: the files were exchanged.`,
  ],
  'seal-file-missing': [d => `ไม่มี ${d.name} ให้ตรวจ`, d => `${d.name} is not here to be checked.`],
  'seal-file-classified': [d => `${d.name} เป็นไฟล์ชั้นความลับและไม่ได้ให้มา`, d => `${d.name} is classified and was not given.`],
  'day-missing': [
    () => 'ไม่มี day.json จึงไม่ได้ตรวจรายการและสายโซ่ของวันนี้',
    () => 'day.json is not here, so the entries and the chain of this day were not checked.',
  ],
  'day-without-seal': [
    () => 'ไม่มีตราปิด (seal.json) ที่ระบุไฟล์นี้ จึงไม่มีผู้ใดรับรอง',
    () => 'No seal (seal.json) names this file: nobody vouches for it.',
  ],
  'day-of-other': [
    d => `${d.name} เป็นของวันที่ ${d.day} ของ ${d.agency} ไม่ตรงกับตราปิด`,
    d => `${d.name} says it is ${d.day} of ${d.agency}, which is not what the seal says.`,
  ],
  'day-shape': [d => `${d.name} ไม่ใช่ทะเบียนประจำวันที่สมบูรณ์: ${d.what}`, d => `${d.name} is not a well-formed register of a day: ${d.what}.`],
  'book-entries': [
    d => `${d.bookTh}: เลขที่ ${d.first}–${d.last} ต่อเนื่องกันและไม่ถูกแก้ไข (${d.count} รายการ)`,
    d => `${d.bookEn}: numbers ${d.first}–${d.last} follow one another and were not altered (${d.count} entries).`,
  ],
  'book-none': [
    d => `${d.bookTh}: ไม่มีรายการใหม่ในวันนี้ (เลขล่าสุด ${d.last})`,
    d => `${d.bookEn}: no new entry that day (last number ${d.last}).`,
  ],
  'book-gap': [
    d => `${d.bookTh}: เลขที่ ${d.expected} หายไป (พบเลขที่ ${d.place} แทน)`,
    d => `${d.bookEn}: number ${d.expected} is missing (number ${d.place} stands in its place).`,
  ],
  'book-cut': [
    d => `${d.bookTh}: ตราปิดระบุถึงเลขที่ ${d.last} แต่รายการในไฟล์สิ้นสุดที่ ${d.found}`,
    d => `${d.bookEn}: the seal goes up to number ${d.last}, but the entries end at ${d.found}.`,
  ],
  'book-linked': [
    d => `${d.bookTh}: เลขที่ ${d.place} ไม่ต่อจากรายการก่อนหน้าในสายโซ่`,
    d => `${d.bookEn}: number ${d.place} is not linked to the one before it.`,
  ],
  'book-altered': [
    d => `${d.bookTh}: เลขที่ ${d.place} ถูกแก้ไข คำนวณแล้วไม่ได้ค่าแฮชที่บันทึกไว้`,
    d => `${d.bookEn}: number ${d.place} was altered; it does not make the hash that was recorded.`,
  ],
  'book-head': [
    d => `${d.bookTh}: ค่าแฮชท้ายสายโซ่ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the chain does not end in the head that the seal names.`,
  ],
  'book-start': [
    d => `${d.bookTh}: สายโซ่ไม่ได้เริ่มจากจุดเริ่มของทะเบียนนี้`,
    d => `${d.bookEn}: the chain does not begin where this register begins.`,
  ],
  'book-withheld': [
    d => `${d.bookTh}: ${d.count} รายการแสดงเพียงค่าแฮช (ชั้นความลับ) เนื้อหาจึงไม่ได้ตรวจ แต่ลำดับและการต่อสายโซ่ตรวจแล้ว`,
    d =>
      `${d.bookEn}: ${d.count} entries are given by their hash alone (classified); what they say was not judged, their place in the chain was.`,
  ],
  'seal-other-key': [d => `${d.name} ระบุกุญแจอื่น ไม่ใช่กุญแจที่ลงลายมือชื่อไว้`, d => `${d.name} names another key than the one it was signed with.`],
  'seal-not-made': [
    d => `ตราปิดระบุว่าทำไฟล์เหล่านี้ไม่ได้ในวันนั้น: ${d.names}`,
    d => `The seal says that these files could not be made that day: ${d.names}.`,
  ],
  'certificate-sealed': [d => `${d.name} คือใบรับรองที่ตราปิดระบุไว้`, d => `${d.name} is a certificate that the seal names.`],
  'book-absent': [d => `${d.bookTh}: มีในตราปิดแต่ไม่มีใน day.json`, d => `${d.bookEn}: stands in the seal but not in day.json.`],
  'book-parts': [
    d => `${d.bookTh}: day.json กับ day-classified.json กล่าวถึงสายโซ่นี้ไม่ตรงกัน`,
    d => `${d.bookEn}: day.json and day-classified.json disagree about this chain.`,
  ],
  'book-not-given': [
    d => `${d.bookTh}: รายการของวันนี้ไม่อยู่ในไฟล์ที่ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.bookEn}: its entries of this day are not in the files given, so they were not checked.`,
  ],
  'book-unsealed': [d => `${d.bookTh}: มีใน day.json แต่ไม่มีในตราปิด`, d => `${d.bookEn}: stands in day.json but not in the seal.`],
  'book-range': [
    d => `${d.bookTh}: ช่วงเลขใน day.json ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: its range in day.json is not the one in the seal.`,
  ],
  'book-cancelled': [
    d => `${d.bookTh}: เลขที่ยกเลิก ${d.numbers} (เลขยังคงอยู่ พร้อมเหตุผล)`,
    d => `${d.bookEn}: cancelled numbers ${d.numbers} (they stay, with their reason).`,
  ],
  'acts-chain': [
    d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.first}–${d.last} ต่อเนื่องกันและไม่ถูกแก้ไข`,
    d => `${d.bookEn}: acts ${d.first}–${d.last} follow one another and were not altered.`,
  ],
  'acts-gap': [d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.expected} หายไป`, d => `${d.bookEn}: act ${d.expected} is missing.`],
  'acts-cut': [
    d => `${d.bookTh}: ตราปิดระบุบันทึกการดำเนินการถึงลำดับที่ ${d.last} แต่ในไฟล์สิ้นสุดที่ ${d.found}`,
    d => `${d.bookEn}: the seal goes up to act ${d.last}, but the acts end at ${d.found}.`,
  ],
  'acts-linked': [
    d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.place} ไม่ต่อจากรายการก่อนหน้า`,
    d => `${d.bookEn}: act ${d.place} is not linked to the one before it.`,
  ],
  'acts-altered': [d => `${d.bookTh}: บันทึกการดำเนินการลำดับที่ ${d.place} ถูกแก้ไข`, d => `${d.bookEn}: act ${d.place} was altered.`],
  'acts-head': [
    d => `${d.bookTh}: ค่าแฮชท้ายสายบันทึกการดำเนินการไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the chain of acts does not end in the head that the seal names.`,
  ],
  'acts-start': [
    d => `${d.bookTh}: สายบันทึกการดำเนินการไม่ได้เริ่มจากจุดเริ่มของทะเบียนนี้`,
    d => `${d.bookEn}: the chain of acts does not begin where this register begins.`,
  ],
  'acts-range': [
    d => `${d.bookTh}: ช่วงลำดับของบันทึกการดำเนินการใน day.json ไม่ตรงกับในตราปิด`,
    d => `${d.bookEn}: the range of its acts in day.json is not the one in the seal.`,
  ],
  'acts-not-given': [
    d => `${d.bookTh}: บันทึกการดำเนินการของวันนี้ไม่อยู่ในไฟล์ที่ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.bookEn}: its acts of this day are not in the files given, so they were not checked.`,
  ],
  'acts-withheld': [
    d => `${d.bookTh}: บันทึกการดำเนินการ ${d.count} รายการแสดงเพียงค่าแฮช`,
    d => `${d.bookEn}: ${d.count} acts are given by their hash alone.`,
  ],
  'certificate-named': [
    d => `ตราปิดระบุใบรับรองการทดสอบสำเนาสำรอง ${d.count} ฉบับ`,
    d => `The seal names ${d.count} certificates of proven copies.`,
  ],
  'first-day': [() => 'เป็นวันแรกที่ปิดทะเบียนของส่วนราชการนี้', () => 'This is the first day that this agency closed.'],
  'one-day-only': [
    d => `มีเพียงวันเดียว จึงไม่ได้ตรวจว่าต่อจากวันก่อนหน้า (ตราปิดก่อนหน้า ${d.previous})`,
    d => `Only this day was given, so whether it follows the one before it was not judged (previous seal ${d.previous}).`,
  ],
  'days-follow': [
    d => `วันที่ ${d.from} ถึง ${d.until} (${d.count} วัน) ต่อกันครบ แต่ละวันระบุตราปิดของวันก่อนหน้า`,
    d => `The days ${d.from} to ${d.until} (${d.count} of them) follow one another; each names the seal of the one before.`,
  ],
  'days-missing': [
    d => `ขาดวันปิดลำดับที่ ${d.ordinals} (ระหว่างวันที่ ${d.after} กับ ${d.before})`,
    d => `Closing no. ${d.ordinals} is missing (between ${d.after} and ${d.before}).`,
  ],
  'days-unlinked': [
    d => `วันที่ ${d.day} ไม่ได้ต่อจากตราปิดของวันที่ ${d.before}: วันใดวันหนึ่งถูกทำขึ้นใหม่`,
    d => `${d.day} does not name the seal of ${d.before}: one of the two was made anew.`,
  ],
  'days-order': [
    d => `วันที่ ${d.day} (ลำดับที่ ${d.ordinal}) ไม่ได้อยู่หลังวันที่ ${d.before}`,
    d => `${d.day} (no. ${d.ordinal}) does not come after ${d.before}.`,
  ],
  'days-two-seals': [
    d => `มีตราปิดสองฉบับที่ต่างกันของวันปิดลำดับที่ ${d.ordinal} (${d.day})`,
    d => `There are two different seals of closing no. ${d.ordinal} (${d.day}).`,
  ],
  'days-numbers': [
    d => `${d.bookTh}: วันที่ ${d.day} เริ่มที่เลข ${d.first} แต่วันก่อนหน้าจบที่เลข ${d.last}`,
    d => `${d.bookEn}: ${d.day} begins at number ${d.first}, but the day before ended at ${d.last}.`,
  ],
  'days-heads': [
    d => `${d.bookTh}: สายโซ่ของวันที่ ${d.day} ไม่ได้ต่อจากท้ายสายของวันก่อนหน้า`,
    d => `${d.bookEn}: the chain of ${d.day} does not begin at the head of the day before.`,
  ],
  'days-acts': [
    d => `${d.bookTh}: บันทึกการดำเนินการของวันที่ ${d.day} เริ่มที่ลำดับ ${d.first} แต่วันก่อนหน้าจบที่ ${d.last}`,
    d => `${d.bookEn}: the acts of ${d.day} begin at ${d.first}, but the day before ended at ${d.last}.`,
  ],
  'days-act-heads': [
    d => `${d.bookTh}: สายบันทึกการดำเนินการของวันที่ ${d.day} ไม่ได้ต่อจากท้ายสายของวันก่อนหน้า`,
    d => `${d.bookEn}: the chain of acts of ${d.day} does not begin at the head of the day before.`,
  ],
  'days-lost-book': [
    d => `${d.bookTh}: มีในวันที่ ${d.before} แต่ไม่มีในวันที่ ${d.day}`,
    d => `${d.bookEn}: stands in ${d.before} but not in ${d.day}.`,
  ],
  'days-joined': [() => 'เลขและสายโซ่ของทุกทะเบียนต่อกันข้ามวันครบถ้วน', () => 'Numbers and chains of every register join from day to day.'],
  'days-keys': [
    d => `กุญแจที่ลงลายมือชื่อเปลี่ยนระหว่างวันที่ ${d.before} กับ ${d.day}: โปรดเทียบลายพิมพ์ของทั้งสองกุญแจกับส่วนราชการ`,
    d => `The signing key changed between ${d.before} and ${d.day}: compare both fingerprints with the agency.`,
  ],
};

const STAMPS = {
  'stamp-holds': [
    d => `${d.authority || 'หน่วยงานประทับเวลา'} ประทับเวลาไว้เมื่อ ${d.time} ว่าไฟล์นี้มีอยู่แล้วในขณะนั้น และลายมือชื่อของตราประทับถูกต้อง`,
    d =>
      `${d.authority || 'A time-stamping authority'} stated at ${d.time} that this file existed then, and the stamp's signature is valid.`,
  ],
  'stamp-other': [d => `ตราประทับเวลา ${d.name} เป็นของไฟล์อื่น`, d => `The time stamp ${d.name} is of another file.`],
  'stamp-broken': [
    d => `ตราประทับเวลา ${d.name} ถูกแก้ไข หรือลายมือชื่อไม่ถูกต้อง`,
    d => `The time stamp ${d.name} was altered, or its signature is not valid.`,
  ],
  'stamp-unreadable': [d => `${d.name} ไม่ใช่ตราประทับเวลาตาม RFC 3161`, d => `${d.name} is no time stamp of RFC 3161.`],
  'stamp-refused': [
    d => `${d.name} เป็นคำตอบปฏิเสธจากหน่วยงานประทับเวลา ไม่มีตราประทับอยู่`,
    d => `${d.name} is an authority's refusal; there is no stamp in it.`,
  ],
  'stamp-unjudged': [
    d => `ตราประทับเวลา ${d.time} เป็นของไฟล์นี้ แต่โปรแกรมนี้ตรวจลายมือชื่อไม่ได้ (ไม่มีใบรับรองหรือไม่รู้จักวิธีลงลายมือชื่อ)`,
    d =>
      `The time stamp of ${d.time} is of this file, but this program cannot check its signature (no certificate in it, or an unknown algorithm).`,
  ],
  'stamp-purpose': [
    d => `ใบรับรองของ ${d.authority} ไม่ได้ออกเพื่อการประทับเวลา`,
    d => `The certificate of ${d.authority} was not issued for time stamping.`,
  ],
  'stamp-expired': [
    d => `ขณะประทับเวลา (${d.time}) ใบรับรองของ ${d.authority} ไม่อยู่ในอายุ`,
    d => `At the time of the stamp (${d.time}) the certificate of ${d.authority} was not valid.`,
  ],
  'stamp-trust': [
    d => `ท่านต้องพิจารณาเองว่าเชื่อถือหน่วยงานประทับเวลานี้หรือไม่: ${d.chain}`,
    d => `Whether you trust this authority is yours to judge: ${d.chain}`,
  ],
};

// words.js
/** Every sentence of the verifier, Thai first, English beside it. `d` is the finding's data; what strangers wrote in it was made showable before. */

const BOOKS = {
  receive: ['ทะเบียนหนังสือรับ', 'receive register'],
  'receive-classified': ['ทะเบียนหนังสือรับ (ลับ)', 'classified receive register'],
  send: ['ทะเบียนหนังสือส่ง', 'send register'],
  'send-classified': ['ทะเบียนหนังสือส่ง (ลับ)', 'classified send register'],
  office: ['บันทึกการดำเนินงานของส่วนราชการ', 'log of the office'],
};

function bookTh(register, year) {
  return `${BOOKS[register]?.[0] ?? register}${year > 0 ? ` ปี ${year}` : ''}`;
}

function bookEn(register, year) {
  return `${BOOKS[register]?.[1] ?? register}${year > 0 ? ` ${year}` : ''}`;
}

const TITLES = {
  list: [d => `รายการค่าแฮช ${d.name}`, d => `List of hashes: ${d.name}`],
  reading: [() => 'การเปิดอ่านไฟล์', () => 'Reading the files'],
  seal: [
    d => `ทะเบียนที่ปิดประจำวันที่ ${d.day} · ${d.agency} (วันปิดลำดับที่ ${d.ordinal})`,
    d => `Closed day ${d.day} · ${d.agency} (closing no. ${d.ordinal})`,
  ],
  dayAlone: [d => `ทะเบียนประจำวัน ${d.name} ที่ไม่มีตราปิด`, d => `Register of a day without its seal: ${d.name}`],
  chain: [d => `ความต่อเนื่องของวันที่ปิดทะเบียน · ${d.agency}`, d => `Chain of closed days · ${d.agency}`],
  evidence: [
    d => `ชุดหลักฐานของหนังสือเลขที่ ${d.number}/${d.year} · ${d.agency}`,
    d => `Evidence pack of letter ${d.number}/${d.year} · ${d.agency}`,
  ],
  acknowledgement: [d => `แจ้งผลการรับ เลขทะเบียน ${d.number} · ${d.agency}`, d => `Acknowledgement, number ${d.number} · ${d.agency}`],
  certificate: [d => `ใบรับรองการทดสอบสำเนาสำรอง ${d.name}`, d => `Certificate of a copy: ${d.name}`],
  statement: [d => `ไฟล์ของระบบ ${d.name} (${d.format})`, d => `A file of the register's: ${d.name} (${d.format})`],
  signature: [d => `ลายมือชื่ออิเล็กทรอนิกส์ ${d.name}`, d => `Signature ${d.name}`],
  timestamp: [d => `ตราประทับเวลา ${d.name}`, d => `Time stamp ${d.name}`],
  across: [() => 'เทียบไฟล์ต่าง ๆ ระหว่างกัน', () => 'The files held against one another'],
  rest: [() => 'ไฟล์อื่น', () => 'Other files'],
};

const READING = {
  'too-many-files': [
    d => `มีไฟล์มากเกิน ${d.most} ไฟล์ ส่วนที่เกินไม่ได้ตรวจ`,
    d => `There are more than ${d.most} files; the rest was not looked at.`,
  ],
  'zip-broken': [
    d => `ไฟล์ ZIP ${d.name} เสียหาย${d.inside ? ` ที่ ${d.inside}` : ''} จึงเปิดอ่านไม่ได้`,
    d => `The ZIP ${d.name} is damaged${d.inside ? ` at ${d.inside}` : ''} and cannot be read.`,
  ],
  'zip-crc': [
    d => `${d.inside} ใน ${d.name} ถูกเปลี่ยนหลังจากจัดทำ ZIP (ผลรวมตรวจสอบไม่ตรง)`,
    d => `${d.inside} in ${d.name} was changed after the ZIP was made (its check sum is wrong).`,
  ],
  'zip-too-large': [
    d => `${d.inside || d.name} ใหญ่เกินกว่าที่โปรแกรมนี้จะเปิด จึงไม่ได้ตรวจ`,
    d => `${d.inside || d.name} is larger than this program unpacks; it was not checked.`,
  ],
  'zip-method': [
    d => `${d.inside || d.name} ถูกบีบอัดด้วยวิธีที่โปรแกรมนี้ไม่รู้จัก จึงไม่ได้ตรวจ`,
    d => `${d.inside || d.name} is packed in a way this program does not know; it was not checked.`,
  ],
  'zip-encrypted': [
    d => `${d.inside} ใน ${d.name} ใส่รหัสผ่านไว้ จึงไม่ได้ตรวจ`,
    d => `${d.inside} in ${d.name} is encrypted; it was not checked.`,
  ],
  'zip-twice': [d => `ใน ${d.name} มีไฟล์ชื่อ ${d.inside} มากกว่าหนึ่งไฟล์`, d => `${d.name} holds more than one file of the name ${d.inside}.`],
};

const SIGNATURES = {
  signed: [
    d =>
      `${d.name} ลงลายมือชื่อด้วยกุญแจของ ${d.agency} เมื่อ ${d.at} และไม่ถูกแก้ไขหลังจากนั้น กุญแจ ${d.fingerprint} (โปรดเทียบลายพิมพ์เต็มท้ายรายงานกับที่ส่วนราชการแจ้งไว้)`,
    d =>
      `${d.name} was signed with a key that says it is ${d.agency}'s, at ${d.at}, and was not changed since. Key ${d.fingerprint} (compare its whole fingerprint, at the end, with the one you were given).`,
  ],
  'signed-by-given': [
    d => `${d.name} ลงลายมือชื่อเมื่อ ${d.at} ด้วยกุญแจที่ท่านระบุ และไม่ถูกแก้ไขหลังจากนั้น`,
    d => `${d.name} was signed at ${d.at} with the key you named, and was not changed since.`,
  ],
  unsigned: [d => `ไม่มีไฟล์ลายมือชื่อของ ${d.name} จึงไม่มีผู้ใดรับรองไฟล์นี้`, d => `There is no signature of ${d.name}: nobody vouches for it.`],
  'signature-shape': [d => `${d.by} ไม่ใช่ไฟล์ลายมือชื่อที่สมบูรณ์`, d => `${d.by} is not a well-formed signature.`],
  'signature-fingerprint': [
    d => `ลายพิมพ์กุญแจที่เขียนใน ${d.by} ไม่ใช่ของกุญแจที่อยู่ในไฟล์เดียวกัน`,
    d => `The fingerprint written in ${d.by} is not that of the key in it.`,
  ],
  'signature-signature': [
    d => `ลายมือชื่อใน ${d.by} ไม่ถูกต้อง: ข้อความในไฟล์ถูกแก้ไข หรือไม่ได้ลงด้วยกุญแจนั้น`,
    d => `The signature in ${d.by} is not valid: what it says was altered, or it was never made with that key.`,
  ],
  'signature-of-other': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ ${d.by} ลงลายมือชื่อไว้: ${d.name} ถูกแก้ไขหลังลงลายมือชื่อ หรือเป็นลายมือชื่อของไฟล์อื่น`,
    d => `${d.name} is not what ${d.by} signs: it was changed after it was signed, or the signature is of another file.`,
  ],
  'signature-of-other-agency': [
    d => `${d.by} เป็นลายมือชื่อของ ${d.other} ไม่ใช่ของ ${d.agency}`,
    d => `${d.by} is the signature of ${d.other}, not of ${d.agency}.`,
  ],
  'key-other': [
    d => `${d.name} ลงลายมือชื่อด้วยกุญแจอื่น ไม่ใช่กุญแจที่ท่านระบุ: ${d.fingerprint}`,
    d => `${d.name} was signed with another key than the one you named: ${d.fingerprint}`,
  ],
  'signed-missing': [
    d => `ไม่พบไฟล์ ${d.name} ที่ลายมือชื่อนี้รับรอง (SHA-256 ${d.sha256})`,
    d => `The file this signature is of is not here: ${d.name} (SHA-256 ${d.sha256}).`,
  ],
};

const LETTER = {
  'files-whole': [d => `ไฟล์ทั้ง ${d.count} ไฟล์ในรายการตรงกับค่าแฮชทุกไฟล์`, d => `All ${d.count} files of the list have the hashes it names.`],
  'file-differs': [
    d => `${d.name} ไม่ใช่ไฟล์ที่ระบุในรายการ: ถูกแก้ไข หรือถูกสลับกับไฟล์อื่น`,
    d => `${d.name} is not the file that the list names: it was changed or exchanged.`,
  ],
  'file-missing': [d => `ไม่พบ ${d.name} ที่ระบุในรายการ`, d => `${d.name} is named in the list but is not here.`],
  'file-extra': [
    d => `${d.name} ไม่อยู่ในรายการที่ลงลายมือชื่อ: มีผู้ใส่เพิ่มภายหลัง`,
    d => `${d.name} is not in the signed list: somebody added it later.`,
  ],
  'entry-missing': [
    () => 'ไม่มี entry.json ที่อ่านได้ จึงตรวจรายการในทะเบียนไม่ได้',
    () => 'There is no readable entry.json, so the entry of the register cannot be checked.',
  ],
  'not-closed-yet': [
    () => 'ขณะจัดทำชุดหลักฐาน วันที่ลงทะเบียนหนังสือนี้ยังไม่ปิด จึงยังไม่มีตราปิดประจำวัน',
    () => 'When the pack was made, the day of this letter was not closed yet; so there is no seal of the day in it.',
  ],
  'day-left-out': [
    d => `ชุดนี้ไม่มีทะเบียนของวันที่ ${d.day} เพราะผู้ขอไม่มีสิทธิ์เห็นทะเบียนทั้งวัน จึงไม่ได้ตรวจว่าหนังสืออยู่ในวันนั้น ผู้มีสิทธิ์ขอชุดเต็มได้`,
    d =>
      `The register of ${d.day} is not in this pack, because whoever took it may not see the whole day; so whether the letter stands in it was not judged. An officer who may can take the full pack.`,
  ],
  'entry-in-day': [
    d => `เลขที่ ${d.number} อยู่ในช่วงเลขของวันที่ ${d.day} ซึ่งปิดตราแล้ว`,
    d => `Number ${d.number} stands in the sealed range of ${d.day}.`,
  ],
  'entry-not-in-day': [
    d => `เลขที่ ${d.number} ไม่อยู่ในช่วงเลขของวันที่ ${d.day}: ตราปิดในชุดนี้เป็นของวันอื่น`,
    d => `Number ${d.number} is not in the sealed range of ${d.day}: the seal in this pack is another day's.`,
  ],
  'day-not-here': [
    d => `ชุดนี้ระบุว่าหนังสืออยู่ในวันที่ปิด ${d.day} แต่ไม่มีตราปิดของวันนั้น`,
    d => `The pack says that the letter stands in the closed day ${d.day}, but the seal of that day is not here.`,
  ],
  'entry-hash': [
    d => `รายการเลขที่ ${d.number} ในทะเบียน (เลข เวลา ผู้ส่ง ค่าแฮชของหนังสือ) ตรงกับค่าแฮชในสายโซ่`,
    d => `The entry ${d.number} (number, times, sender, hash of the letter) makes the hash that stands in the chain.`,
  ],
  'entry-altered': [
    d => `รายการเลขที่ ${d.number} ถูกแก้ไข: คำนวณแล้วไม่ได้ค่าแฮชที่บันทึกไว้`,
    d => `The entry ${d.number} was altered: it does not make the hash that was recorded.`,
  ],
  'message-same': [
    d => `${d.name} คือหนังสือเลขที่ ${d.number} ตามที่ได้รับ ตรงกันทุกไบต์`,
    d => `${d.name} is letter ${d.number} as it was received, byte for byte.`,
  ],
  'message-differs': [
    d => `${d.name} ไม่ใช่หนังสือเลขที่ ${d.number} ตามที่ได้รับ: มีอย่างน้อยหนึ่งไบต์ต่างไป`,
    d => `${d.name} is not letter ${d.number} as it was received: at least one byte differs.`,
  ],
  'message-absent': [
    d => `ไม่มีตัวหนังสือเลขที่ ${d.number} (message.eml) ในชุดนี้`,
    d => `Letter ${d.number} itself (message.eml) is not in this pack.`,
  ],
  'attachment-in-message': [d => `สิ่งที่ส่งมาด้วย ${d.name} คือไฟล์ที่อยู่ในหนังสือ`, d => `The attachment ${d.name} is what the letter carried.`],
  'attachment-differs': [
    d => `สิ่งที่ส่งมาด้วย ${d.name} ไม่ตรงกับที่ทะเบียนบันทึกไว้`,
    d => `The attachment ${d.name} is not what the register recorded.`,
  ],
  'attachment-absent': [
    d => `ชุดนี้ไม่มีไฟล์ ${d.name} แยกต่างหาก (อยู่ในตัวหนังสือ)`,
    d => `${d.name} does not lie in the pack as a file of its own (it is in the letter).`,
  ],
  'attachment-not-found': [
    d => `${d.name} ตรงกับที่ทะเบียนบันทึกไว้ แต่โปรแกรมนี้แกะจากตัวหนังสือเองไม่ได้ (อยู่ในรูปแบบที่ซ้อนกัน)`,
    d =>
      `${d.name} is what the register recorded, but this program cannot take it out of the letter by itself (it lies inside another format).`,
  ],
  'acts-hash': [d => `บันทึกการดำเนินการ ${d.count} รายการไม่ถูกแก้ไข`, d => `${d.count} recorded acts were not altered.`],
  'act-altered': [
    d => `บันทึกการดำเนินการลำดับที่ ${d.ordinal} (${d.kind}) ถูกแก้ไข`,
    d => `The recorded act no. ${d.ordinal} (${d.kind}) was altered.`,
  ],
  'act-unlinked': [
    d => `บันทึกการดำเนินการลำดับที่ ${d.ordinal} (${d.kind}) ไม่ต่อจากรายการก่อนหน้า`,
    d => `The recorded act no. ${d.ordinal} (${d.kind}) does not follow the one before it.`,
  ],
  'facts-not-hashed': [
    () => 'เรื่อง ที่ ลงวันที่ และข้อมูลอื่นที่เจ้าหน้าที่แก้ไขได้ ไม่อยู่ในสายโซ่ แต่อยู่ในไฟล์ที่ลงลายมือชื่อพร้อมประวัติการแก้ไข',
    () =>
      'Subject, letter number, date and what else officers may correct are not in the chain; they stand, with their history, in the signed file.',
  ],
  'receipt-of-entry': [
    d => `แจ้งผลการรับที่ส่งออกไปเป็นของรายการเลขที่ ${d.number} จริง`,
    d => `The acknowledgement that was sent is of entry ${d.number}.`,
  ],
  'receipt-of-other': [
    d => `แจ้งผลการรับในชุดนี้ (${d.other}) ไม่ตรงกับรายการเลขที่ ${d.number}`,
    d => `The acknowledgement in this pack (${d.other}) does not agree with entry ${d.number}.`,
  ],
  'receipt-unreadable': [d => `อ่านแจ้งผลการรับจาก ${d.name} ไม่ได้`, d => `No acknowledgement could be read out of ${d.name}.`],
  'receipt-unsigned-note': [
    () => 'แจ้งผลการรับรุ่นก่อนไม่มีลายมือชื่อ ตรวจสอบได้จากลิงก์ในแจ้งผลการรับ หรือขอชุดหลักฐานจากส่วนราชการ',
    () => 'Older acknowledgements carry no signature: use the link in it, or ask the agency for the evidence pack.',
  ],
  'receipt-no-letter': [
    () => 'ไม่มีหนังสือหรือสิ่งที่ส่งมาด้วยให้เทียบ: ใส่ไฟล์ที่ท่านส่งเพิ่มเพื่อตรวจว่าเป็นฉบับที่ได้รับ',
    () => 'No letter was given to compare with: add the file you sent to see whether it is what was received.',
  ],
  'receipt-message': [
    d => `${d.name} คือหนังสือที่ได้รับและลงทะเบียนเลขที่ ${d.number} ตรงกันทุกไบต์`,
    d => `${d.name} is the letter that was received under ${d.number}, byte for byte.`,
  ],
  'receipt-attachment': [
    d => `${d.name} คือสิ่งที่ส่งมาด้วย “${d.attachment}” ของหนังสือเลขที่ ${d.number} ตรงกันทุกไบต์`,
    d => `${d.name} is the attachment “${d.attachment}” of letter ${d.number}, byte for byte.`,
  ],
  'receipt-message-differs': [
    d => `${d.name} ไม่ใช่หนังสือเลขที่ ${d.number} ตามที่ได้รับ หากเป็นสำเนาจากกล่องส่งของท่าน หัวจดหมายอาจต่างไปตามปกติ ให้ดูผลของไฟล์แนบด้านล่าง`,
    d =>
      `${d.name} is not letter ${d.number} as it was received. If it is the copy out of your own sent folder, its headers differ as a rule: look at its attachments below.`,
  ],
  'receipt-inside-same': [d => `ไฟล์แนบ “${d.name}” ในนั้นตรงกับที่ได้รับ`, d => `The attachment “${d.name}” in it is what was received.`],
  'receipt-inside-other': [d => `ไม่พบไฟล์แนบ “${d.name}” ที่ตรงกับที่ได้รับในนั้น`, d => `The attachment “${d.name}” as received is not in it.`],
  'receipt-attachment-differs': [
    d => `${d.name} มีชื่อตรงกับสิ่งที่ส่งมาด้วยของหนังสือเลขที่ ${d.number} แต่เนื้อไฟล์ไม่ใช่ที่ได้รับ`,
    d => `${d.name} has the name of an attachment of letter ${d.number}, but it is not what was received.`,
  ],
};

const OTHERS = {
  'certificate-bytes': [
    d => `${d.name} ไม่ได้เขียนตามแบบที่ลงลายมือชื่อทุกตัวอักษร`,
    d => `${d.name} is not written as what was signed, letter by letter.`,
  ],
  'certificate-outcome': [
    d => `ใบรับรองระบุผล “${d.outcome}” เมื่อ ${d.at} (ระบบเป็นผู้ทดสอบเอง โปรแกรมนี้ตรวจได้เพียงว่าข้อความไม่ถูกแก้ไข)`,
    d =>
      `The certificate says “${d.outcome}”, ${d.at} (the appliance proved it itself; this program can only check that what it says was not altered).`,
  ],
  'meaning-unknown': [
    () => 'โปรแกรมนี้ตรวจได้เพียงลายมือชื่อ ไม่ได้ตรวจความหมายของไฟล์ชนิดนี้',
    () => 'Of this kind of file this program checks the signature only, not what it means.',
  ],
  'listed-files': [
    d => `ไฟล์ที่ระบุในรายการและมีอยู่ ${d.count} ไฟล์ ตรงกับค่าแฮช`,
    d => `${d.count} of the files it lists are here, and have the hashes it names.`,
  ],
  'listed-absent': [
    d => `ไฟล์ในรายการ ${d.count} ไฟล์ไม่ได้ให้มา จึงไม่ได้ตรวจ`,
    d => `${d.count} of the files it lists were not given, so they were not checked.`,
  ],
  'entry-alone': [
    () => 'ไม่มี manifest.json ที่ลงลายมือชื่อ จึงไม่มีผู้ใดรับรองไฟล์นี้',
    () => 'There is no signed manifest.json with it: nobody vouches for this file.',
  ],
  'two-hashes': [
    d => `${d.whatTh} มีค่าแฮชไม่ตรงกันใน ${d.a} กับ ${d.b}: ทะเบียนถูกเขียนใหม่ หรือไฟล์หนึ่งเป็นของปลอม`,
    d => `${d.whatEn} has different hashes in ${d.a} and in ${d.b}: the register was written anew, or one of the two is forged.`,
  ],
  'same-hashes': [d => `${d.whatTh} ตรงกันใน ${d.a} และ ${d.b}`, d => `${d.whatEn} is the same in ${d.a} and in ${d.b}.`],
  'nothing-known': [
    d => `${d.name}: ไม่มีไฟล์ใดในที่นี้กล่าวถึง (SHA-256 ${d.sha256})`,
    d => `${d.name}: nothing here says anything about it (SHA-256 ${d.sha256}).`,
  ],
  'nothing-to-check': [() => 'ไม่มีไฟล์ของระบบทะเบียนให้ตรวจ', () => 'There is nothing of the register here to check.'],
};

const FINDINGS = { ...READING, ...SIGNATURES, ...LETTER, ...DAYS, ...STAMPS, ...OTHERS };

const VERDICTS = {
  holds: ['ผลการตรวจสอบ: ถูกต้อง ทุกสิ่งที่ตรวจได้ตรงกัน', 'Result: it holds. Everything that could be checked agrees.'],
  broken: ['ผลการตรวจสอบ: ไม่ถูกต้อง มีสิ่งที่ไม่ตรงกัน โปรดดูรายการด้านล่าง', 'Result: it does not hold. See below what disagrees.'],
  unproven: [
    'ผลการตรวจสอบ: ยังยืนยันไม่ได้ ไม่พบสิ่งที่ขัดกัน แต่ขาดสิ่งที่จะยืนยัน',
    'Result: not proven. Nothing disagrees, but what would prove it is missing.',
  ],
};

const STATES = {
  holds: ['ถูกต้อง', 'holds'],
  broken: ['ไม่ถูกต้อง', 'DOES NOT HOLD'],
  unproven: ['ยืนยันไม่ได้', 'not proven'],
  open: ['ไม่ได้ตัดสิน', 'not judged'],
  note: ['หมายเหตุ', 'note'],
};

const KEYS = [
  'กุญแจที่ลงลายมือชื่อ โปรดเทียบลายพิมพ์กับที่ส่วนราชการแจ้งไว้ทางอื่น (ประกาศ หนังสือ หรือหน้า /verify ของระบบ)',
  'Keys that signed. Compare each fingerprint with the one the agency gave you another way (a notice, a letter, its /verify page).',
];

// report.js
/**
 * What the verifier found: sections, each about one thing, with findings in plain words (words.js). A finding is one of
 *   holds     was checked and is so
 *   broken    was checked and is not so
 *   unproven  nothing contradicts it, and nothing proves it either: not enough for "it holds"
 *   open      cannot be judged from these files, or is the reader's to judge
 *   note      worth knowing
 */

class Report {
  sections = [];
  /** Keys that signed anything here: fingerprint → { fingerprint, agency, names, given } */
  keys = new Map();

  section(kind, data = {}) {
    const section = new Section(kind, data);
    this.sections.push(section);
    return section;
  }

  /** 'broken' when anything is; 'holds' when something was proven and nothing is wanting; else 'unproven'. */
  verdict() {
    const states = new Set(this.sections.flatMap(section => section.findings.map(finding => finding.state)));
    if (states.has('broken')) return 'broken';
    return states.has('holds') && !states.has('unproven') ? 'holds' : 'unproven';
  }
}

class Section {
  findings = [];

  constructor(kind, data) {
    this.kind = kind;
    this.data = data;
  }

  get title() {
    return both(TITLES[this.kind], this.data);
  }

  holds(code, data) {
    this.#add('holds', code, data);
  }

  broken(code, data) {
    this.#add('broken', code, data);
  }

  unproven(code, data) {
    this.#add('unproven', code, data);
  }

  open(code, data) {
    this.#add('open', code, data);
  }

  note(code, data) {
    this.#add('note', code, data);
  }

  /** Holds or is broken: what one comparison gave. @returns the comparison */
  judge(right, holds, broken, data) {
    if (right) this.holds(holds, data);
    else this.broken(broken, data);
    return right;
  }

  #add(state, code, data = {}) {
    this.findings.push({ state, code, data, ...both(FINDINGS[code], data) });
  }
}

function both(words, data) {
  if (words === undefined) throw new Error('a finding without words');
  return { th: words[0](data), en: words[1](data) };
}

// signature.js
/**
 * 'saraban signature 1': a small JSON file beside the file it vouches for. ECDSA on P-256 with SHA-256 over a text of six lines.
 * Whose key it is no signature can say: the fingerprint is shown, to be compared with the one that was given by another way.
 */

const SIGNATURE_FORMAT = 'saraban signature 1';

/** @returns { ok, why: ''|'shape'|'fingerprint'|'signature', agency, name, sha256, size, at, fingerprint } */
async function checkSignature(json) {
  const key = recordOf(json.key) ?? {};
  const signed = {
    agency: stringOf(json.agency),
    name: stringOf(json.name),
    sha256: stringOf(json.sha256),
    size: json.size,
    at: stringOf(json.at),
  };
  const publicKey = bytesOfBase64(stringOf(key.publicKey));
  const signature = bytesOfBase64(stringOf(json.signature));
  const fingerprint = publicKey === null ? '' : await sha256(publicKey);
  const answer = why => ({ ok: why === '', why, ...signed, fingerprint });
  // A line break in a field could move its end, and one signature would fit two files.
  const lines = [signed.agency, signed.name, signed.at];
  if (
    lines.some(line => /[\r\n]/.test(line)) ||
    signed.agency === '' ||
    signed.name === '' ||
    !isHash(signed.sha256) ||
    !Number.isSafeInteger(signed.size) ||
    signed.size < 0
  )
    return answer('shape');
  if (key.algorithm !== 'ECDSA-P256-SHA256' || publicKey === null || signature === null) return answer('shape');
  if (key.fingerprint !== fingerprint) return answer('fingerprint');
  const text = `${SIGNATURE_FORMAT}\n${signed.agency}\n${signed.name}\n${signed.sha256}\n${signed.size}\n${signed.at}\n`;
  const parameters = { name: 'ECDSA', namedCurve: 'P-256' };
  try {
    const imported = await crypto.subtle.importKey('spki', publicKey, parameters, false, ['verify']);
    return answer(
      (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, signature, bytesOfText(text))) ? '' : 'signature',
    );
  } catch {
    return answer('signature');
  }
}

/** As people copy it: capitals, blanks, colons. @returns 64 digits, or '' */
function plainFingerprint(text) {
  const plain = String(text)
    .replace(/[\s:.-]/g, '')
    .toLowerCase();
  return isHash(plain) ? plain : '';
}

/** In groups of four, to be compared by eye. */
function spacedFingerprint(fingerprint) {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Enough of it to tell two keys apart at a glance; the whole stands at the end of the report. */
function shortFingerprint(fingerprint) {
  return fingerprint === '' ? '' : `${spacedFingerprint(fingerprint.slice(0, 16))} …`;
}

// files.js
/**
 * The files that were given, with the ones in their ZIPs: each hashed, and known by what it is. What lies under attachments/ belongs to a letter
 * and is opened no further.
 */

const DEEPEST_ZIP = 3;
const MOST_FILES = 50_000;
const LONGEST_JSON = 200 * 2 ** 20;

/** kind → the word at the beginning of `format` */
const FORMATS = [
  ['signature', SIGNATURE_FORMAT],
  ['seal', 'saraban seal 1'],
  ['day', 'saraban day 1'],
  ['certificate', 'saraban certificate 1'],
  ['evidence', 'saraban evidence 1'],
  ['entry', 'saraban evidence entry 1'],
  ['acknowledgement', 'saraban.acknowledgement/1'],
];

/**
 * @param given - [{ name, bytes }]; a name may be a path with '/'
 * @returns [{ path, folder, name, bytes, size, sha256, kind, json, known, container, used }]
 */
async function gather(given, report) {
  const files = [];
  const budget = { bytes: ZIP_LIMITS.totalBytes };
  const section = report.section('reading');
  for (const { name, bytes } of given) await take(name.replaceAll('\\', '/').replace(/^\.?\/+/, ''), bytes, 0, null);
  if (section.findings.length === 0) report.sections.splice(report.sections.indexOf(section), 1);
  return files;

  async function take(path, bytes, depth, container) {
    if (files.length >= MOST_FILES) {
      if (files.length === MOST_FILES) section.broken('too-many-files', { most: MOST_FILES });
      return;
    }
    const file = await fileOf(path, bytes, container);
    files.push(file);
    if (file.kind !== 'zip' || depth >= DEEPEST_ZIP || /(^|\/)attachments\//.test(path)) return;
    const { files: inside, faults } = await unzip(bytes, budget);
    const before = files.length;
    for (const one of inside) await take(`${path}/${one.name}`, one.bytes, depth + 1, file);
    // A ZIP that holds nothing of ours is somebody's file, and what is wrong inside it is not our matter.
    file.ours =
      files.slice(before).some(one => one.kind !== 'other' && one.kind !== 'mail' && one.kind !== 'zip') ||
      files.slice(before).some(one => one.ours);
    if (!file.ours) files.splice(before);
    if (file.ours || looksLikeOurs(path))
      for (const fault of faults) section.broken(`zip-${fault.why}`, { name: shown(path), inside: shown(fault.name) });
  }
}

/** A pack whose directory is broken has nothing inside to be known by. */
function looksLikeOurs(path) {
  return /\.zip$/i.test(path);
}

async function fileOf(path, bytes, container) {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut);
  const json = bytes.length <= LONGEST_JSON ? objectOf(bytes) : null;
  return {
    path,
    folder: path.slice(0, cut),
    name,
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json,
    kind: kindOf(name, bytes, json),
    container,
    ours: false,
    used: false,
  };
}

function kindOf(name, bytes, json) {
  if (isZip(bytes)) return 'zip';
  if (json !== null) {
    const format = stringOf(json.format);
    const known = FORMATS.find(([, word]) => format === word);
    if (known !== undefined) return known[0];
    // Other versions and other formats of ours: signatures are checked, their meaning is not known here.
    return /^saraban[ .]/.test(format) ? 'statement' : 'other';
  }
  if (/\.(tsr|tst)$/i.test(name)) return 'timestamp';
  return isMail(bytes) ? 'mail' : 'other';
}

/**
 * The file that a list names by name and hash. In a folder or a ZIP the name counts, so that a good copy elsewhere cannot hide a bad one; in a loose heap,
 * where files of several days may have one name, the bytes count.
 * @returns { found: 'same'|'differs'|'missing', file }
 */
function findFile(files, folder, name, hash) {
  const named = files.find(file => file.path === folder + name);
  if (folder !== '' && named !== undefined) return { found: named.sha256 === hash ? 'same' : 'differs', file: named };
  const base = name.slice(name.lastIndexOf('/') + 1);
  const same = files.filter(file => file.sha256 === hash);
  const file =
    same.find(one => one.path === folder + name) ??
    same.find(one => one.folder === folder) ??
    same.find(one => one.name === base) ??
    same[0];
  if (file !== undefined) return { found: 'same', file };
  return named === undefined ? { found: 'missing', file: null } : { found: 'differs', file: named };
}

/** A list of files as our formats carry it: only what has a name and a hash. */
function listedFiles(list) {
  return listOf(list).flatMap(item =>
    typeof item?.name === 'string' && isHash(item.sha256) ? [{ name: item.name, sha256: item.sha256, size: item.size, item }] : [],
  );
}

/** Marks a file and its copies: what came twice, in a pack and alone, is judged once. */
function useAll(files, file) {
  for (const one of files) if (one.sha256 === file.sha256) one.used = true;
}

// vouch.js
/** Signatures: each is checked once, and every file that is judged asks here who vouches for it. */

class Vouchers {
  #signatures;
  #files;
  #report;
  #given;

  /** @param given - fingerprints that the reader was given by another way; none: the fingerprints are only shown */
  static async of(files, report, given) {
    const vouchers = new Vouchers();
    vouchers.#files = files;
    vouchers.#report = report;
    vouchers.#given = given;
    vouchers.#signatures = [];
    for (const file of files.filter(one => one.kind === 'signature')) {
      file.used = true;
      vouchers.#signatures.push({ file, result: await checkSignature(file.json), asked: false });
    }
    return vouchers;
  }

  /**
   * Says in the section who signed the file.
   * @param agency - code of the agency that must have signed; '' for any
   * @param unsigned - 'broken' or 'unproven': how bad it is that nobody did
   * @returns the signature's { fingerprint, at, agency }, or null when none holds
   */
  vouch(section, file, agency, unsigned) {
    const own = this.#signaturesOf(file);
    if (own.length === 0) {
      section[unsigned]('unsigned', { name: shown(file.name) });
      return null;
    }
    let good = null;
    for (const signature of own) {
      signature.asked = true;
      const { result } = signature;
      const data = {
        name: shown(file.name),
        by: shown(signature.file.name),
        agency: shown(result.agency),
        at: shownTime(result.at),
        fingerprint: shortFingerprint(result.fingerprint),
      };
      if (!result.ok) section.broken(`signature-${result.why}`, data);
      else if (result.sha256 !== file.sha256 || result.size !== file.size)
        section.broken('signature-of-other', { ...data, signed: shown(result.name) });
      else if (agency !== '' && result.agency !== agency)
        section.broken('signature-of-other-agency', { ...data, agency: shown(agency), other: shown(result.agency) });
      else if (this.#given.length > 0 && !this.#given.includes(result.fingerprint)) section.broken('key-other', data);
      else {
        section.holds(this.#given.length > 0 ? 'signed-by-given' : 'signed', data);
        good = result;
      }
      this.#noteKey(result, file);
    }
    return good;
  }

  #signaturesOf(file) {
    const byBytes = this.#signatures.filter(one => one.result.sha256 === file.sha256);
    if (byBytes.length > 0)
      return byBytes.filter((one, _, all) => one.file.folder === file.folder || !all.some(other => other.file.folder === file.folder));
    // By its name in the folder; but in a loose heap of several days, where names say little, not one whose own file lies here too.
    return this.#signatures.filter(
      one =>
        one.file.folder === file.folder &&
        one.result.name === file.name &&
        (file.folder !== '' || !this.#files.some(other => other.sha256 === one.result.sha256)),
    );
  }

  #noteKey(result, file) {
    if (!result.ok) return;
    const known = this.#report.keys.get(result.fingerprint) ?? {
      fingerprint: result.fingerprint,
      agencies: [],
      files: 0,
      given: this.#given.includes(result.fingerprint),
    };
    if (!known.agencies.includes(result.agency)) known.agencies.push(result.agency);
    known.files += file === null ? 0 : 1;
    this.#report.keys.set(result.fingerprint, known);
  }

  /** Signatures that nobody asked for: of files that are of no format of ours, or that are not here. */
  judgeTheRest() {
    const asked = new Set(this.#signatures.filter(one => one.asked).map(one => one.file.sha256));
    for (const { file, result } of this.#signatures.filter(one => !asked.has(one.file.sha256))) {
      const section = this.#report.section('signature', { name: shown(file.path) });
      const { file: signed } = findFile(this.#files, file.folder, result.name, result.sha256);
      if (signed === null) {
        if (!result.ok) section.broken(`signature-${result.why}`, { name: shown(result.name), by: shown(file.name) });
        section.unproven('signed-missing', { name: shown(result.name), sha256: shown(result.sha256) });
        this.#noteKey(result, null);
        continue;
      }
      signed.used = true;
      this.vouch(section, signed, '', 'broken');
    }
  }
}

// stamp.js
/** A time-stamp token in words: which file it is of, when it was made, by whom. */

/** @param candidates - files one of which the token should be of: the seal beside it, or all when it came alone */
async function judgeStamp(section, stamp, candidates) {
  stamp.used = true;
  stamp.judged = true;
  const name = shown(stamp.path);
  let token;
  try {
    token = await readTimestamp(stamp.bytes);
  } catch {
    section.broken('stamp-unreadable', { name });
    return;
  }
  if (token.refused) {
    section.broken('stamp-refused', { name });
    return;
  }
  const { imprint, certificate } = token;
  const data = { name, time: shownTime(token.time), authority: shown(token.authority) };
  const of = imprint.algorithm === '' ? undefined : await firstWithHash(candidates, imprint);
  if (of === undefined) {
    section.broken('stamp-other', data);
    return;
  }
  of.used = true;
  if (token.signature === 'broken') section.broken('stamp-broken', data);
  else if (token.signature === 'not-judged') section.unproven('stamp-unjudged', data);
  else {
    section.holds('stamp-holds', data);
    if (!certificate.stampsTime) section.broken('stamp-purpose', data);
    if (!(Date.parse(certificate.from) <= Date.parse(token.time) && Date.parse(token.time) <= Date.parse(certificate.until)))
      section.broken('stamp-expired', data);
    section.open('stamp-trust', { chain: token.chain.map(one => `${shown(one.subject)} ← ${shown(one.issuer)}`).join('; ') });
  }
}

async function firstWithHash(files, { algorithm, hash }) {
  for (const file of files) if ((algorithm === 'SHA-256' ? file.sha256 : hexOf(await digest(algorithm, file.bytes))) === hash) return file;
  return undefined;
}

// receipt.js
/**
 * An acknowledgement: its JSON, alone or in the mail that brought it, and the letter it is of. The other files that were given are held against
 * what it says was received.
 */

/** Hashes of what a mail carries, its parts' transfer encodings undone. */
async function hashesOfParts(bytes) {
  const hashes = new Map();
  for (const part of partsOfMail(bytes)) hashes.set(await sha256(part.bytes), part);
  return hashes;
}

/**
 * The acknowledgement in a mail.
 * @returns { file, signature } as files in the manner of files.js (signature null when none is in it), or null when the mail is none
 */
async function readReceipt(mail) {
  const parts = partsOfMail(mail.bytes);
  const part = parts.find(one => one.type === 'application/vnd.saraban.acknowledgement+json' || one.name === 'acknowledgement.json');
  if (part === undefined || objectOf(part.bytes)?.format !== 'saraban.acknowledgement/1') return null;
  const signature = parts.find(one => one.name === 'acknowledgement.sig.json' || one.type === 'application/vnd.saraban.signature+json');
  return {
    file: await partFile(mail, 'acknowledgement.json', part.bytes, 'acknowledgement'),
    signature:
      signature === undefined || objectOf(signature.bytes) === null
        ? null
        : await partFile(mail, 'acknowledgement.sig.json', signature.bytes, 'signature'),
  };
}

/** What a part of a mail must be to be taken out of it: a report of a closed day or of a certificate brings its seal so. */
const BROUGHT = new Set(['seal', 'signature', 'day', 'certificate', 'evidence', 'acknowledgement']);

/** The attachments of a mail of ours that was saved as it came; none when it brings nothing of ours. */
async function filesOfMail(mail) {
  const files = [];
  for (const part of partsOfMail(mail.bytes))
    if (part.name !== '') files.push({ ...(await fileOf(`${mail.path}/${part.name}`, part.bytes, null)), ours: true });
  return files.some(file => BROUGHT.has(file.kind)) ? files : [];
}

async function partFile(mail, name, bytes, kind) {
  const folder = `${mail.path}/`;
  return {
    path: folder + name,
    folder,
    name,
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json: objectOf(bytes),
    kind,
    container: null,
    ours: true,
    used: false,
  };
}

async function checkReceipt(receipt, context) {
  const { files, report, vouchers, facts } = context;
  receipt.used = true;
  const { json } = receipt;
  const agency = stringOf(recordOf(json.agency)?.code);
  const number = `${shown(json.number)}/${shown(json.year)}`;
  const section = report.section('acknowledgement', {
    number,
    agency: shown(recordOf(recordOf(json.agency)?.name)?.th || agency),
    at: shown(json.receivedAt),
    path: shown(receipt.path),
  });
  const signed = vouchers.vouch(section, receipt, agency, 'unproven');
  if (signed === null) section.note('receipt-unsigned-note', {});
  facts.note({ agency, register: json.register, year: json.year, number: json.number, hash: json.entryHash, where: receipt.path });
  const attachments = listOf(json.attachments)
    .map(recordOf)
    .filter(item => item !== null && isHash(item.sha256));
  // In an evidence pack the entry itself is held against it; here the files that somebody brings along are.
  const brought = files.filter(
    file => (file.kind === 'other' || file.kind === 'mail' || (file.kind === 'zip' && !file.ours)) && !file.used && !file.receipt,
  );
  if (brought.length === 0) {
    if (!files.some(file => file.sha256 === json.messageSha256)) section.open('receipt-no-letter', {});
    else section.holds('receipt-message', { name: shown(files.find(file => file.sha256 === json.messageSha256).path), number });
    return;
  }
  for (const file of brought) {
    const data = { name: shown(file.path), number };
    const attachment = attachments.find(item => item.sha256 === file.sha256);
    const sameName = attachments.find(item => item.name === file.name);
    if (file.sha256 === json.messageSha256) section.holds('receipt-message', data);
    else if (attachment !== undefined) section.holds('receipt-attachment', { ...data, attachment: shown(attachment.name) });
    else if (file.kind === 'mail') {
      section.broken('receipt-message-differs', data);
      const inside = await hashesOfParts(file.bytes);
      for (const item of attachments) {
        if (inside.has(item.sha256)) section.note('receipt-inside-same', { name: shown(item.name) });
        else section.note('receipt-inside-other', { name: shown(item.name) });
      }
    } else if (sameName !== undefined) section.broken('receipt-attachment-differs', data);
    else continue;
    file.used = true;
  }
}

// evidence.js
/**
 * An evidence pack of one letter ('saraban evidence 1', register/evidence/evidence.ts writes it): the letter's bytes, its entry with all that the
 * chain covers, what was done to it, the acknowledgement, and the closed day it stands in.
 */

/** @param facts - the book of facts of check.js: every entry seen, wherever */
async function checkEvidence(manifest, context) {
  const { files, report, vouchers, facts } = context;
  manifest.used = true;
  const { json, folder } = manifest;
  const agency = stringOf(recordOf(json.agency)?.code);
  const section = report.section('evidence', {
    number: json.number,
    year: json.year,
    agency: shown(recordOf(json.agency)?.name?.th ?? agency),
    path: shown(folder),
  });
  vouchers.vouch(section, manifest, agency, 'broken');
  const listed = listedFiles(json.files);
  const there = new Map();
  for (const { name, sha256 } of listed) {
    const { found, file } = findFile(files, folder, name, sha256);
    if (found === 'same') {
      there.set(name, file);
      file.used = true;
    } else if (found === 'differs') {
      file.used = true;
      there.set(name, file);
      section.broken('file-differs', { name: shown(name) });
    } else section.broken('file-missing', { name: shown(name) });
  }
  const whole = listed.filter(({ name, sha256 }) => there.get(name)?.sha256 === sha256).length;
  if (whole === listed.length && whole > 0) section.holds('files-whole', { count: whole });
  // What lies in the pack without being named in its list was put there by somebody else.
  const names = new Set([manifest.path, ...[...there.values()].map(file => file.path)]);
  if (manifest.container !== null)
    for (const file of files.filter(one => one.container === manifest.container && !names.has(one.path) && one.kind !== 'signature'))
      section.broken('file-extra', { name: shown(file.path.slice(folder.length)) });

  const entryFile = there.get('entry.json');
  if (entryFile?.json == null || entryFile.kind !== 'entry') {
    section.broken('entry-missing', {});
    return { section, json, entry: null };
  }
  await checkEntry(section, entryFile, there, agency, facts);
  return { section, json, entry: recordOf(entryFile.json.entry) };
}

/** Whether the closed day that the pack names is here and has the letter's number in it. Called when the seals were judged. */
function checkStanding({ section, json, entry }, seals) {
  const named = recordOf(json.closedDay);
  if (entry === null) return;
  if (named === null) {
    section.note('not-closed-yet');
    return;
  }
  const agency = stringOf(recordOf(json.agency)?.code);
  const data = { number: `${shown(entry.number)}/${shown(entry.year)}`, day: shown(named.day) };
  const seal = seals.find(one => one.agency === agency && one.day === named.day && one.ordinal === named.ordinal);
  if (seal === undefined) section.broken('day-not-here', data);
  else {
    const book = seal.books.find(
      one => one.register === entry.register && one.year === entry.year && one.first <= entry.number && entry.number <= one.last,
    );
    section.judge(book !== undefined, 'entry-in-day', 'entry-not-in-day', data);
  }
  if (named.dayFiles === false) section.open('day-left-out', data);
}

async function checkEntry(section, entryFile, there, agency, facts) {
  const { json } = entryFile;
  const entry = recordOf(json.entry) ?? {};
  const number = `${shown(entry.number)}/${shown(entry.year)}`;
  section.judge((await entryHash(entry)) === entry.hash, 'entry-hash', 'entry-altered', { number });
  facts.note({ agency, register: entry.register, year: entry.year, number: entry.number, hash: entry.hash, where: entryFile.path });

  const message = there.get('message.eml');
  if (isHash(entry.rawSha256)) {
    if (message === undefined) section.unproven('message-absent', { number });
    else section.judge(message.sha256 === entry.rawSha256, 'message-same', 'message-differs', { name: shown(message.path), number });
  }
  const inside = message === undefined ? null : await hashesOfParts(message.bytes);
  for (const item of listOf(json.attachments)) {
    const file = typeof item?.file === 'string' ? there.get(item.file) : undefined;
    const name = shown(item?.name || item?.file);
    // Its texts a letter carries itself; what else it carried lies beside it.
    if (item?.file === null) continue;
    if (file === undefined) section.open('attachment-absent', { name });
    else if (file.sha256 !== item.sha256) section.broken('attachment-differs', { name });
    else if (inside?.has(item.sha256)) section.holds('attachment-in-message', { name });
    else section.open('attachment-not-found', { name });
  }

  let good = 0;
  let before = null;
  for (const act of listOf(json.acts).map(recordOf)) {
    if (act === null) continue;
    const data = { ordinal: shown(act.ordinal), kind: shown(act.kind) };
    const linked =
      before === null || before.register !== act.register || before.ordinal + 1 !== act.ordinal || before.hash === act.previousHash;
    if (act.entryId !== entry.id || (await actHash(act)) !== act.hash) section.broken('act-altered', data);
    else if (!linked) section.broken('act-unlinked', data);
    else {
      good++;
      facts.noteAct({ agency, register: act.register, ordinal: act.ordinal, hash: act.hash, where: entryFile.path });
    }
    before = act;
  }
  if (good > 0) section.holds('acts-hash', { count: good });
  section.note('facts-not-hashed', {});

  const mail = there.get('acknowledgement.eml');
  if (mail !== undefined) {
    const receipt = await readReceipt(mail);
    if (receipt === null) section.broken('receipt-unreadable', { name: shown(mail.path) });
    else {
      const { json: said } = receipt.file;
      section.judge(
        said.messageSha256 === entry.rawSha256 &&
          said.entryHash === entry.hash &&
          said.number === entry.number &&
          said.year === entry.year &&
          said.register === entry.register,
        'receipt-of-entry',
        'receipt-of-other',
        { number, other: `${shown(said.number)}/${shown(said.year)}` },
      );
    }
  }
}

// day.js
/**
 * One closed day: its seal ('saraban seal 1'), the files the seal names, and the register of the day ('saraban day 1') with its chains.
 * register/close writes them; register/close/day-format.ts says what stands in them.
 */

const isCount = value => Number.isSafeInteger(value) && value >= 0;

/** @returns the seal in the shape that is judged here, or { fault } naming what is wrong with it */
function readSeal(file) {
  const { json } = file;
  const previous = json.previous ?? null;
  const books = listOf(json.books).map(readBook);
  if (typeof json.agency !== 'string' || json.agency === '') return { fault: 'agency' };
  if (!isCount(json.ordinal) || json.ordinal === 0) return { fault: 'ordinal' };
  if (!/^\d{4}-\d\d-\d\d$/.test(stringOf(json.day))) return { fault: 'day' };
  if ((previous !== null && !isHash(previous)) || (json.ordinal === 1) !== (previous === null)) return { fault: 'previous' };
  if (books.includes(null) || new Set(books.map(bookKey)).size < books.length) return { fault: 'books' };
  const { agency, ordinal, day } = json;
  const listed = listedFiles(json.files);
  const certificates = listOf(json.certificates)
    .map(recordOf)
    .filter(one => isHash(one?.sha256));
  const missing = listOf(json.missing).filter(name => typeof name === 'string');
  return {
    file,
    agency,
    agencyName: agency,
    ordinal,
    day,
    previous,
    books,
    listed,
    certificates,
    missing,
    key: stringOf(json.key),
    signedBy: null,
  };
}

function readBook(item) {
  const book = recordOf(item);
  if (book === null || typeof book.register !== 'string' || !isCount(book.year)) return null;
  if (![book.first, book.last, book.firstAct, book.lastAct].every(isCount)) return null;
  if (book.last < book.first - 1 || book.lastAct < book.firstAct - 1) return null;
  return isHash(book.head) && isHash(book.actHead) ? { ...book, before: null, actBefore: null } : null;
}

const bookKey = book => `${book.register} ${book.year}`;
const bookWords = book => ({ bookTh: bookTh(shown(book.register), book.year), bookEn: bookEn(shown(book.register), book.year) });

/** Judges one seal and what it names. `seals` are all that are here: a file that is not this day's may be another's. */
async function checkDay(seal, seals, context) {
  const { files, report, vouchers, facts } = context;
  seal.file.used = true;
  const section = report.section('seal', { day: seal.day, ordinal: seal.ordinal, agency: shown(seal.agency) });
  seal.signedBy = vouchers.vouch(section, seal.file, seal.agency, 'broken');
  if (seal.signedBy !== null && seal.key !== seal.signedBy.fingerprint) section.broken('seal-other-key', { name: shown(seal.file.name) });
  const registers = [];
  for (const { name, sha256, item } of seal.listed) {
    const { found, file } = findFile(files, seal.file.folder, name, sha256);
    if (found === 'missing') {
      section.open(item.classified === true ? 'seal-file-classified' : 'seal-file-missing', { name: shown(name) });
      continue;
    }
    useAll(files, file);
    const other = seals.find(one => one !== seal && one.listed.some(listed => listed.sha256 === file.sha256));
    if (found === 'same') section.holds('seal-file-same', { name: shown(name) });
    else if (other === undefined) section.broken('seal-file-differs', { name: shown(name) });
    else section.broken('seal-file-of-other-day', { name: shown(name), day: other.day });
    // What is not the sealed file is walked all the same, so that the number that was altered can be named.
    if (file.kind === 'day' && other === undefined) registers.push({ file, sealed: found === 'same' });
  }
  for (const { sha256 } of seal.certificates) {
    const file = files.find(one => one.sha256 === sha256);
    if (file !== undefined) section.holds('certificate-sealed', { name: shown(file.path) });
  }
  if (seal.certificates.length > 0) section.note('certificate-named', { count: seal.certificates.length });
  if (seal.missing.length > 0) section.note('seal-not-made', { names: shown(seal.missing.join(', ')) });
  if (registers.length === 0) section.open('day-missing');
  else await checkRegisters(section, seal, registers, facts);
  for (const stamp of files.filter(file => file.kind === 'timestamp' && !file.judged && isOfSeal(file, seal)))
    await judgeStamp(section, stamp, [seal.file]);
}

/** In a folder of its own a token is the seal's; in a loose heap it is judged against every file (check.js). */
function isOfSeal(stamp, seal) {
  return stamp.folder === seal.file.folder && stamp.folder !== '';
}

/** The books of the day: in day.json, and what is classified in a file of its own, when it was given. */
async function checkRegisters(section, seal, registers, facts) {
  const books = new Map();
  for (const { file, sealed } of registers) {
    const { json } = file;
    const agency = recordOf(json.agency) ?? {};
    if (
      agency.code !== seal.agency ||
      json.day !== seal.day ||
      json.ordinal !== seal.ordinal ||
      (json.previousSeal ?? null) !== seal.previous
    )
      section.broken('day-of-other', { name: shown(file.name), day: shown(json.day), agency: shown(agency.code) });
    else if (sealed && typeof agency.nameTh === 'string') section.data.agency = seal.agencyName = shown(agency.nameTh);
    for (const book of listOf(json.books).map(recordOf)) {
      const [entries, acts] = [readChain(book?.entries, 'number'), readChain(book?.acts, 'ordinal')];
      if (book === null || entries === null || acts === null) {
        section.broken('day-shape', { name: shown(file.name), what: 'books' });
        continue;
      }
      const known = books.get(bookKey(book)) ?? { book, parts: [] };
      known.parts.push({ file, entries, acts });
      books.set(bookKey(book), known);
    }
    endedNumbers(section, json);
  }
  for (const sealed of seal.books) {
    const given = books.get(bookKey(sealed));
    books.delete(bookKey(sealed));
    if (given === undefined) section.broken('book-absent', bookWords(sealed));
    else await checkBook(section, seal, sealed, given.parts, facts);
  }
  for (const { book } of books.values()) section.broken('book-unsealed', bookWords(book));
}

function readChain(value, place) {
  const chain = recordOf(value);
  if (chain === null || !isCount(chain.first) || !isCount(chain.last) || !isHash(chain.previousHead) || !isHash(chain.head)) return null;
  const rows = listOf(chain.rows).map(row => (recordOf(row) === null ? null : { ...row, place: row[place] }));
  return rows.includes(null) ? null : { ...chain, rows };
}

/** Cancelled and returned numbers stay, with their reason. */
function endedNumbers(section, json) {
  for (const [register, ended] of grouped(
    listOf(json.ended)
      .map(recordOf)
      .filter(one => one?.state === 'cancelled'),
    one => `${one.register} ${one.year}`,
  )) {
    const [name, year] = register.split(' ');
    const numbers = ended
      .map(one => shown(one.number))
      .slice(0, 50)
      .join(', ');
    section.note('book-cancelled', { ...bookWords({ register: name, year: Number(year) }), numbers });
  }
}

/** The part of both chains that lies in this day, from the head before it to the head that the seal names. */
async function checkBook(section, seal, sealed, parts, facts) {
  const words = bookWords(sealed);
  const { register, year } = sealed;
  const [entries, acts] = [merged(section, parts, 'entries', words), merged(section, parts, 'acts', words)];
  sealed.before = entries.previousHead;
  sealed.actBefore = acts.previousHead;
  const bounds = { first: sealed.first, last: sealed.last, head: sealed.head, start: await startHash(seal.agency, register, year) };
  const whole = await checkChain(
    section,
    'book',
    entries,
    { ...bounds, genesis: register !== 'office' },
    row => entryHash({ ...row, register, year }),
    words,
  );
  const count = sealed.last - sealed.first + 1;
  if (whole && count > 0) section.holds('book-entries', { ...words, first: sealed.first, last: sealed.last, count });
  else if (whole && register !== 'office') section.note('book-none', { ...words, last: sealed.last });
  for (const row of entries.rows)
    facts.note({ agency: seal.agency, register, year, number: row.number, hash: row.hash, where: entries.file.path });

  const actBounds = {
    first: sealed.firstAct,
    last: sealed.lastAct,
    head: sealed.actHead,
    start: await startHash(seal.agency, `act:${register}`, 0),
  };
  const actsWhole = await checkChain(section, 'acts', acts, { ...actBounds, genesis: true }, row => actHash({ ...row, register }), words);
  if (actsWhole && sealed.lastAct >= sealed.firstAct)
    section.holds('acts-chain', { ...words, first: sealed.firstAct, last: sealed.lastAct });
  for (const row of acts.rows)
    facts.noteAct({ agency: seal.agency, register, ordinal: row.ordinal, hash: row.hash, where: acts.file.path });
}

/** One chain out of its parts: the complete one, what is withheld in it filled in from the classified file. */
function merged(section, parts, which, words) {
  const { file, [which]: base } = parts.find(part => part[which].complete === true) ?? parts[0];
  const others = parts.filter(part => part[which] !== base);
  if (
    others.some(
      ({ [which]: other }) =>
        other.previousHead !== base.previousHead || other.head !== base.head || other.first !== base.first || other.last !== base.last,
    )
  )
    section.broken('book-parts', words);
  const full = new Map(
    others.flatMap(({ [which]: other }) => other.rows.filter(row => row.withheld !== true).map(row => [row.place, row])),
  );
  const rows = base.rows.map(row => {
    const filled = row.withheld === true ? full.get(row.place) : undefined;
    return filled !== undefined && filled.hash === row.hash ? filled : row;
  });
  return { ...base, rows, file };
}

const MOST_FAULTS = 20;

/** @returns whether the chain was walked from end to end and holds */
async function checkChain(section, kind, chain, bounds, hashOf, words) {
  let good = true;
  const fault = (code, data = {}) => {
    section.broken(`${kind}-${code}`, { ...words, ...data });
    good = false;
  };
  if (chain.first !== bounds.first || chain.last !== bounds.last) fault('range');
  if (bounds.genesis && bounds.first === 1 && chain.previousHead !== bounds.start) fault('start');
  if (chain.complete !== true) {
    if (bounds.last >= bounds.first) section.open(`${kind}-not-given`, words);
    if (chain.head !== bounds.head) fault('head');
    return false;
  }
  const walk = await followChain(chain.rows, bounds.first, chain.previousHead, hashOf);
  for (const { kind: code, place, expected } of walk.faults.slice(0, MOST_FAULTS)) fault(code, { place: shown(place), expected });
  if (walk.next - 1 !== bounds.last) fault('cut', { last: bounds.last, found: walk.next - 1 });
  else if (walk.head !== bounds.head || chain.head !== bounds.head) fault('head');
  if (walk.withheld > 0) section.open(`${kind}-withheld`, { ...words, count: walk.withheld });
  return good;
}

/** A register of a day that no seal names: nobody vouches for it. */
function checkDayAlone(file, context) {
  file.used = true;
  context.report.section('dayAlone', { name: shown(file.path) }).unproven('day-without-seal');
}

// days.js
/** Closed days one after the other: each names the seal before it, numbers and heads go on where the day before ended, and none is missing. */

/** @returns the seals that were read */
async function checkSealedDays(context) {
  const { files, report } = context;
  const seals = [];
  for (const file of files.filter(one => one.kind === 'seal')) {
    const seal = readSeal(file);
    if (seal.fault === undefined) seals.push(seal);
    else {
      file.used = true;
      const section = report.section('statement', { name: shown(file.path), format: shown(file.json.format) });
      section.broken('seal-shape', { name: shown(file.path), what: seal.fault });
      context.vouchers.vouch(section, file, '', 'broken');
    }
  }
  // The same seal may come twice, in a pack and alone.
  const once = seals.filter((seal, index) => seals.findIndex(other => other.file.sha256 === seal.file.sha256) === index);
  for (const double of seals) double.file.used = true;
  for (const seal of once) await checkDay(seal, once, context);
  for (const file of files.filter(one => one.kind === 'day' && !one.used)) checkDayAlone(file, context);
  for (const days of grouped(once, seal => seal.agency).values()) checkSequence(days, report);
  return once;
}

function checkSequence(days, report) {
  days.sort((a, b) => a.ordinal - b.ordinal || (a.day < b.day ? -1 : 1));
  const section = report.section('chain', { agency: shown(days[0].agencyName) });
  if (days.length === 1) {
    if (days[0].ordinal === 1) section.note('first-day');
    else section.open('one-day-only', { previous: days[0].previous });
    return;
  }
  let [follow, join] = [true, true];
  let heads = headsAfter(new Map(), days[0]);
  for (let index = 1; index < days.length; index++) {
    const [before, seal] = [days[index - 1], days[index]];
    const data = { day: seal.day, before: before.day, ordinal: seal.ordinal };
    const fault = (code, more = {}) => {
      section.broken(code, { ...data, ...more });
      follow = false;
    };
    if (seal.ordinal === before.ordinal) {
      fault('days-two-seals');
      continue;
    }
    if (seal.day <= before.day) fault('days-order');
    if (before.signedBy !== null && seal.signedBy !== null && before.signedBy.fingerprint !== seal.signedBy.fingerprint)
      section.unproven('days-keys', data);
    if (seal.ordinal > before.ordinal + 1) {
      const missing = seal.ordinal === before.ordinal + 2 ? `${before.ordinal + 1}` : `${before.ordinal + 1}–${seal.ordinal - 1}`;
      fault('days-missing', { ordinals: missing, after: before.day, before: seal.day });
      heads = headsAfter(new Map(), seal);
      continue;
    }
    if (seal.previous !== before.file.sha256) fault('days-unlinked');
    if (!checkJoin(section, heads, seal, before)) join = false;
    heads = headsAfter(heads, seal);
  }
  if (days[0].ordinal > 1) section.open('one-day-only', { previous: days[0].previous });
  if (follow) section.holds('days-follow', { from: days[0].day, until: days.at(-1).day, count: days.length });
  if (follow && join) section.holds('days-joined');
}

/** Where every chain stands after a day: entries by register and year, acts by register, whatever the year. */
function headsAfter(heads, seal) {
  const after = new Map(heads);
  for (const book of seal.books) {
    after.set(bookKey(book), { place: book.last, head: book.head });
    const acts = after.get(book.register);
    if (acts === undefined || book.lastAct >= acts.place) after.set(book.register, { place: book.lastAct, head: book.actHead });
  }
  return after;
}

/** Each chain goes on in the later day where it stood: by number, and by the hash that its day.json begins with. */
function checkJoin(section, heads, seal, before) {
  let joined = true;
  const fault = (code, data) => {
    section.broken(code, data);
    joined = false;
  };
  for (const book of seal.books) {
    const data = { ...bookWords(book), day: seal.day, before: before.day };
    const old = heads.get(bookKey(book));
    if (old === undefined && book.first !== 1) fault('days-numbers', { ...data, first: book.first, last: 0 });
    else if (old !== undefined && book.first !== old.place + 1) fault('days-numbers', { ...data, first: book.first, last: old.place });
    else if (old !== undefined && book.before !== null && book.before !== old.head) fault('days-heads', data);
  }
  for (const [register, books] of grouped(seal.books, book => book.register)) {
    const old = heads.get(register);
    const data = { ...bookWords({ register, year: 0 }), day: seal.day, before: before.day };
    const first = books.filter(book => book.lastAct >= book.firstAct).sort((a, b) => a.firstAct - b.firstAct)[0];
    if (first === undefined || old === undefined) continue;
    if (first.firstAct !== old.place + 1) fault('days-acts', { ...data, first: first.firstAct, last: old.place });
    else if (first.actBefore !== null && first.actBefore !== old.head) fault('days-act-heads', data);
  }
  for (const register of new Set(before.books.map(book => book.register)))
    if (!seal.books.some(book => book.register === register))
      fault('days-lost-book', { ...bookWords({ register, year: 0 }), day: seal.day, before: before.day });
  return joined;
}

// statement.js
/**
 * What is signed and listed, whatever it means: a certificate of a copy ('saraban certificate 1', backup/prove), the manifest of an agency's export, of a copy.
 * Checked are the signature and the files that a list names, as far as they are here; what the thing says of the world is not judged.
 */

/** Lists of hashes as sha256sum writes them. */
const LISTS = ['files.sha256', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'];

/**
 * A certificate carries its signature within: of its own text without that member. The two are put beside it, as if they were files.
 * @returns files in the manner of files.js; none when it carries none
 */
async function filesOfCertificate(file) {
  const signature = recordOf(file.json.signature);
  if (signature === null || signature.format !== SIGNATURE_FORMAT) return [];
  const { signature: _, ...rest } = file.json;
  const bytes = bytesOfText(`${JSON.stringify(rest, null, 2)}\n`);
  const folder = `${file.path}/`;
  const made = { folder, container: null, ours: true, used: false };
  file.unsigned = {
    ...made,
    path: `${folder}certificate.json`,
    name: 'certificate.json',
    bytes,
    size: bytes.length,
    sha256: await sha256(bytes),
    json: rest,
    kind: 'unsigned',
  };
  return [
    file.unsigned,
    { ...made, path: `${folder}signature`, name: shown(file.name), bytes, size: 0, sha256: '', json: signature, kind: 'signature' },
  ];
}

function checkStatement(file, { files, report, vouchers }) {
  file.used = true;
  const { json } = file;
  const agency = stringOf(recordOf(json.agency)?.code ?? json.agency);
  const section = report.section(file.kind, { name: shown(file.path), format: shown(json.format) });
  if (file.unsigned !== undefined) {
    // The appliance signs what it found of each agency's letters.
    vouchers.vouch(section, file.unsigned, '', 'broken');
    // Another way of writing the same values could show other programs something else.
    if (textOf(file.bytes) !== `${JSON.stringify(json, null, 2)}\n`) section.broken('certificate-bytes', { name: shown(file.path) });
  } else vouchers.vouch(section, file, agency, 'broken');
  if (file.kind === 'certificate') section.note('certificate-outcome', { outcome: shown(json.outcome), at: shownTime(json.provenAt) });
  section.open('meaning-unknown');
  compare(section, files, file.folder, listedFiles(json.files));
  const list = recordOf(json.files);
  if (isHash(list?.sha256)) {
    const { found, file: listed } = findFile(files, file.folder, 'files.sha256', list.sha256);
    if (found === 'missing') section.open('seal-file-missing', { name: 'files.sha256' });
    else if (found === 'differs') section.broken('file-differs', { name: 'files.sha256' });
    else if (!listed.used) {
      listed.used = true;
      compare(section, files, listed.folder, linesOf(listed));
    }
  }
}

/** Lists of hashes that no signed file names: what they say is compared, and nobody vouches for it. */
function checkList(file, { files, report }) {
  file.used = true;
  const section = report.section('list', { name: shown(file.path) });
  compare(section, files, file.folder, linesOf(file));
  section.unproven('unsigned', { name: shown(file.name) });
}

const isList = file => file.kind === 'other' && LISTS.includes(file.name);

function linesOf(file) {
  return (textOf(file.bytes) ?? '').split(/\r?\n/).flatMap(line => {
    const found = /^([0-9a-fA-F]{64}) [ *](.+)$/.exec(line);
    return found === null ? [] : [{ sha256: found[1].toLowerCase(), name: found[2] }];
  });
}

const MOST_DIFFERENT = 50;

function compare(section, files, folder, listed) {
  let [whole, absent, faults] = [0, 0, 0];
  const byPath = new Map(files.map(file => [file.path, file]));
  for (const { name, sha256: hash } of listed) {
    // A long list is walked by paths; only what lies elsewhere is looked for.
    const there = byPath.get(folder + name);
    const { found, file } = there?.sha256 === hash ? { found: 'same', file: there } : findFile(files, folder, name, hash);
    if (file !== null) file.used = true;
    if (found === 'same') whole++;
    else if (found === 'missing') absent++;
    else if (faults++ < MOST_DIFFERENT) section.broken('file-differs', { name: shown(name) });
  }
  if (whole > 0) section.holds('listed-files', { count: whole });
  if (absent > 0) section.open('listed-absent', { count: absent });
}

// check.js
/**
 * The check: files in, a report out. It reads nothing but what it is handed and asks nobody. cli.js and page.js show what it says.
 */

/**
 * @param given - [{ name, bytes }]; names may be paths; ZIPs are opened
 * @param fingerprints - of the keys that may have signed, as the reader was given them; none: they are only shown
 * @returns a Report (report.js)
 */
async function check(given, { fingerprints = [] } = {}) {
  const report = new Report();
  const files = await gather(given, report);
  // The letter of a pack is evidence, whatever it carries; only what came from us is opened.
  const letters = new Set(files.filter(file => file.kind === 'evidence').map(file => `${file.folder}message.eml`));
  for (const mail of files.filter(file => file.kind === 'mail' && !letters.has(file.path))) {
    const receipt = await readReceipt(mail);
    const brought = receipt === null ? await filesOfMail(mail) : [receipt.file, ...(receipt.signature === null ? [] : [receipt.signature])];
    files.push(...brought);
    if (brought.length === 0) continue;
    mail.used = true;
    mail.receipt = true;
  }
  for (const certificate of files.filter(file => file.kind === 'certificate')) files.push(...(await filesOfCertificate(certificate)));
  const vouchers = await Vouchers.of(
    files,
    report,
    fingerprints.map(plainFingerprint).filter(text => text !== ''),
  );
  const facts = new Facts();
  const context = { files, report, vouchers, facts };
  const packs = [];
  for (const manifest of files.filter(file => file.kind === 'evidence')) packs.push(await checkEvidence(manifest, context));
  const seals = await checkSealedDays(context);
  for (const pack of packs) checkStanding(pack, seals);
  for (const receipt of files.filter(file => file.kind === 'acknowledgement')) {
    if (receipt.used) continue;
    useAll(files, receipt);
    await checkReceipt(receipt, context);
  }
  for (const file of files.filter(one => (one.kind === 'certificate' || one.kind === 'statement') && !one.used))
    checkStatement(file, context);
  for (const stamp of files.filter(file => file.kind === 'timestamp' && !file.judged)) await checkLooseStamp(stamp, context);
  for (const entry of files.filter(file => file.kind === 'entry' && !file.used)) {
    entry.used = true;
    report.section('rest').unproven('entry-alone', { name: shown(entry.path) });
  }
  for (const list of files.filter(file => isList(file) && !file.used)) checkList(list, context);
  vouchers.judgeTheRest();
  facts.judge(report);
  const rest = files.filter(file => !file.used && !file.ours && ['other', 'mail', 'zip'].includes(file.kind));
  if (rest.length > 0 || report.sections.length === 0) {
    const section = report.section('rest');
    for (const file of rest) section.open('nothing-known', { name: shown(file.path), sha256: file.sha256 });
    if (report.sections.length === 1 && !section.findings.some(finding => finding.state === 'broken')) section.unproven('nothing-to-check');
  }
  return report;
}

async function checkLooseStamp(stamp, { files, report }) {
  stamp.used = true;
  const section = report.section('timestamp', { name: shown(stamp.path) });
  await judgeStamp(section, stamp, files);
}

/** What every file says of an entry, an act or a seal: two hashes of one number mean that the register was written anew, or that somebody forged. */
class Facts {
  #known = new Map();

  note({ agency, register, year, number, hash, where }) {
    this.#add(`${agency} ${register} ${year} ${number}`, hash, where, {
      th: `${bookTh(register, year)} เลขที่ ${shown(number)}`,
      en: `${bookEn(register, year)}, number ${shown(number)}`,
    });
  }

  noteAct({ agency, register, ordinal, hash, where }) {
    this.#add(`${agency} act ${register} ${ordinal}`, hash, where, {
      th: `${bookTh(register, 0)} บันทึกการดำเนินการลำดับที่ ${shown(ordinal)}`,
      en: `${bookEn(register, 0)}, act ${shown(ordinal)}`,
    });
  }

  #add(key, hash, where, words) {
    if (typeof hash !== 'string') return;
    const one = this.#known.get(key) ?? { words, said: new Map() };
    if (!one.said.has(hash)) one.said.set(hash, []);
    one.said.get(hash).push(where);
    this.#known.set(key, one);
  }

  judge(report) {
    let section = null;
    for (const { words, said } of this.#known.values()) {
      const places = [...said.values()];
      const everywhere = [...new Set(places.flat())];
      if (everywhere.length < 2) continue;
      section ??= report.section('across');
      if (places.length > 1)
        section.broken('two-hashes', { whatTh: words.th, whatEn: words.en, a: shown(places[0][0]), b: shown(places[1][0]) });
      else if (section.findings.length < MOST_AGREEMENTS)
        section.holds('same-hashes', { whatTh: words.th, whatEn: words.en, a: shown(everywhere[0]), b: shown(everywhere[1]) });
    }
  }
}

const MOST_AGREEMENTS = 12;

// cli.js
/** The verifier on the command line: `node saraban-verify.mjs FILE…`. Exit 0 it holds, 1 it does not (or nothing proves it), 2 wrong use. */

const USAGE = `วิธีใช้: node saraban-verify.mjs [--key ลายพิมพ์กุญแจ]… [--json] ไฟล์หรือโฟลเดอร์…
Usage: node saraban-verify.mjs [--key FINGERPRINT]… [--json] FILE or FOLDER…

ตรวจทะเบียนที่ปิดประจำวัน ชุดหลักฐาน แจ้งผลการรับ ใบรับรอง และลายมือชื่อของระบบทะเบียน โดยไม่ใช้เครือข่าย
Checks closed days, evidence packs, acknowledgements, certificates and signatures of the register, without a network.
--key   ลายพิมพ์ (SHA-256) ของกุญแจที่ยอมรับ / fingerprint of a key that may have signed
--json  ผลเป็น JSON / the report as JSON
ผล / exit: 0 ถูกต้อง holds, 1 ไม่ถูกต้องหรือยืนยันไม่ได้ does not hold or not proven, 2 ใช้คำสั่งผิด wrong use
`;

const MOST_DEPTH = 8;

async function run(words) {
  const [names, fingerprints] = [[], []];
  let json = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === '--json') json = true;
    else if (word === '--help' || word === '-h') return usage(process.stdout, 0);
    else if (word === '--key') {
      const fingerprint = plainFingerprint(words[++at] ?? '');
      if (fingerprint === '')
        return usage(process.stderr, 2, 'ลายพิมพ์กุญแจต้องเป็นเลขฐานสิบหก 64 ตัว · A fingerprint has 64 hexadecimal digits.');
      fingerprints.push(fingerprint);
    } else if (word === '--') {
      names.push(...words.slice(at + 1));
      break;
    } else if (word.startsWith('-') && word !== '-') return usage(process.stderr, 2, `ไม่รู้จัก ${word} · Unknown: ${word}`);
    else names.push(word);
  }
  if (names.length === 0) return usage(process.stderr, 2);
  const given = [];
  for (const name of names) {
    try {
      await collect(name, basename(name), given, 0);
    } catch (error) {
      return usage(process.stderr, 2, `อ่าน ${name} ไม่ได้ · Cannot read ${name}: ${error.message}`);
    }
  }
  const report = await check(given, { fingerprints });
  process.stdout.write(json ? `${JSON.stringify(asJson(report), null, 2)}\n` : asText(report));
  return report.verdict() === 'holds' ? 0 : 1;
}

/** A folder's files with their paths below it: a pack that was unpacked is judged like the pack. */
async function collect(path, name, given, depth) {
  const found = await stat(path);
  if (!found.isDirectory()) {
    given.push({ name, bytes: new Uint8Array(await readFile(path)) });
    return;
  }
  if (depth >= MOST_DEPTH) return;
  for (const inner of (await readdir(path)).sort()) await collect(join(path, inner), `${name}/${inner}`, given, depth + 1);
}

function usage(stream, code, problem) {
  stream.write(`${problem === undefined ? '' : `${problem}\n\n`}${USAGE}`);
  return code;
}

function asJson(report) {
  return {
    format: 'saraban verification 1',
    verdict: report.verdict(),
    sections: report.sections.map(({ kind, title, data, findings }) => ({ kind, title, data, findings })),
    keys: [...report.keys.values()],
  };
}

const MARKS = { holds: '✓', broken: '✗', unproven: '?', open: '–', note: '·' };

function asText(report) {
  const lines = [];
  for (const { title, findings } of report.sections) {
    lines.push('', title.th, title.en, '');
    for (const { state, th, en } of findings)
      lines.push(`  ${MARKS[state]} [${STATES[state][0]}] ${th}`, `    [${STATES[state][1]}] ${en}`);
  }
  if (report.keys.size > 0) {
    lines.push('', ...KEYS, '');
    for (const key of report.keys.values())
      lines.push(`  ${key.agencies.join(', ')}: ${spacedFingerprint(key.fingerprint)}${key.given ? ' ✓' : ''}`);
  }
  return `${[...lines, '', ...VERDICTS[report.verdict()]].join('\n')}\n`.replace(/^\n/, '');
}

process.exitCode = await run(process.argv.slice(2));
