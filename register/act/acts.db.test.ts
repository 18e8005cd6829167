import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, testContext, testOfficer } from '../../test/database/letters.ts';
import { getEntry, getHistory } from '../look/entry.ts';
import type { EntryDetail } from '../look/entry-row.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { sendAcknowledgement } from './acknowledge.ts';
import { amendEntry, confirmFacts } from './amend.ts';
import { cancelEntry } from './cancel.ts';
import { closeEntry, reopenEntry } from './close.ts';
import { confirmEntry } from './confirm.ts';
import { decideDuplicate } from './duplicate.ts';
import { openedEntry } from './open.ts';
import { returnEntry } from './return.ts';
import { routeEntry } from './route.ts';
import { noteRoute } from './unit-route.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let agency: number;
let saraban: Officer;
let finance: string;
let legal: string;
let financier: Officer;
let lawyer: Officer;
let letters = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  agency = await addTestAgency(fresh.db, 'acts');
  finance = await addTestUnit(fresh.db, agency, 'finance');
  legal = await addTestUnit(fresh.db, agency, 'legal');
  saraban = testOfficer(agency, 'saraban');
  financier = testOfficer(agency, 'unit', { unitIds: [finance], name: 'financier' });
  lawyer = testOfficer(agency, 'unit', { unitIds: [legal], name: 'lawyer' });
});
afterAll(() => fresh.close());

const letter = () => enterLetter(fresh, agency, `letter ${++letters}`);

async function entryOf(id: string): Promise<EntryDetail> {
  const entry = await getEntry(fresh.db, saraban, id);
  if (entry === null) throw new Error('not seen');
  return entry;
}

async function routed(
  to: { unitId: string; accountId?: string; purpose?: 'action' | 'information' }[] = [{ unitId: finance }],
): Promise<{ entryId: string; routeIds: string[] }> {
  const entryId = await letter();
  const outcome = await routeEntry(context, saraban, { entryId, recipients: to.map(one => ({ purpose: 'action' as const, ...one })) });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return { entryId, routeIds: outcome.routeIds };
}

async function jobsOf(queue: string, key: string, value: string): Promise<number> {
  const rows = await fresh.owner`SELECT id FROM pgboss.job WHERE name = ${queue} AND data->>${key}::text = ${value}`;
  return rows.length;
}

describe('confirming', () => {
  it('says who and when, and is logged in the chain', async () => {
    const entryId = await letter();
    expect(await confirmEntry(context, saraban, { entryId, version: 1 })).toEqual({ outcome: 'done', version: 2 });
    expect(await entryOf(entryId)).toMatchObject({ state: 'confirmed', confirmedBy: saraban.name, confirmedAt: context.now() });
    expect((await getHistory(fresh.db, saraban, entryId))?.map(item => item.kind)).toEqual(['confirmed']);
  });

  it('is won by one of two officers at once; the other is told who and when', async () => {
    for (let round = 0; round < 5; round++) {
      const entryId = await letter();
      const rivals = [testOfficer(agency, 'saraban', { name: 'first' }), testOfficer(agency, 'saraban', { name: 'second' })];
      const outcomes = await Promise.all(rivals.map(officer => confirmEntry(context, officer, { entryId, version: 1 })));
      const winner = rivals[outcomes.findIndex(one => one.outcome === 'done')]?.name;
      expect(outcomes.map(one => one.outcome).sort()).toEqual(['conflict', 'done']);
      expect(outcomes.find(one => one.outcome === 'conflict')).toEqual({
        outcome: 'conflict',
        state: 'confirmed',
        by: winner,
        at: context.now(),
        version: 2,
      });
    }
  });

  it('is a conflict the second time, and after the letter is cancelled', async () => {
    const entryId = await letter();
    await confirmEntry(context, saraban, { entryId });
    expect(await confirmEntry(context, saraban, { entryId })).toMatchObject({ outcome: 'conflict', state: 'confirmed' });
    await cancelEntry(context, saraban, { entryId, reason: 'x' });
    expect(await confirmEntry(context, saraban, { entryId })).toMatchObject({ outcome: 'conflict', state: 'cancelled' });
  });
});

