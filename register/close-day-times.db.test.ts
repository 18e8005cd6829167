/** When days are closed, and which entry stands in which day: late entries, outages, two closers at once, the turn of the year. */
import { describe, expect, it } from 'vitest';
import { testContext, testOfficer } from '../test/database/letters.ts';
import { amendEntry } from './act/amend.ts';
import { confirmEntry } from './act/confirm.ts';
import { closeDay, closeDueDays, daysToClose } from './close-day.ts';
import { at, begins, bookOf, closeAt, closeBench, closing, day, enter, filesOf, numbersOf, waitingReports } from './close-day-fixture.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';

const bench = closeBench();

describe('which day an entry stands in', () => {
  it('one that was committed late goes into the next day, by its number', async () => {
    await enter(bench, 'one', '2026-11-22T16:59:00.000Z');
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    // Its time lies before the closing; the day was closed all the same.
    await enter(bench, 'late', '2026-11-22T16:59:59.000Z');
    await enter(bench, 'next', '2026-11-23T02:00:00.000Z');
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(bench, 1), 'receive'))).toEqual([1]);
    expect(numbersOf(bookOf(await day(bench, 2), 'receive'))).toEqual([2, 3]);
    expect(bookOf(await day(bench, 2), 'receive').entries.previousHead).toBe(bookOf(await day(bench, 1), 'receive').entries.head);
  });

  it('after an outage each missed day gets what was entered before it ended', async () => {
    await enter(bench, 'a', '2026-11-22T10:00:00.000Z');
    await enter(bench, 'b', '2026-11-23T16:59:59.999Z');
    await enter(bench, 'c', '2026-11-23T17:00:00.000Z');
    await enter(bench, 'd', '2026-11-26T01:00:00.000Z');
    const closed = await closeAt(bench, '2026-11-26T02:00:00.000Z');
    expect(closed.map(one => one.day)).toEqual(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25']);
    expect(await Promise.all([1, 2, 3, 4].map(async ordinal => numbersOf(bookOf(await day(bench, ordinal), 'receive'))))).toEqual([
      [1],
      [2],
      [3],
      [],
    ]);
    expect(await closeAt(bench, '2026-11-26T03:00:00.000Z')).toEqual([]);
  });

  it('by the agency’s own hour and zone', async () => {
    await bench.fresh.owner`UPDATE agency SET settings = '{"closingHour":"16:30"}' WHERE id = ${bench.agencyId}`;
    await enter(bench, 'a', '2026-11-22T09:29:00.000Z');
    await enter(bench, 'b', '2026-11-22T09:30:00.000Z');
    expect((await closeAt(bench, '2026-11-22T09:30:00.000Z')).map(one => one.day)).toEqual(['2026-11-22']);
    expect(numbersOf(bookOf(await day(bench, 1), 'receive'))).toEqual([1]);
  });

  it('the first day is that of the agency’s beginning', async () => {
    await begins(bench, bench.agencyId, '2026-11-25T01:00:00.000Z');
    await enter(bench, 'a', '2026-11-24T01:00:00.000Z');
    expect((await closeAt(bench, '2026-11-25T18:00:00.000Z')).map(one => one.day)).toEqual(['2026-11-24', '2026-11-25']);
  });

  it('the turn of the year: a day may hold two years of a register, and the acts stand once', async () => {
    await bench.fresh.owner`UPDATE agency SET settings = '{"closingHour":"16:30"}' WHERE id = ${bench.agencyId}`;
    await begins(bench, bench.agencyId, '2027-01-01T01:00:00.000Z');
    const context = testContext(bench.fresh, () => at('2027-01-01T01:00:00.000Z'));
    await enter(bench, 'old', '2026-12-31T12:00:00.000Z');
    const young = await enter(bench, 'young', '2027-01-01T00:30:00.000Z');
    await confirmEntry(context, testOfficer(bench.agencyId, 'saraban'), { entryId: young });
    expect((await closeAt(bench, '2027-01-01T09:30:00.000Z')).map(one => one.day)).toEqual(['2027-01-01']);
    const file = await day(bench, 1);
    expect(file.books.map(book => [book.register, book.year])).toEqual([
      ['receive', 2569],
      ['receive', 2570],
      ['send', 2570],
      ['office', 0],
    ]);
    expect([numbersOf(bookOf(file, 'receive', 2569)), numbersOf(bookOf(file, 'receive', 2570))]).toEqual([[1], [1]]);
    expect(bookOf(file, 'receive', 2569).acts.rows).toEqual([]);
    expect(bookOf(file, 'receive', 2570).acts.rows).toHaveLength(1);
    expect((await filesOf(bench, 1)).map(one => one.name)).toEqual(
      expect.arrayContaining(['receive-2569.pdf', 'receive-2570.pdf', 'send-2570.pdf']),
    );
    await closeAt(bench, '2027-01-02T09:30:00.000Z');
    expect((await day(bench, 2)).books.map(book => [book.register, book.year])).toEqual([
      ['receive', 2570],
      ['send', 2570],
      ['office', 0],
    ]);
  });

  it('a letter that was numbered while the clock was a year ahead is not forgotten for a year', async () => {
    await enter(bench, 'a', '2026-11-22T02:00:00.000Z');
    const owner = bench.fresh.owner;
    // The clock is put right, but times in a book only rise.
    await enter(bench, 'b', '2026-12-22T02:00:00.000Z');
    await enter(bench, 'c', '2026-11-22T03:00:00.000Z');
    const [row] = await owner<{ at: Date }[]>`SELECT entered_at AS at FROM entry WHERE agency_id = ${bench.agencyId} AND number = 3`;
    expect(row?.at.toISOString()).toBe('2026-12-22T02:00:00.000Z');
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(bench, 1), 'receive'))).toEqual([1, 2, 3]);
  });

  it('changes are named once each, also one that was committed after the closing had looked', async () => {
    const officer = testOfficer(bench.agencyId, 'saraban');
    const context = testContext(bench.fresh, () => at('2026-11-22T05:00:00.000Z'));
    const one = await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    const two = await enter(bench, 'two', '2026-11-22T03:00:00.000Z');
    let finish = () => {};
    const finished = new Promise<void>(resolve => {
      finish = resolve;
    });
    let begun = () => {};
    const changed = new Promise<void>(resolve => {
      begun = resolve;
    });
    const slow = inAgency(bench.fresh.db, bench.agencyId, THE_APPLIANCE, async tx => {
      await tx`UPDATE entry SET remark = 'slow' WHERE id = ${one}`;
      begun();
      await finished;
    });
    await changed;
    await amendEntry(context, officer, { entryId: two, facts: { remark: 'quick' } });
    await closeAt(bench, '2026-11-22T17:00:01.000Z');
    finish();
    await slow;
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    await closeAt(bench, '2026-11-24T17:00:01.000Z');
    const named = await Promise.all([1, 2, 3].map(async ordinal => (await day(bench, ordinal)).changes.map(change => change.after)));
    expect(named).toEqual([['quick'], ['slow'], []]);
  });
});

