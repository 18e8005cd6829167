/** A register that was closed cannot be rewritten unseen: each test does what somebody with the database's password, and more than the password, could do. */
import { appendFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../test/database/letters.ts';
import { confirmEntry } from './act/confirm.ts';
import type { CloseContext } from './close/context.ts';
import { closeDueDays } from './close-day.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from './seal/secret-box.ts';
import { timestampDay } from './seal/timestamp-day.ts';
import { startTestAuthority, type TestAuthority } from './seal/timestamp-fixtures.ts';
import { verify } from './verify.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agencyId: number;
let now: Date;

beforeEach(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(secretsKeyFile(fresh.folder));
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await fresh.owner`UPDATE agency SET created_at = '2026-11-22T01:00:00Z' WHERE id = ${agencyId}`;
  for (const [text, at] of [
    ['one', '2026-11-22T02:00:00.000Z'],
    ['two', '2026-11-22T03:00:00.000Z'],
    ['three', '2026-11-22T04:00:00.000Z'],
    ['four', '2026-11-23T02:00:00.000Z'],
  ] as const) {
    const entryId = await enterLetter(fresh, agencyId, text, { receivedAt: new Date(at) });
    await confirmEntry(
      testContext(fresh, () => new Date(at)),
      testOfficer(agencyId, 'saraban'),
      { entryId },
    );
  }
  await enterLetter(fresh, agencyId, 'secret', { receivedAt: new Date('2026-11-23T02:00:00.000Z'), secrecy: 'secret' });
  await closeAt('2026-11-23T17:00:01.000Z');
});
afterEach(() => fresh.close(false));

async function closeAt(iso: string, change: Partial<CloseContext> = {}): Promise<void> {
  now = new Date(iso);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const { db, jobs, store } = fresh;
  await closeDueDays({ db, jobs, store, box, now: () => now, printer: null, sheet: null, timestamp: null, log, ...change }, agencyId);
}

const faults = async () => (await verify({ db: fresh.owner, store: fresh.store })).faults;
const i11 = async () => (await faults()).filter(fault => fault.invariant === 'I11').map(fault => `${fault.object}: ${fault.problem}`);

async function damage(...statements: string[]): Promise<void> {
  await fresh.owner.begin(async tx => {
    await tx`SET LOCAL session_replication_role = 'replica'`;
    for (const statement of statements) {
      const done = await tx.unsafe(statement);
      if (done.count === 0) throw new Error(`nothing was damaged by ${statement}`);
    }
  });
}

it('whole days hold', async () => {
  expect(await faults()).toEqual([]);
});

describe('an entry rewritten, and its whole chain made anew', () => {
  const rewrite = async (number: number) => {
    const done = fresh.owner.begin(async tx => {
      await tx`SET LOCAL session_replication_role = 'replica'`;
      await tx`UPDATE entry SET from_address = 'forged@evil.example', from_name = 'ผู้ปลอม' WHERE agency_id = ${agencyId} AND register = 'receive' AND number = ${number}`;
      await tx.unsafe(`DO $$ DECLARE e entry; head bytea := genesis_hash('tambon', 'receive', 2569); BEGIN
        FOR e IN SELECT * FROM entry WHERE agency_id = ${agencyId} AND register = 'receive' AND year = 2569 ORDER BY number LOOP
          e.previous_hash := head; head := entry_hash(e);
          UPDATE entry SET previous_hash = e.previous_hash, hash = head WHERE agency_id = e.agency_id AND id = e.id;
        END LOOP;
        UPDATE series SET head_hash = head WHERE agency_id = ${agencyId} AND series = 'receive' AND year = 2569;
      END $$`);
    });
    await done;
  };

  it('is found by the closed day, which names the entry', async () => {
    await rewrite(2);
    expect(await i11()).toEqual([
      'entry tambon receive 2/2569: is another than the one that was closed on 2026-11-22',
      'entry tambon receive 4/2569: is another than the one that was closed on 2026-11-23',
    ]);
  });

  it('after the days were closed only: what no day holds yet has its chain alone', async () => {
    await enterLetter(fresh, agencyId, 'five', { receivedAt: new Date('2026-11-24T02:00:00.000Z') });
    await rewrite(5);
    expect(await faults()).toEqual([]);
  });

  it('and the heads of the closed books with it: the seal does not say so', async () => {
    await rewrite(2);
    await damage(
      `UPDATE closed_book b SET head_hash = e.hash FROM entry e
       WHERE b.register = 'receive' AND e.agency_id = b.agency_id AND e.register = b.register AND e.year = b.year AND e.number = b.last_number`,
    );
    expect(await i11()).toEqual([
      'day tambon 2026-11-22: its books are not those of its seal',
      'day tambon 2026-11-23: its books are not those of its seal',
    ]);
  });

  it('and the seal too: nobody but the agency signs it, and the next day names the old one', async () => {
    await rewrite(2);
    const [day] = await fresh.owner<
      { seal: string }[]
    >`SELECT encode(seal_sha256, 'hex') AS seal FROM closed_day WHERE agency_id = ${agencyId} AND ordinal = 1`;
    const [entry] = await fresh.owner<
      { hash: string }[]
    >`SELECT encode(hash, 'hex') AS hash FROM entry WHERE agency_id = ${agencyId} AND register = 'receive' AND number = 3`;
    const seal = JSON.parse((await fresh.store.read(day?.seal ?? '')).toString());
    seal.books[0].head = entry?.hash;
    const { sha256, size } = await fresh.store.put(Buffer.from(JSON.stringify(seal)));
    await damage(
      `INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, decode('${sha256}', 'hex'), ${size})`,
      `UPDATE closed_book SET head_hash = decode('${entry?.hash}', 'hex') WHERE agency_id = ${agencyId} AND register = 'receive' AND ordinal = 1`,
      `UPDATE closed_day SET seal_sha256 = decode('${sha256}', 'hex') WHERE agency_id = ${agencyId} AND ordinal = 1`,
    );
    expect(await i11()).toEqual([
      'day tambon 2026-11-22: the signature of its seal does not hold (changed)',
      'day tambon 2026-11-23: does not name the seal of the day before it',
      'entry tambon receive 4/2569: is another than the one that was closed on 2026-11-23',
      'day tambon 2026-11-22: has another seal than the act says that closed it',
    ]);
  });
});