describe('what an act refuses', () => {
  it.each(['', 'x', '00000000-0000-7000-8000-000000000000', "'; DROP TABLE entry; --"])(
    'an entry %j that does not exist',
    async entryId => {
      expect(await confirmEntry(context, saraban, { entryId })).toEqual({ outcome: 'not-found' });
      expect(await noteRoute(context, saraban, { routeId: entryId, note: 'x' })).toEqual({ outcome: 'not-found' });
    },
  );

  it('whoever may not, and tells nothing to whoever may not see', async () => {
    const { entryId } = await routed();
    const other = await addTestAgency(fresh.db, 'elsewhere');
    const act = (officer: Officer) => confirmEntry(context, officer, { entryId });
    expect(await act(testOfficer(agency, 'auditor'))).toEqual({ outcome: 'forbidden' });
    expect(await act(financier)).toEqual({ outcome: 'forbidden' });
    expect(await act(lawyer)).toEqual({ outcome: 'not-found' });
    expect(await act(testOfficer(0, 'provider'))).toEqual({ outcome: 'not-found' });
    expect(await act(testOfficer(other, 'administrator', { appointed: true }))).toEqual({ outcome: 'not-found' });
  });

  it('an older version than the letter has', async () => {
    const entryId = await letter();
    await amendEntry(context, saraban, { entryId, facts: { remark: 'a' } });
    const late = { outcome: 'conflict', state: 'entered', by: saraban.name, version: 2 };
    expect(await amendEntry(context, saraban, { entryId, version: 1, facts: { remark: 'b' } })).toMatchObject(late);
    expect(await routeEntry(context, saraban, { entryId, version: 1, recipients: [{ unitId: finance, purpose: 'action' }] })).toMatchObject(
      late,
    );
    expect(await returnEntry(context, saraban, { entryId, version: 1, reason: 'b' })).toMatchObject(late);
    expect(await cancelEntry(context, saraban, { entryId, version: 1, reason: 'b' })).toMatchObject(late);
    expect(await closeEntry(context, saraban, { entryId, version: 1 })).toMatchObject(late);
    expect((await entryOf(entryId)).remark).toBe('a');
  });

  it('a reason that is missing, blank, too long or no text, in words of both languages', async () => {
    const entryId = await letter();
    for (const reason of ['', '   ', 'x'.repeat(2_001), 7, null, undefined, { a: 1 }] as string[]) {
      for (const act of [returnEntry, cancelEntry]) {
        const outcome = await act(context, saraban, { entryId, reason });
        expect(outcome).toMatchObject({
          outcome: 'invalid',
          faults: [{ field: 'reason', message: { th: expect.stringMatching(/[ก-๙]/), en: expect.stringMatching(/[a-z]/) } }],
        });
      }
    }
    expect((await entryOf(entryId)).state).toBe('entered');
  });

  it('NUL and half surrogates are stored as what the database can keep', async () => {
    const entryId = await letter();
    expect(await cancelEntry(context, saraban, { entryId, reason: 'a\u0000b\ud800c' })).toMatchObject({ outcome: 'done' });
    expect((await entryOf(entryId)).stateReason).toBe('a\ufffdb\ufffdc');
  });
});

