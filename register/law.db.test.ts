/** The rules of the register are held by the database, whatever the program does: each is attacked here with plain SQL. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { addTestAccount, enterLetter, enterMail, testContext, testOfficer } from '../test/database/letters.ts';
import { routeEntry } from './act/route.ts';
import { confirmRoute } from './act/unit-route.ts';
import { closeDueDays } from './close-day.ts';
import type { Database, Transaction } from './db/connect.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { addToken } from './office/tokens.ts';
import { makeBook } from './paper/book.ts';
import { openSecretBox, secretsKeyFile } from './seal/secret-box.ts';

let fresh: FreshDatabase;
let mine: number;
let theirs: number;
let entryId: string;
let theirEntryId: string;

beforeAll(async () => {
  fresh = await freshDatabase();
  mine = await addTestAgency(fresh.db, 'mine');
  theirs = await addTestAgency(fresh.db, 'theirs');
  entryId = await fill(mine);
  theirEntryId = await fill(theirs);
});
afterAll(() => fresh.close());

/** A row in every table that carries an agency. */
async function fill(agencyId: number): Promise<string> {
  const context = testContext(fresh);
  const saraban = testOfficer(agencyId, 'administrator', { appointed: true });
  const unit = await addTestUnit(fresh.db, agencyId, 'unit');
  await addTestAccount(fresh, agencyId, `somebody@${agencyId}`, 'unit', [unit]);
  await addToken(context, saraban, { name: 'token', role: 'auditor' });
  await enterMail(fresh, agencyId, `held ${agencyId}`, {}, { disposition: 'held', why: 'dmarc' });
  const id = await enterLetter(fresh, agencyId, `letter ${agencyId}`);
  const routed = await routeEntry(context, saraban, { entryId: id, recipients: [{ unitId: unit, purpose: 'action' }] });
  if (routed.outcome !== 'done') throw new Error(JSON.stringify(routed));
  await confirmRoute(context, saraban, { routeId: routed.routeIds[0] as string });
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
    const [message] = await tx`SELECT id, sha256, size FROM message WHERE entry_id = ${id}`;
    await tx`UPDATE entry SET remark = 'changed' WHERE id = ${id}`;
    await tx`INSERT INTO attachment (agency_id, id, message_id, path, role, content_type, size, sha256, origin)
      VALUES (${agencyId}, ${randomUUID()}, ${message?.id}, '1', 'body', 'text/plain', ${message?.size}, ${message?.sha256}, 'mime')`;
    await tx`INSERT INTO reading (agency_id, message_id, read_at) VALUES (${agencyId}, ${message?.id}, now())`;
    await tx`INSERT INTO entry_search (agency_id, entry_id, register, year, number, folded) VALUES (${agencyId}, ${id}, 'receive', 2569, 1, 'letter')`;
    await tx`INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
      VALUES (${agencyId}, ${randomUUID()}, 'acknowledgement', ${id}, '', 'a@b', '<x@y>', ${`token-${agencyId}`}, ${message?.sha256}, ${message?.size}, now())`;
    const correspondent = randomUUID();
    await tx`INSERT INTO correspondent (agency_id, id, name_th, name_key, source, created_at) VALUES (${agencyId}, ${correspondent}, 'x', 'x', 'typed', now())`;
    await tx`INSERT INTO correspondent_address (agency_id, address, correspondent_id) VALUES (${agencyId}, 'a@b', ${correspondent})`;
    await tx`INSERT INTO rule_set (agency_id, version, text, saved_by, saved_at) VALUES (${agencyId}, 1, 'rules: []', 'x', now())`;
    const mailbox = randomUUID();
    await tx`INSERT INTO mailbox (agency_id, id, name, address, host, port, security, login, auth, created_at)
      VALUES (${agencyId}, ${mailbox}, 'elsewhere', 'saraban@x', 'imap.x', 993, 'tls', 'x', 'password', now())`;
    await tx`INSERT INTO mailbox_message (agency_id, mailbox_id, uid_validity, uid, state, at) VALUES (${agencyId}, ${mailbox}, 1, 1, 'refused', now())`;
    await tx`INSERT INTO mailbox_check (agency_id, mailbox_id, at, found, taken) VALUES (${agencyId}, ${mailbox}, now(), 1, 1)`;
    await tx`INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size)
      VALUES (${agencyId}, ${randomUUID()}, '20261122T020000Z-00000001', '/mnt/nas', '2026-11-22T02:30:00Z', 'proven', '{}', ${message?.sha256}, ${message?.size})`;
    await tx`INSERT INTO template (agency_id, name, version, subject, body_text, body_html, saved_by, saved_at) VALUES (${agencyId}, 'return', 1, 's', 't', 'h', 'x', now())`;
  });
  await makeBook(context, saraban, { slips: 2 }, async () => Buffer.from(`book ${agencyId}`));
  await fresh.owner`UPDATE agency SET created_at = '2026-11-22T01:00:00Z' WHERE id = ${agencyId}`;
  const box = await openSecretBox(secretsKeyFile(fresh.folder));
  const now = () => new Date('2026-11-23T03:00:00Z');
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  await closeDueDays({ ...context, jobs: fresh.jobs, box, now, printer: null, sheet: null, timestamp: null, log }, agencyId);
  return id;
}

