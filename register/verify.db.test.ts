/** verify must name every damage. Each test breaks a register of its own on purpose, past the triggers, as somebody with the database's password could. */
import { appendFile, open, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../test/database/letters.ts';
import { confirmEntry } from './act/confirm.ts';
import { routeEntry } from './act/route.ts';
import { signedIn } from './act/sign-in.ts';
import { confirmRoute } from './act/unit-route.ts';
import { type Fault, verify } from './verify.ts';

let fresh: FreshDatabase;
let ids: string[];

beforeEach(async () => {
  fresh = await freshDatabase();
  const agency = await addTestAgency(fresh.db, 'tambon');
  const context = testContext(fresh);
  const saraban = testOfficer(agency, 'saraban');
  const unitId = await addTestUnit(fresh.db, agency, 'finance');
  ids = [];
  for (const text of ['one', 'two', 'three', 'four']) ids.push(await enterLetter(fresh, agency, text));
  for (const entryId of ids) {
    await confirmEntry(context, saraban, { entryId });
    const routed = await routeEntry(context, saraban, { entryId, recipients: [{ unitId, purpose: 'action' }] });
    if (routed.outcome === 'done') await confirmRoute(context, saraban, { routeId: routed.routeIds[0] as string });
  }
  await signedIn(context, testOfficer(0, 'provider'));
});
afterEach(() => fresh.close(false));

async function faults(readBlobs = true): Promise<Fault[]> {
  return (await verify({ db: fresh.owner, store: fresh.store, readBlobs })).faults;
}

/** Past triggers and foreign keys. */
async function damage(statement: string): Promise<void> {
  await fresh.owner.begin(async tx => {
    await tx`SET LOCAL session_replication_role = 'replica'`;
    const done = await tx.unsafe(statement);
    if (done.count === 0) throw new Error(`nothing was damaged by ${statement}`);
  });
}

async function blobOf(entryId: string | undefined): Promise<string> {
  const [row] = await fresh.owner<
    { sha256: string }[]
  >`SELECT encode(raw_sha256, 'hex') AS sha256 FROM entry WHERE id = ${entryId as string}`;
  return row?.sha256 ?? '';
}

it('finds nothing in a whole register, and says what it looked at', async () => {
  expect(await verify({ db: fresh.owner, store: fresh.store })).toMatchObject({
    agencies: 1,
    entries: 4,
    acts: 13,
    blobs: 4,
    bytes: 15,
    faults: [],
  });
});

describe('bytes (I4)', () => {
  it('a flipped byte', async () => {
    const sha256 = await blobOf(ids[1]);
    const file = await open(fresh.store.pathOf(sha256), 'r+');
    await file.write(Buffer.from('X'), 0, 1, 0);
    await file.close();
    expect(await faults()).toEqual([{ invariant: 'I4', object: `blob ${sha256}`, problem: 'its bytes were changed' }]);
    expect(await faults(false)).toEqual([]);
  });

  it('a file with bytes added', async () => {
    const sha256 = await blobOf(ids[1]);
    await appendFile(fresh.store.pathOf(sha256), '!');
    expect(await faults(false)).toEqual([{ invariant: 'I4', object: `blob ${sha256}`, problem: 'its file has 4 bytes, not 3' }]);
  });

  it('a deleted file', async () => {
    const sha256 = await blobOf(ids[0]);
    await rm(fresh.store.pathOf(sha256));
    expect(await faults()).toEqual([{ invariant: 'I4', object: `blob ${sha256}`, problem: 'its file is missing' }]);
  });

  it('a blob’s row taken away', async () => {
    await damage(`DELETE FROM blob WHERE sha256 = decode('${await blobOf(ids[2])}', 'hex')`);
    expect(await faults()).toMatchObject([
      { invariant: 'I4', object: expect.stringMatching(/^message /), problem: 'its blob is not recorded' },
    ]);
  });

  it('other bytes put under a message', async () => {
    await damage(
      `UPDATE message SET sha256 = decode('${await blobOf(ids[0])}', 'hex'), size = 3, envelope_sha256 = sha256('x') WHERE entry_id = '${ids[1]}'`,
    );
    expect(await faults()).toEqual(
      expect.arrayContaining([
        {
          invariant: 'I4',
          object: 'entry tambon receive 2/2569',
          problem: 'the hash of the raw bytes in the entry is not that of its message',
        },
      ]),
    );
  });
});

describe('the classified register has numbers and a chain of its own (I3, I11)', () => {
  let classified: string[];

  beforeEach(async () => {
    const [agency] = await fresh.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'tambon'`;
    classified = [];
    for (const text of ['ก', 'ข', 'ค']) classified.push(await enterLetter(fresh, agency?.id ?? 0, text, { secrecy: 'secret' }));
    const officer = testOfficer(agency?.id ?? 0, 'saraban', { appointed: true });
    for (const entryId of classified) await confirmEntry(testContext(fresh), officer, { entryId });
  });

  it('and is whole', async () => {
    expect(await verify({ db: fresh.owner, store: fresh.store })).toMatchObject({ entries: 7, acts: 16, faults: [] });
    const acts = await fresh.owner`SELECT ordinal FROM act WHERE register = 'receive-classified' ORDER BY ordinal`;
    expect(acts.map(act => act.ordinal)).toEqual([1, 2, 3]);
  });

  it('a row removed from it', async () => {
    await damage(`DELETE FROM entry WHERE id = '${classified[1]}'`);
    expect(await faults()).toEqual(
      expect.arrayContaining([
        { invariant: 'I3', object: 'entry tambon receive-classified 3/2569', problem: '1 before it missing (after 1)' },
        { invariant: 'I11', object: 'entry tambon receive-classified 3/2569', problem: 'is not linked to the one before it' },
      ]),
    );
  });

  it('a row altered in it, and one moved out of it', async () => {
    await damage(`UPDATE entry SET from_name = 'somebody else' WHERE id = '${classified[0]}'`);
    await damage(`UPDATE entry SET register = 'receive', number = 5 WHERE id = '${classified[2]}'`);
    expect(await faults()).toEqual(
      expect.arrayContaining([
        {
          invariant: 'I11',
          object: 'entry tambon receive-classified 1/2569',
          problem: 'was altered: its hash does not cover what it says',
        },
        { invariant: 'I11', object: 'entry tambon receive 5/2569', problem: 'is not linked to the one before it' },
        { invariant: 'I3', object: 'series tambon receive-classified 2569', problem: 'ends at 2, but 3 were given' },
      ]),
    );
  });

  it('its acts cut off at the end', async () => {
    await damage(`DELETE FROM act WHERE register = 'receive-classified' AND ordinal = 3`);
    expect(await faults()).toEqual([
      { invariant: 'I3', object: 'series tambon act:receive-classified 0', problem: 'ends at 2, but 3 were given' },
    ]);
  });
});

describe('numbers and the chain (I3, I11)', () => {
  it('a row removed in the middle', async () => {
    await damage(`DELETE FROM entry WHERE id = '${ids[1]}'`);
    expect(await faults()).toEqual(
      expect.arrayContaining([
        { invariant: 'I3', object: 'entry tambon receive 3/2569', problem: '1 before it missing (after 1)' },
        { invariant: 'I11', object: 'entry tambon receive 3/2569', problem: 'is not linked to the one before it' },
        expect.objectContaining({ invariant: 'I2', problem: 'says it is entered, but has no entry' }),
      ]),
    );
  });

  it('a row removed at the end, with its message', async () => {
    await damage(`DELETE FROM message WHERE entry_id = '${ids[3]}'`);
    await damage(`DELETE FROM entry WHERE id = '${ids[3]}'`);
    expect(await faults()).toEqual(
      expect.arrayContaining([{ invariant: 'I3', object: 'series tambon receive 2569', problem: 'ends at 3, but 4 were given' }]),
    );
  });

  it('and the series set back to hide it: the acts still tell', async () => {
    await damage(`DELETE FROM entry WHERE id = '${ids[3]}'`);
    await damage(`DELETE FROM message WHERE entry_id = '${ids[3]}'`);
    await damage(`UPDATE series SET last_number = 3, head_hash = (SELECT hash FROM entry WHERE id = '${ids[2]}') WHERE series = 'receive'`);
    expect(await faults()).toEqual([{ invariant: 'I5', object: `entry ${ids[3]}`, problem: 'is gone, though an act names it' }]);
  });

  it('an altered number', async () => {
    await damage(`UPDATE entry SET number = 9 WHERE id = '${ids[3]}'`);
    expect((await faults()).map(fault => [fault.invariant, fault.object])).toEqual([
      ['I3', 'entry tambon receive 9/2569'],
      ['I11', 'entry tambon receive 9/2569'],
      ['I3', 'series tambon receive 2569'],
    ]);
  });

  it('two numbers exchanged', async () => {
    await damage(`UPDATE entry SET number = CASE number WHEN 2 THEN 1002 ELSE 1003 END WHERE number IN (2, 3)`);
    await damage(`UPDATE entry SET number = CASE number WHEN 1002 THEN 3 ELSE 2 END WHERE number > 1000`);
    expect((await faults()).filter(fault => fault.problem.startsWith('was altered')).map(fault => fault.object)).toEqual([
      'entry tambon receive 2/2569',
      'entry tambon receive 3/2569',
    ]);
  });

  it.each([["from_address = 'other@sender.example'"], ["received_at = received_at - interval '1 day'"], ["raw_sha256 = sha256('x')"]])(
    'an altered fact of entering: %s',
    async change => {
      await damage(`UPDATE entry SET ${change} WHERE id = '${ids[2]}'`);
      expect(await faults()).toEqual(
        expect.arrayContaining([
          { invariant: 'I11', object: 'entry tambon receive 3/2569', problem: 'was altered: its hash does not cover what it says' },
        ]),
      );
    },
  );

  it('an altered entry with its own hash made new: the next one is not linked to it', async () => {
    await damage(`UPDATE entry SET from_name = 'other' WHERE id = '${ids[1]}'`);
    await damage(`UPDATE entry SET hash = entry_hash(entry) WHERE id = '${ids[1]}'`);
    expect(await faults()).toEqual([
      { invariant: 'I11', object: 'entry tambon receive 3/2569', problem: 'is not linked to the one before it' },
    ]);
  });

  it('a series’ row taken away', async () => {
    await damage(`DELETE FROM series WHERE series = 'receive'`);
    expect(await faults()).toMatchObject([{ invariant: 'I3', problem: 'its row is missing' }]);
  });
});

describe('acts and what hangs on the letters', () => {
  it('an act removed, altered, or cut off at the end', async () => {
    await damage(`DELETE FROM act WHERE register = 'receive' AND ordinal = 2`);
    expect((await faults()).map(fault => fault.object)).toContain('act tambon receive 3');
    await damage(`UPDATE act SET actor_name = 'somebody else' WHERE register = 'receive' AND ordinal = 5`);
    expect((await faults()).map(fault => fault.object)).toContain('act tambon receive 5');
    await damage(`DELETE FROM act WHERE register = 'receive' AND ordinal = 12`);
    expect((await faults()).map(fault => fault.object)).toContain('series tambon act:receive 0');
  });

  it('an act of the provider altered', async () => {
    await damage(`UPDATE act SET actor_name = 'somebody else' WHERE agency_id = 0`);
    expect(await faults()).toEqual([
      { invariant: 'I11', object: 'act provider office 1', problem: 'was altered: its hash does not cover what it says' },
    ]);
  });

  it('a message removed', async () => {
    await damage(`DELETE FROM message WHERE entry_id = '${ids[0]}'`);
    expect(await faults()).toEqual([{ invariant: 'I5', object: `entry ${ids[0]}`, problem: 'its message is missing' }]);
  });

  it('a fact altered past its history', async () => {
    await fresh.owner`UPDATE entry SET subject = 'amended', letter_date = '2026-11-01' WHERE id = ${ids[0] as string}`;
    expect(await faults()).toEqual([]);
    await damage(`UPDATE entry SET subject = 'forged', letter_date = NULL WHERE id = '${ids[0]}'`);
    expect((await faults()).map(fault => fault.problem).sort()).toEqual([
      'its letterDate was altered past its history',
      'its subject was altered past its history',
    ]);
  });

  it('a unit’s number removed, in the middle or at the end', async () => {
    await damage(`DELETE FROM route WHERE unit_number = 4`);
    expect(await faults()).toMatchObject([
      { invariant: 'I3', object: expect.stringMatching(/^unit register /), problem: '3 numbers, the last is 4' },
    ]);
    await damage(`DELETE FROM route WHERE unit_number = 2`);
    expect(await faults()).toMatchObject([{ invariant: 'I3', problem: '2 numbers, the last is 4' }]);
  });

  it('the same bytes twice under one envelope', async () => {
    await fresh.owner`DROP INDEX message_once`;
    const same = 'agency_id, sha256, size, envelope_from, envelope_to, envelope_sha256, peer, received_at';
    await damage(
      `INSERT INTO message (${same}, id, disposition) SELECT ${same}, gen_random_uuid(), 'notice' FROM message WHERE entry_id = '${ids[0]}'`,
    );
    expect(await faults()).toMatchObject([{ invariant: 'I2', problem: 'the same bytes under the same envelope stand twice' }]);
  });

  it('a letter acknowledged twice', async () => {
    await fresh.owner`ALTER TABLE mail DISABLE TRIGGER ALL`;
    const columns = 'agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, state, queued_at';
    for (const n of [1, 2]) {
      await damage(
        `INSERT INTO mail (${columns}) SELECT agency_id, gen_random_uuid(), 'acknowledgement', id, '', 'a@b', '<${n}>', '${n}', raw_sha256, 3, 'sent', now() FROM entry WHERE id = '${ids[0]}'`,
      );
    }
    expect(await faults()).toEqual([{ invariant: 'I6', object: `entry ${ids[0]}`, problem: 'acknowledged more than once' }]);
  });
});
