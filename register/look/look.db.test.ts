import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, enterMail, testContext, testOfficer } from '../../test/database/letters.ts';
import { sendAcknowledgement } from '../act/acknowledge.ts';
import { amendEntry, confirmFacts } from '../act/amend.ts';
import { cancelEntry } from '../act/cancel.ts';
import { closeEntry, reopenEntry } from '../act/close.ts';
import { confirmEntry } from '../act/confirm.ts';
import { decideDuplicate } from '../act/duplicate.ts';
import { dismissHeld, enterHeld, enterNotice } from '../act/held.ts';
import { openedEntry } from '../act/open.ts';
import { returnEntry } from '../act/return.ts';
import { routeEntry, withdrawRoute } from '../act/route.ts';
import { closeRoute, confirmRoute, noteRoute, passOnRoute } from '../act/unit-route.ts';
import { inAgency, THE_APPLIANCE } from '../db/transaction.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { refreshSearch } from '../search-text.ts';
import { listActs } from './acts.ts';
import { countsFor, type EntryFilter, listEntries, years } from './entries.ts';
import { getAttachment, getEntry, getEntryByNumber, getHistory } from './entry.ts';
import { inTray } from './in-tray.ts';
import { getMessage, getMessageContent, listHeld, listMessages, listNotices } from './messages.ts';
import { getMail, listMail } from './outbox.ts';
import { publicEntry } from './public.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let agency: number;
let finance: string;
let saraban: Officer;
let appointed: Officer;
let auditor: Officer;
let financier: Officer;
const provider = testOfficer(0, 'provider', { appointed: true });
const ids: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  agency = await addTestAgency(fresh.db, 'look');
  finance = await addTestUnit(fresh.db, agency, 'finance');
  saraban = testOfficer(agency, 'saraban');
  appointed = testOfficer(agency, 'administrator', { appointed: true });
  auditor = testOfficer(agency, 'auditor');
  financier = testOfficer(agency, 'unit', { unitIds: [finance] });
  for (let n = 1; n <= 12; n++) {
    const change = {
      subject: n % 3 === 0 ? `ด่วน 50% ที่ ${n}` : `ประชุม ครั้งที่ ${n}`,
      fromAddress: `sender${n % 2}@moph.example`,
      urgency: n % 3 === 0 ? 'urgent' : 'normal',
    };
    ids.push(await enterLetter(fresh, agency, `letter ${n}`, { ...change, receivedAt: new Date(Date.UTC(2026, 10, n, 16, 30)) }));
  }
  for (const id of ids) await inAgency(fresh.db, agency, THE_APPLIANCE, tx => refreshSearch(tx, id));
  await routeEntry(context, saraban, {
    entryId: ids[3] as string,
    recipients: [{ unitId: finance, purpose: 'action' }],
    dueOn: '2026-11-21',
  });
  await routeEntry(context, saraban, {
    entryId: ids[4] as string,
    recipients: [{ unitId: finance, purpose: 'action' }],
    dueOn: '2026-11-22',
  });
  await confirmEntry(context, saraban, { entryId: ids[5] as string });
  await amendEntry(context, saraban, { entryId: ids[6] as string, facts: { dueOn: '2026-11-01' } });
});
afterAll(() => fresh.close());

async function numbers(filter: Partial<EntryFilter>, officer = saraban): Promise<number[]> {
  const page = await listEntries(fresh.db, officer, { register: 'receive', year: 2569, limit: 100, ...filter }, context.now());
  return page.items.map(item => item.number);
}

