/** What lets an agency move in with its numbers lets nobody else give any (I3, I5, I11): attacked here with plain SQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter } from '../test/database/letters.ts';
import type { Transaction } from './db/connect.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { entryHash, genesisHash } from './ledger.ts';
import { newPublicCode } from './number.ts';

let fresh: FreshDatabase;
let living: number;
let empty: number;

beforeAll(async () => {
  fresh = await freshDatabase();
  living = await addTestAgency(fresh.db, 'living');
  empty = await addTestAgency(fresh.db, 'empty');
  await enterLetter(fresh, living, 'a letter');
});
afterAll(() => fresh.close());

const REFUSED = { code: expect.stringMatching(/^(23\w{3}|42501)$/) };

const AT = new Date('2026-11-22T03:00:00.000Z');

/** An entry with a number and a hash of its own. */
async function putEntry(
  tx: Transaction,
  agencyId: number,
  change: Partial<{ number: number; previousHash: Buffer; hash: Buffer }> = {},
): Promise<void> {
  const code = agencyId === empty ? 'empty' : 'living';
  const entry = {
    id: randomUUID(),
    register: 'receive',
    year: 2569,
    number: 1,
    rawSha256: null,
    receivedAt: AT,
    enteredAt: AT,
    envelopeFrom: '',
    fromName: '',
    fromAddress: '',
    previousHash: genesisHash(code, 'receive', 2569),
    ...change,
  };
  await tx`INSERT INTO entry (agency_id, id, register, year, number, received_at, entered_at, public_code, previous_hash, hash)
    VALUES (${agencyId}, ${entry.id}, 'receive', 2569, ${entry.number}, ${AT}, ${AT}, ${newPublicCode()}, ${entry.previousHash}, ${change.hash ?? entryHash(entry)})`;
}

/** As the owner, in a transaction that is taken back. */
async function asOwner(work: (tx: Transaction) => Promise<unknown>): Promise<void> {
  const undo = new Error('undo');
  await fresh.owner
    .begin(async tx => {
      await work(tx);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
}

describe('the application', () => {
  const attack = (work: (tx: Transaction) => Promise<unknown>, agencyId = empty) =>
    expect(inAgency(fresh.db, agencyId, THE_APPLIANCE, work)).rejects.toMatchObject(REFUSED);

  it('neither opens the door nor looks through it', async () => {
    await attack(tx => tx`INSERT INTO moving_in (agency) VALUES (${empty})`);
    await attack(tx => tx`SELECT * FROM moving_in`);
    await attack(tx => tx`UPDATE moving_in SET agency = ${empty}`);
    await attack(tx => tx`DELETE FROM moving_in`);
    await attack(tx => tx`TRUNCATE moving_in`);
    await attack(tx => tx`DROP TABLE moving_in`);
    await attack(tx => tx`CREATE OR REPLACE FUNCTION is_moving_in(agency_id integer) RETURNS boolean LANGUAGE sql AS 'SELECT true'`);
    await attack(tx => tx`ALTER TABLE entry DISABLE TRIGGER entry_number`);
  });

  it('gives no numbers and no hashes, whatever it sets or shadows', async () => {
    await attack(tx => putEntry(tx, empty));
    await attack(async tx => {
      await tx`SELECT set_config('saraban.importing', 'on', true), set_config('saraban.agency', ${String(empty)}, true)`;
      await putEntry(tx, empty);
    });
    // A table of its own under the same name is not the one that is asked.
    await attack(async tx => {
      await tx`CREATE TEMPORARY TABLE moving_in (agency integer) ON COMMIT DROP`;
      await tx`INSERT INTO pg_temp.moving_in VALUES (${empty})`;
      await putEntry(tx, empty);
    });
    await attack(
      tx => tx`INSERT INTO act (agency_id, register, ordinal, kind, actor_name, at, previous_hash, hash)
        VALUES (${empty}, 'office', 1, 'x', 'x', now(), sha256('x'), sha256('x'))`,
    );
  });

  it('is not let through while somebody else moves in', async () => {
    await asOwner(async tx => {
      await tx`INSERT INTO moving_in (agency) VALUES (${empty})`;
      await attack(other => putEntry(other, empty));
      await attack(other => putEntry(other, living), living);
    });
  });

  it('goes on entering the letters of others meanwhile: nothing is locked', async () => {
    await asOwner(async tx => {
      await tx`INSERT INTO moving_in (agency) VALUES (${empty})`;
      await putEntry(tx, empty);
      expect(await enterLetter(fresh, living, `while one moves in ${randomUUID()}`)).toBeTruthy();
    });
  });
});

describe('the owner', () => {
  it('opens the door for an agency without a letter, and for no other', async () => {
    await expect(fresh.owner`INSERT INTO moving_in (agency) VALUES (${living})`).rejects.toMatchObject(REFUSED);
    await expect(fresh.owner`INSERT INTO moving_in (agency) VALUES (0)`).rejects.toMatchObject(REFUSED);
    await expect(fresh.owner`INSERT INTO moving_in (agency) VALUES (99999)`).rejects.toMatchObject(REFUSED);
    await asOwner(async tx => {
      await tx`INSERT INTO moving_in (agency) VALUES (${empty})`;
      await expect(tx.savepoint(inner => inner`UPDATE moving_in SET agency = ${living}`)).rejects.toMatchObject(REFUSED);
      await expect(tx.savepoint(inner => putEntry(inner, living))).rejects.toMatchObject(REFUSED);
    });
  });

  it('cannot leave it open', async () => {
    await expect(fresh.owner.begin(tx => tx`INSERT INTO moving_in (agency) VALUES (${empty})`)).rejects.toMatchObject(REFUSED);
    expect(await fresh.owner`SELECT FROM moving_in`).toHaveLength(0);
  });

  it('brings in only what is linked and covers what it says', async () => {
    await asOwner(async tx => {
      await tx`INSERT INTO moving_in (agency) VALUES (${empty})`;
      const refused = (change: Parameters<typeof putEntry>[2]) =>
        expect(tx.savepoint(inner => putEntry(inner, empty, change))).rejects.toMatchObject(REFUSED);
      await refused({ hash: Buffer.alloc(32, 7) });
      await refused({ previousHash: Buffer.alloc(32, 7) });
      await refused({ previousHash: genesisHash('living', 'receive', 2569) });
      await refused({ number: 2 });
      await putEntry(tx, empty);
      await refused({ number: 1 });
      await expect(
        tx.savepoint(
          inner => inner`INSERT INTO act (agency_id, register, ordinal, kind, actor_name, at, previous_hash, hash)
            VALUES (${empty}, 'office', 1, 'x', 'x', now(), ${genesisHash('empty', 'act:office', 0)}, sha256('x'))`,
        ),
      ).rejects.toMatchObject(REFUSED);
    });
  });

  it('changes and deletes nothing through it', async () => {
    await asOwner(async tx => {
      await tx`INSERT INTO moving_in (agency) VALUES (${empty})`;
      await putEntry(tx, empty);
      for (const statement of [
        'UPDATE entry SET number = 7',
        "UPDATE entry SET from_name = 'x'",
        'DELETE FROM entry',
        'TRUNCATE entry CASCADE',
        'TRUNCATE act CASCADE',
      ])
        expect([statement, await tx.savepoint(inner => inner.unsafe(statement)).catch((error: { code: string }) => error.code)]).toEqual([
          statement,
          '23001',
        ]);
    });
  });
});
