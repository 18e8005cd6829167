import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, TEST_TIME, testContext, testOfficer } from '../test/database/letters.ts';
import { decideDuplicate } from './act/duplicate.ts';
import { inAgency, THE_APPLIANCE } from './db/transaction.ts';
import { attachmentSet, flagDuplicates } from './duplicates.ts';
import type { InboundMessage } from './enter.ts';
import { finishReading } from './finish-reading.ts';
import { createReader, type Reader } from './reading/reader.ts';

let fresh: FreshDatabase;
let reader: Reader;
let agency: number;
let count = 0;

beforeAll(async () => {
  fresh = await freshDatabase();
  reader = createReader({ threads: 1 });
});
beforeEach(async () => {
  agency = await addTestAgency(fresh.db, `agency${++count}`);
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

const FILE = 'x'.repeat(3_000);
function mail(files: { name: string; type?: string; bytes: string }[], body = 'สวัสดี'): string {
  const parts = files.map(
    file =>
      `--b\r\nContent-Type: ${file.type ?? 'application/pdf'}\r\nContent-Disposition: attachment; filename="${file.name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(file.bytes).toString('base64')}\r\n`,
  );
  return `From: a@sender.example\r\nSubject: x ${Math.random()}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${body}\r\n${parts.join('')}--b--\r\n`;
}

async function take(text: string, change: Partial<InboundMessage> = {}): Promise<string> {
  const entryId = await enterLetter(fresh, agency, text, change);
  await read(entryId);
  return entryId;
}
async function read(entryId: string): Promise<void> {
  const [row] = await fresh.owner`SELECT message_id AS id FROM entry WHERE id = ${entryId}`;
  const context = { db: fresh.db, jobs: fresh.jobs, store: fresh.store, reader, now: () => TEST_TIME };
  expect(await finishReading(context, { agencyId: agency, messageId: row?.id })).toBe('read');
}
async function flagOf(entryId: string): Promise<unknown> {
  const [row] =
    await fresh.owner`SELECT possible_duplicate_of AS of, duplicate_state AS state, duplicate_reason AS reason FROM entry WHERE id = ${entryId}`;
  return { ...row };
}
const NONE = { of: null, state: null, reason: '' };
const later = (days: number) => new Date(TEST_TIME.getTime() + days * 86_400_000);

describe('the same attachments', () => {
  it('flags the second letter, whatever order and names the files have, and points at the first of three', async () => {
    const first = await take(
      mail([
        { name: 'a.pdf', bytes: FILE },
        { name: 'b.pdf', bytes: 'short' },
      ]),
    );
    const second = await take(
      mail([
        { name: 'c.pdf', bytes: 'short' },
        { name: 'd.pdf', bytes: FILE },
      ]),
      { fromAddress: 'Other@SENDER.example' },
    );
    const third = await take(
      mail([
        { name: 'a.pdf', bytes: FILE },
        { name: 'b.pdf', bytes: 'short' },
      ]),
    );
    expect(await flagOf(first)).toEqual(NONE);
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'attachments' });
    expect(await flagOf(third)).toEqual({ of: first, state: 'flagged', reason: 'attachments' });
  });

  it('does not flag another set, another domain, another agency, or one too long ago', async () => {
    await take(mail([{ name: 'a.pdf', bytes: FILE }]), { receivedAt: TEST_TIME });
    expect(await flagOf(await take(mail([{ name: 'a.pdf', bytes: `${FILE}y` }])))).toEqual(NONE);
    expect(
      await flagOf(
        await take(
          mail([
            { name: 'a.pdf', bytes: FILE },
            { name: 'more.pdf', bytes: 'more' },
          ]),
        ),
      ),
    ).toEqual(NONE);
    expect(await flagOf(await take(mail([{ name: 'a.pdf', bytes: FILE }]), { fromAddress: 'a@elsewhere.example' }))).toEqual(NONE);
    expect(await flagOf(await take(mail([{ name: 'a.pdf', bytes: FILE }]), { receivedAt: later(401) }))).toEqual(NONE);
    agency = await addTestAgency(fresh.db, `neighbour${count}`);
    expect(await flagOf(await take(mail([{ name: 'a.pdf', bytes: FILE }])))).toEqual(NONE);
  });

  it('takes no sign from slight files: an emblem, a tiny file, no file, a sender without a domain', async () => {
    const emblem = mail([{ name: 'logo.png', type: 'image/png', bytes: FILE }]);
    await take(emblem);
    expect(await flagOf(await take(`${emblem} `))).toEqual(NONE);
    await take(mail([{ name: 'sig.asc', type: 'application/pgp-signature', bytes: 'tiny' }]));
    expect(await flagOf(await take(mail([{ name: 'sig.asc', type: 'application/pgp-signature', bytes: 'tiny' }])))).toEqual(NONE);
    await take(mail([]));
    expect(await flagOf(await take(mail([])))).toEqual(NONE);
    await take(mail([{ name: 'a.pdf', bytes: FILE }]), { fromAddress: '' });
    expect(await flagOf(await take(mail([{ name: 'a.pdf', bytes: FILE }]), { fromAddress: '' }))).toEqual(NONE);
  });

  it('counts a scanned page, and a set has no order', () => {
    const page = { sha256: 'aa', size: 400_000, contentType: 'image/jpeg' };
    const form = { sha256: 'bb', size: 10, contentType: 'application/pdf' };
    expect(attachmentSet([page, form])).toMatch(/^[0-9a-f]{64}$/);
    expect(attachmentSet([page, form])).toBe(attachmentSet([form, page]));
    expect(attachmentSet([page, form])).not.toBe(attachmentSet([page]));
    expect(attachmentSet([{ ...page, size: 60_000 }])).toBeNull();
  });

  it('asks no more once an officer said that such letters are no duplicates', async () => {
    await take(mail([{ name: 'form.pdf', bytes: FILE }]));
    const second = await take(mail([{ name: 'form.pdf', bytes: FILE }]));
    const saraban = testOfficer(agency, 'saraban');
    expect((await decideDuplicate(testContext(fresh), saraban, { entryId: second, decision: 'dismiss' })).outcome).toBe('done');
    expect(await flagOf(await take(mail([{ name: 'form.pdf', bytes: FILE }])))).toEqual(NONE);
  });

  it('never takes back what an officer decided, nor another flag', async () => {
    const first = await take(mail([{ name: 'a.pdf', bytes: FILE }]), { headerMessageId: '<same@x>' });
    const second = await enterLetter(fresh, agency, mail([{ name: 'a.pdf', bytes: FILE }]), { headerMessageId: '<same@x>' });
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'message-id' });
    await decideDuplicate(testContext(fresh), testOfficer(agency, 'saraban'), { entryId: second, decision: 'link' });
    await read(second);
    expect(await flagOf(second)).toEqual({ of: first, state: 'linked', reason: 'message-id' });
  });

  it('flags the later letter also when it was read first', async () => {
    const first = await enterLetter(fresh, agency, mail([{ name: 'a.pdf', bytes: FILE }]));
    const second = await take(mail([{ name: 'a.pdf', bytes: FILE }]));
    expect(await flagOf(second)).toEqual(NONE);
    await read(first);
    expect(await flagOf(first)).toEqual(NONE);
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'attachments' });
  });

  it('sees the other one of two that are read at once', async () => {
    const [first, second] = [
      await enterLetter(fresh, agency, mail([{ name: 'a.pdf', bytes: FILE }])),
      await enterLetter(fresh, agency, mail([{ name: 'a.pdf', bytes: FILE }])),
    ];
    await Promise.all([read(second), read(first)]);
    expect(await flagOf(first)).toEqual(NONE);
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'attachments' });
  });
});

