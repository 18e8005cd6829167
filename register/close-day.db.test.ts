/** Closing days over a real register: what stands in which day, two at once, late entries, outages, the turn of the year, classified letters. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../test/database/letters.ts';
import { amendEntry } from './act/amend.ts';
import { cancelEntry } from './act/cancel.ts';
import { confirmEntry } from './act/confirm.ts';
import { routeEntry } from './act/route.ts';
import { canonicalJson } from './close/canonical-json.ts';
import type { CloseContext } from './close/context.ts';
import type { DayAct, DayBook, DayEntry, DayFile, SealFile } from './close/day-format.ts';
import { selectClassifiedSince } from './close/queries.ts';
import { type ClosedDay, closeDay, closeDueDays, daysToClose } from './close-day.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { actHash, entryHash, genesisHash } from './ledger.ts';
import { getDay } from './look/days.ts';
import type { FormData } from './print/data.ts';
import { knownKeys } from './seal/keys.ts';
import { openSecretBox, type SecretBox, secretsKeyFile } from './seal/secret-box.ts';
import { checkSignature, readSignature, thingOf } from './seal/signature.ts';
import { storeFailure } from './store/folder.ts';

let fresh: FreshDatabase;
let box: SecretBox;
let agencyId: number;
let now: Date;
let printed: { of: string; data: FormData }[];

beforeEach(async () => {
  fresh = await freshDatabase();
  box = await openSecretBox(secretsKeyFile(fresh.folder));
  now = new Date('2026-11-22T03:00:00.000Z');
  agencyId = await addTestAgency(fresh.db, 'tambon');
  printed = [];
  await begins(agencyId, '2026-11-22T01:00:00.000Z');
});
afterEach(() => fresh.close());

async function begins(agency: number, at: string): Promise<void> {
  await fresh.owner`UPDATE agency SET created_at = ${at} WHERE id = ${agency}`;
}

function closing(change: Partial<CloseContext> = {}): CloseContext {
  const form = (of: string) => async (data: FormData) => {
    printed.push({ of, data });
    return Buffer.from(`${of} ${JSON.stringify(data)}`);
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return {
    db: fresh.db,
    jobs: fresh.jobs,
    store: fresh.store,
    box,
    now: () => now,
    printer: { form13: form('pdf 13'), form14: form('pdf 14') },
    sheet: { form13: form('xlsx 13'), form14: form('xlsx 14') },
    timestamp: null,
    log,
    ...change,
  };
}

const at = (iso: string) => new Date(iso);
const enter = (text: string, receivedAt: string, change: object = {}) =>
  enterLetter(fresh, agencyId, text, { receivedAt: at(receivedAt), ...change });
const closeAt = (iso: string, change: Partial<CloseContext> = {}): Promise<ClosedDay[]> => {
  now = at(iso);
  return closeDueDays(closing(change), agencyId);
};

interface FileRow {
  name: string;
  sha256: string;
  size: number;
  classified: boolean;
  contentType: string;
}

async function filesOf(ordinal: number): Promise<FileRow[]> {
  return await fresh.owner<FileRow[]>`
    SELECT name, encode(sha256, 'hex') AS sha256, size, classified, content_type AS "contentType" FROM closed_file
    WHERE agency_id = ${agencyId} AND ordinal = ${ordinal} ORDER BY name`;
}

async function read<T>(ordinal: number, name: string): Promise<T> {
  const file = (await filesOf(ordinal)).find(one => one.name === name);
  if (file === undefined) throw new Error(`day ${ordinal} has no ${name}`);
  return JSON.parse((await fresh.store.read(file.sha256)).toString('utf8')) as T;
}

const day = (ordinal: number) => read<DayFile>(ordinal, 'day.json');
const bookOf = (file: DayFile, register: string, year?: number): DayBook => {
  const found = file.books.find(book => book.register === register && (year === undefined || book.year === year));
  if (found === undefined) throw new Error(`no ${register}`);
  return found;
};
const numbersOf = (book: DayBook) => book.entries.rows.map(row => row.number);

/** What a stranger does with the rows: makes every hash anew. @returns the head */
function walkEntries(book: DayBook): string {
  let head = book.entries.previousHead;
  for (const row of book.entries.rows) {
    expect(row.previousHash).toBe(head);
    if (!('withheld' in row)) expect(entryHashOf(row, book)).toBe(row.hash);
    head = row.hash;
  }
  return head;
}

