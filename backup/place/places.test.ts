/**
 * The contract of a place, kept by every kind of them: a folder, SFTP and S3 through rclone. What a place must do is said once, here; what only one kind can
 * get wrong follows below.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openFolderPlace } from './folder.ts';
import { openPlaces } from './open-places.ts';
import type { FileToSend, Place } from './place.ts';
import { openRclonePlace } from './rclone.ts';
import type { RcloneSettings } from './rclone-program.ts';
import { startS3, startSftp, type TestServer, writeRcloneConfig } from './servers-fixture.ts';

let home: string;
let sftp: TestServer;
let s3: TestServer;
let config: string;
let at: number;
let scratch: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'saraban-places-'));
  sftp = await startSftp(join(home, 'sftp'));
  s3 = await startS3(join(home, 's3'));
  config = await writeRcloneConfig(home, { sftp: sftp.port, s3: s3.port });
  at = 0;
});
afterAll(async () => {
  await sftp.close();
  await s3.close();
  await rm(home, { recursive: true, force: true });
});
beforeEach(async () => {
  scratch = await mkdtemp(join(home, 'scratch-'));
  at++;
});

const settings = (change: Partial<RcloneSettings> = {}): RcloneSettings => ({
  config,
  bandwidth: null,
  retries: 1,
  lowLevelRetries: 1,
  ...change,
});

async function file(path: string, bytes: Buffer | string): Promise<FileToSend> {
  const local = join(scratch, randomBytes(8).toString('hex'));
  await writeFile(local, bytes);
  return { local, path, size: Buffer.byteLength(bytes) };
}

async function fetched(place: Place, path: string): Promise<Buffer> {
  const local = join(scratch, randomBytes(8).toString('hex'));
  await place.fetch(path, local);
  return await readFile(local);
}

interface Kind {
  name: string;
  open(change?: Partial<RcloneSettings>): Place;
  /** Where the files of the place opened last lie on this machine. */
  folder(): string;
}

const kinds: Kind[] = [
  {
    name: 'a folder',
    open: () => openFolderPlace(join(home, `folder-${at}`), { data: home, bandwidth: null }),
    folder: () => join(home, `folder-${at}`),
  },
  {
    name: 'SFTP by rclone',
    open: change => openRclonePlace(`sftp:place-${at}`, settings(change)),
    folder: () => join(sftp.folder, `place-${at}`),
  },
  {
    name: 'S3 by rclone',
    open: change => openRclonePlace(`s3:copies/place-${at}`, settings(change)),
    folder: () => join(s3.folder, `place-${at}`),
  },
];