// Integrity constraint violations (the triggers raise restrict_violation) and insufficient privilege. A slip in a statement here is another code.
const REFUSED = { code: expect.stringMatching(/^(23\w{3}|42501)$/) };

/** As the application, for `mine`. */
async function attack(work: (tx: Transaction) => Promise<unknown>): Promise<void> {
  await expect(inAgency(fresh.db, mine, THE_APPLIANCE, work)).rejects.toMatchObject(REFUSED);
}

/** As the database's owner: whom row-level security does not hold, but triggers do. */
async function attackAsOwner(statement: string): Promise<void> {
  await expect(fresh.owner.unsafe(statement)).rejects.toMatchObject(REFUSED);
}

describe('an entry keeps what it was entered with (I3, I5), against the owner too', () => {
  it.each([
    'number = 99',
    'year = 2570',
    "register = 'send'",
    "register = 'receive-classified'",
    'received_at = now()',
    'entered_at = now()',
    "envelope_from = 'x@y'",
    "from_name = 'x'",
    "from_address = 'x@y'",
    "raw_sha256 = sha256('x')",
    "hash = sha256('x')",
    "previous_hash = sha256('x')",
    'message_id = NULL',
    'moved_from = id',
    "public_code = repeat('0', 26)",
    'id = gen_random_uuid()',
    "state = 'entered'",
    "state = 'cancelled'",
    "state = 'gone'",
    "urgency = 'soon'",
  ])('%s', async change => {
    await attack(tx => tx.unsafe(`UPDATE entry SET ${change} WHERE id = '${entryId}'`));
    await attackAsOwner(`UPDATE entry SET ${change} WHERE id = '${entryId}'`);
  });

  it('is not deleted', async () => {
    await attack(tx => tx`DELETE FROM entry WHERE id = ${entryId}`);
    await attackAsOwner(`DELETE FROM entry WHERE id = '${entryId}'`);
  });

  it('a cancelled number stays cancelled', async () => {
    const id = await enterLetter(fresh, mine, 'to be cancelled');
    await inAgency(fresh.db, mine, THE_APPLIANCE, tx => tx`UPDATE entry SET state = 'cancelled', state_reason = 'x' WHERE id = ${id}`);
    await attack(tx => tx`UPDATE entry SET state = 'confirmed' WHERE id = ${id}`);
    await attackAsOwner(`UPDATE entry SET state = 'closed' WHERE id = '${id}'`);
  });
});

