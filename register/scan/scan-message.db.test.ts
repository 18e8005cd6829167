import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterMail, testContext } from '../../test/database/letters.ts';
import { finishReading } from '../finish-reading.ts';
import { createReader, type Reader } from '../reading/reader.ts';
import { type FakeClamd, startFakeClamd } from './fake-clamd.ts';
import { type ScanContext, scanMessage } from './scan-message.ts';

let fresh: FreshDatabase;
let clamd: FakeClamd;
let reader: Reader;
let agency: number;
let context: ScanContext;

beforeAll(async () => {
  fresh = await freshDatabase();
  clamd = await startFakeClamd();
  reader = createReader({ threads: 1 });
  agency = await addTestAgency(fresh.db, 'scanned');
  context = { ...testContext(fresh), clamd: { host: '127.0.0.1', port: clamd.port }, timeoutMs: 5_000 };
});
beforeEach(() => clamd.behave('scans'));
afterAll(async () => {
  await clamd.close();
  await reader.close();
  await fresh.close();
});

const scan = (messageId: string) => scanMessage(context, { agencyId: agency, messageId });
const rowOf = async (messageId: string) => {
  const [row] = await fresh.owner`SELECT scan, scan_name AS name, attention, intake_notes AS notes FROM message WHERE id = ${messageId}`;
  return { ...row };
};
const jobs = async (messageId: string) =>
  (await fresh.owner`SELECT name FROM pgboss.job WHERE name = 'scan-message' AND data->>'messageId' = ${messageId}`).length;

it('is queued once a message was read, where a scanner is configured, and not elsewhere', async () => {
  const one = await enterMail(fresh, agency, 'Subject: a\r\n\r\nx');
  const two = await enterMail(fresh, agency, 'Subject: b\r\n\r\nx', {}, { disposition: 'held', why: 'dmarc-reject' });
  const reading = { ...testContext(fresh), reader };
  await finishReading({ ...reading, scans: true }, { agencyId: agency, messageId: one.messageId });
  await finishReading({ ...reading, scans: true }, { agencyId: agency, messageId: two.messageId });
  expect([await jobs(one.messageId), await jobs(two.messageId)]).toEqual([1, 1]);
  const three = await enterMail(fresh, agency, 'Subject: c\r\n\r\nx');
  await finishReading(reading, { agencyId: agency, messageId: three.messageId });
  expect(await jobs(three.messageId)).toBe(0);
  expect(await rowOf(three.messageId)).toMatchObject({ scan: 'none' });
});

it('marks a clean letter as clean', async () => {
  const { messageId } = await enterMail(fresh, agency, 'Subject: clean\r\n\r\nx');
  expect(await scan(messageId)).toBe('clean');
  expect(await rowOf(messageId)).toEqual({ scan: 'clean', name: '', attention: false, notes: [] });
  expect(clamd.streams.at(-1)?.toString()).toBe('Subject: clean\r\n\r\nx');
});

it('marks an infected letter, alerts, writes an act; the number stays; and nothing takes the finding back', async () => {
  const entered = await enterMail(fresh, agency, 'Subject: bad\r\n\r\nVIRUS');
  expect(await scan(entered.messageId)).toBe('infected');
  const found = { scan: 'infected', name: 'Test.Virus-1', attention: true, notes: [{ code: 'infected', detail: 'Test.Virus-1' }] };
  expect(await rowOf(entered.messageId)).toEqual(found);
  clamd.behave('hangs-up');
  await expect(scan(entered.messageId)).rejects.toMatchObject({ code: 'scanner-away' });
  expect(await rowOf(entered.messageId)).toEqual(found);
  clamd.behave('scans');
  expect(await scan(entered.messageId)).toBe('infected');
  const acts = await fresh.owner`SELECT entry_id AS id, detail->>'name' AS name FROM act WHERE kind = 'found-infected'`;
  expect(acts.map(act => ({ ...act }))).toEqual([{ id: entered.outcome === 'entered' ? entered.entryId : '', name: 'Test.Virus-1' }]);
});

it('says not scanned while the scanner is away, asks to be run again, and then finds out', async () => {
  const { messageId } = await enterMail(fresh, agency, 'Subject: later\r\n\r\nx');
  clamd.behave('hangs-up');
  await expect(scan(messageId)).rejects.toMatchObject({ code: 'scanner-away', temporary: true });
  expect(await rowOf(messageId)).toMatchObject({ scan: 'not-scanned', attention: false });
  clamd.behave('limits');
  expect(await scan(messageId)).toBe('not-scanned');
  expect(await rowOf(messageId)).toMatchObject({
    scan: 'not-scanned',
    name: 'INSTREAM size limit exceeded. ERROR',
    notes: [{ code: 'not-scanned' }],
  });
  clamd.behave('scans');
  expect(await scan(messageId)).toBe('clean');
  clamd.behave('hangs-up');
  await expect(scan(messageId)).rejects.toMatchObject({ code: 'scanner-away' });
  expect(await rowOf(messageId)).toMatchObject({ scan: 'clean', name: '', notes: [] });
});

it('leaves alone what does not exist', async () => {
  expect(await scan('00000000-0000-0000-0000-000000000000')).toBe('left-alone');
});