describe('amending', () => {
  it('keeps the history of each fact, with who', async () => {
    const entryId = await letter();
    await amendEntry(context, saraban, {
      entryId,
      facts: { subject: 'เรื่องใหม่', letterDate: '2026-11-01', urgency: 'urgent', circular: true },
      reason: 'อ่านผิด',
    });
    expect(await entryOf(entryId)).toMatchObject({ subject: 'เรื่องใหม่', letterDate: '2026-11-01', urgency: 'urgent', circular: true });
    const history = await getHistory(fresh.db, saraban, entryId);
    expect(history?.filter(item => item.kind === 'fact-changed').map(item => [item.actorName, item.detail])).toEqual(
      expect.arrayContaining([
        [saraban.name, { fact: 'subject', before: 'ขอเชิญประชุม', after: 'เรื่องใหม่' }],
        [saraban.name, { fact: 'letterDate', before: null, after: '2026-11-01' }],
      ]),
    );
  });

  it.each([
    [{}, 'facts'],
    [null, 'facts'],
    [[1], 'facts'],
    [{ number: 7 }, 'facts.number'],
    [{ __proto__x: 1 }, 'facts.__proto__x'],
    [{ subject: '' }, 'facts.subject'],
    [{ letterDate: '2026-02-30' }, 'facts.letterDate'],
    [{ letterDate: '2569-11-01' }, 'facts.letterDate'],
    [{ dueOn: 'tomorrow' }, 'facts.dueOn'],
    [{ urgency: 'soon' }, 'facts.urgency'],
    [{ secrecy: 'none' }, 'facts.secrecy'],
    [{ circular: 'yes' }, 'facts.circular'],
    [{ kind: 'letter' }, 'facts.kind'],
    [{ remark: 7 }, 'facts.remark'],
    [{ letterNumber: ['x'] }, 'facts.letterNumber'],
  ])('refuses %j at its field', async (facts, field) => {
    const entryId = await letter();
    expect(await amendEntry(context, saraban, { entryId, facts: facts as never })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field }],
    });
    expect((await entryOf(entryId)).version).toBe(1);
  });

  it('names all faults at once and saves nothing', async () => {
    const entryId = await letter();
    const outcome = await amendEntry(context, saraban, { entryId, facts: { subject: 'good', urgency: 'x' as never, dueOn: 'y' } });
    expect(outcome.outcome === 'invalid' && outcome.faults.map(fault => fault.field)).toEqual(['facts.urgency', 'facts.dueOn']);
    expect((await entryOf(entryId)).subject).toBe('ขอเชิญประชุม');
  });

  it('confirms guesses, all or those named', async () => {
    const entryId = await letter();
    const guess = { source: 'body', certainty: 'likely' };
    await fresh.owner`UPDATE entry SET guesses = ${fresh.owner.json({ subject: guess, addressee: guess, kind: guess })} WHERE id = ${entryId}`;
    await confirmFacts(context, saraban, { entryId, facts: ['subject'] });
    expect(Object.keys((await entryOf(entryId)).guesses)).toEqual(['kind', 'addressee']);
    await amendEntry(context, saraban, { entryId, facts: { addressee: 'อธิบดี' } });
    expect(Object.keys((await entryOf(entryId)).guesses)).toEqual(['kind']);
    await confirmFacts(context, saraban, { entryId });
    expect((await entryOf(entryId)).guesses).toEqual({});
    expect(await confirmFacts(context, saraban, { entryId, facts: ['number'] })).toMatchObject({ outcome: 'invalid' });
  });
});

describe('the end of a letter', () => {
  it('returned: its routes are withdrawn and the mail is queued with the reason', async () => {
    const { entryId } = await routed();
    expect(await returnEntry(context, saraban, { entryId, reason: 'ส่งผิดหน่วยงาน' })).toMatchObject({ outcome: 'done' });
    expect(await entryOf(entryId)).toMatchObject({ state: 'returned', stateReason: 'ส่งผิดหน่วยงาน', routes: [{ state: 'withdrawn' }] });
    expect(await jobsOf('return-letter', 'entryId', entryId)).toBe(1);
    expect(await reopenEntry(context, saraban, { entryId, reason: 'กดผิด' })).toMatchObject({ outcome: 'done' });
    expect((await entryOf(entryId)).state).toBe('confirmed');
  });

  it('cancelled: the number stays, for good', async () => {
    const entryId = await letter();
    const { number } = await entryOf(entryId);
    await cancelEntry(context, saraban, { entryId, reason: 'ซ้ำ' });
    expect(await entryOf(entryId)).toMatchObject({ number, state: 'cancelled', stateReason: 'ซ้ำ' });
    for (const act of [reopenEntry, returnEntry, cancelEntry])
      expect(await act(context, saraban, { entryId, reason: 'x' })).toMatchObject({ outcome: 'conflict', state: 'cancelled' });
    expect(await amendEntry(context, saraban, { entryId, facts: { remark: 'x' } })).toMatchObject({ outcome: 'conflict' });
  });

  it('closed by the central officer, and opened again', async () => {
    const { entryId } = await routed();
    expect(await closeEntry(context, saraban, { entryId, note: 'เสร็จ', answered: true })).toMatchObject({ outcome: 'done' });
    expect(await entryOf(entryId)).toMatchObject({
      state: 'closed',
      answered: true,
      routes: [{ state: 'closed', closedBy: saraban.name }],
    });
    expect(await closeEntry(context, saraban, { entryId })).toMatchObject({ outcome: 'conflict', state: 'closed' });
    await reopenEntry(context, saraban, { entryId, reason: 'ยังไม่เสร็จ' });
    expect(await entryOf(entryId)).toMatchObject({ state: 'confirmed', answered: false });
  });
});

