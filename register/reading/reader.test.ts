import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ReadingLimits } from './limits.ts';
import { createReader, type Reader } from './reader.ts';

let folder: string;
let count = 0;
const readers: Reader[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-reading-'));
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map(reader => reader.close()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function reader(threads: number, limits: Partial<ReadingLimits> = {}): Reader {
  const created = createReader({ threads, limits });
  readers.push(created);
  return created;
}

async function job(mail: string | Buffer) {
  const name = String(++count);
  const rawPath = join(folder, `${name}.eml`);
  const partsFolder = join(folder, `${name}-parts`);
  await mkdir(partsFolder);
  await writeFile(rawPath, mail);
  return { rawPath, partsFolder, fallbackCharset: 'windows-874' };
}

/** Ninety messages in each other around a text: each level is written again, which no machine does within the limit below. */
const SLOW = Buffer.concat([
  Buffer.from(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(90)}Subject: slow\r\n\r\n`),
  Buffer.alloc(40_000_000, 'slow words\r\n'),
]);

test('reads a letter on a thread and keeps its parts by their hashes', async () => {
  const mail =
    'Subject: =?utf-8?B?4LiB?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nเรื่อง ขอเชิญประชุม\r\n--b\r\nContent-Type: image/png; name=a.png\r\n\r\nsame\r\n--b\r\nContent-Type: image/png; name=b.png\r\n\r\nsame\r\n--b--\r\n';
  const task = await job(mail);
  const outcome = await reader(1).read(task);
  if (outcome.outcome !== 'read') throw new Error(outcome.detail);
  expect(outcome.message.headers.subject).toBe('ก');
  expect(Buffer.isBuffer(outcome.message.headers.fields[0]?.raw)).toBe(true);
  expect(outcome.message.headers.fields[0]?.raw.toString()).toBe('Subject: =?utf-8?B?4LiB?=\r\n');
  expect(outcome.partFiles.map(file => file.path)).toEqual(['1', '2', '3']);
  expect(outcome.partFiles[1]?.file).toBe(outcome.partFiles[2]?.file);
  expect(await readFile(outcome.partFiles[1]?.file ?? '', 'utf8')).toBe('same');
  expect((await readdir(task.partsFolder)).sort()).toEqual([...new Set(outcome.partFiles.map(file => file.sha256))].sort());
  expect(outcome.facts?.subject?.value).toBe('ขอเชิญประชุม');
});

test('the text of an attached document comes with the letter', async () => {
  const xml =
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>เรื่อง รายงานผล</w:t></w:r></w:p></w:body></w:document>';
  const docx = Buffer.from(zipSync({ '[Content_Types].xml': Buffer.from('<Types/>'), 'word/document.xml': Buffer.from(xml) })).toString(
    'base64',
  );
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  const outcome = await reader(1).read(
    await job(
      `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee file\r\n--b\r\nContent-Type: ${type}; name=a.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n${docx}\r\n--b--\r\n`,
    ),
  );
  if (outcome.outcome !== 'read') throw new Error(outcome.detail);
  expect(outcome.documents.map(document => [document.path, document.text.trim()])).toEqual([['2', 'เรื่อง รายงานผล']]);
  expect(outcome.facts?.subject).toMatchObject({ value: 'รายงานผล', source: 'document:2' });
});

test('a letter that takes too long fails, the one beside it does not wait, the next gets a fresh thread', async () => {
  const pool = reader(2, { milliseconds: 1000 });
  const order: string[] = [];
  const slow = pool.read(await job(SLOW)).then(outcome => {
    order.push('slow');
    return outcome;
  });
  const quick = pool.read(await job('Subject: quick\r\n\r\nx')).then(outcome => {
    order.push('quick');
    return outcome;
  });
  expect(await quick).toMatchObject({ outcome: 'read' });
  expect(await slow).toMatchObject({ outcome: 'failed', reason: 'time' });
  expect(order).toEqual(['quick', 'slow']);
  expect(await pool.read(await job('Subject: next\r\n\r\nx'))).toMatchObject({ outcome: 'read' });
});

test('a letter that needs too much memory fails, and the process lives', async () => {
  const pool = reader(1, { memoryMb: 16, maxTextBytes: 200_000_000 });
  const html = `Content-Type: text/html\r\n\r\n${'<p>words &amp; words</p>'.repeat(3_000_000)}`;
  expect(await pool.read(await job(html))).toMatchObject({ outcome: 'failed', reason: 'memory' });
  expect(await pool.read(await job('Subject: next\r\n\r\nx'))).toMatchObject({ outcome: 'read' });
});

test('a small file that unpacks itself without end is given up, the letter around it is read, and the process stays small', async () => {
  const pool = reader(1, { buffersMb: 64 });
  const packed = deflateSync(Buffer.alloc(600_000_000, ' '), { level: 9 });
  const pdf = Buffer.concat([
    Buffer.from(
      `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R/Contents 4 0 R>>endobj\n4 0 obj<</Filter/FlateDecode/Length ${packed.length}>>stream\n`,
    ),
    packed,
    Buffer.from('\nendstream endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF'),
  ]).toString('base64');
  const outcome = await pool.read(
    await job(
      `Subject: bomb\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n${pdf}\r\n`,
    ),
  );
  if (outcome.outcome !== 'read') throw new Error(outcome.detail);
  expect(outcome.message.headers.subject).toBe('bomb');
  expect(outcome.message.notes).toContainEqual({
    code: 'documents-given-up',
    detail: 'The text of the attached documents could not be read (memory).',
  });
  expect(await pool.read(await job('Subject: next\r\n\r\nx'))).toMatchObject({ outcome: 'read' });
});

test('a missing file and a missing folder are unreadable, not a crash', async () => {
  const pool = reader(1);
  const task = await job('Subject: x\r\n\r\nx');
  expect(await pool.read({ ...task, rawPath: join(folder, 'none.eml') })).toMatchObject({ outcome: 'failed', reason: 'unreadable' });
  expect(await pool.read({ ...task, partsFolder: join(folder, 'none') })).toMatchObject({ outcome: 'failed', reason: 'unreadable' });
  expect(await pool.read(task)).toMatchObject({ outcome: 'read' });
});

test('a disk that takes nothing is not the fault of the letter: it is to be read again', async () => {
  const pool = reader(1);
  const task = await job('Subject: x\r\n\r\nx');
  // No user may make a file there, root included.
  await expect(pool.read({ ...task, partsFolder: '/sys' })).rejects.toMatchObject({ code: 'store-unwritable', temporary: true });
  expect(await pool.read(task)).toMatchObject({ outcome: 'read' });
});

test('more letters than threads are all read', async () => {
  const pool = reader(2);
  const jobs = await Promise.all(Array.from({ length: 12 }, (_, index) => job(`Subject: ${index}\r\n\r\nx`)));
  const outcomes = await Promise.all(jobs.map(each => pool.read(each)));
  expect(outcomes.map(outcome => (outcome.outcome === 'read' ? outcome.message.headers.subject : outcome.detail))).toEqual(
    jobs.map((_, index) => String(index)),
  );
});

test('closing answers every letter that was waiting', async () => {
  const pool = reader(1);
  const jobs = await Promise.all([job(SLOW), job('Subject: x\r\n\r\nx')]);
  const outcomes = jobs.map(each => pool.read(each));
  await pool.close();
  expect((await Promise.all(outcomes)).map(outcome => outcome.outcome)).toEqual(['failed', 'failed']);
  expect(await pool.read(jobs[1] ?? (await job('')))).toMatchObject({ outcome: 'failed' });
});