describe('other damage', () => {
  it('an act rewritten with its chain', async () => {
    await fresh.owner.begin(async tx => {
      await tx`SET LOCAL session_replication_role = 'replica'`;
      await tx`UPDATE act SET actor_name = 'ผู้อื่น' WHERE agency_id = ${agencyId} AND register = 'receive' AND ordinal = 3`;
      await tx.unsafe(`DO $$ DECLARE a act; head bytea := genesis_hash('tambon', 'act:receive', 0); BEGIN
        FOR a IN SELECT * FROM act WHERE agency_id = ${agencyId} AND register = 'receive' ORDER BY ordinal LOOP
          a.previous_hash := head; head := act_hash(a);
          UPDATE act SET previous_hash = a.previous_hash, hash = head WHERE agency_id = a.agency_id AND register = a.register AND ordinal = a.ordinal;
        END LOOP;
        UPDATE series SET head_hash = head WHERE agency_id = ${agencyId} AND series = 'act:receive';
      END $$`);
    });
    expect(await i11()).toEqual([
      'act tambon receive 3: is another than the one that was closed on 2026-11-22',
      'act tambon receive 4: is another than the one that was closed on 2026-11-23',
    ]);
  });

  it('the last letters cut off and the series set back', async () => {
    await fresh.owner.begin(async tx => {
      await tx`SET LOCAL session_replication_role = 'replica'`;
      await tx`DELETE FROM act WHERE agency_id = ${agencyId} AND register = 'receive' AND ordinal = 4`;
      await tx`UPDATE series s SET last_number = 3, head_hash = a.hash FROM act a WHERE s.agency_id = ${agencyId} AND s.series = 'act:receive' AND a.agency_id = s.agency_id AND a.register = 'receive' AND a.ordinal = 3`;
    });
    expect(await i11()).toEqual(['act tambon receive 4: is gone, though it was closed on 2026-11-23']);
  });

  it('the last day taken away with all its rows', async () => {
    await damage(
      'DELETE FROM closed_file WHERE ordinal = 2',
      'DELETE FROM closed_mark WHERE ordinal = 2',
      'DELETE FROM closed_book WHERE ordinal = 2',
      'DELETE FROM closed_day WHERE ordinal = 2',
    );
    expect(await i11()).toEqual(['day tambon 2026-11-23: is gone, though an act says that it was closed']);
  });

  it('the first day taken away', async () => {
    await damage('DELETE FROM closed_day WHERE ordinal = 1');
    expect(await i11()).toEqual(
      expect.arrayContaining([
        'day tambon 2026-11-23: is number 2, after 0',
        'day tambon 2026-11-23: does not name the seal of the day before it',
        'day tambon 2026-11-22: is gone, though an act says that it was closed',
      ]),
    );
  });

  it('a file of a day exchanged for another', async () => {
    await damage(
      `UPDATE closed_file f SET sha256 = o.sha256, size = o.size FROM closed_file o
       WHERE f.agency_id = o.agency_id AND f.name = 'day.json' AND o.name = 'day.json' AND f.ordinal = 1 AND o.ordinal = 2`,
    );
    expect(await i11()).toEqual(['day tambon 2026-11-22: its files are not those of its seal']);
  });

  it('a classified file opened to everybody', async () => {
    await damage(`UPDATE closed_file SET classified = false WHERE classified`);
    expect(await i11()).toEqual(['day tambon 2026-11-23: its files are not those of its seal']);
  });

  it('a seal’s file altered in the store', async () => {
    const [day] = await fresh.owner<
      { seal: string }[]
    >`SELECT encode(seal_sha256, 'hex') AS seal FROM closed_day WHERE agency_id = ${agencyId} AND ordinal = 2`;
    await appendFile(fresh.store.pathOf(day?.seal ?? ''), ' ');
    expect(await i11()).toEqual(['day tambon 2026-11-23: its seal was altered']);
  });

  it('the agency’s key exchanged', async () => {
    await damage(`UPDATE agency_key SET public_key = decode('${'00'.repeat(91)}', 'hex') WHERE agency_id = ${agencyId}`);
    expect(await i11()).toEqual([
      'day tambon 2026-11-22: the signature of its seal does not hold (another-key)',
      'day tambon 2026-11-23: the signature of its seal does not hold (another-key)',
    ]);
  });

  it('a gap between two days, and a day’s date', async () => {
    await damage(
      `UPDATE closed_book SET last_number = 2, head_hash = (SELECT hash FROM entry e WHERE e.agency_id = ${agencyId} AND e.register = 'receive' AND e.number = 2) WHERE agency_id = ${agencyId} AND register = 'receive' AND ordinal = 1`,
    );
    await damage(`UPDATE closed_day SET day = '2026-11-21' WHERE agency_id = ${agencyId} AND ordinal = 1`);
    expect(await i11()).toEqual([
      'day tambon 2026-11-21: its row says another day than its seal',
      'day tambon 2026-11-21: its books are not those of its seal',
      'day tambon 2026-11-23: entries of receive 2569 begin at 4, the day before it ended before 3',
      'day tambon 2026-11-21: has another seal than the act says that closed it',
    ]);
  });
});

