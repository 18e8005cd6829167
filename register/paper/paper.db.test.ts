import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { inAgency, THE_APPLIANCE } from '../db/transaction.ts';
import { listEntries } from '../look/entries.ts';
import { getEntry } from '../look/entry.ts';
import { publicEntry } from '../look/public.ts';
import type { Officer } from '../officer.ts';
import { type BookToPrint, getBook, isWaitingSlip, listBooks, makeBook, openBooks, settleBook, voidSlip } from './book.ts';
import { enterPaper, newPaperId, type PaperInput } from './enter-paper.ts';

let fresh: FreshDatabase;
let agencyId: number;
let officer: Officer;
let administrator: Officer;
beforeAll(async () => {
  fresh = await freshDatabase();
  agencyId = await addTestAgency(fresh.db, 'tambon');
  officer = testOfficer(agencyId, 'saraban');
  administrator = testOfficer(agencyId, 'administrator');
});
afterAll(() => fresh.close());

const context = () => testContext(fresh);

function paper(change: Partial<PaperInput> = {}): PaperInput {
  return {
    id: newPaperId(),
    received: { day: '2026-11-22', time: '09:00' },
    fromName: '',
    facts: { subject: 'ขอให้ซ่อมไฟส่องสว่าง', fromAgency: 'หมู่ที่ 4', letterNumber: 'พย 0023.3/4471' },
    slip: null,
    ...change,
  };
}

async function printed(slips: number): Promise<{ bookId: string; name: string; book: BookToPrint }> {
  let book: BookToPrint | null = null;
  const made = await makeBook(context(), administrator, { slips }, async given => {
    book = given;
    return Buffer.from(`a book ${given.name} ${randomUUID()}`);
  });
  if (made.outcome !== 'done' || book === null) throw new Error(made.outcome);
  return { ...made, book };
}

describe('a letter on paper', () => {
  it('gets the next number between two mails, and is found by its words', async () => {
    const before = await enterLetter(fresh, agencyId, 'Subject: a\r\n\r\none');
    const entered = await enterPaper(context(), officer, paper());
    const after = await enterLetter(fresh, agencyId, 'Subject: b\r\n\r\ntwo');
    if (entered.outcome !== 'done') throw new Error(entered.outcome);
    const numbers = await Promise.all([before, entered.entryId, after].map(async id => (await getEntry(fresh.db, officer, id))?.number));
    expect(numbers).toEqual([entered.number - 1, entered.number, entered.number + 1]);
    const seen = await getEntry(fresh.db, officer, entered.entryId);
    expect(seen).toMatchObject({ subject: 'ขอให้ซ่อมไฟส่องสว่าง', fromAgency: 'หมู่ที่ 4', message: null, attachments: [], state: 'entered' });
    expect(seen?.receivedAt.toISOString()).toBe('2026-11-22T02:00:00.000Z');
    const found = await listEntries(fresh.db, officer, { register: 'receive', year: 2569, q: 'ไฟส่องสว่าง', limit: 10 }, TEST_TIME);
    expect(found.items.map(item => item.id)).toContain(entered.entryId);
  });

  it('is entered once, however often the form is sent', async () => {
    const form = paper();
    const [first, second] = [await enterPaper(context(), officer, form), await enterPaper(context(), officer, form)];
    expect(second).toEqual({ ...first, again: true });
  });

  it('says all that is missing, and writes nothing', async () => {
    const bad = await enterPaper(context(), officer, paper({ received: { day: '', time: '' }, facts: { subject: '' } }));
    expect(bad.outcome === 'invalid' && bad.faults.map(fault => fault.field)).toEqual([
      'facts.subject',
      'facts.fromAgency',
      'receivedOn',
      'receivedTime',
    ]);
    for (const received of [
      { day: '2026-11-23', time: '09:00' },
      { day: '2026-11-22', time: '10:11' },
      { day: '2020-01-01', time: '00:00' },
    ]) {
      const wrong = await enterPaper(context(), officer, paper({ received }));
      expect(wrong.outcome === 'invalid' && wrong.faults.map(fault => fault.field)).toEqual(['receivedOn']);
    }
    const topSecret = await enterPaper(context(), officer, paper({ facts: { subject: 'x', fromAgency: 'y', secrecy: 'top-secret' } }));
    expect(topSecret).toMatchObject({ outcome: 'invalid', faults: [{ field: 'facts.secrecy' }] });
  });

  it('a classified one goes into the classified register', async () => {
    const entered = await enterPaper(context(), officer, paper({ facts: { subject: 'x', fromAgency: 'y', secrecy: 'secret' } }));
    expect(entered).toMatchObject({ outcome: 'done', register: 'receive-classified' });
  });

  it('is for the central officers', async () => {
    expect(await enterPaper(context(), testOfficer(agencyId, 'unit'), paper())).toEqual({ outcome: 'forbidden' });
    expect(await enterPaper(context(), testOfficer(agencyId, 'auditor'), paper())).toEqual({ outcome: 'forbidden' });
  });
});

