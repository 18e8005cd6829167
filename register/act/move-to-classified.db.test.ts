import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, enterMail, testContext, testOfficer } from '../../test/database/letters.ts';
import { inAgency } from '../db/transaction.ts';
import { listEntries } from '../look/entries.ts';
import { getEntry, getHistory } from '../look/entry.ts';
import { publicEntry } from '../look/public.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { lockEntryToFill, selectMessageToRead } from '../reading-queries.ts';
import { verify } from '../verify.ts';
import { amendEntry } from './amend.ts';
import { confirmEntry } from './confirm.ts';
import { moveToClassified } from './move-to-classified.ts';
import { routeEntry } from './route.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let agency: number;
let finance: string;
let keeper: Officer;

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  agency = await addTestAgency(fresh.db, 'move');
  finance = await addTestUnit(fresh.db, agency, 'finance');
  keeper = testOfficer(agency, 'saraban', { appointed: true, name: 'keeper' });
});
afterAll(() => fresh.close());

/** A letter whose class an officer found only after it was entered. */
async function found(text: string): Promise<string> {
  const entryId = await enterLetter(fresh, agency, text, { subject: 'เรื่องหนึ่ง', headerMessageId: `<${text}@x>` });
  const amended = await amendEntry(context, keeper, { entryId, facts: { secrecy: 'secret', letterNumber: 'ลับ ที่ 1', remark: 'เดิม' } });
  if (amended.outcome !== 'done') throw new Error(JSON.stringify(amended));
  return entryId;
}

async function moved(entryId: string) {
  const outcome = await moveToClassified(context, keeper, { entryId });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome;
}

const acknowledgementOf = async (entryId: string) =>
  (await fresh.owner`SELECT state, reason FROM acknowledgement WHERE entry_id = ${entryId}`)[0];