describe('the same letter number', () => {
  const numbered = (number: string) => mail([], `ที่ ${number}\r\n\r\nวันที่ ๑๒ มกราคม ๒๕๖๙\r\n\r\nเรื่อง ขอเชิญประชุม\r\n`);

  it('flags the same sender, number and date, however the digits are written', async () => {
    const first = await take(numbered('มท ๐๒๐๑.๒/๑๕๙๐'));
    const second = await take(numbered('มท 0201.2/1590'));
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'letter-number' });
  });

  it('does not flag another sender, another number, another date, or a cancelled letter', async () => {
    const first = await take(numbered('มท 0201.2/1591'));
    expect(await flagOf(await take(numbered('มท 0201.2/1591'), { fromAddress: 'b@sender.example' }))).toEqual(NONE);
    expect(await flagOf(await take(numbered('มท 0201.2/1592')))).toEqual(NONE);
    expect(await flagOf(await take(numbered('มท 0201.2/1591').replace('๑๒ มกราคม', '๑๓ มกราคม')))).toEqual(NONE);
    await fresh.owner`UPDATE entry SET state = 'cancelled', state_reason = 'x' WHERE id = ${first}`;
    expect(await flagOf(await take(numbered('มท 0201.2/1591')))).toEqual(NONE);
  });

  it('takes the agency that an officer named for the sender, from whichever address', async () => {
    const first = await take(numbered('มท 0201.2/1600'));
    const second = await enterLetter(fresh, agency, numbered('มท 0201.2/1600'), { fromAddress: 'other@office.example' });
    await fresh.owner`UPDATE entry SET from_agency = 'กรมการปกครอง' WHERE id IN (${first}, ${second})`;
    await read(second);
    expect(await flagOf(second)).toEqual({ of: first, state: 'flagged', reason: 'letter-number' });
  });
});

it('finds nothing the second time, and nothing for an entry that does not exist', async () => {
  const entryId = await take(mail([{ name: 'a.pdf', bytes: FILE }]));
  await take(mail([{ name: 'b.pdf', bytes: FILE }]));
  await inAgency(fresh.db, agency, THE_APPLIANCE, async tx => {
    expect(await flagDuplicates(tx, entryId)).toBe(0);
    expect(await flagDuplicates(tx, '00000000-0000-0000-0000-000000000000')).toBe(0);
  });
});
