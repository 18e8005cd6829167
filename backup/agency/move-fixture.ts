/** For the tests of an agency that moves: two appliances, agencies on both with a row in every table, and the exports of the one that leaves. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { amendEntry } from '../../register/act/amend.ts';
import { routeEntry } from '../../register/act/route.ts';
import { confirmRoute } from '../../register/act/unit-route.ts';
import { closeDueDays } from '../../register/close-day.ts';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { newPublicCode } from '../../register/number.ts';
import { addToken } from '../../register/office/tokens.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { openSecretBox, type SecretBox } from '../../register/seal/secret-box.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter, enterMail, TEST_TIME, testContext, testOfficer } from '../../test/database/letters.ts';
import { newIdentity, recipientOf } from '../age.ts';
import { writeTar } from '../tar.ts';
import { collectTar } from '../tar-fixture.ts';
import { exportAgency } from './export.ts';

export interface MoveBench {
  /** The appliance that the agency `leaving` leaves, where `staying` stays; and the one it moves into, which has three of its own. */
  source: FreshDatabase;
  target: FreshDatabase;
  sourceBox: SecretBox;
  targetBox: SecretBox;
  leaving: number;
  staying: number;
  /** For whatever a test writes. */
  folder: string;
  identity: string;
  /** Files of the exports, and what making the encrypted one told. */
  encrypted: string;
  plain: string;
  exported: Awaited<ReturnType<typeof exportAgency>>;
  close(): Promise<void>;
}

export async function openMoveBench(): Promise<MoveBench> {
  const folder = await mkdtemp(join(tmpdir(), 'saraban-move-'));
  const source = await freshDatabase();
  const target = await freshDatabase();
  const sourceBox = await openSecretBox(join(folder, 'source', 'secrets.key'));
  const targetBox = await openSecretBox(join(folder, 'target', 'secrets.key'));
  // Its history has higher ordinal numbers than the other appliance ever gave.
  await source.owner`SELECT setval('fact_change_id_seq', 5000)`;
  const staying = await addTestAgency(source.db, 'staying');
  const leaving = await addTestAgency(source.db, 'leaving');
  await fill(source, sourceBox, leaving, 'leaving');
  await fill(source, targetBox, staying, 'staying');
  // The other appliance has agencies, and has given ordinal numbers of history, already.
  for (const code of ['first', 'second', 'third']) await fill(target, targetBox, await addTestAgency(target.db, code), code);
  const identity = await newIdentity();
  const encrypted = join(folder, 'leaving.tar.age');
  const plain = join(folder, 'leaving.tar');
  const context = exportContext({ source, sourceBox, folder });
  const exported = await exportAgency(context, { code: 'leaving', recipients: [await recipientOf(identity)] }, encrypted);
  await exportAgency(context, { code: 'leaving', recipients: null }, plain);
  const close = async () => {
    await source.close();
    await target.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { source, target, sourceBox, targetBox, leaving, staying, folder, identity, encrypted, plain, exported, close };
}

export const exportContext = ({ source, sourceBox, folder }: Pick<MoveBench, 'source' | 'sourceBox' | 'folder'>) => ({
  db: source.owner,
  store: source.store,
  box: sourceBox,
  work: join(folder, 'work'),
  now: () => TEST_TIME,
  version: 'test',
});

export const importContext = ({ target, targetBox, folder }: MoveBench) => ({
  db: target.owner,
  store: target.store,
  box: targetBox,
  work: join(folder, 'work'),
  now: () => TEST_TIME,
});

/** A row in every table, as a year of work leaves them; some of the hard kind. */
async function fill(fresh: FreshDatabase, box: SecretBox, agencyId: number, code: string): Promise<void> {
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

/** The archive's files, by path. */
export async function filesOf(file: string): Promise<Map<string, Buffer>> {
  return await collectTar(await readFile(file));
}

export async function archiveOf(files: Iterable<[string, Buffer]>, to: string): Promise<string> {
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
