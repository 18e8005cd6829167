import { afterAll, beforeAll, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { TEST_TIME } from '../../test/database/letters.ts';
import { inAgency, THE_APPLIANCE } from '../db/transaction.ts';
import { knownKeys, retireKey, signingKey } from './keys.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from './secret-box.ts';
import { checkSignature, signFile, thingOf } from './signature.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agencyId: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(secretsKeyFile(fresh.folder));
  agencyId = await addTestAgency(fresh.db, 'tambon');
});
afterAll(() => fresh.close());

const keyOf = (of: number) => inAgency(fresh.db, of, THE_APPLIANCE, tx => signingKey(tx, of, box, TEST_TIME));

it('makes one key for an agency, however many ask at once; the appliance has its own', async () => {
  const keys = await Promise.all(Array.from({ length: 6 }, () => keyOf(agencyId)));
  expect(new Set(keys.map(key => key.fingerprint)).size).toBe(1);
  expect((await keyOf(0)).fingerprint).not.toBe(keys[0]?.fingerprint);
});

it('keeps no private key that could be read without the box', async () => {
  await keyOf(agencyId);
  const [row] = await fresh.owner<{ sealed: Buffer }[]>`SELECT sealed_private_key AS sealed FROM agency_key WHERE agency_id = ${agencyId}`;
  // The start of every PKCS #8 file of a key on P-256 holds the curve's name.
  expect(box.open(row?.sealed ?? Buffer.alloc(0)).includes(Buffer.from('2a8648ce3d030107', 'hex'))).toBe(true);
  expect(row?.sealed.includes(Buffer.from('2a8648ce3d030107', 'hex'))).toBe(false);
});

it('another key file does not open it', async () => {
  await keyOf(agencyId);
  const other = await openSecretBox(`${fresh.folder}/other/secrets.key`);
  await expect(inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => signingKey(tx, agencyId, other, TEST_TIME))).rejects.toMatchObject({
    code: 'secrets-key-wrong',
  });
});

it('a retired key gives way to a new one, and what it signed is still checked', async () => {
  const thing = { agencyCode: 'tambon', ...thingOf('seal.json', Buffer.from('{}')) };
  const old = await keyOf(agencyId);
  const signed = signFile(old, thing, TEST_TIME);
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => retireKey(tx, agencyId, TEST_TIME));
  const young = await keyOf(agencyId);
  expect(young.fingerprint).not.toBe(old.fingerprint);
  const known = await inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => knownKeys(tx, agencyId));
  expect(known.map(key => key.fingerprint).sort()).toEqual([old.fingerprint, young.fingerprint].sort());
  expect(
    checkSignature(
      signed,
      thing,
      known.map(key => key.fingerprint),
    ),
  ).toMatchObject({ outcome: 'holds' });
});

it('an agency sees no other’s key', async () => {
  await keyOf(0);
  const seen = await inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => knownKeys(tx, 0));
  expect(seen).toEqual([]);
});
