/** The door to age-encryption, against Debian's `age` program: what one writes the other opens. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decryptBytes, decryptStream, encryptBytes, encryptStream, identitiesOf, newIdentity, recipientOf } from './age.ts';

const run = promisify(execFile);
const CHUNK = 64 * 1024;

let folder: string;
let identity: string;
let recipient: string;
let keyFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-age-'));
  identity = await newIdentity();
  recipient = await recipientOf(identity);
  keyFile = join(folder, 'key.txt');
  await writeFile(keyFile, `${identity}\n`);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

// Around the edges of age's chunks.
const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 7];

describe('with the age program', () => {
  test.each(SIZES)('it opens what we write: %i bytes', async size => {
    const plain = randomBytes(size);
    await writeFile(join(folder, 'ours'), plain);
    await pipeline(createReadStream(join(folder, 'ours')), encryptStream([recipient]), createWriteStream(join(folder, 'ours.age')));
    // Into stdout: of an empty file it would make no file at all.
    const { stdout } = await run('age', ['-d', '-i', keyFile, join(folder, 'ours.age')], { encoding: 'buffer', maxBuffer: 16 * CHUNK });
    expect(stdout.equals(plain)).toBe(true);
  });

  test.each(SIZES)('we open what it writes: %i bytes', async size => {
    const plain = randomBytes(size);
    await writeFile(join(folder, 'theirs'), plain);
    await run('age', ['-r', recipient, '-o', join(folder, 'theirs.age'), join(folder, 'theirs')]);
    await pipeline(createReadStream(join(folder, 'theirs.age')), decryptStream([identity]), createWriteStream(join(folder, 'theirs.out')));
    expect((await readFile(join(folder, 'theirs.out'))).equals(plain)).toBe(true);
  });

  test('its key file is ours', async () => {
    await run('age-keygen', ['-o', join(folder, 'keygen.txt')]);
    const [theirs] = identitiesOf(await readFile(join(folder, 'keygen.txt'), 'utf8'));
    const { stdout } = await run('age-keygen', ['-y', join(folder, 'keygen.txt')]);
    expect(await recipientOf(theirs as string)).toBe(stdout.trim());
  });

  test('each of several recipients opens it alone', async () => {
    const other = await newIdentity();
    const encrypted = await encryptBytes([recipient, await recipientOf(other)], Buffer.from('สองคน'));
    await writeFile(join(folder, 'two.age'), encrypted);
    const { stdout } = await run('age', ['-d', '-i', keyFile, join(folder, 'two.age')]);
    expect(stdout).toBe('สองคน');
    expect(String(await decryptBytes([other], encrypted))).toBe('สองคน');
  });
});

describe('what is not whole, or not for us', () => {
  const plain = randomBytes(2 * CHUNK + 100);

  test('another key opens nothing', async () => {
    await expect(decryptBytes([await newIdentity()], await encryptBytes([recipient], plain))).rejects.toMatchObject({
      code: 'copy-key-wrong',
    });
  });

  test('a flipped byte anywhere in the contents', async () => {
    const encrypted = await encryptBytes([recipient], plain);
    const body = encrypted.length - (plain.length + 3 * 16);
    for (const at of [body - 16, body, body + 5, body + CHUNK + 20, encrypted.length - 1]) {
      const altered = Buffer.from(encrypted);
      altered[at] = (altered[at] as number) ^ 1;
      await expect(decryptBytes([identity], altered)).rejects.toMatchObject({ code: 'copy-damaged' });
    }
  });

  test('a flipped byte in the header is never taken for whole', async () => {
    const encrypted = await encryptBytes([recipient], plain);
    for (let at = 0; at < encrypted.indexOf('\n---') + 20; at += 7) {
      const altered = Buffer.from(encrypted);
      altered[at] = (altered[at] as number) ^ 1;
      await expect(decryptBytes([identity], altered)).rejects.toMatchObject({ code: expect.stringMatching(/^copy-(damaged|key-wrong)$/) });
    }
  });

  test('cut off anywhere, at the end of a chunk too', async () => {
    const encrypted = await encryptBytes([recipient], plain);
    const body = encrypted.length - (plain.length + 3 * 16);
    for (const length of [0, 10, body - 3, body, body + 10, body + CHUNK + 16, body + 2 * (CHUNK + 16), encrypted.length - 1])
      await expect(decryptBytes([identity], encrypted.subarray(0, length))).rejects.toMatchObject({ code: 'copy-damaged' });
  });

  test('something behind the end', async () => {
    const encrypted = await encryptBytes([recipient], plain);
    await expect(decryptBytes([identity], Buffer.concat([encrypted, Buffer.from('more')]))).rejects.toMatchObject({ code: 'copy-damaged' });
  });

  test('what was never encrypted', async () => {
    await expect(decryptBytes([identity], Buffer.from('plain text'))).rejects.toMatchObject({ code: 'copy-damaged' });
  });

  test('an error of the source is told as it is, in both directions', async () => {
    const lost = new Error('the line broke');
    async function* breaking() {
      yield (await encryptBytes([recipient], plain)).subarray(0, CHUNK);
      throw lost;
    }
    const read = async (source: AsyncIterable<Buffer>) => {
      for await (const _ of source);
    };
    await expect(read(decryptStream([identity])(breaking()))).rejects.toBe(lost);
    await expect(read(encryptStream([recipient])(breaking()))).rejects.toBe(lost);
  });

  test('keys that are none', async () => {
    expect(() => encryptStream([])).toThrow(expect.objectContaining({ code: 'copy-key-unfit' }));
    expect(() => encryptStream(['ssh-ed25519 AAAA'])).toThrow(expect.objectContaining({ code: 'copy-key-unfit' }));
    expect(() => encryptStream([`${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`])).toThrow(
      expect.objectContaining({ code: 'copy-key-unfit' }),
    );
    expect(() => decryptStream([])).toThrow(expect.objectContaining({ code: 'copy-key-unfit' }));
    expect(() => decryptStream([recipient])).toThrow(expect.objectContaining({ code: 'copy-key-unfit' }));
    await expect(recipientOf('AGE-SECRET-KEY-1X')).rejects.toMatchObject({ code: 'copy-key-unfit' });
    for (const text of ['', '# only a comment\n', 'hello'])
      expect(() => identitiesOf(text)).toThrow(expect.objectContaining({ code: 'copy-key-unfit' }));
  });

  test('no failure repeats a secret', () => {
    const secret = `${identity.slice(0, -1)}b`;
    try {
      decryptStream([secret]);
      expect.unreachable();
    } catch (error) {
      const failure = error as Error & { userMessage: object };
      expect(JSON.stringify([failure.message, failure.userMessage, String(failure.cause)])).not.toContain(secret.slice(15, 40));
    }
  });
});

test('memory: one chunk at a time, whatever the size', async () => {
  let given = 0;
  let taken = 0;
  let most = 0;
  async function* source() {
    for (let at = 0; at < 200; at++) {
      given += CHUNK;
      most = Math.max(most, given - taken);
      yield Buffer.alloc(CHUNK);
    }
  }
  for await (const chunk of decryptStream([identity])(encryptStream([recipient])(source()))) taken += chunk.length;
  expect(taken).toBe(200 * CHUNK);
  expect(most).toBeLessThanOrEqual(12 * CHUNK);
});
