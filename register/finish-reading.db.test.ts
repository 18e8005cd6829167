import { mkdir, readdir, rmdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, enterMail, TEST_TIME, testContext, testOfficer } from '../test/database/letters.ts';
import { amendEntry, confirmFacts } from './act/amend.ts';
import { enterHeld, enterNotice } from './act/held.ts';
import { finishReading, type ReadingContext, sweepReadings } from './finish-reading.ts';
import { listEntries } from './look/entries.ts';
import { getEntry, getHistory } from './look/entry.ts';
import { getMessage, getMessageContent, listHeld } from './look/messages.ts';
import type { Officer } from './officer.ts';
import { createReader, type Reader } from './reading/reader.ts';
import { storeFailure } from './store/folder.ts';

let fresh: FreshDatabase;
let reader: Reader;
let agency: number;
let saraban: Officer;
let appointed: Officer;

beforeAll(async () => {
  fresh = await freshDatabase();
  reader = createReader({ threads: 1 });
  agency = await addTestAgency(fresh.db, 'reading');
  saraban = testOfficer(agency, 'saraban');
  appointed = testOfficer(agency, 'saraban', { appointed: true });
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

const context = (change: Partial<ReadingContext> = {}): ReadingContext => ({
  db: fresh.db,
  jobs: fresh.jobs,
  store: fresh.store,
  reader,
  now: () => TEST_TIME,
  ...change,
});

async function jobsOf(queue: string, key: string, value: string): Promise<number> {
  return (await fresh.owner`SELECT id FROM pgboss.job WHERE name = ${queue} AND data->>${key}::text = ${value}`).length;
}

const BODY = `ที่ มท 0201.2/ว 1590
ลงวันที่ 15 พฤศจิกายน 2569
เรื่อง ขอเชิญประชุมคณะกรรมการ
เรียน อธิบดีกรมการปกครอง

ขอเชิญประชุม ภายในวันที่ 30 พฤศจิกายน 2569
`;

function mail(body = BODY, subject = 'ขอเชิญประชุม', attachment = 'attached bytes'): string {
  return [
    'From: =?utf-8?q?Somchai?= <somchai@sender.example>',
    `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(body).toString('base64'),
    '--b',
    'Content-Type: application/octet-stream; name="annex_100%.bin"',
    'Content-Disposition: attachment; filename="annex_100%.bin"',
    '',
    attachment,
    '--b--',
    '',
  ].join('\r\n');
}

async function messageOf(entryId: string): Promise<string> {
  const [row] = await fresh.owner<{ id: string }[]>`SELECT message_id AS id FROM entry WHERE id = ${entryId}`;
  return row?.id ?? '';
}

async function readEntry(entryId: string, change: Partial<ReadingContext> = {}): Promise<string> {
  return await finishReading(context(change), { agencyId: agency, messageId: await messageOf(entryId) });
}

describe('reading a letter', () => {
  it('keeps its parts as blobs, its text, its facts as guesses, and queues what follows', async () => {
    const entryId = await enterLetter(fresh, agency, mail());
    expect(await readEntry(entryId)).toBe('read');
    const entry = await getEntry(fresh.db, saraban, entryId);
    expect(entry).toMatchObject({
      letterNumber: 'มท 0201.2/ว 1590',
      letterDate: '2026-11-15',
      circular: true,
      dueOn: '2026-11-30',
      subject: 'ขอเชิญประชุม',
      attachmentCount: 1,
      attachmentBytes: 14,
      message: { reading: 'done' },
    });
    expect(entry?.text).toContain('ขอเชิญประชุมคณะกรรมการ');
    expect(Object.keys(entry?.guesses ?? {})).toEqual(expect.arrayContaining(['letterNumber', 'letterDate', 'circular', 'dueOn']));
    const annex = entry?.attachments.find(part => part.role === 'attachment');
    expect(annex).toMatchObject({ name: 'annex_100%.bin', size: 14, path: '2' });
    expect((await fresh.store.read(annex?.sha256 ?? '')).toString()).toBe('attached bytes');
    expect(await jobsOf('acknowledge', 'entryId', entryId)).toBe(1);
    expect(await jobsOf('route-letter', 'entryId', entryId)).toBe(1);
    expect(await readdir(join(fresh.folder, 'blobs', 'reading'))).toEqual([]);
  });

  it('run twice, or twice at once, writes the same rows and queues once', async () => {
    const entryId = await enterLetter(fresh, agency, mail('twice'));
    const snapshot = () => fresh.owner`
      SELECT (SELECT jsonb_agg(to_jsonb(a) ORDER BY path) FROM attachment a WHERE message_id = e.message_id) AS parts, to_jsonb(e) AS entry,
             (SELECT to_jsonb(s) FROM entry_search s WHERE entry_id = e.id) AS search FROM entry e WHERE id = ${entryId}`;
    const outcomes = await Promise.all([readEntry(entryId), readEntry(entryId)]);
    expect(outcomes.sort()).toEqual(['left-alone', 'read']);
    const first = await snapshot();
    expect(await readEntry(entryId)).toBe('left-alone');
    await fresh.owner`UPDATE message SET reading = 'failed' WHERE entry_id = ${entryId}`;
    expect(await readEntry(entryId)).toBe('read');
    const second = await snapshot();
    expect(second[0]?.parts).toEqual(first[0]?.parts);
    expect(second[0]?.search).toEqual(first[0]?.search);
    expect(await jobsOf('acknowledge', 'entryId', entryId)).toBe(1);
  });

  it('never touches a fact that an officer wrote or confirmed', async () => {
    const entryId = await enterLetter(fresh, agency, mail(`${BODY} again`));
    await amendEntry(testContext(fresh), saraban, { entryId, facts: { letterNumber: '', addressee: 'ปลัด' } });
    await readEntry(entryId);
    expect(await getEntry(fresh.db, saraban, entryId)).toMatchObject({ letterNumber: '', addressee: 'ปลัด', letterDate: '2026-11-15' });
    await confirmFacts(testContext(fresh), saraban, { entryId, facts: ['letterDate'] });
    await fresh.owner`UPDATE message SET reading = 'failed' WHERE entry_id = ${entryId}`;
    await readEntry(entryId);
    expect((await getEntry(fresh.db, saraban, entryId))?.guesses).not.toHaveProperty('letterDate');
  });

  it('is found by its body, by a file name with % and _ taken literally, and by an amended fact', async () => {
    const entryId = await enterLetter(fresh, agency, mail('เรื่องการจัดซื้อครุภัณฑ์คอมพิวเตอร์'));
    await readEntry(entryId);
    const find = async (q: string) =>
      (await listEntries(fresh.db, saraban, { register: 'receive', year: 2569, q, limit: 100 })).items.map(item => item.id);
    expect(await find('ครุภัณฑ์')).toEqual([entryId]);
    expect(await find('ครุภัณฑ')).toEqual([entryId]);
    expect(await find('annex_100%')).toContain(entryId);
    expect(await find('annexx100')).toEqual([]);
    expect(await find('annex%bin')).toEqual([]);
    expect(await find('_')).toContain(entryId);
    await amendEntry(testContext(fresh), saraban, { entryId, facts: { fromAgency: 'กรมบัญชีกลาง' } });
    expect(await find('กรมบัญชีกลาง')).toEqual([entryId]);
  });
});

it('what a crash left of a reading is swept, what is being read stays', async () => {
  const folder = join(fresh.folder, 'blobs', 'reading');
  for (const name of ['old', 'new']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'old', 'part-1.tmp'), 'x');
  await utimes(join(folder, 'old'), TEST_TIME, new Date('2020-01-01T00:00:00Z'));
  expect(await sweepReadings(fresh.store, new Date('2020-01-02T00:00:00Z'))).toBe(1);
  expect(await readdir(folder)).toEqual(['new']);
  await rmdir(join(folder, 'new'));
});

describe('a letter that cannot be read', () => {
  it('stays entered, says why, is found by its head, and goes on its way (I7)', async () => {
    const entryId = await enterLetter(fresh, agency, mail('unreadable'), { subject: 'อ่านไม่ออกเลย' });
    const failing = { read: () => Promise.resolve({ outcome: 'failed' as const, reason: 'memory' as const, detail: 'a\u0000b' }) };
    expect(await readEntry(entryId, { reader: failing })).toBe('failed');
    const entry = await getEntry(fresh.db, saraban, entryId);
    expect(entry).toMatchObject({
      state: 'entered',
      reading: 'failed',
      message: { readingNotes: [{ code: 'reading-memory', detail: 'a\ufffdb' }] },
    });
    expect(
      (await listEntries(fresh.db, saraban, { register: 'receive', year: 2569, q: 'อ่านไม่ออก', limit: 9 })).items.map(item => item.id),
    ).toEqual([entryId]);
    expect(await jobsOf('acknowledge', 'entryId', entryId)).toBe(1);
    expect(await jobsOf('route-letter', 'entryId', entryId)).toBe(1);
    expect(await readEntry(entryId)).toBe('read');
    expect(await jobsOf('acknowledge', 'entryId', entryId)).toBe(1);
  });

  it('nothing at all is still a letter', async () => {
    const entryId = await enterLetter(fresh, agency, '');
    expect(await readEntry(entryId)).toBe('read');
  });

  it('waits, unread, while there is no room for its parts, and is read when there is', async () => {
    const entryId = await enterLetter(fresh, agency, mail('there will be room'));
    const full = storeFailure(Object.assign(new Error('no room'), { code: 'ENOSPC' }), 'parts');
    await expect(readEntry(entryId, { reader: { read: () => Promise.reject(full) } })).rejects.toMatchObject({
      code: 'disk-full',
      temporary: true,
    });
    expect(await getEntry(fresh.db, saraban, entryId)).toMatchObject({ reading: 'waiting' });
    expect(await readEntry(entryId)).toBe('read');
  });

  it('leaves nothing behind when the register cannot take it, and is tried again', async () => {
    const entryId = await enterLetter(fresh, agency, mail('no queue'));
    const broken = { enqueue: () => Promise.reject(new Error('queue is broken')) };
    await expect(readEntry(entryId, { jobs: broken })).rejects.toThrow('queue is broken');
    expect((await getEntry(fresh.db, saraban, entryId))?.attachments).toEqual([]);
    expect(await readEntry(entryId)).toBe('read');
  });
});

describe('a classified letter that its head did not betray (I10)', () => {
  it('keeps its number, is seen by appointed persons alone, and calls for attention', async () => {
    const entryId = await enterLetter(fresh, agency, mail(`ลับมาก\n${BODY}`, 'ขอส่งเอกสาร'));
    expect(await getEntry(fresh.db, saraban, entryId)).not.toBeNull();
    await readEntry(entryId);
    expect(await getEntry(fresh.db, saraban, entryId)).toBeNull();
    expect(await getHistory(fresh.db, saraban, entryId)).toBeNull();
    expect(await getMessage(fresh.db, saraban, await messageOf(entryId))).toBeNull();
    expect(await getEntry(fresh.db, appointed, entryId)).toMatchObject({ secrecy: 'secret', number: expect.any(Number) });
    expect(await getMessage(fresh.db, appointed, await messageOf(entryId))).toMatchObject({ attention: true });
    expect((await getHistory(fresh.db, appointed, entryId))?.map(item => item.kind)).toContain('found-classified');
  });
});

describe('notices and held messages', () => {
  it('a notice is read and handed to who understands it', async () => {
    const { messageId } = await enterMail(fresh, agency, mail('a notice'), {}, { disposition: 'notice', why: 'auto-submitted' });
    expect(await finishReading(context(), { agencyId: agency, messageId })).toBe('read');
    expect(await jobsOf('understand-notice', 'messageId', messageId)).toBe(1);
    expect((await getMessageContent(fresh.db, saraban, messageId))?.text).toContain('a notice');
  });

  it('a held one is read, and nothing is queued; once entered it is read again and goes its way', async () => {
    const { messageId } = await enterMail(fresh, agency, mail(`${BODY} held`), {}, { disposition: 'held', why: 'dmarc' });
    await finishReading(context(), { agencyId: agency, messageId });
    expect(await jobsOf('acknowledge', 'agencyId', 'none')).toBe(0);
    expect((await listHeld(fresh.db, saraban, { state: 'waiting', limit: 10 })).items.map(item => item.id)).toEqual([messageId]);
    const entered = await enterHeld(testContext(fresh), saraban, { messageId });
    if (entered.outcome !== 'done') throw new Error(JSON.stringify(entered));
    expect(await jobsOf('read-message', 'messageId', messageId)).toBe(2);
    expect(await enterHeld(testContext(fresh), saraban, { messageId })).toMatchObject({
      outcome: 'conflict',
      state: 'entered',
      by: saraban.name,
    });
    expect(await readEntry(entered.entryId)).toBe('read');
    expect(await getEntry(fresh.db, saraban, entered.entryId)).toMatchObject({
      letterDate: '2026-11-15',
      number: entered.number,
      attachmentCount: 1,
    });
    expect(await jobsOf('acknowledge', 'entryId', entered.entryId)).toBe(1);
  });

  it('a notice that is a letter after all gets the next number, once', async () => {
    const { messageId } = await enterMail(fresh, agency, mail('no notice'), {}, { disposition: 'notice', why: 'bulk' });
    const outcomes = await Promise.all([1, 2].map(() => enterNotice(testContext(fresh), saraban, { messageId })));
    expect(outcomes.map(one => one.outcome).sort()).toEqual(['conflict', 'done']);
  });

  it('a message that does not exist, or came again, is left alone', async () => {
    expect(await finishReading(context(), { agencyId: agency, messageId: '00000000-0000-7000-8000-000000000000' })).toBe('left-alone');
    await enterLetter(fresh, agency, mail('came again'));
    const { messageId } = await enterMail(fresh, agency, mail('came again'));
    expect(await finishReading(context(), { agencyId: agency, messageId })).toBe('left-alone');
  });
});
