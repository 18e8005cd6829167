/**
 * The files in a ZIP, stored or deflated, under limits. Names from inside are only shown, never written anywhere.
 * APPNOTE.TXT 4.3: the directory at the end is the list that counts.
 */
import { latin1, textOf } from './bytes.js';

export const ZIP_LIMITS = { entries: 20_000, entryBytes: 300 * 2 ** 20, totalBytes: 700 * 2 ** 20, ratio: 1_000 };

export function isZip(bytes) {
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
export async function unzip(bytes, budget = { bytes: ZIP_LIMITS.totalBytes }, limits = ZIP_LIMITS) {
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
