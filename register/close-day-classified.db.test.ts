/** Closed days with classified letters: what everybody may read of them names nothing that only appointed persons may. */
import { describe, expect, it } from 'vitest';
import { testContext, testOfficer } from '../test/database/letters.ts';
import { amendEntry } from './act/amend.ts';
import { cancelEntry } from './act/cancel.ts';
import type { DayEntry, DayFile } from './close/day-format.ts';
import { selectClassifiedSince } from './close/queries.ts';
import {
  at,
  bookOf,
  closeAt,
  closeBench,
  day,
  enter,
  entryHashOf,
  filesOf,
  numbersOf,
  read,
  walkActs,
  walkEntries,
} from './close-day-fixture.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { getDay } from './look/days.ts';

const bench = closeBench();

describe('classified letters (I10)', () => {
  const secret = { secrecy: 'secret', subject: 'เรื่องลับสุดใจ', fromName: 'ผู้ส่งลับ', fromAddress: 'spy@secret.example' };
  const officer = () => testOfficer(bench.agencyId, 'saraban', { appointed: true });
  const words = ['ลับสุดใจ', 'ผู้ส่งลับ', 'spy@secret.example', 'คำลับ'];

  async function openTexts(ordinal: number): Promise<string> {
    const files = (await filesOf(bench, ordinal)).filter(file => !file.classified);
    return (await Promise.all(files.map(file => bench.fresh.store.read(file.sha256)))).join('\n');
  }

  it('of the register of their own stand in day.json as numbers and heads, in full in day-classified.json', async () => {
    await enter(bench, 'open', '2026-11-22T03:00:00.000Z');
    const id = await enter(bench, 'secret', '2026-11-22T03:00:00.000Z', secret);
    await amendEntry(testContext(bench.fresh), officer(), { entryId: id, facts: { remark: 'คำลับ' } });
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    const text = await openTexts(1);
    for (const word of words) expect(text).not.toContain(word);
    const open = bookOf(await day(bench, 1), 'receive-classified');
    expect(open.entries).toMatchObject({ first: 1, last: 1, complete: false, rows: [] });
    expect(open.acts).toMatchObject({ complete: false, rows: [] });
    const file = await read<DayFile>(bench, 1, 'day-classified.json');
    const book = bookOf(file, 'receive-classified');
    expect(book.entries).toMatchObject({ complete: true, head: open.entries.head });
    expect(walkEntries(book)).toBe(open.entries.head);
    expect(walkActs(book)).toBe(open.acts.head);
    expect(file.changes).toMatchObject([{ after: 'คำลับ' }]);
    expect(bookOf(file, 'receive').entries).toMatchObject({ first: 1, last: 1, complete: false, rows: [] });
    expect((await filesOf(bench, 1)).filter(one => one.classified).map(one => one.name)).toEqual([
      'day-classified.json',
      'receive-classified-2569.pdf',
      'receive-classified-2569.xlsx',
    ]);
  });

  it('of the ordinary register are withheld, and the chain is walked all the same', async () => {
    await bench.fresh.owner`UPDATE agency SET settings = '{"classifiedRegister":"shared"}' WHERE id = ${bench.agencyId}`;
    await enter(bench, 'a', '2026-11-22T03:00:00.000Z');
    const id = await enter(bench, 'b', '2026-11-22T03:00:00.000Z', secret);
    await enter(bench, 'c', '2026-11-22T03:00:00.000Z');
    await amendEntry(testContext(bench.fresh), officer(), { entryId: id, facts: { remark: 'คำลับ' } });
    await cancelEntry(testContext(bench.fresh), officer(), { entryId: id, reason: 'คำลับ' });
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    const text = await openTexts(1);
    for (const word of words) expect(text).not.toContain(word);
    const open = bookOf(await day(bench, 1), 'receive');
    expect(Object.keys(open.entries.rows[1] ?? {}).sort()).toEqual(['hash', 'number', 'previousHash', 'withheld']);
    expect(open.acts.rows.map(row => 'withheld' in row)).toEqual([true, true]);
    expect(walkEntries(open)).toBe(open.entries.head);
    expect(walkActs(open)).toBe(open.acts.head);
    const file = await read<DayFile>(bench, 1, 'day-classified.json');
    const book = bookOf(file, 'receive');
    expect(numbersOf(book)).toEqual([2]);
    expect(entryHashOf(book.entries.rows[0] as DayEntry, book)).toBe(open.entries.rows[1]?.hash);
    expect(file.ended).toMatchObject([{ number: 2, reason: 'คำลับ' }]);
    expect(
      bench.printed.filter(form => form.of === 'pdf 13').map(form => [form.data.classified, form.data.rows.map(row => row.number)]),
    ).toEqual([
      [false, [1, 2, 3]],
      [true, [2]],
    ]);
  });

  it('found classified after the day was closed: its files are for appointed persons from then on', async () => {
    const since = (ordinal: number) =>
      inAgency(bench.fresh.db, bench.agencyId, THE_APPLIANCE, async tx => (await selectClassifiedSince(tx, [ordinal])).length > 0);
    const id = await enter(bench, 'a', '2026-11-22T03:00:00.000Z');
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    expect(await since(1)).toBe(false);
    await amendEntry(
      testContext(bench.fresh, () => at('2026-11-23T03:00:00.000Z')),
      officer(),
      { entryId: id, facts: { secrecy: 'secret' } },
    );
    expect(await since(1)).toBe(true);
    const seen = async (appointed: boolean) =>
      (await getDay(bench.fresh.db, testOfficer(bench.agencyId, 'auditor', { appointed }), '2026-11-22'))?.files.map(file => file.name);
    expect(await seen(false)).toEqual(['seal.json', 'seal.sig.json']);
    expect(await seen(true)).toContain('day.json');
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    // The second day knew.
    expect(await since(2)).toBe(false);
    expect((await day(bench, 2)).changes).toEqual([]);
  });
});