it('looks at one agency alone when asked', async () => {
  const other = await addTestAgency(fresh.db, 'changwat');
  await damage(`UPDATE closed_file SET classified = false WHERE classified`);
  expect((await verify({ db: fresh.owner, store: fresh.store, agencyId: other })).faults).toEqual([]);
  expect((await verify({ db: fresh.owner, store: fresh.store, agencyId })).faults).toHaveLength(1);
});

describe('the timestamp of a day', () => {
  let tsa: TestAuthority;
  let warned: string[];
  const stamping = (url = tsa.url) => ({
    db: fresh.db,
    store: fresh.store,
    now: () => now,
    timestamp: { url },
    log: { info: () => {}, warn: (_: object, text: string) => void warned.push(text) },
  });

  beforeEach(async () => {
    tsa = await startTestAuthority();
    warned = [];
  });
  afterEach(() => tsa.close());

  it('is asked for when the day is closed, once the authority is there, and kept with the day', async () => {
    await closeAt('2026-11-24T17:00:01.000Z', { timestamp: { url: tsa.url } });
    const jobs = await fresh.owner<{ data: unknown }[]>`SELECT data FROM pgboss.job WHERE name = 'timestamp-day'`;
    expect(jobs.map(job => job.data)).toEqual([{ agencyId, ordinal: 3 }]);
    tsa.answers = () => ({ status: 503, body: Buffer.alloc(0) });
    await expect(timestampDay(stamping(), { agencyId, ordinal: 3 })).rejects.toMatchObject({ code: 'timestamp-away' });
    tsa.answers = null;
    expect(await timestampDay(stamping(), { agencyId, ordinal: 3 })).toBe('stamped');
    expect(await timestampDay(stamping(), { agencyId, ordinal: 3 })).toBe('already');
    const [file] = await fresh.owner<{ sha256: string; type: string }[]>`
      SELECT encode(sha256, 'hex') AS sha256, content_type AS type FROM closed_file WHERE agency_id = ${agencyId} AND ordinal = 3 AND name = 'seal.tsr'`;
    expect(file?.type).toBe('application/timestamp-reply');
    expect((await fresh.store.read(file?.sha256 ?? '')).length).toBeGreaterThan(500);
    expect(await faults()).toEqual([]);
  });

  it('says so when the clocks disagree', async () => {
    now = new Date('2020-01-01T00:00:00.000Z');
    await timestampDay(stamping(), { agencyId, ordinal: 1 });
    expect(warned).toEqual(['the clock and the timestamp disagree']);
  });

  it('of a day that is not there is nothing', async () => {
    expect(await timestampDay(stamping(), { agencyId, ordinal: 99 })).toBe('no-such-day');
  });
});