describe('a number comes from the register alone (I3)', () => {
  const insert = (columns: string, values: string) =>
    `INSERT INTO entry (agency_id, id, register, received_at, public_code, ${columns}) VALUES (${mine}, gen_random_uuid(), 'receive', now(), repeat('1', 26), ${values})`;

  it.each([
    ['a chosen number', 'year, entered_at, number', "2569, '2026-11-22', 17"],
    ['a chosen hash', 'year, entered_at, hash', "2569, '2026-11-22', sha256('x')"],
    ['a chosen link', 'year, entered_at, previous_hash', "2569, '2026-11-22', sha256('x')"],
    ['a year that is not that of its time', 'year, entered_at', "2570, '2026-11-22'"],
  ])('not with %s', async (_name, columns, values) => {
    await attack(tx => tx.unsafe(insert(columns, values)));
    await attackAsOwner(insert(columns, values));
  });

  it('not in a register there is not', async () => {
    const statement = insert('year, entered_at', "2569, '2026-11-22'").replace("'receive'", "'receive-open'");
    await attack(tx => tx.unsafe(statement));
    await attackAsOwner(statement);
    await attack(tx => tx`INSERT INTO act (agency_id, register, kind, actor_name, at) VALUES (${mine}, 'receive-open', 'x', 'x', now())`);
  });

  it('not a second time for a message, and moved only out of a cancelled number into the classified register', async () => {
    const id = await enterLetter(fresh, mine, 'to be moved');
    const moved = (register: string, from: string, message = `(SELECT message_id FROM entry WHERE id = '${id}')`) =>
      `INSERT INTO entry (agency_id, id, register, year, received_at, entered_at, public_code, message_id, moved_from)
       VALUES (${mine}, gen_random_uuid(), '${register}', 2569, now(), '2026-11-22', left(replace(gen_random_uuid()::text, '-', ''), 26), ${message}, ${from})`;
    const refused = async (statement: string) => {
      await attack(tx => tx.unsafe(statement));
      await attackAsOwner(statement);
    };
    await refused(moved('receive', 'NULL'));
    await refused(moved('receive-classified', 'NULL'));
    await refused(moved('receive-classified', `'${id}'`));
    await inAgency(fresh.db, mine, THE_APPLIANCE, tx => tx`UPDATE entry SET state = 'cancelled', state_reason = 'x' WHERE id = ${id}`);
    await refused(moved('receive', `'${id}'`));
    await refused(moved('send-classified', `'${id}'`));
    await refused(moved('receive-classified', `'${id}'`, 'NULL'));
    await refused(moved('receive-classified', `'${id}'`, `(SELECT message_id FROM entry WHERE id = '${entryId}')`));
    await inAgency(fresh.db, mine, THE_APPLIANCE, tx => tx.unsafe(moved('receive-classified', `'${id}'`)));
    await refused(moved('receive-classified', `'${id}'`));
  });

  it('not by changing the series', async () => {
    await attack(tx => tx`UPDATE series SET last_number = 0`);
    await attack(tx => tx`DELETE FROM series`);
    await attack(
      tx =>
        tx`INSERT INTO series (agency_id, series, year, last_number, head_hash, last_at) VALUES (${mine}, 'receive', 2600, 7, sha256('x'), now())`,
    );
    await attack(tx => tx`SELECT take_number(${mine}, 'receive', 2569, now())`);
  });

  it('and leaves no gap when a transaction is taken back', async () => {
    const put = (tx: Transaction) =>
      tx<{ number: number }[]>`INSERT INTO entry (agency_id, id, register, year, received_at, entered_at, public_code)
        VALUES (${mine}, ${randomUUID()}, 'send', 2569, now(), '2026-11-22', ${[...randomUUID().replaceAll('-', '')].slice(0, 26).join('')}) RETURNING number`;
    const first = await inAgency(fresh.db, mine, THE_APPLIANCE, put);
    await expect(
      inAgency(fresh.db, mine, THE_APPLIANCE, async tx => {
        await put(tx);
        throw new Error('taken back');
      }),
    ).rejects.toThrow('taken back');
    const second = await inAgency(fresh.db, mine, THE_APPLIANCE, put);
    expect([first[0]?.number, second[0]?.number]).toEqual([1, 2]);
  });

  it('also a unit’s number', async () => {
    await attack(tx => tx`UPDATE route SET unit_number = 99 WHERE entry_id = ${entryId}`);
    await attack(tx => tx`UPDATE route SET unit_number = NULL, unit_year = NULL WHERE entry_id = ${entryId}`);
    await attackAsOwner(`UPDATE route SET unit_year = 2600 WHERE entry_id = '${entryId}'`);
    await attack(
      tx => tx`INSERT INTO route (agency_id, id, entry_id, unit_id, purpose, routed_by, routed_at, unit_year, unit_number)
        SELECT agency_id, gen_random_uuid(), entry_id, unit_id, purpose, routed_by, routed_at, 2569, 7 FROM route WHERE entry_id = ${entryId}`,
    );
  });
});

