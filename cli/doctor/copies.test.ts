import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newIdentity } from '../../backup/age.ts';
import { noteSheet } from '../../backup/escrow.ts';
import { openCopyKeys } from '../../backup/keys.ts';
import type { BackupSettings } from '../../config/backup-settings.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { ageCheck, checkCopies } from './copies.ts';

let folder: string;
const now = new Date('2026-11-22T10:00:00Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function settingsWith(name: string, backup: Partial<BackupSettings>): Promise<Settings> {
  const loaded = loadSettings({}, null, folder);
  if (loaded.outcome === 'faults') throw new Error(loaded.faults.join());
  const data = join(folder, name);
  await mkdir(data, { recursive: true });
  return { ...loaded.settings, data, backup: { ...loaded.settings.backup, ...backup } };
}

test('no place is a warning that says what would be lost', async () => {
  expect(await checkCopies(await settingsWith('none', {}), now)).toEqual([
    expect.objectContaining({ state: 'warning', en: expect.stringContaining('every letter would be lost'), remedy: expect.anything() }),
  ]);
});

test('a folder on the same disk answers, and is no other place; one that cannot be there is a fault', async () => {
  const nas = join(folder, 'nas');
  await mkdir(nas);
  const settings = await settingsWith('same', {
    places: [
      { kind: 'folder', path: nas },
      { kind: 'folder', path: '/proc/nowhere/at/all' },
    ],
  });
  const [same, away, ...rest] = await checkCopies(settings, now);
  expect(same).toMatchObject({ state: 'warning', en: expect.stringContaining('free') });
  expect(away?.state).toBe('fault');
  expect(rest.map(check => check.name)).toEqual(['Copy key']);
  const alone = await checkCopies(await settingsWith('alone', { places: [{ kind: 'folder', path: nas }] }), now);
  expect(alone.map(check => check.en)).toContain('no copy is kept in another place than this machine');
});

test('the key: to be made, on this machine alone, on a sheet, in a file, elsewhere, unreadable', async () => {
  const places = [{ kind: 'folder' as const, path: join(folder, 'nas2') }];
  const keyOf = async (settings: Settings) => (await checkCopies(settings, now)).find(check => check.name === 'Copy key');
  const own = await settingsWith('own', { places });
  expect(await keyOf(own)).toMatchObject({ state: 'warning', en: expect.stringContaining('first copy') });
  const { recipients } = await openCopyKeys({ data: own.data, backup: own.backup });
  expect(await keyOf(own)).toMatchObject({
    state: 'warning',
    en: expect.stringContaining('this machine alone'),
    remedy: expect.anything(),
  });
  await noteSheet(own.data, recipients[0] ?? '', now);
  expect(await keyOf(own)).toMatchObject({ state: 'good', en: expect.stringContaining('2026-11-22') });
  // A sheet of another key is none of this one.
  await noteSheet(own.data, 'age1other', now);
  expect((await keyOf(own))?.state).toBe('warning');
  const file = join(folder, 'night.agekey');
  await writeFile(file, `${await newIdentity()}\n`);
  expect(await keyOf(await settingsWith('file', { places, identity: file }))).toMatchObject({
    state: 'good',
    en: expect.stringContaining(file),
  });
  expect(await keyOf(await settingsWith('held', { places, recipients }))).toMatchObject({
    state: 'good',
    en: expect.stringContaining('elsewhere'),
  });
  expect(await keyOf(await settingsWith('gone', { places, identity: join(folder, 'gone') }))).toMatchObject({ state: 'fault' });
});

test('age of the newest proven copy', () => {
  const at = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  expect(ageCheck({ cutAt: at(3), firstAt: at(99) }, now, 26)).toMatchObject({ state: 'good', en: expect.stringContaining('3 hours') });
  expect(ageCheck({ cutAt: at(27), firstAt: at(99) }, now, 26).state).toBe('fault');
  expect(ageCheck({ cutAt: null, firstAt: null }, now, 26).state).toBe('warning');
});
