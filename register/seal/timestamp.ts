/**
 * Asks a timestamp authority (RFC 3161 over HTTP, 3.4) for a token over a file of ours: a stranger's word that these bytes existed at that time, which
 * nobody at the agency can make later. Used for the seal of a closed day by timestamp-day.ts. The token, with the authority's certificate in it, is kept as it came.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../failure.ts';
import { readTimestampReply } from '../letter/smime.ts';

export interface Timestamp {
  /** The whole answer (TimeStampResp, DER), as `openssl ts -verify -in` takes it. */
  token: Buffer;
  time: Date;
  authority: string;
}

const LONGEST_MS = 20_000;
const LARGEST_REPLY = 1_000_000;

/**
 * @param data - the bytes to be stamped; their SHA-256 alone is sent
 * @throws Failure `timestamp-away` when the authority cannot be reached or refuses, `timestamp-wrong` when its answer does not hold; both may be tried again
 */
export async function askForTimestamp(url: string, data: Buffer, options: { milliseconds?: number } = {}): Promise<Timestamp> {
  // 63 bits that nobody can guess, so that no old answer passes for a new one.
  const nonce = randomBytes(8).readBigUInt64BE() >> 1n;
  const reply = await post(url, timestampRequest(createHash('sha256').update(data).digest(), nonce), options.milliseconds ?? LONGEST_MS);
  const read = await readTimestampReply(reply, data);
  if (read.outcome === 'refused') throw away(url, `it refused with status ${read.status}${read.words === '' ? '' : ` (${read.words})`}`);
  if (read.outcome === 'unreadable') throw wrong(url, 'its answer is no timestamp');
  if (read.outcome === 'wrong') throw wrong(url, WHY[read.why]);
  if (read.nonce !== nonce) throw wrong(url, 'its answer is to another question (nonce)');
  return { token: reply, time: read.time, authority: read.authority };
}

const WHY = {
  imprint: 'it stamped other bytes',
  signature: 'its signature does not hold',
  purpose: 'its certificate is not one for timestamps',
  weak: 'it signs with a hash that can be forged',
};

/** TimeStampReq (RFC 3161 2.4.1), DER: version 1, SHA-256 and the hash, the nonce, certReq. */
export function timestampRequest(sha256: Buffer, nonce: bigint): Buffer {
  const algorithm = der(0x30, der(0x06, Buffer.from('608648016503040201', 'hex')), der(0x05));
  const hex = nonce.toString(16);
  const number = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const positive = (number[0] ?? 0) < 0x80 ? number : Buffer.concat([Buffer.from([0]), number]);
  return der(
    0x30,
    der(0x02, Buffer.from([1])),
    der(0x30, algorithm, der(0x04, sha256)),
    der(0x02, positive),
    der(0x01, Buffer.from([0xff])),
  );
}

/** Everything in a request is shorter than 128 bytes. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

async function post(url: string, body: Buffer, milliseconds: number): Promise<Buffer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(milliseconds),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw away(url, `it answered ${response.status}`);
    }
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body ?? []) {
      size += piece.byteLength;
      if (size > LARGEST_REPLY) throw wrong(url, 'its answer is too long');
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw away(url, error instanceof Error && error.name === 'TimeoutError' ? `it did not answer within ${milliseconds} ms` : cause, error);
  }
}

function away(url: string, why: string, cause?: unknown): Failure {
  return new Failure({
    code: 'timestamp-away',
    temporary: true,
    message: `timestamp authority ${hostOf(url)}: ${why}`,
    userMessage: {
      th: `ขอตราประทับเวลาจาก ${hostOf(url)} ไม่ได้ในขณะนี้ ระบบจะขอใหม่เอง`,
      en: `No timestamp could be had from ${hostOf(url)} just now. It is asked for again by itself.`,
    },
    ...(cause === undefined ? {} : { cause }),
  });
}

function wrong(url: string, why: string): Failure {
  return new Failure({
    code: 'timestamp-wrong',
    temporary: true,
    message: `timestamp authority ${hostOf(url)}: ${why}`,
    userMessage: {
      th: `ตราประทับเวลาจาก ${hostOf(url)} ใช้ไม่ได้ จึงไม่เก็บไว้ โปรดตรวจค่า SARABAN_TIMESTAMP_URL`,
      en: `The timestamp from ${hostOf(url)} does not hold and is not kept. Check SARABAN_TIMESTAMP_URL.`,
    },
  });
}

/** The address may hold a password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'of SARABAN_TIMESTAMP_URL';
}