describe('smaller acts', () => {
  it('logs every opening, the auditor’s too, and answers strangers as if there were nothing', async () => {
    const entryId = await letter();
    expect(await openedEntry(context, testOfficer(agency, 'auditor', { name: 'auditor' }), { entryId, what: 'raw' })).toEqual({
      outcome: 'done',
    });
    expect(await openedEntry(context, lawyer, { entryId, what: 'page' })).toEqual({ outcome: 'not-found' });
    expect((await getHistory(fresh.db, saraban, entryId))?.map(item => [item.kind, item.actorName, item.detail])).toEqual([
      ['opened', 'auditor', { what: 'raw' }],
    ]);
  });

  it('links or dismisses a possible duplicate', async () => {
    const first = await enterLetter(fresh, agency, 'one of two', { headerMessageId: '<twice@x>' });
    const second = await enterLetter(fresh, agency, 'two of two', { headerMessageId: '<twice@x>' });
    expect(await entryOf(second)).toMatchObject({ duplicateOf: { id: first }, duplicateState: 'flagged' });
    expect(await decideDuplicate(context, saraban, { entryId: second, decision: 'link' })).toMatchObject({ outcome: 'done' });
    expect((await entryOf(second)).duplicateState).toBe('linked');
    expect(await decideDuplicate(context, saraban, { entryId: second, decision: 'link' })).toMatchObject({ outcome: 'conflict' });
    expect(await decideDuplicate(context, saraban, { entryId: second, decision: 'x' as never })).toMatchObject({ outcome: 'invalid' });
    expect(await decideDuplicate(context, saraban, { entryId: first, decision: 'link' })).toMatchObject({ outcome: 'conflict' });
  });

  it('asks for an acknowledgement, but never for a second one (I6)', async () => {
    const entryId = await letter();
    await fresh.owner`UPDATE acknowledgement SET state = 'held', reason = 'unauthenticated' WHERE entry_id = ${entryId}`;
    expect(await sendAcknowledgement(context, saraban, { entryId })).toEqual({ outcome: 'done' });
    expect((await entryOf(entryId)).acknowledgement).toMatchObject({ state: 'waiting', reason: 'officer' });
    expect(await jobsOf('acknowledge', 'entryId', entryId)).toBe(1);
    const { sha256, size } = await fresh.store.put(Buffer.from('an acknowledgement'));
    const mailId = '01900000-0000-7000-8000-00000000000a';
    await fresh.owner`INSERT INTO blob (agency_id, sha256, size) VALUES (${agency}, decode(${sha256}, 'hex'), ${size})`;
    await fresh.owner`INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, state, queued_at)
      VALUES (${agency}, ${mailId}, 'acknowledgement', ${entryId}, '', 'x@y', '<a@b>', 'token', decode(${sha256}, 'hex'), ${size}, 'sent', now())`;
    await fresh.owner`UPDATE acknowledgement SET state = 'sent', mail_id = ${mailId} WHERE entry_id = ${entryId}`;
    expect(await sendAcknowledgement(context, saraban, { entryId })).toMatchObject({ outcome: 'conflict' });
    await fresh.owner`UPDATE acknowledgement SET state = 'uncertain' WHERE entry_id = ${entryId}`;
    expect(await sendAcknowledgement(context, saraban, { entryId })).toEqual({ outcome: 'done' });
  });

  it('leaves nothing behind when its job cannot be queued', async () => {
    const entryId = await letter();
    const broken = { ...context, jobs: { enqueue: () => Promise.reject(new Error('queue is broken')) } };
    await expect(returnEntry(broken, saraban, { entryId, reason: 'x' })).rejects.toThrow('queue is broken');
    expect(await entryOf(entryId)).toMatchObject({ state: 'entered', version: 1 });
    expect(await getHistory(fresh.db, saraban, entryId)).toEqual([]);
  });
});