describe('what is written once stays (I4, I5, I11)', () => {
  it.each(['act', 'blob', 'fact_change', 'rule_set', 'template'])('%s is append-only', async table => {
    await attack(tx => tx.unsafe(`UPDATE ${table} SET agency_id = agency_id`));
    await attack(tx => tx.unsafe(`DELETE FROM ${table}`));
    await attackAsOwner(`UPDATE ${table} SET agency_id = agency_id`);
    await attackAsOwner(`DELETE FROM ${table}`);
  });

  it.each(['blob', 'message', 'entry', 'act', 'route', 'fact_change', 'series'])('%s is not emptied', async table => {
    await attack(tx => tx.unsafe(`TRUNCATE ${table} CASCADE`));
    await attackAsOwner(`TRUNCATE ${table} CASCADE`);
  });

  it.each(['message', 'entry', 'route', 'mail', 'acknowledgement', 'agency'])('a row of %s is not deleted', async table => {
    await attack(tx => tx.unsafe(`DELETE FROM ${table}`));
    await attackAsOwner(`DELETE FROM ${table}`);
  });

  it.each(['ordinal = 99', "kind = 'x'", "detail = '{}'", 'at = now()', 'actor_id = NULL', "actor_name = 'x'"])(
    'an act: %s',
    async change => {
      await attack(tx => tx.unsafe(`UPDATE act SET ${change}`));
      await attackAsOwner(`UPDATE act SET ${change}`);
    },
  );

  it('an act’s place in the chain is not chosen', async () => {
    const columns = 'agency_id, register, kind, actor_name, at';
    await attack(tx => tx.unsafe(`INSERT INTO act (${columns}, ordinal) VALUES (${mine}, 'office', 'x', 'x', now(), 5)`));
    await attack(tx => tx.unsafe(`INSERT INTO act (${columns}, hash) VALUES (${mine}, 'office', 'x', 'x', now(), sha256('x'))`));
    await attack(tx =>
      tx.unsafe(`INSERT INTO fact_change (agency_id, entry_id, fact, actor) VALUES (${mine}, '${entryId}', 'subject', '{}')`),
    );
  });

  it.each([
    "sha256 = sha256('x')",
    'size = 0',
    "envelope_from = ''",
    "envelope_to = '{a@b}'",
    'received_at = now()',
    'entry_id = NULL',
    "disposition = 'notice'",
    "peer = '{}'",
  ])('a message: %s', async change => {
    await attack(tx => tx.unsafe(`UPDATE message SET ${change} WHERE entry_id = '${entryId}'`));
    await attackAsOwner(`UPDATE message SET ${change} WHERE entry_id = '${entryId}'`);
  });

  it.each(['unit_id = gen_random_uuid()', "routed_by = 'x'", 'routed_at = now()', "rule = 'x'", 'entry_id = gen_random_uuid()'])(
    'a route: %s',
    async change => {
      await attack(tx => tx.unsafe(`UPDATE route SET ${change} WHERE entry_id = '${entryId}'`));
      await attackAsOwner(`UPDATE route SET ${change} WHERE entry_id = '${entryId}'`);
    },
  );

  it('an ended route begins no more', async () => {
    const id = await enterLetter(fresh, mine, 'ended');
    await inAgency(
      fresh.db,
      mine,
      THE_APPLIANCE,
      tx => tx`INSERT INTO route (agency_id, id, entry_id, unit_id, purpose, state, routed_by, routed_at)
      SELECT ${mine}, ${randomUUID()}, ${id}, id, 'action', 'withdrawn', 'x', now() FROM unit`,
    );
    await attack(tx => tx`UPDATE route SET state = 'waiting' WHERE entry_id = ${id}`);
  });

  it('a letter is acknowledged by one mail (I6)', async () => {
    const mails = await fresh.owner`SELECT id FROM mail WHERE agency_id = ${mine}`;
    await inAgency(
      fresh.db,
      mine,
      THE_APPLIANCE,
      tx => tx`UPDATE acknowledgement SET mail_id = ${mails[0]?.id} WHERE entry_id = ${entryId}`,
    );
    await attack(tx => tx`UPDATE acknowledgement SET mail_id = NULL WHERE entry_id = ${entryId}`);
    await attack(tx => tx`INSERT INTO acknowledgement (agency_id, entry_id) VALUES (${mine}, ${entryId})`);
  });

  it('the code of an agency, which every chain begins with', async () => {
    await attack(tx => tx`UPDATE agency SET code = 'other' WHERE id = ${mine}`);
    await attackAsOwner(`UPDATE agency SET code = 'other' WHERE id = ${mine}`);
  });
});