function entryHashOf(row: DayEntry, book: DayBook): string {
  return entryHash({
    ...row,
    previousHash: Buffer.from(row.previousHash, 'hex'),
    register: book.register,
    year: book.year,
    rawSha256: row.rawSha256 === null ? null : Buffer.from(row.rawSha256, 'hex'),
    receivedAt: at(row.receivedAt),
    enteredAt: at(row.enteredAt),
  }).toString('hex');
}

function walkActs(book: DayBook): string {
  let head = book.acts.previousHead;
  for (const row of book.acts.rows) {
    expect(row.previousHash).toBe(head);
    if (!('withheld' in row)) expect(actHashOf(row, book)).toBe(row.hash);
    head = row.hash;
  }
  return head;
}

const actHashOf = (row: DayAct, book: DayBook) =>
  actHash({ ...row, register: book.register, previousHash: Buffer.from(row.previousHash, 'hex'), at: at(row.at) }).toString('hex');

async function waitingReports(): Promise<unknown[]> {
  const rows = await fresh.owner<{ data: unknown }[]>`SELECT data FROM pgboss.job WHERE name = 'send-report' ORDER BY created_on, id`;
  return rows.map(row => row.data);
}

describe('a day', () => {
  it('holds what was entered, done, changed and cancelled, so that a stranger can make its chain anew', async () => {
    const context = testContext(fresh, () => at('2026-11-22T04:00:00.000Z'));
    const officer = testOfficer(agencyId, 'saraban');
    const unitId = await addTestUnit(fresh.db, agencyId, 'finance');
    const one = await enter('one', '2026-11-22T03:00:00.000Z', { subject: 'เรื่องที่หนึ่ง' });
    const two = await enter('two', '2026-11-22T03:10:00.000Z');
    await confirmEntry(context, officer, { entryId: one });
    await routeEntry(context, officer, { entryId: one, recipients: [{ unitId, purpose: 'action' }] });
    await amendEntry(context, officer, { entryId: one, facts: { letterNumber: 'มท 0201/1' } });
    await cancelEntry(context, officer, { entryId: two, reason: 'ส่งผิดหน่วยงาน' });

    const [closed] = await closeAt('2026-11-22T17:00:01.000Z');
    expect(closed).toMatchObject({ day: '2026-11-22', ordinal: 1, entries: 2, missing: [] });
    const file = await day(1);
    expect(file).toMatchObject({
      format: 'saraban day 1',
      part: 'open',
      agency: { code: 'tambon', timeZone: 'Asia/Bangkok', calendar: 'buddhist' },
      day: '2026-11-22',
      ordinal: 1,
      closing: '2026-11-22T17:00:00.000Z',
      closedAt: '2026-11-22T17:00:01.000Z',
      previousSeal: null,
      certificates: [],
    });
    const receive = bookOf(file, 'receive');
    expect(receive).toMatchObject({ year: 2569, entries: { first: 1, last: 2, complete: true }, acts: { first: 1, complete: true } });
    expect(receive.entries.previousHead).toBe(genesisHash('tambon', 'receive', 2569).toString('hex'));
    expect(walkEntries(receive)).toBe(receive.entries.head);
    expect(walkActs(receive)).toBe(receive.acts.head);
    expect((receive.entries.rows[0] as DayEntry).facts).toMatchObject({
      subject: 'เรื่องที่หนึ่ง',
      letterNumber: 'มท 0201/1',
      from: 'สมชาย ใจดี',
      state: 'routed',
      units: ['กอง finance'],
    });
    expect(file.changes).toMatchObject([{ number: 1, fact: 'letterNumber', before: '', after: 'มท 0201/1', by: 'test saraban' }]);
    expect(file.ended).toMatchObject([{ number: 2, state: 'cancelled', reason: 'ส่งผิดหน่วยงาน', by: 'test saraban' }]);
    expect(bookOf(file, 'send')).toMatchObject({ entries: { first: 1, last: 0, rows: [] }, acts: { first: 1, last: 0 } });
    expect(file.books.map(book => book.register)).toEqual(['receive', 'send', 'office']);
  });

  it('is sealed, signed, and its files are what the seal says', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    const [closed] = await closeAt('2026-11-22T17:00:01.000Z');
    const files = await filesOf(1);
    expect(files.map(file => file.name)).toEqual([
      'day.json',
      'receive-2569.pdf',
      'receive-2569.xlsx',
      'seal.json',
      'seal.sig.json',
      'send-2569.pdf',
      'send-2569.xlsx',
    ]);
    const seal = await read<SealFile>(1, 'seal.json');
    const bytes = await fresh.store.read(closed?.sealSha256 ?? '');
    expect(bytes.toString()).toBe(canonicalJson(seal));
    expect((await fresh.store.read(files[0]?.sha256 ?? '')).toString()).toBe(canonicalJson(await day(1)));
    for (const listed of seal.files) {
      const kept = await fresh.store.read(listed.sha256);
      expect({ name: listed.name, size: kept.length }).toEqual({ name: listed.name, size: listed.size });
      expect(createHash('sha256').update(kept).digest('hex')).toBe(listed.sha256);
    }
    expect(seal.files.map(file => file.name).sort()).toEqual([
      'day.json',
      'receive-2569.pdf',
      'receive-2569.xlsx',
      'send-2569.pdf',
      'send-2569.xlsx',
    ]);
    const keys = await inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => knownKeys(tx, agencyId));
    const signature = await fresh.store.read(files.find(file => file.name === 'seal.sig.json')?.sha256 ?? '');
    const check = checkSignature(readSignature(signature), { ...thingOf('seal.json', bytes), agencyCode: 'tambon' }, [
      keys[0]?.fingerprint ?? '',
    ]);
    expect(check).toMatchObject({ outcome: 'holds', at: '2026-11-22T17:00:01.000Z' });
    expect(seal).toMatchObject({
      format: 'saraban seal 1',
      agency: 'tambon',
      ordinal: 1,
      previous: null,
      missing: [],
      key: keys[0]?.fingerprint,
    });
    expect(printed.map(form => form.of)).toEqual(['pdf 13', 'xlsx 13', 'pdf 14', 'xlsx 14']);
    expect(printed[0]?.data).toMatchObject({ period: { kind: 'day', day: '2026-11-22' }, classified: false, seal: { ordinal: 1 } });
    expect(printed[0]?.data.rows).toHaveLength(1);
  });

  it('is reported, and entered in the office’s chain', async () => {
    const [closed] = await closeAt('2026-11-22T17:00:01.000Z');
    expect(await waitingReports()).toEqual([{ report: 'closed-day', agencyId, ordinal: 1 }]);
    await closeAt('2026-11-23T17:00:01.000Z');
    const act = bookOf(await day(2), 'office').acts.rows.find(row => 'kind' in row && row.kind === 'day-closed') as DayAct;
    expect(JSON.parse(act.detail)).toEqual({ day: '2026-11-22', ordinal: 1, seal: closed?.sealSha256 });
    expect((await read<SealFile>(2, 'seal.json')).previous).toBe(closed?.sealSha256);
  });

  it('without anything is closed too, with its forms', async () => {
    const closed = await closeAt('2026-11-23T18:00:00.000Z');
    expect(closed.map(one => [one.day, one.entries])).toEqual([
      ['2026-11-22', 0],
      ['2026-11-23', 0],
    ]);
    expect(closed[1]?.files).toContain('receive-2569.pdf');
  });

  it('is closed although a form cannot be drawn; the seal says which is missing', async () => {
    const printer = { form13: () => Promise.reject(new Error('no font')), form14: async () => Buffer.from('pdf') };
    const [closed] = await closeAt('2026-11-22T17:00:01.000Z', { printer });
    expect(closed?.missing).toEqual(['receive-2569.pdf']);
    expect((await read<SealFile>(1, 'seal.json')).missing).toEqual(['receive-2569.pdf']);
    expect((await filesOf(1)).map(file => file.name)).not.toContain('receive-2569.pdf');
  });

  it.each([1, 3, 6, 7])('a disk that fills up at the file %i leaves no half of it; the next run closes it', async last => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    let puts = 0;
    const store = {
      ...fresh.store,
      adopt: (...given: Parameters<typeof fresh.store.adopt>) => (++puts >= last ? Promise.reject(full) : fresh.store.adopt(...given)),
      put: (bytes: Uint8Array) => (++puts >= last ? Promise.reject(full) : fresh.store.put(bytes)),
    };
    const full = storeFailure(Object.assign(new Error('no room'), { code: 'ENOSPC' }), '/data');
    await expect(closeAt('2026-11-22T17:00:01.000Z', { store })).rejects.toMatchObject({ code: 'disk-full', temporary: true });
    expect(puts).toBe(last);
    const left =
      await fresh.owner`SELECT FROM closed_day UNION ALL SELECT FROM closed_file UNION ALL SELECT FROM act WHERE kind = 'day-closed'`;
    expect([left.length, await waitingReports()]).toEqual([0, []]);
    expect((await closeAt('2026-11-22T17:00:02.000Z')).map(one => [one.day, one.entries])).toEqual([['2026-11-22', 1]]);
  });

  it('no transaction and no lock is held while the forms are drawn: a database that restarts meanwhile harms nothing', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    const drawn = async () => {
      const [held] =
        await fresh.owner`SELECT count(*)::integer AS locks FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = current_database()`;
      expect(held?.locks).toBe(0);
      const open = await fresh.admin`SELECT FROM pg_stat_activity WHERE datname = ${fresh.name} AND xact_start IS NOT NULL`;
      expect(open).toHaveLength(0);
      return Buffer.from('pdf');
    };
    const [closed] = await closeAt('2026-11-22T17:00:01.000Z', { printer: { form13: drawn, form14: drawn } });
    expect(closed).toMatchObject({ entries: 1, missing: [] });
  });

  it('made while another process closed it is thrown away, and the days after it stand on the other one', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    now = at('2026-11-23T17:00:01.000Z');
    let others: ClosedDay[] = [];
    const slow = async () => {
      if (others.length === 0) others = await closeDueDays(closing(), agencyId, { through: '2026-11-22' });
      return Buffer.from('pdf');
    };
    const mine = await closeDueDays(closing({ printer: { form13: slow, form14: slow } }), agencyId);
    expect([others.map(one => one.day), mine.map(one => one.day)]).toEqual([['2026-11-22'], ['2026-11-23']]);
    expect((await read<SealFile>(2, 'seal.json')).previous).toBe(others[0]?.sealSha256);
  });

  it('is not closed when the key file is another: nothing is half done', async () => {
    await closeAt('2026-11-22T17:00:01.000Z');
    const other = await openSecretBox(`${fresh.folder}/other/secrets.key`);
    await expect(closeAt('2026-11-23T17:00:01.000Z', { box: other })).rejects.toMatchObject({ code: 'secrets-key-wrong' });
    expect(await filesOf(2)).toEqual([]);
    expect(await closeAt('2026-11-23T17:00:02.000Z')).toHaveLength(1);
  });
});

