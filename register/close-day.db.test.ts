/** One closed day over a real register: what stands in it, sealed and whole; certificates; what goes wrong while it is made. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit } from '../test/database/fresh.ts';
import { testContext, testOfficer } from '../test/database/letters.ts';
import { amendEntry } from './act/amend.ts';
import { cancelEntry } from './act/cancel.ts';
import { confirmEntry } from './act/confirm.ts';
import { routeEntry } from './act/route.ts';
import { canonicalJson } from './close/canonical-json.ts';
import type { DayAct, DayEntry, SealFile } from './close/day-format.ts';
import { type ClosedDay, closeDueDays } from './close-day.ts';
import {
  at,
  bookOf,
  closeAt,
  closeBench,
  closing,
  day,
  enter,
  filesOf,
  read,
  waitingReports,
  walkActs,
  walkEntries,
} from './close-day-fixture.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { genesisHash } from './ledger.ts';
import { knownKeys } from './seal/keys.ts';
import { openSecretBox } from './seal/secret-box.ts';
import { checkSignature, readSignature, thingOf } from './seal/signature.ts';
import { storeFailure } from './store/folder.ts';

const bench = closeBench();

describe('a day', () => {
  it('holds what was entered, done, changed and cancelled, so that a stranger can make its chain anew', async () => {
    const context = testContext(bench.fresh, () => at('2026-11-22T04:00:00.000Z'));
    const officer = testOfficer(bench.agencyId, 'saraban');
    const unitId = await addTestUnit(bench.fresh.db, bench.agencyId, 'finance');
    const one = await enter(bench, 'one', '2026-11-22T03:00:00.000Z', { subject: 'เรื่องที่หนึ่ง' });
    const two = await enter(bench, 'two', '2026-11-22T03:10:00.000Z');
    await confirmEntry(context, officer, { entryId: one });
    await routeEntry(context, officer, { entryId: one, recipients: [{ unitId, purpose: 'action' }] });
    await amendEntry(context, officer, { entryId: one, facts: { letterNumber: 'มท 0201/1' } });
    await cancelEntry(context, officer, { entryId: two, reason: 'ส่งผิดหน่วยงาน' });

    const [closed] = await closeAt(bench, '2026-11-22T17:00:01.000Z');
    expect(closed).toMatchObject({ day: '2026-11-22', ordinal: 1, entries: 2, missing: [] });
    const file = await day(bench, 1);
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
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    const [closed] = await closeAt(bench, '2026-11-22T17:00:01.000Z');
    const files = await filesOf(bench, 1);
    expect(files.map(file => file.name)).toEqual([
      'day.json',
      'receive-2569.pdf',
      'receive-2569.xlsx',
      'seal.json',
      'seal.sig.json',
      'send-2569.pdf',
      'send-2569.xlsx',
    ]);
    const seal = await read<SealFile>(bench, 1, 'seal.json');
    const bytes = await bench.fresh.store.read(closed?.sealSha256 ?? '');
    expect(bytes.toString()).toBe(canonicalJson(seal));
    expect((await bench.fresh.store.read(files[0]?.sha256 ?? '')).toString()).toBe(canonicalJson(await day(bench, 1)));
    for (const listed of seal.files) {
      const kept = await bench.fresh.store.read(listed.sha256);
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
    const keys = await inAgency(bench.fresh.db, bench.agencyId, THE_APPLIANCE, tx => knownKeys(tx, bench.agencyId));
    const signature = await bench.fresh.store.read(files.find(file => file.name === 'seal.sig.json')?.sha256 ?? '');
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
    expect(bench.printed.map(form => form.of)).toEqual(['pdf 13', 'xlsx 13', 'pdf 14', 'xlsx 14']);
    expect(bench.printed[0]?.data).toMatchObject({ period: { kind: 'day', day: '2026-11-22' }, classified: false, seal: { ordinal: 1 } });
    expect(bench.printed[0]?.data.rows).toHaveLength(1);
  });

  it('is reported, and entered in the office’s chain', async () => {
    const [closed] = await closeAt(bench, '2026-11-22T17:00:01.000Z');
    expect(await waitingReports(bench)).toEqual([{ report: 'closed-day', agencyId: bench.agencyId, ordinal: 1 }]);
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    const act = bookOf(await day(bench, 2), 'office').acts.rows.find(row => 'kind' in row && row.kind === 'day-closed') as DayAct;
    expect(JSON.parse(act.detail)).toEqual({ day: '2026-11-22', ordinal: 1, seal: closed?.sealSha256 });
    expect((await read<SealFile>(bench, 2, 'seal.json')).previous).toBe(closed?.sealSha256);
  });

  it('without anything is closed too, with its forms', async () => {
    const closed = await closeAt(bench, '2026-11-23T18:00:00.000Z');
    expect(closed.map(one => [one.day, one.entries])).toEqual([
      ['2026-11-22', 0],
      ['2026-11-23', 0],
    ]);
    expect(closed[1]?.files).toContain('receive-2569.pdf');
  });

  it('is closed although a form cannot be drawn; the seal says which is missing', async () => {
    const printer = { form13: () => Promise.reject(new Error('no font')), form14: async () => Buffer.from('pdf') };
    const [closed] = await closeAt(bench, '2026-11-22T17:00:01.000Z', { printer });
    expect(closed?.missing).toEqual(['receive-2569.pdf']);
    expect((await read<SealFile>(bench, 1, 'seal.json')).missing).toEqual(['receive-2569.pdf']);
    expect((await filesOf(bench, 1)).map(file => file.name)).not.toContain('receive-2569.pdf');
  });

  it.each([1, 3, 6, 7])('a disk that fills up at the file %i leaves no half of it; the next run closes it', async last => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    let puts = 0;
    const store = {
      ...bench.fresh.store,
      adopt: (...given: Parameters<typeof bench.fresh.store.adopt>) =>
        ++puts >= last ? Promise.reject(full) : bench.fresh.store.adopt(...given),
      put: (bytes: Uint8Array) => (++puts >= last ? Promise.reject(full) : bench.fresh.store.put(bytes)),
    };
    const full = storeFailure(Object.assign(new Error('no room'), { code: 'ENOSPC' }), '/data');
    await expect(closeAt(bench, '2026-11-22T17:00:01.000Z', { store })).rejects.toMatchObject({ code: 'disk-full', temporary: true });
    expect(puts).toBe(last);
    const left = await bench.fresh
      .owner`SELECT FROM closed_day UNION ALL SELECT FROM closed_file UNION ALL SELECT FROM act WHERE kind = 'day-closed'`;
    expect([left.length, await waitingReports(bench)]).toEqual([0, []]);
    expect((await closeAt(bench, '2026-11-22T17:00:02.000Z')).map(one => [one.day, one.entries])).toEqual([['2026-11-22', 1]]);
  });

  it('no transaction and no lock is held while the forms are drawn: a database that restarts meanwhile harms nothing', async () => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    const drawn = async () => {
      const [held] = await bench.fresh
        .owner`SELECT count(*)::integer AS locks FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = current_database()`;
      expect(held?.locks).toBe(0);
      const open = await bench.fresh.admin`SELECT FROM pg_stat_activity WHERE datname = ${bench.fresh.name} AND xact_start IS NOT NULL`;
      expect(open).toHaveLength(0);
      return Buffer.from('pdf');
    };
    const [closed] = await closeAt(bench, '2026-11-22T17:00:01.000Z', { printer: { form13: drawn, form14: drawn } });
    expect(closed).toMatchObject({ entries: 1, missing: [] });
  });

  it('made while another process closed it is thrown away, and the days after it stand on the other one', async () => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    bench.now = at('2026-11-23T17:00:01.000Z');
    let others: ClosedDay[] = [];
    const slow = async () => {
      if (others.length === 0) others = await closeDueDays(closing(bench), bench.agencyId, { through: '2026-11-22' });
      return Buffer.from('pdf');
    };
    const mine = await closeDueDays(closing(bench, { printer: { form13: slow, form14: slow } }), bench.agencyId);
    expect([others.map(one => one.day), mine.map(one => one.day)]).toEqual([['2026-11-22'], ['2026-11-23']]);
    expect((await read<SealFile>(bench, 2, 'seal.json')).previous).toBe(others[0]?.sealSha256);
  });

  it('is not closed when the key file is another: nothing is half done', async () => {
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    const other = await openSecretBox(`${bench.fresh.folder}/other/secrets.key`);
    await expect(closeAt(bench, '2026-11-23T17:00:01.000Z', { box: other })).rejects.toMatchObject({ code: 'secrets-key-wrong' });
    expect(await filesOf(bench, 2)).toEqual([]);
    expect(await closeAt(bench, '2026-11-23T17:00:02.000Z')).toHaveLength(1);
  });
});

describe('certificates of copies', () => {
  it('stand by their hash in the next day that is closed, once', async () => {
    const { sha256, size } = await bench.fresh.store.put(Buffer.from('{"certificate":1}'));
    await inAgency(bench.fresh.db, bench.agencyId, THE_APPLIANCE, async tx => {
      await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${bench.agencyId}, decode(${sha256}, 'hex'), ${size})`;
      await tx`
        INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size)
        VALUES (${bench.agencyId}, '018f0000-0000-7000-8000-000000000001', '20261121T190000Z-3f2a9c1e', 'nas', '2026-11-21T20:00:00Z', 'proven', '{}', decode(${sha256}, 'hex'), ${size})`;
    });
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    expect((await day(bench, 1)).certificates).toEqual([
      {
        id: '018f0000-0000-7000-8000-000000000001',
        at: '2026-11-21T20:00:00.000Z',
        copyId: '20261121T190000Z-3f2a9c1e',
        place: 'nas',
        outcome: 'proven',
        sha256,
      },
    ]);
    expect((await read<SealFile>(bench, 1, 'seal.json')).certificates).toEqual([{ id: '018f0000-0000-7000-8000-000000000001', sha256 }]);
    expect((await day(bench, 2)).certificates).toEqual([]);
  });
});

it('another agency sees nothing of a closed day (I9)', async () => {
  const other = await addTestAgency(bench.fresh.db, 'changwat');
  await closeAt(bench, '2026-11-22T17:00:01.000Z');
  const seen = await inAgency(bench.fresh.db, other, THE_APPLIANCE, async tx => [
    await tx`SELECT FROM closed_day`,
    await tx`SELECT FROM closed_book`,
    await tx`SELECT FROM closed_file`,
    await tx`SELECT FROM closed_mark`,
  ]);
  expect(seen.map(rows => rows.length)).toEqual([0, 0, 0, 0]);
});
