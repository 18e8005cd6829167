import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newIdentity, recipientOf } from './age.ts';
import { openCopyKeys } from './keys.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'saraban-keys-'));
});
afterEach(async () => {
  await rm(data, { recursive: true, force: true });
});

const own = { recipients: [], identity: null };

test('with no recipient set it makes a key of its own, once, for nobody else to read', async () => {
  const first = await openCopyKeys({ data, backup: own });
  const file = join(data, 'keys', 'copy.agekey');
  expect(first).toMatchObject({ heldElsewhere: false, identityFile: file });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(data, 'keys'))).mode & 0o777).toBe(0o700);
  expect(await openCopyKeys({ data, backup: own })).toEqual(first);
  expect(first.recipients).toEqual([await recipientOf(first.identities?.[0] ?? '')]);
});

test('of processes that start at once all get the same key, and nothing else is left', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => openCopyKeys({ data, backup: own })));
  expect(new Set(keys.map(key => key.recipients[0])).size).toBe(1);
  expect(await readdir(join(data, 'keys'))).toEqual(['copy.agekey']);
});

test('a key held elsewhere: encrypted to it, opened by nobody here, no file made', async () => {
  const recipients = [await recipientOf(await newIdentity())];
  expect(await openCopyKeys({ data, backup: { recipients, identity: null } })).toEqual({
    recipients,
    identities: null,
    heldElsewhere: true,
    identityFile: null,
  });
  expect(await readdir(data)).toEqual([]);
});

test('an identity that is handed in opens the copies of the recipient that is set', async () => {
  const identity = await newIdentity();
  const file = join(data, 'mine.txt');
  await writeFile(file, `# comment\n${identity}\r\n`);
  const recipients = [await recipientOf(await newIdentity()), await recipientOf(identity)];
  expect(await openCopyKeys({ data, backup: { recipients, identity: file } })).toMatchObject({
    recipients,
    identities: [identity],
    heldElsewhere: false,
  });
  expect(await openCopyKeys({ data, backup: { recipients: [], identity: file } })).toMatchObject({ recipients: [recipients[1]] });
});

test('an identity that opens none of the recipients is said at once', async () => {
  const file = join(data, 'mine.txt');
  await writeFile(file, await newIdentity());
  const recipients = [await recipientOf(await newIdentity())];
  await expect(openCopyKeys({ data, backup: { recipients, identity: file } })).rejects.toMatchObject({ code: 'copy-key-unfit' });
});

test.each([
  ['missing', null],
  ['empty', ''],
  ['no key', 'hello\n'],
  ['cut off', 'AGE-SECRET-KEY-1QQQ\n'],
])('an identity file that is %s', async (_, text) => {
  const file = join(data, 'mine.txt');
  if (text !== null) await writeFile(file, text);
  await expect(openCopyKeys({ data, backup: { recipients: [], identity: file } })).rejects.toMatchObject({
    code: 'copy-key-unfit',
    temporary: false,
  });
});

test('a key of its own that is damaged is not replaced: the old copies would be lost with it', async () => {
  await mkdir(join(data, 'keys'));
  await writeFile(join(data, 'keys', 'copy.agekey'), 'damaged\n');
  await expect(openCopyKeys({ data, backup: own })).rejects.toMatchObject({ code: 'copy-key-unfit' });
  expect(await readFile(join(data, 'keys', 'copy.agekey'), 'utf8')).toBe('damaged\n');
});
