/** Leaving for good: suspended first, gone only when nothing was entered since the export. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { THE_APPLIANCE } from '../../register/db/transaction.ts';
import { openSecretBox } from '../../register/seal/secret-box.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME } from '../../test/database/letters.ts';
import type { AgencyExportContext } from './export.ts';
import { leave } from './leave.ts';

let fresh: FreshDatabase;
let folder: string;
let agencyId: number;
let context: AgencyExportContext;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-leave-'));
  fresh = await freshDatabase();
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await enterLetter(fresh, agencyId, 'a letter');
  const box = await openSecretBox(join(folder, 'secrets.key'));
  context = { db: fresh.owner, store: fresh.store, box, work: join(folder, 'work'), now: () => TEST_TIME, version: 'test' };
});
afterEach(async () => {
  await fresh.close();
  await rm(folder, { recursive: true, force: true });
});

const state = async () => (await fresh.owner<{ state: string }[]>`SELECT state FROM agency WHERE id = ${agencyId}`)[0]?.state;

describe('leave', () => {
  it('exports, and then the agency is gone, with an act that names the export', async () => {
    const exported = await leave(context, { code: 'tambon', recipients: null }, join(folder, 'x.tar'), THE_APPLIANCE);
    expect(await state()).toBe('left');
    const acts = await fresh.owner<{ detail: object }[]>`SELECT detail FROM act WHERE agency_id = ${agencyId} AND kind = 'agency-changed'`;
    expect(acts.map(act => act.detail)).toEqual([
      { state: 'left', exportManifestSha256: exported.manifestSha256, keyFingerprint: exported.fingerprint },
    ]);
  });

  it('is suspended while it is exported; a letter that slips in keeps it from being gone', async () => {
    const seen: (string | undefined)[] = [];
    // The store is asked after the snapshot was taken: what is entered now is not in the export.
    const slipping = async (sha256: string): Promise<number | null> => {
      if (seen.length === 0) {
        seen.push(await state());
        await enterLetter(fresh, agencyId, 'it was on its way');
      }
      return await fresh.store.size(sha256);
    };
    const leaving = leave(
      { ...context, store: { ...fresh.store, size: slipping } },
      { code: 'tambon', recipients: null },
      join(folder, 'x.tar'),
      THE_APPLIANCE,
    );
    await expect(leaving).rejects.toMatchObject({ code: 'agency-went-on' });
    expect([seen, await state()]).toEqual([['suspended'], 'suspended']);
    await leave(context, { code: 'tambon', recipients: null }, join(folder, 'y.tar'), THE_APPLIANCE);
    expect(await state()).toBe('left');
  });

  it('an export that fails leaves everything as it was', async () => {
    await rm(fresh.store.pathOf((await fresh.owner<{ h: string }[]>`SELECT encode(sha256, 'hex') AS h FROM blob`)[0]?.h ?? ''));
    const file = join(folder, 'x.tar');
    await expect(leave(context, { code: 'tambon', recipients: null }, file, THE_APPLIANCE)).rejects.toMatchObject({ code: 'blob-damaged' });
    expect(await state()).toBe('active');
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await fresh.store.put(Buffer.from('a letter'));
  });
});
