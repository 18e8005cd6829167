/** An agency leaves one Saraban and moves into another that has agencies of its own: nothing of it changes but its number on the appliance. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { routeEntry } from '../../register/act/route.ts';
import { confirmRoute } from '../../register/act/unit-route.ts';
import { closeDueDays } from '../../register/close-day.ts';
import type { Database } from '../../register/db/connect.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { newPublicCode } from '../../register/number.ts';
import { addToken } from '../../register/office/tokens.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { signFile, thingOf, writeSignature } from '../../register/seal/signature.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, enterMail, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { newIdentity, recipientOf } from '../age.ts';
import { readTar, writeTar } from '../tar.ts';
import { exportAgency } from './export.ts';
import { importAgency } from './import.ts';

let source: FreshDatabase;
let target: FreshDatabase;
let folder: string;
let sourceBox: SecretBox;
let targetBox: SecretBox;
let leaving: number;
let staying: number;
let identity: string;
let recipient: string;
let encrypted: string;
let plain: string;
let exported: Awaited<ReturnType<typeof exportAgency>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saraban-move-'));
  source = await freshDatabase();
  target = await freshDatabase();
  sourceBox = await openSecretBox(join(folder, 'source', 'secrets.key'));
  targetBox = await openSecretBox(join(folder, 'target', 'secrets.key'));
  // Its history has higher ordinal numbers than the other appliance ever gave.
  await source.owner`SELECT setval('fact_change_id_seq', 5000)`;
  staying = await addTestAgency(source.db, 'staying');
  leaving = await addTestAgency(source.db, 'leaving');
  await fill(source, leaving, 'leaving');
  await fill(source, staying, 'staying');
  // The other appliance has agencies, and has given ordinal numbers of history, already.
  for (const code of ['first', 'second', 'third']) await fill(target, await addTestAgency(target.db, code), code);
  identity = await newIdentity();
  recipient = await recipientOf(identity);
  encrypted = join(folder, 'leaving.tar.age');
  plain = join(folder, 'leaving.tar');
  exported = await exportAgency(exportContext(), { code: 'leaving', recipients: [recipient] }, encrypted);
  await exportAgency(exportContext(), { code: 'leaving', recipients: null }, plain);
});
afterAll(async () => {
  await source.close();
  await target.close();
  await rm(folder, { recursive: true, force: true });
});

const exportContext = () => ({
  db: source.owner,
  store: source.store,
  box: sourceBox,
  work: join(folder, 'work'),
  now: () => TEST_TIME,
  version: 'test',
});
const importContext = () => ({ db: target.owner, store: target.store, box: targetBox, work: join(folder, 'work'), now: () => TEST_TIME });

/** A row in every table, as a year of work leaves them; some of the hard kind. */
async function fill(fresh: FreshDatabase, agencyId: number, code: string): Promise<void> {
  const box = code === 'leaving' ? sourceBox : targetBox;
  const context = testContext(fresh);
  const officer = testOfficer(agencyId, 'administrator', { appointed: true });
  const unit = await addTestUnit(fresh.db, agencyId, 'unit');
  await addTestAccount(fresh, agencyId, `somebody@${code}`, 'unit', [unit]);
  await addToken(context, officer, { name: 'token', role: 'auditor' });
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, tx => signingKey(tx, agencyId, box, TEST_TIME));
  await enterMail(fresh, agencyId, `held ${code}`, {}, { disposition: 'held', why: 'dmarc' });
  await enterMail(fresh, agencyId, `notice ${code}`, {}, { disposition: 'notice', why: 'bounce' });
  const first = await enterLetter(fresh, agencyId, `letter one ${code}`, { subject: 'ที่ 1\tแท็บ \\ ทับ\nขึ้นบรรทัด' });
  const second = await enterLetter(fresh, agencyId, `letter two ${code}`);
  await enterLetter(fresh, agencyId, `secret ${code}`, { subject: 'ลับ เรื่องลับ', secrecy: 'confidential' });
  await enterMail(fresh, agencyId, `letter one ${code}`);
  const amended = await amendEntry(context, officer, {
    entryId: first,
    facts: { subject: '<script>alert(1)</script> & "เรื่อง"', remark: 'แก้ไข' },
  });
  expect(amended.outcome).toBe('done');
  const routed = await routeEntry(context, officer, { entryId: first, recipients: [{ unitId: unit, purpose: 'action' }] });
  if (routed.outcome !== 'done') throw new Error(JSON.stringify(routed));
  await confirmRoute(context, officer, { routeId: routed.routeIds[0] as string });
  const attachment = await fresh.store.put(Buffer.from(`the attachment of ${code}`));
  const shared = await fresh.store.put(Buffer.from('an attachment that everybody sends'));
  const orphan = await fresh.store.put(Buffer.from(`a sheet of ${code}`));
  await inAgency(fresh.db, agencyId, THE_APPLIANCE, async tx => {
    for (const { sha256, size } of [attachment, shared, orphan])
      await tx`INSERT INTO blob (agency_id, sha256, size) VALUES (${agencyId}, ${Buffer.from(sha256, 'hex')}, ${size})`;
    for (const [entryId, path, file, name] of [
      [first, '2', attachment, '../สิ่งที่ส่งมาด้วย 1/2.pdf'],
      [first, '10', shared, 'b.html'],
      [second, '2', shared, 'b.html'],
    ] as const) {
      await tx`INSERT INTO attachment (agency_id, id, message_id, path, role, name, content_type, size, sha256, origin)
        SELECT ${agencyId}, ${randomUUID()}, message_id, ${path}, 'attachment', ${name}, 'application/pdf', ${file.size}, ${Buffer.from(file.sha256, 'hex')}, 'mime'
        FROM entry WHERE id = ${entryId}`;
    }
    const [message] = await tx`SELECT id, sha256, size FROM message WHERE entry_id = ${first}`;
    await tx`INSERT INTO reading (agency_id, message_id, read_at, body_text) VALUES (${agencyId}, ${message?.id}, ${TEST_TIME}, 'เรียน ผู้อำนวยการ <b>')`;
    const mailId = randomUUID();
    await tx`INSERT INTO mail (agency_id, id, kind, entry_id, envelope_from, recipient, header_message_id, token, sha256, size, queued_at)
      VALUES (${agencyId}, ${mailId}, 'acknowledgement', ${first}, '', 'a@b', ${`<x@${code}>`}, ${`token-${code}`}, ${message?.sha256}, ${message?.size}, ${TEST_TIME})`;
    await tx`UPDATE acknowledgement SET mail_id = ${mailId}, state = 'queued' WHERE entry_id = ${first}`;
    const correspondent = randomUUID();
    await tx`INSERT INTO correspondent (agency_id, id, name_th, name_key, source, created_at) VALUES (${agencyId}, ${correspondent}, 'x', 'x', 'typed', now())`;
    await tx`INSERT INTO correspondent_address (agency_id, address, correspondent_id) VALUES (${agencyId}, 'a@b', ${correspondent})`;
    await tx`INSERT INTO rule_set (agency_id, version, text, saved_by, saved_at) VALUES (${agencyId}, 1, 'rules: []', 'x', now())`;
    await tx`INSERT INTO template (agency_id, name, version, subject, body_text, body_html, saved_by, saved_at) VALUES (${agencyId}, 'return', 1, 's', 't', 'h', 'x', now())`;
    await tx`INSERT INTO certificate (agency_id, id, copy_id, place, at, outcome, summary, json_sha256, json_size)
      VALUES (${agencyId}, ${randomUUID()}, '20261121T190000Z-00000000', 'folder', ${TEST_TIME}, 'proven', '{}', ${message?.sha256}, ${message?.size})`;
    const mailbox = randomUUID();
    await tx`INSERT INTO mailbox (agency_id, id, name, address, host, port, security, login, auth, sealed_secret, created_at)
      VALUES (${agencyId}, ${mailbox}, 'box', 'a@b', 'imap.example', 993, 'tls', 'x', 'password', ${box.seal(Buffer.from('the secret'))}, ${TEST_TIME})`;
    await tx`INSERT INTO mailbox_message (agency_id, mailbox_id, uid_validity, uid, state, at) VALUES (${agencyId}, ${mailbox}, 1, 1, 'left', ${TEST_TIME})`;
    await tx`INSERT INTO mailbox_check (agency_id, mailbox_id, at, found, taken) VALUES (${agencyId}, ${mailbox}, ${TEST_TIME}, 0, 0)`;
    const book = randomUUID();
    await tx`INSERT INTO number_book (agency_id, id, year, ordinal, slips, made_at, made_by, pdf_sha256, pdf_size)
      VALUES (${agencyId}, ${book}, 2569, 1, 1, ${TEST_TIME}, 'x', ${Buffer.from(orphan.sha256, 'hex')}, ${orphan.size})`;
    await tx`INSERT INTO number_slip (agency_id, book_id, slip, check_code, public_code) VALUES (${agencyId}, ${book}, 1, 'abcde', ${newPublicCode()})`;
  });
  await fresh.owner`UPDATE agency SET created_at = '2026-11-21' WHERE id = ${agencyId}`;
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const closing = { db: fresh.db, jobs: fresh.jobs, store: fresh.store, box, now: () => new Date('2026-11-23T18:00:00.000Z') };
  const closed = await closeDueDays({ ...closing, printer: null, sheet: null, timestamp: null, log }, agencyId);
  expect(closed.length).toBeGreaterThan(1);
}