describe('the move into the classified register', () => {
  it('cancels the number with its reason, and gives the same letter the next of the other', async () => {
    const entryId = await found('moved');
    await confirmEntry(context, keeper, { entryId });
    await routeEntry(context, keeper, { entryId, recipients: [{ unitId: finance, purpose: 'action' }] });
    const before = await getEntry(fresh.db, keeper, entryId);
    const to = await moved(entryId);
    expect(to).toMatchObject({ register: 'receive-classified', number: 1, year: 2569 });
    expect(await getEntry(fresh.db, keeper, entryId)).toMatchObject({
      number: before?.number,
      state: 'cancelled',
      stateReason: 'ย้ายไปทะเบียนลับ',
      routes: [{ state: 'withdrawn' }],
    });
    expect(await getEntry(fresh.db, keeper, to.entryId)).toMatchObject({
      register: 'receive-classified',
      state: 'confirmed',
      confirmedBy: 'keeper',
      subject: 'เรื่องหนึ่ง',
      letterNumber: 'ลับ ที่ 1',
      secrecy: 'secret',
      remark: `เดิม\nย้ายมาจากทะเบียนหนังสือรับ เลขรับ ${before?.number}/2569`,
      receivedAt: before?.receivedAt,
      message: { id: before?.message?.id, sha256: before?.message?.sha256 },
      routes: [],
    });
    expect((await getHistory(fresh.db, keeper, entryId))?.map(item => item.kind)).toContain('moved-away');
    expect((await getHistory(fresh.db, keeper, to.entryId))?.map(item => item.kind)).toEqual(['moved-in']);
    const search = { register: 'receive-classified', year: 2569, q: 'เรื่องหนึ่ง', limit: 9 } as const;
    expect((await listEntries(fresh.db, keeper, search)).items.map(item => item.id)).toEqual([to.entryId]);
    expect((await verify({ db: fresh.owner, store: fresh.store })).faults).toEqual([]);
  });

  it('happens once, whoever presses at the same moment', async () => {
    const entryId = await found('twice');
    const outcomes = await Promise.all([1, 2, 3].map(() => moveToClassified(context, keeper, { entryId })));
    expect(outcomes.map(one => one.outcome).sort()).toEqual(['conflict', 'conflict', 'done']);
  });

  it('gives the same bytes sent again the number that was told, and flags nothing', async () => {
    const entryId = await found('again');
    const { number } = (await getEntry(fresh.db, keeper, entryId)) ?? {};
    await moved(entryId);
    expect(await enterMail(fresh, agency, 'again', { headerMessageId: '<again@x>' })).toMatchObject({
      outcome: 'entered',
      again: true,
      number,
    });
  });

  it('has what is read later written where the letter stands, and what an officer settled before stays settled', async () => {
    const entryId = await found('read later');
    const { message } = (await getEntry(fresh.db, keeper, entryId)) ?? {};
    const to = await moved(entryId);
    const filled = await inAgency(fresh.db, agency, keeper, async tx => {
      const read = await selectMessageToRead(tx, message?.id ?? '');
      return await lockEntryToFill(tx, read?.entryId ?? '');
    });
    expect(filled?.id).toBe(to.entryId);
    expect(filled?.settled.sort()).toEqual(['letterNumber', 'remark', 'secrecy']);
  });

  it('lets who holds the code of the old number follow the letter', async () => {
    const entryId = await found('public');
    const code = (await getEntry(fresh.db, keeper, entryId))?.publicCode ?? '';
    const to = await moved(entryId);
    expect(await publicEntry(fresh.db, code)).toMatchObject({ number: to.number, year: 2569, state: 'received' });
    expect(await publicEntry(fresh.db, (await getEntry(fresh.db, keeper, to.entryId))?.publicCode ?? '')).toMatchObject({
      number: to.number,
    });
  });

  it('tells the sender the new number where none was told, and else waits for an officer (I6)', async () => {
    const untold = await found('untold');
    const first = await moved(untold);
    expect([await acknowledgementOf(untold), await acknowledgementOf(first.entryId)]).toEqual([
      { state: 'refused', reason: 'cancelled' },
      { state: 'waiting', reason: '' },
    ]);
    const jobs = await fresh.owner`SELECT id FROM pgboss.job WHERE name = 'acknowledge' AND data->>'entryId' = ${first.entryId}`;
    expect(jobs).toHaveLength(1);

    const told = await found('told');
    await fresh.owner`INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
      SELECT agency_id, id, 'acknowledgement', id, '', 'a@b', '<told@x>', 'told', raw_sha256, 4, now() FROM entry WHERE id = ${told}`;
    await fresh.owner`UPDATE acknowledgement SET state = 'sent', mail_id = ${told}, sent_at = now() WHERE entry_id = ${told}`;
    const second = await moved(told);
    expect([await acknowledgementOf(told), await acknowledgementOf(second.entryId)]).toEqual([
      { state: 'sent', reason: '' },
      { state: 'held', reason: 'moved' },
    ]);
  });

  it('is refused for what is not classified, stands there already, or is done; and to who may not', async () => {
    const plain = await enterLetter(fresh, agency, 'plain');
    expect(await moveToClassified(context, keeper, { entryId: plain })).toMatchObject({ outcome: 'conflict', state: 'entered' });
    const there = await enterLetter(fresh, agency, 'there', { secrecy: 'secret' });
    expect(await moveToClassified(context, keeper, { entryId: there })).toMatchObject({ outcome: 'conflict' });
    const secret = await found('refused');
    expect(await moveToClassified(context, keeper, { entryId: secret, version: 1 })).toMatchObject({ outcome: 'conflict' });
    expect(await moveToClassified(context, testOfficer(agency, 'saraban'), { entryId: secret })).toEqual({ outcome: 'not-found' });
    const auditor = testOfficer(agency, 'auditor', { appointed: true });
    expect(await moveToClassified(context, auditor, { entryId: secret })).toEqual({ outcome: 'forbidden' });
    await fresh.owner`UPDATE agency SET settings = '{"classifiedRegister": "shared"}' WHERE id = ${agency}`;
    expect(await moveToClassified(context, keeper, { entryId: secret })).toMatchObject({ outcome: 'conflict' });
    await fresh.owner`UPDATE agency SET settings = '{}' WHERE id = ${agency}`;
    expect((await moved(secret)).outcome).toBe('done');
    expect(await moveToClassified(context, keeper, { entryId: secret })).toMatchObject({
      outcome: 'conflict',
      state: 'cancelled',
      by: 'keeper',
    });
  });
});
