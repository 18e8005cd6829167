/**
 * The door to age-encryption: everything that leaves for another place goes through here, and everything that is fetched back comes through here.
 * What it writes the `age` program opens, and the other way round (https://age-encryption.org/v1). Streams: 64 KiB are held at a time.
 */
import { buffer } from 'node:stream/consumers';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Failure } from '../register/failure.ts';

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Encrypts to every one of `recipients` ('age1…'); any of their identities opens it alone. For stream.pipeline:
 * `pipeline(source, encryptStream(recipients), destination)`.
 * @throws Failure `copy-key-unfit` at once when a recipient cannot be read, or there is none
 */
export function encryptStream(recipients: string[]): (source: Bytes) => AsyncGenerator<Buffer> {
  if (recipients.length === 0) throw unfit('no recipient', undefined);
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (error) {
      throw unfit(`the recipient ${recipient.slice(0, 12)}…`, error);
    }
  }
  return async function* encrypted(source) {
    for await (const chunk of await encrypter.encrypt(web(source))) yield bufferOf(chunk);
  };
}

/**
 * Decrypts with the first of `identities` ('AGE-SECRET-KEY-1…') that fits. What comes out before an error is authentic, but may be short:
 * only an end without an error says that it is whole.
 * @throws Failure `copy-key-unfit` at once when an identity cannot be read, or there is none; in the stream `copy-key-wrong` when none fits (a header
 * whose very line of the recipient was altered looks the same), `copy-damaged` when a byte was changed or the end is missing. An error of `source` passes as it is.
 */
export function decryptStream(identities: string[]): (source: Bytes) => AsyncGenerator<Buffer> {
  if (identities.length === 0) throw unfit('no identity', undefined);
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch (error) {
      // Never a word of the secret, not even in `cause`.
      throw unfit('an identity', error instanceof Error ? error.name : undefined);
    }
  }
  return async function* decrypted(source) {
    const remembered = rememberingErrors(source);
    try {
      for await (const chunk of await decrypter.decrypt(web(remembered.bytes))) {
        // age writes an empty last chunk for an empty file alone.
        if (chunk.length > 0) yield bufferOf(chunk);
      }
    } catch (error) {
      if (remembered.failed()) throw remembered.error();
      throw asCopyFailure(error);
    }
  };
}

export async function encryptBytes(recipients: string[], plain: Uint8Array): Promise<Buffer> {
  return await buffer(encryptStream(recipients)(once(plain)));
}

/** @throws as decryptStream */
export async function decryptBytes(identities: string[], encrypted: Uint8Array): Promise<Buffer> {
  return await buffer(decryptStream(identities)(once(encrypted)));
}

/** A new identity, 'AGE-SECRET-KEY-1…': whoever holds it opens the copies. */
export async function newIdentity(): Promise<string> {
  return await generateX25519Identity();
}

/** The recipient ('age1…') of an identity. @throws Failure `copy-key-unfit` */
export async function recipientOf(identity: string): Promise<string> {
  try {
    return await identityToRecipient(identity);
  } catch (error) {
    throw unfit('an identity', error instanceof Error ? error.name : undefined);
  }
}

/** The identities of a key file as `age-keygen` writes it: one a line, '#' begins a comment. @throws Failure `copy-key-unfit` when there is none */
export function identitiesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map(line => line.trim());
  const identities = lines.filter(line => line !== '' && !line.startsWith('#'));
  if (identities.length === 0 || identities.some(line => !/^AGE-SECRET-KEY-(PQ-)?1[A-Z0-9]+$/.test(line))) {
    throw unfit('a file of identities', undefined);
  }
  return identities;
}

/** Pulls one chunk at a time: without a highWaterMark of 0 the web stream would read ahead of whoever consumes. */
function web(source: Bytes): ReadableStream<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function rememberingErrors(source: Bytes): { bytes: Bytes; failed(): boolean; error(): unknown } {
  let failed = false;
  let error: unknown;
  return {
    bytes: (async function* remembered() {
      try {
        yield* source;
      } catch (thrown) {
        failed = true;
        error = thrown;
        throw thrown;
      }
    })(),
    failed: () => failed,
    error: () => error,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function bufferOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function asCopyFailure(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('no identity matched')) {
    return new Failure({
      code: 'copy-key-wrong',
      temporary: false,
      message: 'none of the identities opens this file',
      userMessage: {
        th: 'กุญแจที่มีอยู่เปิดสำเนานี้ไม่ได้ โปรดใช้กุญแจตามใบเก็บรักษากุญแจของสำเนานี้',
        en: 'The key at hand does not open this copy. Use the key named on the escrow sheet of this copy.',
      },
      cause: error,
    });
  }
  return new Failure({
    code: 'copy-damaged',
    temporary: false,
    message: `an encrypted file is not as it was written (${text})`,
    userMessage: {
      th: 'ไฟล์ของสำเนาถูกแก้ไขหรือไม่ครบถ้วน โปรดใช้สำเนาจากที่เก็บสำเนาอื่นหรือคืนก่อนหน้า',
      en: 'A file of the copy was altered or is not whole. Use the copy of another place or of an earlier night.',
    },
    cause: error,
  });
}

function unfit(what: string, cause: unknown): Failure {
  return new Failure({
    code: 'copy-key-unfit',
    temporary: false,
    message: `cannot encrypt or decrypt: ${what}`,
    userMessage: {
      th: 'กุญแจของสำเนาใช้ไม่ได้ โปรดตรวจค่า SARABAN_BACKUP_RECIPIENT และไฟล์กุญแจ',
      en: 'The key of the copies cannot be used. Check SARABAN_BACKUP_RECIPIENT and the key file.',
    },
    ...(cause === undefined ? {} : { cause }),
  });
}