describe('the list of the register', () => {
  it('pages by number, newest first, without loss or repeat', async () => {
    const seen: number[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const page = await listEntries(fresh.db, saraban, {
        register: 'receive',
        year: 2569,
        limit: 5,
        ...(before === undefined ? {} : { before }),
      });
      seen.push(...page.items.map(item => item.number));
      before = page.next;
    }
    expect(seen).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it.each<[string, Partial<EntryFilter>, number[]]>([
    ['a number', { number: 7 }, [7]],
    ['urgency', { urgency: 'urgent' }, [12, 9, 6, 3]],
    ['a state', { state: 'routed' }, [5, 4]],
    ['unconfirmed', { state: 'unconfirmed', before: 8 }, [7, 5, 4, 3, 2, 1]],
    ['overdue, by the letter’s day or a route’s, not on the day itself', { state: 'overdue' }, [7, 4]],
    ['the sender', { from: 'SENDER0@', before: 7 }, [6, 4, 2]],
    ['part of the sender’s name', { from: 'สมชาย', before: 3 }, [2, 1]],
    ['a sender that does not exist', { from: 'nobody' }, []],
    // 16:30 UTC is 23:30 of the same day in Bangkok.
    ['days of the agency’s zone, both ends', { since: '2026-11-03', until: '2026-11-05' }, [5, 4, 3]],
    ['moments', { since: new Date('2026-11-03T16:30:00Z'), until: '2026-11-04T16:30:00.000Z' }, [4, 3]],
    ['a day that is none', { since: '2026-02-30' }, []],
    ['text', { q: 'ประชุม' }, [11, 10, 8, 7, 5, 4, 2, 1]],
    ['text and another filter', { q: 'ประชุม', from: 'sender0', state: 'routed' }, [4]],
    ['text, paged', { q: 'ประชุม', before: 5, limit: 2 }, [4, 2]],
    ['% as itself', { q: '50%' }, [12, 9, 6, 3]],
    ['% as no wildcard', { q: 'ประชุม%ที่' }, []],
    ['_ as no wildcard', { q: 'ประชุม_ครั้ง' }, []],
    ['\\ as itself', { q: '\\' }, []],
    ['a quote', { q: "' OR 1=1 --" }, []],
    ['NUL', { q: '\u0000' }, []],
    ['blanks', { q: '   ', before: 2 }, [1]],
    ['a unit', { unitId: 'FINANCE' }, [5, 4]],
    ['a unit that is none', { unitId: 'x' }, []],
    ['another year', { year: 2570 }, []],
    ['the other register', { register: 'send' }, []],
    ['a number that is none', { number: 1.5 }, []],
    ['a number beyond all', { before: 2 ** 40 }, []],
  ])('by %s', async (_name, filter, expected) => {
    expect(await numbers(filter.unitId === 'FINANCE' ? { unitId: finance } : filter)).toEqual(expected);
  });

  it('finds all of many hits, though most fail the other filter', async () => {
    const busy = await addTestAgency(fresh.db, 'busy');
    const clerk = testOfficer(busy, 'saraban');
    await fresh.owner.unsafe(`INSERT INTO entry (agency_id, id, register, year, received_at, entered_at, public_code, urgency)
      SELECT ${busy}, gen_random_uuid(), 'receive', 2569, now(), '2026-11-22', lpad(n::text, 26, '0'), CASE WHEN n <= 3 THEN 'urgent' ELSE 'normal' END FROM generate_series(1, 1500) n`);
    await fresh.owner.unsafe(
      `INSERT INTO entry_search SELECT agency_id, id, register, year, number, CASE WHEN number % 2 = 1 THEN 'frequent word' ELSE 'other' END FROM entry WHERE agency_id = ${busy}`,
    );
    const found = await listEntries(fresh.db, clerk, { register: 'receive', year: 2569, q: 'frequent', urgency: 'urgent', limit: 10 });
    expect(found).toMatchObject({ items: [{ number: 3 }, { number: 1 }], next: null });
    const seen: number[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const page = await listEntries(fresh.db, clerk, {
        register: 'receive',
        year: 2569,
        q: 'word',
        limit: 400,
        ...(before === undefined ? {} : { before }),
      });
      seen.push(...page.items.map(item => item.number));
      before = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 750 }, (_, index) => 1499 - 2 * index));
  });

  it('tells the years there are, and the figures', async () => {
    expect(await years(fresh.db, saraban, 'receive')).toEqual([2569]);
    expect(await years(fresh.db, saraban, 'send')).toEqual([]);
    expect(await countsFor(fresh.db, saraban, 2569, context.now())).toMatchObject({
      unconfirmed: 11,
      inTray: 2,
      overdue: 2,
      held: 0,
      attention: 0,
    });
    expect(await countsFor(fresh.db, financier, 2569, context.now())).toMatchObject({ unconfirmed: 2, inTray: 2, overdue: 1, held: 0 });
    expect(await countsFor(fresh.db, provider, 2569, context.now())).toMatchObject({ unconfirmed: 0, inTray: 0, overdue: 0 });
  });

  it('shows a unit officer the letters routed to the own units alone', async () => {
    expect(await numbers({}, financier)).toEqual([5, 4]);
    expect(await numbers({ q: 'ประชุม' }, financier)).toEqual([5, 4]);
    expect(await getEntry(fresh.db, financier, ids[0] as string)).toBeNull();
    const seen = await getEntry(fresh.db, financier, ids[3] as string);
    expect(seen?.neighbours).toEqual({ before: null, after: ids[4] });
    expect((await inTray(fresh.db, financier, { limit: 1 })).next).not.toBeNull();
    expect(
      (await inTray(fresh.db, financier, { limit: 10, state: 'overdue' }, context.now())).items.map(item => item.entry.number),
    ).toEqual([4]);
    const first = await inTray(fresh.db, financier, { limit: 1 });
    const second = await inTray(fresh.db, financier, { limit: 1, before: first.next ?? '' });
    expect([first, second].flatMap(page => page.items.map(item => item.entry.number)).sort()).toEqual([4, 5]);
    expect((await inTray(fresh.db, testOfficer(agency, 'unit'), { limit: 10 })).items).toEqual([]);
  });

  it('shows the provider nothing', async () => {
    expect(await numbers({}, provider)).toEqual([]);
    expect(await getEntry(fresh.db, provider, ids[0] as string)).toBeNull();
    expect((await listMessages(fresh.db, provider, { limit: 10 })).items).toEqual([]);
    expect(await getEntry(fresh.db, { ...provider, agencyId: agency }, ids[0] as string)).toBeNull();
  });
});

