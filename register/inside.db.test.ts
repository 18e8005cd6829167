/** What lies inside a letter's files, from the mail to what the pages look at. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../test/database/fresh.ts';
import { enterLetter, enterMail, TEST_TIME, testOfficer } from '../test/database/letters.ts';
import { finishReading } from './finish-reading.ts';
import { createSigner, SIGNED_PART } from './letter/smime-fixtures.ts';
import { listEntries } from './look/entries.ts';
import { getEntry } from './look/entry.ts';
import type { EntryDetail } from './look/entry-row.ts';
import { getMessageContent } from './look/messages.ts';
import type { Officer } from './officer.ts';
import { createReader, type Reader } from './reading/reader.ts';

let fresh: FreshDatabase;
let reader: Reader;
let agency: number;
let saraban: Officer;
const signer = createSigner();

beforeAll(async () => {
  fresh = await freshDatabase();
  const authorities = join(fresh.folder, 'ca');
  await mkdir(authorities);
  await writeFile(join(authorities, 'test.pem'), signer.authority);
  await writeFile(join(authorities, 'notes.txt'), 'no certificate');
  reader = createReader({ threads: 1, authorities });
  agency = await addTestAgency(fresh.db, 'inside');
  saraban = testOfficer(agency, 'saraban');
});
afterAll(async () => {
  await reader.close();
  await fresh.close();
});

async function readMail(messageId: string): Promise<void> {
  const context = { db: fresh.db, jobs: fresh.jobs, store: fresh.store, reader, now: () => TEST_TIME };
  expect(await finishReading(context, { agencyId: agency, messageId })).toBe('read');
}

async function entryOf(raw: string, receivedAt = TEST_TIME): Promise<EntryDetail> {
  const entryId = await enterLetter(fresh, agency, raw, { receivedAt });
  const [row] = await fresh.owner<{ id: string }[]>`SELECT message_id AS id FROM entry WHERE id = ${entryId}`;
  await readMail(row?.id ?? '');
  const entry = await getEntry(fresh.db, saraban, entryId);
  if (entry === null) throw new Error('no entry');
  return entry;
}

const INNER = [
  'From: =?utf-8?B?4Liq4Lih4LiK4Liy4Lii?= <inner@sender.example>',
  'To: a@b.example',
  'Cc: =?utf-8?B?4LiC?= <c@b.example>',
  'Date: Sun, 15 Nov 2026 10:00:00 +0700',
  'Subject: inner subject',
  'Content-Type: multipart/mixed; boundary=i',
  '',
  '--i',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'zebra words of the forwarded one',
  '--i',
  'Content-Type: application/pdf; name=inner.pdf',
  '',
  'x',
  '--i--',
].join('\r\n');

function mail(type: string, content: string | Buffer): string {
  return [
    'Subject: outer',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'see inside',
    '--b',
    `Content-Type: ${type}`,
    ...(typeof content === 'string' ? ['', content] : ['Content-Transfer-Encoding: base64', '', content.toString('base64')]),
    '--b--',
    '',
  ].join('\r\n');
}

describe('an archive', () => {
  it('is listed without being unpacked, what a stranger wrote in it made fit for the database', async () => {
    const zip = Buffer.from(zipSync({ 'งบ.pdf': Buffer.from('1234'), '../ก\u0000y': Buffer.from('1') }));
    const { attachments } = await entryOf(mail('application/x-zip-compressed; name=a.zip', zip));
    const file = attachments.find(one => one.name === 'a.zip');
    expect(file?.listing).toMatchObject({
      state: 'listed',
      more: 0,
      files: [
        { name: 'งบ.pdf', size: 4, escapes: false },
        { name: '../ก\ufffdy', escapes: true },
      ],
    });
    expect(attachments.filter(one => one !== file).map(one => one.listing)).toEqual([null]);
  });

  it('that is none, or that is an office document, has no list', async () => {
    const zip = Buffer.from(zipSync({ 'word/document.xml': Buffer.from('<a/>') }));
    for (const raw of [mail('application/zip; name=a.zip', 'no archive'), mail('application/zip; name=a.docx', zip)])
      expect((await entryOf(raw)).attachments.map(one => one.listing)).toEqual([null, null]);
  });
});

describe('a letter in a letter', () => {
  it('is kept with its head and its text, and found by its words', async () => {
    const entry = await entryOf(mail('message/rfc822', INNER));
    expect(entry.inner).toEqual([
      {
        path: '2',
        subject: 'inner subject',
        from: { name: 'สมชาย', address: 'inner@sender.example' },
        to: [
          { name: '', address: 'a@b.example' },
          { name: 'ข', address: 'c@b.example' },
        ],
        date: '2026-11-15T03:00:00.000Z',
        text: 'zebra words of the forwarded one',
      },
    ]);
    const found = await listEntries(fresh.db, saraban, { register: 'receive', year: entry.year, q: 'zebra', limit: 10 });
    expect(found.items.map(item => item.id)).toEqual([entry.id]);
  });

  it('without a readable head is kept as it is; a letter without one has none', async () => {
    expect((await entryOf(mail('message/rfc822', '\u0000\u0001 no head at all'))).inner).toMatchObject([
      { path: '2', from: null, to: [], date: null },
    ]);
    expect((await entryOf(mail('text/plain; name=a.txt', 'x'))).inner).toEqual([]);
  });

  it('is there for a held mail too', async () => {
    const { messageId } = await enterMail(
      fresh,
      agency,
      mail('message/rfc822', INNER.replace('zebra', 'held')),
      {},
      { disposition: 'held', why: 'dmarc' },
    );
    await readMail(messageId);
    const content = await getMessageContent(fresh.db, saraban, messageId);
    expect(content?.inner.map(one => one.subject)).toEqual(['inner subject']);
    expect(content?.attachments.map(one => one.path)).toEqual(['1', '2', '2.1', '2.2']);
  });
});

describe('a signed letter', () => {
  // The certificates begin today.
  const signedEntry = (raw: string) => entryOf(raw, new Date());
  const signed = (content: string, cms: Buffer) =>
    [
      'From: somchai@sender.example',
      'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=s',
      '',
      '--s',
      content,
      '--s',
      'Content-Type: application/pkcs7-signature; name=smime.p7s',
      'Content-Transfer-Encoding: base64',
      '',
      cms.toString('base64'),
      '--s--',
      '',
    ].join('\r\n');

  it('apart: says by whom, and notices what was altered', async () => {
    const cms = signer.sign(SIGNED_PART);
    const good = await signedEntry(signed(SIGNED_PART, cms));
    expect(good.text.trim()).toBe('lion words that were signed');
    expect(good.seals).toMatchObject([{ path: '2', kind: 'smime-signed', check: { state: 'verified', signer: { name: 'สมชาย ใจดี' } } }]);
    const altered = await signedEntry(signed(SIGNED_PART.replace('lion', 'lamb'), cms));
    expect(altered.seals).toMatchObject([{ kind: 'smime-signed', check: { state: 'altered' } }]);
    const stranger = createSigner();
    const unknown = await signedEntry(signed(SIGNED_PART, stranger.sign(SIGNED_PART)));
    expect(unknown.seals).toMatchObject([{ check: { state: 'untrusted', reason: 'issuer' } }]);
  });

  it('inside its signature: its text is read and found, its signature checked', async () => {
    const cms = signer.sign(SIGNED_PART.replace('lion', 'opaque'), '-nodetach');
    const entry = await signedEntry(
      `Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}\r\n`,
    );
    expect(entry.text.trim()).toBe('opaque words that were signed');
    expect(entry.seals).toMatchObject([{ path: '1', kind: 'smime-signed', check: { state: 'verified' } }]);
    expect(entry.attachments.map(one => [one.path, one.role])).toEqual([
      ['1', 'container'],
      ['1.1', 'body'],
    ]);
  });

  it('further inside another mail is said to be signed, and not said to be good', async () => {
    const inner = `Subject: inner\r\n${signed(SIGNED_PART, signer.sign(SIGNED_PART))}`;
    expect((await signedEntry(mail('message/rfc822', inner))).seals).toEqual([{ path: '2.2', kind: 'smime-signed', check: null }]);
  });

  it('with words beside what was signed is not said to be good', async () => {
    const more = signed(SIGNED_PART, signer.sign(SIGNED_PART)).replace(/--s--\r\n$/, '--s\r\n\r\nwords that nobody signed\r\n--s--\r\n');
    expect((await signedEntry(more)).seals).toEqual([{ path: '2', kind: 'smime-signed', check: null }]);
    const opaque = signer.sign(SIGNED_PART, '-nodetach');
    expect((await signedEntry(mail('application/pkcs7-mime; name=smime.p7m', opaque))).seals).toEqual([
      { path: '2', kind: 'smime-signed', check: null },
    ]);
  });

  it('or encrypted, by S/MIME or PGP, is called what it is', async () => {
    const encrypted = `Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n${signer.encrypt('secret').toString('base64')}\r\n`;
    expect((await signedEntry(encrypted)).seals).toEqual([{ path: '1', kind: 'smime-encrypted', check: null }]);
    expect((await signedEntry(mail('application/pgp-encrypted', 'Version: 1'))).seals).toEqual([
      { path: '2', kind: 'pgp-encrypted', check: null },
    ]);
    expect((await signedEntry('Subject: x\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nx\r\n')).seals).toEqual([
      { path: '', kind: 'pgp-encrypted', check: null },
    ]);
  });
});
