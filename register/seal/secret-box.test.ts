import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox, rotateSecretKey, secretsKeyFile } from './secret-box.ts';

let data: string;
let keyFile: string;
const plain = Buffer.from('ความลับ');

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'saraban-box-'));
  keyFile = secretsKeyFile(data);
});
afterEach(() => rm(data, { recursive: true, force: true }));

it('makes its key file for the owner alone, and leaves nothing beside it', async () => {
  await openSecretBox(keyFile);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  expect((await stat(join(data, 'keys'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(data, 'keys'))).toEqual(['secrets.key']);
});

it('opens what it sealed, in another process too, and never seals alike twice', async () => {
  const box = await openSecretBox(keyFile);
  const sealed = box.seal(plain);
  expect(sealed.includes(plain)).toBe(false);
  expect(box.seal(plain).equals(sealed)).toBe(false);
  expect((await openSecretBox(keyFile)).open(sealed)).toEqual(plain);
});

it('gives all of many that start at once the same key', async () => {
  const boxes = await Promise.all(Array.from({ length: 20 }, () => openSecretBox(keyFile)));
  const sealed = boxes.map(box => box.seal(plain));
  for (const box of boxes) for (const one of sealed) expect(box.open(one)).toEqual(plain);
  expect(await readdir(join(data, 'keys'))).toEqual(['secrets.key']);
});

it('gives processes that start at once the same key', async () => {
  const program = `import { openSecretBox } from ${JSON.stringify(new URL('./secret-box.ts', import.meta.url).href)};
    process.stdout.write((await openSecretBox(${JSON.stringify(keyFile)})).seal(Buffer.from('x')).toString('hex'));`;
  const run = promisify(execFile);
  const sealed = await Promise.all(
    Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })),
  );
  const box = await openSecretBox(keyFile);
  for (const { stdout } of sealed) expect(box.open(Buffer.from(stdout, 'hex')).toString()).toBe('x');
}, 30_000);

it('opens what an older key sealed after the key was rotated, also in a process that had the file open', async () => {
  const before = await openSecretBox(keyFile);
  const old = before.seal(plain);
  await rotateSecretKey(keyFile);
  const after = await openSecretBox(keyFile);
  expect(after.open(old)).toEqual(plain);
  const young = after.seal(plain);
  expect(young.subarray(3, 7).equals(old.subarray(3, 7))).toBe(false);
  expect(before.open(young)).toEqual(plain);
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
});

describe('refuses, and says what to do', () => {
  const wrong = expect.objectContaining({
    code: 'secrets-key-wrong',
    userMessage: expect.objectContaining({ en: expect.stringContaining('Put the old file back') }),
  });

  it('what another key file sealed', async () => {
    const other = await openSecretBox(join(data, 'other', 'secrets.key'));
    const box = await openSecretBox(keyFile);
    expect(() => box.open(other.seal(plain))).toThrow(wrong);
  });

  it.each([0, 4, 8, 20, 25])('a sealed text with byte %i flipped', async at => {
    const box = await openSecretBox(keyFile);
    const sealed = box.seal(plain);
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    expect(() => box.open(sealed)).toThrow(wrong);
  });

  it.each([0, 3, 10, 34])('a sealed text cut to %i bytes', async length => {
    const box = await openSecretBox(keyFile);
    expect(() => box.open(box.seal(plain).subarray(0, length))).toThrow(wrong);
  });

  it.each([
    '',
    'hello',
    '{}',
    '{"format":"saraban secrets 1","keys":[]}',
    '{"format":"saraban secrets 1","keys":[{"id":"00000000","key":"AA=="}]}',
    'null',
  ])('a key file that says %j, and leaves it as it is', async text => {
    await openSecretBox(keyFile);
    await writeFile(keyFile, text);
    await expect(openSecretBox(keyFile)).rejects.toEqual(wrong);
    expect(await readFile(keyFile, 'utf8')).toBe(text);
  });

  it('a folder that cannot be made', async () => {
    await writeFile(join(data, 'keys'), 'a file');
    await expect(openSecretBox(keyFile)).rejects.toMatchObject({ code: 'secrets-key-unreadable' });
  });
});