describe('one letter', () => {
  it('is the same by id and by number', async () => {
    const entry = await getEntry(fresh.db, auditor, ids[4] as string);
    expect(entry).toMatchObject({
      number: 5,
      year: 2569,
      neighbours: { before: ids[3], after: ids[5] },
      agency: { code: 'look', calendar: 'buddhist' },
      attachments: [],
    });
    expect(entry?.message).toMatchObject({ size: 8, envelopeFrom: 'somchai@sender.example', peer: { address: '127.0.0.1' } });
    expect(entry?.routes[0]).toMatchObject({ mine: false, dueOn: '2026-11-22' });
    expect(await getEntryByNumber(fresh.db, auditor, 'receive', 2569, 5)).toEqual(entry);
  });

  it.each(['', 'x', '00000000-0000-7000-8000-000000000000'])('%j is none', async id => {
    expect(await getEntry(fresh.db, appointed, id)).toBeNull();
    expect(await getHistory(fresh.db, appointed, id)).toBeNull();
    expect(await getMessage(fresh.db, appointed, id)).toBeNull();
    expect(await getMail(fresh.db, appointed, id)).toBeNull();
    expect(await getAttachment(fresh.db, appointed, ids[0] as string, id)).toBeNull();
    expect(await getEntryByNumber(fresh.db, appointed, 'receive', 2569, 99)).toBeNull();
    expect(await getEntryByNumber(fresh.db, appointed, 'receive', 2569, Number.NaN)).toBeNull();
  });
});

