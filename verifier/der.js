/** A reader of DER (X.690), just enough for time-stamp tokens: definite lengths, bounded depth, nothing is believed beyond the bytes that are there. */
import { hexOf, latin1, textOf } from './bytes.js';

const DEEPEST_DER = 40;

/**
 * @returns { tag, bytes (with its head), content, children }; children are there for constructed ones
 * @throws Error for what is no DER
 */
export function readDer(bytes, depth = 0) {
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
export function oidOf(node) {
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
export function timeOf(node) {
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

export function textOfDer(node) {
  if (node.tag === 0x1e)
    return Array.from({ length: node.content.length >> 1 }, (_, at) =>
      String.fromCharCode(node.content[2 * at] * 256 + node.content[2 * at + 1]),
    ).join('');
  return textOf(node.content) ?? latin1(node.content);
}

const NAMES = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C' };

/** A distinguished name for people: 'CN=…, O=…'; other attributes are left out. */
export function nameOfDer(node) {
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
export function readCertificate(node) {
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