describe('no agency sees another’s rows (I9)', () => {
  /** Every table with an agency_id, from the catalogue: a table that is added without the wall fails here. */
  async function walled(): Promise<string[]> {
    const rows = await fresh.owner<{ name: string }[]>`
      SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id'
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`;
    return rows.map(row => row.name);
  }

  it('row-level security is on for every table, or the table is named here with its reason', async () => {
    const open = await fresh.owner<{ name: string }[]>`
      SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity ORDER BY 1`;
    // Keyed by hashes or names that are no agency's, or the migrations' own list; what the night keeps of the whole appliance: the application may read
    // the copies' states and alarms, and nothing of the rest.
    expect(open.map(row => row.name)).toEqual([
      'change_watch',
      'changed',
      'copy',
      'copy_at_place',
      'copy_piece',
      'migration',
      'night_alarm',
      'pack',
      'pack_at_place',
      'pack_object',
      'sign_in_failure',
      'web_session',
    ]);
    expect((await walled()).length).toBeGreaterThan(15);
  });

  it('each table shows its own rows alone, and has rows to show', async () => {
    for (const table of await walled()) {
      if (table === 'address') continue; // Public by law, and looked up before the agency is known.
      const both = await fresh.owner.unsafe<{ agency_id: number }[]>(
        `SELECT DISTINCT agency_id FROM ${table} WHERE agency_id IN (${mine}, ${theirs})`,
      );
      expect([table, both.length]).toEqual([table, 2]);
      const seen = await inAgency(fresh.db, mine, THE_APPLIANCE, tx =>
        tx.unsafe<{ agency_id: number }[]>(`SELECT DISTINCT agency_id FROM ${table}`),
      );
      expect([table, seen.map(row => row.agency_id)]).toEqual([table, [mine]]);
      const nobody = await fresh.db.begin(tx => tx.unsafe(`SELECT agency_id FROM ${table}`));
      expect([table, nobody.length]).toEqual([table, 0]);
    }
  });

  it('nor writes or takes them', async () => {
    for (const table of await walled()) {
      await inAgency(fresh.db, mine, THE_APPLIANCE, async tx => {
        const changed = await tx
          .savepoint(inner => inner.unsafe(`UPDATE ${table} SET agency_id = agency_id WHERE agency_id = ${theirs}`))
          .catch(() => ({ count: 0 }));
        const deleted = await tx
          .savepoint(inner => inner.unsafe(`DELETE FROM ${table} WHERE agency_id = ${theirs}`))
          .catch(() => ({ count: 0 }));
        expect([table, changed.count, deleted.count]).toEqual([table, 0, 0]);
      });
    }
    await attack(tx => tx`INSERT INTO unit (agency_id, id, code, name_th) VALUES (${theirs}, ${randomUUID()}, 'x', 'x')`);
    await attack(tx => tx`INSERT INTO act (agency_id, register, kind, actor_name, at) VALUES (${theirs}, 'office', 'x', 'x', now())`);
    await attack(tx => tx`INSERT INTO agency (code, name_th) VALUES ('third', 'x')`);
    const renamed = await inAgency(fresh.db, mine, THE_APPLIANCE, tx => tx`UPDATE agency SET name_th = 'x' WHERE id = ${theirs}`);
    expect(renamed.count).toBe(0);
  });

  it('the functions that look past the wall give back one row by one key', async () => {
    const asNobody = <T>(work: (tx: Database) => Promise<T>) => work(fresh.db);
    expect(await asNobody(db => db`SELECT * FROM find_account('%')`)).toHaveLength(0);
    expect(await asNobody(db => db`SELECT * FROM find_public_entry('%')`)).toHaveLength(0);
    expect(await asNobody(db => db`SELECT * FROM search_entries('receive', 2569, '%', '%', NULL, 100)`)).toHaveLength(0);
    const found = await inAgency(
      fresh.db,
      mine,
      THE_APPLIANCE,
      tx => tx<{ entry_id: string }[]>`SELECT entry_id FROM search_entries('receive', 2569, '%', '%', NULL, 100)`,
    );
    expect(found.map(row => row.entry_id)).toContain(entryId);
    expect(found.map(row => row.entry_id)).not.toContain(theirEntryId);
  });

  it('the application’s role can neither switch the wall off nor leave it', async () => {
    await attack(tx => tx.unsafe('ALTER TABLE entry DISABLE ROW LEVEL SECURITY'));
    await attack(tx => tx.unsafe('ALTER TABLE entry DISABLE TRIGGER ALL'));
    await attack(tx => tx.unsafe("SET session_replication_role = 'replica'"));
    await attack(tx => tx.unsafe('CREATE TABLE mischief (x integer)'));
    const [role] = await fresh.owner`SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = 'saraban_app'`;
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false });
  });
});
