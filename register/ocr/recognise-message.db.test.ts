import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter, enterMail, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { amendEntry, confirmFacts } from '../act/amend.ts';
import { finishReading, readingFolder } from '../finish-reading.ts';
import { listEntries } from '../look/entries.ts';
import { getEntry, getHistory } from '../look/entry.ts';
import { getMessage } from '../look/messages.ts';
import type { Officer } from '../officer.ts';
import { createReader, type Reader } from '../reading/reader.ts';
import { findOcrPrograms } from './programs.ts';
import { recogniseMessage } from './recognise-message.ts';
import { createRecogniser, type Recognised, type Recogniser } from './recogniser.ts';

const programs = await findOcrPrograms();
const installed = programs.languages !== null && programs.pdftoppm !== null;

let fresh: FreshDatabase;
let reader: Reader;
let agency: number;
let saraban: Officer;
let appointed: Officer;

beforeAll(async () => {
  fresh = await freshDatabase();
  reader = createReader({ threads: 1 });
  agency = await addTestAgency(fresh.db, 'recognised');
  saraban = testOfficer(agency, 'saraban');
  appointed = testOfficer(agency, 'saraban', { appointed: true });
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

let count = 0;
/** A mail with files and a body that says little; no two alike. */
function mail(files: { name: string; type: string; bytes: Buffer }[], subject = `scan${count}`): string {
  count++;
  const parts = files.flatMap(({ name, type, bytes }) => [
    '--b',
    `Content-Type: ${type}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
  ]);
  const head = [`Subject: ${subject}`, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', ''];
  return [...head, '--b', 'Content-Type: text/plain', '', `see the file ${count}`, ...parts, '--b--', ''].join('\r\n');
}

const fixture = (name: string) => readFile(join(import.meta.dirname, 'fixtures', name));
const png = async () => ({ name: 'scan.png', type: 'image/png', bytes: await fixture('letter.png') });
const pdf = async () => ({ name: 'scan.pdf', type: 'application/pdf', bytes: await fixture('letter.pdf') });

async function messageOf(entryId: string): Promise<string> {
  const [row] = await fresh.owner<{ id: string }[]>`SELECT message_id AS id FROM entry WHERE id = ${entryId}`;
  return row?.id ?? '';
}

async function read(messageId: string, recognises = true): Promise<void> {
  await finishReading({ ...testContext(fresh), reader, recognises }, { agencyId: agency, messageId });
}

const queued = async (messageId: string) =>
  (await fresh.owner`SELECT id FROM pgboss.job WHERE name = 'recognise-message' AND data->>'messageId' = ${messageId}`).length;

const routings = async (entryId: string) =>
  (await fresh.owner`SELECT id FROM pgboss.job WHERE name = 'route-letter' AND data->>'entryId' = ${entryId}`).length;

/** Stands in for the programs: what each file says, in the order of asking. */
function saying(...answers: (Recognised | null)[]): Pick<Recogniser, 'recognise'> & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async recognise(file) {
      asked.push(file);
      return answers[asked.length - 1] ?? null;
    },
  };
}
const text = (value: string): Recognised => ({ text: value, notes: [] });

async function recognise(messageId: string, recogniser: Pick<Recogniser, 'recognise'>): Promise<string> {
  return await recogniseMessage({ ...testContext(fresh), recogniser }, { agencyId: agency, messageId });
}

/** A letter with one scanned sheet, read. */
async function letterRead(change: Parameters<typeof enterLetter>[3] = {}): Promise<{ entryId: string; messageId: string }> {
  const entryId = await enterLetter(fresh, agency, mail([await png()]), { subject: `scan${count}`, ...change });
  const messageId = await messageOf(entryId);
  await read(messageId);
  return { entryId, messageId };
}

const find = async (q: string) =>
  (await listEntries(fresh.db, saraban, { register: 'receive', year: 2569, q, limit: 100 })).items.map(item => item.id);

const LETTER = 'ที่ มท 0201.2/77\n15 พฤศจิกายน 2569\nเรื่อง ขอเชิญประชุมเกลือสินเธาว์\nเรียน อธิบดีกรมการปกครอง\n\nตามที่';

describe('queued', () => {
  it('once, for a letter with scans, where it can be worked', async () => {
    const { messageId } = await letterRead();
    expect(await queued(messageId)).toBe(1);
    const scanned = await enterMail(fresh, agency, mail([await pdf()]));
    await read(scanned.messageId);
    expect(await queued(scanned.messageId)).toBe(1);
  });

  it('for no other: nothing installed, nothing scanned, or no letter', async () => {
    const missing = await enterMail(fresh, agency, mail([await png()]));
    await read(missing.messageId, createRecogniser({ tesseract: null, languages: null, pdftoppm: null }, fresh.folder) !== null);
    const plain = await enterMail(fresh, agency, mail([{ name: 'a.txt', type: 'text/plain', bytes: Buffer.alloc(30_000, 'a') }]));
    await read(plain.messageId);
    const held = await enterMail(fresh, agency, mail([await png()]), {}, { disposition: 'held', why: 'dmarc-reject' });
    await read(held.messageId);
    expect(await Promise.all([missing, plain, held].map(one => queued(one.messageId)))).toEqual([0, 0, 0]);
  });
});

describe('recognised text', () => {
  it('makes the letter findable, fills its facts as guesses, and has it routed', async () => {
    const { entryId, messageId } = await letterRead();
    expect(await find('เกลือสินเธาว์')).toEqual([]);
    expect(await recognise(messageId, saying(text(`${LETTER}\u0000`)))).toBe('recognised');
    expect(await find('เกลือสินเธาว์')).toEqual([entryId]);
    const entry = await getEntry(fresh.db, saraban, entryId);
    expect(entry).toMatchObject({ letterNumber: 'มท 0201.2/77', letterDate: '2026-11-15', subject: 'ขอเชิญประชุมเกลือสินเธาว์' });
    expect(entry?.guesses.letterNumber).toEqual({ source: 'document:ocr:2', certainty: 'guess' });
    expect(entry?.documents.map(document => document.path)).toEqual(['ocr:2']);
    expect(await routings(entryId)).toBe(2);
  });

  it('run twice, or twice at once, changes nothing more; read again, it is recognised again', async () => {
    const { entryId, messageId } = await letterRead();
    const outcomes = await Promise.all([recognise(messageId, saying(text(LETTER))), recognise(messageId, saying(text(LETTER)))]);
    expect(outcomes.sort()).toEqual(['left-alone', 'recognised']);
    const before = await getEntry(fresh.db, saraban, entryId);
    const again = saying(text('something else'));
    expect(await recognise(messageId, again)).toBe('left-alone');
    expect(again.asked).toEqual([]);
    expect(await getEntry(fresh.db, saraban, entryId)).toEqual(before);
    await fresh.owner`UPDATE message SET reading = 'waiting' WHERE id = ${messageId}`;
    expect(await recognise(messageId, again)).toBe('left-alone');
    await read(messageId);
    expect(await queued(messageId)).toBe(2);
    expect(await recognise(messageId, saying(text(LETTER)))).toBe('recognised');
    expect((await getEntry(fresh.db, saraban, entryId))?.letterNumber).toBe('มท 0201.2/77');
  });

  it('never touches what an officer wrote or confirmed', async () => {
    const { entryId, messageId } = await letterRead();
    await amendEntry(testContext(fresh), saraban, { entryId, facts: { letterNumber: 'กค 9', addressee: '' } });
    await confirmFacts(testContext(fresh), saraban, { entryId, facts: ['letterDate'] });
    await recognise(messageId, saying(text(LETTER)));
    const entry = await getEntry(fresh.db, saraban, entryId);
    expect(entry).toMatchObject({ letterNumber: 'กค 9', addressee: '' });
    expect(entry?.guesses).not.toHaveProperty('letterNumber');
  });

  it('of equal files is recognised once; notes stand with their part; what holds no text is not asked again', async () => {
    const sheet = await png();
    const entryId = await enterLetter(fresh, agency, mail([sheet, { ...sheet, name: 'copy.png' }, await pdf()]));
    const messageId = await messageOf(entryId);
    await read(messageId);
    const cut = { text: '', notes: [{ code: 'document-cut', detail: 'late\u0000' }] };
    const asked = saying(null, cut);
    expect(await recognise(messageId, asked)).toBe('nothing-found');
    expect(asked.asked).toHaveLength(2);
    expect((await getEntry(fresh.db, saraban, entryId))?.message?.readingNotes).toMatchObject([
      { code: 'document-cut', detail: 'late\ufffd', path: '4' },
    ]);
    expect(await routings(entryId)).toBe(1);
    expect(await recognise(messageId, asked)).toBe('left-alone');
  });

  it('that betrays a class locks the letter and raises the alarm (I10)', async () => {
    const { entryId, messageId } = await letterRead();
    await recognise(messageId, saying(text(`ลับมาก\n${LETTER}`)));
    expect(await getEntry(fresh.db, saraban, entryId)).toBeNull();
    expect(await getMessage(fresh.db, saraban, messageId)).toBeNull();
    expect(await getEntry(fresh.db, appointed, entryId)).toMatchObject({ secrecy: 'secret', number: expect.any(Number) });
    expect(await getMessage(fresh.db, appointed, messageId)).toMatchObject({ attention: true });
    const alarms = (await getHistory(fresh.db, appointed, entryId))?.filter(item => item.kind === 'found-classified');
    expect(alarms).toMatchObject([{ detail: { secrecy: 'secret', source: 'document:ocr:2' } }]);
  });

  it('that never came, for the recogniser was stopped or the message is gone, leaves everything as it was', async () => {
    const { entryId, messageId } = await letterRead();
    const stopped = { recognise: () => Promise.reject(new Error('stopped')) };
    await expect(recognise(messageId, stopped)).rejects.toThrow('stopped');
    expect((await getEntry(fresh.db, saraban, entryId))?.documents).toEqual([]);
    expect(await recognise('00000000-0000-7000-8000-000000000000', stopped)).toBe('left-alone');
  });
});

if (installed) {
  describe('with this machine’s Tesseract', () => {
    it.each([
      ['a picture', png],
      ['a scanned PDF', pdf],
    ])('%s of an official letter is found by a word of it, and its letter number is guessed', async (_what, file) => {
      const recogniser = createRecogniser(programs, readingFolder(fresh.store));
      if (recogniser === null) throw new Error('Tesseract is there and cannot be used');
      const entryId = await enterLetter(fresh, agency, mail([await file()]));
      const messageId = await messageOf(entryId);
      await read(messageId);
      const others = await find('คอมพิวเตอร์');
      expect(await recognise(messageId, recogniser)).toBe('recognised');
      expect((await find('คอมพิวเตอร์')).filter(id => !others.includes(id))).toEqual([entryId]);
      const entry = await getEntry(fresh.db, saraban, entryId);
      expect(entry).toMatchObject({
        letterNumber: 'มท 0201.2/1590',
        letterDate: '2026-11-15',
        guesses: { letterNumber: { certainty: 'guess' } },
      });
      expect(entry?.enteredAt).toEqual(TEST_TIME);
      expect(await readdir(readingFolder(fresh.store))).toEqual([]);
    });
  });
} else {
  describe('without Tesseract and its Thai (not installed on this machine)', () => {
    it('nothing recognises, and reading goes on as ever', async () => {
      const recogniser = createRecogniser(programs, readingFolder(fresh.store));
      const { messageId } = await enterMail(fresh, agency, mail([await png()]));
      await read(messageId, recogniser !== null);
      expect(await queued(messageId)).toBe(programs.languages === null ? 0 : 1);
      expect((await getMessage(fresh.db, saraban, messageId))?.reading).toBe('done');
    });
  });
}
