/** An agency leaves one Saraban and moves into another that has agencies of its own: nothing of it changes but its number on the appliance. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { closeDueDays } from '../../register/close-day.ts';
import type { Database } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterMail, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { exportAgency } from './export.ts';
import { importAgency } from './import.ts';
import { exportContext, filesOf, importContext, type MoveBench, openMoveBench } from './move-fixture.ts';

let bench: MoveBench;

beforeAll(async () => {
  bench = await openMoveBench();
});
afterAll(() => bench.close());

const APART: Record<string, string[]> = { agency: ['id', 'state'], agency_key: ['sealed_private_key'], mailbox: ['sealed_secret'] };

/** All rows of an agency, of every table that has any, as text; without what is of the appliance. */
async function rowsOf(db: Database, code: string): Promise<Record<string, string[]>> {
  const tables = await db<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND (c.relname = 'agency' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id')) ORDER BY 1`;
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const own = name === 'agency' ? 'id' : 'agency_id';
    const left = ['agency_id', ...(APART[name] ?? [])].map(column => ` - '${column}'`).join('');
    const rows = await db.unsafe<{ row: string }[]>(
      `SELECT (to_jsonb(t)${left})::text AS row FROM ${name} t WHERE ${own} = (SELECT id FROM agency WHERE code = '${code}') ORDER BY 1`,
    );
    all[name] = rows.map(row => row.row);
  }
  return all;
}

describe('what would collide is refused and named, before anything is written', () => {
  it.each([
    ['its code', 'leaving', `INSERT INTO agency (code, name_th) VALUES ('leaving', 'x')`],
    [
      'a central address',
      'saraban@leaving.example',
      `INSERT INTO address (agency_id, address) SELECT id, 'saraban@leaving.example' FROM agency WHERE code = 'first'`,
    ],
    ['a login', 'somebody@leaving', `UPDATE account SET login = 'somebody@leaving' WHERE login = 'somebody@first'`],
    ['a mail’s token', 'token-leaving', `UPDATE mail SET token = 'token-leaving' WHERE token = 'token-first'`],
  ])('%s', async (_, named, statement) => {
    const undo = new Error('undo');
    const outcome = await bench.target.owner
      .begin(async tx => {
        await tx.unsafe(statement);
        const { watchCollisions } = await import('./collisions.ts');
        const { examineExport, openExport } = await import('./read-export.ts');
        const inside = { begin: (work: (inner: typeof tx) => unknown) => work(tx) } as unknown as Database;
        const watch = await watchCollisions(inside, new Map());
        const { mkdir } = await import('node:fs/promises');
        await mkdir(join(bench.folder, 'work'), { recursive: true });
        await examineExport(await openExport(bench.plain, []), { work: join(bench.folder, 'work'), fingerprint: null, look: watch });
        throw Object.assign(undo, { found: watch.found() });
      })
      .catch((error: unknown) => error);
    expect(outcome).toBe(undo);
    expect((outcome as { found?: { values: string[] }[] }).found?.flatMap(one => one.values)).toEqual([named]);
  });
});

