/**
 * The parts of a mail, just enough to find an acknowledgement's JSON and to hash what a letter carries: multiparts, base64, quoted-printable.
 * What it cannot take apart stays a part as it is. It decides nothing: hashes do.
 */
import { bytesOfBase64, latin1 } from './bytes.js';

const DEEPEST_PART = 20;
const MOST_PARTS = 2_000;

/** Whether bytes begin like a mail: a few header lines, one of them From or Received or the like. */
export function isMail(bytes) {
  const head = latin1(bytes.subarray(0, 16_384));
  return (
    /^(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}/.test(head) &&
    /^(?:from|received|return-path|message-id|date|subject|mime-version)[ \t]*:/im.test(head)
  );
}

/** @returns the leaves of the tree: { type, name, bytes } with the transfer encoding undone; a message within is a leaf and is taken apart as well */
export function partsOfMail(bytes) {
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