describe.each(kinds)('$name', ({ open, folder }) => {
  const big = randomBytes(3 * 1024 * 1024 + 17);

  test('keeps what is sent, byte for byte, and lists it in order', async () => {
    const place = open();
    const files = [
      await file('packs/ab/b.bin', big),
      await file('nights/a.tar.age', 'night'),
      await file('packs/aa/empty', ''),
      await file('README.txt', 'ก'),
    ];
    const told: number[] = [];
    await place.send(files, { onProgress: bytes => told.push(bytes) });
    expect(await place.list('')).toEqual([
      { path: 'README.txt', size: 3 },
      { path: 'nights/a.tar.age', size: 5 },
      { path: 'packs/aa/empty', size: 0 },
      { path: 'packs/ab/b.bin', size: big.length },
    ]);
    expect(await place.list('packs')).toEqual([
      { path: 'packs/aa/empty', size: 0 },
      { path: 'packs/ab/b.bin', size: big.length },
    ]);
    expect((await fetched(place, 'packs/ab/b.bin')).equals(big)).toBe(true);
    expect((await fetched(place, 'packs/aa/empty')).length).toBe(0);
    expect((await fetched(place, 'README.txt')).toString()).toBe('ก');
    expect(told.every(bytes => bytes >= 0)).toBe(true);
  });

  test('an empty place lists nothing, and an absent folder is empty', async () => {
    const place = open();
    expect(await place.list('')).toEqual([]);
    expect(await place.list('nights')).toEqual([]);
  });

  test('the same again is left alone', async () => {
    const place = open();
    await place.send([await file('nights/a', 'same')]);
    await place.send([await file('nights/a', 'same'), await file('nights/b', 'new')]);
    expect(await place.list('')).toEqual([
      { path: 'nights/a', size: 4 },
      { path: 'nights/b', size: 3 },
    ]);
  });

  test.each([
    ['longer', 'other contents'],
    ['shorter', 'x'],
    ['of the same size', 'firsT'],
  ])('other contents under a name are refused: %s', async (_, other) => {
    const place = open();
    await place.send([await file('nights/a', 'first')]);
    await expect(place.send([await file('nights/a', other)])).rejects.toMatchObject({
      code: 'place-refuses',
      message: expect.stringContaining('nights/a'),
    });
    expect((await fetched(place, 'nights/a')).toString()).toBe('first');
  });

  test('what is not there cannot be fetched, and leaves nothing behind', async () => {
    const place = open();
    await place.send([await file('nights/a', 'first')]);
    const local = join(scratch, 'local');
    for (const path of ['nights/b', 'packs/ab/b']) {
      await expect(place.fetch(path, local)).rejects.toMatchObject({ code: 'not-in-place', message: expect.stringContaining(path) });
      await expect(stat(local)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  test('a local file that is there is not written over', async () => {
    const place = open();
    await place.send([await file('nights/a', 'first')]);
    const local = join(scratch, 'mine');
    await writeFile(local, 'mine');
    await expect(place.fetch('nights/a', local)).rejects.toThrow();
    expect(await readFile(local, 'utf8')).toBe('mine');
  });

  test('removes, and again, and what was never there', async () => {
    const place = open();
    await place.send([await file('minutes/n/a', '1'), await file('minutes/n/b', '2'), await file('nights/a', '3')]);
    await place.remove(['minutes/n/a', 'minutes/n/b']);
    await place.remove(['minutes/n/a', 'packs/zz/none']);
    expect(await place.list('')).toEqual([{ path: 'nights/a', size: 1 }]);
  });

  test('a sending that is broken off leaves nothing under a final name, and goes through the next time', async () => {
    const place = open({ bandwidth: '512K' });
    const stop = new AbortController();
    const files = [await file('packs/ab/b.bin', big)];
    const slow = openFolderPlace(folder(), { data: home, bandwidth: '512K' });
    const sending = (place.name === folder() ? slow : place).send(files, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    expect(await place.list('')).toEqual([]);
    await open().send(files);
    expect((await fetched(open(), 'packs/ab/b.bin')).equals(big)).toBe(true);
    expect(await place.list('')).toEqual([{ path: 'packs/ab/b.bin', size: big.length }]);
  });

  test('nothing leads out of the place', async () => {
    const place = open();
    for (const path of ['../x', '/etc/passwd', 'a//b', 'a/../../b', '']) {
      await expect(place.send([{ ...(await file('x', 'x')), path }])).rejects.toThrow('not a path below a place');
      await expect(place.fetch(path, join(scratch, 'x'))).rejects.toThrow('not a path below a place');
    }
  });

  test('on this machine is not elsewhere', async () => {
    const { elsewhere, reason } = await open().isElsewhere();
    expect(elsewhere).toBe(false);
    expect(reason?.th).not.toBe('');
  });
});

describe('a folder', () => {
  const open = () => openFolderPlace(join(home, `folder-${at}`), { data: home, bandwidth: null });

  test('is away when the folder it lies in is missing: a mount that is not there is not made', async () => {
    const place = openFolderPlace(join(home, 'not-mounted', 'saraban'), { data: home, bandwidth: null });
    await expect(place.send([await file('a', 'a')])).rejects.toMatchObject({ code: 'place-away', temporary: true });
    await expect(place.list('')).rejects.toMatchObject({ code: 'place-away' });
    await expect(place.fetch('a', join(scratch, 'a'))).rejects.toMatchObject({ code: 'place-away' });
    await expect(stat(join(home, 'not-mounted'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('elsewhere is another device', async () => {
    const place = openFolderPlace('/dev/shm/saraban-nowhere', { data: home, bandwidth: null });
    const same = (await stat('/dev/shm')).dev === (await stat(home)).dev;
    expect((await place.isElsewhere()).elsewhere).toBe(!same);
  });

  test('what is being written, and what a NAS puts beside it, is not listed', async () => {
    const place = open();
    await place.send([await file('nights/a', 'a')]);
    for (const odd of ['incoming', '.snapshot', '@eaDir', 'lost+found']) {
      await mkdir(join(place.name, odd), { recursive: true });
      await writeFile(join(place.name, odd, 'x'), 'x');
    }
    expect(await place.list('')).toEqual([{ path: 'nights/a', size: 1 }]);
  });

  test('a file that is shorter than was said is not given its name', async () => {
    const place = open();
    const short = { ...(await file('nights/a', 'abc')), size: 4 };
    await expect(place.send([short])).rejects.toMatchObject({ code: 'place-lies' });
    expect(await place.list('')).toEqual([]);
    expect(await readdir(join(place.name, 'incoming'))).toEqual([]);
  });

  test('tells how much is free', async () => {
    expect(await openFolderPlace(home, { data: home, bandwidth: null }).free()).toBeGreaterThan(0);
    expect(await openFolderPlace(join(home, 'none'), { data: home, bandwidth: null }).free()).toBeNull();
  });
});

describe('rclone', () => {
  /** A program that stands where rclone is looked for. */
  async function program(script: string): Promise<string> {
    const path = join(scratch, 'rclone');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o700);
    return path;
  }
  const features = `case "$*" in *features*) echo '{"Features":{"Move":false},"Hashes":["md5"]}'; exit 0;; *lsjson*) echo '[]'; exit 0;; *about*) echo '{"free":10}'; exit 0;; esac`;

  test('a missing program says what to install', async () => {
    const place = openRclonePlace('s3:copies', settings({ program: join(scratch, 'no-rclone') }));
    const away = {
      code: 'rclone-missing',
      userMessage: { th: expect.stringContaining('apt install rclone'), en: expect.stringContaining('apt install rclone') },
    };
    await expect(place.send([await file('a', 'a')])).rejects.toMatchObject(away);
    await expect(place.free()).rejects.toMatchObject(away);
    expect(await place.isElsewhere()).toMatchObject({ elsewhere: false, reason: away.userMessage });
  });

  test.each([
    ['nobody answers', 'sftp:x', 'place-away'],
    ['a remote that the configuration does not have', 'offsite:x', 'place-refuses'],
  ])('%s', async (_, remote, code) => {
    const lost = await writeRcloneConfig(scratch, {});
    const place = openRclonePlace(remote, settings({ config: lost }));
    await expect(place.send([await file('a', 'a')])).rejects.toMatchObject({ code });
    await expect(place.list('nights')).rejects.toMatchObject({ code });
    await expect(place.fetch('a', join(scratch, 'a'))).rejects.toMatchObject({ code });
  });

  test('wrong credentials are refused, not tried for ever', async () => {
    const text = (await readFile(config, 'utf8')).replace('user = saraban', 'user = stranger');
    await writeFile(join(scratch, 'wrong.conf'), text);
    const place = openRclonePlace('sftp:x', settings({ config: join(scratch, 'wrong.conf') }));
    await expect(place.send([await file('a', 'a')])).rejects.toMatchObject({ code: 'place-refuses', temporary: false });
  });

  test.each([
    ['QuotaExceeded: the bucket is full', 'place-full'],
    ['googleapi: Error 403: storageQuotaExceeded', 'place-full'],
    ['507 Insufficient Storage', 'place-full'],
    ['write /mnt/x: no space left on device', 'place-full'],
    ['preallocate: file too big for remaining disk space', 'place-full'],
    ['AccessDenied: status code: 403', 'place-refuses'],
    ['dial tcp: i/o timeout', 'place-away'],
  ])('%s is %s', async (words, code) => {
    const place = openRclonePlace(
      'x:y',
      settings({ program: await program(`${features}\necho '{"level":"error","msg":"${words}","object":"a"}' >&2; exit 1`) }),
    );
    await expect(place.send([await file('a', 'a')])).rejects.toMatchObject({ code });
  });

  test('a disk that is full and says no more than "failure" is asked how much is free', async () => {
    const failure = `${features}\necho '{"level":"error","msg":"sftp: \\\\"Failure\\\\" (SSH_FX_FAILURE)","object":"a"}' >&2; exit 1`;
    const place = openRclonePlace('x:y', settings({ program: await program(failure) }));
    await expect(place.send([await file('a', 'more than ten bytes')])).rejects.toMatchObject({ code: 'place-full' });
  });

  test('a remote that says yes and keeps nothing is found', async () => {
    const place = openRclonePlace('x:y', settings({ program: await program(`${features}\nexit 0`) }));
    await expect(place.send([await file('nights/a', 'a')])).rejects.toMatchObject({
      code: 'place-lies',
      message: expect.stringContaining('nights/a'),
    });
  });

  test.each([
    ['cut short', 'printf abc'],
    ['of the same size', 'printf abcdeX'],
  ])('a remote that keeps something else is found: %s', async (_, other) => {
    // The real program does the work; then the file that lies there is exchanged behind its back.
    const target = join(sftp.folder, `place-${at}`, 'nights', 'a');
    const script = `rclone "$@"; code=$?; case "$*" in move*) ${other} > '${target}';; esac; exit $code`;
    const place = openRclonePlace(`sftp:place-${at}`, settings({ program: await program(script) }));
    await expect(place.send([await file('nights/a', 'abcdef')])).rejects.toMatchObject({ code: 'place-lies' });
  });

  test('arguments are no line for a shell, and our secrets are not handed on', async () => {
    process.env.SARABAN_TEST_SECRET = 'x';
    process.env.AWS_CA_BUNDLE = process.env.AWS_CA_BUNDLE ?? '/nowhere';
    try {
      const script = `case "$*" in *features*) env > '${scratch}/env'; printf '%s\\n' "$@" > '${scratch}/arguments';; esac\n${features}\nexit 0`;
      const place = openRclonePlace('x:$(touch hacked) ;`id`', settings({ program: await program(script), bandwidth: '4M' }));
      await expect(place.send([await file('a', 'a')])).rejects.toMatchObject({ code: 'place-lies' });
      const said = (await readFile(join(scratch, 'arguments'), 'utf8')).split('\n');
      expect(said).toContain('x:$(touch hacked) ;`id`');
      expect(said).toEqual(expect.arrayContaining(['--bwlimit=4M', `--config=${config}`, '--retries=1', '--low-level-retries=1']));
      const env = await readFile(join(scratch, 'env'), 'utf8');
      expect(env).not.toMatch(/SARABAN_TEST_SECRET|AWS_CA_BUNDLE/);
    } finally {
      delete process.env.SARABAN_TEST_SECRET;
    }
  });

  test('what a broken SFTP line left half written is not taken for the file', async () => {
    const place = openRclonePlace(`sftp:place-${at}`, settings());
    await mkdir(join(sftp.folder, `place-${at}`, 'incoming', 'old', 'packs'), { recursive: true });
    await writeFile(join(sftp.folder, `place-${at}`, 'incoming', 'old', 'packs', 'half'), 'ha');
    expect(await place.list('')).toEqual([]);
    await place.send([await file('packs/half', 'half and half')]);
    expect((await fetched(place, 'packs/half')).toString()).toBe('half and half');
  });
});

test('the places that the settings name', () => {
  const places = openPlaces(
    {
      places: [
        { kind: 'folder', path: '/mnt/nas' },
        { kind: 'rclone', remote: 'offsite:saraban' },
      ],
      bandwidth: '4M',
      rcloneConfig: null,
    },
    '/data',
  );
  expect(places.map(place => [place.name, place.label.en])).toEqual([
    ['/mnt/nas', 'folder /mnt/nas'],
    ['offsite:saraban', 'rclone offsite:saraban'],
  ]);
});

afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});