const APART: Record<string, string[]> = { agency: ['id', 'state'], agency_key: ['sealed_private_key'], mailbox: ['sealed_secret'] };

/** All rows of an agency, of every table that has any, as text; without what is of the appliance. */
async function rowsOf(db: Database, code: string): Promise<Record<string, string[]>> {
  const tables = await db<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      AND (c.relname = 'agency' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'agency_id')) ORDER BY 1`;
  const all: Record<string, string[]> = {};
  for (const { name } of tables) {
    const own = name === 'agency' ? 'id' : 'agency_id';
    const left = ['agency_id', ...(APART[name] ?? [])].map(column => ` - '${column}'`).join('');
    const rows = await db.unsafe<{ row: string }[]>(
      `SELECT (to_jsonb(t)${left})::text AS row FROM ${name} t WHERE ${own} = (SELECT id FROM agency WHERE code = '${code}') ORDER BY 1`,
    );
    all[name] = rows.map(row => row.row);
  }
  return all;
}

/** The archive's files, by path. */
async function filesOf(file: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const bytes = await readFile(file);
  for await (const entry of readTar(
    (async function* () {
      yield bytes;
    })(),
  )) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry.bytes) chunks.push(chunk);
    files.set(entry.path, Buffer.concat(chunks));
  }
  return files;
}

async function archiveOf(files: Iterable<[string, Buffer]>, to: string): Promise<string> {
  const tar = writeTar();
  const written = (async () => {
    for (const [path, bytes] of files) await tar.add({ path, size: bytes.length }, bytes);
    tar.finish();
  })();
  const chunks: Buffer[] = [];
  for await (const chunk of tar.stream) chunks.push(chunk as Buffer);
  await written;
  await writeFile(to, Buffer.concat(chunks));
  return to;
}

describe('the export', () => {
  it('tells what is in it', () => {
    expect(exported).toMatchObject({ agency: { id: leaving, code: 'leaving' }, entries: 3, encrypted: true, privateKeys: true });
  });

  it('holds each stored file once, readable letters, and no word of another agency', async () => {
    const files = await filesOf(plain);
    const paths = [...files.keys()];
    expect(paths).toContain('letters/receive/2569/0001/message.eml');
    expect(files.get('letters/receive/2569/0001/message.eml')?.toString()).toBe('letter one leaving');
    expect(files.get('letters/receive/2569/0001/attachments/01-_สิ่งที่ส่งมาด้วย 1_2.pdf')?.toString()).toBe('the attachment of leaving');
    expect(paths).toContain('letters/receive-classified/2569/0001/message.eml');
    expect(paths.filter(path => files.get(path)?.toString() === 'an attachment that everybody sends')).toHaveLength(1);
    for (const [path, bytes] of files) expect([path, bytes.includes('staying')]).toEqual([path, false]);
    const page = files.get('letters/receive/2569/0001/index.html')?.toString() ?? '';
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;');
    const second = JSON.parse(files.get('letters/receive/2569/0002/entry.json')?.toString() ?? '') as { files: { file: string }[] };
    expect(files.has(second.files[0]?.file ?? '')).toBe(true);
  });

  it('plain, it has no private key; encrypted, it has', async () => {
    const paths = [...(await filesOf(plain)).keys()];
    expect(paths.filter(path => path.startsWith('keys/'))).toEqual([]);
    const key = (await filesOf(plain)).get('tables/agency_key.copy')?.toString();
    expect(key?.split('\n')[0]).not.toContain('sealed');
    expect((await readFile(encrypted)).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
  });

  it('is not written over what is there, nor for an agency that is not, and leaves nothing half-written', async () => {
    await expect(exportAgency(exportContext(), { code: 'leaving', recipients: null }, plain)).rejects.toMatchObject({
      code: 'file-exists',
    });
    const nowhere = join(folder, 'nobody.tar');
    await expect(exportAgency(exportContext(), { code: 'nobody', recipients: null }, nowhere)).rejects.toMatchObject({
      code: 'no-such-agency',
    });
    await expect(readFile(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readFile(`${nowhere}.part`)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a damaged export is refused, and named', () => {
  async function damaged(change: (files: Map<string, Buffer>) => Map<string, Buffer> | Promise<Map<string, Buffer>>): Promise<string> {
    return await archiveOf(await change(await filesOf(plain)), join(folder, `${randomUUID()}.tar`));
  }
  const refused = async (file: string, object: string) => {
    const before = await target.owner`SELECT count(*) AS rows FROM entry`;
    const error = await importAgency(importContext(), { file, identities: [], fingerprint: null, activate: false }).then(
      () => null,
      (thrown: Error & { code?: string }) => thrown,
    );
    expect(error).toMatchObject({ code: 'export-damaged' });
    expect(error?.message).toContain(object);
    expect(await target.owner`SELECT count(*) AS rows FROM entry`).toEqual(before);
    expect(await target.owner`SELECT FROM agency WHERE code = 'leaving'`).toHaveLength(0);
  };

  const MAIL = 'letters/receive/2569/0001/message.eml';

  it.each([MAIL, 'tables/entry.copy', 'letters/receive/2569/0001/entry.json'])('a flipped byte in %s', async path => {
    const file = await damaged(files => {
      const bytes = Buffer.from(files.get(path) ?? '');
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
      return files.set(path, bytes);
    });
    await refused(file, path);
  });

  it('a missing file, one too many, one behind the list', async () => {
    await refused(await damaged(files => new Map([...files].filter(([path]) => path !== MAIL))), MAIL);
    await refused(await damaged(files => new Map([['blobs/x', Buffer.from('x')], ...files])), 'README.txt');
    await refused(await damaged(files => files.set('blobs/x', Buffer.from('x'))), 'blobs/x');
  });

  it('two files exchanged', async () => {
    const other = 'letters/receive/2569/0002/message.eml';
    await refused(
      await damaged(files => new Map([...files].map(([path, bytes]) => [path, path === MAIL ? (files.get(other) ?? bytes) : bytes]))),
      MAIL,
    );
  });

  it('cut off, anywhere', async () => {
    const bytes = await readFile(plain);
    for (const part of [0.1, 0.5, 0.9]) {
      const file = join(folder, `${randomUUID()}.tar`);
      await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * part)));
      await refused(file, '');
    }
  });

  it('a list made new for the change, without the key', async () => {
    const file = await damaged(files => {
      files.set(MAIL, Buffer.from('another letter'));
      return relisted(files);
    });
    await refused(file, 'files.sha256');
  });

  it('signed anew with a key that is none of the agency’s', async () => {
    const file = await damaged(async files => {
      const key = await inAgency(source.db, staying, THE_APPLIANCE, tx => signingKey(tx, staying, targetBox, TEST_TIME));
      const bytes = files.get('manifest.json') ?? Buffer.alloc(0);
      const signature = signFile(key, { ...thingOf('manifest.json', bytes), agencyCode: 'leaving' }, TEST_TIME);
      return files.set('manifest.sig.json', writeSignature(signature));
    });
    await refused(file, 'another-key');
  });

  it('an altered chain, well listed and well signed: the database looks at every link', async () => {
    const file = await damaged(async files => {
      const table = files.get('tables/entry.copy')?.toString() ?? '';
      files.set('tables/entry.copy', Buffer.from(table.replaceAll('somchai@sender.example', 'forged1@sender.example')));
      return await resigned(relisted(files));
    });
    const error = await importAgency(importContext(), { file, identities: [], fingerprint: null, activate: false }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'import-broken' });
    expect(String((error as { message: string }).message)).toContain('I11');
    expect(await target.owner`SELECT FROM agency WHERE code = 'leaving'`).toHaveLength(0);
  });

  it('a stored file missing, well listed and well signed', async () => {
    const file = await damaged(async files => {
      files.delete(MAIL);
      return await resigned(relisted(files));
    });
    await refused(file, 'blob');
  });

  it('encrypted: the wrong key, no key, a byte changed', async () => {
    const input = { file: encrypted, fingerprint: null, activate: false };
    await expect(importAgency(importContext(), { ...input, identities: [await newIdentity()] })).rejects.toMatchObject({
      code: 'copy-key-wrong',
    });
    await expect(importAgency(importContext(), { ...input, identities: [] })).rejects.toMatchObject({ code: 'copy-key-wrong' });
    const bytes = await readFile(encrypted);
    bytes[bytes.length - 100_000] = (bytes.at(-100_000) ?? 0) ^ 1;
    const file = join(folder, 'changed.tar.age');
    await writeFile(file, bytes);
    await expect(importAgency(importContext(), { ...input, file, identities: [identity] })).rejects.toMatchObject({
      code: 'export-damaged',
    });
  });

  it('signed by another key than the operator was told', async () => {
    const input = { file: plain, identities: [], activate: false, fingerprint: 'a'.repeat(64) };
    await expect(importAgency(importContext(), input)).rejects.toMatchObject({ code: 'export-key-other' });
  });

  function relisted(files: Map<string, Buffer>): Map<string, Buffer> {
    let list = '';
    for (const [path, bytes] of files)
      if (!/^(files\.sha256|manifest.*)$/.test(path)) list += `${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`;
    return files.set('files.sha256', Buffer.from(list));
  }

  async function resigned(files: Map<string, Buffer>): Promise<Map<string, Buffer>> {
    const list = files.get('files.sha256') ?? Buffer.alloc(0);
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '') as { files: object };
    const paths = list
      .toString()
      .trim()
      .split('\n')
      .map(line => line.slice(66));
    const bytes = paths.reduce((sum, path) => sum + (files.get(path)?.length ?? 0), 0);
    manifest.files = { sha256: createHash('sha256').update(list).digest('hex'), size: list.length, count: paths.length, bytes };
    const text = Buffer.from(JSON.stringify(manifest));
    const key = await inAgency(source.db, leaving, THE_APPLIANCE, tx => signingKey(tx, leaving, sourceBox, TEST_TIME));
    const signature = signFile(key, { ...thingOf('manifest.json', text), agencyCode: 'leaving' }, TEST_TIME);
    return files.set('manifest.json', text).set('manifest.sig.json', writeSignature(signature));
  }
});

describe('what would collide is refused and named, before anything is written', () => {
  it.each([
    ['its code', 'leaving', `INSERT INTO agency (code, name_th) VALUES ('leaving', 'x')`],
    [
      'a central address',
      'saraban@leaving.example',
      `INSERT INTO address (agency_id, address) SELECT id, 'saraban@leaving.example' FROM agency WHERE code = 'first'`,
    ],
    ['a login', 'somebody@leaving', `UPDATE account SET login = 'somebody@leaving' WHERE login = 'somebody@first'`],
    ['a mail’s token', 'token-leaving', `UPDATE mail SET token = 'token-leaving' WHERE token = 'token-first'`],
  ])('%s', async (_, named, statement) => {
    const undo = new Error('undo');
    const outcome = await target.owner
      .begin(async tx => {
        await tx.unsafe(statement);
        const { watchCollisions } = await import('./collisions.ts');
        const { examineExport, openExport } = await import('./read-export.ts');
        const inside = { begin: (work: (inner: typeof tx) => unknown) => work(tx) } as unknown as Database;
        const watch = await watchCollisions(inside, new Map());
        const { mkdir } = await import('node:fs/promises');
        await mkdir(join(folder, 'work'), { recursive: true });
        await examineExport(await openExport(plain, []), { work: join(folder, 'work'), fingerprint: null, look: watch });
        throw Object.assign(undo, { found: watch.found() });
      })
      .catch((error: unknown) => error);
    expect(outcome).toBe(undo);
    expect((outcome as { found?: { values: string[] }[] }).found?.flatMap(one => one.values)).toEqual([named]);
  });
});

describe('moved in', () => {
  it('with every row as it was, and the appliance whole', async () => {
    const before = await rowsOf(source.owner, 'leaving');
    const others = await rowsOf(target.owner, 'second');
    const input = { file: encrypted, identities: [identity], fingerprint: exported.fingerprint, activate: true };
    const moved = await importAgency(importContext(), input);
    expect(moved).toMatchObject({
      agency: { code: 'leaving', state: 'active' },
      privateKeys: true,
      settled: { mails: 1, acknowledgements: 3 },
    });
    expect(moved.report.faults).toEqual([]);
    const after = await rowsOf(target.owner, 'leaving');
    for (const [name, rows] of Object.entries(before)) {
      if (name === 'mail' || name === 'acknowledgement') continue;
      expect([name, rows.length > 0]).toEqual([name, true]);
      expect([name, after[name]]).toEqual([name, rows]);
    }
    expect(await target.owner`SELECT FROM mailbox WHERE host = 'imap.example' AND sealed_secret IS NULL`).toHaveLength(1);
    expect(after.mail).toHaveLength(1);
    expect(after.mail?.[0]).toContain('"state": "uncertain"');
    expect(after.acknowledgement?.every(row => row.includes('"state": "uncertain"'))).toBe(true);
    expect(await rowsOf(target.owner, 'second')).toEqual(others);
    expect((await verify({ db: target.owner, store: target.store })).faults).toEqual([]);
    expect(await target.owner`SELECT FROM moving_in`).toHaveLength(0);
  });

  it('twice is refused, with the reason', async () => {
    const input = { file: encrypted, identities: [identity], fingerprint: null, activate: false };
    const error = await importAgency(importContext(), input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'import-collides' });
    const { th, en } = (error as { userMessage: { th: string; en: string } }).userMessage;
    for (const word of ['leaving', 'saraban@leaving.example', 'somebody@leaving']) {
      expect(th).toContain(word);
      expect(en).toContain(word);
    }
    expect(en).toMatch(/public code of a letter .+; /);
    expect(en).toMatch(/token /);
  });

  it('the next letter gets the next number, and one that is sent again the number it has', async () => {
    const [agency] = await target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const id = agency?.id ?? 0;
    const again = await enterMail(target, id, 'letter one leaving');
    expect(again).toMatchObject({ outcome: 'entered', again: true, number: 1, year: 2569 });
    const next = await enterMail(target, id, 'a new letter');
    expect(next).toMatchObject({ outcome: 'entered', again: false, number: 3 });
    expect(await enterMail(target, id, 'a new secret', { secrecy: 'confidential' })).toMatchObject({ number: 2 });
    const context = testContext(target);
    const officer = testOfficer(id, 'administrator', { appointed: true });
    if (next.outcome !== 'entered') throw new Error('not entered');
    const amended = await amendEntry(context, officer, { entryId: next.entryId, facts: { subject: 'เรื่องใหม่' } });
    expect(amended.outcome).toBe('done');
    const ordinals = await target.owner<
      { id: number; after: string }[]
    >`SELECT id, after FROM fact_change WHERE agency_id = ${id} ORDER BY id`;
    expect(ordinals.at(-1)?.after).toBe('เรื่องใหม่');
    expect((await verify({ db: target.owner, store: target.store })).faults).toEqual([]);
  });

  it('the next day is closed behind the last one it brought, and names what was changed since', async () => {
    const [agency] = await target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const closing = {
      db: target.db,
      jobs: target.jobs,
      store: target.store,
      box: targetBox,
      now: () => new Date('2026-11-24T18:00:00.000Z'),
    };
    const [closed] = await closeDueDays({ ...closing, printer: null, sheet: null, timestamp: null, log }, agency?.id ?? 0);
    const [file] = await target.owner<{ sha256: string }[]>`
      SELECT encode(sha256, 'hex') AS sha256 FROM closed_file WHERE agency_id = ${agency?.id ?? 0} AND ordinal = ${closed?.ordinal ?? 0} AND name = 'day.json'`;
    const day = (await target.store.read(file?.sha256 ?? '')).toString();
    expect(day).toContain('เรื่องใหม่');
    expect(day).not.toContain('alert(1)');
    expect((await verify({ db: target.owner, store: target.store })).faults).toEqual([]);
  });

  it('it signs with the same key', async () => {
    const [agency] = await target.owner<{ id: number }[]>`SELECT id FROM agency WHERE code = 'leaving'`;
    const key = await inAgency(target.db, agency?.id ?? 0, THE_APPLIANCE, tx => signingKey(tx, agency?.id ?? 0, targetBox, TEST_TIME));
    expect(key.fingerprint).toBe(exported.fingerprint);
  });

  it('it can leave again, and the chains are still those of the first appliance', async () => {
    const file = join(folder, 'again.tar');
    const context = { ...exportContext(), db: target.owner, store: target.store, box: targetBox };
    const again = await exportAgency(context, { code: 'leaving', recipients: null }, file);
    expect(again.fingerprint).toBe(exported.fingerprint);
    expect((await filesOf(file)).get('letters/receive/2569/0001/message.eml')?.toString()).toBe('letter one leaving');
  });
});

describe('a login that somebody has', () => {
  it('is refused with the way out, and taken under a new one', async () => {
    const third = await freshDatabase();
    try {
      await addTestAccount(third, await addTestAgency(third.db, 'other'), 'somebody@leaving', 'unit', []);
      const context = { ...importContext(), db: third.owner, store: third.store };
      const input = { file: plain, identities: [], fingerprint: null, activate: false };
      const error = await importAgency(context, input).catch((thrown: unknown) => thrown);
      expect((error as { userMessage: { en: string } }).userMessage.en).toContain('--login somebody@leaving=somebody@leaving@leaving');
      await importAgency(context, { ...input, logins: new Map([['somebody@leaving', 'som\\body']]) });
      expect(await third.owner`SELECT FROM account WHERE login = ${'som\\body'}`).toHaveLength(1);
    } finally {
      await third.close();
    }
  });
});

describe('a plain export moves in', () => {
  it('suspended unless told otherwise, and with a new key for what it signs from now on', async () => {
    const third = await freshDatabase();
    try {
      const context = { ...importContext(), db: third.owner, store: third.store };
      const moved = await importAgency(context, { file: plain, identities: [], fingerprint: null, activate: false });
      expect(moved).toMatchObject({ agency: { state: 'suspended' }, privateKeys: false });
      const { id } = moved.agency;
      const key = await inAgency(third.db, id, THE_APPLIANCE, tx => signingKey(tx, id, targetBox, TEST_TIME));
      expect(key.fingerprint).not.toBe(exported.fingerprint);
      expect(await third.owner`SELECT FROM agency_key WHERE retired_at IS NOT NULL`).toHaveLength(1);
    } finally {
      await third.close();
    }
  });
});