describe('the book of numbers', () => {
  it('has its own ordinal, codes that differ, and is kept as it was printed', async () => {
    const [one, two] = await Promise.all([printed(20), printed(3)]);
    expect(new Set([one.name, two.name]).size).toBe(2);
    expect(new Set(one.book.slips.map(slip => slip.publicCode)).size).toBe(20);
    const seen = await getBook(fresh.db, administrator, one.bookId);
    expect(seen?.book).toMatchObject({ slips: 20, entered: 0, voided: 0, settledAt: null });
    expect((await fresh.store.read(seen?.book.pdfSha256 ?? '')).toString()).toContain(one.name);
    expect((await listBooks(fresh.db, administrator)).length).toBeGreaterThanOrEqual(2);
  });

  it('a slip becomes one letter, whose receipt leads to it', async () => {
    const { bookId, book } = await printed(5);
    const slip = book.slips[1];
    if (slip === undefined) throw new Error('no slip');
    expect(await publicEntry(fresh.db, slip.publicCode)).toBeNull();
    expect(await isWaitingSlip(fresh.db, slip.publicCode)).toBe(true);
    for (const none of ['', 'x', '0'.repeat(26), '%']) expect(await isWaitingSlip(fresh.db, none)).toBe(false);
    const used = { bookId, slip: 2, checkCode: slip.checkCode.toUpperCase() };
    const entered = await enterPaper(context(), officer, paper({ slip: used }));
    if (entered.outcome !== 'done') throw new Error(JSON.stringify(entered));
    expect(await publicEntry(fresh.db, slip.publicCode)).toMatchObject({ number: entered.number, year: 2569, sha256: null });
    expect(await enterPaper(context(), officer, paper({ slip: used }))).toMatchObject({
      outcome: 'conflict',
      state: 'entered',
      by: officer.name,
    });
    const seen = await getBook(fresh.db, officer, bookId);
    expect(seen?.slips[1]).toMatchObject({ state: 'entered', entryId: entered.entryId, number: entered.number });
  });

  it('two officers with the same slip: one number', async () => {
    const { bookId, book } = await printed(1);
    const slip = { bookId, slip: 1, checkCode: book.slips[0]?.checkCode ?? '' };
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => enterPaper(context(), officer, paper({ slip }))));
    expect(outcomes.map(one => one.outcome).sort()).toEqual(['conflict', 'conflict', 'conflict', 'done']);
  });

  it('a wrong check code, a slip that is none, another agency’s book', async () => {
    const { bookId, book } = await printed(2);
    const [slip] = book.slips;
    const wrong = await enterPaper(context(), officer, paper({ slip: { bookId, slip: 2, checkCode: slip?.checkCode ?? '' } }));
    expect(wrong).toMatchObject({ outcome: 'invalid', faults: [{ field: 'checkCode' }] });
    for (const number of [0, 3, -1, 1.5, Number.NaN]) {
      const none = await enterPaper(context(), officer, paper({ slip: { bookId, slip: number, checkCode: 'x' } }));
      expect(none).toMatchObject({ outcome: 'invalid', faults: [{ field: 'slip' }] });
    }
    const other = await addTestAgency(fresh.db, `other-${randomUUID().slice(0, 8)}`);
    const stranger = testOfficer(other, 'administrator');
    expect(await getBook(fresh.db, stranger, bookId)).toBeNull();
    expect(await voidSlip(context(), stranger, { bookId, slip: 1, reason: 'x' })).toEqual({ outcome: 'not-found' });
    const theirs = await enterPaper(context(), stranger, paper({ slip: { bookId, slip: 1, checkCode: slip?.checkCode ?? '' } }));
    expect(theirs).toMatchObject({ outcome: 'invalid', faults: [{ field: 'slip' }] });
  });

  it('is settled when every slip is accounted for, and then closed', async () => {
    const { bookId, book } = await printed(4);
    const checkCode = (slip: number) => book.slips[slip - 1]?.checkCode ?? '';
    await enterPaper(context(), officer, paper({ slip: { bookId, slip: 1, checkCode: checkCode(1) } }));
    expect(await voidSlip(context(), officer, { bookId, slip: 2, reason: '' })).toMatchObject({ outcome: 'invalid' });
    expect(await voidSlip(context(), officer, { bookId, slip: 2, reason: 'เปียกน้ำ' })).toEqual({ outcome: 'done' });
    expect(await voidSlip(context(), officer, { bookId, slip: 2, reason: 'อีกครั้ง' })).toMatchObject({ outcome: 'conflict', state: 'void' });
    expect(await settleBook(context(), officer, { bookId })).toEqual({ outcome: 'forbidden' });
    expect(await settleBook(context(), administrator, { bookId })).toEqual({ outcome: 'done', unused: 2 });
    expect(await settleBook(context(), administrator, { bookId })).toMatchObject({ outcome: 'conflict', state: 'settled' });
    expect(await enterPaper(context(), officer, paper({ slip: { bookId, slip: 3, checkCode: checkCode(3) } }))).toMatchObject({
      outcome: 'conflict',
      state: 'void',
    });
    expect((await openBooks(fresh.db, officer)).map(one => one.id)).not.toContain(bookId);
    expect((await getBook(fresh.db, administrator, bookId))?.book).toMatchObject({ entered: 1, voided: 3 });
  });

  it('the database itself lets a slip be used once, and lets none be exchanged', async () => {
    const { bookId } = await printed(2);
    const entryId = await enterLetter(fresh, agencyId, `Subject: c\r\n\r\n${randomUUID()}`);
    const sql = async (work: Parameters<typeof inAgency>[3]) => await inAgency(fresh.db, agencyId, THE_APPLIANCE, work);
    const settle = sql(
      tx =>
        tx`UPDATE number_slip SET state = 'entered', entry_id = ${entryId}, settled_at = now(), settled_by = 'x' WHERE book_id = ${bookId} AND slip = 1`,
    );
    await expect(settle).rejects.toThrow('does not carry its code');
    await expect(sql(tx => tx`UPDATE number_slip SET check_code = '00000' WHERE book_id = ${bookId}`)).rejects.toThrow('cannot be changed');
    await expect(sql(tx => tx`DELETE FROM number_slip WHERE book_id = ${bookId}`)).rejects.toThrow();
    await expect(sql(tx => tx`UPDATE number_book SET settled_at = now(), settled_by = 'x' WHERE id = ${bookId}`)).rejects.toThrow(
      'every slip',
    );
  });
});
