/** The open volume of a year tells nothing of a letter that was found classified after its day was closed (I10). */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { closeDueDays } from '../../register/close-day.ts';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../../test/database/letters.ts';
import { makeVolume } from './make-volume.ts';

let fresh: FreshDatabase;
let folder: string;
let agencyId: number;
const now = () => new Date('2027-01-05T03:00:00.000Z');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-volume-'));
  fresh = await freshDatabase();
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await fresh.owner`UPDATE agency SET created_at = '2026-12-29T01:00:00Z' WHERE id = ${agencyId}`;
  const id = await enterLetter(fresh, agencyId, 'two', { receivedAt: new Date('2026-12-30T03:00:00Z'), subject: 'แผนอพยพ' });
  const box = await openSecretBox(secretsKeyFile(fresh.folder));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  await closeDueDays(
    { db: fresh.db, jobs: fresh.jobs, store: fresh.store, box, now, printer: null, sheet: null, timestamp: null, log },
    agencyId,
  );
  await volume('before.tar');
  const officer = testOfficer(agencyId, 'saraban', { appointed: true });
  await amendEntry(testContext(fresh, now), officer, { entryId: id, facts: { secrecy: 'secret' } });
});
afterAll(async () => {
  await fresh.close();
  await rm(folder, { recursive: true, force: true });
});

async function volume(name: string): Promise<string> {
  const context = { db: fresh.owner, store: fresh.store, printer: null, work: join(folder, 'work'), now, version: 'test' };
  await makeVolume(context, { code: 'tambon', year: 2569, classified: false, soFar: false }, join(folder, name));
  return await readFile(join(folder, name), 'utf8');
}

it('told of it before, and tells nothing now but the seal of the day', async () => {
  expect(await readFile(join(folder, 'before.tar'), 'utf8')).toContain('แผนอพยพ');
  const after = await volume('after.tar');
  expect([after.includes('แผนอพยพ'), after.includes('days/2026-12-30/seal.json'), after.includes('days/2026-12-30/day.json')]).toEqual([
    false,
    true,
    false,
  ]);
  expect(after).toContain('days/2026-12-31/day.json');
});
