import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterMail, testContext, testOfficer } from '../../test/database/letters.ts';
import { finishReading } from '../finish-reading.ts';
import { listUnread } from '../look/unread.ts';
import type { Officer, RegisterContext } from '../officer.ts';
import { createReader, type Reader } from '../reading/reader.ts';
import type { ReadingOutcome } from '../reading/reading-job.ts';
import { rereadAll, rereadMessage } from './reread.ts';

let fresh: FreshDatabase;
let context: RegisterContext;
let reader: Reader;
let agency: number;
let saraban: Officer;
let count = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  context = testContext(fresh);
  reader = createReader({ threads: 1 });
});
beforeEach(async () => {
  agency = await addTestAgency(fresh.db, `unread${++count}`);
  saraban = testOfficer(agency, 'saraban');
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

const FAILS: ReadingOutcome = { outcome: 'failed', reason: 'time', detail: 'Reading took longer than 1 ms.' };
const CUT = 'Content-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\nSubject: x\r\n\r\n--b\r\n\r\nhello\r\n';

async function take(
  text: string,
  options: { fails?: boolean; change?: object; held?: boolean } = {},
): Promise<{ messageId: string; entryId: string | null }> {
  const judgement = options.held === true ? { disposition: 'held' as const, why: 'dmarc-reject' } : { disposition: 'letter' as const };
  const entered = await enterMail(fresh, agency, `${text}${Math.random()}`, options.change ?? {}, judgement);
  await read(entered.messageId, options.fails);
  return { messageId: entered.messageId, entryId: entered.outcome === 'entered' ? entered.entryId : null };
}
async function read(messageId: string, fails = false): Promise<string> {
  const reading = fails ? { read: async () => FAILS } : reader;
  return await finishReading({ ...context, reader: reading }, { agencyId: agency, messageId });
}
const unread = async (officer = saraban, failed = false) => (await listUnread(fresh.db, officer, { limit: 50, failed })).items;
const readingOf = async (messageId: string) => (await fresh.owner`SELECT reading FROM message WHERE id = ${messageId}`)[0]?.reading;
const queued = async (messageId: string) =>
  (await fresh.owner`SELECT id FROM pgboss.job WHERE name = 'read-message' AND data->>'messageId' = ${messageId}`).length;

it('lists what failed and what may lack something, newest first, and no letter that was read well', async () => {
  await take('Subject: good\r\n\r\nwell read\r\n');
  const cut = await take(CUT);
  const failed = await take('Subject: bad\r\n\r\nx', { fails: true });
  const rows = await unread();
  expect(rows.map(row => row.id)).toEqual([failed.messageId, cut.messageId]);
  expect(rows[0]).toMatchObject({ reading: 'failed', entryId: failed.entryId, number: 3, notes: [{ code: 'reading-time' }] });
  expect(rows[1]?.notes.map(note => note.code)).toContain('multipart-not-closed');
  expect((await unread(saraban, true)).map(row => row.id)).toEqual([failed.messageId]);
  const first = await listUnread(fresh.db, saraban, { limit: 1 });
  expect((await listUnread(fresh.db, saraban, { limit: 1, before: first.next ?? '' })).items.map(row => row.id)).toEqual([cut.messageId]);
});

it('reads one again: it waits, is queued, and goes from the list; a second press says so', async () => {
  const { messageId, entryId } = await take('Subject: bad\r\n\r\nx', { fails: true });
  const before = await queued(messageId);
  expect(await rereadMessage(context, saraban, { messageId })).toEqual({ outcome: 'done' });
  expect([await readingOf(messageId), await queued(messageId)]).toEqual(['waiting', before + 1]);
  expect(await rereadMessage(context, saraban, { messageId })).toMatchObject({ outcome: 'conflict', state: 'waiting' });
  expect(await read(messageId)).toBe('read');
  expect(await unread()).toEqual([]);
  expect(await fresh.owner`SELECT kind FROM act WHERE entry_id = ${entryId} AND kind = 'reread'`).toHaveLength(1);
});

it('reads a well read letter again without losing its number, its facts or its acknowledgement', async () => {
  const { messageId, entryId } = await take('Subject: x\r\n\r\nwell\r\n');
  await fresh.owner`UPDATE acknowledgement SET state = 'held', reason = 'unverified' WHERE entry_id = ${entryId}`;
  await fresh.owner`UPDATE entry SET remark = 'mine' WHERE id = ${entryId}`;
  expect((await rereadMessage(context, saraban, { messageId })).outcome).toBe('done');
  expect(await read(messageId)).toBe('read');
  const [row] =
    await fresh.owner`SELECT e.number, e.remark, a.state FROM entry e JOIN acknowledgement a ON a.entry_id = e.id WHERE e.id = ${entryId}`;
  expect({ ...row }).toEqual({ number: 1, remark: 'mine', state: 'held' });
});

it('reads many: the failed ones, the poor ones, all; duplicates never', async () => {
  const failed = await take('Subject: bad\r\n\r\nx', { fails: true, held: true });
  const cut = await take(CUT);
  const good = await take('Subject: good\r\n\r\nx');
  const states = async () => [await readingOf(failed.messageId), await readingOf(cut.messageId), await readingOf(good.messageId)];
  expect(await rereadAll(context, saraban, { which: 'failed' })).toEqual({ outcome: 'done', count: 1 });
  expect(await states()).toEqual(['waiting', 'done', 'done']);
  expect(await rereadAll(context, saraban, { which: 'poor' })).toEqual({ outcome: 'done', count: 1 });
  expect(await states()).toEqual(['waiting', 'waiting', 'done']);
  expect(await rereadAll(context, saraban, { which: 'all' })).toEqual({ outcome: 'done', count: 1 });
  expect(await rereadAll(context, saraban, { which: 'all' })).toEqual({ outcome: 'done', count: 0 });
});

it('shows and reads nothing for whom it is not: units, auditors, another agency, a letter too secret', async () => {
  const secret = await take('Subject: bad\r\n\r\nx', { fails: true, change: { secrecy: 'secret' } });
  expect(await unread()).toEqual([]);
  expect(await rereadMessage(context, saraban, { messageId: secret.messageId })).toEqual({ outcome: 'not-found' });
  expect(await unread({ ...saraban, appointed: true })).toHaveLength(1);
  const { messageId } = await take('Subject: bad\r\n\r\nx', { fails: true });
  for (const role of ['unit', 'auditor'] as const) {
    const other = testOfficer(agency, role);
    expect(await unread(other)).toEqual([]);
    expect(['forbidden', 'not-found']).toContain((await rereadMessage(context, other, { messageId })).outcome);
    expect(await rereadAll(context, other, { which: 'all' })).toEqual({ outcome: 'forbidden' });
  }
  const stranger = testOfficer(await addTestAgency(fresh.db, `stranger${count}`), 'saraban');
  expect(await unread(stranger)).toEqual([]);
  expect(await rereadMessage(context, stranger, { messageId })).toEqual({ outcome: 'not-found' });
  expect(await rereadMessage(context, saraban, { messageId: 'x' })).toEqual({ outcome: 'not-found' });
  expect(await readingOf(messageId)).toBe('failed');
});