describe('moved in', () => {
  it('with every row as it was, and the appliance whole', async () => {
    const before = await rowsOf(bench.source.owner, 'leaving');
    const others = await rowsOf(bench.target.owner, 'second');
    const input = { file: bench.encrypted, identities: [bench.identity], fingerprint: bench.exported.fingerprint, activate: true };
    const moved = await importAgency(importContext(bench), input);
    expect(moved).toMatchObject({
      agency: { code: 'leaving', state: 'active' },
      privateKeys: true,
      settled: { mails: 1, acknowledgements: 3 },
    });
    expect(moved.report.faults).toEqual([]);
    const after = await rowsOf(bench.target.owner, 'leaving');
    for (const [name, rows] of Object.entries(before)) {
      if (name === 'mail' || name === 'acknowledgement') continue;
      expect([name, rows.length > 0]).toEqual([name, true]);
      expect([name, after[name]]).toEqual([name, rows]);
    }
    expect(await bench.target.owner`SELECT FROM mailbox WHERE host = 'imap.example' AND sealed_secret IS NULL`).toHaveLength(1);
    expect(after.mail).toHaveLength(1);
    expect(after.mail?.[0]).toContain('"state": "uncertain"');
    expect(after.acknowledgement?.every(row => row.includes('"state": "uncertain"'))).toBe(true);
    expect(await rowsOf(bench.target.owner, 'second')).toEqual(others);
    expect((await verify({ db: bench.target.owner, store: bench.target.store })).faults).toEqual([]);
    expect(await bench.target.owner`SELECT FROM moving_in`).toHaveLength(0);
  });

  it('twice is refused, with the reason', async () => {
    const input = { file: bench.encrypted, identities: [bench.identity], fingerprint: null, activate: false };
    const error = await importAgency(importContext(bench), input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'import-collides' });
    const { th, en } = (error as { userMessage: { th: string; en: string } }).userMessage;
    for (const word of ['leaving', 'saraban@leaving.example', 'somebody@leaving']) {
      expect(th).toContain(word);
      expect(en).toContain(word);
    }
    expect(en).toMatch(/public code of a letter .+; /);
    expect(en).toMatch(/token /);
  });

  it('the next letter gets the next number, and one that is sent again the number it has', async () => {
    const [agency] = await bench.target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const id = agency?.id ?? 0;
    const again = await enterMail(bench.target, id, 'letter one leaving');
    expect(again).toMatchObject({ outcome: 'entered', again: true, number: 1, year: 2569 });
    const next = await enterMail(bench.target, id, 'a new letter');
    expect(next).toMatchObject({ outcome: 'entered', again: false, number: 3 });
    expect(await enterMail(bench.target, id, 'a new secret', { secrecy: 'confidential' })).toMatchObject({ number: 2 });
    const context = testContext(bench.target);
    const officer = testOfficer(id, 'administrator', { appointed: true });
    if (next.outcome !== 'entered') throw new Error('not entered');
    const amended = await amendEntry(context, officer, { entryId: next.entryId, facts: { subject: 'เรื่องใหม่' } });
    expect(amended.outcome).toBe('done');
    const ordinals = await bench.target.owner<
      { id: number; after: string }[]
    >`SELECT id, after FROM fact_change WHERE agency_id = ${id} ORDER BY id`;
    expect(ordinals.at(-1)?.after).toBe('เรื่องใหม่');
    expect((await verify({ db: bench.target.owner, store: bench.target.store })).faults).toEqual([]);
  });

  it('the next day is closed behind the last one it brought, and names what was changed since', async () => {
    const [agency] = await bench.target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const closing = {
      db: bench.target.db,
      jobs: bench.target.jobs,
      store: bench.target.store,
      box: bench.targetBox,
      now: () => new Date('2026-11-24T18:00:00.000Z'),
    };
    const [closed] = await closeDueDays({ ...closing, printer: null, sheet: null, timestamp: null, log }, agency?.id ?? 0);
    const [file] = await bench.target.owner<{ sha256: string }[]>`
      SELECT encode(sha256, 'hex') AS sha256 FROM closed_file WHERE agency_id = ${agency?.id ?? 0} AND ordinal = ${closed?.ordinal ?? 0} AND name = 'day.json'`;
    const day = (await bench.target.store.read(file?.sha256 ?? '')).toString();
    expect(day).toContain('เรื่องใหม่');
    expect(day).not.toContain('alert(1)');
    expect((await verify({ db: bench.target.owner, store: bench.target.store })).faults).toEqual([]);
  });

  it('it signs with the same key', async () => {
    const [agency] = await bench.target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const key = await inAgency(bench.target.db, agency?.id ?? 0, THE_APPLIANCE, tx =>
      signingKey(tx, agency?.id ?? 0, bench.targetBox, TEST_TIME),
    );
    expect(key.fingerprint).toBe(bench.exported.fingerprint);
  });

  it('it can leave again, and the chains are still those of the first appliance', async () => {
    const file = join(bench.folder, 'again.tar');
    const context = { ...exportContext(bench), db: bench.target.owner, store: bench.target.store, box: bench.targetBox };
    const again = await exportAgency(context, { code: 'leaving', recipients: null }, file);
    expect(again.fingerprint).toBe(bench.exported.fingerprint);
    expect((await filesOf(file)).get('letters/receive/2569/0001/message.eml')?.toString()).toBe('letter one leaving');
  });
});

describe('a login that somebody has', () => {
  it('is refused with the way out, and taken under a new one', async () => {
    const third = await freshDatabase();
    try {
      await addTestAccount(third, await addTestAgency(third.db, 'other'), 'somebody@leaving', 'unit', []);
      const context = { ...importContext(bench), db: third.owner, store: third.store };
      const input = { file: bench.plain, identities: [], fingerprint: null, activate: false };
      const error = await importAgency(context, input).catch((thrown: unknown) => thrown);
      expect((error as { userMessage: { en: string } }).userMessage.en).toContain('--login somebody@leaving=somebody@leaving@leaving');
      await importAgency(context, { ...input, logins: new Map([['somebody@leaving', 'som\\body']]) });
      expect(await third.owner`SELECT FROM account WHERE login = ${'som\\body'}`).toHaveLength(1);
    } finally {
      await third.close();
    }
  });
});

describe('a plain export moves in', () => {
  it('suspended unless told otherwise, and with a new key for what it signs from now on', async () => {
    const third = await freshDatabase();
    try {
      const context = { ...importContext(bench), db: third.owner, store: third.store };
      const moved = await importAgency(context, { file: bench.plain, identities: [], fingerprint: null, activate: false });
      expect(moved).toMatchObject({ agency: { state: 'suspended' }, privateKeys: false });
      const { id } = moved.agency;
      const key = await inAgency(third.db, id, THE_APPLIANCE, tx => signingKey(tx, id, bench.targetBox, TEST_TIME));
      expect(key.fingerprint).not.toBe(bench.exported.fingerprint);
      expect(await third.owner`SELECT FROM agency_key WHERE retired_at IS NOT NULL`).toHaveLength(1);
    } finally {
      await third.close();
    }
  });
});