describe('which day an entry stands in', () => {
  it('one that was committed late goes into the next day, by its number', async () => {
    await enter('one', '2026-11-22T16:59:00.000Z');
    await closeAt('2026-11-22T17:00:01.000Z');
    // Its time lies before the closing; the day was closed all the same.
    await enter('late', '2026-11-22T16:59:59.000Z');
    await enter('next', '2026-11-23T02:00:00.000Z');
    await closeAt('2026-11-23T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(1), 'receive'))).toEqual([1]);
    expect(numbersOf(bookOf(await day(2), 'receive'))).toEqual([2, 3]);
    expect(bookOf(await day(2), 'receive').entries.previousHead).toBe(bookOf(await day(1), 'receive').entries.head);
  });

  it('after an outage each missed day gets what was entered before it ended', async () => {
    await enter('a', '2026-11-22T10:00:00.000Z');
    await enter('b', '2026-11-23T16:59:59.999Z');
    await enter('c', '2026-11-23T17:00:00.000Z');
    await enter('d', '2026-11-26T01:00:00.000Z');
    const closed = await closeAt('2026-11-26T02:00:00.000Z');
    expect(closed.map(one => one.day)).toEqual(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25']);
    expect(await Promise.all([1, 2, 3, 4].map(async ordinal => numbersOf(bookOf(await day(ordinal), 'receive'))))).toEqual([
      [1],
      [2],
      [3],
      [],
    ]);
    expect(await closeAt('2026-11-26T03:00:00.000Z')).toEqual([]);
  });

  it('by the agency’s own hour and zone', async () => {
    await fresh.owner`UPDATE agency SET settings = '{"closingHour":"16:30"}' WHERE id = ${agencyId}`;
    await enter('a', '2026-11-22T09:29:00.000Z');
    await enter('b', '2026-11-22T09:30:00.000Z');
    expect((await closeAt('2026-11-22T09:30:00.000Z')).map(one => one.day)).toEqual(['2026-11-22']);
    expect(numbersOf(bookOf(await day(1), 'receive'))).toEqual([1]);
  });

  it('the first day is that of the agency’s beginning', async () => {
    await begins(agencyId, '2026-11-25T01:00:00.000Z');
    await enter('a', '2026-11-24T01:00:00.000Z');
    expect((await closeAt('2026-11-25T18:00:00.000Z')).map(one => one.day)).toEqual(['2026-11-24', '2026-11-25']);
  });

  it('the turn of the year: a day may hold two years of a register, and the acts stand once', async () => {
    await fresh.owner`UPDATE agency SET settings = '{"closingHour":"16:30"}' WHERE id = ${agencyId}`;
    await begins(agencyId, '2027-01-01T01:00:00.000Z');
    const context = testContext(fresh, () => at('2027-01-01T01:00:00.000Z'));
    await enter('old', '2026-12-31T12:00:00.000Z');
    const young = await enter('young', '2027-01-01T00:30:00.000Z');
    await confirmEntry(context, testOfficer(agencyId, 'saraban'), { entryId: young });
    expect((await closeAt('2027-01-01T09:30:00.000Z')).map(one => one.day)).toEqual(['2027-01-01']);
    const file = await day(1);
    expect(file.books.map(book => [book.register, book.year])).toEqual([
      ['receive', 2569],
      ['receive', 2570],
      ['send', 2570],
      ['office', 0],
    ]);
    expect([numbersOf(bookOf(file, 'receive', 2569)), numbersOf(bookOf(file, 'receive', 2570))]).toEqual([[1], [1]]);
    expect(bookOf(file, 'receive', 2569).acts.rows).toEqual([]);
    expect(bookOf(file, 'receive', 2570).acts.rows).toHaveLength(1);
    expect((await filesOf(1)).map(one => one.name)).toEqual(
      expect.arrayContaining(['receive-2569.pdf', 'receive-2570.pdf', 'send-2570.pdf']),
    );
    await closeAt('2027-01-02T09:30:00.000Z');
    expect((await day(2)).books.map(book => [book.register, book.year])).toEqual([
      ['receive', 2570],
      ['send', 2570],
      ['office', 0],
    ]);
  });

  it('a letter that was numbered while the clock was a year ahead is not forgotten for a year', async () => {
    await enter('a', '2026-11-22T02:00:00.000Z');
    const owner = fresh.owner;
    // The clock is put right, but times in a book only rise.
    await enter('b', '2026-12-22T02:00:00.000Z');
    await enter('c', '2026-11-22T03:00:00.000Z');
    const [row] = await owner<{ at: Date }[]>`SELECT entered_at AS at FROM entry WHERE agency_id = ${agencyId} AND number = 3`;
    expect(row?.at.toISOString()).toBe('2026-12-22T02:00:00.000Z');
    await closeAt('2026-11-22T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(1), 'receive'))).toEqual([1, 2, 3]);
  });

  it('changes are named once each, also one that was committed after the closing had looked', async () => {
    const officer = testOfficer(agencyId, 'saraban');
    const context = testContext(fresh, () => at('2026-11-22T05:00:00.000Z'));
    const one = await enter('one', '2026-11-22T03:00:00.000Z');
    const two = await enter('two', '2026-11-22T03:00:00.000Z');
    let finish = () => {};
    const finished = new Promise<void>(resolve => {
      finish = resolve;
    });
    let begun = () => {};
    const changed = new Promise<void>(resolve => {
      begun = resolve;
    });
    const slow = inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
      await tx`UPDATE entry SET remark = 'slow' WHERE id = ${one}`;
      begun();
      await finished;
    });
    await changed;
    await amendEntry(context, officer, { entryId: two, facts: { remark: 'quick' } });
    await closeAt('2026-11-22T17:00:01.000Z');
    finish();
    await slow;
    await closeAt('2026-11-23T17:00:01.000Z');
    await closeAt('2026-11-24T17:00:01.000Z');
    const named = await Promise.all([1, 2, 3].map(async ordinal => (await day(ordinal)).changes.map(change => change.after)));
    expect(named).toEqual([['quick'], ['slow'], []]);
  });
});

describe('who closes, and when', () => {
  it('two at once: one closes, nothing is doubled', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    now = at('2026-11-24T17:00:01.000Z');
    const all = await Promise.all([
      closeDueDays(closing(), agencyId),
      closeDueDays(closing(), agencyId),
      closeDueDays(closing(), agencyId),
    ]);
    expect(
      all
        .flat()
        .map(one => one.day)
        .sort(),
    ).toEqual(['2026-11-22', '2026-11-23', '2026-11-24']);
    expect(await waitingReports()).toHaveLength(3);
  });

  it('letters are entered while a day is being closed, and keep it waiting for nothing', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    let entered = '';
    const form13 = async () => {
      if (entered !== '') return Buffer.from('pdf');
      entered = await enter('meanwhile', '2026-11-22T17:00:01.500Z');
      await confirmEntry(
        testContext(fresh, () => at('2026-11-22T17:00:01.600Z')),
        testOfficer(agencyId, 'saraban'),
        { entryId: entered },
      );
      return Buffer.from('pdf');
    };
    await closeAt('2026-11-22T17:00:01.000Z', { printer: { form13, form14: form13 }, sheet: null });
    expect(entered).not.toBe('');
    expect(numbersOf(bookOf(await day(1), 'receive'))).toEqual([1]);
    await closeAt('2026-11-23T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(2), 'receive'))).toEqual([2]);
  });

  it('a day that runs may be closed early by hand, one that has not begun may not', async () => {
    await enter('one', '2026-11-22T03:00:00.000Z');
    now = at('2026-11-22T05:00:00.000Z');
    expect(await daysToClose(closing(), agencyId)).toEqual([]);
    expect(await daysToClose(closing(), agencyId, '2026-11-25')).toEqual(['2026-11-22']);
    const closed = await closeDueDays(closing(), agencyId, { through: '2026-11-22' });
    expect(closed.map(one => [one.day, one.entries])).toEqual([['2026-11-22', 1]]);
    expect((await day(1)).closing).toBe('2026-11-22T05:00:00.000Z');
    expect(await closeDueDays(closing(), agencyId, { through: '2026-11-22' })).toEqual([]);
    await enter('two', '2026-11-22T06:00:00.000Z');
    expect((await closeAt('2026-11-23T17:00:00.000Z')).map(one => [one.day, one.entries])).toEqual([['2026-11-23', 1]]);
  });

  it('none when the clock went back, none when it runs a year ahead, none of an agency that left', async () => {
    await closeAt('2026-11-22T17:00:00.000Z');
    expect(await closeAt('2026-10-01T17:00:00.000Z')).toEqual([]);
    await expect(closeAt('2028-11-22T17:00:00.000Z')).rejects.toMatchObject({ code: 'clock-far-ahead' });
    await fresh.owner`UPDATE agency SET state = 'left' WHERE id = ${agencyId}`;
    expect(await closeAt('2026-11-24T17:00:00.000Z')).toEqual([]);
  });

  it('a day out of turn is refused', async () => {
    await closeAt('2026-11-23T17:00:00.000Z');
    expect(await closeDay(closing(), agencyId, '2026-11-22', { last: true, actor: THE_APPLIANCE })).toEqual({ outcome: 'already' });
  });

  it('the provider’s chain of acts is closed too, and nobody is mailed', async () => {
    await begins(0, '2026-11-22T01:00:00.000Z');
    now = at('2026-11-22T17:00:01.000Z');
    const [closed] = await closeDueDays(closing(), 0);
    expect(closed).toMatchObject({ day: '2026-11-22', entries: 0, files: ['day.json', 'seal.json', 'seal.sig.json'] });
    expect(await waitingReports()).toEqual([]);
  });
});

