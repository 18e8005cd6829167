/** A letter found classified after its day was closed: the evidence of its neighbours must not tell of it (I10). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../../test/database/letters.ts';
import { amendEntry } from '../act/amend.ts';
import { closeDueDays } from '../close-day.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from '../seal/secret-box.ts';
import { evidencePack } from './evidence.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agencyId: number;
let neighbour: string;
const now = new Date('2026-11-23T03:00:00.000Z');

beforeAll(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(secretsKeyFile(fresh.folder));
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await fresh.owner`UPDATE agency SET created_at = '2026-11-22T01:00:00Z' WHERE id = ${agencyId}`;
  neighbour = await enterLetter(fresh, agencyId, 'one', { receivedAt: new Date('2026-11-22T03:00:00Z') });
  const other = await enterLetter(fresh, agencyId, 'two', { receivedAt: new Date('2026-11-22T04:00:00Z'), subject: 'แผนอพยพ' });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const context = {
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    box,
    now: () => now,
    printer: null,
    sheet: null,
    timestamp: null,
    log,
  };
  expect(await closeDueDays(context, agencyId)).toHaveLength(1);
  expect((await pack(false)).includes('แผนอพยพ')).toBe(true);
  const officer = testOfficer(agencyId, 'saraban', { appointed: true });
  await amendEntry(
    testContext(fresh, () => now),
    officer,
    { entryId: other, facts: { secrecy: 'secret' } },
  );
});
afterAll(() => fresh.close());

/** The pack's files lie in it as they are, so what it tells can be looked for in its bytes. */
async function pack(appointed: boolean): Promise<string> {
  const context = { db: fresh.db, store: fresh.store, now: () => now, box };
  const outcome = await evidencePack(context, testOfficer(agencyId, 'auditor', { appointed }), { entryId: neighbour });
  if (outcome.outcome !== 'done') throw new Error(outcome.outcome);
  const parts: Buffer[] = [];
  for await (const part of outcome.bytes) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

it('who is not appointed gets the seal and no register of the day; an appointed person all of it', async () => {
  const seen = await pack(false);
  expect([seen.includes('แผนอพยพ'), seen.includes('closed-day/seal.json'), seen.includes('closed-day/day.json')]).toEqual([
    false,
    true,
    false,
  ]);
  expect((await pack(true)).includes('แผนอพยพ')).toBe(true);
});
