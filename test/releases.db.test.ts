/** A copy of every release is restored and migrated by this program: whoever updates from any of them finds the register whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { cp, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identitiesOf } from '../backup/age.ts';
import { openFolderPlace } from '../backup/place/folder.ts';
import { testScratch } from '../backup/prove/proof-fixture.ts';
import { type RehearsalInput, rehearse } from '../backup/prove/rehearse.ts';
import { chooseCopy } from '../backup/restore/choose.ts';
import { prepareDatabase } from '../register/prepare-database.ts';
import { openFolderStore } from '../register/store/folder.ts';
import { type FreshDatabase, freshDatabase } from './database/fresh.ts';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));
const releases = readdirSync(FIXTURES).filter(name => name.startsWith('release-'));
let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.close());

async function tried(folder: string, release: string, change: Partial<RehearsalInput> = {}) {
  const place = openFolderPlace(folder, { data: fresh.folder, bandwidth: null });
  const chosen = await chooseCopy(place, {});
  if (chosen.outcome !== 'chosen') throw new Error(chosen.outcome);
  const scratch = await testScratch(fresh);
  try {
    const identities = identitiesOf(readFileSync(join(FIXTURES, release, 'identity.txt'), 'utf8'));
    const input = {
      place,
      identities,
      night: chosen.night,
      scratch,
      store: null,
      openStore: openFolderStore,
      prepare: prepareDatabase,
      letters: 5,
    };
    return await rehearse({ ...input, ...change });
  } finally {
    await scratch.close();
  }
}

it('there is one of this release line', () => {
  expect(releases).toContain('release-0.1.0');
});

describe.each(releases)('%s', release => {
  const copy = join(FIXTURES, release, 'copy');

  it('is restored, migrated, verified to the last byte and shown', async () => {
    const rehearsal = await tried(copy, release);
    expect(rehearsal.faults).toEqual([]);
    expect(rehearsal.madeBy).toBe(release.slice('release-'.length));
    expect(rehearsal.entries).toBeGreaterThanOrEqual(3);
    expect(rehearsal.opened).toBe(rehearsal.entries);
  });

  it('is no go when a pack was cut short, a letter is missing, or a migration fails', async () => {
    const damaged = join(fresh.folder, `damaged-${release}`);
    await cp(copy, damaged, { recursive: true });
    for (const file of await readdir(join(damaged, 'packs'), { recursive: true }))
      if (file.endsWith('.tar.gz.age'))
        await truncate(join(damaged, 'packs', file), (await readFile(join(damaged, 'packs', file))).length - 20);
    const cut = await tried(damaged, release);
    expect(cut.faults.join('\n')).toMatch(/packs\//);

    const emptyStore = await openFolderStore(join(fresh.folder, `empty-${release}`));
    expect((await tried(copy, release, { store: emptyStore })).faults.length).toBeGreaterThan(3);

    const refuses = async () => {
      throw new Error('column does not exist');
    };
    await expect(tried(copy, release, { prepare: refuses })).rejects.toThrow('column does not exist');
  });
});
