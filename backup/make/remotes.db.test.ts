/** Whole copies to a folder, SFTP and S3 at once; a server that dies and comes back. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { packPath } from '../format.ts';
import type { Place } from '../place/place.ts';
import { openRclonePlace } from '../place/rclone.ts';
import { startS3, startSftp, type TestServer, writeRcloneConfig } from '../place/servers-fixture.ts';
import type { CopyContext } from './context.ts';
import { copyFixture } from './copy-fixture.ts';
import { makeCopy } from './make-copy.ts';

let fresh: FreshDatabase;
let context: CopyContext;
let sftp: TestServer;
let s3: TestServer;
let agency: number;
let remotes: Place[];

beforeEach(async () => {
  fresh = await freshDatabase();
  sftp = await startSftp(join(fresh.folder, 'sftp'));
  s3 = await startS3(join(fresh.folder, 's3'));
  const config = await writeRcloneConfig(fresh.folder, { sftp: sftp.port, s3: s3.port });
  const settings = { config, bandwidth: null, retries: 1, lowLevelRetries: 1 };
  remotes = [openRclonePlace('sftp:copies', settings), openRclonePlace('s3:copies/agency', settings)];
  ({ context } = await copyFixture(fresh, ['nas']));
  context = { ...context, places: [...context.places, ...remotes] };
  agency = await addTestAgency(fresh.db, 'tambon');
});
afterEach(async () => {
  await sftp.close();
  await s3.close();
  await fresh.close();
});

async function enter(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await enterLetter(fresh, agency, `Subject: ${at}\r\n\r\n${Math.random()}`);
}

async function fetched(place: Place, path: string): Promise<string> {
  const folder = join(fresh.folder, 'fetched');
  await mkdir(folder, { recursive: true });
  const local = join(folder, `${createHash('md5').update(place.name).digest('hex')}-${path.replaceAll('/', '-')}`);
  await place.fetch(path, local);
  return createHash('sha256')
    .update(await readFile(local))
    .digest('hex');
}

test('the same copy lies in all of them, byte for byte', async () => {
  await enter(5);
  expect(await makeCopy(context)).toMatchObject({ outcome: 'made', problem: '' });
  await enter(2);
  expect(await makeCopy(context)).toMatchObject({ outcome: 'made', problem: '', newBlobs: 2 });
  const [folder, ...others] = context.places as [Place, ...Place[]];
  const files = await folder.list('');
  expect(files.filter(file => file.path.startsWith('nights/'))).toHaveLength(2);
  const packs = await fresh.owner<{ name: string; sha256: string }[]>`SELECT name, encode(sha256, 'hex') AS sha256 FROM pack`;
  for (const place of others) {
    expect(await place.list('')).toEqual(files);
    for (const { name, sha256 } of packs) expect(await fetched(place, packPath(name))).toBe(sha256);
  }
});

test('a server that is gone for a night, and back for the next', async () => {
  await enter(3);
  await makeCopy(context);
  await sftp.close();
  await enter(3);
  const without = await makeCopy(context);
  expect(without).toMatchObject({
    outcome: 'made',
    places: [{ outcome: 'sent' }, { outcome: 'failed', failure: { code: 'place-away' } }, { outcome: 'sent' }],
  });
  sftp = await startSftp(join(fresh.folder, 'sftp'), sftp.port);
  const again = await makeCopy(context);
  expect(again).toMatchObject({ outcome: 'made', problem: '', newBlobs: 3 });
  expect((await remotes[0]?.list('nights'))?.length).toBe(2);
  // What the others had already they were not sent again.
  expect((await remotes[1]?.list('nights'))?.length).toBe(3);
  const rows = await fresh.owner`
    SELECT o.sha256, a.place FROM pack_object o JOIN pack p ON p.name = o.pack JOIN pack_at_place a ON a.pack = p.name AND a.state = 'sent'
    WHERE p.holds = 'letters' GROUP BY o.sha256, a.place HAVING count(*) > 1`;
  expect(rows).toHaveLength(0);
});
