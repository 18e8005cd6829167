import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { amendEntry, confirmFacts } from '../act/amend.ts';
import { inAgency, THE_APPLIANCE } from '../db/transaction.ts';
import type { InboundMessage } from '../enter.ts';
import { finishReading } from '../finish-reading.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { createReader, type Reader } from '../reading/reader.ts';
import { exportBook, importBook } from './import.ts';
import { addCorrespondent, changeCorrespondent, getCorrespondent, listCorrespondents, removeCorrespondent } from './keep.ts';
import { matchSender } from './match.ts';

let fresh: FreshDatabase;
let reader: Reader;
let context: RegisterContext;
let agency: number;
let saraban: Officer;
let count = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  reader = createReader({ threads: 1 });
  context = testContext(fresh);
});
beforeEach(async () => {
  agency = await addTestAgency(fresh.db, `book${++count}`);
  saraban = testOfficer(agency, 'saraban');
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

const INPUT = {
  nameTh: 'กรมการปกครอง',
  nameEn: 'DOPA',
  code: 'มท 0300',
  domain: 'dopa.go.th',
  addresses: ['saraban@dopa.go.th'],
  phone: '0 2221 0151',
  officer: 'สมศรี',
};
async function add(change: Partial<typeof INPUT> = {}): Promise<string> {
  const outcome = await addCorrespondent(context, saraban, { ...INPUT, ...change });
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.id;
}
async function letter(fromAddress: string, change: Partial<InboundMessage> = {}): Promise<string> {
  const entryId = await enterLetter(fresh, agency, `From: ${fromAddress}\r\nSubject: x\r\n\r\n${Math.random()}\r\n`, {
    fromAddress,
    trust: { aligned: true, dmarc: 'pass' },
    ...change,
  });
  await read(entryId);
  return entryId;
}
async function read(entryId: string): Promise<void> {
  const [row] = await fresh.owner`SELECT message_id AS id FROM entry WHERE id = ${entryId}`;
  await fresh.owner`UPDATE message SET reading = 'waiting' WHERE id = ${row?.id}`;
  expect(await finishReading({ ...context, reader }, { agencyId: agency, messageId: row?.id })).toBe('read');
}
async function senderOf(entryId: string): Promise<[string, string | null]> {
  const [row] =
    await fresh.owner`SELECT from_agency AS name, guesses->'fromAgency'->>'certainty' AS guess FROM entry WHERE id = ${entryId}`;
  return [row?.name, row?.guess];
}
const book = async () => (await listCorrespondents(fresh.db, saraban, { limit: 100 })).items;
const name = async (entryId: string, fromAgency: string) =>
  expect((await amendEntry(context, saraban, { entryId, facts: { fromAgency } })).outcome).toBe('done');

describe('whose mail it is', () => {
  it('is told by the address, by the domain, by a domain above; the address first', async () => {
    await add();
    await add({ nameTh: 'สำนักทะเบียน', domain: 'reg.dopa.go.th', addresses: ['one@dopa.go.th'] });
    expect(await senderOf(await letter('Saraban@DOPA.go.th'))).toEqual(['กรมการปกครอง', 'likely']);
    expect(await senderOf(await letter('x@dopa.go.th'))).toEqual(['กรมการปกครอง', 'guess']);
    expect(await senderOf(await letter('x@mail.reg.dopa.go.th'))).toEqual(['สำนักทะเบียน', 'guess']);
    expect(await senderOf(await letter('one@dopa.go.th'))).toEqual(['สำนักทะเบียน', 'likely']);
    for (const stranger of ['x@notdopa.go.th', 'x@go.th', '', 'nobody']) expect(await senderOf(await letter(stranger))).toEqual(['', null]);
  });

  it('is not told of a forged sender, and with less certainty of an unproven one', async () => {
    await add();
    expect(await senderOf(await letter('saraban@dopa.go.th', { trust: { dmarc: 'fail', policy: 'reject', aligned: false } }))).toEqual([
      '',
      null,
    ]);
    expect(await senderOf(await letter('saraban@dopa.go.th', { trust: { dmarc: 'none', aligned: false } }))).toEqual([
      'กรมการปกครอง',
      'guess',
    ]);
    expect(await senderOf(await letter('saraban@dopa.go.th', { trust: {} }))).toEqual(['กรมการปกครอง', 'guess']);
  });

  it('never replaces what an officer wrote, also when the letter is read again', async () => {
    const entryId = await letter('saraban@dopa.go.th');
    await name(entryId, 'กรมอื่น');
    await fresh.owner`DELETE FROM correspondent WHERE agency_id = ${agency}`;
    await add();
    await read(entryId);
    expect(await senderOf(entryId)).toEqual(['กรมอื่น', null]);
    await name(entryId, '');
    await read(entryId);
    expect(await senderOf(entryId)).toEqual(['', null]);
  });

  it('stays within the agency', async () => {
    await add();
    const other = await addTestAgency(fresh.db, `neighbour${count}`);
    expect(await inAgency(fresh.db, other, THE_APPLIANCE, tx => matchSender(tx, 'saraban@dopa.go.th'))).toBeNull();
    expect(await listCorrespondents(fresh.db, testOfficer(other, 'saraban'), { limit: 10 })).toEqual({ items: [], next: null, total: 0 });
  });
});

describe('the book learns', () => {
  it('a sender that an officer named: address, domain, code of the letter number; and the next letter knows', async () => {
    const entryId = await letter('clerk@pao.go.th');
    await amendEntry(context, saraban, { entryId, facts: { fromAgency: 'อบจ. พะเยา', letterNumber: 'พย 51001/123' } });
    expect(await book()).toMatchObject([
      { nameTh: 'อบจ. พะเยา', addresses: ['clerk@pao.go.th'], domain: 'pao.go.th', code: 'พย 51001', source: 'learned' },
    ]);
    expect(await senderOf(await letter('other@pao.go.th'))).toEqual(['อบจ. พะเยา', 'guess']);
  });

  it('from a guess that was confirmed: the address joins the agency it was guessed for', async () => {
    await add();
    const entryId = await letter('finance@dopa.go.th');
    expect((await confirmFacts(context, saraban, { entryId, facts: ['subject'] })).outcome).toBe('done');
    expect((await book())[0]?.addresses).toEqual(['saraban@dopa.go.th']);
    expect((await confirmFacts(context, saraban, { entryId })).outcome).toBe('done');
    expect(await book()).toMatchObject([{ ...INPUT, addresses: ['finance@dopa.go.th', 'saraban@dopa.go.th'], source: 'typed' }]);
  });

  it('no domain that everybody has, and gives one up that two agencies share', async () => {
    await name(await letter('somchai@gmail.com'), 'สมชาย');
    await name(await letter('a@mail.go.th'), 'โรงเรียน ก');
    await name(await letter('a@moi.go.th'), 'กรม ก');
    await name(await letter('b@moi.go.th'), 'กรม ข');
    await name(await letter('c@moi.go.th'), 'กรม ค');
    expect((await book()).map(one => [one.nameTh, one.domain])).toEqual([
      ['กรม ก', ''],
      ['กรม ข', ''],
      ['กรม ค', ''],
      ['สมชาย', ''],
      ['โรงเรียน ก', ''],
    ]);
    expect(await senderOf(await letter('d@moi.go.th'))).toEqual(['', null]);
  });

  it('a better name for an address it had learned, and leaves what a person put into the book', async () => {
    await name(await letter('a@x.go.th'), 'อบต.');
    await name(await letter('a@x.go.th'), 'อบต. บ้านใหม่');
    expect(await book()).toMatchObject([{ nameTh: 'อบต. บ้านใหม่', domain: 'x.go.th', addresses: ['a@x.go.th'] }]);
    await add();
    await name(await letter('saraban@dopa.go.th'), 'ชื่ออื่น');
    expect((await book()).find(one => one.nameTh === INPUT.nameTh)).toMatchObject(INPUT);
  });

  it('nothing from a classified letter, from a mail that failed DMARC, or from no address', async () => {
    await name(await letter('a@x.go.th', { trust: { dmarc: 'fail' } }), 'ปลอม');
    await name(await letter(''), 'ไม่มีที่อยู่');
    const secret = await letter('b@x.go.th', { secrecy: 'secret' });
    expect((await amendEntry(context, { ...saraban, appointed: true }, { entryId: secret, facts: { fromAgency: 'ลับ' } })).outcome).toBe(
      'done',
    );
    expect(await book()).toEqual([]);
  });
});

describe('officers keep it', () => {
  it('add, find, change, remove; each an act', async () => {
    const id = await add();
    await add({ nameTh: 'เทศบาล 100%', nameEn: '', code: '', domain: '', addresses: [], phone: '', officer: '' });
    const find = async (q: string) => (await listCorrespondents(fresh.db, saraban, { q, limit: 10 })).items.map(one => one.nameTh);
    for (const q of ['ปกครอง', 'dopa', 'saraban@', '0151 สมศรี', 'มท 0300']) expect(await find(q)).toEqual(['กรมการปกครอง']);
    expect(await find('0%')).toEqual(['เทศบาล 100%']);
    expect(await find('ไม่มี')).toEqual([]);
    expect(await changeCorrespondent(context, saraban, { ...INPUT, id, addresses: ['new@dopa.go.th'], version: 1 })).toEqual({
      outcome: 'done',
    });
    expect(await changeCorrespondent(context, saraban, { ...INPUT, id, version: 1 })).toMatchObject({ outcome: 'conflict', version: 2 });
    expect(await getCorrespondent(fresh.db, saraban, id)).toMatchObject({
      addresses: ['new@dopa.go.th'],
      confirmedBy: saraban.name,
      confirmedAt: TEST_TIME,
    });
    expect(await removeCorrespondent(context, saraban, { id })).toEqual({ outcome: 'done' });
    expect(await removeCorrespondent(context, saraban, { id })).toEqual({ outcome: 'not-found' });
    const acts = await fresh.owner`SELECT kind FROM act WHERE agency_id = ${agency} ORDER BY ordinal`;
    expect(acts.map(act => act.kind)).toEqual([
      'correspondent-added',
      'correspondent-added',
      'correspondent-changed',
      'correspondent-removed',
    ]);
  });

  it('goes on page by page', async () => {
    for (const nameTh of ['ค', 'ก', 'ข']) await add({ nameTh, domain: '', addresses: [] });
    const first = await listCorrespondents(fresh.db, saraban, { limit: 2 });
    expect([first.items.map(one => one.nameTh), first.next, first.total]).toEqual([['ก', 'ข'], 'ข', 3]);
    expect((await listCorrespondents(fresh.db, saraban, { limit: 2, after: first.next ?? '' })).items.map(one => one.nameTh)).toEqual([
      'ค',
    ]);
  });

  it('refuses what is wrong or taken, and says whose it is', async () => {
    await add();
    const wrong = {
      nameTh: ' ',
      nameEn: 1,
      code: 'x'.repeat(61),
      domain: 'gmail.com',
      addresses: ['not one'],
      phone: null,
      officer: undefined,
    };
    const refused = await addCorrespondent(context, saraban, wrong);
    expect(refused.outcome === 'invalid' ? refused.faults.map(fault => fault.field).sort() : refused).toEqual([
      'addresses',
      'code',
      'domain',
      'nameEn',
      'nameTh',
    ]);
    const taken = await addCorrespondent(context, saraban, { ...INPUT, nameTh: ' กรมการปกครอง ' });
    expect(taken.outcome === 'invalid' ? taken.faults.map(fault => [fault.field, fault.message.th]) : taken).toEqual([
      ['nameTh', 'กรมการปกครอง เป็นของ กรมการปกครอง แล้ว'],
      ['domain', 'dopa.go.th เป็นของ กรมการปกครอง แล้ว'],
      ['addresses', 'saraban@dopa.go.th เป็นของ กรมการปกครอง แล้ว'],
    ]);
    expect((await addCorrespondent(context, testOfficer(agency, 'unit'), INPUT)).outcome).toBe('forbidden');
    expect((await addCorrespondent(context, testOfficer(agency, 'auditor'), INPUT)).outcome).toBe('forbidden');
    expect((await changeCorrespondent(context, saraban, { ...INPUT, id: 'x' })).outcome).toBe('not-found');
    expect(await book()).toHaveLength(1);
  });
});

describe('import and export', () => {
  it('takes its own export without a change, adds new ones, fills in what was empty', async () => {
    await add({ phone: '' });
    const text = await exportBook(fresh.db, saraban);
    expect(await importBook(context, saraban, Buffer.from(text ?? ''))).toEqual({ outcome: 'done', added: 0, changed: 0, same: 1 });
    const file = 'name_th,phone,addresses\nกรมการปกครอง,02,b@dopa.go.th\nเทศบาล,,t@t.go.th\n';
    expect(await importBook(context, saraban, Buffer.from(file))).toEqual({ outcome: 'done', added: 1, changed: 1, same: 0 });
    expect(await book()).toMatchObject([
      { ...INPUT, phone: '02', addresses: ['b@dopa.go.th', 'saraban@dopa.go.th'], source: 'typed' },
      { nameTh: 'เทศบาล', addresses: ['t@t.go.th'], source: 'imported' },
    ]);
  });

  it('takes nothing of a file with a fault, and names every line', async () => {
    await add();
    const file = 'name_th,domain,addresses\nดี,good.go.th,\n,x.go.th,\nซ้ำ,dopa.go.th,saraban@dopa.go.th\nดีสอง,good.go.th,bad\n';
    const outcome = await importBook(context, saraban, Buffer.from(file));
    expect(outcome.outcome === 'invalid' ? outcome.faults.map(fault => fault.field) : outcome).toEqual([
      'line 3',
      'line 4',
      'line 4',
      'line 5',
      'line 5',
    ]);
    expect(await book()).toHaveLength(1);
    expect(await importBook(context, testOfficer(agency, 'unit'), Buffer.from(file))).toEqual({ outcome: 'forbidden' });
    expect(await exportBook(fresh.db, testOfficer(agency, 'unit'))).toBeNull();
  });
});