describe('the public page', () => {
  it('shows the state by the code alone, however it was typed, and nothing for what is no code', async () => {
    const code = (await getEntry(fresh.db, saraban, ids[3] as string))?.publicCode ?? '';
    expect(await publicEntry(fresh.db, code)).toEqual({
      agencyTh: 'หน่วยงาน look',
      agencyEn: 'Agency look',
      number: 4,
      year: 2569,
      receivedAt: new Date(Date.UTC(2026, 10, 4, 16, 30)),
      state: 'passed-on',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      timeZone: 'Asia/Bangkok',
      calendar: 'buddhist',
      numerals: 'arabic',
    });
    expect(await publicEntry(fresh.db, ` ${code.toUpperCase().replaceAll('0', 'O').replaceAll('1', 'l')} `)).not.toBeNull();
    for (const none of ['', code.slice(1), `${code}0`, '%'.repeat(26), '0'.repeat(26), 'x'.repeat(10_000)])
      expect(await publicEntry(fresh.db, none)).toBeNull();
  });

  it('goes from received to answered', async () => {
    const entryId = await enterLetter(fresh, agency, 'public');
    const code = (await getEntry(fresh.db, saraban, entryId))?.publicCode ?? '';
    const states: unknown[] = [];
    const look = async () => states.push((await publicEntry(fresh.db, code))?.state);
    await look();
    const routed = await routeEntry(context, saraban, { entryId, recipients: [{ unitId: finance, purpose: 'action' }] });
    const routeId = routed.outcome === 'done' ? (routed.routeIds[0] as string) : '';
    await look();
    await confirmRoute(context, financier, { routeId });
    await look();
    await closeRoute(context, financier, { routeId });
    await look();
    await reopenEntry(context, saraban, { entryId, reason: 'x' });
    await closeEntry(context, saraban, { entryId, answered: true });
    await look();
    await reopenEntry(context, saraban, { entryId, reason: 'x' });
    await returnEntry(context, saraban, { entryId, reason: 'x' });
    await look();
    await cancelEntry(context, saraban, { entryId, reason: 'x' });
    await look();
    expect(states).toEqual(['received', 'passed-on', 'being-handled', 'closed', 'answered', 'returned', 'cancelled']);
  });
});

describe('messages', () => {
  it('are found by hash, recipient and Message-ID, each as it is', async () => {
    const change = {
      headerMessageId: '<A b@C>',
      addressees: [{ agencyId: agency, addresses: ['Saraban+finance@agency.example'], judgement: { disposition: 'letter' as const } }],
    };
    const { messageId } = await enterMail(fresh, agency, 'find me', change);
    const again = await enterMail(fresh, agency, 'find me', change);
    const message = await getMessage(fresh.db, saraban, messageId);
    const found = async (filter: object) =>
      (await listMessages(fresh.db, saraban, { limit: 10, ...filter })).items.map(item => [item.id, item.disposition]);
    const both = [
      [again.messageId, 'duplicate'],
      [messageId, 'entered'],
    ];
    expect(await found({ messageId: '<A b@C>' })).toEqual(both);
    expect(await found({ messageId: '<a b@c>' })).toEqual([]);
    expect(await found({ sha256: message?.sha256.toUpperCase() })).toEqual(both);
    expect(await found({ to: 'saraban+FINANCE@agency.example' })).toEqual(both);
    expect(await found({ to: 'saraban+%@agency.example' })).toEqual([]);
    expect(await found({ sha256: 'x' })).toEqual([]);
    expect(await found({ sha256: message?.sha256, disposition: 'entered' })).toEqual([[messageId, 'entered']]);
    const first = await listMessages(fresh.db, saraban, { messageId: '<A b@C>', limit: 1 });
    const second = await listMessages(fresh.db, saraban, { messageId: '<A b@C>', limit: 1, cursor: first.next ?? '' });
    expect([...first.items, ...second.items].map(item => item.id)).toEqual([again.messageId, messageId]);
    expect(second.next).toBeNull();
    expect((await listMessages(fresh.db, saraban, { limit: 1, cursor: 'rubbish' })).items).toHaveLength(1);
  });

  it('notices and held ones are listed apart; a dismissed one is kept with who and why', async () => {
    const notice = await enterMail(fresh, agency, 'a bounce', {}, { disposition: 'notice', why: 'null-return-path' });
    const held = await enterMail(fresh, agency, 'a forgery', {}, { disposition: 'held', why: 'dmarc' });
    expect((await listNotices(fresh.db, saraban, { limit: 10 })).items.map(item => item.id)).toEqual([notice.messageId]);
    expect((await listNotices(fresh.db, saraban, { limit: 10, attention: true })).items).toEqual([]);
    expect((await listNotices(fresh.db, financier, { limit: 10 })).items).toEqual([]);
    expect(await getMessage(fresh.db, financier, held.messageId)).toBeNull();
    expect(await dismissHeld(context, financier, { messageId: held.messageId, reason: 'x' })).toEqual({ outcome: 'not-found' });
    expect(await dismissHeld(context, auditor, { messageId: held.messageId, reason: 'x' })).toEqual({ outcome: 'forbidden' });
    expect(await dismissHeld(context, saraban, { messageId: held.messageId, reason: ' ' })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'reason' }],
    });
    expect(await dismissHeld(context, saraban, { messageId: held.messageId, reason: 'ปลอม' })).toEqual({ outcome: 'done' });
    expect(await dismissHeld(context, saraban, { messageId: held.messageId, reason: 'x' })).toMatchObject({
      outcome: 'conflict',
      state: 'dismissed',
      by: saraban.name,
    });
    expect(await enterHeld(context, saraban, { messageId: held.messageId })).toMatchObject({ outcome: 'conflict' });
    expect(await enterHeld(context, saraban, { messageId: notice.messageId })).toMatchObject({ outcome: 'conflict', state: 'notice' });
    expect((await listHeld(fresh.db, saraban, { limit: 10 })).items).toMatchObject([
      { id: held.messageId, heldState: 'dismissed', number: null },
    ]);
  });
});