describe('certificates of copies', () => {
  it('stand by their hash in the next day that is closed, once', async () => {
    const { sha256, size } = await fresh.store.put(Buffer.from('{"certificate":1}'));
    await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
      await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, decode(${sha256}, 'hex'), ${size})`;
      await tx`
        INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size)
        VALUES (${agencyId}, '018f0000-0000-7000-8000-000000000001', '20261121T190000Z-3f2a9c1e', 'nas', '2026-11-21T20:00:00Z', 'proven', '{}', decode(${sha256}, 'hex'), ${size})`;
    });
    await closeAt('2026-11-23T17:00:01.000Z');
    expect((await day(1)).certificates).toEqual([
      {
        id: '018f0000-0000-7000-8000-000000000001',
        at: '2026-11-21T20:00:00.000Z',
        copyId: '20261121T190000Z-3f2a9c1e',
        place: 'nas',
        outcome: 'proven',
        sha256,
      },
    ]);
    expect((await read<SealFile>(1, 'seal.json')).certificates).toEqual([{ id: '018f0000-0000-7000-8000-000000000001', sha256 }]);
    expect((await day(2)).certificates).toEqual([]);
  });
});

describe('classified letters (I10)', () => {
  const secret = { secrecy: 'secret', subject: 'เรื่องลับสุดใจ', fromName: 'ผู้ส่งลับ', fromAddress: 'spy@secret.example' };
  const officer = () => testOfficer(agencyId, 'saraban', { appointed: true });
  const words = ['ลับสุดใจ', 'ผู้ส่งลับ', 'spy@secret.example', 'คำลับ'];

  async function openTexts(ordinal: number): Promise<string> {
    const files = (await filesOf(ordinal)).filter(file => !file.classified);
    return (await Promise.all(files.map(file => fresh.store.read(file.sha256)))).join('\n');
  }

  it('of the register of their own stand in day.json as numbers and heads, in full in day-classified.json', async () => {
    await enter('open', '2026-11-22T03:00:00.000Z');
    const id = await enter('secret', '2026-11-22T03:00:00.000Z', secret);
    await amendEntry(testContext(fresh), officer(), { entryId: id, facts: { remark: 'คำลับ' } });
    await closeAt('2026-11-22T17:00:01.000Z');
    const text = await openTexts(1);
    for (const word of words) expect(text).not.toContain(word);
    const open = bookOf(await day(1), 'receive-classified');
    expect(open.entries).toMatchObject({ first: 1, last: 1, complete: false, rows: [] });
    expect(open.acts).toMatchObject({ complete: false, rows: [] });
    const file = await read<DayFile>(1, 'day-classified.json');
    const book = bookOf(file, 'receive-classified');
    expect(book.entries).toMatchObject({ complete: true, head: open.entries.head });
    expect(walkEntries(book)).toBe(open.entries.head);
    expect(walkActs(book)).toBe(open.acts.head);
    expect(file.changes).toMatchObject([{ after: 'คำลับ' }]);
    expect(bookOf(file, 'receive').entries).toMatchObject({ first: 1, last: 1, complete: false, rows: [] });
    expect((await filesOf(1)).filter(one => one.classified).map(one => one.name)).toEqual([
      'day-classified.json',
      'receive-classified-2569.pdf',
      'receive-classified-2569.xlsx',
    ]);
  });

  it('of the ordinary register are withheld, and the chain is walked all the same', async () => {
    await fresh.owner`UPDATE agency SET settings = '{"classifiedRegister":"shared"}' WHERE id = ${agencyId}`;
    await enter('a', '2026-11-22T03:00:00.000Z');
    const id = await enter('b', '2026-11-22T03:00:00.000Z', secret);
    await enter('c', '2026-11-22T03:00:00.000Z');
    await amendEntry(testContext(fresh), officer(), { entryId: id, facts: { remark: 'คำลับ' } });
    await cancelEntry(testContext(fresh), officer(), { entryId: id, reason: 'คำลับ' });
    await closeAt('2026-11-22T17:00:01.000Z');
    const text = await openTexts(1);
    for (const word of words) expect(text).not.toContain(word);
    const open = bookOf(await day(1), 'receive');
    expect(Object.keys(open.entries.rows[1] ?? {}).sort()).toEqual(['hash', 'number', 'previousHash', 'withheld']);
    expect(open.acts.rows.map(row => 'withheld' in row)).toEqual([true, true]);
    expect(walkEntries(open)).toBe(open.entries.head);
    expect(walkActs(open)).toBe(open.acts.head);
    const file = await read<DayFile>(1, 'day-classified.json');
    const book = bookOf(file, 'receive');
    expect(numbersOf(book)).toEqual([2]);
    expect(entryHashOf(book.entries.rows[0] as DayEntry, book)).toBe(open.entries.rows[1]?.hash);
    expect(file.ended).toMatchObject([{ number: 2, reason: 'คำลับ' }]);
    expect(printed.filter(form => form.of === 'pdf 13').map(form => [form.data.classified, form.data.rows.map(row => row.number)])).toEqual(
      [
        [false, [1, 2, 3]],
        [true, [2]],
      ],
    );
  });

  it('found classified after the day was closed: its files are for appointed persons from then on', async () => {
    const since = (ordinal: number) =>
      inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => (await selectClassifiedSince(tx, [ordinal])).length > 0);
    const id = await enter('a', '2026-11-22T03:00:00.000Z');
    await closeAt('2026-11-22T17:00:01.000Z');
    expect(await since(1)).toBe(false);
    await amendEntry(
      testContext(fresh, () => at('2026-11-23T03:00:00.000Z')),
      officer(),
      { entryId: id, facts: { secrecy: 'secret' } },
    );
    expect(await since(1)).toBe(true);
    const seen = async (appointed: boolean) =>
      (await getDay(fresh.db, testOfficer(agencyId, 'auditor', { appointed }), '2026-11-22'))?.files.map(file => file.name);
    expect(await seen(false)).toEqual(['seal.json', 'seal.sig.json']);
    expect(await seen(true)).toContain('day.json');
    await closeAt('2026-11-23T17:00:01.000Z');
    // The second day knew.
    expect(await since(2)).toBe(false);
    expect((await day(2)).changes).toEqual([]);
  });
});

it('another agency sees nothing of a closed day (I9)', async () => {
  const other = await addTestAgency(fresh.db, 'changwat');
  await closeAt('2026-11-22T17:00:01.000Z');
  const seen = await inAgency(fresh.db, other, THE_APPLIANCE, async tx => [
    await tx`SELECT FROM closed_day`,
    await tx`SELECT FROM closed_book`,
    await tx`SELECT FROM closed_file`,
    await tx`SELECT FROM closed_mark`,
  ]);
  expect(seen.map(rows => rows.length)).toEqual([0, 0, 0, 0]);
});
