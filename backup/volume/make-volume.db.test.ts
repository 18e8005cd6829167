/** A year as a bag: checked with the tools a stranger has, tar and sha256sum. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDueDays } from '../../register/close-day.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import type { FormData } from '../../register/print/data.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { enterLetter } from '../../test/database/letters.ts';
import { makeVolume } from './make-volume.ts';

const run = promisify(execFile);
let fresh: FreshDatabase;
let folder: string;
let box: SecretBox;
let agencyId: number;
const now = new Date('2027-01-05T03:00:00.000Z');
let printed: { of: string; data: FormData }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-volume-'));
  fresh = await freshDatabase();
  box = await openSecretBox(join(folder, 'secrets.key'));
  agencyId = await addTestAgency(fresh.db, 'tambon');
  await fresh.owner`UPDATE agency SET created_at = '2026-11-20' WHERE id = ${agencyId}`;
  await letter('first', '2026-11-22T03:00:00.000Z');
  await letter('second', '2026-11-30T20:00:00.000Z');
  await letter('a secret', '2026-12-01T03:00:00.000Z', { secrecy: 'confidential', subject: 'แผนลับ' });
  const hidden = await letter('hidden', '2026-12-30T03:00:00.000Z', { subject: 'พบภายหลังว่าลับ' });
  await fresh.owner`UPDATE entry SET secrecy = 'secret' WHERE id = ${hidden}`;
  const first = await fresh.store.put(Buffer.from('the attachment'));
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
    await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, ${Buffer.from(first.sha256, 'hex')}, ${first.size})`;
    await tx`INSERT INTO attachment (agency_id, id, message_id, path, role, name, content_type, size, sha256, origin)
      SELECT ${agencyId}, ${randomUUID()}, message_id, '2', 'attachment', 'แผน 100%.pdf', 'application/pdf', ${first.size}, ${Buffer.from(first.sha256, 'hex')}, 'mime'
      FROM entry WHERE number = 1 AND register = 'receive'`;
  });
  await letter('of the next year', '2027-01-02T03:00:00.000Z');
});
afterAll(async () => {
  await fresh.close();
  await rm(folder, { recursive: true, force: true });
});

const letter = (text: string, at: string, change: object = {}) =>
  enterLetter(fresh, agencyId, text, { receivedAt: new Date(at), ...change });

async function closeDays(): Promise<void> {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  await closeDueDays(
    { db: fresh.db, jobs: fresh.jobs, store: fresh.store, box, now: () => now, printer: null, sheet: null, timestamp: null, log },
    agencyId,
  );
}

const form = (of: string) => async (data: FormData) => {
  printed.push({ of, data });
  return Buffer.from(`%PDF ${of} ${data.rows.map(row => row.number).join()}`);
};
const context = () => ({
  db: fresh.owner,
  store: fresh.store,
  printer: { form13: form('13'), form14: form('14') },
  work: join(folder, 'work'),
  now: () => now,
  version: 'test',
});

async function volume(change: object = {}): Promise<{ made: Awaited<ReturnType<typeof makeVolume>>; bag: string }> {
  const file = join(folder, `${randomUUID()}.tar`);
  const made = await makeVolume(context(), { code: 'tambon', year: 2569, classified: false, soFar: false, ...change }, file);
  const out = join(folder, randomUUID());
  await mkdir(out);
  await run('tar', ['-xf', file, '-C', out]);
  const [base] = await readdir(out);
  return { made, bag: join(out, base ?? '') };
}

const sums = (bag: string, list: string) => run('sha256sum', ['--strict', '--quiet', '-c', list], { cwd: bag });

async function filesIn(path: string): Promise<string[]> {
  const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter(one => one.isFile());
  return files.map(one => join(one.parentPath, one.name).slice(path.length + 1)).sort();
}

const info = async (bag: string): Promise<Record<string, string>> => {
  const lines = (await readFile(join(bag, 'bag-info.txt'), 'utf8')).trim().split('\n');
  return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
};

describe('a year that is not closed', () => {
  it('is refused while days are open, and made only when asked so, saying it', async () => {
    const options = { code: 'tambon', year: 2569, classified: false, soFar: false };
    const file = join(folder, 'open.tar');
    await expect(makeVolume(context(), options, file)).rejects.toMatchObject({ code: 'volume-not-closed' });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    const { made, bag } = await volume({ soFar: true });
    expect(made.closed).toBe(false);
    expect((await info(bag))['External-Description']).toContain('not the closed year');
    expect(await readFile(join(bag, 'data/index.html'), 'utf8')).toContain('Not the closed volume');
  });

  it('is refused while the year runs', async () => {
    await closeDays();
    await expect(
      makeVolume(context(), { code: 'tambon', year: 2570, classified: false, soFar: false }, join(folder, 'x.tar')),
    ).rejects.toMatchObject({
      code: 'volume-not-over',
    });
  });

  it('and one without a letter, or an agency that is none', async () => {
    const options = { code: 'tambon', year: 2560, classified: false, soFar: true };
    await expect(makeVolume(context(), options, join(folder, 'x.tar'))).rejects.toMatchObject({ code: 'volume-empty' });
    await expect(makeVolume(context(), { ...options, code: 'nobody' }, join(folder, 'x.tar'))).rejects.toMatchObject({
      code: 'no-such-agency',
    });
  });
});

describe('the closed year', () => {
  let bag: string;
  let made: Awaited<ReturnType<typeof makeVolume>>;
  beforeAll(async () => {
    await closeDays();
    printed = [];
    ({ bag, made } = await volume());
  });

  it('is a bag: tar unpacks it, sha256sum finds everything as listed, and nothing is unlisted', async () => {
    await sums(bag, 'manifest-sha256.txt');
    await sums(bag, 'tagmanifest-sha256.txt');
    expect(await readFile(join(bag, 'bagit.txt'), 'utf8')).toBe('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n');
    const listed = (await readFile(join(bag, 'manifest-sha256.txt'), 'utf8'))
      .trim()
      .split('\n')
      .map(line => line.slice(66));
    const payload = (await filesIn(bag)).filter(path => path.startsWith('data/'));
    expect(listed.sort()).toEqual(payload);
    let bytes = 0;
    for (const path of payload) bytes += (await stat(join(bag, path))).size;
    expect((await info(bag))['Payload-Oxum']).toBe(`${bytes}.${payload.length}`);
    expect(await info(bag)).toMatchObject({ 'Internal-Sender-Identifier': 'tambon-2569', 'Bagging-Date': '2027-01-05' });
    expect(made).toMatchObject({ closed: true, entries: 3, oxum: `${bytes}.${payload.length}` });
  });

  it('holds the letters of the year, its registers by month, and its days; not those of another year', async () => {
    const files = await filesIn(join(bag, 'data'));
    expect(await readFile(join(bag, 'data/letters/receive/2569/0001/message.eml'), 'utf8')).toBe('first');
    expect(files.filter(path => path.includes('/attachments/'))).toEqual(['letters/receive/2569/0001/attachments/01-แผน 100_.pdf']);
    expect(files.filter(path => path.endsWith('.pdf') && path.startsWith('registers/'))).toEqual([
      'registers/receive-2569-11.pdf',
      'registers/receive-2569-12.pdf',
    ]);
    // 20:00 UTC of the last of November is December in Bangkok.
    expect(printed.map(({ of, data }) => [of, data.period, data.rows.map(row => row.number)])).toEqual([
      ['13', { kind: 'month', year: 2569, month: 11 }, [1]],
      ['13', { kind: 'month', year: 2569, month: 12 }, [2, 3]],
    ]);
    expect(files).toContain('registers/receive-2569.xlsx');
    expect(files).toContain('days/2026-12-31/seal.json');
    expect(files.filter(path => path.startsWith('days/2027'))).toEqual([]);
    expect(files.filter(path => path.includes('2570'))).toEqual([]);
    expect(JSON.parse(await readFile(join(bag, 'data/keys.json'), 'utf8'))).toMatchObject({
      agency: 'tambon',
      keys: [{ retiredAt: null }],
    });
  });

  it('of what is classified there are the numbers alone', async () => {
    for (const path of await filesIn(join(bag, 'data'))) {
      const text = await readFile(join(bag, 'data', path), 'utf8');
      expect([path, text.includes('แผนลับ'), text.includes('พบภายหลังว่าลับ'), text === 'hidden', text === 'a secret']).toEqual([
        path,
        false,
        false,
        false,
        false,
      ]);
    }
    const csv = await readFile(join(bag, 'data/registers/receive-2569.csv'), 'utf8');
    expect(csv.split('\r\n')[3]).toMatch(/^3,.*หนังสือชั้นความลับ/);
  });

  it('a damaged file is found', async () => {
    const { bag: other } = await volume();
    await writeFile(join(other, 'data/letters/receive/2569/0002/message.eml'), 'secong');
    await expect(sums(other, 'manifest-sha256.txt')).rejects.toMatchObject({
      stdout: expect.stringContaining('letters/receive/2569/0002/message.eml: FAILED'),
    });
  });

  it('classified: a bag of its own, with what is classified in the ordinary register too', async () => {
    const { bag: other, made: two } = await volume({ classified: true });
    await sums(other, 'manifest-sha256.txt');
    expect(two.entries).toBe(4);
    expect(await readFile(join(other, 'data/letters/receive-classified/2569/0001/message.eml'), 'utf8')).toBe('a secret');
    expect(await readFile(join(other, 'data/letters/receive/2569/0003/message.eml'), 'utf8')).toBe('hidden');
    const files = await filesIn(join(other, 'data'));
    expect(files.filter(path => path.endsWith('message.eml'))).toHaveLength(2);
    expect(files).toContain('days/2026-12-01/day-classified.json');
    expect(files).not.toContain('days/2026-12-01/day.json');
  });

  it('a stored file that was damaged stops it, and is named; nothing is left behind', async () => {
    const [row] = await fresh.owner<
      { sha256: string }[]
    >`SELECT encode(raw_sha256, 'hex') AS sha256 FROM entry WHERE number = 1 AND register = 'receive' AND year = 2569`;
    const path = fresh.store.pathOf(row?.sha256 ?? '');
    const bytes = await readFile(path);
    const file = join(folder, 'damaged.tar');
    try {
      await writeFile(path, 'fjrst');
      const options = { code: 'tambon', year: 2569, classified: false, soFar: false };
      await expect(makeVolume(context(), options, file)).rejects.toMatchObject({
        code: 'blob-damaged',
        message: expect.stringContaining(row?.sha256 ?? '-'),
      });
    } finally {
      await writeFile(path, bytes);
    }
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(stat(`${file}.part`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(join(folder, 'work'))).toEqual([]);
  });
});