describe('classified letters are invisible to the unappointed (I10)', () => {
  it('in every look and every act', async () => {
    const { messageId, ...entered } = await enterMail(fresh, agency, 'secret', {
      secrecy: 'secret',
      subject: 'เรื่องลับสุดยอด',
      headerMessageId: '<secret@x>',
    });
    if (entered.outcome !== 'entered') throw new Error('not entered');
    const { entryId, number } = entered;
    const register = 'receive-classified' as const;
    expect(number).toBe(1);
    await inAgency(fresh.db, agency, THE_APPLIANCE, tx => refreshSearch(tx, entryId));
    const routed = await routeEntry(context, appointed, { entryId, recipients: [{ unitId: finance, purpose: 'action' }] });
    const routeId = routed.outcome === 'done' ? (routed.routeIds[0] as string) : '';
    await confirmEntry(context, appointed, { entryId });
    const { sha256 } = (await getMessage(fresh.db, appointed, messageId)) ?? { sha256: '' };
    await fresh.owner`INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
      SELECT agency_id, id, 'acknowledgement', id, '', 'a@b', '<m@x>', 'secret', raw_sha256, 6, now() FROM entry WHERE id = ${entryId}`;

    for (const officer of [saraban, auditor, financier, testOfficer(agency, 'administrator')]) {
      expect(await numbers({ register, number }, officer)).toEqual([]);
      expect(await numbers({ register }, officer)).toEqual([]);
      expect(await numbers({ q: 'ลับสุดยอด' }, officer)).toEqual([]);
      expect(await numbers({ register, q: 'ลับสุดยอด' }, officer)).toEqual([]);
      expect(await years(fresh.db, officer, register)).toEqual([]);
      expect(await listActs(fresh.db, officer, { register, limit: 500 })).toEqual({ items: [], next: null });
      expect(await countsFor(fresh.db, officer, 2569, context.now())).toMatchObject({ unconfirmedClassified: 0, overdueClassified: 0 });
      expect(await getEntry(fresh.db, officer, entryId)).toBeNull();
      expect(await getEntryByNumber(fresh.db, officer, register, 2569, number)).toBeNull();
      expect(await getHistory(fresh.db, officer, entryId)).toBeNull();
      expect((await inTray(fresh.db, officer, { limit: 100 })).items.map(item => item.entry.id)).not.toContain(entryId);
      expect((await listMessages(fresh.db, officer, { limit: 10, sha256 })).items).toEqual([]);
      expect((await listMessages(fresh.db, officer, { limit: 10, messageId: '<secret@x>' })).items).toEqual([]);
      expect(await getMessage(fresh.db, officer, messageId)).toBeNull();
      expect(await getMessageContent(fresh.db, officer, messageId)).toBeNull();
      expect((await listMail(fresh.db, officer, { limit: 100 })).items.map(item => item.entryId)).not.toContain(entryId);
      expect(await getMail(fresh.db, officer, entryId)).toBeNull();
      expect((await listActs(fresh.db, officer, { register: 'receive', limit: 500 })).items.map(item => item.entryId)).not.toContain(
        entryId,
      );
      const acts = [
        confirmEntry(context, officer, { entryId }),
        amendEntry(context, officer, { entryId, facts: { secrecy: 'normal' } }),
        confirmFacts(context, officer, { entryId }),
        routeEntry(context, officer, { entryId, recipients: [] }),
        returnEntry(context, officer, { entryId, reason: 'x' }),
        cancelEntry(context, officer, { entryId, reason: 'x' }),
        closeEntry(context, officer, { entryId }),
        reopenEntry(context, officer, { entryId, reason: 'x' }),
        openedEntry(context, officer, { entryId, what: 'page' }),
        decideDuplicate(context, officer, { entryId, decision: 'link' }),
        sendAcknowledgement(context, officer, { entryId }),
        withdrawRoute(context, officer, { routeId, reason: 'x' }),
        confirmRoute(context, officer, { routeId }),
        passOnRoute(context, officer, { routeId, unitId: finance, purpose: 'action' }),
        noteRoute(context, officer, { routeId, note: 'x' }),
        closeRoute(context, officer, { routeId }),
      ];
      expect(new Set((await Promise.all(acts)).map(one => one.outcome))).toEqual(new Set(['not-found']));
    }

    const cleared = { ...financier, appointed: true };
    expect(await getEntry(fresh.db, cleared, entryId)).toMatchObject({ secrecy: 'secret', routes: [{ id: routeId, mine: true }] });
    expect((await listMail(fresh.db, appointed, { limit: 100, entryId })).items).toMatchObject([
      { entryId, register, number, kind: 'acknowledgement' },
    ]);
    expect((await listActs(fresh.db, { ...auditor, appointed: true }, { register, limit: 2 })).items).toMatchObject([
      { kind: 'confirmed' },
      { kind: 'routed', entryId, number },
    ]);
    expect(await numbers({ q: 'ลับสุดยอด' }, appointed)).toEqual([]);
    expect(await numbers({ register, q: 'ลับสุดยอด' }, appointed)).toEqual([number]);
    expect(await numbers({ register, q: 'ลับสุดยอด' }, cleared)).toEqual([number]);
    expect(await years(fresh.db, appointed, register)).toEqual([2569]);
    expect((await getEntryByNumber(fresh.db, appointed, register, 2569, number))?.id).toBe(entryId);
    expect((await inTray(fresh.db, cleared, { limit: 100 })).items.map(item => item.entry.id)).toContain(entryId);
  });

  it('also one that stands in the ordinary register: among its neighbours, and in no figure', async () => {
    await fresh.owner`UPDATE agency SET settings = '{"classifiedRegister": "shared"}' WHERE id = ${agency}`;
    const before = await countsFor(fresh.db, saraban, 2569, context.now());
    const entryId = await enterLetter(fresh, agency, 'shared secret', { secrecy: 'confidential' });
    await fresh.owner`UPDATE agency SET settings = '{}' WHERE id = ${agency}`;
    const number = (await getEntry(fresh.db, appointed, entryId))?.number ?? 0;
    expect(await numbers({ number }, appointed)).toEqual([number]);
    expect(await numbers({ number })).toEqual([]);
    expect(await countsFor(fresh.db, saraban, 2569, context.now())).toEqual(before);
    const neighbour = await getEntryByNumber(fresh.db, saraban, 'receive', 2569, number - 1);
    expect(neighbour?.neighbours.after).toBeNull();
  });

  it('figures of the classified register are those of the appointed', async () => {
    const before = await countsFor(fresh.db, appointed, 2569, context.now());
    const entryId = await enterLetter(fresh, agency, 'counted', { secrecy: 'secret' });
    await amendEntry(context, appointed, { entryId, facts: { dueOn: '2026-11-01' } });
    expect(await countsFor(fresh.db, appointed, 2569, context.now())).toEqual({
      ...before,
      unconfirmedClassified: before.unconfirmedClassified + 1,
      overdueClassified: before.overdueClassified + 1,
    });
  });

  it('that an ordinary letter looks like a classified one is told to nobody else', async () => {
    const headerMessageId = '<same@x>';
    const secret = await enterLetter(fresh, agency, 'the secret one', { secrecy: 'secret', headerMessageId });
    const plain = await enterLetter(fresh, agency, 'the plain one', { headerMessageId });
    expect((await getEntry(fresh.db, appointed, plain))?.duplicateOf).toMatchObject({ id: secret, register: 'receive-classified' });
    const seen = await getEntry(fresh.db, saraban, plain);
    expect(seen?.duplicateOf).toBeNull();
    const listed = await listEntries(fresh.db, saraban, { register: 'receive', year: 2569, number: seen?.number, limit: 1 });
    expect(listed.items).toMatchObject([{ id: plain, duplicateOf: null }]);
  });

  it('the class lifted by an appointed person opens the letter to all, and the book still to nobody else', async () => {
    const entryId = await enterLetter(fresh, agency, 'lifted', { secrecy: 'confidential' });
    expect(await amendEntry(context, appointed, { entryId, facts: { secrecy: 'normal' } })).toMatchObject({ outcome: 'done' });
    const seen = await getEntry(fresh.db, saraban, entryId);
    expect(seen).toMatchObject({ register: 'receive-classified', secrecy: 'normal' });
    expect(await numbers({ register: 'receive-classified' })).toEqual([]);
    expect(await getEntryByNumber(fresh.db, saraban, 'receive-classified', 2569, seen?.number ?? 0)).toBeNull();
  });

  it.each([
    ['letter', 'held', 'dmarc'],
    ['notice', 'notice', 'null-return-path'],
  ] as const)('a %s that was let in as a classified one takes the number of that register', async (_name, disposition, why) => {
    const { messageId } = await enterMail(
      fresh,
      agency,
      `let in ${why}`,
      { secrecy: 'secret', subject: 'ลับมาก เรื่อง x' },
      { disposition, why },
    );
    const act = disposition === 'held' ? enterHeld : enterNotice;
    // Hidden from the first moment, before anything has read it.
    expect(await getMessage(fresh.db, saraban, messageId)).toBeNull();
    expect(await act(context, saraban, { messageId })).toEqual({ outcome: 'not-found' });
    const last = (await numbers({ register: 'receive-classified' }, appointed))[0] ?? 0;
    const entered = await act(context, appointed, { messageId });
    expect(entered).toMatchObject({ outcome: 'done', register: 'receive-classified', number: last + 1 });
    expect((await listActs(fresh.db, appointed, { register: 'receive-classified', limit: 1 })).items).toMatchObject([
      { kind: `${disposition}-entered`, number: last + 1 },
    ]);
  });

  it('a top-secret message that is held, too', async () => {
    const { messageId } = await enterMail(fresh, agency, 'top secret', {}, { disposition: 'held', why: 'top-secret' });
    expect(await getMessage(fresh.db, saraban, messageId)).toBeNull();
    expect(await enterHeld(context, saraban, { messageId })).toEqual({ outcome: 'not-found' });
    expect((await listHeld(fresh.db, saraban, { state: 'waiting', limit: 10 })).items).toEqual([]);
    expect((await countsFor(fresh.db, saraban, 2569)).held).toBe(0);
    expect((await countsFor(fresh.db, appointed, 2569)).held).toBe(1);
    expect(await getMessage(fresh.db, appointed, messageId)).toMatchObject({ disposition: 'held' });
  });
});