describe('who closes, and when', () => {
  it('two at once: one closes, nothing is doubled', async () => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    bench.now = at('2026-11-24T17:00:01.000Z');
    const all = await Promise.all([
      closeDueDays(closing(bench), bench.agencyId),
      closeDueDays(closing(bench), bench.agencyId),
      closeDueDays(closing(bench), bench.agencyId),
    ]);
    expect(
      all
        .flat()
        .map(one => one.day)
        .sort(),
    ).toEqual(['2026-11-22', '2026-11-23', '2026-11-24']);
    expect(await waitingReports(bench)).toHaveLength(3);
  });

  it('letters are entered while a day is being closed, and keep it waiting for nothing', async () => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    let entered = '';
    const form13 = async () => {
      if (entered !== '') return Buffer.from('pdf');
      entered = await enter(bench, 'meanwhile', '2026-11-22T17:00:01.500Z');
      await confirmEntry(
        testContext(bench.fresh, () => at('2026-11-22T17:00:01.600Z')),
        testOfficer(bench.agencyId, 'saraban'),
        { entryId: entered },
      );
      return Buffer.from('pdf');
    };
    await closeAt(bench, '2026-11-22T17:00:01.000Z', { printer: { form13, form14: form13 }, sheet: null });
    expect(entered).not.toBe('');
    expect(numbersOf(bookOf(await day(bench, 1), 'receive'))).toEqual([1]);
    await closeAt(bench, '2026-11-23T17:00:01.000Z');
    expect(numbersOf(bookOf(await day(bench, 2), 'receive'))).toEqual([2]);
  });

  it('a day that runs may be closed early by hand, one that has not begun may not', async () => {
    await enter(bench, 'one', '2026-11-22T03:00:00.000Z');
    bench.now = at('2026-11-22T05:00:00.000Z');
    expect(await daysToClose(closing(bench), bench.agencyId)).toEqual([]);
    expect(await daysToClose(closing(bench), bench.agencyId, '2026-11-25')).toEqual(['2026-11-22']);
    const closed = await closeDueDays(closing(bench), bench.agencyId, { through: '2026-11-22' });
    expect(closed.map(one => [one.day, one.entries])).toEqual([['2026-11-22', 1]]);
    expect((await day(bench, 1)).closing).toBe('2026-11-22T05:00:00.000Z');
    expect(await closeDueDays(closing(bench), bench.agencyId, { through: '2026-11-22' })).toEqual([]);
    await enter(bench, 'two', '2026-11-22T06:00:00.000Z');
    expect((await closeAt(bench, '2026-11-23T17:00:00.000Z')).map(one => [one.day, one.entries])).toEqual([['2026-11-23', 1]]);
  });

  it('none when the clock went back, none when it runs a year ahead, none of an agency that left', async () => {
    await closeAt(bench, '2026-11-22T17:00:00.000Z');
    expect(await closeAt(bench, '2026-10-01T17:00:00.000Z')).toEqual([]);
    await expect(closeAt(bench, '2028-11-22T17:00:00.000Z')).rejects.toMatchObject({ code: 'clock-far-ahead' });
    await bench.fresh.owner`UPDATE agency SET state = 'left' WHERE id = ${bench.agencyId}`;
    expect(await closeAt(bench, '2026-11-24T17:00:00.000Z')).toEqual([]);
  });

  it('a day out of turn is refused', async () => {
    await closeAt(bench, '2026-11-23T17:00:00.000Z');
    expect(await closeDay(closing(bench), bench.agencyId, '2026-11-22', { last: true, actor: THE_APPLIANCE })).toEqual({
      outcome: 'already',
    });
  });

  it('the provider’s chain of acts is closed too, and nobody is mailed', async () => {
    await begins(bench, 0, '2026-11-22T01:00:00.000Z');
    bench.now = at('2026-11-22T17:00:01.000Z');
    const [closed] = await closeDueDays(closing(bench), 0);
    expect(closed).toMatchObject({ day: '2026-11-22', entries: 0, files: ['day.json', 'seal.json', 'seal.sig.json'] });
    expect(await waitingReports(bench)).toEqual([]);
  });
});
