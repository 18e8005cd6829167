/** A folder whose disk fills up while a file is written to it. The disk is played: its writes fail as a full one's do. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openFolderPlace } from './folder.ts';

const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY, code: 'ENOSPC', syncFails: false }));

vi.mock('node:fs/promises', async original => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    async open(path: string, ...more: [string, number]) {
      const handle = await real.open(path, ...more);
      if (!path.includes('/incoming/')) return handle;
      const fail = () => Object.assign(new Error(`${disk.code}: no space left on device, write`), { code: disk.code });
      const write = handle.write.bind(handle) as (bytes: Buffer, offset: number) => Promise<{ bytesWritten: number }>;
      return Object.assign(handle, {
        async write(bytes: Buffer, offset: number) {
          // As the kernel does: what fits is written, and the next write fails.
          if (disk.room === 0) throw fail();
          const some = bytes.subarray(offset, Math.min(bytes.length, offset + disk.room));
          disk.room -= some.length;
          return await write(some, 0);
        },
        async sync() {
          if (disk.syncFails) throw fail();
        },
      });
    },
  };
});

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'saraban-full-'));
});
afterEach(async () => {
  Object.assign(disk, { room: Number.POSITIVE_INFINITY, code: 'ENOSPC', syncFails: false });
  await rm(home, { recursive: true, force: true });
});

async function send(path: string, size: number) {
  const place = openFolderPlace(join(home, 'nas'), { data: home, bandwidth: null });
  const local = join(home, 'local');
  await writeFile(local, Buffer.alloc(size, 'x'));
  await place.send([{ local, path, size }]);
  return place;
}

test.each([
  ['the disk is full', { room: 3_000_000 }, 'place-full'],
  ['the quota is used up', { room: 10, code: 'EDQUOT' }, 'place-full'],
  ['the disk says so only when it is asked to keep it', { syncFails: true }, 'place-full'],
  ['the disk is broken', { room: 10, code: 'EIO' }, 'place-away'],
])('%s: nothing half-written stays, under no name', async (_, state, code) => {
  await send('nights/before', 100);
  Object.assign(disk, state);
  await expect(send('nights/large', 5_000_000)).rejects.toMatchObject({ code, temporary: true });
  Object.assign(disk, { room: Number.POSITIVE_INFINITY, syncFails: false });
  expect(await readdir(join(home, 'nas', 'incoming'))).toEqual([]);
  expect(await readdir(join(home, 'nas', 'nights'))).toEqual(['before']);
  const place = await send('nights/large', 5_000_000);
  expect(await place.list('nights')).toEqual([
    { path: 'nights/before', size: 100 },
    { path: 'nights/large', size: 5_000_000 },
  ]);
  expect((await readFile(join(home, 'nas', 'nights', 'large'))).equals(Buffer.alloc(5_000_000, 'x'))).toBe(true);
});
